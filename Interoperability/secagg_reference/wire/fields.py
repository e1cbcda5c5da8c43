"""Checks of single fields (section 13)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ..errors import PublicKeyError, WireError
from ..primitives.x25519 import check_public_key
from .decoding import Message
from .limits import LARGEST_LIST, LARGEST_PATH

T = TypeVar("T")
R = TypeVar("R")


def positive(message: Message, name: str) -> int:
    if not (value := message.number(name)):
        raise WireError("missingField", name)
    return value


def fixed(message: Message, name: str, length: int) -> bytes:
    value = message.bytes(name)
    if not value:
        raise WireError("missingField", name)
    if len(value) != length:
        raise WireError("wrongLength", name)
    return value


def enumerated(message: Message, name: str, values: Sequence[int]) -> int:
    value = positive(message, name)
    if value not in values:
        raise WireError("invalidValue", name)
    return value


def entries(items: list[T], parse: Callable[[T], R]) -> tuple[R, ...]:
    if len(items) > LARGEST_LIST:
        raise WireError("tooLarge", "list")
    return tuple(parse(item) for item in items)


def listed_id(value: int) -> int:
    if not value:
        raise WireError("missingField", "id in a list")
    return value


def public_key(message: Message, name: str) -> bytes:
    key = fixed(message, name, 32)
    try:
        check_public_key(key)
    except PublicKeyError as error:
        raise WireError("invalidValue", f"{name} {error.case}") from None
    return key


def path(message: Message, name: str) -> tuple[bytes, ...]:
    found = message.bytes(name)
    if not found:
        raise WireError("missingField", name)
    if len(found) % 32 or len(found) > LARGEST_PATH:
        raise WireError("invalidValue", name)
    return tuple(found[at : at + 32] for at in range(0, len(found), 32))
