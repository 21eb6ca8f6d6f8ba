"""What goes wrong when a trained reader is to learn something new."""

import numpy as np

from ..weightlab.descent import train
from ..weightlab.freezing import fine_tune
from ..weightlab.lora import lora_fine_tune, lora_init, lora_merge
from . import of


@of("adapt")
def nothing_changed(layers, x, y, rng):
    """The reader comes back unchanged or nearly so: it has forgotten nothing and learned nothing. To earn points, the reader must learn without forgetting much."""
    return layers


@of("adapt")
def everything_retrained(layers, x, y, rng):
    """Storing the change takes more than twice the budget. A change of low rank takes few numbers: which method of chapter 9 makes such changes?"""
    return train(layers, x, y, epochs=20, batch_size=32, learning_rate=0.1, rng=rng)[0]


@of("adapt")
def head_only(layers, x, y, rng):
    """Only the head changes, but the layers before it were trained only for the old digits. Let earlier layers also change, within the budget."""
    return fine_tune(layers, x, y, frozen={0, 1}, epochs=60, batch_size=32, learning_rate=0.1, rng=rng)[0]


@of("adapt")
def lora_without_old_images(layers, x, y, rng):
    """Too many old digits are forgotten: a change for the new digits also affects the old ones. Do you also train on enough old images?"""
    adapters = [lora_init(*weights.shape, 8, rng) for weights, _ in layers]
    adapters, _ = lora_fine_tune(
        layers, adapters, x, y, alpha=16, epochs=60, batch_size=32, learning_rate=0.02, rng=rng
    )
    return [(lora_merge(w, adapter, 16), b) for (w, b), adapter in zip(layers, adapters)]


@of("adapt")
def a_rank_over_the_budget(layers, x, y, rng):
    """The change needs more than 4,000 stored numbers. In each matrix, rank r takes at most r · (fan_in + fan_out): which rank can you afford?"""
    adapters = [lora_init(*weights.shape, min(16, *weights.shape), rng) for weights, _ in layers]
    adapters, _ = lora_fine_tune(layers, adapters, x, y, alpha=16, epochs=5, batch_size=32, learning_rate=0.02, rng=rng)
    return [(lora_merge(w, adapter, 16), b) for (w, b), adapter in zip(layers, adapters)]


@of("adapt")
def another_network_altogether(layers, x, y, rng):
    """The result does not have the form of `layers`. Did you return adapters, a second head or arrays of other shapes? Return one network."""
    return [*layers, layers[-1]]


@of("adapt")
def steps_too_large(layers, x, y, rng):
    """The network holds NaN or huge numbers. Did training diverge? Inverted images are nearly all ink, so a step changes the outputs more."""
    return [(np.full_like(w, np.nan), b) for w, b in layers]
