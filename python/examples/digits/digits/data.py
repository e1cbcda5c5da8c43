"""8 x 8 images of handwritten digits, and who has which of them."""

from pathlib import Path

import numpy as np


class Examples:
    def __init__(self, rows: np.ndarray) -> None:
        self.pixels = (rows[:, :64] / 16).astype(np.float32)
        self.labels = rows[:, 64].astype(int)

    def __len__(self) -> int:
        return len(self.labels)


def _rows(folder: str) -> tuple[np.ndarray, np.ndarray]:
    """Those for training and those for testing."""
    rows = np.loadtxt(Path(folder) / "digits.csv", delimiter=",")
    test = np.loadtxt(Path(folder) / "digits_test_indices.txt", dtype=int).reshape(-1)
    return np.delete(rows, test, axis=0), rows[test]


def partition(folder: str, number: int, count: int) -> Examples:
    """The examples of one client. Each has another number of them."""
    training, _ = _rows(folder)
    order = np.random.default_rng(20240607).permutation(len(training))
    ends = np.cumsum(np.arange(count) + count) / np.sum(np.arange(count) + count) * len(order)
    parts = np.split(order, ends[:-1].astype(int))
    return Examples(training[parts[number]])


def test_examples(folder: str) -> Examples:
    return Examples(_rows(folder)[1])
