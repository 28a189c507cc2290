"""Mien's own answers: pixels by DecodeCheck, scores by the program."""

import dataclasses
import json
import os
import pathlib
import select
import subprocess
import tempfile
import time

import numpy as np

PATIENCE = 60.0


class Died(Exception):
    """It crashed, or gave no answer in time."""


@dataclasses.dataclass
class Answer:
    """What came of a file: pictures, or a refusal."""
    pictures: list = dataclasses.field(default_factory=list)
    seconds: list = dataclasses.field(default_factory=list)
    error: str | None = None
    ended_early: bool = False


class Decoder:
    """One DecodeCheck at work; started again after a crash."""

    def __init__(self, program):
        self.program, self.process = program, None

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process.stdin.close()
            self.errors.close()
            self.process = None

    def ask(self, request, path):
        if self.process is None:
            self.errors = tempfile.TemporaryFile()
            self.process = subprocess.Popen(
                [self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                bufsize=0)
        self.deadline = time.monotonic() + PATIENCE
        self.rest = b""
        try:
            self.process.stdin.write(f"{request} {path}\n".encode())
            return self.answer()
        except (Died, OSError) as error:
            self.process.kill()
            status = self.process.wait()
            self.errors.seek(0)
            said = self.errors.read().decode(errors="replace").strip()[-300:]
            self.close()
            raise Died(f"{error}, exit {status}: {said}") from None

    def answer(self):
        result = Answer()
        while True:
            words = self.line().split()
            match words[0]:
                case "error":
                    result.error = self.read(int(words[1])).decode(errors="replace")
                    return result
                case "picture":
                    result.pictures.append(self.pixels(words[1:]))
                    return result
                case "frame":
                    result.seconds.append(float(words[2]))
                    # "frame INDEX SECONDS" is followed by the picture's own header.
                    result.pictures.append(self.pixels(words[3:]))
                case "end":
                    result.ended_early = words[2] == "1"
                    return result

    def pixels(self, words):
        width, height, channels = map(int, words)
        data = np.frombuffer(self.read(width * height * channels), np.uint8)
        return data.reshape((height, width) if channels == 1 else (height, width, channels))

    def more(self):
        left = self.deadline - time.monotonic()
        if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
            raise Died(f"no answer in {PATIENCE:g} s")
        got = os.read(self.process.stdout.fileno(), 1 << 20)
        if not got: raise Died("it ended")
        return got

    def line(self):
        while b"\n" not in self.rest: self.rest += self.more()
        line, _, self.rest = self.rest.partition(b"\n")
        return line.decode()

    def read(self, count):
        parts, have = [self.rest], len(self.rest)
        while have < count:
            parts.append(self.more())
            have += len(parts[-1])
        whole = b"".join(parts)
        self.rest = whole[count:]
        return whole[:count]


def predict(program, paths, *options, model=None):
    """`mien predict --json` on files: rows by path."""
    with tempfile.TemporaryFile() as listing:
        listing.write(b"\0".join(os.fsencode(path) for path in paths) + b"\0")
        listing.seek(0)
        done = subprocess.run(
            [program, "predict", "--json", "--null", *options,
             *(["--model", model] if model else []), "-"],
            stdin=listing, capture_output=True, timeout=1800)
    rows = {}
    for line in done.stdout.decode().splitlines():
        row = json.loads(line)
        rows.setdefault(row["path"], []).append(row)
    return rows


def program_beside(build):
    return pathlib.Path(build, "mien"), pathlib.Path(build, "DecodeCheck")
