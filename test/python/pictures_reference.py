"""Pictures as Pillow, OpenCV, SciPy and numpy resample, colour and normalise them, for test/parity/pictures.test.ts.

python pictures_reference.py OUT.safetensors
"""

import math
import sys

import cv2
import numpy as np
from PIL import Image
from safetensors.numpy import save_file
from scipy import ndimage

rng = np.random.default_rng(29)
out = {}
HEIGHT, WIDTH = 37, 53


def put(name, array):
    out[name] = np.ascontiguousarray(array, dtype=np.float32)


def planes(picture, transform):
    """A picture's channels transformed one by one as Pillow's 32-bit float images."""
    return np.stack([np.asarray(transform(Image.fromarray(c))) for c in np.moveaxis(picture, -1, 0)], -1)


picture = rng.uniform(-1, 1, (HEIGHT, WIDTH, 3)).astype(np.float32)
labels = rng.integers(0, 4, (HEIGHT, WIDTH)).astype(np.uint8)
put("picture", picture)
put("labels", labels)

# Resampling: enlarged, shrunk (Pillow widens its kernel), and both at once.
for width, height in ((106, 74), (20, 15), (90, 12)):
    put(f"bicubic/{width}x{height}", planes(picture, lambda c: c.resize((width, height), Image.BICUBIC)))
    put(f"nearest/{width}x{height}", np.asarray(Image.fromarray(labels).resize((width, height), Image.NEAREST)))

# The tutorial's letterbox.
SIDE = 64
scale = min(SIDE / WIDTH, SIDE / HEIGHT)
nw, nh = int(WIDTH * scale), int(HEIGHT * scale)


def boxed(channel):
    box = Image.new("F", (SIDE, SIDE), 128 / 127.5 - 1)
    box.paste(channel.resize((nw, nh), Image.BICUBIC), ((SIDE - nw) // 2, (SIDE - nh) // 2))
    return box


put("letterbox", planes(picture, boxed))

# And back: bilinear, by OpenCV.
square = rng.uniform(0, 1, (SIDE, SIDE, 3)).astype(np.float32)
top, left = (SIDE - nh) // 2, (SIDE - nw) // 2
put("square", square)
put("unletterbox", cv2.resize(square[top : top + nh, left : left + nw], (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR))

# Affine warp with mirrored borders, by SciPy, which interpolates without OpenCV's rounding to 1/32 px.
# Odd numbers, so that no position lies half way between two pixels, where either label is right.
AFFINE = np.float32([[0.9137, -0.4519, 8.3071], [0.4033, 1.0979, -12.6113]]).astype(float)
SIZE = 48
rows, columns = np.mgrid[:SIZE, :SIZE]
sx = AFFINE[0, 0] * columns + AFFINE[0, 1] * rows + AFFINE[0, 2]
sy = AFFINE[1, 0] * columns + AFFINE[1, 1] * rows + AFFINE[1, 2]
at = lambda c, order: ndimage.map_coordinates(c.astype(float), [sy, sx], order=order, mode="mirror")
put("affine", AFFINE.ravel())
put("warped", np.stack([at(picture[..., k], 1) for k in range(3)], -1))
put("warped labels", at(labels, 0))

# Hue, saturation and value, as the tutorial changes them, with the hue wrapped correctly.
colours = rng.uniform(0, 1, (16, 16, 3)).astype(np.float32)
colours[0] = np.repeat(rng.uniform(0, 1, (16, 1)), 3, 1)
colours[1, :6] = np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1]])
put("colours", colours * 2 - 1)
for index, (hue, saturation, value) in enumerate([(0.1, 1.5, 1.3), (-0.1, 0.7, 0.8), (0.45, 1.0, 1.0)]):
    hsv = cv2.cvtColor(colours, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + 360 * hue) % 360
    hsv[..., 1:] = np.clip(hsv[..., 1:] * [saturation, value], 0, 1)
    put(f"jitter/{index}", cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 2 - 1)

# Gaussian blur with repeated edges.
SIGMA = 1.7
kernel = 2 * math.ceil(3 * SIGMA) + 1
soft = rng.normal(size=(32, 32, 2)).astype(np.float32)
put("soft", soft)
put("blurred", cv2.GaussianBlur(soft, (kernel, kernel), SIGMA, borderType=cv2.BORDER_REPLICATE))

# Intensities.
grey8 = np.clip(rng.normal(90, 30, (31, 29)), 0, 255).astype(np.uint8)
grey16 = rng.gamma(2, 900, (31, 29)).astype(np.uint16)
rgba8 = rng.integers(0, 256, (31, 29, 4), dtype=np.uint8)
flat8 = np.full((31, 29), 7, np.uint8)
flat8[0, 0] = 8
for name, image in (("grey8", grey8), ("grey16", grey16), ("rgba8", rgba8), ("flat8", flat8)):
    put(name, image)


def z_score(x, floor):
    return (x - x.mean()) / max(x.std(), floor)


def stretched(x, low, high, floor, limit):
    a, b = np.percentile(x, [low, high])
    half = max((b - a) / 2, floor)
    return np.clip((x - (a + half)) / half, -limit, limit)


span = float(grey16.max()) - float(grey16.min())
put("z-score/grey8", z_score(grey8.astype(float), 4))
put("z-score/flat8", z_score(flat8.astype(float), 4))
put("z-score/grey16", z_score(grey16.astype(float), span / 64))
put("z-score/rgba8", np.stack([z_score(rgba8[..., k].astype(float), 4) for k in range(3)], -1))
put("percentile/grey8", stretched(grey8, 1, 99.8, 2, 2))
put("percentile/grey16", stretched(grey16, 1, 99.8, span / 128, 2))
put("minus-one-to-one/rgba8", rgba8[..., :3] / 127.5 - 1)
put("minus-one-to-one/grey8", np.repeat(grey8[..., None], 3, -1) / 127.5 - 1)
put("minus-one-to-one/grey16", stretched(grey16, 0.35, 99.65, span / 128, 1))
put("grey of rgba8", z_score(rgba8[..., :3].astype(float).mean(-1), 4))
save_file(out, sys.argv[1])
