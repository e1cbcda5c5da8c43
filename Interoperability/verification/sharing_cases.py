"""`sharing.json` (section 9)."""

from secagg_reference import sharing
from secagg_reference.encoding import read_words, words
from secagg_reference.field import Polynomial

from .records import Case, Difference, Tally, check_keys, unhex


def polynomials_of(coefficients: str, threshold: int) -> list[Polynomial]:
    """Five for each power of x from 0 on, to one polynomial for each element."""
    c = read_words(unhex(coefficients))
    if len(c) != sharing.ELEMENTS * threshold:
        raise Difference(f"{len(c)} coefficients with a threshold of {threshold}")
    return [c[w :: sharing.ELEMENTS] for w in range(sharing.ELEMENTS)]


def check_sharing(case: Case, tally: Tally) -> None:
    given = case["input"]
    check_keys(given, ["threshold", "coefficients", "holders"])
    t, holders = given["threshold"], given["holders"]
    polynomials = polynomials_of(given["coefficients"], t)
    shares = {holder: sharing.share(polynomials, holder) for holder in holders}
    computed = {
        "secret": words(f[0] for f in polynomials).hex(),
        "shares": [share.hex() for share in shares.values()],
    }
    tally.expect_record(computed, case, given=["input"])
    for chosen in (holders[:t], holders[-t:]):
        found = sharing.interpolate({holder: shares[holder] for holder in chosen})
        tally.expect(found.hex(), case["secret"], f"interpolation from {chosen}")
