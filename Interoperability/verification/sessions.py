"""`session-*.json`, but not the digests: whole sessions (sections 11 and 12)."""

from secagg_reference import wire

from .client_values import values_of
from .records import Case, Tally
from .transcript import Play, check_message


def check_session(case: Case, tally: Tally) -> None:
    play = Play(case)
    messages = list(play.messages())
    tally.expect(len(messages), len(case["messages"]), "number of messages")
    for sent, record in zip(messages, case["messages"], strict=True):
        check_message(sent, record, tally)
    p, cohort = play.parameters, play.server.state.cohort
    result = play.server.recover()
    computed = {
        "parameters_encoding": p.encoding.hex(),
        "parameters_message": wire.encode_parameters(p).hex(),
        "session_digest": p.digest.hex(),
        "roster": cohort.ids,
        "roster_commitment": cohort.roster.commitment.hex(),
        "contributors": result.contributors,
        "sums": [str(total) for total in result.sums],
    }
    tally.expect_record(computed, case, given=["input", "messages", "clients"])
    tally.expect(result.faults, [], "faults")
    inputs = {record["id"]: record for record in case["input"]["clients"]}
    columns = zip(*(map(int, inputs[id]["elements"]) for id in result.contributors), strict=True)
    tally.expect(result.sums, [sum(column) for column in columns], "plain sum")
    tally.expect([c["id"] for c in case["clients"]], sorted(inputs), "clients")
    for record in case["clients"]:
        values = values_of(record["id"], play, inputs)
        tally.expect_record(values, record, f"client {record['id']}:")
