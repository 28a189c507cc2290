"""Makes cases, asks everyone, judges."""

import collections
import hashlib
import pathlib
import queue
import threading

import numpy as np
from PIL import Image

import mien
import readers
import verdict
from family import NotMade
from original import rgb


def file_name(case, number):
    return f"{number:05d}-{hashlib.sha1(case.name.encode()).hexdigest()[:8]}.{case.ending}"


class Run:
    def __init__(self, build, original, folder, workers=2, model=None):
        self.program, self.checker = mien.program_beside(build)
        self.original, self.folder, self.workers = original, pathlib.Path(folder), workers
        self.model = model
        self.verdicts = []
        #: (case, path, expected picture's path) of what was read, for the scores.
        self.read = []
        self.lock = threading.Lock()

    def decode_all(self, jobs):
        """`jobs` are (family, choice)."""
        waiting = queue.SimpleQueue()
        for number, job in enumerate(jobs): waiting.put((number, *job))

        def work():
            decoder = mien.Decoder(self.checker)
            try:
                while True:
                    try:
                        number, family, choice = waiting.get_nowait()
                    except queue.Empty:
                        return
                    self.one(decoder, number, family, choice)
            finally:
                decoder.close()

        threads = [threading.Thread(target=work) for _ in range(self.workers)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()

    def one(self, decoder, number, family, choice):
        name = family.case_name(choice)
        try:
            case = family.make(choice, self.original)
        except NotMade as reason:
            return self.add(name, family.name, "not made", str(reason))
        except Exception as error:  # noqa: BLE001 - encoders raise whatever they like
            return self.add(name, family.name, "not made", f"{type(error).__name__}: {error}")
        path = self.folder / file_name(case, number)
        path.write_bytes(case.data)
        try:
            answer = decoder.ask("clip" if case.is_clip else "picture", path)
        except mien.Died as error:
            return self.add(name, family.name, "WRONG", f"CRASH: {error}")
        if case.is_clip:
            import clip_reader
            reader = clip_reader.read(path, case)
            outcome, why = verdict.judge_clip(case, answer, reader)
            expected = reader[0] if reader else case.truth
        else:
            outcome, why = verdict.judge_picture(case, answer, readers.all_of(case))
            expected = answer.pictures[0] if answer.pictures else None
        self.add(name, family.name, outcome, why)
        if outcome == "equal" and expected is not None:
            with self.lock: self.read.append((case, path, expected, family.name))

    def add(self, name, kind, outcome, why=""):
        with self.lock: self.verdicts.append(verdict.Verdict(name, kind, outcome, why))

    def score_all(self):
        """Scores and boxes of files that were read right, against those of a PNG of their pixels:
        three channels for grey ones too."""
        pictures = [each for each in self.read if not each[0].is_clip]
        places = {}
        for case, path, expected, _ in pictures:
            places[path] = self.reference(expected)
        for options in (["--whole-image"], ["--score-low-quality"]):
            paths = sorted(set(places) | set(places.values()))
            rows, _, errors = mien.predict(self.program, paths, *options, model=self.model)
            for case, path, _, kind in pictures:
                fault = row_fault(rows.get(str(path)), rows.get(str(places[path])))
                if fault: self.add(case.name + " " + options[0], kind, "WRONG", fault)
        return len(pictures)

    def reference(self, picture):
        picture = rgb(picture)
        digest = hashlib.sha1(picture.tobytes() + bytes(picture.shape[:1])).hexdigest()[:16]
        path = self.folder / f"reference-{digest}.png"
        if not path.exists(): Image.fromarray(picture).save(path, compress_level=1)
        return path

    def table(self):
        counts = collections.defaultdict(collections.Counter)
        for each in self.verdicts: counts[each.kind][each.outcome] += 1
        return counts


#: The pixels are equal; bfloat16 rounds the network's sums by what else is in the batch.
SCORE, PIXELS = 0.01, 0.5


def row_fault(rows, wanted):
    if rows is None or wanted is None: return "no row"
    if len(rows) != len(wanted): return f"{len(rows)} rows, not {len(wanted)}"
    for row, other in zip(rows, wanted):
        if row["status"] != other["status"]:
            return f"status {row['status']}, not {other['status']}: {row.get('reason', '')}"
        for key in ("image_width", "image_height"):
            if row.get(key) != other.get(key): return f"{key} {row.get(key)}, not {other.get(key)}"
        if "score" in other and abs(row["score"] - other["score"]) > SCORE:
            return f"score {row['score']:.3f}, not {other['score']:.3f}"
        for key, value in other.get("box", {}).items():
            if abs(row["box"][key] - value) > PIXELS:
                return f"the box's {key} is {row['box'][key]:.1f}, not {value:.1f}"
    return None
