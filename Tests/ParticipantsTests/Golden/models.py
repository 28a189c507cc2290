"""Golden values of the participants' models, by scikit-learn (BSD-3): models.json beside this file.

    python models.py        # scikit-learn 1.9, numpy 2
"""
import json
import pathlib
import numpy as np
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

STRENGTHS = [1e-3, 0.1, 10]
PENALTIES = [1e3, 10]


def case(rows, columns, missing, seed):
    """Pipelines fitted on the first two thirds of the rows."""
    random = np.random.default_rng(seed)
    latent = random.normal(size=rows)
    x = random.normal(size=(rows, columns)) * random.uniform(0.5, 20, columns) + latent[:, None]
    labels = (latent + random.normal(size=rows) > 0.3).astype(int)
    scores = np.round(8 + 4 * latent + 2 * random.normal(size=rows))
    x = np.round(x, 3)
    if missing:
        for column in range(3):
            x[random.uniform(size=rows) < 0.2, column] = np.nan
    training = rows * 2 // 3
    own = slice(0, training)

    def preparation():
        steps = [SimpleImputer(strategy="median", add_indicator=True), StandardScaler()]
        width = columns + (3 if missing else 0)
        if width > training / 3:
            steps.append(PCA(training // 3, svd_solver="full"))
        return steps

    logits = [
        make_pipeline(
            *preparation(),
            LogisticRegression(C=strength, solver="lbfgs", tol=1e-12, max_iter=100_000),
        ).fit(x[own], labels[own]).decision_function(x).tolist()
        for strength in STRENGTHS
    ]
    predictions = [
        make_pipeline(*preparation(), Ridge(penalty, tol=1e-12)).fit(x[own], scores[own])
        .predict(x).tolist()
        for penalty in PENALTIES
    ]
    return {
        "training": training, "labels": labels.tolist(), "scores": scores.tolist(),
        "values": [[None if np.isnan(v) else v for v in row] for row in x.tolist()],
        "logits": logits, "predictions": predictions,
    }


golden = {
    "strengths": STRENGTHS, "penalties": PENALTIES,
    "cases": [case(60, 6, True, 1), case(45, 21, False, 2), case(30, 26, False, 3)],
}
path = pathlib.Path(__file__).with_name("models.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
