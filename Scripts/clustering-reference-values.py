"""Makes ifca_trajectories.json: the models of IFCA's clusters, round by round.

    pip install numpy && python Scripts/clustering-reference-values.py

Ghosh et al. 2020, "An Efficient Framework for Clustered Federated Learning", Algorithm 1, both options, in NumPy as the
paper writes it: one-hot vectors s_ij, sums over clients, models in place of differences. Seven clients have linear
least-squares problems of two populations with opposite targets. Full-batch descent, learning rate 0.1. Two things are not
in the paper: clients that count by their examples up to a cap, and clusters with fewer clients than a minimum, which keep
their model. Nothing is taken from this package.
"""

import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent.parent / "Tests/FLMathTests/Algorithms/Reference"
RATE = 0.1


def loss(client, w):
    x, y = client
    return 0.5 * np.mean((x @ w - y) ** 2)


def gradient(client, w):
    x, y = client
    return x.T @ (x @ w - y) / len(y)


def ifca(clients, start, option, cap, minimum, rounds, steps):
    theta = np.array(start)
    k = len(theta)
    models, picks = [], []
    for participants in rounds:
        s = np.zeros((len(participants), k))
        sent = []
        for row, i in enumerate(participants):
            j = int(np.argmin([loss(clients[i], theta[c]) for c in range(k)]))
            s[row, j] = 1
            if option == "gradients":
                sent.append(gradient(clients[i], theta[j]))
            else:
                local = theta[j].copy()
                for _ in range(steps[i]):
                    local = local - RATE * gradient(clients[i], local)
                sent.append(local)
        p = np.array([min(len(clients[i][1]), cap) for i in participants], dtype=float)
        sent = np.array(sent)
        after = theta.copy()
        for j in range(k):
            if s[:, j].sum() < max(minimum, 1):
                continue
            weighted = (s[:, j] * p) @ sent
            if option == "gradients":
                after[j] = theta[j] - RATE * weighted / p.sum()
            else:
                after[j] = weighted / (s[:, j] @ p)
        theta = after
        models.append(theta.tolist())
        picks.append(s.argmax(axis=1).tolist())
    return models, picks


def main():
    random = np.random.default_rng(20201206)
    truth = np.array([1.5, -2.0, 0.5])
    clients = []
    for i, examples in enumerate([4, 9, 6, 12, 5, 8, 7]):
        x = random.normal(size=(examples, 3))
        sign = 1 if i % 2 == 0 else -1
        clients.append((x, sign * (x @ truth) + 0.1 * random.normal(size=examples)))
    everybody = list(range(7))
    some = [[0, 1, 2], [3, 5], [1, 4, 6], [0, 2, 3, 5], [6], [1, 2, 3, 4, 5, 6]]
    schedules = [([everybody] * 8, [5] * 7), (some * 2, [2, 5, 8, 3, 1, 4, 6])]
    runs = []
    for k in [1, 2, 3]:
        start = random.normal(size=(k, 3)).round(3).tolist()
        for option in ["models", "gradients"]:
            for cap, minimum in [(1, 1), (20, 1), (10, 2), (1, 3)]:
                for participants, steps in schedules:
                    models, picks = ifca(clients, start, option, cap, minimum, participants, steps)
                    runs.append({"start": start, "option": option, "cap": cap, "minimum": minimum,
                                 "participants": participants, "steps": steps if option == "models" else [1] * 7,
                                 "models": models, "picks": picks})
    out = {"numpy": np.__version__, "X": [x.tolist() for x, _ in clients], "Y": [y.tolist() for _, y in clients],
           "runs": runs}
    (HERE / "ifca_trajectories.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
