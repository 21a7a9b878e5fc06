"""Writes hyperstacks with tifffile into a folder, and stacks.json: what each holds.

usage: stacks.py FOLDER
An entry: axes sizes, channel names, sizes in um, and the sha256 of each page (z fastest, then t), channels last.
"""

import hashlib
import json
import os
import sys

import numpy
import tifffile

folder = sys.argv[1]
random = numpy.random.default_rng(3)
expected = {}


def values(*shape, dtype='uint16'):
    return random.integers(0, numpy.iinfo(dtype).max, shape, dtype=dtype)


def record(name, array, names=None, x=None, z=None):
    """array: TZCYX"""
    pages = []
    for t in array:
        for plane in t:
            picture = numpy.moveaxis(plane, 0, -1)
            little = numpy.ascontiguousarray(picture.astype(picture.dtype.newbyteorder('<')))
            pages.append(hashlib.sha256(little.tobytes()).hexdigest())
    sizes = array.shape
    expected[name] = dict(sizeT=sizes[0], sizeZ=sizes[1], channels=sizes[2], names=names, x=x, z=z, pages=pages)


def path(name):
    return os.path.join(folder, name)


full = values(2, 3, 4, 21, 17)
for order in '<>':
    name = f'imagej-{"le" if order == "<" else "be"}.tif'
    labels = ['DAPI', 'GFP', 'Cy3 µ', 'BF'] * 6
    tifffile.imwrite(
        path(name), full, imagej=True, byteorder=order, resolution=(4, 4),
        metadata={'axes': 'TZCYX', 'unit': 'um', 'spacing': 1.5, 'Labels': labels, 'mode': 'composite'},
    )
    record(name, full, labels[:4], 0.25, 1.5)
tifffile.imwrite(path('imagej-channels.tif'), full[0, 0], imagej=True, metadata={'axes': 'CYX'})
record('imagej-channels.tif', full[:1, :1])
many = values(1, 1, 9, 11, 13)
# Nine "channels" and nothing else: a stack whose writer did not name its axes.
tifffile.imwrite(path('imagej-unnamed.tif'), many[0, 0], imagej=True)
record('imagej-unnamed.tif', many.reshape(1, 9, 1, 11, 13))
colour = values(5, 11, 13, 3, dtype='uint8')
tifffile.imwrite(path('imagej-rgb.tif'), colour, imagej=True, metadata={'axes': 'ZYXS'})
record('imagej-rgb.tif', numpy.moveaxis(colour, -1, 1)[None])

for axes in ('TZCYX', 'CTZYX', 'ZCTYX', 'TCZYX'):
    name = f'{axes}.ome.tif'
    stored = full.transpose(['TZCYX'.index(a) for a in axes])
    tifffile.imwrite(
        path(name), stored, tile=(16, 16), compression='deflate',
        metadata={
            'axes': axes, 'Channel': {'Name': ['A', 'B <1> & "2"', 'C', 'D']},
            'PhysicalSizeX': 0.5, 'PhysicalSizeXUnit': 'µm', 'PhysicalSizeZ': 700.0, 'PhysicalSizeZUnit': 'nm',
        },
    )
    record(name, full, ['A', 'B <1> & "2"', 'C', 'D'], 0.5, 0.7)
tifffile.imwrite(path('rgb.ome.tif'), colour, metadata={'axes': 'ZYXS'}, photometric='rgb')
record('rgb.ome.tif', numpy.moveaxis(colour, -1, 1)[None])
# Two images in one file: their planes are pages, as stored.
with tifffile.TiffWriter(path('two.ome.tif'), ome=True) as file:
    file.write(full[0, 0, :2], metadata={'axes': 'CYX'}, photometric='minisblack')
    file.write(full[0, 0, 2:], metadata={'axes': 'CYX'}, photometric='minisblack')
record('two.ome.tif', full[:1, :1].reshape(1, 4, 1, 21, 17))
# A description that promises more planes than there are.
tifffile.imwrite(
    path('short.ome.tif'), full[0, 0],
    description='<OME><Image><Pixels DimensionOrder="XYCZT" SizeX="17" SizeY="21" SizeC="4" SizeZ="3" SizeT="1"/></Image></OME>',
    metadata=None, photometric='minisblack',
)
record('short.ome.tif', full[:1, :1].reshape(1, 4, 1, 21, 17))
# Planes out of order, each named by its TiffData.
blocks = ''.join(f'<TiffData FirstC="{c}" IFD="{3 - c}"/>' for c in range(4))
tifffile.imwrite(
    path('reversed.ome.tif'), full[0, 0, ::-1],
    description=f'<OME><Image><Pixels DimensionOrder="XYCZT" SizeX="17" SizeY="21" SizeC="4" SizeZ="1" SizeT="1">{blocks}</Pixels></Image></OME>',
    metadata=None, photometric='minisblack',
)
record('reversed.ome.tif', full[:1, :1])
json.dump(expected, open(os.path.join(folder, 'stacks.json'), 'w'))
