"""What people get wrong about biases and about counting parameters."""

import math

import numpy as np

from ..weightlab.weights import weighted_sum, weighted_sums
from . import of


@of("neuron")
def one_bias_a_connection(inputs, weights, bias):
    """The bias is counted once for each input. A neuron has one bias: add it once, after the weighted sum."""
    return float(np.sum(inputs * weights + bias))


@of("neuron")
def multiplies_by_the_bias(inputs, weights, bias):
    """The sum is multiplied by the bias. A bias is added: with inputs of zero the neuron must still give its bias."""
    return weighted_sum(inputs, weights) * bias


@of("neuron")
def bias_as_threshold(inputs, weights, bias):
    """The bias is subtracted, like a threshold. A bias is added, so a positive one makes the result larger."""
    return weighted_sum(inputs, weights) - bias


@of("neuron")
def shifts_the_inputs(inputs, weights, bias):
    """The bias seems to be added to the inputs, so the weights change its effect. Add the bias after the weighted sum."""
    return weighted_sum(inputs + bias, weights)


@of("neuron")
def keeps_the_products_apart(inputs, weights, bias):
    """There is one result for each connection. A neuron has one output: add up the products, then add the bias once."""
    return inputs * weights + bias


@of("neuron")
def never_below_zero(inputs, weights, bias):
    """Negative results come out as zero, as after ReLU, the activation function of chapter 4. A neuron's sum can be negative: return it unchanged."""
    return max(0.0, weighted_sum(inputs, weights) + bias)


@of("neuron")
def shifts_the_weights(inputs, weights, bias):
    """The bias seems to be added to every weight, so the inputs change its effect. Add the bias after the weighted sum."""
    return weighted_sum(inputs, weights + bias)


@of("activates")
def returns_the_sum(inputs, weights, bias):
    """This is the weighted sum plus the bias. Return only whether that total is above zero: True or False."""
    return weighted_sum(inputs, weights) + bias


@of("activates")
def returns_one_or_zero(inputs, weights, bias):
    """The decisions are right, but they come as 1 and 0. Return True or False, as a comparison does."""
    return int(weighted_sum(inputs, weights) + bias > 0)


@of("activates")
def zero_counts_as_active(inputs, weights, bias):
    """Exactly zero counts as active in your version. Only an output strictly above zero activates the neuron."""
    return weighted_sum(inputs, weights) + bias >= 0


@of("activates")
def sum_above_the_bias(inputs, weights, bias):
    """The sum seems to be compared with the bias. The bias is added, so a positive bias makes the neuron easier to activate."""
    return weighted_sum(inputs, weights) > bias


@of("activates")
def bias_on_both_sides(inputs, weights, bias):
    """The bias seems to make no difference. Is the bias added to the weighted sum? Is the total compared with 0, or with the bias?"""
    return weighted_sum(inputs, weights) > 0


@of("activates")
def any_connection_is_enough(inputs, weights, bias):
    """A single strong connection seems to decide. A neuron adds up all weighted inputs first, so the other inputs can outweigh one strong input."""
    return bool(np.any(inputs * weights + bias > 0))


@of("activates")
def any_sum_but_zero(inputs, weights, bias):
    """Every output except zero counts as active, as with bool(). Only an output above zero activates the neuron."""
    return bool(weighted_sum(inputs, weights) + bias)


@of("activates")
def active_below_zero(inputs, weights, bias):
    """Above and below zero, True and False are swapped. A neuron activates when its weighted sum plus bias is above zero."""
    return weighted_sum(inputs, weights) + bias < 0


@of("activates")
def silent_without_an_else(inputs, weights, bias):
    """An inactive neuron gives None in your version. Return False in that case; a comparison already gives True or False."""
    return True if weighted_sum(inputs, weights) + bias > 0 else None


@of("activates")
def asks_every_connection(inputs, weights, bias):
    """There is one answer for each input. A neuron gives one answer: add up first, add the bias to the sum, then compare."""
    return inputs * weights + bias > 0


@of("dense")
def bias_per_row(x, weights, bias):
    """The biases seem to be added along the rows, one for each example. Each bias belongs to one neuron, which is a column."""
    return weighted_sums(x, weights) + bias[:, np.newaxis]


@of("dense")
def multiplies_by_the_biases(x, weights, bias):
    """The sums are multiplied by the bias. A bias is added: with inputs of zero each neuron must still give its bias."""
    return weighted_sums(x, weights) * bias


@of("dense")
def subtracts_the_biases(x, weights, bias):
    """The bias is subtracted, like a threshold. A bias is added, so a positive one makes its neuron's output larger."""
    return weighted_sums(x, weights) - bias


@of("dense")
def bias_before_the_weights(x, weights, bias):
    """The bias seems to be added to the inputs. Each neuron has one bias, which is added after the weighted sum."""
    return weighted_sums(x + bias, weights)


@of("dense")
def every_bias_to_every_neuron(x, weights, bias):
    """Every neuron gets the sum of all biases. Each neuron has its own bias."""
    return weighted_sums(x, weights) + np.sum(bias)


@of("dense")
def silences_what_is_negative(x, weights, bias):
    """Negative outputs come out as zero, as after ReLU, the activation function of chapter 4. A dense layer's outputs can be negative."""
    return np.maximum(weighted_sums(x, weights) + bias, 0)


@of("dense")
def bias_once_for_each_input(x, weights, bias):
    """The bias is counted once for each input. Each neuron adds its bias once."""
    return weighted_sums(x, weights) + len(weights) * bias


@of("dense")
def order_swapped(x, weights, bias):
    """The arrays seem to be multiplied in the other order. Rows meet columns in a matrix product: which array has the examples in its rows?"""
    return weights @ x + bias


@of("dense")
def multiplies_entry_by_entry(x, weights, bias):
    """The arrays seem to be multiplied entry by entry, as with `*`. Multiply each row of x by each column of weights, and add up."""
    return x * weights + bias


@of("fold_bias")
def bias_first(weights, bias):
    """The bias is the first row. The constant 1 comes last in [x, 1], so its row must be the last one."""
    return np.vstack([bias, weights])


@of("fold_bias")
def bias_as_a_column(weights, bias):
    """The bias seems to be a column, which would be one more neuron. A bias is the weight of one more input: add a row."""
    return np.column_stack([weights, bias])


@of("fold_bias")
def adds_the_bias_to_every_weight(weights, bias):
    """The bias is added to every weight, so it has no effect when all inputs are zero. Leave the weights unchanged; give the bias its own row."""
    return weights + bias


@of("fold_bias")
def a_row_of_ones(weights, bias):
    """The added row holds ones. The 1 belongs to the input [x, 1], and multiplies the added row: which numbers must that row hold?"""
    return np.vstack([weights, np.ones_like(bias)])


@of("fold_bias")
def strings_them_together(weights, bias):
    """The result is 1-D, so the rows of the weights are lost. Put the bias below the weights as one more row."""
    return np.append(weights, bias)


@of("fold_bias")
def bias_is_no_row_yet(weights, bias):
    """Your NumPy function does not join arrays of these shapes. The bias must become one row below the rows of `weights`."""
    return np.concatenate([weights, bias])


@of("fold_bias")
def folded_on_its_side(weights, bias):
    """The numbers are right, but the result is transposed: one neuron per row. Keep the neurons as columns and the bias below them."""
    return np.vstack([weights, bias]).T


@of("fold_bias")
def bias_with_its_sign_turned(weights, bias):
    """The last row is the bias with its sign changed. [x, 1] @ folded adds this row, so it must be the bias itself."""
    return np.vstack([weights, -bias])


@of("fold_bias")
def keeps_them_apart(weights, bias):
    """The weights and the bias come back as a pair. Return one array with one more row than the weights."""
    return weights, bias


@of("count_parameters")
def adds_the_sizes(shapes):
    """The axis lengths within a shape are added. A (64, 10) array has 64 rows of 10 numbers: how many numbers does it hold?"""
    return sum(sum(shape) for shape in shapes.values())


@of("count_parameters")
def counts_the_arrays(shapes):
    """This is the number of arrays. Each array holds many numbers, and each number is a parameter."""
    return len(shapes)


@of("count_parameters")
def counts_equal_shapes_once(shapes):
    """Equal shapes are counted once, as in a set. Two layers of the same shape are two arrays, and both count."""
    return sum(math.prod(shape) for shape in set(shapes.values()))


@of("count_parameters")
def leaves_out_the_biases(shapes):
    """Arrays with fewer than two axes are missing, so the biases are not counted. Biases are also learned."""
    return sum(math.prod(shape) for shape in shapes.values() if len(shape) > 1)


@of("count_parameters")
def multiplies_everything(shapes):
    """The counts of the arrays are multiplied. Multiply the axis lengths of each array; add up the counts of the arrays."""
    return math.prod(math.prod(shape) for shape in shapes.values())


@of("count_parameters")
def a_single_number_counts_nothing(shapes):
    """An array of shape () is counted as 0. Such an array has no axes, but it holds one number, which is a parameter."""
    return sum(math.prod(shape) if shape else 0 for shape in shapes.values())


@of("count_parameters")
def only_two_axes(shapes):
    """At most two axis lengths of each array are used. Some arrays have three or four axes: use them all."""
    return sum(math.prod(shape[:2]) for shape in shapes.values())


@of("count_parameters")
def only_the_last_array(shapes):
    """Only the last array is counted. If there is a loop, does it replace the total? Add to the total instead."""
    total = 0
    for shape in shapes.values():
        total = math.prod(shape)
    return total


@of("count_parameters")
def returns_inside_the_loop(shapes):
    """Only the first array is counted. If the return is inside the loop, move it below the loop."""
    for shape in shapes.values():
        return math.prod(shape)
    return 0


@of("count_parameters")
def walks_over_the_names_with_numpy(shapes):
    """Names or whole shapes seem to be added or multiplied instead of numbers. A loop over a mapping gives its keys; shapes.values() gives the shapes."""
    return sum(np.prod(shape) for shape in shapes)


@of("count_parameters")
def walks_over_the_names(shapes):
    """Names or whole shapes seem to be added or multiplied instead of numbers. A loop over a mapping gives its keys; shapes.values() gives the shapes."""
    return sum(math.prod(shape) for shape in shapes)


@of("count_parameters")
def product_never_reset(shapes):
    """The product seems to continue from one array to the next. Start a new product for each array."""
    total, product = 0, 1
    for shape in shapes.values():
        product *= math.prod(shape)
        total += product
    return total


@of("count_parameters")
def counts_the_axes(shapes):
    """This is the number of axes. A (64, 10) array has two axes but 640 numbers."""
    return sum(len(shape) for shape in shapes.values())


@of("count_parameters")
def leaves_out_all_but_tables_and_lines(shapes):
    """Only arrays with one or two axes are counted. Some arrays have three or four axes, or none: count every array."""
    return sum(math.prod(shape) for shape in shapes.values() if len(shape) in (1, 2))


@of("dense")
def adds_the_bias_to_the_weights(x, weights, bias):
    """The bias seems to be added to every weight, so the inputs multiply it. A bias is added after the weighted sum, once per neuron."""
    return x @ (weights + bias)


@of("neuron")
def bias_meets_the_first_input(inputs, weights, bias):
    """The weights seem to be shifted by one input. Does the bias come first among the weights, but the 1 last among the inputs?"""
    return float(np.append(bias, weights) @ np.append(inputs, 1.0))


@of("activates")
def every_connection_must_agree(inputs, weights, bias):
    """Each weighted input plus the bias must be positive in your version. A neuron adds up first, so other inputs can outweigh a negative one."""
    return bool(np.all(inputs * weights + bias > 0))


@of("dense", "neuron")
def averages_the_inputs(x, weights, bias):
    """The weighted sum seems to be divided by the number of inputs before the bias is added. A neuron adds up; it does not average."""
    return x @ weights / len(weights) + bias


@of("count_parameters")
def first_times_last_axis(shapes):
    """The first axis length seems to be multiplied by the last, even if there is only one axis. Multiply all axis lengths, each once."""
    return sum(shape[0] * shape[-1] if shape else 1 for shape in shapes.values())


@of("count_parameters")
def leaves_out_what_is_called_bias(shapes):
    """The arrays named "bias" are left out. Biases are parameters: count every array, whatever its name."""
    return sum(math.prod(shape) for name, shape in shapes.items() if "bias" not in name)


@of("dense")
def biases_down_the_batch(x, weights, bias):
    """The biases seem to be repeated down the batch, so examples get different ones. Each bias belongs to one column, for all examples."""
    sums = weighted_sums(x, weights)
    return sums + np.resize(bias, sums.size).reshape(sums.shape, order="F")


@of("dense")
def bias_in_the_last_row_of_weights(x, weights, bias):
    """The biases are added to the last row of the caller's `weights`, so the last input multiplies them. Add the biases to the weighted sums."""
    weights[-1] += bias
    return x @ weights


@of("fold_bias")
def bias_in_place_of_the_last_weights(weights, bias):
    """The biases replace the last row of `weights`, so the connections of the last input are lost. Add a row for the biases."""
    folded = np.array(weights, dtype=float)
    folded[-1] = bias
    return folded


@of("fold_bias")
def overwrites_the_last_weights(weights, bias):
    """The biases replace the last row of the caller's `weights`, so the last input's connections are lost. Make a new array with one more row."""
    weights[-1] = bias
    return weights


@of("count_parameters")
def an_axis_of_nothing_counts_as_one(shapes):
    """An array with an axis of length 0 has no entries, but in your version that length counts as 1. Does your product skip zeros?"""
    return sum(math.prod(max(1, size) for size in shape) for shape in shapes.values())
