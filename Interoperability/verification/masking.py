"""`masks.json` (sections 4 and 10)."""

from secagg_reference import masks
from secagg_reference.encoding import words
from secagg_reference.parameters import Layout

from .records import Case, Tally, check_keys, unhex

INPUT = [
    "seed", "minimum_value_bits", "maximum_contributors", "lane_kind", "elements", "mask_cipher",
    "offset",
]  # fmt: skip


def check_mask(case: Case, tally: Tally) -> None:
    given = case["input"]
    check_keys(given, INPUT)
    elements = [int(element) for element in given["elements"]]
    layout = Layout.of(
        len(elements),
        given["minimum_value_bits"],
        given["maximum_contributors"],
        given["lane_kind"],
    )
    packed = layout.pack(elements)
    cipher, seed = given["mask_cipher"], unhex(given["seed"])
    mask = masks.mask(cipher, seed, len(packed))
    computed = {
        "value_bits": layout.value_bits,
        "lane_bits": layout.lane_bits,
        "lanes_per_word": layout.lanes_per_word,
        "packed_words": words(packed).hex(),
        "mask": words(mask).hex(),
        "mask_from_offset": words(masks.mask(cipher, seed, len(packed), given["offset"])).hex(),
        "added": words(masks.add(packed, mask)).hex(),
        "subtracted": words(masks.subtract(packed, mask)).hex(),
    }
    tally.expect_record(computed, case, given=["input"])
    tally.expect(layout.unpack(packed), elements, "unpacked")
