"""Stray and repeated messages to a client, which it refuses and forgets (section 11)."""

import random
from dataclasses import replace

from secagg_reference import wire
from secagg_reference.encoding import bits
from secagg_reference.errors import WireError
from secagg_reference.server import Server

from .damage import damaged, is_comparable


def stray(
    rng: random.Random, right: bytes, earlier: list[bytes], server: Server
) -> tuple[bytes, str] | None:
    """A message to send before the right one, and the case with which it is refused."""
    message = wire.parse_server_message(right)
    wrong = damaged(rng, right)
    case = _wire_error(wrong)
    if rng.random() < 0.2 and case is not None:
        return wrong, case
    if rng.random() < 0.2:
        another = rng.choice(server.addressees)
        if another != message.recipient:
            return server.message_for(another), "addressedToAnother"
    if earlier and rng.random() < 0.5:
        return rng.choice(earlier), "otherRound"
    message = replace(message, body=_of_another_round(rng, message, server))
    case = "otherRound"
    if rng.random() < 0.3:
        message = replace(message, recipient=message.recipient + 1)
        case = "addressedToAnother"
    if rng.random() < 0.3:
        message = replace(message, session=rng.randbytes(32))
        case = "otherSession"
    return message.encoded(), case


def _wire_error(data: bytes) -> str | None:
    """The case with which bytes are refused, if it is specified."""
    if is_comparable(lambda: wire.parse_server_message(data)):
        try:
            wire.parse_server_message(data)
        except WireError as error:
            return error.case
    return None


def _of_another_round(
    rng: random.Random, message: wire.ServerMessage, server: Server
) -> wire.ServerBody:
    cohort = server.state.cohort
    n = len(cohort.ids)
    visible = tuple(sorted([message.recipient, *cohort.neighbours(message.recipient)[:3]]))
    near = tuple(
        wire.AdvertisedNeighbour(server.state.advertised[j])
        for j in cohort.neighbours(message.recipient)
    )
    bodies: list[wire.ServerBody] = [
        wire.RosterAnnouncement(n, cohort.roster.commitment, near),
        wire.ShareDelivery(()),
        wire.ContributorAnnouncement(n, bits([0], (n + 7) // 8)),
        wire.UnmaskingRequest(len(visible), visible),
    ]
    return rng.choice([body for body in bodies if body.round != message.body.round])
