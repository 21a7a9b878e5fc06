"""Counts pixels of each value in label pictures with Pillow, as stored (palette indices stay indices).

usage: label_counts.py FOLDER...   prints {file name: {value: pixels}} of each folder's PNGs, one JSON line a folder
"""

import json
import pathlib
import sys

import numpy
from PIL import Image

for folder in sys.argv[1:]:
    counts = {}
    for path in sorted(pathlib.Path(folder).glob("*.png")):
        values, pixels = numpy.unique(numpy.asarray(Image.open(path)), return_counts=True)
        counts[path.name] = {str(value): int(count) for value, count in zip(values, pixels)}
    print(json.dumps(counts))
