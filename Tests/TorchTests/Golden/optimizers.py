"""Writes optimizers.json: ten steps of PyTorch's optimizers (2.13.0, CPU).

Run: python Tests/TorchTests/Golden/optimizers.py
A linear layer (weight pattern(2), bias pattern(3)) learns the classes of pattern(1); the learning
rate falls with the step. The plain loops of PyTorch are the oracle, not its fused kernels, which
Mien uses. The last case also clips the gradient to a joint norm of 0.25.
"""

import torch
import torch.nn.functional as F
from pattern import numbers, pattern, write

target = torch.tensor([0, 2, 1, 1, 0, 2])


def run(name, make, clip=None):
    weight = pattern(2, (3, 4)).requires_grad_(True)
    bias = pattern(3, (3,)).requires_grad_(True)
    optimizer = make([weight, bias])
    steps = []
    for step in range(10):
        optimizer.param_groups[0]["lr"] = 0.1 * (1 - step / 20)
        optimizer.zero_grad()
        loss = F.cross_entropy(F.linear(pattern(1, (6, 4)), weight, bias), target)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([weight, bias], clip) if clip else None
        optimizer.step()
        steps.append(
            {
                "loss": loss.item(),
                "norm": norm.item() if clip else None,
                "weight": numbers(weight),
                "bias": numbers(bias),
            }
        )
    return {"name": name, "steps": steps}


plain = {"lr": 0.1, "foreach": False, "fused": False}
write(
    "optimizers",
    [
        run("adam", lambda p: torch.optim.Adam(p, **plain)),
        run("adam decay", lambda p: torch.optim.Adam(p, weight_decay=0.1, **plain)),
        run(
            "adamw",
            lambda p: torch.optim.AdamW(
                p, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1, **plain
            ),
        ),
        run("sgd", lambda p: torch.optim.SGD(p, **plain)),
        run("momentum", lambda p: torch.optim.SGD(p, momentum=0.9, **plain)),
        run(
            "momentum decay",
            lambda p: torch.optim.SGD(p, momentum=0.9, weight_decay=0.1, **plain),
        ),
        run(
            "nesterov",
            lambda p: torch.optim.SGD(
                p, momentum=0.9, nesterov=True, weight_decay=0.1, **plain
            ),
        ),
        run("clipped", lambda p: torch.optim.SGD(p, momentum=0.9, **plain), clip=0.25),
    ],
)
