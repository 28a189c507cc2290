"""Grad-CAM maps a second: `mien explain` and PyTorch with hooks, same weights, in turns (A B A B).

    python benchmark.py --mien MIEN --model MODEL [--layer layer4] [--count 512] [--rounds 3]
        [--threads 2]

Both work in batches of 32 in float32 on drawn faces. PyTorch's weights are frozen, which it needs
not do but which is its best; Mien's figure holds the warp of the images too. Prints one JSON.
Needs torch, numpy and safetensors.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from safetensors.torch import load_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Tests/MienTests/Golden"))
from resnet18 import ResNet18  # noqa: E402


def pytorch(path, layer, count, size):
    weights = load_file(path)
    network = ResNet18(weights["fc.weight"].shape[0]).eval()
    network.load_state_dict(weights)
    network.requires_grad_(False)
    network = network.to(memory_format=torch.channels_last)
    images = torch.randn(32, 3, size, size).to(memory_format=torch.channels_last)
    images.requires_grad_()
    stage = getattr(network, layer)

    def maps():
        kept = {}
        hooks = [
            stage.register_forward_hook(lambda module, x, y: kept.update(activation=y)),
            stage.register_full_backward_hook(lambda module, x, y: kept.update(gradient=y[0])),
        ]
        network(images)[:, 1].sum().backward()
        for hook in hooks:
            hook.remove()
        weight = kept["gradient"].mean((2, 3), keepdim=True)
        return (weight * kept["activation"]).sum(1).relu().detach().numpy()

    maps()
    start = time.perf_counter()
    for _ in range(count // 32):
        maps()
    return count // 32 * 32 / (time.perf_counter() - start)


def mien(program, path, layer, count, threads, folder):
    outcome = subprocess.run(
        [program, "explain", "--model", path, "--layer", layer, "--json", "--threads", threads,
         "--data", f"synthetic:seed=1,train=0,valid=0,test={count}", "--labels", "fer2013",
         "--limit", str(count), "--batch-size", "32", "--class", "positive", "--out", folder],
        capture_output=True, text=True, check=True)
    return json.loads(outcome.stdout)["maps_per_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mien", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--layer", default="layer4")
    parser.add_argument("--count", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    raw = open(arguments.model, "rb").read()
    header = json.loads(raw[8:8 + int.from_bytes(raw[:8], "little")])
    size = json.loads(header["__metadata__"]["mien.card"])["imageSize"]
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            ours.append(
                mien(arguments.mien, arguments.model, arguments.layer, arguments.count,
                     str(arguments.threads), folder))
            theirs.append(pytorch(arguments.model, arguments.layer, arguments.count, size))
    ratios = [a / b for a, b in zip(ours, theirs)]
    print(json.dumps({
        "image_size": size, "layer": arguments.layer, "threads": arguments.threads,
        "mien_maps_per_s": ours, "pytorch_maps_per_s": theirs, "ratio": ratios,
        "ratio_median": statistics.median(ratios)}, indent=1))


if __name__ == "__main__":
    main()
