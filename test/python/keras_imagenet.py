"""Real Keras loads ImageNet weights by name into the MobileNet U-Net, and runs it on a picture.

python keras_imagenet.py IMAGENET.h5 OURS.h5 PADDING PICTURE.png OUT.safetensors
    OURS.h5: all weights of our network after we loaded IMAGENET.h5 into its encoder. Writes input (the picture as the
    tutorial scales it), logits, and changed: how far IMAGENET.h5, loaded over OURS.h5, moved any weight.
"""

import sys

import numpy as np
from keras_networks import unet_mobilenet
from PIL import Image
from safetensors.numpy import save_file

imagenet, ours, padding, picture, out = sys.argv[1:]
model = unet_mobilenet(classes=2, channels=3, padding=padding)
model.load_weights(ours)
before = model.get_weights()
model.load_weights(imagenet, by_name=True, skip_mismatch=True)
changed = max(np.abs(a - b).max() for a, b in zip(before, model.get_weights()))
x = np.asarray(Image.open(picture).convert("RGB"), np.float32)[None, :224, :224] / 127.5 - 1
logits = np.asarray(model(x, training=False))
save_file({"input": x, "logits": logits, "changed": np.float32([changed])}, out)
