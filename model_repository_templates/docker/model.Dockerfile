# The model image: fetch, export to ONNX, prove equal to the original; only the result is kept, FROM scratch.
# In: a build context made by components/image (spec.json, sources/, exporter/, certificates/ca.crt).
# Out: /model/{model.onnx,tokenizer.json,model.json} and, last and as a small layer of its own, /quality.json.
# Engine 20.10: no `# syntax=` line (it would be pulled from a public registry), no heredocs.
ARG BASE_IMAGE=python:3.11-slim-bookworm

# --- env: everything that does not depend on the model, so that all models share it -----------------------------------
FROM ${BASE_IMAGE} AS env
# Debian's own Python refuses pip without the first; the image is thrown away, so nothing of the system can be harmed.
ENV PIP_BREAK_SYSTEM_PACKAGES=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# The private CA joins the base image's own. pip, requests and everything on OpenSSL read the same bundle.
COPY certificates/ca.crt /opt/triton-bert/ca.crt
RUN set -e; bundle=/etc/ssl/certs/ca-certificates.crt; \
    [ -s "$bundle" ] || bundle="$(python3 -c 'from pip._vendor import certifi; print(certifi.where())')"; \
    cat "$bundle" /opt/triton-bert/ca.crt > /opt/triton-bert/ca-bundle.crt
ENV PIP_CERT=/opt/triton-bert/ca-bundle.crt \
    REQUESTS_CA_BUNDLE=/opt/triton-bert/ca-bundle.crt \
    SSL_CERT_FILE=/opt/triton-bert/ca-bundle.crt

ARG PACKAGE_INDEX=""
ARG TORCH_INDEX=""
COPY exporter/requirements.txt /opt/triton-bert/requirements.txt
# torch alone from its own index, where one is given: what else lies there never shadows the package index.
RUN --mount=type=cache,target=/root/.cache/pip set -e; cd /opt/triton-bert; \
    if [ -n "$TORCH_INDEX" ]; then \
      python3 -m pip install --no-deps --index-url "$TORCH_INDEX" "$(grep '^torch==' requirements.txt)"; \
    fi; \
    python3 -m pip install ${PACKAGE_INDEX:+--index-url "$PACKAGE_INDEX"} -r requirements.txt

# --- dev: the tests' environment; never part of a model's build ---------------------------------------------------------
FROM env AS dev
ARG PACKAGE_INDEX=""
COPY exporter/requirements-dev.txt /opt/triton-bert/requirements-dev.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m pip install ${PACKAGE_INDEX:+--index-url "$PACKAGE_INDEX"} -r /opt/triton-bert/requirements-dev.txt

# --- export: the one stage that sees the token and the network of the model's storage -----------------------------------
FROM env AS export
ARG HF_TOKEN
# The context is mounted, not copied: weights of a gigabyte need no second copy. Times are set to 0, so that the same
# bytes give the same layers.
RUN --mount=type=bind,target=/context cd /context/exporter \
    && python3 -m bert_exporter export --spec ../spec.json --sources ../sources --out /out \
    && find /out -exec touch -d @0 {} +

FROM scratch
COPY --from=export /out/model /model
COPY --from=export /out/quality.json /quality.json
