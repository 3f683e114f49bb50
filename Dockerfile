# Two stages: the first installs the locked packages, the second holds them and the code, nothing else.
ARG BASE_IMAGE=python:3.11-slim

FROM ${BASE_IMAGE} AS packages
# The index of torch's CPU builds, from PyTorch's install page; empty: pip's own index.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python3 -m venv /opt/venv
WORKDIR /build
# torch by itself and before all else: the largest layer, and the one that changes least.
COPY deploy/install_torch.sh deploy/
COPY requirements.txt ./
RUN TORCH_INDEX="${TORCH_INDEX}" sh deploy/install_torch.sh /opt/venv/bin/python
RUN /opt/venv/bin/python -m pip install --requirement requirements.txt \
    && /opt/venv/bin/python -m pip check
# What serving never touches: torch's C++ headers, test programs and tools, static libraries, the tests
# that packages bring along, and pip itself. `import torch` proves that nothing needed went.
RUN cd /opt/venv/lib/python3*/site-packages \
    && rm -rf torch/include torch/share torch/test torch/bin/protoc* torch/bin/test* torch/bin/*_test pip pip-* /opt/venv/bin/pip* \
    && find torch -name '*.a' -delete \
    && find sympy networkx mpmath numpy pydantic -depth -type d -name tests -exec rm -rf {} + \
    && /opt/venv/bin/python -c "import cv2, isal, PIL, pydantic, torch; torch.nn.Conv2d(3, 8, 3)(torch.zeros(1, 3, 9, 9))"

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Convisor" \
      org.opencontainers.image.description="What convolutions, pooling and a small cat/dog network do to a photo" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 1000 convisor \
    && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin convisor \
    && install -d -o 1000 -g 1000 -m 0750 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/convisor
COPY LICENSE ./
COPY static/ static/
COPY templates/ templates/
COPY models/*.safetensors models/*.json models/*.zip models/
COPY app/ app/

# One thread an operation, since many small jobs run at a time; the allocator keeps large arrays between jobs
# (the job costs 1.35 times as much without, in page faults).
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    MALLOC_MMAP_THRESHOLD_=268435456 \
    MALLOC_TRIM_THRESHOLD_=536870912 \
    MALLOC_ARENA_MAX=2 \
    HOST=0.0.0.0 \
    PORT=8000 \
    CONVISOR_DATA_FOLDER=/data
RUN python -m compileall -q app
USER 1000:1000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=4)"]
CMD ["python", "-m", "app"]
