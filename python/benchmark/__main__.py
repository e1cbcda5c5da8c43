"""One round of SecAgg+ and of this package for the same vectors, all parties in this process.

Prints tables in Markdown. The ratio is that of the processor time of all parties; training is no part
of it, and neither is turning messages into bytes and back."""

import argparse
import logging
import sys

import numpy as np

from . import federation, ours, theirs
from .cohort import Cohort, Measured

# Clients, parameters, shares of SecAgg+ (its own included), and whether it is among the large ones.
SIZES = [
    (10, 100_000, 10, False),
    (10, 1_000_000, 10, False),
    (32, 100_000, 32, False),
    (32, 1_000_000, 32, False),
    (100, 100_000, 15, False),
    (100, 1_000_000, 15, True),
    (100, 100_000, 100, True),
]
DROPOUT_FRACTION = 0.25


def cost(large: bool) -> None:
    titles = (
        "clients",
        "parameters",
        "",
        "neighbours, threshold",
        "clients' CPU",
        "server's CPU",
        "ratio",
        "messages' CPU",
        "sent by a client",
        "bytes a parameter",
        "largest error",
    )
    print("| " + " | ".join(titles) + " |")
    print("|" + "---|" * len(titles))
    for clients, parameters, shares, is_large in SIZES:
        if is_large and not large:
            continue
        cohort = Cohort(clients, parameters)
        expected = cohort.mean(list(cohort.ids))
        other = theirs.measure(cohort, {}, shares, max(2, shares * 2 // 3))
        mine = ours.measure(cohort, {}, DROPOUT_FRACTION)
        for name, round, ratio in (
            ("SecAgg+", other, ""),
            ("secagg", mine, f"**{other.seconds / mine.seconds:.0f}**"),
        ):
            if round.mean is None:
                raise RuntimeError(f"{name}: no sum of {clients} clients")
            print(_row(name, cohort, round, ratio, np.abs(round.mean - expected).max()))
            sys.stdout.flush()


def _row(name: str, cohort: Cohort, round: Measured, ratio: str, error: float) -> str:
    cells = [
        f"{cohort.clients}",
        f"10^{len(str(cohort.parameters)) - 1}",
        name,
        round.shape,
        f"{round.client_seconds:.3f} s",
        f"{round.server_seconds:.3f} s",
        ratio,
        f"{round.transport_seconds:.3f} s",
        f"{round.up_bytes / 1e6:.2f} MB",
        f"{round.up_bytes / cohort.parameters:.2f}",
        f"{error:.1e}",
    ]
    return "| " + " | ".join(cells) + " |"


def dropouts() -> None:
    """Of 20 clients, so many leave instead of sending what a phase is for."""
    cohort = Cohort(20, 1000)
    counts = (1, 4)
    print(
        "| 20 clients; leave before sending their | "
        + " | ".join(f"{count}: {name}" for count in counts for name in ("SecAgg+", "secagg"))
        + " |"
    )
    print("|---|" + "---|" * (2 * len(counts)))
    for phase in theirs.PHASES:
        cells = []
        for count in counts:
            gone = list(cohort.ids)[:count]
            staying = [id for id in cohort.ids if id not in gone or phase == "unmasking"]
            expected = cohort.mean(staying)
            for round in (
                theirs.measure(cohort, {phase: gone}, 20, 13),
                ours.measure(cohort, {phase: gone}, DROPOUT_FRACTION),
            ):
                cells.append(_verdict(round, expected))
        print(f"| {phase} | " + " | ".join(cells) + " |")


def _verdict(round: Measured, expected: np.ndarray) -> str:
    if round.mean is None:
        return "no sum"
    return "sum" if np.abs(round.mean - expected).max() < 1e-3 else "**wrong sum**"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="all sizes; about four minutes")
    parser.add_argument("--verbose", action="store_true", help="what Flower logs")
    parser.add_argument(
        "--federation",
        type=int,
        metavar="PARAMETERS",
        help="whole rounds of a model of so many parameters instead, in simulation and on SuperNodes",
    )
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--place", choices=["simulation", "SuperNodes"])
    parser.add_argument(
        "--variants",
        nargs="+",
        choices=list(federation.VARIANTS),
        default=list(federation.VARIANTS),
    )
    arguments = parser.parse_args()
    if arguments.federation:
        places = [arguments.place] if arguments.place else ["simulation", "SuperNodes"]
        federation.table(arguments.federation, places, arguments.rounds, arguments.variants)
        return
    if not arguments.verbose:
        logging.getLogger("flwr").setLevel(logging.CRITICAL)
    cost(arguments.large)
    print()
    dropouts()


main()
