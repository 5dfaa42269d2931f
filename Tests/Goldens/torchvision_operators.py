"""Declares torchvision's compiled operators, so that its Python code loads beside a torch that its compiled part wasn't made for.

Import this before torchvision. No network here uses one of the operators.
"""
import torch

_library = torch.library.Library("torchvision", "DEF")
for _name in ("nms", "qnms"):
    try:
        _library.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:  # the compiled part is there
        pass
