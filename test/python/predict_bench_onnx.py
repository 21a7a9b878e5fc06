"""Predictions of onnxruntime for `brushfield bench predict`: the networks of Keras as ONNX, bytes in, classes and confidence out.

python predict_bench_onnx.py CONFIG    CONFIG as JSON, see predict-bench-server.ts; needs onnx and onnxruntime, and prints
the largest difference from Keras' probabilities on a small picture to stderr
    Each line of stdin, {"rounds": N}, is answered by {"ms": [...], "peakMb"}.
"""

import json
import os
import resource
import sys
import time

import numpy as np
import onnx
import onnxruntime
from keras_networks import build
from onnx import TensorProto, helper, numpy_helper

config = json.loads(sys.argv[1])
size, count, channels = config["size"], config["batch"], config["channels"]


class Writer:
    """Nodes and constants of a graph, channels first."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind, inputs, **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name


def layer_node(w, layer, inputs):
    kind = type(layer).__name__
    weights = [np.asarray(weight) for weight in layer.weights]
    x = inputs[0]
    if kind in ("Conv2D", "DepthwiseConv2D"):
        # [kh, kw, in, out], depthwise [kh, kw, channels, 1] → [out, in, kh, kw]
        kernel = weights[0].transpose(3, 2, 0, 1) if kind == "Conv2D" else weights[0].transpose(2, 3, 0, 1)
        group = 1 if kind == "Conv2D" else kernel.shape[0]
        given = [x, *(w.constant(one) for one in (kernel, *weights[1:]))]
        padding = {"auto_pad": "SAME_UPPER" if layer.padding == "same" else "VALID"}
        x = w.add("Conv", given, group=group, kernel_shape=kernel.shape[2:], strides=layer.strides, **padding)
        return activated(w, layer, x)
    if kind == "BatchNormalization":
        given = [x, *map(w.constant, weights)]
        return w.add("BatchNormalization", given, epsilon=layer.epsilon)
    if kind == "Activation":
        return activated(w, layer, x)
    if kind == "MaxPooling2D":
        return w.add("MaxPool", inputs, kernel_shape=layer.pool_size, strides=layer.strides)
    if kind == "UpSampling2D":
        scales = w.constant(np.array([1, 1, 2, 2], np.float32))
        return w.add("Resize", [x, "", scales], mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric")
    if kind == "Concatenate":
        return w.add("Concat", inputs, axis=1)
    if kind == "Add":
        return w.add("Add", inputs)
    if kind == "Lambda":
        # Of unet-quick: space to depth at its beginning, depth to space at its end; both have TensorFlow's order of channels.
        first = layer.input.shape[-1] == channels
        return w.add("SpaceToDepth", [x], blocksize=2) if first else w.add("DepthToSpace", [x], blocksize=2, mode="DCR")
    raise ValueError(f"no node for a layer {kind}")


def activated(w, layer, x):
    name = layer.activation.__name__
    if name == "linear":
        return x
    if name == "relu6":
        return w.add("Clip", [x, w.constant(np.float32(0)), w.constant(np.float32(6))])
    return w.add({"relu": "Relu", "tanh": "Tanh"}[name], [x])


def exported(model):
    w, values = Writer(), {}
    floats = w.add("Cast", ["pixels"], to=TensorProto.FLOAT)
    floats = w.add("Mul", [floats, w.constant(np.float32(1 / 127.5))])
    image = w.add("Sub", [floats, w.constant(np.float32(1))])
    image = w.add("Transpose", [image], perm=[0, 3, 1, 2])
    for layer in model.layers:
        given = layer.input if isinstance(layer.input, list) else [layer.input]
        inputs = [values[one] for one in map(id, given)] if type(layer).__name__ != "InputLayer" else []
        values[id(layer.output)] = layer_node(w, layer, inputs) if inputs else image
    p = w.add("Softmax", [values[id(model.outputs[0])]], axis=1)
    w.nodes.append(helper.make_node("Identity", [p], ["probabilities"]))
    best = w.add("ArgMax", [p], axis=1, keepdims=0)
    most = w.add("ReduceMax", [p, w.constant(np.array([1]))], keepdims=0)
    scaled = w.add("Add", [w.add("Mul", [most, w.constant(np.float32(255))]), w.constant(np.float32(0.5))])
    for name, value in (("labels", best), ("confidence", scaled)):
        w.nodes.append(helper.make_node("Cast", [value], [name], to=TensorProto.UINT8))
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", "h", "w", channels])
    outputs = [
        helper.make_tensor_value_info("labels", TensorProto.UINT8, ["n", "h", "w"]),
        helper.make_tensor_value_info("confidence", TensorProto.UINT8, ["n", "h", "w"]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", config["classes"], "h", "w"]),
    ]
    graph = helper.make_graph(w.nodes, "network", [pixels], outputs, w.constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()


random = np.random.default_rng(config["seed"])
model = build(config["network"], classes=config["classes"], channels=channels)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(os.environ.get("TF_NUM_INTRAOP_THREADS") or len(os.sched_getaffinity(0)))
session = onnxruntime.InferenceSession(exported(model), options, providers=["CPUExecutionProvider"])

small = random.integers(0, 256, (1, 64, 64, channels), np.uint8)
logits = np.asarray(model(small.astype(np.float32) * np.float32(1 / 127.5) - np.float32(1), training=False))
e = np.exp(logits - logits.max(-1, keepdims=True))
(found,) = session.run(["probabilities"], {"pixels": small})
difference = np.abs(found.transpose(0, 2, 3, 1) - e / e.sum(-1, keepdims=True)).max()
print(f"largest difference from Keras' probabilities: {difference:.1e}", file=sys.stderr)
assert difference < 1e-4, difference

pictures = random.integers(0, 256, (count, size, size, channels), np.uint8)
for line in sys.stdin:
    ms = []
    for _ in range(json.loads(line)["rounds"]):
        start = time.perf_counter()
        session.run(["labels", "confidence"], {"pixels": pictures})
        ms.append((time.perf_counter() - start) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": ms, "peakMb": peak, "tensors": 0}), flush=True)
