"""Compares the robust rules with ByzFL on PyTorch and with NumPy, on the same vectors in one run.

The implementations take turns, so that what else the machine does does not fall on one of them alone.
ByzFL converts tensors to float32; it is given float32 tensors, so that its times are without the
conversion. All others compute in float64. The results have to agree: with NumPy to 1e-9, with ByzFL on
PyTorch to 1e-4 (float32), and with ByzFL on NumPy arrays (float64) to 1e-9, on the first columns only,
because it is slow.

Run by `make bench-robust`.
"""

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

import numpy as np
import torch


def byzfl_aggregators():
    """ByzFL's rules, without the rest of the package, which needs torchvision and more."""
    found = importlib.util.find_spec("byzfl")
    package = types.ModuleType("byzfl")
    package.__path__ = list(found.submodule_search_locations)
    sys.modules["byzfl"] = package
    from byzfl.aggregators import aggregators

    return aggregators


# --- NumPy formulas ---------------------------------------------------------------------------------


def squared_distances(x, columns=2048):
    """From differences, as the rules here have it, in blocks that stay in cache."""
    n, dimension = x.shape
    squares = np.zeros((n, n))
    for start in range(0, dimension, columns):
        block = np.ascontiguousarray(x[:, start : start + columns])
        for row in range(n - 1):
            difference = block[row + 1 :] - block[row]
            squares[row, row + 1 :] += np.einsum("ij,ij->i", difference, difference)
    return squares + squares.T


def gram_distances(x):
    """From inner products: fast, but they cancel where vectors have much in common."""
    products = x @ x.T
    norms = np.diag(products)
    return norms[:, None] + norms[None, :] - 2 * products


def krum_order(squares, f):
    n = len(squares)
    np.fill_diagonal(squares, -1)  # the vector itself comes first
    return np.argsort(np.sort(squares, axis=1)[:, 1 : n - f].mean(axis=1), kind="stable")


def mean_around_median(x, f):
    k = len(x) - f
    distance = np.abs(x - np.median(x, axis=0))
    nearest = np.argpartition(distance, k - 1, axis=0)[:k]
    return np.take_along_axis(x, nearest, axis=0).mean(axis=0)


def trimmed_mean(x, f):
    n = len(x)
    return np.partition(x, (f, n - f - 1), axis=0)[f : n - f].mean(axis=0)


def geometric_median(x, _):
    point = np.zeros(x.shape[1])
    for _ in range(3):
        weights = 1 / np.maximum(0.1, np.linalg.norm(x - point, axis=1))
        point = weights @ x / weights.sum()
    return point


def centred_clipping(x, radius):
    factors = np.minimum(1, radius / np.linalg.norm(x, axis=1))
    return factors @ x / len(x)


def monna(x, f):
    distances = np.array([np.linalg.norm(row - x[0]) for row in x])
    return x[np.argpartition(distances, len(x) - f - 1)[: len(x) - f]].mean(axis=0)


def rules(aggregators, f, radius):
    """Name, NumPy formula, ByzFL's rule."""
    return [
        ("median", lambda x: np.median(x, axis=0), aggregators.Median()),
        ("trimmed-mean", lambda x: trimmed_mean(x, f), aggregators.TrMean(f)),
        ("mean-around-median", lambda x: mean_around_median(x, f), aggregators.Meamed(f)),
        ("krum", lambda x: x[krum_order(squared_distances(x), f)[0]], aggregators.Krum(f)),
        (
            "multi-krum",
            lambda x: x[krum_order(gram_distances(x), f)[: len(x) - f]].mean(axis=0),
            aggregators.MultiKrum(f),
        ),
        ("geometric-median", lambda x: geometric_median(x, f), aggregators.GeometricMedian(0.1, 3)),
        (
            "centred-clipping",
            lambda x: centred_clipping(x, radius),
            # A new one for each call: it keeps its result as the next centre.
            lambda x: aggregators.CenteredClipping(tau=radius)(x),
        ),
        ("monna", lambda x: monna(x, f), aggregators.MoNNA(f, 0)),
    ]


# --- measuring --------------------------------------------------------------------------------------


class Ours:
    """The program that runs the rules here: one line in, one line out."""

    def __init__(self, program, vectors, f, radius, folder):
        self.path = Path(folder) / "vectors"
        self.result = Path(folder) / "result"
        vectors.tofile(self.path)
        self.process = subprocess.Popen(
            [program, self.path, str(len(vectors)), str(f), str(radius)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self, rule, threads, result="-"):
        self.process.stdin.write(f"{rule} {threads} {result}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the program ended at {rule}")
        return float(line)

    def vector(self, rule, threads="all"):
        self.seconds(rule, threads, self.result)
        return np.fromfile(self.result)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, np.asarray(result)


def require_equal(name, other, ours, theirs, tolerance, share=0.0):
    """At most `share` of the numbers may differ by more than the tolerance."""
    beyond = float(np.mean(~(np.abs(ours - theirs) <= tolerance)))
    if beyond > share:
        sys.exit(f"{name}: {beyond:.3g} of the numbers differ from {other} by more than {tolerance}")


def check_exactly(program, aggregators, vectors, f, radius):
    """All rules in float64 against ByzFL on NumPy arrays, on vectors that it can do quickly."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(program, vectors, f, radius, folder)
        for name, formula, byzfl in rules(aggregators, f, radius):
            vector = ours.vector(name)
            if not np.array_equal(vector, ours.vector(name, 1)):
                sys.exit(f"{name}: the result depends on the number of threads")
            require_equal(name, "ByzFL on NumPy", vector, byzfl(vectors), 1e-9)
            require_equal(name, "NumPy", vector, formula(vectors), 1e-9)
        ours.close()


def measure(program, aggregators, vectors, f, radius, runs):
    """The times after every run: name and column, and the seconds of the runs so far."""
    tensor = torch.from_numpy(vectors).float()
    processors = len(os.sched_getaffinity(0))
    times = {}

    def note(name, column, seconds):
        times.setdefault(name, {}).setdefault(column, []).append(seconds)

    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(program, vectors, f, radius, folder)
        for run in range(runs):
            for name, formula, byzfl in rules(aggregators, f, radius):
                note(name, "ours, 1 thread", ours.seconds(name, 1))
                note(name, "ours, all threads", ours.seconds(name, "all"))
                seconds, numpy_result = timed(formula, vectors)
                note(name, "NumPy", seconds)
                for column, threads in (("1 thread", 1), ("all threads", processors)):
                    torch.set_num_threads(threads)
                    seconds, torch_result = timed(byzfl, tensor)
                    note(name, f"ByzFL, {column}", seconds)
                if run == 0:
                    vector = ours.vector(name)
                    require_equal(name, "NumPy", vector, numpy_result, 1e-9)
                    # In float32, another one of two values can be the nearer to the median.
                    share = 1e-3 if name == "mean-around-median" else 0
                    require_equal(name, "ByzFL on PyTorch", vector, torch_result, 1e-4, share)
                print(f"run {run + 1} of {runs}: {name}", file=sys.stderr, flush=True)
            # The fastest form of Krum in NumPy, in which distances cancel.
            seconds, _ = timed(lambda: krum_order(gram_distances(vectors), f))
            note("krum", "NumPy, Gram matrix", seconds)
            yield times
        ours.close()


def processor():
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


COLUMNS = ["ours, 1 thread", "ours, all threads", "NumPy", "ByzFL, 1 thread", "ByzFL, all threads"]


def show(times, shape, f):
    runs = len(times["krum"]["NumPy"])
    print(
        f"\n{shape[0]} vectors of {shape[1]:,} numbers, f = {f}; seconds, the least and the median of "
        f"{runs} run(s).\n{processor()}, {len(os.sched_getaffinity(0))} processors; "
        f"PyTorch {torch.__version__}, float32; NumPy {np.__version__} and ours, float64.\n"
    )
    print("| rule | " + " | ".join(COLUMNS) + " |\n|---|" + "---|" * len(COLUMNS))
    for name, row in times.items():
        cells = [f"{min(row[c]):.2f} ({statistics.median(row[c]):.2f})" for c in COLUMNS]
        print(f"| {name} | " + " | ".join(cells) + " |")
    gram = times["krum"]["NumPy, Gram matrix"]
    print(
        "\nKrum by NumPy's Gram matrix, as in the row of multi-krum; its distances cancel: "
        f"{min(gram):.2f} ({statistics.median(gram):.2f})"
    )
    behind = [
        name
        for name, row in times.items()
        if min(row["ours, all threads"]) >= min(min(row[c]) for c in COLUMNS[2:])
        or min(row["ours, 1 thread"]) >= min(row["ByzFL, 1 thread"])
    ]
    print("ours is ahead in every row" if not behind else f"ours is behind: {', '.join(behind)}")


def write(path, times, shape, f):
    figures = {
        "processor": processor(),
        "processors": len(os.sched_getaffinity(0)),
        "vectors": shape[0],
        "dimension": shape[1],
        "attackers": f,
        "versions": {"torch": torch.__version__, "numpy": np.__version__, "byzfl": "0.0.11"},
        "seconds": times,
    }
    Path(path).write_text(json.dumps(figures, indent=2) + "\n")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--program", required=True, help="the built robust-rules")
    options.add_argument("--json", required=True, help="where to write the figures")
    options.add_argument("--vectors", type=int, default=100)
    options.add_argument("--dimension", type=int, default=1_000_000)
    options.add_argument("--attackers", type=int, default=20)
    options.add_argument("--runs", type=int, default=3)
    options = options.parse_args()

    aggregators = byzfl_aggregators()
    generator = np.random.default_rng(20)
    vectors = generator.standard_normal((options.vectors, options.dimension))
    f = options.attackers
    # The attackers' vectors are farther away.
    vectors[:f] *= 1.5
    radius = 0.8 * options.dimension**0.5
    first = np.ascontiguousarray(vectors[:, : min(20_000, options.dimension)])
    check_exactly(options.program, aggregators, first, f, 0.8 * first.shape[1] ** 0.5)
    for times in measure(options.program, aggregators, vectors, f, radius, options.runs):
        # Written after every run, so that a run that is ended early leaves something.
        write(options.json, times, vectors.shape, f)
    show(times, vectors.shape, f)


if __name__ == "__main__":
    main()
