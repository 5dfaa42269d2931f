"""KID of small sets of features, by torch-fidelity where it can and written out pair by pair everywhere: the reference of EvaluationMetrics.

Made with torch-fidelity 0.4.0, torch 2.13.0 (CPU), numpy 2.4.6, Python 3.11. Writes kid.json.

torch-fidelity compares sets of one size; of two sizes the value is the pair by pair one alone. Features are a formula, so that both sides have them.
"""
import json
import sys

import numpy as np
import open_clip_stub

# torch-fidelity asks for one more part of torchvision, which nothing here uses either.
sys.modules["torchvision.datasets"] = open_clip_stub._Anything("torchvision.datasets")
import torch
from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric

from seeded_weights import HERE


def features(count, width, phase, amplitude):
    i, j = np.mgrid[0:count, 0:width].astype(np.float64)
    return amplitude * np.sin(0.7 * i * (j + 1) + 1.3 * j + phase) + 0.2 * phase


def pair_by_pair(x, y):
    def kernel(a, b):
        return (float(np.dot(a, b)) / len(a) + 1) ** 3

    m, n = len(x), len(y)
    xx = sum(kernel(x[i], x[j]) for i in range(m) for j in range(m) if i != j)
    yy = sum(kernel(y[i], y[j]) for i in range(n) for j in range(n) if i != j)
    xy = sum(kernel(a, b) for a in x for b in y)
    return xx / (m * (m - 1)) + yy / (n * (n - 1)) - 2 * xy / (m * n)


cases = []
for m, n, width, phase, amplitude in [
    (2, 2, 1, 1.0, 1.0), (5, 5, 8, 0.0, 1.0), (40, 40, 24, 0.5, 1.0), (40, 40, 24, 0.5, 6.0), (7, 31, 16, 0.3, 2.0), (300, 300, 12, 0.05, 1.5),
    (270, 3, 5, 1.0, 0.5),
]:
    x, y = features(m, width, 0.0, amplitude), features(n, width, phase, amplitude)
    value = pair_by_pair(x, y)
    if m == n:
        # One subset of all.
        metric = kid_features_to_metric(torch.from_numpy(x), torch.from_numpy(y), kid_subsets=1, kid_subset_size=m, verbose=False)
        other = float(metric[KEY_METRIC_KID_MEAN])
        assert abs(value - other) < 1e-9 * max(1, abs(value)), (value, other)
    cases.append({"first": m, "second": n, "width": width, "phase": phase, "amplitude": amplitude, "kid": value})
(HERE / "kid.json").write_text(json.dumps(cases, indent=1, sort_keys=True) + "\n")
