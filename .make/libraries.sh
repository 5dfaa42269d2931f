#!/usr/bin/env bash
# Installs Debian's development packages that are missing; only as root or with sudo, else prints the line to run.
set -euo pipefail

packages=(libarchive-dev libpng-dev libjpeg62-turbo-dev libtiff-dev libwebp-dev libyaml-dev libopenblas-dev pkg-config unzip)

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "Debian's libraries are there"
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
