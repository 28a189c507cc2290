"""Grad-CAM maps a second in PyTorch, float32, channels last, batches of 32 of noise.

library   the package pytorch-grad-cam, which also enlarges and scales each map
hooks     two hooks by hand and frozen weights: the least that PyTorch can do
"""

import argparse
import sys
from unittest import mock

from common import answer, card, network, timed
import torch

parser = argparse.ArgumentParser()
parser.add_argument("variant", choices=["library", "hooks"])
parser.add_argument("--model", required=True)
parser.add_argument("--layer", default="layer4")
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
torch.set_num_threads(options.threads)
size = card(options.model)["imageSize"]
model = network(options.model).to(memory_format=torch.channels_last)
images = torch.randn(options.batch_size, 3, size, size).to(memory_format=torch.channels_last)
stage = getattr(model, options.layer)

if options.variant == "library":
    # The package imports torchvision, whose usual build cannot be loaded beside a PyTorch without
    # CUDA, for parts that are not used here.
    for name in ["torchvision", "torchvision.transforms", "torchvision.transforms.functional"]:
        sys.modules[name] = mock.MagicMock()
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    cam = GradCAM(model=model, target_layers=[stage[-1]])
    targets = [ClassifierOutputTarget(1)] * options.batch_size

    def work():
        cam(input_tensor=images, targets=targets)

else:
    model.requires_grad_(False)
    images.requires_grad_()

    def work():
        kept = {}
        hooks = [
            stage.register_forward_hook(lambda module, x, y: kept.update(activation=y)),
            stage.register_full_backward_hook(lambda module, x, y: kept.update(gradient=y[0])),
        ]
        model(images)[:, 1].sum().backward()
        for hook in hooks:
            hook.remove()
        weight = kept["gradient"].mean((2, 3), keepdim=True)
        (weight * kept["activation"]).sum(1).relu().detach().numpy()


answer(options.batch_size, timed(work, options.runs, warm_up=1))
