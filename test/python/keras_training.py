"""What Keras computes for the networks of keras_networks.py from given weights and a given batch.

python keras_training.py FOLDER CASES.json
    CASES.json: [{"name", "network", "classes", "channels", "activation", "padding", "momentum", "dice",
                  "freeze": whether layers named conv... are fixed,
                  "optimizer": {"learning_rate", "beta_1", "beta_2", "weight_decay", "clip_norm", "ema"}}, ...]
    A case reads NAME.batch.safetensors (x; y with -1 for void) and NAME.h5, and writes NAME.keras.safetensors:
    inference, logits (training mode), reordering (see reordering_difference), loss, gradient/..., first/... (all weights
    after one step), last/... (after three), average/... (their running average), and NAME.after.h5 and
    NAME.after.weights.h5.
"""

import json
import sys

import h5py
import keras
import numpy as np
import tensorflow as tf
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group
from keras_networks import build, named_weights
from safetensors.numpy import load_file, save_file

STEPS = 3


def objective(logits, labels, dice_weight):
    """Mean cross entropy over labelled pixels + dice_weight · (1 − soft Dice of the batch)."""
    classes = logits.shape[-1]
    labelled = tf.cast(labels >= 0, tf.float32)
    target = tf.one_hot(tf.maximum(labels, 0), classes)
    entropy = -tf.reduce_sum(tf.nn.log_softmax(logits) * target, -1)
    loss = tf.reduce_sum(entropy * labelled) / tf.reduce_sum(labelled)
    if dice_weight:
        p = tf.nn.softmax(logits) * labelled[..., None]
        o = target * labelled[..., None]
        overlap = tf.reduce_sum(p * o, [0, 1, 2])
        total = tf.reduce_sum(p + o, [0, 1, 2])
        loss += dice_weight * (1 - tf.reduce_mean((2 * overlap + 1) / (total + 1)))
    return loss


def optimizer_of(model, settings):
    optimizer = keras.optimizers.Adam(
        settings["learning_rate"],
        beta_1=settings["beta_1"],
        beta_2=settings["beta_2"],
        epsilon=1e-7,
        weight_decay=settings["weight_decay"] or None,
        global_clipnorm=settings["clip_norm"] or None,
    )
    optimizer.exclude_from_weight_decay(var_list=[v for v in model.trainable_variables if len(v.shape) < 2])
    return optimizer


def reordering_difference(model, x):
    """Largest change of the training-mode logits when the batch is in reverse order, which is rounding alone."""
    weights = model.get_weights()
    forward, backward = model(x, training=True), model(x[::-1], training=True)[::-1]
    model.set_weights(weights)
    return np.abs(forward - backward).max()


def compute(folder, case):
    batch = load_file(f"{folder}/{case['name']}.batch.safetensors")
    x, y = tf.constant(batch["x"]), tf.constant(batch["y"].astype(np.int32))
    model = build(
        case["network"],
        classes=case["classes"],
        channels=case["channels"],
        activation=case["activation"],
        padding=case["padding"],
        momentum=case["momentum"],
        **{name: case[name] for name in ("width", "depth") if name in case},
    )
    model.load_weights(f"{folder}/{case['name']}.h5")
    if case.get("freeze"):
        for layer in model.layers:
            layer.trainable = not layer.name.startswith("conv")
    named = named_weights(model)
    trainable = {name: w for name, w in named.items() if w.trainable}
    snapshot = lambda prefix: {f"{prefix}/{name}": np.array(w.value) for name, w in named.items()}

    out = {"inference": np.asarray(model(x, training=False))}
    out["reordering"] = np.asarray(reordering_difference(model, x), np.float32)
    settings = case["optimizer"]
    optimizer = optimizer_of(model, settings)
    average = {name: np.array(w.value) for name, w in trainable.items()}
    for step in range(STEPS):
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss = objective(logits, y, case["dice"])
        gradients = tape.gradient(loss, [w.value for w in trainable.values()])
        if step == 0:
            out["logits"], out["loss"] = np.asarray(logits), np.asarray(loss)
            out.update({f"gradient/{name}": np.asarray(g) for name, g in zip(trainable, gradients)})
        optimizer.apply(gradients, list(trainable.values()))
        decay = min(settings["ema"], (1 + step) / (10 + step))
        average = {name: average[name] * decay + np.array(w.value) * (1 - decay) for name, w in trainable.items()}
        if step == 0:
            out.update(snapshot("first"))
    out.update(snapshot("last"))
    out.update({f"average/{name}": value.astype(np.float32) for name, value in average.items()})
    out["after"] = np.asarray(model(x, training=False))
    save_file(out, f"{folder}/{case['name']}.keras.safetensors")
    model.save_weights(f"{folder}/{case['name']}.after.weights.h5")
    with h5py.File(f"{folder}/{case['name']}.after.h5", "w") as file:
        save_weights_to_hdf5_group(file, model)


folder, cases = sys.argv[1:]
with open(cases) as file:
    for case in json.load(file):
        compute(folder, case)
