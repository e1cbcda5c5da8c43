"""What a client draws (section 6)."""

import secrets

from .. import sharing
from ..field import Polynomial


class Entropy:
    """The generator; replaced where transcripts are replayed, and nowhere else."""

    def sealing_private_key(self) -> bytes:
        return secrets.token_bytes(32)

    def mask_secret(self) -> bytes:
        return sharing.random_secret()

    def self_mask_secret(self) -> bytes:
        return sharing.random_secret()

    def mask_polynomials(self, secret: bytes, threshold: int) -> list[Polynomial]:
        return sharing.random_polynomials(secret, threshold)

    def self_mask_polynomials(self, secret: bytes, threshold: int) -> list[Polynomial]:
        return sharing.random_polynomials(secret, threshold)

    def nonce(self) -> bytes:
        return secrets.token_bytes(24)
