"""Writes classical.json: what scikit-learn 1.9, scikit-image 0.26 and OpenCV 4.11 make of made faces.

Run: python Tests/MienTests/Golden/classical.py
(opencv-python-headless below 5, which has no HOGDescriptor and no random forest.)

HOG: cv2.HOGDescriptor. LBP: the label of each pixel by local_binary_pattern. Gabor: kernels of
getGaborKernel with filter2D on planes that go on from the other side. Classifiers: on rows of
made numbers, the fourth column constant, the decision values of a pipeline; of several classes, one
against the rest, with probabilities of the linear values by a sigmoid for each class. Equalised:
equalizeHist.
"""

import base64
import json
import pathlib
import warnings

import cv2
import numpy as np
from skimage.feature import local_binary_pattern
from sklearn.calibration import _SigmoidCalibration
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

ROWS, COLUMNS = 160, 12


def pattern(seed, count):
    """TestSupport.patternValues, bit for bit."""
    x = np.arange(count, dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 & 0xFFFFFFFF)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x ^= x >> np.uint32(shift)
        x *= np.uint32(factor)
    x ^= x >> np.uint32(16)
    return ((x >> np.uint32(8)).astype(np.float32) / np.float32(8388608) - 1).astype(np.float32)


def faces():
    """Noise, flat fields with edges, and a smooth bowl."""
    y, x = np.mgrid[0:48, 0:48]
    noise = np.floor((pattern(5, 48 * 48).astype(np.float64) + 1) * 128).reshape(48, 48)
    fields = (x // 6 * 37 + y // 5 * 53) % 256
    bowl = ((x - 20) ** 2 + (y - 27) ** 2) // 6 % 256
    return [np.ascontiguousarray(face, dtype=np.uint8) for face in (noise, fields, bowl)]


def hog(face):
    describe = cv2.HOGDescriptor((48, 48), (16, 16), (8, 8), (8, 8), 9)
    return describe.compute(face).ravel()


def gabor(face):
    plane = np.pad(face.astype(np.float64), 8, mode="reflect")
    around = np.pad(plane, 31, mode="wrap")
    result = []
    for wavelength in (4, 4 * 2**0.5, 8, 8 * 2**0.5, 16):
        sigma = 0.56 * wavelength
        for number in range(8):
            angle = np.pi * number / 8
            real, imaginary = (
                cv2.getGaborKernel((63, 63), sigma, angle, wavelength, 0.5, psi, cv2.CV_64F)
                for psi in (0, -np.pi / 2)
            )
            y, x = np.mgrid[-31:32, -31:32]
            along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
            envelope = np.exp(-(along**2 + (0.5 * across) ** 2) / (2 * sigma**2)).sum()
            parts = [
                cv2.filter2D(around, cv2.CV_64F, kernel)[31:-31, 31:-31]
                - kernel.sum() * plane.mean()
                for kernel in (real, imaginary)
            ]
            size = np.hypot(*parts)[8:56, 8:56] / envelope
            for top in range(0, 48, 12):
                for left in range(0, 48, 12):
                    field = size[top : top + 12, left : left + 12]
                    result += [field.mean(), field.std()]
    return np.array(result)


def packed(numbers, kind="<f4"):
    return base64.b64encode(np.ascontiguousarray(numbers).astype(kind).tobytes()).decode()


def classifiers():
    values = pattern(6, ROWS * COLUMNS).reshape(ROWS, COLUMNS).copy()
    values[:, 1] += 2 * values[:, 0]
    values[:, 3] = 0.7
    noise = pattern(7, ROWS)
    labels = (values[:, 0] - values[:, 2] ** 2 + 0.3 * noise > -0.2).astype(int)
    train, test = slice(0, 120), slice(120, ROWS)

    def decisions(*steps):
        model = make_pipeline(StandardScaler(), *steps).fit(values[train], labels[train])
        return [float(v) for v in model.decision_function(values[test])]

    components = PCA(0.95, svd_solver="full").fit(
        StandardScaler().fit_transform(values[train].astype(np.float64)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = {
            "labels": labels.tolist(),
            "components": len(components.components_),
            "shares": components.explained_variance_ratio_.tolist(),
            "firstDirection": components.components_[0].tolist(),
            "linear": decisions(LinearSVC(C=0.1, tol=1e-11, dual=False, max_iter=100000)),
            "logistic": decisions(
                LogisticRegression(C=0.5, tol=1e-11, solver="liblinear", max_iter=10000)),
            "svm": decisions(
                PCA(5, svd_solver="full"), SVC(C=10, gamma=0.2, tol=1e-7)),
        }
    sigmoid = _SigmoidCalibration().fit(np.array(result["linear"]), labels[test])
    result["sigmoid"] = [float(sigmoid.a_), float(sigmoid.b_)]
    forest = cv2.ml.RTrees_create()
    forest.setMaxDepth(25)
    forest.setMinSampleCount(1)
    forest.setActiveVarCount(0)
    forest.setTermCriteria((cv2.TERM_CRITERIA_MAX_ITER, 40, 0))
    cv2.setRNGSeed(8)
    forest.train(values[train], cv2.ml.ROW_SAMPLE, labels[train].astype(np.int32))
    votes = forest.getVotes(values[test], 0)
    result["votes"] = votes[1:, 1].tolist()
    return result


def several_classes():
    values = pattern(6, ROWS * COLUMNS).reshape(ROWS, COLUMNS).copy()
    values[:, 1] += 2 * values[:, 0]
    values[:, 3] = 0.7
    # Of five classes one has no rows.
    score = values[:, 0] + 0.5 * values[:, 2] + 0.2 * pattern(8, ROWS)
    labels = np.array([0, 1, 2, 4])[np.digitize(score, [-0.6, 0.0, 0.6])]
    train, test = slice(0, 120), slice(120, ROWS)

    def decisions(*steps):
        model = make_pipeline(StandardScaler(), *steps).fit(values[train], labels[train])
        return model.decision_function(values[test])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        linear = decisions(LinearSVC(C=0.1, tol=1e-11, dual=False, max_iter=100000))
        logistic = decisions(OneVsRestClassifier(
            LogisticRegression(C=0.5, tol=1e-11, solver="liblinear", max_iter=10000)))
        svm = decisions(
            PCA(5, svd_solver="full"), OneVsRestClassifier(SVC(C=10, gamma=0.2, tol=1e-7)))
    sigmoids = [
        _SigmoidCalibration().fit(linear[:, column], labels[test] == label)
        for column, label in enumerate((0, 1, 2, 4))
    ]
    each = np.stack([s.predict(linear[:, column]) for column, s in enumerate(sigmoids)], axis=1)
    forest = cv2.ml.RTrees_create()
    forest.setMaxDepth(25)
    forest.setMinSampleCount(1)
    forest.setActiveVarCount(0)
    forest.setTermCriteria((cv2.TERM_CRITERIA_MAX_ITER, 40, 0))
    cv2.setRNGSeed(8)
    forest.train(values[train], cv2.ml.ROW_SAMPLE, labels[train].astype(np.int32))
    votes = forest.getVotes(values[test], 0)
    assert votes[0].tolist() == [0, 1, 2, 4]
    return {
        "labels": labels.tolist(),
        "linear": linear.ravel().tolist(),
        "logistic": logistic.ravel().tolist(),
        "svm": svm.ravel().tolist(),
        "sigmoids": [float(x) for s in sigmoids for x in (s.a_, s.b_)],
        "probabilities": (each / each.sum(axis=1, keepdims=True)).ravel().tolist(),
        "votes": votes[1:].ravel().tolist(),
    }


def main():
    images = faces()
    golden = {
        "hog": [packed(hog(face)) for face in images],
        "lbp": [
            packed(local_binary_pattern(face, 8, 1, "nri_uniform"), "u1") for face in images
        ],
        "gabor": [packed(gabor(face)) for face in images[:2]],
        "classifiers": classifiers(),
        "severalClasses": several_classes(),
        "equalized": packed(cv2.equalizeHist(images[2] // 2 + 40), "u1"),
    }
    path = pathlib.Path(__file__).with_name("classical.json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()
