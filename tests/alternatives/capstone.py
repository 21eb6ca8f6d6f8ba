"""Correct answers of the capstone in other styles."""

# ruff: noqa: F821 - whatever the reference's module imports is there when one of these functions is put into it

import numpy as np

from tests.alternatives import answers


@answers("adapt")
def half_of_every_batch_is_old(layers, x, y, rng):
    import weightlab.backprop as backprop
    from weightlab.forward import forward
    from weightlab.lora import lora_init

    old_x, old_y = data.digits14_train()
    alpha, rank = 14, 7
    adapters = [lora_init(*weights.shape, rank, rng) for weights, _ in layers]
    for step in range(2400):
        rate = 0.03 if step < 2000 else 0.01
        new, old = rng.integers(len(x), size=12), rng.integers(len(old_x), size=20)
        batch_x, batch_y = np.vstack([x[new], old_x[old]]), np.hstack([y[new], old_y[old]])
        merged = [(w + alpha / rank * down @ up, b) for (w, b), (down, up) in zip(layers, adapters, strict=True)]
        logits, activations = forward(merged, batch_x)
        gradients = backprop.backward(merged, activations, backprop.cross_entropy_gradient(logits, batch_y))
        adapters = [
            (down - rate * alpha / rank * g @ up.T, up - rate * alpha / rank * down.T @ g)
            for (down, up), (g, _) in zip(adapters, gradients, strict=True)
        ]
    return [(w + alpha / rank * down @ up, b) for (w, b), (down, up) in zip(layers, adapters, strict=True)]


@answers("adapt")
def trains_everything_and_keeps_the_largest_directions(layers, x, y, rng):
    from weightlab.descent import train

    old_x, old_y = data.digits14_train()
    both_x, both_y = np.concatenate([np.repeat(x, 15, axis=0), old_x]), np.concatenate([np.repeat(y, 15), old_y])
    adapted = layers
    for rate in [0.05, 0.05, 0.05, 0.02]:
        # Descent leaves the low-rank changes; truncating after every few epochs leads it back.
        moved, _ = train(adapted, both_x, both_y, epochs=3, batch_size=32, learning_rate=rate, rng=rng)
        adapted = []
        for (weights, _), (new, bias) in zip(layers, moved, strict=True):
            u, sizes, v = np.linalg.svd(new.astype(float) - weights, full_matrices=False)
            adapted.append((weights + (u[:, :8] * sizes[:8]) @ v[:8], bias))
    return adapted
