"""Tells what NumPy reads from an array file: prints {"shape", "dtype", "values"}.

usage: npy_values.py FILE
"""

import json
import sys

import numpy

array = numpy.load(sys.argv[1])
print(json.dumps({'shape': array.shape, 'dtype': str(array.dtype), 'values': array.ravel().tolist()}))
