"""Flower's programs as processes that end with the demonstration."""

import contextlib
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self


def program(name: str) -> str:
    """A program of the environment that runs this."""
    return str(Path(sys.executable).parent / name)


PATIENCE = 900.0
"""Seconds after which something that takes at most a minute and a half is not going to happen."""

_ports = itertools.count(random.SystemRandom().randrange(10_000, 28_000))
"""Below those from which systems choose the ports of connections: what is free stays free until the
program that is told of it listens, and no two programs are told the same."""


def free_port() -> int:
    for port in _ports:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("ports do not end")


def environment(home: Path) -> dict[str, str]:
    """Nothing is reported to anyone, and each process has a Flower folder of its own."""
    home.mkdir(parents=True, exist_ok=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {
        "PATH": path,
        "FLWR_HOME": str(home),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
        "PYTHONUNBUFFERED": "1",
    }


class Running:
    """A process with all its children, whose output is in a file."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(folder / f"{name}-home"),
                start_new_session=True,
            )

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def says(self, line: str) -> bool:
        """Whether it has said so by now. What has ended without will not."""
        ended, text = self.has_ended, self.text()
        if ended and line not in text:
            raise RuntimeError(f"{self.name} ended without {line!r}:\n{text[-3000:]}")
        return line in text

    def kill(self) -> None:
        """At once, and without a word to anybody."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def end_remaining(folder: Path) -> None:
    """Flower's workers look for their parents and end by themselves, after a while. Those that have
    not by then, and were started with a Flower folder in this one, are ended."""
    with contextlib.suppress(TimeoutError):
        wait_until(lambda: not _started_in(folder), "the end of all processes", seconds=15)
    for pid in _started_in(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _started_in(folder: Path) -> list[int]:
    mark = f"FLWR_HOME={folder}{os.sep}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if any(line.startswith(mark) for line in entry.read_bytes().split(b"\0")):
                found.append(int(entry.parent.name))
    return found


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    for _ in _ticks(seconds):
        if condition():
            return
    raise TimeoutError(f"{what}: not within {seconds:.0f} s")


def _ticks(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.2)
