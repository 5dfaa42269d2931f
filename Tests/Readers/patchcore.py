"""Trains anomalib's PatchCore on an export in the layout `anomalib`, tests it, and prints what anomalib reports.

    python patchcore.py EXPORT WEIGHTS [DELIVERY]

EXPORT is a folder as `flawsmith export MANIFEST --layout anomalib --to EXPORT` writes it, with one category. WEIGHTS are VGG16's, learnt on
ImageNet, as `make features` leaves them (.features/lpips-vgg16.safetensors); anomalib would fetch a network of its own. DELIVERY holds pictures
on which Flawsmith drew nothing: `good`, and a folder for each kind of damage. The same PatchCore is tested on them, too.

Ends with 1 where an image AUROC is no better than `BAR`. Versions: requirements.txt.
"""

import ctypes
import logging
import os
import pathlib
import resource
import sys
import tempfile
import warnings

os.environ["TQDM_DISABLE"] = "1"  # read when it is first imported

import torch
import yaml

from torchvision_kernels import torchvision_without_its_kernels

resource.setrlimit(resource.RLIMIT_DATA, (8 << 30, 8 << 30))  # nothing here needs more
# Large blocks go back to the system at once (M_MMAP_THRESHOLD). Or each step of the coreset's choice leaves a small tensor in
# the block that the step before has freed, the next block no longer fits there, and gigabytes pile up.
ctypes.CDLL(None).mallopt(-3, 1 << 20)
warnings.filterwarnings("ignore")
torchvision_without_its_kernels()

import torchvision
from anomalib.data import Folder
from anomalib.engine import Engine
from anomalib.models import Patchcore
from anomalib.models.components import KCenterGreedy
from safetensors.torch import load_file

logging.disable(logging.INFO)

# By chance it is 0.5. Sensible is far from that.
BAR = 0.7
SIZE = (256, 256)

export = pathlib.Path(sys.argv[1]).resolve()
(file,) = sorted(set(export.glob("*.yaml")) - {export / "manifest.yaml"})
settings = yaml.safe_load(file.read_text())["init_args"]
quiet = {"num_workers": 0, "train_batch_size": 4, "eval_batch_size": 8}

# LPIPS numbers VGG16's layers as torchvision does.
network = torchvision.models.vgg16(weights=None).features
network.load_state_dict({name.split(".", 2)[2]: tensor for name, tensor in load_file(sys.argv[2]).items() if name.startswith("net.")})
network.eval()

torch.manual_seed(0)
model = Patchcore(
    backbone=network, layers=["22", "29"], pre_trained=False, coreset_sampling_ratio=0.02,
    pre_processor=Patchcore.configure_pre_processor(image_size=SIZE))
# Or the choice of the coreset keeps every distance it ever computed.
model.requires_grad_(False)
KCenterGreedy.select_coreset_idxs = torch.no_grad()(KCenterGreedy.select_coreset_idxs)
below = []


def tested(name, engine, module):
    (figures,) = engine.test(model=model, datamodule=module, verbose=False)
    good = sum(int(label == 0) for label in module.test_data.samples.label_index)
    print(f"{name}: {len(module.train_data)} pictures to train on, {good} good and {len(module.test_data) - good} damaged to test on", flush=True)
    for key, value in sorted(figures.items()):
        print(f"  {key} {value:.3f}", flush=True)
    if not figures["image_AUROC"] > BAR:
        below.append(name)


with tempfile.TemporaryDirectory() as scratch:
    engine = Engine(accelerator="cpu", devices=1, default_root_dir=scratch, logger=False, enable_progress_bar=False, enable_model_summary=False)
    arguments = settings | quiet | {"root": export / settings["root"], "val_split_mode": "same_as_test"}
    module = Folder(**arguments)
    engine.fit(model=model, datamodule=module)
    tested(f"generated damage ({file.name})", engine, module)
    if len(sys.argv) > 3:
        delivery = pathlib.Path(sys.argv[3]).resolve()
        kinds = sorted(folder.name for folder in delivery.iterdir() if folder.name != "good")
        module = Folder(
            name="delivery", root=delivery, normal_dir=str(export / settings["root"] / settings["normal_dir"]), normal_test_dir="good",
            abnormal_dir=kinds, val_split_mode="same_as_test", **quiet)
        tested("damage of a later delivery, which nobody generated", engine, module)

print("sensible" if not below else f"image AUROC not above {BAR}: {', '.join(below)}", flush=True)
sys.exit(1 if below else 0)
