"""Writes analyses.json beside this file: base rates, predictive values, the area under the
risk-coverage curve, and exact permutation tests of gaps between groups.

Needs numpy, scipy, scikit-learn and statsmodels. Each number is found another way than in Mien:
derivatives by differences, ties and permutations by trying all orders.
"""

import itertools

import numpy as np
import scipy.stats
import sklearn.metrics as skm
from statsmodels.stats.proportion import proportion_confint

from make_golden import Generator, write

RESAMPLES, SEED = 150, 11


def logit(p):
    return np.log(p / (1 - p))


def predictive(tp, fp, tn, fn, prevalence):
    """Bayes' rule, with the delta method's derivatives taken numerically."""
    z = scipy.stats.norm.ppf(0.975)
    extreme = min(tp, fp, tn, fn) == 0

    def ppv(se, sp):
        return se * prevalence / (se * prevalence + (1 - sp) * (1 - prevalence))

    def npv(se, sp):
        return sp * (1 - prevalence) / (sp * (1 - prevalence) + (1 - se) * prevalence)

    plain = tp / (tp + fn), tn / (tn + fp)
    added = z * z / 2 if extreme else 0
    n1, n0 = tp + fn + 2 * added, tn + fp + 2 * added
    se, sp = (tp + added) / n1, (tn + added) / n0
    result = []
    for value in (ppv, npv):
        step = 1e-6

        def at(a, b):
            return logit(value(a, b))

        slopes = np.array([
            (at(se + step, sp) - at(se - step, sp)) / (2 * step),
            (at(se, sp + step) - at(se, sp - step)) / (2 * step),
        ])
        variance = slopes**2 @ np.array([se * (1 - se) / n1, sp * (1 - sp) / n0])
        centre, half = at(se, sp), z * variance**0.5
        low, high = 1 / (1 + np.exp(-(centre - half))), 1 / (1 + np.exp(-(centre + half)))
        best = value(*plain)
        result += [best, min(low, best), max(high, best)]
    return result


def risk_coverage(confidence, wrong):
    """The mean risk over all ranks, and over all orders of equal confidences."""
    groups = [np.flatnonzero(confidence == c) for c in sorted(set(confidence), reverse=True)]
    ranks = np.arange(1, len(wrong) + 1)
    means = [
        np.mean(np.cumsum(wrong[np.concatenate(order).astype(int)]) / ranks)
        for order in itertools.product(*(itertools.permutations(g) for g in groups))
    ]
    return float(np.mean(means))


def selective():
    rng = np.random.default_rng(8)
    cases = []
    small = np.array([0.9, 0.9, 0.1, 0.7, 0.3, 0.6, 0.6, 0.5]), np.array([1, 0, 0, 1, 1, 0, 1, 1])
    scores = np.round(rng.random(90), 6)
    labels = (rng.random(90) < scores).astype(int)
    for scores, labels in (small, (scores, labels)):
        def area(index):
            s, y = scores[index], labels[index]
            wrong = (s >= 0.5).astype(int) != y
            c = np.maximum(s, 1 - s)
            if len(set(c)) == len(c) or len(c) < 10:
                return risk_coverage(c, wrong)
            # Copies of a sample are all right or all wrong: their order does not matter.
            order = np.argsort(-c, kind="stable")
            return float(np.mean(np.cumsum(wrong[order]) / np.arange(1, len(c) + 1)))

        everything = np.arange(len(labels))
        case = {"scores": scores.tolist(), "labels": [bool(v) for v in labels],
                "area": area(everything)}
        if len(labels) > 10:
            generator = Generator(SEED)
            draws = [area(np.array([generator.index(len(labels)) for _ in labels]))
                     for _ in range(RESAMPLES)]
            case["interval"] = np.quantile(draws, [0.025, 0.975]).tolist()
        cases.append(case)
    return cases


def gaps():
    """Exact p values: every way of dealing the members to the groups."""
    scores = np.array([0.9, 0.8, 0.35, 0.6, 0.2, 0.4, 0.7, 0.1, 0.55, 0.3, 0.8, 0.45])
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0])
    groups = np.array([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1])
    right = (scores >= 0.5).astype(int) == labels

    def exact(values):
        """Mean against mean, by scipy over all partitions."""
        test = scipy.stats.permutation_test(
            [values[0].astype(float), values[1].astype(float)],
            lambda a, b, axis: abs(a.mean(axis) - b.mean(axis)), permutation_type="independent",
            n_resamples=np.inf, alternative="greater", vectorized=True)
        return [float(test.statistic), float(test.pvalue)]

    def parts(keep):
        return [right[keep & (groups == g)] for g in (0, 1)]

    def auc_gap(members):
        return abs(np.subtract(*[
            skm.roc_auc_score(labels[members == g], scores[members == g]) for g in (0, 1)]))

    positive, negative = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    observed = auc_gap(groups)
    count = total = 0
    for ones in itertools.combinations(positive, int((groups[positive] == 1).sum())):
        for others in itertools.combinations(negative, int((groups[negative] == 1).sum())):
            members = np.zeros(len(labels), int)
            members[list(ones + others)] = 1
            total += 1
            count += auc_gap(members) >= observed - 1e-12
    everyone = np.ones(len(labels), bool)
    return {
        "scores": scores.tolist(), "labels": [bool(v) for v in labels], "groups": groups.tolist(),
        "tests": {
            "accuracy": exact(parts(everyone)), "sensitivity": exact(parts(labels == 1)),
            "specificity": exact(parts(labels == 0)), "auc": [float(observed), count / total],
        },
    }


PREVALENCES = [0.01, 0.1, 0.35, 0.5]
CONFUSIONS = [(90, 12, 180, 20), (1340, 214, 1452, 193), (5, 0, 40, 2), (30, 4, 60, 0), (9, 0, 8, 0)]
write("analyses", {
    "base_rate": [
        [k, n, *map(float, proportion_confint(k, n, 0.05, "wilson")),
         *map(float, proportion_confint(max(k, n - k), n, 0.05, "wilson"))]
        for k, n in [(1533, 3199), (0, 5), (7, 10), (5, 10)]
    ],
    "predictive": [[*c, p, *predictive(*c, p)] for c in CONFUSIONS for p in PREVALENCES],
    "selective": selective(),
    "gaps": gaps(),
})
