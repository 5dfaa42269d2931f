"""A CLIP of true size with random weights, written by the library whose layout it is, and what that library answers.

    python clip_full_size.py open_clip ViT-L-14 FOLDER       open_clip's layout
    python clip_full_size.py hugging_face ViT-L-14 FOLDER    Hugging Face's

Models: ViT-L-14, ViT-L-14-336, ViT-B-16, ViT-B-32, with QuickGELU as OpenAI's weights want it. Writes FOLDER (float16, up to 0.9 GB) and
FOLDER.safetensors with the answers, computed in float32 from the rounded weights: text vectors, and for a picture at the native size and at 518
pixels the image token and the patch tokens of four blocks.

Made with open_clip_torch 3.3.0, transformers 5.23.0, torch 2.13.0 (CPU), safetensors 0.8.0, Python 3.11.
"""
import json
import pathlib
import sys

import seeded_weights as seeded

LAYOUT, NAME, FOLDER = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
if LAYOUT == "open_clip":
    import open_clip_stub  # noqa: F401  (first: open_clip wants torchvision)
    import open_clip
import torch
from safetensors.torch import save_file

SEED = 31
SIZE = 518
# Start, CLIP's own tokens of "a photo of a damaged screw." and "metal nut without flaw", end; the rest is padding.
TEXTS = [[49406, 320, 1125, 539, 320, 13568, 14225, 269, 49407], [49406, 4044, 6491, 2193, 34978, 49407]]
# Radford et al. 2021, table 20: vision width, layers, heads, patch; text width, heads; embedding; native size.
SHAPES = {"ViT-L-14": (1024, 24, 16, 14, 768, 12, 768, 224), "ViT-L-14-336": (1024, 24, 16, 14, 768, 12, 768, 336),
          "ViT-B-16": (768, 12, 12, 16, 512, 8, 512, 224), "ViT-B-32": (768, 12, 12, 32, 512, 8, 512, 224)}
WIDTH, LAYERS, HEADS, PATCH, TEXT_WIDTH, TEXT_HEADS, EMBEDDING, NATIVE = SHAPES[NAME]
BLOCKS = [LAYERS * quarter // 4 for quarter in (1, 2, 3, 4)]  # counted from 1


def tokens(padding):
    return torch.tensor([text + [padding] * (77 - len(text)) for text in TEXTS])


def fill(model):
    """Seeded weights, rounded to what the file holds."""
    seeded.fill(model, SEED)
    for parameter in model.parameters():
        parameter.copy_(parameter.half().float())


def picture(size):
    return seeded.inputs((1, 3, size, size), SEED, f"picture.{size}")


def with_open_clip():
    config = open_clip.get_model_config(NAME + "-quickgelu")
    assert config["quick_gelu"], NAME
    model = open_clip.CLIP(**config).eval()
    fill(model)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "open_clip_config.json").write_text(json.dumps({"model_cfg": config}, indent=1) + "\n")
    save_file({name: value.half() for name, value in model.state_dict().items()}, FOLDER / "open_clip_model.safetensors")
    out = {"text": model.encode_text(tokens(padding=0))}
    for size in (NATIVE, SIZE):
        visual = model.visual
        if size != NATIVE:
            larger = open_clip.CLIP(**{**config, "vision_cfg": {**config["vision_cfg"], "image_size": size}}).eval()
            weights = model.state_dict()
            open_clip.model.resize_pos_embed(weights, larger)
            larger.load_state_dict(weights)
            visual = larger.visual
        found = visual.forward_intermediates(picture(size), indices=[block - 1 for block in BLOCKS], output_fmt="NLC")
        out[f"{size}.image"] = found["image_features"]
        for block, value in zip(BLOCKS, found["image_intermediates"]):
            out[f"{size}.block{block}"] = value
    return out


def resized(table, grid):
    """The position table for another grid, as open_clip resizes it (transformers does it without antialiasing)."""
    side = round((table.shape[0] - 1) ** 0.5)
    patches = table[1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
    patches = torch.nn.functional.interpolate(patches, size=(grid, grid), mode="bicubic", antialias=True, align_corners=False)
    return torch.cat([table[:1], patches.permute(0, 2, 3, 1).reshape(grid * grid, -1)])


def with_hugging_face():
    from transformers import CLIPConfig, CLIPModel
    text = dict(hidden_size=TEXT_WIDTH, intermediate_size=4 * TEXT_WIDTH, num_attention_heads=TEXT_HEADS, projection_dim=EMBEDDING,
                bos_token_id=49406, eos_token_id=49407, pad_token_id=49407)
    vision = dict(hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, image_size=NATIVE,
                  patch_size=PATCH, projection_dim=EMBEDDING)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=EMBEDDING)).eval()
    fill(model)
    out = {"text": model.get_text_features(input_ids=tokens(padding=49407)).pooler_output}
    tower = model.vision_model
    table = tower.embeddings.position_embedding.weight
    for size in (NATIVE, SIZE):
        grid = size // PATCH
        patches = tower.embeddings.patch_embedding(picture(size)).flatten(2).transpose(1, 2)
        hidden = torch.cat([tower.embeddings.class_embedding.expand(1, 1, -1), patches], 1)
        hidden = tower.pre_layrnorm(hidden + (table if size == NATIVE else resized(table, grid)))
        for number, layer in enumerate(tower.encoder.layers, 1):
            hidden = layer(hidden, None)
            if number in BLOCKS:
                out[f"{size}.block{number}"] = hidden[:, 1:]
        out[f"{size}.image"] = model.visual_projection(tower.post_layernorm(hidden[:, 0]))
    model.half().save_pretrained(FOLDER)
    return out


with torch.no_grad():
    answers = {"open_clip": with_open_clip, "hugging_face": with_hugging_face}[LAYOUT]()
save_file({name: value.float().contiguous() for name, value in answers.items()}, FOLDER.with_name(FOLDER.name + ".safetensors"),
          metadata={"seed": str(SEED), "blocks": ",".join(map(str, BLOCKS)), "sizes": f"{NATIVE},{SIZE}"})
