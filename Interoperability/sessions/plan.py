"""What one session is to be."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final

from secagg_reference.errors import ParametersError
from secagg_reference.parameters import (
    AES256_CTR,
    CHACHA20,
    MALICIOUS,
    SEMI_HONEST,
    Layout,
    SessionParameters,
)

COHORTS: Final = (3, 4, 5, 7, 9, 12, 17, 24)
ELEMENTS: Final = (1, 2, 7, 64, 500, 1003)
BITS: Final = (2, 5, 10, 16, 20, 30, 40)

KINDS: Final = tuple(
    product(("Swift", "Python"), (SEMI_HONEST, MALICIOUS), (True, False), (CHACHA20, AES256_CTR))
)
"""Leading server, threat model, whether everyone is everyone's neighbour, mask cipher."""


@dataclass(frozen=True)
class InputContexts:
    """What the clients and the servers bind the masks to (section 10)."""

    common: bytes | None
    """None for no input context."""
    deviating: int | None = None
    """A client with another one, or 0 for the servers."""
    other: bytes | None = None
    """The deviating one; None for no input context."""

    def of_client(self, id: int) -> bytes | None:
        return self.other if id == self.deviating else self.common

    @property
    def of_servers(self) -> bytes | None:
        return self.of_client(SERVERS)

    def agree(self, contributors: Iterable[int]) -> bool:
        """Whether the masks of these clients cancel, and the servers can take them off."""
        return {self.of_client(id) for id in contributors} == {self.of_servers}


SERVERS: Final = 0


@dataclass(frozen=True)
class Plan:
    parameters: SessionParameters
    seed: int
    """Of identities and vectors."""
    server_is_swift: bool
    swift_clients: frozenset[int]
    dropout: float
    """The probability with which a client leaves at each of its steps."""
    exodus: int | None
    """A round in which many more leave, so that what is left may fall into parts."""
    has_wrong_messages: bool
    input_contexts: "InputContexts"

    def dropout_in(self, round: int) -> float:
        return 0.25 if round == self.exodus else self.dropout

    @property
    def about(self) -> str:
        p = self.parameters
        server = "Swift" if self.server_is_swift else "Python"
        model = "malicious" if p.is_malicious else "semi-honest"
        graph = "complete" if p.degree == p.cohort_size - 1 else "sparse"
        cipher = "ChaCha20" if p.mask_cipher == CHACHA20 else "AES-256-CTR"
        return f"{server} server, {model}, {graph}, {cipher}"


def plan(rng: random.Random, number: int) -> Plan:
    """The kinds take turns, each with and without wrong messages; all else is random."""
    server, threat_model, is_complete, cipher = KINDS[number % len(KINDS)]
    parameters = _parameters(rng, threat_model, is_complete, cipher)
    share = rng.choice([0.0, 0.3, 0.5, 0.7, 1.0])
    ids = range(1, parameters.cohort_size + 1)
    return Plan(
        parameters=parameters,
        seed=rng.getrandbits(64),
        server_is_swift=server == "Swift",
        swift_clients=frozenset(id for id in ids if rng.random() < share),
        dropout=rng.choice([0.0, 0.0, 0.01, 0.02, 0.05, 0.1]),
        exodus=None if is_complete or rng.random() < 0.7 else rng.randint(1, 4),
        has_wrong_messages=number // len(KINDS) % 2 == 1,
        input_contexts=_input_contexts(rng, parameters.cohort_size),
    )


def _input_contexts(rng: random.Random, cohort: int) -> InputContexts:
    """A third of the sessions have an input context. In a tenth, somebody has another one or none."""
    common = rng.randbytes(32) if rng.random() < 1 / 3 else None
    if rng.random() > 0.1:
        return InputContexts(common)
    deviating = rng.choice([SERVERS, rng.randint(1, cohort)])
    other = rng.randbytes(32) if common is None or rng.random() < 0.5 else None
    return InputContexts(common, deviating, other)


def _parameters(
    rng: random.Random, threat_model: int, is_complete: bool, cipher: int
) -> SessionParameters:
    """Drawn until they are in range."""
    while True:
        cohort = rng.choice(COHORTS)
        # Few neighbours, most of the time: only then does the graph fall into parts.
        degree = 2 * rng.choice([1, 2, 2, 3, rng.randint(1, cohort // 2)])
        if is_complete:
            degree = cohort - 1
        elif threat_model == MALICIOUS:
            # Few endorsers seldom leave t others for each.
            degree += 2 * rng.choice([0, 1, 2])
        if threat_model == MALICIOUS:
            threshold = degree // 2 + 1 + rng.choice([0, 0, 0, 1])
        else:
            threshold = rng.randint(2, max(2, degree // 2))
        maximum = rng.choice([cohort, cohort, rng.randint(2, cohort)])
        bits = rng.choice([*BITS, rng.randint(2, 57)])
        minimum = rng.randint(2, max(2, maximum // 2))
        try:
            layout = Layout.of(rng.choice(ELEMENTS), bits, maximum)
            drawn = SessionParameters(
                session_id=rng.randbytes(32),
                threat_model=threat_model,
                cohort_size=cohort,
                degree=degree,
                threshold=threshold,
                element_count=layout.element_count,
                value_bits=layout.value_bits,
                maximum_contributors=maximum,
                minimum_contributors=minimum,
                lane_kind=layout.lane_kind,
                mask_cipher=cipher,
                application_context=rng.randbytes(32),
            )
            drawn.check_ranges()
        except ParametersError:
            continue
        if is_complete == (degree == cohort - 1):
            return drawn
