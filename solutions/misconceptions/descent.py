"""What people believe about gradient descent."""

import copy

import numpy as np

from ..weightlab.descent import gradient_step, minibatches
from . import of

# gradient_step


@of("gradient_step")
def updates_in_place(layers, gradients, learning_rate):
    """The step is right, but the caller's layers (the list or its arrays) have changed. Put new arrays into a new list."""
    for (weights, bias), (grad_weights, grad_bias) in zip(layers, gradients):
        weights -= learning_rate * grad_weights
        bias -= learning_rate * grad_bias
    return layers


@of("gradient_step")
def adds_the_gradient(layers, gradients, learning_rate):
    """Each step goes along the gradient, the direction in which the loss grows fastest. Go the opposite way: subtract."""
    return gradient_step(layers, gradients, -learning_rate)


@of("gradient_step")
def never_moves_by_more_than_the_rate(layers, gradients, learning_rate):
    """The gradients seem to be clipped to the range from -1 to 1. Use the gradients themselves: a large one makes a long step."""
    return gradient_step(layers, [tuple(np.clip(part, -1, 1) for part in pair) for pair in gradients], learning_rate)


@of("gradient_step")
def biases_stand_still(layers, gradients, learning_rate):
    """Only the weights move. Biases are also parameters and have gradients of their own."""
    return [(w - learning_rate * gw, b) for (w, b), (gw, _) in zip(layers, gradients)]


@of("gradient_step")
def returns_the_change(layers, gradients, learning_rate):
    """This is learning_rate times each gradient, not the new parameters. Apply each step to its parameter."""
    return [(learning_rate * gw, learning_rate * gb) for gw, gb in gradients]


@of("gradient_step")
def scales_the_weights(layers, gradients, learning_rate):
    """Each parameter seems to be multiplied by a factor, so large parameters take longer steps. The step is learning_rate times the gradient, whatever the parameter."""
    return [(w * (1 - learning_rate * gw), b * (1 - learning_rate * gb)) for (w, b), (gw, gb) in zip(layers, gradients)]


@of("gradient_step")
def only_the_sign(layers, gradients, learning_rate):
    """All parameters with a gradient other than 0 move equally far, as if only its sign counted. Multiply by the gradient itself."""
    return [
        (w - learning_rate * np.sign(gw), b - learning_rate * np.sign(gb))
        for (w, b), (gw, gb) in zip(layers, gradients)
    ]


@of("gradient_step")
def biases_take_the_whole_gradient(layers, gradients, learning_rate):
    """The weights are right, but the biases move by the whole gradient. The same learning_rate scales both."""
    return [(w - learning_rate * gw, b - gb) for (w, b), (gw, gb) in zip(layers, gradients)]


@of("gradient_step")
def the_direction_alone(layers, gradients, learning_rate):
    """Each gradient seems to be divided by its norm, so all arrays move equally far. Use the gradient itself: small gradients make short steps."""
    return [
        (w - learning_rate * gw / np.linalg.norm(gw), b - learning_rate * gb / np.linalg.norm(gb))
        for (w, b), (gw, gb) in zip(layers, gradients)
    ]


@of("gradient_step")
def moves_only_the_names(layers, gradients, learning_rate):
    """The layers come back unchanged. An assignment such as `weights = weights - …` only names a new array: collect new pairs in a list."""
    return layers


@of("gradient_step")
def weights_without_biases(layers, gradients, learning_rate):
    """Only the weights are returned. Return a pair for each layer: (weights, bias)."""
    return [w - learning_rate * gw for (w, _), (gw, _) in zip(layers, gradients)]


@of("gradient_step")
def everything_in_one_list(layers, gradients, learning_rate):
    """Weights and biases alternate in one long list. Return one pair, (weights, bias), for each layer."""
    return [p - learning_rate * g for pair, grads in zip(layers, gradients) for p, g in zip(pair, grads)]


@of("gradient_step")
def gradients_from_the_other_end(layers, gradients, learning_rate):
    """The gradients seem to be used in reverse order. `gradients` is in the order of `layers`, the first layer first."""
    return gradient_step(layers, gradients[::-1], learning_rate)


@of("gradient_step")
def one_list_for_each_kind(layers, gradients, learning_rate):
    """The weights are in one list and the biases in another. Return one pair, (weights, bias), for each layer."""
    return tuple(map(list, zip(*gradient_step(layers, gradients, learning_rate))))


@of("gradient_step")
def one_pair_alone(layers, gradients, learning_rate):
    """This is one pair, not a list of all pairs. If the return is inside the loop, move it below the loop."""
    return gradient_step(layers, gradients, learning_rate)[0]


@of("gradient_step")
def the_last_pair_alone(layers, gradients, learning_rate):
    """Only the last layer's pair comes back. Does each iteration replace the pair before it? Collect all pairs in one list."""
    return gradient_step(layers, gradients, learning_rate)[-1]


@of("gradient_step")
def returns_inside_the_loop(layers, gradients, learning_rate):
    """Only the first layer comes back. If the return is inside the loop, move it below the loop."""
    return gradient_step(layers, gradients, learning_rate)[:1]


# minibatches


@of("minibatches")
def shuffled_apart(x, y, batch_size, rng):
    """x and y seem to be shuffled separately, so examples lose their labels. Use the same order for both."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    x, y = rng.permutation(x), rng.permutation(y)
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


@of("minibatches")
def shuffles_the_examples_only(x, y, batch_size, rng):
    """The examples are shuffled, but the labels are not, so examples get the labels of other examples. Use the same order for both."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    for start in range(0, len(x), batch_size):
        yield x[order[start : start + batch_size]], y[start : start + batch_size]


@of("minibatches")
def drops_the_last(x, y, batch_size, rng):
    """The examples left over at the end are lost. The last batch may be smaller than the others."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    for i in range(len(x) // batch_size):
        rows = order[i * batch_size : (i + 1) * batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def whole_numbers_for_labels(x, y, batch_size, rng):
    """The decimals of `y` are cut off. `y` may hold any numbers, as in regression: yield its rows as they are."""
    return minibatches(x, y.astype(int), batch_size, rng)


@of("minibatches")
def one_line_for_each_example(x, y, batch_size, rng):
    """Each example is flattened to one axis, whatever its shape was. Yield the rows of x as they are: x[rows] keeps their shape."""
    return minibatches(x.reshape(len(x), -1), y, batch_size, rng)


@of("minibatches")
def row_numbers_for_rows(x, y, batch_size, rng):
    """x_batch holds row numbers. Use these numbers as an index: x[rows] gives the rows themselves."""
    return minibatches(np.arange(len(x)), y, batch_size, rng)


@of("minibatches")
def leaves_the_generator_where_it_was(x, y, batch_size, rng):
    """The next call gives the same order, as if each order were drawn from a copy of the caller's generator. Draw from rng itself."""
    return minibatches(x, y, batch_size, copy.deepcopy(rng))


@of("minibatches")
def refuses_more_than_there_are(x, y, batch_size, rng):
    """A batch size above the number of examples raises an error. Such a size is allowed, and gives a single batch with all examples."""
    if batch_size > len(x):
        raise ValueError(f"batch_size {batch_size}")
    return minibatches(x, y, batch_size, rng)


@of("minibatches")
def one_too_few_in_every_batch(x, y, batch_size, rng):
    """Every batch is one example short. If you use a slice, do not subtract 1 from its end: a slice already leaves out its end."""
    for x_batch, y_batch in minibatches(x, y, batch_size, rng):
        yield x_batch[:-1], y_batch[:-1]


@of("minibatches")
def a_new_order_for_every_batch(x, y, batch_size, rng):
    """A new order seems to be drawn for each batch, so some examples appear more than once and others never. Draw one order before the loop."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for start in range(0, len(x), batch_size):
        rows = rng.permutation(len(x))[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def in_file_order(x, y, batch_size, rng):
    """The order is the same in every call, and most neighbours in the data stay neighbours. Draw the order from rng."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


@of("minibatches")
def with_replacement(x, y, batch_size, rng):
    """Some examples appear more than once and others never, as if each row were drawn independently. Each example must appear exactly once per epoch."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.integers(0, len(x), len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def leaves_an_example_in_its_place(x, y, batch_size, rng):
    """The shuffle is not fair: some examples never reached certain positions. If you swap by hand, remember that rng.integers leaves out its upper end."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = [0, *(1 + rng.permutation(len(x) - 1))]
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def shuffles_whole_batches(x, y, batch_size, rng):
    """Many neighbouring examples stay together, as if whole batches were shuffled. Shuffle the examples first, then cut them into batches."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for start in rng.permutation(np.arange(0, len(x), batch_size)):
        yield x[start : start + batch_size], y[start : start + batch_size]


@of("minibatches")
def shuffles_within_batches(x, y, batch_size, rng):
    """The examples stay near their old positions, as if shuffled only within their batch. Shuffle all examples first, then cut the order into batches."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for start in range(0, len(x), batch_size):
        rows = start + rng.permutation(len(x[start : start + batch_size]))
        yield x[rows], y[rows]


@of("minibatches")
def evened_out(x, y, batch_size, rng):
    """The batches have nearly equal sizes. Each must hold batch_size examples; only the last may be smaller."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for rows in np.array_split(rng.permutation(len(x)), -(-len(x) // batch_size)):
        yield x[rows], y[rows]


@of("minibatches")
def that_many_batches(x, y, batch_size, rng):
    """The examples seem to be divided among batch_size batches. The argument says how many examples a batch holds, not how many batches there are."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for rows in np.array_split(rng.permutation(len(x)), batch_size):
        if len(rows):
            yield x[rows], y[rows]


@of("minibatches")
def that_many_batches_some_of_them_empty(x, y, batch_size, rng):
    """There are batch_size batches, even if some are empty. The argument says how many examples a batch holds, not how many batches there are."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for rows in np.array_split(rng.permutation(len(x)), batch_size):
        yield x[rows], y[rows]


@of("minibatches")
def fills_the_last_batch(x, y, batch_size, rng):
    """The last batch is filled up with examples that were already used. A last batch holds only the remaining ones, and may be smaller."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    for start in range(0, len(x), batch_size):
        rows = order.take(range(start, start + batch_size), mode="wrap")
        yield x[rows], y[rows]


@of("minibatches")
def a_window_at_every_place(x, y, batch_size, rng):
    """The batches overlap, as if one began at every example. Each batch should begin where the one before it ended."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    for start in range(len(x)):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def draws_each_batch_anew(x, y, batch_size, rng):
    """Each batch seems to be drawn from all examples, so some appear repeatedly and others never. Draw one order per epoch, then cut it."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    for start in range(0, len(x), batch_size):
        rows = rng.choice(len(x), min(batch_size, len(x) - start), replace=False)
        yield x[rows], y[rows]


@of("minibatches")
def a_generator_of_its_own(x, y, batch_size, rng):
    """Every call gives the same order, whatever rng is, as if a generator with a fixed seed were used. Draw each order from rng."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = np.random.default_rng(0).permutation(len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def shuffles_in_place(x, y, batch_size, rng):
    """The batches are right, but the caller's data are now in another order, as after rng.shuffle. Shuffle row numbers and leave the data unchanged."""
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
    """A batch size below one is accepted, or causes an unrelated error. Check the batch size first, and raise a ValueError whose message contains it."""
    order = rng.permutation(len(x))
    start = 0
    while 0 < batch_size and start < len(x):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]
        start += batch_size


@of("minibatches")
def leaves_it_to_range(x, y, batch_size, rng):
    """The batches are right, but the batch size is not checked: `range` accepts a negative step. Raise a ValueError whose message contains the batch size."""
    order = rng.permutation(len(x))
    for start in range(0, len(x), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@of("minibatches")
def from_the_global_state(x, y, batch_size, rng):
    """The order does not come from the rng argument, so the run cannot be repeated. Use rng's methods, not np.random or a new generator."""
    return minibatches(x, y, batch_size, np.random.default_rng())


@of("minibatches")
def stops_before_a_last_full_batch(x, y, batch_size, rng):
    """The last batch is missing. If you use range, where does it end? As long as examples are left, they need another batch."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    for start in range(0, len(x) - batch_size, batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


# momentum_step


def _added(velocity, gradients, keep, take):
    return [(keep * vw + take * gw, keep * vb + take * gb) for (vw, vb), (gw, gb) in zip(velocity, gradients)]


@of("momentum_step")
def damps_the_gradient(layers, gradients, velocity, learning_rate, momentum):
    """The gradient is multiplied by 1 - momentum, as in a running average. This course uses another convention: the whole gradient is added."""
    velocity = _added(velocity, gradients, momentum, 1 - momentum)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def momentum_of_the_sum(layers, gradients, velocity, learning_rate, momentum):
    """Momentum also multiplies the gradient. Multiply only the old velocity by momentum, and add the gradient in full."""
    velocity = _added(velocity, gradients, momentum, momentum)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def forgets_to_return_the_velocity(layers, gradients, velocity, learning_rate, momentum):
    """Only the layers are returned. The next step also needs the new velocity: return both, layers first."""
    return gradient_step(layers, _added(velocity, gradients, momentum, 1), learning_rate)


@of("momentum_step")
def looks_ahead(layers, gradients, velocity, learning_rate, momentum):
    """The step is the gradient plus momentum times the new velocity, which is Nesterov's variant. Here the step is the new velocity itself."""
    velocity = _added(velocity, gradients, momentum, 1)
    return gradient_step(layers, _added(velocity, gradients, momentum, 1), learning_rate), velocity


@of("momentum_step")
def gradient_slows_down(layers, gradients, velocity, learning_rate, momentum):
    """Each gradient moves the network uphill. Is the gradient subtracted in the velocity and again in the step? Only the step needs a minus sign."""
    velocity = _added(velocity, gradients, momentum, -1)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def steps_with_the_old_velocity(layers, gradients, velocity, learning_rate, momentum):
    """The velocity is right, but the step uses the old one, so every gradient acts one step late. Move with the new velocity."""
    return gradient_step(layers, velocity, learning_rate), _added(velocity, gradients, momentum, 1)


@of("momentum_step")
def learning_rate_in_the_velocity(layers, gradients, velocity, learning_rate, momentum):
    """The velocity contains the learning rate. Here the velocity adds up plain gradients, and only the step is scaled by the learning rate."""
    velocity = _added(velocity, gradients, momentum, learning_rate)
    return gradient_step(layers, velocity, 1), velocity


@of("momentum_step")
def velocity_points_downhill(layers, gradients, velocity, learning_rate, momentum):
    """The velocity points downhill and contains the learning rate, as in some texts. Here the velocity adds up plain gradients, and the step is scaled and subtracted."""
    velocity = _added(velocity, gradients, momentum, -learning_rate)
    return gradient_step(layers, velocity, -1), velocity


@of("momentum_step")
def plain_step(layers, gradients, velocity, learning_rate, momentum):
    """The velocity is right, but the weights move by the gradient alone, so momentum has no effect. Move the weights by the velocity."""
    return gradient_step(layers, gradients, learning_rate), _added(velocity, gradients, momentum, 1)


@of("momentum_step")
def velocity_without_a_brake(layers, gradients, velocity, learning_rate, momentum):
    """The old velocity is kept in full, so it never decays. Keep only a fraction of the velocity: momentum is this fraction."""
    velocity = _added(velocity, gradients, 1, 1)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def momentum_times_the_gradient(layers, gradients, velocity, learning_rate, momentum):
    """The gradient is scaled by momentum and the old velocity is kept in full. Do the reverse: scale the old velocity by momentum."""
    velocity = _added(velocity, gradients, 1, momentum)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def learning_rate_twice(layers, gradients, velocity, learning_rate, momentum):
    """The learning rate seems to be used twice, in the velocity and again in the step. Here only the step is scaled."""
    velocity = _added(velocity, gradients, momentum, learning_rate)
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def velocity_comes_first(layers, gradients, velocity, learning_rate, momentum):
    """This is (velocity, layers). Return the layers first, then the velocity."""
    velocity = _added(velocity, gradients, momentum, 1)
    return velocity, gradient_step(layers, velocity, learning_rate)


@of("momentum_step")
def steps_without_a_velocity(layers, gradients, velocity, learning_rate, momentum):
    """This is a plain gradient step: the velocity does not change and has no effect. Update the velocity first, then move the layers by it."""
    return gradient_step(layers, gradients, learning_rate), velocity


@of("momentum_step")
def hands_the_old_velocity_back(layers, gradients, velocity, learning_rate, momentum):
    """The step is right, but the old velocity comes back, so the next step cannot build on this one. Return the new velocity."""
    return gradient_step(layers, _added(velocity, gradients, momentum, 1), learning_rate), velocity


@of("momentum_step")
def velocity_in_place(layers, gradients, velocity, learning_rate, momentum):
    """The step is right, but the caller's velocity has changed. Compute a new velocity instead."""
    for (vw, vb), (gw, gb) in zip(velocity, gradients):
        vw *= momentum
        vw += gw
        vb *= momentum
        vb += gb
    return gradient_step(layers, velocity, learning_rate), velocity


@of("momentum_step")
def momentum_outside_the_rate(layers, gradients, velocity, learning_rate, momentum):
    """The velocity is right, but in the step the learning rate scales only the gradient. Scale the whole new velocity."""
    kept = _added(velocity, gradients, momentum, 0)
    return gradient_step(gradient_step(layers, gradients, learning_rate), kept, 1), _added(
        velocity, gradients, momentum, 1
    )


@of("gradient_step")
def reversed_gradients_where_they_fit(layers, gradients, learning_rate):
    """The gradients seem to be used in reverse order where the shapes allow it. The first pair of gradients belongs to the first layer."""
    turned = [
        theirs if theirs[0].shape == weights.shape else own
        for (weights, _), theirs, own in zip(layers, gradients[::-1], gradients)
    ]
    return gradient_step(layers, turned, learning_rate)


@of("minibatches")
def joins_the_rest_to_the_last_batch(x, y, batch_size, rng):
    """The examples left over at the end join the last full batch, which then exceeds batch_size. Put these examples into a smaller batch."""
    if batch_size < 1:
        raise ValueError(f"batch_size {batch_size}")
    order = rng.permutation(len(x))
    parts = max(len(x) // batch_size, 1)
    for part in range(parts):
        rows = order[part * batch_size : None if part == parts - 1 else (part + 1) * batch_size]
        yield x[rows], y[rows]
