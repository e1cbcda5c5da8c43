"""What can go wrong in a federation: exceptions of the server app, and refusals of a node."""

from enum import StrEnum
from typing import Final


class ConfigurationError(ValueError):
    """Settings, strategy, model or nodes do not go together: no round can succeed until one is changed.

    The text names the setting, its value, the limit and the remedy."""


class RoundFailed(Exception):
    """A round ended without a sum. The model has not changed.

    `unreachable` are the nodes that replied with an error, or not at all."""

    def __init__(self, reason: str, unreachable: frozenset[int] = frozenset()) -> None:
        super().__init__(reason)
        self.unreachable = unreachable


class Refusal(StrEnum):
    """Why a node does not do what the server asks for. This word, and a limit that the server itself has
    set, is all that the server learns. (`NOT_REGISTERED` is what Flower says of an app without the plug-in.)"""

    NOT_REGISTERED = "not-registered"
    NOT_SECURED = "not-secured"
    MALFORMED = "malformed"
    UNKNOWN_SESSION = "unknown-session"
    SESSION = "session"
    ARRAYS = "arrays"
    NOT_FINITE = "not-finite"
    WEIGHT = "weight"
    WEIGHT_TOO_LARGE = "weight-too-large"
    STORAGE = "storage"


EXPLANATIONS: Final = {
    Refusal.NOT_REGISTERED: (
        "the client app takes no part in secure rounds. Call register(app) in it, after app = ClientApp()"
    ),
    Refusal.NOT_SECURED: (
        "the node was asked outside of a secure round. Start the strategy with SecAggGrid; for evaluation"
        " in the clear call register(app, plain_evaluation=True) in the client app"
    ),
    Refusal.MALFORMED: (
        "the node cannot read the request. Install the same version of secagg on the server and all nodes"
    ),
    Refusal.UNKNOWN_SESSION: "the node is not in this session, has answered before, or expected another message",
    Refusal.SESSION: (
        "the session is below the policy of the node, or the node rejected a message of it. Compare the"
        " policy given to register with the settings of the server"
    ),
    Refusal.ARRAYS: (
        "the client app replied with other arrays than it received. Names, shapes and kinds of numbers must"
        " be those of the global model, in one ArrayRecord"
    ),
    Refusal.NOT_FINITE: "the update of the node holds infinite numbers or NaN",
    Refusal.WEIGHT: (
        "the weight is missing in the reply of the client app, or is no whole number from 0. Put it into the"
        " MetricRecord under the key `weighted_by_key` of the strategy"
    ),
    Refusal.WEIGHT_TOO_LARGE: (
        "the weight of the node exceeds SecAggSettings.maximum_examples. Raise it, or leave it out"
    ),
    Refusal.STORAGE: (
        "the node cannot keep its keys. Name a folder that it can write to as secagg-folder in --node-config"
    ),
}
"""For the log of the server: what it means, and what to do."""

PERMANENT: Final = frozenset(
    {
        Refusal.NOT_REGISTERED,
        Refusal.MALFORMED,
        Refusal.SESSION,
        Refusal.ARRAYS,
        Refusal.WEIGHT,
        Refusal.WEIGHT_TOO_LARGE,
        Refusal.STORAGE,
    }
)
"""Refusals that come again in every round, if all nodes refuse."""


class Refused(Exception):
    """A node refuses. The text may say what only the node knows, and stays in its log."""

    def __init__(self, refusal: Refusal, detail: str, limit: int = 0) -> None:
        super().__init__(detail)
        self.refusal = refusal
        self.limit = limit
        """A limit that the server has set; 0 for none."""
