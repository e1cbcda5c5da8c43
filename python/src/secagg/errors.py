"""What can go wrong, one class for each thing that a caller does differently.

The text of an exception says what was expected, what came and what to do. It holds no secret."""


class Error(Exception):
    """The base of all of them."""


class InvalidArgument(Error, ValueError):
    """An argument is out of range, of the wrong length or type, or does not go with the others."""


class InvalidHandle(Error, ValueError):
    """The object was closed, or is of another kind than the call takes."""


class InvalidParameters(Error, ValueError):
    """No session, or no `SecureFedAvg`, can have these settings: change them."""


class InvalidUpdate(Error, ValueError):
    """The update has another length than the model, is not finite, or weighs more than allowed.

    The client can still mask another one."""


class WrongRound(Error):
    """The call does not belong to the present round, or the session has ended. Nothing has changed."""


class MessageRefused(Error):
    """A message or parameters cannot be read, are damaged or do not belong here. Nothing has changed.

    A server drops the message and goes on."""

    culprit: int
    """The client that sent it, at a server; otherwise 0."""

    def __init__(self, message: str, culprit: int = 0) -> None:
        super().__init__(message)
        self.culprit = culprit


class NoMessage(Error):
    """A server has no message for a client that dropped out or was left out, or before the first round was
    closed; a client has none if it was stored without it."""


class SessionRefused(Error):
    """A client rejects what the server asks of it. It has revealed nothing, and has ended."""


class TooFewClients(Error):
    """Too few clients are left for a sum that may be released: wait for more, or give up."""


class MoreAnswersNeeded(Error):
    """The answers so far do not suffice to take the masks off: wait for more, or give up."""


class SumInconsistent(Error):
    """There is no sum, or none that means anything: discard the round and keep the model."""


class StateUnreadable(Error):
    """Stored bytes are damaged, cut short, of another kind, or stored under another key."""


class NoResources(Error):
    """The system gives no locked memory for an identity key: raise the limit (ulimit -l)."""
