"""Prints the reference values of the tests of privacy audits.

    pip install scipy && python Scripts/privacy-audit-reference-values.py

Binomial bounds are quantiles of beta distributions; nothing is taken from this package.
"""

from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit


def clopper_pearson():
    cases = [(0, 10, 0.95), (10, 10, 0.95), (3, 10, 0.975), (1, 1, 0.9), (0, 100_000, 0.999),
             (17, 1_000, 0.95), (983, 1_000, 0.95), (500_123, 1_000_000, 0.99), (5, 10_000_000, 0.9999)]
    for k, n, confidence in cases:
        low = stats.beta.ppf(1 - confidence, k, n - k + 1) if k else 0.0
        high = stats.beta.ppf(confidence, k + 1, n - k) if k < n else 1.0
        yield f"({k}, {n}, {confidence}, {float(low)!r}, {float(high)!r}),"


def p_value(m, r, v, epsilon, delta):
    """Steinke, Nasr and Jagielski 2023: P(Binomial >= v), and 2 m delta times the largest mean of the
    distribution function over a window that ends below v."""
    law = stats.binom(r, expit(epsilon))
    windows = [(law.cdf(v - 1) - (law.cdf(v - i - 1) if i < v else 0.0)) / i for i in range(1, v + 1)]
    return min(1.0, law.sf(v - 1) + 2 * m * delta * max(windows, default=0.0))


def one_run():
    cases = [(1000, 100, 75, 1e-4, 0.95), (1000, 1000, 600, 1e-5, 0.95), (100, 100, 100, 0.0, 0.95),
             (5000, 200, 199, 1e-5, 0.99), (650, 130, 100, 1e-5, 0.95), (50, 50, 25, 1e-5, 0.95)]
    for m, r, v, delta, confidence in cases:
        values = [p_value(m, r, v, epsilon, delta) for epsilon in (0.0, 1.0, 4.0)]
        error = 1 - confidence
        bound = (0.0 if values[0] >= error
                 else brentq(lambda e: p_value(m, r, v, e, delta) - error, 0, 30, xtol=1e-12))
        yield f"({m}, {r}, {v}, {delta}, {confidence}, {[float(x) for x in values]!r}, {bound!r}),"


for line in [*clopper_pearson(), *one_run()]:
    print(line)
