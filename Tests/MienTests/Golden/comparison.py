"""Three scorings of the same 80 rows, compared pair by pair with statsmodels and scipy.

    python comparison.py > comparison.json

DeLong's variance is taken over all positive-negative pairs, as in DeLong et al. (1988), not by
the ranks that Mien uses.
"""
import itertools
import json

import numpy as np
from scipy.stats import norm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

generator = np.random.default_rng(11)
labels = np.arange(80) % 2 == 0
signal = np.where(labels, 0.62, 0.38)
scores = [
    np.round(np.clip(signal + generator.normal(0, spread, 80), 0, 1), 3)
    for spread in (0.1, 0.16, 0.5)
]


def placements(values):
    wins = np.where(values[labels][:, None] > values[~labels][None, :], 1.0, 0.0)
    wins += np.where(values[labels][:, None] == values[~labels][None, :], 0.5, 0.0)
    return wins.mean(), wins.mean(axis=1), wins.mean(axis=0)


def delong(one, two):
    (a, a1, a0), (b, b1, b0) = placements(one), placements(two)
    variance = np.var(a1 - b1, ddof=1) / labels.sum() + np.var(a0 - b0, ddof=1) / (~labels).sum()
    return a - b, np.sqrt(variance)


pairs = []
for one, two in itertools.combinations(range(3), 2):
    right = [(values >= 0.5) == labels for values in (scores[one], scores[two])]
    only = [int((right[0] & ~right[1]).sum()), int((~right[0] & right[1]).sum())]
    both, none = int((right[0] & right[1]).sum()), int((~right[0] & ~right[1]).sum())
    difference, error = delong(scores[one], scores[two])
    pairs.append({
        "accuracy": float(right[0].mean() - right[1].mean()),
        "only": only,
        "mcnemar": float(mcnemar([[both, only[0]], [only[1], none]], exact=True).pvalue),
        "auc": float(difference),
        "half": float(norm.ppf(0.975) * error),
        "delong": float(2 * norm.sf(abs(difference / error))),
    })
for test in ("mcnemar", "delong"):
    adjusted = multipletests([pair[test] for pair in pairs], method="holm")[1]
    for pair, value in zip(pairs, adjusted):
        pair[test + "_holm"] = float(value)
print(json.dumps({
    "labels": labels.tolist(), "scores": [values.tolist() for values in scores], "pairs": pairs,
}))
