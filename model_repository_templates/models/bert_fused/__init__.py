"""The fused pipeline on a CPU: what the model `fused` has beside `bert_serving`. Texts of all requests wait in one
pool, and leave it in groups of about the same length, one group for each core at a time. Pure but for workers.py
(threads) and sessions.py (onnxruntime); Triton itself is met in fused/model.py alone. Runs on Python 3.8 and newer."""
