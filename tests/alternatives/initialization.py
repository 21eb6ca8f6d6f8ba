"""Correct answers to the exercises of initialization.py, in other styles."""

import math

import numpy as np

from tests.alternatives import answers


@answers("zero_bias")
def a_list_of_zeros(fan_out):
    return [0.0] * fan_out


@answers("zero_bias")
def whole_number_zeros(fan_out):
    return np.array([0 for _ in range(fan_out)])


@answers("distinct_neurons")
def all_pairs_at_once(weights):
    gaps = np.abs(weights[:, :, np.newaxis] - weights[:, np.newaxis, :]).max(axis=0)
    same = gaps <= 1e-4 * np.abs(weights).max()
    return np.sum(~np.tril(same, -1).any(axis=1))


@answers("distinct_neurons")
def plain_loops(weights):
    fan_in, fan_out = weights.shape
    largest = max(abs(float(w)) for row in weights for w in row)
    count = 0
    for b in range(fan_out):
        new = True
        for a in range(b):
            if max(abs(weights[i][a] - weights[i][b]) for i in range(fan_in)) <= 1e-4 * largest:
                new = False
        count += new
    return float(count)


@answers("distinct_neurons")
def shrinking_pile(weights):
    pile, count = weights, 0
    while pile.shape[1]:
        gaps = np.linalg.norm(pile - pile[:, [0]], ord=np.inf, axis=0)
        pile = pile[:, gaps > 1e-4 * np.max(np.abs(weights))]
        count += 1
    return count


@answers("xavier_uniform")
def stretched_random(fan_in, fan_out, rng):
    a = math.sqrt(6) / math.sqrt(fan_in + fan_out)
    return rng.random((fan_in, fan_out)) * 2 * a - a


@answers("xavier_uniform")
def uniform_scaled(fan_in, fan_out, rng):
    return np.sqrt(6 / (fan_in + fan_out)) * rng.uniform(-1, 1, (fan_in, fan_out))


@answers("xavier_uniform")
def uniform_column_by_column(fan_in, fan_out, rng):
    a = (6 / (fan_in + fan_out)) ** 0.5
    weights = np.empty((fan_in, fan_out))
    for j in range(fan_out):
        weights[:, j] = rng.uniform(-a, a, fan_in)
    return weights


@answers("xavier_uniform")
def uniform_single_precision(fan_in, fan_out, rng):
    a = np.float32((6 / (fan_in + fan_out)) ** 0.5)
    return a * (2 * rng.random((fan_in, fan_out), dtype=np.float32) - 1)


@answers("xavier_uniform")
def uniform_one_by_one(fan_in, fan_out, rng):
    a = math.sqrt(6 / (fan_in + fan_out))
    return [[rng.uniform(-a, a) for _ in range(fan_out)] for _ in range(fan_in)]


@answers("xavier_normal")
def normal_drawn_on_its_side(fan_in, fan_out, rng):
    return rng.normal(scale=np.sqrt(2 / (fan_in + fan_out)), size=(fan_out, fan_in)).T


@answers("xavier_normal")
def normal_divided(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) / math.sqrt((fan_in + fan_out) / 2)


@answers("xavier_normal")
def normal_from_a_child(fan_in, fan_out, rng):
    child = np.random.default_rng(rng.integers(2**32))
    return child.normal(0.0, math.sqrt(2 / (fan_in + fan_out)), fan_in * fan_out).reshape(fan_in, fan_out)


@answers("xavier_normal")
def normal_row_by_row(fan_in, fan_out, rng):
    sigma = math.sqrt(2 / (fan_in + fan_out))
    return np.array([rng.normal(0, sigma, fan_out) for _ in range(fan_in)])


@answers("he_normal")
def he_single_precision(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out), dtype=np.float32) * np.float32(np.sqrt(2 / fan_in))


@answers("he_normal")
def he_column_by_column(fan_in, fan_out, rng):
    return np.stack([rng.normal(0, (2 / fan_in) ** 0.5, fan_in) for _ in range(fan_out)], axis=1)


@answers("he_normal")
def he_from_standard(fan_in, fan_out, rng):
    sigma = math.sqrt(2) / math.sqrt(fan_in)
    return np.sqrt(sigma**2) * rng.standard_normal(size=(fan_in, fan_out))


@answers("he_normal")
def he_by_covariance(fan_in, fan_out, rng):
    return rng.multivariate_normal(np.zeros(1), [[2 / fan_in]], size=(fan_in, fan_out))[..., 0]


@answers("signal_spread")
def recursive(x, weight_matrices, activation):
    if not len(weight_matrices):
        return [x.std()]
    first, *rest = weight_matrices
    return [x.std(), *signal_spread(activation(x @ first), rest, activation)]  # noqa: F821


@answers("signal_spread")
def filled_in(x, weight_matrices, activation):
    spreads = np.zeros(1 + len(weight_matrices))
    spreads[0] = np.sqrt(np.mean((x - x.mean()) ** 2))
    for k, weights in enumerate(weight_matrices, start=1):
        x = activation(np.einsum("bi,io->bo", x, weights))
        spreads[k] = np.sqrt(np.mean((x - np.mean(x)) ** 2))
    return spreads


@answers("init_layers")
def by_branches(layer_sizes, rng, scheme="he"):
    if scheme not in ["he", "xavier"]:
        raise ValueError("no scheme is called " + str(scheme))
    if len(layer_sizes) <= 1:
        raise ValueError("too few layer sizes")
    layers = []
    for i in range(len(layer_sizes) - 1):
        fan_in, fan_out = layer_sizes[i], layer_sizes[i + 1]
        if scheme == "he":
            weights = rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)
        else:
            weights = rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / (fan_in + fan_out))
        layers.append([weights, np.zeros(fan_out)])
    return layers


@answers("init_layers")
def built_from_the_end(layer_sizes, rng, scheme="he"):
    if len(layer_sizes) < 2:
        raise ValueError(f"at least two sizes, not {layer_sizes}")
    try:
        draw = dict(he=he_normal, xavier=xavier_normal)[scheme]  # noqa: C408, F821
    except KeyError as error:
        raise ValueError(f"scheme {scheme!r} is unknown") from error
    pairs = list(zip(layer_sizes, layer_sizes[1:]))  # noqa: B905, RUF007
    return tuple((draw(i, o, rng), [0] * o) for i, o in pairs[::-1])[::-1]


@answers("zero_bias")
def ones_minus_ones(fan_out):
    return np.ones((fan_out,)) - 1


@answers("distinct_neurons")
def with_allclose(weights):
    margin, kept = 1e-4 * abs(weights).max(), []
    for j in range(weights.shape[1]):
        if not any(np.allclose(weights[:, j], weights[:, k], rtol=0, atol=margin) for k in kept):
            kept += [j]
    return np.int64(len(kept))


@answers("distinct_neurons")
def counts_columns_without_an_earlier_twin(weights):
    scaled = weights / (np.abs(weights).max() or 1)
    gaps = np.linalg.norm(scaled[:, :, None] - scaled[:, None, :], ord=np.inf, axis=0)
    return int((np.argmax(gaps <= 1e-4, axis=0) == np.arange(weights.shape[1])).sum())


@answers("signal_spread")
def by_the_mean_square(x, weight_matrices, activation):
    spreads = []
    for weights in [None, *weight_matrices]:
        if weights is not None:
            x = activation(np.dot(x, weights))
        spreads.append(float(np.sqrt(((x - x.mean()) ** 2).mean())))
    return tuple(spreads)


@answers("init_layers")
def with_pairwise(layer_sizes, rng, scheme="he"):
    from itertools import pairwise

    if len(layer_sizes) in (0, 1):
        raise ValueError("Please give at least two layer sizes")
    match scheme:
        case "he":
            draw = he_normal  # noqa: F821
        case "xavier":
            draw = xavier_normal  # noqa: F821
        case _:
            raise ValueError(f"no such scheme: {scheme}")
    return [(draw(*pair, rng), zero_bias(pair[1])) for pair in pairwise(layer_sizes)]  # noqa: F821
