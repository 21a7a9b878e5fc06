"""Weights files as real Keras writes them, and what real Keras reads from ours.

python keras_weight_files.py write FOLDER
    small.h5, model.h5 and small.weights.h5 of one small network, by Keras itself; keras1.h5, chunked.h5, big_endian.h5
    and half.h5 by h5py, in the layouts of Keras 1 and of models with very many layers; truth.safetensors holds the values.
python keras_weight_files.py read FILE.h5 OUT.safetensors
    Loads FILE by position into one copy of the network and by name into another, requires both to be equal, and
    writes the values.
"""

import sys

import h5py
import keras
import numpy as np
from keras import layers
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group
from safetensors.numpy import save_file


def network():
    keras.utils.set_random_seed(3)
    image = layers.Input((None, None, 3))
    x = layers.Conv2D(4, 3, use_bias=False, name="conv1")(image)
    x = layers.BatchNormalization(name="conv1_bn")(x)
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.DepthwiseConv2D(3, use_bias=False, name="conv_dw_1")(x)
    x = layers.BatchNormalization(name="conv_dw_1_bn")(x)
    x = layers.Dropout(0.2, name="drop")(x)
    x = layers.Conv2D(5, 1, name="logits")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, layers.Dense(2, name="score")(x))


def weight_name(layer, weight):
    depthwise = isinstance(layer, layers.DepthwiseConv2D) and weight.name == "kernel"
    return f"{layer.name}/{'depthwise_kernel' if depthwise else weight.name}"


def values(model):
    return {weight_name(layer, w): np.asarray(w.value) for layer in model.layers for w in layer.weights}


def write(folder):
    model = network()
    rng = np.random.default_rng(5)
    model.set_weights([rng.normal(size=w.shape).astype(np.float32) for w in model.weights])
    model.compile(optimizer="adam", loss="mse")
    model.fit(rng.normal(size=(2, 16, 16, 3)), np.zeros((2, 2)), verbose=0)
    truth = values(model)
    save_file(truth, f"{folder}/truth.safetensors")
    model.save_weights(f"{folder}/small.weights.h5")
    # The function behind save_weights("name.h5") of Keras 2, which Keras 3 keeps for whole models only.
    with h5py.File(f"{folder}/small.h5", "w") as file:
        save_weights_to_hdf5_group(file, model)
    model.save(f"{folder}/model.h5")
    model.save(f"{folder}/small.keras")
    keras_1(f"{folder}/keras1.h5", truth)
    many_layers(f"{folder}/chunked.h5", truth)
    keras_2(f"{folder}/big_endian.h5", truth, ">f8")
    keras_2(f"{folder}/half.h5", truth, "<f2")


def layer_file(path, entries, dtype=np.float32, split=False):
    """entries: {layer: {stored weight name: value}}"""

    def names(group, key, value):
        value = [v.encode() for v in value]
        if not split:
            group.attrs[key] = value
            return
        for index, part in enumerate(np.array_split(np.asarray(value), 2)):
            group.attrs[f"{key}{index}"] = part

    with h5py.File(path, "w") as file:
        names(file, "layer_names", list(entries))
        for layer, weights in entries.items():
            group = file.create_group(layer)
            names(group, "weight_names", list(weights))
            for name, value in weights.items():
                group.create_dataset(name, data=value.astype(dtype), compression="gzip" if split else None)


def keras_1(path, truth):
    old = {"kernel": "W", "bias": "b", "moving_mean": "running_mean", "moving_variance": "running_std"}
    entries = {"relu": {}}
    for name, value in truth.items():
        layer, weight = name.split("/")
        if weight != "depthwise_kernel":
            entries.setdefault(layer, {})[f"{layer}_{old.get(weight, weight)}_1:0"] = value
    layer_file(path, entries)


def many_layers(path, truth):
    entries = {}
    for name, value in truth.items():
        entries.setdefault(name.split("/")[0], {})[f"scope_1/{name.split('/')[1]}:0"] = value
    layer_file(path, entries, split=True)


def keras_2(path, truth, dtype):
    entries = {}
    for name, value in truth.items():
        entries.setdefault(name.split("/")[0], {})[f"{name}:0"] = value
    layer_file(path, entries, dtype=dtype)


def read(path, out):
    by_position, by_name = network(), network()
    for model in (by_position, by_name):
        model.set_weights([np.zeros(w.shape) for w in model.weights])
    by_position.load_weights(path)
    by_name.load_weights(path, by_name=True, skip_mismatch=True)
    for a, b in zip(by_position.get_weights(), by_name.get_weights()):
        np.testing.assert_array_equal(a, b)
    save_file(values(by_position), out)


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
