"""Three models, each as its library keeps it: a function of the shares of the digits that a node has."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from flwr.app import ArrayRecord


class Data:
    """8 x 8 images of digits and their labels."""

    def __init__(self, rows: np.ndarray) -> None:
        self.pixels = (rows[:, :64] / 16).astype(np.float32)
        self.labels = rows[:, 64].astype(int)


def digits(folder: str, number: int | None = None, count: int = 1) -> tuple[Data, Data]:
    """What a node trains with and what it evaluates with; all of it without a number."""
    rows = np.loadtxt(Path(folder) / "digits.csv", delimiter=",")
    test = np.loadtxt(Path(folder) / "digits_test_indices.txt", dtype=int).reshape(-1)
    train, held = np.delete(rows, test, axis=0), rows[test]
    if number is None:
        return Data(train), Data(held)
    return Data(train[number::count]), Data(held[number::count])


class Model(Protocol):
    def record(self) -> ArrayRecord: ...

    def load(self, record: ArrayRecord) -> None: ...

    def train(self, data: Data, seed: int) -> float:
        """The mean loss."""
        ...

    def accuracy(self, data: Data) -> float: ...


class NumPyModel:
    """A linear classifier in float64, trained by gradient descent."""

    def __init__(self) -> None:
        self._arrays = [np.zeros((64, 10)), np.zeros(10)]

    def record(self) -> ArrayRecord:
        return ArrayRecord(self._arrays)

    def load(self, record: ArrayRecord) -> None:
        self._arrays = [array.copy() for array in record.to_numpy_ndarrays()]

    def _probabilities(self, pixels: np.ndarray) -> np.ndarray:
        scores = pixels @ self._arrays[0] + self._arrays[1]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def train(self, data: Data, seed: int) -> float:
        order = np.random.default_rng(seed).permutation(len(data.labels))
        losses = []
        for batch in np.array_split(order, max(1, len(order) // 16)):
            pixels, labels = data.pixels[batch], data.labels[batch]
            slope = self._probabilities(pixels)
            losses.append(-np.log(slope[np.arange(len(batch)), labels] + 1e-9).mean())
            slope[np.arange(len(batch)), labels] -= 1
            self._arrays[0] -= 0.5 * pixels.T @ slope / len(batch)
            self._arrays[1] -= 0.5 * slope.mean(axis=0)
        return float(np.mean(losses))

    def accuracy(self, data: Data) -> float:
        return float((self._probabilities(data.pixels).argmax(axis=1) == data.labels).mean())


class ScikitModel:
    """Logistic regression of scikit-learn, a few steps at a time."""

    def __init__(self) -> None:
        from sklearn.linear_model import LogisticRegression

        self._model = LogisticRegression(max_iter=3, warm_start=True)
        self._model.classes_ = np.arange(10)
        self._model.coef_, self._model.intercept_ = np.zeros((10, 64)), np.zeros(10)

    def record(self) -> ArrayRecord:
        return ArrayRecord([self._model.coef_, self._model.intercept_])

    def load(self, record: ArrayRecord) -> None:
        self._model.coef_, self._model.intercept_ = (a.copy() for a in record.to_numpy_ndarrays())

    def train(self, data: Data, seed: int) -> float:
        import warnings

        from sklearn.metrics import log_loss

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._model.fit(data.pixels, data.labels)
        return float(
            log_loss(data.labels, self._model.predict_proba(data.pixels), labels=range(10))
        )

    def accuracy(self, data: Data) -> float:
        return float(self._model.score(data.pixels, data.labels))


class TorchModel:
    """A convolutional network with batch normalization: float32, statistics, and a counter of int64."""

    def __init__(self) -> None:
        import torch
        from torch import nn

        torch.manual_seed(1)
        torch.set_num_threads(1)
        self._model = nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)),
            nn.Conv2d(1, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(128, 10),
        )

    def record(self) -> ArrayRecord:
        return ArrayRecord(self._model.state_dict())

    def load(self, record: ArrayRecord) -> None:
        self._model.load_state_dict(record.to_torch_state_dict())

    def train(self, data: Data, seed: int) -> float:
        import torch

        order = np.random.default_rng(seed).permutation(len(data.labels))
        optimizer = torch.optim.SGD(self._model.parameters(), lr=0.05, momentum=0.9)
        losses = []
        self._model.train()
        for batch in np.array_split(order, max(1, len(order) // 16)):
            scores = self._model(torch.from_numpy(data.pixels[batch]))
            loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(data.labels[batch]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return float(np.mean(losses))

    def accuracy(self, data: Data) -> float:
        import torch

        self._model.eval()
        with torch.no_grad():
            found = self._model(torch.from_numpy(data.pixels)).argmax(dim=1).numpy()
        return float((found == data.labels).mean())


MODELS: dict[str, Any] = {"numpy": NumPyModel, "sklearn": ScikitModel, "torch": TorchModel}
