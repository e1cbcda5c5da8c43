"""A client between two messages.

On a SuperNode every message is handled by a new process, and what is to be kept travels through
`context.state`. A client's secrets are sealed there, each time under a new key that lies in a file of
the SuperNode's own. The key is taken away when the client is woken: it is woken once, whoever repeats
a message, or brings an old state back."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from flwr.app import ConfigRecord, Context

import secagg

from ..messages import RECORD, Malformed, field

FOLDER_SETTING = "secagg-folder"
"""The entry of a SuperNode's `--node-config` that names the folder of its keys."""


def _folder(context: Context) -> Path:
    named = context.node_config.get(FOLDER_SETTING)
    if named:
        return Path(str(named)).expanduser()
    home = os.environ.get("FLWR_HOME")
    return (Path(home) if home else Path.home() / ".flwr") / "secagg"


class SealedState:
    """Where the client of one node and one run sleeps."""

    def __init__(self, context: Context) -> None:
        self._state = context.state
        self._folder = _folder(context)
        self._prefix = f"{context.run_id}-{context.node_id}-"

    def keep(self, client: secagg.Client, session: bytes) -> None:
        """Puts the client to sleep."""
        key = secagg.sealing_key()
        sealed = bytes(client.suspend(key, sent=True))
        name = self._prefix + secrets.token_hex(8)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(self._folder / name, flags, 0o600), "wb") as file:
            file.write(key)
        self._state[RECORD] = ConfigRecord({"session": session, "sealed": sealed, "key": name})

    @contextlib.contextmanager
    def woken(self, session: bytes) -> Iterator[secagg.Client]:
        """Wakes the client of a session, which is gone from here then. One that refuses a message
        without ending, because it is damaged or was answered before, is put to sleep again."""
        record = self._state.config_records.get(RECORD)
        if record is None or field(record, "session", bytes) != session:
            raise Malformed("this client is not in that session")
        del self._state[RECORD]
        key = self._claimed_key(field(record, "key", str))
        if key is None:
            raise Malformed("this client was woken before")
        with secagg.Client.resume(field(record, "sealed", bytes), key) as client:
            try:
                yield client
            except secagg.Error:
                if client.round is not secagg.Round.ENDED:
                    self.keep(client, session)
                raise

    def _claimed_key(self, name: str) -> bytes | None:
        """The key, which nobody gets a second time: of two that rename a file one succeeds."""
        if not name.startswith(self._prefix) or Path(name).name != name:
            return None
        claimed = self._folder / f"{name}.{secrets.token_hex(8)}"
        try:
            os.rename(self._folder / name, claimed)
        except FileNotFoundError:
            return None
        try:
            with os.fdopen(os.open(claimed, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                status = os.fstat(file.fileno())
                if status.st_mode & 0o077 or status.st_uid != os.geteuid():
                    raise PermissionError("the key of a client can be read by others")
                return file.read()
        finally:
            os.unlink(claimed)

    def forget(self) -> None:
        """Drops what is left of sessions that this node did not finish."""
        if RECORD in self._state:
            del self._state[RECORD]
        if self._folder.is_dir():
            for file in self._folder.glob(f"{self._prefix}*"):
                file.unlink(missing_ok=True)
