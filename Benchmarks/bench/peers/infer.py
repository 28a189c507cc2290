"""Inference of a network in PyTorch, ONNX Runtime or OpenVINO."""

import argparse

from common import answer, architecture, network, timed
import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("peer", choices=["pytorch", "onnxruntime", "openvino"])
parser.add_argument("--model", help="ResNet-18 with the weights of this file")
parser.add_argument("--architecture", help="a network with random weights instead")
parser.add_argument("--graph", help="the network as ONNX, or OpenVINO's int8 form of it")
parser.add_argument("--planes", type=int, default=3)
parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--image-size", type=int, default=224)
parser.add_argument("--repetitions", type=int, default=5)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
shape = (options.batch, options.planes, options.image_size, options.image_size)
images = np.random.default_rng(0).standard_normal(shape, np.float32)

if options.peer == "pytorch":
    import torch

    torch.set_num_threads(options.threads)
    model = architecture(options.architecture).eval() if options.architecture \
        else network(options.model)
    model = model.to(memory_format=torch.channels_last)
    batch = torch.from_numpy(images).contiguous(memory_format=torch.channels_last)
    half = options.precision == "bfloat16"

    def work():
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            model(batch)

elif options.peer == "onnxruntime":
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    session = onnxruntime.InferenceSession(
        options.graph, settings, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def work():
        session.run(None, {name: images})

else:
    import openvino

    core = openvino.Core()
    if options.architecture:
        import torch

        sample = torch.zeros(1, *shape[1:])
        graph = openvino.convert_model(
            architecture(options.architecture).eval(), example_input=sample)
    else:
        graph = core.read_model(options.graph)
    graph.reshape(list(shape))
    hint = {"float32": "f32", "bfloat16": "bf16"}[options.precision]
    compiled = core.compile_model(graph, "CPU", {
        "INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": options.threads})

    def work():
        compiled([images])


answer(options.batch, timed(work, options.repetitions))
