"""A server of each implementation. Both see the same, and so have to say the same."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from secagg_reference.server import Result, Server

from .plan import Plan
from .python_roles import PythonServer
from .roles import Failure, ServerRole, outcome
from .swift_roles import SwiftServer
from .tally import Disagreement, Tally

Given = TypeVar("Given")


class ServerPair:
    """The first one's messages go to the clients. Without a program there is one server only."""

    def __init__(self, program: str | None, plan: Plan, tally: Tally) -> None:
        p, seed, context = plan.parameters, plan.seed, plan.input_contexts.of_servers
        self._python = PythonServer(p, seed, context)
        self._servers: list[ServerRole] = [self._python]
        if program is not None:
            place = 0 if plan.server_is_swift else 1
            self._servers.insert(place, SwiftServer(program, p, seed, context))
        self._tally = tally

    @property
    def known(self) -> Server:
        """The server whose state can be looked at."""
        return self._python.server

    def _agreed(
        self, about: Callable[[], str], action: Callable[[ServerRole], Given]
    ) -> Given | str:
        first, *others = [outcome(partial(action, server)) for server in self._servers]
        for other in others:
            if first != other:
                raise Disagreement(f"{about()}: {first!s:.500} and {other!s:.500}")
        return first

    def receive(self, id: int, data: bytes) -> str | None:
        """The case with which the message was refused."""
        self._tally.counts["messages to both servers"] += 1
        return self._agreed(
            lambda: f"message of client {id}: {data.hex()}", lambda s: s.receive(id, data)
        )

    def close_round(self) -> str | None:
        return self._agreed(lambda: "closing a round", lambda s: s.close_round())

    def message_for(self, id: int) -> bytes | None:
        """None if the servers owe the client none."""
        self._tally.counts["messages of both servers"] += 1
        found = self._agreed(lambda: f"message for client {id}", lambda s: s.message_for(id))
        return found if isinstance(found, bytes) else None

    def recover(self) -> Result | Failure | str:
        found = self._agreed(lambda: "recovery", lambda s: s.recover())
        if not isinstance(found, str):
            for fault in found.faults:
                self._tally.counts[f"faults of kind {fault.kind}"] += 1
        return found

    def close(self) -> None:
        for server in self._servers:
            server.close()
