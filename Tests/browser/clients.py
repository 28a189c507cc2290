"""Other programs' clients: urllib, tritonclient, the FHIR models."""
import json
import urllib.request

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


def fhir_bundle(service, photo, folder):
    from fhir.resources.R4B.bundle import Bundle
    from fhir.resources.R4B.capabilitystatement import CapabilityStatement
    body = post(service.url + "/fhir/$mien-observe", photo.read_bytes(), "image/jpeg")
    (folder / "bundle.json").write_text(json.dumps(body, indent=1))
    bundle = Bundle.model_validate(body)
    with urllib.request.urlopen(service.url + "/fhir/metadata") as answer:
        CapabilityStatement.model_validate(json.load(answer))
    return f"{len(bundle.entry)} entries"


CHECKS = [faces_of_a_photo, triton_client, fhir_bundle]
