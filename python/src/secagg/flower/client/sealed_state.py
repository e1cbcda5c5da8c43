"""Clients between two messages.

On a SuperNode every message is handled by a new process, and what is to be kept travels through
`context.state`. A client is stored there, sealed under a new key for each message. The key lies in a file of the
SuperNode's own, and is deleted when the client is restored. So a client is restored once, even if a message is
repeated or an old state is brought back."""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flwr.app import ConfigRecord, Context

import secagg

from ..errors import Refusal, Refused
from ..messages import field
from ..plan import Kind

FOLDER_SETTING: Final = "secagg-folder"
"""The entry of a SuperNode's `--node-config` that names the folder of its keys."""

_PREFIX: Final = "secagg-"
_LEFT_BEHIND: Final = 7 * 24 * 3600.0
"""Seconds after which a key of a run that was killed is deleted."""


def _folder(context: Context) -> Path:
    named = context.node_config.get(FOLDER_SETTING)
    if named:
        return Path(str(named)).expanduser()
    flower = os.environ.get("FLWR_HOME")
    try:
        return (Path(flower) if flower else Path.home() / ".flwr") / "secagg"
    except RuntimeError:
        raise Refused(
            Refusal.STORAGE, f"there is no home folder; set {FOLDER_SETTING!r} in --node-config"
        ) from None


class SealedState:
    """The stored clients of one node and one run, one for each session."""

    def __init__(self, context: Context) -> None:
        self._state = context.state
        self._context = context
        self._prefix = f"{context.run_id}-{context.node_id}-"

    @property
    def _folder(self) -> Path:
        return _folder(self._context)

    def holds(self, session: bytes) -> bool:
        """Whether a client of the session is stored here."""
        return _name(session) in self._state.config_records

    def keep(self, client: secagg.Client, session: bytes, kind: Kind) -> None:
        """Stores a client, without a masked update that is to be sent."""
        key = secagg.storage_key()
        sealed = bytes(client.store(key, keeping_message=False))
        name = self._prefix + secrets.token_hex(8)
        folder = self._folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(folder / name, flags, 0o600), "wb") as file:
            file.write(key)
        opened = 1 + max((number for number, _ in self._stored(kind)), default=0)
        self._state[_name(session)] = ConfigRecord(
            {"session": session, "kind": str(kind), "opened": opened, "sealed": sealed, "key": name}
        )

    @contextlib.contextmanager
    def restored(self, session: bytes) -> Iterator[secagg.Client]:
        """Restores the client of a session, and deletes what was stored. A client that could not answer, but has
        not ended, is stored again."""
        record = self._state.config_records.get(_name(session))
        if record is None or field(record, "session", bytes) != session:
            raise Refused(Refusal.UNKNOWN_SESSION, "this client is not in that session")
        del self._state[_name(session)]
        key = self._claimed_key(field(record, "key", str))
        if key is None:
            raise Refused(Refusal.UNKNOWN_SESSION, "this client was restored before")
        with secagg.Client.restore(field(record, "sealed", bytes), key) as client:
            try:
                yield client
            except (secagg.Error, Refused):
                if not client.is_finished:
                    self.keep(client, session, Kind(field(record, "kind", str)))
                raise

    def _claimed_key(self, name: str) -> bytes | None:
        """The key, which is given once: of two processes that rename a file one succeeds."""
        if not name.startswith(self._prefix) or Path(name).name != name:
            return None
        folder = self._folder
        claimed = folder / f"{name}.{secrets.token_hex(8)}"
        try:
            os.rename(folder / name, claimed)
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

    def make_room(self, kind: Kind) -> None:
        """Before a session is opened: drops all clients of the kind but the newest, whose session is under
        way, and the keys of clients that are not here."""
        for _, name in sorted(self._stored(kind))[:-1]:
            del self._state[name]
        folder = self._folder
        if not folder.is_dir():
            return
        wanted = {
            record.get("key")
            for name, record in self._state.config_records.items()
            if name.startswith(_PREFIX)
        }
        now = time.time()
        for file in folder.glob(f"*-{self._context.node_id}-*"):
            is_of_run = file.name.startswith(self._prefix)
            with contextlib.suppress(FileNotFoundError):
                if (is_of_run and file.name not in wanted) or (
                    now - file.stat().st_mtime > _LEFT_BEHIND
                ):
                    file.unlink()

    def _stored(self, kind: Kind) -> list[tuple[int, str]]:
        """When the clients of a kind were stored, in order, and the names of their records."""
        found = []
        for name, record in self._state.config_records.items():
            if name.startswith(_PREFIX) and record.get("kind") == str(kind):
                opened = record.get("opened")
                found.append((opened if isinstance(opened, int) else 0, name))
        return found


def _name(session: bytes) -> str:
    return f"{_PREFIX}{session.hex()}"
