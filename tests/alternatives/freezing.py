"""Correct answers to the exercises of freezing.py, in other styles."""

# ruff: noqa: F821 - whatever the reference's module imports is there when one of these functions is put into it

import math

import numpy as np

from tests.alternatives import answers


@answers("count_trainable")
def counts_down_a_loop(layers, frozen):
    total = 0
    for index in range(len(layers)):
        if index in frozen:
            continue
        for array in layers[index]:
            total += int(np.prod(np.shape(array)))
    return total


@answers("count_trainable")
def all_minus_the_frozen(layers, frozen):
    sizes = np.array([math.prod(w.shape) + len(b) for w, b in layers])
    return sizes.sum() - sum(sizes[k] for k in frozen)


@answers("frozen_step")
def copies_and_loops(layers, gradients, learning_rate, frozen):
    for index in frozen:
        if index not in range(len(layers)):
            raise ValueError("no layer " + str(index))
    new = []
    for k in range(len(layers)):
        weights, bias = layers[k]
        weights, bias = weights.copy(), bias.copy()
        if k not in frozen:
            grad_weights, grad_bias = gradients[k]
            weights -= learning_rate * grad_weights
            bias -= learning_rate * grad_bias
        new.append([weights, bias])
    return new


@answers("frozen_step")
def steps_only_the_others(layers, gradients, learning_rate, frozen):
    if any(k < 0 or k >= len(layers) for k in frozen):
        raise ValueError(f"frozen={frozen!r}, but there are only {len(layers)} layers")
    result = dict(enumerate(layers))
    for k in set(result) - frozen:
        result[k] = tuple(p - learning_rate * g for p, g in zip(result[k], gradients[k], strict=True))
    return tuple(result[k] for k in sorted(result))


@answers("backward_unfrozen")
def recursive_from_the_top(layers, activations, grad_logits, frozen):
    def down(k, grad):
        if all(j in frozen for j in range(k + 1)):
            return [None] * (k + 1)
        weights = layers[k][0]
        own = None if k in frozen else (activations[k].T @ grad, grad.sum(0))
        if all(j in frozen for j in range(k)):
            return [None] * k + [own]
        return [*down(k - 1, (grad @ weights.T) * (activations[k] > 0)), own]

    return down(len(layers) - 1, grad_logits)


@answers("backward_unfrozen")
def breaks_out_of_the_loop(layers, activations, grad_logits, frozen):
    found = {}
    grad = np.array(grad_logits)
    for k in reversed(range(len(layers))):
        if not any(j not in frozen for j in range(k + 1)):
            break
        grad_x, grad_weights, grad_bias = dense_gradient(grad, activations[k], layers[k][0])
        if k not in frozen:
            found[k] = [grad_weights.tolist(), grad_bias.tolist()]
        grad = relu_gradient(grad_x, activations[k])
    return [found.get(k) for k in range(len(layers))]


@answers("fine_tune")
def shuffles_by_itself(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    losses = []
    for _ in range(epochs):
        order, batch_losses, batch_sizes = rng.permutation(len(y)), [], []
        for rows in np.split(order, range(batch_size, len(y), batch_size)):
            logits, activations = forward(layers, x[rows])
            batch_losses.append(cross_entropy(logits, y[rows]))
            batch_sizes.append(len(rows))
            grad = cross_entropy_gradient(logits, y[rows])
            layers = frozen_step(
                layers,
                backward_unfrozen(layers, activations, grad, frozen),
                learning_rate,
                frozen,
            )
        losses.append(np.average(batch_losses, weights=batch_sizes))
    return layers, np.array(losses)


@answers("fine_tune")
def in_place_on_copies(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    layers = [(w.copy(), b.copy()) for w, b in layers]
    losses = []
    for _ in range(epochs):
        rows = np.arange(len(x))
        rng.shuffle(rows)
        summed = 0
        while len(rows):
            now, rows = rows[:batch_size], rows[batch_size:]
            logits, activations = forward(layers, x[now])
            summed += cross_entropy(logits, y[now]) * len(now)
            gradients = backward_unfrozen(
                layers,
                activations,
                cross_entropy_gradient(logits, y[now]),
                frozen,
            )
            for layer, gradient in zip(layers, gradients, strict=True):
                if gradient is not None:
                    for parameter, slope in zip(layer, gradient, strict=True):
                        parameter -= learning_rate * slope
        losses += [summed / len(x)]
    return layers, losses


@answers("count_trainable")
def with_filter(layers, frozen):
    learning = filter(lambda item: item[0] not in frozen, enumerate(layers))
    return sum(np.size(w) + np.size(b) for _, (w, b) in learning)


@answers("frozen_step")
def steps_a_list_of_those_that_learn(layers, gradients, learning_rate, frozen):
    wrong = [k for k in sorted(frozen) if not 0 <= k < len(layers)]
    if wrong:
        raise ValueError(f"There is no layer {wrong[0]} among {len(layers)}")
    free = [k for k in range(len(layers)) if k not in frozen]
    stepped = gradient_step([layers[k] for k in free], [gradients[k] for k in free], learning_rate)
    new = list(layers)
    for k, layer in zip(free, stepped, strict=True):
        new[k] = layer
    return new


@answers("backward_unfrozen")
def stops_when_none_is_left(layers, activations, grad_logits, frozen):
    found, grad, left = {}, grad_logits, len(set(range(len(layers))) - set(frozen))
    for k in reversed(range(len(layers))):
        if left == 0:
            break
        if k in frozen:
            grad = relu_gradient(np.dot(grad, layers[k][0].T), activations[k])
        else:
            left -= 1
            grad_x, grad_weights, grad_bias = dense_gradient(grad, activations[k], layers[k][0])
            found[k] = (grad_weights, grad_bias)
            grad = relu_gradient(grad_x, activations[k])
    return tuple(found.get(k) for k in range(len(layers)))


@answers("fine_tune")
def losses_of_single_examples(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    losses = []
    for _ in range(epochs):
        seen = []
        for xb, yb in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, xb)
            seen.extend(cross_entropy(logits[i : i + 1], yb[i : i + 1]) for i in range(len(yb)))
            gradients = backward_unfrozen(layers, activations, cross_entropy_gradient(logits, yb), frozen)
            layers = frozen_step(layers, gradients, learning_rate, frozen)
        losses.append(sum(seen) / len(seen))
    return [layers, losses]


@answers("interpolate_layers")
def walks_from_the_old_values(layers, tuned, share):
    if len(layers) != len(tuned):
        raise ValueError("different depths")
    between = []
    for k in range(len(layers)):
        pair = []
        for old, new in zip(layers[k], tuned[k], strict=True):
            if np.shape(old) != np.shape(new):
                raise ValueError(f"layer {k}: {np.shape(old)} is not {np.shape(new)}")
            pair.append(old + share * (new - old))
        between.append(pair)
    return between


@answers("interpolate_layers")
def averages_with_weights(layers, tuned, share):
    old, new = (tuple(part for layer in network for part in layer) for network in (layers, tuned))
    shapes = [[part.shape for part in parts] for parts in (old, new)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"{shapes[0]} against {shapes[1]}")
    mixed = [np.average([a, b], axis=0, weights=[1 - share, share]) for a, b in zip(old, new, strict=True)]
    return list(zip(mixed[::2], mixed[1::2], strict=True))


@answers("interpolate_layers")
def subtracts_what_is_left(layers, tuned, share):
    for one, other in zip(layers, tuned, strict=True):
        if one[0].shape != other[0].shape or one[1].shape != other[1].shape:
            raise ValueError(f"{one[0].shape}, {one[1].shape} and {other[0].shape}, {other[1].shape}")
    left = 1 - share
    return tuple((v - left * (v - w), c - left * (c - b)) for (w, b), (v, c) in zip(layers, tuned, strict=True))
