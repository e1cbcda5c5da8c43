"""Makes dp_wide_*.json: reference values beyond those of the other dp_*.json files.

    pip install dp-accounting==0.6.0 scipy mpmath && python Scripts/privacy-reference-values.py

Closed forms and exact divergences come from mpmath at 60 digits or more, everything else from Google's
dp-accounting; nothing is taken from this package.
"""

import importlib.metadata
import json
import math
import pathlib

import dp_accounting as dp
import mpmath as mp
from dp_accounting.pld import PLDAccountant
from dp_accounting.rdp import RdpAccountant, rdp_privacy_accountant

mp.mp.dps = 60
VERSIONS = {n: importlib.metadata.version(n) for n in ["dp-accounting", "numpy", "scipy", "mpmath"]}
HERE = pathlib.Path(__file__).parent.parent / "Tests/FLMathTests/Privacy/Reference"
ADD = dp.NeighboringRelation.ADD_OR_REMOVE_ONE
REPLACE = dp.NeighboringRelation.REPLACE_ONE


def write(name, notes, **content):
    (HERE / name).write_text(json.dumps({"_versions": VERSIONS, "notes": notes, **content}, indent=0))


def upper(x):
    return mp.erfc(x / mp.sqrt(2)) / 2


def delta_of(epsilon, mu):
    epsilon, mu = mp.mpf(epsilon), mp.mpf(mu)
    return upper(epsilon / mu - mu / 2) - mp.e**epsilon * upper(epsilon / mu + mu / 2)


def bisect(holds, low, high):
    for _ in range(120):
        middle = mp.sqrt(low * high)
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def gaussian():
    # At epsilon 0 and delta 1e-200, two tails agree to 200 digits.
    mp.mp.dps = 450
    deltas = []
    for sigma in [0.02, 0.3, 1.0, 7.5, 300.0, 1e6, 1e9]:
        for epsilon in [0.0, 1e-8, 1e-3, 0.3, 1.0, 6.0, 40.0, 700.0]:
            d = delta_of(epsilon, 1 / mp.mpf(sigma))
            if d > mp.mpf("1e-290"):
                deltas.append({"sigma": sigma, "epsilon": epsilon, "delta": float(d)})
    sigmas = []
    for epsilon in [0.0, 1e-6, 0.01, 0.7, 3.0, 12.0, 90.0, 600.0]:
        for delta in [0.3, 1e-3, 1e-7, 1e-15, 1e-60, 1e-200]:
            s = bisect(lambda s: delta_of(epsilon, 1 / s) <= mp.mpf(delta), mp.mpf("1e-4"), mp.mpf("1e210"))
            sigmas.append({"epsilon": epsilon, "delta": delta, "sigma": float(s)})
    epsilons = []
    for sigma in [0.03, 0.4, 1.0, 9.0, 1e3, 1e5]:
        for delta in [0.2, 1e-4, 1e-9, 1e-30, 1e-150]:
            mu = 1 / mp.mpf(sigma)
            if delta_of(0, mu) <= delta:
                value = 0.0
            else:
                value = float(bisect(lambda e: delta_of(e, mu) <= mp.mpf(delta), mp.mpf("1e-20"), mp.mpf("1e6")))
            epsilons.append({"sigma": sigma, "delta": delta, "epsilon": value})
    quantiles = [{"upper": p, "x": float(mp.sqrt(2) * mp.erfinv(1 - 2 * mp.mpf(p)))}
                 for p in [0.25, 0.05, 1e-3, 5e-5, 1e-9, 1e-20, 1e-45]]
    zcdp = []
    for rho in [1e-6, 0.003, 0.2, 1.0, 30.0, 1e4]:
        for delta in [0.1, 1e-5, 1e-12, 1e-100]:
            f = lambda a: rho * a + mp.log(1 - 1 / a) - mp.log(delta * a) / (a - 1)
            # The derivative times (a - 1)^2 increases.
            g = lambda a: rho * (a - 1) ** 2 + mp.log(delta * a)
            a = bisect(lambda a: g(a) >= 0, mp.mpf("1.0100001"), mp.mpf("1e12"))
            zcdp.append({"rho": rho, "delta": delta, "epsilon": max(0.0, float(f(a)))})
    mp.mp.dps = 60
    write("dp_wide_gaussian.json", "Sensitivity 1; mpmath, 450 digits.", delta=deltas, sigma=sigmas,
          epsilon=epsilons, quantile=quantiles, zcdp=zcdp)


def exact_rdp(q, z, order):
    q, z, order = mp.mpf(q), mp.mpf(z), mp.mpf(order)
    f = lambda x: mp.npdf(x, 0, z) * ((1 - q) + q * mp.e ** ((2 * x - 1) / (2 * z * z))) ** order
    split = mp.mpf("0.5") + z * z * mp.log(1 / q - 1)
    points = sorted({-40 * z, -10 * z, -3 * z, mp.mpf(0), 3 * z, 10 * z, split, order - 10 * z, order - 3 * z,
                     order, order + 3 * z, order + 10 * z, order + 40 * z})
    return mp.log(mp.quad(f, points)) / (order - 1)


def renyi():
    exact, series = [], []
    for q, z in [(1e-4, 0.5), (0.003, 0.2), (0.01, 1.0), (0.02, 12.0), (0.1, 0.7), (0.4, 3.0), (0.9, 0.4), (0.99, 50.0)]:
        orders = [1.05, 1.3, 1.75, 2, 2.6, 3, 5.5, 9.9, 17, 40, 100]
        # mpmath's quadrature does not resolve a factor of such width in the narrowest cases.
        exact.append({"q": q, "z": z, "orders": orders, "rdp": [float(exact_rdp(q, z, a)) for a in orders]})
        values = [rdp_privacy_accountant._compute_rdp_poisson_subsampled_gaussian(q, z, [a])[0] for a in orders]
        series.append({"q": q, "z": z, "orders": orders, "rdp": [v if math.isfinite(v) else None for v in values]})
    epsilons = []
    for q, z, steps in [(1e-4, 0.5, 10**6), (0.003, 0.8, 5000), (0.01, 0.4, 300), (0.02, 12.0, 10**5), (0.1, 0.7, 40),
                        (0.4, 3.0, 200), (0.9, 6.0, 10), (0.3, 30.0, 3000), (0.05, 100.0, 10)]:
        a = RdpAccountant()
        a.compose(dp.PoissonSampledDpEvent(q, dp.GaussianDpEvent(z)), steps)
        for delta in [1e-2, 1e-5, 1e-8, 1e-12]:
            e, o = a.get_epsilon_and_optimal_order(delta)
            epsilons.append({"q": q, "z": z, "steps": steps, "delta": delta, "epsilon": float(e), "order": float(o),
                             "delta_at_eps": [[x, float(a.get_delta(x))] for x in [0.0, 0.5, 3.0]]})
    without = []
    for m, n, z in [(1, 1000, 0.5), (30, 3000, 0.9), (10, 100, 3.0), (500, 1000, 2.0), (20, 20000, 10.0), (999, 1000, 1.0), (7, 7, 2.0)]:
        orders = [1.5, 2, 2.5, 3, 4, 7, 12.25, 20, 50, 128, 256, 300, 512]
        values = rdp_privacy_accountant._compute_rdp_sample_wor_gaussian(m / n, z, orders)
        without.append({"sample_size": m, "population": n, "z": z, "orders": orders, "rdp": [float(v) for v in values]})
    write("dp_wide_renyi.json",
          "exact: quadrature by mpmath of the divergence. series: dp-accounting, which adds up magnitudes at orders "
          "that are not whole; null where its series does not converge. epsilon: RdpAccountant, default orders. "
          "without_replacement: dp-accounting, replace-one.",
          exact=exact, series=series, epsilon=epsilons, without_replacement=without)


def loss():
    rows = []
    def poisson(q, z, steps, interval, relation=ADD):
        a = PLDAccountant(relation, interval)
        a.compose(dp.PoissonSampledDpEvent(q, dp.GaussianDpEvent(z)), steps)
        return a
    for q, z, steps, interval in [(0.001, 4.0, 10000, 1e-5), (0.001, 1.0, 10000, 1e-5), (0.001, 0.6, 10000, 5e-5),
                                  (0.01, 1.1, 1000, 2e-5), (0.2, 0.5, 10, 1e-4), (0.5, 5.0, 300, 2e-5), (0.9, 2.0, 5, 5e-5),
                                  (0.0001, 0.7, 1000, 1e-5), (0.05, 20.0, 1000, 1e-5), (0.3, 1.0, 1, 1e-5)]:
        a = poisson(q, z, steps, interval)
        # dp-accounting cuts off 1e-15 of every distribution and does not add it to delta: with many steps on a fine
        # grid, its epsilon at a delta of 1e-9 falls below the true one.
        for delta in [1e-3, 1e-5, 1e-7] + ([1e-9] if steps <= 1000 else []):
            rows.append({"relation": "addOrRemove", "q": q, "z": z, "steps": steps, "interval": interval, "delta": delta,
                         "epsilon": float(a.get_epsilon(delta))})
    # Here the noise multiplier is relative to twice the norm of a record, the sensitivity of replacing.
    for q, z, steps, interval in [(0.01, 0.5, 500, 2e-5), (0.2, 1.5, 50, 5e-5), (0.5, 0.4, 5, 1e-4)]:
        a = poisson(q, 2 * z, steps, interval, REPLACE)
        for delta in [1e-3, 1e-6]:
            rows.append({"relation": "replace", "q": q, "z": z, "steps": steps, "interval": interval, "delta": delta,
                         "epsilon": float(a.get_epsilon(delta))})
    mixed = []
    for parts in [[(1.0, 5.0, 20), (0.01, 0.8, 300)], [(0.001, 0.6, 1000), (0.5, 10.0, 100), (0.1, 1.0, 5)]]:
        a = PLDAccountant(ADD, 5e-5)
        for q, z, steps in parts:
            event = dp.GaussianDpEvent(z)
            a.compose(event if q == 1 else dp.PoissonSampledDpEvent(q, event), steps)
        mixed.append({"parts": [{"q": q, "z": z, "steps": s} for q, z, s in parts],
                      "epsilon": [[d, float(a.get_epsilon(d))] for d in [1e-3, 1e-6]]})
    write("dp_wide_loss.json",
          "PLDAccountant (pessimistic) with the given discretisation interval. For the replace relation the noise "
          "multiplier is the standard deviation over the sensitivity, which is twice the norm bound.",
          epsilon=rows, mixed=mixed)


def distributed():
    def bound(c, beta, d):
        always = c + mp.sqrt(d)
        if beta == 0:
            return always
        s = mp.sqrt(2 * mp.log(1 / mp.mpf(beta)))
        return min(always, mp.sqrt(c * c + mp.mpf(d) / 4 + s * (c + mp.sqrt(d) / 2)))
    rows = []
    for noise, z, clip, n, honest, dim, bits, beta, p in [
            ("discreteGaussian", 0.7, 3.0, 50, 50, 1000, 14, 0.1, 1e-3), ("discreteGaussian", 5.0, 0.01, 200, 120, 100000, 20, 0, 1e-6),
            ("discreteGaussian", 0.3, 1.0, 3, 2, 5, 6, 0.5, 1e-2), ("discreteGaussian", 20.0, 10.0, 10000, 6667, 1 << 20, 24, 1e-9, 1e-4),
            ("skellam", 0.7, 3.0, 50, 50, 1000, 14, 0.1, 1e-3), ("skellam", 5.0, 0.01, 200, 120, 100000, 20, 0, 1e-6),
            ("skellam", 2.0, 1.0, 1000, 501, 8, 10, 0.6, 1e-2)]:
        d = max(8, 1 << (dim - 1).bit_length())
        k = mp.sqrt(2) * mp.erfinv(1 - mp.mpf(p))
        local = mp.mpf(z) * clip / mp.sqrt(honest)
        scale = mp.sqrt(mp.mpf(2) ** (2 * bits) - n * k * k) / (2 * k * mp.sqrt(mp.mpf(clip) ** 2 * n * n / d + n * local**2))
        s = local * scale
        l2 = bound(clip * scale, beta, d)
        l1 = l2 * min(mp.sqrt(d), l2)
        tau = 10 * mp.fsum(mp.e ** (-2 * mp.pi**2 * s * s * k_ / (k_ + 1)) for k_ in map(mp.mpf, range(1, honest)))
        rdp = []
        for a in [2, 3, 17, 200]:
            if noise == "skellam":
                mu = honest * s * s
                r = a * l2**2 / (2 * mu) + min(((2 * a - 1) * l2**2 + 6 * l1) / (4 * mu**2), 3 * l1 / (2 * mu))
            else:
                r2, r1 = l2 / (mp.sqrt(honest) * s), l1 / (mp.sqrt(honest) * s)
                r = min(a / mp.mpf(2) * r2**2 + tau * d, a / mp.mpf(2) * (r2**2 + 2 * r1 * tau + tau**2 * d),
                        a / mp.mpf(2) * (r2 + mp.sqrt(d) * tau) ** 2)
            rdp.append([a, float(r)])
        rows.append({"noise": noise, "z": z, "clip": clip, "contributors": n, "honest": honest, "dimension": dim, "bits": bits,
                     "beta": beta, "wrap": p, "padded": d, "scale": float(scale), "scaled_local_stddev": float(s),
                     "scaled_l2": float(l2), "scaled_l1": float(l1), "tau": float(tau) if noise != "skellam" else None, "rdp": rdp})
    write("dp_wide_distributed.json", "The published formulas in mpmath; dimensions padded to at least 8.", rows=rows)


if __name__ == "__main__":
    gaussian(); renyi(); distributed(); loss()
