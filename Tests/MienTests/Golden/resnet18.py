"""Writes resnet18.json: PyTorch's ResNet-18 (2.13.0, CPU) on two images of 64 x 64.

Run: python Tests/MienTests/Golden/resnet18.py
Weights, statistics and images are patterns of the tensor's name, which ResNetSupport.swift
computes too. Of each gradient and statistic it keeps a summary: the 2-norm, the sum, the dot
product with a pattern, and the first four values.
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

sys.path.append(str(pathlib.Path(__file__).parents[2] / "TorchTests" / "Golden"))
from pattern import pattern  # noqa: E402


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = self.downsample(x) if self.downsample else x
        hidden = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(hidden)) + shortcut)


class ResNet18(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(Block(64, 64, 1), Block(64, 64, 1))
        self.layer2 = nn.Sequential(Block(64, 128, 2), Block(128, 128, 1))
        self.layer3 = nn.Sequential(Block(128, 256, 2), Block(256, 256, 1))
        self.layer4 = nn.Sequential(Block(256, 512, 2), Block(512, 512, 1))
        self.fc = nn.Linear(512, outputs)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def seed(name):
    """FNV-1a of the name."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def value(name, shape):
    """A convolution's weights have the variance of Kaiming (fan out); the rest is near 0 or 1."""
    if len(shape) == 4:
        fan_out = shape[0] * shape[2] * shape[3]
        scale, offset = math.sqrt(6 / fan_out), 0
    elif name.endswith("running_var") or (name.endswith(".weight") and len(shape) == 1):
        scale, offset = 0.25, 1
    else:
        scale, offset = 0.125, 0
    return pattern(seed(name), shape) * float(np.float32(scale)) + offset


def summary(name, tensor):
    flat = tensor.detach().double().reshape(-1)
    direction = pattern(seed(name + ".direction"), flat.shape).double()
    values = [flat.norm(), flat.sum(), flat @ direction, *flat[:4]]
    return [float(f"{float(v):.9g}") for v in values]


def make(training, dtype=torch.float32):
    network = ResNet18(2).train(training)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(value(name, tensor.shape))
    return network.to(dtype), pattern(seed("images"), (2, 3, 64, 64)).to(dtype)


def run(training, dtype=torch.float32):
    network, images = make(training, dtype)
    logits = network(images)
    loss = F.cross_entropy(logits, torch.tensor([1, 0]))
    loss.backward()
    buffers = {n: b for n, b in network.named_buffers() if b.is_floating_point()}
    return {
        "logits": logits.detach().reshape(-1).tolist(),
        "loss": loss.item(),
        "shapes": {n: list(t.shape) for n, t in network.state_dict().items()},
        "gradients": {n: summary(n, p.grad) for n, p in network.named_parameters()},
        "buffers": {n: summary(n, b) for n, b in buffers.items()} if training else {},
    }


if __name__ == "__main__":
    training, evaluation = run(True), run(False)
    del evaluation["shapes"]
    network, images = make(False)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        evaluation["bfloat16Logits"] = network(images).reshape(-1).tolist()
    if "--rounding" in sys.argv:
        # How far float32 is from float64, which says what another order of sums may change.
        for name, got in [("training", training), ("evaluation", evaluation)]:
            exact = run(name == "training", torch.float64)
            logits = max(abs(a - b) for a, b in zip(got["logits"], exact["logits"]))
            print(name, "logits", logits, exact["logits"])
            for parameter, values in exact["gradients"].items():
                error = abs(values[2] - got["gradients"][parameter][2]) / values[0]
                print(name, parameter, f"norm {values[0]:.3g} error {error:.2g}")
    path = pathlib.Path(__file__).with_suffix(".json")
    content = {"training": training, "evaluation": evaluation}
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
