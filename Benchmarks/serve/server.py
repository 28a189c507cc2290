"""A server as a process of its own: Mien's, or the peer."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """`first_answer` is the time from the start of the process to the answer to a first photo."""

    def __init__(self, kind, options, work, *, port=None, arguments=()):
        self.kind = kind
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.url = self.base + "/v1/faces" + ("?whole_image=true" if options.whole else "")
        environment = dict(os.environ)
        if kind == "mien":
            command = [options.mien, "serve", "--bind", f"127.0.0.1:{self.port}", *arguments]
            command += ["--model", options.model] if options.model else []
        else:
            environment |= {"MIEN_ONNX": str(work / "mien.onnx"), "CENTERFACE_ONNX": options.detector}
            command = [sys.executable, "-m", "uvicorn", "peer:app", "--port", str(self.port),
                       "--log-level", "error", "--no-access-log", "--workers", "1"]
        began = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=HERE if kind == "peer" else None, env=environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.body = pathlib.Path(options.photo).read_bytes()
        while True:
            try:
                self.rows = self.post()
                break
            except urllib.error.HTTPError as error:
                self.stop()
                raise SystemExit(f"{kind}: the first answer is {error.code}")
            except (urllib.error.URLError, ConnectionError):
                if self.process.poll() is not None or time.perf_counter() - began > 60:
                    raise SystemExit(f"{kind}: the server does not start")
                time.sleep(0.005)
        self.first_answer = time.perf_counter() - began

    def post(self, body=None, timeout=30):
        """The rows of a photo."""
        request = urllib.request.Request(
            self.url, data=body or self.body, headers={"Content-Type": "image/jpeg"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer)

    def status(self):
        """Of the process, by the names of /proc: memory in KB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)
                if name in ("VmRSS", "VmHWM", "RssAnon", "RssFile", "Threads")}

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")")[-1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """SIGTERM. Returns the exit status and the seconds until the process ended."""
        began = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60), time.perf_counter() - began

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
