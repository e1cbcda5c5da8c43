"""The steps of a session at a node."""

from collections.abc import Callable
from dataclasses import replace
from logging import ERROR
from typing import Any

from flwr.app import ArrayRecord, ConfigRecord, Context, Message, RecordDict
from flwr.common import log

import secagg

from ..context import session_context
from ..errors import Refusal, Refused
from ..messages import Step, StepName, add_declared_ciphers, field, packed, plan_of, refusal_record
from ..model import ModelBytes
from ..plan import Kind
from .sealed_state import SealedState


class InputRequest:
    """A request to train or evaluate, read before the app sees the message."""

    def __init__(self, record: ConfigRecord, kind: Kind, message: Message) -> None:
        arrays = _only(message.content.array_records, "ArrayRecord, the model")
        self.session: bytes = field(record, "session", bytes)
        self.delivery: bytes = field(record, "message", bytes)
        self.plan = plan_of(record, kind, arrays)
        # The app may change the record, but not the bytes.
        self.base = ModelBytes.of(arrays)
        if self.plan.sums_model and self.base.shape != self.plan.model:
            raise Refused(Refusal.MALFORMED, "the model has arrays of other types than it says")


class StepAnswers:
    """The answers of a node to the steps of one message."""

    def __init__(self, context: Context, policy: secagg.Policy | None) -> None:
        self.content = RecordDict()
        self._state = SealedState(context)
        self._policy = policy

    def add(self, name: StepName, record: ConfigRecord) -> None:
        """Does one of the steps without the app."""
        match name.step:
            case Step.OPEN:
                self._answer(name, lambda: self._open(name.kind, record))
            case Step.SHARE | Step.UNMASK:
                self._answer(name, lambda: self._reply(name.kind, record))
            case Step.INPUT:
                self._answer(name, lambda: _reject("input belongs to training or evaluation"))

    def check(self, request: InputRequest) -> None:
        """Before the app works for nothing."""
        if not self._state.holds(request.session):
            raise Refused(Refusal.UNKNOWN_SESSION, "this client is not in that session")

    def add_input(self, name: StepName, request: InputRequest, reply: RecordDict) -> None:
        """Adds what the app replied to the sum."""
        self._answer(name, lambda: self._masked(name.kind, request, reply))

    def _answer(self, name: StepName, answer: Callable[[], ArrayRecord]) -> None:
        try:
            self.content[str(name)] = answer()
            return
        except Refused as error:
            refused = error
        except secagg.Error as error:
            refused = Refused(Refusal.SESSION, f"{type(error).__name__}: {error}")
        except OSError as error:
            refused = Refused(Refusal.STORAGE, str(error))
        self.refuse(name, refused)

    def refuse(self, name: StepName, refused: Refused) -> None:
        """Refuses a step. The server receives the kind of the refusal and a limit of its own."""
        log(ERROR, "secagg: %s refused (%s): %s", name, refused.refusal, refused)
        self.content[str(name)] = refusal_record(refused)

    def _open(self, kind: Kind, record: ConfigRecord) -> ArrayRecord:
        parameters = secagg.Parameters.parse(field(record, "parameters", bytes))
        if self._state.holds(parameters.digest):
            raise Refused(Refusal.UNKNOWN_SESSION, "this client is in that session already")
        self._state.make_room(kind)
        id = field(record, "client", int)
        ciphers = secagg.mask_ciphers() & _accepted(self._policy)
        policy = replace(self._policy or secagg.Policy(), application_context=session_context(kind))
        with secagg.Client(parameters, id, policy) as client:
            self._state.keep(client, parameters.digest, kind)
            add_declared_ciphers(self.content, ciphers)
            return packed(client.message())

    def _reply(self, kind: Kind, record: ConfigRecord) -> ArrayRecord:
        session = field(record, "session", bytes)
        with self._state.restored(session) as client:
            reply = client.handle(field(record, "message", bytes))
            if reply is None:
                raise _stray()
            if not client.is_finished:
                self._state.keep(client, session, kind)
            return packed(reply)

    def _masked(self, kind: Kind, request: InputRequest, reply: RecordDict) -> ArrayRecord:
        plan = request.plan
        metrics = _only(reply.metric_records, "MetricRecord")
        arrays = _only(reply.array_records, "ArrayRecord") if plan.sums_model else None
        contribution = plan.contribution(request.base, arrays, metrics)
        # The app's arrays are not needed any more, and may be large.
        reply.clear()
        with self._state.restored(request.session) as client, client.parameters as parameters:
            client.handle(request.delivery)
            if not client.needs_input:
                raise _stray()
            with plan.form.fedavg(parameters.maximum_contributors) as fedavg:
                # The update is freed before the message takes as much memory.
                client._mask(
                    contribution.update,
                    1,
                    fedavg,
                    counters=contribution.counters,
                    input_context=plan.input_context(request.base),
                )
            del contribution
            message = client.message()
            self._state.keep(client, request.session, kind)
        return packed(message)


def _stray() -> Refused:
    return Refused(Refusal.UNKNOWN_SESSION, "the client expected another message of its session")


def _accepted(policy: secagg.Policy | None) -> secagg.MaskCipher:
    return (policy and policy.mask_ciphers) or ~secagg.MaskCipher(0)


def _only(records: Any, what: str) -> Any:
    if len(records) != 1:
        raise Refused(Refusal.ARRAYS, f"expected exactly one {what}, found {len(records)}")
    return next(iter(records.values()))


def _reject(detail: str) -> ArrayRecord:
    raise Refused(Refusal.MALFORMED, detail)
