"""Each client moves every parameter by a number of its own."""

import numpy as np
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.client import NumPyClient
from flwr.client.mod import secaggplus_mod
from flwr.clientapp import ClientApp

from . import VARIANT


def moved(arrays: list[np.ndarray], node: int) -> list[np.ndarray]:
    return [array + np.float32(0.001 * (1 + node % 7)) for array in arrays]


class Legacy(NumPyClient):
    """SecAgg+ works with the legacy interface only."""

    def __init__(self, node: int) -> None:
        self._node = node

    def fit(self, parameters, config):
        return moved(parameters, self._node), 100, {}


if VARIANT == "secaggplus":
    app = ClientApp(lambda context: Legacy(context.node_id).to_client(), mods=[secaggplus_mod])
else:
    app = ClientApp()
    if VARIANT == "secured":
        from secagg.flower import register

        register(app)

    @app.train()
    def train(message: Message, context: Context) -> Message:
        arrays = message.content["arrays"].to_numpy_ndarrays()
        content = RecordDict(
            {
                "arrays": ArrayRecord(moved(arrays, context.node_id)),
                "metrics": MetricRecord({"num-examples": 100}),
            }
        )
        return Message(content, reply_to=message)
