"""What people believe about gradients on their way back through a network."""

import numpy as np

from ..weightlab.backprop import dense_gradient, relu_gradient
from ..weightlab.forward import softmax
from ..weightlab.loss import one_hot
from . import of

# numerical_gradient


@of("numerical_gradient")
def looks_ahead_only(f, array, step=1e-5):
    """You compare a step forward with standing still. On a curve that favours one side: your error shrinks with the step, a two-sided measurement's with its square. Look a step to the left of the point as well."""
    moved = np.array(array, dtype=np.float64)
    gradient, start = np.empty(moved.shape), f(moved)
    for index in np.ndindex(moved.shape):
        here = moved[index]
        moved[index] = here + step
        gradient[index] = (f(moved) - start) / step
        moved[index] = here
    return gradient


@of("numerical_gradient")
def divides_by_one_step(f, array, step=1e-5):
    """Your gradient is twice as steep as the function. How far apart are the two points that you compare? Draw them on a line, with the entry in the middle."""
    moved = np.array(array, dtype=np.float64)
    gradient = np.empty(moved.shape)
    for index in np.ndindex(moved.shape):
        here = moved[index]
        moved[index] = here + step
        above = f(moved)
        moved[index] = here - step
        gradient[index] = (above - f(moved)) / step
        moved[index] = here
    return gradient


@of("numerical_gradient")
def moves_everything_at_once(f, array, step=1e-5):
    """You move all entries together, so that every entry gets the same number: the slope along the diagonal. A gradient asks what happens when one entry alone moves, and asks it again for each."""
    array = np.array(array, dtype=np.float64)
    slope = (f(array + step) - f(array - step)) / (2 * step)
    return np.full(array.shape, slope)


@of("numerical_gradient")
def forgets_to_put_back(f, array, step=1e-5):
    """The first entries are right and later ones drift: an entry that you have measured stays moved while you measure the next. Put each one back before you go on."""
    moved = np.array(array, dtype=np.float64)
    gradient = np.empty(moved.shape)
    for index in np.ndindex(moved.shape):
        moved[index] += step
        above = f(moved)
        moved[index] -= 2 * step
        gradient[index] = (above - f(moved)) / (2 * step)
    return gradient


@of("numerical_gradient")
def adds_the_step_back(f, array, step=1e-5):
    """The gradient is fine, but the caller's array is not quite what it was: plus, minus and plus again is not the same number in floating point. Work on a copy, or keep the entry's own value and put that back."""
    if array.dtype != np.float64:
        return adds_the_step_back(f, array.astype(np.float64), step)
    gradient = np.empty(array.shape)
    for index in np.ndindex(array.shape):
        array[index] += step
        above = f(array)
        array[index] -= 2 * step
        gradient[index] = (above - f(array)) / (2 * step)
        array[index] += step
    return gradient


@of("numerical_gradient")
def keeps_the_dtype(f, array, step=1e-5):
    """You move entries about in the array's own dtype. Whole numbers swallow a step of 0.00001 entirely, and float32 keeps about seven digits, of which the step leaves two. Make the copy float64 first."""
    moved, gradient = array.copy(), np.zeros_like(array)
    for index in np.ndindex(array.shape):
        here = array[index]
        moved[index] = here + step
        above = f(moved)
        moved[index] = here - step
        gradient[index] = (above - f(moved)) / (2 * step)
        moved[index] = here
    return gradient


@of("numerical_gradient")
def ignores_the_step(f, array, step=1e-5):
    """You measure with a step of your own, whatever the caller asks for. How good the measurement is depends on the step: use the argument."""
    step = 1e-5
    moved = np.array(array, dtype=np.float64)
    gradient = np.empty(moved.shape)
    for index in np.ndindex(moved.shape):
        here = moved[index]
        moved[index] = here + step
        above = f(moved)
        moved[index] = here - step
        gradient[index] = (above - f(moved)) / (2 * step)
        moved[index] = here
    return gradient


# relative_error


@of("relative_error")
def entry_by_entry(a, b):
    """You measure each difference against its own entry. Where a gradient is all but zero, rounding is all that is left, and your measure calls a correct gradient wrong. Take the scale from the whole array."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return float(np.max(np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-12), initial=0.0))


@of("relative_error")
def forgets_the_sign(a, b):
    """You take the largest number, not the largest size: -3 counts for less than 1 with you, and two arrays that differ downwards seem equal. Sizes first, then the maximum."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    if a.size == 0:
        return 0.0
    return float(np.max(a - b) / max(np.max(a) + np.max(b), 1e-12))


@of("relative_error")
def averages_the_difference(a, b):
    """You take the mean difference. One wrong entry among thousands then hardly shows, and one wrong entry is what a planted bug often is. Ask for the worst."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    if a.size == 0:
        return 0.0
    return float(np.mean(np.abs(a - b)) / max(np.max(np.abs(a)) + np.max(np.abs(b)), 1e-12))


@of("relative_error")
def measures_against_one_array(a, b):
    """You measure against the first array only. Exchange the two and the answer changes, and a first array of zeros makes everything infinitely wrong. Let both count."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return float(np.abs(a - b).max(initial=0.0) / max(np.abs(a).max(initial=0.0), 1e-12))


@of("relative_error")
def divides_by_nothing(a, b):
    """Two arrays of zeros agree perfectly, but you divide zero by zero. The size that you measure against needs a floor."""
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    if a.size == 0:
        return 0.0
    return float(np.max(np.abs(a - b)) / (np.max(np.abs(a)) + np.max(np.abs(b))))


@of("relative_error")
def lets_numpy_stretch(a, b):
    """A column against a matrix, or a row: NumPy stretches the smaller array without a word, and a gradient of the wrong shape can pass for right. Compare the shapes before the numbers."""
    size = np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0)
    return float(np.abs(a - b).max(initial=0.0) / max(size, 1e-12))


# mean_squared_error_gradient


@of("mean_squared_error_gradient")
def forgets_the_two(predictions, targets):
    """Your gradient is half of what it should be. What is the slope of a square?"""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return (predictions - targets) / predictions.size


@of("mean_squared_error_gradient")
def points_at_the_target(predictions, targets):
    """The sign is turned round: a prediction above its target makes the error grow when it grows. The gradient points uphill; going down is the business of the next chapter."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return 2 * (targets - predictions) / predictions.size


@of("mean_squared_error_gradient")
def of_the_sum(predictions, targets):
    """This is the gradient of the sum of the squares. In a mean every entry counts only for its share."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return 2 * (predictions - targets)


@of("mean_squared_error_gradient")
def shares_among_rows_only(predictions, targets):
    """You divide by the number of rows. The mean of chapter 5 is over all entries, rows and columns."""
    if predictions.shape != targets.shape:
        raise ValueError(f"{predictions.shape} and {targets.shape}")
    return 2 * (predictions - targets) / len(predictions)


@of("mean_squared_error_gradient")
def stretches_the_targets(predictions, targets):
    """The numbers are right, but targets of another shape are stretched to fit without a word, and the gradient of a mix-up comes back. Compare the shapes first, and name both in the error."""
    return 2 * (predictions - targets) / predictions.size


# cross_entropy_gradient


@of("cross_entropy_gradient")
def of_the_summed_loss(logits, labels):
    """This is the gradient of the sum over the batch. The loss is a mean: without the division a batch twice as large would take steps twice as long."""
    return softmax(logits) - one_hot(labels, logits.shape[1])


@of("cross_entropy_gradient")
def truth_minus_belief(logits, labels):
    """The sign is turned round. Raising a wrong class's logit raises the loss, so its gradient is above zero. The gradient points uphill; descent takes the minus later."""
    return (one_hot(labels, logits.shape[1]) - softmax(logits)) / len(labels)


@of("cross_entropy_gradient")
def belief_alone(logits, labels):
    """These are the probabilities, shared among the batch: every logit is pushed down, the right one too, and the labels play no part. What should the network have believed?"""
    return softmax(logits) / len(labels)


@of("cross_entropy_gradient")
def only_the_right_class(logits, labels):
    """Only the right class's logit has a gradient with you. The loss reads one probability, but softmax divides by the sum over all classes, so that every logit has a say in it."""
    rows = np.arange(len(labels))
    gradient = np.zeros_like(logits)
    gradient[rows, labels] = (softmax(logits)[rows, labels] - 1) / len(labels)
    return gradient


@of("cross_entropy_gradient")
def one_taken_from_whole_columns(logits, labels):
    """gradient[:, labels] names whole columns: every row loses one at every label of the batch. Each row has one label; give NumPy a row for each of them as well."""
    gradient = softmax(logits)
    gradient[:, labels] -= 1
    return gradient / len(labels)


@of("cross_entropy_gradient")
def shared_among_all_entries(logits, labels):
    """You divide by rows times classes. The loss is one number for each example, and its mean goes over examples only."""
    return (softmax(logits) - one_hot(labels, logits.shape[1])) / logits.size


@of("cross_entropy_gradient")
def stops_at_the_probabilities(logits, labels):
    """This is how the loss changes with the probability, -1/p. The question is how it changes with the logit: the slope of softmax comes in as well, and most of it cancels."""
    rows, probabilities = np.arange(len(labels)), softmax(logits)
    gradient = np.zeros_like(probabilities)
    with np.errstate(divide="ignore"):
        gradient[rows, labels] = -1 / probabilities[rows, labels] / len(labels)
    return gradient


@of("cross_entropy_gradient")
def bare_exponentials(logits, labels):
    """Right for small logits, but exp(1000) is infinite, and infinity over infinity is no number. Your softmax of chapter 4 has that solved."""
    with np.errstate(all="ignore"):
        powers = np.exp(logits)
        belief = powers / powers.sum(axis=1, keepdims=True)
    return (belief - one_hot(labels, logits.shape[1])) / len(labels)


# relu_gradient


@of("relu_gradient")
def passes_at_zero(grad_output, activations):
    """Zero counts as active with you. A silent neuron's activation is exactly zero, so this lets the gradient through nearly everywhere."""
    return grad_output * (activations >= 0)


@of("relu_gradient")
def looks_at_the_gradient(grad_output, activations):
    """You hold back gradients that are below zero, as if the gradient itself went through a ReLU. Whether it passes is decided by what the neuron did on the way there."""
    return np.maximum(grad_output, 0)


@of("relu_gradient")
def scales_by_the_activation(grad_output, activations):
    """You multiply by the activation itself. The slope of a ReLU is one wherever it is active, however large the activation."""
    return grad_output * activations


@of("relu_gradient")
def the_slope_alone(grad_output, activations):
    """This is the ReLU's own slope, ones and zeros. What comes from above is missing: the chain rule multiplies the two."""
    return np.where(activations > 0, 1.0, 0.0)


@of("relu_gradient")
def zeroes_in_place(grad_output, activations):
    """The result is right, but you wrote the zeros into the caller's own array. Whoever still needs grad_output finds it changed. Make a new array."""
    grad_output[activations <= 0] = 0
    return grad_output


# dense_gradient


@of("dense_gradient")
def weights_on_their_side(grad_output, x, weights):
    """The numbers of grad_weights are right but lie on their side: each weight's gradient must sit where the weight sits."""
    return grad_output @ weights.T, grad_output.T @ x, grad_output.sum(axis=0)


@of("dense_gradient")
def mean_over_the_batch(grad_output, x, weights):
    """You average over the batch. The share of each example is already in grad_output (the loss is a mean), so it would be divided twice. Here the examples add up."""
    n = len(x)
    return grad_output @ weights.T, x.T @ grad_output / n, grad_output.mean(axis=0)


@of("dense_gradient")
def mean_for_the_bias(grad_output, x, weights):
    """grad_bias is averaged over the batch, and grad_weights is added up. A bias is a weight whose input is always one: it is treated as the weights are."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.mean(axis=0)


@of("dense_gradient")
def bias_of_each_example(grad_output, x, weights):
    """grad_bias still has a row for each example. One bias serves them all, so that what they ask of it is added up."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output


@of("dense_gradient")
def bias_of_each_row(grad_output, x, weights):
    """grad_bias is summed along the wrong axis: one number an example, where one a neuron is wanted."""
    return grad_output @ weights.T, x.T @ grad_output, grad_output.sum(axis=1)


@of("dense_gradient")
def bias_is_constant(grad_output, x, weights):
    """You take the bias for a constant without a gradient. Nothing multiplies it, but the output moves when it moves, one for one."""
    return grad_output @ weights.T, x.T @ grad_output, np.zeros(weights.shape[1])


@of("dense_gradient")
def back_through_the_same_matrix(grad_output, x, weights):
    """grad_x is multiplied by the weights as on the way there, which fits square layers only. On the way back the connections are walked from output to input."""
    return grad_output @ weights, x.T @ grad_output, grad_output.sum(axis=0)


@of("dense_gradient")
def weights_and_inputs_exchanged(grad_output, x, weights):
    """grad_x and grad_weights have changed places. The order that was agreed on is inputs, weights, bias."""
    return x.T @ grad_output, grad_output @ weights.T, grad_output.sum(axis=0)


# backward


def _back(layers, activations, grad_logits, through=relu_gradient):
    """Walk back through the layers, with a ReLU step of one's own."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        grad_x, grad_weights, grad_bias = dense_gradient(grad, activations[k], layers[k][0])
        gradients.insert(0, (grad_weights, grad_bias))
        grad = through(grad_x, activations[k])
    return gradients


@of("backward")
def skips_the_relu(layers, activations, grad_logits):
    """The last layer is right, all below are not: the gradient goes back as though there were no ReLU. A neuron that was silent cannot be blamed for what came out."""
    return _back(layers, activations, grad_logits, through=lambda grad, activation: grad)


@of("backward")
def relu_at_the_top_too(layers, activations, grad_logits):
    """You take grad_logits through a ReLU as well. No ReLU follows the last layer: its logits, below zero or not, go straight into the loss."""
    logits = activations[-1] @ layers[-1][0] + layers[-1][1]
    return _back(layers, activations, relu_gradient(grad_logits, logits))


@of("backward")
def last_layer_first(layers, activations, grad_logits):
    """The pairs come in the order in which you met them, the last layer first. Whoever uses them counts from the first layer, as layers does."""
    return _back(layers, activations, grad_logits)[::-1]


@of("backward")
def the_same_blame_for_all(layers, activations, grad_logits):
    """Every layer is given grad_logits itself, which fits only where all layers are equally wide. Each layer must turn what comes from above into something for the layer below: its grad_x, taken through the ReLU."""
    return [dense_gradient(grad_logits, activations[k], layers[k][0])[1:] for k in range(len(layers))]


@of("backward")
def weights_without_biases(layers, activations, grad_logits):
    """You return the gradients of the weights only. Biases learn too: a pair for each layer, (grad_weights, grad_bias)."""
    return [pair[0] for pair in _back(layers, activations, grad_logits)]


@of("backward")
def everything_in_one_list(layers, activations, grad_logits):
    """You return one long list, weights and biases in turn. The gradients of a network look as the network does: a list of pairs."""
    return [gradient for pair in _back(layers, activations, grad_logits) for gradient in pair]


@of("backward")
def asks_another_relu(layers, activations, grad_logits):
    """You let the activations of the wrong layer decide which gradients pass. The grad_x of layer k belongs to activations[k], the inputs of that very layer: those are the outputs of the ReLU that comes next on the way back."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        grad_x, grad_weights, grad_bias = dense_gradient(grad, activations[k], layers[k][0])
        gradients.insert(0, (grad_weights, grad_bias))
        grad = relu_gradient(grad_x, activations[k - 1])
    return gradients


@of("backward")
def begins_at_the_front(layers, activations, grad_logits):
    """You begin with the first layer. grad_logits belongs to the outputs of the last one: that is where the way back begins."""
    gradients, grad = [], grad_logits
    for activation, (weights, _) in zip(activations, layers):
        grad_x, grad_weights, grad_bias = dense_gradient(grad, activation, weights)
        gradients.append((grad_weights, grad_bias))
        grad = relu_gradient(grad_x, activation)
    return gradients
