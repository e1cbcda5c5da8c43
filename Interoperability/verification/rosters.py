"""`public-keys.json`, `rosters.json` and `graphs.json` (sections 5, 7 and 8)."""

from secagg_reference.graph import Graph
from secagg_reference.primitives.x25519 import check_public_key
from secagg_reference.roster import Advertisement, Roster, path_verifies

from .records import Case, Tally, check_keys, refusal, unhex


def check_key(case: Case, tally: Tally) -> None:
    given = case["input"]
    check_keys(given, ["about", "bytes"])
    found = refusal(lambda: check_public_key(unhex(given["bytes"])))
    tally.expect_record({"error": found}, case, given["about"], given=["input"])


def check_roster(case: Case, tally: Tally) -> None:
    check_keys(case["input"], ["session", "clients"])
    session = unhex(case["input"]["session"])
    everyone = [_advertisement(record) for record in case["input"]["clients"]]
    roster = Roster.of(session, everyone)
    computed = {
        "ids": roster.ids.hex(),
        "commitment": roster.commitment.hex(),
        "paths": [[digest.hex() for digest in roster.paths[a.id]] for a in everyone],
    }
    tally.expect_record(computed, case, given=["input"])
    for a in everyone:
        path = roster.paths[a.id]
        for about, changed, verifies in (
            ("path", path, True),
            ("longer path", [*path, bytes(32)], False),
            ("other path", [bytes(32), *path[1:]], not path),
        ):
            found = path_verifies(session, roster.commitment, roster.ids, a, changed)
            if about != "other path" or path:
                tally.expect(found, verifies, f"{about} of client {a.id}")


def _advertisement(record: Case) -> Advertisement:
    names = ["id", "sealing_key", "mask_key"]
    check_keys(record, [*names, "signature"] if "signature" in record else names, "client")
    keys = [unhex(record.get(name, "")) for name in ("sealing_key", "mask_key", "signature")]
    return Advertisement(record["id"], *keys)


def check_graph(case: Case, tally: Tally) -> None:
    given = case["input"]
    check_keys(given, ["commitment", "roster_size", "degree"])
    graph = Graph.of(unhex(given["commitment"]), given["roster_size"], given["degree"])
    computed = {
        "permutation": graph.circle,
        "neighbours": graph.neighbours,
        "endorsers": graph.endorsers,
    }
    tally.expect_record(computed, case, given=["input"])
