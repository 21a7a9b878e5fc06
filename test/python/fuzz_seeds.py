"""Writes small files of each format, with as many of its features as fit, for damaging.

usage: fuzz_seeds.py FOLDER
"""

import os
import sys

import numpy
import tifffile
from PIL import Image

folder = sys.argv[1]
y, x = numpy.mgrid[:24, :32]
colours = numpy.stack([x * 8, y * 10, (x + y) * 4], -1).astype('uint8')
grey = colours[..., 0]
deep = grey.astype('uint16') * 257


def path(name):
    return os.path.join(folder, name)


for codec in (None, 'lzw', 'deflate', 'packbits', 'zstd'):
    predictor = codec in ('lzw', 'deflate', 'zstd')
    tifffile.imwrite(path(f'strips-{codec}.tif'), deep, rowsperstrip=8, compression=codec, predictor=predictor, byteorder='>')
    tifffile.imwrite(path(f'tiled-{codec}.tif'), colours, tile=(16, 16), compression=codec, predictor=predictor, bigtiff=codec == 'lzw')
tifffile.imwrite(path('jpeg.tif'), colours, tile=(16, 16), compression='jpeg', photometric='ycbcr')
tifffile.imwrite(path('stack.tif'), numpy.stack([deep] * 6).reshape(3, 2, 24, 32), imagej=True, metadata={'axes': 'ZCYX', 'Labels': list('abcdef')})
tifffile.imwrite(path('stack.ome.tif'), numpy.stack([grey] * 4), metadata={'axes': 'CYX'}, photometric='minisblack')
tifffile.imwrite(path('pages.tif'), numpy.stack([deep.astype('float32')] * 3), compression='deflate', predictor=3, metadata=None)
tifffile.imwrite(path('planar.tif'), numpy.moveaxis(colours, -1, 0), planarconfig='separate', photometric='rgb')
tifffile.imwrite(path('bits.tif'), grey > 90)
for name, picture in (('grey', grey), ('rgb', colours), ('deep', deep)):
    Image.fromarray(picture).save(path(f'{name}.png'))
Image.fromarray(colours).quantize(16).save(path('palette.png'), transparency=3)
Image.fromarray(colours).save(path('rgb.jpg'))
Image.fromarray(grey).save(path('grey.jpg'), progressive=True)
exif = Image.Exif()
exif[0x0112] = 6
Image.fromarray(colours).save(path('turned.jpg'), exif=exif, subsampling=2)
Image.fromarray(colours).save(path('rgb.bmp'))
Image.fromarray(grey).save(path('grey.bmp'))
Image.fromarray(colours).quantize(16).save(path('palette.bmp'))
frames = [Image.fromarray(numpy.roll(colours, i, 1)).quantize(32) for i in range(3)]
frames[0].save(path('film.gif'), save_all=True, append_images=frames[1:])
frames[0].save(path('still.gif'), interlace=1)
Image.fromarray(colours).save(path('lossless.webp'), lossless=True)
Image.fromarray(colours).save(path('lossy.webp'))
Image.fromarray(numpy.dstack([colours, grey])).save(path('alpha.webp'))
