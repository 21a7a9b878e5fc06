"""Losses of test/parity/losses.test.ts by Keras, with gradients: python losses_reference.py OUT.safetensors

Writes logits [N,H,W,C], labels [N,H,W] (-1 is void), weights [C] and NAME/loss and NAME/gradient for each NAME.
"""

import sys

import keras
import numpy as np
import tensorflow as tf
from safetensors.numpy import save_file

GAMMA = 2.0
rng = np.random.default_rng(17)
logits = (3 * rng.normal(size=(2, 9, 7, 4))).astype(np.float32)
labels = rng.integers(-1, 4, size=(2, 9, 7))
weights = np.array([0.25, 1.0, 3.0, 0.5], np.float32)

valid = labels >= 0
x = tf.Variable(logits)


def labelled_pixels():
    """Logits [P, C] and one-hot truth [P, C] of the labelled pixels alone: void ones take part in nothing."""
    return tf.boolean_mask(x, valid), tf.one_hot(labels[valid], 4)


def cross_entropy():
    z, truth = labelled_pixels()
    return tf.reduce_mean(keras.losses.categorical_crossentropy(truth, z, from_logits=True))


def weighted():
    z, truth = labelled_pixels()
    entropy = keras.losses.categorical_crossentropy(truth, z, from_logits=True)
    return tf.reduce_mean(entropy * weights[labels[valid]])


def focal():
    z, truth = labelled_pixels()
    return tf.reduce_mean(
        keras.losses.categorical_focal_crossentropy(truth, z, alpha=1.0, gamma=GAMMA, from_logits=True)
    )


def weighted_focal():
    z, truth = labelled_pixels()
    loss = keras.losses.categorical_focal_crossentropy(truth, z, alpha=1.0, gamma=GAMMA, from_logits=True)
    return tf.reduce_mean(loss * weights[labels[valid]])


def with_dice():
    z, truth = labelled_pixels()
    p = tf.nn.softmax(z)
    dice = (2 * tf.reduce_sum(p * truth, 0) + 1) / (tf.reduce_sum(p, 0) + tf.reduce_sum(truth, 0) + 1)
    return cross_entropy() + 0.7 * tf.reduce_mean(1 - dice)


out = {"logits": logits, "labels": labels.astype(np.float32), "weights": weights}
for loss in (cross_entropy, weighted, focal, weighted_focal, with_dice):
    with tf.GradientTape() as tape:
        value = loss()
    out[f"{loss.__name__}/loss"] = np.asarray(value)
    out[f"{loss.__name__}/gradient"] = np.asarray(tf.convert_to_tensor(tape.gradient(value, x)))
save_file(out, sys.argv[1])
