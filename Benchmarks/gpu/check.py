"""Mien on a GPU: its loss curve held against the processor's, and its speed beside PyTorch's.

    make gpu-check                      builds with CUDA, then runs this
    python3 check.py --mien MIEN [--python PYTHON] [--steps 200] [--out FILE.json]
    python3 check.py --mien MIEN --device cpu --quick --out FILE.json     every row, without a GPU

Both curves begin with equal weights and see equal batches of drawn faces, in float32. A third run is
in bfloat16 on the GPU, for its speed. With two GPUs, two processes train over NCCL, and their curve is
held against that of two processes on the processor. The rows of speed.py follow: ResNet-18, ResNet-50 and VGG-16 in
training, scoring and Grad-CAM, beside PyTorch eager and compiled, in turn on the card. Heat maps of
Mien are of the processor alone: on a card their rows have PyTorch only. Writes
Benchmarks/results/DATE-gpu.json and a table of the same name. Exit 1 without a GPU, where the
curves part, or where a row of Mien fails. PYTHON has torch and torchvision; without them the rows
say so.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import socket
import statistics
import subprocess
import sys
import tempfile

import speed

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Before rounding has had time to grow: relative difference of one loss.
FIRST_STEPS, FIRST_TOLERANCE = 5, 2e-3
# Later steps follow the curve on average: difference of the means of this many losses.
WINDOW, WINDOW_TOLERANCE = 25, 0.12
WARM_UP = 20


def differences(cpu, gpu):
    """Sentences about where two loss curves part; none where they agree."""
    found = []
    if len(cpu) != len(gpu) or not cpu:
        return [f"{len(cpu)} steps on the processor, {len(gpu)} on the GPU"]
    for name, curve in (("processor", cpu), ("GPU", gpu)):
        bad = [step for step, loss in enumerate(curve, 1) if not 0 <= loss < 1e4]
        if bad:
            found.append(f"on the {name} the loss of step {bad[0]} is {curve[bad[0] - 1]}")
    if found:
        return found
    for step, (one, other) in enumerate(zip(cpu[:FIRST_STEPS], gpu), 1):
        if abs(one - other) > FIRST_TOLERANCE * max(one, 0.1):
            found.append(f"step {step}: loss {one:.5f} on the processor, {other:.5f} on the GPU")
            break
    for start in range(0, len(cpu) - WINDOW + 1, WINDOW):
        one = statistics.fmean(cpu[start:start + WINDOW])
        other = statistics.fmean(gpu[start:start + WINDOW])
        if abs(one - other) > WINDOW_TOLERANCE:
            found.append(
                f"steps {start + 1} to {start + WINDOW}: mean loss {one:.4f} on the processor, "
                f"{other:.4f} on the GPU")
            break
    if len(gpu) >= 4 * WINDOW:
        first, last = statistics.fmean(gpu[:WINDOW]), statistics.fmean(gpu[-WINDOW:])
        if last >= first:
            found.append(f"the GPU learns nothing: mean loss {first:.4f} at first, {last:.4f} last")
    return found


def images_per_second(events):
    """The median over the steps after a warm-up."""
    timed = events[WARM_UP:] or events
    return statistics.median(event["images"] / event["seconds"] for event in timed)


def steps(folder):
    """The step events of a run, in order."""
    lines = (folder / "events.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    return [event for event in events if "loss" in event]


def gpus():
    """Name, driver and memory of each GPU."""
    query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return answer.stdout.strip().splitlines() if answer.returncode == 0 else []


def places(count):
    """The environment of each of so many processes, as torchrun would set it."""
    if count == 1:
        return [None]
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    return [
        os.environ | {
            "RANK": str(rank), "WORLD_SIZE": str(count), "LOCAL_RANK": str(rank),
            "LOCAL_WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        for rank in range(count)]


def train(mien, folder, device, precision, count, processes=1):
    """The steps of a run; RuntimeError where one of its processes fails."""
    batch = 64
    faces = batch * max(count // 2, 2) * 10 // 9 + 10
    command = [
        mien, "train", "--data", f"synthetic:seed=1,train={faces},valid=0,test=0", "--labels",
        "fer2013", "--recipe", "paper", "--init", "scratch", "--seed", "1", "--image-size", "64",
        "--batch-size", str(batch), "--validation-split", "0.1", "--epochs", "4", "--max-steps",
        str(count), "--precision", precision, "--device", device, "--no-report", "--out",
        str(folder)]
    print("+ " + " ".join(command), file=sys.stderr, flush=True)
    started = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, env=place)
        for place in places(processes)]
    codes = [process.wait() for process in started]
    if any(codes):
        raise RuntimeError(f"exit codes {codes}")
    return steps(folder)


def processor():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    return f"{len(names)} x {names[0]}" if names else platform.processor()


def curves(options, devices, folder):
    """The step events of each run; RuntimeError where one fails."""
    runs = {}
    for name, kind, precision, processes in devices:
        try:
            runs[name] = train(
                options.mien, folder / f"curve-{name.replace(' ', '-')}", kind, precision,
                options.steps, processes)
        except (RuntimeError, OSError) as error:
            raise RuntimeError(f"the run {name} failed: {error}") from error
    return runs


def devices(options, count):
    """Name, device, precision and processes of the runs whose curves are compared."""
    # A processor as a stand-in for the card goes through all that a GPU does.
    kind = options.device
    runs = [("gpu", kind, "float32", 1), ("cpu", "cpu", "float32", 1)]
    if kind == "cuda":
        runs.insert(1, ("gpu bfloat16", kind, "bfloat16", 1))
    if count >= 2:
        runs += [("gpu, two", kind, "float32", 2), ("cpu, two", "cpu", "float32", 2)]
    return runs


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mien", default=str(ROOT / ".build/release/mien"))
    parser.add_argument("--python", default=sys.executable, help="with torch and torchvision")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    parser.add_argument("--quick", action="store_true", help="small images and few steps")
    parser.add_argument("--rounds", type=int, help="of each row (default: 3, quick 1)")
    parser.add_argument("--networks", default=",".join(speed.NETWORKS))
    parser.add_argument("--steps", type=int, help="of the curves (default: 200, quick 6)")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--only-look", action="store_true", help="only look for a GPU")
    options = parser.parse_args(arguments)
    networks = options.networks.split(",")
    unknown = [name for name in networks if name not in speed.NETWORKS]
    if unknown:
        parser.error(f"--networks: {unknown[0]} is none of {', '.join(speed.NETWORKS)}")
    if options.device == "cpu" and options.out is None and not options.only_look:
        parser.error("--device cpu needs --out: a table of a processor is no result of a GPU")
    options.steps = options.steps or (6 if options.quick else 200)
    # Two processes share the processor, but no GPU.
    cards = gpus() if options.device == "cuda" else ["none: a processor in its place"] * 2
    if not cards:
        print("gpu-check: there is no GPU here (nvidia-smi finds none); nothing was checked.",
              file=sys.stderr)
        return 1
    if options.only_look:
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        try:
            runs = curves(options, devices(options, len(cards)), folder)
        except RuntimeError as error:
            print(f"gpu-check: {error}", file=sys.stderr)
            return 1
        rows = speed.measure(
            speed.Settings(
                mien=options.mien, python=options.python, device=options.device,
                precision=options.precision, quick=options.quick, work=folder,
                rounds=options.rounds or (1 if options.quick else 3)), networks)
    losses = {name: [event["loss"] for event in events] for name, events in runs.items()}
    found = differences(losses["cpu"], losses["gpu"])
    if "gpu, two" in losses:
        found += [
            f"two processes: {sentence}"
            for sentence in differences(losses["cpu, two"], losses["gpu, two"])]
    version = subprocess.run([options.mien, "--version"], capture_output=True, text=True)
    today = datetime.date.today().isoformat()
    result = {
        "date": today, "mien": version.stdout.strip(), "gpu": cards[0], "gpus": len(cards) if options.device == "cuda" else 0,
        "processor": processor(), "device": options.device, "quick": options.quick,
        "images_per_second": {
            name: round(images_per_second(events), 1) for name, events in runs.items()},
        "agrees": not found, "differences": found, "losses": losses, "rows": rows}
    out = options.out or ROOT / "Benchmarks/results" / f"{today}-gpu.json"
    out.write_text(json.dumps(result, indent=1) + "\n")
    out.with_suffix(".md").write_text(
        f"Mien {result['mien']}, {cards[0]}, {today}, {options.precision}, maps float32. Median of "
        f"{len(rows[0]['rates'].get('mien', []))} rounds, and the ends.\n\n" + speed.table(rows))
    for name, rate in result["images_per_second"].items():
        print(f"{name}: {rate} images/s")
    print(speed.table(rows), end="")
    for row in rows:
        for name, error in row["errors"].items():
            if name == "mien":
                found.append(f"{row['network']}, {row['work']}: {error}")
            print(f"{row['network']}, {row['work']}, {name}: {error}", file=sys.stderr)
    for sentence in found:
        print(f"gpu-check: {sentence}", file=sys.stderr)
    print(f"written to {out}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
