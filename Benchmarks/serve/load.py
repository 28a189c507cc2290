"""k6 against a server, and what it cost the server."""
import csv
import json
import os
import pathlib
import subprocess

from figures import percentile
from server import HERE


def load(server, options, work, *, rate=0, seconds=None):
    """`rate` requests a second whether or not earlier ones were answered; 0 for eight clients that
    send one after another."""
    seconds = seconds or options.seconds
    before = server.cpu_seconds()
    environment = os.environ | {
        "TARGET": server.url, "PHOTO": str(pathlib.Path(options.photo).resolve()), "RATE": str(rate),
        "SECONDS": str(seconds), "SUMMARY": str(work / "summary.json")}
    subprocess.run([options.k6, "run", "--quiet", "--no-usage-report", str(HERE / "load.js")], check=True,
                   env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    result = json.loads((work / "summary.json").read_text())
    result["answered_per_s"] = result["answered"] / seconds
    result["cpu_ms_per_answer"] = 1000 * (server.cpu_seconds() - before) / max(1, result["answered"])
    result["rss_mb"] = server.status()["VmRSS"] / 1024
    return result


def start_series(server, options, work, phases):
    """k6 in the background at one rate after another; `phases` are (rate, seconds).

    Returns the process and the file that `read_series` reads once it has ended."""
    file = work / "series.csv"
    environment = os.environ | {
        "TARGET": server.url, "PHOTO": str(pathlib.Path(options.photo).resolve()),
        "PHASES": json.dumps([{"rate": rate, "seconds": seconds} for rate, seconds in phases]),
        "SECONDS": "0", "SUMMARY": str(work / "summary.json"), "K6_CSV_TIME_FORMAT": "unix_micro"}
    process = subprocess.Popen(
        [options.k6, "run", "--quiet", "--no-usage-report", "--out", f"csv={file}", str(HERE / "load.js")],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process, file


def read_series(file):
    """(time of the answer in seconds since 1970, status, milliseconds) of each request."""
    with open(file, newline="") as lines:
        return sorted((int(row["timestamp"]) / 1e6, int(row["status"] or 0), float(row["metric_value"]))
                      for row in csv.DictReader(lines) if row["metric_name"] == "http_req_duration")


def capacity(server, options, work, seconds=None):
    """Answers a second that eight clients get which do not wait; the first seconds warm up."""
    load(server, options, work, seconds=3)
    return load(server, options, work, seconds=seconds)


def p99(series):
    return percentile([duration for _, status, duration in series if status == 200], 0.99)
