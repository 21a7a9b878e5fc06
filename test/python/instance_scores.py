"""Average precision at IoU 0.5 as in StarDist and the Data Science Bowl 2018, TP / (TP + FP + FN), over pairs of label maps.

instance_scores.py LIST.json: entries {"truth": PNG, "found": RAW uint32 file of the same size}. Prints a list of [TP, FP, FN].
"""

import json
import sys

import numpy as np
from PIL import Image

scores = []
for entry in json.load(open(sys.argv[1], encoding="utf-8")):
    truth = np.asarray(Image.open(entry["truth"])).astype(np.int64)
    found = np.fromfile(entry["found"], dtype="<u4").reshape(truth.shape).astype(np.int64)
    overlap = np.zeros((truth.max() + 1, found.max() + 1))
    np.add.at(overlap, (truth.ravel(), found.ravel()), 1)
    areas = overlap.sum(1, keepdims=True) + overlap.sum(0, keepdims=True) - overlap
    iou = (overlap / areas)[1:, 1:]
    hits = int((iou > 0.5).sum())
    scores.append([hits, int((np.bincount(found.ravel())[1:] > 0).sum()) - hits, int((np.bincount(truth.ravel())[1:] > 0).sum()) - hits])
print(json.dumps(scores))
