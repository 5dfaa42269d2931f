"""PatchCore and PaDiM of anomalib on a ResNet-18 with the seeded weights of cnn_trunks.py: the reference of AnomalyDetection.

Made with anomalib 2.7.0, torch 2.13.0 (CPU, one thread), timm 1.0.31, Python 3.11.
Writes anomalib_detectors.json and anomalib_detectors.safetensors.
"""
import torchvision_operators  # noqa: F401, before the libraries that need it
import torch
from anomalib.models.components.sampling import k_center_greedy
from anomalib.models.image.padim.torch_model import PadimModel
from anomalib.models.image.patchcore.torch_model import PatchcoreModel

import cnn_trunks
import seeded_weights

SEED = 52
torch.set_num_threads(1)
torch.manual_seed(SEED)


def pictures(name, count, size):
    """Smooth pictures of a common kind: neighbours in the bank must not all be equally far."""
    common = seeded_weights.inputs([1, 3, size, size], SEED, "common")
    return common + 0.5 * seeded_weights.inputs([count, 3, size, size], SEED, name)


def trunk(model):
    cnn_trunks.fill(model.feature_extractor.feature_extractor, cnn_trunks.SEED)
    return model


outputs, description = {}, {"seed": SEED, "trunk_seed": cnn_trunks.SEED}

# PatchCore: 4 normals of 48 pixels, 6 x 6 patches each.
size, normals, tests = 48, 4, 3
layers = ["layer2", "layer3"]
model = trunk(PatchcoreModel(layers, "resnet18", pre_trained=False, num_neighbors=9))
model.train()
model.feature_extractor.eval()
bank = model(pictures("patchcore normals", normals, size))
sampler = k_center_greedy.KCenterGreedy(embedding=bank, sampling_ratio=0.25)
chosen = [int(i) for i in sampler.select_coreset_idxs()]
outputs["patchcore.projected"] = sampler.features
model.memory_bank = bank[chosen]
model.eval()
test = pictures("patchcore tests", tests, size)
prediction = model(test)
features = {k: model.feature_pooler(v) for k, v in model.feature_extractor(test).items()}
embedding = model.reshape_embedding(model.generate_embedding(features))
outputs["patchcore.embedding"] = embedding[:: 7].contiguous()
scores, _ = model.nearest_neighbors(embedding, 1)
outputs["patchcore.distances"] = scores.reshape(tests, -1)
outputs["patchcore.scores"] = prediction.pred_score.reshape(-1)
description["patchcore"] = {"size": size, "normals": normals, "tests": tests, "layers": layers, "neighbours": 9, "chosen": chosen}

# PaDiM: fewer normals than channels, and more.
size, tests = 32, 2
for name, normals, channels in [("few", 4, 20), ("many", 24, 12)]:
    model = trunk(PadimModel("resnet18", pre_trained=False, n_features=channels))
    model.train()
    model.feature_extractor.eval()
    model(pictures(f"padim {name} normals", normals, size))
    model.fit()
    model.eval()
    test = pictures(f"padim {name} tests", tests, size)
    with torch.no_grad():
        embedding = model.generate_embedding(model.feature_extractor(test))
        distances = model.anomaly_map_generator.compute_distance(embedding, [model.gaussian.mean, model.gaussian.inv_covariance])
        prediction = model(test)
    outputs[f"padim.{name}.distances"] = distances.reshape(tests, -1)
    outputs[f"padim.{name}.scores"] = prediction.pred_score.reshape(-1)
    description[f"padim_{name}"] = {"size": size, "normals": normals, "tests": tests, "channels": [int(i) for i in model.idx]}

seeded_weights.write("anomalib_detectors", description, outputs)
