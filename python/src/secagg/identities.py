"""Long-lived keys of clients, for the malicious model."""

from collections.abc import Mapping
from typing import Any, Self

import numpy

from .binding.arguments import Memory, unsigned
from .binding.calls import call, make
from .binding.objects import LibraryObject


class Identity(LibraryObject):
    """A client's key pair (Ed25519), in locked memory."""

    __slots__ = ()

    _kind = "identity"

    def __init__(self) -> None:
        """A fresh key pair.

        :raises NoResources: the system gives no locked memory.
        """
        super().__init__(make("identity_generate"))

    @classmethod
    def from_seed(cls, seed: Any) -> Self:
        """The key pair of a seed (32 bytes) that was kept."""
        memory = Memory(seed, "seed", 32)
        self = cls.__new__(cls)
        LibraryObject.__init__(self, make("identity_from_seed", memory.address))
        return self

    def seed(self) -> bytes:
        """The secret seed, to be kept in a safe place."""
        seed = numpy.zeros(32, numpy.uint8)
        call("identity_seed", self._handle, seed.ctypes.data)
        try:
            return seed.tobytes()
        finally:
            seed.fill(0)

    @property
    def public_key(self) -> bytes:
        """For the directories of the others."""
        key = numpy.zeros(32, numpy.uint8)
        call("identity_public_key", self._handle, key.ctypes.data)
        return key.tobytes()


class Directory(LibraryObject):
    """Whose public key stands behind which client of a session.

    The root of trust of the malicious model: it must not come from the server. Immutable."""

    __slots__ = ()

    _kind = "directory"

    def __init__(self, keys: Mapping[int, Any]) -> None:
        """
        :param keys: the public key of each client. No key may come twice.
        """
        ids = numpy.array([unsigned(id, 32, "id") for id in keys], numpy.uint32)
        for id, key in keys.items():
            Memory(key, f"public key of client {id}", 32)
        memory = Memory(b"".join(bytes(memoryview(key)) for key in keys.values()), "keys")
        super().__init__(make("directory_create", ids.ctypes.data, memory.address, len(keys)))
