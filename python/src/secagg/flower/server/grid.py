"""A grid in front of Flower's."""

from collections.abc import Iterable
from logging import ERROR
from typing import Any

from flwr.app import Message, RecordDict
from flwr.common import log
from flwr.serverapp import Grid

from ..messages import is_training
from ..settings import SecAggSettings
from .secure_round import MaskCiphers, RoundFailed, SecureRound
from .training import Training


class SecAggGrid(Grid):
    """Turns the train messages of a strategy into secure rounds, and passes all others on.

    The strategy gets one reply to all of them, with the global model after the weighted mean of the
    updates and the sum of the weights, or none if the round failed. What clients reply to other
    messages, such as evaluation, is not secured."""

    def __init__(self, grid: Grid, settings: SecAggSettings | None = None) -> None:
        self._grid = grid
        self._settings = settings or SecAggSettings()
        self._declared: MaskCiphers = {}

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        """As in Flower. `timeout` is for training and for messages that are passed on; the rounds
        without training have their own in the settings.

        :raises RoundFailed: if the settings say so.
        """
        messages = list(messages)
        training = [message for message in messages if is_training(message)]
        others = [message for message in messages if not is_training(message)]
        result = list(self._secured(training, timeout)) if training else []
        if others:
            result.extend(self._grid.send_and_receive(others, timeout=timeout))
        return result

    def _secured(self, training: list[Message], timeout: float | None) -> list[Message]:
        attempts = 1 + self._settings.retries
        for attempt in range(1, attempts + 1):
            try:
                attempted = SecureRound(
                    self._grid,
                    self._settings,
                    Training(training, self._settings),
                    timeout,
                    self._declared,
                )
                return [attempted.run()]
            except RoundFailed as failure:
                log(ERROR, "secagg: attempt %d of %d has no sum: %s", attempt, attempts, failure)
                last = failure
                training = [
                    message
                    for message in training
                    if message.metadata.dst_node_id not in failure.unreachable
                ]
                if not training:
                    break
        if self._settings.on_failure == "raise":
            raise last
        log(ERROR, "secagg: the round is SKIPPED, the model stays as it is")
        return []

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
        """As in Flower, without secure aggregation: clients refuse train messages that come so."""
        return self._grid.push_messages(messages)

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        return self._grid.pull_messages(message_ids)
