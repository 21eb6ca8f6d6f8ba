"""What people get wrong about single weights and sums of them."""

import numpy as np

from . import of


@of("apply_weight")
def adds_the_weight(signal, weight):
    """You add the weight. A weight multiplies what flows along its connection; a number that is added comes in chapter 2, and is called a bias."""
    return signal + weight


@of("apply_weight")
def ignores_the_sign(signal, weight):
    """You use only the size of the weight. Its sign matters as much: a negative weight turns the signal round."""
    return signal * np.abs(weight)


@of("apply_weight")
def a_negative_weight_lets_nothing_through(signal, weight):
    """You take a negative weight for no connection at all, so that nothing comes through. A negative weight lets the signal through as strongly as a positive one does, with its sign turned."""
    return signal * np.maximum(weight, 0)


@of("apply_weight")
def weight_as_a_change(signal, weight):
    """You take the weight as a change, so that 0 leaves the signal as it is. A weight says how much of the signal gets through: 1 leaves it as it is, 0 silences it."""
    return signal * (1 + weight)


@of("apply_weight")
def divides_by_the_weight(signal, weight):
    """You divide, so a large weight makes the signal small. It must be the other way round: a large weight amplifies."""
    return np.divide(signal, weight)


@of("apply_weight")
def overwrites_the_signal(signal, weight):
    """Your result is right, but `signal *= weight` writes it into the caller's own array, whose signals are then lost. Make a new array instead."""
    signal *= weight
    return signal


@of("apply_weight")
def adds_the_signals_up(signal, weight):
    """You add all the signals up. Here each signal crosses the connection by itself, so the result has as many numbers as the signal; the adding up happens inside a neuron, in the next exercise."""
    return float(np.sum(weight * signal))


@of("weighted_sum")
def stops_before_adding(inputs, weights):
    """You multiply each input by its weight, and stop there. A neuron receives all of these together: one number."""
    _refuse(inputs, weights)
    return inputs * weights


@of("weighted_sum")
def takes_the_mean(inputs, weights):
    """You average. A neuron adds up: each connection counts in full, however many there are."""
    _refuse(inputs, weights)
    return float(np.mean(inputs * weights))


@of("weighted_sum")
def divides_by_the_weights(inputs, weights):
    """You take the weighted average of school marks, which divides by the sum of the weights. A neuron does not divide: with weights twice as large its sum is twice as large."""
    _refuse(inputs, weights)
    return float(np.sum(inputs * weights) / np.sum(weights))


@of("weighted_sum")
def adds_up_before_multiplying(inputs, weights):
    """You add up the inputs and the weights first, and multiply the two sums. Then every input has the same say. Multiply each input by its own weight first."""
    _refuse(inputs, weights)
    return float(np.sum(inputs) * np.sum(weights))


@of("weighted_sum")
def adds_each_weight(inputs, weights):
    """You add each weight to its input. A weight multiplies, as in apply_weight; only the products are added up."""
    _refuse(inputs, weights)
    return float(np.sum(inputs + weights))


@of("weighted_sum")
def every_input_with_every_weight(inputs, weights):
    """You multiply every input by every weight, a whole table of products. Each input has one connection, with one weight: the first with the first, the second with the second."""
    _refuse(inputs, weights)
    return np.outer(inputs, weights)


@of("weighted_sum")
def only_the_last_connection(inputs, weights):
    """You return the last product alone: the total starts afresh each time round the loop, or is replaced instead of added to. Set it to 0 once, before the loop, and add to it."""
    _refuse(inputs, weights)
    return float(inputs[-1] * weights[-1])


@of("weighted_sum")
def returns_inside_the_sum(inputs, weights):
    """You return after the first product: the return stands inside the loop. Move it to the left, below the loop, so that all connections are added up first."""
    _refuse(inputs, weights)
    return float(inputs[0] * weights[0])


@of("weighted_sum")
def returns_the_error(inputs, weights):
    """Your sum is right, but you return the ValueError as if it were a result, and whoever called goes on with it. `raise ValueError(...)` stops the program there; `return` does not."""
    if inputs.ndim != 1 or inputs.shape != weights.shape:
        return ValueError()
    return float(inputs @ weights)


@of("weighted_sum")
def complains_without_raising(inputs, weights):
    """Your sum is right, but where the shapes do not fit you only print something, or return nothing, and the program goes on with None. `raise ValueError(...)` makes sure that it is heard."""
    return None if inputs.ndim != 1 or inputs.shape != weights.shape else float(inputs @ weights)


@of("weighted_sum")
def asserts_the_shapes(inputs, weights):
    """Your sum is right, and you look at the shapes, but assert raises an AssertionError, which says that the program itself is wrong, and which `python -O` leaves out. What a caller gave you is refused with `raise ValueError(...)`."""
    assert inputs.ndim == 1 and inputs.shape == weights.shape
    return float(inputs @ weights)


@of("weighted_sum")
def stops_at_the_shorter(inputs, weights):
    """Your sum is right, but zip stops at the shorter of the two without a word, so signals or weights get lost when the lengths differ. Compare the shapes first and raise the ValueError."""
    return sum(x * w for x, w in zip(inputs, weights))


@of("weighted_sum")
def counts_on_as_many_weights(inputs, weights):
    """Your sum is right, but your loop runs over the inputs and trusts that there are as many weights: with fewer inputs some weights are left out without a word, with more the loop ends in an IndexError. Compare the shapes first and raise the ValueError yourself."""
    return sum(inputs[i] * weights[i] for i in range(len(inputs)))


@of("weighted_sum")
def lets_numpy_stretch(inputs, weights):
    """Your sum is right, but you leave it to NumPy to refuse, and NumPy often does not: it stretches one input over five weights, and a row over a table. Compare the shapes first and raise the ValueError yourself."""
    return np.sum(inputs * weights)


@of("weighted_sum")
def adds_up_rows(inputs, weights):
    """Your sum is right, but you leave it to NumPy to refuse, and NumPy often does not: it stretches one input over five weights, and of a table it lets Python's sum make a whole row of sums. Compare the shapes first and raise the ValueError yourself."""
    return sum(inputs * weights)


@of("weighted_sum")
def trusts_the_dot_product(inputs, weights):
    """Your sum is right, but you leave it to NumPy to refuse, and @ is content with a table of inputs: it then returns several sums, not one. Check for one axis and equal lengths first, and raise the ValueError yourself."""
    return np.dot(inputs, weights)


@of("weighted_sum")
def leaves_the_shapes_to_float(inputs, weights):
    """Your sum is right, but you leave it to NumPy to refuse. Of a table of inputs it makes several sums, and float() stumbles over them with a TypeError that says nothing of shapes. Check for one axis and equal lengths first, and raise the ValueError yourself."""
    return float(inputs @ weights)


@of("weighted_sum")
def compares_only_lengths(inputs, weights):
    """Your sum is right, and you compare lengths, but len() sees only the first axis: a table of three rows passes for three inputs. Compare the whole shapes, and that there is one axis."""
    if len(inputs) != len(weights):
        raise ValueError
    return np.sum(inputs * weights)


@of("weighted_sum")
def compares_only_shapes(inputs, weights):
    """Your sum is right, and you compare the shapes, but two tables of the same shape still pass. Look at ndim as well: a neuron's inputs are one row of numbers."""
    if inputs.shape != weights.shape:
        raise ValueError(f"{inputs.shape} and {weights.shape}")
    return np.sum(inputs * weights)


@of("weighted_sum")
def refuses_without_saying_why(inputs, weights):
    """Your sum is right and you refuse at the right moments, but the message leaves out the shapes. Somebody will read it at midnight: put inputs.shape and weights.shape into it."""
    _refuse(inputs, weights)
    return float(inputs @ weights)


def _refuse(inputs, weights):
    if inputs.ndim != 1 or inputs.shape != weights.shape:
        raise ValueError


@of("weighted_sums")
def order_swapped(inputs, weights):
    """You multiply in the other order, weights @ inputs. In a matrix product rows meet columns: the examples are rows of inputs and the neurons columns of weights, so inputs stand on the left."""
    return weights @ inputs


@of("weighted_sums")
def weights_on_their_side(inputs, weights):
    """You transpose the weights. They arrive as (fan_in, fan_out), one neuron a column, and fit as they are. (PyTorch keeps them the other way round, so code from there has a .T.)"""
    return inputs @ weights.T


@of("weighted_sums")
def result_on_its_side(inputs, weights):
    """Your numbers are right but lie on their side: one neuron a row. Give one row for each example and one column for each neuron."""
    return (inputs @ weights).T


@of("weighted_sums")
def strings_all_sums_together(inputs, weights):
    """Your sums are right but stand in one long line. Start a new row for each example: a list of lists, or an array of zeros of shape (batch, fan_out) to fill in."""
    return (inputs @ weights).ravel()


@of("weighted_sums")
def multiplies_entry_by_entry(inputs, weights):
    """You use *, which multiplies entry by entry and adds nothing up. Each result is a whole row of inputs times a whole column of weights, added up."""
    return inputs * weights


@of("weighted_sums")
def adds_up_the_batch(inputs, weights):
    """You add up over the examples, so their results run into one. Examples in a batch have nothing to do with each other: each keeps a row of its own."""
    return (inputs @ weights).sum(axis=0)


@of("weighted_sums")
def adds_up_the_layer(inputs, weights):
    """You add up over the neurons. Each neuron of the layer has its own result: one column for each."""
    return (inputs @ weights).sum(axis=1)


@of("weighted_sums")
def averages_the_inputs(inputs, weights):
    """You divide by the number of inputs. A neuron adds up, and does not average."""
    return inputs @ weights / weights.shape[0]


@of("weighted_sums")
def only_the_first_example(inputs, weights):
    """You return the sums of the first example only. Every row of inputs is an example, and gets a row of results."""
    return inputs[0] @ weights


@of("weighted_sums")
def adds_up_everything(inputs, weights):
    """You add everything up into one number. Each example has a sum for each neuron: one row for each example and one column for each neuron."""
    return float(np.sum(inputs @ weights))


@of("weighted_sums")
def only_the_last_products(inputs, weights):
    """Each of your results is its last product alone: it is replaced each time round the inner loop. Add to it instead: += in place of =."""
    return inputs[:, -1:] * weights[-1:]


@of("count_weights")
def counts_neurons(layer_sizes):
    """You count the neurons. A weight sits on a connection: between 3 inputs and 2 neurons there are more lines than circles. Draw it."""
    return sum(layer_sizes)


@of("count_weights")
def counts_the_biases_too(layer_sizes):
    """You also count one bias for each neuron. Biases come in chapter 2; here count only the lines between neurons."""
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:]))


@of("count_weights")
def multiplies_all_sizes(layer_sizes):
    """You multiply all the sizes. That counts the paths from the first layer to the last, and a path shares its connections with others. Multiply neighbours, then add."""
    return int(np.prod(layer_sizes)) if len(layer_sizes) > 1 else 0


@of("count_weights")
def a_single_layer_counts_itself(layer_sizes):
    """You multiply all the sizes together, so that a single layer counts its own size. Multiply neighbouring sizes, then add the products; a layer without a neighbour has no connection."""
    return int(np.prod(layer_sizes))


@of("count_weights")
def connects_every_pair(layer_sizes):
    """You connect every layer with every later one. Here only neighbours are connected: 64 with 32, and 32 with 10, but not 64 with 10."""
    return sum(a * b for i, a in enumerate(layer_sizes) for b in layer_sizes[i + 1 :])


@of("count_weights")
def only_the_first_two_layers(layer_sizes):
    """You count between the first two layers and stop. Go on to the last one."""
    return layer_sizes[0] * layer_sizes[1] if len(layer_sizes) > 1 else 0


@of("count_weights")
def returns_inside_the_loop(layer_sizes):
    """You return after the first pair: the return stands inside the loop, so that a single layer gets no answer at all. Move it to the left, below the loop."""
    for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:]):
        return fan_in * fan_out


@of("count_weights")
def runs_past_the_last_layer(layer_sizes):
    """Your loop takes one step too many: the last layer has no next one, hence the IndexError. There is one pair fewer than there are layers: range(len(layer_sizes) - 1)."""
    return sum(layer_sizes[i] * layer_sizes[i + 1] for i in range(len(layer_sizes)))


@of("count_weights")
def products_not_added(layer_sizes):
    """You return the products, one for each pair of neighbours. The number of weights is all of them together: add them up."""
    return [fan_in * fan_out for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:])]


@of("count_weights")
def connects_first_with_last(layer_sizes):
    """You connect the first layer straight with the last. The signal passes through every layer in between, over its connections."""
    return layer_sizes[0] * layer_sizes[-1] if len(layer_sizes) > 1 else 0


@of("count_weights")
def only_the_last_two_layers(layer_sizes):
    """You return the product of the last two sizes: your total is replaced each time round the loop. Add to it instead: += in place of =."""
    return layer_sizes[-2] * layer_sizes[-1] if len(layer_sizes) > 1 else 0


@of("count_weights")
def forgets_the_last_pair(layer_sizes):
    """Your loop ends one pair too early, so the connections to the last layer are missing. There is one pair fewer than there are layers: range(len(layer_sizes) - 1)."""
    return sum(a * b for a, b in zip(layer_sizes[:-2], layer_sizes[1:-1]))


@of("count_weights")
def connects_the_last_with_the_first(layer_sizes):
    """You count one pair too many: for i = 0, layer_sizes[i - 1] is the last layer, which Python finds at the place -1. Begin with i = 1."""
    return sum(layer_sizes[i] * layer_sizes[i - 1] for i in range(len(layer_sizes)))


@of("template_weights")
def keeps_the_common_ink(images, labels, n_classes):
    """These are the mean images of the classes, but the mean of all images is not taken away. What all digits share stays in, and no weight is negative: ink in the wrong place cannot count against a class."""
    return _means(images, labels, n_classes)


@of("template_weights")
def mean_of_the_class_means(images, labels, n_classes):
    """You subtract the mean of the class means. Where one class has more images than another that is not the mean of all images: each image counts once, whatever its class."""
    means = _means(images, labels, n_classes)
    return means - means.mean(axis=1, keepdims=True)


@of("template_weights")
def mean_image_lies_across(images, labels, n_classes):
    """Your mean image lies across: its numbers, one a pixel, are lined up with the columns, one a class, where they do not fit (or, with as many classes as pixels, fit wrongly). Take it off each class's mean before you stack them, or make it a column: mean[:, np.newaxis]."""
    return _means(images, labels, n_classes) - images.mean(axis=0)


@of("template_weights")
def ink_the_wrong_way_round(images, labels, n_classes):
    """Your templates are right but for their sign: you subtract the class from the average. Ink that a class has more of than the average must come out positive."""
    return images.mean(axis=0)[:, np.newaxis] - _means(images, labels, n_classes)


@of("template_weights")
def one_template_a_row(images, labels, n_classes):
    """Your templates are right but lie in rows. Here a neuron is a column: (pixels, n_classes), so that images @ weights gives one score for each class."""
    return (_means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis]).T


@of("template_weights")
def minus_the_other_classes(images, labels, n_classes):
    """You subtract the mean of the other classes' images. Subtract the mean of all n images, this class's own among them: the same picture from each template."""
    others = np.stack([images[labels != c].mean(axis=0) for c in range(n_classes)], axis=1)
    return _means(images, labels, n_classes) - others


@of("template_weights")
def minus_one_brightness(images, labels, n_classes):
    """You subtract one number, the average brightness of everything. Subtract the average image, pixel by pixel: mean(axis=0), with a mean for each pixel."""
    return _means(images, labels, n_classes) - images.mean()


@of("template_weights")
def minus_its_own_brightness(images, labels, n_classes):
    """You subtract from each template its own average brightness, one number. Subtract the average image of all n images, pixel by pixel."""
    means = _means(images, labels, n_classes)
    return means - means.mean(axis=0)


@of("template_weights")
def adds_up_the_class(images, labels, n_classes):
    """You add up the images of a class without dividing by how many there are, so that frequent classes get heavier weights. Take the mean."""
    sums = np.stack([images[labels == c].sum(axis=0) for c in range(n_classes)], axis=1)
    return sums - images.mean(axis=0)[:, np.newaxis]


@of("template_weights")
def divides_by_all_images(images, labels, n_classes):
    """You divide each class's sum by the number of all images. A class's mean is over the images of that class only: count those."""
    sums = np.stack([images[labels == c].sum(axis=0) for c in range(n_classes)], axis=1)
    return sums / len(images) - images.mean(axis=0)[:, np.newaxis]


@of("template_weights")
def the_first_image_of_each_class(images, labels, n_classes):
    """You take one image of each class. One person's handwriting is not the class: take the mean of all images that bear the label."""
    first = np.stack([images[labels == c][0] for c in range(n_classes)], axis=1)
    return first - images.mean(axis=0)[:, np.newaxis]


@of("template_weights")
def columns_in_order_of_appearance(images, labels, n_classes):
    """Your templates are right but in the order in which the classes first appear in labels. Column c must be class c."""
    order = list(dict.fromkeys(np.asarray(labels).tolist()))
    return (_means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis])[:, order]


@of("template_weights")
def one_number_a_class(images, labels, n_classes):
    """You average over the pixels too, so that one number is left of each class. Average over the images only, mean(axis=0): one number for each pixel."""
    return np.array([images[labels == c].mean() for c in range(n_classes)]) - images.mean()


@of("template_weights")
def one_number_an_image(images, labels, n_classes):
    """You average along each image, mean(axis=1), which gives the brightness of each image. Average over the images, mean(axis=0), which gives a picture."""
    return [images[labels == c].mean(axis=1) for c in range(n_classes)]


@of("template_weights")
def takes_the_class_for_a_row(images, labels, n_classes):
    """You take row c of the images, images[c], for all images of class c. Compare the labels with c: images[labels == c] picks out the rows that show it."""
    return np.stack([images[c].mean(axis=0) - images.mean(axis=0) for c in range(n_classes)], axis=1)


@of("template_weights")
def one_template_an_image(images, labels, n_classes):
    """You go through labels, which holds a class for every image, so that a class gets as many columns as it has images. There is one column for each class: range(n_classes)."""
    means = _means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis]
    return means[:, labels]


@of("template_weights")
def only_the_last_class(images, labels, n_classes):
    """You return the template of the last class alone: it is replaced each time round the loop. Keep the templates in a list, and put them side by side at the end."""
    return images[labels == n_classes - 1].mean(axis=0) - images.mean(axis=0)


@of("template_weights")
def rows_cut_anew(images, labels, n_classes):
    """Your templates are right but stand in rows, and reshape only cuts the same numbers into other rows. What is a row must become a column: .T, or np.stack(..., axis=1)."""
    means = _means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis]
    return means.T.reshape(means.shape)


def _means(images, labels, n_classes):
    return np.stack([images[labels == c].mean(axis=0) for c in range(n_classes)], axis=1)
