"""Predictions of onnxruntime for `brushfield bench predict`: the networks of Keras as ONNX, bytes in, classes and confidence out.

python predict_bench_onnx.py CONFIG    CONFIG as JSON, see predict-bench-server.ts; needs onnx and onnxruntime, and prints
the largest difference from Keras' probabilities on a small picture to stderr
    Each line of stdin, {"rounds": N}, is answered by {"ms": [...], "peakMb"}.
"""

import json
import os
import resource
import sys
import time

import numpy as np
from keras_networks import build
from onnx_networks import session_of

config = json.loads(sys.argv[1])
size, count, channels = config["size"], config["batch"], config["channels"]

random = np.random.default_rng(config["seed"])
model = build(config["network"], classes=config["classes"], channels=channels)
threads = int(os.environ.get("TF_NUM_INTRAOP_THREADS") or len(os.sched_getaffinity(0)))
session = session_of(model, config["classes"], channels, threads)

small = random.integers(0, 256, (1, 64, 64, channels), np.uint8)
logits = np.asarray(model(small.astype(np.float32) * np.float32(1 / 127.5) - np.float32(1), training=False))
e = np.exp(logits - logits.max(-1, keepdims=True))
(found,) = session.run(["probabilities"], {"pixels": small})
difference = np.abs(found.transpose(0, 2, 3, 1) - e / e.sum(-1, keepdims=True)).max()
print(f"largest difference from Keras' probabilities: {difference:.1e}", file=sys.stderr)
assert difference < 1e-4, difference

pictures = random.integers(0, 256, (count, size, size, channels), np.uint8)
for line in sys.stdin:
    ms = []
    for _ in range(json.loads(line)["rounds"]):
        start = time.perf_counter()
        session.run(["labels", "confidence"], {"pixels": pictures})
        ms.append((time.perf_counter() - start) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": ms, "peakMb": peak, "tensors": 0}), flush=True)
