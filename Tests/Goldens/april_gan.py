"""APRIL-GAN's losses, training and scores on a thin random CLIP, written out step by step: the reference of AnomalyDetection's APRIL-GAN.

Made with open_clip_torch 3.3.0, torch 2.13.0 (CPU, one thread), pillow 13.0.0, numpy 2.4.6, Python 3.11.
Writes april_gan.json and april_gan.safetensors; its pictures and soft labels are those that vlad.py made (vlad_*.png).

Where the project deviates from the released code (maps grow after the softmax, with half-pixel centres; the score takes no figure from the test set), so does this.
"""
import json
import math

import open_clip_stub  # noqa: F401
import numpy as np
import torch
import torch.nn.functional as F
from open_clip.model import CLIP, resize_pos_embed
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image

import seeded_weights

VLAD = json.loads((seeded_weights.HERE / "vlad.json").read_text())
SEED, CONFIG, SIZE, STAGES = VLAD["seed"], VLAD["config"]["model_cfg"], VLAD["imageSize"], VLAD["stages"]
EPOCHS, BATCH, RATE, TRAINING_SEED = 2, 2, 2e-3, 6
WIDTH, EMBEDDING = CONFIG["vision_cfg"]["width"], CONFIG["embed_dim"]
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
SENTENCES = json.loads((seeded_weights.HERE.parent.parent / "Sources/AnomalyDetection/Resources/prompts.json").read_text())


def load(sample):
    """Both sides to SIZE, rows before columns."""
    image = Image.open(seeded_weights.HERE / sample["image"]).convert("RGB")
    image = image.resize((SIZE, image.height), Image.BICUBIC).resize((SIZE, SIZE), Image.BICUBIC)
    values = torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255
    return (values - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def mask(sample):
    """1 where the soft label reaches half of its largest value."""
    if sample["softLabel"] is None:
        return torch.zeros(1, SIZE, SIZE)
    stored = torch.from_numpy(np.array(Image.open(seeded_weights.HERE / sample["softLabel"])).astype(np.float32) / 65535)
    soft = F.interpolate(stored[None, None], size=(SIZE, SIZE), mode="bilinear", align_corners=False)[0]
    return (soft >= soft.max() / 2).float()


def unit(values):
    return values / values.norm(dim=-1, keepdim=True)


def text_features(model, name):
    rows = []
    for states in (SENTENCES["normal"], SENTENCES["abnormal"]):
        sentences = [t.format(s.format(name)) for s in states for t in SENTENCES["templates"]]
        rows.append(unit(unit(model.encode_text(SimpleTokenizer()(sentences))).mean(0)))
    return torch.stack(rows)


def up(maps):
    return F.interpolate(maps, size=(SIZE, SIZE), mode="bilinear", align_corners=False)


def probabilities(adapters, frozen, text):
    """Per stage: of normal and abnormal, [B, 2, grid, grid]."""
    found = []
    for tokens, (weight, bias) in zip(frozen, adapters):
        p = torch.softmax(100 * torch.einsum("bpc,bkc->bpk", unit(F.linear(tokens, weight, bias)), text), -1)
        side = math.isqrt(p.shape[1])
        found.append(p.transpose(1, 2).reshape(-1, 2, side, side))
    return found


def losses(maps, labels):
    focal = dice = 0
    for p in maps:
        p = up(p)
        truth = torch.stack([1 - labels, labels], 1).clamp(1e-5, 1 - 1e-5)
        right = (truth * p).sum(1) + 1e-5
        focal = focal - ((1 - right) ** 2 * torch.log(right)).mean()
        abnormal = p[:, 1]
        overlap = (2 * (labels * abnormal).sum((1, 2)) + 1) / (labels.sum((1, 2)) + abnormal.sum((1, 2)) + 1)
        dice = dice + 1 - overlap.mean()
    return focal, dice


torch.set_num_threads(1)
samples = VLAD["samples"]
train, references, tests = ([s for s in samples if s["image"] in VLAD[key]] for key in ("train", "references", "tests"))
native = CLIP(**CONFIG).eval()
seeded_weights.fill(native, SEED)
model = CLIP(**{**CONFIG, "vision_cfg": {**CONFIG["vision_cfg"], "image_size": SIZE}}).eval()
weights = native.state_dict()
resize_pos_embed(weights, model)
model.load_state_dict(weights)
with torch.no_grad():
    texts = {name: text_features(model, name) for name in ("metal nut", "screw")}
    frozen = {}
    for sample in samples:
        found = model.visual.forward_intermediates(load(sample)[None], indices=[s - 1 for s in STAGES], output_fmt="NLC")
        frozen[sample["image"]] = ([t[0].half().float() for t in found["image_intermediates"]], found["image_features"][0])

generator = torch.Generator().manual_seed(TRAINING_SEED)
adapters = []
for _ in STAGES:
    bound = 1 / math.sqrt(WIDTH)
    weight = torch.rand(EMBEDDING, WIDTH, generator=generator) * (2 * bound) - bound
    bias = torch.rand(EMBEDDING, generator=generator) * (2 * bound) - bound
    adapters.append((weight.requires_grad_(), bias.requires_grad_()))
optimiser = torch.optim.Adam([p for pair in adapters for p in pair], lr=RATE, betas=(0.5, 0.999), foreach=False)
steps, out = [], {}
for _ in range(EPOCHS):
    order = torch.randperm(len(train), generator=generator).tolist()
    for start in range(0, len(train), BATCH):
        rows = [train[i] for i in order[start:start + BATCH]]
        tokens = [torch.stack([frozen[r["image"]][0][i] for r in rows]) for i in range(len(STAGES))]
        text = torch.stack([texts[r["className"]] for r in rows])
        focal, dice = losses(probabilities(adapters, tokens, text), torch.cat([mask(r) for r in rows]))
        optimiser.zero_grad()
        (focal + dice).backward()
        optimiser.step()
        steps.append([(focal + dice).item(), focal.item(), dice.item()])
for index, (weight, bias) in enumerate(adapters):
    out[f"stages.{index}.weight"], out[f"stages.{index}.bias"] = weight, bias

with torch.no_grad():
    for number, sample in enumerate(tests):
        own, token = frozen[sample["image"]]
        language = sum(probabilities(adapters, [t[None] for t in own], texts["screw"][None]))[0, 1]
        vision = 0
        for index, tokens in enumerate(own):
            bank = torch.cat([unit(frozen[r["image"]][0][index]) for r in references])
            vision = vision + 1 - (unit(tokens) @ bank.T).amax(1)
        whole = language + vision.reshape(language.shape)
        s_language = torch.softmax(100 * texts["screw"] @ unit(token), -1)[1]
        highest = up(whole[None, None]).max()
        out[f"test{number}.map"] = whole
        out[f"test{number}.scores"] = torch.stack(
            [(s_language + highest / len(STAGES)) / 2, s_language, up(vision.reshape(1, 1, *language.shape)).max(), highest])
seeded_weights.write(
    "april_gan", {"epochs": EPOCHS, "batch": BATCH, "learningRate": RATE, "trainingSeed": TRAINING_SEED, "steps": steps}, out)
print(steps)
