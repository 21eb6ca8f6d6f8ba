"""What people get wrong about freezing layers, fine-tuning, and mixing two networks."""

import numpy as np

from ..weightlab.backprop import backward, dense_gradient, relu_gradient
from ..weightlab.descent import gradient_step, train
from ..weightlab.freezing import (
    backward_unfrozen,
    count_trainable,
    fine_tune,
    frozen_step,
    interpolate_layers,
)
from . import of


@of("count_trainable")
def counts_the_frozen(layers, frozen):
    """Only the frozen layers are counted. Descent leaves frozen layers unchanged: count the parameters of all other layers."""
    return sum(w.size + b.size for k, (w, b) in enumerate(layers) if k in frozen)


@of("count_trainable")
def counts_weights_only(layers, frozen):
    """The weights are counted, but not the biases. Biases are also parameters, and learn unless their layer is frozen."""
    return sum(w.size for k, (w, b) in enumerate(layers) if k not in frozen)


@of("count_trainable")
def counts_frozen_biases(layers, frozen):
    """The biases of the frozen layers are also counted. Freezing applies to the whole layer, its bias included."""
    return sum(b.size + (0 if k in frozen else w.size) for k, (w, b) in enumerate(layers))


@of("count_trainable")
def counts_frozen_weights(layers, frozen):
    """The weights of the frozen layers are also counted. Freezing applies to the whole layer, its weights included."""
    return sum(w.size + (0 if k in frozen else b.size) for k, (w, b) in enumerate(layers))


@of("count_trainable")
def counts_layers(layers, frozen):
    """This counts layers, not parameters. A layer is a pair of arrays: count the entries that they hold."""
    return sum(k not in frozen for k in range(len(layers)))


@of("count_trainable")
def stops_at_the_frozen(layers, frozen):
    """Only the layers after the last frozen one are counted, as if a frozen layer froze all earlier ones. A frozen layer freezes only itself."""
    return sum(w.size + b.size for w, b in layers[max(frozen, default=-1) + 1 :])


@of("count_trainable")
def counts_rows(layers, frozen):
    """Only the length of each array's first axis seems to be counted, as by len(). Which attribute holds the number of all entries?"""
    return sum(len(w) + len(b) for k, (w, b) in enumerate(layers) if k not in frozen)


@of("count_trainable")
def stops_at_the_first_frozen(layers, frozen):
    """The count seems to stop at the first frozen layer. A frozen layer freezes only itself: skip it and continue with the next."""
    return sum(w.size + b.size for w, b in layers[: min(frozen, default=len(layers))])


@of("count_trainable")
def returns_inside_the_loop(layers, frozen):
    """Only the first layer seems to be counted. If the return is inside the loop, move it below the loop."""
    return 0 if 0 in frozen else sum(part.size for part in layers[0])


@of("count_trainable")
def only_the_last_layer(layers, frozen):
    """Only the last trainable layer is counted. If each iteration assigns the total with `=`, use `+=` to add to it."""
    return ([0] + [w.size + b.size for k, (w, b) in enumerate(layers) if k not in frozen])[-1]


@of("count_trainable")
def counts_arrays(layers, frozen):
    """The arrays are counted, two for each layer that learns. Count the numbers in them: each array has a size."""
    return sum(2 for k in range(len(layers)) if k not in frozen)


@of("count_trainable")
def the_fraction_that_learns(layers, frozen):
    """This is the fraction of the parameters that learn. Return the number of these parameters."""
    return count_trainable(layers, frozen) / count_trainable(layers, set())


@of("frozen_step")
def multiplies_the_gradient_by_zero(layers, gradients, learning_rate, frozen):
    """The gradient of a frozen layer seems to be used, perhaps multiplied by zero. That gradient may be None or NaN: skip the layer."""
    _refuse_unknown(layers, frozen)
    rates = [0.0 if k in frozen else learning_rate for k in range(len(layers))]
    return [(w - rate * gw, b - rate * gb) for (w, b), (gw, gb), rate in zip(layers, gradients, rates)]


@of("frozen_step")
def zero_times_nan(layers, gradients, learning_rate, frozen):
    """The gradient of a frozen layer seems to be used, perhaps multiplied by zero. Zero times NaN is NaN: skip the layer."""
    _refuse_unknown(layers, frozen)
    rates = [0.0 if k in frozen else learning_rate for k in range(len(layers))]
    steps = zip(layers, gradients, rates)
    return [layer if pair is None else gradient_step([layer], [pair], rate)[0] for layer, pair, rate in steps]


@of("frozen_step")
def freezes_weights_but_not_biases(layers, gradients, learning_rate, frozen):
    """The weights of a frozen layer stay, but its bias moves. Freezing applies to the whole layer."""
    _refuse_unknown(layers, frozen)
    stepped = gradient_step(layers, gradients, learning_rate)
    return [(w, c) if k in frozen else (v, c) for k, ((w, b), (v, c)) in enumerate(zip(layers, stepped))]


@of("frozen_step")
def leaves_the_frozen_out(layers, gradients, learning_rate, frozen):
    """Only the layers that learned come back. A frozen layer is still part of the network: return it unchanged, at its position."""
    _refuse_unknown(layers, frozen)
    return [layer for k, layer in enumerate(frozen_step(layers, gradients, learning_rate, frozen)) if k not in frozen]


@of("frozen_step")
def none_for_the_frozen(layers, gradients, learning_rate, frozen):
    """The entry for a frozen layer is None. The gradient of such a layer may be None, but the layer itself must come back unchanged."""
    return [
        None if k in frozen else layer for k, layer in enumerate(frozen_step(layers, gradients, learning_rate, frozen))
    ]


@of("frozen_step")
def replaces_layers_in_the_list(layers, gradients, learning_rate, frozen):
    """The step is right, but the caller's layers (the list or its arrays) have changed. Put new arrays into a new list."""
    layers[:] = frozen_step(layers, gradients, learning_rate, frozen)
    return layers


@of("frozen_step")
def overlooks_an_unknown_index(layers, gradients, learning_rate, frozen):
    """An index that no layer has is accepted. A wrong index would then silently freeze nothing: raise a ValueError whose message contains it."""
    return frozen_step(layers, gradients, learning_rate, set(frozen) & set(range(len(layers))))


@of("frozen_step")
def looks_at_a_frozen_gradient(layers, gradients, learning_rate, frozen):
    """The frozen layers come back unchanged, but a gradient of None causes an error. Check whether a layer is frozen before you use its gradient."""
    _refuse_unknown(layers, frozen)
    stepped = [(w - learning_rate * gw, b - learning_rate * gb) for (w, b), (gw, gb) in zip(layers, gradients)]
    return [old if k in frozen else new for k, (old, new) in enumerate(zip(layers, stepped))]


@of("frozen_step")
def overlooks_a_negative_index(layers, gradients, learning_rate, frozen):
    """A negative index is accepted, but layers are counted from 0. Refuse every index that is not in range(len(layers))."""
    if any(k >= len(layers) for k in frozen):
        raise ValueError(f"no layer {max(frozen)}")
    return frozen_step(layers, gradients, learning_rate, set(frozen) & set(range(len(layers))))


@of("frozen_step")
def lets_the_number_of_layers_pass(layers, gradients, learning_rate, frozen):
    """The index len(layers) is accepted, at least alongside a valid index. Layers are counted from 0: which is the last index?"""
    if any(k > len(layers) or k < 0 for k in frozen):
        raise ValueError(f"no layer among {sorted(frozen)}")
    return frozen_step(layers, gradients, learning_rate, set(frozen) & set(range(len(layers))))


@of("frozen_step")
def freezes_only_where_no_gradient_is(layers, gradients, learning_rate, frozen):
    """A frozen layer moves if it has a gradient, as if only a missing gradient froze it. `frozen` alone says which layers must not change."""
    _refuse_unknown(layers, frozen)
    steps = zip(layers, gradients)
    return [layer if pair is None else gradient_step([layer], [pair], learning_rate)[0] for layer, pair in steps]


@of("frozen_step")
def moves_the_frozen_layers_alone(layers, gradients, learning_rate, frozen):
    """The frozen layers move wherever they have a gradient, and the others stay. `frozen` lists the layers that must not change."""
    _refuse_unknown(layers, frozen)
    moves = [k in frozen and pair is not None for k, pair in enumerate(gradients)]
    steps = zip(layers, gradients, moves)
    return [gradient_step([layer], [pair], learning_rate)[0] if move else layer for layer, pair, move in steps]


@of("backward_unfrozen")
def computes_everything_first(layers, activations, grad_logits, frozen):
    """The gradients are right, but layers before the first trainable one also seem to be used. Stop at the first trainable layer."""
    return [None if k in frozen else g for k, g in enumerate(backward(layers, activations, grad_logits))]


@of("backward_unfrozen")
def stops_at_the_last_trainable_layer(layers, activations, grad_logits, frozen):
    """Only the last trainable layer has gradients, but the backward pass must continue to the first one. Is a return inside the loop?"""
    last = max((k for k in range(len(layers)) if k not in frozen), default=-1)
    if last < 0:
        backward(layers, activations, grad_logits)  # no layer ends the loop
    return backward_unfrozen(layers, activations, grad_logits, set(range(len(layers))) - {last})


@of("backward_unfrozen")
def goes_one_layer_too_far(layers, activations, grad_logits, frozen):
    """The gradients are right, but the layer before the first trainable one also seems to be used. Stop at the first trainable layer."""
    gradients, grad = [None] * len(layers), grad_logits
    learning = [k for k in range(len(layers)) if k not in frozen]
    for k in range(len(layers) - 1, max(learning[0] - 1, 0) - 1, -1) if learning else ():
        grad, *own = dense_gradient(grad, activations[k], layers[k][0])
        gradients[k] = None if k in frozen else tuple(own)
        grad = relu_gradient(grad, activations[k])
    return gradients


@of("backward_unfrozen")
def a_frozen_layer_blocks(layers, activations, grad_logits, frozen):
    """The gradient stops at a frozen layer. Freezing does not block gradients: pass the gradient back through the frozen weights to earlier layers."""
    top = max(frozen, default=-1)
    below = set(range(top + 1))
    return backward_unfrozen(layers, activations, grad_logits, below)


@of("backward_unfrozen")
def skips_the_frozen_weights(layers, activations, grad_logits, frozen):
    """The backward pass leaves out a frozen layer. The signal passed through that layer's weights, so the gradient must pass back through them."""
    gradients, grad = [None] * len(layers), grad_logits
    for k in reversed(range(len(layers))):
        if k in frozen:
            continue
        grad, *gradients[k] = dense_gradient(grad, activations[k], layers[k][0])
        grad = relu_gradient(grad, activations[k]) if k else grad
    return gradients


@of("backward_unfrozen")
def forgets_the_relu_below_a_frozen_layer(layers, activations, grad_logits, frozen):
    """The gradient passes through the frozen layer's weights, but skips the ReLU before them. An inactive neuron must pass no gradient."""
    learning = [k for k in range(len(layers)) if k not in frozen]
    gradients, grad = [None] * len(layers), grad_logits
    for k in range(len(layers) - 1, min(learning, default=len(layers)) - 1, -1):
        if k in frozen:
            grad = grad @ layers[k][0].T
        else:
            grad, *gradients[k] = dense_gradient(grad, activations[k], layers[k][0])
            grad = relu_gradient(grad, activations[k])
    return gradients


@of("backward_unfrozen")
def last_layer_first(layers, activations, grad_logits, frozen):
    """The gradients come in reverse order, the last layer first. Return the gradients in the order of `layers`."""
    return backward_unfrozen(layers, activations, grad_logits, frozen)[::-1]


@of("backward_unfrozen")
def helpless_when_all_is_frozen(layers, activations, grad_logits, frozen):
    """If all layers are frozen, an error is raised, perhaps because min() gets an empty sequence. Return a list in which every entry is None."""
    min(k for k in range(len(layers)) if k not in frozen)
    return backward_unfrozen(layers, activations, grad_logits, frozen)


@of("backward_unfrozen")
def zeros_for_the_frozen(layers, activations, grad_logits, frozen):
    """There are zeros in place of a frozen layer's gradient, but that gradient is not zero. Return None, because it is not computed."""
    gradients = backward_unfrozen(layers, activations, grad_logits, frozen)
    return [(np.zeros_like(w), np.zeros_like(b)) if g is None else g for (w, b), g in zip(layers, gradients)]


@of("backward_unfrozen")
def a_pair_of_nones(layers, activations, grad_logits, frozen):
    """A frozen layer gets a pair of Nones. Return a single None for the layer, so that `gradient is None` is true for it."""
    return [(None, None) if g is None else g for g in backward_unfrozen(layers, activations, grad_logits, frozen)]


@of("backward_unfrozen")
def leaves_out_the_frozen_gradients(layers, activations, grad_logits, frozen):
    """Only the gradients of trainable layers come back, so their positions no longer match the layers. Return one entry per layer, None for frozen ones."""
    return [g for g in backward_unfrozen(layers, activations, grad_logits, frozen) if g is not None]


@of("backward_unfrozen")
def gradients_of_the_frozen(layers, activations, grad_logits, frozen):
    """The frozen layers have gradients, and the others have None. Return the reverse: the layers that learn need gradients."""
    everything = backward(layers, activations, grad_logits)
    return [g if k in frozen else None for k, g in enumerate(everything)]


@of("backward_unfrozen")
def stops_above_as_many_as_are_frozen(layers, activations, grad_logits, frozen):
    """The backward pass seems to stop at layer len(frozen). `frozen` says which layers, not how many: stop only at the first trainable layer."""
    low = len(frozen)
    gradients = _unfrozen(layers[low:], activations[low:], grad_logits, {k - low for k in frozen})
    return [None] * low + gradients


def _unfrozen(layers, activations, grad, frozen):
    """Walk back to the lowest layer that learns, with a ReLU step of one's own."""
    low = min((k for k in range(len(layers)) if k not in frozen), default=len(layers))
    gradients = [None] * len(layers)
    for k in range(len(layers) - 1, low - 1, -1):
        if k in frozen:
            grad = grad @ layers[k][0].T
        else:
            grad, *gradients[k] = dense_gradient(grad, activations[k], layers[k][0])
        grad = relu_gradient(grad, activations[k])
    return gradients


@of("backward_unfrozen")
def stops_one_layer_early(layers, activations, grad_logits, frozen):
    """The first layer that learns gets None instead of its gradients. Does your loop include that layer?"""
    gradients = backward_unfrozen(layers, activations, grad_logits, frozen)
    first = next((k for k in range(len(layers)) if k not in frozen), len(layers))
    return [None if k == first else pair for k, pair in enumerate(gradients)]


@of("backward_unfrozen")
def none_in_place_of_a_list(layers, activations, grad_logits, frozen):
    """If all layers are frozen, a single None comes back. Return a list with a None for each layer."""
    gradients = backward_unfrozen(layers, activations, grad_logits, frozen)
    return gradients if any(pair is not None for pair in gradients) else None


@of("fine_tune")
def a_tenth_of_the_rate(layers, x, y, *, learning_rate, **settings):
    """Each step seems to be a tenth as long as it should be. Use learning_rate as it is: the caller chose it for fine-tuning."""
    return fine_tune(layers, x, y, learning_rate=learning_rate / 10, **settings)


@of("fine_tune")
def no_losses_if_nothing_learns(layers, x, y, *, frozen, epochs, **settings):
    """If all layers are frozen, no losses come back. Each epoch has a loss, even if nothing learns."""
    epochs = 0 if set(frozen) >= set(range(len(layers))) else epochs
    return fine_tune(layers, x, y, frozen=frozen, epochs=epochs, **settings)


@of("fine_tune")
def returns_only_what_learned(layers, x, y, *, frozen, **settings):
    """Only the layers that learned come back. The frozen ones are still part of the network: keep each layer at its position."""
    tuned, losses = fine_tune(layers, x, y, frozen=frozen, **settings)
    return [layer for k, layer in enumerate(tuned) if k not in frozen], losses


@of("fine_tune")
def learns_from_nothing(layers, x, y, *, frozen, **settings):
    """The layers that learn seem to start from zeros, so what they had learned is lost. Start from the values in `layers`."""
    begun = [pair if k in frozen else tuple(map(np.zeros_like, pair)) for k, pair in enumerate(layers)]
    return fine_tune(begun, x, y, frozen=frozen, **settings)


@of("fine_tune")
def freezes_in_the_first_epoch_only(layers, x, y, *, frozen, epochs, **settings):
    """The frozen layers seem to learn from the second epoch on. Frozen layers must stay as they are in every epoch."""
    layers, losses = fine_tune(layers, x, y, frozen=frozen, epochs=min(epochs, 1), **settings)
    layers, more = fine_tune(layers, x, y, frozen=set(), epochs=max(epochs - 1, 0), **settings)
    return layers, losses + more


@of("fine_tune")
def puts_the_frozen_back_at_the_end(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """All layers seem to be trained, and the frozen ones restored at the end. Keep the frozen layers fixed in every step, so that the other layers adapt to them."""
    trained, losses = train(layers, x, y, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, rng=rng)
    return [old if k in frozen else new for k, (old, new) in enumerate(zip(layers, trained))], losses


@of("fine_tune")
def only_the_learning_layers_take_part(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """Only the layers that learn seem to take part in the forward pass. The signal must also pass through the frozen layers."""
    learning = [k for k in range(len(layers)) if k not in frozen]
    settings = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "rng": rng}
    trained, losses = train([layers[k] for k in learning], x, y, **settings)
    found = dict(zip(learning, trained))
    return [found.get(k, layer) for k, layer in enumerate(layers)], losses


@of("fine_tune")
def nothing_learns_below_a_frozen_layer(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """No layer before a frozen one learns. A frozen layer does not block the gradient: earlier layers that are not frozen must learn."""
    below = set(range(max(frozen, default=-1) + 1))
    return fine_tune(
        layers, x, y, frozen=below, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, rng=rng
    )


@of("fine_tune")
def trains_only_what_follows_the_frozen(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """No layer before a frozen one learns, but every layer outside `frozen` must learn. Did you train only the layers after the last frozen one?"""
    begin, signal = max(frozen, default=-1) + 1, x
    for weights, bias in layers[:begin]:
        signal = np.maximum(signal @ weights + bias, 0)
    settings = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "rng": rng}
    if begin == len(layers):
        same = [(np.eye(signal.shape[1]), np.zeros(signal.shape[1]))]
        return layers, train(same, signal, y, **settings | {"learning_rate": 0.0})[1]
    trained, losses = train(layers[begin:], signal, y, **settings)
    return [*layers[:begin], *trained], losses


@of("interpolate_layers")
def takes_the_last_layers_whole(layers, tuned, share):
    """Each layer comes from one network or the other, as if `share` decided how many are tuned. Move every number that fraction of the way."""
    interpolate_layers(layers, tuned, share)
    first = len(layers) - int(np.ceil(share * len(layers)))
    return [*layers[:first], *tuned[first:]]


@of("interpolate_layers")
def measures_from_the_other_end(layers, tuned, share):
    """The result is the network at 1 - share, so share 0 gives the tuned network. Go from `layers` towards `tuned`."""
    return interpolate_layers(layers, tuned, 1 - share)


@of("interpolate_layers")
def adds_without_taking_away(layers, tuned, share):
    """The old values count in full, so share 1 gives the sum of both networks. The two fractions must add up to 1."""
    return [tuple(old + share * new for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def both_fractions_alike(layers, tuned, share):
    """Both networks are multiplied by `share`, so share 0 gives zeros. The two fractions must add up to 1."""
    interpolate_layers(layers, tuned, share)
    return [tuple(share * (old + new) for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def the_scaled_difference_alone(layers, tuned, share):
    """This is the scaled difference between the networks, so share 0 gives zeros. Add this difference to the old values."""
    return [tuple(share * (new - old) for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def takes_whole_layers(layers, tuned, share):
    """Each layer comes from one network or the other, as if `share` decided how many are tuned. Move every number that fraction of the way."""
    interpolate_layers(layers, tuned, share)
    first = round(share * len(layers))
    return [*tuned[:first], *layers[first:]]


@of("interpolate_layers")
def always_the_mean(layers, tuned, share):
    """The result is halfway between the networks for every share. The argument `share` decides how far to go."""
    return interpolate_layers(layers, tuned, 0.5)


@of("interpolate_layers")
def leaves_the_biases_where_they_were(layers, tuned, share):
    """The weights move and the biases stay. Fine-tuning changed both, so both must go the same fraction of the way."""
    return [(w, b) for (w, _), (_, b) in zip(interpolate_layers(layers, tuned, share), layers)]


@of("interpolate_layers")
def takes_the_tuned_biases(layers, tuned, share):
    """The weights are mixed, but the biases are the tuned ones. Move weights and biases by the same fraction."""
    return [(w, b) for (w, _), (_, b) in zip(interpolate_layers(layers, tuned, share), tuned)]


@of("interpolate_layers")
def starts_from_the_tuned_end(layers, tuned, share):
    """The scaled difference seems to be added to the tuned values, so share 0 gives the tuned network. Start from `layers`."""
    return [tuple(new + share * (new - old) for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def subtracts_the_change(layers, tuned, share):
    """The result moves away from the tuned network, as if the change were subtracted. Each number must move from its old value towards its tuned one."""
    return [tuple(old + share * (old - new) for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def only_the_first_layer_moves(layers, tuned, share):
    """Only the first layer is a mixture; the others are those of the old network. Mix every layer."""
    return [*interpolate_layers(layers[:1], tuned[:1], share), *layers[1:]]


@of("interpolate_layers")
def broadcasts_what_does_not_fit(layers, tuned, share):
    """Arrays of different shapes are accepted if NumPy can broadcast them. Compare the shapes first, and raise a ValueError whose message contains both."""
    if len(layers) != len(tuned):
        raise ValueError(f"networks of {len(layers)} and {len(tuned)} layers")
    return [tuple((1 - share) * old + share * new for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def compares_the_first_layers_only(layers, tuned, share):
    """Different shapes are refused in the first layer, but not in the last one. Compare both arrays of every layer."""
    interpolate_layers(layers[:1], tuned[:1], share)
    return broadcasts_what_does_not_fit(layers, tuned, share)


@of("interpolate_layers")
def drops_the_layers_beyond_the_shorter(layers, tuned, share):
    """Networks of different depths are accepted, and the extra layers are silently lost, as with zip. Raise a ValueError if the depths differ."""
    return interpolate_layers(layers[: len(tuned)], tuned[: len(layers)], share)


@of("interpolate_layers")
def moves_the_old_network_itself(layers, tuned, share):
    """The values are right, but the caller's `layers` (the list or its arrays) have changed. Put new arrays into a new list."""
    moved = interpolate_layers(layers, tuned, share)
    for layer, new_layer in zip(layers, moved):
        for old, new in zip(layer, new_layer):
            old[...] = new
    return layers


def _refuse_unknown(layers, frozen):
    frozen_step(layers, [(np.zeros_like(w), np.zeros_like(b)) for w, b in layers], 0.0, frozen)


@of("count_trainable")
def removes_frozen_layers_by_shifted_indices(layers, frozen):
    """The first frozen layer is left out, but later frozen layers seem to be missed. Do the indices still fit after a layer is removed?"""
    rest = list(layers)
    for k in sorted(frozen):
        if k < len(rest):
            rest.pop(k)
    return sum(w.size + b.size for w, b in rest)


@of("backward_unfrozen")
def no_relu_after_a_frozen_layer(layers, activations, grad_logits, frozen):
    """The gradient seems to skip the ReLU after a frozen layer. An inactive neuron must pass no gradient, even if its layer is frozen."""
    gradients, grad = [None] * len(layers), grad_logits
    learning = [k for k in range(len(layers)) if k not in frozen]
    for k in range(len(layers) - 1, min(learning, default=len(layers)) - 1, -1):
        grad_x, *pair = dense_gradient(grad, activations[k], layers[k][0])
        gradients[k] = gradients[k] if k in frozen else tuple(pair)
        grad = grad_x if k - 1 in frozen else relu_gradient(grad_x, activations[k])
    return gradients


@of("fine_tune")
def puts_the_frozen_back_after_each_epoch(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """The frozen layers seem to learn within an epoch, and to be restored at its end. Freeze these layers in every step, not between epochs."""
    tuned, losses = list(layers), []
    for _ in range(epochs):
        settings = {"epochs": 1, "batch_size": batch_size, "learning_rate": learning_rate, "rng": rng}
        tuned, loss = train(tuned, x, y, **settings)
        tuned = [old if k in frozen else new for k, (old, new) in enumerate(zip(layers, tuned))]
        losses += loss
    return tuned, losses


@of("interpolate_layers")
def geometric_means(layers, tuned, share):
    """The numbers seem to be mixed as in a geometric mean, with powers and products. Move along a straight line between the two networks."""
    interpolate_layers(layers, tuned, share)
    return [
        tuple(np.sign(new) * np.abs(old) ** (1 - share) * np.abs(new) ** share for old, new in zip(*pair))
        for pair in zip(layers, tuned)
    ]


@of("interpolate_layers")
def takes_some_entries_whole(layers, tuned, share):
    """Each entry comes unchanged from one of the two networks. Move every entry the same fraction of the way from one to the other."""
    interpolate_layers(layers, tuned, share)

    def mix(old, new):
        taken = np.arange(old.size).reshape(old.shape) < round(share * old.size)
        return np.where(taken, new, old)

    return [tuple(mix(*arrays) for arrays in zip(*pair)) for pair in zip(layers, tuned)]
