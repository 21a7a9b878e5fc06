"""Cleaning up by SciPy and scikit-image: clean_up.py WIDTH HEIGHT MIN_AREA LABELS OUTPUT (raw uint8; 1 is object, 0 background).

OUTPUT holds, one map after the other: holes filled, small objects removed, objects at the border removed.
"""

import sys

import numpy as np
from scipy.ndimage import binary_fill_holes, label
from skimage.segmentation import clear_border

width, height, min_area = (int(text) for text in sys.argv[1:4])
mask = np.fromfile(sys.argv[4], dtype=np.uint8).reshape(height, width) > 0
objects, _ = label(mask, structure=np.ones((3, 3)))
areas = np.bincount(objects.ravel())
large = mask & (areas[objects] >= min_area)
whole = clear_border(objects) > 0
np.stack([binary_fill_holes(mask), large, whole]).astype(np.uint8).tofile(sys.argv[5])
