# What is fitted: a logistic regression on standardised, clipped features, from pointwise and pairwise rows together.
import hashlib

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

SEED = 20261121
CLIP = 4.0
GRID = (0.01, 0.02, 0.05)
PAIR_WEIGHT = 0.5


def fold_of(instance, folds):
    """Which fold an instance is in, the same for every set and on every machine."""
    return int(hashlib.sha256(f"{SEED}:{instance}".encode()).hexdigest()[:8], 16) % folds


def matrix(rows):
    return np.array([r["features"] for r in rows], dtype=np.float64)


def fit_linear(rows, names):
    """Chooses the strength of regularisation by inner folds, then fits on all rows given."""
    folds = np.array([fold_of("inner:" + r["instanceId"], 4) for r in rows])
    def loss(strength):
        total = 0.0
        for fold in range(4):
            inside = [r for r, f in zip(rows, folds) if f != fold]
            outside = [r for r, f in zip(rows, folds) if f == fold]
            total += within_run_log_loss(outside, score_linear(fit_with(inside, names, strength), outside, names))
        return total
    return fit_with(rows, names, min(GRID, key=loss))


def fit_with(rows, names, strength):
    """Weights over standardised features. Each run has an intercept of its own while fitting, which is then dropped."""
    x, y = matrix(rows), np.array([r["resolved"] for r in rows], dtype=int)
    scaling = standardise(x, names)
    z = apply(scaling, x)
    runs = sorted({r["run"] for r in rows})
    dummies = np.array([[2.0 * (r["run"] == run) for run in runs] for r in rows])
    full = np.hstack([z, dummies])
    pairs, weights = pair_rows(rows, full)
    data = np.vstack([full, pairs, -pairs])
    labels = np.concatenate([y, np.ones(len(pairs), int), np.zeros(len(pairs), int)])
    sample = np.concatenate([np.ones(len(full)), weights / 2, weights / 2])
    model = LogisticRegression(C=strength, fit_intercept=False, max_iter=2000)
    model.fit(data, labels, sample_weight=sample)
    return {**scaling, "weights": model.coef_[0][: len(names)], "strength": strength}


def pair_rows(rows, full):
    """Right minus wrong for all such pairs of one instance and set; an instance weighs as much as it has rollouts."""
    groups = {}
    for i, r in enumerate(rows):
        groups.setdefault((r["set"], r["instanceId"]), []).append(i)
    pairs, weights = [], []
    for members in groups.values():
        right = [i for i in members if rows[i]["resolved"]]
        wrong = [i for i in members if not rows[i]["resolved"]]
        for i in right:
            for j in wrong:
                pairs.append(full[i] - full[j])
                weights.append(PAIR_WEIGHT * len(members) / (len(right) * len(wrong)))
    return np.array(pairs).reshape(-1, full.shape[1]), np.array(weights)


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


def within_run_log_loss(rows, scores):
    """Log loss with a run's own base rate as intercept: doesn't reward knowing which agent is strong."""
    total = 0.0
    for run in {r["run"] for r in rows}:
        at = np.array([i for i, r in enumerate(rows) if r["run"] == run])
        y = np.array([rows[i]["resolved"] for i in at], float)
        rate = np.clip(y.mean(), 0.02, 0.98)
        p = 1 / (1 + np.exp(-(scores[at] - scores[at].mean() + np.log(rate / (1 - rate)))))
        total -= np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
    return total


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


def platt(logits, labels):
    model = LogisticRegression(C=1e6).fit(logits.reshape(-1, 1), labels.astype(int))
    return float(model.coef_[0][0]), float(model.intercept_[0])
