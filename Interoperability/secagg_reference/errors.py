"""The error cases of section 15. A case is its name there, which is what tests compare."""


class ProtocolError(Exception):
    """The base of all refusals; `case` is the name of the case in section 15."""

    cases: frozenset[str] = frozenset()

    def __init__(self, case: str, detail: str = "") -> None:
        assert case in self.cases, f"{type(self).__name__} has no case {case}"
        super().__init__(f"{type(self).__name__}.{case}" + (f": {detail}" if detail else ""))
        self.case = case
        self.detail = detail


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


class PublicKeyError(ProtocolError):
    cases = _names("wrongLength notCanonical lowOrder")


class WireError(ProtocolError):
    cases = _names(
        "malformed tooLarge unsupportedVersion unknownFields repeatedField missingField"
        " wrongLength invalidValue senderMismatch checksumMismatch digestMismatch"
    )


class LongVarint(WireError):
    """A varint of at most 10 bytes, which are more than it needs or make it exceed 64 bits.

    Nobody may send one. Libraries differ in which of them they take (section 13); this one takes
    none."""

    def __init__(self) -> None:
        super().__init__("malformed", "a varint is too long")


class ParametersError(ProtocolError):
    """`SessionParametersError`, `VectorLayoutError` and `LanesError` of sections 3 and 4."""

    cases = _names(
        "cohortSize degree threshold thresholdBelowMajority elementCount lanes"
        " maximumContributors minimumContributors"
    )


class ClientError(ProtocolError):
    cases = _names(
        "idOutsideCohort policy otherSession addressedToAnother otherRound rosterSize neighbourCount"
        " neighboursBelowThreshold invalidNeighbour repeatedKey identityNeeded"
        " notAuthentic rosterProof neighboursNotOfGraph contributorSetSize"
        " contributorsDisconnected notInThreatModel contributorsChanged"
        " endorsementsBelowThreshold keyAgreement sharersBelowThreshold invalidSharer"
        " contributorsBelowMinimum missingFromContributors invalidContributor"
        " contributorCount contributingNeighboursBelowThreshold"
    )


class ServerError(ProtocolError):
    cases = _names(
        "senderMismatch otherSession notAuthentic wrongRound stranger duplicate repeatedKey"
        " sharesNotForNeighbours vectorLength tooManyContributors answerNotForNeighbours"
        " wrongSecretKind wrongPhase noMessage tooFewClients disconnected unrecoverable"
        " sharesMissing sharesWrong keyAgreement sumInconsistent"
    )
