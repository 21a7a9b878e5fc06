"""Predictions of Keras on TensorFlow for `brushfield bench predict`: bytes in, classes and confidence as bytes out.

python predict_bench.py CONFIG    CONFIG as JSON, see predict-bench-server.ts; "compiled" asks for XLA,
"plain" for predict_on_batch with the rest in numpy, else everything is one tf.function
    Each line of stdin, {"rounds": N}, is answered by {"ms": [...], "peakMb", "peakGigaflops"}.
"""

import json
import resource
import sys
import time

import numpy as np
import tensorflow as tf
from keras_networks import build
from matrix_product import gigaflops, matrix

config = json.loads(sys.argv[1])
size, count, channels = config["size"], config["batch"], config["channels"]
model = build(config["network"], classes=config["classes"], channels=channels)
random = np.random.default_rng(config["seed"])
pictures = random.integers(0, 256, (count, size, size, channels), np.uint8)


@tf.function(jit_compile=config["compiled"])
def graph(pixels):
    x = tf.cast(pixels, tf.float32) * (1 / 127.5) - 1
    p = tf.nn.softmax(model(x, training=False))
    labels = tf.cast(tf.argmax(p, -1), tf.uint8)
    return labels, tf.cast(tf.reduce_max(p, -1) * 255 + 0.5, tf.uint8)


def plain(pixels):
    logits = model.predict_on_batch(pixels.astype(np.float32) * np.float32(1 / 127.5) - np.float32(1))
    e = np.exp(logits - logits.max(-1, keepdims=True))
    p = e / e.sum(-1, keepdims=True)
    return p.argmax(-1).astype(np.uint8), (p.max(-1) * 255 + 0.5).astype(np.uint8)


def run(pixels):
    if config["plain"]:
        return plain(pixels)
    return [part.numpy() for part in graph(tf.convert_to_tensor(pixels))]



square = tf.constant(matrix())

for line in sys.stdin:
    ms = []
    for _ in range(json.loads(line)["rounds"]):
        start = time.perf_counter()
        run(pictures)
        ms.append((time.perf_counter() - start) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reply = {"ms": ms, "peakMb": peak, "tensors": 0, "peakGigaflops": gigaflops(lambda: tf.matmul(square, square).numpy())}
    print(json.dumps(reply), flush=True)
