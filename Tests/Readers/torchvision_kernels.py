"""torchvision, imported where its wheel finds no kernels."""

import sys


def torchvision_without_its_kernels():
    """Beside a torch for processors alone the wheel of torchvision finds no kernels. Nothing here needs them; only the names of
    two have to be there when it is imported."""
    import torch

    try:
        import torchvision
    except RuntimeError:
        for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        torchvision_without_its_kernels.library = torch.library.Library("torchvision", "DEF")
        for name in ["nms", "qnms"]:
            torchvision_without_its_kernels.library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision
