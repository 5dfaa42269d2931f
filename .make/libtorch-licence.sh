#!/usr/bin/env bash
# Writes LibTorch's licence, with those of all that is in it, to a file: libtorch-licence.sh LIBTORCH FILE. It lies in the torch
# wheel, beside what .libtorch was made of.
set -euo pipefail
libtorch=$1 target=$2

version=$(sed -n 's/^version=//p' "$(dirname "$0")/libtorch.sh")
for place in "$libtorch/LICENSE" "$libtorch"/../torch-*.dist-info/licenses/LICENSE "$libtorch"/../torch-*.dist-info/LICENSE; do
    if [ -s "$place" ]; then
        cp "$place" "$target"
        exit 0
    fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "LibTorch's licence is in its wheel: fetching that once more"
python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
    --implementation cp --abi cp311 --platform manylinux_2_28_x86_64 -d "$work" "torch==$version"
unzip -q -p "$work"/torch-*.whl '*.dist-info/*LICENSE' >"$target"
[ -s "$target" ] || { echo "no licence in the wheel"; exit 1; }
cp "$target" "$libtorch/LICENSE" 2>/dev/null || true
