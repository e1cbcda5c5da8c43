"""The roles of the package: `secagg-role server` and `secagg-role client`.

A role reads requests from standard input and writes replies to standard output, as frames: the kind
(1 byte), a client (8), the length of the content (8, all little-endian), the content. The frame that
opens a session holds a seed, the number of threads and the session's parameters; the role makes
identities and vectors from the seed. The first line of an error is the name of its case."""

import struct
import subprocess
from typing import Final

from secagg_reference import wire
from secagg_reference.encoding import read_words
from secagg_reference.parameters import SessionParameters
from secagg_reference.server import Fault, Result

from .roles import MAY_TRY_AGAIN, Failure, Refused

OPEN, RECEIVE, CLOSE_ROUND, MESSAGE, UNMASK, ANSWER, COST, FAULTS, INPUT_CONTEXT = range(1, 10)
DONE: Final = 1
HEADER: Final = struct.Struct("<BQQ")


class RoleProcess:
    """One process."""

    def __init__(self, program: str, role: str) -> None:
        self._process = subprocess.Popen(
            [program, role], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, request: int, client: int = 0, content: bytes = b"") -> bytes:
        """The reply, or `Refused`."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(HEADER.pack(request, client, len(content)) + content)
        self._process.stdin.flush()
        header = self._process.stdout.read(HEADER.size)
        if len(header) != HEADER.size:
            raise RuntimeError(f"the role stopped with {self._process.wait()}")
        kind, _, length = HEADER.unpack(header)
        reply = self._process.stdout.read(length)
        if kind != DONE:
            raise Refused(reply.decode().partition("\n")[0])
        return reply

    def set_input_context(self, input_context: bytes | None) -> None:
        if input_context is not None:
            self.ask(INPUT_CONTEXT, content=input_context)

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        if code := self._process.wait():
            raise RuntimeError(f"the role ended with {code}")


def opening(parameters: bytes, seed: int, threads: int = 1) -> bytes:
    return struct.pack("<QQ", seed, threads) + parameters


class SwiftServer:
    def __init__(
        self,
        program: str,
        parameters: SessionParameters,
        seed: int,
        input_context: bytes | None = None,
    ) -> None:
        self._role = RoleProcess(program, "server")
        self._role.ask(OPEN, content=opening(wire.encode_parameters(parameters), seed))
        self._role.set_input_context(input_context)

    def receive(self, client: int, data: bytes) -> None:
        self._role.ask(RECEIVE, client, data)

    def close_round(self) -> None:
        self._role.ask(CLOSE_ROUND)

    def message_for(self, client: int) -> bytes:
        return self._role.ask(MESSAGE, client)

    def recover(self) -> Result | Failure:
        try:
            count, *numbers = read_words(self._role.ask(UNMASK))
        except Refused as refused:
            if refused.case not in MAY_TRY_AGAIN:
                raise
            return Failure(refused.case, self._faults())
        return Result(numbers[count:], numbers[:count], self._faults())

    def _faults(self) -> list[Fault]:
        """Of the last recovery, in its order. Each has four words: holder (the dealer, if it names
        none), dealer, kind of the secret, kind of the fault."""
        words = read_words(self._role.ask(FAULTS))
        starts = range(0, len(words), 4)
        return [Fault(words[at + 1], words[at], words[at + 2], words[at + 3]) for at in starts]

    def close(self) -> None:
        self._role.close()


class SwiftClient:
    def __init__(
        self,
        program: str,
        id: int,
        parameters: SessionParameters,
        seed: int,
        input_context: bytes | None = None,
    ) -> None:
        self._role = RoleProcess(program, "client")
        content = opening(wire.encode_parameters(parameters), seed)
        self._advertisement = self._role.ask(OPEN, id, content)
        self._role.set_input_context(input_context)

    @property
    def advertisement(self) -> bytes:
        return self._advertisement

    def answer(self, data: bytes) -> bytes:
        return self._role.ask(ANSWER, content=data)

    def close(self) -> None:
        self._role.close()
