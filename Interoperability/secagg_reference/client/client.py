"""One client in one session.

A `Client` goes through the rounds in order: `advertise` makes the first message, `receive` answers
each message of the server. A message that the common checks of section 11 refuse changes nothing.
Any other refused message ends the client: its secrets are gone, and it refuses all later ones."""

from dataclasses import replace
from typing import Final

from .. import masks, schedule, sharing, wire
from ..encoding import words
from ..errors import ClientError
from ..parameters import SessionParameters
from ..primitives import x25519
from ..roster import Advertisement
from ..statements import Directory, endorse, sign_advertisement
from .checked_roster import CheckedRoster, checked_roster
from .contributors import (
    Contributors,
    EndorsedSet,
    check_contributors,
    check_endorsements,
    checked_set,
)
from .entropy import Entropy
from .policy import Policy, check_start
from .secrets_held import Secrets


class Client:
    """Nothing but its parameters, its advertisement, its input context and whether it has ended is
    for others."""

    def __init__(
        self,
        id: int,
        parameters: SessionParameters,
        elements: list[int],
        policy: Policy,
        identity_seed: bytes | None = None,
        directory: Directory | None = None,
        entropy: Entropy | None = None,
    ) -> None:
        """A client of the malicious model has a directory (section 11.2)."""
        check_start(id, parameters, policy, identity_seed is not None)
        assert not parameters.is_malicious or directory is not None
        assert len(elements) == parameters.element_count
        self.id: Final = id
        self.parameters: Final = parameters
        self.advertisement: Advertisement | None = None
        """What the client has advertised, and takes for its own leaf of the roster."""
        self.input_context: bytes | None = None
        """Set before round 2, if the session has one (section 10)."""
        self._policy: Final = policy
        self._identity_seed: Final = identity_seed
        self._directory: Final = directory
        self._entropy: Final = entropy or Entropy()
        self._secrets = Secrets(elements=elements)
        self._expected: type[wire.ServerBody] | None = None
        self._roster: CheckedRoster | None = None
        self._endorsed: EndorsedSet | None = None

    @property
    def has_ended(self) -> bool:
        return self.advertisement is not None and self._expected is None

    def _send(self, body: wire.ClientBody, expected: type[wire.ServerBody] | None) -> bytes:
        self._expected = expected
        return wire.ClientMessage(self.parameters.digest, self.id, body).encoded()

    def _end(self) -> None:
        self._expected = None
        self._secrets = Secrets()

    # Round 0

    def advertise(self) -> bytes:
        """Section 11.1."""
        assert self.advertisement is None, "a client advertises once"
        session, held = self.parameters.digest, self._secrets
        held.sealing_private_key = self._entropy.sealing_private_key()
        held.mask_secret = self._entropy.mask_secret()
        held.mask_private_key = schedule.mask_private_key(held.mask_secret, session, self.id)
        sealing_key = x25519.public_key_of(held.sealing_private_key)
        advertised = Advertisement(
            self.id, sealing_key, x25519.public_key_of(held.mask_private_key)
        )
        if self._identity_seed is not None:
            signature = sign_advertisement(self._identity_seed, session, advertised)
            advertised = replace(advertised, signature=signature)
        self.advertisement = advertised
        body = wire.KeyAdvertisement(sealing_key, advertised.mask_key, advertised.signature)
        return self._send(body, wire.RosterAnnouncement)

    # Rounds 1 to 4

    def receive(self, data: bytes) -> bytes:
        """The answer to a message of the server. Bytes that do not parse and messages that the
        common checks refuse change nothing."""
        message = wire.parse_server_message(data)
        self._check_common(message)
        try:
            return self._answer(message.body)
        except Exception:
            self._end()
            raise

    def _answer(self, body: wire.ServerBody) -> bytes:
        match body:
            case wire.RosterAnnouncement():
                return self._share(body)
            case wire.ShareDelivery():
                return self._mask(body)
            case wire.ContributorAnnouncement():
                return self._endorse(body)
            case wire.UnmaskingRequest():
                return self._unmask(body)

    def _check_common(self, message: wire.ServerMessage) -> None:
        """The common checks of section 11. Nothing is expected before round 0, and of a client that
        has ended."""
        if message.session != self.parameters.digest:
            raise ClientError("otherSession")
        if message.recipient != self.id:
            raise ClientError("addressedToAnother")
        if type(message.body) is not self._expected:
            raise ClientError("otherRound", type(message.body).__name__)

    def _agree(self, private_key: bytes, public_key: bytes) -> bytes:
        try:
            return x25519.agree(private_key, public_key)
        except ValueError:
            raise ClientError("keyAgreement") from None

    # Round 1

    def _share(self, announcement: wire.RosterAnnouncement) -> bytes:
        """Section 11.2."""
        p, held = self.parameters, self._secrets
        assert self.advertisement is not None
        roster = checked_roster(announcement, self.advertisement, p, self._policy, self._directory)
        self._roster = roster
        held.self_mask_secret = self._entropy.self_mask_secret()
        polynomials = (
            self._entropy.self_mask_polynomials(held.self_mask_secret, p.threshold),
            self._entropy.mask_polynomials(held.mask_secret, p.threshold),
        )
        sealed = []
        for j, neighbour in roster.neighbours.items():
            held.agreed[j] = self._agree(held.sealing_private_key, neighbour.sealing_key)
            context = schedule.sealing_context(p.digest, roster.commitment, self.id, j)
            shares = [sharing.share(f, j) for f in polynomials]
            nonce = self._entropy.nonce()
            entry = schedule.seal_shares(held.agreed[j], context, nonce, *shares)
            sealed.append(wire.SealedShares(j, entry))
        commitment = schedule.self_mask_commitment(held.self_mask_secret, p.digest, self.id)
        return self._send(wire.ShareDistribution(commitment, tuple(sealed)), wire.ShareDelivery)

    # Round 2

    def _mask(self, delivery: wire.ShareDelivery) -> bytes:
        """Section 11.3."""
        p = self.parameters
        assert self._roster is not None
        previous = 0
        for entry in delivery.shares:
            if entry.peer not in self._roster.neighbours or entry.peer <= previous:
                raise ClientError("invalidSharer", str(entry.peer))
            previous = entry.peer
        if len(delivery.shares) < p.threshold:
            raise ClientError("sharersBelowThreshold")
        self._secrets.delivered = {entry.peer: entry.sealed for entry in delivery.shares}
        masked = self._masked_words(self._roster)
        self._secrets = self._secrets.after_masking()
        following = wire.ContributorAnnouncement if p.is_malicious else wire.UnmaskingRequest
        return self._send(wire.MaskedInput(words(masked)), following)

    def _masked_words(self, roster: CheckedRoster) -> list[int]:
        """Section 10."""
        p, held = self.parameters, self._secrets
        count = p.layout.word_count
        binding = schedule.mask_binding(p.digest, self.input_context)
        seed = schedule.self_mask_seed(held.self_mask_secret, binding, self.id)
        masked = p.layout.pack(held.elements)
        masked = masks.add(masked, masks.mask(p.mask_cipher, seed, count))
        for j in held.delivered:
            agreed = self._agree(held.mask_private_key, roster.neighbours[j].mask_key)
            seed = schedule.pairwise_seed(agreed, binding, roster.commitment, self.id, j)
            mask = masks.mask(p.mask_cipher, seed, count)
            masked = masks.apply_pairwise(masked, self.id, j, mask)
        return masked

    # Round 3

    def _endorse(self, announcement: wire.ContributorAnnouncement) -> bytes:
        """Section 11.4."""
        assert self._roster is not None and self._identity_seed is not None
        delivered = self._secrets.delivered
        self._endorsed = checked_set(
            announcement, self.id, delivered, self._roster, self.parameters, self._policy
        )
        signature = endorse(self._identity_seed, self._endorsed.statement)
        return self._send(wire.ContributorEndorsement(signature), wire.UnmaskingRequest)

    # Round 4

    def _unmask(self, request: wire.UnmaskingRequest) -> bytes:
        """Section 11.5."""
        self._check_request(request)
        shares: list[wire.RevealedShare] = []
        unopened: list[int] = []
        for j, sealed in self._secrets.delivered.items():
            kind = wire.SELF_MASK if j in request.contributors else wire.MASK_KEY
            share = self._opened(j, sealed, kind)
            if share is None:
                unopened.append(j)
            else:
                shares.append(wire.RevealedShare(j, kind, share))
        self._end()
        return self._send(wire.UnmaskingResponse(tuple(shares), tuple(unopened)), None)

    def _check_request(self, request: wire.UnmaskingRequest) -> None:
        p = self.parameters
        contributors = Contributors(request.contributors, request.contributor_count)
        if not p.is_malicious:
            assert self._roster is not None
            delivered = self._secrets.delivered
            check_contributors(contributors, self.id, delivered, self._roster, p, self._policy)
            return
        assert self._roster is not None and self._endorsed is not None
        if contributors != self._endorsed.contributors:
            raise ClientError("contributorsChanged")
        endorsers = self._roster.endorsers
        check_endorsements(request.endorsements, self._endorsed, endorsers, p.threshold)

    def _opened(self, sender: int, sealed: bytes, kind: int) -> bytes | None:
        """The share of one kind that a neighbour sealed, or nothing if it is of no use."""
        assert self._roster is not None
        session, commitment = self.parameters.digest, self._roster.commitment
        context = schedule.sealing_context(session, commitment, sender, self.id)
        return schedule.open_share(self._secrets.agreed[sender], context, sealed, kind)
