"""Tests of the arithmetic of `make bench`: python3 -m unittest discover Benchmarks/bench."""

import re
import sys
import unittest

import measure
import report
import rows

LINE = ("onednn_verbose,v1,primitive,exec,cpu,convolution,brg:avx512_core_bf16,{},"
        "src:bf16::blocked:acdb::f0 wei:bf16:ap:blocked:A::f0 bia:undef::undef::: "
        "dst:f32::blocked:acdb::f0,attr,alg:convolution_direct,"
        "mb4_ic3oc64_ih8oh4kh7sh2dh0ph3_iw8ow4kw7sw2dw0pw3,{}")


class Convolutions(unittest.TestCase):
    def test_median_times_of_each_kind_are_summed(self):
        # Twenty convolutions forward make a pass of four images; the slow first one counts as
        # the others do. Backward costs 3 ms each.
        forward = [LINE.format("forward_training", time) for time in [900] + [2] * 19]
        backward = [LINE.format("backward_weights", 3)] * 20
        noise = ["onednn_verbose,v1,info,cpu,runtime:OpenMP,nthr:2",
                 LINE.format("x", 5).replace("convolution,", "reorder,", 1), "{}"]
        lines = forward + noise + backward
        found = measure.convolutions("\n".join(lines))
        older = [re.sub(r"(src|wei|bia|dst):(\w+:)", r"\1_\2",
                        line.replace(",v1,primitive,exec,", ",exec,")) for line in lines]
        self.assertEqual(measure.convolutions("\n".join(older)), found)
        self.assertAlmostEqual(found["images_per_s"], 4 / (20 * 0.002 + 20 * 0.003))
        moved = 2 * 4 * 3 * 8 * 8 + 2 * 3 * 64 * 7 * 7 + 4 * 4 * 64 * 4 * 4
        self.assertAlmostEqual(found["moved_bytes_per_image"], 40 * moved / 4)
        operations = 2 * 4 * 3 * 64 * 4 * 4 * 7 * 7
        self.assertAlmostEqual(found["gflop_per_s"], 40 * operations / 1e9 / 0.1)

    def test_primitives_of_several_threads_at_once_do_not_add_up(self):
        # A cold one alone, then forty of 2 ms, pairs at the same time: two at once.
        for version in ["v1,{},primitive", "{}"]:
            lines = []
            for number in range(41):
                line = LINE.format("forward_inference", 2)
                stamp = f"{1000 + 2 * ((number + 1) // 2)}.5"
                lines.append(line.replace("v1,primitive", version.format(stamp)))
            found = measure.convolutions("\n".join(lines))
            self.assertAlmostEqual(found["images_per_s"], 41 * 4 / 20 / (41 * 0.002 / 2))

    def test_a_run_without_convolutions_failed(self):
        with self.assertRaises(measure.Failed):
            measure.convolutions("nothing")


class Runs(unittest.TestCase):
    def test_the_last_object_is_the_answer(self):
        program = 'print("{\\"a\\": 1}\\nmore\\n{\\n \\"a\\": {\\"b\\": 2}\\n}")'
        found = measure.run([sys.executable, "-c", program])
        self.assertEqual(found["a"], {"b": 2})
        self.assertGreater(found["peak_bytes"], 1_000_000)
        self.assertGreater(found["wall_s"], 0)

    def test_a_program_that_fails_is_told(self):
        with self.assertRaisesRegex(measure.Failed, "ended with 3: no"):
            measure.run([sys.executable, "-c", "import sys; print('no', file=sys.stderr); "
                         "sys.exit(3)"])
        with self.assertRaisesRegex(measure.Failed, "no JSON"):
            measure.run([sys.executable, "-c", "print('hello')"])


class Rows(unittest.TestCase):
    def test_ratios_are_of_each_round(self):
        row = rows.Row("work", "mien", "peer", 2, ceiling="floor")
        rounds = {"mien": [{"images_per_s": 30}, None, {"images_per_s": 50}],
                  "peer": [{"images_per_s": 10}, {"images_per_s": 9}, {"images_per_s": 50}],
                  "floor": [{"images_per_s": 60}] * 3}
        found = report.evaluate(row, rounds)
        self.assertEqual(found["ratios"], [3, 1])
        self.assertEqual((found["ratio_median"], found["reached"]), (2, True))
        self.assertAlmostEqual(found["share_of_ceiling"], (0.5 + 50 / 60) / 2)
        self.assertIsNone(report.evaluate(rows.Row("work", "mien", "absent", 2), rounds))

    def test_seconds_count_as_sooner_and_memory_as_a_share(self):
        rounds = {"mien": [{"wall_s": 0.5, "peak_bytes": 4e6}],
                  "peer": [{"wall_s": 2.0, "peak_bytes": 8e6}]}
        sooner = report.evaluate(
            rows.Row("start", "mien", "peer", 5, key="wall_s", unit="s"), rounds)
        self.assertEqual((sooner["ratio_median"], sooner["reached"]), (4, False))
        memory = report.evaluate(
            rows.Row("memory", "mien", "peer", 0.8, key="peak_bytes", unit="MB"), rounds)
        self.assertEqual((memory["ratio_median"], memory["reached"]), (0.5, True))
        self.assertEqual(memory["ours_median"], 4)

    def test_reading_in_counts_in_an_epoch(self):
        values = rows.derived({"images_per_s": 50, "batch": 100, "steps_per_epoch": 10,
                               "reading_s": 5, "name": "text"})
        self.assertAlmostEqual(values["epoch_images_per_s"], 100 / 2.5)
        self.assertNotIn("name", values)
        self.assertEqual(rows.derived({"images_per_s": 7})["epoch_images_per_s"], 7)


if __name__ == "__main__":
    unittest.main()
