#!/usr/bin/env bash
# Every figure of Manifests/claims/README.md on the starter data. Stopped, it goes on where it was.
#
# Two engines with one thread each: these networks are too small for two threads to be worth much.
set -euo pipefail
bin=$1 output=$2
claims=Manifests/claims starter=Manifests/starter settings=Manifests/starter-training.json
export OMP_NUM_THREADS=1
begun=$SECONDS

said() { echo "$1: $((SECONDS - begun)) s since the start"; }

compare() {
    "$bin/flawsmith" compare "$claims/$1.yaml" --output "$output" --device cpu,cpu
    said "$1"
}

# What a classifier trained on rendered damage sees in the pictures of the comparison words.
probe() {
    local folder exports=()
    folder=$(mktemp -d)
    for row in guided:true unguided:false; do
        local name=${row%%:*}
        "$bin/flawsmith" run "$claims/starter.yaml" --output "$output" --until export --set "name=$name" \
            --set generation.images_per_normal=12 --set "generation.cut.guidance.attention=${row##*:}"
        for seed in 0 1 2; do
            tar -xzf "$output/exports/$name-1shot-s$seed-mvtec.tar.gz" -C "$folder"
            exports+=(--export "$folder/$name-1shot-s$seed-mvtec")
        done
    done
    "$bin/flawsmith-engine" measure-words --clip "$starter/clip" --model "$starter/diffusion" --settings "$settings" "${exports[@]}" \
        | tee "$output/comparisons/probe.txt"
    rm -rf "$folder"
    said probe
}

# Labels of rendered damage, whose outline is known.
labels() {
    "$bin/flawsmith-engine" measure-labels --model "$starter/diffusion" --settings "$settings" --softmax-scale 20 \
        --pictures "$output/comparisons/labels.png" | tee "$output/comparisons/labels.txt"
    said labels
}

for claim in worth parts annotation words supervision; do compare "$claim"; done
labels &
labels=$!
trap 'kill "$labels" 2>/dev/null || true' EXIT
probe
wait "$labels"
trap - EXIT
