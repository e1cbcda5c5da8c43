"""`session-*.json`, but not the digests: whole sessions (sections 11 and 12)."""

from secagg_reference import wire
from secagg_reference.parameters import Layout

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
    result = play.server.recover(play.input_context)
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
    plain = [sum(column) for column in columns]
    tally.expect(result.sums, _as_lanes_read(plain, p.layout), "plain sum")
    tally.expect([c["id"] for c in case["clients"]], sorted(inputs), "clients")
    for record in case["clients"]:
        values = values_of(record["id"], play, inputs)
        tally.expect_record(values, record, f"client {record['id']}:")


def _as_lanes_read(sums: list[int], layout: Layout) -> list[int]:
    """Section 4.2, the other way: all lanes are lifted at once, and read as unsigned ones. What leaves
    its lane wraps there, and shows in the next."""
    if not layout.is_signed:
        return sums
    result: list[int] = []
    half = 1 << layout.lane_bits - 1
    for at in range(0, len(sums), layout.lanes_per_word):
        places = [layout.lane_bits * lane for lane in range(layout.lanes_per_word)]
        lanes = zip(sums[at : at + layout.lanes_per_word], places, strict=False)
        word = sum(total << place for total, place in lanes)
        word = (word + sum(half << place for place in places)) % 2**64
        result += [(word >> place) % (2 * half) - half for place in places]
    return result[: len(sums)]
