"""The vectors and weights that both implementations get, and what has to come out."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

BOUND = 8.0
"""The clipping bound of both; it is the default of SecAgg+ and of the plug-in."""
LARGEST_WEIGHT = 1000


@dataclass(frozen=True)
class Cohort:
    clients: int
    parameters: int

    @property
    def ids(self) -> range:
        return range(1, self.clients + 1)

    def weight(self, id: int) -> int:
        return 500 + id % 500

    def vector(self, id: int) -> np.ndarray:
        generator = np.random.default_rng([20240607, id])
        return generator.uniform(-1, 1, self.parameters).astype(np.float32)

    def mean(self, ids: list[int]) -> np.ndarray:
        total = sum(self.weight(id) for id in ids)
        mean = np.zeros(self.parameters)
        for id in ids:
            mean += self.vector(id) * (self.weight(id) / total)
        return mean


@dataclass(frozen=True)
class Measured:
    """One round, all parties in one process. Seconds are of the processor, of all threads."""

    client_seconds: float
    """Of all clients together, training not included."""
    server_seconds: float
    transport_seconds: float
    """What turning messages into bytes and back took; it is part of neither."""
    up_bytes: float
    """What one client sent in the whole round, on average."""
    down_bytes: float
    mean: np.ndarray | None
    """What came out, if anything."""
    shape: str
    """Neighbours and threshold."""

    @property
    def seconds(self) -> float:
        return self.client_seconds + self.server_seconds
