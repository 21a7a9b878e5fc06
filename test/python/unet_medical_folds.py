"""Slices that NVIDIA's UNet_Medical example holds out of 30 in each of its five folds, as JSON."""

import json
from collections import deque

import numpy

folds = []
for fold in range(5):
    numpy.random.seed(0)
    indices = numpy.arange(30)
    numpy.random.shuffle(indices)
    turned = deque(indices.tolist())
    turned.rotate(fold * int((1.0 - 0.8) * 30))
    folds.append(sorted(list(turned)[int(0.8 * 30) :]))
print(json.dumps(folds))
