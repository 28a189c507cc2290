"""Load, memory and failures of `mien serve`, a subcommand each, on 127.0.0.1 alone.

    python Benchmarks/serve sides --mien PROGRAM --detector centerface.onnx [--whole] [--out FILE.csv]
    python Benchmarks/serve capacity|overload|soak|stalls|restart --mien PROGRAM [--out FILE.csv]

sides: Mien beside FastAPI with ONNX Runtime. capacity: p50 and p99 at 0.5 to 3 times capacity. overload:
ten minutes at 3 times. soak: an hour's memory. stalls: a thousand stalled uploads. restart: kill -9 and
SIGTERM under load. Needs what requirements.txt names. Exit 1 where a target is missed.
"""
import argparse
import pathlib
import sys
import tempfile

import capacity
import overload
import restart
import sides
import soak
import stalls

COMMANDS = {"sides": sides, "capacity": capacity, "overload": overload, "soak": soak, "stalls": stalls,
            "restart": restart}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, description=module.__doc__)
        command.add_argument("--mien", required=True, help="the program")
        command.add_argument("--model", help="Mien's, in place of the released one")
        command.add_argument("--detector", default="", help="the face detector's ONNX file, for the peer")
        command.add_argument("--photo", default="docs/images/faces.jpg")
        command.add_argument("--whole", action="store_true", help="the picture is the face")
        command.add_argument("--k6", default=str(pathlib.Path(sys.executable).with_name("k6")))
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--out", default="-", help="a csv file")
        module.options(command)
    options = parser.parse_args()
    options.mien = str(pathlib.Path(options.mien).resolve())
    if options.command == "sides" and not options.detector:
        parser.error("sides needs --detector, the face detector's ONNX file")
    options.detector = str(pathlib.Path(options.detector).resolve())
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(COMMANDS[options.command].run(options, pathlib.Path(folder)))


main()
