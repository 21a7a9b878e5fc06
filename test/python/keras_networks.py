"""The three networks in Keras, layer by layer as their authors' descriptions have them, with our layer names.

Inputs are [N, H, W, channels] with free sides, outputs are logits. `activation` replaces the
network's own everywhere. `dropout` is left out unless it is asked for: it is random on purpose.
"""

import keras
import tensorflow as tf
from keras import layers


def unet_mini(classes, channels, activation=None, dropout=0, **_):
    def block(x, name, filters):
        x = layers.Conv2D(filters, 3, padding="same", activation=activation or "relu", name=f"{name}_conv1")(x)
        x = layers.Dropout(dropout)(x) if dropout else x
        return layers.Conv2D(filters, 3, padding="same", activation=activation or "relu", name=f"{name}_conv2")(x)

    image = layers.Input((None, None, channels))
    a = block(image, "block1", 32)
    b = block(layers.MaxPooling2D()(a), "block2", 64)
    x = block(layers.MaxPooling2D()(b), "block3", 128)
    x = block(layers.Concatenate()([layers.UpSampling2D()(x), b]), "block4", 64)
    x = block(layers.Concatenate()([layers.UpSampling2D()(x), a]), "block5", 32)
    return keras.Model(image, layers.Conv2D(classes, 1, name="logits")(x))


def unet_mobilenet(classes, channels, activation=None, padding="same", momentum=0.99, **_):
    def normalise(x, name):
        x = layers.BatchNormalization(epsilon=1e-3, momentum=momentum, name=f"{name}_bn")(x)
        return layers.Activation(activation or "relu6")(x)

    def pad(x):
        """`symmetric` pads before every convolution, of stride 1 too, as the tutorial's program does."""
        return (layers.ZeroPadding2D(1)(x), "valid") if padding == "symmetric" else (x, "same")

    def separable(x, block, filters, stride):
        x, mode = pad(x)
        x = layers.DepthwiseConv2D(3, strides=stride, padding=mode, use_bias=False, name=f"conv_dw_{block}")(x)
        x = normalise(x, f"conv_dw_{block}")
        x = layers.Conv2D(filters, 1, use_bias=False, name=f"conv_pw_{block}")(x)
        return normalise(x, f"conv_pw_{block}")

    def decode(x, stage, filters):
        x = layers.Conv2D(filters, 3, padding="same", name=f"decoder{stage}_conv")(x)
        x = layers.Activation(activation or "relu")(x)
        return layers.BatchNormalization(epsilon=1e-3, momentum=momentum, name=f"decoder{stage}_bn")(x)

    image = layers.Input((None, None, channels))
    x, mode = pad(image)
    x = layers.Conv2D(32, 3, strides=2, padding=mode, use_bias=False, name="conv1")(x)
    x = normalise(x, "conv1")
    f1 = separable(x, 1, 64, 1)
    f2 = separable(separable(f1, 2, 128, 2), 3, 128, 1)
    f3 = separable(separable(f2, 4, 256, 2), 5, 256, 1)
    x = separable(f3, 6, 512, 2)
    for block in range(7, 12):
        x = separable(x, block, 512, 1)
    x = decode(x, 1, 512)
    for stage, (skip, filters) in enumerate([(f3, 256), (f2, 128), (f1, 128)], start=2):
        x = decode(layers.Concatenate()([layers.UpSampling2D()(x), skip]), stage, filters)
    x = decode(layers.UpSampling2D()(x), 5, 64)
    return keras.Model(image, layers.Conv2D(classes, 3, padding="same", name="logits")(x))


def unet_quick(classes, channels, activation=None, momentum=0.9, width=1, depth=3, **_):
    filters = [max(8, 8 * round(width * 4 * 2**level)) for level in range(depth)]

    def conv(x, name, filters, kernel=3, stride=1):
        return layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False, name=name)(x)

    def norm(x, name):
        return layers.BatchNormalization(epsilon=1e-3, momentum=momentum, name=name)(x)

    def act(x):
        return layers.Activation(activation or "relu")(x)

    def residual(x, name, filters):
        y = act(norm(conv(x, f"{name}_conv1", filters), f"{name}_bn1"))
        y = norm(conv(y, f"{name}_conv2", filters), f"{name}_bn2")
        return act(layers.Add()([x, y]))

    def down(x, level, filters):
        return act(norm(conv(x, f"down{level}_conv", filters, 3, 2), f"down{level}_bn"))

    def up(x, skip, level, filters):
        y = norm(conv(x, f"up{level}_conv", filters, 1), f"up{level}_bn")
        return act(layers.Add()([layers.UpSampling2D()(y), skip]))

    image = layers.Input((None, None, channels))
    x = layers.Lambda(lambda t: tf.nn.space_to_depth(t, 2))(image)
    x = act(norm(conv(x, "stem_conv", filters[0]), "stem_bn"))
    skips = [residual(x, "enc1_res1", filters[0])]
    for level in range(2, depth + 1):
        x = down(skips[-1], level, filters[level - 1])
        skips.append(residual(x, f"enc{level}_res1", filters[level - 1]))
    x = residual(skips[-1], f"enc{depth}_res2", filters[-1])
    for level in reversed(range(1, depth)):
        x = up(x, skips[level - 1], level, filters[level - 1])
        x = residual(x, f"dec{level}_res1", filters[level - 1])
    x = layers.Conv2D(4 * classes, 1, name="logits")(x)
    return keras.Model(image, layers.Lambda(lambda t: tf.nn.depth_to_space(t, 2))(x))


BUILDERS = {"unet-mini": unet_mini, "unet-mobilenet": unet_mobilenet, "unet-quick": unet_quick}


def build(network, **options):
    return BUILDERS[network](**options)


def weight_name(layer, weight):
    """`layer/weight` in the spelling of Keras 2, where a depthwise kernel has a name of its own."""
    depthwise = isinstance(layer, layers.DepthwiseConv2D) and weight.name == "kernel"
    return f"{layer.name}/{'depthwise_kernel' if depthwise else weight.name}"


def named_weights(model):
    return {weight_name(layer, w): w for layer in model.layers for w in layer.weights}
