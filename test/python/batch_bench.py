"""A folder segmented by Keras in a straightforward loop, for `brushfield bench batch`: read, predict, write.

python batch_bench.py CONFIG    CONFIG as JSON: network, weights (a safetensors file), classes, threads, onBatch
    Each line of stdin, {"files": [...], "output": FOLDER}, is answered by {"ends": [...], "computed": [...]}: when each
    mask was written and how long the network had been computed by then, in seconds.
"""

import json
import os
import sys
import time

import numpy as np
import tensorflow as tf
from keras_networks import build, named_weights
from PIL import Image
from safetensors.numpy import load_file

config = json.loads(sys.argv[1])
tf.config.threading.set_intra_op_parallelism_threads(config["threads"])
model = build(config["network"], classes=config["classes"], channels=3)
values = load_file(config["weights"])
for name, weight in named_weights(model).items():
    weight.assign(values[name])

for line in sys.stdin:
    request = json.loads(line)
    start = time.perf_counter()
    ends, computed, spent = [], [], 0.0
    for path in request["files"]:
        pixels = np.asarray(Image.open(path).convert("RGB"))
        x = pixels.astype(np.float32)[None] / 127.5 - 1
        begun = time.perf_counter()
        logits = model.predict_on_batch(x) if config["onBatch"] else model.predict(x, batch_size=1, verbose=0)
        spent += time.perf_counter() - begun
        mask = Image.fromarray((logits[0].argmax(-1) + 1).astype(np.uint8), "L")
        stem = os.path.splitext(os.path.basename(path))[0]
        mask.save(os.path.join(request["output"], f"{stem}_mask.png"))
        ends.append(time.perf_counter() - start)
        computed.append(spent)
    print(json.dumps({"ends": ends, "computed": computed}), flush=True)
