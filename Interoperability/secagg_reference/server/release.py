"""Taking the masks off the sum, and the checks before it is released (section 12)."""

from .. import masks, schedule, wire
from ..errors import ServerError
from ..primitives import x25519
from .recovery import Recovered
from .results import Result
from .state import State


def unmasked(state: State, recovered: Recovered, input_context: bytes | None) -> list[int]:
    """The words of the sum without masks."""
    p, total = state.parameters, state.sum
    binding = schedule.mask_binding(p.digest, input_context)
    for (subject, kind), secret in recovered.secrets.items():
        if kind == wire.SELF_MASK:
            seed = schedule.self_mask_seed(secret, binding, subject)
            total = masks.subtract(total, masks.mask(p.mask_cipher, seed, len(total)))
        else:
            private_key = schedule.mask_private_key(secret, p.digest, subject)
            total = _without_pairwise(state, total, subject, private_key, binding)
    return total


def _without_pairwise(
    state: State, total: list[int], departed: int, private_key: bytes, binding: bytes
) -> list[int]:
    """The masks between a departed client and its contributing neighbours taken off."""
    p, commitment = state.parameters, state.cohort.roster.commitment
    for c in state.cohort.neighbours(departed):
        if c not in state.contributors:
            continue
        try:
            agreed = x25519.agree(private_key, state.advertised[c].mask_key)
        except ValueError:
            raise ServerError("keyAgreement") from None
        seed = schedule.pairwise_seed(agreed, binding, commitment, departed, c)
        mask = masks.mask(p.mask_cipher, seed, len(total))
        total = masks.remove_pairwise(total, c, departed, mask)
    return total


def released(state: State, words: list[int], recovered: Recovered) -> Result:
    """The sums, or `sumInconsistent`."""
    layout, count = state.parameters.layout, len(state.contributors)
    sums = layout.unpack(words)
    largest = count * layout.largest_element
    # Signed lanes may hold anything: they wrap.
    exceeds = not layout.is_signed and sums is not None and any(s > largest for s in sums)
    if words[-1] != count or sums is None or exceeds:
        raise ServerError("sumInconsistent")
    return Result(sums, sorted(state.contributors), recovered.faults)
