"""A grid in front of Flower's."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from logging import ERROR, WARNING
from typing import Any, Final

from flwr.app import Message, RecordDict
from flwr.common import log
from flwr.serverapp import Grid
from flwr.serverapp.strategy import Strategy

import secagg

from ..arrays import Unusable
from ..errors import (
    EXPLANATIONS,
    PERMANENT,
    ConfigurationError,
    Refusal,
    RoundFailed,
)
from ..messages import kind_of
from ..model import ModelShape
from ..plan import Kind, Outcome, RoundPlan
from ..settings import LARGEST_WEIGHT, SecAggSettings
from .assignment import Assignment
from .calibration import Calibration
from .secure_round import MaskCiphers, SecureRound
from .session import Session
from .strategies import check_strategy

_SMALLEST: Final = 3
"""Nodes of a round: the sum of two shows each of them the other's update."""


_EVALUATION_BITS: Final = 16
"""Of an element of the vectors of evaluation, which hold counters only."""


class SecAggGrid(Grid):
    """Turns the messages of a strategy into secure rounds.

    The strategy gets one reply to all messages to train, with the global model after the weighted mean of the
    updates, the sum of the weights and the means of the metrics, and likewise one reply to all messages to
    evaluate. Messages of type `query` are passed on as they are."""

    def __init__(
        self,
        grid: Grid,
        strategy: Strategy | None = None,
        settings: SecAggSettings | None = None,
        *,
        assume_linear: bool = False,
    ) -> None:
        """
        :param grid: the grid of the server app.
        :param strategy: the strategy that uses this grid. Those of Flower that need more than a mean are refused.
        :param assume_linear: vouches that the strategy, or the server app without one, uses nothing of the replies
            but their weighted mean.
        :raises ConfigurationError: the strategy needs more than a mean, or is unknown.
        """
        if settings is not None and not isinstance(settings, SecAggSettings):
            raise ConfigurationError(
                f"settings: expected SecAggSettings, found {type(settings).__name__}"
            )
        if strategy is not None and not isinstance(strategy, Strategy):
            raise ConfigurationError(
                f"strategy: expected a strategy of flwr.serverapp.strategy, found"
                f" {type(strategy).__name__}. Write SecAggGrid(grid, strategy, SecAggSettings(...))"
            )
        if strategy is not None:
            check_strategy(strategy, assume_linear=assume_linear)
        elif not assume_linear:
            raise ConfigurationError(
                "strategy: expected the strategy that is started with this grid, found none. Write"
                " strategy.start(grid=SecAggGrid(grid, strategy), ...)"
            )
        self._grid, self._strategy = grid, strategy
        self._settings = settings or SecAggSettings()
        self._weighted_by_key = str(getattr(strategy, "weighted_by_key", "num-examples"))
        if self._weighted_by_key in self._settings.metrics:
            raise ConfigurationError(
                f"SecAggSettings.metrics: expected metrics only, found {self._weighted_by_key!r}, which is the"
                " weight and in every sum anyway"
            )
        if not self._settings.metrics:
            log(
                WARNING,
                "secagg: SecAggSettings.metrics names no metric, so none leaves a node but the sum of %r",
                self._weighted_by_key,
            )
        self._declared: MaskCiphers = {}
        self._prepared: dict[Kind, Session] = {}
        self._calibration: Calibration | None = None
        self._refusals: dict[int, int] = {}
        self._has_succeeded: set[Kind] = set()

    def __repr__(self) -> str:
        strategy = type(self._strategy).__name__ if self._strategy else "no strategy"
        return f"SecAggGrid({self._grid!r}, {strategy}, {self._settings!r})"

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        """As in Flower. `timeout` is for training, evaluation, and messages that are passed on; the exchanges
        without have their own in the settings.

        :raises ConfigurationError: no round can succeed until something is changed.
        :raises RoundFailed: there is no sum, if the settings do not let it be skipped.
        """
        messages = list(messages)
        secured = [Kind.TRAIN]
        if self._settings.secure_evaluation:
            secured.append(Kind.EVALUATE)
        result: list[Message] = []
        for kind in secured:
            of_kind = [message for message in messages if kind_of(message) is kind]
            if of_kind:
                result += self._secured(kind, of_kind, timeout)
        others = [message for message in messages if kind_of(message) not in secured]
        if others:
            result += self._grid.send_and_receive(others, timeout=timeout)
        return result

    def _secured(
        self, kind: Kind, messages: Sequence[Message], timeout: float | None
    ) -> list[Message]:
        assignment = Assignment(messages)
        self._check_nodes(kind, len(messages))
        attempts, attempt = 1 + self._settings.retries, 1
        while True:
            limit = self._weight_limit
            try:
                return [self._attempt(assignment, timeout, is_first=attempt == 1)]
            except RoundFailed as error:
                log(ERROR, "secagg: attempt %d of %d has no sum: %s", attempt, attempts, error)
                failure = error
            # The first limits are guesses, which do not count.
            attempt += self._weight_limit == limit
            assignment = assignment.without(failure.unreachable)
            if attempt > attempts or len(assignment.nodes) < _SMALLEST:
                break
        if self._settings.on_failure == "raise" or kind not in self._has_succeeded:
            raise failure
        log(ERROR, "secagg: the round is SKIPPED, the model stays as it is")
        return []

    def _check_nodes(self, kind: Kind, nodes: int) -> None:
        if nodes >= _SMALLEST:
            return
        name = type(self._strategy).__name__ if self._strategy else "strategy"
        raise ConfigurationError(
            f"{nodes} nodes were chosen to {kind}, a secure round needs {_SMALLEST} or more: the sum of two shows"
            f" each the other's update. Write {name}(min_{kind}_nodes={_SMALLEST},"
            f" min_available_nodes={_SMALLEST}, fraction_{kind}=...), and start as many nodes"
        )

    def _attempt(self, assignment: Assignment, timeout: float | None, *, is_first: bool) -> Message:
        plan = self._plan(assignment)
        session = self._prepared.pop(assignment.kind, None)
        is_prepared = (
            session is not None
            and session.form == plan.form
            and session.nodes == frozenset(assignment.nodes)
        )
        try:
            if session is None or not is_prepared:
                session = self._session(assignment.kind, assignment.nodes, plan)
            session.is_upcoming = False
        except secagg.InvalidParameters as error:
            if is_first:
                raise ConfigurationError(
                    f"SecAggSettings: no secure round of {len(assignment.nodes)} nodes is possible: {error}"
                ) from None
            raise RoundFailed(str(error)) from None
        round = SecureRound(self._grid, self._settings, assignment, plan, self._declared)
        try:
            outcome = round.run(
                session,
                lambda: self._upcoming(assignment, plan),
                is_prepared=is_prepared,
                timeout=timeout,
            )
        except RoundFailed as error:
            self._check_refusals(session)
            left = assignment.without(error.unreachable)
            if is_prepared and session.was_forgotten and len(left.nodes) >= _SMALLEST:
                log(
                    WARNING, "secagg: nodes have forgotten what was prepared, the round begins anew"
                )
                return self._attempt(left, timeout, is_first=False)
            raise
        finally:
            self._note_refusals(session)
        self._prepared |= {other.kind: other for other in round.prepared}
        if plan.sums_model and self._calibration:
            self._calibration.learn(outcome)
        self._has_succeeded.add(assignment.kind)
        return self._reply(assignment, outcome)

    def _reply(self, assignment: Assignment, outcome: Outcome) -> Message:
        content = RecordDict({"metrics": outcome.metrics})
        if outcome.arrays is not None:
            content[assignment.arrays_name] = outcome.arrays
        return Message(content, reply_to=next(iter(assignment.messages.values())))

    # Plans and sessions

    def _plan(self, assignment: Assignment) -> RoundPlan:
        calibration = self._calibrated(assignment)
        is_training = assignment.kind is Kind.TRAIN
        nodes = len(assignment.nodes)
        return RoundPlan(
            kind=assignment.kind,
            round=assignment.server_round,
            model=ModelShape.of(assignment.arrays),
            bounds=calibration.bounds if is_training and calibration else (),
            maximum_examples=(
                calibration.maximum_examples if is_training and calibration else LARGEST_WEIGHT
            ),
            metrics=tuple(sorted(self._settings.metrics)),
            weighted_by_key=self._weighted_by_key,
            minimum_value_bits=(
                calibration.value_bits(nodes) if is_training and calibration else _EVALUATION_BITS
            ),
        )

    def _calibrated(self, assignment: Assignment) -> Calibration | None:
        """What is known of the model's updates. Types of arrays are those of the first model."""
        calibration = self._calibration
        shape = ModelShape.of(assignment.arrays)
        try:
            if calibration and calibration.shape.matches(shape):
                assignment.take_types_of(calibration.shape)
                return calibration
            if assignment.kind is Kind.EVALUATE:
                return None
            _check_types(shape)
            self._calibration = Calibration(self._settings, assignment.model)
        except Unusable as error:
            raise ConfigurationError(f"model: {error}") from None
        return self._calibration

    def _session(self, kind: Kind, nodes: Sequence[int], plan: RoundPlan) -> Session:
        ciphers = ~secagg.MaskCipher(0)
        for node in nodes:
            ciphers &= self._declared.get(node, secagg.MaskCipher.CHACHA20)
        return Session(kind, nodes, plan.form, self._settings, ciphers)

    def _upcoming(self, assignment: Assignment, plan: RoundPlan) -> list[Session]:
        """Sessions to be prepared for the next rounds, which are expected to have the same nodes."""
        nodes = assignment.nodes
        plans = [plan]
        if plan.sums_model and self._calibration:
            bits = self._calibration.value_bits(len(nodes), of_first_round=False)
            plans = [replace(plan, minimum_value_bits=bits)]
            if self._evaluates and Kind.EVALUATE not in self._prepared:
                evaluation = replace(plan, kind=Kind.EVALUATE, minimum_value_bits=_EVALUATION_BITS)
                plans.append(evaluation)
        sessions = [self._session(plan.kind, nodes, plan) for plan in plans]
        for session in sessions:
            session.is_upcoming = True
        return sessions

    @property
    def _evaluates(self) -> bool:
        """Whether the strategy is going to evaluate in secure rounds."""
        fraction = getattr(self._strategy, "fraction_evaluate", 0.0)
        return self._settings.secure_evaluation and fraction > 0

    # Refusals

    def _check_refusals(self, session: Session) -> None:
        """After a round without a sum.

        :raises ConfigurationError: all nodes refused for the same reason, which does not go away.
        """
        reasons = {lost.refusal if lost else None for lost in session.lost.values()}
        if len(session.lost) < len(session.nodes) or len(reasons) != 1:
            return
        [refusal] = reasons
        if refusal is None or refusal not in PERMANENT:
            return
        calibration = self._calibration
        if refusal is Refusal.WEIGHT_TOO_LARGE and calibration and calibration.can_raise_maximum:
            return
        limit = next(lost.limit for lost in session.lost.values() if lost)
        text = f" The limit is {limit}." if limit else ""
        raise ConfigurationError(
            f"all {len(session.nodes)} nodes refused: {EXPLANATIONS[refusal]}.{text}"
        )

    def _note_refusals(self, session: Session) -> None:
        """Reports nodes that refuse in every round."""
        refused = {node: lost for node, lost in session.lost.items() if lost}
        for node in session.nodes - frozenset(refused):
            self._refusals.pop(node, None)
        for node, error in refused.items():
            rounds = self._refusals[node] = self._refusals.get(node, 0) + 1
            if rounds > 1:
                log(
                    WARNING,
                    "secagg: node %s has refused in each of its last %d rounds, now because %s",
                    node,
                    rounds,
                    EXPLANATIONS[error.refusal],
                )
        is_too_small = any(e.refusal is Refusal.WEIGHT_TOO_LARGE for e in refused.values())
        if is_too_small and self._calibration:
            self._calibration.raise_maximum()

    @property
    def _weight_limit(self) -> int:
        return self._calibration.maximum_examples if self._calibration else 0

    # What is Flower's own

    def set_run(self, run: Any) -> None:
        self._grid.set_run(run)

    @property
    def run(self) -> Any:
        return self._grid.run

    def create_message(
        self,
        content: RecordDict,
        message_type: str,
        dst_node_id: int,
        group_id: str,
        ttl: float | None = None,
    ) -> Message:
        return self._grid.create_message(content, message_type, dst_node_id, group_id, ttl)

    def get_node_ids(self) -> Iterable[int]:
        return self._grid.get_node_ids()

    def get_nodes(self) -> Iterable[Any]:
        return self._grid.get_nodes()

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """As in Flower, without secure aggregation: nodes refuse to train or evaluate for messages that come so."""
        return self._grid.push_messages(messages)

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        return self._grid.pull_messages(message_ids)


def _check_types(shape: ModelShape) -> None:
    """Fails before any node trains."""
    if not shape.forms or not any(form.size for form in shape.forms):
        raise ConfigurationError("model: expected arrays of numbers, found none")
    if unusable := shape.unusable:
        names = ", ".join(f"{form.name!r} ({form.dtype})" for form in unusable)
        raise ConfigurationError(
            f"model: expected arrays of floating-point numbers, whole numbers or booleans, found {names}. Leave"
            " them out of the ArrayRecord; what does not change can travel in a ConfigRecord"
        )
