"""One attempt at a round: a session of the protocol among the nodes that are to train."""

import time
from collections.abc import Callable, Mapping, Sequence
from logging import INFO, WARNING
from typing import Any

from flwr.app import ArrayRecord, ConfigRecord, Message, RecordDict
from flwr.common import log
from flwr.serverapp import Grid

import secagg

from ..messages import (
    ADVERTISE,
    RECORD,
    SHARE,
    UNMASK,
    Malformed,
    field,
    query,
    session_record,
    shape_fields,
    unpacked,
)
from ..model_vector import ModelShape
from ..settings import SecAggSettings
from ..update import UpdateShape, metric_bounds
from .exchange import replies


class RoundFailed(Exception):
    """A round ended without a sum. The model has not changed.

    `unreachable` are the nodes that replied with an error, or not at all."""

    def __init__(self, reason: str, unreachable: frozenset[int] = frozenset()) -> None:
        super().__init__(reason)
        self.unreachable = unreachable


MaskCiphers = dict[int, secagg.MaskCipher]
"""What nodes have declared, by node."""


class SecureRound:
    def __init__(
        self,
        grid: Grid,
        settings: SecAggSettings,
        training: Sequence[Message],
        timeout: float | None,
        declared: MaskCiphers,
    ) -> None:
        """
        :param training: the strategy's messages, one for each node, all with the same model.
        :param timeout: seconds for training, if the settings do not say.
        :param declared: is used and extended.
        """
        self._grid, self._settings, self._declared = grid, settings, declared
        self._timeout = settings.train_timeout or timeout or float("inf")
        ordered = sorted(training, key=lambda message: message.metadata.dst_node_id)
        self._training = dict(enumerate(ordered, start=1))
        """By client id."""
        self._arrays_name, self._arrays = _common_model(ordered)
        self._shape = UpdateShape(
            model=ModelShape.of(self._arrays),
            metrics=metric_bounds(settings.metrics),
            weighted_by_key=settings.weighted_by_key,
            clipping_bound=float(settings.clipping_bound),
            maximum_examples=settings.maximum_examples,
            minimum_value_bits=settings.minimum_value_bits or _value_bits(len(ordered)),
        )
        self._server_round = _server_round(ordered[0].content)
        self._missing: dict[int, str] = {}
        """Clients that left, and why."""

    def run(self) -> Message:
        """The one reply of all contributors. :raises RoundFailed:"""
        count = len(self._training)
        averaging = self._shape.averaging(count)
        base = self._shape.base(self._arrays)
        context = self._shape.context(self._arrays, self._server_round)
        parameters = self._parameters(averaging, context)
        server = secagg.Server(parameters)
        try:
            self._before_training(server, parameters)
            self._train(server, parameters)
            aggregate = self._unmask(server, parameters)
            mean = averaging.mean(aggregate)
        except (secagg.TooFewClients, secagg.SumInconsistent, secagg.MoreAnswersNeeded) as error:
            raise self._failed(str(error)) from None
        for fault in aggregate.faults:
            log(WARNING, "secagg: a share was wrong, and corrected: %s", fault)
        log(
            INFO,
            "secagg: the sum of %d of %d nodes, %d bytes a client",
            len(mean.contributors),
            count,
            parameters.word_count * 8,
        )
        arrays, metrics = self._shape.result(base, mean)
        content = RecordDict({self._arrays_name: arrays, "metrics": metrics})
        return Message(content, reply_to=self._training[mean.contributors[0]])

    def _failed(self, reason: str) -> RoundFailed:
        lost = (self._training[id].metadata.dst_node_id for id in self._missing)
        return RoundFailed(reason, frozenset(lost))

    def _parameters(self, averaging: secagg.Averaging, context: bytes) -> secagg.Parameters:
        ciphers = ~secagg.MaskCipher(0)
        for message in self._training.values():
            node = message.metadata.dst_node_id
            ciphers &= self._declared.get(node, secagg.MaskCipher.CHACHA20)
        try:
            return secagg.Parameters.recommended(
                averaging,
                cohort_size=len(self._training),
                context=context,
                corrupt_fraction=self._settings.corrupt_fraction,
                dropout_fraction=self._settings.dropout_fraction,
                minimum_contributors=self._settings.minimum_contributors,
                mask_ciphers=ciphers,
            )
        except secagg.InvalidParameters as error:
            raise RoundFailed(str(error)) from None

    # The rounds of the protocol

    def _before_training(self, server: secagg.Server, parameters: secagg.Parameters) -> None:
        encoded, session = bytes(parameters), parameters.digest
        openings = {
            id: session_record(session, parameters=encoded, client=id) for id in self._training
        }
        self._ask(server, ADVERTISE, openings, on_reply=self._note_ciphers)
        owed = server.close_round()
        self._ask(server, SHARE, self._owed(server, session, owed))

    def _train(self, server: secagg.Server, parameters: secagg.Parameters) -> None:
        fields = shape_fields(self._shape) | {"round": self._server_round}
        messages = {}
        for id in server.close_round():
            record = session_record(parameters.digest, message=bytes(server.message(id)), **fields)
            original = self._training[id]
            content = RecordDict({**original.content, RECORD: record})
            messages[id] = _message(original, original.metadata.message_type, content)
        self._collect(server, messages, self._timeout)

    def _unmask(self, server: secagg.Server, parameters: secagg.Parameters) -> secagg.Aggregate:
        owed = server.close_round()
        found: list[secagg.Aggregate] = []
        last_answer = time.monotonic()

        def heard(_: int, __: Message) -> None:
            nonlocal last_answer
            last_answer = time.monotonic()

        def unmasked() -> bool:
            quiet = time.monotonic() - last_answer >= self._settings.unmask_grace
            if server.awaited and not quiet:
                return False
            try:
                found.append(server.unmask(threads=self._settings.threads))
            except secagg.MoreAnswersNeeded:
                return False
            return True

        requests = self._owed(server, parameters.digest, owed)
        self._ask(server, UNMASK, requests, on_reply=heard, enough=unmasked)
        return found[0] if found else server.unmask(threads=self._settings.threads)

    # Messages

    def _owed(
        self, server: secagg.Server, session: bytes, ids: Sequence[int]
    ) -> dict[int, ConfigRecord]:
        return {id: session_record(session, message=bytes(server.message(id))) for id in ids}

    def _ask(
        self,
        server: secagg.Server,
        action: str,
        records: Mapping[int, ConfigRecord],
        **watching: Any,
    ) -> None:
        messages = {
            id: _message(
                self._training[id],
                query(action),
                RecordDict({RECORD: record}),
                ttl=2 * self._settings.phase_timeout,
            )
            for id, record in records.items()
        }
        self._collect(server, messages, self._settings.phase_timeout, **watching)

    def _collect(
        self,
        server: secagg.Server,
        messages: Mapping[int, Message],
        seconds: float,
        on_reply: Callable[[int, Message], None] = lambda id, reply: None,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Sends the messages and hands the answers to the server, who drops what is wrong."""
        by_node = {message.metadata.dst_node_id: message for message in messages.values()}
        ids = {message.metadata.dst_node_id: id for id, message in messages.items()}
        waiting = set(ids.values())
        arriving = replies(self._grid, by_node, seconds, self._settings.poll_interval, enough)
        for node, reply in arriving:
            id = ids[node]
            waiting.discard(id)
            if reply.has_error():
                self._lost(id, f"error {reply.error.code}: {reply.error.reason}")
                continue
            try:
                server.receive(id, unpacked(reply.content))
                on_reply(id, reply)
            except (secagg.MessageRefused, Malformed) as error:
                self._lost(id, f"its message was refused: {error}")
        for id in sorted(waiting & set(server.awaited)):
            self._lost(id, "no reply in time")

    def _lost(self, id: int, reason: str) -> None:
        node = self._training[id].metadata.dst_node_id
        log(WARNING, "secagg: node %s has left the round: %s", node, reason)
        self._missing[id] = reason

    def _note_ciphers(self, id: int, reply: Message) -> None:
        record = reply.content.config_records.get(RECORD + "-node")
        if record is not None:
            ciphers = secagg.MaskCipher(field(record, "mask-ciphers", int) & 3)
            self._declared[self._training[id].metadata.dst_node_id] = (
                ciphers | secagg.MaskCipher.CHACHA20
            )


def _value_bits(nodes: int) -> int:
    """Half a word, less what the sum of so many takes."""
    return max(16, 32 - (nodes - 1).bit_length())


def _message(
    original: Message, message_type: str, content: RecordDict, ttl: float | None = None
) -> Message:
    """A message to the same node, of the same group."""
    metadata = original.metadata
    return Message(
        content,
        metadata.dst_node_id,
        message_type,
        ttl=ttl or metadata.ttl,
        group_id=metadata.group_id,
    )


def _common_model(training: Sequence[Message]) -> tuple[str, ArrayRecord]:
    """The model that all messages carry, and the name of its record."""
    models = [list(message.content.array_records.items()) for message in training]
    if any(len(records) != 1 for records in models):
        raise ValueError("secagg: each train message must carry exactly one ArrayRecord, the model")
    name, arrays = models[0][0]
    identity = arrays.object_id
    for [(other_name, other)] in models[1:]:
        if other_name != name or (other is not arrays and other.object_id != identity):
            raise ValueError(
                "secagg: the strategy sends different models to different nodes, whose updates"
                " cannot be summed"
            )
    return name, arrays


def _server_round(content: RecordDict) -> int:
    for record in content.config_records.values():
        number = record.get("server-round")
        if isinstance(number, int):
            return number
    return 0
