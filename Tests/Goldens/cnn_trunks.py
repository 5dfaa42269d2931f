"""Features of convolutional networks with seeded weights, at their true shapes: the reference of FeatureTrunks.

Made with torch 2.13.0 (CPU, one thread), torchvision 0.28.0, timm 1.0.31, Python 3.11.
Writes cnn_trunks.json and cnn_trunks.safetensors: every eighth channel of each cut.
"""
import torchvision_operators  # noqa: F401, before the libraries that need it
import timm
import torch
import torchvision

import seeded_weights

SEED, SHAPE = 51, [1, 3, 40, 56]
RESIDUAL = ["layer1", "layer2", "layer3", "layer4"]
# By torchvision's number of the rectifier behind the convolution.
INVERTED = {"stage2": (3, 1), "stage3": (6, 2), "stage5": (13, 4), "stage7": (17, 6)}  # torchvision's feature, timm's block
PLAIN = {"conv3_3": 15, "conv4_3": 22, "conv5_3": 29}
torch.set_num_threads(1)


def fill(module, seed):
    """Sets every parameter and every statistic of a norm, in the names of the weight file; returns name -> shape."""
    shapes, values = {}, {}
    for name, value in module.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        shapes[name] = list(value.shape)
        drawn = seeded_weights.parameter(tuple(value.shape), seed, name)
        values[name] = drawn.abs() + 0.5 if name.endswith("running_var") else drawn
    module.load_state_dict(values, strict=False)
    return shapes


def watch(module, cuts):
    """What the named modules give, as the module runs."""
    found = {}
    for cut, part in cuts.items():
        part.register_forward_hook(lambda _m, _i, out, cut=cut: found.__setitem__(cut, out.detach().clone()))
    return found


def main():
    with torch.device("meta"):  # shapes alone; the numbers come below
        families = {
            "resnet18": (torchvision.models.resnet18(), timm.create_model("resnet18")),
            "resnet50": (timm.create_model("resnet50"), torchvision.models.resnet50()),
            "wide_resnet50_2": (torchvision.models.wide_resnet50_2(), timm.create_model("wide_resnet50_2")),
            "vgg16": (torchvision.models.vgg16(), timm.create_model("vgg16")),
        }
        inverted = {
            "mobilenet_v2": torchvision.models.mobilenet_v2(),
            "mobilenet_v2 timm": timm.create_model("mobilenetv2_100"),
        }
    description, outputs = {"seed": SEED, "shape": SHAPE, "families": {}}, {}
    pictures = seeded_weights.inputs(SHAPE, SEED, "pictures")
    for family, (network, other) in families.items():
        for classifier in ("fc", "classifier"):
            if hasattr(network, classifier):
                setattr(network, classifier, torch.nn.Identity())
        network = network.to_empty(device="cpu").eval()
        shapes = fill(network, SEED)
        theirs = {k: list(v.shape) for k, v in other.state_dict().items()}
        # Without their classifiers, names and shapes are the same in both libraries.
        assert all(theirs.get(k) == s for k, s in shapes.items()), family
        cuts = {c: getattr(network, c) for c in RESIDUAL} if family != "vgg16" else {
            c: network.features[n] for c, n in PLAIN.items()}
        found = watch(network, cuts)
        with torch.no_grad():
            network.forward_features(pictures) if hasattr(network, "forward_features") else network(pictures)
        for cut, values in found.items():
            outputs[f"{family}.{cut}"] = values[:, ::8]
        description["families"][family] = {"parameters": shapes, "cuts": list(cuts)}
    for family, network in inverted.items():
        network.classifier = torch.nn.Identity()
        network = network.to_empty(device="cpu").eval()
        shapes = fill(network, SEED)
        parts = network.blocks if "timm" in family else network.features
        found = watch(network, {c: parts[n["timm" in family]] for c, n in INVERTED.items()})
        with torch.no_grad():
            network(pictures)
        for cut, values in found.items():
            outputs[f"{family}.{cut}"] = values[:, ::8]
        description["families"][family] = {"parameters": shapes, "cuts": list(INVERTED)}
    seeded_weights.write("cnn_trunks", description, outputs)


if __name__ == "__main__":
    main()
