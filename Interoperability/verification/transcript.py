"""A transcript, played by a server and clients of this implementation."""

from collections.abc import Iterator
from dataclasses import dataclass

from secagg_reference import schedule, wire
from secagg_reference.client import Client, Entropy, Policy
from secagg_reference.field import Polynomial
from secagg_reference.primitives import ed25519
from secagg_reference.server import Server

from .parameters import parameters_of
from .records import Case, Difference, Tally, check_keys, unhex
from .sharing_cases import polynomials_of

LEAVES = {f"before round {round}": round for round in range(5)} | {"never": 5}
"""The first round in which a client sends nothing."""

CLIENT = (
    "id leaves elements sealing_private_key mask_secret self_mask_secret mask_coefficients"
    " self_mask_coefficients nonces"
).split()


class Recorded(Entropy):
    """What a client of a transcript drew."""

    def __init__(self, given: Case) -> None:
        self._given = given
        self._nonces = iter(given["nonces"])

    def sealing_private_key(self) -> bytes:
        return unhex(self._given["sealing_private_key"])

    def mask_secret(self) -> bytes:
        return unhex(self._given["mask_secret"])

    def self_mask_secret(self) -> bytes:
        return unhex(self._given["self_mask_secret"])

    def mask_polynomials(self, secret: bytes, threshold: int) -> list[Polynomial]:
        return polynomials_of(self._given["mask_coefficients"], threshold)

    def self_mask_polynomials(self, secret: bytes, threshold: int) -> list[Polynomial]:
        return polynomials_of(self._given["self_mask_coefficients"], threshold)

    def nonce(self) -> bytes:
        return unhex(next(self._nonces))


@dataclass(frozen=True)
class Sent:
    """One message."""

    direction: str
    round: int
    client: int
    bytes: bytes


class Play:
    """One run of a transcript."""

    def __init__(self, case: Case) -> None:
        given = case["input"]
        optional = [name for name in ("input_context",) if name in given]
        check_keys(given, ["parameters", "clients", *optional])
        self.parameters = parameters_of(given["parameters"])
        self.input_context = unhex(given["input_context"]) if optional else None
        self.binding = schedule.mask_binding(self.parameters.digest, self.input_context)
        self._given = {record["id"]: record for record in given["clients"]}
        for record in given["clients"]:
            _check_client(record, self.parameters.is_malicious)
        self.directory = {
            id: ed25519.public_key_of(unhex(record["identity_seed"]))
            for id, record in self._given.items()
            if self.parameters.is_malicious
        }
        self.server = Server(self.parameters, self.directory)
        self.clients = {id: self._client(id) for id in sorted(self._given)}

    def _client(self, id: int) -> Client:
        given = self._given[id]
        malicious = self.parameters.is_malicious
        client = Client(
            id,
            self.parameters,
            [int(element) for element in given["elements"]],
            Policy(self.parameters.application_context),
            identity_seed=unhex(given["identity_seed"]) if malicious else None,
            directory=self.directory if malicious else None,
            entropy=Recorded(given),
        )
        client.input_context = self.input_context
        return client

    def sends(self, id: int, round: int) -> bool:
        return LEAVES[self._given[id]["leaves"]] > round

    def messages(self) -> Iterator[Sent]:
        """All messages in their order; each has been taken when it is handed out."""
        for id, client in self.clients.items():
            if self.sends(id, 0):
                yield self._taken(0, id, client.advertise())
        while self.server.state.round != 4:
            self.server.close_round()
            round = self.server.state.round
            assert round is not None
            answers: dict[int, bytes] = {}
            for id in self.server.addressees:
                data = self.server.message_for(id)
                answers[id] = self.clients[id].receive(data)
                yield Sent("from server", round, id, data)
            for id, answer in answers.items():
                if self.sends(id, round):
                    yield self._taken(round, id, answer)

    def _taken(self, round: int, id: int, data: bytes) -> Sent:
        self.server.receive(id, data)
        return Sent("to server", round, id, data)


def _check_client(record: Case, is_malicious: bool) -> None:
    check_keys(record, [*CLIENT, "identity_seed"] if is_malicious else CLIENT, "client")
    for secret, coefficients in (
        ("mask_secret", "mask_coefficients"),
        ("self_mask_secret", "self_mask_coefficients"),
    ):
        if not record[coefficients].startswith(record[secret]):
            raise Difference(f"{secret} of client {record['id']} is not the constant terms")


def check_message(sent: Sent, record: Case, tally: Tally) -> None:
    """A message is the recorded one, and what is parsed of it encodes to the same."""
    about = f"message {sent.direction}, client {sent.client}, round {sent.round}:"
    parsed: wire.ClientMessage | wire.ServerMessage
    if sent.direction == "to server":
        parsed = wire.parse_client_message(sent.bytes, sent.client)
    else:
        parsed = wire.parse_server_message(sent.bytes)
    computed = {
        "direction": sent.direction,
        "round": sent.round,
        "client": sent.client,
        "bytes": sent.bytes.hex(),
        "checksum": parsed.checksum().hex(),
    }
    tally.expect_record(computed, record, about)
    tally.expect(parsed.encoded(), sent.bytes, f"{about} encoded again")
