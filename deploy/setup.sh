#!/usr/bin/env bash
# Makes this checkout ready to run: the Debian packages that are missing, and .venv from requirements.lock.
# May be repeated; does nothing where nothing is missing. Called by the Makefile.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(chromium-headless-shell tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-chi-tra fonts-noto-cjk openssl
    libatomic1  # Playwright's driver needs it
    postgresql)  # the tests of the fleet start a server of their own
# python3-venv only where the Python in use cannot make a virtual environment by itself (Debian splits it off)
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)

missing=()
for package in "${packages[@]}"; do
    if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
        missing+=("$package")
    fi
done

if [ "${#missing[@]}" -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
        echo "This system has no apt-get. Please install what these Debian packages hold, then run again:" >&2
        echo "  ${packages[*]}" >&2
        exit 1
    fi
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "Not root and no sudo here. Please have installed: ${missing[*]}" >&2; exit 1; }
        as_root=(sudo)
    fi
    echo "installing ${missing[*]} ..."
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, got $(python3 --version)" >&2; exit 1; }

wanted=$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/.ready 2>/dev/null)" != "$wanted" ]; then
    echo "making .venv ..."
    python3 -m venv --clear .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
    echo "$wanted" > .venv/.ready
fi
