"""What was run and compared."""

from collections import Counter
from dataclasses import dataclass, field


class Disagreement(Exception):
    """The two implementations said something different, or both something wrong."""


@dataclass
class Tally:
    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    """Of wrong messages, by receiver and case."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Of sessions."""

    def lines(self) -> list[str]:
        return [
            f"  {value:6} {key}"
            for counter in (self.outcomes, self.counts, self.refusals)
            for key, value in sorted(counter.items())
        ]
