"""Runs of the example: in Flower's simulation, and on a SuperLink with SuperNodes."""

import contextlib
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .certificates import Certificates
from .processes import Running, free_port, program, wait_until

NODES = 4


@dataclass(frozen=True)
class Outcome:
    accuracy: list[float]
    """Of the model of each round, the initial one first."""
    train: dict[str, dict[str, float]]
    """The metrics of each round that was not skipped."""
    log: str


class SuperLink:
    """A SuperLink of ours, in simulation or for SuperNodes."""

    def __init__(self, folder: Path, name: str, certificates: Certificates | None) -> None:
        self.folder, self.port = folder, free_port()
        self._certificates = certificates
        command = [program("flower-superlink"), "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--disable-runtime-dependency-installation"]
        if certificates:
            command += ["--ssl-ca-certfile", str(certificates.authority)]
            command += ["--ssl-certfile", str(certificates.certificate)]
            command += ["--ssl-keyfile", str(certificates.key)]
        else:
            command += ["--insecure", "--simulation"]
        self.process = Running(name, command, folder)
        wait_until(self._listening, f"{name} starts")

    def _listening(self) -> bool:
        if self.process.has_ended:
            raise RuntimeError(f"the SuperLink ended:\n{self.process.text()[-3000:]}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def run(
        self,
        application: Path,
        name: str,
        config: dict[str, Any],
        federation: dict[str, Any],
        report: Path | None = None,
    ) -> "Run":
        home = self.folder / f"{name}-home"
        home.mkdir()
        secured = (
            f'root-certificates = "{self._certificates.authority}"'
            if (self._certificates)
            else "insecure = true"
        )
        (home / "config.toml").write_text(
            f'[superlink]\ndefault = "here"\n\n[superlink.here]\n'
            f'address = "127.0.0.1:{self.port}"\n{secured}\n'
        )
        report = report or self.folder / f"{name}.json"
        config = config | {"report": str(report)}
        command = [program("flwr"), "run", str(application), "here", "--stream"]
        command += ["--run-config", _toml(config)]
        if federation:
            command += ["--federation-config", _toml(federation)]
        return Run(Running(name, command, self.folder), report)


class Run:
    def __init__(self, process: Running, report: Path) -> None:
        self.process, self._report = process, report

    def outcome(self) -> Outcome:
        """Waits for the end."""
        wait_until(lambda: self.process.has_ended or self._report.exists(), "the run")
        if not self._report.exists():
            raise RuntimeError(f"the run failed:\n{self.process.text()[-6000:]}")
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: self.process.has_ended, "the end of the log", seconds=60)
        report = json.loads(self._report.read_text())
        rounds = sorted(report["accuracy"], key=int)
        return Outcome(
            [report["accuracy"][round] for round in rounds], report["train"], self.process.text()
        )


def super_node(
    folder: Path,
    number: int,
    link: SuperLink,
    certificates: Certificates,
    data: Path,
    name: str = "",
) -> Running:
    config = f'partition-id={number} num-partitions={NODES} data="{data}"'
    command = [program("flower-supernode"), "--root-certificates", str(certificates.authority)]
    command += ["--superlink", f"127.0.0.1:{link.port}", "--node-config", config]
    command += ["--host", "127.0.0.1", "--port", str(free_port())]
    return Running(f"supernode-{number}{name}", command, folder)


def _toml(values: dict[str, Any]) -> str:
    return " ".join(f"{name}={json.dumps(value)}" for name, value in values.items())
