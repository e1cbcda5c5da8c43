"""What a session's server and its clients say to each other, by way of Flower's grid."""

from collections.abc import Callable, Mapping, Sequence
from logging import WARNING

from flwr.app import ConfigRecord, Message, RecordDict
from flwr.common import log
from flwr.serverapp import Grid

import secagg

from ..messages import RECORD, Malformed, query, session_record, unpacked
from ..settings import SecAggSettings
from .exchange import replies
from .training import Training


class Conversation:
    def __init__(
        self, grid: Grid, settings: SecAggSettings, training: Training, server: secagg.Server
    ) -> None:
        self._grid, self._settings, self._training, self._server = grid, settings, training, server
        self.missing: set[int] = set()
        """The nodes that left."""

    def owed(self, ids: Sequence[int], session: bytes) -> dict[int, ConfigRecord]:
        """The messages that open the present round."""
        return {id: session_record(session, message=bytes(self._server.message(id))) for id in ids}

    def ask(
        self,
        action: str,
        records: Mapping[int, ConfigRecord],
        on_reply: Callable[[int, Message], None] = lambda id, reply: None,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """A round without training."""
        seconds = self._settings.phase_timeout
        messages = {
            # Who comes back later need not work on what nobody waits for.
            id: self._training.message(
                id, RecordDict({RECORD: record}), query(action), ttl=2 * seconds
            )
            for id, record in records.items()
        }
        self.collect(messages, seconds, on_reply, enough)

    def collect(
        self,
        messages: Mapping[int, Message],
        seconds: float,
        on_reply: Callable[[int, Message], None] = lambda id, reply: None,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Sends messages and hands the answers to the server, which drops what is wrong."""
        by_node = {message.metadata.dst_node_id: message for message in messages.values()}
        ids = {message.metadata.dst_node_id: id for id, message in messages.items()}
        waiting = set(ids.values())
        arriving = replies(self._grid, by_node, seconds, self._settings.poll_interval, enough)
        for node, reply in arriving:
            id = ids[node]
            waiting.discard(id)
            if reply.has_error():
                self._lost(id, f"error {reply.error.code}: {reply.error.reason}")
                continue
            try:
                self._server.receive(id, unpacked(reply.content))
                on_reply(id, reply)
            except (secagg.MessageRefused, Malformed) as error:
                self._lost(id, f"its message was refused: {error}")
        for id in sorted(waiting & set(self._server.awaited)):
            self._lost(id, "no reply in time")

    def _lost(self, id: int, reason: str) -> None:
        node = self._training.node(id)
        log(WARNING, "secagg: node %s has left the round: %s", node, reason)
        self.missing.add(node)
