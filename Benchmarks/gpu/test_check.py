import contextlib
import io
import json
import os
import pathlib
import tempfile
import unittest
from unittest import mock

import check
import speed

CURVE = [0.2 + 0.5 * 0.99 ** step for step in range(200)]

# Writes the events of a run as the program would; the GPU's losses differ by OFFSET. WORK fails.
PROGRAM = """#!/usr/bin/env python3
import json, os, sys
if sys.argv[1] == "--version":
    print("1.2.3")
    sys.exit()
option = dict(zip(sys.argv, sys.argv[1:]))
if sys.argv[1] in ("benchmark", "explain"):
    work = {"train": "training", "infer": "scoring"}.get(sys.argv[2], "grad-cam")
    if work == os.environ.get("WORK"):
        sys.exit("Error: out of memory")
    if work == "grad-cam":
        assert os.path.isdir(option["--model"])
    print("a line for people")
    assert "--device" in option and ("--precision" in option) == (work != "grad-cam")
    print(json.dumps({"maps_per_s" if work == "grad-cam" else "images_per_s": 200.0}))
    sys.exit()
rank, size = (int(os.environ.get(name, start)) for name, start in (("RANK", 0), ("WORLD_SIZE", 1)))
if option["--device"] == "cuda" and rank == int(os.environ.get("LOST", "-1")) and size == 2:
    sys.exit("Error: no NCCL")
if rank > 0:
    assert os.environ["LOCAL_RANK"] == os.environ["RANK"] and os.environ["MASTER_PORT"]
    sys.exit()
os.makedirs(option["--out"])
name = "OFFSET" if size == 1 else "OFFSET_OF_TWO"
offset = float(os.environ.get(name, "0")) if option["--device"] == "cuda" else 0
with open(option["--out"] + "/events.jsonl", "w") as file:
    for step in range(int(option["--max-steps"])):
        file.write(json.dumps({"step": step + 1, "loss": 0.7 * 0.99 ** step + offset,
                               "images": 64, "seconds": 0.5}) + "\\n")
    file.write('{"step": 1, "validation": {}}\\n')
"""

# Answers as peer.py does; compiled is faster than eager.
PEER = """#!/bin/sh
case $3 in eager) rate=80;; *) rate=${COMPILED:-100};; esac
[ "$rate" != none ] || { echo "no compiler" >&2; exit 1; }
echo "{\\"images_per_s\\": $rate}"
"""


class Differences(unittest.TestCase):
    def test_equal_curves_agree(self):
        self.assertEqual(check.differences(CURVE, CURVE), [])

    def test_rounding_that_grows_agrees(self):
        noisy = [loss + (0.1 if step > 20 and step % 2 else 0) - (0.1 if step > 20 and step % 2 == 0
                 else 0) for step, loss in enumerate(CURVE)]
        self.assertEqual(check.differences(CURVE, noisy), [])

    def test_another_first_step_is_found(self):
        other = [CURVE[0] + 0.01] + CURVE[1:]
        self.assertIn("step 1: loss", check.differences(CURVE, other)[0])

    def test_a_curve_that_leaves_is_found(self):
        other = CURVE[:100] + [loss + 0.3 for loss in CURVE[100:]]
        self.assertIn("steps 101 to 125", check.differences(CURVE, other)[0])

    def test_no_numbers_are_found(self):
        other = CURVE[:7] + [float("nan")] + CURVE[8:]
        self.assertEqual(check.differences(CURVE, other), ["on the GPU the loss of step 8 is nan"])

    def test_a_run_that_ended_early_is_found(self):
        self.assertEqual(len(check.differences(CURVE, CURVE[:-1])), 1)
        self.assertEqual(len(check.differences([], [])), 1)

    def test_learning_nothing_is_found(self):
        flat = [0.69] * 200
        self.assertIn("learns nothing", check.differences(flat, flat)[0])


class Runs(unittest.TestCase):
    def run_with(self, device, *arguments, cards=1, **environment):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for file, text in (("mien", PROGRAM), ("python", PEER)):
                (folder / file).write_text(text)
                (folder / file).chmod(0o755)
            out = folder / "out.json"
            with mock.patch.object(
                    check, "gpus", return_value=[] if device is None else [device] * cards), \
                    mock.patch.dict(os.environ, environment), \
                    contextlib.redirect_stderr(io.StringIO()) as errors, \
                    contextlib.redirect_stdout(io.StringIO()) as output:
                code = check.main(
                    ["--mien", str(folder / "mien"), "--python", str(folder / "python"), "--out",
                     str(out), *arguments])
            self.output = output.getvalue()
            table = out.with_suffix(".md")
            self.table = table.read_text() if table.exists() else None
            return code, errors.getvalue(), json.loads(out.read_text()) if out.exists() else None

    def test_without_a_gpu_nothing_is_checked(self):
        code, errors, result = self.run_with(None)
        self.assertEqual((code, result), (1, None))
        self.assertIn("no GPU", errors)

    def test_runs_that_agree(self):
        code, _, result = self.run_with("a card")
        self.assertEqual(code, 0)
        self.assertTrue(result["agrees"])
        self.assertEqual(result["images_per_second"]["gpu"], 128)
        self.assertEqual(len(result["losses"]["cpu"]), 200)
        # Three networks, three works, three contenders, three rounds each.
        self.assertEqual(len(result["rows"]), 9)
        for row in result["rows"]:
            peers = {"pytorch eager": [80] * 3, "pytorch compiled": [100] * 3}
            self.assertEqual(row["rates"], {"mien": [200] * 3, **peers})
            self.assertEqual(row["errors"], {})
        # 200 over the faster peer.
        self.assertIn("| vgg16, scoring, 64, 224 px | 200.0 (200.0 to 200.0) |", self.table)
        self.assertIn("| vgg16, grad-cam, 64, 224 px | 200.0 (200.0 to 200.0) |", self.table)
        self.assertEqual(self.table.count("| 2.00 |"), 9)
        self.assertIn("a card", self.table)

    def test_runs_that_part(self):
        code, errors, result = self.run_with("a card", OFFSET="0.2")
        self.assertEqual(code, 1)
        self.assertFalse(result["agrees"])
        self.assertIn("step 1", errors)

    def test_two_gpus_are_held_against_two_processes(self):
        code, _, result = self.run_with("a card", "--networks", "vgg16", cards=2)
        self.assertEqual((code, result["gpus"], result["agrees"]), (0, 2, True))
        self.assertEqual(
            sorted(result["losses"]), ["cpu", "cpu, two", "gpu", "gpu bfloat16", "gpu, two"])
        code, errors, result = self.run_with(
            "a card", "--networks", "vgg16", cards=2, OFFSET_OF_TWO="0.2")
        self.assertEqual((code, result["agrees"]), (1, False))
        self.assertIn("two processes: step 1", errors)

    def test_a_process_that_fails_is_a_failure(self):
        code, errors, result = self.run_with("a card", cards=2, LOST="1")
        self.assertEqual((code, result), (1, None))
        self.assertIn("the run gpu, two failed: exit codes [0, 1]", errors)

    def test_one_gpu_trains_in_one_process(self):
        _, _, result = self.run_with("a card", "--networks", "vgg16")
        self.assertEqual(sorted(result["losses"]), ["cpu", "gpu", "gpu bfloat16"])

    def test_a_processor_stands_in_for_the_card(self):
        code, _, result = self.run_with(None, "--device", "cpu", "--quick")
        self.assertEqual(code, 0)
        self.assertEqual((result["device"], len(result["losses"]["gpu"])), ("cpu", 6))
        self.assertEqual((result["gpus"], len(result["losses"]["gpu, two"])), (0, 6))
        self.assertEqual([row["batch"] for row in result["rows"]], [4] * 9)
        self.assertTrue(all(row["rates"]["mien"] == [200] for row in result["rows"]))
        self.assertIn("no", result["gpu"])

    def test_a_peer_that_fails_is_a_row_without_it(self):
        code, errors, result = self.run_with("a card", "--networks", "resnet50", COMPILED="none")
        self.assertEqual(code, 0)
        self.assertEqual(len(result["rows"]), 3)
        self.assertIn("no compiler", result["rows"][0]["errors"]["pytorch compiled"])
        self.assertEqual(self.table.count("| failed | 2.50 |"), 3)
        self.assertIn("resnet50, training, pytorch compiled", errors)

    def test_a_row_of_mien_that_fails_is_a_failure(self):
        code, errors, result = self.run_with("a card", "--networks", "vgg16", WORK="scoring")
        self.assertEqual(code, 1)
        self.assertIn("out of memory", errors)
        self.assertIn("| none |", self.table)
        self.assertEqual(result["rows"][0]["rates"]["mien"], [200] * 3)

    def test_a_table_of_a_processor_needs_a_name(self):
        with contextlib.redirect_stderr(io.StringIO()) as errors, self.assertRaises(SystemExit):
            check.main(["--device", "cpu"])
        self.assertIn("--out", errors.getvalue())


class Rows(unittest.TestCase):
    def test_output_without_an_object_is_no_rate(self):
        with self.assertRaises(ValueError):
            speed.rate("nothing")
        self.assertEqual(speed.rate('line\n{"images_per_s": 3}'), 3)


if __name__ == "__main__":
    unittest.main()
