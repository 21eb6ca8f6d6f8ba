"""What people get wrong about starting values, and about signals on their way through many layers."""

import numpy as np

from ..weightlab.initialization import he_normal, xavier_normal, xavier_uniform, zero_bias
from . import of


@of("zero_bias")
def a_row_of_biases(fan_out):
    """You return a table with one row. The biases of a layer are a plain list of numbers: one dimension, one number for each neuron."""
    return np.zeros((1, fan_out))


@of("zero_bias")
def one_bias_for_the_layer(fan_out):
    """You return a single zero. Each neuron has a bias of its own, and training will move them apart, so the layer needs as many as it has neurons."""
    return 0.0


@of("zero_bias")
def a_small_head_start(fan_out):
    """You start the biases a little above zero. Some old recipes for ReLU do that, so that more neurons are active at first; what is asked for here is the usual start, exactly zero."""
    return np.full(fan_out, 0.01)


@of("distinct_neurons")
def exact_comparison(weights):
    """You compare exactly. Two neurons that started equal and were trained alike may differ in the last digits, because sums of rounded numbers depend on their order: allow the margin that the task names."""
    return np.unique(weights, axis=1).shape[1]


@of("distinct_neurons")
def rows_for_neurons(weights):
    """You count different rows. A row holds the weights that leave one input; a neuron is a column, the weights that arrive at it."""
    return distinct_columns(weights.T)


@of("distinct_neurons")
def different_numbers(weights):
    """You count different numbers. A neuron is a whole column of weights: two columns are the same only if they agree in every row."""
    return np.unique(weights).size


@of("distinct_neurons")
def neighbours_only(weights):
    """You compare each neuron only with its neighbour. Twins can sit anywhere in the layer: compare with every neuron that you have counted so far."""
    margin = 1e-4 * np.abs(weights).max()
    return 1 + int(np.sum(np.abs(np.diff(weights, axis=1)).max(axis=0) > margin))


@of("distinct_neurons")
def first_neuron_only(weights):
    """You compare every neuron with the first one only. Two that differ from the first may still be each other's twins."""
    margin = 1e-4 * np.abs(weights).max()
    return 1 + int(np.sum(np.abs(weights - weights[:, :1]).max(axis=0) > margin))


@of("distinct_neurons")
def independent_columns(weights):
    """You computed the rank: how many columns are no mixture of the others. A neuron with doubled weights is a mixture of another, yet it is a different neuron."""
    return int(np.linalg.matrix_rank(weights, tol=1e-4 * max(np.abs(weights).max(), 1e-300)))


@of("distinct_neurons")
def order_does_not_matter(weights):
    """You compare what the neurons hold, not where: sorted weights, or their sum, or their length. The same numbers on other connections listen to other inputs, so they make another neuron."""
    return distinct_columns(np.sort(weights, axis=0))


@of("distinct_neurons")
def rounding_to_a_grid(weights):
    """You round and then compare. Rounding draws lines: two numbers that are almost equal, one on each side of a line, come out different. Look at the differences themselves."""
    margin = 1e-4 * np.abs(weights).max() or 1.0
    return np.unique(np.round(weights / margin), axis=1).shape[1]


@of("distinct_neurons")
def margin_for_any_scale(weights):
    """Your margin is a fixed number. A layer of tiny weights would then be all twins, and one of huge weights none: the margin is a share of the layer's largest weight."""
    return distinct_columns(weights, margin=1e-4)


@of("distinct_neurons")
def margin_for_each_neuron(weights):
    """You take the margin from the neuron that you look at. Beside large weights, tiny ones count for nothing, however they differ: take one margin for the layer, from the largest weight of all its neurons."""
    kept = []
    for column in weights.T:
        if not any(np.abs(column - other).max() <= 1e-4 * np.abs(column).max() for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def largest_with_its_sign(weights):
    """You look for the largest weight without taking its size first. Where all weights are negative, your margin is below zero and nothing is close enough: np.max(np.abs(weights))."""
    return distinct_columns(weights, margin=1e-4 * np.max(weights))


@of("distinct_neurons")
def differences_with_their_sign(weights):
    """You take the largest difference with its sign, so a neuron that lies below another everywhere seems to be its twin. Take the size of the differences first: np.abs(column - other)."""
    margin, kept = 1e-4 * np.abs(weights).max(), []
    for column in weights.T:
        if all(np.max(column - other) > margin for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def one_agreement_is_enough(weights):
    """You take two neurons for twins as soon as one of their weights agrees. All of them must: a single weight that differs makes another neuron."""
    margin, kept = 1e-4 * np.abs(weights).max(), []
    for column in weights.T:
        if all(np.all(np.abs(column - other) > margin) for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def margin_for_each_weight(weights):
    """Your margin shrinks with each weight by itself, as np.allclose has it. Next to a weight near zero nothing is then small enough: take one margin for the layer, from its largest weight."""
    kept = []
    for column in weights.T:
        if not any(np.allclose(column, other) for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def rows_counted_exactly(weights):
    """You count different rows. A row holds the weights that leave one input; a neuron is a column, the weights that arrive at it. And compare with the margin that the task names, not exactly."""
    return np.unique(weights, axis=0).shape[0]


@of("distinct_neurons")
def length_of_the_first_axis(weights):
    """You return how many rows there are: len() of an array is the size of its first axis, and the different columns lie along its second, shape[1]. And compare with the margin that the task names, not exactly."""
    return len(np.unique(weights, axis=1))


@of("distinct_neurons")
def counts_all_neurons(weights):
    """You return how many neurons there are, twins among them. How many different ones there are is asked: compare each with those that you have counted so far."""
    return weights.shape[1]


@of("distinct_neurons")
def counts_pairs(weights):
    """You count pairs of neurons that differ. Three different neurons make three pairs, but four make six: count neurons, each one that differs from all that you have kept so far."""
    margin = 1e-4 * np.abs(weights).max()
    gaps = np.abs(weights[:, :, np.newaxis] - weights[:, np.newaxis]).max(axis=0)
    return int(np.sum(np.triu(gaps > margin)))


@of("distinct_neurons")
def only_those_without_a_twin(weights):
    """You count only neurons that have no twin. Twins are one neuron, but one they are: compare each with those that you have kept so far, not with all others."""
    margin = 1e-4 * np.abs(weights).max()
    gaps = np.abs(weights[:, :, np.newaxis] - weights[:, np.newaxis]).max(axis=0)
    return int(np.sum((gaps <= margin).sum(axis=0) == 1))


def sorted_by(rows):
    @of("distinct_neurons")
    def neighbours_after_sorting(weights):
        """You sort the neurons and compare neighbours. Twins that differ by rounding need not become neighbours: another neuron may be sorted between them. Compare each neuron with every one that you have counted so far."""
        margin, ordered = 1e-4 * np.abs(weights).max(), weights[:, np.lexsort(rows(weights))]
        return 1 + int(np.sum(np.abs(np.diff(ordered, axis=1)).max(axis=0) > margin))

    return neighbours_after_sorting


# By the first weight, then the second; and from the last one backwards, as np.lexsort has it.
by_first_weight, by_last_weight = sorted_by(lambda weights: weights[::-1]), sorted_by(lambda weights: weights)


@of("distinct_neurons")
def length_of_the_difference(weights):
    """You measure how far two neurons are apart by the length of their difference, the root of the sum of squares. It grows with the number of inputs, so that in a wide layer rounding alone can exceed the margin. Take the largest difference of a single weight."""
    return _different(weights, np.linalg.norm)


@of("distinct_neurons")
def length_against_a_length(weights):
    """Your margin grows with the number of weights: you take the lengths of the difference and of the whole layer, roots of sums of squares. In a wide layer a single weight that differs then drowns among many that agree. Take the largest difference of a single weight, and the largest weight."""
    kept = []
    for column in weights.T:
        if all(np.linalg.norm(column - other) > 1e-4 * np.linalg.norm(weights) for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def differences_added_up(weights):
    """You add up the differences of two neurons. The sum grows with the number of inputs, so that in a wide layer rounding alone can exceed the margin. Take the largest difference of a single weight."""
    return _different(weights, lambda difference: np.abs(difference).sum())


@of("distinct_neurons")
def differences_averaged(weights):
    """You average the differences of two neurons. A single weight that differs then drowns among many that agree. Take the largest difference of a single weight."""
    return _different(weights, lambda difference: np.abs(difference).mean())


def _different(weights, size):
    margin, kept = 1e-4 * np.abs(weights).max(), []
    for column in weights.T:
        if all(size(column - other) > margin for other in kept):
            kept.append(column)
    return len(kept)


def distinct_columns(weights, margin=None):
    margin = 1e-4 * np.abs(weights).max() if margin is None else margin
    kept = []
    for column in weights.T:
        if all(np.abs(column - other).max() > margin for other in kept):
            kept.append(column)
    return len(kept)


@of("xavier_uniform")
def uniform_on_its_side(fan_in, fan_out, rng):
    """Your weights lie on their side. A layer's weights have one row for each input and one column for each neuron: (fan_in, fan_out)."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_out, fan_in))


@of("xavier_uniform")
def only_positive_weights(fan_in, fan_out, rng):
    """Your weights are all positive. Then every neuron adds everything up, and signals grow from layer to layer: the range goes from -a to a, so that the mean is zero."""
    return rng.uniform(0, np.sqrt(6 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_uniform")
def deviation_for_limit(fan_in, fan_out, rng):
    """You drew between minus and plus the standard deviation. A uniform distribution reaches √3 times further than its standard deviation; that is where the 6 comes from."""
    limit = np.sqrt(2 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def limit_without_root(fan_in, fan_out, rng):
    """You left out the square root, so the weights are far too small. 6 / (fan_in + fan_out) is a size squared, like a variance."""
    limit = 6 / (fan_in + fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def root_of_the_six_alone(fan_in, fan_out, rng):
    """You took the root of 6 alone, so the weights are far too small. The whole fraction stands under the root: np.sqrt(6 / (fan_in + fan_out))."""
    limit = np.sqrt(6) / (fan_in + fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def half_the_range(fan_in, fan_out, rng):
    """Your weights reach only half as far: rng.random() minus 0.5 lies between -0.5 and 0.5, not between -1 and 1. rng.uniform(-a, a, size=...) says what is meant."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return limit * (rng.random((fan_in, fan_out)) - 0.5)


@of("xavier_uniform")
def limit_from_inputs_alone(fan_in, fan_out, rng):
    """You looked at the inputs alone. √(6 / fan_in) is the uniform form of He's rule; Xavier's rule balances both ends of the layer, fan_in + fan_out."""
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def the_other_xavier_limit(fan_in, fan_out, rng):
    """Your weights have the variance 1 / fan_in. Some texts call that Xavier too; the rule asked for here is from Glorot and Bengio's paper and counts the outputs as well: 2 / (fan_in + fan_out)."""
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def normal_for_uniform(fan_in, fan_out, rng):
    """You drew from a normal distribution. That is xavier_normal; here every value between -a and a is to be equally likely, and none lies outside."""
    return xavier_normal(fan_in, fan_out, rng)


@of("xavier_uniform")
def limit_for_deviation(fan_in, fan_out, rng):
    """You gave the limit a to a normal distribution as its standard deviation. Here every value between -a and a is to be equally likely, and none lies outside."""
    return rng.normal(0, np.sqrt(6 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_uniform")
def one_uniform_draw(fan_in, fan_out, rng):
    """You drew one number and gave it to every connection. Then all neurons are the same neuron, which is what random weights are there to avoid: draw one number for each connection."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return np.full((fan_in, fan_out), rng.uniform(-limit, limit))


@of("xavier_uniform")
def uniform_from_the_global_state(fan_in, fan_out, rng):
    """Your weights do not come from the rng that you were given, but from NumPy's shared state (np.random) or a generator of your own without a seed. The same rng state must give the same weights: call rng.uniform."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return np.random.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def uniform_with_a_seed_of_its_own(fan_in, fan_out, rng):
    """You draw the same weights every time, whatever rng you are given: there is a seed inside your function. Then all layers of one shape start alike. Draw from rng, which moves on with each draw."""
    return np.random.default_rng(0).uniform(-1, 1, size=(fan_in, fan_out)) * np.sqrt(6 / (fan_in + fan_out))


@of("xavier_uniform")
def limit_from_outputs_alone(fan_in, fan_out, rng):
    """You divided by fan_out alone. Xavier's rule balances both ends of the layer, fan_in + fan_out."""
    limit = np.sqrt(6 / fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def limit_of_one(fan_in, fan_out, rng):
    """You drew between -1 and 1, whatever the layer. The more signals a neuron adds up, the smaller its weights have to be: the limit a depends on fan_in and fan_out."""
    return rng.uniform(-1, 1, size=(fan_in, fan_out))


@of("xavier_uniform")
def brackets_left_out(fan_in, fan_out, rng):
    """You wrote 6 / fan_in + fan_out, and Python divides before it adds. Put brackets around the sum that you divide by."""
    limit = np.sqrt(6 / fan_in + fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def one_long_line_of_draws(fan_in, fan_out, rng):
    """Your numbers are right but stand in one long line. size takes the shape: (fan_in, fan_out)."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=fan_in * fan_out)


@of("xavier_normal")
def normal_on_its_side(fan_in, fan_out, rng):
    """Your weights lie on their side. A layer's weights have one row for each input and one column for each neuron: (fan_in, fan_out)."""
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_out, fan_in))


@of("xavier_normal")
def variance_for_deviation(fan_in, fan_out, rng):
    """Your weights are far too small, and so will be every signal. rng.normal wants the standard deviation, the square root of the whole fraction 2 / (fan_in + fan_out). The fraction itself is the variance; a root of its 2 alone is neither."""
    return rng.normal(0, 2 / (fan_in + fan_out), size=(fan_in, fan_out))


@of("xavier_normal")
def he_for_xavier(fan_in, fan_out, rng):
    """That is He's rule, √(2 / fan_in), made for ReLU. Xavier's rule adds both ends of the layer, fan_in + fan_out."""
    return he_normal(fan_in, fan_out, rng)


@of("xavier_normal")
def the_other_xavier(fan_in, fan_out, rng):
    """Your weights have the variance 1 / fan_in. Some texts call that Xavier too; the rule asked for here is from Glorot and Bengio's paper and counts the outputs as well: 2 / (fan_in + fan_out)."""
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, fan_out))


@of("xavier_normal")
def uniform_for_normal(fan_in, fan_out, rng):
    """The spread is right, but you drew from a flat block, which ends at ±a. That is xavier_uniform; here the weights follow a bell, with a few far out: rng.normal."""
    return xavier_uniform(fan_in, fan_out, rng)


@of("xavier_normal")
def forgets_the_two(fan_in, fan_out, rng):
    """You used √(1 / (fan_in + fan_out)). Xavier's rule divides by the mean of the two sizes, not by their sum, and that is where its 2 comes from."""
    return rng.normal(0, np.sqrt(1 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def limit_of_the_uniform(fan_in, fan_out, rng):
    """You used the 6 of the uniform form. It belongs to the limits of xavier_uniform, which reach √3 times further than the standard deviation that is asked for here."""
    return rng.normal(0, np.sqrt(6 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_from_the_global_state(fan_in, fan_out, rng):
    """Your weights do not come from the rng that you were given, but from NumPy's shared state (np.random) or a generator of your own without a seed. The same rng state must give the same weights: call rng.normal."""
    return np.random.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_with_a_seed_of_its_own(fan_in, fan_out, rng):
    """You draw the same weights every time, whatever rng you are given: there is a seed inside your function. Then all layers of one shape start alike. Draw from rng, which moves on with each draw."""
    return xavier_normal(fan_in, fan_out, np.random.default_rng(0))


@of("xavier_normal")
def xavier_from_outputs_alone(fan_in, fan_out, rng):
    """You divided by fan_out alone. Xavier's rule balances both ends of the layer, fan_in + fan_out."""
    return rng.normal(0, np.sqrt(2 / fan_out), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_unscaled(fan_in, fan_out, rng):
    """You drew with standard deviation 1, whatever the layer. The sum of many such products is large, and it grows from layer to layer: the deviation depends on fan_in and fan_out."""
    return rng.normal(size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_sizes_multiplied(fan_in, fan_out, rng):
    """You multiplied the two sizes, so the weights are far too small. Xavier's rule adds them: 2 / (fan_in + fan_out)."""
    return rng.normal(0, np.sqrt(2 / (fan_in * fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_brackets_left_out(fan_in, fan_out, rng):
    """You wrote 2 / fan_in + fan_out, and Python divides before it adds. Put brackets around the sum that you divide by."""
    return rng.normal(0, np.sqrt(2 / fan_in + fan_out), size=(fan_in, fan_out))


@of("xavier_normal")
def deviation_for_the_mean(fan_in, fan_out, rng):
    """You gave the deviation as the mean: the first number of rng.normal is the mean, the second the standard deviation. Weights start around 0: rng.normal(0, deviation, size=...)."""
    return rng.normal(np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_divided_by_the_deviation(fan_in, fan_out, rng):
    """You divide by the deviation, so your weights are far too large. Numbers of deviation 1 times σ have the deviation σ: multiply."""
    return rng.standard_normal((fan_in, fan_out)) / np.sqrt(2 / (fan_in + fan_out))


@of("he_normal")
def he_on_its_side(fan_in, fan_out, rng):
    """Your weights lie on their side. A layer's weights have one row for each input and one column for each neuron: (fan_in, fan_out)."""
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_out, fan_in))


@of("he_normal")
def he_variance_for_deviation(fan_in, fan_out, rng):
    """You gave rng.normal the variance. It wants the standard deviation, the square root of that; your weights are far too small, and so will be every signal."""
    return rng.normal(0, 2 / fan_in, size=(fan_in, fan_out))


@of("he_normal")
def xavier_for_he(fan_in, fan_out, rng):
    """That is Xavier's rule. He's looks at the inputs alone: what a neuron adds up depends on how many signals arrive, not on how many neurons stand beside it."""
    return xavier_normal(fan_in, fan_out, rng)


@of("he_normal")
def outputs_for_inputs(fan_in, fan_out, rng):
    """You divided by fan_out. What makes a sum large is the number of signals that a neuron adds up: the inputs, fan_in."""
    return rng.normal(0, np.sqrt(2 / fan_out), size=(fan_in, fan_out))


@of("he_normal")
def forgets_what_relu_removes(fan_in, fan_out, rng):
    """You used √(1 / fan_in). That keeps signals alive without ReLU; ReLU removes half of the mean square in every layer, and the 2 makes up for it."""
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, fan_out))


@of("he_normal")
def sizes_without_signs(fan_in, fan_out, rng):
    """You threw the signs away. Positive weights only let every neuron add everything up, so signals grow from layer to layer: half of the weights are to be negative."""
    return np.abs(he_normal(fan_in, fan_out, rng))


@of("he_normal")
def uniform_within_one_deviation(fan_in, fan_out, rng):
    """You drew evenly between minus and plus σ. σ is the standard deviation of a normal distribution, in which about a third of the weights lie further out."""
    deviation = np.sqrt(2 / fan_in)
    return rng.uniform(-deviation, deviation, size=(fan_in, fan_out))


@of("he_normal")
def he_from_a_flat_block(fan_in, fan_out, rng):
    """The spread is right, but you drew from a flat block, the uniform form of He's rule. Here the weights follow a bell, with a few far out: rng.normal."""
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("he_normal")
def root_of_the_two_alone(fan_in, fan_out, rng):
    """You took the root of 2 alone, so the weights are far too small. The whole fraction stands under the root: np.sqrt(2 / fan_in)."""
    return rng.normal(0, np.sqrt(2) / fan_in, size=(fan_in, fan_out))


@of("he_normal")
def root_of_the_inputs_alone(fan_in, fan_out, rng):
    """You took the root of fan_in alone, so the weights are √2 times too large. The whole fraction stands under the root: np.sqrt(2 / fan_in)."""
    return rng.normal(0, 2 / np.sqrt(fan_in), size=(fan_in, fan_out))


@of("he_normal")
def one_neuron_copied(fan_in, fan_out, rng):
    """You drew one neuron and copied it to all columns. Equal neurons compute the same and learn the same: every connection needs a draw of its own."""
    return np.tile(rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, 1)), (1, fan_out))


@of("he_normal")
def unscaled(fan_in, fan_out, rng):
    """You drew with standard deviation 1, whatever the layer. The sum of many such products is large, and it grows from layer to layer: the deviation has to shrink with the number of inputs."""
    return rng.standard_normal((fan_in, fan_out))


@of("he_normal")
def he_from_the_global_state(fan_in, fan_out, rng):
    """Your weights do not come from the rng that you were given, but from NumPy's shared state (np.random) or a generator of your own without a seed. The same rng state must give the same weights: call rng.normal."""
    return np.random.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))


@of("he_normal")
def he_with_a_seed_of_its_own(fan_in, fan_out, rng):
    """You draw the same weights every time, whatever rng you are given: there is a seed inside your function. Then all layers of one shape start alike. Draw from rng, which moves on with each draw."""
    return he_normal(fan_in, fan_out, np.random.default_rng(0))


@of("he_normal")
def he_deviation_for_the_mean(fan_in, fan_out, rng):
    """You gave the deviation as the mean: the first number of rng.normal is the mean, the second the standard deviation. Weights start around 0: rng.normal(0, deviation, size=...)."""
    return rng.normal(np.sqrt(2 / fan_in), size=(fan_in, fan_out))


@of("he_normal")
def divided_by_the_deviation(fan_in, fan_out, rng):
    """You divide by the deviation, so your weights are far too large. Numbers of deviation 1 times σ have the deviation σ: multiply."""
    return rng.standard_normal((fan_in, fan_out)) / np.sqrt(2 / fan_in)


@of("he_normal")
def both_sizes_multiplied(fan_in, fan_out, rng):
    """You divided by fan_in times fan_out, so the weights are far too small. What makes a sum large is the number of signals that a neuron adds up: fan_in alone."""
    return rng.normal(0, np.sqrt(2 / (fan_in * fan_out)), size=(fan_in, fan_out))


@of("he_normal")
def random_without_a_sign(fan_in, fan_out, rng):
    """rng.random draws evenly between 0 and 1, so all your weights are positive and signals grow from layer to layer. Here they follow a bell around 0: rng.normal."""
    return rng.random((fan_in, fan_out)) * np.sqrt(2 / fan_in)


@of("signal_spread")
def measured_before_the_activation(x, weight_matrices, activation):
    """You measure the weighted sums, before the activation. What travels on is what the activation lets through: measure after it."""
    spreads = [np.std(x)]
    for weights in weight_matrices:
        x = x @ weights
        spreads.append(np.std(x))
        x = activation(x)
    return np.array(spreads)


@of("signal_spread")
def leaves_out_the_input(x, weight_matrices, activation):
    """You leave out the input's own spread. The first number is that of x, so that one sees what became of it: one number more than there are layers."""
    spreads = []
    for weights in weight_matrices:
        x = activation(x @ weights)
        spreads.append(np.std(x))
    return np.array(spreads)


@of("signal_spread")
def always_the_same_input(x, weight_matrices, activation):
    """You send x itself into every layer. Each layer receives what the one before it sent: the output has to take the signal's place in your loop."""
    return np.array([np.std(x), *(np.std(activation(x @ weights)) for weights in weight_matrices)])


@of("signal_spread")
def without_activation(x, weight_matrices, activation):
    """You never call the activation. Each layer is activation(signal @ weights); without it only the weights are at work."""
    spreads = [np.std(x)]
    for weights in weight_matrices:
        x = x @ weights
        spreads.append(np.std(x))
    return np.array(spreads)


@of("signal_spread")
def relu_whatever_is_given(x, weight_matrices, activation):
    """You apply ReLU yourself, whatever activation you are given. It is an argument, and a function: call it, activation(signal @ weights), so that one experiment can compare several."""
    return spread_of_layers(np.std, x, weight_matrices, lambda sums: np.maximum(sums, 0))


@of("signal_spread")
def variance_for_spread(x, weight_matrices, activation):
    """You return variances. The spread is the standard deviation, the square root of the variance, in the same units as the signal."""
    return spread_of_layers(np.var, x, weight_matrices, activation)


@of("signal_spread")
def sample_deviation(x, weight_matrices, activation):
    """You divide by one less than the number of entries (ddof=1). Here the entries are all there is, not a sample of more: np.std as it comes."""
    return spread_of_layers(lambda signal: np.std(signal, ddof=1), x, weight_matrices, activation)


@of("signal_spread")
def size_for_spread(x, weight_matrices, activation):
    """You measure the size of the signal, the root of its mean square. The spread is taken around the mean, and after ReLU the mean is not zero."""
    return spread_of_layers(lambda signal: np.sqrt(np.mean(signal**2)), x, weight_matrices, activation)


@of("signal_spread")
def average_over_neurons(x, weight_matrices, activation):
    """You take the spread of each neuron (axis=0), and average those. What is asked for is one standard deviation over all entries at once: np.std without an axis."""
    return spread_of_layers(lambda signal: np.std(signal, axis=0).mean(), x, weight_matrices, activation)


@of("signal_spread")
def activation_before_the_weights(x, weight_matrices, activation):
    """You apply the activation before the weights. In each layer the weights come first: activation(signal @ weights)."""
    spreads = [np.std(x)]
    for weights in weight_matrices:
        x = activation(x) @ weights
        spreads.append(np.std(x))
    return np.array(spreads)


@of("signal_spread")
def measures_the_weights(x, weight_matrices, activation):
    """You measure the spread of the weights. What is asked for is the signal's, after each layer."""
    return np.array([np.std(x), *(np.std(weights) for weights in weight_matrices)])


def spread_of_layers(measure, x, weight_matrices, activation):
    spreads = [measure(x)]
    for weights in weight_matrices:
        x = activation(x @ weights)
        spreads.append(measure(x))
    return np.array(spreads)


def network(layer_sizes, draw, bias=zero_bias):
    return [(draw(fan_in, fan_out), bias(fan_out)) for fan_in, fan_out in zip(layer_sizes, layer_sizes[1:])]


def check(layer_sizes, scheme):
    if scheme not in ("he", "xavier"):
        raise ValueError(f"unknown scheme {scheme}")
    if len(layer_sizes) < 2:
        raise ValueError("a network needs at least two sizes")


@of("init_layers")
def a_layer_for_each_size(layer_sizes, rng, scheme="he"):
    """You make a layer for each size. The first size is the number of inputs, which no weights arrive at: [64, 32, 10] has two layers, one between each two neighbours."""
    check(layer_sizes, scheme)
    return network(
        [layer_sizes[0], *layer_sizes], lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng)
    )


@of("init_layers")
def from_first_to_last(layer_sizes, rng, scheme="he"):
    """You connect the first size with the last and skip what lies between. Each size is connected with the next one."""
    check(layer_sizes, scheme)
    ends = [layer_sizes[0], layer_sizes[-1]]
    return network(ends, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def returns_after_the_first_layer(layer_sizes, rng, scheme="he"):
    """You return after the first layer: the return stands inside the loop. Move it to the left, below the loop, so that all layers are made first."""
    check(layer_sizes, scheme)
    return network(layer_sizes[:2], lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def bias_before_weights(layer_sizes, rng, scheme="he"):
    """Both are there, in the other order. A layer is the pair (weights, bias), weights first, as dense takes them."""
    check(layer_sizes, scheme)
    layers = network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))
    return [(bias, weights) for weights, bias in layers]


@of("init_layers")
def layers_strung_together(layer_sizes, rng, scheme="he"):
    """Your weights and biases stand in one long list. Keep the two of a layer together: append one pair, (weights, bias), each time round the loop."""
    check(layer_sizes, scheme)
    layers = network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))
    return [array for layer in layers for array in layer]


@of("init_layers")
def weights_without_biases(layer_sizes, rng, scheme="he"):
    """You return weight matrices alone. A layer is a pair, its weights and its biases, even while the biases are all zero: training will move them."""
    check(layer_sizes, scheme)
    return [
        weights
        for weights, _ in network(
            layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng)
        )
    ]


@of("init_layers")
def biases_for_the_inputs(layer_sizes, rng, scheme="he"):
    """Your biases are as many as the layer's inputs. A bias belongs to a neuron, so a layer has fan_out of them."""
    check(layer_sizes, scheme)
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    return [(draw(i, o, rng), zero_bias(i)) for i, o in zip(layer_sizes, layer_sizes[1:])]


@of("init_layers")
def layers_on_their_side(layer_sizes, rng, scheme="he"):
    """Your weights lie on their side: one row for each neuron. Here every neuron is a column, so that a batch goes in as x @ weights: (fan_in, fan_out)."""
    check(layer_sizes, scheme)
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng).T)


@of("init_layers")
def random_biases(layer_sizes, rng, scheme="he"):
    """You draw the biases at random too. That harms little, but nobody needs it: the random weights already make the neurons differ, and biases usually start at zero."""
    check(layer_sizes, scheme)
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    return network(layer_sizes, lambda i, o: draw(i, o, rng), lambda o: rng.normal(size=o))


@of("init_layers")
def he_whatever_is_asked(layer_sizes, rng, scheme="he"):
    """You draw by He's rule whatever scheme is asked for. Let the argument choose the function: it is there for networks with tanh, which want Xavier's."""
    check(layer_sizes, scheme)
    return network(layer_sizes, lambda i, o: he_normal(i, o, rng))


@of("init_layers")
def schemes_swapped(layer_sizes, rng, scheme="he"):
    """Your two schemes have changed places: "he" draws by Xavier's rule and "xavier" by He's."""
    check(layer_sizes, scheme)
    return network(layer_sizes, lambda i, o: {"he": xavier_normal, "xavier": he_normal}[scheme](i, o, rng))


@of("init_layers")
def one_rule_for_all_sizes(layer_sizes, rng, scheme="he"):
    """You scale every layer by the size of the first one. Each layer has its own fan_in and fan_out, and its weights are scaled by those."""
    check(layer_sizes, scheme)
    deviation = np.sqrt(2 / layer_sizes[0]) if scheme == "he" else np.sqrt(2 / (layer_sizes[0] + layer_sizes[1]))
    return network(layer_sizes, lambda i, o: rng.normal(0, deviation, size=(i, o)))


@of("init_layers")
def xavier_from_a_flat_block(layer_sizes, rng, scheme="he"):
    """For the scheme xavier you draw from xavier_uniform. Its spread is the same, its shape is not: the task asks for Xavier's normal rule, xavier_normal."""
    check(layer_sizes, scheme)
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_uniform}[scheme](i, o, rng))


@of("init_layers")
def a_misspelling_means_he(layer_sizes, rng, scheme="he"):
    """You fall back on one scheme for every name that you do not know. A misspelt 'xaver' would then silently build the wrong network: refuse it with a ValueError that names it."""
    if len(layer_sizes) < 2:
        raise ValueError("a network needs at least two sizes")
    draw = xavier_normal if scheme == "xavier" else he_normal
    return network(layer_sizes, lambda i, o: draw(i, o, rng))


@of("init_layers")
def refuses_nothing(layer_sizes, rng, scheme="he"):
    """Your layers are right, but you refuse nothing: a misspelt scheme gets one of the two rules, and a single size an empty network, without a word. Check both arguments first and raise a ValueError."""
    draw = xavier_normal if scheme == "xavier" else he_normal
    return network(layer_sizes, lambda i, o: draw(i, o, rng))


@of("init_layers")
def leaves_it_to_the_dictionary(layer_sizes, rng, scheme="he"):
    """You let the dictionary complain, with a KeyError. Whoever calls this function should learn which argument was wrong: look first, and raise a ValueError that names the scheme."""
    if len(layer_sizes) < 2:
        raise ValueError("a network needs at least two sizes")
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def a_network_without_layers(layer_sizes, rng, scheme="he"):
    """From a single size you make an empty network, without a word. Somebody forgot a size: say so with a ValueError."""
    check([1, 1], scheme)
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def layers_from_a_seed_of_its_own(layer_sizes, rng, scheme="he"):
    """You make a generator of your own with a fixed seed, so you build the same network every time. Hand the rng that you were given to every layer; it moves on with each draw."""
    check(layer_sizes, scheme)
    own = np.random.default_rng(0)
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, own))


@of("init_layers")
def layers_from_fresh_generators(layer_sizes, rng, scheme="he"):
    """You make a fresh generator without a seed, so nobody can build the same network again. Hand the rng that you were given to every layer."""
    check(layer_sizes, scheme)
    own = np.random.default_rng()
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, own))


@of("init_layers")
def one_list_for_each_kind(layer_sizes, rng, scheme="he"):
    """You return the weights in one list and the biases in another. Keep the two of a layer together: one pair, (weights, bias), for each layer."""
    check(layer_sizes, scheme)
    layers = network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))
    return tuple(map(list, zip(*layers)))


@of("init_layers")
def one_bias_a_layer(layer_sizes, rng, scheme="he"):
    """Your biases are single zeros. Each neuron has a bias of its own, and training will move them apart: zero_bias(fan_out) makes as many as the layer has neurons."""
    check(layer_sizes, scheme)
    return network(
        layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng), lambda o: 0.0
    )


@of("init_layers")
def only_the_last_layer(layer_sizes, rng, scheme="he"):
    """You return the last layer alone: your list is made anew each time round the loop. Make it once, empty, before the loop, and append to it."""
    check(layer_sizes, scheme)
    return network(layer_sizes[-2:], lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def runs_past_the_last_size(layer_sizes, rng, scheme="he"):
    """Your loop takes one step too many: the last size has no next one, hence the IndexError. There is one layer fewer than there are sizes: range(len(layer_sizes) - 1)."""
    check(layer_sizes, scheme)
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    return [
        (draw(layer_sizes[k], layer_sizes[k + 1], rng), zero_bias(layer_sizes[k + 1])) for k in range(len(layer_sizes))
    ]


@of("init_layers")
def nothing_for_a_misspelling(layer_sizes, rng, scheme="he"):
    """For a scheme that you do not know your function returns nothing at all, None: none of its branches is taken. Add an else that raises a ValueError naming the scheme."""
    if len(layer_sizes) < 2:
        raise ValueError("a network needs at least two sizes")
    if scheme in ("he", "xavier"):
        return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))
    return None
