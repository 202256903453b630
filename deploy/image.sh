#!/usr/bin/env bash
# Builds the image `quzheng` with docker, podman or buildah, whichever is here, and tries it: first the demonstration, then
# nights over the demonstration city as they are deployed (two_nights.py), as a user without rights, without any network but the
# loopback, and on a root file system that is read-only but for the named places. With docker and podman the engine sees to
# that; buildah has no such thing, and read-only.sh does it with the kernel's means (root needed).
#
#   BASE_IMAGE=…            another plain Debian 12 than the Dockerfile's
#   BASE_IMAGE=debootstrap  makes that base itself (buildah, debootstrap and root needed), where no image can be fetched
#   BUILD_ARGS="…"          more words for the builder, for example -v for certificates and a pip configuration
#   RUN_ARGS="…"            more words for running the demonstration
set -euo pipefail
cd "$(dirname "$0")/.."

builder=
for name in docker podman buildah; do
    # docker's client answers `--version` without an engine, `info` does not
    if command -v "$name" >/dev/null && "$name" info >/dev/null 2>&1; then builder=$name; break; fi
done
[ -n "$builder" ] || { echo "no docker, podman or buildah works here: the image was not built" >&2; exit 1; }

base=()
if [ "${BASE_IMAGE:-}" = debootstrap ]; then
    export STORAGE_DRIVER=vfs
    if ! buildah inspect localhost/quzheng-base >/dev/null 2>&1; then
        root=$(mktemp -d)
        trap 'rm -rf "$root"' EXIT
        debootstrap --variant=minbase bookworm "$root" >/dev/null
        container=$(buildah from scratch)
        buildah add -q "$container" "$root" / >/dev/null
        buildah commit -q "$container" localhost/quzheng-base >/dev/null
        buildah rm "$container" >/dev/null
    fi
    base=(--build-arg BASE_IMAGE=localhost/quzheng-base)
elif [ -n "${BASE_IMAGE:-}" ]; then
    base=(--build-arg "BASE_IMAGE=$BASE_IMAGE")
fi

python=/opt/quzheng/.venv/bin/python
# shellcheck disable=SC2086  # the words of BUILD_ARGS and RUN_ARGS are meant to be split
if [ "$builder" = buildah ]; then
    buildah bud --format docker --isolation chroot --network host "${base[@]}" ${BUILD_ARGS:-} -t quzheng .
    container=$(buildah from quzheng)
    data=$(mktemp -d)
    trap 'buildah rm "$container" >/dev/null; rm -rf "$data"' EXIT
    buildah run --isolation chroot ${RUN_ARGS:-} "$container" -- quzheng demo --out /tmp/demo
    chown 10001:10001 "$data"
    root=$(buildah mount "$container")
    deploy/read-only.sh "$root" "$data" "$python" - <deploy/two_nights.py
else
    "$builder" build "${base[@]}" ${BUILD_ARGS:-} -t quzheng .
    "$builder" run --rm ${RUN_ARGS:-} quzheng demo --out /tmp/demo
    "$builder" run --rm -i --read-only --user 10001:10001 --cap-drop ALL --security-opt no-new-privileges --network none \
        --hostname quzheng --shm-size 512m --tmpfs /tmp:size=1g,mode=1777 \
        --tmpfs /home/quzheng:size=64m,uid=10001,gid=10001,mode=0700 -v /data \
        --entrypoint "$python" quzheng - <deploy/two_nights.py
fi
