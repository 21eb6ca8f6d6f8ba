"""What people get wrong about freezing, fine-tuning and LoRA."""

import itertools

import numpy as np

from ..weightlab.backprop import backward, cross_entropy_gradient, dense_gradient, relu_gradient
from ..weightlab.biases import dense
from ..weightlab.descent import gradient_step, minibatches, train
from ..weightlab.forward import forward
from ..weightlab.freezing import (
    backward_unfrozen,
    fine_tune,
    frozen_step,
    lora_fine_tune,
    lora_gradient,
    lora_init,
    lora_merge,
)
from ..weightlab.loss import cross_entropy
from . import of


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


@of("fine_tune", "lora_fine_tune")
def keeps_the_order_of_the_data(layers, *args, rng, **kwargs):
    """You go through the examples in the order in which they lie. Draw a new order from `rng` for every epoch, as minibatches does: sorted data would pull the network one way and then the other."""
    function = fine_tune if "frozen" in kwargs else lora_fine_tune
    return function(layers, *args, rng=_Unshuffled(), **kwargs)


@of("fine_tune", "lora_fine_tune")
def a_generator_of_its_own(layers, *args, rng, **kwargs):
    """You draw the order from a generator of your own and not from the one you were given. Then nobody can repeat your run, not even you: use the `rng` that is passed in."""
    function = fine_tune if "frozen" in kwargs else lora_fine_tune
    return function(layers, *args, rng=np.random.default_rng(next(_SEEDS)), **kwargs)


@of("fine_tune", "lora_fine_tune")
def one_order_for_all_epochs(layers, *args, rng, **kwargs):
    """You deal the batches once, before the loop over epochs, so that every epoch takes them in the same order. Ask minibatches anew in each epoch."""
    function = fine_tune if "frozen" in kwargs else lora_fine_tune
    return function(layers, *args, rng=_OneOrder(rng), **kwargs)


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


@of("lora_fine_tune")
def returns_only_the_adapters(layers, adapters, x, y, **settings):
    """You return the adapters alone. Two things are asked for: (adapters, losses)."""
    return lora_fine_tune(layers, adapters, x, y, **settings)[0]


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


def _weighted_mean(met, n):
    return sum(size * loss for size, loss in met) / n


def _fine_tuned(layers, x, y, frozen, epochs, batch_size, learning_rate, rng, step=frozen_step, record=_weighted_mean):
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


def with_losses(record):
    @of("fine_tune", "lora_fine_tune")
    def losses_that_are_no_mean(layers, *args, **settings):
        """Your losses are not the mean over the epoch. Multiply each batch's loss by its number of examples, add these up, and divide by the number of all examples, as in train."""
        loop = _fine_tuned if "frozen" in settings else _lora_loop
        return loop(layers, *args, **settings, record=record)

    return losses_that_are_no_mean


# The division forgotten, the batches' sizes forgotten, and both.
sums_over_examples = with_losses(lambda met, n: sum(size * loss for size, loss in met))
means_over_examples = with_losses(lambda met, n: sum(loss for _, loss in met) / n)
sums_over_batches = with_losses(lambda met, n: sum(loss for _, loss in met))


@of("lora_init")
def both_random(fan_in, fan_out, rank, rng):
    """Both matrices are random, so your adapter changes the network before it has learned anything. One of the two must start at zero; then their product is zero, and the start is exactly the old network."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return down, rng.normal(0, np.sqrt(1 / fan_in), size=up.shape)


@of("lora_init")
def fan_out_for_fan_in(fan_in, fan_out, rank, rng):
    """The variance of your `down` is 1 / fan_out. `down` adds up the layer's inputs, and there are fan_in of them: divide by fan_in."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, np.sqrt(1 / fan_out), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def up_comes_first(fan_in, fan_out, rank, rng):
    """You return (up, down). The order is (down, up): first the way in, then the way out."""
    return lora_init(fan_in, fan_out, rank, rng)[::-1]


@of("lora_init")
def refuses_the_largest_rank(fan_in, fan_out, rank, rng):
    """You refuse a rank equal to the smaller of the two sizes. It saves nothing, but it is possible: only ranks above it are refused."""
    if not 1 <= rank < min(fan_in, fan_out):
        raise ValueError(f"rank {rank}")
    return lora_init(fan_in, fan_out, rank, rng)


@of("lora_init")
def both_zero(fan_in, fan_out, rank, rng):
    """Both matrices are zero. Each one's gradient carries the other as a factor, so both gradients are zero and nothing will ever learn. Only one of the two may start at zero."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return np.zeros_like(down), up


@of("lora_init")
def zeros_on_the_wrong_side(fan_in, fan_out, rank, rng):
    """You draw `up` and put the zeros into `down`. That starts as no change too, but here, as in the paper, `down` is random and `up` is zero."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return np.zeros_like(down), rng.normal(0, np.sqrt(1 / fan_in), size=up.shape)


@of("lora_init")
def variance_taken_for_deviation(fan_in, fan_out, rank, rng):
    """The spread of your `down` is 1 / fan_in. That is the variance; rng.normal wants the standard deviation, its square root."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, 1 / fan_in, size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def he_scale(fan_in, fan_out, rank, rng):
    """You draw `down` as He would, with variance 2 / fan_in. The 2 makes up for a ReLU, and none comes between `down` and `up`: the variance is 1 / fan_in."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def scaled_by_the_rank(fan_in, fan_out, rank, rng):
    """The spread of your `down` follows the rank. Each of its columns adds up fan_in inputs, so it is fan_in that its variance is divided by."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, np.sqrt(1 / rank), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def unit_normal(fan_in, fan_out, rank, rng):
    """Your `down` is drawn from N(0, 1), whatever the layer's size. It adds up fan_in inputs, so its variance is divided by fan_in, as in chapter 3."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def uniform_in_place_of_normal(fan_in, fan_out, rank, rng):
    """Your `down` has the right spread but is drawn from a uniform distribution. Asked for is the normal one, N(0, 1 / fan_in)."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def the_same_down_every_time(fan_in, fan_out, rank, rng):
    """You do not draw from the `rng` that you were given, so that every adapter starts alike. Randomness is passed in, never made inside."""
    return lora_init(fan_in, fan_out, rank, np.random.default_rng(0))


@of("lora_init")
def any_rank_will_do(fan_in, fan_out, rank, rng):
    """You accept any rank. Below 1 there is no adapter, and above min(fan_in, fan_out) the extra directions cannot exist: down @ up has no higher rank. Raise a ValueError that names the rank."""
    return _adapter_where(True, fan_in, fan_out, rank, rng)


def _adapter_where(accepted, fan_in, fan_out, rank, rng):
    """Return a right adapter, where the rank was accepted."""
    if not accepted:
        raise ValueError(f"rank {rank}")
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def no_rank_above_fan_out_refused(fan_in, fan_out, rank, rng):
    """You compare the rank with fan_in alone. The product down @ up is fan_in by fan_out: its rank cannot exceed the smaller of the two."""
    return _adapter_where(1 <= rank <= fan_in, fan_in, fan_out, rank, rng)


@of("lora_init")
def compares_with_the_larger_size(fan_in, fan_out, rank, rng):
    """You compare the rank with the larger of the two sizes. The product down @ up is fan_in by fan_out: its rank cannot exceed the smaller one."""
    return _adapter_where(1 <= rank <= max(fan_in, fan_out), fan_in, fan_out, rank, rng)


@of("lora_init")
def no_rank_above_fan_in_refused(fan_in, fan_out, rank, rng):
    """You compare the rank with fan_out alone. The product down @ up is fan_in by fan_out: its rank cannot exceed the smaller of the two."""
    return _adapter_where(1 <= rank <= fan_out, fan_in, fan_out, rank, rng)


@of("lora_init")
def no_upper_limit(fan_in, fan_out, rank, rng):
    """You refuse a rank below 1 but none that is too large. Above min(fan_in, fan_out) the extra directions cannot exist: down @ up has no higher rank."""
    return _adapter_where(rank >= 1, fan_in, fan_out, rank, rng)


@of("lora_init")
def rank_zero_passes(fan_in, fan_out, rank, rng):
    """You let a rank of 0 pass. An adapter without a single direction can learn nothing: the smallest rank is 1."""
    return _adapter_where(rank <= min(fan_in, fan_out), fan_in, fan_out, rank, rng)


@of("lora_init")
def down_from_the_global_state(fan_in, fan_out, rank, rng):
    """Your `down` does not come from the rng that you were given, but from NumPy's shared state (np.random) or a generator of your own without a seed. The same rng state must give the same adapter: call rng.normal."""
    return lora_init(fan_in, fan_out, rank, np.random.default_rng())


@of("lora_dense")
def the_adapter_in_place_of_the_weights(x, weights, bias, adapter, alpha):
    """You send the signal through the adapter in place of the weights. The old layer goes on working, frozen, and the adapter's part is added to what it says."""
    down, up = adapter
    return alpha / down.shape[1] * (x @ down) @ up + bias


@of("lora_dense")
def side_path_without_scale(x, weights, bias, adapter, alpha):
    """You add the adapter's part without its scale alpha / rank. The scale lets one learning rate serve all ranks."""
    down, up = adapter
    return dense(x, weights, bias) + (x @ down) @ up


@of("lora_dense")
def side_path_times_alpha(x, weights, bias, adapter, alpha):
    """You scale the adapter's part by alpha alone. Divide alpha by the rank: otherwise more directions mean a louder adapter."""
    down, up = adapter
    return dense(x, weights, bias) + alpha * (x @ down) @ up


@of("lora_dense")
def side_path_scaled_by_a_size(x, weights, bias, adapter, alpha):
    """You divide alpha by a size of the layer and not by the rank. The rank is the small size that the two matrices share: the columns of down, the rows of up."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[0] * (x @ down) @ up


@of("lora_dense")
def scales_the_whole_layer(x, weights, bias, adapter, alpha):
    """You scale the old layer's part as well. alpha / rank belongs to the adapter alone; with alpha at zero the old layer must remain."""
    down, up = adapter
    return alpha / down.shape[1] * (dense(x, weights, bias) + (x @ down) @ up)


@of("lora_dense")
def adds_the_bias_twice(x, weights, bias, adapter, alpha):
    """The bias is added twice: once with the old layer and once with the adapter's part. An adapter has no bias of its own."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[1] * (x @ down) @ up + bias


@of("lora_dense")
def leaves_the_bias_out(x, weights, bias, adapter, alpha):
    """The bias is missing. The old layer goes on as it was, weights and bias; the adapter's part is added to all of it."""
    down, up = adapter
    return x @ weights + alpha / down.shape[1] * (x @ down) @ up


@of("lora_dense")
def a_relu_inside_the_adapter(x, weights, bias, adapter, alpha):
    """You put a ReLU between `down` and `up`. The side path is linear from end to end; only so can it be folded into the weights."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[1] * np.maximum(x @ down, 0) @ up


@of("lora_dense")
def factors_exchanged(x, weights, bias, adapter, alpha):
    """You go through `up` first and `down` afterwards. The adapter is the pair (down, up), in the order of the signal's way: down leads from fan_in numbers to rank, up from rank to fan_out."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[1] * (x @ up) @ down


@of("lora_dense")
def side_path_scaled_by_fan_out(x, weights, bias, adapter, alpha):
    """You divide alpha by a size of the layer and not by the rank. The rank is the small size that the two matrices share: the columns of down, the rows of up."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / up.shape[1] * (x @ down) @ up


@of("lora_dense")
def scale_upside_down(x, weights, bias, adapter, alpha):
    """Your scale stands upside down, rank / alpha. It is alpha divided by the rank: with alpha at zero the adapter is silent."""
    down, up = adapter
    return dense(x, weights, bias) + down.shape[1] / alpha * (x @ down) @ up


@of("lora_gradient")
def forgets_the_scale_on_the_way_back(grad_output, x, weights, adapter, alpha):
    """The scale alpha / rank is missing on the way back. It multiplied the adapter's part in the forward pass, so it multiplies what comes back along that path: for down, for up, and for the part of grad_x."""
    down, up = adapter
    return lora_gradient(grad_output, x, weights, adapter, down.shape[1])


@of("lora_gradient")
def scales_by_alpha_alone(grad_output, x, weights, adapter, alpha):
    """You scale by alpha alone. Going forward the adapter's part was multiplied by alpha / rank; coming back it is multiplied by the same."""
    down, _ = adapter
    return lora_gradient(grad_output, x, weights, adapter, alpha * down.shape[1])


@of("lora_gradient")
def scale_counted_twice(grad_output, x, weights, adapter, alpha):
    """The scale alpha / rank is there twice: what comes back through `up` has it already, and it is multiplied by it again. Going forward it stood there once, so it comes once into each gradient."""
    down, _ = adapter
    scale = alpha / down.shape[1]
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    frozen = grad_output @ weights.T
    return frozen + scale * (grad_x - frozen), scale * grad_down, grad_up


@of("lora_gradient")
def input_gradient_of_the_weights_alone(grad_output, x, weights, adapter, alpha):
    """Your grad_x goes back through the frozen weights alone. The input also reached the loss through the adapter, so that path's part must be added."""
    _, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_output @ weights.T, grad_down, grad_up


@of("lora_gradient")
def input_gradient_of_the_adapter_alone(grad_output, x, weights, adapter, alpha):
    """Your grad_x goes back through the adapter alone. The weights are frozen, but the input still reached the loss through them: their part must be added."""
    return lora_gradient(grad_output, x, np.zeros_like(weights), adapter, alpha)


@of("lora_gradient")
def skips_the_other_factor(grad_output, x, weights, adapter, alpha):
    """You give down the gradient of the product down @ up, cut to its shape or projected by down. The chain rule takes it back through `up`: down's neurons are judged by what up makes of them."""
    down, up = adapter
    scale = alpha / down.shape[1]
    whole = scale * x.T @ grad_output
    grad_x, _, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, whole[:, : down.shape[1]], grad_up


@of("lora_gradient")
def up_sees_the_input(grad_output, x, weights, adapter, alpha):
    """You give up the gradient that a layer right behind x would have. Its input is not x but x @ down, and that is what its gradient is made with."""
    down, _ = adapter
    grad_x, grad_down, _ = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_down, alpha / down.shape[1] * x.T @ grad_output


@of("lora_gradient")
def gradients_change_places(grad_output, x, weights, adapter, alpha):
    """The gradients of down and up have changed places. The order is grad_x, grad_down, grad_up."""
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_up, grad_down


@of("lora_gradient")
def mean_over_the_batch(grad_output, x, weights, adapter, alpha):
    """You divide by the number of examples. The loss's own gradient has done that already; here the examples' parts are added up."""
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_down / len(x), grad_up / len(x)


@of("lora_fine_tune")
def trains_up_alone(layers, adapters, x, y, **settings):
    """Only `up` learns in your loop. `down` has a gradient too, as soon as up is no longer zero, and must take its step."""
    return _lora_loop(layers, adapters, x, y, **settings, keep_down=True)


@of("lora_fine_tune")
def moves_the_weights_too(layers, adapters, x, y, *, alpha, epochs, batch_size, learning_rate, rng):
    """Your loop also moves the weights or biases of the network. With LoRA they are all frozen: the adapters are the only numbers that learn."""
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            merged = [(lora_merge(w, a, alpha), b) for (w, b), a in zip(layers, adapters)]
            logits, activations = forward(merged, x_batch)
            total += cross_entropy(logits, y_batch) * len(y_batch)
            gradients = backward(merged, activations, cross_entropy_gradient(logits, y_batch))
            steps = [
                (scale * gw @ up.T, scale * down.T @ gw)
                for (gw, _), (down, up) in zip(gradients, adapters)
                for scale in [alpha / down.shape[1]]
            ]
            adapters = gradient_step(adapters, steps, learning_rate)
            layers = gradient_step(layers, gradients, learning_rate)
        losses.append(total / len(y))
    return adapters, losses


@of("lora_fine_tune")
def reads_without_the_adapters(layers, adapters, x, y, **settings):
    """Your forward pass goes through the old layers without their adapters, so the loss never sees what was learned. Both ways, forward and back, go through the adapters."""
    return _lora_loop(layers, adapters, x, y, **settings, blind=True)


@of("lora_fine_tune")
def no_relu_between_the_layers(layers, adapters, x, y, **settings):
    """There is no ReLU between your adapted layers. The network is the old one with something added inside its layers: between them everything stays, forward and back."""
    return _lora_loop(layers, adapters, x, y, **settings, linear=True)


@of("lora_fine_tune")
def steps_down_before_asking_up(layers, adapters, x, y, **settings):
    """You move `down` and then compute `up`'s gradient with the moved one. All gradients of a batch belong to the numbers that made its forward pass: compute both, then step."""
    return _lora_loop(layers, adapters, x, y, **settings, hasty=True)


@of("lora_fine_tune")
def returns_merged_layers(layers, adapters, x, y, *, alpha, **settings):
    """You return the network with the adapters folded in. Asked for are the adapters themselves, so that they can be switched off, stored apart and merged later."""
    trained, losses = lora_fine_tune(layers, adapters, x, y, alpha=alpha, **settings)
    return [(lora_merge(w, a, alpha), b) for (w, b), a in zip(layers, trained)], losses


@of("lora_fine_tune")
def no_relu_on_the_way_back(layers, adapters, x, y, **settings):
    """On the way back the gradient skips the ReLU between your layers. A neuron that was silent must pass nothing on: take grad_x through relu_gradient, with that layer's input, before the layer below."""
    return _lora_loop(layers, adapters, x, y, **settings, back_through=lambda grad, signal: grad)


@of("lora_fine_tune")
def relu_on_the_logits(layers, adapters, x, y, **settings):
    """You apply ReLU to the last layer too. Its outputs are logits, and a negative logit means something: ReLU belongs between the layers."""
    return _lora_loop(layers, adapters, x, y, **settings, last=lambda logits: np.maximum(logits, 0))


@of("lora_merge")
def merges_without_scale(weights, adapter, alpha):
    """You fold the adapter in without its scale. The merged layer must say what lora_dense says, and there the adapter's part is scaled by alpha / rank."""
    down, up = adapter
    return weights + down @ up


@of("lora_merge")
def merges_with_alpha_alone(weights, adapter, alpha):
    """You scale by alpha alone. As in lora_dense, alpha is divided by the rank."""
    down, up = adapter
    return weights + alpha * down @ up


@of("lora_merge")
def divides_by_a_size_of_the_layer(weights, adapter, alpha):
    """You divide alpha by a size of the layer and not by the rank. The rank is the small size that the two matrices share: the columns of down, the rows of up."""
    down, up = adapter
    return weights + alpha / down.shape[0] * down @ up


@of("lora_merge")
def scales_the_weights_too(weights, adapter, alpha):
    """You scale the old weights as well. alpha / rank belongs to the adapter alone; with alpha at zero the old weights must remain."""
    down, up = adapter
    return alpha / down.shape[1] * (weights + down @ up)


@of("lora_merge")
def takes_the_change_away(weights, adapter, alpha):
    """You subtract the adapter's change. That is how one takes it out again; to merge is to add."""
    return lora_merge(weights, adapter, -alpha)


@of("lora_merge")
def the_change_alone(weights, adapter, alpha):
    """You return the change alone. Merged weights are the old ones with the change added."""
    down, up = adapter
    return alpha / down.shape[1] * down @ up


@of("lora_merge")
def merges_into_the_given_array(weights, adapter, alpha):
    """You add the adapter into the array that you were given, so the old weights are gone and the adapter cannot be switched off any more. Return a new array."""
    down, up = adapter
    weights += alpha / down.shape[1] * (down @ up)
    return weights


@of("lora_merge")
def factors_exchanged_in_the_product(weights, adapter, alpha):
    """You multiply up @ down. The product must be fan_in by fan_out, as the weights are: down has fan_in rows and up fan_out columns, so down stands on the left."""
    down, up = adapter
    return weights + alpha / down.shape[1] * (up @ down)


@of("lora_merge")
def divides_by_fan_out(weights, adapter, alpha):
    """You divide alpha by a size of the layer and not by the rank. The rank is the small size that the two matrices share: the columns of down, the rows of up."""
    down, up = adapter
    return weights + alpha / up.shape[1] * down @ up


@of("lora_merge")
def scale_the_wrong_way_round(weights, adapter, alpha):
    """Your scale stands upside down, rank / alpha. It is alpha divided by the rank, as in lora_dense."""
    down, up = adapter
    return weights + down.shape[1] / alpha * down @ up


@of("lora_merge")
def change_on_its_side(weights, adapter, alpha):
    """You turn the change on its side before you add it, which fits square layers only. down @ up is fan_in by fan_out, as the weights are, and fits as it is."""
    down, up = adapter
    return weights + alpha / down.shape[1] * (down @ up).T


_SEEDS = itertools.count()  # another generator at each call, and the same ones when a key is made again


class _Unshuffled:
    """A generator that draws no order at all."""

    def permutation(self, n):
        return np.arange(n) if np.ndim(n) == 0 else np.asarray(n)


class _OneOrder:
    """A generator that repeats its first order."""

    def __init__(self, rng):
        self.rng, self.order = rng, None

    def permutation(self, n):
        if self.order is None:
            self.order = self.rng.permutation(n)
        return self.order


def _refuse_unknown(layers, frozen):
    frozen_step(layers, [(np.zeros_like(w), np.zeros_like(b)) for w, b in layers], 0.0, frozen)


def _lora_loop(
    layers,
    adapters,
    x,
    y,
    *,
    alpha,
    epochs,
    batch_size,
    learning_rate,
    rng,
    keep_down=False,
    blind=False,
    linear=False,
    hasty=False,
    last=lambda logits: logits,
    back_through=relu_gradient,
    record=_weighted_mean,
):
    adapters, losses = list(adapters), []
    for _ in range(epochs):
        met = []
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            signal, inputs = x_batch, []
            for k, ((w, b), adapter) in enumerate(zip(layers, adapters)):
                inputs.append(signal if k == 0 or linear else np.maximum(signal, 0))
                signal = dense(inputs[-1], w if blind else lora_merge(w, adapter, alpha), b)
            logits = last(signal)
            met.append((len(y_batch), cross_entropy(logits, y_batch)))
            grad = cross_entropy_gradient(logits, y_batch)
            for k in reversed(range(len(layers))):
                down, up = adapters[k]
                grad_x, grad_down, grad_up = lora_gradient(grad, inputs[k], layers[k][0], adapters[k], alpha)
                moved = down if keep_down else down - learning_rate * grad_down
                if hasty:
                    _, _, grad_up = lora_gradient(grad, inputs[k], layers[k][0], (moved, up), alpha)
                adapters[k] = (moved, up - learning_rate * grad_up)
                grad = grad_x if linear else back_through(grad_x, inputs[k])
        losses.append(record(met, len(y)))
    return adapters, losses
