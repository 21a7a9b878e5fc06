"""Writes TIFF, PNG and JPEG files into a folder whose parts are then compared with their wholes.

usage: regions.py FOLDER
"""

import os
import sys

import numpy
import tifffile
from PIL import Image

folder = sys.argv[1]
random = numpy.random.default_rng(8)
y, x = numpy.mgrid[:150, :200]
grey = ((numpy.sin(x / 11) + numpy.cos(y / 7) + 2) * 15000 + random.integers(0, 500, x.shape)).astype('uint16')
colours = numpy.stack([grey, grey[::-1], grey[:, ::-1]], -1)


def path(name):
    return os.path.join(folder, name)


for codec in (None, 'lzw', 'deflate', 'packbits', 'zstd'):
    predictor = codec in ('lzw', 'deflate', 'zstd')
    tifffile.imwrite(path(f'tiled-{codec}.tif'), grey, tile=(32, 48), compression=codec, predictor=predictor)
    tifffile.imwrite(path(f'strips-{codec}.tif'), colours, rowsperstrip=16, compression=codec, predictor=predictor, photometric='rgb')
tifffile.imwrite(path('one-strip.tif'), grey, rowsperstrip=150, byteorder='>')
tifffile.imwrite(path('planar.tif'), numpy.moveaxis(colours, -1, 0), planarconfig='separate', photometric='rgb', tile=(64, 64))
tifffile.imwrite(path('channels.ome.tif'), numpy.moveaxis(colours, -1, 0), metadata={'axes': 'CYX'}, photometric='minisblack', tile=(64, 64), compression='lzw')
tifffile.imwrite(path('float.tif'), grey.astype('float32'), tile=(64, 32), compression='deflate', predictor=3)
tifffile.imwrite(path('bits.tif'), grey > 30000, rowsperstrip=7)
tifffile.imwrite(path('jpeg.tif'), (colours >> 8).astype('uint8'), tile=(64, 64), compression='jpeg', photometric='ycbcr')
Image.fromarray(grey).save(path('deep.png'))
Image.fromarray((colours >> 8).astype('uint8')).save(path('photo.jpg'), quality=90)
