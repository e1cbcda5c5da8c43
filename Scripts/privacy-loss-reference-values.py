"""Makes dp_skellam_loss.json and dp_fixed_samples.json: hockey-stick divergences of small mechanisms, by adding up.

    pip install mpmath numpy && python Scripts/privacy-loss-reference-values.py

Skellam noise: the probabilities are mpmath's Bessel functions, and all outcomes of all coordinates and rounds are
added up. Samples of fixed size: all samples of a few records are enumerated. Nothing is taken from this package.
"""

import importlib.metadata
import itertools
import json
import math
import pathlib
import random

import mpmath as mp
import numpy as np

HERE = pathlib.Path(__file__).parent.parent / "Tests/FLMathTests/Privacy/Reference"
EPSILONS = [0.0, 0.1, 0.5, 1.0, 2.0, 4.0]


def write(name, notes, **content):
    versions = {n: importlib.metadata.version(n) for n in ["mpmath", "numpy"]}
    (HERE / name).write_text(json.dumps({"_versions": versions, "notes": notes, **content}, indent=0))


def product(left, right):
    """The distribution of two independent outcomes, as masses under either hypothesis."""
    return tuple(np.multiply.outer(a, b).ravel() for a, b in zip(left, right))


def divergences(p, q, epsilons=EPSILONS):
    return [[e, float(np.sum(np.sort(np.maximum(0, p - math.exp(e) * q))))] for e in epsilons]


def skellam_masses(variance, shift):
    with mp.workdps(40):
        v, masses, j = mp.mpf(variance), [], 0
        while not masses or masses[-1] > 1e-24:
            masses.append(float(mp.besseli(j, v) * mp.e**-v))
            j += 1
    noise = np.array(masses[:0:-1] + masses)
    return np.concatenate([np.zeros(shift), noise]), np.concatenate([noise, np.zeros(shift)])


def skellam():
    rows = []
    cases = [(4.0, [1], 1), (4.0, [1], 3), (4.5, [2], 2), (6.0, [3], 1), (5.0, [1, 1], 1), (5.5, [1, 1, 1], 1), (8.0, [2, 1], 1),
             (10.0, [4], 2), (20.0, [1, 1, 1], 1), (25.0, [3, 2], 1), (40.0, [5], 2), (100.0, [10], 2), (300.0, [20], 2),
             (300.0, [3, 4], 1), (2000.0, [50], 2), (2000.0, [40, 9], 1)]
    random.seed(71)
    for _ in range(24):
        shape = random.choice([1, 1, 2])
        variance = 10 ** random.uniform(0.61, 3.0)
        most = max(1, round(1.5 * math.sqrt(variance)))
        rounds = random.choice([1, 2]) if shape == 1 else 1
        cases.append((variance, [random.randint(1, most) for _ in range(shape)], rounds))
    for variance, shift, rounds in cases:
        pairs = [skellam_masses(variance, s) for s in shift] * rounds
        total = pairs[0]
        for pair in pairs[1:]:
            # Outcomes that hardly occur are left out: what is left is a lower bound, 1e-19 below.
            total = product(total, pair)
            keep = (total[0] > 1e-26) | (total[1] > 1e-26)
            total = (total[0][keep], total[1][keep])
        rows.append({"variance": variance, "shift": shift, "rounds": rounds,
                     "deltas": [d for d in divergences(*total) if d[1] > 1e-13]})
    # One coordinate of a sample of fixed size: all other records have the value that this one has in the second data set.
    sampled = []
    for variance, shift, sample, population, rounds in [(6.0, 2, 1, 4, 1), (9.0, 4, 1, 2, 2), (50.0, 8, 3, 10, 2), (400.0, 20, 1, 10, 2),
                                                        (400.0, 30, 1, 50, 1), (2000.0, 60, 1, 4, 2)]:
        moved, unmoved = skellam_masses(variance, shift)
        share = sample / population
        pair = ((1 - share) * unmoved + share * moved, unmoved)
        for name, single in [("with", pair), ("without", pair[::-1])]:
            total = single if rounds == 1 else product(single, single)
            sampled.append({"variance": variance, "shift": shift, "sample": sample, "population": population, "rounds": rounds,
                            "first": name, "deltas": [d for d in divergences(*total) if d[1] > 1e-13]})
    write("dp_skellam_loss.json",
          "deltas of Skellam noise moved by a vector of whole numbers, against noise that is not moved; sampled: replace, one "
          "coordinate.", plain=rows, sampled=sampled)


def density(x, values, sample, z):
    """The density of the noisy sum of a random sample of a given size."""
    sums = [sum(c) for c in itertools.combinations(values, sample)]
    total = np.zeros_like(x)
    for center in sums:
        total += np.exp(-((x - center) / z) ** 2 / 2)
    return total / (len(sums) * z * math.sqrt(2 * math.pi))


def release(first, second, sample, z, points):
    values = first + second
    reach = sample * max(abs(v) for v in values)
    x = np.linspace(-reach - 11 * z, reach + 11 * z, points)
    width = x[1] - x[0]
    return density(x, first, sample, z) * width, density(x, second, sample, z) * width


def profile(p, q):
    """The divergence as a function of its factor: at a factor, all outcomes of a larger ratio count."""
    order = np.argsort(q / np.maximum(p, 1e-300))
    ratio = (p / np.maximum(q, 1e-300))[order][::-1]
    above_p, above_q = np.cumsum(p[order])[::-1], np.cumsum(q[order])[::-1]
    above_p, above_q = np.append(above_p, 0.0), np.append(above_q, 0.0)

    def divergence(factors):
        # The ratios are in increasing order.
        first = np.searchsorted(ratio, factors, side="right")
        return above_p[first] - factors * above_q[first]

    return divergence


def rounds_of(first, second, sample, z, rounds):
    p, q = release(first, second, sample, z, 200_001)
    if rounds == 1:
        return divergences(p, q)
    single = profile(p, q)
    outer_p, outer_q = release(first, second, sample, z, 20_001)
    rows = []
    for epsilon in EPSILONS:
        factors = np.exp(np.minimum(700, epsilon - np.log(np.maximum(outer_p, 1e-300) / np.maximum(outer_q, 1e-300))))
        rows.append([epsilon, float(np.sum(outer_p * single(factors)))])
    return rows


def fixed_samples():
    """Records of a norm of at most 1. `worst` marks data sets that attain the divergence of one round."""
    random.seed(72)
    rows = []

    def add(relation, first, second, sample, z, rounds, worst):
        deltas = [d for d in rounds_of(first, second, sample, z, rounds) if d[1] > 1e-10]
        rows.append({"relation": relation, "first": first, "second": second, "sample": sample, "z": z, "rounds": rounds,
                     "worst": worst, "deltas": deltas})

    for sample, population, z in [(1, 2, 2.0), (1, 4, 1.5), (2, 5, 3.0), (1, 10, 1.0), (3, 4, 2.5), (1, 20, 4.0)]:
        others = [-1.0] * (population - 1)
        for rounds in [1, 2]:
            add("replace", [1.0] + others, [-1.0] + others, sample, z, rounds, True)
            add("replace", [-1.0] + others, [1.0] + others, sample, z, rounds, False)
            add("zeroOut", [1.0] + others, [0.0] + others, sample, z, rounds, True)
            add("zeroOut", [0.0] + others, [1.0] + others, sample, z, rounds, False)
    for _ in range(40):
        population = random.randint(2, 6)
        sample, z = random.randint(1, population - 1), 10 ** random.uniform(-0.2, 0.6)
        others = [random.choice([-1.0, 1.0, random.uniform(-1, 1)]) for _ in range(population - 1)]
        own = random.choice([-1.0, 1.0])
        relation = random.choice(["replace", "zeroOut"])
        pair = [own] + others, [-own if relation == "replace" else 0.0] + others
        if random.random() < 0.5:
            pair = pair[::-1]
        add(relation, *pair, sample, z, random.choice([1, 2]), False)
    write("dp_fixed_samples.json",
          "deltas of normal noise of deviation z on the sum of a random sample of so many of the records, for two neighbouring "
          "lists of records, the first against the second.", rows=rows)


if __name__ == "__main__":
    skellam()
    fixed_samples()
