"""What a session is for, as far as it is known when it begins."""

import hashlib

from .plan import Kind


def session_context(kind: Kind) -> bytes:
    """The application context of sessions for one kind of round (section 3 of the specification).

    A session begins before the model of its round is known. The model, and everything else that the clients
    must agree on, is in the input context: see `RoundPlan.input_context`."""
    label = b"SecAgg/1 application context"
    digest = hashlib.blake2b(digest_size=32)
    for part in (label, f"secagg.flower 2 {kind}".encode()):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()
