"""Writes losses.json: PyTorch's cross-entropy (2.13.0, CPU) and its gradient.

Run: python Tests/TorchTests/Golden/losses.py
Logits are 3 * pattern(1); with reduction "none" the gradient is that of sum(loss * pattern(9)).
"""

import itertools

import torch
import torch.nn.functional as F
from pattern import numbers, pattern, write

hard = torch.tensor([2, 0, 3, 1, 0])
soft = torch.tensor(
    [
        [0.5, 0.25, 0.25, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.125, 0.125, 0.25, 0.5],
        [0.25, 0.25, 0.25, 0.25],
        [0.0, 0.0, 0.75, 0.25],
    ]
)
weights = torch.tensor([0.5, 2.0, 1.0, 1.5])
cases = []
for is_soft, weighted, smoothing, reduction in itertools.product(
    [False, True], [False, True], [0.0, 0.1], ["none", "mean", "sum"]
):
    logits = (3 * pattern(1, (5, 4))).requires_grad_(True)
    loss = F.cross_entropy(
        logits,
        soft if is_soft else hard,
        weight=weights if weighted else None,
        label_smoothing=smoothing,
        reduction=reduction,
    )
    (loss * pattern(9, loss.shape) if reduction == "none" else loss).sum().backward()
    cases.append(
        {
            "isSoft": is_soft,
            "isWeighted": weighted,
            "labelSmoothing": smoothing,
            "reduction": reduction,
            "loss": numbers(loss),
            "gradient": numbers(logits.grad),
        }
    )
write(
    "losses",
    {
        "hard": hard.tolist(),
        "soft": numbers(soft),
        "classWeights": numbers(weights),
        "cases": cases,
    },
)
