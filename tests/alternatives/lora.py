"""Correct answers to the exercises of lora.py, in other styles."""

# ruff: noqa: F821 - whatever the reference's module imports is there when one of these functions is put into it

import math

import numpy as np

from tests.alternatives import answers


@answers("lora_init")
def scales_a_standard_normal(fan_in, fan_out, rank, rng):
    if rank < 1:
        raise ValueError(f"rank must be at least 1, not {rank}")
    if rank > fan_in or rank > fan_out:
        raise ValueError(f"rank {rank} is more than {fan_in} x {fan_out} can have")
    return rng.standard_normal((fan_in, rank)) / math.sqrt(fan_in), np.zeros(shape=(rank, fan_out))


@answers("lora_init")
def row_by_row_as_lists(fan_in, fan_out, rank, rng):
    if rank not in range(1, min(fan_in, fan_out) + 1):
        raise ValueError("rank", rank)
    down = [[rng.normal(loc=0, scale=fan_in**-0.5) for _ in range(rank)] for _ in range(fan_in)]
    return [down, [[0] * fan_out for _ in range(rank)]]


@answers("lora_dense")
def through_merged_weights(x, weights, bias, adapter, alpha):
    down, up = adapter
    return x @ (weights + alpha * (down @ up) / up.shape[0]) + bias


@answers("lora_dense")
def einsum_outputs(x, weights, bias, adapter, alpha):
    side = np.einsum("bi,ir,ro->bo", x, adapter[0], adapter[1], optimize=True)
    return np.einsum("bi,io->bo", x, weights) + bias[None, :] + side * (alpha / np.shape(adapter[1])[0])


@answers("lora_gradient")
def through_the_whole_change(grad_output, x, weights, adapter, alpha):
    down, up = adapter
    scale = alpha / len(up)
    change = scale * x.T @ grad_output
    return grad_output @ (weights + scale * down @ up).T, change @ up.T, down.T @ change


@answers("lora_gradient")
def two_small_layers(grad_output, x, weights, adapter, alpha):
    from weightlab.backprop import dense_gradient

    down, up = adapter
    inner = x @ down
    grad_inner, grad_up, _ = dense_gradient(alpha / down.shape[-1] * grad_output, inner, up)
    grad_side, grad_down, _ = dense_gradient(grad_inner, x, down)
    return [grad_output @ weights.T + grad_side, grad_down, grad_up]


@answers("lora_fine_tune")
def by_merging(layers, adapters, x, y, *, alpha, epochs, batch_size, learning_rate, rng):
    adapters, losses = [(down.copy(), up.copy()) for down, up in adapters], []
    for _ in range(epochs):
        total, order = 0.0, rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            signal, inputs, merged = x[rows], [], []
            for k, (weights, bias) in enumerate(layers):
                down, up = adapters[k]
                inputs.append(signal)
                merged.append(weights + alpha / down.shape[1] * down @ up)
                signal = signal @ merged[-1] + bias
                if k + 1 < len(layers):
                    signal = relu(signal)
            total += cross_entropy(signal, y[rows]) * len(rows)
            grad = cross_entropy_gradient(signal, y[rows])
            for k in reversed(range(len(layers))):
                down, up = adapters[k]
                change = alpha / down.shape[1] * inputs[k].T @ grad
                grad = (grad @ merged[k].T) * (inputs[k] > 0)
                adapters[k] = (down - learning_rate * change @ up.T, up - learning_rate * down.T @ change)
        losses.append(total / len(x))
    return adapters, losses


@answers("lora_fine_tune")
def gradients_first_then_steps(layers, adapters, x, y, *, alpha, epochs, batch_size, learning_rate, rng):
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        for xb, yb in minibatches(x, y, batch_size, rng):
            acts, out = [xb], None
            for k, (w, b) in enumerate(layers):
                out = lora_dense(acts[k], w, b, adapters[k], alpha)
                acts.append(relu(out))
            losses[epoch] += cross_entropy(out, yb) * len(yb) / len(y)
            grad, gradients = cross_entropy_gradient(out, yb), []
            for k in range(len(layers) - 1, -1, -1):
                grad, *own = lora_gradient(grad, acts[k], layers[k][0], adapters[k], alpha)
                gradients.insert(0, own)
                grad = relu_gradient(grad, acts[k])
            adapters = [
                tuple(p - learning_rate * g for p, g in zip(a, own, strict=True))
                for a, own in zip(adapters, gradients, strict=True)
            ]
    return list(adapters), losses


@answers("lora_merge")
def merges_by_einsum(weights, adapter, alpha):
    down, up = adapter
    return weights + np.einsum("ir,ro->io", down, up) * alpha / down.shape[1]


@answers("lora_merge")
def one_direction_at_a_time(weights, adapter, alpha):
    down, up = adapter
    merged = weights.copy()
    for column, row in zip(down.T, up, strict=True):
        merged = merged + alpha / len(up) * np.outer(column, row)
    return merged.tolist()


@answers("lora_init")
def with_generator_keywords(fan_in, fan_out, rank, rng):
    if rank > min(fan_in, fan_out) or not rank > 0:
        raise ValueError(f"rank={rank}")
    down = rng.normal(scale=1 / np.sqrt(fan_in), size=fan_in * rank).reshape(fan_in, rank)
    return down, down[:1].T @ np.zeros((1, fan_out))


@answers("lora_dense")
def one_wide_layer(x, weights, bias, adapter, alpha):
    down, up = adapter
    inner = np.hstack([x, x @ down])
    return inner @ np.vstack([weights, up * alpha / len(up)]) + bias


@answers("lora_gradient")
def example_by_example(grad_output, x, weights, adapter, alpha):
    down, up = adapter
    scale, grad_x = alpha / up.shape[0], []
    grad_down, grad_up = np.zeros(down.shape), np.zeros(up.shape)
    for grad, row in zip(grad_output, x, strict=True):
        inner = scale * (up @ grad)
        grad_x.append(weights @ grad + down @ inner)
        grad_down += np.outer(row, inner)
        grad_up += scale * np.outer(row @ down, grad)
    return grad_x, grad_down, grad_up


@answers("lora_merge")
def merges_in_place_on_a_copy(weights, adapter, alpha):
    merged = np.array(weights)
    merged += np.dot(*adapter) * (alpha / adapter[0].shape[1])
    return merged


@answers("lora_init")
def from_uniform_numbers(fan_in, fan_out, rank, rng):
    if rank < 1 or rank > min(fan_in, fan_out):
        raise ValueError(f"bad rank {rank}")
    # Box and Muller's method of drawing normal numbers.
    radius, angle = 1 - rng.random((fan_in, rank)), 2 * np.pi * rng.random((fan_in, rank))
    return np.sqrt(-2 * np.log(radius) / fan_in) * np.cos(angle), np.zeros([rank, fan_out])


@answers("lora_fine_tune")
def through_the_merged_network(layers, adapters, x, y, *, alpha, epochs, batch_size, learning_rate, rng):
    from weightlab.backprop import backward
    from weightlab.forward import forward

    losses = []
    for _ in range(epochs):
        total = 0
        for xb, yb in minibatches(x, y, batch_size, rng):
            scales = [alpha / down.shape[1] for down, _ in adapters]
            network = [(w + s * d @ u, b) for (w, b), (d, u), s in zip(layers, adapters, scales, strict=True)]
            logits, activations = forward(network, xb)
            total += cross_entropy(logits, yb) * len(yb)
            changes = backward(network, activations, cross_entropy_gradient(logits, yb))
            adapters = [
                (down - learning_rate * s * change @ up.T, up - learning_rate * s * down.T @ change)
                for (down, up), (change, _), s in zip(adapters, changes, scales, strict=True)
            ]
        losses.append(total / len(x))
    return adapters, losses


@answers("lora_merge")
def the_layer_of_unit_inputs(weights, adapter, alpha):
    fan_in, fan_out = weights.shape
    unit = np.eye(fan_in, dtype=weights.dtype)
    return lora_dense(unit, weights, np.zeros(fan_out, dtype=weights.dtype), adapter, alpha)
