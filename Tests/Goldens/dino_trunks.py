"""Tokens of thin DINOv2 transformers with seeded weights: the reference of FeatureTrunks.

Made with torch 2.13.0 (CPU, one thread), timm 1.0.31, transformers 5.23.0, Python 3.11.
Writes dino_trunks.json and dino_trunks.safetensors. The authors' own networks are no package: here they are timm's, with position vectors
resized by the authors' rule, written out below.
"""
import math
import pathlib
import tempfile

import torchvision_operators  # noqa: F401, before the libraries that need it
import timm
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

import seeded_weights

SEED, WIDTH, DEPTH, HEADS, PATCH, GRID, REGISTERS = 61, 32, 3, 2, 14, 5, 4
PICTURES = {"native": [1, 3, 70, 70], "resized": [1, 3, 56, 84], "larger": [1, 3, 98, 98]}
torch.set_num_threads(1)


def values(shapes, seed=SEED):
    """As every golden's, but layer scales ten times as large: with small ones the blocks would hardly be felt."""
    drawn = seeded_weights.state_dict(shapes, seed)
    return {k: v * 10 if k.endswith(("gamma", "lambda1")) else v for k, v in drawn.items()}


def pictures(case):
    return seeded_weights.inputs(PICTURES[case], SEED, case)


def plain(registers=False, **more):
    sizes = {"embed_dim": WIDTH, "depth": DEPTH, "num_heads": HEADS, "img_size": GRID * PATCH, "dynamic_img_size": True, **more}
    name = "vit_small_patch14_reg4_dinov2" if registers else "vit_small_patch14_dinov2"
    return timm.create_model(name, pretrained=False, **sizes).eval()


def timm_outputs(network, x):
    prefix = network.num_prefix_tokens
    second = network.forward_intermediates(x, indices=[1], norm=False, intermediates_only=True, output_fmt="NCHW")[0]
    tokens = network.forward_features(x)
    height, width = x.shape[2] // PATCH, x.shape[3] // PATCH
    last = tokens[:, prefix:].transpose(1, 2).reshape(x.shape[0], -1, height, width)
    return {"block2": second, "block3.norm": last, "block3.class": tokens[:, 0, :, None, None]}


def hugging_face(kind, registers, depth=DEPTH, grid=GRID, seed=SEED):
    """A model read from a file with seeded weights, and the names and shapes that the file has."""
    sizes = {"hidden_size": WIDTH, "num_hidden_layers": depth, "num_attention_heads": HEADS, "image_size": grid * PATCH, "patch_size": PATCH}
    if registers:
        config, model = transformers.Dinov2WithRegistersConfig(num_register_tokens=REGISTERS, **sizes), transformers.Dinov2WithRegistersModel
    else:
        config, model = transformers.Dinov2Config(**sizes), transformers.Dinov2Model
    with tempfile.TemporaryDirectory() as folder:
        model(config).save_pretrained(folder)
        file = pathlib.Path(folder, "model.safetensors")
        shapes = {k: list(v.shape) for k, v in load_file(file).items()}
        save_file({k: v.contiguous() for k, v in values(shapes, seed).items()}, file, metadata={"format": "pt"})
        return model.from_pretrained(folder, attn_implementation="eager").eval(), shapes


def hugging_face_outputs(network, x, registers):
    found = network(x, output_hidden_states=True)
    height, width = x.shape[2] // PATCH, x.shape[3] // PATCH

    def grid(tokens):
        return tokens[:, 1 + registers :].transpose(1, 2).reshape(x.shape[0], -1, height, width)

    return {
        "block2": grid(found.hidden_states[2]), "block3.norm": grid(found.last_hidden_state),
        "block3.class": found.last_hidden_state[:, 0, :, None, None]}


def authors_positions(table, height, width):
    """Without registers the authors resize by a factor a tenth of a cell too large, and don't smooth."""
    if (height, width) == (GRID, GRID):
        return table
    cells = table[:, 1:].reshape(1, GRID, GRID, WIDTH).permute(0, 3, 1, 2)
    factors = ((height + 0.1) / GRID, (width + 0.1) / GRID)
    cells = F.interpolate(cells, mode="bicubic", antialias=False, scale_factor=factors)
    assert list(cells.shape[2:]) == [height, width]
    return torch.cat([table[:, :1], cells.permute(0, 2, 3, 1).reshape(1, -1, WIDTH)], 1)


def main():
    outputs, cases = {}, {}

    def keep(name, shapes, run):
        cases[name] = shapes
        for case in PICTURES:
            with torch.no_grad():
                for cut, tokens in run(pictures(case)).items():
                    outputs[f"{name}.{case}.{cut}"] = tokens.clone()

    for name, registers in [("timm", False), ("timm registers", True)]:
        network = plain(registers)
        shapes = {k: list(v.shape) for k, v in network.state_dict().items()}
        network.load_state_dict(values(shapes))
        keep(name, shapes, lambda x: timm_outputs(network, x))
        if not registers:
            def run(x):
                sized = plain(img_size=tuple(x.shape[2:]), dynamic_img_size=False)
                own = values(shapes)
                own["pos_embed"] = authors_positions(own["pos_embed"], x.shape[2] // PATCH, x.shape[3] // PATCH)
                sized.load_state_dict(own)
                return timm_outputs(sized, x)

            keep("hub", {**shapes, "mask_token": [1, WIDTH]}, run)
        else:
            # The authors keep the class token's position in the table; timm has added it.
            theirs = {k: s for k, s in shapes.items() if k not in ("reg_token", "pos_embed")}
            theirs |= {"register_tokens": [1, REGISTERS, WIDTH], "pos_embed": [1, 1 + GRID * GRID, WIDTH], "mask_token": [1, WIDTH]}
            drawn = values(theirs)
            own = {k: v for k, v in drawn.items() if k in shapes and k != "pos_embed"}
            own["cls_token"] = drawn["cls_token"] + drawn["pos_embed"][:, :1]
            own["pos_embed"], own["reg_token"] = drawn["pos_embed"][:, 1:], drawn["register_tokens"]
            network.load_state_dict(own)
            keep("hub registers", theirs, lambda x: timm_outputs(network, x))
    for name, registers in [("hugging face", 0), ("hugging face registers", REGISTERS)]:
        network, shapes = hugging_face(name, registers)
        keep(name, shapes, lambda x: hugging_face_outputs(network, x, registers))
    description = {
        "seed": SEED, "width": WIDTH, "depth": DEPTH, "heads": HEADS, "grid": GRID, "pictures": PICTURES, "parameters": cases,
        "cuts": ["block2", "block3.norm", "block3.class"]}
    seeded_weights.write("dino_trunks", description, outputs)


if __name__ == "__main__":
    main()
