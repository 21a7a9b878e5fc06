"""Strokes on napari's Labels layer, for `brushfield bench paint`: one line of JSON a case.

Each move paints as napari's own brush does between two positions of the pointer (`_draw`), then its canvas is
rendered; nothing is saved. Needs `pip install napari[pyqt6]` and a display (Xvfb with software OpenGL will do).
"""

import json
import sys
import time

import napari
import numpy as np
from qtpy.QtWidgets import QApplication

plan = json.load(open(sys.argv[1]))
viewer = napari.Viewer(show=True)
viewer.window._qt_window.resize(1440, 900)
application = QApplication.instance()
canvas = viewer.window._qt_viewer.canvas._scene_canvas


def spread(times):
    ordered = np.sort(np.asarray(times) * 1000)
    at = lambda share: float(ordered[min(len(ordered) - 1, int(share * len(ordered)))])
    mean = float(ordered.mean())
    return {"mean": mean, "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "most": float(ordered[-1]), "count": len(ordered)}


def ten_classes(side):
    random = np.random.default_rng(1)
    labels = np.ones((side, side), np.uint8)
    for n in range((side // 64) ** 2):
        y, x = random.integers(0, side, 2)
        labels[max(0, y - 24) : y + 24, max(0, x - 24) : x + 24] = 2 + n % 9
    labels[side * 3 // 4 :] = 0
    return labels


for side in plan["sizes"]:
    labels = ten_classes(side)
    viewer.layers.clear()
    viewer.add_image(np.zeros((side, side), np.uint8))
    layer = viewer.add_labels(labels)
    layer.mode = "paint"
    for view in ("whole image", "1:1"):
        viewer.reset_view()
        if view == "1:1":
            viewer.camera.zoom = 1
        shown = 800 if view == "1:1" else side
        for radius in plan["radii"]:
            layer.brush_size = 2 * radius
            for _ in range(3):
                application.processEvents()
            points = [
                (side / 2 + (each["y"] - 0.5) * shown, side / 2 + (each["x"] - 0.5) * shown) for each in plan["unit"]
            ]
            events, frames, undo = [], [], []
            with layer.block_history():
                before = points[0]
                for point in points[:40]:
                    started = time.perf_counter()
                    layer._draw(3, before, point)
                    events.append(time.perf_counter() - started)
                    canvas.render()
                    frames.append(time.perf_counter() - started)
                    before = point
                    if sum(frames) > 5:
                        break
            started = time.perf_counter()
            layer.undo()
            canvas.render()
            undo.append((time.perf_counter() - started) * 1000)
            row = {"kind": "napari", "version": napari.__version__, "size": side, "view": view, "radius": radius}
            print(json.dumps({**row, "frame": spread(frames), "event": spread(events), "undo": undo}), flush=True)
