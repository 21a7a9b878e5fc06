"""Writes TIFF files of every combination we claim to read, and expected.json beside them.

usage: tiff_matrix.py FOLDER
Byte order x strips or tiles x compression x predictor x type x channels (chunky and planar), with tifffile and
imagecodecs; each file's pixels are random, seeded and smooth enough to compress.
"""

import hashlib
import itertools
import json
import os
import sys

import numpy
import tifffile

folder = sys.argv[1]
random = numpy.random.default_rng(5)
expected = {}


def picture(dtype, height, width, channels):
    y, x, c = numpy.mgrid[:height, :width, :channels]
    values = numpy.sin(x / 9.0 + c) + numpy.cos(y / 7.0) + random.normal(0, 0.05, x.shape)
    if numpy.dtype(dtype).kind == 'f':
        return values.astype(dtype)
    info = numpy.iinfo(dtype)
    scaled = (values + 2.5) / 5 * (float(info.max) - float(info.min)) + float(info.min)
    return scaled.clip(info.min, info.max).astype(dtype)


def record(name, array):
    little = numpy.ascontiguousarray(array.astype(array.dtype.newbyteorder('<')))
    expected[name] = [array.shape, array.dtype.name, hashlib.sha256(little.tobytes()).hexdigest()]


kinds = ['uint8', 'uint16', 'uint32', 'int8', 'int16', 'int32', 'float32', 'float64']
codecs = [None, 'lzw', 'deflate', 'packbits', 'zstd']
for dtype, order, tile, codec in itertools.product(kinds, '<>', [None, (32, 48)], codecs):
    size = numpy.dtype(dtype).itemsize
    predictors = [False]
    if codec not in (None, 'packbits'):
        if numpy.dtype(dtype).kind in 'ui':
            predictors.append(2)
        else:
            predictors.append(3)
    for predictor, layout in itertools.product(predictors, ['grey', 'rgb', 'planar']):
        array = picture(dtype, 53, 71, 1 if layout == 'grey' else 3)
        name = f'{dtype}-{"le" if order == "<" else "be"}-{"tiled" if tile else "strips"}-{codec}-{predictor}-{layout}.tif'
        stored = array[..., 0] if layout == 'grey' else array if layout == 'rgb' else numpy.moveaxis(array, -1, 0)
        tifffile.imwrite(
            os.path.join(folder, name),
            stored,
            byteorder=order,
            bigtiff=layout == 'rgb',
            tile=tile,
            rowsperstrip=None if tile else 16,
            compression=codec,
            predictor=predictor,
            photometric='minisblack' if layout == 'grey' else 'rgb',
            planarconfig=None if layout == 'grey' else 'contig' if layout == 'rgb' else 'separate',
            metadata=None,
        )
        record(name, array)

# What does not fit the matrix, each with what a faithful reader gives.
bits = picture('uint8', 53, 71, 1)[..., 0] > 128
path = lambda name: os.path.join(folder, name)
for codec in (None, 'packbits', 'deflate'):
    tifffile.imwrite(path(f'bilevel-{codec}.tif'), bits, photometric='minisblack', compression=codec, metadata=None)
    record(f'bilevel-{codec}.tif', bits.astype('uint8') * 255)
tifffile.imwrite(path('bilevel-white-is-zero.tif'), ~bits, photometric='miniswhite', metadata=None)
record('bilevel-white-is-zero.tif', bits.astype('uint8') * 255)
deep = picture('uint16', 53, 71, 1)[..., 0]
tifffile.imwrite(path('uint16-white-is-zero.tif'), 65535 - deep, photometric='miniswhite', metadata=None)
record('uint16-white-is-zero.tif', deep)
rgba = picture('uint8', 53, 71, 4)
tifffile.imwrite(path('rgba.tif'), rgba, photometric='rgb', extrasamples=['unassalpha'], metadata=None)
record('rgba.tif', rgba)
three = numpy.stack([deep, deep + 1, deep + 2])
slices = {'axes': 'ZYX'}
tifffile.imwrite(path('imagej.tif'), three, imagej=True, resolution=(4, 4), metadata={'unit': 'um', **slices})
record('imagej.tif', three[2])
# One directory for three planes, as ImageJ writes when a file is streamed.
tifffile.imwrite(path('imagej-one-directory.tif'), three, imagej=True, byteorder='>', contiguous=True, metadata=slices)
record('imagej-one-directory.tif', three[2])
tifffile.imwrite(path('sizes.ome.tif'), three, metadata={'axes': 'TYX', 'PhysicalSizeX': 325.0, 'PhysicalSizeXUnit': 'nm'})
record('sizes.ome.tif', three[2])
tifffile.imwrite(path('print.tif'), deep, resolution=(300, 300), resolutionunit='INCH', metadata=None)
record('print.tif', deep)
tifffile.imwrite(path('centimetre.tif'), deep, resolution=(20000, 20000), resolutionunit='CENTIMETER', metadata=None)
record('centimetre.tif', deep)
for photometric, channels in (('minisblack', 1), ('rgb', 3), ('ycbcr', 3)):
    name = f'jpeg-{photometric}.tif'
    colours = picture('uint8', 64, 96, channels)
    tifffile.imwrite(
        path(name), colours[..., 0] if channels == 1 else colours, tile=(32, 48), photometric=photometric,
        compression='jpeg', compressionargs={'level': 90}, metadata=None,
    )
    record(name, tifffile.imread(path(name)).reshape(colours.shape))

refused = {
    'float16.tif': ('16-bit float', dict(data=deep.astype('float16'))),
    'twelve.tif': ('12-bit', dict(data=deep >> 4, bitspersample=12, compression='jpegxl')),
    'complex.tif': ('complex', dict(data=deep.astype('complex64'))),
    'uint64.tif': ('64-bit', dict(data=deep.astype('uint64'))),
    'jpeg2000.tif': ('JPEG 2000', dict(data=deep, compression='jpeg2000')),
    'lzma.tif': ('LZMA', dict(data=deep, compression='lzma')),
    'webp.tif': ('WebP', dict(data=rgba[..., :3].copy(), compression='webp', photometric='rgb')),
    'cmyk.tif': ('CMYK', dict(data=rgba, photometric='separated')),
}
for name, (feature, arguments) in list(refused.items()):
    try:
        tifffile.imwrite(path(name), **arguments, metadata=None)
    except Exception:
        del refused[name]
json.dump({name: feature for name, (feature, _) in refused.items()}, open(path('refused.json'), 'w'))
json.dump(expected, open(os.path.join(folder, 'expected.json'), 'w'))
