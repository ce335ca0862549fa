"""Notices a dead server: asks the model, judges what came of it, and ends the container. Runs as its main process
(watch.py), on the standard library of Python 3.8."""
