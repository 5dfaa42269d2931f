#!/usr/bin/env bash
# Makes the pictures of README.md and Manifests/README.md anew: what the demo makes, both grids of words, one run step by step.
#
#   bash .make/pictures.sh BIN OUTPUT [MODELS [TARGET]]
#
# BIN is where both programs are, OUTPUT keeps what runs leave. MODELS is a folder with `diffusion` (Manifests/starter), TARGET where the pictures
# go (.github/pictures). With another model this takes some minutes on two cores.
set -euo pipefail
bin=$1 output=$2 models=$(realpath "${3:-Manifests/starter}") target=${4:-.github/pictures}
starter=$PWD/Manifests/starter
mkdir -p "$target"

# sheet MANIFEST NAME OPTIONS: generates, and draws one picture for each category and word.
sheet() {
    local manifest=$1 name=$2
    shift 2
    "$bin/flawsmith" run "Manifests/$manifest" --output "$output" --until generate --set "models.diffusion=$models/diffusion" "$@"
    "$bin/flawsmith" sheet "Manifests/$manifest" --output "$output" --set "models.diffusion=$models/diffusion" "$@" --to "$target/$name"
}

sheet starter.yaml demo.png
sheet starter-grid.yaml starter-grid.png
sheet starter-grid.yaml starter-grid-visa.png --set dataset.kind=visa --set "dataset.path=$starter/starter_visa.tar" \
    --set 'dataset.objects={gear: part}' \
    --set 'foreground.overrides={capsule: {method: otsu, polarity: light}}'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xJf "$starter/starter_mvtec.tar.xz" -C "$work"
"$bin/flawsmith" synthesize --like Manifests/starter.yaml --model "$models/diffusion" --image "$work/tablet/train/good/000.png" --object tablet \
    --anomaly punctured --seed 7 --to "$work/out" --trace-images "$work/steps"
cp "$work/steps/trace.png" "$target/trace.png"
ls -l "$target"
