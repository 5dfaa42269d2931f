"""The masked-region distance's estimator, pair by pair: the reference of EvaluationMetrics' GaussianDistance.

Unbiased squared MMD under exp(-|x-y|^2 / 2 sigma^2), sigma the median distance between different rows of the second set.

Made with numpy 2.4.6, Python 3.11. Writes region_distance.json. Features are a formula, so that both sides have them.
"""
import json
import pathlib

import numpy as np


def features(count, width, phase, amplitude):
    i, j = np.mgrid[0:count, 0:width].astype(np.float64)
    return amplitude * np.sin(0.7 * i * (j + 1) + 1.3 * j + phase) + 0.2 * phase


def median_distance(x):
    return float(np.median([np.linalg.norm(x[i] - x[j]) for i in range(len(x)) for j in range(i)]))


def distance(x, y, sigma):
    def kernel(a, b):
        return float(np.exp(-np.sum((a - b) ** 2) / (2 * sigma**2)))

    m, n = len(x), len(y)
    xx = sum(kernel(x[i], x[j]) for i in range(m) for j in range(m) if i != j)
    yy = sum(kernel(y[i], y[j]) for i in range(n) for j in range(n) if i != j)
    xy = sum(kernel(a, b) for a in x for b in y)
    return xx / (m * (m - 1)) + yy / (n * (n - 1)) - 2 * xy / (m * n)


cases = []
for m, n, width, phase, amplitude in [
    (2, 3, 4, 1.0, 1.0), (5, 6, 8, 0.3, 1.0), (40, 41, 24, 0.5, 1.0), (7, 31, 16, 0.3, 2.0), (300, 270, 12, 0.05, 1.5)]:
    x, y = features(m, width, 0, amplitude), features(n, width, phase, amplitude)
    sigma = median_distance(y)
    cases.append(dict(first=m, second=n, width=width, phase=phase, amplitude=amplitude, sigma=sigma, distance=distance(x, y, sigma)))
(pathlib.Path(__file__).resolve().parent / "region_distance.json").write_text(json.dumps(cases, indent=1) + "\n")
for case in cases:
    print(case)
