"""What people believe about gradient descent."""

import numpy as np

from ..weightlab.backprop import backward, cross_entropy_gradient
from ..weightlab.descent import gradient_step, minibatches
from ..weightlab.forward import forward
from ..weightlab.loss import cross_entropy
from . import of

# gradient_step


@of("gradient_step")
def climbs(layers, gradients, learning_rate):
    """You add the gradient, which is the way uphill: the loss would grow as fast as it can. Go against it."""
    return [(w + learning_rate * gw, b + learning_rate * gb) for (w, b), (gw, gb) in zip(layers, gradients)]


@of("gradient_step")
def updates_in_place(layers, gradients, learning_rate):
    """The step is right, but -= writes into the caller's own arrays: the network before the step is gone, and two networks that share arrays would both move. Make new arrays."""
    for (weights, bias), (grad_weights, grad_bias) in zip(layers, gradients):
        weights -= learning_rate * grad_weights
        bias -= learning_rate * grad_bias
    return layers


@of("gradient_step")
def biases_stand_still(layers, gradients, learning_rate):
    """Only the weights move with you. Biases are parameters like any other and have gradients of their own."""
    return [(w - learning_rate * gw, b) for (w, b), (gw, _) in zip(layers, gradients)]


@of("gradient_step")
def returns_the_change(layers, gradients, learning_rate):
    """You return by how much everything moves, not where it ends up. Take it from the parameters."""
    return [(learning_rate * gw, learning_rate * gb) for gw, gb in gradients]


@of("gradient_step")
def scales_the_weights(layers, gradients, learning_rate):
    """You multiply each parameter by something near one. The step does not depend on how large a parameter is: learning_rate times the gradient is taken off."""
    return [(w * (1 - learning_rate * gw), b * (1 - learning_rate * gb)) for (w, b), (gw, gb) in zip(layers, gradients)]


@of("gradient_step")
def only_the_sign(layers, gradients, learning_rate):
    """All parameters move equally far with you, by the gradient's sign alone. A steep direction deserves a longer step than a flat one: multiply by the gradient itself."""
    return [
        (w - learning_rate * np.sign(gw), b - learning_rate * np.sign(gb))
        for (w, b), (gw, gb) in zip(layers, gradients)
    ]


@of("gradient_step")
def a_step_of_size_one(layers, gradients, learning_rate):
    """You take off the whole gradient: learning_rate plays no part. It says how long the step is."""
    return [(w - gw, b - gb) for (w, b), (gw, gb) in zip(layers, gradients)]


@of("gradient_step")
def biases_take_the_whole_gradient(layers, gradients, learning_rate):
    """Your weights are right, but the biases take off the whole gradient. The same learning_rate scales both."""
    return [(w - learning_rate * gw, b - gb) for (w, b), (gw, gb) in zip(layers, gradients)]


@of("gradient_step")
def the_direction_alone(layers, gradients, learning_rate):
    """You divide each gradient by its length, so that every array moves equally far however steep it is. Near the bottom the steps would not get shorter: multiply by the gradient as it is."""
    return [
        (w - learning_rate * gw / np.linalg.norm(gw), b - learning_rate * gb / np.linalg.norm(gb))
        for (w, b), (gw, gb) in zip(layers, gradients)
    ]


@of("gradient_step")
def moves_only_the_names(layers, gradients, learning_rate):
    """You return the layers unchanged: weights = weights - … in a loop gives the new array a name, but puts it nowhere. Collect the new pairs in a list of your own and return that."""
    return layers


@of("gradient_step")
def weights_without_biases(layers, gradients, learning_rate):
    """You return the weights alone. Biases are parameters like any other: return a pair for each layer, (weights, bias)."""
    return [w - learning_rate * gw for (w, _), (gw, _) in zip(layers, gradients)]


@of("gradient_step")
def everything_in_one_list(layers, gradients, learning_rate):
    """You return one long list, weights and biases in turn. The new network looks as the old one does: append one pair, (weights, bias), for each layer."""
    return [p - learning_rate * g for pair, grads in zip(layers, gradients) for p, g in zip(pair, grads)]


@of("gradient_step")
def one_list_for_each_kind(layers, gradients, learning_rate):
    """You return all weights in one list and all biases in another. The new network looks as the old one does: one pair, (weights, bias), for each layer."""
    return tuple(map(list, zip(*gradient_step(layers, gradients, learning_rate))))


@of("gradient_step")
def one_pair_alone(layers, gradients, learning_rate):
    """You return one pair, not a list of pairs: the return stands inside the loop, or each pair replaces the one before. Collect the pairs of all layers in a list."""
    return gradient_step(layers, gradients, learning_rate)[0]


@of("gradient_step")
def the_last_pair_alone(layers, gradients, learning_rate):
    """You return the last layer's pair, not a list of pairs: each pair replaces the one before. Make an empty list before the loop, and append to it."""
    return gradient_step(layers, gradients, learning_rate)[-1]


@of("gradient_step")
def returns_inside_the_loop(layers, gradients, learning_rate):
    """You return after the first layer: the return stands inside the loop. Move it to the left, below the loop, so that all layers take their step."""
    return gradient_step(layers, gradients, learning_rate)[:1]


# minibatches


@of("minibatches")
def shuffled_apart(x, y, batch_size, rng):
    """You shuffle x and y each by itself, so that examples lose their labels: a network can learn nothing from that. One order must serve both."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    x, y = rng.permutation(x), rng.permutation(y)
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


@of("minibatches")
def shuffles_the_examples_only(x, y, batch_size, rng):
    """The examples are shuffled, the labels are not: nearly every example gets another's label. Use the same order for both."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    for start in range(0, len(x), batch_size):
        yield x[order[start : start + batch_size]], y[start : start + batch_size]


@of("minibatches")
def drops_the_last(x, y, batch_size, rng):
    """The examples left over at the end are thrown away, and if there are fewer than a batch, all of them. The last batch may be smaller."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    for i in range(len(x) // batch_size):
        rows = order[i * batch_size : (i + 1) * batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def in_file_order(x, y, batch_size, rng):
    """The examples come in the order of the file, every time. Neighbours in a file are often alike (one writer's digits, one day's orders), so that batches are one-sided. Draw the order from rng."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


@of("minibatches")
def with_replacement(x, y, batch_size, rng):
    """You draw each row anew, so that some examples come twice and about a third not at all. Deal the examples out like cards: each once."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.integers(0, len(x), len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def shuffles_whole_batches(x, y, batch_size, rng):
    """Examples that stand together in the file stay together for ever: you shuffle whole batches, or only where the dealing begins. Shuffle the examples, then cut."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for start in rng.permutation(np.arange(0, len(x), batch_size)):
        yield x[start : start + batch_size], y[start : start + batch_size]


@of("minibatches")
def shuffles_within_batches(x, y, batch_size, rng):
    """You cut the file into batches first and shuffle within each of them: the same examples meet in the same batch for ever, and a batch of a sorted file holds one class only. Shuffle all examples, then cut."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for start in range(0, len(x), batch_size):
        rows = start + rng.permutation(len(x[start : start + batch_size]))
        yield x[rows], y[rows]


@of("minibatches")
def evened_out(x, y, batch_size, rng):
    """You cut the examples into batches of nearly equal size. Asked for are batches of batch_size, and what is left over makes a last one that is smaller."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for rows in np.array_split(rng.permutation(len(x)), -(-len(x) // batch_size)):
        yield x[rows], y[rows]


@of("minibatches")
def that_many_batches(x, y, batch_size, rng):
    """You make batch_size batches. It says how many examples a batch holds, not how many batches there are."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for rows in np.array_split(rng.permutation(len(x)), batch_size):
        if len(rows):
            yield x[rows], y[rows]


@of("minibatches")
def a_window_at_every_place(x, y, batch_size, rng):
    """You begin a batch at every example, so that batches overlap and each example comes many times. The next batch begins where the last one ended: range(0, len(x), batch_size)."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    for start in range(len(x)):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def draws_each_batch_anew(x, y, batch_size, rng):
    """You draw every batch anew from all examples: within a batch none comes twice, but over the epoch some come again and others never. Draw one order for the whole epoch and cut that."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for start in range(0, len(x), batch_size):
        rows = rng.choice(len(x), min(batch_size, len(x) - start), replace=False)
        yield x[rows], y[rows]


@of("minibatches")
def a_generator_of_its_own(x, y, batch_size, rng):
    """You draw from a generator of your own, always from the same seed, so that every epoch has the same order and the caller's rng decides nothing. Draw from the rng that you are given."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = np.random.default_rng(0).permutation(len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def shuffles_in_place(x, y, batch_size, rng):
    """The batches are right, but rng.shuffle has put the caller's own data in another order. Shuffle the row numbers and leave the data where they are."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    state = rng.bit_generator.state
    rng.shuffle(x)
    rng.bit_generator.state = state
    rng.shuffle(y)
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


@of("minibatches")
def any_batch_size(x, y, batch_size, rng):
    """A batch size below one is met in silence, or by an error about something else (range does not like steps of zero). Say at once what is wrong, and name the number."""
    order = rng.permutation(len(x))
    start = 0
    while 0 < batch_size and start < len(x):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]
        start += batch_size


@of("minibatches")
def leaves_it_to_range(x, y, batch_size, rng):
    """Your batches are right, but you do not look at the batch size. range refuses a step of zero in words about itself, and with a negative one it deals out nothing, without a word. Raise a ValueError of your own that names the number."""
    order = rng.permutation(len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def from_the_global_state(x, y, batch_size, rng):
    """Your order does not come from the rng that you were given, but from NumPy's shared state (np.random) or a generator of your own without a seed. Nobody can repeat such a run: call rng.permutation."""
    return minibatches(x, y, batch_size, np.random.default_rng())


@of("minibatches")
def stops_before_a_last_full_batch(x, y, batch_size, rng):
    """Your loop ends too early: range(0, len(x) - batch_size, batch_size) stops before the last batch, be it full or not. Begin a batch wherever there are examples left: range(0, len(x), batch_size)."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    for start in range(0, len(x) - batch_size, batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


# train


def _trained(layers, x, y, epochs, batches, learning_rate):
    """Train on what ``batches()`` deals out each epoch; return the layers and each epoch's list of (size, loss)."""
    history = []
    for _ in range(epochs):
        met = []
        for x_batch, y_batch in batches():
            logits, activations = forward(layers, x_batch)
            met.append((len(y_batch), cross_entropy(logits, y_batch)))
            gradients = backward(layers, activations, cross_entropy_gradient(logits, y_batch))
            layers = gradient_step(layers, gradients, learning_rate)
        history.append(met)
    return layers, history


def _mean(met):
    return sum(n * loss for n, loss in met) / sum(n for n, _ in met)


@of("train")
def loss_after_the_step(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """The losses are too low: you measure each batch after the step that was fitted to it, which flatters. The logits that you have anyway, from before the step, tell it as it is, and for nothing."""
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, x_batch)
            gradients = backward(layers, activations, cross_entropy_gradient(logits, y_batch))
            layers = gradient_step(layers, gradients, learning_rate)
            total += len(y_batch) * cross_entropy(forward(layers, x_batch)[0], y_batch)
        losses.append(total / len(x))
    return layers, losses


@of("train")
def throws_the_step_away(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You compute each step and do not keep it: gradient_step returns new layers and leaves the old ones alone, so the network that you return never moved. Give its result a name: layers = gradient_step(...)."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), 0.0)
    return layers, [_mean(met) for met in history]


@of("train")
def loss_of_the_finished_epoch(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You run all data through the network once more after each epoch and record that loss. It is a fair number, but another one, and it costs a forward pass for everything: take the mean of what the batches showed before their steps."""
    losses = []
    for _ in range(epochs):
        layers, _ = _trained(layers, x, y, 1, lambda: minibatches(x, y, batch_size, rng), learning_rate)
        losses.append(cross_entropy(forward(layers, x)[0], y))
    return layers, losses


@of("train")
def loss_of_the_last_batch(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You record the loss of each epoch's last batch only: a few examples drawn by chance, so the curve jumps. Let all batches count."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return layers, [met[-1][1] for met in history]


@of("train")
def small_batches_count_as_much(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You take the plain mean over batches, so that the few examples of a short last batch count as much as a full one. Weight each batch's loss by its size."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return layers, [sum(loss for _, loss in met) / len(met) for met in history]


@of("train")
def adds_the_losses_up(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You add up the batches' losses without dividing: twice as many examples would look twice as wrong. Take the mean over the epoch."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return layers, [sum(n * loss for n, loss in met) for met in history]


@of("train")
def a_loss_for_every_batch(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You record one loss a batch. One number an epoch is asked for: the mean over its batches, weighted by their sizes."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return layers, [loss for met in history for _, loss in met]


@of("train")
def returns_only_the_layers(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You return the layers alone. Two things are asked for: note each epoch's mean loss on the way, and return (layers, losses)."""
    return _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)[0]


@of("train")
def starts_over_each_batch(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """Every batch starts from the layers that you were given, and each step is thrown away by the next. Go on from the layers that the last step returned."""
    losses, stepped = [], layers
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, x_batch)
            total += len(y_batch) * cross_entropy(logits, y_batch)
            gradients = backward(layers, activations, cross_entropy_gradient(logits, y_batch))
            stepped = gradient_step(layers, gradients, learning_rate)
        losses.append(total / len(x))
    return stepped, losses


@of("train")
def divides_by_the_batch_again(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """Your steps are too short: you divide by the batch size once more. cross_entropy_gradient is the gradient of a mean, so each example has its share already."""
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, x_batch)
            total += len(y_batch) * cross_entropy(logits, y_batch)
            gradients = backward(layers, activations, cross_entropy_gradient(logits, y_batch))
            layers = gradient_step(layers, gradients, learning_rate / len(y_batch))
        losses.append(total / len(x))
    return layers, losses


@of("train")
def one_step_an_epoch(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You take one step an epoch, with all the data at once, and batch_size plays no part. Step after every batch: many rough steps get further than one exact one."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, len(x), rng), learning_rate)
    return layers, [_mean(met) for met in history]


@of("train")
def forgets_the_short_batch(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You skip a last batch that is not full: some examples are not learned from, and if there are fewer examples than a batch holds, nothing is. Let it count with the size it has."""
    full = min(batch_size, len(x))

    def batches():
        return [batch for batch in minibatches(x, y, batch_size, rng) if len(batch[1]) == full]

    layers, history = _trained(layers, x, y, epochs, batches, learning_rate)
    return layers, [_mean(met) for met in history]


@of("train")
def one_order_for_all_epochs(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You draw the batches once, before the loop over epochs, so that all epochs take them in the same order. Ask minibatches anew in each epoch."""
    dealt = list(minibatches(x, y, batch_size, rng))
    layers, history = _trained(layers, x, y, epochs, lambda: dealt, learning_rate)
    return layers, [_mean(met) for met in history]


@of("train")
def never_shuffles(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """The batches come in the order of the data, and rng is not used. Let minibatches deal them out."""

    def batches():
        return [(x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(x), batch_size)]

    layers, history = _trained(layers, x, y, epochs, batches, learning_rate)
    return layers, [_mean(met) for met in history]


@of("train")
def seeds_for_itself(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """The same orders come whatever generator you are given: one is seeded inside. Pass the caller's rng on, or nobody can draw another order."""
    rng = np.random.default_rng(0)
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return layers, [_mean(met) for met in history]


@of("train")
def deals_only_once(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """Only the first epoch learns. You call minibatches before the loop over epochs: a generator deals its batches once, and is empty afterwards. Call it anew in each epoch."""
    losses, batches = [], iter(list(minibatches(x, y, batch_size, rng)) if epochs else [])
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in batches:
            logits, activations = forward(layers, x_batch)
            total += len(y_batch) * cross_entropy(logits, y_batch)
            gradients = backward(layers, activations, cross_entropy_gradient(logits, y_batch))
            layers = gradient_step(layers, gradients, learning_rate)
        losses.append(total / len(x))
    return layers, losses


@of("train")
def goes_home_after_one_epoch(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """Your `return` stands inside the loop over epochs, so that training ends after the first. Move it to the left, to where the loop begins."""
    layers, history = _trained(layers, x, y, min(epochs, 1), lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return layers, [_mean(met) for met in history]


@of("train")
def total_never_reset(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """The sum of the losses is not set back to zero when a new epoch begins, so that your losses grow although the network learns. Set it to zero inside the loop over epochs."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return layers, [float(total) for total in np.cumsum([_mean(met) for met in history])]


@of("train")
def losses_come_first(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You return (losses, layers). The order is layers first, losses second."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return [_mean(met) for met in history], layers


@of("train")
def all_examples_at_every_step(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You go through the batches, but every step uses all of x and y: as many times the work, and not one rough step. Give forward, the loss and its gradient the batch."""
    losses = []
    for _ in range(epochs):
        total = 0.0
        for _, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, x)
            total += len(y_batch) * cross_entropy(logits, y)
            gradients = backward(layers, activations, cross_entropy_gradient(logits, y))
            layers = gradient_step(layers, gradients, learning_rate)
        losses.append(total / len(x))
    return layers, losses


@of("train")
def trains_the_given_network(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """The training is right, but the caller's own network was trained: the list or the arrays that you were given have been overwritten. Bind the result of gradient_step to a name of your own."""
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, x_batch)
            total += len(y_batch) * cross_entropy(logits, y_batch)
            gradients = backward(layers, activations, cross_entropy_gradient(logits, y_batch))
            layers[:] = gradient_step(layers, gradients, learning_rate)
        losses.append(total / len(x))
    return layers, losses


@of("train")
def climbs_the_loss(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """Your network climbs: each step goes with the gradient, so the loss grows. gradient_step takes the gradient off already; give it the learning rate as it is."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), -learning_rate)
    return layers, [_mean(met) for met in history]


@of("train")
def weighted_by_nothing(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You add up the batches' mean losses and divide by the number of examples. Each batch's mean stands for all its examples: multiply it by how many they are before you add it."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return layers, [sum(loss for _, loss in met) / len(x) for met in history]


@of("train")
def divided_by_the_batch_size(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    """You divide an epoch's sum of losses by the batch size. It is a sum over all examples: divide by len(x)."""
    layers, history = _trained(layers, x, y, epochs, lambda: minibatches(x, y, batch_size, rng), learning_rate)
    return layers, [sum(n * loss for n, loss in met) / batch_size for met in history]


# momentum_step


def _added(velocity, gradients, keep, take):
    return [(keep * vw + take * gw, keep * vb + take * gb) for (vw, vb), (gw, gb) in zip(velocity, gradients)]


@of("momentum_step")
def damps_the_gradient(layers, gradients, velocity, learning_rate, momentum):
    """You let the gradient count for 1 - momentum only, a running average. That is another convention: here the whole gradient is added, and along a steady slope the speed grows to 1 / (1 - momentum) of it."""
    velocity = _added(velocity, gradients, momentum, 1 - momentum)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def forgets_to_return_the_velocity(layers, gradients, velocity, learning_rate, momentum):
    """You return the layers alone. The caller needs the new velocity as well, for the next step: return both, layers first."""
    return gradient_step(layers, _added(velocity, gradients, momentum, 1), learning_rate)


@of("momentum_step")
def looks_ahead(layers, gradients, velocity, learning_rate, momentum):
    """You step by the gradient plus momentum times the new velocity. That is Nesterov's variant; here the step is the new velocity itself."""
    velocity = _added(velocity, gradients, momentum, 1)
    return gradient_step(layers, _added(velocity, gradients, momentum, 1), learning_rate), velocity


@of("momentum_step")
def gradient_slows_down(layers, gradients, velocity, learning_rate, momentum):
    """You take the gradient off the velocity and the velocity off the weights: two minus signs make the step go uphill. One of them is enough, and it stands in the step."""
    velocity = _added(velocity, gradients, momentum, -1)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def steps_with_the_old_velocity(layers, gradients, velocity, learning_rate, momentum):
    """The velocity is right, but you step with the old one: the first step of all stands still, and every gradient arrives a step late. Speed up first, then move."""
    return gradient_step(layers, velocity, learning_rate), _added(velocity, gradients, momentum, 1)


@of("momentum_step")
def learning_rate_in_the_velocity(layers, gradients, velocity, learning_rate, momentum):
    """You multiply the gradient by the learning rate on its way into the velocity, and not in the step. With a fixed rate the path of a run is the same, but the velocity is another number; here it is free of the learning rate."""
    velocity = _added(velocity, gradients, momentum, learning_rate)
    return gradient_step(layers, velocity, 1), velocity


@of("momentum_step")
def velocity_points_downhill(layers, gradients, velocity, learning_rate, momentum):
    """Your velocity points downhill and holds the learning rate already, as some texts have it. With a fixed rate the weights take the same path, but the velocity is another number: here it gathers plain gradients, and the step goes against it, times the learning rate."""
    velocity = _added(velocity, gradients, momentum, -learning_rate)
    return gradient_step(layers, velocity, -1), velocity


@of("momentum_step")
def plain_step(layers, gradients, velocity, learning_rate, momentum):
    """The velocity is kept up to date, but the weights take a plain step by the gradient: momentum moves nothing. What moves them is the velocity."""
    return gradient_step(layers, gradients, learning_rate), _added(velocity, gradients, momentum, 1)


@of("momentum_step")
def velocity_without_a_brake(layers, gradients, velocity, learning_rate, momentum):
    """The old velocity is kept whole, so that it can only add up and nothing ever comes to rest. Momentum is the share that is kept."""
    velocity = _added(velocity, gradients, 1, 1)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def momentum_times_the_gradient(layers, gradients, velocity, learning_rate, momentum):
    """You scale the gradient by momentum and keep the old velocity whole. It is the other way round: momentum is the share of the old velocity that is kept, and the gradient comes on top of it in full."""
    velocity = _added(velocity, gradients, 1, momentum)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def learning_rate_twice(layers, gradients, velocity, learning_rate, momentum):
    """The learning rate comes in twice: once with the gradient into the velocity, and again in the step. Here the velocity gathers plain gradients, and only the step is scaled."""
    velocity = _added(velocity, gradients, momentum, learning_rate)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def climbs_with_speed(layers, gradients, velocity, learning_rate, momentum):
    """The velocity is right, but you add it: the network rolls uphill. The step goes against the velocity, as against the gradient."""
    velocity = _added(velocity, gradients, momentum, 1)
    return gradient_step(layers, velocity, -learning_rate), velocity


@of("momentum_step")
def velocity_comes_first(layers, gradients, velocity, learning_rate, momentum):
    """You return (velocity, layers). The order is layers first, velocity second."""
    velocity = _added(velocity, gradients, momentum, 1)
    return velocity, gradient_step(layers, velocity, learning_rate)


@of("momentum_step")
def steps_without_a_velocity(layers, gradients, velocity, learning_rate, momentum):
    """This is the plain step: the velocity neither grows nor moves anything. First velocity = momentum * velocity + gradient, then step against that, and return both."""
    return gradient_step(layers, gradients, learning_rate), velocity


@of("momentum_step")
def hands_the_old_velocity_back(layers, gradients, velocity, learning_rate, momentum):
    """The step is right, but you return the velocity that you were given: the next step starts from rest again, and no speed is ever gathered. Return the new one."""
    return gradient_step(layers, _added(velocity, gradients, momentum, 1), learning_rate), velocity


@of("momentum_step")
def velocity_in_place(layers, gradients, velocity, learning_rate, momentum):
    """The step is right, but the velocity that you were given has been changed under the caller's hands. Return a new one."""
    for (vw, vb), (gw, gb) in zip(velocity, gradients):
        vw *= momentum
        vw += gw
        vb *= momentum
        vb += gb
    return gradient_step(layers, velocity, learning_rate), velocity
