"""What the measurements were taken on, and with."""

import os
import pathlib
import platform
import re
import subprocess

FLAGS = ["avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8"]
PACKAGES = ["torch", "onnxruntime", "openvino", "grad-cam", "numpy", "onnx"]


def processor():
    """Name, logical and physical cores, and the flags that matter here."""
    text = pathlib.Path("/proc/cpuinfo").read_text()

    def values(key):
        return re.findall(rf"^{key}\s*:\s*(.*)$", text, re.MULTILINE)

    cores = set(zip(values("physical id"), values("core id")))
    flags = set((values("flags") or [""])[0].split())
    return {
        "cpu": (values("model name") or [platform.machine()])[0],
        "logical_cores": os.cpu_count(),
        "physical_cores": len(cores) or os.cpu_count(),
        "flags": [flag for flag in FLAGS if flag in flags],
    }


def describe():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {**processor(), "memory_gb": round(memory / 1e9, 1),
            "kernel": re.match(r"[\d.]*", platform.release())[0], "system": platform.system()}


def has_bfloat16():
    return bool({"avx512_bf16", "amx_bf16"} & set(processor()["flags"]))


def slug():
    """A name for files: what the processor is, not whose machine."""
    parts = processor()
    name = re.sub(r"\(.*?\)|@.*|processor|cpu", "", parts["cpu"], flags=re.IGNORECASE)
    name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"{name}-{parts['physical_cores']}-cores"


def output(*command):
    """What a program printed; nothing where it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def first_line(*command):
    return output(*command).partition("\n")[0]


def installed(python):
    """Versions of the peers that `python` can import."""
    program = "import importlib.metadata as m, sys\n" \
              "for name in sys.argv[1:]:\n" \
              "    try: print(name, m.version(name))\n" \
              "    except m.PackageNotFoundError: pass"
    lines = output(python, "-c", program, *PACKAGES).splitlines()
    return dict(line.split(" ", 1) for line in lines)


def versions(mien, python, root):
    changed = first_line("git", "-C", str(root), "status", "--porcelain", "-uno")
    commit = first_line("git", "-C", str(root), "rev-parse", "--short", "HEAD")
    return {
        "mien": first_line(mien, "--version"),
        "commit": (commit or "unknown") + (" with changes" if changed else ""),
        "swift": first_line("swift", "--version"),
        "python": platform.python_version(), **installed(python),
    }
