"""Checks the service from outside: page, camera, accessibility, other programs' clients, encryption, broken
requests.

    python Tests/browser --mien PROGRAM --out FOLDER [--only WORD]

The photo is one of the project's, of drawn faces, unless --photo names another. Prints a line for
each check; exit 1 where one fails.
"""
import argparse
import pathlib
import sys

import clients
import encryption
import interface
import page
from service import Service


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mien", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--photo", type=pathlib.Path, default=pathlib.Path("docs/images/faces.jpg"))
    parser.add_argument("--only", default="", help="checks whose name has this word")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    failures = 0
    with Service(options.mien, options.out) as service:
        for check in clients.CHECKS + page.CHECKS + encryption.CHECKS + interface.CHECKS:
            if options.only not in check.__name__:
                continue
            try:
                note = check(service, options.photo, options.out)
                print(f"ok      {check.__name__}{': ' + note if note else ''}", flush=True)
            except Exception as error:  # each check is reported, whatever it died of
                failures += 1
                print(f"failed  {check.__name__}: {type(error).__name__}: {error}", flush=True)
    sys.exit(1 if failures else 0)


main()
