"""Records scikit-image's thresholds for otsu.test.ts: python otsu.py > otsu.json (scikit-image 0.26.0)."""

import json

import numpy
from skimage.filters import threshold_multiotsu, threshold_otsu

random = numpy.random.default_rng(1979)


def mixture(parts, dtype):
    values = numpy.concatenate([random.normal(mean, sd, n) for mean, sd, n in parts])
    return numpy.clip(values, 0, None).astype(dtype)


cases = []
for dtype, scale in (('uint8', 1), ('uint16', 200), ('float32', 0.004)):
    for parts in (
        [(50, 12, 300), (150, 20, 120)],
        [(40, 5, 400), (90, 25, 60)],
        [(30, 8, 200), (110, 10, 150), (200, 9, 100)],
    ):
        values = mixture([(m * scale, s * scale, n) for m, s, n in parts], dtype)
        case = {'type': dtype, 'values': values.tolist(), 'otsu': float(threshold_otsu(values))}
        # For float images and for 8 bits scikit-image's bins are ours; 16-bit ones it searches value by value.
        if dtype != 'uint16':
            case['three'] = [float(t) for t in threshold_multiotsu(values, 3)]
            case['four'] = [float(t) for t in threshold_multiotsu(values, 4)]
        cases.append(case)
print(json.dumps(cases))
