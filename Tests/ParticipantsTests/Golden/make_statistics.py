"""Golden values of the participants' statistics, by scipy and scikit-learn (BSD-3): statistics.json
beside this file.

    python make_statistics.py        # scipy 1.17, scikit-learn 1.9, numpy 2
"""
import json
import pathlib
import numpy as np
from scipy import stats
from sklearn.metrics import f1_score, mean_absolute_error, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

random = np.random.default_rng(26)


def permutation_cases():
    """Exact p values of an area under the curve, over all divisions of the labels."""
    cases = []
    for shift in (0, 0.7, 2):
        labels = np.array([1] * 4 + [0] * 5)
        values = np.round(random.normal(size=9) + shift * labels, 1)

        def area(positive, other):
            both = np.concatenate([positive, other])
            return roc_auc_score([1] * len(positive) + [0] * len(other), both)

        found = stats.permutation_test(
            (values[labels == 1], values[labels == 0]), area, permutation_type="independent",
            alternative="greater", n_resamples=np.inf)
        cases.append({
            "labels": labels.tolist(), "values": values.tolist(),
            "area": found.statistic, "p": found.pvalue,
        })
    return cases


def bootstrap_case():
    """Percentile intervals of 40,000 resamples."""
    count = 150
    labels = (random.uniform(size=count) < 0.4).astype(int)
    values = np.round(random.normal(size=count) + 0.9 * labels, 3)
    scores = np.round(6 + 7 * labels + 3 * random.normal(size=count))
    predicted = np.round(scores * 0.4 + 5 + 2 * random.normal(size=count), 2)
    data = (labels, values, scores, predicted)
    statistics = {
        "auc": lambda l, v, s, p: roc_auc_score(l, v),
        "f1": lambda l, v, s, p: f1_score(l, v > 0.5),
        "mae": lambda l, v, s, p: mean_absolute_error(s, p),
    }
    found = {}
    for name, statistic in statistics.items():
        interval = stats.bootstrap(
            data, statistic, paired=True, vectorized=False, n_resamples=40_000,
            method="percentile", rng=np.random.default_rng(1)).confidence_interval
        found[name] = [statistic(*data), interval.low, interval.high]
    return {
        "labels": labels.tolist(), "values": values.tolist(), "scores": scores.tolist(),
        "predicted": predicted.tolist(), "intervals": found,
    }


def fold_case():
    """What StratifiedGroupKFold reaches: the spread of sizes and of positives over 5 folds."""
    groups = np.array([index if index < 120 else index - 120 for index in range(160)])
    positive = (random.uniform(size=120) < 0.3).astype(int)
    labels = positive[groups]
    spreads = []
    for seed in range(20):
        folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        parts = [test for _, test in folds.split(np.zeros(160), labels, groups)]
        spreads.append([
            max(map(len, parts)) - min(map(len, parts)),
            int(max(labels[part].sum() for part in parts) - min(labels[part].sum() for part in parts)),
        ])
    return {
        "groups": groups.tolist(), "labels": labels.tolist(),
        "mean_spread_of_sizes": float(np.mean([one for one, _ in spreads])),
        "mean_spread_of_positives": float(np.mean([two for _, two in spreads])),
    }


golden = {
    "permutations": permutation_cases(), "bootstrap": bootstrap_case(), "folds": fold_case(),
}
path = pathlib.Path(__file__).with_name("statistics.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
