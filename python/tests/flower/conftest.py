"""What the rounds of these tests run on."""

import time

import pytest


class Clock:
    """In the place of `time`, for both ends: time passes when somebody sleeps, and at no other moment.

    Who answers in time, and who too late, does not depend on how busy the machine is."""

    process_time = staticmethod(time.process_time)

    def __init__(self) -> None:
        self._now = 1000.0

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self._now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    for module in ("secagg.flower.server.exchange", "secagg.flower.server.secure_round"):
        monkeypatch.setattr(f"{module}.time", clock)
    monkeypatch.setattr("in_process_grid.time", clock)
    return clock
