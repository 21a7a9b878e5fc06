"""The other side of `brushfield bench decode`.

usage: decode_bench.py write FOLDER SIDE   writes the files to decode, SIDE px a side
       decode_bench.py serve               decodes with tifffile (imagecodecs) what stdin asks for, line by line
"""

import hashlib
import json
import os
import sys
import time

import numpy
import tifffile


def write(folder, side):
    from PIL import Image

    random = numpy.random.default_rng(1)
    y, x = numpy.mgrid[:side, :side]
    deep = ((numpy.sin(x / 90) + numpy.cos(y / 70) + 2) * 8000 + random.integers(0, 400, x.shape)).astype('uint16')
    colours = numpy.dstack([deep >> 8, deep[::-1] >> 8, deep.T >> 8]).astype('uint8')

    def tiff(name, array, **options):
        tifffile.imwrite(os.path.join(folder, name), array, metadata=None, **options)

    tiff('uint16 plain.tif', deep, rowsperstrip=64)
    tiff('uint16 big-endian.tif', deep, rowsperstrip=64, byteorder='>')
    for codec in ('lzw', 'deflate', 'zstd'):
        tiff(f'uint16 {codec}, predictor 2.tif', deep, rowsperstrip=64, compression=codec, predictor=2)
    tiff('uint16 packbits.tif', deep, rowsperstrip=64, compression='packbits')
    tiff('uint16 tiles, lzw.tif', deep, tile=(256, 256), compression='lzw')
    tiff('float32 tiles, predictor 3.tif', deep.astype('float32'), tile=(256, 256), compression='deflate', predictor=3)
    tiff('rgb lzw.tif', colours, rowsperstrip=64, compression='lzw', predictor=2, photometric='rgb')
    tiff('rgb planar.tif', numpy.moveaxis(colours, -1, 0).copy(), photometric='rgb', planarconfig='separate')
    Image.fromarray(deep).save(os.path.join(folder, 'uint16.png'))
    Image.fromarray(colours).save(os.path.join(folder, 'rgb.png'))
    Image.fromarray(colours[..., 0]).save(os.path.join(folder, 'grey.png'))
    Image.fromarray(colours).save(os.path.join(folder, 'rgb.jpg'), quality=92)
    Image.fromarray(colours).save(os.path.join(folder, 'rgb.webp'), lossless=True, method=0)


def peak():
    for line in open('/proc/self/status'):
        if line.startswith('VmHWM'):
            return int(line.split()[1]) * 1024


def serve():
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            open('/proc/self/clear_refs', 'w').write('5')
        except OSError:
            pass
        start = time.perf_counter()
        try:
            array = tifffile.imread(asked['path'])
            if 'planar' in asked['path']:
                array = numpy.ascontiguousarray(numpy.moveaxis(array, 0, -1))
            if array.dtype.byteorder == '>':
                array = array.astype(array.dtype.newbyteorder('='))
            seconds = time.perf_counter() - start
            sha256 = hashlib.sha256(array.tobytes()).hexdigest() if asked['hash'] else None
            reply = dict(seconds=seconds, bytes=array.nbytes, sha256=sha256, peakBytes=peak())
        except Exception as error:
            reply = dict(error=str(error))
        print(json.dumps(reply), flush=True)


if sys.argv[1] == 'write':
    write(sys.argv[2], int(sys.argv[3]))
else:
    serve()
