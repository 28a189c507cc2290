"""Ten minutes at three times capacity: memory flat, p99 of what is accepted under the deadline, and
back to its level before within five seconds."""
import json
import sys
import threading
import time

from figures import rounded, slope, stamp, write_csv
from load import capacity, p99, read_series, start_series
from server import Server

DEADLINE_MS = 10_000


def run(options, work):
    with Server("mien", options, work) as server:
        rate = capacity(server, options, work, seconds=10)["answered_per_s"]
        before, after = 20, 20
        phases = [(0.5 * rate, before), (3 * rate, options.seconds), (0.5 * rate, after)]
        process, file = start_series(server, options, work, phases)
        samples, done = [], threading.Event()

        def watch():
            began = time.monotonic()
            while not done.wait(1):
                samples.append({"time": time.time(), "seconds": time.monotonic() - began,
                                "rss_kb": server.status()["VmRSS"], **stamp()})

        watcher = threading.Thread(target=watch)
        watcher.start()
        process.wait()
        done.set()
        watcher.join()
        series = read_series(file)
        begin = series[0][0] - series[0][2] / 1000
        parts = []
        for index, (_, seconds) in enumerate(phases):
            start = begin + sum(length for _, length in phases[:index])
            # By the time of sending: what was sent before belongs to the part before.
            parts.append([row for row in series if start <= row[0] - row[2] / 1000 < start + seconds])
        end = begin + before + options.seconds
        level = p99(parts[0])
        rows = []
        for second in range(int(before + options.seconds + after)):
            inside = [row for row in series if second <= row[0] - row[2] / 1000 - begin < second + 1]
            memory = [sample["rss_kb"] for sample in samples
                      if second <= sample["time"] - begin < second + 1]
            rows.append({
                "seconds": second, "sent": len(inside),
                "accepted": sum(row[1] == 200 for row in inside),
                "refused": sum(row[1] in (429, 503) for row in inside),
                "failed": sum(row[1] not in (200, 429, 503) for row in inside),
                "p99_ms": p99(inside), "rss_kb": memory[0] if memory else None})
        if options.out != "-":
            write_csv(options.out, [rounded(row, 6) for row in rows])
        # Two seconds make a p99 of enough requests.
        back = next((second for second in range(after - 1)
                     if (value := p99([row for row in parts[2]
                                       if second <= row[0] - row[2] / 1000 - end < second + 2])) is not None
                     and value <= 2 * level), None)
        tail = [row for row in rows if row["rss_kb"] and before + min(60, options.seconds / 5) <= row["seconds"]
                < before + options.seconds]
        growth, half = slope([row["seconds"] / 60 for row in tail], [row["rss_kb"] / 1024 for row in tail],
                             blocks=max(3, min(20, len(tail) // 2)))
        result = {
            "capacity_per_s": rate, "rate_per_s": 3 * rate, "seconds": options.seconds,
            "accepted": sum(row[1] == 200 for row in parts[1]),
            "refused": sum(row[1] in (429, 503) for row in parts[1]),
            "failed": sum(row[1] not in (200, 429, 503) for row in parts[1]),
            "p99_before_ms": level, "p99_ms": p99(parts[1]), "p99_after_ms": p99(parts[2]),
            "seconds_until_p99_is_back": back, "rss_mb_first": tail[0]["rss_kb"] / 1024,
            "rss_mb_last": tail[-1]["rss_kb"] / 1024, "rss_mb_per_minute": growth,
            "rss_mb_per_minute_half_width": half, **stamp()}
    print(json.dumps(rounded(result)))
    good = (result["p99_ms"] < DEADLINE_MS and back is not None and back <= 5 and result["failed"] == 0
            and growth <= half)
    if not good:
        print("overload: a target is missed: p99 under 10 s, back in 5 s, no failure, flat memory.",
              file=sys.stderr)
    return 0 if good else 1


def options(parser):
    parser.add_argument("--seconds", type=int, default=600, help="at three times capacity")
