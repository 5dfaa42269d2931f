#!/usr/bin/env bash
# Every figure of Manifests/claims/README.md on the starter data. Stopped, it goes on where it was.
#
# Two chains side by side, an engine with one thread each, so that their threads don't fight for two processors. Each chain has a folder of its own
# (claims-1, claims-2): neither meets the other's locks.
set -euo pipefail
bin=$1 output=$2
claims=Manifests/claims starter=Manifests/starter settings=Manifests/starter-training.json
export OMP_NUM_THREADS=1

compare() { "$bin/flawsmith" compare "$claims/$1.yaml" --output "$output/claims-2"; }

# What a classifier trained on rendered damage sees in the pictures of the comparison words.
probe() {
    local folder exports=()
    folder=$(mktemp -d)
    for row in guided:true unguided:false; do
        local name=${row%%:*}
        "$bin/flawsmith" run "$claims/starter.yaml" --output "$output/claims-2" --until export --set "name=$name" \
            --set generation.images_per_normal=12 --set "generation.guidance.attention=${row##*:}"
        for seed in 0 1 2; do
            tar -xzf "$output/claims-2/exports/$name-1shot-s$seed-mvtec.tar.gz" -C "$folder"
            exports+=(--export "$folder/$name-1shot-s$seed-mvtec")
        done
    done
    "$bin/flawsmith-engine" measure-words --clip "$starter/clip" --model "$starter/diffusion" --settings "$settings" "${exports[@]}" \
        | tee "$output/claims-2/comparisons/probe.txt"
    rm -rf "$folder"
}

# Labels of rendered damage, whose outline is known.
labels() {
    "$bin/flawsmith-engine" measure-labels --model "$starter/diffusion" --settings "$settings" --softmax-scale 20 \
        --pictures "$output/claims-2/comparisons/labels.png" | tee "$output/claims-2/comparisons/labels.txt"
}

"$bin/flawsmith" compare "$claims/parts.yaml" --output "$output/claims-1" &
parts=$!
trap 'kill "$parts" 2>/dev/null || true' EXIT
for claim in worth annotation words supervision; do compare "$claim"; done
probe
labels
wait "$parts"
trap - EXIT
