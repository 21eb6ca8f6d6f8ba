"""Correct answers to the exercises of weights.py, in other styles."""

import math

import numpy as np

from tests.alternatives import answers


@answers("apply_weight")
def multiplies_with_numpy(signal, weight):
    return np.multiply(signal, weight)


@answers("apply_weight")
def on_a_copy(signal, weight):
    crossed = np.array(signal, dtype=float)
    crossed *= weight
    return crossed


@answers("apply_weight")
def entry_by_entry(signal, weight):
    if np.ndim(signal) == 0:
        return signal * weight
    return [apply_weight(part, weight) for part in signal]  # noqa: F821 - calls itself under its new name


@answers("weighted_sum")
def loop(inputs, weights):
    if len(np.shape(inputs)) != 1 or len(np.shape(weights)) != 1 or len(inputs) != len(weights):
        raise ValueError("cannot pair " + str(np.shape(inputs)) + " with " + str(np.shape(weights)))
    total = 0
    for i in range(len(inputs)):
        total += inputs[i] * weights[i]
    return total


@answers("weighted_sum")
def einsum_as_zero_d_array(inputs, weights):
    if not inputs.ndim == weights.ndim == 1 or inputs.size != weights.size:
        raise ValueError("shapes", inputs.shape, weights.shape)
    return np.asarray(np.einsum("i,i->", inputs, weights))


@answers("weighted_sum")
def exact_sum(inputs, weights):
    class ShapeError(ValueError):
        """A ValueError of the student's own."""

    if np.ndim(inputs) != 1 or np.shape(inputs) != np.shape(weights):
        raise ShapeError(f"inputs: {inputs.shape}, weights: {weights.shape}")
    return math.fsum(x * w for x, w in zip(inputs.tolist(), weights.tolist(), strict=True))


@answers("weighted_sum")
def one_element_column(inputs, weights):
    if (inputs.ndim, weights.ndim) != (1, 1) or inputs.shape != weights.shape:
        raise ValueError(f"{inputs.shape=} {weights.shape=}")
    return (inputs[None, :] @ weights[:, None])[0, 0]


@answers("weighted_sums")
def three_loops(inputs, weights):
    batch, fan_in = inputs.shape
    out = [[0.0] * weights.shape[1] for _ in range(batch)]
    for b in range(batch):
        for j in range(weights.shape[1]):
            for i in range(fan_in):
                out[b][j] += inputs[b, i] * weights[i, j]
    return out


@answers("weighted_sums")
def einsum(inputs, weights):
    return np.einsum("bi,ij->bj", inputs, weights)


@answers("weighted_sums")
def broadcast_and_sum(inputs, weights):
    return (inputs[:, :, None] * weights[None]).sum(axis=1)


@answers("weighted_sums")
def neuron_by_neuron(inputs, weights):
    return np.array([[weighted_sum(x, w) for w in weights.T] for x in inputs])  # noqa: F821 - the module's own


@answers("weighted_sums")
def both_on_their_side(inputs, weights):
    return np.dot(weights.T, inputs.T).T


@answers("count_weights")
def remembering_the_last(layer_sizes):
    total, before = 0, None
    for size in layer_sizes:
        total += 0 if before is None else before * size
        before = size
    return total


@answers("count_weights")
def neighbours(layer_sizes):
    return sum(a * b for a, b in zip(layer_sizes[:-1], layer_sizes[1:], strict=True))  # noqa: RUF007 - as taught


@answers("count_weights")
def numpy_integer(layer_sizes):
    sizes = np.asarray(layer_sizes)
    return np.sum(sizes[:-1] * sizes[1:])


@answers("count_weights")
def whole_float(layer_sizes):
    return float(np.dot(layer_sizes[1:], layer_sizes[:-1]))


@answers("count_weights")
def recursive(layer_sizes):
    first, *rest = layer_sizes
    return first * rest[0] + count_weights(rest) if rest else 0  # noqa: F821 - calls itself under its new name


@answers("template_weights")
def one_hot_product(images, labels, n_classes):
    one_hot = np.eye(n_classes)[labels]
    return images.T @ one_hot / one_hot.sum(axis=0) - images.mean(axis=0, keepdims=True).T


@answers("template_weights")
def plain_loops(images, labels, n_classes):
    n, pixels = images.shape
    weights = [[0.0] * n_classes for _ in range(pixels)]
    for p in range(pixels):
        everything = sum(float(images[i, p]) for i in range(n)) / n
        for c in range(n_classes):
            values = [float(images[i, p]) for i in range(n) if labels[i] == c]
            weights[p][c] = sum(values) / len(values) - everything
    return weights


@answers("template_weights")
def centred_first(images, labels, n_classes):
    centred = images - images.mean(axis=0)
    sums = np.zeros((n_classes, images.shape[1]))
    np.add.at(sums, labels, centred)
    return (sums / np.bincount(labels, minlength=n_classes)[:, None]).T


@answers("template_weights")
def filled_column_by_column(images, labels, n_classes):
    weights = np.empty((images.shape[1], n_classes))
    average = np.average(images, axis=0)
    for c in range(n_classes):
        weights[:, c] = np.average(images, axis=0, weights=(labels == c).astype(float)) - average
    return weights


@answers("apply_weight")
def by_comprehension(signal, weight):
    if isinstance(signal, (int, float)):
        return signal * weight
    return np.array([weight * s for s in signal.flatten()]).reshape(signal.shape).tolist()


@answers("weighted_sum")
def with_zip_and_floats(inputs, weights):
    if len(np.shape(inputs)) != 1 or len(np.shape(weights)) != 1 or len(inputs) != len(weights):
        raise ValueError(f"cannot weigh {np.shape(inputs)} with {np.shape(weights)}")
    return sum([float(i) * float(w) for i, w in zip(inputs, weights)])  # noqa: B905


@answers("weighted_sums")
def with_numpy_matrices(inputs, weights):
    return np.matrix(inputs) * np.matrix(weights)


@answers("weighted_sums")
def nested_comprehension(inputs, weights):
    return [
        [sum(i * w for i, w in zip(row, column, strict=True)) for column in zip(*weights, strict=True)]
        for row in inputs
    ]


@answers("count_weights")
def dot_of_neighbours(layer_sizes):
    sizes = np.array(layer_sizes)
    return int(sizes[:-1] @ sizes[1:])


@answers("template_weights")
def sums_and_counts(images, labels, n_classes):
    sums, counts = np.zeros((n_classes, images.shape[1])), np.zeros((n_classes, 1))
    np.add.at(sums, labels, images)
    np.add.at(counts, labels, 1)
    return (sums / counts - np.average(images, axis=0)).T
