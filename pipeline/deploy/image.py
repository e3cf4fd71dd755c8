"""Writes the Dockerfile of an image that runs jobs: pinned, not as root, with compiled kernels inside."""

from corpusmill.pipeline.deploy.values import Values

USER = 1000


def dockerfile(values: Values) -> str:
    """The Dockerfile; its context is the folder of this project."""
    return f"""\
# Build from the project's folder: docker build -f Dockerfile -t corpusmill . ; then name the image by its digest.
FROM {values.base_image}

# One processor for all nodes: kernels that the build compiles are right on every one of them.
ENV PIP_NO_CACHE_DIR=1 \\
    PYTHONUNBUFFERED=1 \\
    RAY_USAGE_STATS_ENABLED=0 \\
    NUMBA_CPU_NAME=generic \\
    CORPUSMILL_CACHE=/opt/corpusmill/cache

COPY requirements/run.txt /opt/corpusmill/run.txt
RUN pip install --require-hashes -r /opt/corpusmill/run.txt

COPY . /opt/corpusmill/source
RUN pip install --no-deps --no-build-isolation /opt/corpusmill/source \\
 && useradd --uid {USER} --create-home ray \\
 && mkdir -p /opt/corpusmill/cache && chown -R {USER}:{USER} /opt/corpusmill/cache

USER {USER}:{USER}
WORKDIR /home/ray
# The demo compiles the kernels of its steps, and shows that the image works.
RUN corpusmill demo /tmp/demo && rm -rf /tmp/demo /tmp/ray
"""
