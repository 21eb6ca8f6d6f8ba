"""Correct answers to the exercises of loss.py, in other styles."""

import math

import numpy as np

from tests.alternatives import answers


@answers("mean_squared_error")
def mse_by_loop(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"predictions {predictions.shape} and targets {targets.shape} differ in shape")
    total = 0.0
    for p, t in zip(predictions.ravel(), targets.ravel()):  # noqa: B905
        total += (p - t) * (p - t)
    return total / predictions.size


@answers("mean_squared_error")
def mse_by_product(predictions, targets):
    if list(predictions.shape) != list(targets.shape):
        raise ValueError("shapes " + str(predictions.shape) + " and " + str(targets.shape))
    gap = (predictions - targets).flatten()
    return np.array(gap @ gap / len(gap))


@answers("one_hot")
def one_hot_by_loop(labels, n_classes):
    rows = []
    for label in labels:
        if label < 0 or label >= n_classes:
            raise ValueError(f"there is no class {label}")
        rows.append([1.0 if c == label else 0.0 for c in range(n_classes)])
    return rows


@answers("one_hot")
def one_hot_by_index(labels, n_classes):
    bad = labels[(labels < 0) | (labels >= n_classes)]
    if bad.size:
        raise ValueError(f"labels out of range: {bad}")
    rows = np.zeros((labels.size, n_classes), dtype=np.float32)
    rows[range(len(labels)), labels] = 1
    return rows


@answers("one_hot")
def one_hot_by_comparison(labels, n_classes):
    for label in labels.tolist():
        if label not in range(n_classes):
            raise ValueError(label)
    return (labels[:, None] == np.arange(n_classes)[None, :]) * 1


@answers("cross_entropy")
def cross_entropy_by_loop(logits, labels):
    losses = []
    for row, label in zip(logits.tolist(), labels.tolist()):  # noqa: B905
        top = max(row)
        losses.append(math.log(math.fsum(math.exp(v - top) for v in row)) + top - row[label])
    return sum(losses) / len(losses)


@answers("cross_entropy")
def cross_entropy_by_logaddexp(logits, labels):
    sums = np.logaddexp.reduce(logits, axis=1)
    return np.mean(sums - np.take_along_axis(logits, labels[:, np.newaxis], axis=1)[:, 0])


@answers("cross_entropy")
def cross_entropy_by_one_hot(logits, labels):
    shifted = logits - np.max(logits, axis=-1)[:, None]
    log_probabilities = shifted - np.log(np.sum(np.exp(shifted), axis=-1))[:, None]
    return -(np.eye(logits.shape[1])[labels] * log_probabilities).sum() / len(logits)


@answers("accuracy")
def accuracy_by_loop(logits, labels):
    right = 0
    for row, label in zip(logits, labels):  # noqa: B905
        best = 0
        for c in range(len(row)):
            if row[c] > row[best]:
                best = c
        right += best == label
    return right / len(labels)


@answers("accuracy")
def accuracy_by_count(logits, labels):
    return np.count_nonzero(logits.argmax(axis=1) == labels) / labels.size


@answers("mean_squared_error")
def mse_by_norm(predictions, targets):
    if np.ndim(predictions) != np.ndim(targets) or np.shape(predictions) != np.shape(targets):
        raise ValueError("The arrays must match: %s, %s" % (predictions.shape, targets.shape))  # noqa: UP031
    return np.linalg.norm(predictions - targets) ** 2 / predictions.size


@answers("mean_squared_error")
def mse_by_variance_and_bias(predictions, targets):
    if predictions.shape == targets.shape:
        misses = targets - predictions
        return np.var(misses) + np.mean(misses) ** 2
    raise ValueError(f"got {predictions.shape}, wanted {targets.shape}")


@answers("one_hot")
def one_hot_as_truth_turned_float(labels, n_classes):
    assert n_classes > 0
    if min(labels) < 0:
        raise ValueError(f"a negative label: {min(labels)}")
    if max(labels) > n_classes - 1:
        raise ValueError(f"label {max(labels)} with {n_classes} classes")
    return np.equal.outer(labels, np.arange(n_classes)).astype(float)


@answers("cross_entropy")
def cross_entropy_of_differences(logits, labels):
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        gaps = row - row[label]
        total += gaps.max() + np.log(np.sum(np.exp(gaps - gaps.max())))
    return total / len(labels)


@answers("accuracy")
def accuracy_with_sorting(logits, labels):
    first = np.argsort(-logits, axis=1, kind="stable")[:, 0]
    return sum(p == t for p, t in zip(first, labels, strict=True)) / len(labels)


@answers("accuracy")
def accuracy_as_one_minus_the_errors(logits, labels):
    return 1 - np.sum(np.array([list(row).index(max(row)) for row in logits]) != labels) / len(logits)


@answers("mean_squared_error")
def by_a_dot_product(predictions, targets):
    if predictions.ndim != targets.ndim or predictions.shape != targets.shape:
        raise ValueError("shapes", predictions.shape, targets.shape)
    misses = (predictions - targets).ravel()
    return misses @ misses / misses.size


@answers("one_hot")
def put_along_the_rows(labels, n_classes):
    if labels.min() < 0:
        raise ValueError(f"label {labels.min()} is negative")
    if labels.max() >= n_classes:
        raise ValueError(f"label {labels.max()} is too large")
    rows = np.zeros((labels.size, n_classes), dtype=np.float32)
    np.put_along_axis(rows, labels[:, None], 1, axis=1)
    return rows


@answers("cross_entropy")
def measured_from_the_label(logits, labels):
    lead = logits - np.take_along_axis(logits, labels[:, None], axis=1)
    top = lead.max(axis=1)
    return np.mean(top + np.log(np.exp(lead - top[:, None]).sum(axis=1)))


@answers("cross_entropy")
def row_by_row_with_logaddexp(logits, labels):
    return float(np.mean([np.logaddexp.reduce(row) - row[label] for row, label in zip(logits, labels, strict=True)]))


@answers("accuracy")
def first_of_a_stable_sort(logits, labels):
    return np.mean(np.argsort(-logits, axis=1, kind="stable")[:, 0] == labels, dtype=np.float32)
