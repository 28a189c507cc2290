"""Makes cases, asks everyone, judges."""

import collections
import hashlib
import pathlib
import queue
import sys
import threading
import traceback

import numpy as np
from PIL import Image

import clip_reader
import clip_writer
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
        #: Case, path and pixels of what was read right, for the scores.
        self.read, self.forms_scored = [], set()
        #: What was made and answered.
        self.made = []
        self.lock = threading.Lock()

    def decode_all(self, jobs):
        """`jobs` are (family, choice)."""
        waiting, whole = queue.SimpleQueue(), len(jobs)
        for number, job in enumerate(jobs): waiting.put((number, *job))

        def work():
            decoder = mien.Decoder(self.checker)
            try:
                while True:
                    try:
                        number, family, choice = waiting.get_nowait()
                    except queue.Empty:
                        return
                    try:
                        self.one(decoder, number, family, choice)
                    except Exception:  # noqa: BLE001 - one case may not end the run
                        self.add(family.case_name(choice), family.name, "disputed",
                                 f"not judged: {traceback.format_exc().splitlines()[-3:]}")
            finally:
                decoder.close()

        threads = [threading.Thread(target=work) for _ in range(self.workers)]
        for thread in threads: thread.start()
        while sys.stderr.isatty() and (left := waiting.qsize()):
            print(f"\r{whole - left} of {whole} ", end="", file=sys.stderr, flush=True)
            threads[0].join(1)
        if sys.stderr.isatty(): print("\r", end="", file=sys.stderr)
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
            outcome, why = verdict.judge_clip(
                case, answer, [lambda: clip_reader.read(path, case),
                               lambda: clip_reader.read_by_opencv(path)])
        else:
            outcome, why = verdict.judge_picture(case, answer, readers.all_of(case))
            if outcome == "equal" and case.ending == "jpg":
                fault = verdict.judge_reduced(case, decoder.ask("reduced 50", path))
                if fault: outcome, why = "WRONG", "reduced: it " + fault
        self.add(name, family.name, outcome, why)
        with self.lock:
            self.made.append(case)
            if outcome == "equal" and self.is_for_scores(case, choice):
                self.read.append((case, path, answer.pictures))

    def is_for_scores(self, case, choice):
        """Every picture; of clips, whose scores take time, one for each form."""
        if not case.is_clip: return True
        form = choice.get("form")
        is_first = form not in self.forms_scored
        self.forms_scored.add(form)
        return is_first

    def add(self, name, kind, outcome, why=""):
        with self.lock: self.verdicts.append(verdict.Verdict(name, kind, outcome, why))

    def score_all(self):
        """Scores and boxes of files that were read right, against those of a file of their pixels
        that loses nothing, with three channels for grey ones too."""
        pairs = [(case, path, self.reference(case, pictures)) for case, path, pictures in self.read]
        for options in (["--whole-image"], ["--score-low-quality"]):
            paths = sorted({path for _, *both in pairs for path in both})
            if not paths: return 0
            rows = mien.predict(self.program, paths, *options, model=self.model)
            for case, path, like in pairs:
                fault = row_fault(rows.get(str(path)), rows.get(str(like)), case)
                if fault:
                    kind = case.name.partition("/")[0]
                    self.add(f"{case.name} {options[0]}", kind, "WRONG", fault)
        return len(pairs)

    def reference(self, case, pictures):
        """A PNG, or a clip of ten frames a second, of the pixels that Mien decoded."""
        frames = [np.ascontiguousarray(rgb(picture)) for picture in pictures]
        digest = hashlib.sha1(str(frames[0].shape).encode())
        for frame in frames: digest.update(frame.tobytes())
        path = self.folder / f"reference-{digest.hexdigest()[:16]}"
        path = path.with_suffix(".mkv" if case.is_clip else ".png")
        if path.exists(): return path
        if not case.is_clip:
            Image.fromarray(frames[0]).save(path, compress_level=1)
        else:
            height, width = frames[0].shape[:2]
            clip_writer.ffmpeg(
                "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}",
                "-framerate", 10, "-i", "-", "-c:v", "ffv1", "-pix_fmt", "bgr0", path,
                input=b"".join(map(np.ndarray.tobytes, frames)))
        return path

    def table(self):
        counts = collections.defaultdict(collections.Counter)
        for each in self.verdicts: counts[each.kind][each.outcome] += 1
        return counts


#: The pixels are equal; bfloat16 rounds the network's sums by what else is in the batch.
SCORE, PIXELS = 0.01, 0.5


def row_fault(rows, wanted, case):
    """Where the rows of a file are not those of its like, in words."""
    if rows is None or wanted is None: return "no row"
    rows = [row for row in rows if row["kind"] != "track"]
    wanted = [row for row in wanted if row["kind"] != "track"]
    if len(rows) != len(wanted): return f"{len(rows)} rows, not {len(wanted)}"
    for row, other in zip(rows, wanted):
        place = f"frame {row['frame']}: " if "frame" in row else ""
        for key in ("status", "frame", "face", "image_width", "image_height"):
            if row.get(key) != other.get(key):
                return f"{place}{key} {row.get(key)}, not {other.get(key)}"
        if "frame" in row and abs(row["seconds"] - case.times[row["frame"]]) > 0.0021:
            return f"{place}at {row['seconds']:.3f} s, not {case.times[row['frame']]:.3f} s"
        if "score" in other and abs(row["score"] - other["score"]) > SCORE:
            return f"{place}score {row['score']:.3f}, not {other['score']:.3f}"
        for key, value in other.get("box", {}).items():
            if abs(row["box"][key] - value) > PIXELS:
                return f"{place}the box's {key} is {row['box'][key]:.1f}, not {value:.1f}"
    return None
