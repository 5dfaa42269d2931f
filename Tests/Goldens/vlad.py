"""VLAD on a thin random CLIP, written out step by step: the reference of AnomalyDetection.

Made with open_clip_torch 3.3.0, torch 2.13.0 (CPU, one thread), pillow 13.0.0, numpy 2.4.6, Python 3.11.
Writes vlad.json, vlad.safetensors and the pictures vlad_*.png (8-bit pictures, 16-bit soft labels).

Nothing here is shared with the Swift side but the seeding rule, the sentences and the pinned definitions.
"""
import math

import open_clip_stub  # noqa: F401
import numpy as np
import torch
import torch.nn.functional as F
from open_clip.model import CLIP, resize_pos_embed
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image

import seeded_weights

SEED = 21
CONFIG = {
    "embed_dim": 24, "quick_gelu": True,
    "vision_cfg": {"image_size": 28, "layers": 4, "width": 32, "head_width": 16, "patch_size": 7},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 48, "heads": 3, "layers": 2},
}
SIZE, STAGES, EPOCHS, BATCH, RATE, OMEGA, BETA = 42, [1, 2, 4], 2, 2, 2e-3, 6.0, 0.1
WEIGHTS = [0.7, 1.3]
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)

NORMAL = ["{}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect", "{} without damage"]
ABNORMAL = ["damaged {}", "broken {}", "{} with flaw", "{} with defect", "{} with damage"]
TEMPLATES = [
    "a bad photo of a {}.", "a low resolution photo of the {}.", "a bad photo of the {}.", "a cropped photo of the {}.",
    "a bright photo of a {}.", "a dark photo of the {}.", "a photo of my {}.", "a photo of the cool {}.", "a close-up photo of a {}.",
    "a black and white photo of the {}.", "a bright photo of the {}.", "a cropped photo of a {}.", "a jpeg corrupted photo of a {}.",
    "a blurry photo of the {}.", "a photo of the {}.", "a good photo of the {}.", "a photo of one {}.", "a close-up photo of the {}.",
    "a photo of a {}.", "a low resolution photo of a {}.", "a photo of a large {}.", "a blurry photo of a {}.",
    "a jpeg corrupted photo of the {}.", "a good photo of a {}.", "a photo of the small {}.", "a photo of the large {}.",
    "a black and white photo of a {}.", "a dark photo of a {}.", "a photo of a cool {}.", "a photo of a small {}.",
    "there is a {} in the scene.", "there is the {} in the scene.", "this is a {} in the scene.", "this is the {} in the scene.",
    "this is one {} in the scene.",
]


def pictures():
    """Smooth coloured waves with a bright blot on the anomalous ones; sizes differ from the network's, one is grey."""
    made = []
    for index, (width, height, anomalous) in enumerate([(56, 40, False), (42, 42, True), (60, 80, True), (50, 50, False), (42, 42, True),
                                                        (45, 60, True)]):
        y, x = np.mgrid[0:height, 0:width]
        planes = [127 + 90 * np.sin(0.11 * (index + 1) * x + c) * np.cos(0.07 * y + index) for c in range(3)]
        blot = np.exp(-(((x - width * 0.3) / (0.12 * width)) ** 2 + ((y - height * 0.6) / (0.2 * height)) ** 2))
        if anomalous:
            planes = [p + 100 * blot * (1 if c == index % 3 else -1) for c, p in enumerate(planes)]
        picture = np.clip(np.rint(np.stack(planes, -1)), 0, 255).astype(np.uint8)
        name = f"vlad_picture{index}.png"
        image = Image.fromarray(picture)
        (image.convert("L") if index == 3 else image).save(seeded_weights.HERE / name)
        label = None
        if anomalous:
            label = f"vlad_soft{index}.png"
            Image.fromarray(np.rint(0.9 * blot * 65535).astype(np.uint16)).save(seeded_weights.HERE / label)
        made.append({"image": name, "softLabel": label, "anomalous": anomalous, "className": ["metal nut", "screw"][index % 2]})
    return made


def squashed(sample):
    """Both sides to SIZE. Pillow up to 12 resizes rows before columns, 13 what is cheaper first, which changes single grey levels: here rows first."""
    image = Image.open(seeded_weights.HERE / sample["image"]).convert("RGB")
    return image.resize((SIZE, image.height), Image.BICUBIC).resize((SIZE, SIZE), Image.BICUBIC)


def load(sample):
    values = torch.from_numpy(np.array(squashed(sample))).permute(2, 0, 1).float() / 255
    return (values - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def soft_label(sample):
    if sample["softLabel"] is None:
        return torch.zeros(1, SIZE, SIZE)
    stored = torch.from_numpy(np.array(Image.open(seeded_weights.HERE / sample["softLabel"])).astype(np.float32) / 65535)
    return F.interpolate(stored[None, None], size=(SIZE, SIZE), mode="bilinear", align_corners=False)[0]


def unit(values):
    return values / values.norm(dim=-1, keepdim=True)


def text_features(model, name):
    tokenizer, rows = SimpleTokenizer(), []
    for states in (NORMAL, ABNORMAL):
        sentences = [t.format(s.format(name)) for s in states for t in TEMPLATES]
        rows.append(unit(unit(model.encode_text(tokenizer(sentences))).mean(0)))
    return torch.stack(rows)


class Adapters:
    def __init__(self, width, embedding, generator):
        self.stages = []
        for _ in STAGES:
            bound = 1 / math.sqrt(width)
            weight = torch.rand(embedding, width, generator=generator) * (2 * bound) - bound
            bias = torch.rand(embedding, generator=generator) * (2 * bound) - bound
            self.stages.append((weight.requires_grad_(), bias.requires_grad_()))
        self.image = (torch.eye(embedding).requires_grad_(), torch.zeros(embedding).requires_grad_())

    def parameters(self):
        return [p for pair in self.stages + [self.image] for p in pair]

    def named(self):
        names = [f"stages.{i}.{part}" for i in range(len(STAGES)) for part in ("weight", "bias")] + ["image.weight", "image.bias"]
        return dict(zip(names, self.parameters()))

    def tokens(self, frozen):
        return [unit(F.linear(t, *pair)) for t, pair in zip(frozen, self.stages)]

    def score(self, image_token, text, kind, probabilities):
        adapted = unit(F.linear(image_token, *self.image))
        from_token = torch.softmax(100 * torch.einsum("bc,bkc->bk", adapted, text), -1)[:, 1]
        mean = torch.stack([up(p) for p in probabilities]).mean(0)
        from_map = mean.flatten(1).amax(1)
        return {"adapter": from_token, "map": from_map, "both": (from_token + from_map) / 2}[kind]


def probabilities(tokens, text):
    """Per stage: the abnormal part, [B, grid, grid]."""
    maps = []
    for t in tokens:
        abnormal = torch.softmax(100 * torch.einsum("bpc,bkc->bpk", t, text), -1)[..., 1]
        side = math.isqrt(abnormal.shape[1])
        maps.append(abnormal.reshape(-1, side, side))
    return maps


def up(grid):
    return F.interpolate(grid[:, None], size=(SIZE, SIZE), mode="bilinear", align_corners=False)[:, 0]


def losses(adapters, frozen, image_token, text, labels, anomalous, kind):
    maps = probabilities(adapters.tokens(frozen), text)
    score = adapters.score(image_token, text, kind, maps)
    right = torch.where(anomalous, score, 1 - score)
    focal = ((1 - right) ** 2 * -torch.log(right)).mean()
    bce = dice = 0
    for grid in maps:
        predicted = up(grid)
        bce = bce + F.binary_cross_entropy(predicted, labels) / len(maps)
        d = (2 * (labels * predicted).sum((1, 2)) + 1) / (labels.sum((1, 2)) + predicted.sum((1, 2)) + 1)
        dice = dice + (BETA / (d + BETA)).mean() / len(maps)
    return focal, bce, dice


def main():
    torch.set_num_threads(1)
    samples = pictures()
    train, references, tests = samples[:5], [samples[0], samples[3]], [samples[1], samples[5]]
    native = CLIP(**CONFIG).eval()
    shapes = seeded_weights.fill(native, SEED)
    model = CLIP(**{**CONFIG, "vision_cfg": {**CONFIG["vision_cfg"], "image_size": SIZE}}).eval()
    weights = native.state_dict()
    resize_pos_embed(weights, model)
    model.load_state_dict(weights)
    out = {}
    with torch.no_grad():
        texts = {name: text_features(model, name) for name in ("metal nut", "screw")}
        frozen = {}
        for number, sample in enumerate(samples):
            out[f"pixels{number}"] = torch.from_numpy(np.array(squashed(sample))).permute(2, 0, 1)
            found = model.visual.forward_intermediates(load(sample)[None], indices=[s - 1 for s in STAGES], output_fmt="NLC")
            # Patch tokens are kept in float16; everything after is computed in float32.
            frozen[sample["image"]] = ([t[0].half().float() for t in found["image_intermediates"]], found["image_features"][0])
    out["text.metal nut"], out["text.screw"] = texts["metal nut"], texts["screw"]

    def batch(rows):
        return ([torch.stack([frozen[r["image"]][0][i] for r in rows]) for i in range(len(STAGES))],
                torch.stack([frozen[r["image"]][1] for r in rows]), torch.stack([texts[r["className"]] for r in rows]),
                torch.cat([soft_label(r) for r in rows]), torch.tensor([r["anomalous"] for r in rows]))

    description = {"seed": SEED, "config": {"model_cfg": CONFIG}, "parameters": shapes, "samples": samples,
                   "train": [s["image"] for s in train], "references": [s["image"] for s in references],
                   "tests": [s["image"] for s in tests], "imageSize": SIZE, "stages": STAGES, "epochs": EPOCHS, "batch": BATCH,
                   "learningRate": RATE, "omega": OMEGA, "beta": BETA, "weights": WEIGHTS, "trainingSeed": 5, "runs": {}}

    for kind, supervision in [("adapter", "image+pixel"), ("map", "image"), ("both", "image+pixel"), ("adapter", "pixel")]:
        run = f"{kind}.{supervision}"
        generator = torch.Generator().manual_seed(5)
        adapters = Adapters(32, 24, generator)
        optimiser = torch.optim.Adam(adapters.parameters(), lr=RATE, betas=(0.9, 0.999))
        total = EPOCHS * math.ceil(len(train) / BATCH)
        steps, step = [], 0
        for _ in range(EPOCHS):
            order = torch.randperm(len(train), generator=generator).tolist()
            for start in range(0, len(train), BATCH):
                for group in optimiser.param_groups:
                    group["lr"] = RATE * (1 + math.cos(math.pi * step / total)) / 2
                focal, bce, dice = losses(adapters, *batch([train[i] for i in order[start:start + BATCH]]), kind)
                loss = {"image": focal, "pixel": OMEGA * (bce + dice), "image+pixel": focal + OMEGA * (bce + dice)}[supervision]
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                steps.append([v.item() for v in (loss, focal, bce, dice)])
                step += 1
        description["runs"][run] = steps
        for name, value in adapters.named().items():
            out[f"{run}.{name}"] = value

        with torch.no_grad():
            bank = [torch.cat([adapters.tokens([s[None] for s in frozen[r["image"]][0]])[i][0] for r in references])
                    for i in range(len(STAGES))]
            for number, sample in enumerate(tests):
                text = texts["screw"][None]
                tokens = adapters.tokens([s[None] for s in frozen[sample["image"]][0]])
                maps = probabilities(tokens, text)
                side = maps[0].shape[-1]
                language = sum(maps)
                vision = sum(1 - (t[0] @ b.T).amax(1) for t, b in zip(tokens, bank)).reshape(1, side, side)
                s_language = adapters.score(frozen[sample["image"]][1][None], text, kind, maps)[0]
                s_vision = up(vision).amax()
                out[f"{run}.test{number}.map"] = (WEIGHTS[0] * language + WEIGHTS[1] * vision)[0]
                out[f"{run}.test{number}.scores"] = torch.stack([WEIGHTS[0] * s_language + WEIGHTS[1] * s_vision, s_language, s_vision])
    seeded_weights.write("vlad", description, out)
    for run, steps in description["runs"].items():
        print(run, [[round(v, 4) for v in s] for s in steps])


main()
