"""Deals crops of several folders into one, for `mien probe occlusion` and `mien probe face`.

    python deal_crops.py OUT FOLDER[:MOST] ...

They cross-validate by runs of neighbouring files. Here each of 60 folders of OUT has its share of
every FOLDER, in the order of its names, so that no run is of one folder alone. MOST files of a
folder are taken, its first.
"""

import pathlib
import shutil
import sys

PARTS = 60


def main():
    out = pathlib.Path(sys.argv[1])
    for number, argument in enumerate(sys.argv[2:]):
        folder, _, most = argument.partition(":")
        files = sorted(pathlib.Path(folder).rglob("*.png"))[: int(most) if most else None]
        for index, file in enumerate(files):
            part = out / f"{index * PARTS // len(files):02}"
            part.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, part / f"{number}-{file.name}")
        print(f"{len(files)} of {folder}")


if __name__ == "__main__":
    main()
