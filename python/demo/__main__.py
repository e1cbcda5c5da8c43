"""Three runs of the digits example.

1. plain FedAvg in Flower's simulation: what there is to compare with
2. the same with secure aggregation
3. on a SuperLink and four SuperNodes with TLS; one SuperNode is killed while it trains

Fails unless the accuracy is that of plain FedAvg, and the round of the killed SuperNode has a sum."""

import argparse
import re
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .applications import plain_application, secured_application
from .certificates import make_certificates
from .federation import NODES, Outcome, SuperLink, super_node
from .processes import end_remaining, wait_until

DATA = Path(__file__).resolve().parents[2] / "Sources" / "Experiments" / "Resources"
ROUNDS = 5
TOLERANCE = 0.015
"""Of the accuracy; one test image is 0.0028."""
TIMEOUTS = {"train-timeout": 600.0, "phase-timeout": 600.0}
"""Nobody is given up for being slow, on however busy a machine: that the killed SuperNode is gone is
what the SuperLink says when its heartbeats stay away."""
PAUSE = 10.0
"""Seconds of training, in which the SuperNode has to be killed."""


def in_simulation(folder: Path, applications: dict[str, Path]) -> dict[str, Outcome]:
    outcomes = {}
    link = SuperLink(folder, "superlink-simulation", None)
    with link.process:
        for name, application in applications.items():
            config: dict[str, Any] = {"data": str(DATA), "num-server-rounds": ROUNDS}
            config |= TIMEOUTS
            run = link.run(application, name, config, {"num-supernodes": NODES})
            with run.process:
                outcomes[name] = run.outcome()
    return outcomes


def on_super_nodes(folder: Path, application: Path, killed: int, in_round: int) -> Outcome:
    certificates = make_certificates(folder)
    with ExitStack() as processes:
        link = SuperLink(folder, "superlink", certificates)
        processes.enter_context(link.process)
        nodes = [super_node(folder, n, link, certificates, DATA) for n in range(NODES)]
        for node in nodes:
            processes.enter_context(node)
        for number, node in enumerate(nodes):
            wait_until(lambda n=node: n.says("SuperNode ID"), f"SuperNode {number} joins")
        config = {
            "data": str(DATA),
            "num-server-rounds": 3,
            # The first round has all, since all have joined; the others what is left.
            "nodes": NODES - 1,
            "pause": PAUSE,
        } | TIMEOUTS
        run = link.run(application, "deployment", config, {})
        processes.enter_context(run.process)
        training = f"partition {killed}: training in round {in_round}"
        wait_until(
            lambda: nodes[killed].says(training) or run.process.has_ended,
            f"SuperNode {killed} trains",
        )
        nodes[killed].kill()
        print(f"   SuperNode {killed} killed while it trained in round {in_round}", flush=True)
        return run.outcome()


def check(condition: bool, what: str, failed: list[str]) -> None:
    print(f"{'ok    ' if condition else 'FAILED'} {what}")
    if not condition:
        failed.append(what)


def percent(values: list[float]) -> str:
    return " ".join(f"{100 * value:5.1f}" for value in values)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="a new folder for logs, which is kept")
    arguments = parser.parse_args()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="secagg-flower-") as temporary,
        ExitStack() as processes,
    ):
        folder = arguments.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        processes.callback(end_remaining, folder)
        secured = secured_application(folder)
        print("1, 2. In Flower's simulation, without and with secure aggregation", flush=True)
        simulated = in_simulation(folder, {"plain": plain_application(folder), "secured": secured})
        print(f"3. On a SuperLink and {NODES} SuperNodes with TLS", flush=True)
        deployed = on_super_nodes(folder, secured, killed=3, in_round=2)
    plain, secure = simulated["plain"], simulated["secured"]
    print()
    print(f"accuracy in %, round 0 to {ROUNDS}")
    print(f"   plain FedAvg               {percent(plain.accuracy)}")
    print(f"   secure, simulation         {percent(secure.accuracy)}")
    print(f"   secure, 4 SuperNodes, TLS  {percent(deployed.accuracy)}   one killed in round 2")
    print()
    failed: list[str] = []
    sums = [
        tuple(map(int, found))
        for found in re.findall(r"the sum of (\d+) of (\d+) nodes", deployed.log)
    ]
    differences = [abs(a - b) for a, b in zip(plain.accuracy, secure.accuracy, strict=True)]
    check(max(differences) <= TOLERANCE, "simulation: the accuracy is that of plain FedAvg", failed)
    check(len(secure.train) == ROUNDS, "simulation: no round was skipped", failed)
    check(
        abs(deployed.accuracy[1] - plain.accuracy[1]) <= TOLERANCE,
        "SuperNodes: the accuracy of the first round is that of plain FedAvg",
        failed,
    )
    check(len(deployed.train) == 3, "SuperNodes: no round was skipped", failed)
    check(sums[:2] == [(4, 4), (3, 4)], "SuperNodes: the round of the killed one has a sum", failed)
    check(deployed.accuracy[-1] > 0.75, "SuperNodes: the model has learnt", failed)
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
