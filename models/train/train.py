# Trains the shipped model from feature rows, measures it on instances it hasn't seen, and writes it as ONNX.
# /usr/bin/python3 models/train/train.py ROWS.jsonl MODEL_FOLDER   (Debian: python3-sklearn python3-onnx)
import json
import sys
from pathlib import Path

import numpy as np

from export import export
from fit import fit_linear, fold_of, gradient_boosting, platt, score_linear
from measure import metrics_table, summary

FOLDS = 5


def load(path):
    with open(path, encoding="utf-8") as lines:
        names = json.loads(next(lines))["features"]
        rows = [json.loads(line) for line in lines]
    rows.sort(key=lambda r: (r["set"], r["run"], r["instanceId"]))
    return names, rows


def cross_fitted(rows, names, train, fit, score):
    """Each row's score by a model that saw no rollout of its instance; rows outside `train` are scored the same way."""
    out = np.zeros(len(rows))
    folds = np.array([fold_of(r["instanceId"], FOLDS) for r in rows])
    for fold in range(FOLDS):
        model = fit([r for r, f in zip(rows, folds) if f != fold and train(r)], names)
        hold = np.flatnonzero(folds == fold)
        out[hold] = score(model, [rows[i] for i in hold], names)
    return out


def main(rows_path, folder):
    names, rows = load(rows_path)
    shippable = lambda r: r["role"] == "train"
    with_vorflux = lambda r: r["role"] in ("train", "optimistic")
    linear = cross_fitted(rows, names, shippable, fit_linear, score_linear)
    usual = np.median([r["baseline"]["patchChars"] for r in rows if r["baseline"]["patchChars"] is not None])
    patch_chars = np.array([r["baseline"]["patchChars"] or usual for r in rows], float)
    runs = {
        "this model": linear,
        "trained with vorflux too": cross_fitted(rows, names, with_vorflux, fit_linear, score_linear),
        "boosted trees instead": cross_fitted(rows, names, shippable, *gradient_boosting()),
        "fewest steps": -np.array([r["baseline"]["steps"] for r in rows], float),
        "shortest trajectory": -np.array([r["baseline"]["chars"] for r in rows], float),
        "shortest patch": -patch_chars,
        "random": np.zeros(len(rows)),
    }
    trained = np.flatnonzero([shippable(r) for r in rows])
    train_rows = [rows[i] for i in trained]
    scale, run_offsets = platt(train_rows, linear[trained])
    # The reward is that of an agent that resolves half of its issues: nothing says how strong the agent at hand is.
    centre = np.mean([linear[[i for i in trained if rows[i]["run"] == run]].mean() for run in run_offsets])
    offset = float(-scale * centre)
    print(metrics_table(rows, runs))
    print(summary(train_rows, scale * linear[trained], offset, run_offsets))
    model = fit_linear([r for r in rows if shippable(r)], names)
    export(model, names, {"scale": scale, "offset": offset}, Path(folder))
    order = np.argsort(-np.abs(model["weights"]))
    print("\nweights per standard deviation:")
    for i in order[:20]:
        print(f"  {names[i]:26s} {model['weights'][i]:+.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
