"""`refused-bytes.json` and `refused-messages.json` (sections 11 and 13)."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import islice

from secagg_reference import wire
from secagg_reference.errors import ClientError

from .records import Case, Difference, Tally, check_keys, refusal, unhex
from .transcript import Play, Sent


def _is_to_server(given: Case) -> bool:
    directions = {"to server": True, "from server": False}
    if given["direction"] not in directions:
        raise Difference(f"{given['direction']} is not a direction")
    return directions[given["direction"]]


def check_refused_bytes(case: Case, tally: Tally) -> None:
    given = case["input"]
    data = unhex(given["bytes"])
    if given["direction"] == "parameters":
        check_keys({"client": 0, **given}, ["about", "direction", "client", "bytes"])
        found = refusal(lambda: wire.parse_parameters(data))
    else:
        check_keys(given, ["about", "direction", "client", "bytes"])
        if _is_to_server(given):
            found = refusal(lambda: wire.parse_client_message(data, given["client"]))
        else:
            found = refusal(lambda: wire.parse_server_message(data))
    tally.expect_record({"error": found}, case, given["about"], given=["input"])


def check_refused_message(case: Case, transcripts: Mapping[str, Case], tally: Tally) -> None:
    """The message is refused when those before it have arrived: by the server, which keeps its
    state, or by a client, which goes on or ends."""
    given = case["input"]
    check_keys(given, ["about", "transcript", "after", "direction", "client", "bytes"])
    transcript = transcripts[given["transcript"]]
    play = Play(transcript)
    messages = play.messages()
    if len(list(islice(messages, given["after"]))) != given["after"]:
        raise Difference("the transcript has fewer messages")
    data, id = unhex(given["bytes"]), given["client"]
    goes_on = None
    if _is_to_server(given):
        before = deepcopy(play.server.state)
        found = refusal(lambda: play.server.receive(id, data))
        tally.expect(play.server.state, before, f"{given['about']}: state of the server")
    else:
        found = refusal(lambda: play.clients[id].receive(data))
        waits = not play.clients[id].has_ended
        goes_on = _goes_on(id, messages, transcript["messages"][given["after"] :], waits, tally)
        tally.expect(goes_on, waits, f"{given['about']}: client waits")
    computed = {"error": found, "goes_on": goes_on}
    tally.expect_record(computed, case, given["about"], given=["input"])


def _goes_on(
    id: int, messages: Iterator[Sent], records: list[Case], waits: bool, tally: Tally
) -> bool:
    """Whether the client answers the next message to it in the transcript, and that as there. If
    there is none: whether it waits for one."""
    if not any(r["direction"] == "from server" and r["client"] == id for r in records):
        return waits
    try:
        for sent, record in zip(messages, records, strict=True):
            tally.expect(sent.bytes.hex(), record["bytes"], f"later message of client {id}")
    except ClientError as error:
        tally.expect(error.case, "otherRound", f"refusal by client {id}, which has ended")
        return False
    return True
