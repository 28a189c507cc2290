"""Mien and its peers in turns (A B A B) in one run, and the ceilings of the machine.

    make bench [ROWS=train,infer,latency,architectures,start,explain] [QUICK=1] [DATA=folder] [ROUNDS=3]

Writes Benchmarks/results/DATE-machine.json and .md. A peer that is not installed, or fails, is
named as not measured. Standard library only; the peers need what requirements.txt lists.
"""

import argparse
import array
import datetime
import json
import os
import pathlib
import random
import shlex
import struct
import subprocess
import sys
import tempfile
import zlib

import machine
import measure
import report
import rows

ROOT = pathlib.Path(__file__).resolve().parents[2]
NATIVE = pathlib.Path(__file__).resolve().parent / "native"


def note(text):
    print(text, file=sys.stderr, flush=True)


def write_face(path):
    """A grey PNG of 48 x 48 pixels."""
    def chunk(kind, body):
        return (struct.pack(">I", len(body)) + kind + body
                + struct.pack(">I", zlib.crc32(kind + body)))
    lines = b"".join(
        b"\0" + bytes((3 * x + 2 * y) % 256 for x in range(48)) for y in range(48))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 48, 48, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def native(settings, name):
    """The command that builds a start-up program against the library in the peer's wheel."""
    find = "import importlib.util as u, sys; print(u.find_spec(sys.argv[1]).submodule_search_locations[0])"
    wheel = pathlib.Path(machine.output(settings.python, "-c", find, name).strip() or "none")
    folder = wheel / {"openvino": "libs", "onnxruntime": "capi"}[name]
    library = next(iter(sorted(folder.glob({"openvino": "libopenvino_c.so*",
                                            "onnxruntime": "libonnxruntime.so.*"}[name]))), "none")
    # The wheel's file has another name than programs look for.
    place = settings.work / "libonnxruntime.so.1"
    if name == "onnxruntime" and not place.exists():
        place.symlink_to(library)
    return ["cc", "-O2", f"-I{wheel}/include", str(NATIVE / f"{name}_start.c"), str(library), "-lm",
            f"-Wl,-rpath,{folder}:{settings.work}", "-Wl,--allow-shlib-undefined", "-o", settings.native(name)]


def prepare(settings):
    """A model, its int8 form, its ONNX form, and a face. Returns what there is, by name."""
    write_face(pathlib.Path(settings.face))
    synthetic = "synthetic:seed=1,train=100,valid=0,test=0"
    there = {"mien benchmark infer", "int8 model", "onnx model", "grey onnx model",
             "openvino int8 model", "native openvino", "native onnxruntime"}

    def attempt(what, command):
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            there.discard(what)
            said = getattr(error, "stderr", None) or str(error)
            note(f"{what}: {said.strip().splitlines()[-1]}")

    subprocess.run(
        [settings.mien, "train", "--data", synthetic, "--labels", "fer2013", "--image-size",
         str(settings.image_size), "--batch-size", "40", "--max-steps", "1", "--no-report",
         "--out", str(settings.work / "run")], check=True, capture_output=True)
    if "infer" not in machine.output(settings.mien, "help", "benchmark"):
        there.discard("mien benchmark infer")
    attempt("int8 model", [settings.mien, "quantize", "--model", settings.model, "--data",
                           synthetic, "--out", settings.integer_model])
    attempt("onnx model", [settings.python, str(rows.PEERS / "export.py"), settings.model,
                           settings.onnx])
    attempt("grey onnx model", [settings.mien, "export", settings.model, "--onnx",
                                settings.grey_onnx, "--grey"])
    attempt("openvino int8 model", [
        settings.python, str(rows.PEERS / "quantize.py"), settings.grey_onnx, "1",
        str(settings.image_size), settings.grey_integers])
    pathlib.Path(settings.planes).write_bytes(
        array.array("f", [0.1] * settings.image_size ** 2).tobytes())
    for name in ["openvino", "onnxruntime"]:
        attempt(f"native {name}", native(settings, name))
    program = "import importlib.util as u, sys\n" \
              "print(*[n for n in sys.argv[1:] if u.find_spec(n)])"
    modules = ["torch", "torchvision", "onnxruntime", "openvino", "pytorch_grad_cam", "numpy"]
    return there | set(machine.output(settings.python, "-c", program, *modules).split())


def in_turns(name, group, rounds, generator, there, missing):
    """Runs the contenders of a group in turns: [contender][round], `None` where one failed."""
    for contender, what in list(group.contenders.items()):
        lacking = [need for need in what.needs if need not in there]
        if lacking:
            missing.append(f"{name}, {contender}: there is no {', no '.join(lacking)}")
            del group.contenders[contender]
    results = {contender: [] for contender in group.contenders}
    for number in range(rounds * group.rounds_factor):
        order = list(group.contenders)
        generator.shuffle(order)
        for contender in order:
            what = group.contenders[contender]
            try:
                values = rows.derived(measure.run(
                    what.command, what.environment, what.answers))
            except measure.Failed as error:
                if not any(entry.startswith(f"{name}, {contender}:") for entry in missing):
                    missing.append(f"{name}, {contender}: {error}")
                values = None
            results[contender].append(values)
            shown = "failed" if values is None else ", ".join(
                f"{key} {values[key]:.4g}" for key in ["images_per_s", "wall_s"] if key in values)
            note(f"{name} {number + 1}: {contender}: {shown}")
    return results


def shown(command, settings):
    """A command as it may be printed: without places of this machine."""
    text = shlex.join(map(str, command))
    for place, name in [(settings.mien, "mien"), (settings.python, "python"),
                        (str(settings.work), "WORK"), (settings.data, "DATA"),
                        (settings.votes or "", "VOTES"), (str(ROOT), ".")]:
        text = text.replace(place, name) if place.startswith("/") else text
    return text


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mien", default=str(ROOT / ".build/release/mien"))
    parser.add_argument("--python", default=sys.executable, help="the one that has the peers")
    parser.add_argument("--rows", default=",".join(rows.GROUPS), help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", default="synthetic:seed=1,train=2000,valid=0,test=0",
                        help="for steps on data; default: %(default)s")
    parser.add_argument("--votes")
    parser.add_argument("--threads", type=int, default=machine.processor()["physical_cores"])
    parser.add_argument("--whole-epoch", action="store_true", help="time all steps on data")
    parser.add_argument("--quick", action="store_true", help="small images: shows that all works")
    parser.add_argument("--seed", type=int, default=1, help="of the order within a round")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "Benchmarks/results")
    chosen = parser.parse_args()
    chosen.rows = chosen.rows.split(",")
    for name in chosen.rows:
        if name not in rows.GROUPS:
            parser.error(f"--rows: found {name}, expected some of {', '.join(rows.GROUPS)}")
    if chosen.rounds < 1 or chosen.threads < 1:
        parser.error("--rounds and --threads are at least 1")
    return chosen


def main():
    chosen = options()
    generator = random.Random(chosen.seed)
    load = os.getloadavg()[0]
    measured, commands, table, missing, copy_rate = {}, {}, [], [], None
    with tempfile.TemporaryDirectory() as folder:
        settings = rows.Settings(
            mien=chosen.mien, python=chosen.python, work=pathlib.Path(folder), data=chosen.data,
            votes=chosen.votes, threads=chosen.threads, quick=chosen.quick,
            precision="bfloat16" if machine.has_bfloat16() else "float32",
            whole_epoch=chosen.whole_epoch)
        there = prepare(settings)
        if "numpy" in there:
            command = [settings.python, str(rows.PEERS / "copy_rate.py"), str(settings.threads)]
            copy_rate = measure.run(command)["bytes_per_s"]
        for name in chosen.rows:
            group = rows.GROUPS[name](settings)
            measured[name] = in_turns(
                name, group, chosen.rounds, generator, there, missing)
            commands[name] = {
                contender: shown(what.command, settings)
                for contender, what in group.contenders.items() if not what.environment}
            evaluated = [report.evaluate(row, measured[name]) for row in group.rows]
            table += [row for row in evaluated if row]
    date = datetime.date.today().isoformat()
    result = {
        "date": date, "machine": machine.describe(),
        "versions": machine.versions(chosen.mien, chosen.python, ROOT),
        "settings": {
            "threads": settings.threads, "precision": settings.precision, "quick": chosen.quick,
            "image_size": settings.image_size, "rounds": chosen.rounds, "seed": chosen.seed,
            "data": pathlib.Path(chosen.data).name, "whole_epoch": chosen.whole_epoch},
        "load_before": load, "load_after": os.getloadavg()[0], "rows": table,
        "missing": missing, "copy_bytes_per_s": copy_rate,
        "ceilings": report.ceilings(measured, copy_rate), "commands": commands,
        "rounds": measured,
    }
    page = report.markdown(result)
    chosen.out.mkdir(parents=True, exist_ok=True)
    name = f"{date}-{machine.slug()}" + ("-quick" if chosen.quick else "")
    for suffix, text in [(".json", json.dumps(result, indent=1) + "\n"), (".md", page)]:
        partial = chosen.out / (name + suffix + ".new")
        partial.write_text(text)
        partial.replace(chosen.out / (name + suffix))
    print(page)


if __name__ == "__main__":
    main()
