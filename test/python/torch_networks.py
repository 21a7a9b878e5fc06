"""The three networks in PyTorch for `brushfield bench train`: same layers, shapes and counts of weights as keras_networks.py.

Only their speed is compared: weights start as PyTorch starts them. [N, C, H, W] in memory format channels_last.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Same(nn.Conv2d):
    """Padding as TensorFlow's: of an even side a stride of 2 needs one row more at the end alone."""

    def __init__(self, inputs, outputs, kernel=3, stride=1, groups=1, bias=True):
        super().__init__(inputs, outputs, kernel, stride, kernel // 2 if stride == 1 else 0, groups=groups, bias=bias)

    def forward(self, x):
        return super().forward(x if self.stride[0] == 1 else F.pad(x, (0, 1, 0, 1)))


def norm(channels, momentum):
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=1 - momentum)


def doubled(x):
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


class UnetMini(nn.Module):
    def __init__(self, classes, channels, dropout):
        super().__init__()

        def block(inputs, filters):
            parts = Same(inputs, filters), nn.ReLU(), nn.Dropout(dropout), Same(filters, filters), nn.ReLU()
            return nn.Sequential(*parts)

        self.down = nn.ModuleList([block(channels, 32), block(32, 64), block(64, 128)])
        self.up = nn.ModuleList([block(192, 64), block(96, 32)])
        self.logits = nn.Conv2d(32, classes, 1)

    def forward(self, x):
        a = self.down[0](x)
        b = self.down[1](F.max_pool2d(a, 2))
        x = self.down[2](F.max_pool2d(b, 2))
        for block, skip in zip(self.up, (b, a)):
            x = block(torch.cat([doubled(x), skip], 1))
        return self.logits(x)


class UnetMobilenet(nn.Module):
    def __init__(self, classes, channels, momentum=0.99):
        super().__init__()

        def separable(inputs, outputs, stride):
            return nn.Sequential(
                Same(inputs, inputs, 3, stride, groups=inputs, bias=False), norm(inputs, momentum), nn.ReLU6(),
                nn.Conv2d(inputs, outputs, 1, bias=False), norm(outputs, momentum), nn.ReLU6(),
            )

        def stage(inputs, outputs):
            return nn.Sequential(Same(inputs, outputs), nn.ReLU(), norm(outputs, momentum))

        first = Same(channels, 32, 3, 2, bias=False), norm(32, momentum), nn.ReLU6()
        self.encoder = nn.ModuleList([
            nn.Sequential(*first, separable(32, 64, 1)),
            nn.Sequential(separable(64, 128, 2), separable(128, 128, 1)),
            nn.Sequential(separable(128, 256, 2), separable(256, 256, 1)),
            nn.Sequential(separable(256, 512, 2), *(separable(512, 512, 1) for _ in range(5))),
        ])
        self.decoder = nn.ModuleList([stage(768, 256), stage(384, 128), stage(192, 128)])
        self.bottom, self.top = stage(512, 512), stage(128, 64)
        self.logits = Same(64, classes)

    def forward(self, x):
        skips = []
        for part in self.encoder:
            x = part(x)
            skips.append(x)
        x = self.bottom(skips.pop())
        for stage in self.decoder:
            x = stage(torch.cat([doubled(x), skips.pop()], 1))
        return self.logits(self.top(doubled(x)))


class Residual(nn.Module):
    def __init__(self, filters, momentum):
        super().__init__()
        conv = lambda: Same(filters, filters, bias=False)
        self.branch = nn.Sequential(conv(), norm(filters, momentum), nn.ReLU(), conv(), norm(filters, momentum))

    def forward(self, x):
        return F.relu(x + self.branch(x))


class UnetQuick(nn.Module):
    def __init__(self, classes, channels, momentum=0.9):
        super().__init__()
        cbr = lambda i, o, k, s: nn.Sequential(Same(i, o, k, s, bias=False), norm(o, momentum), nn.ReLU())
        one = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 1, bias=False), norm(o, momentum))
        res = lambda filters: Residual(filters, momentum)
        self.skip0 = nn.Sequential(nn.PixelUnshuffle(2), cbr(4 * channels, 32, 3, 1), res(32))
        self.skip1 = nn.Sequential(cbr(32, 64, 3, 2), res(64))
        self.bottom = nn.Sequential(cbr(64, 128, 3, 2), res(128), res(128))
        self.up = nn.ModuleList([one(128, 64), one(64, 32)])
        self.after = nn.ModuleList([res(64), res(32)])
        self.logits = nn.Sequential(nn.Conv2d(32, 4 * classes, 1), nn.PixelShuffle(2))

    def forward(self, x):
        a = self.skip0(x)
        b = self.skip1(a)
        x = self.bottom(b)
        for up, after, skip in zip(self.up, self.after, (b, a)):
            x = after(F.relu(doubled(up(x)) + skip))
        return self.logits(x)


def build(network, classes, channels, dropout):
    if network == "unet-mini":
        return UnetMini(classes, channels, dropout)
    return {"unet-mobilenet": UnetMobilenet, "unet-quick": UnetQuick}[network](classes, channels)
