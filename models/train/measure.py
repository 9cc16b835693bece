# Figures on held-out instances, each with a 95 % interval from resampling instances.
import numpy as np
from sklearn.metrics import roc_auc_score

DRAWS = 500
SEED = 7


def metrics_table(rows, scored):
    """Markdown: per set, AUC within one run (averaged over runs), pair accuracy within an instance, resolved of the pick."""
    lines = []
    for name in sorted({r["set"] for r in rows}, key=lambda s: (rank(rows, s), s)):
        at = [i for i, r in enumerate(rows) if r["set"] == name]
        lines += ["", f"### {name} ({rows[at[0]]['role']}; {len(at)} rollouts, {count(rows, at)} instances)", ""]
        lines.append("| order | AUC within a run | pair accuracy in an instance | resolved: picked / random / oracle |")
        lines.append("|---|---|---|---|")
        for label, scores in scored.items():
            lines.append(f"| {label} | {auc_cell(rows, at, scores)} | {pair_cell(rows, at, scores)} | {pick_cell(rows, at, scores)} |")
    return "\n".join(lines)


def summary(rows, logits, offset, run_offsets):
    """Brier scores over the training sets, held out by instance: as shipped, and with a run's own intercept."""
    y = np.array([r["resolved"] for r in rows], float)
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    rates = {run: np.mean([r["resolved"] for r in rows if r["run"] == run]) for run in run_offsets}
    predictions = {
        "reward as shipped": sigmoid(logits + offset),
        "constant 0.5": np.full(len(rows), 0.5),
        "reward with the run's own intercept": sigmoid(logits + np.array([run_offsets[r["run"]] for r in rows])),
        "constant rate of the run": np.array([rates[r["run"]] for r in rows]),
    }
    groups = group(rows)
    lines = ["", "| prediction, training sets, held out by instance | Brier |", "|---|---|"]
    for label, p in predictions.items():
        brier = lambda pick, p=p: float(np.mean((p[pick] - y[pick]) ** 2))
        low, high = interval(groups, brier)
        lines.append(f"| {label} | {brier(np.arange(len(rows))):.3f} [{low:.3f}, {high:.3f}] |")
    return "\n".join(lines)


def rank(rows, name):
    return {"train": 0, "optimistic": 1, "evaluate": 2}[next(r["role"] for r in rows if r["set"] == name)]


def count(rows, at):
    return len({rows[i]["instanceId"] for i in at})


def auc_cell(rows, at, scores):
    def value(pick):
        total = weight = 0.0
        for run in {rows[i]["run"] for i in pick}:
            members = [i for i in pick if rows[i]["run"] == run]
            y = np.array([rows[i]["resolved"] for i in members])
            w = y.sum() * (len(y) - y.sum())
            if w > 0:
                total, weight = total + w * roc_auc_score(y, scores[members]), weight + w
        return total / weight if weight else np.nan
    return cell(rows, at, value)


def pair_cell(rows, at, scores):
    """Each instance counts once, whatever the number of its pairs."""
    parts = {k: accuracy(rows, v, scores) for k, v in members_of(rows, at).items()}
    parts = {k: v for k, v in parts.items() if v is not None}
    if len(parts) < 10:
        return f"– ({len(parts)} instances)"
    values = np.array(list(parts.values()))
    draws = [np.random.default_rng([SEED, d]).choice(values, len(values)).mean() for d in range(DRAWS)]
    return f"{values.mean():.3f} [{np.percentile(draws, 2.5):.3f}, {np.percentile(draws, 97.5):.3f}] ({len(parts)} instances)"


def accuracy(rows, members, scores):
    right = [scores[i] for i in members if rows[i]["resolved"]]
    wrong = [scores[i] for i in members if not rows[i]["resolved"]]
    if not right or not wrong:
        return None
    return float(np.mean([(a > b) + 0.5 * (a == b) for a in right for b in wrong]))


def pick_cell(rows, at, scores):
    """Expected number resolved if each instance's top-scored rollout is picked (ties: mean); against random and oracle."""
    groups = [v for v in members_of(rows, at).values() if len(v) > 1]
    if not groups:
        return "–"
    picked = random = oracle = 0.0
    for members in groups:
        best = max(scores[i] for i in members)
        picked += np.mean([rows[i]["resolved"] for i in members if scores[i] == best])
        random += np.mean([rows[i]["resolved"] for i in members])
        oracle += max(rows[i]["resolved"] for i in members)
    return f"{picked:.1f} / {random:.1f} / {oracle:.0f} of {len(groups)}"


def cell(rows, at, value):
    groups = members_of(rows, at)
    keys = sorted(groups)
    draws = []
    for d in range(DRAWS // 5):
        chosen = np.random.default_rng([SEED, d]).choice(len(keys), len(keys))
        draws.append(value([i for k in chosen for i in groups[keys[k]]]))
    return f"{value(at):.3f} [{np.nanpercentile(draws, 2.5):.3f}, {np.nanpercentile(draws, 97.5):.3f}]"


def members_of(rows, at):
    groups = {}
    for i in at:
        groups.setdefault(rows[i]["instanceId"], []).append(i)
    return groups


def group(rows):
    groups = {}
    for position, row in enumerate(rows):
        groups.setdefault(row["instanceId"], []).append(position)
    return groups


def interval(groups, value):
    keys = sorted(groups)
    draws = []
    for d in range(DRAWS):
        chosen = np.random.default_rng([SEED, d]).choice(len(keys), len(keys))
        draws.append(value(np.array([p for k in chosen for p in groups[keys[k]]])))
    return np.percentile(draws, 2.5), np.percentile(draws, 97.5)
