"""kill -9 and restart under load: a client that tries again loses nothing, and only what was in flight
is sent twice. Then SIGTERM under load: what was accepted is answered, and the end comes in time."""
import http.client
import json
import random
import socket
import sys
import threading
import time

from figures import percentile, rounded, stamp, write_csv
from server import Server, free_port
from stalls import stall


class Clients:
    """Clients that send one request after another and try again after failures."""

    def __init__(self, server, count, *, retries=True):
        self.port, self.path = server.port, server.url.removeprefix(server.base)
        self.body, self.expected = server.body, server.rows
        self.retries = retries
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.in_flight = 0
        self.counts = {"answered": 0, "wrong": 0, "lost": 0, "not_accepted": 0, "refused": 0}
        self.times = []
        self.threads = [threading.Thread(target=self.run) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def count(self, name):
        with self.lock:
            self.counts[name] += 1

    def attempt(self):
        """Whether the request was answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            try:
                connection.connect()
            except OSError:
                self.count("not_accepted")
                return False
            with self.lock:
                self.in_flight += 1
            try:
                connection.request("POST", self.path, self.body, {"Content-Type": "image/jpeg"})
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                self.count("lost")
                return False
            finally:
                with self.lock:
                    self.in_flight -= 1
            if answer.status in (429, 503):
                self.count("refused")
                return False
            self.count("answered" if answer.status == 200 and json.loads(content) == self.expected else "wrong")
            return True
        finally:
            connection.close()

    def run(self):
        while not self.stopping.is_set():
            began = time.monotonic()
            while not self.attempt():
                if self.stopping.is_set():
                    break
                if not self.retries:
                    time.sleep(0.05)
                    break
                time.sleep(0.05 + 0.05 * random.random())
            else:
                with self.lock:
                    self.times.append(time.monotonic() - began)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def kills(options, work):
    server = Server("mien", options, work, port=free_port())
    clients = Clients(server, options.clients)
    lost, away = [], []
    for _ in range(options.kills):
        time.sleep(options.seconds)
        with clients.lock:
            before = clients.counts["lost"]
        # Nobody is counted between these two lines, but a request may begin: at most one a client.
        server.kill()
        began = time.monotonic()
        server = Server("mien", options, work, port=server.port)
        away.append(time.monotonic() - began)
        with clients.lock:
            lost.append(clients.counts["lost"] - before)
    time.sleep(options.seconds)
    clients.stop()
    server.stop()
    result = {"kills": options.kills, "clients": options.clients, **clients.counts,
              "lost_at_most_at_one_kill": max(lost), "seconds_away_median": percentile(away, 0.5),
              "request_p99_s": percentile(clients.times, 0.99), "request_longest_s": max(clients.times), **stamp()}
    row = rounded({"kill": "KILL", **result})
    print(json.dumps(row), flush=True)
    return row, max(lost) <= options.clients and clients.counts["wrong"] == 0


def drain(options, work):
    """SIGTERM with requests in flight, beside a stalled upload and a connection that says nothing."""
    server = Server("mien", options, work)
    stalled = stall(server.port, 1_000_000)
    silent = socket.create_connection(("127.0.0.1", server.port))
    clients = Clients(server, options.clients, retries=False)
    time.sleep(options.seconds)
    with clients.lock:
        lost = clients.counts["lost"]
    status, seconds = server.stop()
    clients.stop()
    stalled.close()
    silent.close()
    lost = clients.counts["lost"] - lost
    row = rounded({"kill": "TERM", "clients": options.clients, "exit_status": status, "seconds": seconds,
                   **clients.counts, "lost": lost, **stamp()})
    print(json.dumps(row), flush=True)
    return row, status == 0 and seconds <= 22 and lost == 0 and clients.counts["wrong"] == 0


def run(options, work):
    rows, good = zip(kills(options, work), drain(options, work))
    if options.out != "-":
        write_csv(options.out, rows)
    if not all(good):
        print("restart: more was lost than was in flight, or the end was not orderly.", file=sys.stderr)
    return 0 if all(good) else 1


def options(parser):
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4, help="between two kills")
