"""Weighted whole numbers as counters, so that their sums, and thus their means, are exact.

A client multiplies a number by its weight and adds the product in digits of 16 bits, the lowest first. The sums
of the digits of all clients give the sum of the products, with carries."""

from typing import Final

import numpy

from .arrays import Numbers

BITS: Final = 16
"""Of a digit. Every vector of the plug-in has room for it."""
WEIGHT_BITS: Final = 32
"""Of the largest weight."""
_MASK: Final = numpy.uint64((1 << BITS) - 1)


def count_for(bits: int) -> int:
    """The number of digits of a number of so many bits, times a weight."""
    return -(-(bits + WEIGHT_BITS) // BITS)


def weighted(numbers: Numbers, bits: int, weight: int) -> Numbers:
    """Numbers below 2^bits (at most 64) times a weight: `count_for(bits)` rows, one for each digit."""
    rows = numpy.empty((count_for(bits), numbers.size), numpy.uint64)
    rest = numbers.astype(numpy.uint64)
    carry = numpy.zeros(numbers.size, numpy.uint64)
    for row in rows:
        # Below 2^48 + 2^33.
        product = (rest & _MASK) * numpy.uint64(weight) + carry
        row[:] = product & _MASK
        carry = product >> numpy.uint64(BITS)
        rest >>= numpy.uint64(BITS)
    return rows


def means(sums: Numbers, total_weight: int) -> Numbers:
    """The weighted means of numbers of at most 64 bits, from the sums of their digits, rounded to the nearest.

    :param sums: a row for each digit; at most 2^32 times a digit.
    :param total_weight: 1 to 2^47 - 1.
    """
    digits = numpy.zeros((len(sums) + 2, sums.shape[1]), numpy.uint64)
    half = total_weight // 2
    carry = numpy.zeros(sums.shape[1], numpy.uint64)
    for place in range(len(digits)):
        carry += numpy.uint64(half >> (BITS * place) & 0xFFFF)
        if place < len(sums):
            carry += sums[place]
        digits[place] = carry & _MASK
        carry >>= numpy.uint64(BITS)
    divisor = numpy.uint64(total_weight)
    quotient = numpy.zeros(sums.shape[1], numpy.uint64)
    rest = numpy.zeros(sums.shape[1], numpy.uint64)
    for digit in digits[::-1]:
        rest = (rest << numpy.uint64(BITS)) | digit
        quotient = (quotient << numpy.uint64(BITS)) | rest // divisor
        rest %= divisor
    return quotient


def total(sums: Numbers) -> int:
    """The sum of the products of one number."""
    return sum(int(sum_) << (BITS * place) for place, sum_ in enumerate(sums))
