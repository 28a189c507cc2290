"""One process with two threads against two processes with one thread each, on the same batches.

    python3 processes.py --mien MIEN [--rounds 5] [--steps 20] [--image-size 96] [--batch-size 100]
        [--out FILE.csv]

ResNet-18 on drawn faces; the ways run in turns. Images a second are the batch over the median
time of a step, without the first three. Rows of more processes are a model and say so: the
measured step of one process with its part of the batch, and a ring's 2 (n - 1) / n of the
gradients at a bandwidth. Standard library only.
"""

import argparse
import csv
import json
import os
import pathlib
import socket
import statistics
import subprocess
import tempfile

PARAMETERS = 11_177_538  # of ResNet-18 with two outputs
WARM_UP = 3


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def train(options, processes, threads, batch):
    """Seconds of each step after the first ones."""
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder) / "run"
        command = [
            options.mien, "train", "--data",
            f"synthetic:seed=1,train={batch * (options.steps + WARM_UP) * 5 // 4 + 50},valid=0,test=0",
            "--labels", "fer2013", "--image-size", str(options.image_size), "--batch-size", str(batch),
            "--threads", str(threads), "--max-steps", str(options.steps + WARM_UP), "--no-report",
            "--checkpoint-every", "100000", "--out", str(run)]
        port = str(free_port())
        started = []
        for rank in range(processes):
            environment = dict(os.environ)
            if processes > 1:
                environment |= {
                    "RANK": str(rank), "WORLD_SIZE": str(processes), "LOCAL_RANK": str(rank),
                    "LOCAL_WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1",
                    "MASTER_PORT": port}
            started.append(subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        for process in started:
            errors = process.communicate()[1]
            if process.returncode:
                raise SystemExit(errors.decode())
        steps = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
        return [step["seconds"] for step in steps if "seconds" in step][WARM_UP:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mien", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--image-size", type=int, default=96)
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--out")
    options = parser.parse_args()
    batch = options.batch_size
    ways = {
        "1 process, 2 threads": (1, 2, batch),
        "2 processes, 1 thread each": (2, 1, batch),
        "1 process, 1 thread, half a batch": (1, 1, batch // 2),
    }
    medians = {way: [] for way in ways}
    for number in range(options.rounds):
        for way, (processes, threads, size) in ways.items():
            seconds = statistics.median(train(options, processes, threads, size))
            medians[way].append(seconds)
            print(f"round {number + 1}: {way}: {seconds:.3f} s a step", flush=True)
    first, second, half = (medians[way] for way in ways)
    efficiency = [one / two for one, two in zip(first, second)]
    rows = []
    for way, (_, _, size) in ways.items():
        speeds = [size / seconds for seconds in medians[way]]
        rows.append([
            way, "measured", options.rounds, f"{statistics.median(speeds):.2f}",
            f"{min(speeds):.2f}", f"{max(speeds):.2f}",
            f"{statistics.median(efficiency):.3f}" if way.startswith("2") else ""])
    step = statistics.median(half)
    for gigabits in (1, 10, 25):
        for count in (2, 4, 8, 16):
            exchange = 2 * (count - 1) / count * 4 * PARAMETERS / (gigabits * 1.25e8)
            speed = count * (batch // 2) / (step + exchange)
            rows.append([
                f"{count} hosts, 1 thread and {batch // 2} images each, {gigabits} Gbit/s", "model",
                "", f"{speed:.2f}", "", "", f"{step / (step + exchange):.3f}"])
    header = ["way", "kind", "rounds", "images_per_second", "smallest", "largest", "efficiency"]
    for row in [header] + rows:
        print(",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in row))
    if options.out:
        with open(options.out, "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header] + rows)


if __name__ == "__main__":
    main()
