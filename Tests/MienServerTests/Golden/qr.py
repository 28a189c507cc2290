"""Writes qr.json: QR codes by qrencode 4.1.1 (apt-get install qrencode), level L, bytes, with the mask that it
chose.

    python qr.py
"""
import json
import pathlib
import subprocess

TEXTS = ["a", "https://mien.local:8443/", "https://mien.local:8443/authority.crt",
         "https://[2001:db8:1:2:3:4:5:6]:8443/authority.crt?for=a-phone",
         "https://" + "long-name." * 7 + "example/authority", "x" * 134, "Grüße, 表情"]
TEXTS += [f"https://mien-{number}.local:8443/authority.crt" for number in range(400)]


def mask(rows):
    """Of the format beside the upper left finder: bits 10 to 12, of which 101 is taken away."""
    return int("".join("1" if rows[8][column] == "#" else "0" for column in (2, 3, 4)), 2) ^ 0b101


codes, masks = [], set()
for text in TEXTS:
    done = subprocess.run(["qrencode", "-8", "-l", "L", "-m", "0", "-t", "ASCII", "-o", "-"], input=text,
                          capture_output=True, text=True, check=True)
    rows = ["".join("#" if line[at] == "#" else "." for at in range(0, len(line), 2))
            for line in done.stdout.splitlines()]
    # Further texts only for masks that no text has yet.
    if text not in TEXTS[:7] and mask(rows) in masks:
        continue
    masks.add(mask(rows))
    codes.append({"text": text, "mask": mask(rows), "rows": rows})
path = pathlib.Path(__file__).with_name("qr.json")
path.write_text(json.dumps(codes, indent=0, ensure_ascii=False) + "\n")
