"""`rotation.json` (section 19)."""

from secagg_reference import rotation
from secagg_reference.encoding import words

from .records import Case, Tally, check_keys, unhex


def check_rotation(case: Case, tally: Tally) -> None:
    given = case["input"]
    check_keys(given, ["session", "elements"])
    elements = [int(element) for element in given["elements"]]
    seed = rotation.seed_of(unhex(given["session"]))
    padded = rotation.padded_dimension(len(elements))
    rotated = rotation.rotated(elements, seed)
    computed = {
        "seed": words([seed]).hex(),
        "padded_dimension": padded,
        "negative": rotation.negative_coordinates(seed, padded),
        "rotated": [str(coordinate) for coordinate in rotated],
    }
    tally.expect_record(computed, case, given=["input"])
    tally.expect(rotation.restored(rotated, seed, len(elements)), elements, "restored")
