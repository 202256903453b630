#!/usr/bin/env bash
# Runs a program in the unpacked root of an image, as a container engine would: for machines where only buildah is at hand.
#
#     deploy/read-only.sh ROOT DATA PROGRAM…         (as root; standard input goes to the program)
#
# By the kernel's own means it is what deploy/image.sh asks of docker: the root mounted read-only, written on by nothing but
# /data (the folder DATA), /tmp, /home/quzheng and /dev/shm; user 10001 without capabilities, which can gain none; own
# processes, and no network but the loopback. No seccomp filter: there is no engine to bring one.
set -euo pipefail

if [ "$1" != --inside ]; then
    exec unshare --mount --propagation private --pid --fork --kill-child --ipc --uts --net -- "$0" --inside "$@"
fi
root=$2 data=$3
shift 3

hostname quzheng
ip link set lo up
mount --bind "$root" "$root"
mount --bind "$data" "$root/data"
mount -t tmpfs -o nosuid,nodev,mode=1777,size=1g tmpfs "$root/tmp"
mount -t tmpfs -o nosuid,nodev,mode=0700,uid=10001,gid=10001,size=64m tmpfs "$root/home/quzheng"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o nosuid,noexec,mode=0755,size=64k tmpfs "$root/dev"
for device in null zero full random urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm"
mount -t tmpfs -o nosuid,nodev,mode=1777,size=512m tmpfs "$root/dev/shm"
mount -o remount,bind,ro "$root"

# pivot_root and not chroot: in a chroot the kernel refuses the user namespaces that the browser's sandbox is made of
cd "$root"
pivot_root . .
umount -l .
cd /data
exec setpriv --reuid 10001 --regid 10001 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs -- \
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/quzheng LANG=zh_CN.UTF-8 LC_ALL=zh_CN.UTF-8 TZ=Asia/Shanghai \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_THREAD_LIMIT=1 "$@"
