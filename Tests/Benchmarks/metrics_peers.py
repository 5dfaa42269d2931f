"""Times the pixel metrics of one MVTec AD category at native size, 160 maps of 1024 x 1024, against Python's ways to the same numbers.

    python metrics_peers.py FOLDER [--images 160] [--repeats 3] [--memory 16]

Draws maps and masks into FOLDER (1.6 GB; kept for another run), then runs every contestant in a process of its own, turn by turn, and prints
a table: medians over the repeats of wall time and of processor time (which other programs on the machine disturb less), peak memory of
the process, the numbers. Peers hold maps and masks in memory before their clock starts; so does Flawsmith's `PixelEvaluation`, map by map.
`flawsmith evaluate` is the whole program, reading 160 .npy maps, pictures and masks included.

A peer that needs more than --memory GB is left out, and said so: anomalib takes about 0.17 GB a map.

Needs a release build with tests (`make build`, `swift build -c release --build-tests`) and numpy, scipy, scikit-learn, pillow; ADEval and
anomalib take part where they are installed.
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

import numpy as np

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
SIDE = 1024
GOOD = 41       # of 160, as in MVTec AD's screw
LIMIT = 0.3


def draw(folder, images):
    """Noise with a lift in the defects: no two runs of a sort get off lightly. One to three ellipses a defective picture, some 3 % of its pixels."""
    from PIL import Image

    mark = folder / f"drawn-{images}"
    if mark.exists():
        return
    random = np.random.default_rng(1)
    picture = Image.fromarray(np.full((SIDE, SIDE), 128, dtype=np.uint8))
    y, x = np.mgrid[:SIDE, :SIDE]
    with open(folder / "maps.f32", "wb") as maps, open(folder / "masks.u8", "wb") as masks:
        for index in range(images):
            mask = np.zeros((SIDE, SIDE), dtype=np.uint8)
            if index >= images * GOOD // 160:
                for _ in range(random.integers(1, 4)):
                    (cy, cx), (ry, rx) = random.integers(100, SIDE - 100, 2), random.integers(20, 120, 2)
                    mask[((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 <= 1] = 255
            scores = random.random((SIDE, SIDE), dtype=np.float32)
            scores[mask > 0] += np.float32(0.25)
            maps.write(scores.tobytes())
            masks.write(mask.tobytes())
            defect = "good" if not mask.any() else "damage"
            for part in (folder / "maps/part/test" / defect, folder / "data/part/test" / defect, folder / "data/part/ground_truth/damage"):
                part.mkdir(parents=True, exist_ok=True)
            np.save(folder / f"maps/part/test/{defect}/{index:03}.npy", scores)
            picture.save(folder / f"data/part/test/{defect}/{index:03}.png")
            if mask.any():
                Image.fromarray(mask).save(folder / f"data/part/ground_truth/damage/{index:03}_mask.png")
    mark.touch()


def load(folder, images):
    shape = (images, SIDE, SIDE)
    return np.fromfile(folder / "maps.f32", dtype=np.float32).reshape(shape), np.fromfile(folder / "masks.u8", dtype=np.uint8).reshape(shape) > 0


def scikit_auroc(maps, masks):
    from sklearn.metrics import roc_auc_score

    return {"P-AUROC": roc_auc_score(masks.ravel(), maps.ravel())}


def scikit_curve(maps, masks):
    """F1-max and the average precision from one curve: cheaper than asking scikit-learn for each."""
    from sklearn.metrics import precision_recall_curve

    precision, recall, _ = precision_recall_curve(masks.ravel(), maps.ravel())
    with np.errstate(invalid="ignore"):
        f1 = np.nanmax(2 * precision * recall / (precision + recall))
    return {"P-F1max": f1, "P-AP": -np.sum(np.diff(recall) * precision[:-1])}


def numpy_pro(maps, masks):
    """The official definition with NumPy: one sort, cumulative sums, equal scores merged, cut at the limit by interpolation."""
    from scipy import ndimage

    gain = np.zeros(maps.shape, dtype=np.float64)
    regions = 0
    for image in np.flatnonzero(masks.any(axis=(1, 2))):
        labels, count = ndimage.label(masks[image], np.ones((3, 3)))
        gain[image] = np.append(0, 1 / np.bincount(labels.ravel())[1:])[labels]
        regions += count
    order = np.argsort(maps.ravel())[::-1]
    scores = maps.ravel()[order]
    recall = np.cumsum(gain.ravel()[order]) / regions
    del gain
    rate = np.cumsum(~masks.ravel()[order], dtype=np.int64) / np.count_nonzero(~masks)
    last = np.append(scores[1:] != scores[:-1], True)
    rate, recall = np.append(0, rate[last]), np.append(0, recall[last])
    end = np.searchsorted(rate, LIMIT)
    at_limit = np.interp(LIMIT, rate[end - 1 : end + 1], recall[end - 1 : end + 1])
    return {"PRO": np.trapezoid(np.append(recall[:end], at_limit), np.append(rate[:end], LIMIT)) / LIMIT}


def anomalib(name, key):
    def run(maps, masks):
        import torch
        from anomalib import metrics

        metric = getattr(metrics, name)(fields=["anomaly_map", "gt_mask"])
        plain = type(metric).__mro__[2]             # below the wrapper that takes anomalib's batches
        plain.update(metric, torch.from_numpy(maps), torch.from_numpy(masks).int())
        return {key: float(plain.compute(metric))}

    return run


def adeval(maps, masks):
    if not hasattr(np, "trapz"):
        np.trapz = np.trapezoid                     # ADEval 1.1.0 asks for the name that NumPy 2.4 dropped
    from adeval import EvalAccumulator

    accumulator = EvalAccumulator(0.0, 1.25, 0.0, 1.25)
    accumulator.add_anomap_batch(maps, masks.astype(np.uint8))
    found = accumulator.summary()
    return {"P-AUROC": found["p_auroc"], "P-AP": found["p_aupr"], "PRO": found["p_aupro"]}


PEERS = {
    "scikit-learn, roc_auc_score": scikit_auroc,
    "scikit-learn, precision_recall_curve": scikit_curve,
    "NumPy, official PRO": numpy_pro,
    "anomalib, AUROC": anomalib("AUROC", "P-AUROC"),
    "anomalib, F1Max": anomalib("F1Max", "P-F1max"),
    "anomalib, AUPRO": anomalib("AUPRO", "PRO"),
    "ADEval, 1000 strips": adeval,
}


def contest(name, folder, images):
    maps, masks = load(folder, images)
    wall, processor = time.perf_counter(), time.process_time()
    values = PEERS[name](maps, masks)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"wall": wall, "processor": processor, "peak": peak, "values": {key: float(value) for key, value in values.items()}}))


def library(folder, images):
    """`PixelBenchmark` prints its line in the same form."""
    done = subprocess.run(
        ["swift", "test", "-c", "release", "--skip-build", "--explicit-target-dependency-import-check", "error", "--filter", "PixelBenchmark"],
        cwd=CHECKOUT, capture_output=True, text=True, env=os.environ | {"FLAWSMITH_BENCHMARK": str(folder), "FLAWSMITH_BENCHMARK_IMAGES": str(images)})
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError((done.stdout + done.stderr)[-600:])
    return json.loads(lines[-1])


def program(folder):
    # A helper in between, so that the peak is of this one child.
    start = time.perf_counter()
    done = subprocess.Popen(
        [CHECKOUT / ".build/release/flawsmith", "evaluate", "--maps", folder / "maps", "--data", folder / "data", "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    text = done.stdout.read()
    _, status, usage = os.wait4(done.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"flawsmith evaluate: {status}")
    found = json.loads(text)["categories"]["part"]
    values = {"P-AUROC": found["p_auroc"], "P-F1max": found["p_f1max"], "P-AP": found["p_ap"], "PRO": found["pro"]}
    return {"wall": wall, "processor": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024, "values": values}


def peer(name, folder, images, memory):
    limit = int(memory * 1e9)
    done = subprocess.run(
        [sys.executable, __file__, str(folder), "--images", str(images), "--contestant", name], capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"ended with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--images", type=int, default=160)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", type=float, default=16, help="GB that a peer may take")
    parser.add_argument("--contestant", choices=list(PEERS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder, images = options.folder.resolve(), options.images
    if options.contestant:
        return contest(options.contestant, folder, images)
    folder.mkdir(parents=True, exist_ok=True)
    draw(folder, images)

    contestants = {"Flawsmith, PixelEvaluation": lambda: library(folder, images), "flawsmith evaluate, files included": lambda: program(folder)}
    contestants |= {name: (lambda name=name: peer(name, folder, images, options.memory)) for name in PEERS}
    runs = {}
    for repeat in range(options.repeats):
        for name, run in contestants.items():
            if repeat > 0 and name not in runs:
                continue
            try:
                runs.setdefault(name, []).append(run())
                print(f"{repeat + 1}: {name}: {runs[name][-1]}", file=sys.stderr, flush=True)
            except (RuntimeError, OSError) as error:
                runs.pop(name, None)
                print(f"{repeat + 1}: {name}: left out: {error}", file=sys.stderr, flush=True)

    def median(name, key):
        return statistics.median(run[key] for run in runs[name])

    own = next(iter(contestants))
    columns = ["P-AUROC", "P-F1max", "P-AP", "PRO"]
    print(f"{images} maps of {SIDE} x {SIDE}, medians of {options.repeats}")
    print("| | wall, s | processor, s | wall of Flawsmith's | processor | peak, GB | " + " | ".join(columns) + " |")
    print("|---|" + "--:|" * (5 + len(columns)))
    for name in runs:
        values = runs[name][0]["values"]
        figures = [f"{median(name, 'wall'):.1f}", f"{median(name, 'processor'):.1f}"]
        figures += [f"{median(name, key) / median(own, key):.1f} x" for key in ("wall", "processor")]
        figures += [f"{median(name, 'peak') / 1e9:.2f}"]
        figures += [f"{values[key]:.9f}" if key in values else "" for key in columns]
        print(f"| {name} | " + " | ".join(figures) + " |")


main()
