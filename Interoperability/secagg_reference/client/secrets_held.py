"""The secrets of a client while it holds them (section 6)."""

from dataclasses import dataclass, field


@dataclass
class Secrets:
    """Empty before they are drawn and after they are wiped."""

    sealing_private_key: bytes = b""
    mask_secret: bytes = b""
    mask_private_key: bytes = b""
    self_mask_secret: bytes = b""
    elements: list[int] = field(default_factory=list)
    agreed: dict[int, bytes] = field(default_factory=dict)
    """With each neighbour, for sealing shares."""
    delivered: dict[int, bytes] = field(default_factory=dict)
    """The sealed shares of each neighbour that shared, ascending by id."""

    def after_masking(self) -> "Secrets":
        """What round 4 needs."""
        return Secrets(agreed=self.agreed, delivered=self.delivered)
