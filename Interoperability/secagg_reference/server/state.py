"""What a server knows of a session."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from .. import wire
from ..encoding import bits
from ..graph import Graph
from ..parameters import SessionParameters
from ..roster import Advertisement, Roster


@dataclass(frozen=True)
class Cohort:
    """Those who advertised, and who is whose neighbour; fixed by closing round 0."""

    roster: Roster
    graph: Graph
    ids: list[int]
    """Ascending: a client's rank is its place here."""
    ranks: dict[int, int]

    @staticmethod
    def of(roster: Roster, degree: int) -> "Cohort":
        ids = [a.id for a in roster.advertisements]
        graph = Graph.of(roster.commitment, len(ids), degree)
        return Cohort(roster, graph, ids, {id: rank for rank, id in enumerate(ids)})

    @property
    def endorsers(self) -> list[int]:
        """Ids, ascending."""
        return [self.ids[rank] for rank in self.graph.endorsers]

    def neighbours(self, id: int) -> list[int]:
        """Ids, ascending."""
        return [self.ids[rank] for rank in self.graph.neighbours[self.ranks[id]]]

    def is_connected(self, ids: Collection[int]) -> bool:
        return self.graph.is_connected([self.ranks[id] for id in ids])


@dataclass
class State:
    """Everything by client id."""

    parameters: SessionParameters
    directory: Mapping[int, bytes]
    sum: list[int]
    """Of all masked inputs."""
    round: int | None = 0
    """The open round; none when the session has ended."""
    advertised: dict[int, Advertisement] = field(default_factory=dict)
    closed_cohort: Cohort | None = None
    distributed: dict[int, wire.ShareDistribution] = field(default_factory=dict)
    sharers: list[int] = field(default_factory=list)
    contributors: set[int] = field(default_factory=set)
    endorsements: dict[int, bytes] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    answers: dict[int, wire.UnmaskingResponse] = field(default_factory=dict)

    @property
    def cohort(self) -> Cohort:
        """From round 1 on."""
        assert self.closed_cohort is not None
        return self.closed_cohort

    @property
    def departed(self) -> list[int]:
        return [id for id in self.sharers if id not in self.contributors]

    def kind_due(self, dealer: int) -> int:
        """Which of a sharer's secrets is recovered (section 11.5)."""
        return wire.SELF_MASK if dealer in self.contributors else wire.MASK_KEY

    @property
    def contributor_set(self) -> bytes:
        """Section 11.4."""
        ranks, count = self.cohort.ranks, len(self.cohort.ids)
        return bits((ranks[id] for id in self.contributors), (count + 7) // 8)

    def endorsements_for(self, client: int) -> dict[int, bytes]:
        """Those of endorsers other than the client, ascending (sections 11.4 and 11.5)."""
        signed = self.endorsements
        return {id: signed[id] for id in self.cohort.endorsers if id in signed and id != client}

    def has_contributing_neighbour(self, id: int) -> bool:
        return not self.contributors.isdisjoint(self.cohort.neighbours(id))
