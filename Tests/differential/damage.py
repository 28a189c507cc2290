"""Damaged files: Mien may refuse them or read what they hold; it may not crash, hang or print
control bytes."""

import random

import mien
from run import file_name
from verdict import CONTROL


def damaged(data, generator):
    """The bytes with a few of them changed, removed, doubled or cut off, mostly near the start."""
    data = bytearray(data)
    for _ in range(generator.randint(1, 4)):
        if not data: break
        reach = len(data) if generator.random() < 0.5 else min(len(data), 512)
        place = generator.randrange(reach)
        match generator.randrange(6):
            case 0: del data[place:place + generator.randint(1, 9)]
            case 1: data[place:place] = generator.randbytes(generator.randint(1, 4))
            case 2: del data[generator.randrange(len(data)):]
            case 3: data[place] = generator.choice([0, 0xFF, 0x7F, 0x80])
            case 4: data[place] ^= 1 << generator.randrange(8)
            case _: data[place] = generator.randrange(256)
    return bytes(data)


def harm(run, seed, rounds, most):
    """Some cases of each kind, `rounds` times each, damaged anew."""
    kinds = {}
    for case in sorted(run.made, key=lambda case: case.name):
        kinds.setdefault(case.name.partition("/")[0], []).append(case)
    cases = [case for kind, made in kinds.items()
             for case in random.Random(f"{seed} {kind}").sample(made, min(most, len(made)))]
    decoder = mien.Decoder(run.checker)
    for case in cases:
        generator = random.Random(f"{seed} {case.name}")
        for number in range(rounds):
            path = run.folder / ("damaged-" + file_name(case, number))
            path.write_bytes(damaged(case.data, generator))
            kind = case.name.partition("/")[0] + " damaged"
            try:
                answer = decoder.ask("clip" if case.is_clip else "picture", path)
            except mien.Died as error:
                run.add(f"{case.name} damaged {number}", kind, "WRONG", f"CRASH: {error}")
                continue
            text = answer.error or ""
            if CONTROL.search(text):
                run.add(f"{case.name} damaged {number}", kind, "WRONG",
                        f"control bytes: {ascii(text)}")
            else:
                run.add(case.name, kind, "refused" if answer.error is not None else "read")
            path.unlink()
    decoder.close()
