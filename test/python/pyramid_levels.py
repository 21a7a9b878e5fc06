"""Writes a picture with tifffile, and numpy's mean over 2^n x 2^n pixels of each level as raw little-endian samples.

usage: pyramid_levels.py FOLDER TYPE WIDTH HEIGHT CHANNELS LEVELS
"""

import sys

import numpy
import tifffile

folder, kind = sys.argv[1:3]
width, height, channels, levels = map(int, sys.argv[3:7])
random = numpy.random.default_rng(5)
shape = (height, width, channels) if channels > 1 else (height, width)
if kind.startswith('float'):
    picture = random.normal(100, 30, shape).astype(kind)
else:
    info = numpy.iinfo(kind)
    picture = random.integers(info.min, info.max, shape, dtype=kind, endpoint=True)
tifffile.imwrite(f'{folder}/picture.tif', picture, photometric='rgb' if channels == 3 else 'minisblack', rowsperstrip=37)
for level in range(levels):
    side = 2**level
    rows = numpy.arange(0, height, side)
    columns = numpy.arange(0, width, side)
    sums = numpy.add.reduceat(numpy.add.reduceat(picture.astype('float64'), rows, 0), columns, 1)
    counts = numpy.minimum(side, height - rows)[:, None] * numpy.minimum(side, width - columns)[None, :]
    mean = sums / (counts[..., None] if channels > 1 else counts)
    # Halves go up, as Math.round does.
    out = mean if kind.startswith('float') else numpy.floor(mean + 0.5)
    out.astype(kind).tofile(f'{folder}/level{level}.raw')
low, high = numpy.percentile(picture.reshape(-1, channels).astype('float64'), [0.35, 99.65], axis=0, method='nearest')
numpy.array([picture.reshape(-1, channels).min(0), picture.reshape(-1, channels).max(0), low, high], 'float64').tofile(f'{folder}/ranges.raw')
