"""What people get wrong on the way from a picture to a prediction."""

import numpy as np

from ..weightlab.biases import dense
from ..weightlab.forward import forward as reference_forward
from ..weightlab.forward import relu as reference_relu
from ..weightlab.forward import softmax as reference_softmax
from . import of


@of("relu")
def erases_the_input(x):
    """Your numbers are right, but you wrote the zeros into the array that you were given. Backpropagation will need the caller's numbers as they were: make a new array."""
    x[x < 0] = 0
    return x


@of("relu")
def largest_entry(x):
    """np.max finds the largest entry of an array (its second argument is an axis). What you want compares two things place by place: another NumPy function, with a longer name."""
    return np.max(x, 0)


@of("relu")
def python_max(x):
    """Python's max, and its if, ask one question about the whole array: is it larger than 0? For an array there are many answers, hence the error. Use NumPy's function that compares entry by entry."""
    return max(x, 0)


@of("relu")
def mirrors_the_negative(x):
    """You turn negative numbers into positive ones. ReLU does not mirror them, it silences them: they become zero."""
    return np.abs(x)


@of("relu")
def switch(x):
    """You return 1 for every positive number. ReLU lets a positive number through as it is, so a strong signal stays stronger than a weak one."""
    return (np.asarray(x) > 0).astype(float)


@of("relu")
def leaky(x):
    """You let a little of the negative numbers through. That is leaky ReLU, a relative; plain ReLU gives exactly zero."""
    return np.where(np.asarray(x) > 0, x, 0.01 * np.asarray(x))


@of("relu")
def whole_numbers_by_accident(x):
    """Your result has lost everything behind the decimal point: it holds whole numbers. An array made for integers does that, and so does np.vectorize when the first number that it sees becomes 0. Write 0.0, or use NumPy's own comparison, entry by entry."""
    return np.maximum(x, 0).astype(int)


@of("relu")
def drops_the_negative(x):
    """You keep only the positive numbers and drop the others. Every neuron keeps its place: put a zero there, so that the shape stays as it was."""
    return np.asarray(x)[np.asarray(x) > 0]


@of("relu")
def keeps_the_negative(x):
    """You have it the wrong way round: the negative numbers stay and the positive ones become zero. ReLU lets through what is above zero."""
    return np.minimum(x, 0)


@of("relu")
def answers_yes_or_no(x):
    """You return True and False, which say where x is positive. What is asked for is the numbers: x itself where it is positive, and 0 elsewhere."""
    return np.asarray(x) > 0


@of("relu")
def python_max_row_by_row(x):
    """Python's max works on single numbers, and your loop gives it whole rows as soon as the array has more than one axis. x may have any shape: use NumPy's function that compares entry by entry."""
    return np.array([max(0, row) for row in x])


@of("relu")
def sigmoid_for_relu(x):
    """You squeeze every number between 0 and 1, which is the sigmoid, an older activation. ReLU leaves a positive number as it is, and makes a negative one 0."""
    return 1 / (1 + np.exp(-np.asarray(x)))


@of("softmax")
def shifts_the_callers_logits(logits):
    """Your probabilities are right, but you took the maximum off in place (-=), so the caller's logits have changed. Make a new array."""
    logits -= logits.max(axis=1, keepdims=True)
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def overflow(logits):
    """exp of a few hundred is more than the computer can write down, and infinity divided by infinity is no number. Take the same number off a whole row first: the ratio does not change. Which number makes exp safe?"""
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def one_shift_for_the_batch(logits):
    """You take the largest logit of the whole batch off every row. A row that lies far below it then becomes all zeros, and 0 / 0 is no number: each row needs its own largest."""
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def shift_by_another_number(logits):
    """You take a number off each row, but not its largest. With the mean or the smallest, a logit that leads by far stays so large that exp overflows; with the largest, no exponent is above 0."""
    powers = np.exp(logits - logits.min(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def never_divides(logits):
    """Your rows do not add up to one: you stop after exp, or divide by the largest power instead of the sum. Divide each row by its own sum."""
    return np.exp(logits - logits.max(axis=1, keepdims=True))


@of("softmax")
def clipped_logits(logits):
    """You clip the logits to a range that exp can bear. Then all logits beyond it count as equal, and the lead that one had is lost. Taking a number off the whole row keeps every lead."""
    powers = np.exp(np.clip(logits, -80, 80))
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def tames_infinity(logits):
    """You turn what is no number into 0 afterwards. By then the information is lost: avoid the overflow instead, by taking the same number off a whole row before exp."""
    powers = np.exp(logits)
    return np.nan_to_num(powers / powers.sum(axis=1, keepdims=True))


@of("softmax")
def batch_as_one(logits):
    """You divide by the sum over the whole batch. Each row is one picture, and its own probabilities must sum to one: sum along axis 1."""
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


@of("softmax")
def columns_for_rows(logits):
    """You normalize the columns, so the pictures of a batch compete with each other. The classes of one picture should: each row sums to one, axis=1."""
    powers = np.exp(logits - logits.max(axis=0))
    return powers / powers.sum(axis=0)


def flat_sums(shift):
    @of("softmax")
    def sums_lie_flat(logits):
        """Your sums lost a dimension: np.sum(..., axis=1) gives shape (batch,), and NumPy lays that along the columns. It fails loudly for most shapes, and silently for a square batch. Keep the sums as a column: keepdims=True."""
        powers = np.exp(logits - shift(logits))
        return powers / powers.sum(axis=1)

    return sums_lie_flat


# The same slip beside another shift gives other numbers where there is one class.
flat_beside_the_rows_own = flat_sums(lambda logits: logits.max(axis=1, keepdims=True))
flat_beside_the_largest = flat_sums(np.max)
flat_beside_none = flat_sums(lambda logits: 0)


@of("softmax")
def share_of_the_logits(logits):
    """You divide the logits by their sum. Logits can be negative, and a share cannot: exp comes first and makes them all positive."""
    return logits / logits.sum(axis=1, keepdims=True)


@of("softmax")
def each_by_itself(logits):
    """You squeeze each logit by itself (a sigmoid). Then the classes do not compete, and a row does not sum to one."""
    return 1 / (1 + np.exp(-logits))


@of("softmax")
def winner_takes_all(logits):
    """You give everything to the largest logit. That is argmax; softmax is its soft relative, which leaves every class a share."""
    return np.eye(logits.shape[1])[np.argmax(logits, axis=1)]


@of("softmax")
def divides_by_the_largest(logits):
    """You divide the logits by the largest one. Only adding or subtracting the same number leaves the ratios of exponentials as they are; dividing changes them."""
    powers = np.exp(logits / np.abs(logits).max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def maxima_lie_flat(logits):
    """Your maxima lost a dimension: np.max(..., axis=1) gives shape (batch,), and NumPy lays that along the columns. It fails loudly for most shapes, and silently for a square batch. Keep the maxima as a column: keepdims=True."""
    powers = np.exp(logits - logits.max(axis=1))
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def maxima_and_sums_lie_flat(logits):
    """Your maxima and your sums lost a dimension: with axis=1 alone they have shape (batch,), and NumPy lays that along the columns. It fails loudly for most shapes, and silently for a square batch. Keep both as columns: keepdims=True, once for each."""
    powers = np.exp(logits - logits.max(axis=1))
    return powers / powers.sum(axis=1)


@of("softmax")
def only_the_first_row(logits):
    """You return the probabilities of the first row only: the return stands inside the loop. Go through all rows first."""
    return reference_softmax(logits[:1])


@of("softmax")
def returns_logarithms(logits):
    """You return the logarithms of the probabilities, which are negative. They come in chapter 5; here the probabilities themselves are asked for."""
    return np.log(reference_softmax(logits))


@of("softmax")
def batch_as_one_after_the_shift(logits):
    """You divide by the sum over the whole batch. Each row is one picture, and its own probabilities must sum to one: sum along axis 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum()


@of("softmax")
def sums_of_the_columns(logits):
    """You divide by the sums of the columns, so the pictures of a batch compete with each other. The classes of one picture should: each row sums to one, axis=1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=0)


def hidden_pass(layers, x, activation=reference_relu):
    sums, activations = [], [x]
    for weights, bias in layers[:-1]:
        sums.append(dense(activations[-1], weights, bias))
        activations.append(activation(sums[-1]))
    logits = dense(activations[-1], *layers[-1])
    return logits, activations, sums


@of("forward")
def relu_on_the_logits(layers, x):
    """You apply ReLU to the last layer too. Its outputs are scores, and a negative score means something: less likely than nothing special. ReLU belongs between layers."""
    logits, activations, _ = hidden_pass(layers, x)
    return reference_relu(logits), activations


@of("forward")
def no_relu(layers, x):
    """There is no ReLU between your layers. Then the whole network computes no more than a single layer could: without a bend, two layers fold into one."""
    logits, activations, _ = hidden_pass(layers, x, lambda sums: sums)
    return logits, activations


@of("forward")
def relu_on_the_input(layers, x):
    """You apply ReLU to the input, before the first layer. What comes in is data, and its negative numbers count: ReLU follows a layer."""
    logits, activations, _ = hidden_pass(layers, reference_relu(x))
    return logits, activations


@of("forward")
def keeps_the_sums(layers, x):
    """You keep what the neurons summed up, before ReLU. activations[k] is what enters layer k, and that is what ReLU let through."""
    logits, _, sums = hidden_pass(layers, x)
    return logits, [x, *sums]


@of("forward")
def keeps_the_logits_too(layers, x):
    """Your list ends with the logits. They enter no layer: the list holds what went into each layer, so it is as long as the network."""
    logits, activations, _ = hidden_pass(layers, x)
    return logits, [*activations, logits]


@of("forward")
def outputs_for_inputs(layers, x):
    """You keep what came out of each layer. activations[k] is what went into layer k: the list starts with x and ends before the logits. Backpropagation will need it so."""
    logits, activations, _ = hidden_pass(layers, x)
    return logits, [*activations[1:], logits]


@of("forward")
def forgets_the_input(layers, x):
    """Your list begins after the first layer. What enters layer 0 is x itself, and its weights' gradients will need it: activations[0] is x."""
    logits, activations, _ = hidden_pass(layers, x)
    return logits, activations[1:]


@of("forward")
def probabilities_for_logits(layers, x):
    """You return probabilities. The logits are wanted as the last layer gives them, before softmax: the loss takes its logarithm more exactly from them."""
    logits, activations, _ = hidden_pass(layers, x)
    return reference_softmax(logits), activations


@of("forward")
def without_biases(layers, x):
    """You multiply by the weights, but leave the biases out. Each layer is x @ weights + bias."""
    return hidden_pass([(weights, np.zeros_like(bias)) for weights, bias in layers], x)[:2]


@of("forward")
def bias_after_relu(layers, x):
    """You apply ReLU to the weighted sums and add the bias afterwards. The bias belongs to the sum: it decides with it whether the neuron activates, so it comes before ReLU."""
    activations = [x]
    for weights, bias in layers[:-1]:
        activations.append(reference_relu(activations[-1] @ weights) + bias)
    return dense(activations[-1], *layers[-1]), activations


@of("forward")
def only_the_logits(layers, x):
    """You return the logits alone. Two things are asked for: the logits, and the list of what entered each layer."""
    return hidden_pass(layers, x)[0]


@of("forward")
def activations_first(layers, x):
    """Both things are there, in the other order. The logits come first: return logits, activations."""
    logits, activations, _ = hidden_pass(layers, x)
    return activations, logits


@of("forward")
def layers_used_backwards(layers, x):
    """You run through the layers from the last to the first. The forward pass begins with layers[0]; backwards comes in chapter 6."""
    return hidden_pass(layers[::-1], x)[:2]


@of("forward")
def always_the_same_input(layers, x):
    """You send x itself into every layer. What leaves one layer enters the next: give each layer the last item of your list, or let its output take the place of x."""
    hidden = [reference_relu(dense(x, weights, bias)) for weights, bias in layers[:-1]]
    activations = [x, *hidden]
    return dense(activations[-1], *layers[-1]), activations


@of("predict")
def last_of_equals(layers, x):
    """Where logits tie you take the last of them. The rule here is the lowest class, which is what np.argmax finds."""
    logits, _ = reference_forward(layers, x)
    return logits.shape[1] - 1 - np.argmax(logits[:, ::-1], axis=1)


@of("predict")
def one_answer_for_the_batch(layers, x):
    """You return one number for the whole batch: without an axis, np.argmax looks at all logits as one long list. Look along each row."""
    return np.argmax(reference_forward(layers, x)[0])


@of("predict")
def best_picture_for_each_class(layers, x):
    """You look along the columns, and find the picture that fits each class best. Each picture wants its class: look along the rows, axis=1."""
    return np.argmax(reference_forward(layers, x)[0], axis=0)


@of("predict")
def value_for_place(layers, x):
    """You return how large the largest logit is. The class is its place in the row."""
    return np.max(reference_forward(layers, x)[0], axis=1)


@of("predict")
def smallest_wins(layers, x):
    """You look for the smallest logit. A logit is a score in favour of its class: the largest wins."""
    return np.argmin(reference_forward(layers, x)[0], axis=1)


@of("predict")
def relu_before_the_choice(layers, x):
    """You apply ReLU to the logits first. Where all of them are negative, all become zero and tie, and class 0 always wins. Compare the logits as they are."""
    return np.argmax(reference_relu(reference_forward(layers, x)[0]), axis=1)


@of("predict")
def forgets_that_forward_returns_two(layers, x):
    """forward returns two things, the logits and the activations, and you look for the largest entry in both at once. Take the logits out first: logits, activations = forward(layers, x)."""
    return np.argmax(reference_forward(layers, x), axis=1)


@of("predict")
def counts_classes_from_one(layers, x):
    """You count the classes from 1. Here, as in all of NumPy, the first is class 0: the place that np.argmax finds is the class."""
    return np.argmax(reference_forward(layers, x)[0], axis=1) + 1


@of("predict")
def one_hot_answer(layers, x):
    """You return a row of zeros and a one for each picture. The class is asked for as one whole number, the column of that one."""
    logits, _ = reference_forward(layers, x)
    return np.eye(logits.shape[1])[np.argmax(logits, axis=1)]


@of("predict")
def classes_as_decimals(layers, x):
    """Your classes are right, but come as decimals, 3.0 for 3: np.zeros makes such an array. A class names a place, and NumPy takes only whole numbers for that: np.zeros(len(x), dtype=int), or argmax over all rows at once."""
    return np.argmax(reference_forward(layers, x)[0], axis=1).astype(float)


@of("predict")
def stops_at_the_logits(layers, x):
    """You return the logits. The class is asked for: the place of the largest logit in each row."""
    return reference_forward(layers, x)[0]


@of("predict")
def asks_the_last_activations(layers, x):
    """You look for the largest activation, which is a neuron of the layer before the last. The classes are the columns of the logits, which forward returns first."""
    return np.argmax(reference_forward(layers, x)[1][-1], axis=1)


@of("predict")
def largest_probability_for_the_class(layers, x):
    """Your result is the largest probability of each row. Return the class that has it: its position in the row."""
    return reference_softmax(reference_forward(layers, x)[0]).max(axis=1)


@of("predict")
def all_probabilities(layers, x):
    """Your result holds the probabilities of all classes. Return one class per row: the position of the largest."""
    return reference_softmax(reference_forward(layers, x)[0])
