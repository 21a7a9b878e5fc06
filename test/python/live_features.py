"""Live features by SciPy: reads `image.npy` (float32, channels last) in the given folder, writes `features.npy`."""
import sys

import numpy
from scipy import ndimage
from skimage.feature import hessian_matrix_eigvals

folder = sys.argv[1]
image = numpy.load(f'{folder}/image.npy').astype(numpy.float64)
MODE = 'mirror'


def across(plane, weights, axis):
    return ndimage.correlate1d(plane, weights, axis, mode=MODE)


found = []
for channel in range(image.shape[2]):
    for sigma in (0.5, 1, 2, 4, 8):
        blur = lambda plane: ndimage.gaussian_filter(plane, sigma, mode=MODE)
        smooth = blur(image[..., channel])
        gy, gx = (sigma * across(smooth, [-0.5, 0, 0.5], axis) for axis in (0, 1))
        hyy, hxx = (sigma**2 * across(smooth, [1, -2, 1], axis) for axis in (0, 1))
        hyx = sigma**2 * across(across(smooth, [-0.5, 0, 0.5], 0), [-0.5, 0, 0.5], 1)
        hessian = hessian_matrix_eigvals(numpy.array([hyy, hyx, hxx]))
        tensor = hessian_matrix_eigvals(numpy.array([blur(gy * gy), blur(gy * gx), blur(gx * gx)]))
        laplacian = sigma**2 * ndimage.laplace(smooth, mode=MODE)
        found += [smooth, numpy.hypot(gy, gx), laplacian, *hessian, *numpy.sqrt(numpy.maximum(tensor, 0))]
numpy.save(f'{folder}/features.npy', numpy.stack(found).astype(numpy.float32))
