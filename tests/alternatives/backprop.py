"""Correct answers to the exercises of backprop.py, in other styles."""

import math

import numpy as np

from solutions.weightlab.backprop import dense_gradient, relu_gradient
from solutions.weightlab.forward import softmax
from tests.alternatives import answers


@answers("numerical_gradient")
def in_place_but_restored(f, array, step=1e-5):
    if array.dtype != np.float64:
        array = array.astype(float)
    gradient = np.zeros(array.shape)
    walk = np.nditer(array, flags=["multi_index"])
    while not walk.finished:
        index = walk.multi_index
        kept = array[index]
        array[index] = kept + step
        right = f(array)
        array[index] = kept - step
        left = f(array)
        array[index] = kept
        gradient[index] = (right - left) / (2 * step)
        walk.iternext()
    return gradient


@answers("numerical_gradient")
def two_shifted_copies(f, array, step=1e-5):
    flat = np.asarray(array, dtype=np.float64).ravel()
    moves = np.eye(flat.size) * step
    above = [f((flat + move).reshape(array.shape)) for move in moves]
    below = [f((flat - move).reshape(array.shape)) for move in moves]
    return (np.subtract(above, below) / (step + step)).reshape(array.shape)


@answers("numerical_gradient")
def as_nested_lists(f, array, step=1e-5):
    def moved(index, by):
        other = np.array(array, dtype=float)
        other[index] += by
        return float(f(other))

    gradient = np.zeros(np.shape(array))
    for index, _ in np.ndenumerate(array):
        gradient[index] = 0.5 * (moved(index, step) - moved(index, -step)) / step
    return gradient.tolist()


@answers("relative_error")
def special_cases_first(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError("relative_error needs equal shapes, got " + str(np.shape(a)) + " and " + str(np.shape(b)))
    if np.size(a) == 0:
        return 0.0
    return np.max(np.abs(a - b)) / np.maximum(np.max(np.abs(a)) + np.max(np.abs(b)), 1e-12)


@answers("relative_error")
def in_plain_python(a, b):
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} is not {b.shape}")
    a, b = a.ravel().tolist(), b.ravel().tolist()
    apart = max((abs(p - q) for p, q in zip(a, b, strict=True)), default=0)
    return apart / max(max(map(abs, a), default=0) + max(map(abs, b), default=0), 1e-12)


@answers("mean_squared_error_gradient")
def share_first(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"predictions {predictions.shape} but targets {targets.shape}")
    share = 2 / math.prod(predictions.shape)
    return np.multiply(share, np.subtract(predictions, targets))


@answers("mean_squared_error_gradient")
def minus_the_other_way(predictions, targets):
    if np.shape(predictions) != np.shape(targets):
        raise ValueError(f"{np.shape(predictions)} != {np.shape(targets)}")
    return (-2.0 * np.mean(np.ones_like(predictions)) * (targets - predictions) / np.size(targets)).tolist()


@answers("cross_entropy_gradient")
def with_a_one_hot_matrix(logits, labels):
    return (softmax(logits) - np.eye(logits.shape[1])[labels]) / logits.shape[0]


@answers("cross_entropy_gradient")
def row_by_row(logits, labels):
    rows = []
    for row, label in zip(logits, labels, strict=True):
        powers = [math.exp(value - max(row)) for value in row]
        rows.append([(p / sum(powers) - (c == label)) / len(labels) for c, p in enumerate(powers)])
    return rows


@answers("relu_gradient")
def with_where(grad_output, activations):
    return np.where(activations > 0, grad_output, 0)


@answers("relu_gradient")
def on_a_copy(grad_output, activations):
    gradient = grad_output.copy()
    gradient[activations <= 0] = 0
    return gradient


@answers("relu_gradient")
def with_the_sign(grad_output, activations):
    return np.sign(np.abs(activations)) * grad_output


@answers("dense_gradient")
def with_einsum(grad_output, x, weights):
    grad_x = np.einsum("no,io->ni", grad_output, weights)
    grad_weights = np.einsum("ni,no->io", x, grad_output)
    return [grad_x, grad_weights, np.einsum("no->o", grad_output)]


@answers("dense_gradient")
def example_by_example(grad_output, x, weights):
    grad_x, grad_weights, grad_bias = [], np.zeros_like(weights), np.zeros_like(weights[0])
    for grad_row, row in zip(grad_output, x, strict=True):
        grad_weights += np.outer(row, grad_row)
        grad_bias += grad_row
        grad_x.append(weights @ grad_row)
    return grad_x, grad_weights, grad_bias


@answers("backward")
def in_reverse_with_insert(layers, activations, grad_logits):
    gradients = []
    grad_output = grad_logits
    for (weights, _), activation in zip(reversed(layers), reversed(activations), strict=True):
        grad_x, grad_weights, grad_bias = dense_gradient(grad_output, activation, weights)
        gradients.insert(0, [grad_weights, grad_bias])
        grad_output = relu_gradient(grad_x, activation)
    return gradients


@answers("backward")
def recursively(layers, activations, grad_logits):
    *below, (weights, _) = layers
    *inputs, x = activations
    pair = (x.T @ grad_logits, grad_logits.sum(0))
    return [*(backward(below, inputs, (grad_logits @ weights.T) * (x > 0)) if below else ()), pair]  # noqa: F821


@answers("relative_error")
def with_the_infinity_norm(a, b):
    if a.shape == b.shape:

        def norm(array):
            return np.linalg.norm(array.ravel(), np.inf) if array.size else 0.0

        return norm(a - b) / max(norm(a) + norm(b), 1e-12)
    raise ValueError(f"no way to compare {a.shape} with {b.shape}")


@answers("mean_squared_error_gradient")
def entry_by_entry(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError("Shapes must agree, but are %r and %r" % (predictions.shape, targets.shape))  # noqa: UP031
    gradient = np.zeros(predictions.shape)
    for index in np.ndindex(*predictions.shape):
        gradient[index] = (predictions[index] - targets[index]) * 2 / predictions.size
    return gradient


@answers("cross_entropy_gradient")
def without_its_own_softmax(logits, labels):
    gaps = logits[:, None, :] - logits[:, :, None]
    with np.errstate(over="ignore"):
        beliefs = 1 / np.exp(gaps).sum(axis=2)
    truths = np.zeros_like(beliefs)
    truths[range(len(labels)), labels] = 1
    return np.divide(beliefs - truths, len(labels))


@answers("relu_gradient")
def as_lists_by_loop(grad_output, activations):
    flat = [g if a > 0 else 0.0 for g, a in zip(grad_output.flat, activations.flat, strict=True)]
    return np.reshape(flat, grad_output.shape).tolist()


@answers("dense_gradient")
def with_numpy_matrices(grad_output, x, weights):
    grad_output, x, weights = np.matrix(grad_output), np.matrix(x), np.matrix(weights)
    return grad_output * weights.T, x.T * grad_output, np.asarray(grad_output.sum(axis=0)).ravel()


@answers("dense_gradient")
def with_tensordot(grad_output, x, weights):
    ones = np.ones(len(x))
    return (
        np.tensordot(grad_output, weights, axes=(1, 1)),
        np.tensordot(x, grad_output, axes=(0, 0)),
        np.dot(ones, grad_output),
    )


@answers("backward")
def filled_into_a_dictionary(layers, activations, grad_logits):
    gradients, k = {}, len(layers) - 1
    while k >= 0:
        grad_x, gradients[k, "weights"], gradients[k, "bias"] = dense_gradient(
            grad_logits, activations[k], layers[k][0]
        )
        grad_logits = np.where(activations[k] > 0, grad_x, 0)
        k -= 1
    return [(gradients[k, "weights"], gradients[k, "bias"]) for k in range(len(layers))]


@answers("numerical_gradient")
def a_fresh_array_for_each_entry(f, array, step=1e-5):
    base, slopes = np.asarray(array).astype(np.float64), []
    for k in range(base.size):
        bump = np.zeros(base.size)
        bump[k] = step
        bump = bump.reshape(base.shape)
        slopes.append((f(base + bump) - f(base - bump)) / (2 * step))
    return np.array(slopes).reshape(base.shape)


@answers("relative_error")
def without_taking_sizes_first(a, b):
    def largest(values):
        return max(values.max(), -values.min())

    if a.shape != b.shape:
        raise ValueError(f"a {a.shape}, b {b.shape}")
    if a.size < 1:
        return 0
    return np.float64(largest(a - b)) / max(1e-12, largest(a) + largest(b))


@answers("dense_gradient")
def bias_as_one_more_input(grad_output, x, weights):
    both = np.column_stack([x, np.ones(len(x))]).T @ grad_output
    return (weights @ grad_output.T).T, both[:-1], both[-1]


@answers("cross_entropy_gradient")
def added_at_the_labels(logits, labels):
    beliefs = logits.astype(float)
    beliefs -= beliefs.max(axis=1)[:, np.newaxis]
    beliefs = np.exp(beliefs)
    beliefs /= beliefs.sum(axis=1)[:, np.newaxis]
    np.add.at(beliefs, (np.arange(len(labels)), labels), -1)
    return beliefs / float(len(labels))


@answers("backward")
def with_zeros_written_into_a_new_array(layers, activations, grad_logits):
    gradients, blame = {}, grad_logits
    for k, activation in reversed(list(enumerate(activations))):
        gradients[k] = np.einsum("bi,bo->io", activation, blame), np.einsum("bo->o", blame)
        blame = np.einsum("bo,io->bi", blame, layers[k][0])
        blame[activation == 0] = 0
    return tuple(gradients[k] for k in range(len(layers)))
