"""Makes dp_exact_renyi.json and dp_trade_off.json: divergences and trade-off curves from mpmath.

    pip install mpmath && python Scripts/renyi-reference-values.py

The divergences are exact to 30 digits and more, at orders near 1 and up to 2^20. A bound that is smaller than one
of them understates. Nothing is taken from this package.
"""

import importlib.metadata
import json
import pathlib
import random

import mpmath as mp

HERE = pathlib.Path(__file__).parent.parent / "Tests/FLMathTests/Privacy/Reference"


def write(name, notes, **content):
    versions = {"mpmath": importlib.metadata.version("mpmath")}
    (HERE / name).write_text(json.dumps({"_versions": versions, "notes": notes, **content}, indent=0))


def poisson(q, z, order):
    """The divergence of the Poisson-sampled Gaussian: the binomial sum at whole orders, else the trapezoidal rule
    for the mean of (1 + y)^order - 1 - order y, with a step half as wide as 60 digits need."""
    q, z, a = mp.mpf(q), mp.mpf(z), mp.mpf(order)
    if order == int(order):
        odds, binomial, power, total = q / (1 - q), mp.mpf(1), (1 - q) ** a, mp.mpf(0)
        growth, factor = mp.mpf(1), mp.mpf(1)
        base = mp.e ** (1 / (z * z))
        for i in range(1, int(order) + 1):
            binomial *= odds * (a - i + 1) / i
            if i >= 2:
                growth *= base
                factor *= growth
                total += binomial * (factor - 1)
        return mp.log1p(power * total) / (a - 1)
    step = min(z, z * z) / 8
    nodes = set()
    for center in (mp.mpf(0), a):
        low, high = int(mp.floor((center - 18 * z) / step)), int(mp.ceil((center + 18 * z) / step))
        nodes.update(range(low, high + 1))
    total = mp.mpf(0)
    for n in nodes:
        x = n * step
        y = q * mp.expm1((2 * x - 1) / (2 * z * z))
        total += mp.e ** (-x * x / (2 * z * z)) * ((1 + y) ** a - 1 - a * y)
    return mp.log1p(total * step / (z * mp.sqrt(2 * mp.pi))) / (a - 1)


def moment(z, j):
    return mp.fsum((-1) ** (j - i) * mp.binomial(j, i) * mp.e ** (mp.mpf(i * i - i) / (2 * z * z)) for i in range(j + 1))


def log_moment(q, z, order):
    """Wang, Balle and Kasiviswanathan 2019, theorems 9 and 27, the smaller bound of each term."""
    total, divergence = mp.mpf(0), lambda a: a / (2 * z * z)
    for j in range(2, order + 1):
        simple = 2 * mp.e ** ((j - 1) * divergence(j))
        if j == 2:
            other = 4 * mp.expm1(divergence(2))
        else:
            other = 4 * mp.sqrt(moment(z, 2 * (j // 2)) * moment(z, 2 * ((j + 1) // 2)))
        total += mp.binomial(order, j) * q**j * min(simple, other)
    return mp.log1p(total)


def without_replacement(sample, population, z, order):
    q, z, a = mp.mpf(sample) / population, mp.mpf(z), mp.mpf(order)
    below = int(mp.floor(a))
    share = a - below
    low = log_moment(q, z, below) if below > 1 else mp.mpf(0)
    high = log_moment(q, z, below + 1) if share else mp.mpf(0)
    return ((1 - share) * low + share * high) / (a - 1)


def renyi():
    mp.mp.dps = 80
    random.seed(20260)
    orders = [1 + 2**-52, 1 + 1e-14, 1 + 1e-9, 1.0001, 1.02, 1.5, 2, 2 + 1e-13, 3.7, 17, 40.25, 1024]
    poissons = [{"q": 0.00105, "z": 1.0}]
    for _ in range(40):
        poissons.append({"q": 10 ** random.uniform(-12, -0.02), "z": 10 ** random.uniform(-0.7, 4)})
    poissons += [{"q": 1e-300, "z": 3.0}, {"q": 1e-9, "z": 2.0**40}, {"q": 1 - 2**-53, "z": 2.0}, {"q": 0.5, "z": 0.04},
                 {"q": 1e-100, "z": 0.05}]
    for row in poissons:
        row["orders"] = orders
        # Twice the digits of q cancel.
        with mp.workdps(80 - 2 * int(mp.floor(mp.log10(row["q"])))):
            row["divergences"] = [float(poisson(row["q"], row["z"], order)) for order in orders]
    large = []
    for q, z, order in [(1e-3, 40.0, 2**20), (1e-9, 900.0, 2**20), (0.3, 3000.0, 2**20), (0.01, 1.0, 2**16)]:
        large.append({"q": q, "z": z, "orders": [order], "divergences": [float(poisson(q, z, order))]})
    mp.mp.dps = 400
    without = []
    for sample, population in [(1, 1000000), (3, 1000), (40, 100)]:
        for z in [0.3, 0.9, 4.0, 60.0]:
            orders = [1 + 1e-14, 1.2, 2, 2 + 1e-13, 5.5, 33]
            values = [float(without_replacement(sample, population, z, order)) for order in orders]
            without.append({"sample_size": sample, "population": population, "z": z, "orders": orders, "divergences": values})
    write("dp_exact_renyi.json",
          "poisson: the divergence itself. without_replacement: the bound of theorems 9 and 27, replace-one, interpolated.",
          poisson=poissons + large, without_replacement=without)


def upper(x):
    return mp.erfc(x / mp.sqrt(2)) / 2


def quantile(p):
    """The x for which P(Z > x) = p."""
    low, high = mp.mpf(-60), mp.mpf(60)
    for _ in range(300):
        middle = (low + high) / 2
        low, high = (middle, high) if upper(middle) > p else (low, middle)
    return low


def delta_of(epsilon, mu):
    return upper(epsilon / mu - mu / 2) - mp.e**epsilon * upper(epsilon / mu + mu / 2)


def trade_off():
    mp.mp.dps = 120
    rows = []
    for mu in [0.01, 0.5, 1.0, 3.0, 12.0]:
        points = [[a, float(upper(mp.mpf(mu) - quantile(mp.mpf(a))))]
                  for a in [1e-200, 1e-30, 1e-6, 0.01, 0.3, 0.5, 0.75, 0.999, 1 - 1e-12]]
        deltas = [[e, float(delta_of(mp.mpf(e), mp.mpf(mu)))] for e in [0.0, 0.1, 1.0, 4.0, 30.0]]
        rows.append({"mu": mu, "points": points, "deltas": [d for d in deltas if d[1] > 1e-290]})
    mus = []
    for epsilon, delta in [(0.1, 1e-6), (1.0, 1e-5), (4.0, 1e-5), (8.0, 1e-9), (50.0, 1e-30)]:
        low, high = mp.mpf("1e-6"), mp.mpf(100)
        for _ in range(300):
            middle = (low + high) / 2
            low, high = (middle, high) if delta_of(mp.mpf(epsilon), middle) <= mp.mpf(delta) else (low, middle)
        mus.append({"epsilon": epsilon, "delta": delta, "mu": float(low)})
    write("dp_trade_off.json", "Gaussian mechanisms: Dong, Roth and Su 2022, equation 6 and corollary 2.13.", curves=rows,
          mus=mus)


if __name__ == "__main__":
    trade_off()
    renyi()
