"""A folder segmented by onnxruntime in a Python loop, for `brushfield bench batch`: read, cut as ours does, compute, write.

python batch_bench_onnx.py CONFIG    CONFIG as JSON: that of batch_bench.py without onBatch, and how ours computes an image:
    multipleOf, haloPx, and overhead, from which the number of tiles follows
    Each line of stdin is answered as by batch_bench.py.
"""

import json
import math
import os
import sys
import time

import numpy as np
from keras_networks import build, named_weights
from onnx_networks import session_of
from PIL import Image
from safetensors.numpy import load_file

config = json.loads(sys.argv[1])
step, halo = config["multipleOf"], config["haloPx"]
model = build(config["network"], classes=config["classes"], channels=3)
values = load_file(config["weights"])
for name, weight in named_weights(model).items():
    weight.assign(values[name])
session = session_of(model, config["classes"], 3, config["threads"], wanted=("labels",))


def padded(side):
    """With a margin of one stride all round, which is mirrored."""
    return math.ceil((side + 2 * step) / step) * step


def spans(length, count):
    """(start, end, start with halo, end with halo) of tiles along one axis."""
    side = math.ceil(length / count / step) * step
    starts = range(0, length, side)
    return [(a, min(a + side, length), max(0, a - halo), min(length, a + side + halo)) for a in starts]


def overhead(width, height, count):
    computed = [sum(b - a for *_, a, b in spans(padded(side), count)) for side in (width, height)]
    return computed[0] * computed[1] / (width * height) - 1


def tiles_a_side(width, height):
    for count in range(1, 65):
        if abs(overhead(width, height, count) - config["overhead"]) < 1e-9:
            return count
    raise ValueError(f"no number of tiles has an overhead of {config['overhead']}")


def labels_of(pixels):
    height, width, _ = pixels.shape
    count = tiles_a_side(width, height)
    after = [padded(side) - side - step for side in (height, width)]
    image = np.pad(pixels, ((step, after[0]), (step, after[1]), (0, 0)), mode="reflect")
    found = np.empty(image.shape[:2], np.uint8)
    spent = 0.0
    for y0, y1, top, bottom in spans(image.shape[0], count):
        for x0, x1, left, right in spans(image.shape[1], count):
            window = np.ascontiguousarray(image[None, top:bottom, left:right])
            begun = time.perf_counter()
            (labels,) = session.run(["labels"], {"pixels": window})
            spent += time.perf_counter() - begun
            found[y0:y1, x0:x1] = labels[0, y0 - top : y1 - top, x0 - left : x1 - left]
    return found[step : step + height, step : step + width] + 1, spent


for line in sys.stdin:
    request = json.loads(line)
    start = time.perf_counter()
    ends, computed, spent = [], [], 0.0
    for path in request["files"]:
        labels, took = labels_of(np.asarray(Image.open(path).convert("RGB")))
        spent += took
        stem = os.path.splitext(os.path.basename(path))[0]
        Image.fromarray(labels, "L").save(os.path.join(request["output"], f"{stem}_mask.png"))
        ends.append(time.perf_counter() - start)
        computed.append(spent)
    print(json.dumps({"ends": ends, "computed": computed}), flush=True)
