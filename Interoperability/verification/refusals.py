"""`refused-bytes.json` and `refused-messages.json` (sections 11 and 13)."""

from collections.abc import Mapping
from copy import deepcopy
from itertools import islice

from secagg_reference import wire

from .records import Case, Difference, Tally, check_keys, refusal, unhex
from .transcript import Play


def is_to_server(given: Case) -> bool:
    directions = {"to server": True, "from server": False}
    if given["direction"] not in directions:
        raise Difference(f"{given['direction']} is no direction")
    return directions[given["direction"]]


def check_refused_bytes(case: Case, tally: Tally) -> None:
    given = case["input"]
    check_keys(given, ["about", "direction", "client", "bytes"])
    data = unhex(given["bytes"])
    if is_to_server(given):
        found = refusal(lambda: wire.parse_client_message(data, given["client"]))
    else:
        found = refusal(lambda: wire.parse_server_message(data))
    tally.expect_record({"error": found}, case, given["about"], given=["input"])


def check_refused_message(case: Case, transcripts: Mapping[str, Case], tally: Tally) -> None:
    """The message is refused when those before it have arrived: by the server, which keeps its
    state, or by a client, which ends."""
    given = case["input"]
    check_keys(given, ["about", "transcript", "after", "direction", "client", "bytes"])
    play = Play(transcripts[given["transcript"]])
    if len(list(islice(play.messages(), given["after"]))) != given["after"]:
        raise Difference("the transcript has fewer messages")
    data, id = unhex(given["bytes"]), given["client"]
    if is_to_server(given):
        before = deepcopy(play.server.state)
        found = refusal(lambda: play.server.receive(id, data))
        tally.expect(play.server.state, before, f"{given['about']}: state of the server")
    else:
        found = refusal(lambda: play.clients[id].receive(data))
        tally.expect(play.clients[id].has_ended, True, f"{given['about']}: client has ended")
    tally.expect_record({"error": found}, case, given["about"], given=["input"])
