"""What people get wrong about biases and about counting parameters."""

import math

import numpy as np

from ..weightlab.weights import weighted_sum, weighted_sums
from . import of


@of("neuron")
def forgets_the_bias(inputs, weights, bias):
    """You return the weighted sum and leave the bias out. With blank inputs your neuron can say nothing but zero."""
    return weighted_sum(inputs, weights)


@of("neuron")
def one_bias_a_connection(inputs, weights, bias):
    """You add the bias on every connection, so it counts as often as there are inputs. A neuron has one bias, added once, after the adding up."""
    return float(np.sum(inputs * weights + bias))


@of("neuron")
def multiplies_by_the_bias(inputs, weights, bias):
    """You multiply by the bias. Multiplying is what weights do. A bias is added: with blank inputs the neuron must still give its bias."""
    return weighted_sum(inputs, weights) * bias


@of("neuron")
def bias_as_threshold(inputs, weights, bias):
    """You subtract the bias, as one does with a threshold. A bias is a threshold with its sign turned: it is added, and a positive bias makes the result larger."""
    return weighted_sum(inputs, weights) - bias


@of("neuron")
def shifts_the_inputs(inputs, weights, bias):
    """You add the bias to the inputs before they are weighed, so the weights change it. The bias comes after the weighted sum, and shifts it whatever the weights are."""
    return weighted_sum(inputs + bias, weights)


@of("neuron")
def keeps_the_products_apart(inputs, weights, bias):
    """You add the bias to each product and return them all. A neuron has one output: add the products up, then add the bias once."""
    return inputs * weights + bias


@of("neuron")
def never_below_zero(inputs, weights, bias):
    """You also cut negative results off at zero. That is an activation, ReLU, and comes in chapter 4. A neuron by itself gives negative numbers too."""
    return max(0.0, weighted_sum(inputs, weights) + bias)


@of("neuron")
def shifts_the_weights(inputs, weights, bias):
    """You add the bias to every weight, so the inputs change it. The bias comes after the weighted sum, and shifts it whatever the inputs are."""
    return weighted_sum(inputs, weights + bias)


@of("activates")
def returns_the_sum(inputs, weights, bias):
    """You return the neuron's number. Here the question is only whether it is above zero: True or False."""
    return weighted_sum(inputs, weights) + bias


@of("activates")
def returns_one_or_zero(inputs, weights, bias):
    """Your decisions are right, but come as 1 and 0. Return the truth value itself, True or False: what a comparison gives."""
    return int(weighted_sum(inputs, weights) + bias > 0)


@of("activates")
def zero_counts_as_active(inputs, weights, bias):
    """You let exactly zero count as active. Strictly above zero is asked for: a blank input with no bias leaves the neuron silent."""
    return weighted_sum(inputs, weights) + bias >= 0


@of("activates")
def ignores_the_bias(inputs, weights, bias):
    """The bias has no say in your answers: it is left out, or added and then compared with, neuron(...) > bias, which takes it away again. It must be able to lift a weak sum above zero, and to hold a strong one down."""
    return weighted_sum(inputs, weights) > 0


@of("activates")
def sum_above_the_bias(inputs, weights, bias):
    """You compare the sum with the bias, as if the bias were the bar to clear. The bias is added, so the bar is minus the bias: a positive bias makes it easier to activate."""
    return weighted_sum(inputs, weights) > bias


@of("activates")
def any_connection_is_enough(inputs, weights, bias):
    """You let a single strong connection decide. A neuron adds up first, so that the others can outvote it."""
    return bool(np.any(inputs * weights + bias > 0))


@of("activates")
def any_sum_but_zero(inputs, weights, bias):
    """You take every number but zero as true, as bool() does. A negative sum leaves the neuron silent: compare with zero."""
    return bool(weighted_sum(inputs, weights) + bias)


@of("activates")
def active_below_zero(inputs, weights, bias):
    """Your answers are the wrong way round. A neuron activates when its weighted sum plus bias is above zero."""
    return weighted_sum(inputs, weights) + bias < 0


@of("activates")
def silent_without_an_else(inputs, weights, bias):
    """Where the neuron is silent your function returns nothing at all, None: the if has no other branch. The comparison is the answer itself, True or False, so no if is needed."""
    return True if weighted_sum(inputs, weights) + bias > 0 else None


@of("activates")
def asks_every_connection(inputs, weights, bias):
    """You compare every connection by itself, which gives an answer for each input. A neuron adds up first and gives one answer: ask for its number, then compare that."""
    return inputs * weights + bias > 0


@of("dense")
def layer_without_bias(x, weights, bias):
    """You return the weighted sums and leave the bias out. With blank inputs every neuron must still give its bias."""
    return weighted_sums(x, weights)


@of("dense")
def bias_per_row(x, weights, bias):
    """You add one bias to each row. Each neuron has one bias, so it belongs to a column, whatever the batch."""
    return weighted_sums(x, weights) + bias[:, np.newaxis]


@of("dense")
def multiplies_by_the_biases(x, weights, bias):
    """You multiply by the bias. A bias is added: with blank inputs each neuron must still give its bias."""
    return weighted_sums(x, weights) * bias


@of("dense")
def subtracts_the_biases(x, weights, bias):
    """You subtract the bias, as one does with a threshold. Here it is added: a positive bias lifts its neuron."""
    return weighted_sums(x, weights) - bias


@of("dense")
def bias_before_the_weights(x, weights, bias):
    """You add the bias to the inputs before they are weighed. There is one bias for each neuron, not for each input: it comes after the weighted sums."""
    return weighted_sums(x + bias, weights)


@of("dense")
def every_bias_to_every_neuron(x, weights, bias):
    """You add up all the biases and give the total to every neuron. Each neuron has a bias of its own."""
    return weighted_sums(x, weights) + np.sum(bias)


@of("dense")
def weights_on_their_side(x, weights, bias):
    """You transpose the weights. They arrive as (fan_in, fan_out), one neuron a column, and fit as they are. (PyTorch keeps them the other way round, so code from there has a .T.)"""
    return x @ weights.T + bias


@of("dense")
def silences_what_is_negative(x, weights, bias):
    """You also cut negative outputs off at zero. That is an activation, ReLU, and comes in chapter 4. A dense layer by itself gives negative numbers too."""
    return np.maximum(weighted_sums(x, weights) + bias, 0)


@of("dense")
def bias_once_for_each_input(x, weights, bias):
    """You add the bias on every connection, so it counts as often as there are inputs. Each neuron adds its bias once."""
    return weighted_sums(x, weights) + len(weights) * bias


@of("dense")
def order_swapped(x, weights, bias):
    """You multiply in the other order, weights @ x. In a matrix product rows meet columns: the examples are rows of x and the neurons columns of weights, so x stands on the left."""
    return weights @ x + bias


@of("dense")
def multiplies_entry_by_entry(x, weights, bias):
    """You use *, which multiplies entry by entry and adds nothing up. Each output is a whole row of x times a whole column of weights, added up, and then the bias."""
    return x * weights + bias


@of("fold_bias")
def bias_first(weights, bias):
    """Your bias is the first row. It is asked for as the last, below the weights, because the constant 1 comes last in [x, 1]: each input must meet its own weights."""
    return np.vstack([bias, weights])


@of("fold_bias")
def bias_as_a_column(weights, bias):
    """You put the bias beside the weights as a column. A column is a neuron, so that would be one more neuron. The bias is what one more input, always 1, brings to each neuron: a row."""
    return np.column_stack([weights, bias])


@of("fold_bias")
def adds_the_bias_to_every_weight(weights, bias):
    """You add the bias to every weight. Then it gets multiplied by the inputs, and vanishes when they are blank. Keep the weights as they are, and give the bias a row of its own."""
    return weights + bias


@of("fold_bias")
def a_row_of_ones(weights, bias):
    """You add a row of ones. The 1 belongs to the input, [x, 1]; the row it meets holds the biases."""
    return np.vstack([weights, np.ones_like(bias)])


@of("fold_bias")
def strings_them_together(weights, bias):
    """You get one long line of numbers: np.append and np.concatenate of flat arrays forget the rows. Stack the bias below the weights as one more row."""
    return np.append(weights, bias)


@of("fold_bias")
def bias_is_no_row_yet(weights, bias):
    """NumPy refuses to put a line of numbers below a table: the bias has one axis, weights has two. Make a row of it first, bias[np.newaxis, :], or use np.vstack, which does that by itself."""
    return np.concatenate([weights, bias])


@of("fold_bias")
def folded_on_its_side(weights, bias):
    """Your numbers are right but lie on their side: one neuron a row. Keep the neurons as columns, as in weights, and the bias below them."""
    return np.vstack([weights, bias]).T


@of("fold_bias")
def bias_with_its_sign_turned(weights, bias):
    """You turn the sign of the bias, as for a threshold. [x, 1] @ folded adds the last row, so it must hold the bias itself."""
    return np.vstack([weights, -bias])


@of("fold_bias")
def keeps_them_apart(weights, bias):
    """You return weights and bias as a pair. Folding makes one array of them, with one row more than weights."""
    return weights, bias


@of("count_parameters")
def adds_the_sizes(shapes):
    """You add the sizes within a shape. A (64, 10) array is a table of 64 rows with 10 numbers each: the sizes multiply."""
    return sum(sum(shape) for shape in shapes.values())


@of("count_parameters")
def walks_over_the_names(shapes):
    """You multiply names, not sizes. A loop over a dictionary gives its keys, and .items() gives pairs of key and value; here only the shapes are wanted: shapes.values()."""
    return sum(math.prod(shape) for shape in shapes)


@of("count_parameters")
def counts_the_arrays(shapes):
    """You count the arrays. Each array holds many numbers, and every one of them is a parameter."""
    return len(shapes)


@of("count_parameters")
def counts_equal_shapes_once(shapes):
    """You count equal shapes once, as a set does. Two layers of the same size are two arrays, each with numbers of its own: both count."""
    return sum(math.prod(shape) for shape in set(shapes.values()))


@of("count_parameters")
def leaves_out_the_biases(shapes):
    """You count only arrays with two axes or more, so the biases are left out. They are learned as well: a 7B model counts them all."""
    return sum(math.prod(shape) for shape in shapes.values() if len(shape) > 1)


@of("count_parameters")
def multiplies_everything(shapes):
    """You multiply from array to array as well. Within a shape the sizes multiply; from one array to the next the counts add."""
    return math.prod(math.prod(shape) for shape in shapes.values())


@of("count_parameters")
def a_single_number_counts_nothing(shapes):
    """You count nothing for the shape (). It has no axes, but it holds one number, and that number is a parameter."""
    return sum(math.prod(shape) if shape else 0 for shape in shapes.values())


@of("count_parameters")
def rows_times_columns(shapes):
    """You take every array for a table, rows times columns. A bias has one axis, a convolution four, a single number none: multiply all the sizes there are."""
    return sum(shape[0] * shape[1] for shape in shapes.values())


@of("count_parameters")
def only_two_axes(shapes):
    """You multiply the first two sizes at most. Some arrays have three axes or four: multiply all the sizes there are."""
    return sum(math.prod(shape[:2]) for shape in shapes.values())


@of("count_parameters")
def only_the_last_array(shapes):
    """You return the count of the last array only: the total starts afresh each time round the loop. Add to it instead."""
    total = 0
    for shape in shapes.values():
        total = math.prod(shape)
    return total


@of("count_parameters")
def returns_inside_the_loop(shapes):
    """You return after the first array: the return stands inside the loop. Go through all of them first."""
    for shape in shapes.values():
        return math.prod(shape)
    return 0


@of("count_parameters")
def walks_over_the_names_with_numpy(shapes):
    """You multiply names, not sizes. A loop over a dictionary gives its keys, and .items() gives pairs of key and value; here only the shapes are wanted: shapes.values()."""
    return sum(np.prod(shape) for shape in shapes)


@of("count_parameters")
def starts_the_product_at_zero(shapes):
    """Your products are all zero: whatever zero is multiplied by, it stays zero. A sum starts at 0, but a product starts at 1."""
    return 0


@of("count_parameters")
def product_never_reset(shapes):
    """You go on multiplying from one array to the next: the product is set to 1 once, before the loop over the arrays. Set it to 1 again for each array."""
    total, product = 0, 1
    for shape in shapes.values():
        product *= math.prod(shape)
        total += product
    return total


@of("count_parameters")
def counts_the_axes(shapes):
    """You count the axes, how many sizes a shape has. A (64, 10) array has two axes but 640 numbers: multiply its sizes."""
    return sum(len(shape) for shape in shapes.values())


@of("count_parameters")
def first_size_of_all_but_tables(shapes):
    """You count tables and lines right, but take only the first size of every other shape. Some arrays have three axes or four, and a single number none: multiply all the sizes there are."""
    return sum(shape[0] * shape[1] if len(shape) == 2 else shape[0] for shape in shapes.values())


@of("count_parameters")
def leaves_out_all_but_tables_and_lines(shapes):
    """You count arrays with one axis and with two, and leave out all others. Some have three axes or four, and a single number none: multiply all the sizes there are."""
    return sum(math.prod(shape) for shape in shapes.values() if len(shape) in (1, 2))
