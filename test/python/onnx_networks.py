"""The networks of Keras as ONNX, for benchmarks beside onnxruntime. Needs onnx and onnxruntime."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


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


def layer_node(w, layer, inputs, channels):
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


def exported(model, classes, channels, wanted=("labels", "confidence", "probabilities")):
    """The model as bytes: `pixels` (uint8, [n, h, w, channels]) in; `wanted` out, of which labels count from 0."""
    w, values = Writer(), {}
    floats = w.add("Cast", ["pixels"], to=TensorProto.FLOAT)
    floats = w.add("Mul", [floats, w.constant(np.float32(1 / 127.5))])
    image = w.add("Sub", [floats, w.constant(np.float32(1))])
    image = w.add("Transpose", [image], perm=[0, 3, 1, 2])
    for layer in model.layers:
        given = layer.input if isinstance(layer.input, list) else [layer.input]
        inputs = [values[one] for one in map(id, given)] if type(layer).__name__ != "InputLayer" else []
        values[id(layer.output)] = layer_node(w, layer, inputs, channels) if inputs else image
    logits = values[id(model.outputs[0])]
    made, outputs = {"labels": logits}, []
    if wanted != ("labels",):
        p = made["labels"] = made["probabilities"] = w.add("Softmax", [logits], axis=1)
        most = w.add("ReduceMax", [p, w.constant(np.array([1]))], keepdims=0)
        made["confidence"] = w.add("Add", [w.add("Mul", [most, w.constant(np.float32(255))]), w.constant(np.float32(0.5))])
    made["labels"] = w.add("ArgMax", [made["labels"]], axis=1, keepdims=0)
    for name in wanted:
        if name == "probabilities":
            w.nodes.append(helper.make_node("Identity", [made[name]], [name]))
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", classes, "h", "w"]))
        else:
            w.nodes.append(helper.make_node("Cast", [made[name]], [name], to=TensorProto.UINT8))
            outputs.append(helper.make_tensor_value_info(name, TensorProto.UINT8, ["n", "h", "w"]))
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", "h", "w", channels])
    graph = helper.make_graph(w.nodes, "network", [pixels], outputs, w.constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def session_of(model, classes, channels, threads, **options):
    """An onnxruntime session on the CPU."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    graph = exported(model, classes, channels, **options)
    return onnxruntime.InferenceSession(graph, settings, providers=["CPUExecutionProvider"])
