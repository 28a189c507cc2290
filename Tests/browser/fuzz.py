"""Broken requests over raw sockets, drawn with a seed: the server stays, and each answer is well formed."""
import random
import re
import socket
import string

HEAD = re.compile(rb"\AHTTP/1\.[01] ([1-5]\d\d) [^\r\n]*\r\n((?:[!#-'*+.^-z|~\w-]+:[^\r\n]*\r\n)*)\r\n")
METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "P\x00ST", ""]
PATHS = ["/", "/v1/faces", "/v1/explanations", "/v1/videos", "/v1/model", "/v2", "/v2/models/mien/infer", "/livez",
         "/fhir/$mien-observe", "/openapi.json", "/authority.crt", "/%00", "/..%2f..%2fetc/passwd", "//", "/a?b=%zz",
         "http://localhost/livez", "*", "/v1/faces?limit=-1", "/v2/models/%ff/ready"]
FIELDS = [("Host", ["localhost", "evil.example", "", "localhost:99999", "[::1", "\x7f"]),
          ("Content-Length", ["0", "3", "-1", "99999999999999999999", "3, 3", "0x3", "+3"]),
          ("Transfer-Encoding", ["chunked", "gzip, chunked", "identity", "chunked, chunked", "x"]),
          ("Content-Type", ["image/jpeg", "application/json", "multipart/form-data; boundary=b",
                            "multipart/form-data; boundary=" + "a" * 200, "text/html", ";;;", "image/\xff"]),
          ("Content-Encoding", ["gzip", "identity"]), ("Expect", ["100-continue", "200-ok"]),
          ("Connection", ["close", "keep-alive", "upgrade"]), ("Upgrade", ["h2c", "websocket"]),
          ("Accept", ["*/*", "application/x-ndjson", "\t"]), ("Origin", ["http://localhost", "null", "http://a\\b"]),
          ("Sec-Fetch-Site", ["same-origin", "cross-site", "\x01"]), ("Authorization", ["Bearer x", "Basic !"]),
          ("Request-Timeout", ["1", "nan", "1e999", "-3"]), ("Range", ["bytes=0-"]),
          ("Inference-Header-Content-Length", ["0", "5", "99999999", "-2"]), ("Accept-Encoding", ["gzip", "\x80"])]


def mutated(random_, body):
    """Bytes with a few of them flipped, cut, doubled or overwritten."""
    body = bytearray(body)
    for _ in range(random_.randint(1, 8)):
        if not body:
            break
        at = random_.randrange(len(body))
        match random_.randrange(5):
            case 0:
                body[at] ^= 1 << random_.randrange(8)
            case 1:
                del body[at:]
            case 2:
                body[at:at] = body[:random_.randint(1, 64)]
            case 3:
                body[at:at + 4] = random_.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
            case 4:
                body[at:at] = bytes(random_.randrange(256) for _ in range(random_.randint(1, 16)))
    return bytes(body)


def request(random_, bodies):
    method, path = random_.choice(METHODS[:5] * 3 + METHODS), random_.choice(PATHS)
    lines = [f"{method} {path} HTTP/1.{random_.choice('1111109')}"]
    if random_.random() < 0.9:
        lines.append("Host: localhost")
    for _ in range(random_.randrange(5)):
        name, values = random_.choice(FIELDS)
        lines.append(f"{name}{random_.choice([':', ':', ':', ' :', ''])} {random_.choice(values)}")
    if random_.random() < 0.05:
        lines += ["X-" + "".join(random_.choices(string.ascii_letters, k=8)) + ": a"] * random_.choice([99, 300])
    body = b""
    if method == "POST" or random_.random() < 0.2:
        body = mutated(random_, random_.choice(bodies)) if random_.random() < 0.8 else random_.choice(bodies)
        if random_.random() < 0.7:
            lines.append(f"Content-Length: {max(0, len(body) + random_.choice([0, 0, 0, 0, -1, 1]))}")
        if random_.random() < 0.1:
            lines.append("Transfer-Encoding: chunked")
            body = f"{len(body):x}\r\n".encode() + body + random_.choice([b"\r\n0\r\n\r\n", b"\r\n", b"", b"\n0\n\n"])
    end = random_.choice(["\r\n"] * 8 + ["\n", "\r"])
    head = (end.join(lines) + end + end).encode("latin-1", "replace")
    whole = head + body
    return mutated(random_, whole) if random_.random() < 0.2 else whole


def answers(data):
    """The statuses of the answers in `data`; raises where one is not well formed."""
    found = []
    while data:
        head = HEAD.match(data)
        assert head, f"no head: {data[:200]!r}"
        status = int(head[1])
        fields = {name.lower(): value.strip() for name, _, value in
                  (line.partition(b":") for line in head[2].split(b"\r\n") if line)}
        data = data[head.end():]
        found.append((status, fields))
        if status < 200 or status in (204, 304):
            continue
        if fields.get(b"transfer-encoding") == b"chunked":
            end = data.find(b"0\r\n\r\n")
            assert end >= 0, "chunks without an end"
            data = data[end + 5:]
        else:
            assert b"content-length" in fields, f"no length: {head[0]!r}"
            length = int(fields[b"content-length"])
            if data.startswith(b"HTTP/1.1 "):  # an answer to HEAD has no body
                continue
            if len(data) < length:
                assert not data, "a body that is cut"
                break
            data = data[length:]
    return found


def send(port, sent, seconds):
    """What came back until the server closed or said nothing more for so long."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.settimeout(seconds)
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        parts = []
        try:
            while part := connection.recv(65536):
                parts.append(part)
        except OSError:
            pass
        return b"".join(parts)


def run(service, bodies, count, seed):
    """Sends `count` requests; returns how often each status came."""
    random_ = random.Random(seed)
    port = int(service.url.rsplit(":", 1)[1])
    statuses = {}
    for number in range(count):
        sent = request(random_, bodies)
        try:
            found = answers(send(port, sent, 20))
            for status, fields in found:
                assert status != 500, "a failure of the server"
                if status >= 400 and b"content-type" in fields:
                    assert b"content-security-policy" in fields, "no policy"
                statuses[status] = statuses.get(status, 0) + 1
            if not found:
                statuses["closed"] = statuses.get("closed", 0) + 1
        except (AssertionError, OSError) as error:
            raise AssertionError(f"request {number} of seed {seed}: {error}: {sent[:300]!r}") from error
        assert service.process.poll() is None, f"request {number} of seed {seed} ended the server: {sent[:300]!r}"
    return statuses
