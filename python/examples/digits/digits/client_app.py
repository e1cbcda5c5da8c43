"""What a client does: train on its own examples."""

import time
from collections import OrderedDict

from flwr.app import Array, ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from secagg.flower import register

from . import model
from .data import partition

app = ClientApp()
register(app)


@app.train()
def train(message: Message, context: Context) -> Message:
    began = time.monotonic()
    settings = message.content["config"]
    run, node = context.run_config, context.node_config
    number = int(node["partition-id"])
    print(f"partition {number}: training in round {settings['server-round']}", flush=True)
    examples = partition(str(node.get("data", run["data"])), number, int(node["num-partitions"]))
    arrays = OrderedDict(
        (name, array.numpy().copy()) for name, array in message.content["arrays"].items()
    )
    loss = model.train(
        arrays,
        examples,
        learning_rate=float(run["learning-rate"]),
        epochs=int(run["local-epochs"]),
        seed=1000 * int(settings["server-round"]) + number,
        proximal=float(settings.get("proximal-mu", 0.0)),
    )
    time.sleep(max(0.0, float(run["pause"]) - (time.monotonic() - began)))
    content = RecordDict(
        {
            "arrays": ArrayRecord(OrderedDict((n, Array(a)) for n, a in arrays.items())),
            "metrics": MetricRecord({"train_loss": loss, "num-examples": len(examples)}),
        }
    )
    return Message(content, reply_to=message)
