#!/usr/bin/env bash
# Runs the archive of `make dist` in bare roots of Debian 12 and 13, which have no Swift, no Python and none of its libraries:
# dist-test.sh [SUITE...]. Needs root, debootstrap and a mirror of Debian's; the roots stay in .build/roots for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."

suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie)
# Shorter than the demo: one category, few steps; FLAWSMITH_DIST_SET= runs the whole manifest.
export FLAWSMITH_DIST_SET=${FLAWSMITH_DIST_SET---set dataset.categories=[tablet] --set generation.images_per_normal=2 --set generation.cut.steps=10 --set detectors.vlad.epochs=2}
mirror=${DEBIAN_MIRROR:-} # empty: the one that debootstrap knows
archive=$(ls -t .build/flawsmith-*.tar.gz 2>/dev/null | head -1)
[ -n "$archive" ] || { echo "no archive: make dist"; exit 1; }
(cd .build && sha256sum -c "$(basename "$archive").sha256")
[ "$(id -u)" -eq 0 ] || { echo "only root may enter another root"; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap"; exit 1; }

for suite in "${suites[@]}"; do
    root=.build/roots/$suite
    if [ ! -e "$root/.whole" ]; then
        rm -rf "$root"
        mkdir -p .build/roots
        echo "$suite: making a bare root from ${mirror:-the default mirror}"
        debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >".build/roots/$suite.log" 2>&1 ||
            { echo "$suite: no root could be made (.build/roots/$suite.log)"; exit 1; }
        touch "$root/.whole"
    fi
    rm -rf "$root/opt/flawsmith" "$root/tmp/run"
    mkdir -p "$root/opt/flawsmith" "$root/tmp/run"
    tar -xzf "$archive" -C "$root/opt/flawsmith" --strip-components 1
    echo "$suite: $(sed -n 's/^PRETTY_NAME=//p' "$root/etc/os-release"), $(chroot "$root" dpkg-query -f '.\n' -W | wc -l) packages"
    # A namespace of its own, without a network: /proc appears in no other, and nothing can be fetched.
    unshare -m -n bash -euo pipefail -c '
        mount -t proc proc "$0/proc"
        for name in null urandom; do
            [ -e "$0/dev/$name" ] || touch "$0/dev/$name"
            mount --bind "/dev/$name" "$0/dev/$name"
        done
        root=$0; inside() { chroot "$root" env -i PATH=/usr/bin:/bin HOME=/root "$@"; }
        inside /opt/flawsmith/bin/flawsmith --version
        inside /opt/flawsmith/bin/flawsmith-engine --help >/dev/null
        inside sh -c "! command -v swift && ! command -v python3 && test ! -e /opt/swift" >/dev/null
        inside /opt/flawsmith/bin/flawsmith fetch sd15 --offline >/dev/null
        inside bash -n /opt/flawsmith/share/bash-completion/completions/flawsmith
        status=0
        inside /opt/flawsmith/bin/flawsmith fetch sd15 --to /tmp/run/sd >/tmp/$$.fetch 2>&1 || status=$?
        echo "without a network or certificates, fetch ends with $status: $(grep -m1 ^flawsmith: /tmp/$$.fetch)"
        [ "$status" = 69 ]
        rm -f /tmp/$$.fetch
        cd /
        inside sh -c "cd /tmp/run && /opt/flawsmith/bin/flawsmith run /opt/flawsmith/Manifests/starter.yaml $FLAWSMITH_DIST_SET"
        inside sh -c "cd /tmp/run && /opt/flawsmith/bin/flawsmith verify"
    ' "$root"
    ls "$root"/tmp/run/Output/exports
    echo "$suite: passed"
done
