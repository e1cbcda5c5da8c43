"""`recovery.json`: which faults a server finds, and whether there is a sum (section 12)."""

from collections.abc import Mapping

from secagg_reference.errors import ServerError
from secagg_reference.server import WRONG_SECRET, Fault, RecoveryError, Server

from .records import Case, Difference, Tally, check_keys, unhex
from .transcript import Play


def check_recovery(case: Case, transcripts: Mapping[str, Case], tally: Tally) -> None:
    given = case["input"]
    check_keys(given, ["about", "transcript", "replaced"])
    transcript = transcripts[given["transcript"]]
    server = Play(transcript).server
    _play(server, transcript["messages"], _replaced(given, len(transcript["messages"])))
    error: str | None = None
    faults: list[Fault] = []
    try:
        result = server.recover()
        faults = result.faults
        sums = [str(total) for total in result.sums]
        tally.expect(sums, transcript["sums"], f"{given['about']}: sums")
    except ServerError as failure:
        error = failure.case
        if isinstance(failure, RecoveryError):
            faults = failure.faults
    computed = {"error": error, "faults": [_record(fault) for fault in faults]}
    tally.expect_record(computed, case, given["about"], given=["input"])


def _replaced(given: Case, count: int) -> dict[int, bytes]:
    for record in given["replaced"]:
        check_keys(record, ["index", "bytes"], "replaced")
        if not 0 <= record["index"] < count:
            raise Difference(f"the transcript has no message {record['index']}")
    return {record["index"]: unhex(record["bytes"]) for record in given["replaced"]}


def _play(server: Server, messages: list[Case], replaced: Mapping[int, bytes]) -> None:
    """All messages to the server in their order. A message of a later round follows its opening."""
    for index, record in enumerate(messages):
        while server.state.round != record["round"]:
            server.close_round()
        if record["direction"] == "to server":
            data = replaced.get(index, unhex(record["bytes"]))
            server.receive(record["client"], data)
        elif index in replaced:
            raise Difference(f"message {index} is not to the server")


def _record(fault: Fault) -> Case:
    record = {"finding": fault.kind, "dealer": fault.dealer, "kind": fault.secret_kind}
    return record if fault.kind == WRONG_SECRET else record | {"holder": fault.holder}
