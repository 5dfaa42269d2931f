"""Reads exports with the readers that their layouts are made for, and compares what they give, pixel by pixel.

    python readers.py DIR [--patchcore]

DIR holds one data set as folders `mvtec`, `meta-json`, `anomalib`, `pairs`, `coco`, `yolo`, `webdataset`, `imagefolder` and,
if the categories are VisA's, `visa`, as `flawsmith export MANIFEST --layout NAME --to DIR/NAME` writes them. Let all of them hold the same
pictures (`--set export.test_good=1000000`): layouts take normal pictures for testing in proportion to what they test. What is true is
read from `mvtec` with Pillow alone. `--patchcore` fits and tests a PatchCore of anomalib's on the first category of `mvtec` and of
`anomalib`; its network has random weights, so nothing is downloaded and its figures say little more than that there are any.

Versions: requirements.txt.
"""

import csv
import hashlib
import json
import pathlib
import resource
import sys
import tempfile

import numpy as np
import yaml
from PIL import Image

from torchvision_kernels import torchvision_without_its_kernels

resource.setrlimit(resource.RLIMIT_DATA, (8 << 30, 8 << 30))  # nothing here needs more

root = pathlib.Path(sys.argv[1]).resolve()
failures = []


def pixels(path_or_image):
    image = path_or_image if isinstance(path_or_image, Image.Image) else Image.open(path_or_image)
    return np.asarray(image.convert("RGB"))


def marked(path_or_image):
    image = path_or_image if isinstance(path_or_image, Image.Image) else Image.open(path_or_image)
    values = np.asarray(image)
    assert values.ndim == 2 and set(np.unique(values)) <= {0, 255}, f"not a mask: {path_or_image}"
    return values > 127


def key(array):
    return hashlib.sha256(repr(array.shape).encode() + array.tobytes()).hexdigest()


def check(name, pairs, expected_count):
    """pairs: (RGB pixels, mask of booleans) as the reader gives them."""
    count = wrong = unknown = 0
    for image, mask in pairs:
        count += 1
        known = truth.get(key(image))
        if known is None:
            unknown += 1
        elif known.shape != mask.shape or (known != mask).any():
            wrong += 1
    report(name, count == expected_count and not wrong and not unknown,
           f"{count} pictures of {expected_count}, {wrong} masks differ, {unknown} pictures unknown")


def report(name, is_good, text):
    print(f"{'ok  ' if is_good else 'FAIL'} {name}: {text}", flush=True)
    if not is_good:
        failures.append(name)


# What is true: the pictures of `mvtec` by their pixels.
truth, counts = {}, {}
categories = sorted(p.name for p in (root / "mvtec").iterdir() if p.is_dir() and p.name != "_meta")
for category in categories:
    for file in sorted((root / "mvtec" / category).glob("t*/*/*.png")):
        split, kind = file.parts[-3], file.parts[-2]
        image = pixels(file)
        mask = np.zeros(image.shape[:2], bool)
        if kind != "good":
            mask = marked(root / "mvtec" / category / "ground_truth" / kind / f"{file.stem}_mask.png")
            assert mask.any()
        truth[key(image)] = mask
        counts[category, split, kind] = counts.get((category, split, kind), 0) + 1
everything = sum(counts.values())
damaged = sum(n for (_, _, kind), n in counts.items() if kind != "good")
print(f"{len(categories)} categories, {everything} pictures, {damaged} of damage", flush=True)


def of(category, split):
    return sum(n for (c, s, _), n in counts.items() if (c, s) == (category, split))


# anomalib

def items(dataset):
    for index in range(len(dataset)):
        item = dataset[index]
        image = (item.image.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        mask = np.zeros(image.shape[:2], bool) if item.gt_mask is None else item.gt_mask.numpy().astype(bool)
        yield image, mask


def anomalib():
    torchvision_without_its_kernels()
    import pandas
    # anomalib 2.7.0's Tabular puts Path objects into columns of strings, which pandas 3 refuses unless it is told so.
    pandas.set_option("future.infer_string", False)
    from anomalib.data import Folder, MVTecAD, Tabular, Visa
    from anomalib.data.datamodules.image import visa as visa_module

    quiet = {"num_workers": 0, "val_split_mode": "none"}
    for layout in ["mvtec", "meta-json"]:
        for category in categories:
            module = MVTecAD(root=root / layout, category=category, **quiet)
            module.setup()
            check(f"{layout}: anomalib MVTecAD {category} train", items(module.train_data), of(category, "train"))
            check(f"{layout}: anomalib MVTecAD {category} test", items(module.test_data), of(category, "test"))
    for category in categories:
        settings = yaml.safe_load((root / "anomalib" / f"{category}.yaml").read_text())
        assert settings["class_path"] == "anomalib.data.Folder"
        arguments = settings["init_args"] | {"root": root / "anomalib" / settings["init_args"]["root"]} | quiet
        module = Folder(**arguments)
        module.setup()
        check(f"anomalib: Folder {category} train", items(module.train_data), of(category, "train"))
        check(f"anomalib: Folder {category} test", items(module.test_data), of(category, "test"))
    table = root / "anomalib" / "samples.csv"
    module = Tabular.from_file(name="all", file_path=table, root=root / "anomalib", **quiet)
    module.setup()
    check("anomalib: Tabular train", items(module.train_data), sum(of(c, "train") for c in categories))
    check("anomalib: Tabular test", items(module.test_data), sum(of(c, "test") for c in categories))

    known = [c for c in categories if c in visa_module.VISA_CATEGORIES]
    if (root / "visa").is_dir() and len(known) == len(categories):
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch) / "visa"
            import shutil
            shutil.copytree(root / "visa", copy)
            for category in categories:
                module = Visa(root=copy, category=category, **quiet)
                module.prepare_data()
                module.setup()
                check(f"visa: anomalib Visa {category} train", items(module.train_data), of(category, "train"))
                check(f"visa: anomalib Visa {category} test", items(module.test_data), of(category, "test"))
    else:
        print("     visa: anomalib's Visa takes VisA's own categories alone; not tried", flush=True)


def patchcore():
    torchvision_without_its_kernels()
    from anomalib.data import Folder, MVTecAD
    from anomalib.engine import Engine
    from anomalib.models import Patchcore

    category = categories[0]
    settings = yaml.safe_load((root / "anomalib" / f"{category}.yaml").read_text())["init_args"]
    modules = {
        "mvtec": MVTecAD(root=root / "mvtec", category=category, num_workers=0, train_batch_size=4, eval_batch_size=8),
        "anomalib": Folder(**(settings | {"root": root / "anomalib" / category}), num_workers=0, train_batch_size=4, eval_batch_size=8),
    }
    import torch
    for layout, module in modules.items():
        torch.manual_seed(0)
        with tempfile.TemporaryDirectory() as scratch:
            size = Patchcore.configure_pre_processor(image_size=(128, 128))
            model = Patchcore(
                backbone="resnet18", layers=["layer1", "layer2"], pre_trained=False, coreset_sampling_ratio=0.1, pre_processor=size)
            for parameter in model.parameters():
                parameter.requires_grad_(False)  # or the choice of the coreset keeps every distance it ever computed
            engine = Engine(accelerator="cpu", devices=1, default_root_dir=scratch, logger=False)
            engine.fit(model=model, datamodule=module)
            figures = {name: float(value) for name, value in engine.test(model=model, datamodule=module)[0].items()}
        text = ", ".join(f"{name} {value:.3f}" for name, value in sorted(figures.items()))
        # Without good pictures to test on image_AUROC is 0; a random network finds places far better than it ranks pictures.
        report(f"{layout}: PatchCore {category}", 0 < figures["image_AUROC"] <= 1 and 0.5 < figures["pixel_AUROC"] <= 1, text)


# Lists and pairs

def meta_json():
    base = root / "meta-json"
    table = json.loads((base / "meta.json").read_text())

    def rows():
        for split in ["train", "test"]:
            for name, entries in table[split].items():
                for entry in entries:
                    assert set(entry) == {"img_path", "mask_path", "cls_name", "specie_name", "anomaly"}, entry
                    assert entry["cls_name"] == name and (entry["mask_path"] != "") == (entry["anomaly"] == 1)
                    image = pixels(base / entry["img_path"])
                    mask = marked(base / entry["mask_path"]) if entry["mask_path"] else np.zeros(image.shape[:2], bool)
                    yield image, mask

    check("meta-json: meta.json", rows(), everything)


def visa_tables():
    base = root / "visa"
    with open(base / "split_csv" / "1cls.csv") as file:
        table = list(csv.DictReader(file))

    def rows():
        for row in table:
            image = pixels(base / row["image"])
            assert (row["label"] == "anomaly") == (row["mask"] != "")
            yield image, marked(base / row["mask"]) if row["mask"] else np.zeros(image.shape[:2], bool)

    check("visa: split_csv/1cls.csv", rows(), everything)


def pairs():
    """As AnomalyDiffusion's evaluation scripts load them: numbers from 0, marked above half."""
    def apart(one, other):
        return np.abs(one.astype(int) - other).mean() if one.shape == other.shape else np.inf

    count = wrong = 0
    for (category, split, kind), number in counts.items():
        if kind == "good":
            continue
        originals = [(file.stem, pixels(file)) for file in sorted((root / "mvtec" / category / "test" / kind).glob("*.png"))]
        for index in range(number):
            folder = root / "pairs" / category / kind
            image = np.asarray(Image.open(folder / "image" / f"{index}.jpg").convert("RGB"))
            mask = np.asarray(Image.open(folder / "mask" / f"{index}.jpg").convert("L")) / 255 > 0.5
            width = max(3, len(str(number - 1)))
            digits = next((root / "mvtec" / category / "test" / kind).glob(f"{index:0{width}d}*.png"))
            true = marked(root / "mvtec" / category / "ground_truth" / kind / f"{digits.stem}_mask.png")
            # JPEG changes small colourful pictures by many grey levels; still each is nearest to its own, or as near: of one
            # normal two pictures may hardly differ.
            distances = {name: apart(image, other) for name, other in originals}
            nearest = digits.stem if distances[digits.stem] <= min(distances.values()) + 0.5 else min(distances, key=distances.get)
            count += 1
            equal = mask.shape == true.shape and not (mask != true).any()
            if nearest != digits.stem or not equal:
                wrong += 1
                print(f"     pairs: {category}/{kind}/{index}: nearest to {nearest}, masks {'equal' if equal else 'differ'}")
    files = len(list((root / "pairs").glob("*/*/image/*.jpg")))
    report("pairs: by number", count == files == damaged and not wrong, f"{files} pairs of {damaged}, {wrong} differ")


# Objects

def coco():
    import contextlib
    import io

    from pycocotools import mask as masks
    from pycocotools.coco import COCO

    seen = []
    parts = 0
    for file in sorted((root / "coco" / "annotations").glob("*.json")):
        with contextlib.redirect_stdout(io.StringIO()):
            table = COCO(str(file))
        split = file.stem.removeprefix("instances_")
        for number, facts in table.imgs.items():
            image = pixels(root / "coco" / split / facts["file_name"])
            assert image.shape[:2] == (facts["height"], facts["width"])
            union = np.zeros(image.shape[:2], bool)
            for annotation in table.loadAnns(table.getAnnIds(imgIds=[number])):
                part = table.annToMask(annotation).astype(bool)
                parts += 1
                rle = table.annToRLE(annotation)
                assert part.sum() == annotation["area"], (file, annotation["id"], part.sum(), annotation["area"])
                assert list(masks.toBbox(rle)) == annotation["bbox"], (masks.toBbox(rle), annotation["bbox"])
                assert not (union & part).any() and annotation["iscrowd"] == 0
                assert annotation["category_id"] in table.cats
                union |= part
            seen.append((image, union))
    check(f"coco: pycocotools, {parts} objects", seen, everything)


def yolo():
    """Rows of shares of width and height; polygons are filled by pycocotools, which counts from the corners of pixels."""
    from pycocotools import mask as masks

    base = root / "yolo"
    settings = yaml.safe_load((base / "data.yaml").read_text())
    seen = []
    for folder in {settings["train"], settings["val"], settings.get("test", settings["val"])}:
        for file in sorted((base / folder).rglob("*.png")):
            image = pixels(file)
            height, width = image.shape[:2]
            union = np.zeros((height, width), bool)
            label = pathlib.Path("/labels/".join(str(file).rsplit("/images/", 1))).with_suffix(".txt")
            for row in label.read_text().splitlines():
                number, *values = row.split(" ")
                assert int(number) in settings["names"] and len(values) >= 8
                values = np.array(values, float)
                assert (values >= 0).all() and (values <= 1).all()
                corners = np.round(values.reshape(-1, 2) * [width, height]).reshape(-1)
                union |= masks.decode(masks.frPyObjects([corners.tolist()], height, width))[..., 0].astype(bool)
            seen.append((image, union))
    check("yolo: text files", seen, everything)


# Shards and tables

def webdataset():
    import webdataset as wds

    seen = []
    for shard in sorted((root / "webdataset").glob("*/*.tar")):
        for sample in wds.WebDataset(str(shard), shardshuffle=False).decode("pil"):
            assert {"image.png", "mask.png", "soft.png", "json", "__key__"} <= set(sample), set(sample)
            assert sample["json"]["label"] == int(np.asarray(sample["mask.png"].convert("L")).any())
            seen.append((pixels(sample["image.png"]), marked(sample["mask.png"].convert("L"))))
    check("webdataset: webdataset", seen, everything)


def hugging_face(layout, image, mask):
    import datasets

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as scratch:
        seen = []
        loaded = datasets.load_dataset(str(root / layout), cache_dir=scratch)
        for split in loaded.values():
            for row in split:
                seen.append((pixels(row[image]), marked(row[mask].convert("L"))))
    check(f"{layout}: datasets {datasets.__version__}, {sorted(loaded)}", seen, everything)


def soft_labels():
    """16 bits survive, and lie where the mask is."""
    import datasets

    with tempfile.TemporaryDirectory() as scratch:
        loaded = datasets.load_dataset("imagefolder", data_dir=str(root / "imagefolder"), cache_dir=scratch)
        row = next(row for row in loaded["train"] if row["label"] == 1)
        values = np.asarray(row["soft"])
        report("imagefolder: soft labels", values.max() > 255 and row["soft"].mode.startswith("I"), f"mode {row['soft'].mode}, largest {values.max()}")


for step in [meta_json, visa_tables, pairs, coco, yolo, webdataset,
             lambda: hugging_face("webdataset", "image.png", "mask.png"),
             lambda: hugging_face("imagefolder", "image", "mask"), soft_labels, anomalib]:
    try:
        step()
    except Exception as error:  # the others are still worth reading
        import traceback
        traceback.print_exc()
        report(getattr(step, "__name__", "step"), False, f"{type(error).__name__}: {error}")
if "--patchcore" in sys.argv:
    patchcore()
print("all read" if not failures else f"{len(failures)} FAILED", flush=True)
sys.exit(1 if failures else 0)
