"""What clients sign, and the checks of it (sections 11.1 and 11.4)."""

from collections.abc import Mapping

from .encoding import LABEL_ADVERTISEMENT, LABEL_CONTRIBUTOR_SET, lp, u32, u64
from .primitives import ed25519
from .roster import Advertisement

Directory = Mapping[int, bytes]
"""Identity public keys by client id."""


def advertisement_statement(session: bytes, advertisement: Advertisement) -> bytes:
    keys = advertisement.sealing_key + advertisement.mask_key
    return session + u32(advertisement.id) + keys


def sign_advertisement(identity_seed: bytes, session: bytes, advertisement: Advertisement) -> bytes:
    statement = advertisement_statement(session, advertisement)
    return ed25519.sign(identity_seed, LABEL_ADVERTISEMENT, statement)


def advertisement_is_authentic(
    identity: bytes | None, session: bytes, advertisement: Advertisement
) -> bool:
    """Whether there is an identity key, and the signature of the advertisement is by it."""
    statement = advertisement_statement(session, advertisement)
    return identity is not None and ed25519.verifies(
        identity, advertisement.signature, LABEL_ADVERTISEMENT, statement
    )


def contributor_statement(
    session: bytes, roster: bytes, roster_size: int, contributors: bytes
) -> bytes:
    return session + roster + u64(roster_size) + lp(contributors)


def endorse(identity_seed: bytes, statement: bytes) -> bytes:
    return ed25519.sign(identity_seed, LABEL_CONTRIBUTOR_SET, statement)


def endorsement_is_authentic(identity: bytes | None, statement: bytes, signature: bytes) -> bool:
    """Whether there is an identity key, and a signature of a contributor statement is by it."""
    return identity is not None and ed25519.verifies(
        identity, signature, LABEL_CONTRIBUTOR_SET, statement
    )
