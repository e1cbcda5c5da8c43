"""Random changes of keys, bytes and lists, from which messages with another meaning are made."""

import random
from collections.abc import Sequence
from typing import TypeVar

from secagg_reference.primitives import x25519

Entry = TypeVar("Entry")


def random_key(rng: random.Random) -> bytes:
    """A public key of nobody."""
    return x25519.public_key_of(rng.randbytes(32))


def flipped(rng: random.Random, b: bytes) -> bytes:
    """One bit changed."""
    at = rng.randrange(len(b))
    return b[:at] + bytes([b[at] ^ 1 << rng.randrange(8)]) + b[at + 1 :]


def changed_list(
    rng: random.Random, items: Sequence[Entry], more: Sequence[Entry]
) -> tuple[Entry, ...]:
    """Lost, added, repeated and exchanged entries."""
    result = list(items)
    kind = rng.randrange(5)
    if kind == 0 and result:
        del result[rng.randrange(len(result))]
    elif kind == 1 and more:
        result.insert(rng.randrange(len(result) + 1), rng.choice(more))
    elif kind == 2 and len(result) > 1:
        i, j = rng.sample(range(len(result)), 2)
        result[i], result[j] = result[j], result[i]
    elif kind == 3 and result:
        result.insert(0, rng.choice(result))
    else:
        del result[rng.randrange(len(result) + 1) :]
    return tuple(result)
