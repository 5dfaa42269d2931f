"""Features of EfficientNets with seeded weights, at their true shapes: the reference of FeatureTrunks.

Made with torch 2.13.0 (CPU, one thread), timm 1.0.31, efficientnet-lite-pytorch 0.1.0, efficientnet-pytorch 0.7.1, Python 3.11.
Writes efficient_nets.json and efficient_nets.safetensors: every eighth channel of each cut. timm pads by the picture's size, the other two
by that of the pictures which the network was trained with; the picture here has odd sizes on the way, where that is not the same.
"""
import torchvision_operators  # noqa: F401, before the libraries that need it
import timm
import torch
from efficientnet_lite_pytorch import EfficientNet as LiteNet
from efficientnet_pytorch import EfficientNet as PlainNet

import seeded_weights
from cnn_trunks import fill, watch

SEED, SHAPE = 53, [1, 3, 40, 56]
# Stage of the table -> timm's stage, and the number of the last of its blocks where they are counted through.
CUTS = {"lite0": {"stage2": (1, 2), "stage3": (2, 4), "stage5": (4, 10)}, "b4": {"stage2": (1, 5), "stage3": (2, 9), "stage5": (4, 21)}}
torch.set_num_threads(1)


def main():
    description, outputs = {"seed": SEED, "shape": SHAPE, "families": {}}, {}
    pictures = seeded_weights.inputs(SHAPE, SEED, "pictures")
    for size, cuts in CUTS.items():
        networks = {
            f"efficientnet_{size} timm": timm.create_model(f"tf_efficientnet_{size}"),
            f"efficientnet_{size}": LiteNet.from_name("efficientnet-lite0") if size == "lite0" else PlainNet.from_name("efficientnet-b4"),
        }
        for name, network in networks.items():
            is_timm = name.endswith("timm")
            shapes = fill(network.eval(), SEED)
            parts = network.blocks if is_timm else network._blocks
            found = watch(network, {c: parts[n[0 if is_timm else 1]] for c, n in cuts.items()})
            with torch.no_grad():
                network.forward_features(pictures) if is_timm else network.extract_features(pictures)
            for cut, values in found.items():
                outputs[f"{name}.{cut}"] = values[:, ::8]
            last = max(n[0 if is_timm else 1] for n in cuts.values())
            # What is behind the last cut is never loaded.
            stack = "blocks." if is_timm else "_blocks."
            used = {k: s for k, s in shapes.items() if (k.startswith(stack) and int(k.split(".")[1]) <= last)
                    or k.startswith(("conv_stem.", "bn1.") if is_timm else ("_conv_stem.", "_bn0."))}
            description["families"][name] = {"parameters": used, "cuts": list(cuts)}
    seeded_weights.write("efficient_nets", description, outputs)


if __name__ == "__main__":
    main()
