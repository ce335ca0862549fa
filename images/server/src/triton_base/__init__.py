"""What a server image takes of the image that brings Triton: whether that is fit at all, and what of it is needed.

Runs with that image's own python3, of any age, and has only the standard library."""
