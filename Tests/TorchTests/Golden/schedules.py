"""Writes schedules.json: learning rates of PyTorch's schedulers (2.13.0).

Run: python Tests/TorchTests/Golden/schedules.py
"""

import torch
from pattern import write

BASE = 0.003


def rates(make, total):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = make(optimizer, total)
    result = []
    for step in range(total):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < total - 1:
            scheduler.step()
    return result


def one_cycle(fraction):
    return lambda optimizer, total: torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=BASE, total_steps=total, pct_start=fraction
    )


def warm_cosine(warm):
    """A linear rise over `warm` steps that ends at the base rate, then a cosine over the rest."""

    def make(optimizer, total):
        schedulers = torch.optim.lr_scheduler
        rise = schedulers.LinearLR(optimizer, start_factor=1 / warm, total_iters=warm - 1)
        fall = schedulers.CosineAnnealingLR(optimizer, T_max=total - warm)
        return schedulers.SequentialLR(optimizer, [rise, fall], milestones=[warm])

    return make


def cosine(optimizer, total):
    return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=total)


write(
    "schedules",
    {
        "base": BASE,
        "oneCycle": [
            {"fraction": fraction, "rates": rates(one_cycle(fraction), total)}
            for fraction, total in [(0.3, 3), (0.3, 10), (0.3, 57), (0.1, 40), (0.75, 20)]
        ],
        "cosine": [
            {"warmUpSteps": 0, "rates": rates(cosine, 2)},
            {"warmUpSteps": 0, "rates": rates(cosine, 41)},
            {"warmUpSteps": 5, "rates": rates(warm_cosine(5), 33)},
        ],
    },
)
