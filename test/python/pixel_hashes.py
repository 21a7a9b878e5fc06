"""Prints, as JSON, what Pillow (PNG, JPEG, BMP) or tifffile (TIFF) reads from each image file named in a list.

usage: pixel_hashes.py LIST.txt
One line a file: path, shape, type, sha256 of the little-endian pixels of the first page, palettes looked up, one-bit
samples as 0 and 255. Files that Pillow would reduce to 8 bits are left out.
"""

import hashlib
import json
import sys

import numpy
import tifffile
from PIL import Image, ImageOps


def pixels(path):
    if path.lower().endswith(('.tif', '.tiff')):
        file = tifffile.TiffFile(path)
        series = file.series[0]
        if (file.is_ome or file.is_imagej) and series.axes.endswith('CYX'):
            # The first z and t; channels that are stored apart are one picture. Page by page where ImageJ wrote it:
            # the series takes pages for contiguous that have gaps between them.
            if file.is_imagej and len(file.pages) > 1:
                return numpy.stack([page.asarray() for page in file.pages[: series.shape[-3]]], -1)
            array = series.asarray()
            return numpy.moveaxis(array[(0,) * (array.ndim - 3)], 0, -1)
        page = file.pages[0]
        array = page.asarray()
        if page.planarconfig == 2 and page.samplesperpixel > 1:
            array = numpy.moveaxis(array, 0, -1)
        return array
    image = Image.open(path)
    if image.format == 'JPEG':
        return numpy.asarray(ImageOps.exif_transpose(image))
    if image.mode == 'P':
        return numpy.asarray(image.convert('RGBA' if 'transparency' in image.info else 'RGB'))
    return numpy.asarray(image)


for line in open(sys.argv[1], encoding='utf8'):
    path = line.rstrip('\n')
    array = pixels(path)
    if array.dtype == bool:
        array = array.astype('uint8') * 255
    little = numpy.ascontiguousarray(array.astype(array.dtype.newbyteorder('<')))
    print(json.dumps([path, array.shape, array.dtype.name, hashlib.sha256(little.tobytes()).hexdigest()]))
