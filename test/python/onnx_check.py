"""Fails for a file that is no ONNX model, or one whose shapes and types do not fit.

usage: onnx_check.py FILE
"""

import sys

import onnx

onnx.checker.check_model(sys.argv[1], full_check=True)
