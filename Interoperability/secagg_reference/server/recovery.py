"""Recovery of the secrets in passes, and the faults that it finds (section 12)."""

from dataclasses import dataclass

from .. import sharing
from .results import WRONG_SECRET, WRONG_SHARE, Fault, RecoveryError
from .revealed import Secret, is_confirmed, matches, needed, shares_of, unopened
from .state import State


@dataclass(frozen=True)
class Recovered:
    secrets: dict[Secret, bytes]
    faults: list[Fault]


def recover(state: State) -> Recovered:
    """All secrets that are needed, or a `RecoveryError`. The state stays as it is."""
    recovery = _Recovery(state)
    recovery.check_that_enough()
    count = 16
    while recovery.open:
        recovery.interpolate()
        recovery.check_shares(count)
        count = len(recovery.open)
    return recovery.result()


class _Recovery:
    def __init__(self, state: State) -> None:
        self._state = state
        self._shares = {secret: shares_of(state, secret) for secret in needed(state)}
        self._faults = unopened(state)
        self._recovered: dict[Secret, bytes] = {}
        self._liars: set[int] = set()
        self._checked: set[Secret] = set()
        self._lost: list[Secret] = []
        self._lying_dealers: list[int] = []
        self.open = list(self._shares)
        """In the order of section 12."""

    def check_that_enough(self) -> None:
        """Before the first pass."""
        for secret, shares in self._shares.items():
            if len(shares) < self._state.parameters.threshold:
                raise self._error("sharesMissing", secret[0])

    def interpolate(self) -> None:
        """Step 1 of a pass."""
        for secret in list(self.open):
            chosen = self._chosen(self._shares[secret])
            if secret not in self._checked and not self._liars.isdisjoint(chosen):
                continue
            value = sharing.interpolate(chosen)
            if is_confirmed(self._state, secret, value):
                self._recovered[secret] = value
            elif secret in self._checked:
                dealer, kind = secret
                self._lying_dealers.append(dealer)
                self._faults.append(Fault(dealer, dealer, kind, WRONG_SECRET))
            else:
                continue
            self.open.remove(secret)

    def _chosen(self, shares: dict[int, bytes]) -> dict[int, bytes]:
        """Those of the first t holders, the liars after all others."""
        holders = sorted(shares, key=lambda holder: (holder in self._liars, holder))
        return {holder: shares[holder] for holder in holders[: self._state.parameters.threshold]}

    def check_shares(self, count: int) -> None:
        """Step 2 of a pass, of so many secrets."""
        unchecked = [secret for secret in self.open if secret not in self._checked]
        for secret in unchecked[:count]:
            shares = self._shares[secret]
            wrong = [h for h, share in shares.items() if not matches(self._state, secret, h, share)]
            dealer, kind = secret
            self._faults += [Fault(dealer, holder, kind, WRONG_SHARE) for holder in wrong]
            self._liars.update(wrong)
            self._checked.add(secret)
            for holder in wrong:
                del shares[holder]
            if len(shares) < self._state.parameters.threshold:
                self._lost.append(secret)
                self.open.remove(secret)

    def result(self) -> Recovered:
        if self._lying_dealers:
            raise self._error("sharesWrong", self._lying_dealers[0])
        if self._lost:
            first = next(secret for secret in self._shares if secret in self._lost)
            raise self._error("sharesMissing", first[0])
        return Recovered(self._recovered, sorted(self._faults))

    def _error(self, case: str, dealer: int) -> RecoveryError:
        return RecoveryError(case, f"client {dealer}", sorted(self._faults))
