"""Makes further_trajectories.json: trajectories of q-FedAvg, of averaging with its weights alone, and of FedDC.

    pip install numpy && python Scripts/algorithm-reference-values.py

Li et al. 2020, "Fair Resource Allocation in Federated Learning", Algorithm 2, and Gao et al. 2022, "FedDC", Algorithm 1, in
NumPy, on the least-squares problems of fl_trajectories.json: full-batch descent, learning rate 0.1. Nothing is taken from
this package.
"""

import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent.parent / "Tests/FLMathTests/Algorithms/Reference"
RATE = 0.1


def q_fedavg(clients, w, q, rounds):
    models = []
    for participants, steps in rounds:
        deltas, hs = [], []
        for k in participants:
            x, y = clients[k]
            loss = 0.5 * np.mean((x @ w - y) ** 2)
            local = w.copy()
            for _ in range(steps[k]):
                local = local - RATE * x.T @ (x @ local - y) / len(y)
            dw = (w - local) / RATE
            # The paper divides by nothing that may be 0; the authors' code adds 1e-10 to losses.
            f = loss + 1e-10
            deltas.append(f**q * dw)
            hs.append(q * f ** (q - 1) * (dw @ dw) + f**q / RATE)
        w = w - sum(deltas) / sum(hs)
        models.append(w.tolist())
    return models


def q_weights(clients, w, q, rounds):
    models = []
    for participants, steps in rounds:
        losses, ends = [], []
        for k in participants:
            x, y = clients[k]
            losses.append(0.5 * np.mean((x @ w - y) ** 2) + 1e-10)
            local = w.copy()
            for _ in range(steps[k]):
                local = local - RATE * x.T @ (x @ local - y) / len(y)
            ends.append(local)
        w = np.average(ends, axis=0, weights=np.array(losses) ** q)
        models.append(w.tolist())
    return models


def feddc(clients, w, alpha, rounds):
    h, c_k, c = [np.zeros_like(w) for _ in clients], [np.zeros_like(w) for _ in clients], np.zeros_like(w)
    models = []
    for participants, steps in rounds:
        sent, changes = [], []
        for k in participants:
            x, y = clients[k]
            local = w.copy()
            for _ in range(steps[k]):
                gradient = x.T @ (x @ local - y) / len(y) + alpha * (local + h[k] - w) + c - c_k[k]
                local = local - RATE * gradient
            h[k] = h[k] + local - w
            after = c_k[k] - c + (w - local) / (steps[k] * RATE)
            changes.append(after - c_k[k])
            c_k[k] = after
            sent.append(local + h[k])
        w = np.mean(sent, axis=0)
        c = c + np.sum(changes, axis=0) / len(clients)
        models.append(w.tolist())
    return models


def main():
    data = json.loads((HERE / "fl_trajectories.json").read_text())
    clients = [(np.array(x), np.array(y)) for x, y in zip(data["X"], data["Y"])]
    everybody, some = [0, 1, 2, 3], [[0, 1], [2, 3], [1, 3], [0, 2], [3]]
    schedules = [([everybody] * 10, [5, 5, 5, 5]), (some * 2, [2, 5, 8, 3])]
    out = {"numpy": np.__version__}
    for name, algorithm, parameters in [("q_fedavg", q_fedavg, [0.0, 0.1, 0.5, 1.0, 2.0, 5.0]),
                                        ("q_weights", q_weights, [0.0, 0.5, 1.0, 2.0]), ("feddc", feddc, [0.01, 0.1, 1.0])]:
        out[name] = [{"parameter": parameter, "participants": participants, "steps": steps,
                      "models": algorithm(clients, np.array(data["w0"]), parameter, [(p, steps) for p in participants])}
                     for parameter in parameters for participants, steps in schedules]
    (HERE / "further_trajectories.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
