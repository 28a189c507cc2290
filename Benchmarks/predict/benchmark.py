"""Photos a second, first result and peak memory of `mien predict` and of python_script.py on the
same photos, in turns (A B A B), from process start to process end.

    python benchmark.py --data fer2013.csv.gz --mien MIEN --model MODEL --detector centerface.onnx
        [--rounds 2] [--photos 12 24 48] [--reduce] [--precision auto]

The photos, JPEGs of 12, 3 and 0.3 megapixels with three PublicTest faces each, are made first.
Both use all cores; the script float32, Mien what it takes by itself (bfloat16 where the processor
multiplies it) or --precision. --reduce lets the script look at big photos in a half, as Mien does.
Needs what python_script.py needs, and Pillow.
"""

import argparse
import gzip
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image

SIZES = {"12 MP": (4000, 3000), "3 MP": (2000, 1500), "0.3 MP": (640, 480)}


def make(folder, faces, count, width, height):
    random = np.random.default_rng(1)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    for number in range(count):
        level = 110 + 60 * np.sin(columns / width * 5 + number) + 40 * np.cos(rows / height * 3)
        level += random.normal(0, 6, (height, width))
        picture = Image.fromarray(
            np.clip(level[..., None] * np.array([0.9, 1, 1.1]), 0, 255).astype(np.uint8))
        for place in range(3):
            side = int(min(width / 3.4, height * 0.6) * random.uniform(0.5, 0.95))
            face = Image.fromarray(faces[(3 * number + place) % len(faces)])
            x = int(width * place / 3 + random.uniform(0, width / 3 - side))
            picture.paste(face.resize((side, side), Image.BICUBIC),
                          (x, int(random.uniform(0, height - side))))
        picture.save(f"{folder}/{number:04}.jpg", quality=92)


def measure(command, environment):
    """Seconds to the end, seconds to the first line, peak memory in MB, lines."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               env=environment)
    lines, first = 0, None
    for _ in process.stdout:
        first = first or time.monotonic() - start
        lines += 1
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0 or first is None:
        raise SystemExit(f"{command[0]} failed with status {status}")
    return time.monotonic() - start, first, usage.ru_maxrss / 1024, lines


def main():
    parser = argparse.ArgumentParser()
    for name in ["--data", "--mien", "--model", "--detector"]:
        parser.add_argument(name, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--photos", type=int, nargs=3, default=[12, 24, 48])
    parser.add_argument("--reduce", action="store_true")
    parser.add_argument("--precision", default="auto", choices=["auto", "float32", "bfloat16"])
    options = parser.parse_args()
    faces = []
    with gzip.open(options.data, "rt") as lines:
        for line in lines:
            if "PublicTest" in line:
                faces.append(np.array(line.split(",")[1].split(), np.uint8).reshape(48, 48))
    environment = dict(os.environ, MIEN_FACE_MODEL=options.detector)
    script = pathlib.Path(__file__).with_name("python_script.py")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    for (name, size), count in zip(SIZES.items(), options.photos):
        with tempfile.TemporaryDirectory() as folder:
            # Elsewhere: a child's peak counts what its parent held when it was started.
            maker = multiprocessing.Process(target=make, args=(folder, faces, count, *size))
            maker.start()
            maker.join()
            commands = {
                "mien": [options.mien, "predict", "--json", "--precision", options.precision,
                         "--score-low-quality", "--model", options.model, folder],
                "python": [sys.executable, str(script), options.model, options.detector, folder]
                + (["--reduce"] if options.reduce else []),
            }
            runs = {"mien": [], "python": []}
            for _ in range(options.rounds):
                for who, command in commands.items():
                    runs[who].append(measure(command, environment))
            middle = {
                who: [statistics.median(run[i] for run in values) for i in range(3)]
                for who, values in runs.items()
            }
            for who, (seconds, first, memory) in middle.items():
                spread = ", ".join(f"{count / run[0]:.2f}" for run in runs[who])
                print(f"{name} {who}: {count / seconds:.2f} photos/s ({spread}), first result"
                      f" {first:.2f} s, peak {memory:.0f} MB")
            a, b = middle["mien"], middle["python"]
            print(f"{name} ratios: {b[0] / a[0]:.2f}x photos/s, {b[1] / a[1]:.2f}x sooner,"
                  f" {a[2] / b[2]:.2f} of its memory", flush=True)


if __name__ == "__main__":
    main()
