"""What people get wrong about freezing layers, fine-tuning, and mixing two networks."""

import numpy as np

from ..weightlab.backprop import backward, cross_entropy_gradient, dense_gradient, relu_gradient
from ..weightlab.descent import gradient_step, minibatches, train
from ..weightlab.forward import forward
from ..weightlab.freezing import backward_unfrozen, fine_tune, frozen_step, interpolate_layers
from ..weightlab.loss import cross_entropy
from . import of
from .loops import NO_MEANS, SEEDS, OneOrder, Unshuffled, weighted_mean


@of("count_trainable")
def counts_the_frozen(layers, frozen):
    """You count the frozen layers. They are the ones that descent leaves alone; trainable are all the others."""
    return sum(w.size + b.size for k, (w, b) in enumerate(layers) if k in frozen)


@of("count_trainable")
def counts_every_parameter(layers, frozen):
    """You count every parameter of the network, whatever is frozen. A frozen number is still a parameter, but no trainable one."""
    return sum(w.size + b.size for w, b in layers)


@of("count_trainable")
def counts_weights_only(layers, frozen):
    """You count the weights and leave out the biases. Biases are parameters too, and learn unless their layer is frozen."""
    return sum(w.size for k, (w, b) in enumerate(layers) if k not in frozen)


@of("count_trainable")
def counts_layers(layers, frozen):
    """You count layers. A layer is one pair of arrays but many numbers, and descent moves numbers: count what the arrays hold."""
    return sum(k not in frozen for k in range(len(layers)))


@of("count_trainable")
def stops_at_the_frozen(layers, frozen):
    """You count only the layers above the highest frozen one, as if a frozen layer froze all below it. It freezes itself and no other."""
    return sum(w.size + b.size for w, b in layers[max(frozen, default=-1) + 1 :])


@of("count_trainable")
def freezes_as_many_as_there_are(layers, frozen):
    """You leave out as many layers from the bottom as `frozen` has members. It says which layers, not how many."""
    return sum(w.size + b.size for w, b in layers[len(frozen) :])


@of("count_trainable")
def numbers_layers_from_one(layers, frozen):
    """You number the layers from 1. In `frozen`, as everywhere in Python, the first layer is 0: your freeze falls on the layer below the one that was meant."""
    return sum(w.size + b.size for k, (w, b) in enumerate(layers, start=1) if k not in frozen)


@of("count_trainable")
def counts_rows(layers, frozen):
    """You count rows: len() of an array is the size of its first axis. How many numbers it holds is its size: weights.size."""
    return sum(len(w) + len(b) for k, (w, b) in enumerate(layers) if k not in frozen)


@of("count_trainable")
def stops_at_the_first_frozen(layers, frozen):
    """You stop counting at the first frozen layer, as if it froze all above it. It freezes itself and no other: pass over it, and go on (continue, not break)."""
    return sum(w.size + b.size for w, b in layers[: min(frozen, default=len(layers))])


@of("count_trainable")
def returns_inside_the_loop(layers, frozen):
    """You return after the first layer: the return stands inside the loop. Move it to the left, below the loop, so that all layers are looked at first."""
    return 0 if 0 in frozen else sum(part.size for part in layers[0])


@of("count_trainable")
def only_the_last_layer(layers, frozen):
    """You return the count of the last layer that learns: your total is replaced each time round the loop. Add to it instead: += in place of =."""
    return ([0] + [w.size + b.size for k, (w, b) in enumerate(layers) if k not in frozen])[-1]


@of("frozen_step")
def multiplies_the_gradient_by_zero(layers, gradients, learning_rate, frozen):
    """You freeze by making the step zero: you still compute with the frozen layer's gradient. That gradient may be None, and zero times NaN is NaN. Frozen means that the layer is skipped, and its gradient never looked at."""
    _refuse_unknown(layers, frozen)
    rates = [0.0 if k in frozen else learning_rate for k in range(len(layers))]
    return [(w - rate * gw, b - rate * gb) for (w, b), (gw, gb), rate in zip(layers, gradients, rates)]


@of("frozen_step")
def steps_the_frozen(layers, gradients, learning_rate, frozen):
    """You have it the wrong way round: the frozen layers move and the others stay. `frozen` names the layers to leave alone."""
    _refuse_unknown(layers, frozen)
    return frozen_step(layers, gradients, learning_rate, set(range(len(layers))) - set(frozen))


@of("frozen_step")
def freezes_nothing(layers, gradients, learning_rate, frozen):
    """You step every layer: `frozen` has no effect. The layers that it names must come back exactly as they were."""
    _refuse_unknown(layers, frozen)
    return gradient_step(layers, gradients, learning_rate)


@of("frozen_step")
def freezes_weights_but_not_biases(layers, gradients, learning_rate, frozen):
    """The weights of a frozen layer stay, but its bias takes a step. A layer is frozen whole: a drifting bias shifts everything that the layer says."""
    _refuse_unknown(layers, frozen)
    stepped = gradient_step(layers, gradients, learning_rate)
    return [(w, c) if k in frozen else (v, c) for k, ((w, b), (v, c)) in enumerate(zip(layers, stepped))]


@of("frozen_step")
def leaves_the_frozen_out(layers, gradients, learning_rate, frozen):
    """You return only the layers that learned, and the frozen ones are gone. A frozen layer is still part of the network: it goes into the result, unchanged, in its place."""
    _refuse_unknown(layers, frozen)
    return [layer for k, layer in enumerate(frozen_step(layers, gradients, learning_rate, frozen)) if k not in frozen]


@of("frozen_step")
def freezes_that_many_from_the_bottom(layers, gradients, learning_rate, frozen):
    """You freeze as many layers as `frozen` has members, counted from the bottom. `frozen` says which layers, not how many: any of them may be frozen, the middle or the last one too."""
    _refuse_unknown(layers, frozen)
    return frozen_step(layers, gradients, learning_rate, set(range(len(frozen))))


@of("frozen_step")
def none_for_the_frozen(layers, gradients, learning_rate, frozen):
    """You put None where a frozen layer stands. None marks a gradient that nobody asks for; the layer itself is still part of the network and comes back as it was."""
    return [
        None if k in frozen else layer for k, layer in enumerate(frozen_step(layers, gradients, learning_rate, frozen))
    ]


@of("frozen_step")
def replaces_layers_in_the_list(layers, gradients, learning_rate, frozen):
    """The step is right, but you put the new layers into the caller's own list, so that the network before the step is gone. Build a new list."""
    layers[:] = frozen_step(layers, gradients, learning_rate, frozen)
    return layers


@of("frozen_step")
def overlooks_an_unknown_index(layers, gradients, learning_rate, frozen):
    """You accept an index that no layer has. Then a mistake in the numbering freezes nothing, and nobody notices while the layer that was meant is retrained. Raise a ValueError that names it."""
    return frozen_step(layers, gradients, learning_rate, set(frozen) & set(range(len(layers))))


@of("frozen_step")
def looks_at_a_frozen_gradient(layers, gradients, learning_rate, frozen):
    """The frozen layers come back as they were, but you take their gradients in hand all the same: by a step of all layers that you undo afterwards, or by unpacking a pair that may be None. Ask first whether the layer is frozen, and then leave its gradient alone."""
    _refuse_unknown(layers, frozen)
    stepped = [(w - learning_rate * gw, b - learning_rate * gb) for (w, b), (gw, gb) in zip(layers, gradients)]
    return [old if k in frozen else new for k, (old, new) in enumerate(zip(layers, stepped))]


@of("frozen_step")
def overlooks_a_negative_index(layers, gradients, learning_rate, frozen):
    """You refuse an index that is too large, but not a negative one. Here layers are counted from 0 only, so -1 freezes nothing: refuse every index that is not in range(len(layers))."""
    if any(k >= len(layers) for k in frozen):
        raise ValueError(f"no layer {max(frozen)}")
    return frozen_step(layers, gradients, learning_rate, set(frozen) & set(range(len(layers))))


@of("frozen_step")
def lets_the_number_of_layers_pass(layers, gradients, learning_rate, frozen):
    """You let the index len(layers) pass your check. Layers count from 0, so the last one is len(layers) - 1: refuse whatever is at least len(layers)."""
    if any(k > len(layers) or k < 0 for k in frozen):
        raise ValueError(f"no layer among {sorted(frozen)}")
    return frozen_step(layers, gradients, learning_rate, set(frozen) & set(range(len(layers))))


@of("backward_unfrozen")
def computes_everything_first(layers, activations, grad_logits, frozen):
    """Your gradients are right, but you compute all of them and then throw the frozen ones away. The work below the lowest trainable layer is what freezing saves: stop there, and never look at what lies below."""
    return [None if k in frozen else g for k, g in enumerate(backward(layers, activations, grad_logits))]


@of("backward_unfrozen")
def a_frozen_layer_blocks(layers, activations, grad_logits, frozen):
    """You stop at the first frozen layer, as if it blocked the gradient. It only does not move. What lies below it still acts on the loss through it, so the gradient must flow on, back through its weights."""
    top = max(frozen, default=-1)
    below = set(range(top + 1))
    return backward_unfrozen(layers, activations, grad_logits, below)


@of("backward_unfrozen")
def skips_the_frozen_weights(layers, activations, grad_logits, frozen):
    """You leave a frozen layer out of the way back altogether. In the forward pass the signal went through its weights; on the way back the gradient goes through the same weights."""
    gradients, grad = [None] * len(layers), grad_logits
    for k in reversed(range(len(layers))):
        if k in frozen:
            continue
        grad, *gradients[k] = dense_gradient(grad, activations[k], layers[k][0])
        grad = relu_gradient(grad, activations[k]) if k else grad
    return gradients


@of("backward_unfrozen")
def forgets_the_relu_below_a_frozen_layer(layers, activations, grad_logits, frozen):
    """Your gradient goes back through the frozen layer's weights, but not through the ReLU that comes before them. A neuron that was silent must pass nothing on, below a frozen layer too."""
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
    """The entries come in the order in which you met them, the last layer first. They stand in the order of `layers`: turn the list round at the end."""
    return backward_unfrozen(layers, activations, grad_logits, frozen)[::-1]


@of("backward_unfrozen")
def helpless_when_all_is_frozen(layers, activations, grad_logits, frozen):
    """Where everything is frozen there is no lowest layer that learns, and your min() of nothing raises an error. Freezing all is allowed: then every entry is None."""
    min(k for k in range(len(layers)) if k not in frozen)
    return backward_unfrozen(layers, activations, grad_logits, frozen)


@of("backward_unfrozen")
def zeros_for_the_frozen(layers, activations, grad_logits, frozen):
    """You put zeros where a frozen layer's gradient would be. Its gradient is not zero, it is simply not asked for; and zeros still move a weight when the optimiser has momentum. Put None there."""
    gradients = backward_unfrozen(layers, activations, grad_logits, frozen)
    return [(np.zeros_like(w), np.zeros_like(b)) if g is None else g for (w, b), g in zip(layers, gradients)]


@of("backward_unfrozen")
def a_pair_of_nones(layers, activations, grad_logits, frozen):
    """For a frozen layer you give a pair of two Nones. One None stands for the whole layer, so that a test such as `gradient is None` finds it."""
    return [(None, None) if g is None else g for g in backward_unfrozen(layers, activations, grad_logits, frozen)]


@of("backward_unfrozen")
def leaves_out_the_frozen_gradients(layers, activations, grad_logits, frozen):
    """You return gradients only for the layers that learn, so they no longer stand at their layer's index. The list has one entry a layer, None for a frozen one."""
    return [g for g in backward_unfrozen(layers, activations, grad_logits, frozen) if g is not None]


@of("backward_unfrozen")
def gradients_of_the_frozen(layers, activations, grad_logits, frozen):
    """You compute gradients for the frozen layers and None for the others. It is the others that learn, and need theirs."""
    everything = backward(layers, activations, grad_logits)
    return [g if k in frozen else None for k, g in enumerate(everything)]


@of("backward_unfrozen")
def skips_the_relu(layers, activations, grad_logits, frozen):
    """The gradient goes back as though there were no ReLU between the layers. A neuron that was silent must pass nothing on: take the gradient through relu_gradient before each layer below."""
    return _unfrozen(layers, activations, grad_logits, frozen, through=lambda grad, activation: grad)


@of("backward_unfrozen")
def gate_from_the_gradient(layers, activations, grad_logits, frozen):
    """You let the gradient itself decide where it passes through the ReLU, as relu_gradient(grad, grad) does. Whether a neuron was active is told by what it handed on going forward: its activations, activations[k] for what comes back from layer k."""
    return _unfrozen(layers, activations, grad_logits, frozen, through=lambda grad, activation: np.maximum(grad, 0))


@of("backward_unfrozen")
def stops_above_as_many_as_are_frozen(layers, activations, grad_logits, frozen):
    """You stop as many layers above the bottom as `frozen` has members. It says which layers, not how many: the lowest one that learns is where you may stop, and it may lie below a frozen one."""
    low = len(frozen)
    gradients = _unfrozen(layers[low:], activations[low:], grad_logits, {k - low for k in frozen})
    return [None] * low + gradients


def _unfrozen(layers, activations, grad, frozen, through=relu_gradient):
    """Walk back to the lowest layer that learns, with a ReLU step of one's own."""
    low = min((k for k in range(len(layers)) if k not in frozen), default=len(layers))
    gradients = [None] * len(layers)
    for k in range(len(layers) - 1, low - 1, -1):
        if k in frozen:
            grad = grad @ layers[k][0].T
        else:
            grad, *gradients[k] = dense_gradient(grad, activations[k], layers[k][0])
        grad = through(grad, activations[k])
    return gradients


@of("fine_tune")
def trains_everything(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """You train all layers: `frozen` has no effect, and what the network knew is overwritten."""
    return train(layers, x, y, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, rng=rng)


@of("fine_tune")
def puts_the_frozen_back_at_the_end(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """You train everything and put the frozen layers back at the end. Then the others have learned to work with layers that no longer exist: freeze at every step, not afterwards."""
    trained, losses = train(layers, x, y, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, rng=rng)
    return [old if k in frozen else new for k, (old, new) in enumerate(zip(layers, trained))], losses


@of("fine_tune")
def trains_the_frozen(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """You have it the wrong way round: the frozen layers learn and the others stay. `frozen` names the layers to leave alone."""
    others = set(range(len(layers))) - set(frozen)
    return fine_tune(
        layers, x, y, frozen=others, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, rng=rng
    )


@of("fine_tune")
def nothing_learns_below_a_frozen_layer(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """In your fine-tuning nothing below a frozen layer learns. A frozen layer does not block the gradient: what lies below it and is not frozen must learn too."""
    below = set(range(max(frozen, default=-1) + 1))
    return fine_tune(
        layers, x, y, frozen=below, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, rng=rng
    )


@of("fine_tune")
def keeps_the_order_of_the_data(layers, x, y, *, rng, **settings):
    """You use the examples in the order of the data. Draw a new order from `rng` for every epoch, as minibatches does: sorted data would pull the network one way and then the other."""
    return fine_tune(layers, x, y, rng=Unshuffled(), **settings)


@of("fine_tune")
def a_generator_of_its_own(layers, x, y, *, rng, **settings):
    """You draw the order from a generator of your own. Then nobody can repeat your run, not even you: use the rng argument."""
    return fine_tune(layers, x, y, rng=np.random.default_rng(next(SEEDS)), **settings)


@of("fine_tune")
def one_order_for_all_epochs(layers, x, y, *, rng, **settings):
    """You draw the batches once, before the loop over epochs, so every epoch uses the same order. Call minibatches again in each epoch."""
    return fine_tune(layers, x, y, rng=OneOrder(rng), **settings)


@of("fine_tune")
def small_batches_count_as_much(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """You take the plain mean over batches, so that a short last batch counts as much as a full one. Weight each batch's loss by its size, as in train."""
    losses = []
    for _ in range(epochs):
        met = []
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, x_batch)
            met.append(cross_entropy(logits, y_batch))
            grad = cross_entropy_gradient(logits, y_batch)
            layers = frozen_step(layers, backward_unfrozen(layers, activations, grad, frozen), learning_rate, frozen)
        losses.append(float(np.mean(met)))
    return layers, losses


@of("fine_tune")
def returns_only_the_layers(layers, x, y, **settings):
    """You return the layers alone. As train does, return two things: (layers, losses)."""
    return fine_tune(layers, x, y, **settings)[0]


@of("fine_tune")
def losses_after_the_step(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """Your losses are measured on all examples at the end of each epoch. They are to be the mean over the epoch's batches of the loss before each step, as train gives them: it costs nothing, since the forward pass is there already."""
    losses = []
    for _ in range(epochs):
        layers, _ = fine_tune(
            layers, x, y, frozen=frozen, epochs=1, batch_size=batch_size, learning_rate=learning_rate, rng=rng
        )
        losses.append(cross_entropy(forward(layers, x)[0], y))
    return layers, losses


@of("fine_tune")
def plain_step_for_the_frozen_one(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """You step with gradient_step, which takes a step in every layer: a frozen one has None for a gradient, and None cannot be taken in hand. The step that passes over frozen layers is frozen_step, and it must be told which they are."""
    return _fine_tuned(
        layers, x, y, frozen, epochs, batch_size, learning_rate, rng, step=lambda *given: gradient_step(*given[:3])
    )


@of("fine_tune")
def throws_the_step_away(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """You compute each step and do not keep it: frozen_step returns new layers and leaves the old ones alone, so the network that you return never moved. Give its result a name: layers = frozen_step(...)."""
    return _fine_tuned(layers, x, y, frozen, epochs, batch_size, learning_rate, rng, step=lambda old, *given: old)


@of("fine_tune")
def one_step_an_epoch(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """You take one step an epoch, with all the data at once, and batch_size plays no part. Step after every batch, as train does."""
    return fine_tune(
        layers, x, y, frozen=frozen, epochs=epochs, batch_size=len(x), learning_rate=learning_rate, rng=rng
    )


@of("fine_tune")
def loss_of_the_last_batch(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    """You record the loss of each epoch's last batch only: a few examples drawn by chance. Let all batches count, as train does."""
    return _fine_tuned(layers, x, y, frozen, epochs, batch_size, learning_rate, rng, record=lambda met, n: met[-1][1])


def _fine_tuned(layers, x, y, frozen, epochs, batch_size, learning_rate, rng, step=frozen_step, record=weighted_mean):
    """Fine-tune with a step of one's own, and record an epoch's list of (size, loss) in a way of one's own."""
    losses = []
    for _ in range(epochs):
        met = []
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, x_batch)
            met.append((len(y_batch), cross_entropy(logits, y_batch)))
            grad = cross_entropy_gradient(logits, y_batch)
            layers = step(layers, backward_unfrozen(layers, activations, grad, frozen), learning_rate, frozen)
        losses.append(record(met, len(x)))
    return layers, losses


def _no_mean(record):
    @of("fine_tune")
    def losses_that_are_no_mean(layers, x, y, **settings):
        """Your losses are not the mean over the epoch. Multiply each batch's loss by its number of examples, add these up, and divide by the number of all examples, as in train."""
        return _fine_tuned(layers, x, y, **settings, record=record)

    return losses_that_are_no_mean


sums_over_examples, means_over_examples, sums_over_batches = map(_no_mean, NO_MEANS)


@of("interpolate_layers")
def measures_from_the_other_end(layers, tuned, share):
    """Your result is the network at 1 - share: with share 0 it is the tuned network. The fraction says how far to go from `layers` towards `tuned`."""
    return interpolate_layers(layers, tuned, 1 - share)


@of("interpolate_layers")
def adds_without_taking_away(layers, tuned, share):
    """You add a fraction of the tuned values to the full old ones, so with share 1 each number is their sum. As the new part grows, the old part must shrink."""
    return [tuple(old + share * new for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def the_scaled_difference_alone(layers, tuned, share):
    """You return the scaled difference between the networks, which is zero for share 0. Add it to the old values: with share 0 the old network must come back."""
    return [tuple(share * (new - old) for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def always_the_mean(layers, tuned, share):
    """Your result is half-way between the networks for every share. The argument `share` decides how far to go; 0.5 is only one of its values."""
    return interpolate_layers(layers, tuned, 0.5)


@of("interpolate_layers")
def leaves_the_biases_where_they_were(layers, tuned, share):
    """Your weights move and your biases stay. Biases are parameters too: fine-tuning changed both, so both must go the same fraction of the way."""
    return [(w, b) for (w, _), (_, b) in zip(interpolate_layers(layers, tuned, share), layers)]


@of("interpolate_layers")
def takes_the_tuned_biases(layers, tuned, share):
    """Your weights lie between the two networks, but your biases are the tuned ones. Move weights and biases by the same fraction."""
    return [(w, b) for (w, _), (_, b) in zip(interpolate_layers(layers, tuned, share), tuned)]


@of("interpolate_layers")
def starts_from_the_tuned_end(layers, tuned, share):
    """You add the scaled difference to the tuned values, so share 0 gives the tuned network and share 1 goes beyond it. Start from `layers`."""
    return [tuple(new + share * (new - old) for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def subtracts_the_change(layers, tuned, share):
    """Your result moves away from the tuned network. Check the sign of the difference: it must point from the old value to the new one."""
    return [tuple(old + share * (old - new) for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def only_the_first_layer_moves(layers, tuned, share):
    """Only your first layer lies between the two networks; the others are the old ones. Every layer has to move."""
    return [*interpolate_layers(layers[:1], tuned[:1], share), *layers[1:]]


@of("interpolate_layers")
def broadcasts_what_does_not_fit(layers, tuned, share):
    """You accept arrays of different shapes when NumPy can broadcast them: a bias of shape (1,) then counts for every neuron. Compare the shapes, and raise a ValueError that names both."""
    if len(layers) != len(tuned):
        raise ValueError(f"networks of {len(layers)} and {len(tuned)} layers")
    return [tuple((1 - share) * old + share * new for old, new in zip(*pair)) for pair in zip(layers, tuned)]


@of("interpolate_layers")
def drops_the_layers_beyond_the_shorter(layers, tuned, share):
    """You accept networks of different depths: zip ends with the shorter list, and the other layers are lost silently. Raise a ValueError when the depths differ."""
    return interpolate_layers(layers[: len(tuned)], tuned[: len(layers)], share)


@of("interpolate_layers")
def moves_the_old_network_itself(layers, tuned, share):
    """Your values are right, but you write them into the arrays of `layers`, so the old network is lost. Build new arrays."""
    moved = interpolate_layers(layers, tuned, share)
    for layer, new_layer in zip(layers, moved):
        for old, new in zip(layer, new_layer):
            old[...] = new
    return layers


def _refuse_unknown(layers, frozen):
    frozen_step(layers, [(np.zeros_like(w), np.zeros_like(b)) for w, b in layers], 0.0, frozen)
