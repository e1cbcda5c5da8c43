"""One session of the protocol among nodes, as the server sees it."""

from collections.abc import Mapping, Sequence
from logging import WARNING

from flwr.app import ConfigRecord
from flwr.common import log

import secagg

from ..context import session_context
from ..errors import EXPLANATIONS, Refusal, Refused
from ..messages import Step, StepName, request
from ..plan import Kind, VectorForm
from ..settings import SecAggSettings


class Session:
    """Nodes are numbered, from 1 on, for the session: their client ids."""

    def __init__(
        self,
        kind: Kind,
        nodes: Sequence[int],
        form: VectorForm,
        settings: SecAggSettings,
        ciphers: secagg.MaskCipher,
    ) -> None:
        """
        :raises secagg.InvalidParameters: there can be no session of so many nodes.
        """
        self.kind, self.form = kind, form
        self._ids = {node: id for id, node in enumerate(sorted(nodes), start=1)}
        self._nodes = {id: node for node, id in self._ids.items()}
        self.fedavg = form.fedavg(len(self._ids))
        self.parameters = secagg.Parameters.recommended(
            self.fedavg,
            cohort_size=len(self._ids),
            context=session_context(kind),
            corrupt_fraction=settings.corrupt_fraction,
            dropout_fraction=settings.dropout_fraction,
            minimum_contributors=settings.minimum_contributors,
            mask_ciphers=ciphers,
        )
        self.digest = self.parameters.digest
        self.server = secagg.Server(self.parameters)
        self._encoded = bytes(self.parameters)
        self.is_upcoming = False
        """Whether it is prepared for a later round. Who leaves it is heard of when the round comes."""
        self.lost: dict[int, Refused | None] = {}
        """The nodes that left, and why they refused if they did."""

    @property
    def nodes(self) -> frozenset[int]:
        return frozenset(self._ids)

    def node(self, id: int) -> int:
        return self._nodes[id]

    @property
    def awaited(self) -> set[int]:
        """The nodes whose message of the present round is missing."""
        return {self._nodes[id] for id in self.server.awaited}

    def name(self, step: Step) -> StepName:
        return StepName(step, self.kind)

    def requests(self, step: Step) -> dict[int, ConfigRecord]:
        """What the nodes of the present round are asked for."""
        if step is Step.OPEN:
            return {
                node: request(self.digest, parameters=self._encoded, client=id)
                for node, id in self._ids.items()
            }
        return {
            node: request(self.digest, message=bytes(self.server.message(self._ids[node])))
            for node in self.awaited
        }

    def accept(self, node: int, answer: bytes | Refused) -> bool:
        """Takes a node's answer. Returns whether the node is still in the session."""
        if isinstance(answer, Refused):
            limit = f" (limit {answer.limit})" if answer.limit else ""
            self.lose(node, f"{EXPLANATIONS[answer.refusal]}{limit}", answer)
            return False
        try:
            self.server.receive(self._ids[node], answer)
        except secagg.MessageRefused as error:
            self.lose(node, f"its message was rejected: {error}")
            return False
        return True

    def lose(self, node: int, reason: str, refused: Refused | None = None) -> None:
        """Notes that a node has left."""
        if not self.is_upcoming:
            log(WARNING, "secagg: node %s has left the round: %s", node, reason)
        self.lost.setdefault(node, refused)

    @property
    def gone(self) -> frozenset[int]:
        """The nodes that need not be asked again. Those with too many examples may take part with a larger limit,
        and those that have forgotten the session in another."""
        passing = (Refusal.WEIGHT_TOO_LARGE, Refusal.UNKNOWN_SESSION)
        return frozenset(
            node for node, lost in self.lost.items() if not (lost and lost.refusal in passing)
        )

    @property
    def was_forgotten(self) -> bool:
        """Whether nodes do not know the session, for example because they were started again."""
        return any(lost and lost.refusal is Refusal.UNKNOWN_SESSION for lost in self.lost.values())

    @property
    def is_complete(self) -> bool:
        """Whether all nodes have done what they were asked for."""
        return not self.lost and not self.server.awaited

    def report(self, faults: Sequence[secagg.Fault]) -> None:
        """Names the nodes at fault in the log."""
        for fault in faults:
            holder, dealer = self.node(fault.holder), self.node(fault.dealer)
            match fault.finding:
                case secagg.Finding.WRONG_SHARE:
                    text = f"node {holder} revealed a wrong share of a secret of node {dealer}"
                case secagg.Finding.UNOPENED:
                    text = (
                        f"node {holder} reports that the shares of node {dealer} do not open; "
                        "one of the two is at fault"
                    )
                case secagg.Finding.WRONG_SECRET:
                    text = f"node {dealer} dealt shares of a wrong secret"
            log(WARNING, "secagg: %s", text)


def merged(
    *parts: tuple[StepName, Mapping[int, ConfigRecord]],
) -> dict[int, dict[str, ConfigRecord]]:
    """The steps of several sessions, by node."""
    by_node: dict[int, dict[str, ConfigRecord]] = {}
    for name, records in parts:
        for node, record in records.items():
            by_node.setdefault(node, {})[str(name)] = record
    return by_node
