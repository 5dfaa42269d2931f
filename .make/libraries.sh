#!/usr/bin/env bash
# Installs the development packages of Debian or Ubuntu that are missing; only as root or with sudo, else prints the line
# to run.
set -euo pipefail

# What each system calls them: any of the names between bars will do, the first is installed where none is there.
# libjpeg-dev is on Debian and Ubuntu alike and brings the system's own (libjpeg62-turbo-dev, libjpeg-turbo8-dev); newer
# systems have pkgconf in pkg-config's place.
packages=(libarchive-dev libpng-dev "libjpeg-dev|libjpeg62-turbo-dev|libjpeg-turbo8-dev" "libtiff-dev|libtiff5-dev"
    libwebp-dev libyaml-dev libopenblas-dev "pkg-config|pkgconf" unzip)

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]; }

if ! command -v dpkg-query >/dev/null; then
    echo "This is neither Debian nor Ubuntu. Install what they call ${packages[*]%%|*} by hand, then: make libtorch, swift build -c release"
    exit 1
fi
missing=()
for package in "${packages[@]}"; do
    IFS='|' read -ra names <<<"$package"
    for name in "${names[@]}"; do
        if installed "$name"; then continue 2; fi
    done
    missing+=("${names[0]}")
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "the system's libraries are there"
    exit 0
fi

install="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "missing: ${missing[*]}"
    echo "run as root:  $install"
    exit 1
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get -qq update
$sudo apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
echo "installed ${missing[*]}"
