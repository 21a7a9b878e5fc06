"""The speed of the fastest product of matrices that a program offers: what a fraction of peak is a fraction of."""

import time

import numpy as np

SIDE = 2048


def gigaflops(product):
    """10⁹ operations a second, the best of three. `product` multiplies two matrices and waits for the result."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        product()
        times.append(time.perf_counter() - start)
    return 2 * SIDE**3 / min(times) / 1e9


def matrix(seed=1):
    return np.random.default_rng(seed).standard_normal((SIDE, SIDE)).astype(np.float32)
