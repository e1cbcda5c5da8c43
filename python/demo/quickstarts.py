"""The models of Flower's quickstarts under all strategies that a secure sum is right for.

1. In Flower's simulation, with and without secure aggregation: the accuracy must be the same.
2. On SuperNodes with TLS; a SuperNode is killed in each phase of a round, and another started in its place.

    python -m demo.quickstarts --models numpy sklearn torch

scikit-learn and PyTorch have to be installed for their models."""

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .__main__ import DATA
from .certificates import make_certificates
from .federation import NODES, Run, SuperLink, super_node
from .processes import Running, end_remaining, wait_until

APPLICATION = Path(__file__).resolve().parents[1] / "quickstarts"
STRATEGIES = ["FedAvg", "FedAvgM", "FedProx", "FedAdam", "FedYogi", "FedAdagrad"]
PHASES = ["keys", "shares", "training", "unmasking"]
TOLERANCE = 0.02
"""Of the accuracy on 360 images."""


def finished(run: Run, report: Path) -> dict[str, Any]:
    wait_until(lambda: run.process.has_ended or report.exists(), "the run", seconds=3000)
    if not report.exists():
        raise RuntimeError(f"the run failed:\n{run.process.text()[-6000:]}")
    time.sleep(1)
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def configuration(folder: Path, model: str, strategies: list[str], rounds: int) -> dict[str, Any]:
    return {
        "data": str(DATA),
        "report": str(folder / "quickstarts.json"),
        "model": model,
        "strategies": ",".join(strategies),
        "num-server-rounds": rounds,
        "nodes": NODES,
    }


def simulated(model: str, variant: str, strategies: list[str], rounds: int) -> dict[str, Any]:
    os.environ["QUICKSTARTS"] = variant
    with tempfile.TemporaryDirectory(prefix="secagg-quick-") as temporary, ExitStack() as processes:
        folder = Path(temporary)
        processes.callback(end_remaining, folder)
        link = SuperLink(folder, "superlink", None)
        processes.enter_context(link.process)
        report = folder / "quickstarts.json"
        config = configuration(folder, model, strategies, rounds)
        run = link.run(APPLICATION, "run", config, {"num-supernodes": NODES}, report)
        processes.enter_context(run.process)
        return finished(run, report)


def deployed(model: str, strategies: list[str], rounds: int) -> tuple[dict[str, Any], list[str]]:
    """Kills a SuperNode in one phase of each round of the first strategy. Returns the report and the sums."""
    os.environ["QUICKSTARTS"] = "secured"
    with tempfile.TemporaryDirectory(prefix="secagg-quick-") as temporary, ExitStack() as processes:
        folder = Path(temporary)
        processes.callback(end_remaining, folder)
        certificates = make_certificates(folder)
        link = SuperLink(folder, "superlink", certificates)
        processes.enter_context(link.process)

        def started(number: int, name: str = "") -> Running:
            node = super_node(folder, number, link, certificates, DATA, name)
            processes.enter_context(node)
            wait_until(lambda: node.says("SuperNode ID"), "a SuperNode joins")
            return node

        nodes = [started(number) for number in range(NODES)]
        report = folder / "quickstarts.json"
        config = configuration(folder, model, strategies, rounds)
        run = link.run(APPLICATION, "run", config, {}, report)
        processes.enter_context(run.process)
        for round, phase in enumerate(PHASES, start=1):
            # Round by round, in the phase that the server has just opened.
            line = f"secagg: round {round}, {phase}: "
            wait_until(lambda text=line: run.process.says(text), line)
            nodes[-1].kill()
            print(f"   {model}: a SuperNode killed in round {round}, {phase}", flush=True)
            nodes[-1] = started(NODES - 1, f"-again-{round}")
        found = finished(run, report)
        text = run.process.text()
        sums = [line for line in text.splitlines() if "the sum of" in line]
        return found, sums


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["numpy"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--place", choices=["simulation", "SuperNodes"])
    parser.add_argument("--strategies", nargs="+", default=STRATEGIES)
    arguments = parser.parse_args()
    failed = 0
    if arguments.place != "SuperNodes":
        print("| model | strategy | plain | secure | largest difference at the nodes |")
        print("|---|---|---|---|---|")
    for model in arguments.models:
        if arguments.place == "SuperNodes":
            continue
        plain, secure = (
            simulated(model, variant, arguments.strategies, arguments.rounds)
            for variant in ("plain", "secured")
        )
        for name in arguments.strategies:
            mine, theirs = secure[name], plain[name]
            differences = [abs(mine["nodes"][n] - a) for n, a in theirs["nodes"].items()]
            good = max(differences) <= TOLERANCE and len(differences) == arguments.rounds
            failed += not good
            print(
                f"| {model} | {name} | {100 * theirs['server']:.1f} % | {100 * mine['server']:.1f} % |"
                f" {100 * max(differences):.1f} points{'' if good else ', FAILED'} |",
                flush=True,
            )
    for model in arguments.models:
        if arguments.place == "simulation":
            continue
        found, sums = deployed(model, arguments.strategies, arguments.rounds)
        print("\n".join(f"   {line.split('secagg: ')[-1]}" for line in sums))
        for name in arguments.strategies:
            accuracy = found[name]["server"]
            good = len(found[name]["nodes"]) == arguments.rounds and accuracy > 0.7
            failed += not good
            print(f"   {model}, {name}: {100 * accuracy:.1f} %{'' if good else ', FAILED'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
