"""Errors on their way to the server: it learns of which kind they are, and no more."""

from collections.abc import Callable
from logging import ERROR
from typing import Final

from flwr.app import Error, Message
from flwr.common import log
from flwr.common.constant import ErrorCode

import secagg

from ..messages import Malformed
from ..update import UnusableReply


class NotSecured(Exception):
    """A request for an update that would not be part of a secure sum."""


REFUSALS: Final = (secagg.Error, Malformed, UnusableReply, NotSecured, OSError)


def refused(message: Message, error: Exception) -> Message:
    """An error reply. The exception's own text stays in the node's log: it may name what only the
    client knows, such as the number of its examples."""
    log(ERROR, "secagg: %s: %s", type(error).__name__, error)
    reason = f"secagg: {type(error).__name__}, see the log of the node"
    return Message(Error(ErrorCode.MOD_FAILED_PRECONDITION, reason), reply_to=message)


def answering(message: Message, answer: Callable[[], Message]) -> Message:
    """The answer, or a refusal."""
    try:
        return answer()
    except REFUSALS as error:
        return refused(message, error)
