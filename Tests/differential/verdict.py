"""Whether an answer is right: equal within what the form loses, refused by name, or wrong."""

import dataclasses
import re

import numpy as np

from original import rgb, upright

REMEDY = re.compile(
    "(?i)(save|convert|unpack|export|copy|download|give|take|develop|are read|is read|it holds|"
    "expected)")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclasses.dataclass
class Verdict:
    case: str
    kind: str
    #: equal, refused, WRONG, disputed (no other reader has it as it was meant), not made
    outcome: str
    why: str = ""


def error(picture, truth):
    """The mean and nearly the largest difference, in levels; None where the sizes differ."""
    a, b = rgb(picture), rgb(truth)
    if a.shape != b.shape: return None
    difference = np.abs(a.astype(np.int16) - b)
    return float(difference.mean()), float(np.percentile(difference, 99.9))


def resemblance(picture, truth):
    """What a wrong picture looks like, in words, where it is one of the usual mistakes."""
    guesses = {"is inverted": 255 - picture}
    if picture.ndim == 3: guesses["has red and blue exchanged"] = picture[:, :, ::-1]
    names = {2: "is mirrored", 3: "is upside down", 4: "is flipped", 5: "is transposed",
             6: "lies on its side (anticlockwise)", 7: "is transposed over the other diagonal",
             8: "lies on its side (clockwise)"}
    guesses |= {names[o]: upright(picture, o) for o in names}
    found = [(error(guess, truth), name) for name, guess in guesses.items()]
    found = [(each[0], name) for each, name in found if each and each[0] < 9]
    return min(found)[1] if found else ""


def reason(answer):
    """The text of a refusal without the file's name, which says much of its kind."""
    path, _, text = answer.error.partition(": ")
    return text.replace(path, "FILE")


def refusal_fault(text, pattern):
    """What is wrong with the text of a refusal, or an empty text."""
    if CONTROL.search(text): return "control bytes in the message"
    if "damaged" in text and "truncated" not in (pattern or ""):
        return "calls a whole file damaged"
    if not re.search(pattern, text): return f"the refusal does not name it ({pattern})"
    if not REMEDY.search(text): return "the refusal has no remedy"
    return ""


def judge_picture(case, answer, readers):
    """(outcome, why) for a picture; `readers` are what others made of the file, by name."""
    if answer.error is not None:
        text = reason(answer)
        if case.refusal is None: return "WRONG", f"refused: {text}"
        fault = refusal_fault(text, case.refusal)
        return ("WRONG", f"{fault}: {text}") if fault else ("refused", text)
    picture = answer.pictures[0]
    if case.truth is None: return "WRONG", "read, expected a refusal"
    near = {name: found for name, other in readers.items()
            if (found := error(other, case.truth)) and found[0] <= case.loss + 0.7}
    found = error(picture, case.truth)
    mean = min((each[0] for each in near.values()), default=case.loss)
    if found and found[0] <= mean + case.slack:
        best = [error(picture, readers[name])[1] for name in near]
        if not best or min(best) <= case.peak: return "equal", ""
        return "WRONG", f"single pixels are off by {min(best):.0f} from {', '.join(near)}"
    if found is None:
        shape, wanted = picture.shape[1::-1], case.truth.shape[1::-1]
        why = f"is {shape[0]} x {shape[1]}, not {wanted[0]} x {wanted[1]}"
    else:
        why = f"is off by {found[0]:.1f} levels in the mean"
    why += f"; it {text}" if (text := resemblance(picture, case.truth)) else ""
    if near: return "WRONG", f"{why} (right in {', '.join(near)})"
    return "disputed", f"{why} (no other reader has it right: {', '.join(readers) or 'none'})"


def judge_reduced(case, answer):
    """A picture that was decoded smaller: a half, a quarter, an eighth."""
    if answer.error is not None: return reason(answer)
    from PIL import Image
    picture = answer.pictures[0]
    height, width = picture.shape[:2]
    if abs(width / height / (case.truth.shape[1] / case.truth.shape[0]) - 1) > 0.03:
        return f"is {width} x {height}"
    like = np.asarray(Image.fromarray(case.truth).resize((width, height), Image.Resampling.BOX))
    found = error(picture, like)[0]
    # Edges fall otherwise in the transform's own reduction.
    return f"is off by {found:.1f} levels in the mean" if found > case.loss + 3 else ""


def judge_clip(case, answer, read):
    """Likewise for a clip; `read` are functions that give frames and seconds, or None."""
    if answer.error is not None and not answer.pictures:
        text = reason(answer)
        if case.refusal is None: return "WRONG", f"refused: {text}"
        fault = refusal_fault(text, case.refusal)
        return ("WRONG", f"{fault}: {text}") if fault else ("refused", text)
    if case.truth is None: return "WRONG", "read, expected a refusal"
    proved, loss = False, case.loss
    for reader in read:
        if proved: break
        frames, times = reader() or ([], [])
        if len(frames) != len(case.truth): continue
        if any(abs(a - b) > 0.0021 for a, b in zip(times, case.times)): continue
        errors = [frame_error(a, b, case) for a, b in zip(frames, case.truth)]
        if all(errors) and max(each[0] for each in errors) <= case.loss:
            proved, loss = True, max(each[0] for each in errors)
    fault = clip_fault(case, answer, loss)
    if not fault: return "equal", ""
    return ("WRONG" if proved else "disputed"), fault


def clip_fault(case, answer, loss):
    if answer.error is not None:
        return f"stops after {len(answer.pictures)} frames: {answer.error}"
    if len(answer.pictures) != len(case.truth):
        return f"{len(answer.pictures)} frames, not {len(case.truth)}"
    for index, (picture, truth) in enumerate(zip(answer.pictures, case.truth)):
        found = frame_error(picture, truth, case)
        if found is None:
            shape, wanted = picture.shape[1::-1], truth.shape[1::-1]
            text = resemblance(picture, truth)
            return f"is {shape[0]} x {shape[1]}, not {wanted[0]} x {wanted[1]}; {text}".rstrip("; ")
        if found[0] > loss + case.slack:
            text = resemblance(picture, truth)
            why = f"frame {index} is off by {found[0]:.1f} levels in the mean, {loss:.1f} in ffmpeg"
            return why + (f"; it {text}" if text else "")
    for index, (found, wanted) in enumerate(zip(answer.seconds, case.times)):
        if abs(found - wanted) > 0.0021:
            return f"frame {index} is at {found:.3f} s, not {wanted:.3f} s"
    if answer.ended_early: return "is said to end early"
    return ""


def frame_error(picture, truth, case):
    """As `error`; shown pixels may be had by stretching either side."""
    if case.stretched and picture.shape[:2] != truth.shape[:2]:
        from PIL import Image
        height, width = picture.shape[:2]
        wanted = truth.shape[1] / truth.shape[0]
        if abs(width / height / wanted - 1) > 0.02: return None
        picture = np.asarray(Image.fromarray(picture).resize(
            truth.shape[1::-1], Image.Resampling.BICUBIC))
    return error(picture, truth)
