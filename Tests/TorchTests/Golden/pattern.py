"""What the golden scripts of this folder share: numbers that Swift computes too, and JSON.

`pattern` equals `pattern` in PatternSupport.swift bit for bit: every step is exact in float32.
"""

import json
import pathlib

import numpy as np
import torch

GOLDEN = pathlib.Path(__file__).parent


def pattern(seed, shape):
    """Float32 values in [-1, 1), a function of seed and index (the finaliser of MurmurHash3)."""
    count = int(np.prod(shape, dtype=np.int64))
    mask = np.uint64(0xFFFFFFFF)
    x = (np.arange(count, dtype=np.uint64) + np.uint64(seed * 0x9E3779B9 & 0xFFFFFFFF)) & mask
    x ^= x >> np.uint64(16)
    x = x * np.uint64(0x85EBCA6B) & mask
    x ^= x >> np.uint64(13)
    x = x * np.uint64(0xC2B2AE35) & mask
    x ^= x >> np.uint64(16)
    values = (x >> np.uint64(8)).astype(np.float32) / np.float32(1 << 23) - np.float32(1)
    return torch.from_numpy(values.reshape(shape))


def numbers(tensor):
    """Shape and row-major values; nine digits name a float32 exactly."""
    values = tensor.detach().reshape(-1).tolist()
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in values]}


def write(name, content):
    text = json.dumps(content, separators=(",", ":"))
    (GOLDEN / f"{name}.json").write_text(text + "\n")
