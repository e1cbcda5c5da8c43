"""What the demonstration derives from a seed: identities and vectors of simulated clients."""

from collections.abc import Iterator

from secagg_reference.parameters import SessionParameters
from secagg_reference.primitives import ed25519
from secagg_reference.statements import Directory

_MASK = 2**64 - 1


def _split_mix(state: int) -> Iterator[int]:
    while True:
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
        yield mixed ^ mixed >> 31


def sequence(seed: int) -> Iterator[int]:
    """xoshiro256** with the state that SplitMix64 makes of a seed."""
    start = _split_mix(seed & _MASK)
    s = [next(start) for _ in range(4)]
    while True:
        product = s[1] * 5 & _MASK
        yield (product << 7 | product >> 57) * 9 & _MASK
        shifted = s[1] << 17 & _MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = (s[3] << 45 | s[3] >> 19) & _MASK


def identity_seed(seed: int, id: int) -> bytes:
    generator = sequence(seed ^ (id * 0x9E3779B97F4A7C15 & _MASK))
    return bytes(next(generator) & 0xFF for _ in range(32))


def directory(seed: int, parameters: SessionParameters) -> Directory:
    if not parameters.is_malicious:
        return {}
    return {
        id: ed25519.public_key_of(identity_seed(seed, id))
        for id in range(1, parameters.cohort_size + 1)
    }


def vector(seed: int, id: int, parameters: SessionParameters) -> list[int]:
    generator = sequence(seed * 0x1_0000_0001 + id)
    return [
        next(generator) & parameters.layout.largest_element for _ in range(parameters.element_count)
    ]
