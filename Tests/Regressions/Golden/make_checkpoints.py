"""Makes small checkpoints as training programs write them, in a folder Checkpoints beside itself.

    python make_checkpoints.py        (torch 2.13, numpy)
"""
import argparse, collections, os, pathlib, pickle, zipfile

import numpy
import torch

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Checkpoints")
os.makedirs(here, exist_ok=True)


def path(name): return os.path.join(here, name)


class RecorderMeter:
    def __init__(self): self.epoch_losses = numpy.zeros((2, 2), dtype=numpy.float32)


class Config(dict):
    """A dictionary with a class of its own."""


def weights(offset=0.0):
    return collections.OrderedDict(
        [("head.weight", torch.arange(6, dtype=torch.float32).reshape(2, 3) + offset),
         ("head.bias", torch.tensor([0.5, -0.25]) + offset)])


layer = torch.nn.Linear(3, 2)
layer.load_state_dict({"weight": weights()["head.weight"], "bias": weights()["head.bias"]})
optimizer = torch.optim.AdamW(layer.parameters())
layer(torch.ones(1, 3)).sum().backward()
optimizer.step()

whole = {
    "epoch": 3, "arch": "resnet18", "best_acc": numpy.float64(0.5), "state_dict": weights(),
    "optimizer": optimizer.state_dict(), "recorder": RecorderMeter(),
    "args": argparse.Namespace(lr=0.1, data=pathlib.PurePosixPath("data")),
    "config": Config(lr=0.1), "counts": collections.defaultdict(int, a=1),
    "criterion": torch.nn.CrossEntropyLoss(),
}
torch.save(whole, path("meters.pth"))
torch.save(whole, path("meters-legacy.pth"), _use_new_zipfile_serialization=False)
torch.save({"ema": weights(), "epoch": torch.tensor(3)}, path("ema.pth"))
torch.save({"model": weights(), "ema": weights(10), "optimizer": optimizer.state_dict()},
           path("model-and-ema.pth"))
torch.save({"model": {"state_dict": weights(), "epoch": 2}}, path("nested.pth"))
torch.save({"backbone": collections.OrderedDict([("weight", torch.ones(1))]), "head": weights()},
           path("parts.pth"))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.head = torch.nn.Linear(3, 2)


net = Net()
net.load_state_dict(weights())
torch.save(torch.optim.swa_utils.AveragedModel(net).state_dict(), path("averaged.pth"))
torch.save(net, path("whole-network.pth"))
named = weights()
named["head.weight"].label = "an attribute"
torch.save(named, path("attributes.pth"))
torch.jit.save(torch.jit.script(torch.nn.Linear(3, 2)), path("torchscript.pt"))


class Call:
    def __reduce__(self): return os.system, ("true",)


torch.save({"state_dict": weights(), "hook": Call()}, path("command.pth"))

# Views of one storage, transposed and with a step, beside elements of every kind.
grid = torch.zeros(3, 4, dtype=torch.float64)
grid[:, :2] = weights()["head.weight"].T
bias = torch.tensor([0.5, 9, -0.25, 9], dtype=torch.bfloat16)
torch.save({"head.weight": grid[:, :2].T, "head.bias": bias[::2],
            "head.num_batches_tracked": torch.tensor(7, dtype=torch.int32)}, path("views.pth"))
torch.save({"module." + name: tensor.half() for name, tensor in weights().items()},
           path("parallel.pth"))
