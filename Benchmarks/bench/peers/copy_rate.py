"""The rate at which memory is copied, as STREAM's copy counts it: bytes read and bytes written.

    python copy_rate.py THREADS

Each thread copies 128 MiB from one place to another, more than any cache holds; the best of ten.
"""

import json
import sys
import threading
import time

import numpy as np

threads, size, rounds = int(sys.argv[1]), 128 << 20, 10
pairs = [(np.ones(size, np.uint8), np.zeros(size, np.uint8)) for _ in range(threads)]
barrier = threading.Barrier(threads + 1)


def work(source, target):
    for _ in range(rounds):
        barrier.wait()
        np.copyto(target, source)  # without the interpreter's lock
        barrier.wait()


for pair in pairs:
    threading.Thread(target=work, args=pair, daemon=True).start()
best = float("inf")
for _ in range(rounds):
    barrier.wait()
    start = time.perf_counter()
    barrier.wait()
    best = min(best, time.perf_counter() - start)
print(json.dumps({"bytes_per_s": 2 * threads * size / best}))
