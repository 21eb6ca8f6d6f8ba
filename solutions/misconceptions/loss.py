"""What people get wrong when they put the wrongness of predictions into one number."""

import numpy as np

from ..weightlab.forward import softmax
from ..weightlab.loss import one_hot as reference_one_hot
from . import of


def check_shapes(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"predictions {predictions.shape}, targets {targets.shape}")


@of("mean_squared_error")
def lets_numpy_stretch(predictions, targets):
    """Shapes that differ raise no error. NumPy broadcasts (6, 1) and (6,) to (6, 6), for example, and averages 36 squares: compare the shapes first."""
    return float(np.mean((predictions - targets) ** 2))


@of("mean_squared_error")
def compares_lengths_only(predictions, targets):
    """Some shapes that differ are accepted: NumPy broadcasts (6, 1) and (6,) to (6, 6), for example. Compare the whole shapes."""
    if len(predictions) != len(targets):
        raise ValueError(f"predictions {predictions.shape}, targets {targets.shape}")
    return float(np.mean((predictions - targets) ** 2))


@of("mean_squared_error")
def asserts_the_shapes(predictions, targets):
    """Shapes that differ raise an AssertionError. Raise a ValueError instead: `python -O` ignores assert."""
    assert predictions.shape == targets.shape
    return float(np.mean((predictions - targets) ** 2))


@of("mean_squared_error")
def sum_for_mean(predictions, targets):
    """The squares are added up. A mean also divides by the number of squares, so that batches of any size can be compared."""
    check_shapes(predictions, targets)
    return float(np.sum((predictions - targets) ** 2))


@of("mean_squared_error")
def mean_over_rows_only(predictions, targets):
    """The sum seems to be divided by the number of rows. The mean is taken over all entries, rows times columns."""
    check_shapes(predictions, targets)
    return float(np.sum((predictions - targets) ** 2) / len(predictions))


@of("mean_squared_error")
def half_of_it(predictions, targets):
    """The result is half of what it should be. Some texts define the loss with a factor of ½; this course does not."""
    check_shapes(predictions, targets)
    return float(np.mean((predictions - targets) ** 2) / 2)


@of("mean_squared_error")
def root_of_it(predictions, targets):
    """This is the square root of the mean squared error. Return the mean of the squares itself."""
    check_shapes(predictions, targets)
    return float(np.sqrt(np.mean((predictions - targets) ** 2)))


@of("mean_squared_error")
def absolute_for_squared(predictions, targets):
    """The magnitudes of the errors are averaged, without squaring. Squares make one large error cost more than small ones whose magnitudes have the same sum."""
    check_shapes(predictions, targets)
    return float(np.mean(np.abs(predictions - targets)))


@of("mean_squared_error")
def square_of_the_mean(predictions, targets):
    """The mean seems to be taken before the square, so positive and negative errors cancel. Which step must come first?"""
    check_shapes(predictions, targets)
    return float(np.mean(predictions - targets) ** 2)


@of("mean_squared_error")
def difference_of_the_squares(predictions, targets):
    """The squares of predictions and targets seem to be subtracted from each other. Which step comes first: subtracting or squaring?"""
    check_shapes(predictions, targets)
    return float(np.mean(predictions**2 - targets**2))


@of("mean_squared_error")
def a_mean_for_each_column(predictions, targets):
    """One number per column came back. The loss is one number for all entries: np.mean without an axis."""
    check_shapes(predictions, targets)
    return np.mean((predictions - targets) ** 2, axis=0)


@of("mean_squared_error")
def keeps_the_squares_apart(predictions, targets):
    """One square per prediction came back. The loss is one number: the mean of the squares."""
    check_shapes(predictions, targets)
    return (predictions - targets) ** 2


@of("mean_squared_error")
def doubles_the_differences(predictions, targets):
    """The differences seem to be doubled, not squared, so positive and negative errors cancel. Did you write `* 2` instead of `** 2`?"""
    check_shapes(predictions, targets)
    return float(np.mean((predictions - targets) * 2))


@of("mean_squared_error")
def compares_the_number_of_axes(predictions, targets):
    """Some arrays of different shapes are accepted: only the number of axes is compared, and NumPy can broadcast (1, 2) to (5, 2). Compare the whole shapes."""
    if predictions.ndim != targets.ndim:
        raise ValueError(f"predictions {predictions.shape}, targets {targets.shape}")
    return float(np.mean((predictions - targets) ** 2))


@of("one_hot")
def no_check_at_all(labels, n_classes):
    """A label out of range raised no ValueError. NumPy takes -1 as the last index, so -1 becomes the last class. Check the labels first."""
    return np.eye(n_classes)[labels]


@of("one_hot")
def checks_only_the_top(labels, n_classes):
    """A negative label was accepted. NumPy takes -1 as the last index, so -1 silently becomes the last class."""
    if labels.max() >= n_classes:
        raise ValueError(f"label {labels.max()} is out of range")
    return np.eye(n_classes)[labels]


@of("one_hot")
def checks_only_the_bottom(labels, n_classes):
    """A label that is too large raised NumPy's IndexError. Refuse every label above n_classes - 1 with a ValueError whose message contains it."""
    if labels.min() < 0:
        raise ValueError(f"label {labels.min()} is out of range")
    return np.eye(n_classes)[labels]


@of("one_hot")
def lets_n_classes_pass(labels, n_classes):
    """The label n_classes raises no ValueError. Labels begin at 0: which is the largest label that has a column?"""
    for label in labels:
        if not 0 <= label <= n_classes:
            raise ValueError(f"label {label}")
    return np.eye(n_classes)[labels]


@of("one_hot")
def looks_at_the_first_label_only(labels, n_classes):
    """Only the first label seems to be checked. Any label may be out of range: check all labels first."""
    if not 0 <= labels[0] < n_classes:
        raise ValueError(f"label {labels[0]}")
    return np.eye(n_classes)[labels]


@of("one_hot")
def another_kind_of_error(labels, n_classes):
    """A bad label raises an error, but of the wrong kind. For an argument with a wrong value, raise a ValueError."""
    reference_one_hot(labels[(labels >= 0) & (labels < n_classes)], n_classes)
    for label in labels:
        if not 0 <= label < n_classes:
            raise IndexError(f"label {label}")
    return np.eye(n_classes)[labels]


@of("one_hot")
def asserts_the_range(labels, n_classes):
    """A label out of range raises an AssertionError. Raise a ValueError with the label in its message instead: `python -O` ignores assert."""
    assert all(0 <= label < n_classes for label in labels)
    return np.eye(n_classes)[labels]


@of("one_hot")
def the_label_for_a_one(labels, n_classes):
    """The row contains the label itself, so class 3 counts more than class 1. The column already gives the class: which number marks that column?"""
    return reference_one_hot(labels, n_classes) * labels[:, np.newaxis]


@of("one_hot")
def all_but_the_label(labels, n_classes):
    """This is reversed: ones everywhere and a zero in the label's column. The 1 marks the right class."""
    return 1 - reference_one_hot(labels, n_classes)


@of("one_hot")
def a_row_of_zeros_for_strangers(labels, n_classes):
    """A label out of range got a row without a 1, as if no class were right. Raise a ValueError whose message contains the label."""
    return (labels[:, np.newaxis] == np.arange(n_classes)).astype(float)


@of("one_hot")
def labels_from_one(labels, n_classes):
    """The classes seem to be counted from 1. Labels begin at 0: a label is the index of its column."""
    return reference_one_hot((labels - 1) % n_classes if np.isin(labels, range(n_classes)).all() else labels, n_classes)


@of("one_hot")
def as_many_columns_as_seen(labels, n_classes):
    """The number of columns depends on the largest label. A batch may lack some classes: which argument gives the number of columns?"""
    reference_one_hot(labels, n_classes)
    return np.eye(int(labels.max()) + 1)[labels]


@of("one_hot")
def classes_for_rows(labels, n_classes):
    """The rows are classes and the columns are examples. Here, as everywhere in the course, one example is one row."""
    return reference_one_hot(labels, n_classes).T


@of("one_hot")
def whole_columns(labels, n_classes):
    """Every row has a 1 for each label. Did you write `zeros[:, labels] = 1`, or reuse one list? Each row needs a single 1."""
    reference_one_hot(labels, n_classes)
    ones = np.zeros((len(labels), n_classes))
    ones[:, labels] = 1
    return ones


@of("one_hot")
def truth_values(labels, n_classes):
    """True and False came back. Return the floats 1.0 and 0.0, the probabilities that the network should give."""
    reference_one_hot(labels, n_classes)
    return labels[:, np.newaxis] == np.arange(n_classes)


@of("one_hot")
def looks_above_n_classes_only(labels, n_classes):
    """Only labels above n_classes are refused. The label n_classes has no column either, and a negative label silently means another class."""
    if labels.max() > n_classes:
        raise ValueError(f"label {labels.max()}")
    return np.eye(n_classes)[labels]


def surprise(logits, labels, log=np.log):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels] * log(np.e)


@of("cross_entropy")
def shifts_the_callers_logits(logits, labels):
    """The loss is right, but the input array was changed. Does your version subtract with -=? Make a new array."""
    loss = float(surprise(logits, labels).mean())
    logits -= logits.max(axis=1, keepdims=True)
    return loss


@of("cross_entropy")
def loses_small_probabilities(logits, labels):
    """A tiny probability seems to have become 0, whose logarithm is minus infinity. First simplify log(softmax) on paper, so that no probability is computed."""
    return float(-np.log(softmax(logits)[np.arange(len(labels)), labels]).mean())


def with_a_floor(floor, added=False):
    @of("cross_entropy")
    def a_floor_under_probabilities(logits, labels):
        """Very wrong predictions all cost the same, as if probabilities had a lower limit. First simplify log(softmax) on paper, so that no probability is computed."""
        right = softmax(logits.astype(float))[np.arange(len(labels)), labels]
        return float(-np.log(right + floor if added else np.clip(right, floor, 1)).mean())

    return a_floor_under_probabilities


# One misunderstanding, with the floors that people use: each gives another number.
floors = (1e-12, 1e-7, 1e-8, 1e-9, 1e-10, 1e-15)
clip_12, clip_7, clip_8, clip_9, clip_10, clip_15 = (with_a_floor(floor) for floor in floors)
add_12, add_7, add_8, add_9, add_10, add_15 = (with_a_floor(floor, added=True) for floor in floors)


@of("cross_entropy")
def overflow(logits, labels):
    """exp seems to overflow for large logits. What can you subtract from a whole row without changing the log-probabilities?"""
    sums = np.log(np.exp(logits).sum(axis=1))
    return float((sums - logits[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def overflow_inside_softmax(logits, labels):
    """exp seems to overflow for large logits, which gives NaN. Simplify log(softmax) on paper, then subtract each row's largest logit."""
    powers = np.exp(logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    return float(-np.log(probabilities[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def maxima_lie_flat(logits, labels):
    """The maxima seem to have shape (batch,), so NumPy matches them with the columns, not the rows. Which argument keeps them as a column?"""
    shifted = logits - logits.max(axis=1)
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def one_shift_for_the_batch(logits, labels):
    """The same number seems to be subtracted from every row, so a row's exponentials can all become 0. Subtract each row's own largest logit."""
    shifted = logits - logits.max()
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def forgets_the_logarithm(logits, labels):
    """A logit seems to be subtracted from a sum of exponentials, so a logarithm is missing. What is the logarithm of a quotient?"""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.exp(shifted).sum(axis=1) - shifted[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def shifts_only_the_sum(logits, labels):
    """The maximum seems to be subtracted inside the exponentials only. Use the shifted logits everywhere, or add the maximum to the logarithm."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=1)) - logits[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def softmax_of_the_columns(logits, labels):
    """The softmax seems to go down the columns. Each row is one example, whose probabilities add up to 1."""
    shifted = logits - logits.max(axis=0)
    chances = shifted - np.log(np.exp(shifted).sum(axis=0))
    return float(-chances[np.arange(len(labels)), labels].mean())


@of("cross_entropy")
def logarithm_of_the_mean(logits, labels):
    """The probabilities seem to be averaged before the logarithm, so one confident mistake hardly shows. Which comes first: each row's loss, or the mean?"""
    return float(-np.log(softmax(logits)[np.arange(len(labels)), labels].mean()))


@of("cross_entropy")
def shared_among_classes(logits, labels):
    """The sum seems to be divided by the number of classes. There is one loss per row: how many rows are there?"""
    return float(surprise(logits, labels).sum() / logits.shape[1])


@of("cross_entropy")
def sum_of_losses(logits, labels):
    """The losses are added up. A mean also divides by the number of rows, so that batches of any size can be compared."""
    return float(surprise(logits, labels).sum())


@of("cross_entropy")
def keeps_the_rows_apart(logits, labels):
    """One loss per row came back. The loss of a batch is one number: the mean over its rows."""
    return surprise(logits, labels)


@of("cross_entropy")
def mean_over_classes_too(logits, labels):
    """The average seems to include the classes. Each row has one loss, at its label: divide by the number of rows."""
    return float(surprise(logits, labels).mean() / logits.shape[1])


@of("cross_entropy")
def forgets_the_minus(logits, labels):
    """The loss is negative. The logarithm of a probability is at most 0: which sign makes it a cost?"""
    return float(-surprise(logits, labels).mean())


@of("cross_entropy")
def in_bits(logits, labels):
    """This is the logarithm to base 2. Use the natural logarithm, np.log, on which chapter 6's gradients depend."""
    return float(surprise(logits, labels, np.log2).mean())


@of("cross_entropy")
def decimal_logarithm(logits, labels):
    """This is the logarithm to base 10. Use the natural logarithm, np.log, on which chapter 6's gradients depend."""
    return float(surprise(logits, labels, np.log10).mean())


@of("cross_entropy")
def surest_class(logits, labels):
    """The loss seems to use the most probable class. Use each row's label instead, whatever the network predicts."""
    return float(surprise(logits, np.argmax(logits, axis=1)).mean())


@of("cross_entropy")
def every_pair_of_row_and_label(logits, labels):
    """The entries of all labels seem to be taken from every row, as by rows[:, labels]. Each row has its own label: index both together."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float(-(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))[:, labels].mean())


@of("cross_entropy")
def missing_probability(logits, labels):
    """This is the average of 1 - p, where p is the probability of the right class. The loss is minus the logarithm of p."""
    return float((1 - np.exp(-surprise(logits, labels))).mean())


@of("cross_entropy")
def each_class_by_itself(logits, labels):
    """The wrong classes seem to add to the loss. Softmax makes the probabilities add up to 1, so the right class's probability is enough."""
    probabilities = softmax(logits)
    right = np.eye(logits.shape[1])[labels]
    return float(-np.log(np.where(right > 0, probabilities, 1 - probabilities)).sum(axis=1).mean())


@of("cross_entropy")
def logits_for_log_probabilities(logits, labels):
    """The loss is minus the logits at the labels, as if logits were log-probabilities. What must be subtracted from a row to get log(softmax)?"""
    return float(-logits[np.arange(len(labels)), labels].mean())


@of("cross_entropy")
def logits_for_probabilities(logits, labels):
    """The logarithm of a logit seems to be taken. Logits are not probabilities: softmax is missing."""
    return float(-np.log(logits[np.arange(len(labels)), labels]).mean())


def all_classes(log_probabilities):
    @of("cross_entropy")
    def surprise_at_every_class(logits, labels):
        """The labels make no difference to the result. The loss uses only each row's entry at its label."""
        return float(-log_probabilities(logits).mean())

    return surprise_at_every_class


# The same slip on logarithms that are exact for large logits, and on those that are not.
every_class_exact = all_classes(lambda logits: logits - _log_sums(logits))
every_class_of_probabilities = all_classes(lambda logits: np.log(softmax(logits)))


def _log_sums(logits):
    largest = logits.max(axis=1, keepdims=True)
    return largest + np.log(np.exp(logits - largest).sum(axis=1, keepdims=True))


@of("cross_entropy")
def one_sum_for_the_batch(logits, labels):
    """The exponentials of the whole batch seem to be added up. Each row needs its own sum over its classes."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum()) - shifted[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def sums_lie_flat(logits, labels):
    """The sums seem to have shape (batch,), so NumPy matches them with the columns, not the rows. Which argument keeps them as a column?"""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted)[np.arange(len(labels)), labels].mean())


@of("cross_entropy")
def labels_pick_rows(logits, labels):
    """Labels seem to be used as row numbers, as in rows[labels]. A label is the index of a column: index rows and columns together."""
    return float((_log_sums(logits) - logits)[labels].mean())


@of("cross_entropy")
def minus_the_probability(logits, labels):
    """The result is minus the mean probability, so a logarithm is missing. The loss should grow without limit as the probability falls."""
    return float(-np.exp(-surprise(logits, labels)).mean())


@of("accuracy")
def last_of_equals(logits, labels):
    """Where logits tie, the last class is used. Use the lowest of the tied classes, as in predict."""
    return float(np.mean(logits.shape[1] - 1 - np.argmax(logits[:, ::-1], axis=1) == labels))


@of("accuracy")
def ties_count_as_right(logits, labels):
    """A tie counts as right. The network must choose one class: the lowest of the tied classes, which may be wrong."""
    return float(np.mean(logits[np.arange(len(labels)), labels] == logits.max(axis=1)))


@of("accuracy")
def one_winner_for_the_batch(logits, labels):
    """A single position seems to be compared with all labels, as if np.argmax were called without an axis. Each row has its own predicted class."""
    return float(np.mean(np.argmax(logits) == labels))


@of("accuracy")
def divides_by_all_logits(logits, labels):
    """The count seems to be divided by rows times classes. There is one answer per row."""
    return float(np.sum(np.argmax(logits, axis=1) == labels) / logits.size)


@of("accuracy")
def keeps_the_answers_apart(logits, labels):
    """One True or False per row came back. Return one number: the fraction of rows with True."""
    return np.argmax(logits, axis=1) == labels


@of("accuracy")
def only_if_sure(logits, labels):
    """An answer seems to count only if its probability is above one half. The largest logit decides, however small its lead."""
    return float(np.mean(softmax(logits)[np.arange(len(labels)), labels] > 0.5))


@of("accuracy")
def percent(logits, labels):
    """This is in percent. Return the fraction, from 0 to 1."""
    return float(100 * np.mean(np.argmax(logits, axis=1) == labels))


@of("accuracy")
def smallest_wins(logits, labels):
    """The class with the smallest logit seems to be the prediction. A larger logit means a more probable class."""
    return float(np.mean(np.argmin(logits, axis=1) == labels))


@of("accuracy")
def count_for_share(logits, labels):
    """This is the number of right answers. Return the fraction of right answers, which does not depend on the size of the batch."""
    return int(np.sum(np.argmax(logits, axis=1) == labels))


@of("accuracy")
def share_of_wrong_answers(logits, labels):
    """This is the fraction of wrong answers, the error rate. Return the fraction of right ones."""
    return float(np.mean(np.argmax(logits, axis=1) != labels))


@of("accuracy")
def all_or_nothing(logits, labels):
    """The result is True or False: whether all answers are right. Return the fraction of right answers, a number from 0 to 1."""
    return bool(np.all(np.argmax(logits, axis=1) == labels))


@of("accuracy")
def columns_for_rows(logits, labels):
    """The search for the largest logit seems to go down the columns. Each row is one image: check the axis."""
    return float(np.mean(np.argmax(logits, axis=0) == labels))


@of("accuracy")
def probability_of_the_right_class(logits, labels):
    """This is the average probability of the right class. Accuracy only asks whether the right class has the largest logit."""
    return float(np.mean(softmax(logits)[np.arange(len(labels)), labels]))


@of("accuracy")
def value_for_place(logits, labels):
    """The labels seem to be compared with the values of the largest logits. The class is the position of the largest logit."""
    return float(np.mean(np.max(logits, axis=1) == labels))


@of("accuracy")
def returns_inside_the_loop(logits, labels):
    """Only the first row seems to count. If the return is inside the loop, move it below the loop."""
    return float(np.argmax(logits[0]) == labels[0]) / len(labels)


@of("mean_squared_error")
def leaves_exact_predictions_out(predictions, targets):
    """Exact predictions seem to be left out of the average. An exact prediction has an error of 0: divide by the number of all entries."""
    check_shapes(predictions, targets)
    errors = (predictions - targets)[predictions != targets]
    return float(np.mean(errors**2)) if errors.size else 0.0


@of("one_hot")
def the_nearest_class_for_strangers(labels, n_classes):
    """A label out of range became the nearest class, so a mistake in the data goes unnoticed. Raise a ValueError whose message contains the label."""
    return np.eye(n_classes)[np.clip(labels, 0, n_classes - 1)]


@of("one_hot")
def wraps_strangers_around(labels, n_classes):
    """A label out of range wrapped around to another class, as with a remainder. Raise a ValueError whose message contains the label."""
    return np.eye(n_classes)[np.mod(labels, n_classes)]


@of("cross_entropy")
def leaves_certain_rows_out(logits, labels):
    """Rows whose loss is 0 seem to be left out of the average. Divide by the total number of rows."""
    losses = surprise(logits, labels)
    return float(losses[losses != 0].mean()) if losses.any() else 0.0


@of("cross_entropy")
def weighted_by_the_probability(logits, labels):
    """Each loss seems to be multiplied by the right class's probability, as in the formula for entropy. The right class is known: omit this factor."""
    losses = surprise(logits, labels)
    return float((np.exp(-losses) * losses).mean())


@of("accuracy")
def columns_for_rows_up_to_the_shorter(logits, labels):
    """The search for the largest logit seems to go down the columns, across the batch. Each row is one image: check the axis."""
    hits = sum(int(place == label) for place, label in zip(np.argmax(logits, axis=0), labels))
    return hits / len(labels)


@of("accuracy")
def every_class_counts_the_same(logits, labels):
    """The fractions of right answers are averaged over the classes, so a row of a rare class counts more. Every row must count the same."""
    right = np.argmax(logits, axis=1) == labels
    return float(np.mean([right[labels == c].mean() for c in np.unique(labels)]))


@of("accuracy")
def one_if_all_are_right(logits, labels):
    """The result is 1 only if every row is right, and 0 otherwise. Return the fraction of rows that are right, with its decimals."""
    return float(np.all(np.argmax(logits, axis=1) == labels))


@of("accuracy")
def judges_the_first_row_only(logits, labels):
    """Only the first row seems to count, so the result is 0 or 1. If the return is inside the loop, move it below."""
    return float(np.argmax(logits[0]) == labels[0])


@of("accuracy")
def the_second_choice_counts_too(logits, labels):
    """A row seems to count as right if its label has one of the two largest logits. Only the largest logit is the prediction."""
    best = np.argsort(-logits, axis=1, kind="stable")[:, :2]
    return float(np.mean((best == labels[:, np.newaxis]).any(axis=1)))


@of("cross_entropy")
def the_smallest_number_as_a_floor(logits, labels):
    """No example costs more than about 708, as if probabilities had a lower limit. First simplify log(softmax) on paper, so that no probability is computed."""
    right = softmax(logits.astype(float))[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(right, np.finfo(float).tiny)).mean())


@of("mean_squared_error")
def relative_errors(predictions, targets):
    """Each difference seems to be divided by its target before it is squared. Square the error as it is, whatever the target."""
    check_shapes(predictions, targets)
    return float(np.mean(((predictions - targets) / np.where(targets == 0, 1, targets)) ** 2))


@of("mean_squared_error")
def spectral_norm_for_the_sum_of_squares(predictions, targets):
    """A norm of order 2 seems to be used, which for 2-D arrays is rarely the root of the sum of squares. Average the squares."""
    check_shapes(predictions, targets)
    return float(np.linalg.norm(predictions - targets, 2) ** 2 / predictions.size)


@of("cross_entropy")
def softmax_applied_twice(logits, labels):
    """Softmax seems to be applied twice, as if the probabilities were logits. Apply softmax only once."""
    return float(surprise(softmax(logits.astype(float)), labels).mean())


def separate_questions(average):
    @of("cross_entropy")
    def a_yes_or_no_for_every_class(logits, labels):
        """A sigmoid per class seems to be used, as in binary cross-entropy, so the wrong classes add to the loss. Use a single softmax."""
        right = np.eye(logits.shape[1])[labels]
        losses = np.logaddexp(0, np.where(right > 0, -logits, logits).astype(float))
        return float(average(losses))

    return a_yes_or_no_for_every_class


# The losses of a row's classes added up, or averaged.
classes_added_up = separate_questions(lambda losses: losses.sum(axis=1).mean())
classes_averaged = separate_questions(np.mean)


def without_labels(log_probabilities):
    @of("cross_entropy")
    def entropy_of_the_predictions(logits, labels):
        """This is the entropy of the predicted probabilities, in which the labels play no part. The loss uses only each row's probability at its label."""
        logs = log_probabilities(logits.astype(float))
        return float(-(np.exp(logs) * logs).sum(axis=1).mean())

    return entropy_of_the_predictions


# Exact for large logits, and not a number there: 0 times minus infinity.
entropy_exact = without_labels(lambda logits: logits - _log_sums(logits))
entropy_of_probabilities = without_labels(lambda logits: np.log(softmax(logits)))


@of("accuracy")
def right_if_any_label_agrees(logits, labels):
    """A prediction seems to count as right if it occurs anywhere among the labels, as np.isin tests. Compare each row's class with that row's label."""
    return float(np.mean(np.isin(np.argmax(logits, axis=1), labels)))
