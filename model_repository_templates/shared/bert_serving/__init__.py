"""What the Triton models of a classifier have in common. The renderer copies this package beside each model.py, so it
needs nothing but the standard library, numpy, and what the role that imports a module has (tokenizers, onnxruntime).
Runs on the Python of any supported Triton release: 3.8 and newer."""
