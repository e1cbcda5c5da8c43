"""One attempt at a round: a session of the protocol among the nodes that are to train."""

import time
from logging import INFO, WARNING

from flwr.app import Message, RecordDict
from flwr.common import log
from flwr.serverapp import Grid

import secagg

from ..messages import (
    ADVERTISE,
    RECORD,
    SHARE,
    UNMASK,
    declared_ciphers,
    session_record,
    shape_fields,
)
from ..settings import SecAggSettings
from .conversation import Conversation
from .training import Training


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
        training: Training,
        timeout: float | None,
        declared: MaskCiphers,
    ) -> None:
        """
        :param timeout: seconds for training, if the settings do not say.
        :param declared: is used and extended.
        :raises RoundFailed: there can be no session of so many nodes.
        """
        self._settings, self._training, self._declared = settings, training, declared
        self._timeout = settings.train_timeout or timeout or float("inf")
        self._averaging = training.shape.averaging(len(training.messages))
        self._parameters = self._recommended()
        self._session = self._parameters.digest
        self._server = secagg.Server(self._parameters)
        self._talk = Conversation(grid, settings, training, self._server)

    def run(self) -> Message:
        """The one reply of all contributors.

        :raises RoundFailed: there is no sum.
        """
        try:
            self._advertise()
            self._share()
            self._train()
            with self._unmask() as aggregate:
                self._report(aggregate.faults)
                mean = self._averaging.mean(aggregate)
        except (secagg.TooFewClients, secagg.SumInconsistent, secagg.MoreAnswersNeeded) as error:
            self._report(self._server.faults)
            raise RoundFailed(str(error), frozenset(self._talk.missing)) from None
        log(
            INFO,
            "secagg: the sum of %d of %d nodes, %d bytes a client",
            len(mean.contributors),
            len(self._training.messages),
            self._parameters.word_count * 8,
        )
        shape = self._training.shape
        arrays, metrics = shape.result(shape.base(self._training.arrays), mean)
        content = RecordDict({self._training.arrays_name: arrays, "metrics": metrics})
        return Message(content, reply_to=self._training.messages[mean.contributors[0]])

    def _report(self, faults: list[secagg.Fault]) -> None:
        """Names the nodes at fault in the log."""
        for fault in faults:
            holder, dealer = self._training.node(fault.holder), self._training.node(fault.dealer)
            match fault.finding:
                case secagg.Finding.WRONG_SHARE:
                    text = f"node {holder} revealed a wrong share of a secret of node {dealer}"
                case secagg.Finding.UNOPENED:
                    text = (
                        f"node {holder} reports that the shares of node {dealer} do not open; "
                        "one of the two is at fault"
                    )
                case secagg.Finding.WRONG_SECRET:
                    text = f"node {dealer} dealt shares of a wrong secret"
            log(WARNING, "secagg: %s", text)

    def _recommended(self) -> secagg.Parameters:
        training, settings = self._training, self._settings
        ciphers = ~secagg.MaskCipher(0)
        for id in training.messages:
            ciphers &= self._declared.get(training.node(id), secagg.MaskCipher.CHACHA20)
        try:
            return secagg.Parameters.recommended(
                self._averaging,
                cohort_size=len(training.messages),
                context=training.shape.context(training.arrays, training.server_round),
                corrupt_fraction=settings.corrupt_fraction,
                dropout_fraction=settings.dropout_fraction,
                minimum_contributors=settings.minimum_contributors,
                mask_ciphers=ciphers,
            )
        except secagg.InvalidParameters as error:
            raise RoundFailed(str(error)) from None

    def _advertise(self) -> None:
        def declared(id: int, reply: Message) -> None:
            self._declared[self._training.node(id)] = declared_ciphers(reply.content)

        encoded = bytes(self._parameters)
        openings = {
            id: session_record(self._session, parameters=encoded, client=id)
            for id in self._training.messages
        }
        self._talk.ask(ADVERTISE, openings, declared)

    def _share(self) -> None:
        ids = self._server.close_round()
        self._talk.ask(SHARE, self._talk.owed(ids, self._session))

    def _train(self) -> None:
        ids = self._server.close_round()
        fields = shape_fields(self._training.shape) | {"round": self._training.server_round}
        messages = {}
        for id in ids:
            delivery = bytes(self._server.message(id))
            record = session_record(self._session, message=delivery, **fields)
            original = self._training.messages[id].content
            messages[id] = self._training.message(id, RecordDict({**original, RECORD: record}))
        self._talk.collect(messages, self._timeout)

    def _unmask(self) -> secagg.Aggregate:
        ids = self._server.close_round()
        found: list[secagg.Aggregate] = []
        last_answer = time.monotonic()

        def heard(id: int, reply: Message) -> None:
            nonlocal last_answer
            last_answer = time.monotonic()

        def unmasked() -> bool:
            """Answers beyond the threshold let wrong shares be corrected, and are waited for."""
            quiet = time.monotonic() - last_answer >= self._settings.unmask_grace
            if self._server.awaited and not quiet:
                return False
            try:
                found.append(self._server.unmask(threads=self._settings.threads))
            except secagg.MoreAnswersNeeded:
                return False
            return True

        self._talk.ask(UNMASK, self._talk.owed(ids, self._session), heard, unmasked)
        return found[0] if found else self._server.unmask(threads=self._settings.threads)
