"""Mien's `tiny` in PyTorch: depthwise-separable blocks, with the names of its parameters."""

import torch.nn.functional as F
from torch import nn


class Tiny(nn.Module):
    def __init__(self, outputs):
        super().__init__()

        def unit(inputs, channels, kernel, stride=1, groups=1):
            return nn.Conv2d(inputs, channels, kernel, stride, kernel // 2, 1, groups, bias=False)

        self.stem = nn.ModuleDict({"conv": unit(3, 32, 3, 2), "bn": nn.BatchNorm2d(32)})
        self.blocks = nn.ModuleList()
        inputs = 32
        for width, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (256, 1), (256, 1),
                              (512, 2)]:
            self.blocks.append(nn.ModuleDict({
                "depthwise": unit(inputs, inputs, 3, stride, inputs),
                "bn1": nn.BatchNorm2d(inputs),
                "pointwise": unit(inputs, width, 1), "bn2": nn.BatchNorm2d(width)}))
            inputs = width
        self.fc = nn.Linear(inputs, outputs)

    def forward(self, x):
        x = F.relu(self.stem["bn"](self.stem["conv"](x)))
        for block in self.blocks:
            x = F.relu(block["bn1"](block["depthwise"](x)))
            x = F.relu(block["bn2"](block["pointwise"](x)))
        return self.fc(x.mean((2, 3)))
