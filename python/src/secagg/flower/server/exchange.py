"""One message to each of several nodes, and their replies as they come."""

import time
from collections.abc import Callable, Iterator, Mapping
from logging import WARNING

from flwr.app import Message
from flwr.common import log
from flwr.serverapp import Grid


def replies(
    grid: Grid,
    messages: Mapping[int, Message],
    seconds: float,
    interval: float,
    enough: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[int, Message]]:
    """Pairs of node and reply, until all have replied, `enough` says so or the time is over.

    Each node counts once. What comes after the end is not asked for any more, so that late replies
    disturb nothing."""
    deadline = time.monotonic() + seconds
    pending: dict[str, int] = {}
    for node, message in messages.items():
        # One at a time: a grid may leave out ids of messages that it could not push, and limits how
        # much may be pushed at once.
        pushed = [id for id in grid.push_messages([message]) if id]
        if pushed:
            pending[pushed[0]] = node
        else:
            log(WARNING, "secagg: nothing could be sent to node %s", node)
    while pending:
        for reply in grid.pull_messages(list(pending)):
            if reply.metadata.reply_to_message_id not in pending:
                continue
            node = pending.pop(reply.metadata.reply_to_message_id)
            if not reply.has_error() and reply.metadata.src_node_id != node:
                log(WARNING, "secagg: a reply to node %s came from another and is dropped", node)
                continue
            yield node, reply
        if enough() or not pending:
            return
        left = deadline - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(interval, left))
