import contextlib
import io
import json
import os
import pathlib
import tempfile
import unittest
from unittest import mock

import check

CURVE = [0.2 + 0.5 * 0.99 ** step for step in range(200)]

# Writes the events of a run as the program would; the GPU's losses differ by OFFSET.
PROGRAM = """#!/usr/bin/env python3
import json, os, sys
if sys.argv[1] == "--version":
    print("1.2.3")
    sys.exit()
option = dict(zip(sys.argv, sys.argv[1:]))
os.makedirs(option["--out"])
offset = float(os.environ.get("OFFSET", "0")) if option["--device"] == "cuda" else 0
with open(option["--out"] + "/events.jsonl", "w") as file:
    for step in range(int(option["--max-steps"])):
        file.write(json.dumps({"step": step + 1, "loss": 0.7 * 0.99 ** step + offset,
                               "images": 64, "seconds": 0.5}) + "\\n")
    file.write('{"step": 1, "validation": {}}\\n')
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
    def run_with(self, device, offset="0"):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "mien"
            program.write_text(PROGRAM)
            program.chmod(0o755)
            out = pathlib.Path(folder) / "out.json"
            with mock.patch.object(check, "gpu", return_value=device), \
                    mock.patch.dict(os.environ, OFFSET=offset), \
                    contextlib.redirect_stderr(io.StringIO()) as errors, \
                    contextlib.redirect_stdout(io.StringIO()):
                code = check.main(["--mien", str(program), "--out", str(out)])
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

    def test_runs_that_part(self):
        code, errors, result = self.run_with("a card", offset="0.2")
        self.assertEqual(code, 1)
        self.assertFalse(result["agrees"])
        self.assertIn("step 1", errors)


if __name__ == "__main__":
    unittest.main()
