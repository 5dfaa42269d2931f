"""The linear probe, step by step, on features drawn here: the reference of AnomalyDetection's ProbeTraining, PatchLabel and ProbeHead.

Made with torch 2.13.0 (CPU, one thread), Python 3.11. Writes probe.json and probe.safetensors.
"""
import math

import torch

import seeded_weights

SEED = 71
torch.set_num_threads(1)

PICTURES, SIDE, CHANNELS, STEPS, RATE, DECAY = 5, 6, 24, 40, 0.02, 0.01
LABEL = (20, 26)  # height and width of the label's picture
DAMAGED = [0, 2, 3]  # the others are normals

common = seeded_weights.inputs([CHANNELS], SEED, "common")
direction = seeded_weights.inputs([CHANNELS], SEED, "direction")


def pooled(soft, binary):
    """The damaged share of each patch."""
    label = (soft >= soft.max() / 2).float() if binary else soft
    return torch.nn.functional.adaptive_avg_pool2d(label[None, None], (SIDE, SIDE)).reshape(-1)


outputs = {}
for kind in ["binary", "soft"]:
    vectors, labels = [], []
    for index in range(PICTURES):
        soft = torch.sigmoid(2 * seeded_weights.inputs(list(LABEL), SEED, f"label {index}"))
        label = pooled(soft, kind == "binary") if index in DAMAGED else torch.zeros(SIDE * SIDE)
        noise = seeded_weights.inputs([SIDE * SIDE, CHANNELS], SEED, f"vectors {index}")
        # Channels of very different sizes, one of which never changes.
        scale = torch.logspace(-2, 2, CHANNELS)
        scale[7] = 0
        vectors.append((common + noise + label[:, None] * direction) * scale)
        labels.append(label)
    x, y = torch.cat(vectors), torch.cat(labels)
    mean = x.double().mean(0).float()
    scale = (x.double().var(0, unbiased=False).clamp(min=0).sqrt() + 1e-6).float()
    standard = (x - mean) / scale
    weight = torch.zeros(CHANNELS, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    adam = torch.optim.Adam([weight, bias], lr=RATE, foreach=False)
    losses = []
    for step in range(STEPS):
        for group in adam.param_groups:
            group["lr"] = RATE * (1 + math.cos(math.pi * step / STEPS)) / 2
        z = standard @ weight + bias
        damaged = (y * torch.nn.functional.softplus(-z)).sum() / y.sum()
        good = ((1 - y) * torch.nn.functional.softplus(z)).sum() / (1 - y).sum()
        loss = (damaged + good) / 2 + DECAY / 2 * (weight * weight).sum()
        adam.zero_grad()
        loss.backward()
        if step == 0:
            bias.grad.zero_()  # it is 0; what is left is rounding, which Adam would take for a direction
        adam.step()
        losses.append(loss.detach())
    with torch.no_grad():
        logits = (standard @ weight + bias).reshape(PICTURES, -1)
    outputs[f"{kind}.labels"] = torch.stack(labels)
    outputs[f"{kind}.losses"] = torch.stack(losses)
    outputs[f"{kind}.logits"] = logits
    outputs[f"{kind}.highest"] = logits.max(1).values

# A hundredth of 360 patches is 4 (3.6 rounded), of 36 it is one.
many = seeded_weights.inputs([360], SEED, "many")
outputs["top"] = many.sort(descending=True).values[:4].mean().reshape(1)

seeded_weights.write(
    "probe",
    {"seed": SEED, "pictures": PICTURES, "side": SIDE, "channels": CHANNELS, "steps": STEPS, "rate": RATE, "decay": DECAY,
     "label": list(LABEL), "damaged": DAMAGED},
    outputs)
