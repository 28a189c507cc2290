"""Capacity, p50 and p99 at 0.5, 1, 2 and 3 times capacity, at constant arrival rates."""
import json
import sys

from figures import rounded, stamp, write_csv
from load import capacity, load
from server import Server


def run(options, work):
    rows = []
    for round_ in range(1, options.rounds + 1):
        with Server("mien", options, work) as server:
            closed = capacity(server, options, work)
            first = {"round": round_, "picture": "crop" if options.whole else "photo",
                     "faces": len(server.rows)}
            rows.append(rounded({**first, "times_capacity": "closed", "rate_per_s": closed["answered_per_s"],
                                 **closed, **stamp()}))
            for times in (0.5, 1, 2, 3):
                rate = times * closed["answered_per_s"]
                found = load(server, options, work, rate=rate)
                rows.append(rounded({**first, "times_capacity": times, "rate_per_s": rate, **found, **stamp()}))
                print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    if options.out != "-":
        write_csv(options.out, rows)
    return 1 if any(row["failed"] for row in rows) else 0


def options(parser):
    parser.add_argument("--seconds", type=int, default=20, help="of each load")
    parser.add_argument("--rounds", type=int, default=3)
