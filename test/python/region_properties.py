"""Measurements of objects by scikit-image: region_properties.py LIST.json OUTPUT.json

The list holds {"labels": PATH, "image": PATH, "objects": bool}: label files whose values number the objects, or are classes
whose 8-connected components are the objects. Written: for each entry the columns of regionprops_table.
"""

import json
import sys

import numpy as np
from PIL import Image
from skimage.measure import label, regionprops_table

PROPERTIES = [
    "label",
    "area",
    "centroid",
    "bbox",
    "perimeter",
    "eccentricity",
    "solidity",
    "equivalent_diameter_area",
    "intensity_mean",
    "intensity_min",
    "intensity_max",
]


def samples(path):
    image = Image.open(path)
    pixels = np.asarray(image)
    if pixels.ndim == 2:
        return pixels[:, :, np.newaxis]
    return pixels[:, :, :3] if image.mode == "RGBA" else pixels


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        entries = json.load(file)
    tables = []
    for entry in entries:
        numbers = np.asarray(Image.open(entry["labels"])).astype(np.int64)
        objects = numbers if entry["objects"] else label(numbers, background=0, connectivity=2)
        table = regionprops_table(objects, samples(entry["image"]), properties=PROPERTIES)
        tables.append({name: column.tolist() for name, column in table.items()})
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(tables, file)


main()
