"""The parsers of both implementations on damaged messages of the transcripts."""

import json
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from secagg_reference import wire
from secagg_reference.errors import WireError

from .damage import damaged, is_comparable
from .roles import Refused
from .swift_roles import ANSWER, OPEN, RECEIVE, RoleProcess, opening
from .tally import Disagreement, Tally

TO_SERVER, FROM_SERVER, PARAMETERS = "to server", "from server", "parameters"


class Parsers:
    """The three entrances of both implementations. Roles stay open: what parses, they refuse."""

    def __init__(self, program: str, parameters: bytes) -> None:
        self._server, self._client = RoleProcess(program, "server"), RoleProcess(program, "client")
        self._opener = RoleProcess(program, "server")
        self._server.ask(OPEN, content=opening(parameters, 1))
        self._client.ask(OPEN, 1, opening(parameters, 1))

    def close(self) -> None:
        for role in (self._server, self._client, self._opener):
            role.close()

    def both(self, direction: str, id: int, data: bytes) -> tuple[str | None, str | None]:
        """The case of each one's `WireError`: the package's, then this implementation's."""
        if direction == TO_SERVER:
            ask = partial(self._server.ask, RECEIVE, id, data)
        elif direction == FROM_SERVER:
            ask = partial(self._client.ask, ANSWER, content=data)
        else:
            ask = partial(self._opener.ask, OPEN, content=opening(data, 1))
        return _case(ask), _case(parsing(direction, id, data))


def parsing(direction: str, id: int, data: bytes) -> Callable[[], object]:
    """Of this implementation."""
    if direction == TO_SERVER:
        return partial(wire.parse_client_message, data, id)
    if direction == FROM_SERVER:
        return partial(wire.parse_server_message, data)
    return partial(wire.parse_parameters, data)


def _case(action: Callable[[], object]) -> str | None:
    try:
        action()
    except WireError as error:
        return error.case
    except Refused as refused:
        return refused.case if refused.case in WireError.cases else None
    return None


def compare_parsers(
    rng: random.Random, program: str, vectors: Path, count: int, tally: Tally
) -> None:
    messages: list[tuple[str, int, bytes]] = []
    parameters: list[bytes] = []
    for path in sorted(vectors.glob("session-*.json")):
        for case in json.loads(path.read_text())["cases"]:
            parameters.append(bytes.fromhex(case.get("parameters_message", case.get("message"))))
            for m in case.get("messages", []):
                messages.append((m["direction"], m["client"], bytes.fromhex(m["bytes"])))
    messages += [(PARAMETERS, 0, p) for p in parameters for _ in range(10)]
    parsers = Parsers(program, parameters[-1])
    try:
        for _ in range(count):
            direction, id, data = rng.choice(messages)
            for _ in range(rng.choice([1, 1, 2, 3])):
                data = damaged(rng, data)
            if not data or not is_comparable(parsing(direction, id, data)):
                continue
            swift, python = parsers.both(direction, id, data)
            if swift != python:
                raise Disagreement(f"{direction}: {swift} and {python}: {data.hex()}")
            tally.refusals[f"parser, {direction}: {swift}"] += 1
    finally:
        parsers.close()
