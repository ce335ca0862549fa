"""The exported graph, rewritten for a GPU: the same inputs, outputs and answers.

Attention becomes one node that onnxruntime has CUDA kernels for (attention.py), and, if asked for, all numbers inside
become fp16 (half.py), held against fp32 over some hundred texts (closeness.py). All of it is made and tried where the
image is built, without a GPU.

In: model.onnx of the exporter. Out: a model.onnx for Triton's onnxruntime backend."""
