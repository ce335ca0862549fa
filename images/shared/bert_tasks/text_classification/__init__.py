"""One label for each text: the best of classes that exclude each other, or a regression's one number."""
