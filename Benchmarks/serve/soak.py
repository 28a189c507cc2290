"""Memory over an hour at a modest rate, and whether it has a slope.

Requests are a mixture drawn with the seed: photos of many sizes, whole images, forms, base64, tensors,
heat maps, clips, damaged pictures and refused ones.
"""
import base64
import http.client
import io
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

from figures import rounded, slope, stamp, write_csv
from server import Server


def requests(options):
    """(share, path, type, body, expected statuses) of each kind."""
    import cv2
    import numpy
    photo = pathlib.Path(options.photo).read_bytes()
    picture = cv2.imdecode(numpy.frombuffer(photo, numpy.uint8), cv2.IMREAD_COLOR)

    def jpeg(scale):
        return cv2.imencode(".jpg", cv2.resize(picture, None, fx=scale, fy=scale))[1].tobytes()

    crop = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (48, 48))
    small = jpeg(0.5)
    form = (b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n'
            b"Content-Type: image/jpeg\r\n\r\n" + small + b"\r\n--b--\r\n")
    tensor = json.dumps({"inputs": [{"name": "face", "datatype": "UINT8", "shape": [1, 48, 48],
                                     "data": crop.flatten().tolist()}]}).encode()
    text = json.dumps({"image": base64.b64encode(small).decode()}).encode()
    with tempfile.TemporaryDirectory() as folder:
        clip = pathlib.Path(folder, "clip.avi")
        size = (picture.shape[1] // 2, picture.shape[0] // 2)
        writer = cv2.VideoWriter(str(clip), cv2.VideoWriter_fourcc(*"MJPG"), 10, size)
        for _ in range(10):
            writer.write(cv2.resize(picture, size))
        writer.release()
        video = clip.read_bytes()
    kinds = [(4, "/v1/faces", "image/jpeg", jpeg(scale), [200])
             for scale in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2)]
    return kinds + [
        (10, "/v1/faces?whole_image=true", "image/png", cv2.imencode(".png", crop)[1].tobytes(), [200]),
        (8, "/v1/faces", "multipart/form-data; boundary=b", form, [200]),
        (8, "/v1/faces?_format=fhir", "application/json", text, [200]),
        (8, "/v2/models/mien/infer", "application/json", tensor, [200]),
        (2, "/v1/explanations", "image/jpeg", small, [200]),
        (2, "/v1/videos?frames_per_second=2", "video/x-msvideo", video, [200]),
        (6, "/v1/faces", "image/jpeg", photo[:len(photo) // 2], [422]),
        (4, "/v1/faces?limit=0", "image/jpeg", small, [400]),
        (6, "/v1/faces", "image/jpeg", b"no picture", [415]),
        (6, "/openapi.json", None, None, [200]),
    ]


class Sender:
    """Requests at a constant rate, each on a thread of its own and on a new connection."""

    def __init__(self, server, kinds, rate, seed):
        self.server, self.kinds, self.rate = server, kinds, rate
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.counts = {"answered": 0, "refused": 0, "wrong": 0, "failed": 0}
        self.stopped = threading.Event()

    def send(self, kind):
        _, path, type_, body, expected = kind
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.request("POST" if body else "GET", path, body, {"Content-Type": type_} if type_ else {})
            answer = connection.getresponse()
            answer.read()
            name = ("answered" if answer.status in expected else "refused" if answer.status == 503
                    else "wrong")
        except (OSError, http.client.HTTPException):
            name = "failed"
        finally:
            connection.close()
        with self.lock:
            self.counts[name] += 1

    def run(self):
        shares = [kind[0] for kind in self.kinds]
        due = time.monotonic()
        senders = []
        while not self.stopped.is_set():
            kind = self.random.choices(self.kinds, shares)[0]
            senders = [sender for sender in senders if sender.is_alive()]
            senders.append(threading.Thread(target=self.send, args=(kind,), daemon=True))
            senders[-1].start()
            due += 1 / self.rate
            self.stopped.wait(max(0, due - time.monotonic()))
        # The server is stopped after this: what is under way is to be answered before.
        for sender in senders:
            sender.join(60)


def run(options, work):
    kinds = requests(options)
    samples = []
    with Server("mien", options, work) as server:
        sender = Sender(server, kinds, options.rate, options.seed)
        for kind in kinds:  # each kind once, so that what is made at the first use is there
            sender.send(kind)
        thread = threading.Thread(target=sender.run, daemon=True)
        thread.start()
        began = time.monotonic()
        while (seconds := time.monotonic() - began) < options.seconds:
            status = server.status()
            samples.append({
                "seconds": round(seconds), "rss_kb": status["VmRSS"], "anonymous_kb": status["RssAnon"],
                "threads": status["Threads"], "descriptors": server.descriptors(),
                "cpu_seconds": server.cpu_seconds(), **sender.counts, **stamp()})
            if options.out != "-" and len(samples) % 6 == 1:
                write_csv(options.out, samples)
            time.sleep(max(0, began + len(samples) * options.every - time.monotonic()))
        sender.stopped.set()
        thread.join()
    if options.out != "-":
        write_csv(options.out, samples)
    later = [sample for sample in samples if sample["seconds"] >= options.warm_up]
    hours = [sample["seconds"] / 3600 for sample in later]
    result = {"requests": sum(sender.counts.values()), **sender.counts, "samples": len(later)}
    for name in ("rss_kb", "anonymous_kb", "threads", "descriptors"):
        value, half = slope(hours, [sample[name] for sample in later])
        result |= {f"{name}_mean": sum(sample[name] for sample in later) / len(later),
                   f"{name}_per_hour": value, f"{name}_per_hour_half_width": half}
    grows = result["anonymous_kb_per_hour"] > result["anonymous_kb_per_hour_half_width"]
    print(json.dumps(rounded(result)), flush=True)
    if grows:
        print("soak: memory has a slope above its interval.", file=sys.stderr)
    if result["refused"] > 0.01 * result["requests"]:
        print("soak: more than 1 % of the requests were refused: the machine was too busy for the rate, and "
              "the slope says little.", file=sys.stderr)
    return 1 if grows or result["wrong"] or result["failed"] else 0


def options(parser):
    parser.add_argument("--rate", type=float, default=3, help="requests a second")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--every", type=float, default=10, help="seconds between two samples")
    parser.add_argument("--warm-up", type=float, default=600, help="seconds that the slope leaves out")
