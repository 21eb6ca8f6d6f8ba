"""Misconceptions that belong to no single exercise: each is declared once, and tried wherever its shape occurs.

A chapter's own misconception of the same name or the same answers comes first, and the family stays silent there.
"""

import copy
import itertools

import numpy as np

from ..weightlab.descent import gradient_step, minibatches
from ..weightlab.forward import softmax
from . import in_place_of, wherever

SEEDS = itertools.count()  # another generator at each call, and the same ones when a key is made again


class Unshuffled:
    """A generator that draws no order at all."""

    def permutation(self, n):
        return np.arange(n) if np.ndim(n) == 0 else np.asarray(n)


class OneOrder:
    """A generator that repeats its first order."""

    def __init__(self, rng):
        self.rng, self.order = rng, None

    def permutation(self, n):
        if self.order is None:
            self.order = self.rng.permutation(n)
        return self.order


# An argument that is left out, or read in another way.


@wherever("bias", besides=("fold_bias",))
def forgets_the_bias(right, given):
    """The bias seems to have no effect. A bias must shift the weighted sum by the same amount, whatever the inputs are."""
    return right(**given | {"bias": 0 * given["bias"]})


@wherever("adapter", "alpha")
def rank_of_the_numbers(right, given):
    """The rank seems to be computed from the adapter's numbers. The rank is the length of the axis that `down` and `up` share, whatever numbers they hold."""
    down, up = given["adapter"]
    found = max(np.linalg.matrix_rank(down @ up), 1)
    return right(**given | {"alpha": given["alpha"] * down.shape[1] / found})


@wherever("adapter", "alpha")
def rank_of_the_shorter_side(right, given):
    """Alpha seems to be divided by the length of a matrix's shorter axis. The rank is the length of the axis that `down` and `up` share."""
    down, _ = given["adapter"]
    return right(**given | {"alpha": given["alpha"] * down.shape[1] / min(down.shape)})


@wherever("learning_rate")
def a_step_of_size_one(right, given):
    """The learning rate seems to have no effect: the steps are as long as with a learning rate of 1. Multiply every step by learning_rate."""
    return right(**given | {"learning_rate": 1.0})


@wherever("learning_rate")
def climbs(right, given):
    """Every step has its sign flipped. Steps must go against the gradient, as in gradient_step."""
    return right(**given | {"learning_rate": -given["learning_rate"]})


@wherever("frozen")
def freezes_nothing(right, given):
    """The layers listed in `frozen` are treated like all the others. These layers are frozen, so training must not change them."""
    return right(**given | {"frozen": _unknown(given) or set()})


@wherever("frozen")
def numbers_layers_from_one(right, given):
    """The layers seem to be numbered from 1. In `frozen`, the first layer is 0."""
    layers = range(len(given["layers"]))
    return right(**given | {"frozen": _unknown(given) or {k - 1 for k in given["frozen"]} & set(layers)})


@wherever("frozen")
def freezes_that_many_from_the_front(right, given):
    """The right number of layers seems to be frozen, but always the first ones. `frozen` says which layers are frozen, not how many."""
    return right(**given | {"frozen": _unknown(given) or set(range(len(given["frozen"])))})


@wherever("frozen")
def freezes_the_others(right, given):
    """The frozen layers learn and the others do not. `frozen` lists the layers that must not change."""
    return right(**given | {"frozen": _unknown(given) or set(range(len(given["layers"]))) - set(given["frozen"])})


def _unknown(given):
    """Return the indices of no layer, which every answer refuses."""
    return set(given["frozen"]) - set(range(len(given["layers"])))


@wherever("labels", "logits")
def labels_from_one(right, given):
    """The classes seem to be counted from 1. Here the first class is 0: a label is the index of its column."""
    return right(**given | {"labels": given["labels"] - 1})


# The layout of arrays.


@in_place_of("weighted_sums", "dense")
def weights_on_their_side(right, x, weights, *bias):
    """Each row of the weights seems to be taken for a neuron, as in PyTorch. Here a neuron is a column of the weights."""
    return right(x, weights.T, *bias)


@in_place_of("softmax")
def columns_for_rows(right, logits):
    """Softmax seems to run down the columns, across the examples of the batch. Each row is one example: along which axis are its classes?"""
    powers = np.exp(logits - logits.max(axis=0))
    return powers / powers.sum(axis=0)


@wherever("x", "weights", "bias")
def adds_up_the_batch(right, given):
    """The results of all examples in the batch are added up. Each row is an example and gets its own row in the result."""
    return right(**given).sum(axis=0)


# The two passes through a network.


@in_place_of("softmax", itself=False)
def each_class_on_its_own(right, logits):
    """A sigmoid seems to be used for each class instead of softmax, so the probabilities of a row need not add up to 1."""
    return 0.5 * (1 + np.tanh(logits / 2))


@in_place_of("softmax", itself=False)
def logarithms_for_probabilities(right, logits):
    """Logarithms of the probabilities seem to be used. Use the probabilities themselves, as softmax returns them."""
    below = logits - logits.max(axis=1, keepdims=True)
    return below - np.log(np.exp(below).sum(axis=1, keepdims=True))


@in_place_of("cross_entropy", itself=False)
def probabilities_for_logits(right, logits, labels):
    """Softmax seems to be applied twice before the loss is taken. cross_entropy needs the logits, not probabilities."""
    return right(softmax(logits), labels)


@in_place_of("relu", itself=False)
def no_relu(right, x):
    """There seems to be no ReLU between the layers, so the whole network is one linear map. Apply relu after each layer except the output layer."""
    return x


@in_place_of("relu_gradient", itself=False)
def skips_the_relu(right, grad_output, activations):
    """The backward pass seems to ignore the ReLU between the layers. An inactive neuron must pass no gradient: use relu_gradient between layers."""
    return grad_output


@in_place_of("relu_gradient", itself=False)
def gate_from_the_gradient(right, grad_output, activations):
    """The gradient itself seems to decide where it passes the ReLU, as relu_gradient(grad, grad) does. Use the activations of that layer."""
    return np.maximum(grad_output, 0)


@in_place_of("relu_gradient", itself=False)
def active_for_the_whole_batch(right, grad_output, activations):
    """The gradient seems to pass where an activation is zero, because of other activations in the batch. Decide for each entry separately."""
    return grad_output * (activations > 0).any(axis=0)


@in_place_of("relu_gradient")
def derivative_of_sigmoid(right, grad_output, activations):
    """The gradient seems to be multiplied by a * (1 - a), the derivative of the sigmoid. What is ReLU's derivative for an active neuron, and for an inactive one?"""
    return grad_output * activations * (1 - activations)


@in_place_of("relu_gradient")
def half_at_zero(right, grad_output, activations):
    """Half of the gradient passes where the activation is zero. An inactive neuron passes no gradient: in this course, ReLU's derivative at 0 is 0."""
    return grad_output * np.where(activations > 0, 1.0, 0.5)


@in_place_of("relu_gradient")
def derivative_of_tanh(right, grad_output, activations):
    """The gradient seems to be multiplied by 1 - a * a, the derivative of tanh. What is ReLU's derivative for an active neuron, and for an inactive one?"""
    return grad_output * (1 - activations * activations)


@in_place_of("frozen_step", itself=False)
def plain_step_for_the_frozen_one(right, layers, gradients, learning_rate, frozen):
    """The step fails at a frozen layer, whose gradient is None. gradient_step moves every layer: which function skips the frozen ones?"""
    return gradient_step(layers, gradients, learning_rate)


# Training loops: each is run one batch at a time, by the exercise's own right answer.


def _loop(
    right,
    given,
    *,
    mean=None,
    rate=None,
    batches=None,
    used=None,
    after=False,
    begun=False,
    finished=False,
    keep="always",
):
    """Train, and record each epoch's losses in another way.

    ``mean(met, n)`` makes an epoch's loss of its batches' (size, loss) and the number of examples; ``rate`` is the
    learning rate for a batch; ``batches(dealt, epoch)`` and ``used(batch)`` change what is dealt, and what a step uses
    of it; ``after`` and ``finished`` measure after each step or epoch, ``begun`` before each epoch; ``keep`` says when layers are carried on, or
    that the steps are all taken from the beginning of their epoch ("summed") or of training ("all summed") and added up.
    """
    given, kind = dict(given), "adapters" if "adapters" in given else "layers"
    start, x, y = given.pop(kind), given.pop("x"), given.pop("y")
    epochs, size, rng = given.pop("epochs"), given.pop("batch_size"), given.pop("rng")

    def step(state, batch, rate):
        settings = {"epochs": 1, "batch_size": len(batch[1]), "learning_rate": rate, "rng": Unshuffled()}
        state, losses = right(**given | {kind: state, "x": batch[0], "y": batch[1]} | settings)
        return state, losses[0]

    state, losses = list(start), []
    for epoch in range(epochs):
        met, state = [], list(start) if keep == "within epochs" else state
        first = state
        dealt = list(minibatches(x, y, size, rng))
        for batch in batches(dealt, epoch) if batches else dealt:
            before = list(start) if keep in ("never", "all summed") else first if keep == "summed" else state
            own = rate(len(batch[1])) if rate else given["learning_rate"]
            made, loss = step(before, used(batch) if used else batch, own)
            loss = step(state, batch, 0.0)[1] if keep == "all summed" else loss
            state = _moved_alike(state, before, made) if "summed" in keep else made
            met.append((len(batch[1]), step(state, batch, 0.0)[1] if after else loss))
        whole = first if begun else state if finished else None
        losses.append(step(whole, (x, y), 0.0)[1] if whole else (mean or _weighted_mean)(met, len(y)))
    return state, losses


def _moved_alike(state, before, after):
    """Move a network by as much as another was moved."""
    return [tuple(p + (new - old) for p, old, new in zip(*each)) for each in zip(state, before, after)]


def _weighted_mean(met, n):
    return sum(size * loss for size, loss in met) / n


@wherever("epochs")
def stops_when_the_loss_rises(right, given):
    """Training stops after the first epoch whose loss rises. Go through all epochs, and return one loss for each."""
    whole = right(**given | {"rng": copy.deepcopy(given["rng"])})
    rises = (epoch for epoch, (last, new) in enumerate(itertools.pairwise(whole[1]), 2) if new > last)
    return right(**given | {"epochs": next(rises, given["epochs"])})


@wherever("epochs")
def stops_before_the_loss_rises(right, given):
    """Training stops before the first epoch whose loss does not fall. Go through all epochs, and return one loss for each."""
    whole = right(**given | {"rng": copy.deepcopy(given["rng"])})
    rises = (epoch for epoch, (last, new) in enumerate(itertools.pairwise(whole[1]), 1) if new >= last)
    return right(**given | {"epochs": next(rises, given["epochs"])})


@wherever("epochs")
def the_rate_decays(right, given):
    """The steps seem to become shorter from epoch to epoch, as with a learning rate that decays. Use learning_rate as it is in every epoch."""
    kind = "adapters" if "adapters" in given else "layers"
    state, losses = given[kind], []
    for epoch in range(given["epochs"]):
        rate = given["learning_rate"] / (epoch + 1)
        state, more = right(**given | {kind: state, "epochs": 1, "learning_rate": rate})
        losses += more
    return state, losses


@wherever("epochs")
def small_batches_count_as_much(right, given):
    """The mean of the batches' losses is not weighted, so examples in a short last batch count more. Weight each batch's loss by its size."""
    return _loop(right, given, mean=lambda met, n: sum(loss for _, loss in met) / max(len(met), 1))


@wherever("epochs")
def adds_the_losses_up(right, given):
    """The losses of all examples are added up, so more examples give a larger result. Divide by the number of examples."""
    return _loop(right, given, mean=lambda met, n: sum(size * loss for size, loss in met))


@wherever("epochs")
def adds_the_batches_up(right, given):
    """The losses of the batches are added up, so more batches give a larger loss. Take the mean over all examples of the epoch instead."""
    return _loop(right, given, mean=lambda met, n: sum(loss for _, loss in met))


@wherever("epochs")
def weighted_by_nothing(right, given):
    """The batches' mean losses are added up and divided by the number of examples. Multiply each mean by the size of its batch first."""
    return _loop(right, given, mean=lambda met, n: sum(loss for _, loss in met) / n)


@wherever("epochs")
def divided_by_the_batch_size(right, given):
    """The sum of losses seems to be divided by the batch size. The sum covers all examples of the epoch: divide by their number."""
    size = given["batch_size"]
    return _loop(right, given, mean=lambda met, n: sum(m * loss for m, loss in met) / size)


@wherever("epochs")
def loss_of_the_last_batch(right, given):
    """The loss of each epoch is that of its last batch, so it depends on a few examples. Take the mean over all batches."""
    return _loop(right, given, mean=lambda met, n: met[-1][1])


@wherever("epochs")
def loss_after_the_step(right, given):
    """Each loss seems to be measured after the step that used its batch. Use the logits from before the step."""
    return _loop(right, given, after=True)


@wherever("epochs")
def loss_of_the_finished_epoch(right, given):
    """These seem to be the losses on all data after each epoch. Record the mean of the batches' losses instead, each taken before its step."""
    return _loop(right, given, finished=True)


@wherever("epochs")
def loss_of_the_epoch_to_come(right, given):
    """These seem to be the losses on all data before each epoch. Record the mean of the batches' losses instead, each taken before its step."""
    return _loop(right, given, begun=True)


@wherever("epochs")
def every_batch_counts_as_full(right, given):
    """The loss of a short last batch seems to be weighted by batch_size. Weight each batch's loss by the number of examples that it holds."""
    return _loop(right, given, mean=lambda met, n: given["batch_size"] * sum(loss for _, loss in met) / n)


@wherever("epochs")
def ends_before_the_best_epoch(right, given):
    """These are the parameters from before the epoch with the lowest loss. Return the parameters after the last epoch, whatever the losses were."""
    _, losses = right(**given | {"rng": copy.deepcopy(given["rng"])})
    return right(**given | {"epochs": int(np.argmin(losses)) if losses else 0})[0], losses


@wherever("epochs")
def ends_after_the_best_epoch(right, given):
    """These are the parameters from the end of the epoch with the lowest loss. Return the parameters after the last epoch, whatever the losses were."""
    _, losses = right(**given | {"rng": copy.deepcopy(given["rng"])})
    return right(**given | {"epochs": int(np.argmin(losses)) + 1 if losses else 0})[0], losses


@wherever("epochs")
def the_best_of_all_networks(right, given):
    """These seem to be the parameters with the lowest loss on all data. Return the parameters after the last epoch, whatever the losses were."""
    kind = "adapters" if "adapters" in given else "layers"
    at_the_end = {"epochs": 1, "batch_size": len(given["x"]), "learning_rate": 0.0, "rng": Unshuffled()}
    best, least = list(given[kind]), np.inf
    for epochs in range(given["epochs"] + 1):
        state, losses = right(**given | {"epochs": epochs, "rng": copy.deepcopy(given["rng"])})
        loss = right(**given | {kind: state} | at_the_end)[1][0]
        best, least = (state, loss) if loss <= least else (best, least)
    return best, losses


@wherever("epochs")
def one_epoch_too_many(right, given):
    """The losses are right, but the parameters are those after one more epoch. Does the loop run once too often?"""
    state, losses = right(**given | {"epochs": given["epochs"] + 1})
    return state, losses[: given["epochs"]]


@wherever("epochs")
def gradients_at_the_start_alone(right, given):
    """All gradients seem to come from the network as it was given. Compute each gradient with the previous step's network."""
    return _loop(right, given, keep="all summed")


@wherever("epochs")
def a_loss_for_every_batch(right, given):
    """There is one loss per batch. Return one per epoch: the mean over its batches, weighted by their sizes."""
    state, losses = _loop(right, given, mean=lambda met, n: [loss for _, loss in met])
    return state, list(itertools.chain.from_iterable(losses))


@wherever("epochs")
def total_never_reset(right, given):
    """The loss of each epoch includes the losses of all earlier epochs. Is there a sum that continues from one epoch to the next?"""
    state, losses = right(**given)
    return state, [float(total) for total in np.cumsum(losses)]


@wherever("epochs")
def losses_come_first(right, given):
    """The losses come first. Return the trained layers or adapters first, then the losses."""
    return right(**given)[::-1]


@wherever("epochs")
def forgets_the_losses(right, given):
    """The result is not the required pair. Return the trained layers or adapters first, and the list of each epoch's mean loss second."""
    return right(**given)[0]


@wherever("epochs")
def throws_the_step_away(right, given):
    """The result equals the input, so nothing was trained. A step returns new arrays: does your loop keep them?"""
    return right(**given | {"learning_rate": 0.0})


@wherever("epochs")
def starts_over_each_batch(right, given):
    """Every batch seems to start from the initial values, so only the last step counts. Start each step from the result of the previous one."""
    return _loop(right, given, keep="never")


@wherever("epochs")
def starts_over_each_epoch(right, given):
    """Every epoch seems to start from the initial values, so only the last epoch counts. Start each epoch from the result of the previous one."""
    return _loop(right, given, keep="within epochs")


@wherever("epochs")
def divides_by_the_batch_again(right, given):
    """The steps are too short by a factor of the batch size. cross_entropy_gradient already divides by that size: do you divide a second time?"""
    return _loop(right, given, rate=lambda size: given["learning_rate"] / size)


@wherever("epochs")
def steps_by_the_sum(right, given):
    """The steps are too long by a factor of the batch size, as with the gradient of a sum. Use the gradient of the batch's mean loss."""
    return _loop(right, given, rate=lambda size: given["learning_rate"] * size)


@wherever("epochs")
def all_steps_from_the_same_place(right, given):
    """All gradients of an epoch seem to come from the network at the start of the epoch. Compute each gradient with the previous step's network."""
    return _loop(right, given, keep="summed")


@wherever("epochs")
def one_step_an_epoch(right, given):
    """There seems to be one step per epoch. Take a step after every batch of batch_size examples."""
    return right(**given | {"batch_size": len(given["x"])})


@wherever("epochs")
def one_step_an_epoch_in_order(right, given):
    """There seems to be one step per epoch, on all examples in the order of the data. Take a step after every batch that minibatches yields."""
    return right(**given | {"batch_size": len(given["x"]), "rng": Unshuffled()})


# The cases of the other two loops cannot tell this from an order of its own.
@wherever("epochs", besides=("fine_tune", "lora_fine_tune"))
def all_examples_at_every_step(right, given):
    """Every step seems to use all of x and y. Use only the batch in the forward pass, in the loss and in its gradient."""
    return _loop(right, given, used=lambda batch: (given["x"], given["y"]))


@wherever("epochs")
def forgets_the_short_batch(right, given):
    """A last batch that is not full seems to be skipped, so not every epoch uses all examples. Include that batch, with its own size."""
    full = min(given["batch_size"], len(given["x"]))
    return _loop(right, given, batches=lambda dealt, _: [batch for batch in dealt if len(batch[1]) == full])


@wherever("epochs")
def leaves_the_short_batch_out_of_both(right, given):
    """No step is taken for a last batch that is not full, and its loss is left out of the mean. Include that batch, with its own size."""
    full = min(given["batch_size"], len(given["x"]))
    return _loop(
        right,
        given,
        mean=lambda met, _: _weighted_mean(met, sum(size for size, _ in met)),
        batches=lambda dealt, _: [batch for batch in dealt if len(batch[1]) == full],
    )


@wherever("epochs")
def waits_for_a_full_batch(right, given):
    """No step is taken for a batch that is not full, and its loss is left out. Include each batch, with its own size: there may be only one."""
    return _loop(
        right,
        given,
        mean=lambda met, _: _weighted_mean(met, max(sum(size for size, _ in met), 1)),
        batches=lambda dealt, _: [batch for batch in dealt if len(batch[1]) == given["batch_size"]],
    )


@wherever("epochs")
def goes_home_after_one_epoch(right, given):
    """Training ends after the first epoch. If the `return` is inside the loop over epochs, move it below the loop."""
    return right(**given | {"epochs": min(given["epochs"], 1)})


@wherever("epochs")
def goes_home_from_within_the_loop(right, given):
    """Training ends after the first epoch, and with zero epochs nothing comes back. If the `return` is inside the loop over epochs, move it below the loop."""
    return right(**given | {"epochs": 1}) if given["epochs"] else None


@wherever("epochs")
def deals_only_once(right, given):
    """Only the first epoch learns; the others get no batches. Is minibatches called only once? A generator is empty after its batches have been used."""
    return _loop(right, given | {"rng": OneOrder(given["rng"])}, batches=lambda dealt, epoch: [] if epoch else dealt)


@wherever("epochs")
def one_order_for_all_epochs(right, given):
    """Every epoch uses the same order, but each needs a new one. Do you call minibatches in every epoch, with the rng argument itself?"""
    return right(**given | {"rng": OneOrder(given["rng"])})


@wherever("epochs")
def never_shuffles(right, given):
    """The order of the examples does not depend on rng. Draw a new order from rng for each epoch, as minibatches does."""
    return right(**given | {"rng": Unshuffled()})


@wherever("epochs")
def seeds_for_itself(right, given):
    """The result does not depend on the rng argument. Is minibatches called with rng itself, in every epoch? Does each step use one batch only?"""
    return right(**given | {"rng": np.random.default_rng(0)})


@wherever("epochs")
def a_generator_of_its_own(right, given):
    """The order does not depend on the rng argument, so the run cannot be repeated. Draw the order from rng."""
    return right(**given | {"rng": np.random.default_rng(next(SEEDS))})


@wherever("epochs")
def trains_the_given_network(right, given):
    """The training is right, but the caller's own list or its arrays have changed. Put new arrays into a new list: `-=` would change the caller's arrays."""
    kind = "adapters" if "adapters" in given else "layers"
    state, losses = right(**given)
    given[kind][:] = state
    return given[kind], losses
