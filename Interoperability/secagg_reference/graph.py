"""The neighbour graph and the endorsers (section 8)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .encoding import LABEL_PERMUTATION, hash_, read_words
from .primitives.key_streams import chacha20_stream


def permutation(roster: bytes, count: int) -> list[int]:
    """The rank at each place of the circle."""
    key = hash_(LABEL_PERMUTATION, roster)

    def keystream() -> Iterator[int]:
        block = 0
        while True:
            yield from read_words(chacha20_stream(key, 4096, block))
            block += 64

    stream = keystream()

    def below(bound: int) -> int:
        limit = (2**64 - 1) - (2**64 - 1) % bound
        while (word := next(stream)) >= limit:
            pass
        return word % bound

    circle = list(range(count))
    for place in range(count - 1, 0, -1):
        other = below(place + 1)
        circle[place], circle[other] = circle[other], circle[place]
    return circle


@dataclass(frozen=True)
class Graph:
    """The neighbours of each client, and the endorsers, by ranks."""

    circle: list[int] | None
    """The rank at each place of the circle; none if everyone is everyone's neighbour."""
    neighbours: list[list[int]]
    """The ranks of the neighbours of each rank, ascending."""
    endorsers: list[int]
    """The ranks of those that sign the set of contributors for all others, ascending."""

    @staticmethod
    def of(roster: bytes, count: int, degree: int) -> "Graph":
        """The graph of a roster commitment and a number of clients."""
        if degree >= count - 1:
            everyone = range(count)
            others = [[other for other in everyone if other != rank] for rank in everyone]
            return Graph(None, others, list(everyone))
        circle = permutation(roster, count)
        neighbours: list[list[int]] = [[] for _ in circle]
        for place, rank in enumerate(circle):
            distances = range(1, degree // 2 + 1)
            around = [place + d for d in distances] + [place - d for d in distances]
            neighbours[rank] = sorted(circle[q % count] for q in around)
        return Graph(circle, neighbours, sorted(circle[: degree + 1]))

    def is_connected(self, ranks: Collection[int]) -> bool:
        """Whether the graph restricted to some ranks is connected."""
        left = set(ranks)
        if not left:
            return True
        waiting = [left.pop()]
        while waiting:
            reached = [rank for rank in self.neighbours[waiting.pop()] if rank in left]
            left.difference_update(reached)
            waiting += reached
        return not left
