"""What a server app says about its secure rounds."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

OnFailure = Literal["skip", "raise"]


@dataclass(frozen=True)
class SecAggSettings:
    """The defaults suit an ordinary model and clients of up to some thousand examples; a smaller
    `clipping_bound` and `maximum_examples` near the real number give more precision."""

    clipping_bound: float = 8.0
    """Each coordinate of an update (local model minus global model) is clipped to this magnitude."""
    maximum_examples: int = 10_000
    """The largest number of examples of one client; one with more is refused by its own mod."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """The training metrics that are averaged inside the sum, and the largest magnitude of each.
    What is not named here does not leave the client."""
    weighted_by_key: str = "num-examples"
    """The metric that is a client's weight, as in the strategy."""
    minimum_contributors: int | None = None
    """The smallest number of clients whose sum may be released; `None` for those that stay if as
    many leave as assumed."""
    corrupt_fraction: float | None = None
    """Of the clients, those that may collude with the server; `None` for 0.05, and at least one."""
    dropout_fraction: float = 0.25
    """Of the clients, those that may leave before the end of a round."""
    minimum_value_bits: int | None = None
    """The least precision of one coordinate; `None` for as many bits as 4 bytes a parameter leave
    when the sum of all nodes has to fit."""
    phase_timeout: float = 60.0
    """Seconds that clients have for each of the rounds without training."""
    train_timeout: float | None = None
    """Seconds that they have for training; `None` for the `timeout` that the strategy gives."""
    unmask_grace: float = 5.0
    """Seconds without an answer after which the sum is unmasked from fewer answers, if they do."""
    retries: int = 1
    """How often a round without a sum is tried again, with the clients that are still there."""
    on_failure: OnFailure = "skip"
    """What becomes of a round that has no sum after that: it is skipped, with an error in the log
    and the model as it was, or `RoundFailed` is raised."""
    poll_interval: float = 0.2
    """Seconds between two looks for replies."""
    threads: int = 0
    """Threads that unmask, 0 for as many as there are processors."""

    def __post_init__(self) -> None:
        for name, bound in self.metrics.items():
            if name == self.weighted_by_key:
                raise ValueError(f"metrics: {name!r} is the weight, and is in every sum anyway")
            if not (0 < bound < math.inf):
                raise ValueError(f"metrics: the bound of {name!r} must be positive and finite")
        if self.on_failure not in ("skip", "raise"):
            raise ValueError(f'on_failure: expected "skip" or "raise", found {self.on_failure!r}')
        self._require("clipping_bound", lambda value: 0 < value < math.inf, "positive and finite")
        self._require("maximum_examples", lambda value: value >= 1, "1 or more")
        for name in ("corrupt_fraction", "dropout_fraction"):
            self._require(name, lambda value: 0 <= value < 1, "from 0 and below 1")
        self._require("minimum_contributors", lambda value: value >= 2, "2 or more")
        self._require("minimum_value_bits", lambda value: 2 <= value <= 62, "2 to 62")
        for name in ("phase_timeout", "train_timeout", "poll_interval"):
            self._require(name, lambda value: value > 0, "a positive number of seconds")
        self._require("unmask_grace", lambda value: value >= 0, "0 seconds or more")
        for name in ("retries", "threads"):
            self._require(name, lambda value: value >= 0, "0 or more")

    def _require(self, name: str, fits: Callable[[Any], bool], expected: str) -> None:
        """What no round can be held with is refused here, not in the first round."""
        value = getattr(self, name)
        if value is None and getattr(type(self), name) is None:
            return
        if value is None or not fits(value):
            raise ValueError(f"{name}: expected {expected}, found {value!r}")
