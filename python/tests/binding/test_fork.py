"""Children of a process that uses the library in several threads."""

import os
import threading
import time

import secagg

from .rounds import client, fedavg, session

CHILDREN = 150


def child(inherited: list[secagg.Client]) -> None:
    """Drops what it has inherited, and makes something of its own."""
    inherited.clear()
    parameters = session(fedavg())
    assert len(client(parameters).message()) > 0


def test_a_child_drops_what_it_inherited():
    """While threads of the parent make and free objects, a fork may come at any moment."""
    parameters = session(fedavg())
    inherited = [client(parameters)]
    is_over = threading.Event()

    def work() -> None:
        while not is_over.is_set():
            with client(parameters, 2) as other:
                assert other.id == 2

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    ends = []
    try:
        for _ in range(CHILDREN):
            pid = os.fork()
            if pid == 0:
                try:
                    child(inherited)
                    os._exit(0)
                except BaseException:
                    os._exit(1)
            ends.append(ended(pid))
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert ends == [0] * CHILDREN
    assert inherited[0].id == 1


def ended(pid: int) -> int | None:
    """How a process ended; one that does not is killed."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return None
