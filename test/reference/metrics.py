"""Records scikit-learn's scores for metrics-properties.test.ts: python metrics.py > metrics.json (scikit-learn 1.9.1).

Labels of 255 are void and left out. In some cases a class occurs in the labels only, in the prediction only, or nowhere.
"""

import json

import numpy
from sklearn import metrics

random = numpy.random.default_rng(2026)
VOID = 255


def case(classes, size, truth_of, guess_of, agree, void):
    truth = random.choice(truth_of, size)
    guess = numpy.where(random.random(size) < agree, truth, random.choice(guess_of, size))
    truth = numpy.where(random.random(size) < void, VOID, truth)
    t, g = truth[truth != VOID], guess[truth != VOID]
    labels = list(range(classes))
    each = {'average': None, 'labels': labels, 'zero_division': 0}
    iou = metrics.jaccard_score(t, g, **each)
    seen = numpy.isin(labels, numpy.union1d(t, g))
    return {
        'classes': classes,
        'truth': truth.tolist(),
        'guess': guess.tolist(),
        'confusion': metrics.confusion_matrix(t, g, labels=labels).tolist(),
        'accuracy': float(metrics.accuracy_score(t, g)),
        'meanIoU': float(iou[seen].mean()),
        'dice': metrics.f1_score(t, g, **each).tolist(),
        'iou': iou.tolist(),
        'precision': metrics.precision_score(t, g, **each).tolist(),
        'recall': metrics.recall_score(t, g, **each).tolist(),
    }


cases = [
    case(2, 60, [0, 1], [0, 1], 0.7, 0.1),
    case(2, 40, [0], [0, 1], 0.0, 0.0),
    case(3, 80, [0, 2], [0, 1], 0.5, 0.2),
    case(4, 80, [0, 1, 2], [0, 1, 2], 0.8, 0.3),
    case(5, 120, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4], 0.3, 0.05),
    case(3, 30, [1], [1], 1.0, 0.5),
]
print(json.dumps(cases))
