"""Common mistakes with gradients on their way back through a network."""

import numpy as np

from ..weightlab.backprop import dense_gradient, numerical_gradient, relative_error, relu_gradient
from ..weightlab.forward import softmax
from ..weightlab.loss import one_hot
from . import of


def check_shapes(one, other):
    if one.shape != other.shape:
        raise ValueError(f"{one.shape} and {other.shape}")


# numerical_gradient


@of("numerical_gradient")
def looks_ahead_only(f, array, step=1e-5):
    """The error is proportional to the step, not to its square, as if each entry were moved only up. Move each entry both up and down."""
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
    """The gradient is twice as large as it should be. How far apart are the two points that you compare?"""
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
    """The error is proportional to the step, not to its square, as if each entry were moved only down. Move each entry both up and down."""
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
    """The sign is reversed. If f grows with an entry, the gradient must be positive: which of the two values is subtracted?"""
    return -numerical_gradient(f, array, step)


@of("numerical_gradient")
def multiplies_by_the_step(f, array, step=1e-5):
    """The difference seems to be multiplied by the step, not divided by it. Did you write `/ 2 * step`? Where do the parentheses belong?"""
    return numerical_gradient(f, array, step) * step**2


@of("numerical_gradient")
def hands_f_a_flat_array(f, array, step=1e-5):
    """f seems to receive a flattened array. A network's loss depends on the shape: give f an array of the original shape."""
    flat = np.array(array, dtype=np.float64).ravel()
    return numerical_gradient(f, flat, step).reshape(array.shape)


@of("numerical_gradient")
def moves_whole_rows(f, array, step=1e-5):
    """Entries with the same first index seem to move together. In a 2-D array, array[i] is a whole row; np.ndindex(array.shape) visits single entries."""
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
    """One number came back. A gradient has one number for each entry, measured while that entry alone moves."""
    array = np.array(array, dtype=np.float64)
    return (f(array + step) - f(array - step)) / (2 * step)


@of("numerical_gradient")
def two_names_for_one_array(f, array, step=1e-5):
    """The gradient is zero everywhere, as if f got the same numbers both times. An assignment such as `up = array` makes no copy."""
    return np.zeros(array.shape)


@of("numerical_gradient")
def moves_everything_at_once(f, array, step=1e-5):
    """All entries of the gradient are equal, as if all entries of the array moved together. Move one entry at a time."""
    array = np.array(array, dtype=np.float64)
    slope = (f(array + step) - f(array - step)) / (2 * step)
    return np.full(array.shape, slope)


@of("numerical_gradient")
def forgets_to_put_back(f, array, step=1e-5):
    """Later entries are wrong if f multiplies entries together. Do you restore each entry to its old value before you move the next one?"""
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
    """The gradient is right, but the input array has changed. If you add and subtract the step, rounding errors remain. Work on a copy."""
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
    """The gradient comes back in the array's own dtype. float32 and whole numbers are too coarse: compute and return the gradient in float64."""
    return _measured(f, array.copy(), np.zeros_like(array), step)


@of("numerical_gradient")
def ignores_the_step(f, array, step=1e-5):
    """This is not the central difference for `step`. Is a different step used, or more than two points? Use `step` once in each direction."""
    return numerical_gradient(f, array, 1e-5)


@of("numerical_gradient")
def moves_in_the_callers_dtype(f, array, step=1e-5):
    """The gradient is float64, but f seems to get numbers in the array's own dtype, which a plain copy keeps. Make a float64 copy."""
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
    """Most numbers are about half of what they should be, as if each entry moved only up by `step`. Where must the second point be?"""
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
    """Every entry of the gradient after the first is 0. If the return is inside the loop, move it below the loop."""
    gradient = np.zeros(array.shape)
    first = (0,) * array.ndim
    gradient[first] = numerical_gradient(f, array, step)[first]
    return gradient


@of("numerical_gradient")
def hands_f_a_single_entry(f, array, step=1e-5):
    """f seems to receive a single entry. Pass the whole array to f, with only that entry moved."""
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        gradient[index] = (f(array[index] + step) - f(array[index] - step)) / (2 * step)
    return gradient


@of("numerical_gradient")
def moves_whole_rows_in_a_view(f, array, step=1e-5):
    """Entries with the same first index seem to move together. In a 2-D array, array[i] is a whole row; np.ndindex(array.shape) visits single entries."""
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


@of("numerical_gradient")
def fills_column_by_column(f, array, step=1e-5):
    """The numbers are right, but in the wrong positions, as if filled in column by column. Each entry's gradient belongs at that entry's position."""
    return numerical_gradient(f, array, step).reshape(array.shape[::-1]).transpose()


@of("numerical_gradient")
def how_the_slope_changes(f, array, step=1e-5):
    """This is a second derivative: how fast the derivative changes. The value in the middle is not needed: compare only the two values beside it."""
    array = np.array(array, dtype=float)
    gradient, middle = np.zeros_like(array), f(array)
    for index in np.ndindex(array.shape):
        above, below = array.copy(), array.copy()
        above[index] += step
        below[index] -= step
        gradient[index] = (f(above) - 2 * middle + f(below)) / step**2
    return gradient


@of("numerical_gradient")
def longer_steps_for_large_entries(f, array, step=1e-5):
    """Entries with a magnitude above 1 seem to be moved by a longer step. Move every entry by `step` itself."""
    array = np.array(array, dtype=float)
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        own = step * max(1.0, abs(array[index]))
        gradient[index] = numerical_gradient(f, array, own)[index]
    return gradient


@of("relative_error")
def entry_by_entry(a, b):
    """Each difference seems to be divided by its own entries' magnitudes. Near zero, correct gradients can look wrong. Use one divisor for all entries."""
    check_shapes(a, b)
    return float(np.max(np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-12), initial=0.0))


@of("relative_error")
def forgets_the_sign(a, b):
    """Negative entries count too little: -3 has a larger magnitude than 1. Which must come first, the magnitude or the maximum?"""
    check_shapes(a, b)
    if a.size == 0:
        return 0.0
    return float(np.max(a - b) / max(np.max(a) + np.max(b), 1e-12))


@of("relative_error")
def forgets_the_sign_below(a, b):
    """In the divisor, negative entries count too little: -3 has a larger magnitude than 1. Which must come first, the magnitude or the maximum?"""
    check_shapes(a, b)
    if a.size == 0:
        return 0.0
    return float(np.max(np.abs(a - b)) / max(np.max(a) + np.max(b), 1e-12))


@of("relative_error")
def forgets_the_sign_of_the_difference(a, b):
    """A difference counts only where `a` is larger. Take the magnitude of each difference first, then the maximum."""
    check_shapes(a, b)
    return (a - b).max(initial=0.0) / max(np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0), 1e-12)


@of("relative_error")
def small_errors_become_zero(a, b):
    """A tiny error comes out as 0, as if it had been rounded. Return the result as it is, however small."""
    return round(relative_error(a, b), 6)


@of("relative_error")
def averages_the_difference(a, b):
    """The differences seem to be averaged. One wrong entry among thousands then counts less: use the largest difference."""
    check_shapes(a, b)
    if a.size == 0:
        return 0.0
    return float(np.mean(np.abs(a - b)) / max(np.max(np.abs(a)) + np.max(np.abs(b)), 1e-12))


@of("relative_error")
def measures_against_one_array(a, b):
    """Swapping a and b changes the result. Both arrays belong in the divisor."""
    check_shapes(a, b)
    return float(np.abs(a - b).max(initial=0.0) / max(np.abs(a).max(initial=0.0), 1e-12))


@of("relative_error")
def lengths_for_largest_entries(a, b):
    """The norms of whole arrays seem to be compared. One wrong entry among thousands then counts less: use the largest magnitudes."""
    check_shapes(a, b)
    return float(np.linalg.norm(a - b) / max(np.linalg.norm(a) + np.linalg.norm(b), 1e-12))


@of("relative_error")
def the_larger_of_the_two(a, b):
    """The divisor seems to be the larger of two magnitudes. Then [2] and [-2] get an error of 2, but no error is above 1."""
    check_shapes(a, b)
    largest = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0), 1e-12)
    return float(np.abs(a - b).max(initial=0.0) / largest)


@of("relative_error")
def adds_before_taking_sizes(a, b):
    """The arrays seem to be added before the magnitudes are taken. Entries of opposite signs then cancel: take both magnitudes first."""
    check_shapes(a, b)
    return float(np.abs(a - b).max(initial=0.0) / max(np.abs(a + b).max(initial=0.0), 1e-12))


@of("relative_error")
def nothing_has_no_maximum(a, b):
    """Two empty arrays cause an error, perhaps because an empty array has no maximum. Empty arrays agree: which result should they give?"""
    check_shapes(a, b)
    return float(np.abs(a - b).max() / max(np.abs(a).max() + np.abs(b).max(), 1e-12))


@of("relative_error")
def an_error_for_each_entry(a, b):
    """One error per entry came back. Return one number: the largest difference, divided by one divisor for the whole array."""
    check_shapes(a, b)
    return np.abs(a - b) / max(np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0), 1e-12)


@of("relative_error")
def in_percent(a, b):
    """This is in percent. Return the fraction itself, from 0 to 1."""
    check_shapes(a, b)
    size = np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0)
    return float(100 * np.abs(a - b).max(initial=0.0) / max(size, 1e-12))


@of("relative_error")
def divides_by_nothing(a, b):
    """Two arrays of zeros agree, but the result is NaN, as if zero were divided by zero. The docstring names the smallest divisor."""
    check_shapes(a, b)
    if a.size == 0:
        return 0.0
    return float(np.max(np.abs(a - b)) / (np.max(np.abs(a)) + np.max(np.abs(b))))


@of("relative_error")
def lets_numpy_stretch(a, b):
    """No error is raised for some shapes that differ: NumPy can broadcast them. Compare the shapes first."""
    size = np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0)
    return float(np.abs(a - b).max(initial=0.0) / max(size, 1e-12))


@of("relative_error")
def means_for_largest_entries(a, b):
    """The mean magnitudes seem to be compared. One wrong entry among thousands then counts less: use the largest magnitudes."""
    check_shapes(a, b)
    if a.size == 0:
        return 0.0
    return float(np.mean(np.abs(a - b)) / max(np.mean(np.abs(a)) + np.mean(np.abs(b)), 1e-12))


@of("relative_error")
def adds_the_floor(a, b):
    """The floor of 1e-12 seems to be added to the divisor. Use the floor only if the divisor would be smaller."""
    check_shapes(a, b)
    return float(np.abs(a - b).max(initial=0.0) / (np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0) + 1e-12))


@of("relative_error")
def floor_at_zero_only(a, b):
    """A divisor of exactly zero seems to be replaced, but a tiny one is not. The divisor should never be smaller than 1e-12."""
    check_shapes(a, b)
    size = np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0)
    return float(np.abs(a - b).max(initial=0.0) / size) if size else 0.0


@of("relative_error")
def entry_by_entry_above_a_floor(a, b):
    """Each difference seems to be divided by its own entries' magnitudes. Near zero, correct gradients can look wrong. Use one divisor for all entries."""
    check_shapes(a, b)
    return float(np.max(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-12), initial=0.0))


# mean_squared_error_gradient


@of("relative_error")
def compares_numbers_of_entries(a, b):
    """Arrays of different shapes are accepted if they have the same number of entries. Compare the shapes themselves."""
    if a.size != b.size:
        raise ValueError(f"{a.shape} and {b.shape}")
    return np.abs(a - b).max(initial=0.0) / max(np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0), 1e-12)


@of("relative_error")
def zeros_differ_from_zeros(a, b):
    """Two arrays of zeros get an error of 1. Equal arrays have an error of 0, and zeros are equal."""
    return relative_error(a, b) if a.any() or b.any() or not a.size else 1.0


@of("mean_squared_error_gradient")
def doubles_before_it_subtracts(predictions, targets):
    """Only the predictions seem to be doubled, and only the targets divided. Subtract first, in parentheses, then multiply and divide the whole difference."""
    check_shapes(predictions, targets)
    return 2 * predictions - targets / predictions.size


@of("mean_squared_error_gradient")
def of_the_root(predictions, targets):
    """This is the gradient of the root of the mean squared error. Here the loss is the mean of the squares, without a root."""
    check_shapes(predictions, targets)
    errors = predictions - targets
    return errors / (errors.size * np.sqrt(np.mean(errors**2)))


@of("mean_squared_error_gradient")
def forgets_the_two(predictions, targets):
    """The gradient is half of what it should be. What is the derivative of a square?"""
    check_shapes(predictions, targets)
    return (predictions - targets) / predictions.size


@of("mean_squared_error_gradient")
def points_at_the_target(predictions, targets):
    """The sign is reversed. If a prediction is above its target, raising it raises the loss. The gradient points uphill."""
    check_shapes(predictions, targets)
    return 2 * (targets - predictions) / predictions.size


@of("mean_squared_error_gradient")
def only_the_sign(predictions, targets):
    """All entries except zeros have the same magnitude: only the sign of each error is left. The derivative of a square grows with the error."""
    check_shapes(predictions, targets)
    return 2 * np.sign(predictions - targets) / predictions.size


@of("mean_squared_error_gradient")
def only_the_sign_without_a_two(predictions, targets):
    """All entries except zeros have the same magnitude: only the sign of each error is left. The derivative of a square grows with the error."""
    check_shapes(predictions, targets)
    return np.sign(predictions - targets) / predictions.size


@of("mean_squared_error_gradient")
def of_the_sum(predictions, targets):
    """This is the gradient of the sum of the squares. In a mean of n squares, each entry contributes only one nth."""
    check_shapes(predictions, targets)
    return 2 * (predictions - targets)


@of("mean_squared_error_gradient")
def shares_among_rows_only(predictions, targets):
    """The mean seems to be taken over the rows only. As in chapter 5, average over all entries, rows times columns."""
    check_shapes(predictions, targets)
    return 2 * (predictions - targets) / len(predictions)


@of("mean_squared_error_gradient")
def one_slope_for_all_predictions(predictions, targets):
    """One number came back. The gradient has one entry for each prediction: divide by the number of predictions, but do not add the entries up."""
    check_shapes(predictions, targets)
    return 2 * np.mean(predictions - targets)


@of("mean_squared_error_gradient")
def the_error_itself(predictions, targets):
    """These are the squares, not their derivatives. How fast does the square grow when the prediction grows?"""
    check_shapes(predictions, targets)
    return (predictions - targets) ** 2 / predictions.size


@of("mean_squared_error_gradient")
def writes_into_the_predictions(predictions, targets):
    """The numbers are right, but the input array was changed. Does your version use -=? Make a new array."""
    check_shapes(predictions, targets)
    predictions -= targets
    predictions *= 2 / predictions.size
    return predictions


@of("mean_squared_error_gradient")
def stretches_the_targets(predictions, targets):
    """No error is raised for some shapes that differ: NumPy can broadcast them. Compare the shapes first, and put both into the message."""
    return 2 * (predictions - targets) / predictions.size


@of("mean_squared_error_gradient")
def a_slope_for_each_column(predictions, targets):
    """One number per column came back. Each prediction has its own entry, so the gradient has the shape of predictions."""
    check_shapes(predictions, targets)
    return 2 * np.mean(predictions - targets, axis=0)


# cross_entropy_gradient


@of("cross_entropy_gradient")
def leaves_certain_rows_out(logits, labels):
    """Rows whose gradient is 0 seem to be left out of the mean. Divide by the total number of rows."""
    gradient = softmax(logits) - one_hot(labels, logits.shape[1])
    return gradient / max(int(gradient.any(axis=1).sum()), 1)


@of("cross_entropy_gradient")
def shares_only_the_probabilities(logits, labels):
    """The probabilities seem to be divided by the number of examples, but not the 1 at the label. Subtract first, then divide everything."""
    return softmax(logits) / len(labels) - one_hot(labels, logits.shape[1])


@of("cross_entropy_gradient")
def of_the_summed_loss(logits, labels):
    """This is the gradient of the sum over the batch. The loss is a mean: each of n examples contributes one nth of its gradient."""
    return softmax(logits) - one_hot(labels, logits.shape[1])


@of("cross_entropy_gradient")
def truth_minus_belief(logits, labels):
    """The sign is reversed. Raising a wrong class's logit raises the loss, so its gradient is positive. The gradient points uphill."""
    return (one_hot(labels, logits.shape[1]) - softmax(logits)) / len(labels)


@of("cross_entropy_gradient")
def belief_alone(logits, labels):
    """These are the predicted probabilities divided by the batch size, and the labels make no difference. Which probability should each class have, given the label?"""
    return softmax(logits) / len(labels)


@of("cross_entropy_gradient")
def only_the_right_class(logits, labels):
    """Only the right class's logit has a gradient. Softmax divides by a sum over all classes, so every logit affects the loss."""
    rows = np.arange(len(labels))
    gradient = np.zeros_like(logits)
    gradient[rows, labels] = (softmax(logits)[rows, labels] - 1) / len(labels)
    return gradient


@of("cross_entropy_gradient")
def one_taken_from_whole_columns(logits, labels):
    """1 seems to be subtracted from whole columns, as by gradient[:, labels]. Each row has its own label: index rows and columns together."""
    gradient = softmax(logits)
    gradient[:, labels] -= 1
    return gradient / len(labels)


@of("cross_entropy_gradient")
def shared_among_all_entries(logits, labels):
    """The gradient seems to be divided by rows times classes. The loss is one number per example: take its mean over the examples only."""
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / logits.size


@of("cross_entropy_gradient")
def logits_for_beliefs(logits, labels):
    """The target seems to be subtracted from the logits. Logits are not probabilities: softmax is missing in between."""
    return (logits - one_hot(labels, logits.shape[1])) / len(labels)


@of("cross_entropy_gradient")
def label_numbers_for_truth(logits, labels):
    """The label's number seems to be subtracted, so class 4 counts four times as much as class 1. The target is one-hot."""
    return (softmax(logits) - labels[:, np.newaxis]) / len(labels)


@of("cross_entropy_gradient")
def shared_among_classes(logits, labels):
    """The gradient seems to be divided by the number of classes. The loss is a mean over examples: how many rows are there?"""
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / logits.shape[1]


@of("cross_entropy_gradient")
def one_row_for_the_batch(logits, labels):
    """One row came back for the whole batch. Each example's logits have their own gradient: divide by the number of rows and keep all rows."""
    return (softmax(logits) - one_hot(labels, logits.shape[1])).mean(axis=0)


@of("cross_entropy_gradient")
def writes_into_the_logits(logits, labels):
    """The gradient is right, but the input logits were changed. Make a new array."""
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    logits[np.arange(len(labels)), labels] -= 1
    return logits / len(labels)


@of("cross_entropy_gradient")
def stops_at_the_probabilities(logits, labels):
    """This is the derivative with respect to the probability, -1/p. Continue to the logits: softmax has its own derivative, most of which cancels."""
    rows, probabilities = np.arange(len(labels)), softmax(logits)
    gradient = np.zeros_like(probabilities)
    with np.errstate(divide="ignore"):
        gradient[rows, labels] = -1 / probabilities[rows, labels] / len(labels)
    return gradient


@of("cross_entropy_gradient")
def bare_exponentials(logits, labels):
    """exp seems to overflow for large logits: exp(1000) is infinite. Use your softmax of chapter 4, which avoids the overflow."""
    with np.errstate(all="ignore"):
        powers = np.exp(logits)
        belief = powers / powers.sum(axis=1, keepdims=True)
    return (belief - one_hot(labels, logits.shape[1])) / len(labels)


@of("cross_entropy_gradient")
def one_shift_for_the_batch(logits, labels):
    """The same number seems to be subtracted from every row, so a row's exponentials can all become 0. Use your softmax of chapter 4 instead."""
    with np.errstate(all="ignore"):
        powers = np.exp(logits - logits.max())
        belief = powers / powers.sum(axis=1, keepdims=True)
    return (belief - one_hot(labels, logits.shape[1])) / len(labels)


@of("cross_entropy_gradient")
def one_taken_from_whole_rows(logits, labels):
    """1 seems to be subtracted from whole rows, as by gradient[labels], where a label is used as a row index. Index rows and columns together."""
    gradient = softmax(logits)
    gradient[labels] -= 1
    return gradient / len(labels)


# relu_gradient


@of("relu_gradient")
def active_for_the_whole_batch(grad_output, activations):
    """The gradient seems to pass where an activation is zero, because of other activations in the batch. Decide for each entry separately."""
    return grad_output * (activations > 0).any(axis=0)


@of("relu_gradient")
def passes_at_zero(grad_output, activations):
    """The gradient passes everywhere. An activation of exactly zero must block the gradient. The condition `>= 0` would hold for every activation."""
    return grad_output * (activations >= 0)


@of("relu_gradient")
def looks_at_the_gradient(grad_output, activations):
    """Negative gradients are blocked, as if the gradient itself went through ReLU. The activations decide where the gradient passes, whatever its sign."""
    return np.maximum(grad_output, 0)


@of("relu_gradient")
def scales_by_the_activation(grad_output, activations):
    """The gradient is multiplied by the activation. The derivative of ReLU is 1 wherever the neuron is active, however large its activation."""
    return grad_output * activations


@of("relu_gradient")
def passes_where_it_is_silent(grad_output, activations):
    """This is reversed: the gradient passes where the neuron was inactive. Where does a small change in the sum reach the output?"""
    return np.where(activations > 0, 0, grad_output)


@of("relu_gradient")
def leaks(grad_output, activations):
    """A hundredth of the gradient passes where the neuron was inactive, as with leaky ReLU. Plain ReLU is flat there and blocks the gradient."""
    return np.where(activations > 0, grad_output, 0.01 * grad_output)


@of("relu_gradient")
def keeps_only_the_active(grad_output, activations):
    """The blocked entries are missing, and the shape is lost. Each entry stays at its position, with zero where nothing passes."""
    return grad_output[activations > 0]


@of("relu_gradient")
def the_slope_alone(grad_output, activations):
    """This is ReLU's own derivative, ones and zeros. The chain rule multiplies that derivative by grad_output."""
    return np.where(activations > 0, 1.0, 0.0)


@of("relu_gradient")
def zeroes_in_place(grad_output, activations):
    """The result is right, but grad_output was changed. Make a new array."""
    grad_output[activations <= 0] = 0
    return grad_output


@of("relu_gradient")
def arguments_exchanged(grad_output, activations):
    """The arguments seem to be swapped: the activations pass where the gradient is positive. The gradient passes, and the activations decide where."""
    return np.where(grad_output > 0, activations, 0)


@of("relu_gradient")
def answers_yes_or_no(grad_output, activations):
    """The result holds True and False, which say where the gradient passes. The chain rule multiplies these values by grad_output."""
    return activations > 0


# dense_gradient


@of("dense_gradient")
def weights_on_their_side(grad_output, x, weights):
    """grad_weights is transposed. Each weight's gradient must be at the position of its weight: compare the shape of grad_weights with the shape of weights."""
    return grad_output @ weights.T, grad_output.T @ x, grad_output.sum(axis=0)


@of("dense_gradient")
def mean_over_the_batch(grad_output, x, weights):
    """grad_weights and grad_bias are divided by the batch size. grad_output already contains that division: add up the contributions of the examples."""
    n = len(x)
    return grad_output @ weights.T, x.T @ grad_output / n, grad_output.mean(axis=0)


@of("dense_gradient")
def averages_the_inputs_first(grad_output, x, weights):
    """grad_weights seems to be the product of a sum and a mean over the batch. Multiply within each example, then add up the products."""
    return grad_output @ weights.T, np.outer(x.mean(axis=0), grad_output.sum(axis=0)), grad_output.sum(axis=0)


@of("dense_gradient")
def mean_for_the_bias(grad_output, x, weights):
    """grad_bias is averaged over the batch, but grad_weights is not. A bias is a weight whose input is always 1: treat both alike."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.mean(axis=0)


@of("dense_gradient")
def bias_of_each_example(grad_output, x, weights):
    """grad_bias has one row per example. All examples use the same bias, so their contributions are added up."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output


@of("dense_gradient")
def bias_as_a_row(grad_output, x, weights):
    """grad_bias has the right numbers, but the shape (1, fan_out). A bias is 1-D, and so is its gradient."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.sum(axis=0, keepdims=True)


@of("dense_gradient")
def one_bias_for_all(grad_output, x, weights):
    """grad_bias is one sum over everything. Each neuron has its own bias: add up over the batch only."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.sum()


@of("dense_gradient")
def ones_for_the_bias(grad_output, x, weights):
    """grad_bias is all ones, the derivative of an output with respect to its bias. The chain rule multiplies that derivative by the output's gradient."""
    return grad_output @ weights.T, x.T @ grad_output, np.ones(weights.shape[1])


@of("dense_gradient")
def inputs_on_their_side(grad_output, x, weights):
    """grad_x is transposed: it has one column per example. Each example must be a row, so compare the shapes of grad_x and x."""
    return weights @ grad_output.T, x.T @ grad_output, grad_output.sum(axis=0)


@of("dense_gradient")
def everything_averaged(grad_output, x, weights):
    """All three gradients are divided by the batch size. grad_output already contains that division, because the loss is a mean."""
    n = len(x)
    return grad_output @ weights.T / n, x.T @ grad_output / n, grad_output.mean(axis=0)


@of("dense_gradient")
def leaves_the_inputs_out(grad_output, x, weights):
    """Two gradients came back, without grad_x. The layer before needs grad_x, the gradient with respect to this layer's inputs. Return grad_x first."""
    return x.T @ grad_output, grad_output.sum(axis=0)


@of("dense_gradient")
def bias_of_each_row(grad_output, x, weights):
    """grad_bias has one number per example instead of one per neuron: along which axis do you sum?"""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.sum(axis=1)


@of("dense_gradient")
def bias_is_constant(grad_output, x, weights):
    """The bias has a gradient of zero, as if it were a constant. If a bias changes, its neuron's output changes by the same amount."""
    return grad_output @ weights.T, x.T @ grad_output, np.zeros(weights.shape[1])


@of("dense_gradient")
def back_through_the_same_matrix(grad_output, x, weights):
    """grad_x seems to use the weights as in the forward pass, which fits only square layers. Each connection must be crossed from output to input."""
    return grad_output @ weights, x.T @ grad_output, grad_output.sum(axis=0)


@of("dense_gradient")
def weights_and_inputs_exchanged(grad_output, x, weights):
    """grad_x and grad_weights are swapped. The order is inputs, weights, bias."""
    return x.T @ grad_output, grad_output @ weights.T, grad_output.sum(axis=0)


@of("dense_gradient")
def weights_and_bias_exchanged(grad_output, x, weights):
    """grad_weights and grad_bias are swapped. The order is inputs, weights, bias."""
    return grad_output @ weights.T, grad_output.sum(axis=0), x.T @ grad_output


@of("dense_gradient")
def inputs_come_last(grad_output, x, weights):
    """The inputs' gradient comes last in your version. The order is grad_x, grad_weights, grad_bias."""
    return x.T @ grad_output, grad_output.sum(axis=0), grad_output @ weights.T


@of("dense_gradient")
def multiplies_what_it_has_added_up(grad_output, x, weights):
    """grad_weights seems to be computed from sums over the batch. Each example has its own product: multiply first, then add up."""
    bias = grad_output.sum(axis=0)
    return grad_output @ weights.T, np.outer(x.sum(axis=0), bias), bias


@of("dense_gradient")
def weights_from_the_left(grad_output, x, weights):
    """The product for grad_x raises an error unless the batch size equals the number of inputs. Which factor comes first, and which is transposed?"""
    return weights.T @ grad_output, x.T @ grad_output, grad_output.sum(axis=0)


@of("dense_gradient")
def inputs_not_turned(grad_output, x, weights):
    """The product for grad_weights fits only if the batch size equals the number of inputs. Sum over the examples: which array must be transposed?"""
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


def _back_without_relu(layers, activations, grad_logits, skipped):
    grad, gradients = grad_logits, []
    for k in reversed(range(len(layers))):
        grad, *pair = dense_gradient(grad, activations[k], layers[k][0])
        grad = grad if k == skipped else relu_gradient(grad, activations[k])
        gradients.insert(0, tuple(pair))
    return gradients


@of("backward")
def no_relu_after_the_first_layer(layers, activations, grad_logits):
    """The backward pass seems to lack the ReLU after the first layer. activations[1] came out of that ReLU: is k = 1 left out?"""
    return _back_without_relu(layers, activations, grad_logits, 1)


@of("backward")
def no_relu_before_the_last_layer(layers, activations, grad_logits):
    """Only the ReLU before the output layer seems to be missing. activations[-1] came out of that ReLU: is k = len(layers) - 1 left out?"""
    return _back_without_relu(layers, activations, grad_logits, len(layers) - 1)


@of("backward")
def clips_on_the_way_back(layers, activations, grad_logits):
    """Between layers, the gradient seems to be clipped to the range from -1 to 1. Pass the gradient on as it is."""
    return _back(layers, activations, grad_logits, lambda grad, active: np.clip(relu_gradient(grad, active), -1, 1))


@of("backward")
def asks_the_sums_without_the_bias(layers, activations, grad_logits):
    """Weighted sums without the bias seem to decide where the gradient passes. relu_gradient needs activations[k], which already holds the ReLU's output."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        grad, *pair = dense_gradient(grad, activations[k], layers[k][0])
        gradients.insert(0, tuple(pair))
        grad = grad * (activations[k - 1] @ layers[k - 1][0] > 0) if k else grad
    return gradients


@of("backward")
def activations_from_the_front(layers, activations, grad_logits):
    """The layers seem to be used in reverse order, but the activations from the first to the last. Layer k belongs to activations[k]."""
    gradients, grad = [], grad_logits
    for (weights, _), signal in zip(reversed(layers), activations):
        grad, *pair = dense_gradient(grad, signal, weights)
        gradients.insert(0, tuple(pair))
        grad = relu_gradient(grad, signal)
    return gradients


@of("backward")
def relu_at_the_top_too(layers, activations, grad_logits):
    """grad_logits seems to pass through a ReLU. No ReLU follows the output layer: its logits go straight into the loss."""
    logits = activations[-1] @ layers[-1][0] + layers[-1][1]
    return _back(layers, activations, relu_gradient(grad_logits, logits))


@of("backward")
def last_layer_first(layers, activations, grad_logits):
    """The pairs come in reverse order, the last layer first. Return the pairs in the order of `layers`."""
    return _back(layers, activations, grad_logits)[::-1]


@of("backward")
def the_same_blame_for_all(layers, activations, grad_logits):
    """Every layer seems to receive grad_logits itself. Each earlier layer's grad_output comes from the next layer's grad_x, passed through relu_gradient."""
    return [dense_gradient(grad_logits, activations[k], layers[k][0])[1:] for k in range(len(layers))]


@of("backward")
def weights_without_biases(layers, activations, grad_logits):
    """Only the gradients of the weights came back. Biases are also trained: return a pair for each layer."""
    return [pair[0] for pair in _back(layers, activations, grad_logits)]


@of("backward")
def everything_in_one_list(layers, activations, grad_logits):
    """Weights and biases came back in one flat list. Return a list of pairs, like the network itself."""
    return [gradient for pair in _back(layers, activations, grad_logits) for gradient in pair]


@of("backward")
def keeps_all_three(layers, activations, grad_logits):
    """Each layer has three gradients in the list. grad_x is only for the layer before: keep pairs of grad_weights and grad_bias."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        gradients.insert(0, dense_gradient(grad, activations[k], layers[k][0]))
        grad = relu_gradient(gradients[0][0], activations[k])
    return gradients


@of("backward")
def leaves_the_first_layer_empty(layers, activations, grad_logits):
    """The first layer has no gradients. If your loop uses range(len(layers) - 1, 0, -1), it ends at 1, before layer 0."""
    return [None, *_back(layers, activations, grad_logits)[1:]]


@of("backward")
def zeros_for_the_first_layer(layers, activations, grad_logits):
    """The first layer's gradients are all zeros. If your loop uses range(len(layers) - 1, 0, -1), it ends at 1, before layer 0."""
    gradients = _back(layers, activations, grad_logits)
    return [tuple(map(np.zeros_like, gradients[0])), *gradients[1:]]


@of("backward")
def leaves_the_first_layer_out(layers, activations, grad_logits):
    """One pair is missing, perhaps that of the first layer: a loop over range(len(layers) - 1, 0, -1) ends at 1, before layer 0."""
    return _back(layers, activations, grad_logits)[1:]


@of("backward")
def scales_by_the_activations(layers, activations, grad_logits):
    """The gradient seems to be multiplied by the activations. ReLU's derivative is 1 wherever a neuron is active, however large its activation."""
    return _back(layers, activations, grad_logits, through=lambda grad, activation: grad * activation)


@of("backward")
def divides_by_the_batch_again(layers, activations, grad_logits):
    """The gradients are divided by the batch size. grad_logits already contains that division, because the loss is a mean."""
    n = len(grad_logits)
    return [(grad_weights / n, grad_bias / n) for grad_weights, grad_bias in _back(layers, activations, grad_logits)]


@of("backward")
def steps_at_once(layers, activations, grad_logits):
    """Changed weights came back, not gradients. The step belongs to chapter 7: return the gradients themselves."""
    return [
        (weights - 0.1 * grad_weights, bias - 0.1 * grad_bias)
        for (weights, bias), (grad_weights, grad_bias) in zip(layers, _back(layers, activations, grad_logits))
    ]


@of("backward")
def asks_another_relu(layers, activations, grad_logits):
    """The activations of another layer seem to decide where the gradient passes. The grad_x of layer k has the shape of activations[k], that layer's inputs."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        grad_x, grad_weights, grad_bias = dense_gradient(grad, activations[k], layers[k][0])
        gradients.insert(0, (grad_weights, grad_bias))
        grad = relu_gradient(grad_x, activations[k - 1])
    return gradients


@of("backward")
def begins_at_the_front(layers, activations, grad_logits):
    """The pass seems to begin with the first layer. grad_logits belongs to the output layer: begin with that layer."""
    gradients, grad = [], grad_logits
    for activation, (weights, _) in zip(activations, layers):
        grad_x, grad_weights, grad_bias = dense_gradient(grad, activation, weights)
        gradients.append((grad_weights, grad_bias))
        grad = relu_gradient(grad_x, activation)
    return gradients


@of("backward")
def relu_arguments_exchanged(layers, activations, grad_logits):
    """The arguments of relu_gradient seem to be swapped. The gradient comes first, then the activations that decide where it passes."""
    return _back(layers, activations, grad_logits, through=lambda grad, activation: relu_gradient(activation, grad))


@of("backward")
def bias_before_weights(layers, activations, grad_logits):
    """Each pair is in the wrong order. Put the weights first and the bias second, as in `layers`."""
    return [pair[::-1] for pair in _back(layers, activations, grad_logits)]


@of("backward")
def returns_after_the_last_layer(layers, activations, grad_logits):
    """Only one layer has gradients. If the return is inside the loop, move it below the loop."""
    return _back(layers, activations, grad_logits)[-1:]


@of("numerical_gradient")
def moves_in_the_dtype_of_the_array(f, array, step=1e-5):
    """The entries seem to be moved in the input's dtype, which is too coarse for such a small step. Which dtype is fine enough?"""
    moved = np.array(array)
    gradient = np.zeros(moved.shape)
    for index in np.ndindex(moved.shape):
        here = moved[index]
        moved[index] += step if moved.dtype.kind == "f" else 0
        above = f(moved)
        moved[index] = here
        moved[index] -= step if moved.dtype.kind == "f" else 0
        gradient[index] = (above - f(moved)) / (2 * step)
        moved[index] = here
    return gradient


@of("numerical_gradient")
def moves_in_single_precision(f, array, step=1e-5):
    """The errors are as large as when entries are moved in float32, which keeps about seven digits. A small step needs float64."""
    return moves_in_the_dtype_of_the_array(f, np.array(array, dtype=np.float32), step)


@of("relative_error")
def largest_sum_at_one_position(a, b):
    """The divisor seems to be the largest sum of two magnitudes at the same position. Find the largest magnitude of `a` and of `b` separately."""
    check_shapes(a, b)
    largest = (np.abs(a) + np.abs(b)).max(initial=0.0)
    return float(np.abs(a - b).max(initial=0.0) / max(largest, 1e-12))


@of("relative_error")
def difference_at_the_largest_entry(a, b):
    """The difference seems to be taken where `a` has its largest magnitude. The largest difference may be at another position."""
    check_shapes(a, b)
    if a.size == 0:
        return 0.0
    at = np.unravel_index(np.abs(a).argmax(), a.shape)
    return float(abs(a[at] - b[at]) / max(np.abs(a).max() + np.abs(b).max(), 1e-12))


@of("backward")
def biases_before_the_relu(layers, activations, grad_logits):
    """The gradients of the weights are right, but those of the hidden biases seem to skip the ReLU. An inactive neuron's bias gets no gradient."""
    gradients, grad, raw = [], grad_logits, grad_logits
    for k in reversed(range(len(layers))):
        grad_x, grad_weights, _ = dense_gradient(grad, activations[k], layers[k][0])
        gradients.insert(0, (grad_weights, raw.sum(axis=0)))
        grad, raw = relu_gradient(grad_x, activations[k]), grad_x
    return gradients


@of("relative_error")
def row_sums_for_the_largest_magnitude(a, b):
    """In 2-D arrays the magnitudes of a row seem to be added up, as in np.linalg.norm(a, np.inf). Compare the largest magnitudes of single entries."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    if not a.size:
        return 0.0
    difference, one, other = (float(np.linalg.norm(array, np.inf)) for array in (a - b, a, b))
    return difference / max(one + other, 1e-12)
