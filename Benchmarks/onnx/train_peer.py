"""Trains mini-Xception in PyTorch on FER-2013 with FER+ votes and exports it to ONNX: a network of
another tool for `mien import`.

    python train_peer.py --data fer2013.csv.gz --votes fer2013new.csv --out peer.onnx [--epochs 8]
    mien import peer.onnx --input grey:48x48 --range=-1,1 --out peer.safetensors
        --classes neutral,happy,surprise,sad,anger,disgust,fear,contempt

Octavio Arriaga, Matias Valdenegro-Toro, Paul Ploeger, "Real-time Convolutional Neural Networks for
Emotion and Gender Classification", 2017, arXiv:1710.07557. Departures: 48 x 48 pixels, weights of
FER+'s majority, mirror images as the one variation. Needs numpy, torch and onnx.
"""

import argparse
import csv
import gzip
import time

import numpy as np
import torch
from torch import nn

EMOTIONS = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"]


def rows(data, votes):
    """Training faces with a strict majority of one emotion: [N, 1, 48, 48] in -1...1, and classes."""
    images, classes = [], []
    opener = gzip.open if data.endswith(".gz") else open
    with opener(data, "rt", newline="") as faces, open(votes, newline="") as labels:
        for face, label in zip(csv.DictReader(faces), csv.DictReader(labels)):
            if face["Usage"] != "Training":
                continue
            counts = [int(label[name]) for name in EMOTIONS + ["unknown", "NF"]]
            best = int(np.argmax(counts))
            if best >= len(EMOTIONS) or 2 * counts[best] <= sum(counts):
                continue
            images.append(np.array(face["pixels"].split(), np.uint8).reshape(1, 48, 48))
            classes.append(best)
    return torch.from_numpy(np.stack(images)), torch.tensor(classes)


class Separable(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False),
            nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.shortcut = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride=2, bias=False), nn.BatchNorm2d(outputs))
        self.body = nn.Sequential(
            Separable(inputs, outputs), nn.ReLU(), Separable(outputs, outputs),
            nn.MaxPool2d(3, stride=2, padding=1))

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


def network():
    layers = [nn.Conv2d(1, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
              nn.Conv2d(8, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU()]
    channels = 8
    for width in (16, 32, 64, 128):
        layers.append(Block(channels, width))
        channels = width
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, len(EMOTIONS)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--votes", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    images, classes = rows(options.data, options.votes)
    model = network()
    steps = options.epochs * (len(images) // options.batch_size)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    started = time.time()
    for epoch in range(options.epochs):
        order, total = torch.randperm(len(images)), 0.0
        for step in range(len(images) // options.batch_size):
            part = order[step * options.batch_size:(step + 1) * options.batch_size]
            x = images[part].float() / 127.5 - 1
            x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(3), x)
            loss = nn.functional.cross_entropy(model(x), classes[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / (step + 1):.4f}, {time.time() - started:.0f} s", flush=True)
    model.eval()
    torch.onnx.export(
        model, (torch.zeros(1, 1, 48, 48),), options.out, input_names=["images"],
        output_names=["logits"], opset_version=18, dynamo=True, external_data=False)
    print(f"{len(images)} faces, {sum(p.numel() for p in model.parameters())} parameters: {options.out}")


if __name__ == "__main__":
    main()
