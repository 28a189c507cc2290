"""Texts of the files that earlier versions wrote, for EarlierFormatsTests.

    python make_formats.py RUN

RUN is the folder of a run by the program before recipes had a grouping (commit 0ad38dc), of
`mien train --data synthetic:seed=5,train=64,valid=8,test=16 --labels fer2013 --image-size 32
--batch-size 16 --threads 1 --epochs 2 --no-report --average-decay 0.9`. Its recipe.json is
kept as it is; those of earlier commits are made of it, as their fields were. The cards are those
of the released weights at the commits that their names give.
"""
import copy, glob, json, os, struct, subprocess, sys

here = os.path.dirname(os.path.abspath(__file__))
folder = os.path.join(here, "Formats")
os.makedirs(folder, exist_ok=True)


def header(data):
    count = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + count])


def write(name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text if text.endswith("\n") else text + "\n")


def recipe(name, value):
    write(f"recipe-{name}.json", json.dumps(value, indent=2, sort_keys=True))


run = sys.argv[1]
start = json.load(open(os.path.join(run, "recipe.json")))
recipe("e63dce0", start)
cycle = {"epochs": 1, "imageSize": 64, "learningRate": 0.0005}
teachers = copy.deepcopy(start)
teachers["recipe"]["teachers"] = ["other.safetensors"]
teachers["recipe"]["furtherCycles"] = [dict(cycle, ownAnswers=0.5)]
recipe("22b9ea8", teachers)
second = copy.deepcopy(start)
second["recipe"]["secondCycle"] = cycle
recipe("f92a2a5", second)
frozen = copy.deepcopy(start)
frozen["recipe"] |= {"freezeEpochs": 1, "freeze": ["stem"], "initialWeights": "released"}
frozen["recipe"]["smallerFirst"] = {"epochs": 1, "imageSize": 32}
recipe("4a3c309", frozen)
shifted = copy.deepcopy(start)
del shifted["recipe"]["augmentation"]["mixing"]
recipe("8f229d0", shifted)
first = copy.deepcopy(shifted)
for field in ["shift", "brightness", "contrast", "erasingProbability"]:
    del first["recipe"]["augmentation"][field]
recipe("d9b8774", first)

checkpoint = sorted(glob.glob(os.path.join(run, "checkpoints", "*.safetensors")))[-1]
tensors = header(open(checkpoint, "rb").read(1 << 20))
write("progress-e63dce0.json", tensors.pop("__metadata__")["mien.progress"])
write("checkpoint-e63dce0.txt", "\n".join(
    f"{name} {'x'.join(map(str, tensors[name]['shape']))}" for name in sorted(tensors)))

for commit in ["ee37232", "42def27", "73bf9a8", "c0f4700", "3194eca"]:
    data = subprocess.run(
        ["git", "show", f"{commit}:Models/mien-resnet18.safetensors"], cwd=here,
        stdout=subprocess.PIPE, check=True).stdout
    write(f"card-{commit}.json", header(data)["__metadata__"]["mien.card"])
