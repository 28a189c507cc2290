"""Quantises an ONNX network to int8 by NNCF's post-training quantisation, on 64 random images.

    python quantize.py ONNX PLANES SIZE OUT.xml
"""

import sys

import nncf
import numpy as np
import openvino

source, planes, size, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
graph = openvino.Core().read_model(source)
graph.reshape([-1, planes, size, size])
random = np.random.default_rng(0)
images = [random.standard_normal((1, planes, size, size), np.float32) for _ in range(64)]
name = graph.inputs[0].get_any_name()
openvino.save_model(
    nncf.quantize(graph, nncf.Dataset(images, lambda image: {name: image}), subset_size=64), out)
