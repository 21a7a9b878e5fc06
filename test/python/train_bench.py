"""Training steps of Keras on TensorFlow for `brushfield bench train`: one graph a step, the loss read back.

python train_bench.py CONFIG    CONFIG as JSON, see train-bench-server.ts; "xla" asks for XLA, "precision" for Keras' mixed
precision, "loader" for batches that tf.data cuts and augments meanwhile (null: one and the same batch)
    Each line of stdin, {"steps": N}, is answered by {"ms": [...], "loss", "seconds", "peakMb", "peakGigaflops"}.
"""

import json
import resource
import sys
import time

import keras
import numpy as np
import tensorflow as tf
from keras_networks import build
from matrix_product import gigaflops, matrix

config = json.loads(sys.argv[1])
size, count, classes = config["size"], config["batch"], config["classes"]
options = config["optimiser"]
if config["precision"] != "float32":
    keras.mixed_precision.set_global_policy(f"mixed_{config['precision']}")
model = build(
    config["network"], classes=classes, channels=config["channels"], dropout=config["dropout"]
)
optimizer = keras.optimizers.Adam(
    config["learningRate"],
    beta_1=options["beta1"],
    beta_2=options["beta2"],
    weight_decay=options["weightDecay"] or None,
    global_clipnorm=options["clipNorm"] or None,
    use_ema=options["ema"] > 0,
    ema_momentum=options["ema"] or 0.99,
)
optimizer.exclude_from_weight_decay(var_list=[v for v in model.trainable_variables if len(v.shape) < 2])


def objective(labels, logits):
    flat = tf.cast(tf.reshape(logits, [-1, classes]), tf.float32)
    indices = tf.reshape(labels, [-1])
    labelled = tf.cast(indices >= 0, tf.float32)
    target = tf.maximum(indices, 0)
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(target, flat)
    loss = tf.reduce_sum(entropy * labelled) / tf.maximum(tf.reduce_sum(labelled), 1)
    if config["diceWeight"]:
        p = tf.nn.softmax(flat) * labelled[:, None]
        o = tf.one_hot(target, classes) * labelled[:, None]
        total = tf.reduce_sum(p, 0) + tf.reduce_sum(o, 0)
        dice = tf.reduce_mean((2 * tf.reduce_sum(p * o, 0) + 1) / (total + 1))
        loss += config["diceWeight"] * (1 - dice)
    return loss


@tf.function(jit_compile=config["xla"])
def train(x, y):
    with tf.GradientTape() as tape:
        loss = objective(y, model(x, training=True))
    weights = model.trainable_variables
    optimizer.apply(tape.gradient(loss, [w.value for w in weights]), weights)
    return loss


optimizer.build(model.trainable_variables)
random = np.random.default_rng(config["seed"])
x = random.normal(size=(count, size, size, config["channels"])).astype(np.float32)
y = random.integers(0, classes, (count, size, size), np.int32)


def batches():
    if config["loader"]:
        from loader_bench import tf_dataset

        # Tensors of TensorFlow: the way through numpy is not needed here.
        yield from tf_dataset(config["loader"])
    while True:
        yield tf.convert_to_tensor(x), tf.convert_to_tensor(y)


source = batches()
square = tf.constant(matrix())
plain = matrix()


def serve():
    for line in sys.stdin:
        ms, loss = [], 0.0
        began = time.perf_counter()
        for _ in range(json.loads(line)["steps"]):
            if config["loader"]:
                batch = next(source)
                start = time.perf_counter()
            else:
                # The way of a batch to TensorFlow counts.
                start = time.perf_counter()
                batch = next(source)
            loss = float(train(*batch))
            ms.append((time.perf_counter() - start) * 1000)
        reply = {"ms": ms, "loss": loss, "seconds": time.perf_counter() - began, "tensors": 0}
        reply["peakMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if not config["loader"]:
            products = (lambda: tf.matmul(square, square).numpy(), lambda: plain @ plain)
            reply["peakGigaflops"] = max(map(gigaflops, products))
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    serve()
