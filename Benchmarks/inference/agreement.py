"""How like the scores of one model are in several precisions, or of a model and its int8 one.

    mien evaluate --model M --precision float32 --out reference ...
    mien evaluate --model M --precision bfloat16 --out other ...
    python agreement.py reference other [another ...]

Prints one JSON per folder: accuracy, AUC and emotions as evaluated, then against the first folder,
row by row: the share of equal decisions, and how far scores and probabilities lie apart.
Needs Python alone.
"""

import argparse
import csv
import json
import pathlib
import statistics

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("folders", nargs="+", type=pathlib.Path)


def read(folder):
    with open(folder / "predictions.csv", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    return rows, json.loads((folder / "metrics.json").read_text())


def numbers(row):
    return {name: float(value) for name, value in row.items() if name.startswith("probability_")}


folders = parser.parse_args().folders
reference, _ = read(folders[0])
for folder in folders:
    rows, metrics = read(folder)
    if rows.keys() != reference.keys():
        raise SystemExit(f"{folder}: not the rows of {folders[0]}")
    scores = [(float(rows[key]["score"]), float(reference[key]["score"])) for key in rows]
    shares = [(numbers(rows[key]), numbers(reference[key])) for key in rows]
    apart = [abs(a - b) for a, b in scores]
    print(json.dumps({
        "folder": str(folder), "precision": metrics["compute_precision"], "n": metrics["n"],
        "accuracy": metrics["accuracy"], "auc": metrics["auc"],
        "emotions_accuracy": (metrics.get("emotions") or {}).get("accuracy"),
        "same_decision": statistics.mean((a >= 0.5) == (b >= 0.5) for a, b in scores),
        "same_class": statistics.mean(max(a, key=a.get) == max(b, key=b.get) for a, b in shares),
        "score_mean_difference": statistics.mean(apart), "score_largest_difference": max(apart),
        "probability_largest_difference": max(abs(a[k] - b[k]) for a, b in shares for k in a),
    }))
