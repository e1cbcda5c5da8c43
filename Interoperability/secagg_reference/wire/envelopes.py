"""The envelopes of all messages of a session, and their checksum (section 13)."""

from dataclasses import dataclass

from ..encoding import LABEL_CHECKSUM, hash_, lp_text, u8, u32
from .client_bodies import ClientBody
from .limits import VERSION
from .protobuf import put_bytes, put_message, put_number
from .server_bodies import ServerBody

CHECKSUM_BYTES = 16


def checksum(origin: str, session: bytes, client: int, body: ClientBody | ServerBody) -> bytes:
    """Section 13.1; `origin` is `client` or `server`."""
    context = lp_text(origin) + u8(body.round) + session + u32(client)
    return hash_(LABEL_CHECKSUM, context + body.digested())[:CHECKSUM_BYTES]


def _encoded(session: bytes, client: int, body: ClientBody | ServerBody, checksum: bytes) -> bytes:
    return (
        put_number(1, VERSION)
        + put_bytes(2, session)
        + put_number(3, client)
        + put_message(10 + body.round, body.encoded())
        + put_bytes(15, checksum)
    )


@dataclass(frozen=True)
class ClientMessage:
    session: bytes
    sender: int
    body: ClientBody

    def checksum(self) -> bytes:
        return checksum("client", self.session, self.sender, self.body)

    def encoded(self) -> bytes:
        return _encoded(self.session, self.sender, self.body, self.checksum())


@dataclass(frozen=True)
class ServerMessage:
    session: bytes
    recipient: int
    body: ServerBody

    def checksum(self) -> bytes:
        return checksum("server", self.session, self.recipient, self.body)

    def encoded(self) -> bytes:
        return _encoded(self.session, self.recipient, self.body, self.checksum())
