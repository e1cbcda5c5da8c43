"""The wire format (section 13)."""

from ..schedule import MASK_KEY, SELF_MASK
from .client_bodies import (
    ClientBody,
    ContributorEndorsement,
    KeyAdvertisement,
    MaskedInput,
    RevealedShare,
    ShareDistribution,
    UnmaskingResponse,
)
from .envelopes import ClientMessage, ServerMessage
from .parsing import parse_client_message, parse_server_message
from .sealed_shares import SealedShares
from .server_bodies import (
    AdvertisedNeighbour,
    ContributorAnnouncement,
    Endorsement,
    RosterAnnouncement,
    ServerBody,
    ShareDelivery,
    UnmaskingRequest,
)
from .session_parameters import encode_parameters, parse_parameters

__all__ = [
    "MASK_KEY",
    "SELF_MASK",
    "AdvertisedNeighbour",
    "ClientBody",
    "ClientMessage",
    "ContributorAnnouncement",
    "ContributorEndorsement",
    "Endorsement",
    "KeyAdvertisement",
    "MaskedInput",
    "RevealedShare",
    "RosterAnnouncement",
    "SealedShares",
    "ServerBody",
    "ServerMessage",
    "ShareDelivery",
    "ShareDistribution",
    "UnmaskingRequest",
    "UnmaskingResponse",
    "encode_parameters",
    "parse_client_message",
    "parse_parameters",
    "parse_server_message",
]
