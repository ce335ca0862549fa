# The server image, `image` flavour: a base of the user's own that has tritonserver on PATH, python3 with pip, and the
# onnxruntime and python backends. In: a build context made by components/image, the model image. Out: the repository at
# /models, /opt/triton-bert/{golden.json,golden_probe.py,watch.py}. Runs as any user on a read-only root with /tmp, /dev/shm writable.
# Engine 20.10: no `# syntax=` line (it would be pulled from a public registry), no heredocs, no variables in COPY --from.
# Not tried with a real C++ onnxruntime backend: none can be had where this was written.
ARG BASE_IMAGE
ARG MODEL_IMAGE

FROM ${MODEL_IMAGE} AS model

# --- pip: with the private CA and the package index of the config -------------------------------------------------------
FROM ${BASE_IMAGE} AS pip
USER root
ENV PIP_BREAK_SYSTEM_PACKAGES=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
COPY certificates/ca.crt /opt/triton-bert/ca.crt
RUN cat "$(python3 -c 'from pip._vendor import certifi; print(certifi.where())')" /opt/triton-bert/ca.crt \
      > /opt/triton-bert/ca-bundle.crt
ENV PIP_CERT=/opt/triton-bert/ca-bundle.crt
ARG PACKAGE_INDEX=""

# --- render: the repository, from what the exporter read in the graph ---------------------------------------------------
FROM pip AS renderer
COPY exporter/triton_repository/requirements.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m pip install ${PACKAGE_INDEX:+--index-url "$PACKAGE_INDEX"} \
      --no-deps --target /opt/renderer -r /tmp/requirements.txt

FROM renderer AS render
COPY --from=model /model/model.json /model/tokenizer.json /model/
COPY exporter /build/exporter
COPY templates /build/templates
COPY spec.json /build/spec.json
# A second time for the CPU: a build has no GPU to ask the golden examples on.
RUN cd /build && export PYTHONPATH=/opt/renderer:/build/exporter \
    && render() { python3 -m triton_repository render --spec spec.json --model /model --templates templates --no-graph "$@"; } \
    && render --out /models --golden /golden.json \
    && render --out /verify/models --device cpu

# --- packages: what the python models import ----------------------------------------------------------------------------
FROM pip AS packages
COPY server-requirements.txt /tmp/requirements.txt
# Only what the base lacks, into a folder of its own: the base's numpy is what its python backend was built against.
RUN --mount=type=cache,target=/root/.cache/pip set -e; \
    install() { python3 -m pip install ${PACKAGE_INDEX:+--index-url "$PACKAGE_INDEX"} --no-deps --target /packages "$@"; }; \
    mkdir /packages; \
    python3 -c 'import numpy' || install "$(grep '^numpy==' /tmp/requirements.txt)"; \
    python3 -c 'import tokenizers' || install "$(grep '^tokenizers==' /tmp/requirements.txt)"; \
    mkdir -p "/out/$(python3 -c 'import site; print(site.getsitepackages()[0])')"; \
    cp -a /packages/. "/out/$(python3 -c 'import site; print(site.getsitepackages()[0])')"

# --- runtime: all of the image but the proof ----------------------------------------------------------------------------
FROM ${BASE_IMAGE} AS runtime
USER root
COPY --from=packages /out /
COPY golden/golden_probe.py /opt/triton-bert/golden_probe.py
COPY watch /opt/triton-bert/
COPY --from=model /model/model.onnx /models/model_onnx/1/model.onnx
COPY --from=render /models /models

# --- verify: a model that answers a golden example wrongly becomes no image ---------------------------------------------
FROM runtime AS verify
COPY exporter/triton_repository /verify/triton_repository
COPY --from=render /golden.json /verify/golden.json
COPY --from=render /verify/models /verify/models
COPY --from=model /model/model.onnx /verify/models/model_onnx/1/model.onnx
USER 1000:1000
RUN cd /verify && python3 -m triton_repository verify --golden golden.json --probe /opt/triton-bert/golden_probe.py -- \
      tritonserver --model-repository=/verify/models --disable-auto-complete-config

FROM runtime
# From `verify`, so that there is no image without the proof.
COPY --from=verify /verify/golden.json /opt/triton-bert/golden.json
USER 1000:1000
ENTRYPOINT ["tritonserver"]
