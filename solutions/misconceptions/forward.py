"""Common mistakes on the way from an image to a prediction."""

import numpy as np

from ..weightlab.biases import dense
from ..weightlab.forward import forward as reference_forward
from ..weightlab.forward import relu as reference_relu
from ..weightlab.forward import softmax as reference_softmax
from . import of


@of("relu")
def erases_the_input(x):
    """The numbers are right, but the input array was changed. Later functions need the unchanged input: make a new array instead of writing into x."""
    x[x < 0] = 0
    return x


@of("relu")
def largest_entry(x):
    """The largest entries along the first axis came back, as with np.max(x, 0). Which NumPy function compares every entry with 0?"""
    return np.max(x, 0)


@of("relu")
def python_max(x):
    """`max` and `if` need a single True or False, but comparing an array gives one per entry. Use the NumPy function that compares entry by entry."""
    return max(x, 0)


@of("relu")
def mirrors_the_negative(x):
    """Negative numbers come out positive. ReLU does not take the absolute value: what should become of a negative sum?"""
    return np.abs(x)


@of("relu")
def switch(x):
    """Every positive number comes out as 1. ReLU leaves positive numbers unchanged, so that a strong signal stays stronger than a weak one."""
    return (np.asarray(x) > 0).astype(float)


@of("relu")
def leaky(x):
    """A small part of each negative number comes out, as with leaky ReLU, a variant. Plain ReLU gives exactly zero for every negative number."""
    return np.where(np.asarray(x) > 0, x, 0.01 * np.asarray(x))


@of("relu")
def whole_numbers_by_accident(x):
    """The digits after the decimal point are gone. Does your version fill an integer array, or use np.vectorize? Let NumPy compare entry by entry."""
    return np.maximum(x, 0).astype(int)


@of("relu")
def drops_the_negative(x):
    """The negative entries are missing from the result. ReLU keeps the shape: each negative entry becomes zero and stays at its position."""
    return np.asarray(x)[np.asarray(x) > 0]


@of("relu")
def keeps_the_negative(x):
    """This is reversed: negative numbers stay and positive ones become zero. Which of the two does ReLU pass?"""
    return np.minimum(x, 0)


@of("relu")
def answers_yes_or_no(x):
    """The result holds True and False, which say where x is positive. Return the numbers themselves there, and 0 elsewhere."""
    return np.asarray(x) > 0


@of("relu")
def python_max_row_by_row(x):
    """Each item of x seems to be compared with 0 as a whole. In a 2-D array an item is a row: let NumPy compare entry by entry."""
    return np.array([max(0, row) for row in x])


@of("relu")
def sigmoid_for_relu(x):
    """Every result is between 0 and 1, as with the sigmoid, another activation function. ReLU leaves a positive number as it is."""
    return 1 / (1 + np.exp(-np.asarray(x)))


@of("softmax")
def shifts_the_callers_logits(logits):
    """The probabilities are right, but the input array was changed. Does your version subtract with -=? Make a new array."""
    logits -= logits.max(axis=1, keepdims=True)
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def overflow(logits):
    """Large logits give NaN, as when exp overflows. What can you subtract from a whole row without changing its probabilities?"""
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def one_shift_for_the_batch(logits):
    """The same number seems to be subtracted from every row, so all exponentials in a row can become 0. Each row needs its own largest logit."""
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def shift_by_another_number(logits):
    """Large logits still overflow. Which number is subtracted from each row? With the row's largest logit, the largest exponent is exactly 0."""
    powers = np.exp(logits - logits.min(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def never_divides(logits):
    """The rows do not sum to one. After exp, what must each row be divided by?"""
    return np.exp(logits - logits.max(axis=1, keepdims=True))


@of("softmax")
def clipped_logits(logits):
    """Large logits count as equal, as if they had been clipped or NaN had been replaced. Instead, subtract the same number from the whole row."""
    powers = np.exp(np.clip(logits, -80, 80))
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def tames_infinity(logits):
    """NaN seems to be replaced by 0, but then the information is already lost. Avoid the overflow before exp instead."""
    powers = np.exp(logits)
    return np.nan_to_num(powers / powers.sum(axis=1, keepdims=True))


def whole_batch(shift):
    @of("softmax")
    def batch_as_one(logits):
        """All rows together sum to one. Each row is one image with its own probabilities: along which axis do you sum?"""
        powers = np.exp(logits - shift(logits))
        return powers / powers.sum()

    return batch_as_one


# Without a shift, large logits overflow as well.
batch_beside_the_largest = whole_batch(np.max)
batch_beside_none = whole_batch(lambda logits: 0)


def flat_sums(shift):
    @of("softmax")
    def sums_lie_flat(logits):
        """The sums seem to have shape (batch,), so NumPy matches them with the columns, not the rows. Which argument keeps them as a column?"""
        powers = np.exp(logits - shift(logits))
        return powers / powers.sum(axis=1)

    return sums_lie_flat


# The same slip beside another shift gives other numbers where there is one class.
flat_beside_the_rows_own = flat_sums(lambda logits: logits.max(axis=1, keepdims=True))
flat_beside_the_largest = flat_sums(np.max)
flat_beside_none = flat_sums(lambda logits: 0)


@of("softmax")
def squares_for_exp(logits):
    """The squares of the logits are divided by their sum. Squaring loses the sign of a logit: which function is positive and keeps the order?"""
    return logits**2 / (logits**2).sum(axis=1, keepdims=True)


@of("softmax")
def share_of_the_logits(logits):
    """The logits are divided by their sum. Logits can be negative, but probabilities cannot: one step is missing before the division."""
    return logits / logits.sum(axis=1, keepdims=True)


@of("softmax")
def share_of_the_shifted_logits(logits):
    """No exponential seems to be taken: logits shifted so that the smallest is 0 are divided by their sum. Softmax divides exponentials by their sum."""
    shifted = logits - logits.min(axis=1, keepdims=True)
    return shifted / shifted.sum(axis=1, keepdims=True)


@of("softmax")
def share_of_the_sigmoids(logits):
    """The sigmoids of the logits are divided by their sum. All large logits then count nearly the same: use exp instead."""
    powers = 1 / (1 + np.exp(-logits))
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def each_by_itself(logits):
    """Each logit seems to get its own sigmoid, so a row does not sum to one. Divide exponentials by their sum over the row."""
    return 1 / (1 + np.exp(-logits))


@of("softmax")
def winner_takes_all(logits):
    """The largest logit gets all the probability, as in a one-hot row. Softmax divides the probability among the classes: larger logits get more."""
    return np.eye(logits.shape[1])[np.argmax(logits, axis=1)]


@of("softmax")
def divides_by_the_largest(logits):
    """The logits seem to be divided by the largest magnitude in their row, which changes the probabilities. Subtract the same number from the whole row instead."""
    powers = np.exp(logits / np.abs(logits).max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def maxima_lie_flat(logits):
    """The maxima seem to have shape (batch,), so NumPy matches them with the columns, not the rows. Which argument keeps them as a column?"""
    powers = np.exp(logits - logits.max(axis=1))
    return powers / powers.sum(axis=1, keepdims=True)


@of("softmax")
def maxima_and_sums_lie_flat(logits):
    """The maxima and the sums seem to have shape (batch,), so NumPy matches them with the columns, not the rows. Which argument keeps them as columns?"""
    powers = np.exp(logits - logits.max(axis=1))
    return powers / powers.sum(axis=1)


@of("softmax")
def only_the_first_row(logits):
    """Only the first row came back. If the return is inside the loop, move it below the loop."""
    return reference_softmax(logits[:1])


@of("softmax")
def returns_logarithms(logits):
    """The results are logarithms of probabilities, which come in chapter 5. Return the probabilities themselves here."""
    return np.log(reference_softmax(logits))


@of("softmax")
def batch_as_one_after_the_shift(logits):
    """All rows together sum to one. Each row is one image with its own probabilities: along which axis do you sum?"""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum()


def down_the_columns(shift):
    @of("softmax")
    def sums_of_the_columns(logits):
        """Each entry seems to be divided by the sum of its column, across the batch. Divide by the sum over one image's classes: check the axis."""
        powers = np.exp(logits - shift(logits))
        return powers / powers.sum(axis=0)

    return sums_of_the_columns


columns_beside_the_rows_own = down_the_columns(lambda logits: logits.max(axis=1, keepdims=True))
columns_beside_none = down_the_columns(lambda logits: 0)


def hidden_pass(layers, x, activation=reference_relu):
    sums, activations = [], [x]
    for weights, bias in layers[:-1]:
        sums.append(dense(activations[-1], weights, bias))
        activations.append(activation(sums[-1]))
    logits = dense(activations[-1], *layers[-1])
    return logits, activations, sums


@of("forward")
def relu_on_the_logits(layers, x):
    """Negative logits came out as 0. Is there a ReLU after the output layer? Softmax needs the differences between logits, and ReLU would change them."""
    logits, activations, _ = hidden_pass(layers, x)
    return reference_relu(logits), activations


@of("forward")
def relu_on_the_input(layers, x):
    """The input passed through a ReLU before the first layer. An input is data, and its negative numbers count: apply ReLU only after a layer."""
    logits, activations, _ = hidden_pass(layers, reference_relu(x))
    return logits, activations


@of("forward")
def keeps_the_sums(layers, x):
    """The list holds the neurons' sums before ReLU. activations[k] is the input of layer k, and a layer receives the sums after ReLU."""
    logits, _, sums = hidden_pass(layers, x)
    return logits, [x, *sums]


@of("forward")
def keeps_the_logits_too(layers, x):
    """The list ends with the logits, which enter no layer. The list should hold only the input of each layer."""
    logits, activations, _ = hidden_pass(layers, x)
    return logits, [*activations, logits]


@of("forward")
def outputs_for_inputs(layers, x):
    """The list holds the layers' outputs. activations[k] is the input of layer k: where must the list begin, and where must it end?"""
    logits, activations, _ = hidden_pass(layers, x)
    return logits, [*activations[1:], logits]


@of("forward")
def forgets_the_input(layers, x):
    """The list begins after the first layer. Its first entry should be the input of layer 0: which array is that?"""
    logits, activations, _ = hidden_pass(layers, x)
    return logits, activations[1:]


@of("forward")
def probabilities_for_logits(layers, x):
    """Probabilities came back. Return the logits of the output layer, before softmax: a loss computed from logits is more exact."""
    logits, activations, _ = hidden_pass(layers, x)
    return reference_softmax(logits), activations


@of("forward")
def without_biases(layers, x):
    """The biases seem to be missing. What does a dense layer add to its weighted sums?"""
    return hidden_pass([(weights, np.zeros_like(bias)) for weights, bias in layers], x)[:2]


@of("forward")
def bias_after_relu(layers, x):
    """The bias seems to be added after ReLU. A bias belongs to the sum that decides whether the neuron activates: add it first."""
    activations = [x]
    for weights, bias in layers[:-1]:
        activations.append(reference_relu(activations[-1] @ weights) + bias)
    return dense(activations[-1], *layers[-1]), activations


@of("forward")
def only_the_logits(layers, x):
    """Only the logits came back. Return two things: the logits, and the list of layer inputs."""
    return hidden_pass(layers, x)[0]


@of("forward")
def activations_first(layers, x):
    """Both results came back, but in the wrong order. The logits come first."""
    logits, activations, _ = hidden_pass(layers, x)
    return activations, logits


@of("forward")
def layers_used_backwards(layers, x):
    """The layers seem to be used from the last to the first. The forward pass begins with layers[0]."""
    return hidden_pass(layers[::-1], x)[:2]


@of("forward")
def always_the_same_input(layers, x):
    """Every hidden layer seems to receive x itself. The output of one layer is the input of the next one."""
    hidden = [reference_relu(dense(x, weights, bias)) for weights, bias in layers[:-1]]
    activations = [x, *hidden]
    return dense(activations[-1], *layers[-1]), activations


@of("predict")
def last_of_equals(layers, x):
    """Where logits tie, the last class came back. Return the lowest of the tied classes, as np.argmax does."""
    logits, _ = reference_forward(layers, x)
    return logits.shape[1] - 1 - np.argmax(logits[:, ::-1], axis=1)


@of("predict")
def one_answer_for_the_batch(layers, x):
    """One number came back for the whole batch. Without an axis, np.argmax treats all logits as one list. Which axis gives one class for each row?"""
    return np.argmax(reference_forward(layers, x)[0])


@of("predict")
def best_picture_for_each_class(layers, x):
    """The result has one entry per class, not per image. Do you search down the columns? Each row needs its own class."""
    return np.argmax(reference_forward(layers, x)[0], axis=0)


@of("predict")
def value_for_place(layers, x):
    """The values of the largest logits came back. The class is the position of the largest logit in its row."""
    return np.max(reference_forward(layers, x)[0], axis=1)


@of("predict")
def smallest_wins(layers, x):
    """The class with the smallest logit came back. A larger logit means a more probable class, so the largest one decides."""
    return np.argmin(reference_forward(layers, x)[0], axis=1)


@of("predict")
def relu_before_the_choice(layers, x):
    """Where all logits are negative, class 0 came back. Is there a ReLU before the choice, or does a search for the largest begin at 0?"""
    return np.argmax(reference_relu(reference_forward(layers, x)[0]), axis=1)


@of("predict")
def forgets_that_forward_returns_two(layers, x):
    """`forward` returns two things, and NumPy cannot make one array of both. Take the logits out first."""
    return np.argmax(reference_forward(layers, x), axis=1)


@of("predict")
def counts_classes_from_one(layers, x):
    """The classes are counted from 1. Here the first class is 0: a class is the index of its logit."""
    return np.argmax(reference_forward(layers, x)[0], axis=1) + 1


@of("predict")
def one_hot_answer(layers, x):
    """Each row came back as zeros with a single 1. Return the class as one integer: the column of that 1."""
    logits, _ = reference_forward(layers, x)
    return np.eye(logits.shape[1])[np.argmax(logits, axis=1)]


@of("predict")
def classes_as_decimals(layers, x):
    """The classes are right, but they are floats. A class is an index and must be an integer: np.zeros(len(x), dtype=int) makes an array of integers."""
    return np.argmax(reference_forward(layers, x)[0], axis=1).astype(float)


@of("predict")
def stops_at_the_logits(layers, x):
    """The logits came back. Return the class of each row: the position of its largest logit."""
    return reference_forward(layers, x)[0]


@of("predict")
def asks_the_last_activations(layers, x):
    """The result is the position of the largest input of the output layer. The classes are the columns of the logits, which forward returns first."""
    return np.argmax(reference_forward(layers, x)[1][-1], axis=1)


@of("predict")
def largest_probability_for_the_class(layers, x):
    """Your result is the largest probability of each row. Return the class instead: the position of that probability in the row."""
    return reference_softmax(reference_forward(layers, x)[0]).max(axis=1)


@of("predict")
def all_probabilities(layers, x):
    """Your result holds the probabilities of all classes. Return one class per row: the position of the largest."""
    return reference_softmax(reference_forward(layers, x)[0])


@of("relu")
def loops_over_one_axis(x):
    """The loop seems to run along one axis: in a 2-D array each x[i] is a row. Use a NumPy function that works entry by entry."""
    kept = np.zeros_like(x)
    for i in range(len(x)):
        if x[i] > 0:
            kept[i] = x[i]
    return kept


@of("softmax")
def share_of_the_logits_above_one(logits):
    """No exponential seems to be taken: logits shifted so that the smallest is 1 are divided by their sum. Softmax divides exponentials by their sum."""
    shifted = logits - logits.min(axis=1, keepdims=True) + 1
    return shifted / shifted.sum(axis=1, keepdims=True)


@of("softmax")
def one_more_in_the_sum(logits):
    """A row's probabilities sum to less than 1, as if 1 were added to the sum of the shifted exponentials. Divide by the sum alone."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / (1 + powers.sum(axis=1, keepdims=True))


@of("forward")
def relu_on_all_but_the_first(layers, x):
    """ReLU seems to follow every layer except the first one. Apply ReLU after every layer except the output layer."""
    activations = []
    for k, layer in enumerate(layers):
        activations.append(x)
        x = dense(x, *layer) if k == 0 else reference_relu(dense(x, *layer))
    return x, activations


@of("forward")
def magnitudes_for_relu(layers, x):
    """Negative sums come out positive in the hidden layers, as with np.abs. ReLU replaces negative sums by zero."""
    return hidden_pass(layers, x, np.abs)[:2]


@of("forward")
def overwrites_what_was_kept(layers, x):
    """A layer's result seems to overwrite the array that was kept as its input. Make a new array for each result."""
    logits, kept, _ = hidden_pass(layers, x)
    results = [*kept[1:], logits]
    seen = []
    for k in range(len(kept)):
        # All arrays of the same shape that follow one another are one array.
        last = k
        while last < len(results) and results[last].shape == kept[k].shape:
            last += 1
        seen.append(kept[k] if last == k else results[last - 1])
    return logits, seen


@of("predict")
def no_relu_before_the_choice(layers, x):
    """There seems to be no ReLU between the layers. `forward` does the whole forward pass: use its logits."""
    for layer in layers:
        x = dense(x, *layer)
    return np.argmax(x, axis=1)


@of("relu")
def one_decision_for_the_array(x):
    """Each array either comes back unchanged or becomes 0 in all entries. ReLU decides for each number separately."""
    return x if np.sum(x) > 0 else np.zeros_like(x)


@of("softmax")
def sums_repeated_in_the_wrong_order(logits):
    """Numbers in the same row seem to be divided by different sums. Each row has one sum of its own."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / np.resize(powers.sum(axis=1), powers.shape)


@of("forward")
def one_array_for_equal_shapes(layers, x):
    """Hidden layers of the same width hold the same activations, as if they shared an array. Make a new array for each layer."""
    logits, kept, _ = hidden_pass(layers, x)
    last = {array.shape: array for array in kept[1:]}
    return logits, [kept[0], *(last[array.shape] for array in kept[1:])]


@of("predict")
def one_answer_in_an_array(layers, x):
    """The array holds one number for the whole batch, a position among all logits. Choose a class for each row: which axis do you need?"""
    return np.array([np.argmax(reference_forward(layers, x)[0])])


@of("predict")
def rounds_before_the_choice(layers, x):
    """Classes whose probabilities are close count as equally probable, as if the probabilities had been rounded. Compare the logits themselves."""
    return np.argmax(np.round(reference_softmax(reference_forward(layers, x)[0]), 2), axis=1)


@of("softmax")
def sigmoids_divided_by_their_sum(logits):
    """Each logit seems to go through a sigmoid, and the results are divided by their sum. Softmax divides exponentials by their sum."""
    halves = 0.5 * (1 + np.tanh(logits / 2))
    sums = halves.sum(axis=1, keepdims=True)
    return np.where(sums > 0, halves / np.where(sums > 0, sums, 1), 1 / logits.shape[1])


@of("softmax")
def sigmoids_divided_by_a_sum_of_zero(logits):
    """Each logit seems to go through a sigmoid, and the results are divided by their sum, which can be 0. Softmax divides exponentials by their sum."""
    halves = 0.5 * (1 + np.tanh(logits / 2))
    return halves / halves.sum(axis=1, keepdims=True)


@of("predict")
def needs_more_than_one_half(layers, x):
    """Where no class has a probability above one half, class 0 came back. The largest logit decides, however small its lead."""
    return np.argmax(reference_softmax(reference_forward(layers, x)[0]) > 0.5, axis=1)
