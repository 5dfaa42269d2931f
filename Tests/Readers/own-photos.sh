#!/usr/bin/env bash
# The way from 30 photos of good parts to a detector of anomalib's, as README.md and the tutorial tell it.
# Usage: Tests/Readers/own-photos.sh PYTHON [FOLDER]
#
#   PYTHON   of an environment that setup.sh made
#   FOLDER   keeps the photos, the results and the export; default: a temporary one that is removed
#
# FLAWSMITH        the program; default: .build/release/flawsmith
# FLAWSMITH_PHOTOS a folder of your own photos; default: 30 drawn ones (hex nuts of the starter world)
# FLAWSMITH_SD15   a folder with Stable Diffusion 1.5; default: the small model in Manifests/starter, which knows drawn parts alone
# FLAWSMITH_OBJECT what the photos show, in words; default: hex nut
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
python=${1:?"usage: own-photos.sh PYTHON [FOLDER]"}
tool=${FLAWSMITH:-$root/.build/release/flawsmith}
model=${FLAWSMITH_SD15:-$root/Manifests/starter/diffusion}
weights=$root/.features/lpips-vgg16.safetensors
if [ $# -gt 1 ]; then
    mkdir -p "$2"
    work=$(cd "$2" && pwd)
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
[ -f "$weights" ] || make -C "$root" features
cd "$work"

say() { printf '\n== %s\n' "$*"; }

delivery=()
if [ -n "${FLAWSMITH_PHOTOS:-}" ]; then
    photos=$FLAWSMITH_PHOTOS
else
    say "30 drawn photos of good parts"
    "$tool" starter --to . --photos 30
    photos=photos
    delivery=(delivery)
fi

say "a first manifest"
"$tool" new "$photos" --to photos.yaml --model "$model" --replace
# What a person changes in it: what the photos show.
sed -i -E "/^  objects:/{n;s/^(    [^:]+: )[^#]*/\1${FLAWSMITH_OBJECT:-hex nut} /}" photos.yaml
# Ten pictures of each kind in place of twenty: this is to end in minutes.
sed -i 's/count: 20 /count: 10 /' photos.yaml
if [ -z "${FLAWSMITH_SD15:-}" ]; then
    # The small model wants other numbers than Stable Diffusion 1.5.
    sed -i 's/^    preset: fast.*/&\n    gamma: 0.4\n    guidance_scale: 4\n    guidance: { softmax_scale: 20 }\n    local_blend: true/' photos.yaml
    echo 'annotation: { source: fused }' >> photos.yaml
fi
"$tool" validate photos.yaml

say "the run"
"$tool" run photos.yaml
"$tool" review photos.yaml --to review.html

say "the export"
"$tool" export photos.yaml --layout anomalib --to parts --replace

say "anomalib"
"$python" "$root/Tests/Readers/patchcore.py" parts "$weights" ${delivery[@]+"${delivery[@]}"}
