"""Parsing of what the server sends (section 13)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ..errors import WireError
from ..roster import Advertisement
from . import fields
from .decoding import Message
from .limits import LARGEST_ID_SET
from .parse_client_bodies import addressed, keys
from .server_bodies import (
    AdvertisedNeighbour,
    ContributorAnnouncement,
    Endorsement,
    RosterAnnouncement,
    ServerBody,
    ShareDelivery,
    UnmaskingRequest,
)


def _neighbour(message: Message) -> AdvertisedNeighbour:
    """A neighbour without its path."""
    nested = message.message("advertisement")
    if nested is None:
        raise WireError("missingField", "advertisement")
    id = fields.positive(message, "id")
    found = keys(nested)
    return AdvertisedNeighbour(
        Advertisement(id, found.sealing_key, found.mask_key, found.signature)
    )


def _roster(message: Message) -> RosterAnnouncement:
    nested = message.messages("neighbours")
    neighbours = fields.entries(nested, _neighbour)
    roster_size = fields.positive(message, "roster_size")
    commitment = fields.fixed(message, "commitment", 32)
    ids = message.bytes("roster_ids")
    if not ids:
        if message.bytes("own_path") or any(n.bytes("path") for n in nested):
            raise WireError("missingField", "roster_ids")
        return RosterAnnouncement(roster_size, commitment, neighbours)
    if len(ids) > LARGEST_ID_SET or ids[-1] == 0:
        raise WireError("invalidValue", "roster_ids")
    own_path = fields.path(message, "own_path")
    with_paths = tuple(
        replace(known, path=fields.path(n, "path")) for known, n in zip(neighbours, nested)
    )
    return RosterAnnouncement(roster_size, commitment, with_paths, ids, own_path)


def _contributors(message: Message) -> ContributorAnnouncement:
    roster_size = fields.positive(message, "roster_size")
    contributors = message.bytes("contributors")
    if not contributors:
        raise WireError("missingField", "contributors")
    if len(contributors) != (roster_size + 7) // 8:
        raise WireError("wrongLength", "contributors")
    if roster_size % 8 and contributors[-1] >> roster_size % 8:
        raise WireError("invalidValue", "contributors beyond the roster")
    return ContributorAnnouncement(roster_size, contributors)


def _endorsement(message: Message) -> Endorsement:
    return Endorsement(fields.positive(message, "signer"), fields.fixed(message, "signature", 64))


SERVER_BODIES: Final[dict[int, Callable[[Message], ServerBody]]] = {
    1: _roster,
    2: lambda m: ShareDelivery(fields.entries(m.messages("shares"), addressed)),
    3: _contributors,
    4: lambda m: UnmaskingRequest(
        fields.positive(m, "contributor_count"),
        fields.entries(m.numbers("contributors"), fields.listed_id),
        fields.entries(m.messages("endorsements"), _endorsement),
    ),
}
