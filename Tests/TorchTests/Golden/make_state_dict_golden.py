"""Makes the golden files of StateDictTests in a folder StateDict beside itself.

    python make_state_dict_golden.py        (torch 2.13, safetensors 0.8)
"""
import io, json, os, pickle, struct, zipfile, zlib
from collections import OrderedDict

import torch
from safetensors.torch import save_file

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "StateDict")
os.makedirs(here, exist_ok=True)
path = lambda name: os.path.join(here, name)

weights = OrderedDict()
weights["weight"] = torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4
weights["transposed"] = weights["weight"].t()
weights["half"] = torch.tensor([1.0, -2.5, 0.1], dtype=torch.bfloat16)
weights["batches"] = torch.tensor(7, dtype=torch.int64)
weights["flags"] = torch.tensor([True, False, True])
weights["parameter"] = torch.nn.Parameter(torch.tensor([0.5, -0.25]))
weights["slice"] = torch.arange(10, dtype=torch.float64)[2:8:2]
weights["expanded"] = torch.tensor([3, 4], dtype=torch.int32).expand(2, 2)
weights["empty"] = torch.zeros(0, 4)
weights._metadata = OrderedDict([("", {"version": 1})])

torch.save(weights, path("zip.pth"))
torch.save(weights, path("legacy.pth"), _use_new_zipfile_serialization=False)
torch.save(dict(weights), path("plain.pth"))
torch.save(
    {"epoch": 3, "best": torch.tensor(0.5), "lr": 1e-3, "tags": {"a"}, "none": None,
     "size": torch.Size([2, 3]), "device": torch.device("cpu"), "dtype": torch.float32,
     "large": 2**40, "negative": -(2**40),
     "state_dict": OrderedDict(("module." + k, v) for k, v in weights.items())},
    path("checkpoint.pth"))
save_file({k: v.contiguous() for k, v in weights.items() if k != "parameter"} | {"parameter": weights["parameter"].data},
          path("weights.safetensors"), metadata={"format": "pt", "note": "ä \"quoted\""})

expected = {
    k: {"dtype": str(v.dtype).removeprefix("torch."), "shape": list(v.shape),
        "hex": v.detach().contiguous().flatten().view(torch.uint8).numpy().tobytes().hex()
        if v.numel() else ""}
    for k, v in weights.items()}
json.dump(expected, open(path("expected.json"), "w"), indent=1)


def rezip(source, target, change):
    """The records of a .pth file again, `change`d, with right checksums."""
    with zipfile.ZipFile(path(source)) as old, zipfile.ZipFile(path(target), "w") as new:
        for record in old.namelist():
            new.writestr(record, change(record, old.read(record)))


class Call:
    def __init__(self, function, *arguments): self.call = (function, arguments)
    def __reduce__(self): return self.call


def evil(name, value, protocol=2):
    rezip("zip.pth", name, lambda r, b: pickle.dumps(value, protocol) if r.endswith("data.pkl") else b)


evil("evil-system.pth", {"w": Call(os.system, "touch mien-was-here")})
evil("evil-eval.pth", {"w": Call(eval, "1")}, protocol=4)
rezip("zip.pth", "evil-inst.pth", lambda r, b: b"(ios\nsystem\n."
      if r.endswith("data.pkl") else b)
with open(path("evil-legacy.pth"), "wb") as f:
    for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True},
                 OrderedDict(w=Call(os.system, "touch mien-was-here"))):
        f.write(pickle.dumps(part, 2))
torch.save(torch.nn.Linear(1, 1), path("module.pth"))
torch.save([1, 2], path("list.pth"))

# A view beyond its storage: the size (2, 3) of `weight` becomes (2, 9).
rezip("plain.pth", "beyond.pth", lambda r, b: b.replace(b"K\x02K\x03\x86", b"K\x02K\x09\x86", 1)
      if r.endswith("data.pkl") else b)
rezip("zip.pth", "big-endian.pth", lambda r, b: b"big" if r.endswith("byteorder") else b)
with zipfile.ZipFile(path("zip.pth")) as old, \
        zipfile.ZipFile(path("compressed.pth"), "w", zipfile.ZIP_DEFLATED) as new:
    for record in old.namelist(): new.writestr(record, old.read(record))
data = open(path("zip.pth"), "rb").read()
floats = struct.pack("<6f", *[i / 4 for i in range(6)])
at = data.index(floats)
open(path("wrong-crc.pth"), "wb").write(data[:at + 4] + b"\x01" + data[at + 5:])
print({n: os.path.getsize(path(n)) for n in sorted(os.listdir(here))})
