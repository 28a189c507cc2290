"""The rows of check.py: networks in training, scoring and Grad-CAM, Mien beside PyTorch on one device."""

import dataclasses
import json
import pathlib
import statistics
import subprocess
import sys

PEER = pathlib.Path(__file__).with_name("peer.py")
WORKS = ("training", "scoring", "grad-cam")
CONTENDERS = ("mien", "pytorch eager", "pytorch compiled")
# Network: images in a step, side in pixels.
NETWORKS = {"resnet18": (256, 224), "resnet50": (128, 224), "vgg16": (64, 224)}
QUICK = (4, 64)


@dataclasses.dataclass
class Settings:
    mien: str
    python: str
    device: str
    precision: str
    quick: bool
    # For models and maps.
    work: pathlib.Path
    rounds: int = 3

    def size(self, network):
        return QUICK if self.quick else NETWORKS[network]


def precision(settings, work):
    """Mien computes maps in float32."""
    return "float32" if work == "grad-cam" else settings.precision


def command(settings, work, contender, network):
    """The command line of a contender, whose last line of output is a JSON object."""
    batch, side = settings.size(network)
    steps, warm_up = ("2", "1") if settings.quick else ("30", "10")
    device = ["--device", settings.device, "--precision", precision(settings, work)]
    if contender != "mien":
        return [settings.python, str(PEER), work, contender.split()[1], "--architecture", network,
                *device, "--batch", str(batch), "--image-size", str(side), "--steps", steps,
                "--warm-up", warm_up]
    if work == "training":
        return [settings.mien, "benchmark", "train", "--json", "--architecture", network, *device,
                "--batch", str(batch), "--image-size", str(side), "--steps", steps, "--warm-up",
                warm_up]
    if work == "scoring":
        # Layer by layer: the fused engine is one of processors.
        return [settings.mien, "benchmark", "infer", "--json", "--plain", "--architecture", network,
                *device, "--batch", str(batch), "--image-size", str(side), "--repetitions", steps]
    count = batch * (2 if settings.quick else 20)
    return [settings.mien, "explain", "--json", "--model", str(settings.work / network),
            "--data", f"synthetic:seed=1,train=0,valid=0,test={count}", "--labels", "fer2013",
            "--limit", str(count), "--batch-size", str(batch), "--class", "positive", *device[:2],
            "--out", str(settings.work / f"maps-{network}")]


def model(settings, network):
    """Trains one step: maps need a model file."""
    _, side = settings.size(network)
    run([settings.mien, "train", "--data", "synthetic:seed=1,train=40,valid=0,test=0", "--labels",
         "fer2013", "--recipe", "paper", "--architecture", network, "--init", "scratch",
         "--image-size", str(side), "--batch-size", "4", "--max-steps", "1", "--epochs", "1",
         "--device", settings.device, "--precision", settings.precision, "--no-report", "--out",
         str(settings.work / network)])


def run(line):
    """Standard output of a command; RuntimeError with the end of what it said where it fails."""
    print("+ " + " ".join(line), file=sys.stderr, flush=True)
    try:
        result = subprocess.run(line, capture_output=True, text=True, timeout=1800)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeError(str(error)) from error
    if result.returncode:
        said = result.stderr.strip().splitlines() or ["no message"]
        raise RuntimeError(f"exit code {result.returncode}: {said[-1][:300]}")
    return result.stdout


def rate(output):
    """Images per second of a JSON object, which may be preceded by lines of text."""
    value = json.loads(output[output.index("{"):])
    return float(value["images_per_s"] if "images_per_s" in value else value["maps_per_s"])


def measure(settings, networks=NETWORKS):
    """One row for each network and work; a contender that fails has an error instead of rates."""
    rows = []
    for network in networks:
        batch, side = settings.size(network)
        for work in WORKS:
            rows.append({
                "network": network, "work": work, "batch": batch, "side": side,
                "precision": precision(settings, work), "rates": {}, "errors": {}})
            if work == "grad-cam":
                try:
                    model(settings, network)
                except RuntimeError as error:
                    rows[-1]["errors"]["mien"] = str(error)
            for _ in range(settings.rounds):
                # In turn, so that a card that grows warm slows all of them.
                for contender in CONTENDERS:
                    if contender in rows[-1]["errors"]:
                        continue
                    try:
                        found = rate(run(command(settings, work, contender, network)))
                        rows[-1]["rates"].setdefault(contender, []).append(found)
                    except (RuntimeError, ValueError, KeyError) as error:
                        rows[-1]["errors"][contender] = str(error)
    return rows


def text(rates):
    """The median and the ends."""
    if not rates:
        return "failed"
    return f"{statistics.median(rates):.1f} ({min(rates):.1f} to {max(rates):.1f})"


def table(rows):
    """Markdown."""
    lines = ["| network, work, batch, side | " + " | ".join(f"{name}, images/s" for name in CONTENDERS)
             + " | Mien over the faster |",
             "| --- " * (len(CONTENDERS) + 2) + "|"]
    for row in rows:
        rates = {name: row["rates"].get(name, []) for name in CONTENDERS}
        peers = [statistics.median(rates[name]) for name in CONTENDERS[1:] if rates[name]]
        ratio = f"{statistics.median(rates['mien']) / max(peers):.2f}" \
            if rates["mien"] and peers else "none"
        lines.append(
            f"| {row['network']}, {row['work']}, {row['batch']}, {row['side']} px | "
            + " | ".join(text(rates[name]) for name in CONTENDERS) + f" | {ratio} |")
    return "\n".join(lines) + "\n"
