"""One PyTorch peer of check.py: images per second of a network on a device, as one JSON object.

    python peer.py training|scoring|grad-cam eager|compiled --architecture resnet18 --device cuda

Channels last, under autocast with bfloat16, the fused Adam. compiled is torch.compile, on a GPU with
CUDA graphs. Grad-CAM computes the last stage's map alone: gradients stop there.
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "bench" / "peers"))

from common import answer, architecture, timed  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("work", choices=["training", "scoring", "grad-cam"])
parser.add_argument("mode", choices=["eager", "compiled"])
parser.add_argument("--architecture", required=True)
parser.add_argument("--device", choices=["cuda", "cpu"], required=True)
parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--image-size", type=int, default=224)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--warm-up", type=int, default=5)
options = parser.parse_args()
torch.manual_seed(0)
torch.backends.cudnn.benchmark = True


def on_device(value):
    return value.to(options.device, memory_format=torch.channels_last)


def half():
    return torch.autocast(
        options.device, dtype=torch.bfloat16, enabled=options.precision == "bfloat16")


def compiled(module):
    if options.mode == "eager":
        return module
    # The mode with CUDA graphs; a processor has none.
    mode = "reduce-overhead" if options.device == "cuda" else "default"
    return torch.compile(module, mode=mode)


def parts(network):
    """The network up to its last map, and the rest."""
    if hasattr(network, "features"):
        return network.features, nn.Sequential(
            network.avgpool, nn.Flatten(), network.classifier)
    named = dict(network.named_children())
    body = nn.Sequential(*(named[name] for name in named if name not in ("avgpool", "fc")))
    return body, nn.Sequential(named["avgpool"], nn.Flatten(), named["fc"])


network = on_device(architecture(options.architecture, 2))
images = on_device(
    torch.randn(options.batch, 3, options.image_size, options.image_size))
target = torch.randint(0, 2, (options.batch,), device=options.device)

if options.work == "training":
    network.train()
    model = compiled(network)
    optimizer = torch.optim.Adam(network.parameters(), 1e-4, fused=True)

    def work():
        with half():
            logits = model(images)
        optimizer.zero_grad()
        loss = F.cross_entropy(logits.float(), target)
        loss.backward()
        optimizer.step()
        return loss

elif options.work == "scoring":
    model = compiled(network.eval())

    def work():
        with torch.inference_mode(), half():
            return model(images).float().softmax(1)

else:
    body, head = parts(network.eval().requires_grad_(False))
    body, head = compiled(body), compiled(head)

    def work():
        with half():
            with torch.no_grad():
                activation = body(images).clone()
            activation.requires_grad_()
            score = head(activation)[:, 1].float().sum()
        gradient, = torch.autograd.grad(score, activation)
        weight = gradient.float().mean((2, 3), keepdim=True)
        return (weight * activation.detach()).sum(1).relu()


def finished():
    """To the processor, so that the clock stops after the device has done its work."""
    result = work().detach().cpu()
    if not bool(torch.isfinite(result).all()):
        sys.exit("the result is not finite")


answer(
    options.batch, timed(finished, options.steps, options.warm_up), torch=torch.__version__,
    device=torch.cuda.get_device_name() if options.device == "cuda" else "cpu")
