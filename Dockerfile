# One image, one container: the collector with its browser, fonts and OCR data, as a user without rights.
# Builds from any plain Debian 12 given as BASE_IMAGE; nothing but apt and pip is used.
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim
FROM ${BASE_IMAGE}

ENV LANG=zh_CN.UTF-8 LC_ALL=zh_CN.UTF-8 TZ=Asia/Shanghai PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_THREAD_LIMIT=1

RUN apt-get update -q \
    && LC_ALL=C LANG=C DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        ca-certificates chromium-headless-shell fonts-noto-cjk fonts-noto-core libatomic1 locales openssl python3 python3-venv \
        tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-chi-tra tzdata \
    && sed -i 's/^# *zh_CN.UTF-8/zh_CN.UTF-8/' /etc/locale.gen && LC_ALL=C locale-gen \
    && ln -snf "/usr/share/zoneinfo/$TZ" /etc/localtime \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/quzheng
COPY requirements.lock ./
RUN python3 -m venv .venv \
    && .venv/bin/pip install -q --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY collector collector
COPY flows flows
COPY evidence evidence
RUN .venv/bin/pip install -q --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
    && ln -s /opt/quzheng/.venv/bin/quzheng /usr/local/bin/quzheng \
    && useradd --create-home --uid 10001 quzheng && install -d -o quzheng -g quzheng /data

USER quzheng
# The workspace: mount it here.
WORKDIR /data
HEALTHCHECK --interval=10m --timeout=60s --start-period=30s CMD ["quzheng", "doctor", "--heartbeat"]
ENTRYPOINT ["quzheng"]
CMD ["run"]
