"""Crafted Ed25519 signatures, which both servers have to refuse (section 5).

The identity key of a client is known here, so that signatures can be computed that a lenient
verifier accepts: with `Rs` of small order, with a component of small order in `Rs`, and with `s`
that is not reduced."""

import random
from functools import partial
from hashlib import sha512

from secagg_reference import wire
from secagg_reference.encoding import LABEL_ADVERTISEMENT, lp_text
from secagg_reference.parameters import CHACHA20, MALICIOUS, Layout, SessionParameters
from secagg_reference.primitives.ed25519 import GROUP_ORDER
from secagg_reference.roster import Advertisement
from secagg_reference.statements import advertisement_statement

from . import simulation
from .choices import random_key
from .edwards import BASE, NEUTRAL, SMALL_ORDER, Point, add, encode, times
from .python_roles import PythonServer
from .roles import ServerRole, outcome
from .swift_roles import SwiftServer
from .tally import Disagreement, Tally

SEED = 7


class Forger:
    """Signs with an identity key, as it likes."""

    def __init__(self, identity_seed: bytes) -> None:
        digest = sha512(identity_seed).digest()
        clamped = int.from_bytes(digest[:32], "little") & ~7 & (1 << 254) - 1
        self._scalar = clamped | 1 << 254
        self._public_key = encode(times(self._scalar, BASE))

    def signature(self, message: bytes, r: int, extra: Point, more: int = 0) -> bytes:
        """Right if `extra` is the neutral point, r is not 0 and `more` is 0."""
        point = encode(add(times(r, BASE), extra))
        h = int.from_bytes(sha512(point + self._public_key + message).digest(), "little")
        return point + ((r + h * self._scalar) % GROUP_ORDER + more).to_bytes(32, "little")


def compare_verifiers(program: str | None, tally: Tally) -> None:
    rng = random.Random(SEED)
    layout = Layout.of(1, 16, 5)
    p = SessionParameters(
        rng.randbytes(32), MALICIOUS, 5, 4, 3, 1, layout.value_bits, 5, 2, 1, CHACHA20, bytes(32)
    )
    keys = Advertisement(1, random_key(rng), random_key(rng))
    message = lp_text(LABEL_ADVERTISEMENT) + advertisement_statement(p.digest, keys)
    forger = Forger(simulation.identity_seed(SEED, 1))
    r = rng.randrange(1, GROUP_ORDER)
    crafted = [forger.signature(message, 0, point) for point in SMALL_ORDER]
    crafted += [forger.signature(message, r, point) for point in SMALL_ORDER if point != NEUTRAL]
    crafted += [forger.signature(message, r, NEUTRAL, GROUP_ORDER)]
    right = forger.signature(message, r, NEUTRAL)
    servers: list[ServerRole] = [PythonServer(p, SEED)]
    if program is not None:
        servers.append(SwiftServer(program, p, SEED))
    for signature in [*crafted, right]:
        body = wire.KeyAdvertisement(keys.sealing_key, keys.mask_key, signature)
        data = wire.ClientMessage(p.digest, 1, body).encoded()
        expected = None if signature == right else "notAuthentic"
        for server in servers:
            found = outcome(partial(server.receive, 1, data))
            if found != expected:
                raise Disagreement(f"signature {signature.hex()}: {found} by {server}")
        tally.refusals[f"crafted signature: {expected}"] += 1
    for server in servers:
        server.close()
