"""Points of edwards25519, from which Ed25519 signatures can be crafted (section 5)."""

from typing import Final

from secagg_reference.primitives.ed25519 import LOW_ORDER_Y
from secagg_reference.primitives.x25519 import CURVE_PRIME

D: Final = -121665 * pow(121666, -1, CURVE_PRIME) % CURVE_PRIME

Point = tuple[int, int]

NEUTRAL: Final[Point] = (0, 1)


def add(a: Point, b: Point) -> Point:
    p = CURVE_PRIME
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % p
    x = (x1 * y2 + x2 * y1) * pow(1 + t, -1, p)
    y = (y1 * y2 + x1 * x2) * pow(1 - t, -1, p)
    return x % p, y % p


def times(k: int, a: Point) -> Point:
    result = NEUTRAL
    while k:
        if k & 1:
            result = add(result, a)
        a, k = add(a, a), k >> 1
    return result


def points_at(y: int) -> list[Point]:
    """Those with a y coordinate, the one with an even x first."""
    p = CURVE_PRIME
    square = (y * y - 1) * pow(D * y * y + 1, -1, p) % p
    x = pow(square, (p + 3) // 8, p)
    if (x * x - square) % p:
        x = x * pow(2, (p - 1) // 4, p) % p
    if (x * x - square) % p:
        return []
    return sorted({(x, y), (-x % p, y)}, key=lambda point: point[0] % 2)


def encode(a: Point) -> bytes:
    return (a[1] | (a[0] & 1) << 255).to_bytes(32, "little")


BASE: Final = points_at(4 * pow(5, -1, CURVE_PRIME) % CURVE_PRIME)[0]

SMALL_ORDER: Final = [point for y in sorted(LOW_ORDER_Y) for point in points_at(y)]
"""The eight points of small order."""
