"""Writes TIFF files of SIDE x SIDE px of uint16, pixel (x, y) being 3x + 7y.

usage: huge_tiff.py FOLDER SIDE
"""

import os
import sys

import numpy
import tifffile

folder, side = sys.argv[1], int(sys.argv[2])


def block(x, y, width, height):
    rows, columns = numpy.mgrid[y : y + height, x : x + width]
    return (columns * 3 + rows * 7).astype('uint16')


def tiles(size):
    for y in range(0, side, size):
        for x in range(0, side, size):
            yield block(x, y, size, size)


def strips(rows):
    for y in range(0, side, rows):
        yield block(0, y, side, min(rows, side - y))


def write(name, data, **options):
    tifffile.imwrite(
        os.path.join(folder, name), data, shape=(side, side), dtype='uint16', photometric='minisblack', metadata=None, **options
    )


write('tiled.tif', tiles(512), tile=(512, 512), compression='deflate', predictor=2)
whole = numpy.vstack(list(strips(1000)))
write('strips.tif', whole, rowsperstrip=32, compression='zstd')
# One strip as large as the plane.
write('plain.tif', whole, rowsperstrip=side)
