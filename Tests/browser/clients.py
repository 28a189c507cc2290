"""Other programs' clients: urllib, tritonclient, kserve, FHIR validators, exiftool."""
import asyncio
import base64
import json
import shutil
import subprocess
import urllib.request

import bundles
import numpy


def post(url, body, type_):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": type_})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def faces_of_a_photo(service, photo, _):
    rows = post(service.url + "/v1/faces", photo.read_bytes(), "image/jpeg")
    assert rows and all("notice" in row for row in rows), rows
    return f"{len(rows)} rows, scores {[round(row['score'], 3) for row in rows if 'score' in row][:4]}"


def triton_client(service, photo, _):
    import tritonclient.http as triton
    client = triton.InferenceServerClient(service.url.removeprefix("http://"))
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("mien")
    metadata = client.get_model_metadata("mien")
    assert [tensor["name"] for tensor in metadata["inputs"]] == ["image", "face"]
    expected = post(service.url + "/v1/faces?largest=true", photo.read_bytes(), "image/jpeg")[0]
    pictures = numpy.array([photo.read_bytes()] * 3, dtype=object)
    image = triton.InferInput("image", [3], "BYTES")
    image.set_data_from_numpy(pictures, binary_data=True)
    wanted = [triton.InferRequestedOutput(name, binary_data=True)
              for name in ("score", "emotions", "status")]
    result = client.infer("mien", [image], outputs=wanted, request_id="7")
    assert result.get_response()["id"] == "7"
    score = result.as_numpy("score")
    assert numpy.all(score == numpy.float32(expected["score"])), (score, expected["score"])
    assert result.as_numpy("emotions").shape == (3, 8)
    assert list(result.as_numpy("status")) == [b"ok"] * 3
    face = triton.InferInput("face", [2, 48, 48], "UINT8")
    face.set_data_from_numpy(numpy.full((2, 48, 48), 90, numpy.uint8), binary_data=False)
    plain = client.infer("mien", [face]).as_numpy("score")
    face.set_data_from_numpy(numpy.full((2, 48, 48), 90, numpy.uint8), binary_data=True)
    assert numpy.array_equal(client.infer("mien", [face]).as_numpy("score"), plain)
    try:
        client.infer("other", [face])
    except triton.InferenceServerException as error:
        assert "no model" in error.message(), error
    else:
        raise AssertionError("a model that is not there answers")
    return f"score {score[0]:.3f}"


def kserve_client(service, photo, _):
    from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
    expected = post(service.url + "/v1/faces?largest=true", photo.read_bytes(), "image/jpeg")[0]

    async def ask():
        client = InferenceRESTClient(RESTConfig(protocol="v2", retries=0))
        try:
            assert await client.is_server_live(service.url) and await client.is_server_ready(service.url)
            assert await client.is_model_ready(service.url, "mien")
            image = InferInput("image", [2], "BYTES")
            image.set_data_from_numpy(numpy.array([photo.read_bytes()] * 2, dtype=object), binary_data=True)
            request = InferRequest("mien", [image], request_id="8")
            pictures = await client.infer(service.url, request, model_name="mien")
            face = InferInput("face", [1, 48, 48], "UINT8")
            face.set_data_from_numpy(numpy.full((1, 48, 48), 90, numpy.uint8), binary_data=False)
            return pictures, await client.infer(service.url, InferRequest("mien", [face]), model_name="mien")
        finally:
            await client.close()

    pictures, face = asyncio.run(ask())
    assert pictures.id == "8", pictures.id
    outputs = {output.name: output.as_numpy() for output in pictures.outputs}
    assert numpy.allclose(outputs["score"], expected["score"]), (outputs["score"], expected["score"])
    assert face.outputs[0].as_numpy().shape == (1,)
    return f"scores {outputs['score']}"


def fhir_bundle(service, photo, folder):
    from fhir.resources.R4B.capabilitystatement import CapabilityStatement
    url = service.url + "/fhir/$mien-observe"
    body = post(url + "?subject=urn:study:7%7CP-004", photo.read_bytes(), "image/jpeg")
    (folder / "bundle.json").write_text(json.dumps(body, indent=1))
    for bundle in (body, post(url, photo.read_bytes(), "image/jpeg")):
        found = bundles.faults(bundle)
        assert not found, found
    caught = {}
    for name, broken in bundles.broken(body):
        found = bundles.faults(broken)
        assert found, f"nobody finds: {name}"
        for validator in found:
            caught[validator] = caught.get(validator, 0) + 1
    with urllib.request.urlopen(service.url + "/fhir/metadata") as answer:
        CapabilityStatement.model_validate(json.load(answer))
    count = len(bundles.broken(body))
    return f"{len(body['entry'])} entries; of {count} faults " + ", ".join(
        f"{name} finds {number}" for name, number in sorted(caught.items()))


def metadata_of_a_photo_goes_nowhere(service, photo, folder):
    """Place, author and comment of a photo are in no answer and in no picture of one."""
    if shutil.which("exiftool") is None:
        return "skipped: apt-get install libimage-exiftool-perl"
    marked = folder / "marked.jpg"
    marked.unlink(missing_ok=True)
    subprocess.run(["exiftool", "-q", "-o", str(marked), "-GPSLatitude=48.137", "-GPSLatitudeRef=N",
                    "-GPSLongitude=11.575", "-GPSLongitudeRef=E", "-Artist=MARKED-9C1", "-Comment=MARKED-9C1",
                    "-XMP:Creator=MARKED-9C1", str(photo)], check=True)
    body = marked.read_bytes()
    assert b"MARKED-9C1" in body
    rows = post(service.url + "/v1/explanations", body, "image/jpeg")
    maps = [base64.b64decode(row["heat_map"]) for row in rows if "heat_map" in row]
    answers = [json.dumps(rows), json.dumps(post(service.url + "/v1/faces", body, "image/jpeg")),
               json.dumps(post(service.url + "/fhir/$mien-observe", body, "image/jpeg"))]
    assert not any("MARKED-9C1" in text or "48.137" in text for text in answers)
    for number, picture in enumerate(maps):
        path = folder / f"map{number}.png"
        path.write_bytes(picture)
        read = subprocess.run(["exiftool", "-json", "-G", str(path)], capture_output=True, text=True, check=True)
        groups = {key.split(":")[0] for key in json.loads(read.stdout)[0]} - {"SourceFile"}
        assert groups <= {"ExifTool", "File", "PNG", "Composite"}, groups
    assert maps
    return f"{len(maps)} heat maps"


CHECKS = [faces_of_a_photo, triton_client, kserve_client, fhir_bundle, metadata_of_a_photo_goes_nowhere]
