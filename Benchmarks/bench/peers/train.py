"""Training steps of a network with Adam in PyTorch, on noise.

default   what one writes from the paper: float32, channels first
tuned     channels last and the fused Adam; with --precision bfloat16 under autocast
"""

import argparse

from common import answer, architecture, timed
import torch
import torch.nn.functional as F
from resnet18 import ResNet18

parser = argparse.ArgumentParser()
parser.add_argument("variant", choices=["default", "tuned"])
parser.add_argument("--architecture", help="default: ResNet-18")
parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
parser.add_argument("--batch", type=int, default=100)
parser.add_argument("--image-size", type=int, default=224)
parser.add_argument("--steps", type=int, default=3)
parser.add_argument("--warm-up", type=int, default=2)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(0)
tuned = options.variant == "tuned"
model = (architecture(options.architecture, 2) if options.architecture else ResNet18(2)).train()
images = torch.randn(options.batch, 3, options.image_size, options.image_size)
target = torch.randint(0, 2, (options.batch,))
if tuned:
    model = model.to(memory_format=torch.channels_last)
    images = images.contiguous(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), 1e-4, fused=tuned)
half = tuned and options.precision == "bfloat16"


def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        logits = model(images)
    optimizer.zero_grad()
    F.cross_entropy(logits.float(), target).backward()
    optimizer.step()


answer(options.batch, timed(step, options.steps, options.warm_up), torch=torch.__version__)
