"""The roles of this implementation."""

from secagg_reference import wire
from secagg_reference.client import Client, Policy
from secagg_reference.parameters import SessionParameters
from secagg_reference.roster import Advertisement
from secagg_reference.server import RecoveryError, Result, Server

from . import simulation
from .dishonest_dealer import RememberingEntropy
from .dishonesty import Dishonesty
from .roles import Failure, refusing


class PythonServer:
    def __init__(
        self, parameters: SessionParameters, seed: int, input_context: bytes | None = None
    ) -> None:
        self._input_context = input_context
        self.server = Server(parameters, simulation.directory(seed, parameters))

    def receive(self, client: int, data: bytes) -> None:
        refusing(lambda: self.server.receive(client, data))

    def close_round(self) -> None:
        refusing(self.server.close_round)

    def message_for(self, client: int) -> bytes:
        return refusing(lambda: self.server.message_for(client))

    def recover(self) -> Result | Failure:
        try:
            return refusing(lambda: self.server.recover(self._input_context), RecoveryError)
        except RecoveryError as error:
            return Failure(error.case, error.faults)

    def close(self) -> None:
        pass


class PythonClient:
    """A client, honest or not."""

    def __init__(
        self,
        id: int,
        parameters: SessionParameters,
        seed: int,
        dishonesty: Dishonesty | None = None,
        input_context: bytes | None = None,
    ) -> None:
        self._entropy = RememberingEntropy()
        self.client = Client(
            id,
            parameters,
            simulation.vector(seed, id, parameters),
            Policy(parameters.application_context),
            identity_seed=simulation.identity_seed(seed, id) if parameters.is_malicious else None,
            directory=simulation.directory(seed, parameters) if parameters.is_malicious else None,
            entropy=self._entropy,
        )
        self.client.input_context = input_context
        self._dishonesty = dishonesty
        self._advertisement = self.client.advertise()

    @property
    def advertisement(self) -> bytes:
        return self._advertisement

    def answer(self, data: bytes) -> bytes:
        answer = refusing(lambda: self.client.receive(data))
        if self._dishonesty is None:
            return answer
        return self._dishonesty.changed(self.client.id, data, answer, self._entropy)

    def close(self) -> None:
        pass


class Shadow(PythonClient):
    """A client that makes the checks of another one, whose secrets it does not have.

    It takes the other's advertisement for its own. Its answers are of no use."""

    def __init__(
        self, id: int, parameters: SessionParameters, seed: int, advertisement: bytes
    ) -> None:
        super().__init__(id, parameters, seed)
        body = wire.parse_client_message(advertisement, id).body
        assert isinstance(body, wire.KeyAdvertisement)
        self.client.advertisement = Advertisement(
            id, body.sealing_key, body.mask_key, body.signature
        )
