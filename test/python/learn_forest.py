"""A random forest on scikit-image's multiscale features for `brushfield bench learn`, images normalised as for the networks."""
import json
import sys
import time

import numpy
from skimage.feature import multiscale_basic_features
from sklearn.ensemble import RandomForestClassifier

TREES = 100
# Where all pixels are labelled neighbours say the same: more pixels take longer and bring nothing.
SHARE, ENOUGH = 0.05, 50_000
UNLABELLED = 255


def pixels_of(one):
    shape = (one['height'], one['width'], one['channels'])
    return numpy.fromfile(one['pixels'], numpy.float32).reshape(shape)


def looks_fluorescent(image):
    low, median, high = numpy.percentile(image.mean(-1), [1, 50, 99.8])
    return high > low and (median - low) / (high - low) < 0.25


def normalised(image, uint8, fluorescent):
    spread = numpy.maximum(image.max((0, 1)) - image.min((0, 1)), 1e-30)
    if fluorescent:
        low, high = numpy.percentile(image, [1, 99.8], axis=(0, 1))
        half = numpy.maximum((high - low) / 2, 2 if uint8 else spread / 128)
        return numpy.clip((image - low - half) / half, -2, 2)
    deviation = numpy.maximum(image.std((0, 1), dtype=numpy.float64), 4 if uint8 else spread / 64)
    return (image - image.mean((0, 1), dtype=numpy.float64)) / deviation


def features_of(one, fluorescent):
    image = normalised(pixels_of(one), one['uint8'], fluorescent).astype(numpy.float32)
    options = dict(intensity=True, edges=True, texture=True, sigma_min=1, sigma_max=16)
    features = multiscale_basic_features(image, channel_axis=-1, **options)
    return features.reshape(-1, features.shape[-1]).astype(numpy.float32)


def answer(asked):
    start = time.perf_counter()
    random = numpy.random.default_rng(asked['seed'])
    train = asked['train']
    looked_at = train[:: -(-len(train) // 12)]
    votes = [looks_fluorescent(pixels_of(one)) for one in looked_at]
    fluorescent = 2 * sum(votes) > len(votes)
    labels = [numpy.fromfile(one['labels'], numpy.uint8) for one in train]
    known = [numpy.flatnonzero(values != UNLABELLED) for values in labels]
    total = sum(len(one) for one in known)
    share = min(1, max(SHARE, ENOUGH / total))
    x, y = [], []
    for one, values, places in zip(train, labels, known):
        chosen = places if share == 1 else random.choice(places, round(share * len(places)), replace=False)
        x.append(features_of(one, fluorescent)[chosen])
        y.append(values[chosen])
    leaf = 5 if share < 1 else 1
    forest = RandomForestClassifier(TREES, min_samples_leaf=leaf, n_jobs=2, random_state=asked['seed'])
    forest.fit(numpy.concatenate(x), numpy.concatenate(y))
    fitted = time.perf_counter()
    n = asked['classes']
    confusions = []
    for one in asked['test']:
        values = forest.predict(features_of(one, fluorescent))
        truth = numpy.fromfile(one['labels'], numpy.uint8)
        scored = truth != UNLABELLED
        confusion = numpy.zeros((n, n), int)
        numpy.add.at(confusion, (truth[scored], values[scored]), 1)
        confusions.append(confusion.tolist())
    return dict(confusions=confusions, fitS=fitted - start, predictS=time.perf_counter() - fitted)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
