"""Writes metrics.json and statistics.json beside this file.

Needs numpy, scipy, scikit-learn and statsmodels. The bootstrap draws are made by the same
generator as Mien's (xoshiro256** seeded by SplitMix64), written here a second time, so that the
intervals can be compared to the last digits; every metric of every resample is scikit-learn's.
"""

import json
import pathlib
import warnings

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
import sklearn.metrics as skm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
MASK = (1 << 64) - 1
RESAMPLES, SEED, BINS = 200, 11, 15


def mixed(word):
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
    return word ^ (word >> 31)


class Generator:
    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            self.state.append(mixed(seed))

    def next(self):
        def rotated(x, k):
            return ((x << k) | (x >> (64 - k))) & MASK

        s = self.state
        result = (rotated(s[1] * 5 & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotated(s[3], 45)
        return result

    def index(self, bound):
        return (self.next() * bound) >> 64


def ece(scores, labels):
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    return sum(
        (bins == b).mean() * abs(scores[bins == b].mean() - labels[bins == b].mean())
        for b in np.unique(bins)
    )


def values(scores, labels, threshold):
    """None where Mien holds the metric undefined."""
    decided = (scores >= threshold).astype(int)
    tn, fp, fn, tp = skm.confusion_matrix(labels, decided, labels=[0, 1]).ravel().tolist()
    both = 0 < labels.sum() < len(labels)
    return {
        "accuracy": skm.accuracy_score(labels, decided),
        "auc": skm.roc_auc_score(labels, scores) if both else None,
        "balanced_accuracy": skm.balanced_accuracy_score(labels, decided) if both else None,
        "sensitivity": skm.recall_score(labels, decided) if tp + fn else None,
        "specificity": skm.recall_score(labels, decided, pos_label=0) if tn + fp else None,
        "precision": skm.precision_score(labels, decided) if tp + fp else None,
        "f1": skm.f1_score(labels, decided) if tp + fp + fn else None,
        "mcc": skm.matthews_corrcoef(labels, decided)
        if both and 0 < decided.sum() < len(decided)
        else None,
        "average_precision": skm.average_precision_score(labels, scores) if both else None,
        "brier": float(np.mean((scores - labels) ** 2)),
        "ece": ece(scores, labels),
        "log_loss": skm.log_loss(labels, scores, labels=[0, 1]),
    }, {"tp": tp, "fp": fp, "tn": tn, "fn": fn}


def placements(scores, labels):
    """Structural components by all pairs (DeLong et al. 1988)."""
    x, y = scores[labels == 1], scores[labels == 0]
    wins = (x[:, None] > y[None]) + 0.5 * (x[:, None] == y[None])
    return wins.mean(1), wins.mean(0)


def delong_covariance(a, b):
    return np.cov(a[0], b[0])[0, 1] / len(a[0]) + np.cov(a[1], b[1])[0, 1] / len(a[1])


def wilson(successes, trials):
    return [float(v) for v in proportion_confint(successes, trials, 0.05, "wilson")]


def intervals(scores, labels, threshold, value, c):
    result = {
        "accuracy": wilson(c["tp"] + c["tn"], len(labels)),
        "sensitivity": wilson(c["tp"], c["tp"] + c["fn"]) if c["tp"] + c["fn"] else None,
        "specificity": wilson(c["tn"], c["tn"] + c["fp"]) if c["tn"] + c["fp"] else None,
        "precision": wilson(c["tp"], c["tp"] + c["fp"]) if c["tp"] + c["fp"] else None,
    }
    m, n = int(labels.sum()), int((1 - labels).sum())
    if m and n:
        parts = placements(scores, labels)
        variance = delong_covariance(parts, parts) if min(m, n) > 1 else 0
        if variance > 0:
            half = scipy.stats.norm.ppf(0.975) * variance**0.5
            result["auc"] = [max(0, value["auc"] - half), min(1, value["auc"] + half)]
        else:
            result["auc"] = wilson(value["auc"] * min(m, n), min(m, n))
    generator = Generator(SEED)
    draws = {}
    for _ in range(RESAMPLES):
        index = [generator.index(len(labels)) for _ in labels]
        resampled, _ = values(scores[index], labels[index], threshold)
        for name, number in resampled.items():
            draws.setdefault(name, []).append(number)
    for name in ["balanced_accuracy", "f1", "mcc", "average_precision", "brier", "ece", "log_loss"]:
        defined = np.array([d for d in draws[name] if d is not None])
        if value[name] is None or len(defined) < 0.9 * RESAMPLES or np.ptp(defined) < 1e-12:
            result[name] = None
            continue
        low, high = np.quantile(defined, [0.025, 0.975])
        if name == "ece":
            bias = max(0, defined.mean() - value[name])
            low, high = max(0, low - 2 * bias), high - bias
            low, high = min(low, value[name]), max(high, value[name])
        result[name] = [low, high]
    return result


def case(name, scores, labels, threshold=0.5):
    scores, labels = np.asarray(scores, float), np.asarray(labels, int)
    value, confusion = values(scores, labels, threshold)
    result = {
        "name": name,
        "threshold": threshold,
        "scores": scores.tolist(),
        "labels": [bool(v) for v in labels],
        "values": value,
        "confusion": confusion,
        "intervals": intervals(scores, labels, threshold, value, confusion),
    }
    if name in ("ties", "tiny"):
        fpr, tpr, thresholds = skm.roc_curve(labels, scores, drop_intermediate=False)
        result["roc"] = [fpr.tolist(), tpr.tolist(), thresholds[1:].tolist()]
        precision, recall, thresholds = skm.precision_recall_curve(labels, scores)
        # scikit-learn counts thresholds upwards and adds a point (recall 0, precision 1).
        keep = slice(None, -1)
        result["precision_recall"] = [
            precision[keep][::-1].tolist(),
            recall[keep][::-1].tolist(),
            thresholds[::-1].tolist(),
        ]
    return result


def metrics():
    rng = np.random.default_rng(5)

    def sample(n, share, decimals, spread=1.6):
        labels = (rng.random(n) < share).astype(int)
        scores = scipy.special.expit(rng.normal((labels * 2 - 1) * 1.0, spread))
        return np.round(scores, decimals), labels

    rare_scores, _ = sample(200, 0.5, 3)
    rare = np.zeros(200, int)
    rare[np.argsort(-rare_scores)[[0, 3, 11, 30, 77, 120]]] = 1
    half = np.repeat([0, 1], 20)
    apart = np.round(np.concatenate([rng.uniform(0, 0.45, 20), rng.uniform(0.55, 1, 20)]), 3)
    return [
        case("ordinary", *sample(120, 0.45, 4)),
        case("ties", *sample(150, 0.45, 1)),
        case("threshold", *sample(80, 0.5, 3), 0.3),
        case("imbalanced", rare_scores, rare),
        case("perfect", apart, half),
        case("inverted", 1 - apart, half),
        case("tied", np.full(30, 0.5), np.arange(30) % 3 == 0),
        case("tiny", [0.9, 0.4, 0.6, 0.2, 0.6], [1, 1, 0, 0, 1]),
        case("one positive", [0.7, 0.1, 0.8, 0.3, 0.2, 0.4], [1, 0, 0, 0, 0, 0]),
        case("extreme", [0, 1, 1, 0, 0.5, 1, 0], [1, 0, 1, 0, 1, 1, 0]),
        case("only positives", [0.2, 0.7, 0.9, 0.6], [1, 1, 1, 1]),
        case("only negatives", [0.2, 0.7, 0.9, 0.6], [0, 0, 0, 0]),
        case("nothing reaches", [0.1, 0.2, 0.3, 0.4], [0, 1, 0, 1]),
    ]


def statistics():
    rng = np.random.default_rng(6)
    probabilities = [1e-300, 1e-100, 1e-20, 1e-9, 0.001, 0.02425, 0.025, 0.3, 0.5, 0.7, 0.975]
    probabilities += [0.999, 1 - 1e-9]
    labels = (rng.random(90) < 0.4).astype(int)
    first = np.round(scipy.special.expit(rng.normal(labels * 2.0 - 1, 1.2)), 2)
    second = np.round(scipy.special.expit(0.6 * scipy.special.logit(np.clip(first, 0.01, 0.99))
                                          + rng.normal(0, 0.9, 90)), 2)
    one, two = placements(first, labels), placements(second, labels)
    difference = one[0].mean() - two[0].mean()
    variance = (delong_covariance(one, one) + delong_covariance(two, two)
                - 2 * delong_covariance(one, two))
    z = difference / variance**0.5
    logits = np.round(rng.normal(0, 3, (60, 4)), 3)
    classes = np.array([rng.choice(4, p=scipy.special.softmax(row / 2)) for row in logits])

    def loss(inverse):
        return -np.mean(scipy.special.log_softmax(logits * inverse, axis=1)[range(60), classes])

    best = scipy.optimize.minimize_scalar(
        loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-10})
    p_values = [0.012, 0.5, 0.04, 0.001, 0.012, 0.9, 0.03]
    truth = rng.choice(4, 70, p=[0.6, 0.3, 0.1, 0])
    guess = np.where(rng.random(70) < 0.6, truth, rng.choice(3, 70))
    return {
        "normal": [[p, scipy.stats.norm.ppf(p)] for p in probabilities],
        "wilson": [
            [k, n, c, *map(float, proportion_confint(k, n, 1 - c, "wilson"))]
            for k, n in [(0, 1), (1, 1), (0, 40), (40, 40), (3, 7), (2900, 3153), (999999, 1000000)]
            for c in (0.9, 0.95, 0.99)
        ],
        "mcnemar": [
            [b, c, float(mcnemar([[0, b], [c, 0]], exact=True).pvalue)]
            for b, c in [(0, 1), (1, 5), (0, 12), (7, 7), (30, 51), (400, 520), (20000, 20700)]
        ],
        "holm": [p_values, multipletests(p_values, method="holm")[1].tolist()],
        "delong_pair": {
            "labels": [bool(v) for v in labels], "first": first.tolist(),
            "second": second.tolist(), "difference": difference, "z": z,
            "p": 2 * scipy.stats.norm.sf(abs(z)),
            "half": scipy.stats.norm.ppf(0.975) * variance**0.5,
        },
        "temperature": {
            "logits": logits.ravel().tolist(), "labels": classes.tolist(),
            "temperature": 1 / best.x, "before": loss(1.0), "after": float(best.fun),
        },
        "multiclass": {
            "labels": truth.tolist(), "predictions": guess.tolist(),
            "accuracy": skm.accuracy_score(truth, guess),
            "macro_f1": skm.f1_score(truth, guess, average="macro"),
        },
    }


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, np.floating) else value


def write(name, content):
    (HERE / f"{name}.json").write_text(json.dumps(plain(content), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    write("metrics", metrics())
    write("statistics", statistics())
