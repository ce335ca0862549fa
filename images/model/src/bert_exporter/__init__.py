"""Turns a BERT classifier into ONNX and proves the result equal to the original.

Runs inside the model image's build and alone, as two commands: `__main__.py` says how.
"""
