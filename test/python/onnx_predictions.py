"""Checks ONNX models and computes pictures by onnxruntime, prepared as the model's metadata say.

usage: onnx_predictions.py FOLDER CASES    CASES, a JSON file: [{model, images: [{file, type, shape: [h, w, c]}]}], raw values in
FOLDER; writes FILE.probabilities (float32 [classes, h, w]) and FILE.classes (uint8 [h, w]) beside each, and prints metadata.
"""

import json
import os
import sys

import numpy as np
import onnx
import onnxruntime

INTENSITIES = {
    "z-score": lambda v, eight: standardised(v, 4 if eight else (v.max() - v.min()) / 64 or 1),
    "percentile": lambda v, eight: between(v, [1, 99.8], 2, 2 if eight else (v.max() - v.min()) / 128 or 1),
    "minus-one-to-one": lambda v, eight: v / 127.5 - 1 if eight else between(v, [0.35, 99.65], 1, (v.max() - v.min()) / 128 or 1),
}


def standardised(v, floor):
    return (v - v.mean()) / max(v.std(), floor)


def between(v, percents, limit, floor):
    low, high = np.percentile(v, percents)
    half = max((high - low) / 2, floor)
    return np.clip((v - low - half) / half, -limit, limit)


def prepared(picture, meta):
    planes = np.moveaxis(picture.astype(np.float64), 2, 0)
    if meta["channels"] == "grey":
        planes = planes.mean(0, keepdims=True)
    elif meta["channels"] == "rgb" and len(planes) == 1:
        planes = np.repeat(planes, 3, 0)
    assert len(planes) == int(meta["channelCount"])
    planes = [INTENSITIES[meta["intensity"]](plane, picture.dtype == np.uint8) for plane in planes]
    margin, step = int(meta["margin"]), int(meta["multipleOf"])
    h, w = picture.shape[:2]
    rows, columns = (np.arange(-margin, -(-(side + 2 * margin) // step) * step - margin) for side in (h, w))
    image = np.stack(planes)[:, mirrored(rows, h)][:, :, mirrored(columns, w)]
    return image[None].astype(np.float32), margin


def mirrored(i, side):
    return np.abs((i + side - 1) % (2 * side - 2) - side + 1) if side > 1 else 0 * i


def main(folder, cases):
    told = {}
    for case in cases:
        path = os.path.join(folder, case["model"])
        onnx.checker.check_model(path, full_check=True)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        meta = told[case["model"]] = session.get_modelmeta().custom_metadata_map
        for image in case["images"]:
            file, (h, w, c) = os.path.join(folder, image["file"]), image["shape"]
            picture = np.fromfile(file, image["type"]).reshape(h, w, c)
            given, margin = prepared(picture, meta)
            for name, value in zip(["probabilities", "classes"], session.run(["probabilities", "classes"], {"image": given})):
                np.ascontiguousarray(value[0, ..., margin : margin + h, margin : margin + w]).tofile(f"{file}.{name}")
    print(json.dumps(told))


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:
        main(sys.argv[1], json.load(file))
