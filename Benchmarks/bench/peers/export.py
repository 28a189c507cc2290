"""Writes the network of a Mien model file as ONNX, for any batch.

    python export.py MODEL OUT
"""

import sys

from common import card, network
import torch

size = card(sys.argv[1])["imageSize"]
torch.onnx.export(
    network(sys.argv[1]), torch.zeros(1, 3, size, size), sys.argv[2], input_names=["images"],
    output_names=["logits"], dynamic_axes={"images": {0: "n"}, "logits": {0: "n"}}, dynamo=False)
