"""AnomalyDINO of anomalib, and SubspaceAD step by step, on thin DINOv2 transformers: the reference of AnomalyDetection.

Made with anomalib 2.7.0, timm 1.0.31, transformers 5.23.0, torch 2.13.0 (CPU, one thread), numpy 2.4.6, opencv 4, Python 3.11.
Writes dino_detectors.json and dino_detectors.safetensors. SubspaceAD is no package: what its paper and released code do is written out.
"""
import torchvision_operators  # noqa: F401, before the libraries that need it
import cv2
import numpy
import timm
import torch
from anomalib.models.image.anomaly_dino.torch_model import AnomalyDINOModel

import dino_trunks
import seeded_weights
from dino_trunks import HEADS, PATCH, WIDTH

SEED = 62
torch.set_num_threads(1)
torch.manual_seed(SEED)
outputs, description = {}, {"seed": SEED, "width": WIDTH, "heads": HEADS}


def pictures(name, count, size):
    """Smooth pictures of a common kind: neighbours in the bank must not all be equally far."""
    common = seeded_weights.inputs([1, 3, size, size], SEED, "common")
    return common + 0.5 * seeded_weights.inputs([count, 3, size, size], SEED, name)


# AnomalyDINO: 225 patches, so that more than one is a hundredth of them. At the table's own size, where no library resizes it.
grid, depth, normals, tests = 15, 12, 3, 2
network = dino_trunks.plain(img_size=grid * PATCH, depth=depth)
shapes = {k: list(v.shape) for k, v in network.state_dict().items()}
network.load_state_dict(dino_trunks.values(shapes, SEED))
timm.create_model = lambda *_args, **_more: network
model = AnomalyDINOModel(encoder_name="vit_small_patch14_dinov2")
model.train()
network.eval()
with torch.no_grad():
    model(pictures("dino normals", normals, grid * PATCH))
    model.fit()
    model.eval()
    test = pictures("dino tests", tests, grid * PATCH)
    prediction = model(test)
    features = torch.nn.functional.normalize(model.extract_features(test), dim=-1)
    outputs["dino.distances"] = 1 - (features @ model.memory_bank.T).amax(-1)
outputs["dino.scores"] = prediction.pred_score.reshape(-1)
assert torch.allclose(outputs["dino.distances"].topk(2).values.mean(-1), outputs["dino.scores"], atol=1e-6)
description["dino"] = {"grid": grid, "depth": depth, "normals": normals, "tests": tests, "parameters": shapes}

# SubspaceAD: the mean of middle blocks, an eigenbasis of the normals' covariance, the squared residual.
grid, depth, normals, tests, blocks, variance = 8, 10, 3, 2, [3, 4, 5, 6, 7, 8, 9], 0.9
network, shapes = dino_trunks.hugging_face("registers", dino_trunks.REGISTERS, depth=depth, grid=grid, seed=SEED)


def tokens(x):
    states = network(x, output_hidden_states=True).hidden_states
    return torch.stack([states[b] for b in blocks]).mean(0)[:, 1 + dino_trunks.REGISTERS :].double().numpy()


with torch.no_grad():
    known = tokens(pictures("subspace normals", normals, grid * PATCH)).reshape(-1, WIDTH)
    asked = tokens(pictures("subspace tests", tests, grid * PATCH))
mean = known.mean(0)
sizes, directions = numpy.linalg.eigh(numpy.cov(known, rowvar=False))
sizes, directions = sizes[::-1], directions[:, ::-1]
kept = int(numpy.argmax(numpy.cumsum(sizes) / sizes.sum() >= variance)) + 1
basis = directions[:, :kept]
residuals, scores = [], []
for picture in asked:
    centred = picture - mean
    residual = ((centred - centred @ basis @ basis.T) ** 2).sum(1).reshape(grid, grid)
    pixels = cv2.resize(residual.astype(numpy.float32), (grid * PATCH, grid * PATCH), interpolation=cv2.INTER_LINEAR)
    pixels = cv2.GaussianBlur(pixels, (3, 3), 4)
    most = numpy.sort(pixels.ravel())[::-1][: max(1, int(pixels.size * 0.01))]
    residuals.append(torch.tensor(residual))
    scores.append(float(most.mean()))
outputs["subspace.residuals"] = torch.stack(residuals)
outputs["subspace.scores"] = torch.tensor(scores)
description["subspace"] = {
    "grid": grid, "depth": depth, "normals": normals, "tests": tests, "blocks": blocks, "variance": variance, "kept": kept,
    "parameters": shapes}

seeded_weights.write("dino_detectors", description, outputs)
