"""What a round costs in a real federation: Flower's simulation, and a SuperLink with SuperNodes and TLS.

Clients move a model and train nothing, so that all of the time is the round's. The memory is the largest of any
client process at any time."""

import json
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.certificates import make_certificates
from demo.federation import NODES, SuperLink, super_node
from demo.processes import end_remaining, wait_until

APPLICATION = Path(__file__).parent / "ballast"
VARIANTS = {"plain": "plain FedAvg", "secured": "secagg", "secaggplus": "SecAgg+"}
_CLIENT = re.compile(rb"ray::ClientAppActor|flwr-clientapp|flower-clientapp|clientapp")
_SERVER = re.compile(
    rb"flwr-serverapp|flower-serverapp|serverapp|flwr-simulation|flower-simulation"
)


@dataclass(frozen=True)
class Cost:
    rounds: list[float]
    """Seconds."""
    client_memory: int
    server_memory: int
    """The largest resident set of a process, in bytes."""


class MemoryWatch:
    """Looks at the processes of a federation, all the time."""

    def __init__(self, folder: Path) -> None:
        self._mark = f"FLWR_HOME={folder}{os.sep}".encode()
        self.largest = {"client": 0, "server": 0}
        self._is_over = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.25):
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    command = (folder / "cmdline").read_bytes()
                    kind = "client" if _CLIENT.search(command) else "server"
                    if kind == "server" and not _SERVER.search(command):
                        continue
                    if self._mark not in (folder / "environ").read_bytes():
                        continue
                    found = re.search(r"VmHWM:\s*(\d+) kB", (folder / "status").read_text())
                except OSError:
                    continue
                if found:
                    self.largest[kind] = max(self.largest[kind], 1024 * int(found[1]))


def measure(variant: str, parameters: int, *, deployed: bool, rounds: int) -> Cost:
    with tempfile.TemporaryDirectory(prefix="secagg-bench-") as temporary, ExitStack() as processes:
        folder = Path(temporary)
        processes.callback(end_remaining, folder)
        os.environ["BALLAST"] = variant
        application = folder / "ballast"
        shutil.copytree(APPLICATION, application, ignore=shutil.ignore_patterns("__pycache__"))
        watch = MemoryWatch(folder)
        processes.enter_context(watch.running())
        report = folder / "seconds.json"
        config = {"parameters": parameters, "num-server-rounds": rounds, "nodes": NODES}
        if deployed:
            certificates = make_certificates(folder)
            link = SuperLink(folder, "superlink", certificates)
            processes.enter_context(link.process)
            nodes = [super_node(folder, n, link, certificates, folder) for n in range(NODES)]
            for node in nodes:
                processes.enter_context(node)
            for node in nodes:
                wait_until(lambda n=node: n.says("SuperNode ID"), "a SuperNode joins")
            run = link.run(application, "run", config, {}, report)
        else:
            link = SuperLink(folder, "superlink", None)
            processes.enter_context(link.process)
            run = link.run(application, "run", config, {"num-supernodes": NODES}, report)
        processes.enter_context(run.process)
        wait_until(lambda: run.process.has_ended or report.exists(), "the run", seconds=3000)
        if not report.exists():
            raise RuntimeError(f"{variant}: the run failed:\n{run.process.text()[-6000:]}")
        time.sleep(1)
        return Cost(
            json.loads(report.read_text()), watch.largest["client"], watch.largest["server"]
        )


def table(parameters: int, places: list[str], rounds: int, variants: list[str]) -> None:
    titles = ["", "", "first round", "later rounds", "of plain", "client", "server"]
    print("| " + " | ".join(titles) + " |")
    print("|" + "---|" * len(titles))
    for place in places:
        plain = 0.0
        for variant in variants:
            name = VARIANTS[variant]
            cost = measure(variant, parameters, deployed=place == "SuperNodes", rounds=rounds)
            later = min(cost.rounds[1:])
            plain = plain or later
            cells = [
                place,
                name,
                f"{cost.rounds[0]:.1f} s",
                f"{later:.1f} s",
                f"{later / plain:.2f}",
                f"{cost.client_memory / 1e9:.2f} GB",
                f"{cost.server_memory / 1e9:.2f} GB",
            ]
            print("| " + " | ".join(cells) + " |", flush=True)
