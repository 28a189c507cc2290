"""Writes onnx_pytorch.onnx, onnx_keras.onnx, onnx_cntk.onnx, onnx_preactivated.onnx,
onnx_covering.onnx, onnx_decomposed.onnx and onnx_files.json.

Run: python Tests/MienTests/Golden/onnx_files.py    # onnx 1.20, onnxruntime 1.32
Small networks with the operators and the order of axes that PyTorch, Keras by tf2onnx and CNTK write,
and what ONNX Runtime gives for two images of (row * 7 + column * 3 + image * 50) modulo 256.
"""

import json
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(5)
folder = pathlib.Path(__file__).parent


class Graph:
    def __init__(self):
        self.nodes, self.tensors = [], []

    def weights(self, name, *shape):
        scale = np.sqrt(2 / max(np.prod(shape[1:]), 1)) if len(shape) > 1 else 0.3
        return self.tensor(name, (random.standard_normal(shape) * scale).astype("f4"))

    def tensor(self, name, values):
        self.tensors.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def add(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def norm(self, inputs, output, channels):
        names = [self.tensor(f"{output}.{n}", random.uniform(0.5, 1.5, channels).astype("f4"))
                 for n in ["weight", "bias", "mean", "variance"]]
        return self.add("BatchNormalization", [inputs, *names], output, epsilon=1e-3)

    def write(self, name, shape, output):
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
        result = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, name, [image], [result], self.tensors)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
        onnx.save(model, folder / f"onnx_{name}.onnx")


def pytorch():
    g = Graph()
    x = g.add("Conv", ["image", g.weights("features.0.weight", 8, 1, 5, 5),
                       g.weights("features.0.bias", 8)], "conv0", pads=[2] * 4)
    x = g.add("Relu", [g.norm(x, "bn", 8)], "relu0")
    x = g.add("MaxPool", [x], "pool", kernel_shape=[2, 2], strides=[2, 2])
    x = g.add("Conv", [x, g.weights("features.4.weight", 8, 1, 3, 3)], "conv1",
              pads=[2] * 4, dilations=[2, 2], group=8)
    y = g.add("Conv", [x, g.weights("features.5.weight", 8, 8, 1, 1)], "conv2")
    x = g.add("Relu", [g.add("Add", [x, y], "sum")], "relu1")
    x = g.add("Concat", [x, y], "joined", axis=1)
    x = g.add("AveragePool", [x], "average", kernel_shape=[4, 4], strides=[4, 4])
    size = g.add("Shape", [x], "size")
    first = g.add("Gather", [size, g.tensor("zero", np.array(0))], "first")
    row = g.add("Unsqueeze", [first, g.tensor("axis", np.array([0]))], "row")
    rest = g.tensor("rest", np.array([-1]))
    target = g.add("Concat", [row, rest], "target", axis=0)
    x = g.add("Reshape", [x, target], "flat")
    x = g.add("Dropout", [x], "dropout")
    g.add("Gemm", [x, g.weights("classifier.weight", 3, 256), g.weights("classifier.bias", 3)],
          "logits", transB=1)
    g.write("pytorch", ["N", 1, 32, 32], "logits")
    return "logits", False


def keras():
    g = Graph()
    x = g.add("Transpose", ["image"], "first", perm=[0, 3, 1, 2])
    x = g.add("Conv", [x, g.weights("conv/kernel", 8, 1, 3, 3)], "conv", strides=[2, 2],
              pads=[0, 0, 1, 1])
    x = g.add("Relu", [g.norm(x, "norm", 8)], "relu")
    pads = g.tensor("pads", np.array([0, 0, 1, 1, 0, 0, 2, 2]))
    x = g.add("Pad", [x, pads], "padded")
    x = g.add("Conv", [x, g.weights("second/kernel", 6, 8, 4, 4)], "second", strides=[2, 2])
    x = g.add("Transpose", [x], "last", perm=[0, 2, 3, 1])
    x = g.add("Reshape", [x, g.tensor("shape", np.array([-1, 384]))], "flat")
    x = g.add("MatMul", [x, g.weights("dense/kernel", 384, 3)], "product")
    x = g.add("Add", [x, g.weights("dense/bias", 3)], "dense")
    g.add("Softmax", [x], "probabilities", axis=1)
    g.write("keras", ["N", 32, 32, 1], "probabilities")
    return "dense", True


def cntk():
    g = Graph()
    x = g.add("Sub", ["image", g.tensor("mean", np.array(127.5, "f4"))], "less")
    x = g.add("Div", [x, g.tensor("deviation", np.array(64, "f4"))], "scaled")
    x = g.add("Conv", [x, g.weights("kernel", 8, 1, 3, 3)], "conv", auto_pad="SAME_UPPER",
              strides=[2, 2])
    x = g.add("Add", [x, g.weights("bias", 8, 1, 1)], "plus")
    x = g.add("Relu", [x], "relu")
    x = g.add("MaxPool", [x], "pool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    x = g.add("Dropout", [x], "dropout")
    x = g.add("Reshape", [x, g.tensor("row", np.array([1, 512]))], "flat")
    w = g.add("Reshape", [g.weights("matrix", 8, 8, 8, 3),
                          g.tensor("sides", np.array([512, 3]))], "turned")
    x = g.add("MatMul", [x, w], "product")
    g.add("Add", [x, g.weights("last", 1, 3)], "logits")
    g.write("cntk", [1, 1, 32, 32], "logits")
    return "logits", False


def preactivated():
    """As DenseNet: normalisation and ReLU before convolutions, of what was joined; three channels."""
    g = Graph()
    x = g.add("Conv", ["image", g.weights("conv0.weight", 6, 3, 3, 3)], "conv0", pads=[1] * 4)
    y = g.add("Relu", [g.norm(x, "norm1", 6)], "relu1")
    y = g.add("Conv", [y, g.weights("conv1.weight", 4, 6, 3, 3)], "conv1", pads=[1] * 4)
    x = g.add("Concat", [x, y], "joined", axis=1)
    x = g.add("Relu", [g.norm(x, "norm2", 10)], "relu2")
    x = g.add("GlobalAveragePool", [x], "pooled")
    x = g.add("Flatten", [x], "flat")
    g.add("Gemm", [x, g.weights("classifier.weight", 3, 10), g.weights("classifier.bias", 3)],
          "logits", transB=1)
    g.write("preactivated", ["N", 3, 32, 32], "logits")
    return "logits", False


def covering():
    """As GoogLeNet: windows that lie partly behind the image (ceil_mode), and branches that meet."""
    g = Graph()
    x = g.add("Conv", ["image", g.weights("conv.weight", 6, 1, 3, 3), g.weights("conv.bias", 6)],
              "conv", strides=[2, 2], pads=[1] * 4)
    x = g.add("MaxPool", [x], "pool1", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    y = g.add("MaxPool", [x], "pool2", kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4,
              ceil_mode=1)
    x = g.add("Concat", [x, g.add("Relu", [y], "relu")], "joined", axis=1)
    # Eight positions and windows of two, three apart: a third would begin in the padding.
    x = g.add("MaxPool", [x], "pool3", kernel_shape=[2, 2], strides=[3, 3], pads=[1] * 4,
              ceil_mode=1)
    x = g.add("GlobalAveragePool", [x], "mean")
    x = g.add("Flatten", [x], "flat")
    g.add("Gemm", [x, g.weights("fc.weight", 3, 12), g.weights("fc.bias", 3)], "logits", transB=1)
    g.write("covering", ["N", 1, 32, 32], "logits")
    return "logits", False


def decomposed():
    """As Keras 3 writes it: one channel moved by Reshape, batch normalisation after ReLU as a product
    and a sum, more padding behind than before, rows computed from shapes."""
    g = Graph()
    x = g.add("Reshape", ["image", g.tensor("planes", np.array([-1, 1, 32, 32]))], "first")
    x = g.add("Conv", [x, g.weights("conv", 6, 1, 3, 3)], "product", pads=[1] * 4)
    x = g.add("Relu", [x], "relu")
    x = g.add("Mul", [x, g.weights("gamma", 1, 6, 1, 1)], "mul")
    x = g.add("Add", [g.weights("beta", 1, 6, 1, 1), x], "add")
    x = g.add("MaxPool", [x], "pool", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
    x = g.add("Sub", [x, g.weights("mean", 6, 1, 1)], "sub")
    x = g.add("Div", [x, g.tensor("deviation", np.array([2], "f4"))], "div")
    last = g.add("Transpose", [x], "last", perm=[0, 2, 3, 1])
    last = g.add("Mul", [last, g.weights("last_gamma", 6)], "last_mul")
    size = g.add("Shape", [last], "size")
    rows = g.add("Slice", [size, g.tensor("begin", np.array([0])), g.tensor("end", np.array([1]))],
                 "rows")
    target = g.add("Concat", [rows, g.tensor("width", np.array([1536]))], "target", axis=0)
    x = g.add("Reshape", [last, target], "flat")
    x = g.add("MatMul", [x, g.weights("dense", 1536, 5)], "hidden")
    x = g.add("Relu", [x], "hidden_relu")
    x = g.add("Mul", [x, g.weights("row_gamma", 1, 5)], "row_mul")
    x = g.add("Add", [x, g.tensor("row_beta", np.array([1, -2, 3, 0, 1], "f4"))], "row_add")
    g.add("MatMul", [x, g.weights("logits/kernel", 5, 3)], "logits")
    g.write("decomposed", ["N", 32, 32, 1], "logits")
    return "logits", True


images = np.array([[[(7 * y + 3 * x + 50 * n) % 256 for x in range(32)] for y in range(32)]
                   for n in range(2)], "f4")
results = {}
for make in [pytorch, keras, cntk, preactivated, covering, decomposed]:
    output, is_last = make()
    path = folder / f"onnx_{make.__name__}.onnx"
    model = onnx.load(path)
    if output not in [o.name for o in model.graph.output]:
        model.graph.output.append(
            helper.make_tensor_value_info(output, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    results[make.__name__] = [
        session.run([output], {"image": i[None, :, :, None] if is_last else np.repeat(
            i[None, None], model.graph.input[0].type.tensor_type.shape.dim[1].dim_value, 1)})[0][0]
        .astype(float).round(6).tolist() for i in images]
(folder / "onnx_files.json").write_text(json.dumps(results) + "\n")
print(results)
