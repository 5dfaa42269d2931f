"""Times PatchCore and PaDiM against anomalib's, on the same pictures, with the same network and the same exactness.

    python detectors_peers.py FOLDER [--trunk wide_resnet50_2] [--normals 60] [--tests 20] [--repeats 3] [--threads 2] [--parts features,patchcore_fit,...]

Draws pictures of 700 x 700 and random weights into FOLDER, then runs every part in a process of its own, Flawsmith and anomalib turn by turn, and
prints a table: medians over the repeats of wall time and of processor time (which other programs on the machine disturb less), and the peak
memory of the process. A part begins with picture files and ends with what it is for:

    features        the network's maps of every normal, decoding and resizing included
    patchcore_fit   a bank of a tenth of the normals' patches: greedy k-centre on a sparse random projection, as both have it
    patchcore_score score and map of every test picture (9 neighbours)
    padim_fit       a Gaussian at each place
    padim_score     score and map of every test picture

anomalib's pictures go through its own preprocessing in batches of 32, as its configurations have it, without Lightning's loop and without workers.
Needs a release build with tests (`make build`, `swift build -c release --build-tests`) and anomalib 2.7.0, torch, timm, pillow, safetensors.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "Tests/Goldens"))
PARTS = ["features", "patchcore_fit", "patchcore_score", "padim_fit", "padim_score"]
PATCHCORE, PADIM = ["layer2", "layer3"], ["layer1", "layer2", "layer3"]
BATCH = 32


def draw(folder, settings):
    import numpy as np
    import torchvision_operators  # noqa: F401
    import safetensors.torch
    import timm
    import torch
    from PIL import Image

    mark = folder / "settings.json"
    if mark.exists() and json.loads(mark.read_text()) == settings:
        return
    torch.manual_seed(1)
    model = timm.create_model(settings["trunk"], pretrained=False)
    weights = {name: value for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    safetensors.torch.save_file(weights, folder / "weights.safetensors")
    random, (y, x) = np.random.default_rng(1), np.mgrid[:700, :700]
    common = 128 + 60 * np.sin(x / 23) * np.cos(y / 31)
    for kind in ("normals", "tests"):
        (folder / kind).mkdir(exist_ok=True)
        for index in range(settings[kind]):
            grey = common + random.normal(0, 12, (700, 700))
            centre = random.integers(100, 600, 2)
            grey = grey + 40 * (((y - centre[0]) ** 2 + (x - centre[1]) ** 2) < 60 ** 2)
            colour = np.stack([grey, grey * 0.9, grey * 0.8], 2).clip(0, 255).astype(np.uint8)
            Image.fromarray(colour).save(folder / kind / f"{index:03}.png")
    mark.write_text(json.dumps(settings))


def pictures(folder):
    import torch
    from torchvision.transforms.v2 import functional
    from PIL import Image
    import numpy as np

    files = sorted(folder.iterdir())
    for start in range(0, len(files), BATCH):
        batch = []
        for file in files[start : start + BATCH]:
            image = torch.from_numpy(np.array(Image.open(file).convert("RGB"))).permute(2, 0, 1).float() / 255
            image = functional.resize(image, [256, 256], antialias=True)
            batch.append(functional.normalize(image, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
        yield torch.stack(batch)


def anomalib(folder, part, settings):
    import torchvision_operators  # noqa: F401
    import safetensors.torch
    import torch
    from anomalib.models.image.padim.torch_model import PadimModel
    from anomalib.models.image.patchcore.torch_model import PatchcoreModel

    torch.set_num_threads(settings["threads"])
    torch.manual_seed(0)
    weights = safetensors.torch.load_file(folder / "weights.safetensors")
    if part.startswith("padim"):
        model = PadimModel(settings["trunk"], layers=PADIM, pre_trained=False)
    else:
        model = PatchcoreModel(PATCHCORE, settings["trunk"], pre_trained=False, num_neighbors=9)
    model.feature_extractor.feature_extractor.load_state_dict(weights, strict=False)

    def fit():
        model.train()
        model.feature_extractor.eval()
        for batch in pictures(folder / "normals"):
            model(batch)
        if part.startswith("padim"):
            model.fit()
        else:
            model.subsample_embedding(0.1)

    def score():
        model.eval()
        for batch in pictures(folder / "tests"):
            found = model(batch)
        return float(found.pred_score.max())

    def features():
        model.feature_extractor.eval()
        for batch in pictures(folder / "normals"):
            found = model.feature_extractor(batch)
        return float(found["layer2"][-1].norm())

    with torch.no_grad():
        if part.endswith("_score"):
            fit()
        work = {"features": features}.get(part, score if part.endswith("_score") else fit)
        wall, processor = time.perf_counter(), time.process_time()
        check = work()
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"wall": wall, "processor": processor, "peak": peak, "check": check}))


def flawsmith(folder, part, settings):
    """`DetectorBenchmark` prints its line in the same form."""
    done = subprocess.run(
        ["swift", "test", "-c", "release", "--skip-build", "--explicit-target-dependency-import-check", "error", "--filter", "DetectorBenchmark"],
        cwd=CHECKOUT, capture_output=True, text=True,
        env=os.environ | {"FLAWSMITH_BENCHMARK_DETECTORS": str(folder), "FLAWSMITH_BENCHMARK_PART": part, "OMP_NUM_THREADS": str(settings["threads"])})
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError((done.stdout + done.stderr)[-600:])
    return json.loads(lines[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--trunk", default="wide_resnet50_2")
    parser.add_argument("--normals", type=int, default=60)
    parser.add_argument("--tests", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--contestant", help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = options.folder.resolve()
    settings = {key: getattr(options, key) for key in ("trunk", "normals", "tests", "threads")}
    if options.contestant:
        return anomalib(folder, options.contestant, settings)
    folder.mkdir(parents=True, exist_ok=True)
    draw(folder, settings)

    def peer(part):
        done = subprocess.run([sys.executable, __file__, *sys.argv[1:], "--contestant", part], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-600:])
        return json.loads(done.stdout.splitlines()[-1])

    print(f"{settings['trunk']}, {settings['normals']} normals, {settings['tests']} tests, {settings['threads']} threads, medians of {options.repeats}")
    print("| part | Flawsmith: wall, s | processor, s | peak, GB | anomalib: wall, s | processor, s | peak, GB | wall | processor |")
    print("|---|" + "--:|" * 8)
    for part in options.parts.split(","):
        runs = [(flawsmith(folder, part, settings), peer(part)) for _ in range(options.repeats)]
        print(part, runs, file=sys.stderr, flush=True)
        own, other = ({key: statistics.median(run[side][key] for run in runs) for key in ("wall", "processor", "peak")} for side in (0, 1))
        figures = [f"{who[key]:.2f}" if key != "peak" else f"{who[key] / 1e9:.2f}" for who in (own, other) for key in ("wall", "processor", "peak")]
        figures += [f"{statistics.median(run[1][key] / run[0][key] for run in runs):.2f} x" for key in ("wall", "processor")]
        print(f"| {part} | " + " | ".join(figures) + " |", flush=True)


main()
