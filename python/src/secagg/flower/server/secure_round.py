"""One attempt at a round, and what it prepares of the next.

A round takes two exchanges with the nodes: training (or evaluation), and unmasking. The keys and shares of its
session travel with the exchanges of the round before. Where there was none, or other nodes took part, two more
exchanges come first."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from logging import INFO
from typing import Final

from flwr.app import ConfigRecord, Error, Message
from flwr.common import log
from flwr.serverapp import Grid

import secagg

from ..errors import EXPLANATIONS, Refusal, Refused, RoundFailed
from ..messages import QUERY, Step, answers, declared_ciphers, plan_fields
from ..plan import Outcome, RoundPlan
from ..settings import SecAggSettings
from .assignment import Assignment
from .exchange import replies
from .session import Session, merged

_UNKNOWN_QUERY: Final = f"No query function registered with name '{QUERY.split('.')[1]}'"
"""What Flower says of an app without the plug-in."""

MaskCiphers = dict[int, secagg.MaskCipher]
"""What nodes have declared, by node."""


@dataclass
class Times:
    """Seconds that each exchange took."""

    phases: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, seconds: float) -> None:
        self.phases[name] = self.phases.get(name, 0.0) + seconds

    def __str__(self) -> str:
        return ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.phases.items())


class SecureRound:
    """The session of a round, and the sessions that are prepared meanwhile."""

    def __init__(
        self,
        grid: Grid,
        settings: SecAggSettings,
        assignment: Assignment,
        plan: RoundPlan,
        declared: MaskCiphers,
    ) -> None:
        """
        :param declared: is used and extended.
        """
        self._grid, self._settings = grid, settings
        self._assignment, self._plan, self._declared = assignment, plan, declared
        self.times = Times()
        self.prepared: list[Session] = []
        """Sessions for later rounds, whose keys and shares are there."""

    def run(
        self,
        session: Session,
        prepare: Callable[[], list[Session]],
        *,
        is_prepared: bool,
        timeout: float | None,
    ) -> Outcome:
        """
        :param session: for the nodes of the round.
        :param prepare: makes the sessions that are to be prepared, for the same nodes. It is called when the nodes
            have said which ciphers they have.
        :param is_prepared: whether the session's keys and shares are there.
        :param timeout: seconds for training, if the settings do not say.
        :raises RoundFailed: there is no sum.
        """
        try:
            if not is_prepared:
                for name, step in (("keys", Step.OPEN), ("shares", Step.SHARE)):
                    self._query(name, [(session, step)])
                    session.server.close_round()
            upcoming = prepare()
            self._input(session, upcoming, timeout)
            upcoming = _advanced(upcoming)
            session.server.close_round()
            with self._unmask(session, upcoming) as aggregate:
                session.report(aggregate.faults)
                outcome = self._plan.outcome(self._assignment.model, session.fedavg, aggregate)
            self.prepared = _advanced(upcoming)
        except (secagg.TooFewClients, secagg.SumInconsistent, secagg.MoreAnswersNeeded) as error:
            session.report(session.server.faults)
            raise RoundFailed(str(error), session.gone) from None
        log(
            INFO,
            "secagg: the sum of %d of %d nodes, %d bytes a node; %s",
            outcome.contributor_count,
            len(session.nodes),
            session.parameters.word_count * 8,
            self.times,
        )
        return outcome

    def _query(
        self,
        name: str,
        asked: Sequence[tuple[Session, Step]],
        enough: Callable[[], bool] = lambda: False,
        on_reply: Callable[[], None] = lambda: None,
    ) -> None:
        """An exchange without training, with the nodes of the first session."""
        seconds = self._settings.phase_timeout
        steps = merged(*((session.name(step), session.requests(step)) for session, step in asked))
        messages = {
            node: self._assignment.query(node, steps[node], seconds) for node in asked[0][0].awaited
        }
        self._exchange(name, messages, seconds, asked, enough, on_reply)

    def _input(self, session: Session, upcoming: list[Session], timeout: float | None) -> None:
        """The exchange in which nodes train or evaluate."""
        fields = plan_fields(self._plan)
        requests = {
            node: ConfigRecord({**record, **fields})
            for node, record in session.requests(Step.INPUT).items()
        }
        steps = merged(
            (session.name(Step.INPUT), requests),
            *((other.name(Step.OPEN), other.requests(Step.OPEN)) for other in upcoming),
        )
        messages = {node: self._assignment.input_message(node, steps[node]) for node in requests}
        seconds = self._settings.train_timeout or timeout or float("inf")
        name = "training" if self._plan.sums_model else "evaluation"
        asked = [(session, Step.INPUT), *((other, Step.OPEN) for other in upcoming)]
        self._exchange(name, messages, seconds, asked)

    def _unmask(self, session: Session, upcoming: list[Session]) -> secagg.Aggregate:
        found: list[secagg.Aggregate] = []
        last_answer = time.monotonic()
        context = self._plan.input_context(self._assignment.model)

        def heard() -> None:
            nonlocal last_answer
            last_answer = time.monotonic()

        def unmasked() -> bool:
            """Answers beyond the threshold let wrong shares be corrected, and are waited for."""
            quiet = time.monotonic() - last_answer >= self._settings.unmask_grace
            if session.server.awaited and not quiet:
                return False
            try:
                found.append(_take_off(session, context, self._settings.threads))
            except secagg.MoreAnswersNeeded:
                return False
            return True

        asked = [(session, Step.UNMASK), *((other, Step.SHARE) for other in upcoming)]
        self._query("unmasking", asked, unmasked, heard)
        return found[0] if found else _take_off(session, context, self._settings.threads)

    def _exchange(
        self,
        name: str,
        messages: Mapping[int, Message],
        seconds: float,
        asked: Sequence[tuple[Session, Step]],
        enough: Callable[[], bool] = lambda: False,
        on_reply: Callable[[], None] = lambda: None,
    ) -> None:
        """Sends messages and hands the answers to the sessions, of which the first is that of the round."""
        began = time.monotonic()
        log(INFO, "secagg: round %d, %s: %d nodes", self._plan.round, name, len(messages))
        by_name = {str(session.name(step)): session for session, step in asked}
        main = asked[0][0]
        waiting = set(messages)
        arriving = replies(self._grid, messages, seconds, self._settings.poll_interval, enough)
        for node, reply in arriving:
            waiting.discard(node)
            if reply.has_error():
                _lose(main, node, reply.error)
                continue
            if ciphers := declared_ciphers(reply.content):
                self._declared[node] = ciphers
            for step, answer in answers(reply.content):
                if session := by_name.get(str(step)):
                    session.accept(node, answer)
            if node in main.awaited and node not in main.lost:
                main.lose(node, "its reply has no answer to the round")
            on_reply()
        for node in sorted(waiting & main.awaited):
            main.lose(node, "no reply in time")
        self.times.add(name, time.monotonic() - began)


def _lose(session: Session, node: int, error: Error) -> None:
    """Notes that a node replied with an error of its app's, or of Flower's."""
    if error.reason and _UNKNOWN_QUERY in error.reason:
        refused = Refused(Refusal.NOT_REGISTERED, error.reason)
        session.lose(node, EXPLANATIONS[refused.refusal], refused)
    else:
        session.lose(node, f"error {error.code}: {error.reason}")


def _take_off(session: Session, context: bytes, threads: int) -> secagg.Aggregate:
    aggregate = session.server.close_round(input_context=context, threads=threads)
    assert aggregate is not None, "the session is in its last round"
    return aggregate


def _advanced(upcoming: Sequence[Session]) -> list[Session]:
    """Those to which all nodes have answered, in their next round."""
    complete = [session for session in upcoming if session.is_complete]
    for session in complete:
        session.server.close_round()
    return complete
