"""Mien and the peer in one run: capacity, latency at equal rates, first answer, memory.

Capacity is what eight clients get without waiting. At equal rates both get the requests of the slower
one's half and nine tenths. Servers take turns, in an order drawn with the seed.
"""
import json
import random
import statistics
import subprocess
import sys

from figures import rounded, stamp, write_csv
from load import capacity, load
from server import Server


def run(options, work):
    subprocess.run([options.mien, "export", "--onnx", str(work / "mien.onnx")], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    order = random.Random(options.seed)
    rows = []
    for round_ in range(1, options.rounds + 1):
        kinds = ["mien", "peer"]
        order.shuffle(kinds)
        found = {}
        starts = {kind: [] for kind in kinds}
        for kind in kinds * options.starts:
            with Server(kind, options, work) as server:
                starts[kind].append((server.first_answer, server.status()["VmRSS"] / 1024))
        for kind in kinds:
            with Server(kind, options, work) as server:
                closed = capacity(server, options, work)
                found[kind] = {
                    "round": round_, "server": kind, "picture": "crop" if options.whole else "photo",
                    "faces": len(server.rows),
                    "first_answer_s": statistics.median(seconds for seconds, _ in starts[kind]),
                    "first_rss_mb": statistics.median(memory for _, memory in starts[kind]),
                    "capacity_per_s": closed["answered_per_s"], "closed_p50_ms": closed["p50_ms"],
                    "closed_p99_ms": closed["p99_ms"], "cpu_ms_per_answer": closed["cpu_ms_per_answer"]}
        slower = min(row["capacity_per_s"] for row in found.values())
        for kind in kinds:
            with Server(kind, options, work) as server:
                load(server, options, work, seconds=3)
                for share in (0.5, 0.9):
                    open_ = load(server, options, work, rate=share * slower)
                    found[kind] |= {f"rate_{share}_per_s": share * slower,
                                    **{f"{name}_at_{share}": open_[name]
                                       for name in ("p50_ms", "p99_ms", "refused", "failed", "dropped")}}
                status = server.status()
                found[kind] |= {"rss_mb": status["VmRSS"] / 1024, "peak_rss_mb": status["VmHWM"] / 1024,
                                **stamp()}
        for row in found.values():
            rows.append(rounded(row))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    if options.out != "-":
        write_csv(options.out, rows)

    def median(kind, name):
        values = [row[name] for row in rows if row["server"] == kind and row[name] is not None]
        return statistics.median(values) if values else float("nan")

    ratios = {name: median("mien", name) / median("peer", name)
              for name in ("capacity_per_s", "closed_p99_ms", "p99_ms_at_0.5", "p99_ms_at_0.9",
                           "first_answer_s", "first_rss_mb", "rss_mb", "peak_rss_mb", "cpu_ms_per_answer")}
    print(json.dumps({"mien_over_peer": rounded(ratios, 3)}))
    return 0


def options(parser):
    parser.add_argument("--seconds", type=int, default=20, help="of each load")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--starts", type=int, default=3, help="of each server in a round, for the first answer")
