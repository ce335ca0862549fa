"""The fused pipeline: what its public model has beside `bert_serving`. Texts of all requests wait in one pool, and
leave it in groups of about the same length, one at a time for each core, or for each run that the model behind bears.
Pure but for workers.py (threads), sessions.py (onnxruntime) and behind.py (calls between models); Triton's requests are
met in fused/model.py alone. Runs on Python 3.8 and newer."""
