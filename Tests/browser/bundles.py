"""A FHIR R4 Bundle of the service: three validators, each with gaps of its own, and a check that has none
of these gaps but knows this Bundle alone."""

# What a reference may point at, and the codes that R4 allows or Mien uses.
TARGETS = {
    ("Observation", "device"): "Device", ("Observation", "derivedFrom"): "Media",
    ("Observation", "subject"): "Patient", ("Media", "subject"): "Patient",
    ("Provenance", "target"): "Observation", ("Provenance", "agent.who"): "Device",
}
ENTITIES = {"source": "Media", "derivation": "DocumentReference"}
STATUS = {"Observation": {"preliminary", "final", "entered-in-error"}, "Media": {"completed"},
          "Device": {"active"}, "DocumentReference": {"current"}}
KINDS = {"Patient", "Device", "DocumentReference", "Media", "Observation", "Provenance"}
NEVER = {"performer", "interpretation", "referenceRange", "bodySite"}
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
TRANSPARENCY = "http://hl7.org/fhir/uv/aitransparency/CodeSystem/"
CODES = {
    TERMINOLOGY + "v3-ObservationValue": {"AIAST"}, TERMINOLOGY + "media-type": {"image"},
    TERMINOLOGY + "data-absent-reason": {"not-performed"}, TERMINOLOGY + "v3-DataOperation": {"CREATE"},
    TERMINOLOGY + "provenance-participant-type": {"assembler"},
    TRANSPARENCY + "AIdeviceTypeCS": {"Artificial-Intelligence"},
    TRANSPARENCY + "AIinputsCS": {"AIModelCard", "AIModelCardMarkdownFormat"}, "urn:mien:codes": None,
}


def own_faults(bundle):
    """What is wrong, a sentence each."""
    faults = []
    kinds = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in bundle["entry"]}
    if len(kinds) != len(bundle["entry"]):
        faults.append("two entries have one fullUrl")

    def refer(kind, name, reference, wanted):
        found = kinds.get(reference.get("reference"))
        if found != wanted:
            faults.append(f"{kind}.{name} points at {found}, not {wanted}")

    def walk(kind, value):
        if isinstance(value, list):
            if not value:
                faults.append(f"{kind} has an empty array")
            for item in value:
                walk(kind, item)
        elif isinstance(value, dict):
            if not value:
                faults.append(f"{kind} has an empty object")
            if "system" in value and "code" in value and "value" not in value:
                allowed = CODES.get(value["system"], set())
                if allowed is not None and value["code"] not in allowed:
                    faults.append(f"{kind} has the code {value['system']}|{value['code']}")
            for item in value.values():
                walk(kind, item)

    for entry in bundle["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"]
        if kind not in KINDS:
            faults.append(f"the Bundle has a {kind}")
        if kind in STATUS and resource.get("status") not in STATUS[kind]:
            faults.append(f"{kind}.status is {resource.get('status')}")
        for name in NEVER & set(resource):
            faults.append(f"{kind} has {name}")
        for (of, name), wanted in TARGETS.items():
            if of != kind or "." in name or name not in resource:
                continue
            value = resource[name]
            for reference in value if isinstance(value, list) else [value]:
                refer(kind, name, reference, wanted)
        if kind == "Observation":
            if ("valueQuantity" in resource) == ("dataAbsentReason" in resource):
                faults.append("obs-6: an Observation has a value and a reason for none, or neither")
            for name in ("device", "derivedFrom", "note", "method"):
                if name not in resource:
                    faults.append(f"an Observation has no {name}")
        if kind == "Patient" and set(resource) != {"resourceType", "identifier"}:
            faults.append(f"the Patient says more than an identifier: {sorted(resource)}")
        if kind == "Media" and "data" in resource["content"]:
            faults.append("the Media holds the picture")
        if kind == "Provenance":
            for agent in resource["agent"]:
                refer(kind, "agent.who", agent["who"], "Device")
            for entity in resource["entity"]:
                if entity["role"] not in ENTITIES:
                    faults.append(f"Provenance.entity.role is {entity['role']}")
                else:
                    refer(kind, "entity.what", entity["what"], ENTITIES[entity["role"]])
        walk(kind, resource)
    return faults


def faults(bundle):
    """By validator."""
    import fhirkit
    from fhir.resources.R4B.bundle import Bundle
    from pyfhircheck import Validator
    found = {}
    try:
        Bundle.model_validate(bundle)
    except ValueError as error:
        found["fhir.resources"] = [str(error)]
    found["fhirkit-rs"] = [str(issue) for issue in fhirkit.validate(bundle)]
    report = Validator().validate_resource(bundle).to_dict()
    # Systems that are the project's own, or of a guide that is not installed, are said to be unknown.
    found["pyfhircheck"] = [f"{issue['code']} {issue['path']}: {issue['message']}"
                            for issue in report["issues"] if issue["severity"] in ("error", "fatal")]
    found["own"] = own_faults(bundle)
    return {name: list_ for name, list_ in found.items() if list_}


def broken(bundle):
    """(what is broken, the bundle with it): each must be found by at least one validator."""
    import copy

    def change(name, edit):
        other = copy.deepcopy(bundle)
        resources = {}
        for entry in other["entry"]:
            resources.setdefault(entry["resource"]["resourceType"], entry)
        edit(resources)
        return name, other

    def resource(name):
        return lambda resources: resources[name]["resource"]

    observation, provenance = resource("Observation"), resource("Provenance")
    return [
        change("no code", lambda r: observation(r).pop("code")),
        change("bad date", lambda r: observation(r).update(effectiveDateTime="yesterday")),
        change("bad status", lambda r: observation(r).update(status="done")),
        change("value twice", lambda r: observation(r).update(valueString="a")),
        change("unknown key", lambda r: observation(r).update(mood="sad")),
        change("empty array", lambda r: observation(r).update(note=[])),
        change("performer", lambda r: observation(r).update(performer=[{"reference": r["Device"]["fullUrl"]}])),
        change("derived from a Device", lambda r: observation(r)["derivedFrom"][0].update(
            reference=r["Device"]["fullUrl"])),
        change("value and a reason for none", lambda r: observation(r).update(
            valueQuantity={"value": 1}, dataAbsentReason={"text": "a"})),
        change("role of an entity", lambda r: provenance(r)["entity"][0].update(role="origin")),
        change("a diagnosis", lambda r: r["Media"].update(
            resource={"resourceType": "Condition", "subject": {"display": "a"}})),
        change("a depression code", lambda r: observation(r)["code"]["coding"][0].update(
            system="http://loinc.org", code="44261-6")),
    ]
