"""A random forest on scikit-image's multiscale features, fitted to the same strokes as `brushfield bench live`'s own."""
import json
import resource
import sys
import time

import numpy
from skimage.feature import multiscale_basic_features
from sklearn.ensemble import RandomForestClassifier

TREES = 100


def pixels_of(one):
    shape = (one['height'], one['width'], one['channels'])
    return numpy.fromfile(one['pixels'], numpy.uint8).reshape(shape)


def features_of(one):
    image = pixels_of(one)
    options = dict(intensity=True, edges=True, texture=True, sigma_min=1, sigma_max=16)
    if one['channels'] == 1:
        return multiscale_basic_features(image[..., 0], **options)
    return multiscale_basic_features(image, channel_axis=-1, **options)


def answer(asked):
    start = time.perf_counter()

    def since():
        nonlocal start
        before, start = start, time.perf_counter()
        return (start - before) * 1000

    train = [features_of(one) for one in asked['train']]
    features_ms = since()
    test = [features_of(one) for one in asked['test']]
    test_features_ms = since()

    def fitted(seed):
        x, y = [], []
        for features, one in zip(train, asked['train']):
            labels = numpy.fromfile(one['labels'], numpy.uint8)
            labelled = numpy.flatnonzero(labels != 255)
            x.append(features.reshape(-1, features.shape[-1])[labelled])
            y.append(labels[labelled])
        forest = RandomForestClassifier(TREES, n_jobs=-1, random_state=seed)
        return forest.fit(numpy.concatenate(x), numpy.concatenate(y))

    suggest = lambda forest: [forest.predict(one.reshape(-1, one.shape[-1])) for one in test]
    forest = fitted(asked['seed'])
    fit_ms = since()
    suggested = suggest(forest)
    suggest_ms = since()
    again = []
    for number in range(asked['refits']):
        since()
        suggest(fitted(asked['seed'] + number + 1))
        again.append(since())
    n = asked['classes']
    confusion = numpy.zeros((n, n), int)
    for one, values in zip(asked['test'], suggested):
        truth = numpy.fromfile(one['labels'], numpy.uint8)
        known = truth != 255
        numpy.add.at(confusion, (truth[known], values[known]), 1)
    return dict(confusion=confusion.tolist(), featuresMs=features_ms, testFeaturesMs=test_features_ms,
                fitMs=fit_ms, suggestMs=suggest_ms, againMs=again, peakMb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
