"""Scores of test/parity/metrics.test.ts by scikit-learn: python metrics_reference.py FOLDER

Two images, four classes of which the last occurs nowhere, void pixels (255). Writes FOLDER/images.safetensors
(truth/0, probabilities/0, ...) and FOLDER/scores.json.
"""

import json
import sys

import numpy as np
from safetensors.numpy import save_file
from sklearn import metrics

CLASSES = 4
VOID = 255
rng = np.random.default_rng(23)
images = []
for size in (400, 900):
    truth = rng.choice([0, 1, 2, VOID], p=[0.5, 0.25, 0.1, 0.15], size=size)
    z = rng.normal(size=(size, CLASSES)) + 1.5 * np.eye(CLASSES)[np.where(truth == VOID, 0, truth)]
    z[:, 3] = -8
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    images.append((truth, p.astype(np.float32)))

labelled = [(t[t != VOID], p[t != VOID]) for t, p in images]
truth = np.concatenate([t for t, _ in labelled])
p = np.concatenate([p for _, p in labelled])
guess = p.argmax(1)
labels = range(CLASSES)
per_class = {"average": None, "labels": labels, "zero_division": 0}


def soft_macro_dice(t, p):
    o = np.eye(CLASSES)[t]
    return np.mean((2 * (p * o).sum(0) + 1e-6) / ((p.astype(float) ** 2).sum(0) + (o**2).sum(0) + 1e-6))


def f_score(t, p, beta, threshold):
    """Mean over classes of scikit-learn's F-beta of thresholded probabilities; an absent class counts as 1."""
    present = [metrics.fbeta_score(t == c, p[:, c] > threshold, beta=beta, zero_division=1.0) for c in labels]
    return float(np.mean(present))


iou = metrics.jaccard_score(truth, guess, **per_class)
scores = {
    "accuracy": metrics.accuracy_score(truth, guess),
    "loss": metrics.log_loss(truth, p.astype(float) / p.astype(float).sum(1, keepdims=True), labels=list(labels)),
    "dice": metrics.f1_score(truth, guess, **per_class).tolist(),
    "iou": iou.tolist(),
    "mean_iou": float(iou[:3].mean()),
    "precision": metrics.precision_score(truth, guess, **per_class).tolist(),
    "recall": metrics.recall_score(truth, guess, **per_class).tolist(),
    "confusion": metrics.confusion_matrix(truth, guess, labels=list(labels)).tolist(),
    "soft_macro_dice": float(np.mean([soft_macro_dice(t, p) for t, p in labelled])),
    "f_score": [f_score(*labelled[0], 1, 0.5), f_score(*labelled[0], 2, 0.3)],
}
folder = sys.argv[1]
arrays = {}
for index, (t, p) in enumerate(images):
    arrays[f"truth/{index}"] = t.astype(np.float32)
    arrays[f"probabilities/{index}"] = p
save_file(arrays, f"{folder}/images.safetensors")
with open(f"{folder}/scores.json", "w") as file:
    json.dump(scores, file)
