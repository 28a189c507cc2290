"""What is measured: groups of contenders that run in turns, and the rows made of them."""

import dataclasses
import pathlib

PEERS = pathlib.Path(__file__).parent / "peers"
TRACED = {"ONEDNN_VERBOSE": "1", "ONEDNN_VERBOSE_TIMESTAMP": "1"}


@dataclasses.dataclass
class Settings:
    mien: str
    python: str
    work: pathlib.Path
    data: str
    votes: str | None
    threads: int
    precision: str
    quick: bool
    whole_epoch: bool

    @property
    def model(self):
        return str(self.work / "run/model.safetensors")

    @property
    def integer_model(self):
        return str(self.work / "int8.safetensors")

    @property
    def onnx(self):
        return str(self.work / "model.onnx")

    @property
    def grey_onnx(self):
        return str(self.work / "grey.onnx")

    @property
    def grey_integers(self):
        return str(self.work / "grey-int8.xml")

    @property
    def planes(self):
        return str(self.work / "planes.f32")

    def native(self, name):
        return str(self.work / name)

    @property
    def face(self):
        return str(self.work / "face.png")

    @property
    def image_size(self):
        return 64 if self.quick else 224

    @property
    def training_batch(self):
        return 16 if self.quick else 100

    @property
    def inference_batch(self):
        return 8 if self.quick else 64


@dataclasses.dataclass
class Contender:
    command: list
    needs: tuple = ()
    environment: dict | None = None
    answers: bool = True


@dataclasses.dataclass
class Row:
    """`ours` against `theirs`: a ratio above 1 is better, but for memory."""
    title: str
    ours: str
    theirs: str
    target: float | None
    key: str = "images_per_s"
    unit: str = "images/s"
    ceiling: str | None = None


@dataclasses.dataclass
class Group:
    contenders: dict
    rows: list
    rounds_factor: int = 1


def peer(settings, script, *arguments, needs=(), environment=None):
    return Contender([settings.python, str(PEERS / script), *map(str, arguments)],
                     needs, environment)


def train(settings):
    steps = ["--steps", "2" if settings.quick else "3", "--warm-up", "1", "--threads",
             str(settings.threads), "--batch", str(settings.training_batch),
             "--image-size", str(settings.image_size)]
    halved = ["--precision", settings.precision]
    mien = [settings.mien, "benchmark", "train", "--json", *steps, *halved]
    data = ["--data", settings.data] + (["--votes", settings.votes] if settings.votes else [])
    if settings.whole_epoch:
        data.append("--epoch")
    contenders = {
        "mien": Contender(mien),
        "mien on data": Contender(mien + data),
        "pytorch tuned": peer(settings, "train.py", "tuned", *steps, *halved, needs=("torch",)),
        "pytorch default": peer(settings, "train.py", "default", *steps, needs=("torch",)),
        "convolutions of pytorch tuned": peer(
            settings, "train.py", "tuned", *steps, *halved, needs=("torch",), environment=TRACED),
        "convolutions of mien": Contender(mien, environment=TRACED),
    }
    what = f"training step, batch {settings.training_batch}, {settings.precision}"
    floor = "convolutions of pytorch tuned"
    epoch = "whole epoch" if settings.whole_epoch else "steps"
    rows = [
        Row(what, "mien", "pytorch tuned", 1.25, ceiling=floor),
        Row(what, "mien", "pytorch default", 3.7, ceiling=floor),
        Row(what, "mien", floor, 0.9, ceiling=floor),
        Row(f"{epoch} of data, reading in and augmentation included", "mien on data", "mien", 0.98,
            key="epoch_images_per_s", ceiling=floor),
        Row("peak memory in training", "mien", "pytorch tuned", 0.8, key="peak_bytes", unit="MB"),
    ]
    return Group(contenders, rows)


def infer(settings, batch, targets):
    size = ["--batch", str(batch), "--threads", str(settings.threads)]
    network = ["--image-size", str(settings.image_size)]
    runs = ["--repetitions", str((5 if settings.quick else 40) if batch == 1 else 5)]
    halved = ["--precision", settings.precision]
    mien = [settings.mien, "benchmark", "infer", "--json", *size, *network, *runs]
    ours = [*mien, "--model", settings.model, *halved]
    integer = [*mien, "--model", settings.integer_model]
    theirs = [*size, *network, *runs]
    whole = [*theirs, "--graph", settings.onnx]
    grey = [*theirs, "--planes", "1", "--graph"]
    command = ("mien benchmark infer",)
    contenders = {
        "mien": Contender(ours, command),
        "mien int8": Contender(integer, (*command, "int8 model")),
        "openvino, grey-folded": peer(
            settings, "infer.py", "openvino", *grey, settings.grey_onnx, *halved,
            needs=("openvino", "grey onnx model")),
        "openvino int8, grey-folded": peer(
            settings, "infer.py", "openvino", *grey, settings.grey_integers, *halved,
            needs=("openvino", "openvino int8 model")),
        "openvino": peer(settings, "infer.py", "openvino", *whole, *halved,
                         needs=("openvino", "onnx model")),
        "onnxruntime": peer(settings, "infer.py", "onnxruntime", *whole,
                            needs=("onnxruntime", "onnx model")),
        "pytorch": peer(settings, "infer.py", "pytorch", *theirs, "--model", settings.model,
                        *halved, needs=("torch",)),
        "convolutions of mien": Contender(ours, command, TRACED),
        "convolutions of mien int8": Contender(integer, (*command, "int8 model"), TRACED),
    }
    half, whole = (f"inference, batch {batch}, {kind}" for kind in [settings.precision, "int8"])
    rows = [
        Row(half, "mien", "openvino, grey-folded", targets[0], ceiling="convolutions of mien"),
        Row(whole, "mien int8", "openvino int8, grey-folded", targets[1],
            ceiling="convolutions of mien int8"),
        Row(half, "mien", "openvino", None, ceiling="convolutions of mien"),
        Row(half, "mien", "pytorch", None, ceiling="convolutions of mien"),
        Row(half, "mien", "onnxruntime", None, ceiling="convolutions of mien"),
    ]
    return Group(contenders, rows)


# Side of the images that each is made for.
ARCHITECTURES = {"tiny": 64, "resnet50": 224, "vgg16": 224, "inception_v3": 299}


def architectures(settings):
    """Other networks with random weights: scoring at two batches, and training steps."""
    contenders, rows = {}, []
    for name, size in ARCHITECTURES.items():
        what = ["--architecture", name, "--image-size", str(size if not settings.quick else 75),
                "--threads", str(settings.threads), "--precision", settings.precision]
        for batch in (1, settings.inference_batch):
            run = [*what, "--batch", str(batch), "--repetitions",
                   str(3 if settings.quick or batch > 1 else 20)]
            title = f"{name}, {size} px, batch {batch}, {settings.precision}"
            ours, theirs, plain = (f"{who} {name} {batch}" for who in ["mien", "openvino",
                                                                     "pytorch"])
            contenders[ours] = Contender([settings.mien, "benchmark", "infer", "--json", *run],
                                         ("mien benchmark infer",))
            contenders[theirs] = peer(settings, "infer.py", "openvino", *run,
                                      needs=("openvino", "torchvision"))
            contenders[plain] = peer(settings, "infer.py", "pytorch", *run,
                                     needs=("torch", "torchvision"))
            rows += [Row(title, ours, theirs, None), Row(title, ours, plain, None)]
        run = [*what, "--batch", "16", "--steps", "2", "--warm-up", "1"]
        ours, theirs = f"mien {name} training", f"pytorch {name} training"
        contenders[ours] = Contender([settings.mien, "benchmark", "train", "--json", *run])
        contenders[theirs] = peer(settings, "train.py", "tuned", *run,
                                  needs=("torch", "torchvision"))
        rows.append(Row(f"{name}, {size} px, training step, batch 16, {settings.precision}",
                        ours, theirs, None))
    return Group(contenders, rows)


def start(settings):
    contenders = {
        "mien": Contender([settings.mien, "predict", "--json", "--whole-image", "--model",
                           settings.model, settings.face]),
        "python torch": peer(settings, "start.py", "pytorch", settings.face, settings.model,
                             needs=("torch",)),
        "python onnxruntime": peer(settings, "start.py", "onnxruntime", settings.face,
                                   settings.model, settings.onnx,
                                   needs=("onnxruntime", "onnx model")),
        "mien --help": Contender([settings.mien, "--help"], answers=False),
    }
    size = str(settings.image_size)
    for name, more in [("openvino", []), ("onnxruntime", ["images"])]:
        contenders[f"c {name}"] = Contender(
            [settings.native(name), settings.grey_onnx, settings.planes, "1", size, "2", *more],
            (f"native {name}", "grey onnx model"))
    what = "one 48 x 48 face, process start to answer"
    rows = [
        Row(what, "mien", "c onnxruntime", 1, key="wall_s", unit="s"),
        Row(what, "mien", "c openvino", 1, key="wall_s", unit="s"),
        Row("peak memory for one face", "mien", "c onnxruntime", 1, key="peak_bytes", unit="MB"),
        Row("peak memory for one face", "mien", "c openvino", 1, key="peak_bytes", unit="MB"),
        Row(what, "mien", "python torch", 5, key="wall_s", unit="s"),
        Row(what, "mien", "python onnxruntime", 1, key="wall_s", unit="s"),
        Row(what, "mien", "mien --help", None, key="wall_s", unit="s"),
    ]
    return Group(contenders, rows, rounds_factor=5)


def explain(settings):
    count = 64 if settings.quick else 256
    mien = [settings.mien, "explain", "--json", "--model", settings.model, "--layer", "layer4",
            "--data", f"synthetic:seed=1,train=0,valid=0,test={count}", "--labels", "fer2013",
            "--limit", str(count), "--batch-size", "32", "--class", "positive", "--threads",
            str(settings.threads), "--out", str(settings.work / "maps")]
    rest = ["--model", settings.model, "--threads", settings.threads, "--runs", count // 32]
    contenders = {
        "mien": Contender(mien),
        "pytorch-grad-cam": peer(settings, "gradcam.py", "library", *rest,
                                 needs=("torch", "pytorch_grad_cam")),
        "pytorch hooks": peer(settings, "gradcam.py", "hooks", *rest, needs=("torch",)),
    }
    what = "Grad-CAM, batch 32, float32"
    rows = [
        Row(what, "mien", "pytorch-grad-cam", 1.5, unit="maps/s"),
        Row(what, "mien", "pytorch hooks", None, unit="maps/s"),
    ]
    return Group(contenders, rows)


GROUPS = {
    "train": train,
    "infer": lambda settings: infer(settings, settings.inference_batch, (1.1, 1.1)),
    "latency": lambda settings: infer(settings, 1, (1.25, 1.25)),
    "architectures": architectures,
    "start": start,
    "explain": explain,
}


def derived(values):
    """Values that are computed from what a program printed."""
    values = dict(values)
    if "maps_per_s" in values:
        values["images_per_s"] = values["maps_per_s"]
    if "steps_per_epoch" in values:
        # Reading in happens once an epoch here; a longer run spreads it over more.
        step = values["batch"] / values["images_per_s"]
        step += values["reading_s"] / values["steps_per_epoch"]
        values["epoch_images_per_s"] = values["batch"] / step
    elif "images_per_s" in values:
        values["epoch_images_per_s"] = values["images_per_s"]
    return {key: value for key, value in values.items() if isinstance(value, (int, float))}
