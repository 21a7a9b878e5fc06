"""Euclidean distance of every pixel of an object to its border by SciPy: distances.py WIDTH HEIGHT LABELS OUTPUT (raw uint32, float64)."""

import sys

import numpy as np
from scipy.ndimage import distance_transform_edt

width, height = int(sys.argv[1]), int(sys.argv[2])
labels = np.fromfile(sys.argv[3], dtype="<u4").reshape(height, width)
distance = np.zeros((height, width))
for label in np.unique(labels[labels > 0]):
    own = labels == label
    distance[own] = distance_transform_edt(own)[own]
distance.astype("<f8").tofile(sys.argv[4])
