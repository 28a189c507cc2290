"""Writes normal.json: PyTorch's normal values (2.13.0, CPU) from a generator with a seed.

Run: python Tests/TorchTests/Golden/normal.py
Fewer than 16 values and 16 or more take different ways through PyTorch.
"""

import torch
from pattern import numbers, write


def normal(seed, shape, mean, deviation):
    generator = torch.Generator().manual_seed(seed)
    values = torch.empty(shape).normal_(mean, deviation, generator=generator)
    return {"seed": seed, "mean": mean, "deviation": deviation, "numbers": numbers(values)}


write(
    "normal",
    [normal(7, (3, 2), 0, 1), normal(7, (5, 8), 0, 0.5), normal(2**40 + 3, (17,), 2, 0.1)],
)
