"""Turns a BERT classifier into ONNX and proves the result equal to the original.

Runs inside the model image's build and alone: `python -m bert_exporter export --spec FILE --sources DIR --out DIR`.
"""
