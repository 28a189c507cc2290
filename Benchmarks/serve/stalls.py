"""A thousand uploads that stall, and what other clients notice of them."""
import json
import resource
import socket
import sys
import time

from figures import rounded, stamp, write_csv
from load import capacity, p99, read_series, start_series
from server import Server


def stall(port, size):
    """A connection whose body stops after its first bytes."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(f"POST /v1/faces HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
                       f"Content-Length: {size}\r\n\r\n".encode() + b"\xff\xd8\xff")
    return connection


def run(options, work):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    with Server("mien", options, work) as server:
        rate = 0.5 * capacity(server, options, work, seconds=10)["answered_per_s"]
        parts = {}
        for name, count in (("alone", 0), ("beside", options.uploads)):
            before = server.status()["VmRSS"]
            began = time.monotonic()
            stalled = [stall(server.port, options.bytes) for _ in range(count)]
            opened = time.monotonic() - began
            process, file = start_series(server, options, work, [(rate, options.seconds)])
            time.sleep(options.seconds / 2)
            growth = (server.status()["VmRSS"] - before) / 1024
            process.wait()
            parts[name] = read_series(file)
            if not count:
                continue
            answers = {}
            for connection in stalled:
                connection.settimeout(60)
                try:
                    head = connection.recv(64)
                except OSError:
                    head = b"none"
                words = head.split(b" ")
                key = words[1].decode() if len(words) > 1 else "closed" if head == b"" else "silent"
                answers[key] = answers.get(key, 0) + 1
                connection.close()
            closed = time.monotonic() - began
        result = {"rate_per_s": rate, "seconds": options.seconds, "uploads": options.uploads,
                  "bytes_declared": options.bytes, "opened_in_s": opened, "all_closed_after_s": closed,
                  "rss_growth_mb": growth}
        for name, series in parts.items():
            result |= {f"p99_ms_{name}": p99(series), f"requests_{name}": len(series),
                       f"not_200_{name}": sum(status != 200 for _, status, _ in series)}
        result |= {f"stalled_{key}": value for key, value in answers.items()} | stamp()
    print(json.dumps(rounded(result)))
    if options.out != "-":
        write_csv(options.out, [rounded(result)])
    good = result["not_200_beside"] == 0 and not answers.get("silent")
    if not good:
        print("stalls: other clients were refused, or stalled uploads stay.", file=sys.stderr)
    return 0 if good else 1


def options(parser):
    parser.add_argument("--uploads", type=int, default=1000)
    parser.add_argument("--bytes", type=int, default=20_000_000, help="that each upload declares")
    parser.add_argument("--seconds", type=int, default=10, help="of load, alone and beside the uploads")
