"""Tells what Pillow and tifffile read from exported labels, one JSON line a file.

usage: label_exports.py FILE...
"""

import json
import sys

import numpy
import tifffile
from PIL import Image


def described(name):
    if name.endswith('.png'):
        image = Image.open(name)
        image.load()
        values = numpy.asarray(image)
        return {
            'mode': image.mode,
            'palette': (image.getpalette() or [])[:12],
            'shape': values.shape,
            'values': values.tolist() if values.size < 5000 else None,
        }
    with tifffile.TiffFile(name) as file:
        page = file.pages[0]
        values = file.asarray()
        x, y = (page.tags[tag].value for tag in ('XResolution', 'YResolution'))
        colormap = page.tags.get('ColorMap')
        pillow = numpy.asarray(Image.open(name))
        return {
            'imagej': bool(file.is_imagej),
            'unit': (file.imagej_metadata or {}).get('unit'),
            'max': (file.imagej_metadata or {}).get('max'),
            'micrometresPerPixel': [x[1] / x[0], y[1] / y[0]],
            'dtype': str(values.dtype),
            'shape': values.shape,
            'values': values.tolist() if values.size < 5000 else None,
            'sum': int(values.astype('uint64').sum()),
            'lut': None if colormap is None else (numpy.asarray(colormap.value).reshape(3, 256)[:, :4] // 257).tolist(),
            'pillowAgrees': bool((pillow == values).all()),
        }


for path in sys.argv[1:]:
    print(json.dumps(described(path)))
