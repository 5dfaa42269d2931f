#!/usr/bin/env bash
# Puts LibTorch (include/ and lib/, nothing of Python) into .libtorch: $LIBTORCH if set, else the torch wheel.
# A second call finds it and does nothing.
set -euo pipefail

version=2.13.0
target=.libtorch
platform=(--only-binary=:all: --python-version 3.11 --implementation cp --abi cp311
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_25_x86_64
    --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64)

complete() { [ -f "$1/include/ATen/ATen.h" ] && [ -f "$1/lib/libtorch_cpu.so" ]; }

if [ -n "${LIBTORCH:-}" ]; then
    complete "$LIBTORCH" || { echo "LIBTORCH=$LIBTORCH has no include/ATen/ATen.h or no lib/libtorch_cpu.so"; exit 1; }
    if [ "$(readlink -f "$target")" != "$(readlink -f "$LIBTORCH")" ]; then
        if [ -e "$target" ] && [ ! -L "$target" ]; then echo "$target is a folder: move it away first"; exit 1; fi
        ln -sfn "$(readlink -f "$LIBTORCH")" "$target"
    fi
    echo "LibTorch: $(readlink -f "$target")"
    exit 0
fi
if complete "$target"; then
    echo "LibTorch is there ($target)"
    exit 0
fi

# SHA-256 of the wheels: the CPU build and the CUDA 13 build of the same version, as pip's index lists them.
known() {
    case "$1" in
        6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b) echo "torch $version, CPU build" ;;
        60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7) echo "torch $version, CUDA 13 build" ;;
        7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548) echo "CUDA runtime library" ;;
        4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8) echo "CUDA profiling library" ;;
        *) return 1 ;;
    esac
}

work=$(mktemp -d "$PWD/.libtorch-download.XXXXXX")
trap 'rm -rf "$work"' EXIT

fetch() { # requirement
    python3 -m pip download -q --disable-pip-version-check --no-deps "${platform[@]}" -d "$work/wheels" "$1"
}

unpack() { # wheel: torch/include, torch/lib, its licence and nvidia/*/lib only, flat below $work/torch
    python3 - "$1" "$work/torch" <<'PYTHON'
import os, shutil, sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        parts = name.split("/")
        if name.endswith("/") or ".." in parts:
            continue
        if parts[0] == "torch" and parts[1] in ("include", "lib"):
            path = os.path.join(target, *parts[1:])
        elif parts[0].startswith("torch-") and parts[0].endswith(".dist-info") and parts[-1] == "LICENSE":
            path = os.path.join(target, "LICENSE")
        elif parts[0] == "nvidia" and "lib" in parts and ".so" in parts[-1]:
            path = os.path.join(target, "lib", parts[-1])
        else:
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as source, open(path, "wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
PYTHON
}

checked() { # wheel
    local digest
    digest=$(sha256sum "$1" | cut -d' ' -f1)
    if ! known "$digest" >/dev/null; then
        echo "$(basename "$1") has an unknown SHA-256 ($digest); refusing it"
        exit 1
    fi
    echo "verified: $(known "$digest")"
}

echo "downloading torch $version (190 MB to 530 MB)"
fetch "torch==$version"
wheel=$(ls "$work"/wheels/torch-*.whl)
checked "$wheel"
echo "unpacking include/ and lib/"
unpack "$wheel"

if [ "${CUDA:-0}" = 1 ]; then
    # The CUDA libraries that the wheel asks for, by its own list.
    echo "downloading the CUDA libraries (about 2 GB)"
    python3 -m pip download -q --disable-pip-version-check "${platform[@]}" -d "$work/wheels" "$wheel"
    for library in "$work"/wheels/nvidia_*.whl; do unpack "$library"; done
elif grep -q libcudart.so.13 "$work/torch/lib/libtorch_cpu.so"; then
    # A CUDA build used for CPU work needs these two at load time and nothing else.
    for library in nvidia-cuda-runtime nvidia-cuda-cupti; do
        fetch "$library==13.0.*"
    done
    for library in "$work"/wheels/nvidia_*.whl; do checked "$library"; unpack "$library"; done
fi

rm -rf "$target"
mv "$work/torch" "$target"
echo "LibTorch $version is in $target"
