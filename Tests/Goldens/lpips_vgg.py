"""LPIPS on VGG16 with seeded weights: distances, maps, and IC-LPIPS of a few pictures: the reference of PictureQuality.

Made with lpips 0.1.4, torch 2.13.0 (CPU, one thread), pillow 13.0.0, numpy 2.4.6, Python 3.11.
Writes lpips_vgg.json and lpips_vgg.safetensors; reads vlad_picture*.png (vlad.py).
"""
import sys
import types

import numpy as np
import torch
from PIL import Image

import seeded_weights

SEED, SIZE = 33, 64


def vgg16(**_):
    """torchvision's VGG16 up to its last convolution, layer by layer, without torchvision."""
    layers, inputs = [], 3
    for width in [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]:
        if width == "M":
            layers.append(torch.nn.MaxPool2d(2, 2))
        else:
            layers += [torch.nn.Conv2d(inputs, width, 3, padding=1), torch.nn.ReLU(inplace=True)]
            inputs = width
    return types.SimpleNamespace(features=torch.nn.Sequential(*layers))


torchvision = types.ModuleType("torchvision")
torchvision.models = types.ModuleType("torchvision.models")
torchvision.models.vgg16 = vgg16
sys.modules["torchvision"], sys.modules["torchvision.models"] = torchvision, torchvision.models
import lpips  # noqa: E402

torch.manual_seed(0)
plain = lpips.LPIPS(net="vgg", pretrained=False, pnet_rand=True, verbose=False).eval()
spatial = lpips.LPIPS(net="vgg", pretrained=False, pnet_rand=True, spatial=True, verbose=False).eval()
# Heads stand in the module twice; each is drawn under its first name.
shapes = seeded_weights.fill(plain, SEED)
with torch.no_grad():
    for head in plain.lins:  # the authors' are never negative
        head.model[1].weight.abs_()
    for name, value in plain.named_parameters():  # thirteen rectifiers would each halve the variance, and biases drown the picture
        if name.startswith("net.") and value.dim() > 1:
            value.mul_(2**0.5)
spatial.load_state_dict(plain.state_dict())


def picture(path):
    image = Image.open(seeded_weights.HERE / path).convert("RGB").resize((SIZE, SIZE), Image.BICUBIC)
    return torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None].float() / 127.5 - 1


def box(x0, y0, x1, y1):
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., y0:y1, x0:x1] = 1
    return mask


with torch.no_grad():
    first, second = (seeded_weights.inputs([2, 3, 32, 48], SEED, name).clamp(-1, 1) for name in ("first", "second"))
    tensors = {"distances": plain(first, second).flatten(), "maps": spatial(first, second)}

    paths = [f"vlad_picture{number}.png" for number in (1, 4, 5)]
    boxes = [(4, 4, 20, 24), (0, 32, 16, 64), (30, 2, 60, 20)]
    pictures, masks = [picture(path) for path in paths], [box(*b) for b in boxes]
    pairs = [(i, j) for i in range(3) for j in range(i)]
    overall = [plain(pictures[i], pictures[j]).item() for i, j in pairs]
    inside = []
    for i, j in pairs:
        either = torch.maximum(masks[i], masks[j])
        inside.append((spatial(pictures[i], pictures[j]) * either).sum().item() / either.sum().item())
    # Whom a picture without a source joins.
    references = ["vlad_picture0.png", "vlad_picture3.png"]
    nearest = [int(np.argmin([plain(p, picture(r)).item() for r in references])) for p in pictures]

seeded_weights.write("lpips_vgg", {
    "seed": SEED, "size": SIZE, "parameters": shapes, "pictures": paths, "boxes": boxes, "references": references, "nearest": nearest,
    "distance": sum(overall) / len(pairs), "distanceInside": sum(inside) / len(pairs)}, tensors)
