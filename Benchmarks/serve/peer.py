"""The peer: FastAPI and ONNX Runtime with Mien's network and detector.

    uvicorn peer:app --port 8090        MIEN_ONNX and CENTERFACE_ONNX name the two files

POST /v1/faces takes a picture; POST /v1/faces?whole_image=true takes a face. One pass of the detector
at the photo's size, each face as a crop of 48 x 48 grey pixels at the network's size, scored with its mirror image.
That is less work than Mien's search, which looks several times: the comparison is in its favour.
"""
import os

import cv2
import numpy
import onnx
import onnxruntime
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool

cv2.setNumThreads(1)
OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = int(os.environ.get("THREADS", "1"))


def detector():
    graph = onnx.load(os.environ["CENTERFACE_ONNX"])
    for value in list(graph.graph.input) + list(graph.graph.output):
        for index, size in enumerate(value.type.tensor_type.shape.dim):
            if index != 1:
                size.dim_param = f"d{index}{value.name}"
    return onnxruntime.InferenceSession(graph.SerializeToString(), OPTIONS, ["CPUExecutionProvider"])


network = onnxruntime.InferenceSession(os.environ["MIEN_ONNX"], OPTIONS, ["CPUExecutionProvider"])
finder = detector()
shape = network.get_inputs()[0].shape
app = FastAPI()


def boxes(picture):
    height, width = (32 * -(-side // 32) for side in picture.shape[:2])
    blob = cv2.dnn.blobFromImage(picture, 1, (width, height), (0, 0, 0), True)
    heat, scale, offset, _ = finder.run(None, {finder.get_inputs()[0].name: blob})
    heat = heat[0, 0]
    found = []
    for row, column in zip(*numpy.where(heat > 0.25)):
        high, wide = 4 * numpy.exp(scale[0, :, row, column])
        y = 4 * (row + offset[0, 0, row, column] + 0.5) - high / 2
        x = 4 * (column + offset[0, 1, row, column] + 0.5) - wide / 2
        found.append(([int(x), int(y), int(wide), int(high)], float(heat[row, column])))
    if not found:
        return []
    kept = cv2.dnn.NMSBoxes([box for box, _ in found], [score for _, score in found], 0.25, 0.3)
    return [found[index][0] for index in numpy.array(kept).flatten()]


def scores(crops):
    planes = numpy.stack(crops).astype(numpy.float32)[:, None]
    both = numpy.concatenate([planes, planes[..., ::-1]])
    if shape[1] == 3:
        both = numpy.repeat(both, 3, 1)
    logits = network.run(None, {network.get_inputs()[0].name: both})[0]
    mean = (logits[:len(crops)] + logits[len(crops):]) / 2
    shares = numpy.exp(mean - mean.max(1, keepdims=True))
    return (shares / shares.sum(1, keepdims=True)).tolist()


def answer(body, whole):
    picture = cv2.imdecode(numpy.frombuffer(body, numpy.uint8), cv2.IMREAD_COLOR)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    crops = []
    for x, y, wide, high in [[0, 0, grey.shape[1], grey.shape[0]]] if whole else boxes(picture):
        part = grey[max(0, y):y + high, max(0, x):x + wide]
        if part.size:
            crop = cv2.resize(part, (48, 48), interpolation=cv2.INTER_AREA)
            crops.append(cv2.resize(crop, (shape[3], shape[2]), interpolation=cv2.INTER_LINEAR))
    return [{"emotions": row} for row in scores(crops)] if crops else []


@app.post("/v1/faces")
async def faces(request: Request, whole_image: bool = False):
    return await run_in_threadpool(answer, await request.body(), whole_image)
