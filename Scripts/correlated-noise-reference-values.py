"""Makes dp_correlated.json: reference values of correlated noise.

    pip install dp-accounting==0.6.0 jax-privacy==2.0.0 scipy && pip install --no-deps tensorflow-privacy==0.9.0
    python Scripts/correlated-noise-reference-values.py

Factorizations come from jax-privacy, banded optima from SciPy, trees from TensorFlow Privacy and from dense matrices in numpy, epsilons from
dp-accounting; nothing is taken from this package.
"""

import importlib.metadata
import importlib.util
import itertools
import json
import pathlib

import dp_accounting as dp
import jax
import numpy as np
from dp_accounting.rdp import RdpAccountant

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
from jax_privacy.matrix_factorization import dense, sensitivity, toeplitz
from scipy.optimize import minimize

VERSIONS = {n: importlib.metadata.version(n)
            for n in ["dp-accounting", "jax", "jax-privacy", "numpy", "scipy", "tensorflow-privacy"]}
HERE = pathlib.Path(__file__).parent.parent / "Tests/FLMathTests/Privacy/Reference"


def tree_accountant():
    # The package's own __init__ needs TensorFlow; this file does not.
    path = importlib.metadata.distribution("tensorflow-privacy").locate_file(
        "tensorflow_privacy/privacy/analysis/tree_aggregation_accountant.py")
    spec = importlib.util.spec_from_file_location("tree_aggregation_accountant", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def coefficient_sets():
    yield "identity", [1.0]
    yield "square root, 6 bands", [float(c) for c in toeplitz.optimal_max_error_strategy_coefs(6)]
    yield "square root, 40 bands", [float(c) for c in toeplitz.optimal_max_error_strategy_coefs(40)]
    yield "decreasing", [2.0, 1.5, 0.7, 0.7, 0.1]
    yield "signs", [0.5, 0.2, -0.3, 0.1]


def toeplitz_rows():
    rows = []
    for (name, coefficients), (n, k, b) in itertools.product(
            coefficient_sets(), [(40, 1, 1), (40, 3, 6), (40, 5, 10), (100, 4, 25), (173, 7, 20), (64, 64, 1), (50, 3, 3)]):
        monotone = all(c >= 0 for c in coefficients) and all(np.diff(coefficients) <= 0)
        if monotone:
            squared = toeplitz.minsep_sensitivity_squared(jnp.array(coefficients), b, k, n)
        elif len(coefficients) <= b:
            matrix = toeplitz.materialize_lower_triangular(jnp.array(coefficients), n)
            squared = sensitivity.get_sensitivity_banded(matrix, b, k) ** 2
        else:
            continue
        errors = toeplitz.per_query_error(strategy_coef=jnp.array(coefficients), n=n)
        rows.append({"name": name, "coefficients": coefficients, "n": n, "k": k, "b": b, "squared_sensitivity": float(squared),
                     "errors": [float(e) for e in errors[:: max(1, n // 8)]], "stride": max(1, n // 8),
                     "mean": float(jnp.mean(errors)), "largest": float(jnp.max(errors))})
    return rows


def optimum_rows():
    rows = []
    for n, bands in [(20, 20), (64, 4), (100, 10), (500, 25), (1000, 32), (1000, 3)]:
        for measure, reduce in [("mean", jnp.mean), ("largest", jnp.max)]:
            c = toeplitz.optimize_banded_toeplitz(n, bands, max_optimizer_steps=2000, reduction_fn=reduce)
            error = reduce(toeplitz.per_query_error(strategy_coef=c, n=n)) * jnp.inner(c, c)
            rows.append({"n": n, "bands": bands, "measure": measure, "error": float(error), "second": float(c[1] / c[0])})
    return rows


def dense_rows():
    rows = []
    for n in [8, 32, 64]:
        matrix = dense.optimize(n)
        error = jnp.mean(dense.per_query_error(strategy_matrix=matrix)) * sensitivity.single_participation_sensitivity(matrix) ** 2
        rows.append({"n": n, "mean": float(error)})
    return rows


def banded_rows():
    """Random banded matrices, with errors from dense inverses."""
    rng = np.random.default_rng(20261128)
    rows = []
    for n, bands, k, b in [(1, 1, 1, 1), (30, 4, 3, 5), (30, 5, 6, 5), (41, 7, 2, 12), (64, 3, 16, 4), (50, 6, 4, 6), (20, 20, 1, 1)]:
        mask = np.tril(np.ones((n, n))) * np.triu(np.ones((n, n)), 1 - bands)
        matrix = rng.normal(size=(n, n)) * 0.4 * mask
        np.fill_diagonal(matrix, rng.uniform(0.5, 2, size=n))
        if k == 1:
            squared = float(sensitivity.single_participation_sensitivity(jnp.array(matrix))) ** 2
        else:
            squared = float(sensitivity.get_sensitivity_banded(jnp.array(matrix), b, k)) ** 2
        b_matrix = np.tril(np.ones((n, n))) @ np.linalg.inv(matrix)
        rows.append({"n": n, "k": k, "b": b, "squared_sensitivity": squared,
                     "columns": [[float(e) for e in matrix[j:j + bands, j]] for j in range(n)],
                     "errors": [float(e) for e in (b_matrix**2).sum(1)]})
    return rows


def banded_optimum(n, bands, k, b):
    """The least mean error of banded matrices whose columns have norms of their own, by L-BFGS over dense matrices.

    A column's squared norm is the sum of the windows of b rounds that cover it, and of a number for all. k times this number plus
    the sum of the windows is the squared sensitivity, by the duality of linear programs.
    """
    prefix = np.tril(np.ones((n, n)))
    places = np.nonzero(np.tril(np.ones((n, n))) * np.triu(np.ones((n, n)), 1 - bands))
    size = len(places[0])
    windows = np.array([[1.0 if start <= i < start + b else 0 for start in range(n)] for i in range(n)])

    def objective(x):
        matrix = np.zeros((n, n))
        matrix[places] = x[:size]
        norms = np.sqrt((matrix**2).sum(0))
        directions = matrix / norms
        y, z = x[size:size + n] ** 2, x[size + n] ** 2
        lengths = np.sqrt(windows @ y + z)
        squared = y.sum() + k * z
        inverse = np.linalg.inv(directions * lengths)
        noise = prefix @ inverse
        error = (noise**2).sum()
        slope = -2 * (inverse.T @ (prefix.T @ noise) @ inverse.T) / error
        along = slope * lengths
        by_matrix = (along - directions * (along * directions).sum(0)) / norms
        by_square = (slope * directions).sum(0) / (2 * lengths)
        gradient = np.concatenate([by_matrix[places], 2 * x[size:size + n] * (windows.T @ by_square + 1 / squared),
                                   [2 * x[size + n] * (by_square.sum() + k / squared)]])
        return np.log(error * squared), gradient

    coefficients = toeplitz.optimal_max_error_strategy_coefs(bands)
    start = sum(np.diag(np.full(n - j, float(coefficients[j])), -j) for j in range(bands))
    start = np.concatenate([start[places], np.full(n, np.sqrt(0.5 / b)), [np.sqrt(0.5)]])
    found = minimize(objective, start, jac=True, method="L-BFGS-B",
                     options={"maxiter": 5000, "maxfun": 10000, "maxcor": 30, "ftol": 1e-16, "gtol": 1e-9})
    return float(np.exp(found.fun) / n)


def banded_optimum_rows():
    rows = []
    for n, bands, k, b in [(50, 5, 10, 5), (60, 5, 4, 5), (60, 12, 5, 12), (80, 6, 5, 17), (64, 1, 8, 8), (40, 8, 3, 9)]:
        rows.append({"n": n, "bands": bands, "k": k, "b": b, "mean": banded_optimum(n, bands, k, b)})
    return rows


def tree_matrix(n):
    """The nodes of trees of n rounds, as rows: all of those that are complete."""
    rows, size = [], 1
    while size <= n:
        rows += [[1.0 if start <= t < start + size else 0.0 for t in range(n)] for start in range(0, n - size + 1, size)]
        size *= 2
    return np.array(rows)


def from_below_variance(level):
    """The variance of the best linear unbiased estimate of a node's sum by the nodes of its own tree."""
    rows = tree_matrix(2**level)
    ones = np.ones(2**level)
    return float(ones @ np.linalg.solve(rows.T @ rows, ones))


def tree_rows():
    module = tree_accountant()
    squares = []
    for n, k, b in [(1, 1, 1), (7, 1, 3), (8, 2, 3), (13, 3, 4), (16, 16, 1), (31, 4, 5), (64, 5, 9), (100, 4, 25), (128, 6, 20),
                    (257, 9, 17)]:
        squares.append({"n": n, "k": k, "b": b, "squared": float(module._max_tree_sensitivity_square_sum(k, b - 1, n)),
                        "zcdp_at_3": float(module.compute_zcdp_single_tree(3.0, n, k, b - 1))})
    restarts = []
    for steps in [[5], [8, 8], [16, 16, 16, 16], [10, 10, 10]]:
        rdp = module.compute_rdp_tree_restart(2.5, steps, 2.0)
        restarts.append({"steps": steps, "noise_multiplier": 2.5, "rdp_at_2": float(rdp)})
    single = []
    for z, steps in [(1.0, [1]), (2.0, [50]), (5.0, [1000]), (3.0, [4, 100, 7]), (12.0, [32, 64])]:
        # A record is replaced by one that is empty: zeroOut here.
        accountant = RdpAccountant(neighboring_relation=dp.NeighboringRelation.REPLACE_SPECIAL)
        accountant.compose(dp.SingleEpochTreeAggregationDpEvent(z, steps))
        for delta in [1e-3, 1e-6, 1e-10]:
            single.append({"noise_multiplier": z, "steps": steps, "delta": delta, "epsilon": float(accountant.get_epsilon(delta))})
    return {"squares": squares, "restarts": restarts, "single_epoch": single,
            "from_below_variances": [from_below_variance(level) for level in range(8)]}


def epsilon_rows():
    # A whole training with bands of coefficients is one Gaussian release of this multiplier.
    rows = []
    for z, n, k, b, bands in [(4.0, 200, 4, 50, 8), (1.5, 1000, 10, 100, 32), (20.0, 64, 64, 1, 1)]:
        c = toeplitz.optimal_max_error_strategy_coefs(bands)
        s = float(jnp.sqrt(toeplitz.minsep_sensitivity_squared(c, b, k, n)))
        for delta in [1e-4, 1e-8]:
            rows.append({"standard_deviation": z, "n": n, "k": k, "b": b, "bands": bands, "delta": delta,
                         "epsilon": float(dp.get_epsilon_gaussian(z / s, delta))})
    return rows


if __name__ == "__main__":
    content = {
        "_versions": VERSIONS,
        "notes": "Updates of norm 1. b counts as in jax-privacy: 1 for every round. The optimum has clients that take part once.",
        "toeplitz": toeplitz_rows(), "optimum": optimum_rows(), "dense": dense_rows(),
        "banded": banded_rows(), "banded_optimum": banded_optimum_rows(), "trees": tree_rows(), "epsilon": epsilon_rows(),
    }
    (HERE / "dp_correlated.json").write_text(json.dumps(content, indent=0))
