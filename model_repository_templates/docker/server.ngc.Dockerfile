# The server image, `ngc` flavour: NVIDIA's release cut down to the onnxruntime and python backends, on NVIDIA's own `-min`
# image of the same release (CUDA, cuDNN, no Triton), as their compose.py does it: 13-15 GB come down to that and some 300 MB.
# In: a build context made by components/image, the model image. Out: `tritonserver` on PATH, the repository at /models,
# /opt/triton-bert/{golden.json,golden_probe.py,watch.py}. Runs as any user on a read-only root with /tmp and /dev/shm writable.
# Engine 20.10: no `# syntax=` line (it would be pulled from a public registry), no heredocs, no variables in COPY --from.
# Not tried with NVIDIA's images, which could not be pulled where this was written; the gathering of libraries below was,
# with stand-ins for both of them.
# BASE_IMAGE: <repository>:<release>-py3, without a digest, since <that>-min must exist beside it.
ARG BASE_IMAGE
ARG MODEL_IMAGE

FROM ${MODEL_IMAGE} AS model

FROM ${BASE_IMAGE} AS full
USER root

# --- pip: with the private CA and the package index of the config -------------------------------------------------------
FROM full AS pip
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

# --- what Triton needs from the full image: server, two backends, python, and the libraries that `-min` lacks -------------
FROM pip AS needs
COPY server-requirements.txt /tmp/requirements.txt
# Its own numpy stays where it has one: the python backend's stub was built against that.
RUN --mount=type=cache,target=/root/.cache/pip set -e; \
    install() { python3 -m pip install ${PACKAGE_INDEX:+--index-url "$PACKAGE_INDEX"} --no-deps "$@"; }; \
    python3 -c 'import numpy' || install "$(grep '^numpy==' /tmp/requirements.txt)"; \
    python3 -c 'import tokenizers' || install "$(grep '^tokenizers==' /tmp/requirements.txt)"
# All that the kept parts link, wherever it lies. compose.py installs packages by name instead, and their names change with
# the Ubuntu below. The driver's libraries come from the node.
RUN set -e; cd /opt/tritonserver; \
    find bin lib backends/onnxruntime backends/python -type f \( -name '*.so*' -o -perm /111 \) \
      ! -name '*tensorrt*' ! -name '*openvino*' > /tmp/kept; \
    find /usr/lib/x86_64-linux-gnu -name 'libdcgm*.so*' -type f >> /tmp/kept; \
    xargs -a /tmp/kept -n 1 ldd 2> /dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u \
      | grep -v -e '^/opt/tritonserver/' -e '/libcuda\.so' -e '/libnvidia-' > /tmp/linked; \
    find /usr/lib/x86_64-linux-gnu -name 'libdcgm*' >> /tmp/linked; \
    # Real folders: /lib is a link, which a copied folder of that name would replace.
    while read -r library; do echo "$(readlink -f "$(dirname "$library")")/$(basename "$library")"; done \
      < /tmp/linked > /tmp/libraries

FROM ${BASE_IMAGE}-min AS lacks
USER root
COPY --from=needs /tmp/libraries /tmp/libraries
RUN while read -r library; do [ -e "$library" ] || echo "$library"; done < /tmp/libraries > /tmp/lacking

FROM needs AS gather
COPY --from=lacks /tmp/lacking /tmp/lacking
# --dereference for the libraries: what links to them names the link. Python goes whole, as its stdlib is not linked.
RUN set -e; mkdir -p /gathered/opt/tritonserver/backends; \
    xargs -a /tmp/lacking -r cp --parents --dereference --target-directory /gathered; \
    cp -a --parents /usr/bin/python3* /usr/lib/python3* /usr/lib/x86_64-linux-gnu/libpython3* /gathered/; \
    for packages in /usr/local/lib/python3*/dist-packages; do \
      if [ -d "$packages" ]; then cp -a --parents "$packages" /gathered/; fi; \
    done; \
    cp -a /opt/tritonserver/bin /opt/tritonserver/lib /gathered/opt/tritonserver/; \
    cp -a /opt/tritonserver/backends/onnxruntime /opt/tritonserver/backends/python /gathered/opt/tritonserver/backends/; \
    if [ -d /opt/tritonserver/lib64 ]; then cp -a /opt/tritonserver/lib64 /gathered/opt/tritonserver/; fi

# --- runtime: all of the image but the proof ----------------------------------------------------------------------------
FROM ${BASE_IMAGE}-min AS runtime
USER root
COPY --from=gather /gathered /
ENV PATH=/opt/tritonserver/bin:$PATH PYTHONDONTWRITEBYTECODE=1
# A library that is missing all the same is named here, not by a pod that does not start.
RUN ldconfig && ! ldd /opt/tritonserver/bin/tritonserver /opt/tritonserver/backends/python/* \
      /opt/tritonserver/backends/onnxruntime/libtriton_onnxruntime.so 2> /dev/null | grep 'not found' | grep -v libcuda.so
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
