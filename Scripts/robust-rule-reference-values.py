"""Makes aggregators_further.json: reference values of robust rules and attacks.

    pip install --no-deps byzfl==0.0.11 && pip install numpy scipy scikit-learn
    python Scripts/robust-rule-reference-values.py

ByzFL imports torch for its other half; an empty module in its place is enough for its NumPy half. Where a key begins with
"numpy.", the values are from the papers' formulas. Nothing is taken from this package.

ByzFL's SMEA and CAF make one step of the power method from a random start. Here the same code makes 1000 steps. Its CAF
takes the farthest of all vectors, even of those without a weight, and does not end if such a vector is far enough away;
here it takes the farthest with a weight.
"""

import importlib.metadata
import importlib.util
import inspect
import itertools
import json
import pathlib
import sys
import types

import numpy as np
import scipy.stats
import sklearn.cluster

torch = types.ModuleType("torch")
torch.Tensor = type("Tensor", (), {})
torch.linalg = types.ModuleType("torch.linalg")
sys.modules.update({"torch": torch, "torch.linalg": torch.linalg})
package = types.ModuleType("byzfl")
package.__path__ = [str(importlib.metadata.distribution("byzfl").locate_file("byzfl"))]
sys.modules["byzfl"] = package

from byzfl.aggregators import aggregators, preaggregators
from byzfl.attacks import attacks

HERE = pathlib.Path(__file__).parent.parent / "Tests/FLMathTests/Robustness/Reference"
VERSIONS = {n: importlib.metadata.version(n) for n in ["byzfl", "numpy", "scipy", "scikit-learn"]}


def changed(cls, *replacements):
    """A class of ByzFL with some text of its source replaced."""
    source = inspect.getsource(cls)
    for old, new in replacements:
        assert source.count(old) == 1, (cls, old)
        source = source.replace(old, new)
    space = dict(vars(aggregators))
    exec(source, space)
    return space[cls.__name__]


SMEA = changed(aggregators.SMEA, ("max_iters=1)", "max_iters=1000)"))
CAF = changed(aggregators.CAF, ("max_iters=1)", "max_iters=1000)"), ("tau_max = tau.max()", "tau_max = tau[c > 0].max()"))


def matrices():
    rng = np.random.default_rng(7)
    yield "doc3x3", np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]), 1
    shapes = [(5, 3, 0), (5, 2, 2), (7, 4, 2), (9, 1, 4), (10, 5, 3), (11, 8, 5), (12, 12, 4), (15, 9, 5)]
    for n, d, f in shapes:
        honest = rng.standard_normal((n - f, d)) + 0.5
        yield f"plain {n}x{d}", np.vstack([rng.standard_normal((f, d)) * 3, honest]), f
        yield f"far {n}x{d}", np.vstack([1e4 * rng.standard_normal((f, d)), honest]), f
        alike = honest.mean(0) + 1.2 * honest.std(0)
        yield f"alike {n}x{d}", np.vstack([alike + 1e-3 * rng.standard_normal((f, d)), honest]), f
        scales = 10.0 ** rng.integers(-3, 3, n)[:, None]
        yield f"scales {n}x{d}", scales * rng.standard_normal((n, d)), f
        yield f"offset {n}x{d}", 1e-3 * np.vstack([2 * rng.standard_normal((f, d)), honest]) + 10.0, f


def distances(x):
    return np.sqrt(((x[:, None] - x[None]) ** 2).sum(-1))


def smallest_diameter(x, f):
    """Of the sets with the smallest diameter the first, with vectors in ascending order of their sums of distances."""
    n, dist = len(x), distances(x)
    order = np.argsort(dist.sum(1), kind="stable")
    diameters = {s: dist[np.ix_(order[list(s)], order[list(s)])].max() for s in itertools.combinations(range(n), n - f)}
    least = min(diameters.values())
    best = [s for s in diameters if diameters[s] == least]
    return sorted(int(order[i]) for i in best[0]), len(best)


def smallest_eigenvalue(x, f):
    n = len(x)
    value = {s: np.linalg.svd(x[list(s)] - x[list(s)].mean(0), compute_uv=False)[0] for s in itertools.combinations(range(n), n - f)}
    ranked = sorted(value.values())
    return list(min(value, key=value.get)), float(ranked[1] / ranked[0] - 1) if len(ranked) > 1 else 1.0


def caf(x, f):
    n = len(x)
    c, least, best = np.ones(n), np.inf, None
    while c.sum() >= n - 2 * f:
        mean = c @ x / c.sum()
        _, s, v = np.linalg.svd(np.sqrt(c / c.sum())[:, None] * (x - mean), full_matrices=False)
        if s[0] < least:
            least, best = s[0], mean
        tau = ((x - mean) @ v[0]) ** 2
        c = np.where(c > 0, c * (1 - tau / tau[c > 0].max()), 0)
    return best


def dnc(x, removed):
    centred = x - x.mean(0)
    scores = (centred @ np.linalg.svd(centred, full_matrices=False)[2][0]) ** 2
    kept = np.sort(np.argsort(scores, kind="stable")[: len(x) - removed])
    return {"removed": removed, "selected": kept.tolist(), "value": x[kept].mean(0).tolist()}


def sign_guard(x):
    norms = np.linalg.norm(x, axis=1)
    median = np.median(norms)
    counts = np.stack([(x > 0).sum(1), (x == 0).sum(1), (x < 0).sum(1)], 1).astype(float)
    shares = counts / np.where(counts.max(0) == 0, 1, counts.max(0))
    # A distance counts as within the bandwidth if only rounding separates the two.
    bandwidth = sklearn.cluster.estimate_bandwidth(shares, quantile=0.5) * (1 + 1e-9)
    if bandwidth > 0:
        labels = sklearn.cluster.MeanShift(bandwidth=bandwidth, cluster_all=False).fit(shares).labels_
    else:
        labels = np.unique(shares, axis=0, return_inverse=True)[1].reshape(-1)
    largest = np.argmax(np.bincount(labels[labels >= 0]))
    good = np.flatnonzero((labels == largest) & (norms >= 0.1 * median) & (norms <= 3 * median))
    if len(good) == 0:
        return None
    clipped = x * np.minimum(1, median / norms)[:, None]
    return {"selected": good.tolist(), "value": clipped[good].mean(0).tolist()}


def trimmed(x, cutoff):
    median = np.median(x, axis=0)
    kept = np.abs(x - median) <= cutoff * scipy.stats.median_abs_deviation(x, axis=0, scale="normal")
    return np.where(kept, x, 0).sum(0) / kept.sum(0)


def perturbations(x):
    yield "oppositeMean", -x.mean(0)
    yield "oppositeDeviation", -x.std(0, ddof=1)
    yield "oppositeSigns", -np.sign(x.mean(0))


def halving(fits):
    """The largest gamma that fits: Algorithm 1 of Shejwalkar and Houmansadr, until it no longer moves."""
    low, high = 0.0, 1.0
    while fits(high):
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def distance_attacks(x):
    out, dist = {}, distances(x)
    for name, p in perturbations(x):
        p = p / np.linalg.norm(p)
        gamma = halving(lambda g: np.linalg.norm(x.mean(0) + g * p - x, axis=1).max() <= dist.max())
        out[f"minMax.{name}"] = (x.mean(0) + gamma * p).tolist()
        gamma = halving(lambda g: (np.linalg.norm(x.mean(0) + g * p - x, axis=1) ** 2).sum() <= (dist**2).sum(1).max())
        out[f"minSum.{name}"] = (x.mean(0) + gamma * p).tolist()
    return out


def optimised(honest, f):
    out = []
    rules = {"trimmed mean": aggregators.TrMean(f), "median": aggregators.Median(), "multi-krum": aggregators.MultiKrum(f),
             "geometric median": aggregators.GeometricMedian(nu=0.1, T=3)}
    for (name, rule), (delta, evals) in itertools.product(rules.items(), [(10.0, 20), (0.25, 9)]):
        case = {"rule": name, "step": delta, "evaluations": evals}
        for key, attack in [("innerProduct", attacks.Optimal_InnerProductManipulation), ("littleIsEnough", attacks.Optimal_ALittleIsEnough)]:
            case[key] = attack(rule, [], f, evals, 0.0, delta, 0.8)(honest.copy()).tolist()
        out.append(case)
    return out


def main():
    np.random.seed(1)
    cases = []
    for name, x, f in matrices():
        out = {"byzfl.arc": np.array(preaggregators.ARC(f)(x.copy())).tolist()}
        selected, ties = smallest_diameter(x, f)
        out["numpy.mda"] = {"selected": selected, "value": x[selected].mean(0).tolist(), "ties": ties}
        if ties == 1:
            out["byzfl.mda"] = aggregators.MDA(f)(x).tolist()
        for row in [f, len(x) - 1]:
            out[f"byzfl.monna_{'first' if row == f else 'last'}"] = aggregators.MoNNA(f, row)(x).tolist()
        selected, gap = smallest_eigenvalue(x, f)
        # Eigenvalues that differ by rounding only have no order.
        if gap > 1e-9:
            out["numpy.smea"] = {"selected": selected, "value": x[selected].mean(0).tolist()}
        if gap > 1e-3 and len(x) <= 10:
            out["byzfl.smea_converged"] = SMEA(f)(x).tolist()
        if name != "doc3x3":
            out["numpy.caf"] = caf(x, f).tolist()
            if f > 0:
                out["byzfl.caf_converged"] = CAF(f)(x).tolist()
            out["numpy.dnc"] = [dnc(x, removed) for removed in {f, min(-(-3 * f // 2), len(x) - 1)}]
        if (guard := sign_guard(x)) is not None:
            out["numpy.signguard"] = guard
        for cutoff in [1.0, 3.0]:
            out[f"numpy.trimmed_{cutoff}"] = trimmed(x, cutoff).tolist()
        if name.startswith(("plain", "scales")):
            out["attacks"] = distance_attacks(x[f:])
        if name.startswith("plain") and f > 0 and len(x) >= 2 * f + 3:
            out["optimised"] = optimised(x[f:], f)
        cases.append({"name": name, "f": f, "x": x.tolist(), "out": out})
    text = json.dumps({"versions": VERSIONS, "matrices": cases}, indent=None, separators=(",", ":"))
    (HERE / "aggregators_further.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
