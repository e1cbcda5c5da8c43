"""What a server app says about its secure rounds."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

from .errors import ConfigurationError

OnFailure = Literal["raise", "skip"]

LARGEST_WEIGHT: Final = (1 << 32) - 1


@dataclass(frozen=True, kw_only=True)
class SecAggSettings:
    """The defaults suit every model. Name the `metrics` that the server is to see the means of."""

    metrics: Sequence[str] = ()
    """The metrics of training and evaluation that are averaged inside the sum. What is not named here does not
    leave the node. A node without one of them is left out of its mean only: name metrics that all nodes have, since
    the server sees the value of a node that has one alone."""
    clipping_bound: float | Mapping[str, float] | None = None
    """The largest magnitude of one coordinate of an update (local model minus global model): one for all arrays,
    or one for each pattern of names, such as `{"bn*.running_*": 100.0, "*": 0.5}`, of which the first that
    matches counts. Arrays without one get a bound that follows their updates: in the first round one that is far
    above all updates, in vectors twice as long, and then 16 times the largest coordinate of half of the nodes."""
    maximum_examples: int | None = None
    """The largest weight of one node; a node with more refuses. `None` for a limit that follows the nodes."""
    secure_evaluation: bool = True
    """Whether evaluation goes through the secure sum as training does. If not, the server sees the metrics of each
    node, and the client app has to agree: `register(app, plain_evaluation=True)`."""
    minimum_contributors: int | None = None
    """The smallest number of nodes whose sum may be released; `None` for those that stay if as
    many leave as assumed."""
    corrupt_fraction: float | None = None
    """Of the nodes, those that may collude with the server; `None` for 0.05, and at least one."""
    dropout_fraction: float = 0.25
    """Of the nodes, those that may leave before the end of a round."""
    minimum_value_bits: int | None = None
    """The least precision of one coordinate; `None` for as many bits as 4 bytes a parameter leave
    when the sum of all nodes has to fit."""
    phase_timeout: float = 60.0
    """Seconds that nodes have for each exchange without training or evaluation."""
    train_timeout: float | None = None
    """Seconds that they have for training; `None` for the `timeout` that the strategy gives."""
    unmask_grace: float = 5.0
    """Seconds without an answer after which the sum is unmasked from fewer answers, if they do."""
    retries: int = 1
    """How often a round without a sum is tried again, with the nodes that are still there."""
    on_failure: OnFailure = "raise"
    """What becomes of a round that has no sum after that: `RoundFailed` is raised, or the round is skipped, with an
    error in the log and the model as it was. A first round without a sum is always raised."""
    poll_interval: float = 0.2
    """Seconds between two looks for replies."""
    threads: int = 0
    """Threads that unmask, 0 for as many as there are processors."""

    def __post_init__(self) -> None:
        self._check_metrics()
        self._check_bounds()
        if self.on_failure not in ("raise", "skip"):
            raise _wrong("on_failure", self.on_failure, '"raise" or "skip"')
        if not isinstance(self.secure_evaluation, bool):
            raise _wrong("secure_evaluation", self.secure_evaluation, "True or False")
        self._whole("maximum_examples", 1, LARGEST_WEIGHT)
        self._whole("minimum_contributors", 2, LARGEST_WEIGHT)
        self._whole("minimum_value_bits", 16, 62)
        for name in ("retries", "threads"):
            self._whole(name, 0, 1 << 16)
        for name in ("corrupt_fraction", "dropout_fraction"):
            self._real(name, lambda value: 0 <= value < 1, "a fraction from 0 and below 1")
        for name in ("phase_timeout", "train_timeout", "poll_interval"):
            self._real(name, lambda value: value > 0, "a positive number of seconds")
        self._real("unmask_grace", lambda value: value >= 0, "0 seconds or more")

    def _check_metrics(self) -> None:
        if isinstance(self.metrics, (str, Mapping)) or not isinstance(self.metrics, Sequence):
            raise _wrong("metrics", self.metrics, 'a list of names, such as ["train_loss"]')
        for name in self.metrics:
            if not isinstance(name, str) or not name:
                raise _wrong("metrics", name, "names")
        if len(set(self.metrics)) < len(self.metrics):
            raise _wrong("metrics", list(self.metrics), "each name once")

    def _check_bounds(self) -> None:
        bounds = self.clipping_bound
        if bounds is None:
            return
        if isinstance(bounds, Mapping):
            for pattern, bound in bounds.items():
                if not isinstance(pattern, str):
                    raise _wrong("clipping_bound", pattern, "patterns of names of arrays")
                if not _is_positive(bound):
                    raise _wrong(f"clipping_bound[{pattern!r}]", bound, "a positive, finite number")
        elif not _is_positive(bounds):
            expected = "a positive, finite number, a dict of such for patterns of names, or None"
            raise _wrong("clipping_bound", bounds, expected)

    def _whole(self, name: str, least: int, most: int) -> None:
        self._check(
            name,
            lambda value: type(value) is int and least <= value <= most,
            f"a whole number from {least} to {most}",
        )

    def _real(self, name: str, fits: Callable[[float], bool], expected: str) -> None:
        def is_number(value: Any) -> bool:
            return isinstance(value, (int, float)) and not isinstance(value, bool)

        self._check(name, lambda value: is_number(value) and fits(value), expected)

    def _check(self, name: str, fits: Callable[[Any], bool], expected: str) -> None:
        value = getattr(self, name)
        is_default_none = value is None and getattr(type(self), name) is None
        if not is_default_none and (value is None or not fits(value)):
            raise _wrong(name, value, expected)

    def bound_of(self, array: str) -> float | None:
        """The bound that was set for an array, if one was."""
        if isinstance(self.clipping_bound, Mapping):
            for pattern, bound in self.clipping_bound.items():
                if fnmatchcase(array, pattern):
                    return float(bound)
            return None
        return None if self.clipping_bound is None else float(self.clipping_bound)


def _is_positive(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and 0 < value < math.inf


def _wrong(name: str, found: Any, expected: str) -> ConfigurationError:
    return ConfigurationError(f"SecAggSettings.{name}: expected {expected}, found {found!r}")
