# The server image, `pypi` flavour: a slim Debian 12 Python base, Triton 2.51 out of the PyPI wheel nvidia-pytriton, and
# onnxruntime in a python model. CPU only; for dev and tests, since this Triton has known CVEs.
# In: a build context made by components/image, the model image. Out: `tritonserver` on PATH, the repository at /models,
# /opt/triton-bert/{golden.json,golden_probe.py,watch.py}, and nginx for the gateway, a second container of the same image. Runs
# as any user on a read-only root with /tmp and /dev/shm writable.
# Engine 20.10: no `# syntax=` line (it would be pulled from a public registry), no heredocs, no variables in COPY --from.
# Order: what a serving option moves comes last, so that changing one renders, verifies, and sends a few kilobytes.
ARG BASE_IMAGE=python:3.11-slim-bookworm
ARG MODEL_IMAGE
ARG PIPELINE=ensemble

FROM ${MODEL_IMAGE} AS model

# --- base: Debian's own python3.11, whose libpython Triton's stub links (official Python images have theirs elsewhere), and
# nginx with njs, in every image: switching the gateway on or off builds nothing. policy-rc.d: no service starts here -------
FROM ${BASE_IMAGE} AS base
COPY certificates/ca.crt /opt/triton-bert/ca.crt
RUN set -e; \
    packages=""; \
    if [ ! -x /usr/bin/python3.11 ] || [ ! -e /usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0 ]; then \
      packages="python3.11 libpython3.11"; \
    fi; \
    if [ ! -x /usr/sbin/nginx ] || [ ! -e /usr/lib/nginx/modules/ngx_http_js_module.so ]; then \
      packages="$packages nginx libnginx-mod-http-js"; \
    fi; \
    if [ -n "$packages" ]; then \
      if [ -s /opt/triton-bert/ca.crt ]; then \
        cat /etc/ssl/certs/ca-certificates.crt /opt/triton-bert/ca.crt > /tmp/ca; apt="-o Acquire::https::CAInfo=/tmp/ca"; \
      fi; \
      [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; \
        chmod +x /usr/sbin/policy-rc.d; policy=/usr/sbin/policy-rc.d; }; \
      apt-get $apt update; \
      DEBIAN_FRONTEND=noninteractive apt-get $apt install --yes --no-install-recommends $packages; \
      apt-get clean; \
      rm -rf $policy /tmp/ca /var/lib/apt/lists/* /var/cache/apt/*.bin; \
    fi

# --- pip: with the private CA and the package index of the config -------------------------------------------------------
FROM base AS pip
ENV PIP_BREAK_SYSTEM_PACKAGES=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN cat "$(python3 -c 'from pip._vendor import certifi; print(certifi.where())')" /opt/triton-bert/ca.crt \
      > /opt/triton-bert/ca-bundle.crt
ENV PIP_CERT=/opt/triton-bert/ca-bundle.crt
ARG PACKAGE_INDEX=""

# --- triton: server, python backend and the stub for 3.11, laid out as in NVIDIA's images; a venv with the packages -------
FROM pip AS triton
COPY server-requirements.txt /tmp/requirements.txt
# The stub takes its packages from the venv that is first on PATH. It has no pip, and Triton's wheel is not installed in it.
RUN --mount=type=cache,target=/root/.cache/pip set -e; \
    /usr/bin/python3.11 -m venv --without-pip /opt/triton-bert/venv; \
    install() { python3 -m pip install ${PACKAGE_INDEX:+--index-url "$PACKAGE_INDEX"} --no-deps "$@"; }; \
    grep -v '^nvidia-pytriton==' /tmp/requirements.txt > /tmp/packages.txt; \
    install --target /opt/triton-bert/venv/lib/python3.11/site-packages -r /tmp/packages.txt; \
    install --target /tmp/wheel --no-compile "$(grep '^nvidia-pytriton==' /tmp/requirements.txt)"; \
    cd /tmp/wheel; \
    mkdir -p /opt/tritonserver/bin /opt/tritonserver/lib /opt/tritonserver/backends/python; \
    cp pytriton/tritonserver/bin/tritonserver /opt/tritonserver/bin/; \
    cp pytriton/tritonserver/backends/python/libtriton_python.so \
       pytriton/tritonserver/backends/python/triton_python_backend_utils.py \
       pytriton/tritonserver/python_backend_stubs/3.11/triton_python_backend_stub /opt/tritonserver/backends/python/; \
    cp nvidia_pytriton.libs/* /opt/tritonserver/lib/; \
    rm /opt/tritonserver/lib/libpython*; \
    ln -s /usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0 /opt/tritonserver/lib/; \
    cp nvidia_pytriton-*.dist-info/licenses/LICENSE /opt/tritonserver/; \
    rm -rf /tmp/wheel

# --- graph: as exported for the ensemble, rewritten for a CPU for the fused pipeline -------------------------------------
FROM pip AS rewriter
COPY exporter/cpu_graph/requirements.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m pip install ${PACKAGE_INDEX:+--index-url "$PACKAGE_INDEX"} \
      --no-deps --target /opt/rewriter -r /tmp/requirements.txt

FROM rewriter AS graph-fused
COPY --from=model /model /model
COPY exporter/cpu_graph /build/cpu_graph
COPY templates/models/bert_serving /build/bert_serving
COPY gate/texts.txt /build/texts.txt
ARG PRECISION=fp32
ARG LABEL_AGREEMENT=0
# Times are set to 0, so that the same bytes give the same layer.
RUN mkdir /graph && PYTHONPATH=/opt/rewriter:/build python3 -m cpu_graph --model /model --out /graph \
      --precision "$PRECISION" --agreement "$LABEL_AGREEMENT" --texts /build/texts.txt \
    && find /graph -exec touch -d @0 {} +

FROM base AS graph-ensemble
COPY --from=model /model/model.onnx /graph/model.onnx

FROM graph-${PIPELINE} AS graph

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
RUN cd /build && PYTHONPATH=/opt/renderer:/build/exporter python3 -m triton_repository render \
      --spec spec.json --model /model --templates templates --out /models --golden /golden.json --no-graph

# --- runtime: all of the image but the proof ----------------------------------------------------------------------------
FROM base AS runtime
COPY --from=triton /opt/tritonserver /opt/tritonserver
COPY --from=triton /opt/triton-bert/venv /opt/triton-bert/venv
# lib first: official Python images have a libpython3.11 of their own on the default path.
ENV PATH=/opt/triton-bert/venv/bin:/opt/tritonserver/bin:$PATH \
    LD_LIBRARY_PATH=/opt/tritonserver/lib \
    PYTHONDONTWRITEBYTECODE=1
COPY golden/golden_probe.py /opt/triton-bert/golden_probe.py
COPY watch /opt/triton-bert/
# The model that runs the graph: in the fused pipeline it is the public one.
ARG GRAPH_MODEL=model_onnx
COPY --from=graph /graph /models/${GRAPH_MODEL}/1
COPY --from=render /models /models

# --- verify: a model that answers a golden example wrongly becomes no image ---------------------------------------------
FROM runtime AS verify
COPY exporter/triton_repository /verify/triton_repository
COPY --from=render /golden.json /verify/golden.json
USER 1000:1000
RUN cd /verify && python3 -m triton_repository verify --golden golden.json --probe /opt/triton-bert/golden_probe.py -- \
      tritonserver --model-repository=/models --disable-auto-complete-config

FROM runtime
# From `verify`, so that there is no image without the proof.
COPY --from=verify /verify/golden.json /opt/triton-bert/golden.json
USER 1000:1000
ENTRYPOINT ["tritonserver"]
