"""Writes pictures with Pillow for our decoder, or tells what Pillow reads from ours.

usage: png_roundtrip.py write FOLDER   writes files and prints {name: [shape, type, sha256]}
       png_roundtrip.py read FILE...   prints [mode, palette's first 12 bytes, sha256 of the stored values] a line
"""

import hashlib
import json
import os
import sys

import numpy
from PIL import Image, ImageOps

random = numpy.random.default_rng(3)


def sha(array):
    return hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()


if sys.argv[1] == 'read':
    for name in sys.argv[2:]:
        image = Image.open(name)
        print(json.dumps([image.mode, (image.getpalette() or [])[:12], sha(numpy.asarray(image))]))
    sys.exit()

folder = sys.argv[2]
expected = {}


def save(name, image, truth, **options):
    image.save(os.path.join(folder, name), **options)
    expected[name] = [truth.shape, truth.dtype.name, sha(truth)]


indices = random.integers(0, 4, (37, 53), dtype='uint8')
for bits in (1, 2, 4, 8):
    palette = Image.fromarray(numpy.minimum(indices, (1 << bits) - 1).astype('uint8'), 'P')
    palette.putpalette([10, 20, 30, 200, 100, 0, 0, 0, 255, 255, 255, 0][: 3 << bits])
    save(f'palette{bits}.png', palette, numpy.asarray(palette.convert('RGB')), bits=bits)
    name = os.path.join(folder, f'transparent{bits}.png')
    palette.save(name, bits=bits, transparency=bytes([0, 128, 255][: 1 << bits]))
    truth = numpy.asarray(Image.open(name).convert('RGBA'))
    expected[f'transparent{bits}.png'] = [truth.shape, 'uint8', sha(truth)]
mask = indices > 1
save('bilevel.png', Image.fromarray(mask), mask.astype('uint8') * 255)
grey_alpha = random.integers(0, 255, (37, 53, 2), dtype='uint8')
save('grey-alpha.png', Image.fromarray(grey_alpha, 'LA'), grey_alpha)
deep = random.integers(0, 65535, (37, 53), dtype='uint16')
save('deep.png', Image.fromarray(deep), deep)
colour = random.integers(0, 255, (37, 53, 3), dtype='uint8')
save('colour.bmp', Image.fromarray(colour), colour)
save('grey.bmp', Image.fromarray(colour[..., 0].copy()), colour[..., 0])
save('bilevel.bmp', Image.fromarray(mask), mask.astype('uint8') * 255)
palette = Image.fromarray(indices, 'P')
palette.putpalette([10, 20, 30, 200, 100, 0, 0, 0, 255, 255, 255, 0])
save('palette.bmp', palette, numpy.asarray(palette.convert('RGB')))
for subsampling, orientation in ((0, 1), (2, 1), (2, 6), (0, 3), (1, 5)):
    smooth = numpy.asarray(Image.fromarray(colour[:9, :13]).resize((106, 75), Image.BICUBIC))
    name = f'photo-{subsampling}-{orientation}.jpg'
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(smooth).save(os.path.join(folder, name), subsampling=subsampling, quality=88, exif=exif)
    truth = numpy.asarray(ImageOps.exif_transpose(Image.open(os.path.join(folder, name))))
    expected[name] = [truth.shape, 'uint8', sha(truth)]
Image.fromarray(smooth).convert('L').save(os.path.join(folder, 'grey.jpg'), progressive=True)
truth = numpy.asarray(Image.open(os.path.join(folder, 'grey.jpg')))
expected['grey.jpg'] = [truth.shape, 'uint8', sha(truth)]
Image.fromarray(smooth).convert('CMYK').save(os.path.join(folder, 'cmyk.jpg'))
print(json.dumps(expected))
