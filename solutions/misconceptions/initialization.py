"""What people get wrong about starting values, and about signals on their way through many layers."""

import numpy as np

from ..weightlab.initialization import he_normal, xavier_normal, xavier_uniform, zero_bias
from . import of


@of("zero_bias")
def a_row_of_biases(fan_out):
    """This is a 2-D array with one row. The biases of a layer are a 1-D array, one number for each neuron."""
    return np.zeros((1, fan_out))


@of("zero_bias")
def a_small_head_start(fan_out):
    """The biases start slightly above zero. Some recipes for ReLU do this, but in this task biases must start at exactly zero."""
    return np.full(fan_out, 0.01)


@of("distinct_neurons")
def exact_comparison(weights):
    """Neurons that differ only by rounding are counted as different, as in an exact comparison. Allow the margin that the task gives."""
    return np.unique(weights, axis=1).shape[1]


@of("distinct_neurons")
def rows_for_neurons(weights):
    """This seems to be the number of different rows. A row holds the weights from one input; a neuron is a column."""
    return distinct_columns(weights.T)


@of("distinct_neurons")
def different_numbers(weights):
    """This seems to be the number of different values. A neuron is a whole column: two neurons are identical if they agree in every row."""
    return np.unique(weights).size


@of("distinct_neurons")
def neighbours_only(weights):
    """Each neuron seems to be compared only with its neighbour. Identical neurons can be anywhere in the layer."""
    margin = 1e-4 * np.abs(weights).max()
    return 1 + int(np.sum(np.abs(np.diff(weights, axis=1)).max(axis=0) > margin))


@of("distinct_neurons")
def first_neuron_only(weights):
    """Every neuron seems to be compared only with the first one. Two neurons that differ from the first may still be identical to each other."""
    margin = 1e-4 * np.abs(weights).max()
    return 1 + int(np.sum(np.abs(weights - weights[:, :1]).max(axis=0) > margin))


@of("distinct_neurons")
def independent_columns(weights):
    """This is the rank, which leaves out a neuron whose weights are twice another's. Such neurons are different: compare the columns entry by entry."""
    return int(np.linalg.matrix_rank(weights))


@of("distinct_neurons")
def order_does_not_matter(weights):
    """Columns with the same numbers in a different order are counted as one. Order matters, because each entry belongs to a different input."""
    return distinct_columns(np.sort(weights, axis=0))


@of("distinct_neurons")
def rounding_to_a_grid(weights):
    """Two almost equal numbers seem to be rounded to different values. Compare their difference with the margin instead."""
    margin = 1e-4 * np.abs(weights).max() or 1.0
    return np.unique(np.round(weights / margin), axis=1).shape[1]


@of("distinct_neurons")
def margin_for_any_scale(weights):
    """The margin seems to be a fixed number. A margin must depend on the weights: take a fraction of the largest magnitude."""
    return distinct_columns(weights, margin=1e-4)


@of("distinct_neurons")
def margin_for_each_neuron(weights):
    """The margin seems to follow each neuron's own weights. The task asks for one margin, from the largest magnitude in the whole layer."""
    kept = []
    for column in weights.T:
        if not any(np.abs(column - other).max() <= 1e-4 * np.abs(column).max() for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def largest_with_its_sign(weights):
    """The margin seems to be negative if all weights are negative. Take the largest magnitude."""
    return distinct_columns(weights, margin=1e-4 * np.max(weights))


@of("distinct_neurons")
def differences_with_their_sign(weights):
    """A neuron seems to count as identical to another if all its entries are smaller. Compare the magnitudes of the differences."""
    margin, kept = 1e-4 * np.abs(weights).max(), []
    for column in weights.T:
        if all(np.max(column - other) > margin for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def one_agreement_is_enough(weights):
    """Two neurons seem to count as identical if one weight agrees. All weights must agree."""
    margin, kept = 1e-4 * np.abs(weights).max(), []
    for column in weights.T:
        if all(np.all(np.abs(column - other) > margin) for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def margin_for_each_weight(weights):
    """The margin seems to shrink for weights near zero, as in np.allclose. Take one margin for the whole layer, from its largest magnitude."""
    kept = []
    for column in weights.T:
        if not any(np.allclose(column, other) for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def rows_counted_exactly(weights):
    """This seems to be the number of different rows, compared exactly. A neuron is a column, and the task gives a margin."""
    return np.unique(weights, axis=0).shape[0]


@of("distinct_neurons")
def length_of_the_first_axis(weights):
    """This is the number of rows, perhaps from len(). Count the different columns, and allow the margin that the task gives."""
    return len(np.unique(weights, axis=1))


@of("distinct_neurons")
def counts_all_neurons(weights):
    """This is the total number of neurons. Count identical neurons only once."""
    return weights.shape[1]


@of("distinct_neurons")
def counts_pairs(weights):
    """This is the number of pairs that differ. Count neurons instead: each one that differs from all neurons counted before."""
    margin = 1e-4 * np.abs(weights).max()
    gaps = np.abs(weights[:, :, np.newaxis] - weights[:, np.newaxis]).max(axis=0)
    return int(np.sum(np.triu(gaps > margin)))


@of("distinct_neurons")
def only_those_without_a_twin(weights):
    """Neurons that have a copy are not counted. A group of identical neurons counts as one."""
    margin = 1e-4 * np.abs(weights).max()
    gaps = np.abs(weights[:, :, np.newaxis] - weights[:, np.newaxis]).max(axis=0)
    return int(np.sum((gaps <= margin).sum(axis=0) == 1))


def sorted_by(rows):
    @of("distinct_neurons")
    def neighbours_after_sorting(weights):
        """Each neuron seems to be compared only with its neighbour after sorting. Identical neurons can be further apart: compare with all different neurons found so far."""
        margin, ordered = 1e-4 * np.abs(weights).max(), weights[:, np.lexsort(rows(weights))]
        return 1 + int(np.sum(np.abs(np.diff(ordered, axis=1)).max(axis=0) > margin))

    return neighbours_after_sorting


# By the first weight, then the second; and from the last one backwards, as np.lexsort has it.
by_first_weight, by_last_weight = sorted_by(lambda weights: weights[::-1]), sorted_by(lambda weights: weights)


@of("distinct_neurons")
def length_of_the_difference(weights):
    """Small differences in many weights seem to add up to more than the margin, as in a norm. Take the largest difference of a single weight."""
    return _different(weights, np.linalg.norm)


@of("distinct_neurons")
def length_against_a_length(weights):
    """One weight that differs is lost among many that agree, as with norms or averages. Take the largest difference and the largest magnitude."""
    kept = []
    for column in weights.T:
        if all(np.linalg.norm(column - other) > 1e-4 * np.linalg.norm(weights) for other in kept):
            kept.append(column)
    return len(kept)


@of("distinct_neurons")
def differences_added_up(weights):
    """Small differences in many weights seem to add up to more than the margin, as in a sum. Take the largest difference of a single weight."""
    return _different(weights, lambda difference: np.abs(difference).sum())


@of("distinct_neurons")
def differences_averaged(weights):
    """The differences seem to be averaged, so one weight that differs is lost among many that agree. Take the largest difference."""
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
    """The shape is (fan_out, fan_in), as if the weights were transposed. Return the shape (fan_in, fan_out): one row per input, one column per neuron."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_out, fan_in))


@of("xavier_uniform")
def only_positive_weights(fan_in, fan_out, rng):
    """No weight is negative. The range must be symmetric around zero, so that weighted signals can cancel."""
    return rng.uniform(0, np.sqrt(6 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_uniform")
def deviation_for_limit(fan_in, fan_out, rng):
    """The limit in your version is the required standard deviation. A uniform distribution's limit is √3 times its standard deviation."""
    limit = np.sqrt(2 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def limit_without_root(fan_in, fan_out, rng):
    """In all but the smallest layers the weights are far too small, as if the square root were missing."""
    limit = 6 / (fan_in + fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def root_of_the_six_alone(fan_in, fan_out, rng):
    """The weights are far too small, as if only the 6 were under the square root. The whole fraction belongs under the root."""
    limit = np.sqrt(6) / (fan_in + fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def half_the_range(fan_in, fan_out, rng):
    """The range of the weights is half as wide as required. If you used rng.random() − 0.5, its values end at ±0.5, not at ±1."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return limit * (rng.random((fan_in, fan_out)) - 0.5)


@of("xavier_uniform")
def limit_from_inputs_alone(fan_in, fan_out, rng):
    """The limit depends on fan_in alone, as in the uniform version of He's rule. Xavier's rule uses fan_in and fan_out."""
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def the_other_xavier_limit(fan_in, fan_out, rng):
    """The variance is 1 / fan_in, which some texts also call Xavier's rule. The rule of this course also counts the outputs."""
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def normal_for_uniform(fan_in, fan_out, rng):
    """These weights follow a normal distribution. Here every number from −a to a must be equally likely, and none may be outside."""
    return xavier_normal(fan_in, fan_out, rng)


@of("xavier_uniform")
def limit_for_deviation(fan_in, fan_out, rng):
    """These weights follow a normal distribution whose standard deviation is `a`. Here `a` is the limit of a uniform distribution."""
    return rng.normal(0, np.sqrt(6 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_uniform")
def one_uniform_draw(fan_in, fan_out, rng):
    """All connections have the same weight, so all neurons of the layer compute the same number. Draw one number for each connection."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return np.full((fan_in, fan_out), rng.uniform(-limit, limit))


@of("xavier_uniform")
def uniform_from_the_global_state(fan_in, fan_out, rng):
    """Generators in the same state give different weights, so the numbers do not come from rng alone. Draw all numbers from the rng argument."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return np.random.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def uniform_with_a_seed_of_its_own(fan_in, fan_out, rng):
    """Every call gives the same weights, as with a seed inside the function. Draw from the rng argument, which changes with each draw."""
    return np.random.default_rng(0).uniform(-1, 1, size=(fan_in, fan_out)) * np.sqrt(6 / (fan_in + fan_out))


@of("xavier_uniform")
def limit_from_outputs_alone(fan_in, fan_out, rng):
    """The limit depends on fan_out alone. Xavier's rule uses fan_in and fan_out."""
    limit = np.sqrt(6 / fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def limit_of_one(fan_in, fan_out, rng):
    """The limit is 1 for every layer. The more signals a neuron adds up, the smaller its weights must be."""
    return rng.uniform(-1, 1, size=(fan_in, fan_out))


@of("xavier_uniform")
def brackets_left_out(fan_in, fan_out, rng):
    """The limit fits a formula without parentheses around the sum. Python divides before it adds."""
    limit = np.sqrt(6 / fan_in + fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("xavier_uniform")
def one_long_line_of_draws(fan_in, fan_out, rng):
    """The array is 1-D. Return the shape (fan_in, fan_out): one row per input, one column per neuron."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=fan_in * fan_out)


@of("xavier_normal")
def normal_on_its_side(fan_in, fan_out, rng):
    """The shape is (fan_out, fan_in), as if the weights were transposed. Return the shape (fan_in, fan_out): one row per input, one column per neuron."""
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_out, fan_in))


@of("xavier_normal")
def variance_for_deviation(fan_in, fan_out, rng):
    """The standard deviation of your weights is the required variance. Take the square root of that variance."""
    return rng.normal(0, 2 / (fan_in + fan_out), size=(fan_in, fan_out))


@of("xavier_normal")
def he_for_xavier(fan_in, fan_out, rng):
    """This is He's rule, made for ReLU. Xavier's rule uses fan_in and fan_out."""
    return he_normal(fan_in, fan_out, rng)


@of("xavier_normal")
def the_other_xavier(fan_in, fan_out, rng):
    """The variance is 1 / fan_in, which some texts also call Xavier's rule. The rule of this course also counts the outputs."""
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, fan_out))


@of("xavier_normal")
def uniform_for_normal(fan_in, fan_out, rng):
    """The standard deviation is right, but the distribution is uniform. Here the weights must follow a normal distribution."""
    return xavier_uniform(fan_in, fan_out, rng)


@of("xavier_normal")
def forgets_the_two(fan_in, fan_out, rng):
    """The variance is half of what it should be. Xavier's rule divides by the average of fan_in and fan_out, not by their sum."""
    return rng.normal(0, np.sqrt(1 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def limit_of_the_uniform(fan_in, fan_out, rng):
    """The weights are √3 times too large, as if the uniform version's limit were the standard deviation. The 6 belongs to that limit only."""
    return rng.normal(0, np.sqrt(6 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_from_the_global_state(fan_in, fan_out, rng):
    """Generators in the same state give different weights, so the numbers do not come from rng alone. Draw all numbers from the rng argument."""
    return np.random.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_with_a_seed_of_its_own(fan_in, fan_out, rng):
    """Every call gives the same weights, as with a seed inside the function. Draw from the rng argument, which changes with each draw."""
    return xavier_normal(fan_in, fan_out, np.random.default_rng(0))


@of("xavier_normal")
def xavier_from_outputs_alone(fan_in, fan_out, rng):
    """The standard deviation depends on fan_out alone. Xavier's rule uses fan_in and fan_out."""
    return rng.normal(0, np.sqrt(2 / fan_out), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_unscaled(fan_in, fan_out, rng):
    """The standard deviation is always 1, so sums of many signals are far too large. The standard deviation must depend on fan_in and fan_out."""
    return rng.normal(size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_sizes_multiplied(fan_in, fan_out, rng):
    """The weights are far too small, as if fan_in and fan_out were multiplied. Xavier's rule adds the two numbers."""
    return rng.normal(0, np.sqrt(2 / (fan_in * fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_brackets_left_out(fan_in, fan_out, rng):
    """The standard deviation fits a formula without parentheses around the sum. Python divides before it adds."""
    return rng.normal(0, np.sqrt(2 / fan_in + fan_out), size=(fan_in, fan_out))


@of("xavier_normal")
def deviation_for_the_mean(fan_in, fan_out, rng):
    """The mean is not 0, and the standard deviation is 1. In rng.normal, the mean is the first argument and the standard deviation is the second."""
    return rng.normal(np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@of("xavier_normal")
def xavier_divided_by_the_deviation(fan_in, fan_out, rng):
    """The standard deviation is 1 divided by the required one, as if standard normal numbers were divided by σ. Multiply such numbers by σ."""
    return rng.standard_normal((fan_in, fan_out)) / np.sqrt(2 / (fan_in + fan_out))


@of("he_normal")
def he_on_its_side(fan_in, fan_out, rng):
    """The shape is (fan_out, fan_in), as if the weights were transposed. Return the shape (fan_in, fan_out): one row per input, one column per neuron."""
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_out, fan_in))


@of("he_normal")
def he_variance_for_deviation(fan_in, fan_out, rng):
    """The standard deviation of your weights is the required variance. Take the square root of that variance."""
    return rng.normal(0, 2 / fan_in, size=(fan_in, fan_out))


@of("he_normal")
def xavier_for_he(fan_in, fan_out, rng):
    """This is Xavier's rule. He's rule counts only the inputs, because each neuron adds up its inputs."""
    return xavier_normal(fan_in, fan_out, rng)


@of("he_normal")
def outputs_for_inputs(fan_in, fan_out, rng):
    """The standard deviation depends on fan_out. A sum grows with the number of its terms, which is fan_in."""
    return rng.normal(0, np.sqrt(2 / fan_out), size=(fan_in, fan_out))


@of("he_normal")
def forgets_what_relu_removes(fan_in, fan_out, rng):
    """The variance is half of what it should be. ReLU halves the mean square in each layer, and He's rule makes up for it."""
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, fan_out))


@of("he_normal")
def sizes_without_signs(fan_in, fan_out, rng):
    """No weight is negative, so signals would grow from layer to layer. Half of the weights should be negative."""
    return np.abs(he_normal(fan_in, fan_out, rng))


@of("he_normal")
def uniform_within_one_deviation(fan_in, fan_out, rng):
    """No weight is larger than σ in magnitude. In a normal distribution about a third of the weights are."""
    deviation = np.sqrt(2 / fan_in)
    return rng.uniform(-deviation, deviation, size=(fan_in, fan_out))


@of("he_normal")
def he_from_a_flat_block(fan_in, fan_out, rng):
    """The standard deviation is right, but the distribution is uniform. Here the weights must follow a normal distribution."""
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@of("he_normal")
def root_of_the_two_alone(fan_in, fan_out, rng):
    """The weights are far too small, as if only the 2 were under the square root. The whole fraction belongs under the root."""
    return rng.normal(0, np.sqrt(2) / fan_in, size=(fan_in, fan_out))


@of("he_normal")
def root_of_the_inputs_alone(fan_in, fan_out, rng):
    """The weights are √2 times too large, as if only fan_in were under the square root. The whole fraction belongs under the root."""
    return rng.normal(0, 2 / np.sqrt(fan_in), size=(fan_in, fan_out))


@of("he_normal")
def one_neuron_copied(fan_in, fan_out, rng):
    """All columns are copies of one neuron, so all neurons compute the same number. Draw a number for every connection."""
    return np.tile(rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, 1)), (1, fan_out))


@of("he_normal")
def unscaled(fan_in, fan_out, rng):
    """The standard deviation is 1 for every layer, so signals grow where neurons have more than two inputs. The more inputs, the smaller the weights must be."""
    return rng.standard_normal((fan_in, fan_out))


@of("he_normal")
def he_from_the_global_state(fan_in, fan_out, rng):
    """Generators in the same state give different weights, so the numbers do not come from rng alone. Draw all numbers from the rng argument."""
    return np.random.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))


@of("he_normal")
def he_with_a_seed_of_its_own(fan_in, fan_out, rng):
    """Every call gives the same weights, as with a seed inside the function. Draw from the rng argument, which changes with each draw."""
    return he_normal(fan_in, fan_out, np.random.default_rng(0))


@of("he_normal")
def he_deviation_for_the_mean(fan_in, fan_out, rng):
    """The mean is not 0, and the standard deviation is 1. In rng.normal, the mean is the first argument and the standard deviation is the second."""
    return rng.normal(np.sqrt(2 / fan_in), size=(fan_in, fan_out))


@of("he_normal")
def divided_by_the_deviation(fan_in, fan_out, rng):
    """The standard deviation is 1 divided by the required one, as if standard normal numbers were divided by σ. Multiply such numbers by σ."""
    return rng.standard_normal((fan_in, fan_out)) / np.sqrt(2 / fan_in)


@of("he_normal")
def both_sizes_multiplied(fan_in, fan_out, rng):
    """The weights are far too small, as if fan_in and fan_out were multiplied. He's rule uses the number of inputs alone."""
    return rng.normal(0, np.sqrt(2 / (fan_in * fan_out)), size=(fan_in, fan_out))


@of("he_normal")
def random_without_a_sign(fan_in, fan_out, rng):
    """The weights are uniform between 0 and σ, the required standard deviation. Weights must follow a normal distribution around 0."""
    return rng.random((fan_in, fan_out)) * np.sqrt(2 / fan_in)


@of("signal_spread")
def measured_before_the_activation(x, weight_matrices, activation):
    """These are standard deviations of the weighted sums. Measure the signal after the activation function, as the next layer receives it."""
    spreads = [np.std(x)]
    for weights in weight_matrices:
        x = x @ weights
        spreads.append(np.std(x))
        x = activation(x)
    return np.array(spreads)


@of("signal_spread")
def leaves_out_the_input(x, weight_matrices, activation):
    """The first number is missing: the standard deviation of x itself. Return one more number than there are layers."""
    spreads = []
    for weights in weight_matrices:
        x = activation(x @ weights)
        spreads.append(np.std(x))
    return np.array(spreads)


@of("signal_spread")
def always_the_same_input(x, weight_matrices, activation):
    """Every layer seems to receive x. Each layer receives the output of the layer before it."""
    return np.array([np.std(x), *(np.std(activation(x @ weights)) for weights in weight_matrices)])


@of("signal_spread")
def activates_the_input(x, weight_matrices, activation):
    """The activation function seems to be applied to x before the first layer. In each layer the signal is weighted first."""
    x = activation(x)
    spreads = [np.std(x)]
    for weights in weight_matrices:
        x = activation(x @ weights)
        spreads.append(np.std(x))
    return np.array(spreads)


@of("signal_spread")
def without_activation(x, weight_matrices, activation):
    """The activation function seems to have no effect. Apply this function to the weighted sums in each layer."""
    spreads = [np.std(x)]
    for weights in weight_matrices:
        x = x @ weights
        spreads.append(np.std(x))
    return np.array(spreads)


@of("signal_spread")
def relu_whatever_is_given(x, weight_matrices, activation):
    """ReLU seems to be applied, whatever `activation` is. Call the function that is passed as this argument."""
    return spread_of_layers(np.std, x, weight_matrices, lambda sums: np.maximum(sums, 0))


@of("signal_spread")
def variance_for_spread(x, weight_matrices, activation):
    """These are variances. Take their square roots, the standard deviations, which have the units of the signal."""
    return spread_of_layers(np.var, x, weight_matrices, activation)


@of("signal_spread")
def sample_deviation(x, weight_matrices, activation):
    """These standard deviations are slightly too large, as with a divisor one less than the number of entries (ddof=1). Use np.std with its default, ddof=0."""
    return spread_of_layers(lambda signal: np.std(signal, ddof=1), x, weight_matrices, activation)


@of("signal_spread")
def size_for_spread(x, weight_matrices, activation):
    """This is the root mean square of the signal. The standard deviation is measured from the mean, which is not zero after ReLU."""
    return spread_of_layers(lambda signal: np.sqrt(np.mean(signal**2)), x, weight_matrices, activation)


@of("signal_spread")
def average_over_neurons(x, weight_matrices, activation):
    """This is the average of the neurons' standard deviations. Take a single standard deviation over all entries: np.std without an axis."""
    return spread_of_layers(lambda signal: np.std(signal, axis=0).mean(), x, weight_matrices, activation)


@of("signal_spread")
def activation_before_the_weights(x, weight_matrices, activation):
    """The activation function seems to be applied before the weights. In each layer the weights come first."""
    spreads = [np.std(x)]
    for weights in weight_matrices:
        x = activation(x) @ weights
        spreads.append(np.std(x))
    return np.array(spreads)


@of("signal_spread")
def measures_the_weights(x, weight_matrices, activation):
    """These are standard deviations of the weights. Measure the signal after each layer."""
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
    """There is one layer for each size. The first size is the number of inputs, so [64, 32, 10] makes two layers."""
    check(layer_sizes, scheme)
    return network(
        [layer_sizes[0], *layer_sizes], lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng)
    )


@of("init_layers")
def from_first_to_last(layer_sizes, rng, scheme="he"):
    """The first size is connected directly to the last one. Connect each size to the next."""
    check(layer_sizes, scheme)
    ends = [layer_sizes[0], layer_sizes[-1]]
    return network(ends, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def returns_after_the_first_layer(layer_sizes, rng, scheme="he"):
    """Only the first layer comes back. If the return is inside the loop, move it below the loop."""
    check(layer_sizes, scheme)
    return network(layer_sizes[:2], lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def without_the_last_layer(layer_sizes, rng, scheme="he"):
    """The last layer is missing. There is one layer for each pair of neighbouring sizes: which is the last pair?"""
    check(layer_sizes, scheme)
    return network(layer_sizes[:-1], lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def without_the_first_layer(layer_sizes, rng, scheme="he"):
    """The first layer is missing. There is one layer for each pair of neighbouring sizes: which is the first pair?"""
    check(layer_sizes, scheme)
    return network(layer_sizes[1:], lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def bias_before_weights(layer_sizes, rng, scheme="he"):
    """Each pair is in the order (bias, weights). A layer is the pair (weights, bias)."""
    check(layer_sizes, scheme)
    layers = network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))
    return [(bias, weights) for weights, bias in layers]


@of("init_layers")
def layers_strung_together(layer_sizes, rng, scheme="he"):
    """Weights and biases are in one flat list. Return one pair, (weights, bias), for each layer."""
    check(layer_sizes, scheme)
    layers = network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))
    return [array for layer in layers for array in layer]


@of("init_layers")
def weights_without_biases(layer_sizes, rng, scheme="he"):
    """There is one item per layer, but not every item is a pair. A layer is the pair (weights, bias), even if all biases are zero."""
    check(layer_sizes, scheme)
    return [
        weights
        for weights, _ in network(
            layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng)
        )
    ]


@of("init_layers")
def biases_for_the_inputs(layer_sizes, rng, scheme="he"):
    """There are as many biases as inputs. A bias belongs to a neuron, so a layer has fan_out biases."""
    check(layer_sizes, scheme)
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    return [(draw(i, o, rng), zero_bias(i)) for i, o in zip(layer_sizes, layer_sizes[1:])]


@of("init_layers")
def layers_on_their_side(layer_sizes, rng, scheme="he"):
    """The weights are transposed, one row per neuron. Each neuron is a column: the shape is (fan_in, fan_out)."""
    check(layer_sizes, scheme)
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng).T)


@of("init_layers")
def biases_that_are_not_zero(layer_sizes, rng, scheme="he"):
    """The biases do not start at zero, but they must in this task. The random weights already make the neurons differ."""
    check(layer_sizes, scheme)
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    return network(layer_sizes, lambda i, o: draw(i, o, rng), lambda o: rng.normal(size=o))


@of("init_layers")
def he_whatever_is_asked(layer_sizes, rng, scheme="he"):
    """Every scheme gives He's weights. The argument scheme must choose between he_normal and xavier_normal."""
    check(layer_sizes, scheme)
    return network(layer_sizes, lambda i, o: he_normal(i, o, rng))


@of("init_layers")
def schemes_swapped(layer_sizes, rng, scheme="he"):
    """The two schemes are swapped: “he” gives Xavier's weights and “xavier” gives He's."""
    check(layer_sizes, scheme)
    return network(layer_sizes, lambda i, o: {"he": xavier_normal, "xavier": he_normal}[scheme](i, o, rng))


@of("init_layers")
def one_rule_for_all_sizes(layer_sizes, rng, scheme="he"):
    """Every layer has the standard deviation of the first one. Each layer is scaled by its own fan_in and fan_out."""
    check(layer_sizes, scheme)
    deviation = np.sqrt(2 / layer_sizes[0]) if scheme == "he" else np.sqrt(2 / (layer_sizes[0] + layer_sizes[1]))
    return network(layer_sizes, lambda i, o: rng.normal(0, deviation, size=(i, o)))


@of("init_layers")
def xavier_from_a_flat_block(layer_sizes, rng, scheme="he"):
    """The scheme “xavier” gives a uniform distribution in your version. The task asks for Xavier's normal rule."""
    check(layer_sizes, scheme)
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_uniform}[scheme](i, o, rng))


@of("init_layers")
def a_misspelling_means_he(layer_sizes, rng, scheme="he"):
    """A misspelt scheme is silently accepted. Raise a ValueError whose message contains the scheme."""
    if len(layer_sizes) < 2:
        raise ValueError("a network needs at least two sizes")
    draw = xavier_normal if scheme == "xavier" else he_normal
    return network(layer_sizes, lambda i, o: draw(i, o, rng))


@of("init_layers")
def refuses_nothing(layer_sizes, rng, scheme="he"):
    """The layers are right, but an unknown scheme and a single size are accepted. Check both arguments first, and raise a ValueError."""
    draw = xavier_normal if scheme == "xavier" else he_normal
    return network(layer_sizes, lambda i, o: draw(i, o, rng))


@of("init_layers")
def leaves_it_to_the_dictionary(layer_sizes, rng, scheme="he"):
    """A misspelt scheme raises a KeyError. Check the scheme first, and raise a ValueError whose message contains it."""
    if len(layer_sizes) < 2:
        raise ValueError("a network needs at least two sizes")
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def a_network_without_layers(layer_sizes, rng, scheme="he"):
    """A single size is accepted, but it makes no layer. Raise a ValueError, because a size is missing."""
    check([1, 1], scheme)
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def layers_from_a_seed_of_its_own(layer_sizes, rng, scheme="he"):
    """Every call gives the same network, as with a seed inside the function. Pass the rng argument to every layer."""
    check(layer_sizes, scheme)
    own = np.random.default_rng(0)
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, own))


@of("init_layers")
def layers_from_fresh_generators(layer_sizes, rng, scheme="he"):
    """Generators in the same state give different networks. Pass the rng argument to every layer."""
    check(layer_sizes, scheme)
    own = np.random.default_rng()
    return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, own))


@of("init_layers")
def one_list_for_each_kind(layer_sizes, rng, scheme="he"):
    """The weights are in one list and the biases in another. Return one list, with a pair (weights, bias) for each layer."""
    check(layer_sizes, scheme)
    layers = network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))
    return tuple(map(list, zip(*layers)))


@of("init_layers")
def one_bias_a_layer(layer_sizes, rng, scheme="he"):
    """The bias of a layer is a single number. Each neuron has its own bias: use zero_bias(fan_out)."""
    check(layer_sizes, scheme)
    return network(
        layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng), lambda o: 0.0
    )


@of("init_layers")
def only_the_last_layer(layer_sizes, rng, scheme="he"):
    """Only the last layer comes back. If there is a loop, does it create the list each time? Create the list once, before the loop."""
    check(layer_sizes, scheme)
    return network(layer_sizes[-2:], lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))


@of("init_layers")
def nothing_for_a_misspelling(layer_sizes, rng, scheme="he"):
    """A misspelt scheme gives None, as if no branch were taken. Raise a ValueError whose message contains the scheme."""
    if len(layer_sizes) < 2:
        raise ValueError("a network needs at least two sizes")
    if scheme in ("he", "xavier"):
        return network(layer_sizes, lambda i, o: {"he": he_normal, "xavier": xavier_normal}[scheme](i, o, rng))
    return None


@of("distinct_neurons")
def all_of_length_one(weights):
    """Neurons that are positive multiples of each other are counted as one, as if columns were scaled to norm 1. Compare the columns unscaled."""
    lengths = np.linalg.norm(weights, axis=0)
    return distinct_columns(weights / np.where(lengths > 0, lengths, 1.0))


@of("distinct_neurons")
def rank_with_the_margin(weights):
    """Neurons that are multiples or sums of others are not counted, as in a matrix rank. Such neurons differ: compare the columns entry by entry."""
    return max(1, int(np.linalg.matrix_rank(weights, tol=1e-4 * np.abs(weights).max())))


@of("signal_spread")
def rescales_before_each_layer(x, weight_matrices, activation):
    """The signal seems to be rescaled to a standard deviation of 1 before each layer. Pass the signal on as it is."""
    spreads = [np.std(x)]
    for weights in weight_matrices:
        x = activation(x / np.std(x) @ weights)
        spreads.append(np.std(x))
    return np.array(spreads)


@of("signal_spread")
def leaves_zeros_out(x, weight_matrices, activation):
    """Zeros seem to be left out of the standard deviation. An output of 0 is part of the signal: use all entries."""
    return spread_of_layers(lambda signal: np.std(signal[signal != 0]), x, weight_matrices, activation)


@of("init_layers")
def fan_in_of_the_network(layer_sizes, rng, scheme="he"):
    """Every layer seems to be scaled by the number of the network's inputs. A layer's fan_in is the number of its own inputs."""
    check(layer_sizes, scheme)
    first = layer_sizes[0]

    def draw(fan_in, fan_out):
        return rng.normal(0, np.sqrt(2 / (first if scheme == "he" else first + fan_out)), (fan_in, fan_out))

    return network(layer_sizes, draw)


@of("init_layers")
def biases_with_two_axes(layer_sizes, rng, scheme="he"):
    """The biases of each layer are a 2-D array with one row. Make them a 1-D array, one number for each neuron."""
    check(layer_sizes, scheme)
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    return network(layer_sizes, lambda i, o: draw(i, o, rng), lambda o: np.zeros((1, o)))


@of("init_layers")
def last_layer_first(layer_sizes, rng, scheme="he"):
    """The layers are in reverse order, the output layer first. Begin with the layer that receives the input."""
    check(layer_sizes, scheme)
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    return network(layer_sizes, lambda i, o: draw(i, o, rng))[::-1]


@of("distinct_neurons")
def magnitudes_of_the_weights(weights):
    """A neuron and its negative are counted as one, as if only the magnitudes of the weights were compared. Opposite signs make different neurons."""
    return distinct_columns(np.abs(weights))


@of("signal_spread")
def activations_never_passed_on(x, weight_matrices, activation):
    """Each number is measured after an activation function, but the next layer seems to receive the signal from before it. Pass on the signal that you measured."""
    spreads = [np.std(x)]
    for weights in weight_matrices:
        x = x @ weights
        spreads.append(np.std(activation(x)))
    return np.array(spreads)


@of("init_layers")
def xavier_for_the_output_layer(layer_sizes, rng, scheme="he"):
    """The output layer always gets Xavier's weights, even with the scheme "he". Apply the scheme to every layer."""
    check(layer_sizes, scheme)
    *hidden, last = zip(layer_sizes, layer_sizes[1:])
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    drawn = [(draw(i, o, rng), zero_bias(o)) for i, o in hidden]
    return [*drawn, (xavier_normal(*last, rng), zero_bias(last[1]))]
