"""A perceptron with one hidden layer, trained by gradient descent."""

from collections import OrderedDict

import numpy as np

from .data import Examples


def initial_model(hidden: int = 32) -> "OrderedDict[str, np.ndarray]":
    generator = np.random.default_rng(1)
    return OrderedDict(
        w1=generator.normal(0, 0.15, (64, hidden)).astype(np.float32),
        b1=np.zeros(hidden, np.float32),
        w2=generator.normal(0, 0.2, (hidden, 10)).astype(np.float32),
        b2=np.zeros(10, np.float32),
    )


def _forward(model: "OrderedDict[str, np.ndarray]", pixels: np.ndarray) -> tuple:
    hidden = np.maximum(pixels @ model["w1"] + model["b1"], 0)
    scores = hidden @ model["w2"] + model["b2"]
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, scores / scores.sum(axis=1, keepdims=True)


def train(
    model: "OrderedDict[str, np.ndarray]",
    examples: Examples,
    *,
    learning_rate: float,
    epochs: int,
    seed: int,
    proximal: float = 0.0,
) -> float:
    """Changes the model, and gives the mean loss. `proximal` is the mu of FedProx."""
    generator = np.random.default_rng(seed)
    start = {name: array.copy() for name, array in model.items()}
    losses = []
    for _ in range(epochs):
        order = generator.permutation(len(examples))
        for batch in np.array_split(order, max(1, len(order) // 16)):
            pixels, labels = examples.pixels[batch], examples.labels[batch]
            hidden, probabilities = _forward(model, pixels)
            losses.append(-np.log(probabilities[np.arange(len(batch)), labels] + 1e-9).mean())
            slope = probabilities
            slope[np.arange(len(batch)), labels] -= 1
            slope /= len(batch)
            back = (slope @ model["w2"].T) * (hidden > 0)
            gradients = dict(
                w1=pixels.T @ back, b1=back.sum(0), w2=hidden.T @ slope, b2=slope.sum(0)
            )
            for name, gradient in gradients.items():
                gradient = gradient + proximal * (model[name] - start[name])
                model[name] -= (learning_rate * gradient).astype(np.float32)
    return float(np.mean(losses))


def accuracy(model: "OrderedDict[str, np.ndarray]", examples: Examples) -> float:
    _, probabilities = _forward(model, examples.pixels)
    return float((probabilities.argmax(axis=1) == examples.labels).mean())
