"""`sharing.json` (section 9)."""

from secagg_reference import sharing
from secagg_reference.encoding import read_words, words
from secagg_reference.errors import DecodingError
from secagg_reference.field import P, Polynomial

from . import brute_force
from .records import Case, Difference, Tally, check_keys, unhex


def polynomials_of(coefficients: str, threshold: int) -> list[Polynomial]:
    """Five for each power of x from 0 on, to one polynomial for each element."""
    c = read_words(unhex(coefficients))
    if len(c) != sharing.ELEMENTS * threshold:
        raise Difference(f"{len(c)} coefficients with a threshold of {threshold}")
    return [c[w :: sharing.ELEMENTS] for w in range(sharing.ELEMENTS)]


def check_sharing(case: Case, tally: Tally) -> None:
    given = case["input"]
    check_keys(given, ["threshold", "coefficients", "holders", "altered"])
    t, holders = given["threshold"], given["holders"]
    polynomials = polynomials_of(given["coefficients"], t)
    shares = {holder: sharing.share(polynomials, holder) for holder in holders}
    altered = {holder: read_words(share) for holder, share in shares.items()}
    for place, word in given["altered"]:
        altered[holders[place]][word] = (altered[holders[place]][word] + 1) % P
    received = {holder: words(share) for holder, share in altered.items()}
    decoded = _decoded(received, t)
    computed = {
        "secret": words(f[0] for f in polynomials).hex(),
        "shares": [share.hex() for share in shares.values()],
        "altered_shares": [share.hex() for share in received.values()],
        "decoded_secret": decoded[0].hex() if decoded else None,
        "wrong_holders": decoded[1] if decoded else None,
    }
    tally.expect_record(computed, case, given=["input"])
    first = {holder: shares[holder] for holder in holders[:t]}
    tally.expect(sharing.interpolate(first).hex(), case["secret"], "interpolation")
    if brute_force.is_feasible(len(holders), t):
        tally.expect(brute_force.decode(received, t), decoded, "decoding by brute force")


def _decoded(shares: dict[int, bytes], threshold: int) -> tuple[bytes, list[int]] | None:
    try:
        return sharing.decode(shares, threshold)
    except DecodingError:
        return None
