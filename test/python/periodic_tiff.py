"""Writes a tiled TIFF of SIDE x SIDE px: one grey picture again and again, from the upper left corner.

usage: periodic_tiff.py PICTURE SIDE OUTPUT
"""

import sys

import numpy
import tifffile
from PIL import Image

picture, side, output = numpy.asarray(Image.open(sys.argv[1])), int(sys.argv[2]), sys.argv[3]
height, width = picture.shape
assert 512 % height == 0 and 512 % width == 0 and side % 512 == 0
tile = numpy.tile(picture, (512 // height, 512 // width))


def tiles():
    for _ in range((side // 512) ** 2):
        yield tile


tifffile.imwrite(
    output, tiles(), shape=(side, side), dtype='uint8', tile=(512, 512), compression='deflate', photometric='minisblack', metadata=None
)
