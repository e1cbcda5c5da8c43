"""Which strategies of Flower a secure sum is right for."""

from typing import Any, Final

from flwr.serverapp import strategy as flower
from flwr.serverapp.strategy import FedAvg, Strategy
from flwr.serverapp.strategy.strategy_utils import aggregate_metricrecords

from ..errors import ConfigurationError

_LINEAR: Final = ("FedAdagrad", "FedAdam", "FedAvg", "FedAvgM", "FedProx", "FedYogi")
_LINEAR_NAMES: Final = ", ".join(_LINEAR[:-1]) + f" or {_LINEAR[-1]}"

_SINGLE_UPDATES: Final = (
    "it looks at single updates, which nobody sees here. Take {linear} and bound what one node can do by"
    " SecAggSettings.clipping_bound, or run it without secure aggregation"
)
_SERVER_CLIPPING: Final = (
    "it clips the updates of single nodes at the server, which sees none of them, so that its noise would"
    " protect nobody. Clip and add noise on the nodes: ClientApp(mods=[LocalDpMod(...)]) with {linear}"
)
_ADAPTIVE: Final = (
    "it counts the clipped nodes by their replies, of which there is one here. Take"
    " DifferentialPrivacyClientSideFixedClipping"
)
_TREES: Final = "trees have no sum. Run it without secure aggregation"

_REFUSED: Final = {
    "Bulyan": _SINGLE_UPDATES,
    "DifferentialPrivacyClientSideAdaptiveClipping": _ADAPTIVE,
    "DifferentialPrivacyServerSideAdaptiveClipping": _SERVER_CLIPPING,
    "DifferentialPrivacyServerSideFixedClipping": _SERVER_CLIPPING,
    "FedMedian": _SINGLE_UPDATES,
    "FedTrimmedAvg": _SINGLE_UPDATES,
    "FedXgbBagging": _TREES,
    "FedXgbCyclic": _TREES,
    "Krum": _SINGLE_UPDATES,
    "MultiKrum": _SINGLE_UPDATES,
    "QFedAvg": (
        "it weighs updates by the losses of single nodes, which nobody sees here. Take {linear}, and let the"
        " client app reply with a weight that grows with its loss"
    ),
}
_CLIENT_CLIPPING: Final = "DifferentialPrivacyClientSideFixedClipping"

_BY_TYPE: Final[dict[type, str]] = {
    getattr(flower, name): text for name, text in _REFUSED.items() if hasattr(flower, name)
}


def check_strategy(strategy: Strategy, *, assume_linear: bool) -> None:
    """Fails unless a strategy uses nothing of the replies but their weighted mean.

    :raises ConfigurationError: it is known to use more, or is unknown and nobody vouches for it.
    """
    found = type(strategy)
    for kind in found.__mro__:
        if text := _BY_TYPE.get(kind):
            reason = text.format(linear=_LINEAR_NAMES)
            raise ConfigurationError(f"strategy {found.__name__}: {reason}")
    if found.__name__ == _CLIENT_CLIPPING:
        _check_client_clipping(strategy, assume_linear)
    elif not assume_linear and not _is_linear(strategy):
        raise ConfigurationError(
            f"strategy {found.__name__}: expected {_LINEAR_NAMES}, with their own aggregation of arrays and"
            " metrics. It gets one reply, the weighted mean of all nodes. If it needs nothing else, say"
            " SecAggGrid(grid, strategy, assume_linear=True)"
        )


def _check_client_clipping(strategy: Any, assume_linear: bool) -> None:
    """Its noise is calibrated to the number of nodes, of which it cannot see that they all contributed."""
    if getattr(strategy, "accountant", None) is not None:
        raise ConfigurationError(
            f"strategy {_CLIENT_CLIPPING}: expected accountant=None. With an accountant it needs the reply of"
            " each node, and drops the round otherwise"
        )
    if not assume_linear:
        raise ConfigurationError(
            f"strategy {_CLIENT_CLIPPING}: its noise is right only if all num_sampled_clients nodes contribute,"
            " with equal weights, which a sum does not show. If you see to that, say"
            " SecAggGrid(grid, strategy, assume_linear=True). Otherwise let the nodes add noise:"
            f" ClientApp(mods=[LocalDpMod(...)]) with {_LINEAR_NAMES}"
        )
    check_strategy(strategy.strategy, assume_linear=assume_linear)


def _is_linear(strategy: Any) -> bool:
    """A subclass may choose nodes and make messages as it likes, as long as it aggregates like its parent."""
    kinds = [getattr(flower, name) for name in _LINEAR if hasattr(flower, name)]
    return (
        isinstance(strategy, FedAvg)
        and any(type(strategy).aggregate_train is kind.aggregate_train for kind in kinds)
        and type(strategy).aggregate_evaluate is FedAvg.aggregate_evaluate
        and strategy.train_metrics_aggr_fn is aggregate_metricrecords
        and strategy.evaluate_metrics_aggr_fn is aggregate_metricrecords
    )
