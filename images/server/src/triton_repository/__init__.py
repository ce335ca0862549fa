"""Renders the Triton model repository of one classifier. Runs in the server image's build, and alone:
`python -m triton_repository render --spec spec.json --model DIR --templates DIR --out DIR`."""
