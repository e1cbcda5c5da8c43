"""Flower's SuperLink and SuperNodes in one process: messages and contexts are serialized on their way,
and nodes can be made to misbehave."""

import copy
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flwr.app import Context, Error, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.common.constant import SUPERLINK_NODE_ID, ErrorCode
from flwr.common.serde import (
    context_from_proto,
    context_to_proto,
    message_from_proto,
    message_to_proto,
)
from flwr.proto.message_pb2 import Context as EncodedContext
from flwr.proto.message_pb2 import Message as EncodedMessage
from flwr.serverapp import Grid
from flwr.supercore.task_identity import TaskIdentity

Fate = Callable[[Message, Callable[[], Message]], list[tuple[float, Message]]]
"""What becomes of a message: replies, and in how many seconds. Calling the second argument lets the
node answer it."""


def answers(message: Message, answer: Callable[[], Message]) -> list[tuple[float, Message]]:
    return [(0.0, answer())]


def silent(message: Message, answer: Callable[[], Message]) -> list[tuple[float, Message]]:
    """The node handles the message, and is gone before it has sent the reply."""
    answer()
    return []


def unreachable(message: Message, answer: Callable[[], Message]) -> list[tuple[float, Message]]:
    """What a SuperLink says of a node that it has lost."""
    error = Error(ErrorCode.NODE_UNAVAILABLE, "node unavailable")
    return [(0.0, Message(error, reply_to=message))]


def twice(message: Message, answer: Callable[[], Message]) -> list[tuple[float, Message]]:
    """The reply comes again, as an equal message."""
    reply = answer()
    return [(0.0, reply), (0.0, reply)]


def late(seconds: float) -> Fate:
    return lambda message, answer: [(seconds, answer())]


@dataclass
class Node:
    app: ClientApp
    config: dict[str, Any]
    state: bytes = b""
    fates: dict[str, Fate] = field(default_factory=dict)
    """By message type, or by the name of a record in the message."""


class InProcessGrid(Grid):
    def __init__(
        self, nodes: Mapping[int, Node], run_id: int = 7, remembering: bool = True
    ) -> None:
        self._remembering = remembering
        self.nodes, self._run_id = dict(nodes), run_id
        # Who makes messages in this process.
        TaskIdentity.task_id, TaskIdentity.run_id = 1, run_id
        TaskIdentity.node_id = SUPERLINK_NODE_ID
        self._replies: list[tuple[float, str, bytes]] = []
        """When they are due, what they reply to, and their bytes."""
        self.up: dict[int, int] = dict.fromkeys(nodes, 0)
        """Bytes that each node has sent."""
        self.down: dict[int, int] = dict.fromkeys(nodes, 0)
        self.log: list[tuple[int, str, frozenset[str]]] = []
        """Which node got which type of message, with which records."""
        self.seen: list[Message] = []
        """Everything that the server side has received."""
        self.client_seconds = 0.0
        """Processor time of the nodes, without that of serialization."""
        self.transport_seconds = 0.0
        """Processor time of serialization."""

    def _context(self, id: int) -> Context:
        node = self.nodes[id]
        context = Context(self._run_id, id, dict(node.config), RecordDict(), {})
        if node.state:
            context.state = context_from_proto(EncodedContext.FromString(node.state)).state
        return context

    def _handled(self, id: int, message: Message) -> Message:
        node = self.nodes[id]
        context = self._context(id)
        began = time.process_time()
        try:
            reply = node.app(message, context)
        except Exception as error:  # as a SuperNode does
            text = f"{type(error)}:<'{error}'>"
            reply = Message(Error(ErrorCode.CLIENT_APP_RAISED_EXCEPTION, text), reply_to=message)
        self.client_seconds += time.process_time() - began
        node.state = context_to_proto(context).SerializeToString()
        return reply

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        ids, began, handling = [], time.process_time(), self.client_seconds
        for message in messages:
            message.metadata.__dict__["_message_id"] = str(uuid.uuid4())
            message.metadata.__dict__["_run_id"] = self._run_id
            id = message.metadata.dst_node_id
            ids.append(message.metadata.message_id)
            encoded = message_to_proto(message).SerializeToString()
            self.down[id] += len(encoded)
            self.log.append((id, message.metadata.message_type, frozenset(message.content)))
            received = message_from_proto(EncodedMessage.FromString(encoded))
            names = {message.metadata.message_type, *message.content}
            fate = next((f for n, f in self.nodes[id].fates.items() if n in names), answers)
            for delay, reply in fate(
                received, lambda r=received, i=id: self._handled(i, copy.deepcopy(r))
            ):
                answered = message_to_proto(reply).SerializeToString()
                if not reply.has_error():
                    self.up[id] += len(answered)
                due, to = time.monotonic() + delay, reply.metadata.reply_to_message_id
                self._replies.append((due, to, answered))
        clients = self.client_seconds - handling
        self.transport_seconds += time.process_time() - began - clients
        return ids

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        began = time.process_time()
        wanted, now, found, kept = set(message_ids), time.monotonic(), [], []
        for due, to, encoded in self._replies:
            if due <= now and to in wanted:
                found.append(message_from_proto(EncodedMessage.FromString(encoded)))
            else:
                kept.append((due, to, encoded))
        self._replies = kept
        if self._remembering:
            self.seen.extend(found)
        self.transport_seconds += time.process_time() - began
        return found

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        return list(self.pull_messages(self.push_messages(messages)))

    def get_node_ids(self) -> Iterable[int]:
        return list(self.nodes)

    def create_message(self, *arguments: Any, **named: Any) -> Message:
        raise NotImplementedError

    def set_run(self, run: Any) -> None:
        pass

    @property
    def run(self) -> Any:
        return None
