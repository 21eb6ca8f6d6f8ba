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
    """You subtract without comparing the shapes. NumPy stretches (6, 1) against (6,) to (6, 6) and you average thirty-six differences, most of them between things that do not belong together, without any warning."""
    return float(np.mean((predictions - targets) ** 2))


@of("mean_squared_error")
def compares_lengths_only(predictions, targets):
    """You compare how many rows or numbers there are, not the shapes. (6, 1) and (6,) both have six, and NumPy stretches them to (6, 6): compare predictions.shape with targets.shape."""
    if len(predictions) != len(targets):
        raise ValueError(f"predictions {predictions.shape}, targets {targets.shape}")
    return float(np.mean((predictions - targets) ** 2))


@of("mean_squared_error")
def asserts_the_shapes(predictions, targets):
    """You use assert. It raises an AssertionError, and Python leaves asserts out when it is run with -O: whoever calls you cannot rely on it. Write `if …: raise ValueError(…)`."""
    assert predictions.shape == targets.shape
    return float(np.mean((predictions - targets) ** 2))


@of("mean_squared_error")
def sum_for_mean(predictions, targets):
    """You add the squares up. The mean divides by how many there are, so that the loss of a large batch can be compared with that of a small one."""
    check_shapes(predictions, targets)
    return float(np.sum((predictions - targets) ** 2))


@of("mean_squared_error")
def mean_over_rows_only(predictions, targets):
    """You divide by the number of rows only. The mean goes over all elements, columns as well: np.mean without an axis."""
    check_shapes(predictions, targets)
    return float(np.sum((predictions - targets) ** 2) / len(predictions))


@of("mean_squared_error")
def half_of_it(predictions, targets):
    """You halve it. Some texts do, to save a factor 2 in the gradient; the definition here has no half, and chapter 6 keeps the 2."""
    check_shapes(predictions, targets)
    return float(np.mean((predictions - targets) ** 2) / 2)


@of("mean_squared_error")
def root_of_it(predictions, targets):
    """You take the square root at the end. That is the root mean squared error, in the units of the predictions; the loss here is the mean square itself."""
    check_shapes(predictions, targets)
    return float(np.sqrt(np.mean((predictions - targets) ** 2)))


@of("mean_squared_error")
def absolute_for_squared(predictions, targets):
    """You average the sizes of the differences without squaring them. The square makes one large miss cost more than several small ones."""
    check_shapes(predictions, targets)
    return float(np.mean(np.abs(predictions - targets)))


@of("mean_squared_error")
def square_of_the_mean(predictions, targets):
    """You average first and square then. Misses upwards and downwards then cancel, and a loss of zero no longer means that everything is right: square each difference by itself."""
    check_shapes(predictions, targets)
    return float(np.mean(predictions - targets) ** 2)


@of("mean_squared_error")
def difference_of_the_squares(predictions, targets):
    """You square predictions and targets first and subtract then. A miss of the same size then costs more far from zero, and some misses count below zero: subtract first, then square."""
    check_shapes(predictions, targets)
    return float(np.mean(predictions**2 - targets**2))


@of("mean_squared_error")
def a_mean_for_each_column(predictions, targets):
    """You average down the columns and return one number for each. The loss is one number for all elements: np.mean without an axis."""
    check_shapes(predictions, targets)
    return np.mean((predictions - targets) ** 2, axis=0)


@of("mean_squared_error")
def keeps_the_squares_apart(predictions, targets):
    """You return a square for each prediction, and stop there. The loss is one number for all of them: their mean."""
    check_shapes(predictions, targets)
    return (predictions - targets) ** 2


@of("mean_squared_error")
def doubles_the_differences(predictions, targets):
    """You double the differences: * 2 in place of ** 2. Doubled, misses upwards and downwards cancel; squared, each of them counts."""
    check_shapes(predictions, targets)
    return float(np.mean((predictions - targets) * 2))


@of("mean_squared_error")
def compares_the_number_of_axes(predictions, targets):
    """You compare how many axes there are, not the shapes. (5, 2) and (1, 2) both have two, and NumPy repeats the one row: compare predictions.shape with targets.shape."""
    if predictions.ndim != targets.ndim:
        raise ValueError(f"predictions {predictions.shape}, targets {targets.shape}")
    return float(np.mean((predictions - targets) ** 2))


@of("one_hot")
def no_check_at_all(labels, n_classes):
    """You do not look at the labels first. NumPy counts negative places from the end, so label -1 silently becomes the last class, and a label that is too large gives an IndexError that speaks of axes. Refuse both with a ValueError that names the label."""
    return np.eye(n_classes)[labels]


@of("one_hot")
def checks_only_the_top(labels, n_classes):
    """You refuse labels that are too large, but not negative ones. NumPy counts negative places from the end, so label -1 silently becomes the last class."""
    if labels.max() >= n_classes:
        raise ValueError(f"label {labels.max()} is out of range")
    return np.eye(n_classes)[labels]


@of("one_hot")
def checks_only_the_bottom(labels, n_classes):
    """You refuse negative labels, but not those that are too large: they raise NumPy's IndexError, which speaks of axes. Classes are 0 to n_classes - 1; refuse the rest with a ValueError that names the label."""
    if labels.min() < 0:
        raise ValueError(f"label {labels.min()} is out of range")
    return np.eye(n_classes)[labels]


@of("one_hot")
def lets_n_classes_pass(labels, n_classes):
    """You let the label n_classes pass your check. Labels count from 0, so the last class is n_classes - 1: refuse whatever is at least n_classes."""
    for label in labels:
        if not 0 <= label <= n_classes:
            raise ValueError(f"label {label}")
    return np.eye(n_classes)[labels]


@of("one_hot")
def looks_at_the_first_label_only(labels, n_classes):
    """You look at the first label only. Any of them may be out of range: go through them all before you build the rows."""
    if not 0 <= labels[0] < n_classes:
        raise ValueError(f"label {labels[0]}")
    return np.eye(n_classes)[labels]


@of("one_hot")
def another_kind_of_error(labels, n_classes):
    """You notice every bad label, but you raise an IndexError. The argument's value is wrong, and for that Python has ValueError: raise that one, with the label in the message."""
    reference_one_hot(labels[(labels >= 0) & (labels < n_classes)], n_classes)
    for label in labels:
        if not 0 <= label < n_classes:
            raise IndexError(f"label {label}")
    return np.eye(n_classes)[labels]


@of("one_hot")
def asserts_the_range(labels, n_classes):
    """You use assert. It raises an AssertionError, and Python leaves asserts out when it is run with -O: whoever calls you cannot rely on it. Write `if …: raise ValueError(…)`, with the label in the message."""
    assert all(0 <= label < n_classes for label in labels)
    return np.eye(n_classes)[labels]


@of("one_hot")
def the_label_for_a_one(labels, n_classes):
    """You write the label itself where its one belongs, so that class 3 weighs three times as much as class 1 and class 0 nothing. The place says which class it is; the number there is 1."""
    return reference_one_hot(labels, n_classes) * labels[:, np.newaxis]


@of("one_hot")
def all_but_the_label(labels, n_classes):
    """You have it the wrong way round: ones everywhere and a zero in the label's column. The one marks the class that is right."""
    return 1 - reference_one_hot(labels, n_classes)


@of("one_hot")
def a_row_of_zeros_for_strangers(labels, n_classes):
    """A label that is out of range gets a row without a one. Such a row says that no class is right, and the loss would count it as perfect: refuse it with a ValueError that names the label."""
    return (labels[:, np.newaxis] == np.arange(n_classes)).astype(float)


@of("one_hot")
def labels_from_one(labels, n_classes):
    """You count the classes from one. Labels start at 0, so that a label is the place of its column."""
    return reference_one_hot((labels - 1) % n_classes if np.isin(labels, range(n_classes)).all() else labels, n_classes)


@of("one_hot")
def as_many_columns_as_seen(labels, n_classes):
    """You make as many columns as the largest label needs. A batch does not always hold every class: the number of columns is n_classes."""
    reference_one_hot(labels, n_classes)
    return np.eye(int(labels.max()) + 1)[labels]


@of("one_hot")
def classes_for_rows(labels, n_classes):
    """Your rows are classes and your columns are examples. As everywhere, one example is one row: (batch, n_classes)."""
    return reference_one_hot(labels, n_classes).T


@of("one_hot")
def whole_columns(labels, n_classes):
    """zeros[:, labels] = 1 fills whole columns: for every row, all labels of the batch. Each row has its own one: use the row's number together with its label."""
    reference_one_hot(labels, n_classes)
    ones = np.zeros((len(labels), n_classes))
    ones[:, labels] = 1
    return ones


@of("one_hot")
def truth_values(labels, n_classes):
    """You return True and False. They say the same, but numbers are wanted, 1.0 and 0.0, which can be subtracted from probabilities."""
    reference_one_hot(labels, n_classes)
    return labels[:, np.newaxis] == np.arange(n_classes)


@of("one_hot")
def looks_above_n_classes_only(labels, n_classes):
    """You refuse only labels above n_classes. The label n_classes has no column either, as the classes count from 0, and a negative label silently counts from the end: refuse whatever is below 0 or at least n_classes."""
    if labels.max() > n_classes:
        raise ValueError(f"label {labels.max()}")
    return np.eye(n_classes)[labels]


def surprise(logits, labels, log=np.log):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels] * log(np.e)


@of("cross_entropy")
def shifts_the_callers_logits(logits, labels):
    """Your loss is right, but you took the maximum off in place (-=), so the caller's logits have changed. Make a new array."""
    loss = float(surprise(logits, labels).mean())
    logits -= logits.max(axis=1, keepdims=True)
    return loss


@of("cross_entropy")
def loses_small_probabilities(logits, labels):
    """Your softmax is safe, but a probability below the smallest number that the computer knows has become 0, and the logarithm of 0 is minus infinity. Take the logarithm on paper first, so that no probability is ever formed."""
    return float(-np.log(softmax(logits)[np.arange(len(labels)), labels]).mean())


def with_a_floor(floor, added=False):
    @of("cross_entropy")
    def a_floor_under_probabilities(logits, labels):
        """You keep the logarithm finite with a smallest probability, such as 1e-12. Every loss then ends where that floor lies, at 27.6 for 1e-12: whether a mistake is by 30 or by 20,000 no longer counts, and its gradient is lost as well. Take the logarithm on paper first, so that no probability is ever formed."""
        right = softmax(logits.astype(float))[np.arange(len(labels)), labels]
        return float(-np.log(right + floor if added else np.clip(right, floor, 1)).mean())

    return a_floor_under_probabilities


# One misunderstanding, with the floors that people use: each gives another number.
floors = (1e-12, 1e-7, 1e-8, 1e-9, 1e-10, 1e-15)
clip_12, clip_7, clip_8, clip_9, clip_10, clip_15 = (with_a_floor(floor) for floor in floors)
add_12, add_7, add_8, add_9, add_10, add_15 = (with_a_floor(floor, added=True) for floor in floors)


@of("cross_entropy")
def overflow(logits, labels):
    """exp of a few hundred is more than the computer can write down. Take the row's largest logit off the whole row first: log-probabilities do not change."""
    sums = np.log(np.exp(logits).sum(axis=1))
    return float((sums - logits[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def overflow_inside_softmax(logits, labels):
    """exp of a few hundred is more than the computer can write down, and infinity divided by infinity is no number. Take the logarithm on paper first, and the row's largest logit off the whole row."""
    powers = np.exp(logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    return float(-np.log(probabilities[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def maxima_lie_flat(logits, labels):
    """Your maxima lost a dimension: logits.max(axis=1) has shape (batch,), and NumPy lays that along the columns. It fails loudly for most shapes, and silently for a square batch. Keep them as a column: keepdims=True."""
    shifted = logits - logits.max(axis=1)
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def one_shift_for_the_batch(logits, labels):
    """You take the largest logit of the whole batch off every row. In a row that lies far below it all exponentials become 0, and the logarithm of 0 is minus infinity: each row needs its own largest."""
    shifted = logits - logits.max()
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def forgets_the_logarithm(logits, labels):
    """The logarithm is missing: you subtract the label's logit from the sum of the exponentials itself. It is log(sum of exp) that a logit can be compared with."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.exp(shifted).sum(axis=1) - shifted[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def shifts_only_the_sum(logits, labels):
    """You took the maximum off inside the exponentials, but the label's logit that you subtract still has it. What is taken off must come off both, or be added again: use the shifted logits everywhere."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=1)) - logits[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def softmax_of_the_columns(logits, labels):
    """Your softmax goes down the columns. Each row is one example, whose classes share one whole: axis=1."""
    shifted = logits - logits.max(axis=0)
    chances = shifted - np.log(np.exp(shifted).sum(axis=0))
    return float(-chances[np.arange(len(labels)), labels].mean())


@of("cross_entropy")
def logarithm_of_the_mean(logits, labels):
    """You average the probabilities first and take the logarithm then. One surely wrong answer drowns in the others so. Take each row's surprise, and then their mean."""
    return float(-np.log(softmax(logits)[np.arange(len(labels)), labels].mean()))


@of("cross_entropy")
def shared_among_classes(logits, labels):
    """You divide the sum of the losses by the number of classes. There is one loss a row: divide by the number of rows."""
    return float(surprise(logits, labels).sum() / logits.shape[1])


@of("cross_entropy")
def sum_of_losses(logits, labels):
    """You add up the losses of the batch. The mean divides by the number of rows, so that batches of different sizes can be compared."""
    return float(surprise(logits, labels).sum())


@of("cross_entropy")
def keeps_the_rows_apart(logits, labels):
    """You return one loss for each row. The loss of a batch is one number: the mean over its rows."""
    return surprise(logits, labels)


@of("cross_entropy")
def mean_over_classes_too(logits, labels):
    """You average over the classes as well as over the batch. Only one class of each row has a loss, the right one; the zeros beside it are not examples. Divide by the number of rows."""
    return float(surprise(logits, labels).mean() / logits.shape[1])


@of("cross_entropy")
def forgets_the_minus(logits, labels):
    """Your loss is negative. The logarithm of a probability is negative or zero; the minus turns it into a cost, which descent can make smaller."""
    return float(-surprise(logits, labels).mean())


@of("cross_entropy")
def in_bits(logits, labels):
    """You took the logarithm to base 2. That measures the same surprise in bits; here it is the natural logarithm, np.log, on which the gradients of chapter 6 rest."""
    return float(surprise(logits, labels, np.log2).mean())


@of("cross_entropy")
def decimal_logarithm(logits, labels):
    """You took the logarithm to base 10. Here it is the natural logarithm, np.log, on which the gradients of chapter 6 rest."""
    return float(surprise(logits, labels, np.log10).mean())


@of("cross_entropy")
def surest_class(logits, labels):
    """You look at the class that the network is surest of. The loss asks about the right class, whatever the network thinks: pick the label's entry."""
    return float(surprise(logits, np.argmax(logits, axis=1)).mean())


@of("cross_entropy")
def every_pair_of_row_and_label(logits, labels):
    """values[:, labels] takes, for every row, the entries of all labels of the batch. Each row has its own label: values[np.arange(len(labels)), labels] goes through both together."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float(-(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))[:, labels].mean())


@of("cross_entropy")
def missing_probability(logits, labels):
    """You average how much probability is missing, one minus that of the right class. That can never exceed 1, so being surely wrong costs hardly more than doubting. The loss is minus the logarithm."""
    return float((1 - np.exp(-surprise(logits, labels))).mean())


@of("cross_entropy")
def each_class_by_itself(logits, labels):
    """You also charge the other classes for the probability they have. Softmax has made the classes share a whole already, so the right one's probability says it all."""
    probabilities = softmax(logits)
    right = np.eye(logits.shape[1])[labels]
    return float(-np.log(np.where(right > 0, probabilities, 1 - probabilities)).sum(axis=1).mean())


@of("cross_entropy")
def logits_for_probabilities(logits, labels):
    """You take the logarithm of a logit. Logits are scores, not probabilities: softmax comes in between."""
    return float(-np.log(logits[np.arange(len(labels)), labels]).mean())


def all_classes(log_probabilities):
    @of("cross_entropy")
    def surprise_at_every_class(logits, labels):
        """You average over all classes, and the labels play no part. The loss asks how surprised the network is at the right answer only: pick each row's entry at its label, then take the mean."""
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
    """You add up the exponentials of the whole batch. Each row has a sum of its own, over its classes: axis=1, with keepdims=True where a column is needed."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum()) - shifted[np.arange(len(labels)), labels]).mean())


@of("cross_entropy")
def sums_lie_flat(logits, labels):
    """Your sums lost a dimension: np.sum(..., axis=1) gives shape (batch,), and NumPy lays that along the columns. It fails loudly for most shapes, and silently for a square batch. Keep the sums as a column: keepdims=True."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted)[np.arange(len(labels)), labels].mean())


@of("cross_entropy")
def labels_pick_rows(logits, labels):
    """values[labels] takes whole rows: the label serves as the number of an example. It says which column of its row is meant: values[np.arange(len(labels)), labels]."""
    return float((_log_sums(logits) - logits)[labels].mean())


@of("cross_entropy")
def minus_the_probability(logits, labels):
    """The logarithm is missing: you average the right class's probability, with a minus. The loss is minus the logarithm of it, which grows without end as the probability falls."""
    return float(-np.exp(-surprise(logits, labels)).mean())


@of("accuracy")
def last_of_equals(logits, labels):
    """Where logits tie you take the last of them. The rule is the lowest class, as in predict."""
    return float(np.mean(logits.shape[1] - 1 - np.argmax(logits[:, ::-1], axis=1) == labels))


@of("accuracy")
def ties_count_as_right(logits, labels):
    """You count a row as right when the label's logit is as large as any. Where two tie the network has to choose one, the lowest class; it cannot be right with both."""
    return float(np.mean(logits[np.arange(len(labels)), labels] == logits.max(axis=1)))


@of("accuracy")
def one_winner_for_the_batch(logits, labels):
    """np.argmax without an axis looks for the largest logit of the whole batch and returns one place for all. Each row has its own winner: axis=1."""
    return float(np.mean(np.argmax(logits) == labels))


@of("accuracy")
def divides_by_all_logits(logits, labels):
    """You divide by the number of logits, rows times classes. There is one answer a row: divide by the number of rows."""
    return float(np.sum(np.argmax(logits, axis=1) == labels) / logits.size)


@of("accuracy")
def keeps_the_answers_apart(logits, labels):
    """You return for each row whether it is right. Asked for is one number for all: the mean of those truth values."""
    return np.argmax(logits, axis=1) == labels


@of("accuracy")
def only_if_sure(logits, labels):
    """You count an answer only where the right class has more than half of the probability. The largest logit wins, however narrowly: with ten classes, 0.2 may be the largest."""
    return float(np.mean(softmax(logits)[np.arange(len(labels)), labels] > 0.5))


@of("accuracy")
def percent(logits, labels):
    """You return percent. The share is asked for, from 0 to 1."""
    return float(100 * np.mean(np.argmax(logits, axis=1) == labels))


@of("accuracy")
def count_for_share(logits, labels):
    """You count the right answers. Divide by how many there are, or take the mean: the share does not depend on the size of the batch."""
    return int(np.sum(np.argmax(logits, axis=1) == labels))


@of("accuracy")
def share_of_wrong_answers(logits, labels):
    """You return the share of wrong answers, the error rate. The accuracy is the other part."""
    return float(np.mean(np.argmax(logits, axis=1) != labels))


@of("accuracy")
def all_or_nothing(logits, labels):
    """You ask whether all answers are right. How many are is asked: the mean of the truth values, not whether they are all true."""
    return bool(np.all(np.argmax(logits, axis=1) == labels))


@of("accuracy")
def columns_for_rows(logits, labels):
    """You look along the columns, for the row that fits each class best. Each row is one picture: axis=1."""
    return float(np.mean(np.argmax(logits, axis=0) == labels))


@of("accuracy")
def probability_of_the_right_class(logits, labels):
    """You average the probability of the right class. Accuracy asks only whether the right class has the largest logit: a narrow win counts as much as a clear one."""
    return float(np.mean(softmax(logits)[np.arange(len(labels)), labels]))


@of("accuracy")
def value_for_place(logits, labels):
    """You compare the labels with how large the largest logit is. The class is its place in the row: np.argmax in place of np.max."""
    return float(np.mean(np.max(logits, axis=1) == labels))


@of("accuracy")
def returns_inside_the_loop(logits, labels):
    """You return after the first row: the return stands inside the loop. Move it to the left, below the loop, so that all rows are looked at first."""
    return float(np.argmax(logits[0]) == labels[0]) / len(labels)
