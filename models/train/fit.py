# What is fitted: a logistic regression on standardised, clipped features, with an intercept for each agent run.
import hashlib

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

SEED = 20261121
CLIP = 4.0
# Best of 0.001, 0.01, 0.1 and 1 by cross-validated AUC within runs on the training sets.
STRENGTH = 0.01
# Regularisation must not reach the intercepts of runs, or features would stand in for them.
RUN_SCALE = 50.0


def fold_of(instance, folds):
    """Which fold an instance is in, the same for every set and on every machine."""
    return int(hashlib.sha256(f"{SEED}:{instance}".encode()).hexdigest()[:8], 16) % folds


def matrix(rows):
    return np.array([r["features"] for r in rows], dtype=np.float64)


def fit_linear(rows, names):
    """Weights over standardised features. Each run has an intercept of its own while fitting, which is then dropped."""
    x, y = matrix(rows), np.array([r["resolved"] for r in rows], dtype=int)
    scaling = standardise(x, names)
    z = apply(scaling, x)
    runs = sorted({r["run"] for r in rows})
    intercepts = np.array([[RUN_SCALE * (r["run"] == run) for run in runs] for r in rows])
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=5000).fit(np.hstack([z, intercepts]), y)
    return {**scaling, "weights": model.coef_[0][: len(names)]}


def standardise(x, names):
    """Mean and deviation of each feature; those of the patch over rows whose patch is known, where others count as mean."""
    known = x[:, names.index("patch.known")] > 0
    of_patch = np.array([name.startswith("patch.") and name != "patch.known" for name in names])
    mean, deviation = x.mean(0), x.std(0)
    mean[of_patch], deviation[of_patch] = x[known][:, of_patch].mean(0), x[known][:, of_patch].std(0)
    deviation[deviation < 1e-6] = 1.0
    mean[names.index("patch.known")], deviation[names.index("patch.known")] = 0.0, 1e6
    return {"mean": mean, "deviation": deviation, "of_patch": of_patch, "known": names.index("patch.known")}


def apply(scaling, x):
    known = x[:, [scaling["known"]]]
    center = np.where(scaling["of_patch"], scaling["mean"] * known, scaling["mean"])
    return np.clip((x - center) / scaling["deviation"], -CLIP, CLIP)


def score_linear(model, rows, names):
    return apply(model, matrix(rows)) @ model["weights"]


def gradient_boosting():
    """A comparison only: boosted trees on the same features, pointwise, with the run's base rate taken out by weights."""
    def fit(rows, _names):
        x, y = matrix(rows), np.array([r["resolved"] for r in rows], int)
        rate = {run: np.mean([r["resolved"] for r in rows if r["run"] == run]) for run in {r["run"] for r in rows}}
        weight = [1 / (2 * max(0.05, rate[r["run"]] if r["resolved"] else 1 - rate[r["run"]])) for r in rows]
        model = HistGradientBoostingClassifier(
            max_iter=80, learning_rate=0.05, max_leaf_nodes=6, min_samples_leaf=25, l2_regularization=5.0, random_state=SEED
        )
        return model.fit(x, y, sample_weight=weight)

    return fit, lambda model, rows, _names: model.decision_function(matrix(rows))


def platt(rows, logits):
    """Scale by which held-out scores are calibrated within each run, and the intercept of each run."""
    runs = sorted({r["run"] for r in rows})
    intercepts = np.array([[RUN_SCALE * (r["run"] == run) for run in runs] for r in rows])
    labels = [int(r["resolved"]) for r in rows]
    model = LogisticRegression(C=100.0, fit_intercept=False, max_iter=5000)
    weights = model.fit(np.hstack([logits.reshape(-1, 1), intercepts]), labels).coef_[0]
    return float(weights[0]), {run: float(RUN_SCALE * w) for run, w in zip(runs, weights[1:])}
