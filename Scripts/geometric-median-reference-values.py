"""Writes the reference values of the tests of the geometric median.

    pip install mpmath && python Scripts/geometric-median-reference-values.py \
        > Tests/FLMathTests/Robustness/Reference/geometric_median.json

Every median is found with 400 digits: a row whose pull by the others does not exceed its weight, or else
the zero of the gradient, by Newton's method with halved steps. Nothing is taken from this package.
"""

import json
import random

import mpmath as mp

mp.mp.dps = 400


def norm(v):
    return mp.sqrt(mp.fsum(x * x for x in v))


def objective(rows, weights, y):
    return mp.fsum(w * norm(x - y) for x, w in zip(rows, weights))


def pull(rows, weights, y):
    total = mp.matrix(len(y), 1)
    here = mp.mpf(0)
    for x, w in zip(rows, weights):
        distance = norm(x - y)
        if distance == 0:
            here += w
        else:
            total += (x - y) * (w / distance)
    return total, here


def newton_step(rows, weights, y, gradient):
    d = len(y)
    hessian = mp.matrix(d, d)
    for x, w in zip(rows, weights):
        distance = norm(x - y)
        u = (x - y) / distance
        hessian += (mp.eye(d) - u * u.T) * (w / distance)
    return mp.lu_solve(hessian, gradient)


def median(rows, weights=None):
    rows = [mp.matrix([mp.mpf(value) for value in row]) for row in rows]
    weights = [mp.mpf(w) for w in (weights or [1] * len(rows))]
    weights = [w / mp.fsum(weights) for w in weights]
    for x in rows:
        total, here = pull(rows, weights, x)
        if norm(total) <= here:
            return x
    # Away from the best row, far enough to be lower.
    y = min(rows, key=lambda x: objective(rows, weights, x))
    total, here = pull(rows, weights, y)
    step = total / norm(total) * min(norm(x - y) for x in rows if norm(x - y) > 0)
    while objective(rows, weights, y + step) >= objective(rows, weights, y):
        step /= 2
    y += step
    for _ in range(1000):
        gradient, _ = pull(rows, weights, y)
        if norm(gradient) < mp.mpf(10) ** -50:
            return y
        step = newton_step(rows, weights, y, gradient)
        while objective(rows, weights, y + step) > objective(rows, weights, y):
            step /= 2
        y += step
    raise ArithmeticError("not converged")


def cases():
    for a in (1e6, 1e12, 1e50, 1e140):
        yield f"square_and_{a:g}", 1, [[0, 0], [1, 0], [0, 1], [1, 1], [a, 0]], None
    yield "weighted", 1, [[0, 0], [1, 0], [0, 1], [1, 1], [50, 3]], [3, 1, 4, 2, 4]
    yield "line_of_five", 2, [[0, 0], [1, 2], [2, 4], [4, 8], [9, 18]], None
    yield "weighted_line", 1, [[0], [1], [2], [10]], [2, 3, 4, 2]
    yield "most_are_equal", 2, [[1, 2, 3]] * 4 + [[5, 5, 5], [-9, 0, 1], [1e9, 1e9, 0]], None
    # A triangle with an angle of 120 degrees has its median in that corner; a smaller angle moves it away.
    for degrees in ("121", "120.001", "119.999", "119", "90"):
        half = mp.radians(mp.mpf(degrees)) / 2
        far = [float(mp.cos(half)), float(mp.sin(half))]
        yield f"triangle_{degrees}", 1, [[0, 0], far, [far[0], -far[1]]], None
    random.seed(7)
    for index in range(16):
        n, d = random.randint(3, 13), random.randint(2, 5)
        f = (n - 1) // 2
        rows = [[random.gauss(0, 1) for _ in range(d)] for _ in range(n)]
        if index % 4 == 1:
            rows[:f] = [[1e7 * random.gauss(0, 1) for _ in range(d)] for _ in range(f)]
        if index % 4 == 2:
            rows = [[1000 + value for value in row] for row in rows]
        if index % 4 == 3:
            rows = [[row[0]] + [0.01 * value for value in row[1:]] for row in rows]
        yield f"random_{index}", f, rows, None


def main():
    out = []
    for name, f, rows, weights in cases():
        y = median(rows, weights)
        entry = {"name": name, "f": f, "x": rows, "median": [float(value) for value in y]}
        if weights:
            entry["weights"] = weights
        out.append(entry)
    print('{"source": "Scripts/geometric-median-reference-values.py, mpmath ' + mp.__version__
          + ' with 400 digits", "matrices": [')
    print(",\n".join(json.dumps(entry) for entry in out))
    print("]}")


main()
