"""What the peers share: the network, a clock, and one JSON object as the answer."""

import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "Tests/MienTests/Golden"))


def card(path):
    """The card of a Mien model file, without reading its weights."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return json.loads(header["__metadata__"]["mien.card"])


def network(path):
    """PyTorch's ResNet-18 with the weights of a model file, for inference."""
    from resnet18 import ResNet18
    from safetensors.torch import load_file

    weights = load_file(path)
    model = ResNet18(weights["fc.weight"].shape[0]).eval()
    model.load_state_dict(weights)
    return model


def architecture(name, outputs=8):
    """A network with random weights: torchvision's, or Mien's own `tiny`."""
    if name == "tiny":
        from tiny import Tiny

        return Tiny(outputs)
    models = torchvision_models()
    more = {"aux_logits": False, "init_weights": False} if name == "inception_v3" else {}
    return getattr(models, name)(num_classes=outputs, **more)


def torchvision_models():
    """torchvision's networks, also where its compiled operators do not fit the PyTorch that is here."""
    import torch

    register = torch.library.register_fake

    def tolerant(*arguments, **options):
        def decorate(function):
            try:
                return register(*arguments, **options)(function)
            except RuntimeError:
                return function
        return decorate

    torch.library.register_fake = tolerant
    from torchvision import models

    return models


def timed(work, count, warm_up=2):
    """Seconds of each of `count` runs, in order."""
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def answer(batch, times, **more):
    """Prints what was found; the rate is that of the run in the middle."""
    middle = sorted(times)[len(times) // 2]
    print(json.dumps({"images_per_s": batch / middle, "seconds": times, **more}), flush=True)
