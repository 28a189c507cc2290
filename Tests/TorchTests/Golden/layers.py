"""Writes layers.json: outputs, gradients and statistics of PyTorch's layers (2.13.0, CPU).

Run: python Tests/TorchTests/Golden/layers.py
The gradient is that of sum(output * pattern(9)); inputs and parameters are patterns, see below.
"""

import torch
import torch.nn.functional as F
from pattern import numbers, pattern, write


def case(name, shape, forward, parameters=None, buffers=None, **options):
    leaves = {"input": pattern(1, shape), **(parameters or {})}
    for leaf in leaves.values():
        leaf.requires_grad_(True)
    output = forward(leaves)
    (output * pattern(9, output.shape)).sum().backward()
    return {
        "name": name,
        "input": list(shape),
        "options": options,
        "output": numbers(output),
        "gradients": {key: numbers(leaf.grad) for key, leaf in leaves.items()},
        "buffers": {key: numbers(buffer) for key, buffer in (buffers or {}).items()},
    }


def convolution(shape, outputs, kernel, stride, padding):
    return case(
        f"convolution {kernel}x{kernel} stride {stride} padding {padding}",
        shape,
        lambda t: F.conv2d(t["input"], t["weight"], stride=stride, padding=padding),
        {"weight": pattern(2, (outputs, shape[1], kernel, kernel))},
        outputs=outputs,
        kernel=kernel,
        stride=stride,
        padding=padding,
    )


def batch_norm(training, residual=None, pools=False):
    """`residual` is None for the layer alone, else whether an addend comes before the ReLU."""
    shape, channels = (3, 4, 5, 6) if pools else (3, 4, 3, 2), 4
    addend = {"addend": pattern(6, shape)} if residual else {}

    def forward(t):
        output = layer(t["input"])
        if residual is None:
            return output
        output = F.relu(output + t["addend"] if residual else output)
        return F.max_pool2d(output, 3, 2, 1) if pools else output

    what = {None: "", False: " and relu", True: " addend and relu"}[residual]
    what += " and pool" if pools else ""
    layer = torch.nn.BatchNorm2d(channels).train(training)
    with torch.no_grad():
        layer.weight.copy_(1 + 0.5 * pattern(2, (channels,)))
        layer.bias.copy_(pattern(3, (channels,)))
        layer.running_mean.copy_(pattern(4, (channels,)))
        layer.running_var.copy_(1 + 0.5 * pattern(5, (channels,)))
    return case(
        f"batch normalisation{what} {'in training' if training else 'in evaluation'}",
        shape,
        forward,
        {"weight": layer.weight, "bias": layer.bias, **addend},
        {
            "running_mean": layer.running_mean,
            "running_var": layer.running_var,
            "num_batches_tracked": layer.num_batches_tracked,
        },
    )


pool = (2, 3, 7, 6)
write(
    "layers",
    [
        convolution((2, 2, 5, 4), 3, 3, 1, 1),
        convolution((2, 3, 9, 8), 2, 7, 2, 3),
        convolution((2, 4, 5, 5), 3, 1, 2, 0),
        convolution((1, 2, 6, 7), 2, 3, 2, 1),
        convolution((1, 2, 5, 5), 2, 2, 1, 0),
        batch_norm(True),
        batch_norm(False),
        *(batch_norm(training, residual) for training in (True, False) for residual in (True, False)),
        *(batch_norm(training, False, pools=True) for training in (True, False)),
        case(
            "linear",
            (4, 5),
            lambda t: F.linear(t["input"], t["weight"], t["bias"]),
            {"weight": pattern(2, (3, 5)), "bias": pattern(3, (3,))},
        ),
        case("max pool 3 2 1", pool, lambda t: F.max_pool2d(t["input"], 3, 2, 1)),
        case("max pool 2 2 0", pool, lambda t: F.max_pool2d(t["input"], 2, 2, 0)),
        case(
            "max pool 3 2 0 edge", pool,
            lambda t: F.max_pool2d(t["input"], 3, 2, 0, ceil_mode=True)),
        case("global average pool", pool, lambda t: t["input"].mean((2, 3))),
        case("relu", (3, 7), lambda t: F.relu(t["input"])),
        case("softmax", (3, 5), lambda t: F.softmax(t["input"], 1)),
    ],
)
