"""What goes wrong when a trained reader is to learn something new."""

import numpy as np

from ..weightlab.descent import train
from ..weightlab.freezing import fine_tune
from ..weightlab.lora import lora_fine_tune, lora_init, lora_merge
from . import of


@of("adapt")
def nothing_changed(layers, x, y, rng):
    """You return the reader as it was. It has forgotten nothing, but it has learned nothing either, and only what is learned and kept counts."""
    return layers


@of("adapt")
def everything_retrained(layers, x, y, rng):
    """You retrain every weight. That is over four times the budget, and on new images alone it also overwrites what the reader knew. Chapter 9 has a way to change big matrices with few numbers."""
    return train(layers, x, y, epochs=20, batch_size=32, learning_rate=0.1, rng=rng)[0]


@of("adapt")
def head_only(layers, x, y, rng):
    """You change the head alone. Its 650 numbers read features that were made for upright digits, and as the old digits use the same head they are forgotten all the same. Let the layers below change a little, too."""
    return fine_tune(layers, x, y, frozen={0, 1}, epochs=60, batch_size=32, learning_rate=0.1, rng=rng)[0]


@of("adapt")
def lora_without_old_images(layers, x, y, rng):
    """The new digits came in and the old ones went out. A merged adapter changes the old digits' outputs as well, and nothing in your training says what must stay: show it old images too (labkit.data.digits14_train)."""
    adapters = [lora_init(*weights.shape, 8, rng) for weights, _ in layers]
    adapters, _ = lora_fine_tune(
        layers, adapters, x, y, alpha=16, epochs=60, batch_size=32, learning_rate=0.02, rng=rng
    )
    return [(lora_merge(w, adapter, 16), b) for (w, b), adapter in zip(layers, adapters)]


@of("adapt")
def a_rank_over_the_budget(layers, x, y, rng):
    """Your change needs more than 4,000 stored numbers. A change of rank r costs r times (fan_in + fan_out) for each matrix: which rank can you afford for all three, or which matrix matters most?"""
    adapters = [lora_init(*weights.shape, min(16, *weights.shape), rng) for weights, _ in layers]
    adapters, _ = lora_fine_tune(layers, adapters, x, y, alpha=16, epochs=5, batch_size=32, learning_rate=0.02, rng=rng)
    return [(lora_merge(w, adapter, 16), b) for (w, b), adapter in zip(layers, adapters)]


@of("adapt")
def another_network_altogether(layers, x, y, rng):
    """You return something of another form than the layers that you were given: adapters, a second head, or a network of other sizes. One reader must come back, of the same shapes; fold what you added into its weights."""
    return [*layers, layers[-1]]


@of("adapt")
def steps_too_large(layers, x, y, rng):
    """Your training ran away: the numbers grew until they were no numbers any more. Inverted images are nearly all ink, so the same step pushes much further there. Take smaller steps."""
    return [(np.full_like(w, np.nan), b) for w, b in layers]
