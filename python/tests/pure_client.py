"""The client of `Interoperability/`, which shares no code with the library, in rounds with it.

What is new here is section 18 of the specification: from an update to the elements of a vector."""

import random

import numpy
from secagg_reference import wire
from secagg_reference.client import Client, Policy

import secagg


def elements(
    update: numpy.ndarray, weight: int, bound: float, largest_weight: int, value_bits: int
) -> list[int]:
    """Section 18, without a bound of the norm."""
    levels = 2 ** (min(value_bits, 52) - 1) - 1
    result = []
    for coordinate in update.tolist():
        x = max(-bound, min(bound, coordinate)) * (weight / largest_weight)
        scaled = abs(x) * (levels / bound)
        rounded = min(int(scaled) + (random.random() < scaled - int(scaled)), levels)
        result.append(levels + (rounded if x >= 0 else -rounded))
    pieces = -(-largest_weight.bit_length() // value_bits)
    return result + [(weight >> i * value_bits) % 2**value_bits for i in range(pieces)]


class PureClient:
    def __init__(
        self,
        parameters: secagg.Parameters,
        id: int,
        update: numpy.ndarray,
        weight: int,
        context: bytes,
        *,
        bound: float,
        largest_weight: int,
        identity_seed: bytes | None = None,
        directory: dict[int, bytes] | None = None,
    ) -> None:
        read = wire.parse_parameters(bytes(parameters))
        self._client = Client(
            id,
            read,
            elements(update, weight, bound, largest_weight, read.value_bits),
            Policy(application_context=context),
            identity_seed=identity_seed,
            directory=directory,
        )

    def advertise(self) -> bytes:
        return self._client.advertise()

    def answer(self, message: memoryview) -> bytes:
        return self._client.receive(bytes(message))
