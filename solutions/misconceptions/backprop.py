"""What people believe about gradients on their way back through a network."""

import numpy as np

from ..weightlab.backprop import dense_gradient, numerical_gradient, relu_gradient
from ..weightlab.forward import softmax
from ..weightlab.loss import one_hot
from . import of

# numerical_gradient


@of("numerical_gradient")
def looks_ahead_only(f, array, step=1e-5):
    """You compare a step forward with standing still. On a curve that favours one side: your error shrinks with the step, a two-sided measurement's with its square. Look a step to the left of the point as well."""
    moved = np.array(array, dtype=np.float64)
    gradient, start = np.empty(moved.shape), f(moved)
    for index in np.ndindex(moved.shape):
        here = moved[index]
        moved[index] = here + step
        gradient[index] = (f(moved) - start) / step
        moved[index] = here
    return gradient


@of("numerical_gradient")
def divides_by_one_step(f, array, step=1e-5):
    """Your gradient is twice as steep as the function. How far apart are the two points that you compare? Draw them on a line, with the entry in the middle."""
    moved = np.array(array, dtype=np.float64)
    gradient = np.empty(moved.shape)
    for index in np.ndindex(moved.shape):
        here = moved[index]
        moved[index] = here + step
        above = f(moved)
        moved[index] = here - step
        gradient[index] = (above - f(moved)) / step
        moved[index] = here
    return gradient


@of("numerical_gradient")
def looks_back_only(f, array, step=1e-5):
    """You compare standing still with a step back. On a curve that favours one side: your error shrinks with the step, a two-sided measurement's with its square. Look a step to the right of the point as well."""
    moved = np.array(array, dtype=np.float64)
    gradient, start = np.empty(moved.shape), f(moved)
    for index in np.ndindex(moved.shape):
        here = moved[index]
        moved[index] = here - step
        gradient[index] = (start - f(moved)) / step
        moved[index] = here
    return gradient


@of("numerical_gradient")
def below_minus_above(f, array, step=1e-5):
    """The sign is turned round: you subtract what f is a step up from what it is a step down. Where f grows with the entry the slope is above zero."""
    return -numerical_gradient(f, array, step)


@of("numerical_gradient")
def multiplies_by_the_step(f, array, step=1e-5):
    """/ 2 * step divides by two and then multiplies by the step: Python goes from left to right. Put brackets around what you divide by: / (2 * step)."""
    return numerical_gradient(f, array, step) * step**2


@of("numerical_gradient")
def hands_f_a_flat_array(f, array, step=1e-5):
    """You hand f a flattened array. To many functions the shape matters, to a network's loss above all: f must get an array of the shape that you were given."""
    flat = np.array(array, dtype=np.float64).ravel()
    return numerical_gradient(f, flat, step).reshape(array.shape)


@of("numerical_gradient")
def moves_whole_rows(f, array, step=1e-5):
    """array[i] is a whole row where the array has two axes: you move its entries together, and they all get one slope. Go through the entries, with np.ndindex(array.shape)."""
    moved = np.array(array, dtype=np.float64)
    gradient = np.empty(moved.shape)
    for i in range(len(moved)):
        here = moved[i].copy()
        moved[i] = here + step
        above = f(moved)
        moved[i] = here - step
        gradient[i] = (above - f(moved)) / (2 * step)
        moved[i] = here
    return gradient


@of("numerical_gradient")
def one_slope_for_all(f, array, step=1e-5):
    """You return a single number: the slope when all entries move together. A gradient has a number for each entry, measured with that entry moving alone."""
    array = np.array(array, dtype=np.float64)
    return (f(array + step) - f(array - step)) / (2 * step)


@of("numerical_gradient")
def two_names_for_one_array(f, array, step=1e-5):
    """Your gradient is zero everywhere: `up = array` makes no copy, only a second name, so that up and down are one array and a step up and a step down leave nothing. Copy before you move."""
    return np.zeros(array.shape)


@of("numerical_gradient")
def moves_everything_at_once(f, array, step=1e-5):
    """You move all entries together, so that every entry gets the same number: the slope along the diagonal. A gradient asks what happens when one entry alone moves, and asks it again for each."""
    array = np.array(array, dtype=np.float64)
    slope = (f(array + step) - f(array - step)) / (2 * step)
    return np.full(array.shape, slope)


@of("numerical_gradient")
def forgets_to_put_back(f, array, step=1e-5):
    """The first entries are right and later ones drift: an entry that you have measured stays moved while you measure the next. Put each one back before you go on."""
    moved = np.array(array, dtype=np.float64)
    gradient = np.empty(moved.shape)
    for index in np.ndindex(moved.shape):
        moved[index] += step
        above = f(moved)
        moved[index] -= 2 * step
        gradient[index] = (above - f(moved)) / (2 * step)
    return gradient


@of("numerical_gradient")
def adds_the_step_back(f, array, step=1e-5):
    """The gradient is fine, but the caller's array is not quite what it was: plus, minus and plus again is not the same number in floating point. Work on a copy, or keep the entry's own value and put that back."""
    if array.dtype != np.float64:
        return adds_the_step_back(f, array.astype(np.float64), step)
    gradient = np.empty(array.shape)
    for index in np.ndindex(array.shape):
        array[index] += step
        above = f(array)
        array[index] -= 2 * step
        gradient[index] = (above - f(array)) / (2 * step)
        array[index] += step
    return gradient


@of("numerical_gradient")
def keeps_the_dtype(f, array, step=1e-5):
    """You move entries about in the array's own dtype. Whole numbers swallow a step of 0.00001 entirely, and float32 keeps about seven digits, of which the step leaves two. Make the copy float64 first."""
    return _measured(f, array.copy(), np.zeros_like(array), step)


@of("numerical_gradient")
def ignores_the_step(f, array, step=1e-5):
    """You measure with a step of your own, whatever the caller asks for. How good the measurement is depends on the step: use the argument."""
    return numerical_gradient(f, array, 1e-5)


@of("numerical_gradient")
def moves_in_the_callers_dtype(f, array, step=1e-5):
    """Your gradient is float64, but the array that you move about in is not: a copy keeps its dtype. Whole numbers swallow a step of 0.00001 entirely, and float32 keeps about seven digits, of which the step leaves two. Make the copy float64 first."""
    return _measured(f, array.copy(), np.zeros(array.shape), step)


def _measured(f, moved, gradient, step):
    """Measure slopes on an array that is moved about, into another."""
    for index in np.ndindex(moved.shape):
        here = moved[index]
        moved[index] = here + step
        above = f(moved)
        moved[index] = here - step
        gradient[index] = (above - f(moved)) / (2 * step)
        moved[index] = here
    return gradient


@of("numerical_gradient")
def steps_back_to_the_start(f, array, step=1e-5):
    """Your gradient is half as steep as the function: you compare a step up with the entry's own place, and divide by two steps. For the second call the entry must stand a step below where it began."""
    moved = np.array(array, dtype=np.float64)
    gradient, start = np.empty(moved.shape), f(moved)
    for index in np.ndindex(moved.shape):
        here = moved[index]
        moved[index] = here + step
        gradient[index] = (f(moved) - start) / (2 * step)
        moved[index] = here
    return gradient


@of("numerical_gradient")
def returns_inside_the_loop(f, array, step=1e-5):
    """You measure the first entry and return: the return stands inside the loop. Move it to the left, below the loop, so that every entry is measured."""
    gradient = np.zeros(array.shape)
    first = (0,) * array.ndim
    gradient[first] = numerical_gradient(f, array, step)[first]
    return gradient


@of("numerical_gradient")
def hands_f_a_single_entry(f, array, step=1e-5):
    """You hand f a single entry, array[index] + step. f wants the whole array, in which that one entry has moved and all others stand where they were."""
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        gradient[index] = (f(array[index] + step) - f(array[index] - step)) / (2 * step)
    return gradient


@of("numerical_gradient")
def moves_whole_rows_in_a_view(f, array, step=1e-5):
    """array[i] is a whole row where the array has two axes: you move its entries together, and they all get one slope. Go through the entries, with np.ndindex(array.shape)."""
    moved = np.array(array, dtype=np.float64)
    gradient = np.empty(moved.shape)
    for i in range(len(moved)):
        here = moved[i]
        moved[i] = here + step
        above = f(moved)
        moved[i] = here - step
        gradient[i] = (above - f(moved)) / (2 * step)
        moved[i] = here
    return gradient


# relative_error


@of("relative_error")
def entry_by_entry(a, b):
    """You measure each difference against its own entry. Where a gradient is all but zero, rounding is all that is left, and your measure calls a correct gradient wrong. Take the scale from the whole array."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return float(np.max(np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-12), initial=0.0))


@of("relative_error")
def forgets_the_sign(a, b):
    """You take the largest number, not the largest size: -3 counts for less than 1 with you, and two arrays that differ downwards seem equal. Sizes first, then the maximum."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    if a.size == 0:
        return 0.0
    return float(np.max(a - b) / max(np.max(a) + np.max(b), 1e-12))


@of("relative_error")
def averages_the_difference(a, b):
    """You take the mean difference. One wrong entry among thousands then hardly shows, and one wrong entry is what a planted bug often is. Ask for the worst."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    if a.size == 0:
        return 0.0
    return float(np.mean(np.abs(a - b)) / max(np.max(np.abs(a)) + np.max(np.abs(b)), 1e-12))


@of("relative_error")
def measures_against_one_array(a, b):
    """You measure against the first array only. Exchange the two and the answer changes, and a first array of zeros makes everything infinitely wrong. Let both count."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return float(np.abs(a - b).max(initial=0.0) / max(np.abs(a).max(initial=0.0), 1e-12))


@of("relative_error")
def lengths_for_largest_entries(a, b):
    """You compare lengths, the roots of sums of squares. One wrong entry among thousands then hardly shows: ask for the largest sizes, of the difference and of both arrays."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return float(np.linalg.norm(a - b) / max(np.linalg.norm(a) + np.linalg.norm(b), 1e-12))


@of("relative_error")
def the_larger_of_the_two(a, b):
    """You measure against the larger of the two arrays. That is a fair yardstick, but another one: here the two largest sizes are added, so that the answer lies between 0 and 1."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    largest = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0), 1e-12)
    return float(np.abs(a - b).max(initial=0.0) / largest)


@of("relative_error")
def adds_before_taking_sizes(a, b):
    """You add the two arrays first and take the size of that. Where they point opposite ways little or nothing is left to measure against: take both sizes, then add."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return float(np.abs(a - b).max(initial=0.0) / max(np.abs(a + b).max(initial=0.0), 1e-12))


@of("relative_error")
def nothing_has_no_maximum(a, b):
    """Right, but of an empty array NumPy knows no maximum and raises an error. Two arrays of nothing agree: give max an initial=0.0, or return 0.0 where there are no entries."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return float(np.abs(a - b).max() / max(np.abs(a).max() + np.abs(b).max(), 1e-12))


@of("relative_error")
def an_error_for_each_entry(a, b):
    """You return an error for each entry. One number is asked for: the largest difference, measured against the largest sizes."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return np.abs(a - b) / max(np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0), 1e-12)


@of("relative_error")
def in_percent(a, b):
    """You give percent. What is asked for is the share itself, from 0 to 1."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    size = np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0)
    return float(100 * np.abs(a - b).max(initial=0.0) / max(size, 1e-12))


@of("relative_error")
def divides_by_nothing(a, b):
    """Two arrays of zeros agree perfectly, but you divide zero by zero. The size that you measure against needs a floor."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    if a.size == 0:
        return 0.0
    return float(np.max(np.abs(a - b)) / (np.max(np.abs(a)) + np.max(np.abs(b))))


@of("relative_error")
def lets_numpy_stretch(a, b):
    """A column against a matrix, or a row: NumPy stretches the smaller array without a word, and a gradient of the wrong shape can pass for right. Compare the shapes before the numbers."""
    size = np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0)
    return float(np.abs(a - b).max(initial=0.0) / max(size, 1e-12))


@of("relative_error")
def adds_the_floor(a, b):
    """You add the floor of 1e-12 to the size. It is a floor: where the size is larger it must not count, and where it is smaller it takes its place. Take the larger of the two."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return float(np.abs(a - b).max(initial=0.0) / (np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0) + 1e-12))


@of("relative_error")
def floor_at_zero_only(a, b):
    """You look out for a size of exactly zero only. Two arrays that differ by less than anything that matters still seem far apart: let the size never be less than 1e-12."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    size = np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0)
    return float(np.abs(a - b).max(initial=0.0) / size) if size else 0.0


@of("relative_error")
def entry_by_entry_above_a_floor(a, b):
    """You measure each difference against its own entry. Where a gradient is all but zero, rounding is all that is left, and your measure calls a correct gradient wrong. Take the scale from the whole array."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return float(np.max(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-12), initial=0.0))


# mean_squared_error_gradient


@of("mean_squared_error_gradient")
def forgets_the_two(predictions, targets):
    """Your gradient is half of what it should be. What is the slope of a square?"""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return (predictions - targets) / predictions.size


@of("mean_squared_error_gradient")
def points_at_the_target(predictions, targets):
    """The sign is turned round: a prediction above its target makes the error grow when it grows. The gradient points uphill; going down is the business of the next chapter."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return 2 * (targets - predictions) / predictions.size


@of("mean_squared_error_gradient")
def of_the_sum(predictions, targets):
    """This is the gradient of the sum of the squares. In a mean every entry counts only for its share."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return 2 * (predictions - targets)


@of("mean_squared_error_gradient")
def shares_among_rows_only(predictions, targets):
    """You divide by the number of rows. The mean of chapter 5 is over all entries, rows and columns."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return 2 * (predictions - targets) / len(predictions)


@of("mean_squared_error_gradient")
def one_slope_for_all_predictions(predictions, targets):
    """You average the differences into one number. The error is one number, but its gradient has one for each prediction: no mean, only each one's share."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return 2 * np.mean(predictions - targets)


@of("mean_squared_error_gradient")
def the_error_itself(predictions, targets):
    """These are the squares, each with its share of the error. Asked for is their slope: how fast each square grows when its prediction moves."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return (predictions - targets) ** 2 / predictions.size


@of("mean_squared_error_gradient")
def writes_into_the_predictions(predictions, targets):
    """The numbers are right, but -= has written them into the caller's own predictions. Make a new array."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    predictions -= targets
    predictions *= 2 / predictions.size
    return predictions


@of("mean_squared_error_gradient")
def stretches_the_targets(predictions, targets):
    """The numbers are right, but targets of another shape are stretched to fit without a word, and the gradient of a mix-up comes back. Compare the shapes first, and name both in the error."""
    return 2 * (predictions - targets) / predictions.size


@of("mean_squared_error_gradient")
def a_slope_for_each_column(predictions, targets):
    """You average the differences down the columns. Each prediction has a slope of its own, so the gradient has the shape of predictions: no mean, only each one's share."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return 2 * np.mean(predictions - targets, axis=0)


# cross_entropy_gradient


@of("cross_entropy_gradient")
def of_the_summed_loss(logits, labels):
    """This is the gradient of the sum over the batch. The loss is a mean: without the division a batch twice as large would take steps twice as long."""
    return softmax(logits) - one_hot(labels, logits.shape[1])


@of("cross_entropy_gradient")
def truth_minus_belief(logits, labels):
    """The sign is turned round. Raising a wrong class's logit raises the loss, so its gradient is above zero. The gradient points uphill; descent takes the minus later."""
    return (one_hot(labels, logits.shape[1]) - softmax(logits)) / len(labels)


@of("cross_entropy_gradient")
def belief_alone(logits, labels):
    """These are the probabilities, shared among the batch: every logit is pushed down, the right one too, and the labels play no part. What should the network have believed?"""
    return softmax(logits) / len(labels)


@of("cross_entropy_gradient")
def only_the_right_class(logits, labels):
    """Only the right class's logit has a gradient with you. The loss reads one probability, but softmax divides by the sum over all classes, so that every logit has a say in it."""
    rows = np.arange(len(labels))
    gradient = np.zeros_like(logits)
    gradient[rows, labels] = (softmax(logits)[rows, labels] - 1) / len(labels)
    return gradient


@of("cross_entropy_gradient")
def one_taken_from_whole_columns(logits, labels):
    """gradient[:, labels] names whole columns: every row loses one at every label of the batch. Each row has one label; give NumPy a row for each of them as well."""
    gradient = softmax(logits)
    gradient[:, labels] -= 1
    return gradient / len(labels)


@of("cross_entropy_gradient")
def shared_among_all_entries(logits, labels):
    """You divide by rows times classes. The loss is one number for each example, and its mean goes over examples only."""
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / logits.size


@of("cross_entropy_gradient")
def logits_for_beliefs(logits, labels):
    """You subtract the truth from the logits. A logit is a score, not a belief: softmax comes in between."""
    return (logits - one_hot(labels, logits.shape[1])) / len(labels)


@of("cross_entropy_gradient")
def label_numbers_for_truth(logits, labels):
    """You subtract the label's number, so that class 4 is pulled four times as hard as class 1. What the network should believe is 1 for the label's class and 0 for the others: one_hot."""
    return (softmax(logits) - labels[:, np.newaxis]) / len(labels)


@of("cross_entropy_gradient")
def shared_among_classes(logits, labels):
    """You divide by the number of classes. The loss is a mean over examples: divide by how many rows there are."""
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / logits.shape[1]


@of("cross_entropy_gradient")
def one_row_for_the_batch(logits, labels):
    """You average over the batch. The loss is a mean, but each example's logits have a gradient of their own: divide by the number of rows, and keep the rows."""
    return (softmax(logits) - one_hot(labels, logits.shape[1])).mean(axis=0)


@of("cross_entropy_gradient")
def writes_into_the_logits(logits, labels):
    """The gradient is right, but the caller's logits have been overwritten on the way. Make a new array."""
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    logits[np.arange(len(labels)), labels] -= 1
    return logits / len(labels)


@of("cross_entropy_gradient")
def stops_at_the_probabilities(logits, labels):
    """This is how the loss changes with the probability, -1/p. The question is how it changes with the logit: the slope of softmax comes in as well, and most of it cancels."""
    rows, probabilities = np.arange(len(labels)), softmax(logits)
    gradient = np.zeros_like(probabilities)
    with np.errstate(divide="ignore"):
        gradient[rows, labels] = -1 / probabilities[rows, labels] / len(labels)
    return gradient


@of("cross_entropy_gradient")
def bare_exponentials(logits, labels):
    """Right for small logits, but exp(1000) is infinite, and infinity over infinity is no number. Your softmax of chapter 4 has that solved."""
    with np.errstate(all="ignore"):
        powers = np.exp(logits)
        belief = powers / powers.sum(axis=1, keepdims=True)
    return (belief - one_hot(labels, logits.shape[1])) / len(labels)


@of("cross_entropy_gradient")
def one_taken_from_whole_rows(logits, labels):
    """gradient[labels] names whole rows: the label serves as the number of an example, and all its classes lose one. Give NumPy the row and the column: gradient[np.arange(len(labels)), labels]."""
    gradient = softmax(logits)
    gradient[labels] -= 1
    return gradient / len(labels)


# relu_gradient


@of("relu_gradient")
def passes_at_zero(grad_output, activations):
    """Zero counts as active with you. A silent neuron's activation is exactly zero, so this lets the gradient through nearly everywhere."""
    return grad_output * (activations >= 0)


@of("relu_gradient")
def looks_at_the_gradient(grad_output, activations):
    """You hold back gradients that are below zero, as if the gradient itself went through a ReLU. Whether it passes is decided by what the neuron did on the way there."""
    return np.maximum(grad_output, 0)


@of("relu_gradient")
def scales_by_the_activation(grad_output, activations):
    """You multiply by the activation itself. The slope of a ReLU is one wherever it is active, however large the activation."""
    return grad_output * activations


@of("relu_gradient")
def passes_where_it_is_silent(grad_output, activations):
    """You have it the wrong way round: the gradient passes where the neuron was silent. A neuron that handed nothing on has no share in what came of it."""
    return np.where(activations > 0, 0, grad_output)


@of("relu_gradient")
def leaks(grad_output, activations):
    """You let a hundredth through where the neuron was silent. That belongs to the leaky ReLU; the ReLU of chapter 4 is flat there, and lets nothing through."""
    return np.where(activations > 0, grad_output, 0.01 * grad_output)


@of("relu_gradient")
def keeps_only_the_active(grad_output, activations):
    """You pick out the entries that pass and drop the others, and the shape is gone. Every entry stays in its place: zero where nothing passes."""
    return grad_output[activations > 0]


@of("relu_gradient")
def the_slope_alone(grad_output, activations):
    """This is the ReLU's own slope, ones and zeros. What comes from above is missing: the chain rule multiplies the two."""
    return np.where(activations > 0, 1.0, 0.0)


@of("relu_gradient")
def zeroes_in_place(grad_output, activations):
    """The result is right, but you wrote the zeros into the caller's own array. Whoever still needs grad_output finds it changed. Make a new array."""
    grad_output[activations <= 0] = 0
    return grad_output


@of("relu_gradient")
def arguments_exchanged(grad_output, activations):
    """You have exchanged the two: the activations pass where the gradient is above zero. It is the gradient that passes, and the activations that decide."""
    return np.where(grad_output > 0, activations, 0)


@of("relu_gradient")
def answers_yes_or_no(grad_output, activations):
    """You return True and False, which say where a gradient may pass. What comes from above is missing: the chain rule multiplies the two."""
    return activations > 0


# dense_gradient


@of("dense_gradient")
def weights_on_their_side(grad_output, x, weights):
    """The numbers of grad_weights are right but lie on their side: each weight's gradient must sit where the weight sits."""
    return grad_output @ weights.T, grad_output.T @ x, grad_output.sum(axis=0)


@of("dense_gradient")
def mean_over_the_batch(grad_output, x, weights):
    """You average over the batch. The share of each example is already in grad_output (the loss is a mean), so it would be divided twice. Here the examples add up."""
    n = len(x)
    return grad_output @ weights.T, x.T @ grad_output / n, grad_output.mean(axis=0)


@of("dense_gradient")
def mean_for_the_bias(grad_output, x, weights):
    """grad_bias is averaged over the batch, and grad_weights is added up. A bias is a weight whose input is always one: it is treated as the weights are."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.mean(axis=0)


@of("dense_gradient")
def bias_of_each_example(grad_output, x, weights):
    """grad_bias still has a row for each example. One bias serves them all, so that what they ask of it is added up."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output


@of("dense_gradient")
def bias_as_a_row(grad_output, x, weights):
    """grad_bias has the right numbers but one axis too many: keepdims leaves (1, fan_out). A bias has shape (fan_out,), and so has its gradient."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.sum(axis=0, keepdims=True)


@of("dense_gradient")
def one_bias_for_all(grad_output, x, weights):
    """grad_bias is added up over everything. Each neuron has a bias of its own: sum over the batch, axis 0, and keep the neurons apart."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.sum()


@of("dense_gradient")
def ones_for_the_bias(grad_output, x, weights):
    """grad_bias is all ones. One is how fast the output moves with the bias; how fast the loss moves with the output, grad_output, is multiplied to that and added up over the batch."""
    return grad_output @ weights.T, x.T @ grad_output, np.ones(weights.shape[1])


@of("dense_gradient")
def inputs_on_their_side(grad_output, x, weights):
    """The numbers of grad_x are right but lie on their side: weights @ grad_output.T has a column for each example. One example is one row: grad_output @ weights.T."""
    return weights @ grad_output.T, x.T @ grad_output, grad_output.sum(axis=0)


@of("dense_gradient")
def everything_averaged(grad_output, x, weights):
    """You divide all three by the batch. The share of each example is already in grad_output, so it would be divided twice. For weights and biases the examples add up, and grad_x is each example's own."""
    n = len(x)
    return grad_output @ weights.T / n, x.T @ grad_output / n, grad_output.mean(axis=0)


@of("dense_gradient")
def leaves_the_inputs_out(grad_output, x, weights):
    """You return two gradients. The layer below needs the third: how the loss changes with this layer's inputs, grad_x, comes first."""
    return x.T @ grad_output, grad_output.sum(axis=0)


@of("dense_gradient")
def bias_of_each_row(grad_output, x, weights):
    """grad_bias is summed along the wrong axis: one number an example, where one a neuron is wanted."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.sum(axis=1)


@of("dense_gradient")
def bias_is_constant(grad_output, x, weights):
    """You take the bias for a constant without a gradient. Nothing multiplies it, but the output moves when it moves, one for one."""
    return grad_output @ weights.T, x.T @ grad_output, np.zeros(weights.shape[1])


@of("dense_gradient")
def back_through_the_same_matrix(grad_output, x, weights):
    """grad_x is multiplied by the weights as on the way there, which fits square layers only. On the way back the connections are walked from output to input."""
    return grad_output @ weights, x.T @ grad_output, grad_output.sum(axis=0)


@of("dense_gradient")
def weights_and_inputs_exchanged(grad_output, x, weights):
    """grad_x and grad_weights have changed places. The order that was agreed on is inputs, weights, bias."""
    return x.T @ grad_output, grad_output @ weights.T, grad_output.sum(axis=0)


@of("dense_gradient")
def weights_and_bias_exchanged(grad_output, x, weights):
    """grad_weights and grad_bias have changed places. The order that was agreed on is inputs, weights, bias."""
    return grad_output @ weights.T, grad_output.sum(axis=0), x.T @ grad_output


@of("dense_gradient")
def weights_from_the_left(grad_output, x, weights):
    """For grad_x you multiply weights.T from the left, which fits square layers only. Each example's gradient is a row of grad_output, so grad_output stands on the left."""
    return weights.T @ grad_output, x.T @ grad_output, grad_output.sum(axis=0)


@of("dense_gradient")
def inputs_not_turned(grad_output, x, weights):
    """For grad_weights you multiply x @ grad_output, which fits only where there are as many examples as inputs. The sum goes over the examples, which both share: turn x, so that its examples lie along the inner side."""
    return grad_output @ weights.T, x @ grad_output, grad_output.sum(axis=0)


# backward


def _back(layers, activations, grad_logits, through=relu_gradient):
    """Walk back through the layers, with a ReLU step of one's own."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        grad_x, grad_weights, grad_bias = dense_gradient(grad, activations[k], layers[k][0])
        gradients.insert(0, (grad_weights, grad_bias))
        grad = through(grad_x, activations[k])
    return gradients


@of("backward")
def skips_the_relu(layers, activations, grad_logits):
    """The last layer is right, all below are not: the gradient goes back as though there were no ReLU. A neuron that was silent cannot be blamed for what came out."""
    return _back(layers, activations, grad_logits, through=lambda grad, activation: grad)


@of("backward")
def relu_at_the_top_too(layers, activations, grad_logits):
    """You take grad_logits through a ReLU as well. No ReLU follows the last layer: its logits, below zero or not, go straight into the loss."""
    logits = activations[-1] @ layers[-1][0] + layers[-1][1]
    return _back(layers, activations, relu_gradient(grad_logits, logits))


@of("backward")
def last_layer_first(layers, activations, grad_logits):
    """The pairs come in the order in which you met them, the last layer first. Whoever uses them counts from the first layer, as layers does."""
    return _back(layers, activations, grad_logits)[::-1]


@of("backward")
def the_same_blame_for_all(layers, activations, grad_logits):
    """Every layer is given grad_logits itself, which fits only where all layers are equally wide. Each layer must turn what comes from above into something for the layer below: its grad_x, taken through the ReLU."""
    return [dense_gradient(grad_logits, activations[k], layers[k][0])[1:] for k in range(len(layers))]


@of("backward")
def weights_without_biases(layers, activations, grad_logits):
    """You return the gradients of the weights only. Biases learn too: a pair for each layer, (grad_weights, grad_bias)."""
    return [pair[0] for pair in _back(layers, activations, grad_logits)]


@of("backward")
def everything_in_one_list(layers, activations, grad_logits):
    """You return one long list, weights and biases in turn. The gradients of a network look as the network does: a list of pairs."""
    return [gradient for pair in _back(layers, activations, grad_logits) for gradient in pair]


@of("backward")
def keeps_all_three(layers, activations, grad_logits):
    """You keep all three gradients of each layer. grad_x is only for the layer below; the network's gradients are pairs, (grad_weights, grad_bias)."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        gradients.insert(0, dense_gradient(grad, activations[k], layers[k][0]))
        grad = relu_gradient(gradients[0][0], activations[k])
    return gradients


@of("backward")
def leaves_the_first_layer_out(layers, activations, grad_logits):
    """Your loop ends before the first layer. range(len(layers) - 1, 0, -1) stops at 1: layer 0 has weights that learn, too."""
    return _back(layers, activations, grad_logits)[1:]


@of("backward")
def scales_by_the_activations(layers, activations, grad_logits):
    """On the way through the ReLU you multiply by the activations themselves. The slope of a ReLU is one wherever it is active: ask whether an activation is above zero, not how large it is."""
    return _back(layers, activations, grad_logits, through=lambda grad, activation: grad * activation)


@of("backward")
def divides_by_the_batch_again(layers, activations, grad_logits):
    """You divide by the number of examples. The loss is a mean, so grad_logits has each example's share already: here the examples add up."""
    n = len(grad_logits)
    return [(grad_weights / n, grad_bias / n) for grad_weights, grad_bias in _back(layers, activations, grad_logits)]


@of("backward")
def steps_at_once(layers, activations, grad_logits):
    """You return stepped weights, not gradients. The step is the business of chapter 7: return how the loss changes, and leave the network as it is."""
    return [
        (weights - 0.1 * grad_weights, bias - 0.1 * grad_bias)
        for (weights, bias), (grad_weights, grad_bias) in zip(layers, _back(layers, activations, grad_logits))
    ]


@of("backward")
def asks_another_relu(layers, activations, grad_logits):
    """You let the activations of the wrong layer decide which gradients pass. The grad_x of layer k belongs to activations[k], the inputs of that very layer: those are the outputs of the ReLU that comes next on the way back."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        grad_x, grad_weights, grad_bias = dense_gradient(grad, activations[k], layers[k][0])
        gradients.insert(0, (grad_weights, grad_bias))
        grad = relu_gradient(grad_x, activations[k - 1])
    return gradients


@of("backward")
def begins_at_the_front(layers, activations, grad_logits):
    """You begin with the first layer. grad_logits belongs to the outputs of the last one: that is where the way back begins."""
    gradients, grad = [], grad_logits
    for activation, (weights, _) in zip(activations, layers):
        grad_x, grad_weights, grad_bias = dense_gradient(grad, activation, weights)
        gradients.append((grad_weights, grad_bias))
        grad = relu_gradient(grad_x, activation)
    return gradients


@of("backward")
def gate_from_the_gradient(layers, activations, grad_logits):
    """You let the gradient itself decide where it passes through the ReLU, as relu_gradient(grad, grad) does. Whether a neuron was active is told by what it handed on going forward: its activations, activations[k] for the grad_x of layer k."""
    return _back(layers, activations, grad_logits, through=lambda grad, activation: np.maximum(grad, 0))


@of("backward")
def relu_arguments_exchanged(layers, activations, grad_logits):
    """You call relu_gradient with its arguments exchanged, so the activations travel back and the gradient decides where. The gradient comes first: relu_gradient(grad_x, activations[k])."""
    return _back(layers, activations, grad_logits, through=lambda grad, activation: relu_gradient(activation, grad))


@of("backward")
def bias_before_weights(layers, activations, grad_logits):
    """Both gradients are there, in the other order. A pair is (grad_weights, grad_bias), as a layer is (weights, bias)."""
    return [pair[::-1] for pair in _back(layers, activations, grad_logits)]


@of("backward")
def returns_after_the_last_layer(layers, activations, grad_logits):
    """You return after the last layer: the return stands inside the loop. Move it to the left, below the loop, so that all layers get their gradients."""
    return _back(layers, activations, grad_logits)[-1:]
