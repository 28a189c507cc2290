"""One run of one program: its answer, its time and its memory; and what oneDNN says of itself."""

import json
import math
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict


class Failed(Exception):
    """A program that did not end well, with the last line of what it said."""


def run(command, environment=None, answers=True):
    """The keys of the JSON that `command` printed last, if it `answers`, and wall_s, cpu_s (all threads, user and
    system) and peak_bytes (resident) of the whole process."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
            env={**os.environ, **(environment or {})})
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        text, said = (file.read().decode(errors="replace") for file in (output, errors))
    if process.returncode != 0:
        lines = said.strip().splitlines() or ["no message"]
        raise Failed(f"ended with {process.returncode}: {lines[-1]}")
    result = {"wall_s": wall, "cpu_s": usage.ru_utime + usage.ru_stime,
              "peak_bytes": usage.ru_maxrss * 1024}
    if (environment or {}).get("ONEDNN_VERBOSE"):
        return {**result, **convolutions(text)}
    return {**result, **(last_object(text) if answers else {})}


def last_object(text):
    """The JSON object that a text ends with."""
    for match in reversed(list(re.finditer(r"^\{", text, re.MULTILINE))):
        try:
            return json.loads(text[match.start():])
        except json.JSONDecodeError:
            continue
    raise Failed("printed no JSON")


BYTES = {"f32": 4, "s32": 4, "bf16": 2, "f16": 2, "s8": 1, "u8": 1}
SHAPE = re.compile(r"mb(\d+)(?:_g\d+)?_ic(\d+)oc(\d+)_ih(\d+)oh(\d+)kh(\d+)\w*?_iw(\d+)ow(\d+)kw(\d+)")
STAMP = re.compile(r"\d+\.\d+")
CONVOLUTIONS = 20  # of a ResNet-18, forward


def convolutions(text):
    """What a run needed for its convolutions alone, by oneDNN's own clock (ONEDNN_VERBOSE=1).

    Each kind of primitive counts with its median time, so that the first, cold ones and moments
    in which the machine did something else count little. Where threads run primitives of their
    own at the same time (ONEDNN_VERBOSE_TIMESTAMP=1 tells), their times do not add up.
    `moved_bytes_per_image` is what the operands of all convolutions hold: each read or written
    once.
    """
    times, spans, moved = defaultdict(list), [], 0
    for line in text.splitlines():
        fields = line.split(",")
        start = None
        for place in (1, 2):
            if len(fields) > place and STAMP.fullmatch(fields[place]):
                start = float(fields.pop(place))
        if fields[1:2] == ["exec"]:  # oneDNN before 3.3 names neither version nor kind.
            fields[1:1] = ["v0", "primitive"]
        if len(fields) < 11 or fields[2:4] != ["primitive", "exec"] or fields[5] != "convolution":
            continue
        kind, descriptors, shape = fields[7], fields[8], fields[-2]
        if start is not None and times[(kind, descriptors, shape)]:  # not the first, cold one
            spans.append((start / 1e3, (start + float(fields[-1])) / 1e3))
        times[(kind, descriptors, shape)].append(float(fields[-1]) / 1e3)
        batch, ic, oc, ih, oh, kh, iw, ow, kw = map(int, SHAPE.search(shape).groups())
        width = {name: BYTES.get(kind, 4) for name, kind in
                 re.findall(r"(src|wei|dst)[:_](\w+?):", descriptors)}
        moved += (width["src"] * batch * ic * ih * iw + width["wei"] * ic * oc * kh * kw
                  + width["dst"] * batch * oc * oh * ow)
    images = sum(
        len(runs) * int(shape[2:shape.index("_")]) for (kind, _, shape), runs in times.items()
        if kind.startswith("forward")) / CONVOLUTIONS
    if images == 0:
        raise Failed("oneDNN named no convolutions")
    seconds = sum(len(runs) * statistics.median(runs) for runs in times.values())
    seconds /= at_once(spans)
    return {"images_per_s": images / seconds, "moved_bytes_per_image": moved / images,
            "gflop_per_s": gflop(times) / seconds}


def at_once(spans):
    """How many of these spans of time, (start, end), lay over each other on average."""
    covered, latest = 0, -math.inf
    for start, end in sorted(spans):
        covered += max(0, end - max(start, latest))
        latest = max(latest, end)
    return sum(end - start for start, end in spans) / covered if covered > 0 else 1


def gflop(times):
    """Two operations for each multiplication and addition."""
    total = 0
    for (_, _, shape), runs in times.items():
        batch, ic, oc, _, oh, kh, _, ow, kw = map(int, SHAPE.search(shape).groups())
        total += 2 * len(runs) * math.prod([batch, ic, oc, oh, ow, kh, kw])
    return total / 1e9
