"""Whether an ONNX file answers as Mien does.

    mien data synthesize --train 64 --valid 16 --test 64 --out faces.csv
    mien evaluate --model M --data faces.csv --labels fer2013 --split all --precision float32 --out out
    mien export M --onnx model.onnx
    python agreement.py model.onnx faces.csv out/predictions.csv

The faces are those of a FER-2013 csv or of a folder per class; images have the model's size. Where the model averages
mirror images, so does this. Checked by the ONNX checker; scored by ONNX Runtime and OpenVINO, each
where it is installed. Prints one JSON object; exit 1 where a probability is off by more than 1e-4
or where no runtime is installed.
"""

import argparse
import csv
import json
import os
import sys

import numpy as np

TOLERANCE = 1e-4


def expected(path):
    """The ids of the rows and their probabilities, [rows, classes]."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name.startswith("probability_")]
    return ([row["id"] for row in rows],
            np.array([[float(row[name]) for name in names] for row in rows]))


def faces(path, ids, size):
    """The grey pixels of these rows of a csv, or of these files of a folder, [rows, size, size]."""
    if os.path.isdir(path):
        from PIL import Image

        pixels = [np.asarray(Image.open(os.path.join(path, name)).convert("L")) for name in ids]
    else:
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        pixels = [[int(p) for p in rows[int(name)]["pixels"].split()] for name in ids]
    return np.array(pixels, np.float32).reshape(-1, size, size)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def runtimes(path):
    """By name, a function from images to logits."""
    found = {}
    try:
        import onnxruntime
    except ImportError:
        pass
    else:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        found["onnxruntime"] = lambda images: session.run(["logits"], {"images": images})[0]
    try:
        import openvino
    except ImportError:
        pass
    else:
        core = openvino.Core()
        compiled = core.compile_model(
            core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        found["openvino"] = lambda images: compiled({"images": images})["logits"]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("onnx")
    parser.add_argument("faces")
    parser.add_argument("predictions")
    options = parser.parse_args()

    import onnx

    model = onnx.load(options.onnx)
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    ids, truth = expected(options.predictions)
    planes = faces(options.faces, ids, shape[2])[:, None]
    if not metadata["input"].endswith("values 0 to 255"):
        mean = float(metadata["mean"].split(",")[0])
        deviation = float(metadata["standard_deviation"].split(",")[0])
        planes = (planes / 255 - mean) / deviation
    planes = np.repeat(planes, shape[1], axis=1).astype(np.float32)
    result = {"opset": model.opset_import[0].version, "faces": len(planes), "runtimes": {}}
    for name, run in runtimes(options.onnx).items():
        def logits(images):
            batch = shape[0] or len(images)
            return np.concatenate(
                [run(images[i:i + batch]) for i in range(0, len(images), batch)])

        answer = logits(planes)
        if metadata["mirror_image"].startswith("left out"):
            answer = (answer + logits(np.ascontiguousarray(planes[..., ::-1]))) / 2
        result["runtimes"][name] = float(np.abs(softmax(answer) - truth).max())
    print(json.dumps(result))
    within = [difference <= TOLERANCE for difference in result["runtimes"].values()]
    sys.exit(0 if within and all(within) else 1)


main()
