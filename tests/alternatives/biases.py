"""Correct answers to the exercises of biases.py, in other styles."""

import math

import numpy as np

from tests.alternatives import answers


@answers("neuron")
def starts_from_the_bias(inputs, weights, bias):
    total = bias
    for x, w in zip(inputs, weights, strict=True):
        total += x * w
    return total


@answers("neuron")
def zero_d_array(inputs, weights, bias):
    return np.asarray(np.dot(inputs, weights) + bias)


@answers("neuron")
def exact_sum(inputs, weights, bias):
    return math.fsum([*(inputs * weights).tolist(), bias])


@answers("activates")
def with_if(inputs, weights, bias):
    if neuron(inputs, weights, bias) > 0:  # noqa: F821, SIM103 - the module's own; as beginners write it
        return True
    return False


@answers("activates")
def clears_the_bar(inputs, weights, bias):
    return np.sum(inputs * weights) > -bias


@answers("activates")
def zero_d_truth(inputs, weights, bias):
    return np.asarray(not inputs @ weights + bias <= 0)


@answers("dense")
def einsum(x, weights, bias):
    return np.einsum("bi,ij->bj", x, weights) + bias[None, :]


@answers("dense")
def neuron_by_neuron(x, weights, bias):
    return [[neuron(row, weights[:, j], bias[j]) for j in range(len(bias))] for row in x]  # noqa: F821


@answers("dense")
def filled_in_place(x, weights, bias):
    out = np.empty((x.shape[0], weights.shape[1]), dtype=x.dtype)
    out[:] = bias
    out += np.matmul(x, weights)
    return out


@answers("dense")
def through_fold_bias(x, weights, bias):
    return np.column_stack([x, np.ones(len(x))]) @ fold_bias(weights, bias)  # noqa: F821 - the module's own


@answers("fold_bias")
def concatenate(weights, bias):
    return np.concatenate([weights, bias.reshape(1, -1)], axis=0)


@answers("fold_bias")
def rows_as_lists(weights, bias):
    return [list(row) for row in weights] + [list(bias)]


@answers("fold_bias")
def filled(weights, bias):
    fan_in, fan_out = weights.shape
    folded = np.zeros((fan_in + 1, fan_out))
    folded[:-1], folded[-1] = weights, bias
    return folded


@answers("fold_bias")
def inserted(weights, bias):
    return np.insert(weights, len(weights), bias, axis=0)


@answers("count_parameters")
def loops(shapes):
    total = 0
    for name in shapes:
        count = 1
        for size in shapes[name]:
            count = count * size
        total += count
    return total


@answers("count_parameters")
def numpy_product(shapes):
    return np.sum([np.prod(shape) for shape in shapes.values()])


@answers("count_parameters")
def makes_the_arrays(shapes):
    return sum(np.empty(shape).size for _, shape in shapes.items())


@answers("count_parameters")
def numpy_integers(shapes):
    return np.int64(sum(int(np.prod(np.array(shape, dtype=np.int64))) for shape in shapes.values()))


@answers("neuron")
def with_one_more_input(inputs, weights, bias):
    return np.append(inputs, 1.0) @ np.append(weights, bias)


@answers("activates")
def by_the_sign(inputs, weights, bias):
    return bool(np.sign(np.dot(inputs, weights) + bias) == 1)


@answers("dense")
def lists_of_lists(x, weights, bias):
    columns = list(zip(*weights.tolist(), strict=True))
    return [
        [sum(map(float.__mul__, row, column)) + float(b) for column, b in zip(columns, bias, strict=True)]
        for row in x.tolist()
    ]


@answers("fold_bias")
def padded(weights, bias):
    folded = np.pad(weights, [(0, 1), (0, 0)])
    folded[-1] += bias
    return folded


@answers("count_parameters")
def with_reduce(shapes):
    from functools import reduce
    from operator import mul

    return sum([reduce(mul, shapes[name], 1) for name in shapes])
