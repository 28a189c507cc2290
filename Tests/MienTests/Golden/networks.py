"""Writes networks.json: networks of torchvision 0.28 and two of Mien's own in PyTorch 2.13.0 (CPU).

Run: python Tests/MienTests/Golden/networks.py
Weights, statistics and images are patterns of the tensor's name, which NetworkModuleTests.swift
computes too. Of some gradients and statistics it keeps summaries, as resnet18.py does.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
import torchvision.models as models
from torch import nn

from resnet18 import pattern, seed, summary
from tiny import Tiny


class ShallowCNN(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        layers, inputs = [], 1
        for width in [32, 64, 128]:
            layers += [nn.Conv2d(inputs, width, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)]
            inputs = width
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Linear(128 * 6 * 6, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, outputs))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def made(name):
    if name == "tiny":
        return Tiny(3)
    if name == "shallow_cnn":
        return ShallowCNN(3)
    options = {"init_weights": False, "transform_input": False} if name == "inception_v3" else {}
    return models.get_model(name, weights=None, num_classes=3, **options)


def value(name, shape):
    """Kernels and matrices keep the variance of what they read; the rest is near 0 or 1."""
    if len(shape) > 1:
        scale, offset = math.sqrt(6 / math.prod(shape[1:])), 0
    elif name.endswith("running_var") or (name.endswith(".weight") and len(shape) == 1):
        scale, offset = 0.25, 1
    else:
        scale, offset = 0.125, 0
    return pattern(seed(name), shape) * float(np.float32(scale)) + offset


def run(name, count, size, training=False, auxiliary=False, dtype=torch.float32):
    network = made(name).train(training)
    with torch.no_grad():
        for path, tensor in network.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(value(path, tensor.shape))
    network = network.to(dtype)
    channels = 1 if name == "shallow_cnn" else 3
    output = network(pattern(seed("images"), (count, channels, size, size)).to(dtype))
    if name == "inception_v3" and training:
        output = output.aux_logits if auxiliary else output.logits
    F.cross_entropy(output, torch.tensor([1, 0] * (count // 2))).backward()
    gradients = [(n, p.grad) for n, p in network.named_parameters() if p.grad is not None]
    buffers = [(n, b) for n, b in network.named_buffers() if b.is_floating_point()]
    # Through fifty normalisations of small batches float32 itself loses all but two digits: of
    # those the last layers are kept.
    deep = training and name != "tiny"
    kept = gradients[-6:] if deep else gradients[::max(len(gradients) // 12, 1)]
    return {
        "name": name, "count": count, "size": size, "training": training, "auxiliary": auxiliary,
        "logits": output.detach().reshape(-1).tolist(),
        "gradients": {n: summary(n, g) for n, g in kept},
        "buffers": {n: summary(n, b) for n, b in buffers[::8]} if training else {},
    }


if __name__ == "__main__":
    cases = [
        ("resnet50", 8, 96, True), ("resnet50", 2, 64), ("vgg16", 2, 64), ("inception_v3", 2, 75),
        ("inception_v3", 8, 299, True, True), ("tiny", 4, 48, True), ("tiny", 2, 48),
        ("shallow_cnn", 2, 48),
    ]
    results = [run(*case) for case in cases]
    for case, result in zip(cases, results):
        # How far float32 is from float64 says what another order of sums may change.
        exact = run(*case, **{"dtype": torch.float64})
        logits = max(abs(a - b) for a, b in zip(result["logits"], exact["logits"]))
        worst = max(abs(v[2] - result["gradients"][n][2]) / v[0]
                    for n, v in exact["gradients"].items())
        result["rounding"] = float(f"{worst:.2g}")
        print(case, result["logits"][:2], "logits", logits, "gradients", worst)
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(results, separators=(",", ":")) + "\n")
