"""Session parameters (section 3) and the layout of vectors (section 4)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from .encoding import LABEL_APPLICATION_CONTEXT, LABEL_PARAMETERS, hash_, lp, u8, u64
from .errors import ParametersError

SEMI_HONEST: Final = 1
MALICIOUS: Final = 2
CHACHA20: Final = 1
AES256_CTR: Final = 2
UNSIGNED: Final = 1
SIGNED: Final = 2
LARGEST_COHORT: Final = 2**20


def application_context(content: bytes) -> bytes:
    """The recommended digest of a content of the application's own (section 3)."""
    return hash_(LABEL_APPLICATION_CONTEXT, lp(content))


@dataclass(frozen=True)
class Layout:
    """How elements are packed into words (section 4)."""

    element_count: int
    value_bits: int
    lane_bits: int
    lanes_per_word: int
    lane_kind: int

    @staticmethod
    def of(
        element_count: int,
        minimum_value_bits: int,
        maximum_contributors: int,
        lane_kind: int = UNSIGNED,
    ) -> "Layout":
        is_signed = lane_kind == SIGNED
        headroom = 0 if is_signed else (maximum_contributors - 1).bit_length()
        most = 52 if is_signed else 62
        if not 2 <= minimum_value_bits <= most or minimum_value_bits + headroom > 64:
            raise ParametersError("lanes")
        if not 1 <= element_count <= 2**32:
            raise ParametersError("elementCount")
        lanes_per_word = 64 // (minimum_value_bits + headroom)
        lane_bits = 64 // lanes_per_word
        value_bits = min(lane_bits, 52) if is_signed else lane_bits - headroom
        return Layout(element_count, value_bits, lane_bits, lanes_per_word, lane_kind)

    @property
    def is_signed(self) -> bool:
        return self.lane_kind == SIGNED

    @property
    def smallest_element(self) -> int:
        return -(1 << self.value_bits - 1) if self.is_signed else 0

    @property
    def largest_element(self) -> int:
        return (1 << self.value_bits - self.is_signed) - 1

    @property
    def element_words(self) -> int:
        return -(-self.element_count // self.lanes_per_word)

    @property
    def word_count(self) -> int:
        return self.element_words + 1

    def pack(self, elements: list[int]) -> list[int]:
        """The words of a client's vector, the contributor count of 1 last."""
        assert len(elements) == self.element_count
        least, most = self.smallest_element, self.largest_element
        assert all(least <= e <= most for e in elements), "an element exceeds its bound"
        result = []
        for at in range(0, len(elements), self.lanes_per_word):
            word = 0
            for lane, element in enumerate(elements[at : at + self.lanes_per_word]):
                word += element << (self.lane_bits * lane)
            result.append(word % 2**64)
        return result + [1]

    def unpack(self, words: list[int]) -> list[int] | None:
        """The lanes of summed words, or nothing if a bit of no unsigned lane is set (section 12)."""
        if self.is_signed:
            return self._unpack_signed(words)
        result: list[int] = []
        for word in words[: self.element_words]:
            lanes = min(self.lanes_per_word, self.element_count - len(result))
            for _ in range(lanes):
                result.append(word & ((1 << self.lane_bits) - 1))
                word >>= self.lane_bits
            if word:
                return None
        return result

    def _unpack_signed(self, words: list[int]) -> list[int]:
        """Section 4.2: from the lowest lane up, each taken off before the next is read."""
        result: list[int] = []
        half = 1 << self.lane_bits - 1
        for word in words[: self.element_words]:
            for _ in range(self.lanes_per_word):
                element = (word + half) % (2 * half) - half
                result.append(element)
                word = (word - element) >> self.lane_bits
        return result[: self.element_count]


@dataclass(frozen=True)
class SessionParameters:
    """What server and clients of a session agree on (section 3)."""

    session_id: bytes
    threat_model: int
    cohort_size: int
    degree: int
    threshold: int
    element_count: int
    value_bits: int
    maximum_contributors: int
    minimum_contributors: int
    lane_kind: int
    mask_cipher: int
    application_context: bytes

    @property
    def is_malicious(self) -> bool:
        return self.threat_model == MALICIOUS

    def check_layout(self) -> None:
        """Sections 3 and 4: the rule for lanes reproduces `value_bits`."""
        if self.layout.value_bits != self.value_bits:
            raise ParametersError("lanes")

    def check_ranges(self) -> None:
        """The table of section 3, in the order of section 13."""
        if not 3 <= self.cohort_size <= LARGEST_COHORT:
            raise ParametersError("cohortSize")
        complete = self.degree == self.cohort_size - 1
        if not complete and not (self.degree % 2 == 0 and 0 < self.degree < self.cohort_size):
            raise ParametersError("degree")
        if not 2 <= self.threshold <= self.degree:
            raise ParametersError("threshold")
        if self.is_malicious and 2 * self.threshold <= self.degree:
            raise ParametersError("thresholdBelowMajority")
        if not self.threshold < self.maximum_contributors <= self.cohort_size:
            raise ParametersError("maximumContributors")
        if not 2 <= self.minimum_contributors <= self.maximum_contributors:
            raise ParametersError("minimumContributors")

    @cached_property
    def layout(self) -> Layout:
        return Layout.of(
            self.element_count, self.value_bits, self.maximum_contributors, self.lane_kind
        )

    @cached_property
    def encoding(self) -> bytes:
        """The canonical encoding P."""
        return (
            self.session_id
            + u8(self.threat_model)
            + u64(self.cohort_size)
            + u64(self.degree)
            + u64(self.threshold)
            + u64(self.element_count)
            + u64(self.value_bits)
            + u64(self.maximum_contributors)
            + u64(self.minimum_contributors)
            + u8(self.lane_kind)
            + u8(self.mask_cipher)
            + self.application_context
        )

    @cached_property
    def digest(self) -> bytes:
        """S."""
        return hash_(LABEL_PARAMETERS, self.encoding)
