"""The interface under tools that read its description or break its requests: schemathesis, fuzzing, Prometheus."""
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.request

import fuzz
from service import Service

CHECKS_BY_NAME = ["not_a_server_error", "status_code_conformance", "content_type_conformance",
                  "response_headers_conformance", "response_schema_conformance", "unsupported_method",
                  "allow_header_conformance", "missing_required_header"]


def the_description_is_kept(service, photo, folder):
    report = folder / "schemathesis.log"
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    # 503 is the answer to a deadline that is too short and to a full queue.
    (folder / "schemathesis.toml").write_text(
        '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", "503"]\n')
    with open(report, "wb") as log:
        done = subprocess.run(
            [program, "--config-file", "schemathesis.toml", "run", service.url + "/openapi.json", "--checks", ",".join(CHECKS_BY_NAME),
             "--phases", "examples,coverage,fuzzing", "--max-examples", os.environ.get("EXAMPLES", "30"),
             "--seed", "1", "--request-timeout", "30", "--suppress-health-check", "all", "--no-color"],
            stdout=log, stderr=subprocess.STDOUT, cwd=folder, check=False)
    text = report.read_text()
    assert done.returncode == 0, text[-1500:]
    found = re.search(r"\d+ generated.*", text)
    return found[0] if found else "no failure"


def broken_requests_are_answered(service, photo, folder):
    small = photo.read_bytes()[:20000]
    bodies = [
        small, photo.read_bytes(), b"", b"abc", b'{"image": "' + b"A" * 64 + b'"}', b"[" * 5000,
        b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n' + small + b"\r\n--b--\r\n",
        b'{"inputs":[{"name":"face","datatype":"UINT8","shape":[1,48,48],"data":[' + b"1," * 2303 + b"1]}]}",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0" + b"\0" * 64,
        b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40, b"II*\0\x08\0\0\0\xff\xff" + b"\1" * 60, b"P6 99999 99999 255\n",
        b"\0\0\0\x18ftypmp42" + b"\0" * 100,
    ]
    count = int(os.environ.get("FUZZ", "4000"))
    before = memory(service)
    statuses = fuzz.run(service, bodies, count, int(os.environ.get("SEED", "1")))
    with urllib.request.urlopen(service.url + "/readyz") as answer:
        assert json.load(answer)["status"] == "ready"
    numbers = ", ".join(f"{key}: {statuses[key]}" for key in sorted(statuses, key=str))
    return f"{count} requests, {numbers}; memory {before} to {memory(service)} MB"


def memory(service):
    text = pathlib.Path(f"/proc/{service.process.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) // 1024


def the_metrics_are_read(service, photo, folder):
    from prometheus_client.parser import text_string_to_metric_families
    with Service(service.program, folder, "--metrics", "127.0.0.1:0") as own:
        port = own.notes(lambda line: line.startswith("Metrics are on port")).rstrip(".").split()[-1]
        for body, type_ in ((photo.read_bytes(), "image/jpeg"), (b"no picture", "image/jpeg")):
            try:
                urllib.request.urlopen(urllib.request.Request(
                    own.url + "/v1/faces", data=body, headers={"Content-Type": type_}))
            except urllib.error.HTTPError as error:
                assert error.code == 415, error
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            families = {family.name: family for family in
                        text_string_to_metric_families(answer.read().decode())}
    expected = {"http_server_request_duration_seconds": "histogram", "mien_stage_seconds": "histogram",
                "mien_queue_seconds": "histogram", "mien_batch_faces": "histogram", "mien_faces": "counter",
                "mien_rejected": "counter", "mien_model_info": "gauge", "mien_ready": "gauge",
                "process_cpu_seconds": "counter", "process_resident_memory_bytes": "gauge"}
    for name, type_ in expected.items():
        assert families[name].type == type_, (name, families.get(name))
    samples = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
               for family in families.values() for sample in family.samples}
    batches = samples["mien_batch_faces_count", ()]
    assert samples["mien_batch_faces_bucket", (("le", "+Inf"),)] == batches > 0
    return f"{len(families)} families, {len(samples)} samples, {batches:.0f} batches of faces"


CHECKS = [the_metrics_are_read, the_description_is_kept, broken_requests_are_answered]
