"""Writes architectures.json: parameters and multiply-adds of torchvision's networks.

    python architectures.py    # torchvision 0.28
"""

import json
import pathlib

import torch
import torchvision.models as models

NAMES = {"resnet18": 224, "resnet34": 224, "resnet50": 224, "vgg16": 224, "vgg16_bn": 224,
         "inception_v3": 299}


def multiply_adds(network, size):
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        if isinstance(layer, torch.nn.Conv2d):
            total += output[0].numel() * layer.weight[0].numel()
        elif isinstance(layer, torch.nn.Linear):
            total += layer.weight.numel()

    handles = [layer.register_forward_hook(count) for layer in network.modules()]
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, size, size))
    for handle in handles:
        handle.remove()
    return total


def described(name, size):
    options = {"init_weights": False} if name == "inception_v3" else {}
    network = models.get_model(name, weights=None, num_classes=7, **options)
    learnt = {path for path, _ in network.named_parameters()}
    return {
        "multiply_adds": multiply_adds(network, size),
        "size": size,
        "learnt": sum(p.numel() for p in network.parameters()),
        "parameters": sorted(
            [path, list(tensor.shape), path in learnt]
            for path, tensor in network.state_dict().items()),
    }


result = {name: described(name, size) for name, size in NAMES.items()}
lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}"
                   for k, v in result.items())
pathlib.Path(__file__).with_name("architectures.json").write_text("{\n" + lines + "\n}\n")
