#!/usr/bin/env bash
# Every figure of Manifests/claims/README.md on the starter data. Stopped, it goes on where it was; what the comparisons share is made once.
set -euo pipefail
bin=$1 output=$2
claims=Manifests/claims starter=Manifests/starter settings=Manifests/starter-training.json
for claim in worth annotation parts supervision words; do
    "$bin/flawsmith" compare "$claims/$claim.yaml" --output "$output"
done
# Labels of rendered damage, whose outline is known.
"$bin/flawsmith-engine" measure-labels --model "$starter/diffusion" --settings "$settings" --softmax-scale 20 \
    --pictures "$output/comparisons/labels.png" | tee "$output/comparisons/labels.txt"
# What a classifier trained on rendered damage sees in the pictures of the comparison words.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
exports=()
for row in guided:true unguided:false; do
    name=${row%%:*}
    "$bin/flawsmith" run "$claims/starter.yaml" --output "$output" --until export --set "name=$name" \
        --set generation.images_per_normal=12 --set "generation.guidance.attention=${row##*:}"
    for seed in 0 1 2; do
        tar -xzf "$output/exports/$name-1shot-s$seed-mvtec.tar.gz" -C "$folder"
        exports+=(--export "$folder/$name-1shot-s$seed-mvtec")
    done
done
"$bin/flawsmith-engine" measure-words --clip "$starter/clip" --model "$starter/diffusion" --settings "$settings" "${exports[@]}" \
    | tee "$output/comparisons/probe.txt"
