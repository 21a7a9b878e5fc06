"""What scikit-image and SciPy make of label maps: reads cases as JSON with arrays beside it, writes the answers.

region_reference.py FOLDER: FOLDER/cases.json is a list of {name, tool, width, height, ...}; NAME.labels and
NAME.values are raw uint8; the answer goes to NAME.out as raw uint8.
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy import ndimage
from skimage import draw, filters, segmentation

CROSS = ndimage.generate_binary_structure(2, 1)
SQUARE = ndimage.generate_binary_structure(2, 2)


def within(selection, radius):
    if not selection.any():
        return np.zeros_like(selection)
    return ndimage.distance_transform_edt(~selection) <= radius


def disc(radius):
    reach = int(radius)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return (y * y + x * x <= radius * radius).astype(np.int64)


def smooth(labels, radius):
    votes = np.zeros((256, *labels.shape), np.int64)
    for value in np.unique(labels):
        votes[value] = ndimage.convolve((labels == value).astype(np.int64), disc(radius), mode="constant", cval=0)
    own = np.take_along_axis(votes, labels[None].astype(np.int64), 0)[0]
    return np.where(own == votes.max(0), labels, votes.argmax(0))


def answer(case, labels, values):
    tool = case["tool"]
    shape = (case["height"], case["width"])
    if tool == "flood":
        return segmentation.flood(labels, (case["y"], case["x"]), connectivity=1)
    if tool == "wand":
        return segmentation.flood(values, (case["y"], case["x"]), connectivity=1, tolerance=case["tolerance"])
    if tool == "otsu":
        inside = values[labels > 0]
        return np.array([filters.threshold_otsu(inside)])
    own = labels == case.get("value")
    if tool == "grow":
        return within(own, case["radius"])
    if tool == "shrink":
        return ~within(~own, case["radius"])
    if tool == "fill-holes":
        return ndimage.binary_fill_holes(own)
    if tool == "remove-specks":
        parts, _ = ndimage.label(own, CROSS if case["connectivity"] == 4 else SQUARE)
        sizes = np.bincount(parts.ravel())
        sizes[0] = 0
        return sizes[parts] >= case["minPixels"]
    if tool == "smooth":
        return smooth(labels, case["radius"])
    # scikit-image has pixel centres at whole numbers, we at halves.
    picture = np.zeros(shape, np.uint8)
    if tool == "polygon":
        xy = np.array(case["points"]).reshape(-1, 2) - 0.5
        picture[draw.polygon(xy[:, 1], xy[:, 0], shape)] = 1
    if tool == "disc":
        picture[draw.disk((case["y"] - 0.5, case["x"] - 0.5), case["radius"], shape=shape)] = 1
    if tool == "ellipse":
        centre = ((case["y0"] + case["y1"]) / 2 - 0.5, (case["x0"] + case["x1"]) / 2 - 0.5)
        radii = ((case["y1"] - case["y0"]) / 2, (case["x1"] - case["x0"]) / 2)
        picture[draw.ellipse(*centre, *radii, shape)] = 1
    return picture


folder = Path(sys.argv[1])
for case in json.loads((folder / "cases.json").read_text()):
    read = lambda ending: np.fromfile(folder / f"{case['name']}.{ending}", np.uint8).reshape(case["height"], -1)
    answer(case, read("labels"), read("values")).astype(np.uint8).tofile(folder / f"{case['name']}.out")
