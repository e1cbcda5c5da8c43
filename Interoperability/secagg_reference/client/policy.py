"""What a client asks of a session before it takes part (sections 2 and 3)."""

from dataclasses import dataclass

from ..errors import ClientError
from ..parameters import AES256_CTR, CHACHA20, MALICIOUS, SEMI_HONEST, SessionParameters


@dataclass(frozen=True)
class Policy:
    """Floors below which a client does not take part; never sent."""

    cohort_size: int = 3
    threshold: int = 2
    contributors: int = 2
    threat_models: frozenset[int] = frozenset({SEMI_HONEST, MALICIOUS})
    mask_ciphers: frozenset[int] = frozenset({CHACHA20, AES256_CTR})

    def accepts(self, parameters: SessionParameters) -> bool:
        return (
            parameters.cohort_size >= self.cohort_size
            and parameters.threshold >= self.threshold
            and parameters.minimum_contributors >= self.contributors
            and parameters.threat_model in self.threat_models
            and parameters.mask_cipher in self.mask_ciphers
        )


def check_start(
    id: int, parameters: SessionParameters, policy: Policy, has_identity_key: bool
) -> None:
    """The checks of section 3. A client is started for the malicious model by its identity key."""
    if parameters.is_malicious and not has_identity_key:
        raise ClientError("identityNeeded")
    if has_identity_key and not parameters.is_malicious:
        raise ClientError("notInThreatModel")
    if not 1 <= id <= parameters.cohort_size:
        raise ClientError("idOutsideCohort")
    if not policy.accepts(parameters):
        raise ClientError("policy")
