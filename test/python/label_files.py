"""Writes label pictures into FOLDER: 0.png, indexed (1 left, 3 right), and 1_labels.tif, uint16 (300 left, 40000 right).

usage: label_files.py FOLDER
"""

import os
import sys

import numpy
import tifffile
from PIL import Image

folder = sys.argv[1]
left = numpy.arange(20)[None, :].repeat(10, 0) < 10
indexed = Image.fromarray(numpy.where(left, 1, 3).astype('uint8'), 'P')
indexed.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
indexed.save(os.path.join(folder, '0.png'))
tifffile.imwrite(os.path.join(folder, '1_labels.tif'), numpy.where(left, 300, 40000).astype('uint16'))
