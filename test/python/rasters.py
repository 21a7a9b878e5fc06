"""Writes PNG, JPEG, BMP, GIF and WebP files into a folder, and rasters.json: what Pillow reads from each.

usage: rasters.py FOLDER
An entry: shape, type and sha256 of the little-endian pixels.
"""

import hashlib
import json
import os
import struct
import sys

import numpy
from PIL import Image, ImageOps

folder = sys.argv[1]
random = numpy.random.default_rng(6)
expected = {}
y, x = numpy.mgrid[:45, :70]
colours = numpy.stack([x * 3, y * 5, (x + y) * 2], -1).astype('uint8')
alpha = numpy.dstack([colours, (x * 3).astype('uint8')])


def path(name):
    return os.path.join(folder, name)


def record(name, array=None):
    if array is None:
        image = Image.open(path(name))
        image.seek(0)
        array = numpy.asarray(ImageOps.exif_transpose(image))
    little = numpy.ascontiguousarray(array.astype(array.dtype.newbyteorder('<')))
    expected[name] = [array.shape, array.dtype.name, hashlib.sha256(little.tobytes()).hexdigest()]


for orientation in range(1, 9):
    for kind, picture in (('colour', colours), ('grey', colours[..., 0])):
        name = f'{kind}-{orientation}.jpg'
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(picture).save(path(name), quality=90, exif=exif)
        record(name)
Image.fromarray(colours).save(path('progressive.jpg'), quality=70, progressive=True, subsampling=2)
record('progressive.jpg')

Image.fromarray(colours).save(path('lossless.webp'), lossless=True)
record('lossless.webp', colours)
# Pixels that cannot be seen keep their colours with `exact`.
Image.fromarray(alpha).save(path('alpha.webp'), lossless=True, exact=True)
record('alpha.webp', alpha)
frames = [Image.fromarray(numpy.roll(colours, 9 * i, 1)) for i in range(3)]
frames[0].save(path('film.webp'), save_all=True, append_images=frames[1:], lossless=True)
record('film.webp', colours)
palettes = [frame.quantize(200) for frame in frames]
palettes[0].save(path('film.gif'), save_all=True, append_images=palettes[1:], duration=50)
# Later frames have see-through pixels, so the film has alpha; the first frame covers all.
record('film.gif', numpy.dstack([numpy.asarray(palettes[0].convert('RGB')), numpy.full((45, 70), 255, 'uint8')]))
palettes[0].save(path('still.gif'), interlace=1)
record('still.gif', numpy.asarray(palettes[0].convert('RGB')))

quantized = Image.fromarray(colours).quantize(64)
quantized.save(path('palette.bmp'))
record('palette.bmp', numpy.asarray(quantized.convert('RGB')))
for name, picture in (('rgb.bmp', colours), ('grey.bmp', colours[..., 0])):
    Image.fromarray(picture).save(path(name))
    record(name)
Image.fromarray((colours[..., 0] > 90)).save(path('bits.bmp'))
record('bits.bmp', (colours[..., 0] > 90).astype('uint8') * 255)


def bmp(name, bits, rows, header_size=40, compression=0, masks=b'', palette=b'', height=45):
    header = struct.pack('<IiiHHIIiiII', 40, 70, height, 1, bits, compression, len(rows), 0, 0, len(palette) // 4, 0)
    start = 14 + len(header) + len(masks) + len(palette)
    data = b'BM' + struct.pack('<IHHI', start + len(rows), 0, 0, start) + header + masks + palette + rows
    open(path(name), 'wb').write(data)


values = random.integers(0, 1 << 16, (45, 70), dtype='uint16')
padded = numpy.zeros((45, 70), '<u2')
padded[:] = values
bmp('555.bmp', 16, padded.tobytes())
record('555.bmp')
bmp('565.bmp', 16, padded.tobytes(), compression=3, masks=struct.pack('<III', 0xF800, 0x7E0, 0x1F))
record('565.bmp')
bmp('top-down.bmp', 16, padded.tobytes(), height=-45)
record('top-down.bmp')
greys = b''.join(bytes([i, i, 255 - i, 0]) for i in range(256))


def packed(index_rows, four):
    """Windows' run lengths: runs, plain stretches, ends of rows, and a jump over what stays colour 0."""
    out = bytearray()
    for row in index_rows:
        at = 0
        while at < len(row):
            run = 1
            while at + run < len(row) and row[at + run] == row[at] and run < 255:
                run += 1
            if run < 3 and at + 6 <= len(row):
                plain = list(row[at : at + 6])
                if four:
                    out += bytes([0, 6] + [plain[i] << 4 | plain[i + 1] for i in (0, 2, 4)] + [0])
                else:
                    out += bytes([0, 6] + plain)
                at += 6
            else:
                out += bytes([run, row[at] << 4 | row[at] if four else row[at]])
                at += run
        out += b'\0\0'
    return bytes(out + b'\0\1')


indices = numpy.repeat(random.integers(0, 16, (45, 20)), 4, 1)[:, :70].astype('uint8')
indices[:, 30:37] = random.integers(0, 16, (45, 7))
bmp('rle8.bmp', 8, packed(indices, False), compression=1, palette=greys)
record('rle8.bmp', numpy.stack([255 - indices[::-1], indices[::-1], indices[::-1]], -1).astype('uint8'))
bmp('rle4.bmp', 4, packed(indices, True), compression=2, palette=greys[:64])
record('rle4.bmp', numpy.stack([255 - indices[::-1], indices[::-1], indices[::-1]], -1).astype('uint8'))
json.dump(expected, open(path('rasters.json'), 'w'))
