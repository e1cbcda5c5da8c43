"""Plays sessions in which both implementations take part, and compares what they do.

    python -m sessions PROGRAM [--sessions N] [--first N] [--damaged N] [--seed N]
    python -m sessions --only python [--sessions N] [--first N] [--seed N]

PROGRAM is the package's `secagg-role`. Every session has random parameters, clients of both, and
random dropouts in all rounds. With `--only python` this implementation plays alone. The seed and
its number make a session. To run a session again alone, except for its secrets, give `--seed`,
`--first` and `--sessions 1`."""

import argparse
import random
import sys
import time
from pathlib import Path

from .parsing import compare_parsers
from .plan import plan
from .session import Session
from .signatures import compare_verifiers
from .tally import Disagreement, Tally

VECTORS = Path(__file__).resolve().parents[2] / "TestVectors"


def run_session(seed: int, number: int, program: str | None, tally: Tally) -> None:
    rng = random.Random(f"{seed} {number}")
    drawn = plan(rng, number)
    try:
        session = Session(rng, program, drawn, tally)
        try:
            tally.outcomes[session.run()] += 1
        finally:
            session.close()
    except Exception as error:  # a right message refused, a role that stopped
        about = f"session {number} ({drawn.about})"
        raise Disagreement(f"{about}: {type(error).__name__}: {error}") from error


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sessions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("program", nargs="?", help="the package's secagg-role")
    parser.add_argument("--only", choices=["python"], help="play without the package")
    parser.add_argument("--sessions", type=int, default=96, help="how many to play; 96")
    parser.add_argument("--first", type=int, default=0, help="the number of the first session")
    parser.add_argument("--damaged", type=int, default=5000, help="damaged messages to parse; 5000")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().getrandbits(32), help="random if absent"
    )
    options = parser.parse_args()
    if (options.program is None) != (options.only == "python"):
        parser.error("Expected either PROGRAM or --only python.")
    print(f"seed {options.seed}", flush=True)
    start, tally, failures = time.monotonic(), Tally(), 0
    for number in range(options.first, options.first + options.sessions):
        try:
            run_session(options.seed, number, options.program, tally)
        except Disagreement as error:
            failures += 1
            print(f"{error!s:.4000}")
    try:
        if options.program is not None:
            rng = random.Random(f"{options.seed} parsing")
            compare_parsers(rng, options.program, VECTORS, options.damaged, tally)
        compare_verifiers(options.program, tally)
    except Disagreement as error:
        failures += 1
        print(f"{error!s:.4000}")
    print("\n".join(tally.lines()))
    print(
        f"seed {options.seed}: {options.sessions} sessions, {tally.outcomes['sum']} sums, "
        f"{tally.refusals.total()} wrong messages, {failures} disagreements, "
        f"{time.monotonic() - start:.0f} s"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
