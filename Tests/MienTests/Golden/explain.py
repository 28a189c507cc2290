"""Writes explain.json: maps of PyTorch's ResNet-18 (2.13.0, CPU) by hooks and autograd, in float64.

Run: python Tests/MienTests/Golden/explain.py
The network is that of resnet18.py with an input of two images of 64 x 64. Also: bilinear
resizing, rank correlation (scipy), structural similarity (the formula of scikit-image over
scipy's uniform filter), and the linear system of ROAD solved directly (numpy).
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import uniform_filter
from scipy.stats import spearmanr

from resnet18 import ResNet18, pattern, seed, value

EMOTIONS = 8
POSITIVE = [0, 3]  # neutral, sad


def network(outputs):
    net = ResNet18(outputs).eval()
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(value(name, tensor.shape))
    return net.double()


def log_odds(logits):
    others = [k for k in range(EMOTIONS) if k not in POSITIVE]
    return logits[:, POSITIVE].logsumexp(1) - logits[:, others].logsumexp(1)


def maps(net, layer, target, images):
    kept = {}
    hook = getattr(net, layer).register_forward_hook(lambda m, i, o: kept.update(a=o))
    logits = net(images)
    hook.remove()
    value = target(logits)
    a = kept["a"]
    (g,) = torch.autograd.grad(value.sum(), a)
    a = a.detach()
    plus = g**2 / (2 * g**2 + a.sum((2, 3), keepdim=True) * g**3)
    plus = torch.where(g != 0, plus, torch.zeros_like(plus))
    weights = {
        "gradcam": g.mean((2, 3), keepdim=True),
        "gradcam++": (plus * g.relu()).sum((2, 3), keepdim=True),
        "layercam": g.relu(),
        "hirescam": g,
    }
    result = {m: (w * a).sum(1).relu().reshape(len(images), -1) for m, w in weights.items()}
    return {"values": value.tolist(), "maps": {m: rounded(v) for m, v in result.items()}}


def rounded(tensor):
    return [[float(f"{v:.7g}") for v in row] for row in np.asarray(tensor)]


def occlusion(net, target, images, side, starts):
    """The fall of the target with a patch of the mean grey, averaged over the patches."""
    size = images.shape[-1]
    result = []
    with torch.no_grad():
        whole = target(net(images))
        for image, before in zip(images, whole):
            falls, count = torch.zeros(size, size), torch.zeros(size, size)
            for top in starts:
                for left in starts:
                    covered = image.clone()
                    covered[:, top : top + side, left : left + side] = image.mean((1, 2))[:, None, None]
                    fall = before - target(net(covered[None]))[0]
                    falls[top : top + side, left : left + side] += fall
                    count[top : top + side, left : left + side] += 1
            result.append((falls / count).relu())
    pooled = F.avg_pool2d(torch.stack(result)[:, None].double(), 8)
    return rounded(pooled.reshape(len(images), -1))


def similarity(a, b):
    c1, c2 = 0.01**2, 0.03**2
    mean = lambda x: uniform_filter(x, 7)
    ux, uy = mean(a), mean(b)
    scale = 49 / 48
    vx, vy = scale * (mean(a * a) - ux * ux), scale * (mean(b * b) - uy * uy)
    vxy = scale * (mean(a * b) - ux * uy)
    s = (2 * ux * uy + c1) * (2 * vxy + c2) / ((ux**2 + uy**2 + c1) * (vx + vy + c2))
    return float(s[3:-3, 3:-3].mean())


def imputed(plane, removed):
    size = plane.shape[0]
    places = {p: n for n, p in enumerate(removed)}
    matrix, right = np.zeros((len(removed),) * 2), np.zeros(len(removed))
    for p, n in places.items():
        y, x = divmod(p, size)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                if (dy or dx) and 0 <= y + dy < size and 0 <= x + dx < size:
                    weight = 1 / 12 if dy and dx else 1 / 6
                    matrix[n, n] += weight
                    q = (y + dy) * size + x + dx
                    if q in places:
                        matrix[n, places[q]] -= weight
                    else:
                        right[n] += weight * plane[y + dy, x + dx]
    return np.linalg.solve(matrix, right).tolist()


# Grey images of 0...255, three equal channels normalised with mean 0.5 and deviation 0.25.
grey = (pattern(seed("grey"), (2, 1, 64, 64)).double() + 1) * 127.5
images = ((grey / 255 - 0.5) / 0.25).expand(-1, 3, -1, -1).contiguous()
binary, emotions = network(2), network(EMOTIONS)
cases = []
for layer in ["layer1", "layer2", "layer3", "layer4"]:
    cases.append({"head": "binary", "layer": layer, "class": "positive",
                  **maps(binary, layer, lambda z: z[:, 1], images)})
for name, target in [("positive", log_odds), ("negative", lambda z: -log_odds(z)),
                     ("happy", lambda z: z[:, 1])]:
    cases.append({"head": "emotions", "layer": "layer3", "class": name,
                  **maps(emotions, "layer3", target, images)})
small = cases[1]["maps"]["gradcam"][0]
grid = torch.tensor(small).reshape(1, 1, 8, 8)
a, b = pattern(seed("a"), (12, 12)).double(), pattern(seed("b"), (12, 12)).double()
a, b = (a + 1) / 2, ((a + 1) / 2 + (b + 1) / 2) / 2
plane = ((pattern(seed("plane"), (6, 6)).double() + 1) * 127.5).numpy()
removed = [0, 1, 6, 7, 14, 15, 16, 20, 21, 22, 35, 29]
content = {
    "cases": cases,
    "occlusion": occlusion(emotions, log_odds, images, 11, [0, 6, 12, 18, 24, 30, 36, 42, 48, 53]),
    "resized": rounded(F.interpolate(grid, (13, 20), mode="bilinear", align_corners=False)[0, 0]),
    "spearman": float(spearmanr(a.reshape(-1).round(decimals=1), b.reshape(-1).round(decimals=1))[0]),
    "ssim": similarity(a.numpy(), b.numpy()),
    "imputed": imputed(plane, removed),
    "removed": removed,
}
pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps(content, separators=(",", ":")) + "\n")
