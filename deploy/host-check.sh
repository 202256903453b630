#!/bin/sh
# The host's part of the cleanliness record (清洁性检查), as one JSON object on standard output; plain POSIX sh.
# A container sees neither its host's clock service nor its host's name table. Run this on the host before a night:
#     sh deploy/host-check.sh > WORKSPACE/host-check.json
# User names and passwords of proxies are left out. Changes nothing, sends nothing.
set -u
LC_ALL=C
export LC_ALL

# Text as a JSON string: control characters out, quotes and backslashes escaped, at most 300 bytes.
json() {
    printf '"'
    printf '%s' "$1" | tr -d '\000-\037\177-\377' | cut -c1-300 | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' | tr -d '\n'
    printf '"'
}

digest() {
    if [ -r "$1" ]; then
        sum=$(sha256sum "$1" 2>/dev/null || shasum -a 256 "$1" 2>/dev/null) || sum=
        [ -n "$sum" ] && json "${sum%% *}" || printf null
    else
        printf null
    fi
}

# Host and port of a proxy setting; null where a password could be taken for them.
proxy() {
    rest=${1#*://}
    rest=${rest%/}
    case $rest in
    '') printf null ;;
    *[/?#\\\ ]*@* | *@*[/?#\\\ ]*) printf null ;;
    *)
        rest=${rest##*@}
        rest=${rest%%[/?#]*}
        case $rest in
        *[!A-Za-z0-9.:-]* | '') printf null ;;
        *) json "$rest" ;;
        esac
        ;;
    esac
}

setting() { # the last value of a variable in /etc/environment, unless the shell has one
    eval "value=\${$1-}"
    if [ -z "$value" ] && [ -r /etc/environment ]; then
        value=$(sed -n "s/^[[:space:]]*\(export[[:space:]]*\)\{0,1\}$1=//p" /etc/environment | tail -n 1 | tr -d "\"'")
    fi
    proxy "$value"
}

os=$( (. /etc/os-release && printf '%s' "$PRETTY_NAME") 2>/dev/null) || os=$(uname -s)
synchronised=null
if command -v timedatectl >/dev/null 2>&1; then
    case $(timedatectl show -p NTPSynchronized --value 2>/dev/null) in
    yes) synchronised=true ;;
    no) synchronised=false ;;
    esac
fi
clock=
for service in chronyd chrony ntpd ntp systemd-timesyncd; do
    if command -v systemctl >/dev/null 2>&1 && systemctl is-active --quiet "$service" 2>/dev/null; then
        clock=$service
        break
    fi
done
resolvers=$(sed -n 's/^[[:space:]]*nameserver[[:space:]]*//p' /etc/resolv.conf 2>/dev/null | tr '\n' ' ')

printf '{"schema": "host-check/1"'
printf ', "checked": %s' "$(json "$(date -u +%Y-%m-%dT%H:%M:%SZ)")"
printf ', "system": %s' "$(json "$os")"
printf ', "kernel": %s' "$(json "$(uname -srm)")"
printf ', "hosts_file": %s' "$(digest /etc/hosts)"
printf ', "authorities": %s' "$(digest /etc/ssl/certs/ca-certificates.crt)"
printf ', "resolvers": %s' "$(json "$resolvers")"
printf ', "http_proxy": %s' "$(setting http_proxy)"
printf ', "https_proxy": %s' "$(setting https_proxy)"
printf ', "all_proxy": %s' "$(setting all_proxy)"
printf ', "clock_service": %s' "$([ -n "$clock" ] && json "$clock" || printf null)"
printf ', "clock_synchronised": %s' "$synchronised"
printf '}\n'
