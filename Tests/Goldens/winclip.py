"""anomalib's WinCLIP on a thin random CLIP, without and with two normals: the reference of AnomalyDetection's WinCLIP.

Made with anomalib 2.7.0, open_clip_torch 2.24.0 (anomalib's WinCLIP wants one before 2.26.1: with later ones its windows attend to each other), torch
2.13.0 (CPU, one thread), pillow 13.0.0, Python 3.11. Writes winclip.json and winclip.safetensors; its pictures are those of vlad.py.
"""
import torchvision_operators  # noqa: F401, before the libraries that need it
import numpy as np
import torch
from anomalib.models.image.winclip import prompting, torch_model
from open_clip.model import CLIP
from PIL import Image

import seeded_weights

SEED, SIZE, NAME = 91, 35, "metal nut"
CONFIG = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": SIZE, "layers": 3, "width": 32, "head_width": 16, "patch_size": 7},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 48, "heads": 3, "layers": 2},
}
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
NORMALS, TESTS = ["vlad_picture0.png", "vlad_picture3.png"], ["vlad_picture1.png", "vlad_picture0.png", "vlad_picture5.png"]


def load(name):
    """Both sides to SIZE, rows before columns."""
    image = Image.open(seeded_weights.HERE / name).convert("RGB")
    image = image.resize((SIZE, image.height), Image.BICUBIC).resize((SIZE, SIZE), Image.BICUBIC)
    values = torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255
    return (values - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


torch.set_num_threads(1)
clip = CLIP(**CONFIG).eval()
shapes = seeded_weights.fill(clip, SEED)
torch_model.open_clip.create_model_and_transforms = lambda *_, **__: (clip, None, None)
outputs = {}
with torch.no_grad():
    model = torch_model.WinClipModel(NAME).eval()
    tests = torch.stack([load(name) for name in TESTS])
    outputs["text"] = torch.nn.functional.normalize(model.text_embeddings, dim=-1)
    image, windows, patches = model.encode_image(tests)
    outputs |= {"image": image, "patches": patches, "windows2": windows[0], "windows3": windows[1]}
    outputs["zero.scores"] = model(tests).pred_score
    outputs["zero.maps"] = model._compute_zero_shot_scores(outputs["zero.scores"], windows)
    model.setup(reference_images=torch.stack([load(name) for name in NORMALS]))
    outputs["few.scores"] = model(tests).pred_score
    association = model._compute_few_shot_scores(patches, windows)
    outputs["few.association"] = association
    outputs["few.maps"] = (outputs["zero.maps"] + association) / 2
seeded_weights.write(
    "winclip",
    {"seed": SEED, "parameters": shapes, "config": {"model_cfg": CONFIG}, "imageSize": SIZE, "className": NAME, "normals": NORMALS,
     "tests": TESTS, "windows": [2, 3], "temperature": torch_model.TEMPERATURE, "normal": prompting.NORMAL_STATES,
     "abnormal": prompting.ANOMALOUS_STATES, "templates": prompting.TEMPLATES},
    outputs)
print(outputs["zero.scores"], outputs["few.scores"], [(k, tuple(v.shape)) for k, v in outputs.items()])
