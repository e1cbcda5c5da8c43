"""Parsing of envelopes with all checks, in the order of section 13."""

from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import TypeVar

from ..errors import WireError
from . import fields
from .client_bodies import ClientBody
from .decoding import Message, Schema, decode
from .envelopes import CHECKSUM_BYTES, ClientMessage, ServerMessage, checksum
from .limits import LARGEST_MESSAGE
from .parse_client_bodies import CLIENT_BODIES
from .parse_server_bodies import SERVER_BODIES
from .schemas import CLIENT_MESSAGE, SERVER_MESSAGE
from .server_bodies import ServerBody
from .structure import check_envelope

Body = TypeVar("Body", bound=ClientBody | ServerBody)


def parse_client_message(data: bytes, authenticated: int) -> ClientMessage:
    """A message of the client that the transport authenticated."""
    message = _envelope(data, CLIENT_MESSAGE)
    sender = fields.positive(message, "sender")
    if sender != authenticated:
        raise WireError("senderMismatch")
    return ClientMessage(*_content("client", sender, message, CLIENT_BODIES))


def parse_server_message(data: bytes) -> ServerMessage:
    message = _envelope(data, SERVER_MESSAGE)
    recipient = fields.positive(message, "recipient")
    return ServerMessage(*_content("server", recipient, message, SERVER_BODIES))


def _envelope(data: bytes, schema: Schema) -> Message:
    """Steps 1 to 5."""
    if len(data) > LARGEST_MESSAGE:
        raise WireError("tooLarge", "message")
    check_envelope(data, schema)
    return decode(data, schema)


def _content(
    origin: str, client: int, message: Message, bodies: Mapping[int, Callable[[Message], Body]]
) -> tuple[bytes, int, Body]:
    """Step 6 from the session on: session, client, body."""
    session = fields.fixed(message, "session", 32)
    body = _body(message, bodies)
    found = fields.fixed(message, "checksum", CHECKSUM_BYTES)
    if not compare_digest(found, checksum(origin, session, client, body)):
        raise WireError("checksumMismatch")
    return session, client, body


def _body(message: Message, bodies: Mapping[int, Callable[[Message], Body]]) -> Body:
    for round, parse in bodies.items():
        if (nested := message.message(f"round{round}")) is not None:
            return parse(nested)
    raise WireError("missingField", "body")
