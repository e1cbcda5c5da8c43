"""`averaging.json` and `private-averaging.json` (sections 18 and 19)."""

from collections.abc import Mapping, Sequence
from math import isclose

from secagg_reference.averaging import Averaging, Layer
from secagg_reference.encoding import read_doubles
from secagg_reference.private_averaging import PrivateAveraging, Sampling

from .records import Case, Difference, Tally, check_keys, unhex

MEAN_TOLERANCE = 1e-12
TOLERANCE = 1e-9

AVERAGING = (
    "task round layers parameters bound largest_weight value_bits maximum_contributors weight"
    " update sums contributors"
).split()
PRIVATE_AVERAGING = (
    "task round layers parameters clipping_bound noise noise_multiplier bits cohort_size"
    " minimum_contributors corrupt_fraction relation sampling divisor rounding_bias"
    " wrap_probability"
).split()
SAMPLING = {1: ["kind"], 2: ["kind", "probability"], 3: ["kind", "sample_size", "population"]}


def double(text: str) -> float:
    (value,) = read_doubles(unhex(text))
    return value


def _with(names: Sequence[str], optional: str, given: Case) -> list[str]:
    return [*names, optional] if optional in given else list(names)


def _layers(given: Case) -> list[Layer]:
    for record in given["layers"]:
        check_keys(record, ["name", "shape"], "layer")
    return [(record["name"], record["shape"]) for record in given["layers"]]


def _expect_numbers(computed: Mapping[str, int | None], case: Case, tally: Tally) -> None:
    """Whole numbers, or such in strings."""
    for name, value in computed.items():
        tally.expect(value, int(case[name]), name)


def _expect_close(
    computed: Sequence[float], expected: Sequence[float], tolerance: float, about: str, tally: Tally
) -> None:
    close = len(computed) == len(expected) and all(
        isclose(a, b, rel_tol=tolerance, abs_tol=1e-18) for a, b in zip(computed, expected)
    )
    tally.expect(computed if not close else expected, expected, about)


def check_averaging(case: Case, tally: Tally) -> None:
    given = case["input"]
    optional = [name for name in ("norm_bound", "counts_clipping", "counters") if name in given]
    check_keys(given, [*AVERAGING, *optional])
    model, update = (read_doubles(unhex(given[name])) for name in ("parameters", "update"))
    averaging = Averaging(
        parameter_count=len(model),
        bound=double(given["bound"]),
        norm_bound=double(given["norm_bound"]) if "norm_bound" in given else None,
        largest_weight=int(given["largest_weight"]),
        value_bits=int(given["value_bits"]),
        counts_clipping=bool(given.get("counts_clipping", False)),
        counter_count=len(given.get("counters", [])),
    )
    if averaging.largest_weight * int(given["maximum_contributors"]) >= 2**64:
        raise Difference("the total weight may not fit")
    context = averaging.context(given["task"], int(given["round"]), _layers(given), model)
    weight, sums = int(given["weight"]), [int(s) for s in given["sums"]]
    elements = averaging.neighbouring_elements(update, weight)
    contributors = int(given["contributors"])
    total = averaging.total_weight(sums, contributors)
    computed: dict[str, object] = {
        "context": context.hex(),
        "weight_elements": [str(e) for e in averaging.weight_elements(weight)],
        "lower_elements": [str(lower) for lower, _ in elements],
        "upper_elements": [str(upper) for _, upper in elements],
    }
    if averaging.counts_clipping:
        counts = averaging.clipping_counts(sums, contributors)
        if counts is None:
            raise Difference("honest contributors cannot have these counts of clipping")
        computed["clipping_elements"] = [str(e) for e in averaging.clipping_elements(update)]
        computed["clipped_coordinates"], computed["largest_coordinates"], norms = counts
        if norms is not None:
            computed["norms"] = norms
    if "counters" in given:
        counters = [int(counter) for counter in given["counters"]]
        computed["counter_elements"] = [str(e) for e in averaging.counter_elements(counters)]
        computed["counter_sums"] = [str(s) for s in averaging.counters(sums)]
    numbers = {"element_count": averaging.element_count, "total_weight": total}
    tally.expect_record(computed, case, given=["input", "mean", *numbers])
    _expect_numbers(numbers, case, tally)
    tally.expect(len(sums), averaging.element_count, "number of sums")
    if total is None:
        raise Difference("honest contributors cannot have this total weight")
    mean = averaging.mean(sums, contributors, total)
    _expect_close(mean, read_doubles(unhex(case["mean"])), MEAN_TOLERANCE, "mean", tally)


def check_private_averaging(case: Case, tally: Tally) -> None:
    given = case["input"]
    check_keys(given, _with(PRIVATE_AVERAGING, "clip_bit_deviation", given))
    model = read_doubles(unhex(given["parameters"]))
    averaging = PrivateAveraging(
        parameter_count=len(model),
        clipping_bound=double(given["clipping_bound"]),
        noise=int(given["noise"]),
        noise_multiplier=double(given["noise_multiplier"]),
        bits=int(given["bits"]),
        cohort_size=int(given["cohort_size"]),
        minimum_contributors=int(given["minimum_contributors"]),
        corrupt_fraction=double(given["corrupt_fraction"]),
        relation=int(given["relation"]),
        sampling=_sampling(given["sampling"]),
        divisor=int(given["divisor"]),
        clip_bit_deviation=(
            double(given["clip_bit_deviation"]) if "clip_bit_deviation" in given else None
        ),
        rounding_bias=double(given["rounding_bias"]),
        wrap_probability=double(given["wrap_probability"]),
    )
    context = averaging.context(given["task"], int(given["round"]), _layers(given), model)
    numbers = {
        "clip_bit_weight": averaging.clip_bit_weight,
        "sensitivity": averaging.sensitivity,
        "share_deviation": averaging.share_deviation,
        "scale": averaging.scale,
        "rounded_bound": averaging.rounded_bound,
    }
    applying = {name: value for name, value in numbers.items() if value is not None}
    whole = {"honest": averaging.honest, "dimension": averaging.dimension}
    tally.expect_record({"context": context.hex()}, case, given=["input", *whole, *applying])
    _expect_numbers(whole, case, tally)
    for name, value in applying.items():
        _expect_close([value], [double(case[name])], TOLERANCE, name, tally)


def _sampling(record: Case) -> Sampling:
    check_keys(record, SAMPLING[record["kind"]], "sampling")
    probability = double(record["probability"]) if "probability" in record else 0
    size, population = (int(record.get(name, 0)) for name in ("sample_size", "population"))
    return Sampling(record["kind"], probability, size, population)
