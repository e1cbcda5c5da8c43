"""Computes the test vectors with the second implementation.

    python verify_vectors.py [FOLDER]

Fails on any difference, on any key of a vector file that it does not know, and on any file in the
folder that it does not know or misses."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

try:
    from verification.averages import check_averaging, check_private_averaging
    from verification.masking import check_mask
    from verification.parameters import check_digest
    from verification.records import Case, Difference, Tally, check_keys
    from verification.recovery import check_recovery
    from verification.refusals import check_refused_bytes, check_refused_message
    from verification.refused_sessions import check_refused_session
    from verification.rosters import check_graph, check_key, check_roster
    from verification.rotation import check_rotation
    from verification.sessions import check_session
    from verification.sharing_cases import check_sharing
except ModuleNotFoundError as error:
    if error.name != "cryptography":
        raise
    sys.exit("the package `cryptography` is missing: python3 -m pip install cryptography")

TRANSCRIPTS = [
    "session-input-context",
    "session-malicious",
    "session-malicious-sparse",
    "session-semi-honest",
    "session-semi-honest-sparse",
    "session-signed",
]


def cases_of(folder: Path, name: str) -> list[Case]:
    contents = json.loads((folder / f"{name}.json").read_text())
    check_keys(contents, ["about", "cases"], "file")
    cases: list[Case] = contents["cases"]
    return cases


def checks_for(folder: Path) -> dict[str, Callable[[Case, Tally], None]]:
    """The check of each file's cases."""
    transcripts = {name: cases_of(folder, name)[0] for name in TRANSCRIPTS}
    return {
        "session-digests": check_digest,
        "public-keys": check_key,
        "rosters": check_roster,
        "graphs": check_graph,
        "sharing": check_sharing,
        "masks": check_mask,
        "rotation": check_rotation,
        **{name: check_session for name in TRANSCRIPTS},
        "recovery": lambda case, tally: check_recovery(case, transcripts, tally),
        "averaging": check_averaging,
        "private-averaging": check_private_averaging,
        "refused-sessions": check_refused_session,
        "refused-bytes": check_refused_bytes,
        "refused-messages": lambda case, tally: check_refused_message(case, transcripts, tally),
    }


def failures_of(cases: list[Case], check: Callable[[Case, Tally], None], tally: Tally) -> list[str]:
    failures = []
    for number, case in enumerate(cases):
        try:
            check(case, tally)
        except Difference as error:
            failures.append(f"case {number}: {error}")
        except Exception as error:  # a vector that the implementation stumbles over
            failures.append(f"case {number}: {type(error).__name__}: {error}")
    return failures


def main(folder: Path) -> int:
    checks = checks_for(folder)
    if odd := {path.stem for path in folder.glob("*.json")} ^ set(checks):
        sys.exit(f"{folder}: files {sorted(odd)} are missing or unknown")
    total, failed = Tally(), 0
    for name, check in checks.items():
        before = total.compared
        cases = cases_of(folder, name)
        failures = failures_of(cases, check, total)
        for failure in failures:
            print(f"{name}, {failure}")
        failed += len(failures)
        print(f"{name}: {len(cases)} cases, {total.compared - before} values compared")
    print(f"{len(checks)} files, {total.compared} values compared, {failed} cases differ")
    return 1 if failed else 0


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "TestVectors"
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
