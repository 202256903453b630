# One image, one container: the collector with its browser, fonts and OCR data, as a user without rights.
# Builds from any plain Debian 12 given as BASE_IMAGE, on amd64 and arm64 alike; nothing but apt and pip is used.
#
# Pinned: the base by the digest of its index (all architectures), Python's packages by version and digest (requirements.lock).
# Debian's packages are those of the release with its security updates: a pinned browser would be one with known holes. Which
# browser, fonts and OCR data an image holds does not change any more once it is built, and stands in each record.
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim@sha256:60eac759739651111db372c07be67863818726f754804b8707c90979bda511df

FROM ${BASE_IMAGE} AS build
# hadolint ignore=DL3008
RUN apt-get update -q \
    && LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/quzheng
COPY requirements.lock ./
# Wheels only, so that nothing is compiled on any architecture; the two named have none, and are pure Python.
RUN python3 -m venv .venv \
    && .venv/bin/pip install -q --no-cache-dir --disable-pip-version-check --require-hashes \
        --only-binary :all: --no-binary bagit,surt -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY collector collector
COPY flows flows
COPY evidence evidence
# What only tests and building need goes again, pip itself last; `pip check` says so if anything else wanted it.
RUN .venv/bin/pip install -q --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
    && .venv/bin/python -c "import tomllib; more = tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']; print(*more['dev'], *more['build'], sep='\n')" > unwanted \
    && .venv/bin/pip uninstall -q -y -r unwanted \
    && .venv/bin/pip check -q --disable-pip-version-check \
    && .venv/bin/pip uninstall -q -y pip

FROM ${BASE_IMAGE}
ENV LANG=zh_CN.UTF-8 LC_ALL=zh_CN.UTF-8 TZ=Asia/Shanghai PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_THREAD_LIMIT=1
# hadolint ignore=DL3008
RUN apt-get update -q \
    && LC_ALL=C LANG=C DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        ca-certificates chromium-headless-shell fonts-noto-cjk fonts-noto-core libatomic1 locales openssl python3 \
        tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-chi-tra tzdata \
    && sed -i 's/^# *zh_CN.UTF-8/zh_CN.UTF-8/' /etc/locale.gen && LC_ALL=C locale-gen \
    && ln -snf "/usr/share/zoneinfo/$TZ" /etc/localtime \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 quzheng && install -d -o quzheng -g quzheng /data \
    && ln -s /opt/quzheng/.venv/bin/quzheng /usr/local/bin/quzheng
COPY --from=build /opt/quzheng/.venv /opt/quzheng/.venv

# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
# The workspace: mount it here.
WORKDIR /data
HEALTHCHECK --interval=10m --timeout=60s --start-period=30s CMD ["quzheng", "doctor", "--heartbeat"]
ENTRYPOINT ["quzheng"]
CMD ["run"]
