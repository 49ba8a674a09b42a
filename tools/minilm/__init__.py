"""Builds the files of the default embedder: all-MiniLM-L6-v2, int8, as ONNX.

`hatch_build.py` calls it whenever a wheel or an editable install is built. It needs `onnx`
and `numpy` only: no torch, no onnxruntime.
"""
