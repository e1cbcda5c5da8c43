"""Puts a client app behind secure aggregation."""

from dataclasses import dataclass
from logging import ERROR
from typing import Any, cast

from flwr.app import Context, Error, Message
from flwr.clientapp import ClientApp
from flwr.common import log
from flwr.common.constant import ErrorCode

import secagg

from ..errors import EXPLANATIONS, Refusal, Refused
from ..messages import QUERY, Step, StepName, kind_of, taken_requests
from ..plan import Kind
from .steps import InputRequest, StepAnswers


@dataclass(frozen=True)
class _Protection:
    policy: secagg.Policy | None
    plain_evaluation: bool


def register(
    app: ClientApp, *, policy: secagg.Policy | None = None, plain_evaluation: bool = False
) -> ClientApp:
    """Puts a client app behind secure aggregation, and returns it.

    From then on the app trains and evaluates in secure rounds only: what it replies is added to the sum, and
    never leaves the node by itself. Mods of the app see its own messages and replies, in any order. Messages of
    type `query` pass as they are.

    :param policy: the least that this client accepts of a server, for example
        `secagg.Policy(minimum_contributors=10)`. The plug-in adds the application context.
    :param plain_evaluation: whether the node also evaluates outside of secure rounds. The server sees its
        metrics then.
    """
    if app._call is not None:
        raise TypeError(
            "register: expected an app of the Message API, with @app.train(), found one with a client_fn"
        )
    if isinstance(app, _SecureCalls):
        raise TypeError("register: the app is registered already; call it once")
    if policy is not None and policy.application_context is not None:
        raise TypeError(
            "register: expected a policy without an application context; the plug-in sets it for each session"
        )
    kind = type(app)
    # Above everything that the app does, its mods included: they could not be moved out of the way otherwise.
    app.__class__ = type(f"Secure{kind.__name__}", (_SecureCalls, kind), {})
    cast(Any, app)._secagg = _Protection(policy, plain_evaluation)
    return app


class _SecureCalls:
    """The calls of a registered app."""

    _secagg: _Protection

    def __call__(self, message: Message, context: Context) -> Message:
        kind = kind_of(message)
        if kind is None and message.metadata.message_type != QUERY:
            return self._app(message, context)
        try:
            requests = taken_requests(message.content)
        except Refused as error:
            return _refused(message, error)
        if kind is Kind.EVALUATE and not requests and self._secagg.plain_evaluation:
            return self._app(message, context)
        answers = StepAnswers(context, self._secagg.policy)
        if kind is not None:
            name = StepName(Step.INPUT, kind)
            record = requests.pop(name, None)
            if record is None:
                detail = f"a request to {kind} outside of a secure round"
                return _refused(message, Refused(Refusal.NOT_SECURED, detail))
            try:
                request = InputRequest(record, kind, message)
                answers.check(request)
            except Refused as error:
                answers.refuse(name, error)
            else:
                # What the app raises, and what it replies to an error, is the app's.
                reply = self._app(message, context)
                if reply.has_error():
                    return reply
                answers.add_input(name, request, reply.content)
        # What prepares the next round comes after the answer in this one.
        for name, record in requests.items():
            answers.add(name, record)
        return Message(answers.content, reply_to=message)

    def _app(self, message: Message, context: Context) -> Message:
        return cast(Message, cast(Any, super()).__call__(message, context))


def _refused(message: Message, error: Refused) -> Message:
    """An error reply to a message that asks for nothing which could be done."""
    log(ERROR, "secagg: %s", error)
    reason = f"secagg: {error.refusal}: {EXPLANATIONS[error.refusal]}"
    return Message(Error(ErrorCode.MOD_FAILED_PRECONDITION, reason), reply_to=message)
