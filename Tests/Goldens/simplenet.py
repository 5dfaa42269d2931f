"""SimpleNet's training, step by step, on features drawn here: the reference of AnomalyDetection's SimpleNetTraining and SimpleNetHead.

Made with torch 2.13.0 (CPU, one thread), Python 3.11. Writes simplenet.json and simplenet.safetensors.
"""
import math

import torch
from torch import nn

import seeded_weights

SEED, TRAINING_SEED = 83, 7
torch.set_num_threads(1)

NORMALS, GENERATED, PATCHES, CHANNELS, HIDDEN = 5, 3, 12, 16, 10
EPOCHS, BATCH, NOISE, MARGIN, ADAPTOR, DISCRIMINATOR = 3, 2, 0.1, 0.5, 2e-3, 4e-3

vectors = [seeded_weights.inputs([PATCHES, CHANNELS], SEED, f"vectors {i}") for i in range(NORMALS + GENERATED)]
labels = [torch.sigmoid(3 * seeded_weights.inputs([PATCHES], SEED, f"label {i}") - 1) for i in range(GENERATED)]
tests = seeded_weights.inputs([PATCHES, CHANNELS], SEED, "tests")


def linear(inputs, outputs, bias, generator):
    layer = nn.Linear(inputs, outputs, bias=bias)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(outputs, inputs, generator=generator) * math.sqrt(2 / (inputs + outputs)))
        if bias:
            bound = 1 / math.sqrt(inputs)
            layer.bias.copy_(torch.rand(outputs, generator=generator) * (2 * bound) - bound)
    return layer


def fit(fakes):
    generator = torch.Generator().manual_seed(TRAINING_SEED)
    adaptor = linear(CHANNELS, CHANNELS, True, generator)
    first = linear(CHANNELS, HIDDEN, True, generator)
    norm = nn.BatchNorm1d(HIDDEN)
    last = linear(HIDDEN, 1, False, generator)
    discriminator = nn.Sequential(first, norm, nn.LeakyReLU(0.2), last)
    optimisers = [
        torch.optim.AdamW(adaptor.parameters(), lr=ADAPTOR, foreach=False),
        torch.optim.Adam(discriminator.parameters(), lr=DISCRIMINATOR, weight_decay=1e-5, foreach=False)]
    steps, losses = math.ceil(NORMALS / BATCH), []
    for _ in range(EPOCHS):
        order = torch.randperm(NORMALS, generator=generator).tolist()
        shown, each = [], min(BATCH, GENERATED)
        while fakes != "noise" and len(shown) < steps * each:
            shown += torch.randperm(GENERATED, generator=generator).tolist()
        total = 0.0
        for step in range(steps):
            chosen = order[step * BATCH:(step + 1) * BATCH]
            good = adaptor(torch.cat([vectors[i] for i in chosen]))
            parts = [good]
            if fakes != "generated":
                parts.append(good + NOISE * torch.randn(good.shape, generator=generator))
            if fakes != "noise":
                pictures = shown[step * each:(step + 1) * each]
                parts.append(adaptor(torch.cat([vectors[NORMALS + i] for i in pictures])))
                damaged = torch.cat([labels[i] for i in pictures])
            scores = torch.split(discriminator(torch.cat(parts)).squeeze(1), [len(p) for p in parts])
            goods, bads = [torch.relu(MARGIN - scores[0]).mean()], []
            if fakes != "generated":
                bads.append(torch.relu(MARGIN + scores[1]).mean())
            if fakes != "noise":
                goods.append(((1 - damaged) * torch.relu(MARGIN - scores[-1])).sum() / (1 - damaged).sum())
                bads.append((damaged * torch.relu(MARGIN + scores[-1])).sum() / damaged.sum())
            loss = sum(goods) / len(goods) + sum(bads) / len(bads)
            for optimiser in optimisers:
                optimiser.zero_grad()
            loss.backward()
            # Biases in front of a batch norm have no slope; what is left is rounding, which Adam would take for a direction.
            adaptor.bias.grad.zero_()
            first.bias.grad.zero_()
            for optimiser in optimisers:
                optimiser.step()
            total += loss.item() * len(chosen)
        losses.append(total / NORMALS)
    discriminator.eval()
    with torch.no_grad():
        scores = -discriminator(adaptor(tests)).squeeze(1)
    found = {"losses": torch.tensor(losses), "scores": scores}
    for name, module in [("adaptor", adaptor), ("first", first), ("norm", norm), ("last", last)]:
        for key, value in module.state_dict().items():
            if key != "num_batches_tracked":
                found[f"{name}.{key}"] = value
    return found


outputs = {f"{fakes}.{name}": value for fakes in ["noise", "generated", "both"] for name, value in fit(fakes).items()}
seeded_weights.write(
    "simplenet",
    {"seed": SEED, "training_seed": TRAINING_SEED, "normals": NORMALS, "generated": GENERATED, "patches": PATCHES,
     "channels": CHANNELS, "hidden": HIDDEN, "epochs": EPOCHS, "batch": BATCH, "noise": NOISE, "margin": MARGIN,
     "adaptor_rate": ADAPTOR, "discriminator_rate": DISCRIMINATOR},
    outputs)
print({k: v for k, v in outputs.items() if k.endswith("losses")})
