"""What a client asks of a session before it takes part (sections 2 and 3)."""

from dataclasses import dataclass

from ..errors import ClientError
from ..parameters import AES256_CTR, CHACHA20, MALICIOUS, SEMI_HONEST, SessionParameters


@dataclass(frozen=True)
class Policy:
    """The context that a client expects, and floors below which it does not take part; never sent.

    The optional assumptions about the risk of the parameters are left out."""

    application_context: bytes
    minimum_cohort_size: int = 3
    minimum_threshold: int = 2
    minimum_contributors: int = 2
    accepted_threat_models: frozenset[int] = frozenset({SEMI_HONEST, MALICIOUS})
    accepted_mask_ciphers: frozenset[int] = frozenset({CHACHA20, AES256_CTR})

    def check(self, p: SessionParameters) -> None:
        """Step 3 of section 3. The detail of the error says what the policy does not accept."""
        for name, is_accepted in (
            ("applicationContext", p.application_context == self.application_context),
            ("cohortSize", p.cohort_size >= self.minimum_cohort_size),
            ("threshold", p.threshold >= self.minimum_threshold),
            ("minimumContributors", p.minimum_contributors >= self.minimum_contributors),
            ("threatModel", p.threat_model in self.accepted_threat_models),
            ("maskCipher", p.mask_cipher in self.accepted_mask_ciphers),
        ):
            if not is_accepted:
                raise ClientError("policy", name)


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
    policy.check(parameters)
