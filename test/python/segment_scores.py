"""Scores of test/measure/segment-scores.test.ts by scikit-image and scikit-learn: python segment_scores.py FOLDER

FOLDER/inside-N.bin (float32 probabilities of being inside, SIDE x SIDE), truth-N.bin (uint8, 1 inside), N = 0, 1, 2.
Prints one JSON line: of each picture our definitions by scikit-learn, and both scores by scikit-image.
"""

import json
import sys

import numpy
from scipy.stats import entropy
from skimage.measure import label
from skimage.metrics import adapted_rand_error, variation_of_information
from skimage.segmentation import watershed
from sklearn.metrics import normalized_mutual_info_score
from sklearn.metrics.cluster import pair_confusion_matrix

folder, side = sys.argv[1], int(sys.argv[2])


def lonely(found):
    """Each pixel of 0 is a region of its own."""
    found = found.astype(numpy.int64)
    empty = found == 0
    found[empty] = found.max() + 1 + numpy.arange(empty.sum())
    return found


results = []
for n in range(3):
    inside = numpy.fromfile(f"{folder}/inside-{n}.bin", numpy.float32).reshape(side, side)
    truth = label(numpy.fromfile(f"{folder}/truth-{n}.bin", numpy.uint8).reshape(side, side), connectivity=1)
    # In the order of rows, as ours.
    found = label(inside > 0.5, connectivity=1)
    scored = truth > 0
    s, t = truth[scored], lonely(found)[scored]
    pairs = pair_confusion_matrix(s, t)
    together, split, merged = (pairs[1, 1] + s.size, pairs[1, 0], pairs[0, 1])
    error, _, _ = adapted_rand_error(truth, lonely(found), ignore_labels=(0,))
    apart = variation_of_information(truth, lonely(found), ignore_labels=(0,)).sum()
    entropies = sum(entropy(numpy.unique(one, return_counts=True)[1], base=2) for one in (s, t))
    lines = watershed(numpy.zeros(inside.shape), found, connectivity=1, watershed_line=True)
    thinned = lonely(lines)[scored]
    results.append(
        dict(
            regions=[int(truth.max()), int(found.max())],
            rand=float(2 * together / (2 * together + split + merged)),
            info=float(normalized_mutual_info_score(s, t)),
            skimage=[float(1 - error), float(1 - apart / entropies)],
            thinned_info=float(normalized_mutual_info_score(s, thinned)),
            line_share=float((lines == 0).mean()),
        )
    )
print(json.dumps(results))
