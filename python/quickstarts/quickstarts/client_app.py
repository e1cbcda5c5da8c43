"""A client trains on its own digits, and evaluates on its own."""

from flwr.app import Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from . import SECURED
from .models import MODELS, digits

app = ClientApp()
if SECURED:
    from secagg.flower import register

    register(app)


def prepared(message: Message, context: Context):
    model = MODELS[str(context.run_config["model"])]()
    model.load(message.content["arrays"])
    node = context.node_config
    number, count = int(node["partition-id"]), int(node["num-partitions"])
    train, test = digits(str(context.run_config["data"]), number, count)
    return model, train, test, number


@app.train()
def train(message: Message, context: Context) -> Message:
    model, data, _, number = prepared(message, context)
    seed = 1000 * int(message.content["config"]["server-round"]) + number
    metrics = {"train_loss": model.train(data, seed), "num-examples": len(data.labels)}
    content = RecordDict({"arrays": model.record(), "metrics": MetricRecord(metrics)})
    return Message(content, reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    model, _, data, _ = prepared(message, context)
    metrics = {"accuracy": model.accuracy(data), "num-examples": len(data.labels)}
    return Message(RecordDict({"metrics": MetricRecord(metrics)}), reply_to=message)
