"""The lies that clients told in a session, and whether the servers' faults blame them alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from secagg_reference.server import UNOPENED, WRONG_SECRET, WRONG_SHARE, Fault
from secagg_reference.server.state import State

from .tally import Disagreement


@dataclass
class Lies:
    """A message that a client made but did not send counts as well: it changes nothing below."""

    wrong_shares: set[tuple[int, int]] = field(default_factory=set)
    """Holder and dealer, where the holder revealed another share than it had."""
    false_claims: set[tuple[int, int]] = field(default_factory=set)
    """Holder and dealer, where the holder said of a good share that it did not open."""
    useless: set[tuple[int, int, int]] = field(default_factory=set)
    """Dealer, holder and kind of shares that the holder cannot use."""
    wrong_secrets: set[tuple[int, int]] = field(default_factory=set)
    """Dealer and kind, where the dealer's shares or what it published are not of one secret."""
    noise: set[int] = field(default_factory=set)
    """Clients whose masked vector is noise."""

    @property
    def are_there(self) -> bool:
        told = self.wrong_shares, self.false_claims, self.useless, self.wrong_secrets, self.noise
        return any(told)

    def check(self, faults: Iterable[Fault], state: State) -> None:
        """Section 12: no client that follows the rules is blamed, and every unopened share is."""
        unopened = set()
        for fault in faults:
            if fault.kind == UNOPENED:
                unopened.add((fault.holder, fault.dealer))
            is_told = {
                UNOPENED: True,
                WRONG_SHARE: (fault.holder, fault.dealer) in self.wrong_shares,
                WRONG_SECRET: (fault.dealer, fault.secret_kind) in self.wrong_secrets,
            }
            if not is_told[fault.kind]:
                raise Disagreement(f"a client that followed the rules is blamed: {fault}")
        expected = self._unopened(state)
        if unopened != expected:
            raise Disagreement(f"unopened are {sorted(unopened)}, should be {sorted(expected)}")

    def _unopened(self, state: State) -> set[tuple[int, int]]:
        return {
            (holder, dealer)
            for holder in state.answers
            for dealer in state.cohort.neighbours(holder)
            if dealer in state.sharers
            and (
                (dealer, holder, state.kind_due(dealer)) in self.useless
                or (holder, dealer) in self.false_claims
            )
        }
