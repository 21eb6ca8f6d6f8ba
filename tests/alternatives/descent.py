"""Correct answers to the exercises of descent.py, in other styles."""

import math

import numpy as np

from solutions.weightlab.backprop import backward, cross_entropy_gradient
from solutions.weightlab.descent import gradient_step, minibatches
from solutions.weightlab.forward import forward
from solutions.weightlab.loss import cross_entropy
from tests.alternatives import answers


@answers("gradient_step")
def layer_by_layer_on_copies(layers, gradients, learning_rate):
    stepped = []
    for k in range(len(layers)):
        pair = []
        for parameter, gradient in zip(layers[k], gradients[k], strict=True):
            parameter = parameter.copy()
            parameter -= learning_rate * gradient
            pair.append(parameter)
        stepped.append(pair)
    return stepped


@answers("gradient_step")
def as_lists(layers, gradients, learning_rate):
    def moved(parameter, gradient):
        return np.subtract(parameter, np.multiply(learning_rate, gradient)).tolist()

    return tuple(tuple(map(moved, *both)) for both in zip(layers, gradients, strict=True))


@answers("minibatches")
def shuffled_row_numbers(x, y, batch_size, rng):
    if batch_size <= 0:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    rows = list(range(len(x)))
    rng.shuffle(rows)
    return [(x[rows[i : i + batch_size]], y[rows[i : i + batch_size]]) for i in range(0, len(rows), batch_size)]


@answers("minibatches")
def sorted_by_random_keys(x, y, batch_size, rng):
    if batch_size < 1:
        raise ValueError("cannot make batches of " + str(batch_size))
    n_batches = math.ceil(len(x) / batch_size)
    order = np.argsort(rng.random(len(x)))
    cuts = [batch_size * (i + 1) for i in range(n_batches - 1)]
    return zip(np.split(x[order], cuts), np.split(y[order], cuts), strict=True)


@answers("minibatches")
def drawn_one_by_one(x, y, batch_size, rng):
    if batch_size < 1:
        raise ValueError(f"{batch_size} is no batch size")
    left, x_batch, y_batch = list(range(len(x))), [], []
    while left:
        row = left.pop(rng.integers(len(left)))
        x_batch.append(x[row].tolist())
        y_batch.append(y[row])
        if len(x_batch) == batch_size or not left:
            yield x_batch, y_batch
            x_batch, y_batch = [], []


@answers("minibatches")
def chosen_without_replacement(x, y, batch_size, rng):
    if not batch_size >= 1:
        raise ValueError(f"batch_size = {batch_size}")
    order = rng.choice(len(x), size=len(x), replace=False)
    x, y = np.take(x, order, axis=0), np.take(y, order, axis=0)
    return ((x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(x), batch_size))


@answers("train")
def with_its_own_shuffling(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    n, losses = len(y), []
    layers = [(weights.copy(), bias.copy()) for weights, bias in layers]
    for _ in range(epochs):
        order, batch_losses, sizes = rng.permutation(n), [], []
        for start in range(0, n, batch_size):
            rows = order[start : start + batch_size]
            logits, activations = forward(layers, x[rows])
            batch_losses.append(cross_entropy(logits, y[rows]))
            sizes.append(len(rows))
            gradients = backward(layers, activations, cross_entropy_gradient(logits, y[rows]))
            for (weights, bias), (grad_weights, grad_bias) in zip(layers, gradients, strict=True):
                weights -= learning_rate * grad_weights
                bias -= learning_rate * grad_bias
        losses.append(np.average(batch_losses, weights=sizes))
    return layers, np.array(losses)


@answers("train")
def one_epoch_at_a_time(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    def epoch(layers):
        total = 0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, x_batch)
            total += cross_entropy(logits, y_batch) * (len(x_batch) / len(x))
            grad_logits = cross_entropy_gradient(logits, y_batch)
            layers = gradient_step(layers, backward(layers, activations, grad_logits), learning_rate)
        return layers, total

    losses = []
    while len(losses) < epochs:
        layers, loss = epoch(layers)
        losses.append(loss)
    return layers, losses


@answers("train")
def all_orders_drawn_beforehand(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    orders = np.argsort(rng.random((epochs, len(x))), axis=1)
    losses = []
    for order in orders:
        parts = [order[i : i + batch_size] for i in range(0, len(x), batch_size)]
        loss = 0.0
        for part in parts:
            logits, activations = forward(layers, x[part])
            loss += cross_entropy(logits, y[part]) * len(part) / len(order)
            layers = gradient_step(
                layers, backward(layers, activations, cross_entropy_gradient(logits, y[part])), learning_rate
            )
        losses += [float(loss)]
    return [list(pair) for pair in layers], tuple(losses)


@answers("momentum_step")
def pair_by_pair(layers, gradients, velocity, learning_rate, momentum):
    new_layers, new_velocity = [], []
    for parameters, slopes, speeds in zip(layers, gradients, velocity, strict=True):
        speeds = [momentum * v + g for v, g in zip(speeds, slopes, strict=True)]
        new_velocity.append(tuple(speeds))
        new_layers.append(tuple(p - learning_rate * v for p, v in zip(parameters, speeds, strict=True)))
    return new_layers, new_velocity


@answers("momentum_step")
def velocity_by_a_backward_step(layers, gradients, velocity, learning_rate, momentum):
    kept = [[momentum * part for part in pair] for pair in velocity]
    velocity = gradient_step(kept, gradients, -1.0)
    return [gradient_step(layers, velocity, learning_rate), velocity]


@answers("gradient_step")
def unpacked_in_a_loop(layers, gradients, learning_rate):
    result = []
    for layer, gradient in zip(layers, gradients):  # noqa: B905
        W, b = layer
        dW, db = gradient
        result.append((W + (-learning_rate) * dW, b + (-learning_rate) * db))
    return result


@answers("minibatches")
def a_class_of_its_own(x, y, batch_size, rng):
    class Batches:
        def __init__(self):
            self.left = rng.permutation(len(y))

        def __iter__(self):
            return self

        def __next__(self):
            if not self.left.size:
                raise StopIteration
            rows, self.left = self.left[:batch_size], self.left[batch_size:]
            return x[rows], y[rows]

    if batch_size < 1:
        raise ValueError(f"batch_size must be positive, is {batch_size}")
    return Batches()


@answers("minibatches")
def shuffled_together(x, y, batch_size, rng):
    if int(batch_size) < 1:
        raise ValueError(f"not a batch size: {batch_size}")
    both = list(zip(x, y, strict=True))
    rng.shuffle(both)
    batches = []
    while len(both) > 0:
        batches.append([np.array(part) for part in zip(*both[:batch_size], strict=True)])
        both = both[batch_size:]
    return batches


@answers("momentum_step")
def updates_copies_in_place(layers, gradients, velocity, learning_rate, momentum):
    from copy import deepcopy

    layers, velocity = deepcopy(layers), deepcopy(velocity)
    for k in range(len(layers)):
        for i in (0, 1):
            velocity[k][i][...] = momentum * velocity[k][i] + gradients[k][i]
            layers[k][i][...] -= learning_rate * velocity[k][i]
    return layers, velocity


@answers("minibatches")
def copies_shuffled_by_one_seed(x, y, batch_size, rng):
    if batch_size <= 0:
        raise ValueError(f"{batch_size}")
    seed, x, y = int(rng.integers(2**31)), x.copy(), y.copy()
    np.random.default_rng(seed).shuffle(x)
    np.random.default_rng(seed).shuffle(y)
    return [(x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(x), batch_size)]


@answers("minibatches")
def sliced_from_an_iterator(x, y, batch_size, rng):
    from itertools import islice

    if batch_size < 1:
        raise ValueError("batch size must be >= 1 but is " + str(batch_size))
    order = iter(np.argsort(rng.uniform(size=len(x))))

    def batches():
        while rows := list(islice(order, batch_size)):
            yield [x[rows], y[rows]]

    return batches()


@answers("train")
def stepped_in_place_on_copies(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    network, losses, rows = [[w.copy(), b.copy()] for w, b in layers], [], np.arange(len(x))
    for _ in range(epochs):
        rng.shuffle(rows)
        total = 0
        for batch in np.split(rows, range(batch_size, len(x), batch_size)):
            logits, activations = forward(network, x[batch])
            total += cross_entropy(logits, y[batch]) * batch.size
            gradients = backward(network, activations, cross_entropy_gradient(logits, y[batch]))
            for layer, gradient in zip(network, gradients, strict=True):
                layer[0] -= learning_rate * gradient[0]
                layer[1] -= learning_rate * gradient[1]
        losses.append(float(total) / x.shape[0])
    return network, losses
