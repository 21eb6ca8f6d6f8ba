"""What people get wrong about single weights and sums of them."""

import numpy as np

from . import of


@of("apply_weight")
def adds_the_weight(signal, weight):
    """This is the signal plus the weight. A weight of 0 lets nothing through, and a weight of 1 changes nothing."""
    return signal + weight


@of("apply_weight")
def ignores_the_sign(signal, weight):
    """The magnitude is right, but the sign of the weight has no effect. A negative weight flips the sign of the signal."""
    return signal * np.abs(weight)


@of("apply_weight")
def a_negative_weight_lets_nothing_through(signal, weight):
    """A negative weight gives 0 in your version. A weight of −2 lets the signal through as strongly as a weight of 2, but flips its sign."""
    return signal * np.maximum(weight, 0)


@of("apply_weight")
def weight_as_a_change(signal, weight):
    """The signal seems to be multiplied by 1 plus the weight. A weight of 0 lets nothing through, and a weight of 1 changes nothing."""
    return signal * (1 + weight)


@of("apply_weight")
def divides_by_the_weight(signal, weight):
    """The signal seems to be divided by the weight. A weight above 1 should make the signal larger in magnitude."""
    return np.divide(signal, weight)


@of("apply_weight")
def overwrites_the_signal(signal, weight):
    """The caller's array is changed, as with `signal *= weight`. Compute a new array instead."""
    signal *= weight
    return signal


@of("apply_weight")
def adds_the_signals_up(signal, weight):
    """This is one number, the sum of all weighted signals. Weight each signal separately, so that the result has the shape of `signal`."""
    return float(np.sum(weight * signal))


@of("weighted_sum")
def stops_before_adding(inputs, weights):
    """The products are right, but they are still separate. A neuron receives all products together, as one number."""
    _refuse(inputs, weights)
    return inputs * weights


@of("weighted_sum")
def takes_the_mean(inputs, weights):
    """This is the mean of the products. A neuron adds the products up: each connection counts in full, however many there are."""
    _refuse(inputs, weights)
    return float(np.mean(inputs * weights))


@of("weighted_sum")
def divides_by_the_weights(inputs, weights):
    """This is a weighted average, which divides by the sum of the weights. A neuron does not divide: doubling all weights doubles its sum."""
    _refuse(inputs, weights)
    return float(np.sum(inputs * weights) / np.sum(weights))


@of("weighted_sum")
def adds_up_before_multiplying(inputs, weights):
    """This is the sum of the inputs times the sum of the weights. Multiply each input by its own weight only, then add."""
    _refuse(inputs, weights)
    return float(np.sum(inputs) * np.sum(weights))


@of("weighted_sum")
def adds_each_weight(inputs, weights):
    """This is the sum of all inputs and all weights. A weight multiplies its input, and only the products are added up."""
    _refuse(inputs, weights)
    return float(np.sum(inputs + weights))


@of("weighted_sum")
def every_input_with_every_weight(inputs, weights):
    """These are the products of every input with every weight. Each input has one connection: the first input meets the first weight only."""
    _refuse(inputs, weights)
    return np.outer(inputs, weights)


@of("weighted_sum")
def only_the_last_connection(inputs, weights):
    """Only the last product came back. If there is a loop, does it replace the total? Add to the total instead."""
    _refuse(inputs, weights)
    return float(inputs[-1] * weights[-1])


@of("weighted_sum")
def returns_inside_the_sum(inputs, weights):
    """Only the first product came back. If the return is inside the loop, move it below the loop."""
    _refuse(inputs, weights)
    return float(inputs[0] * weights[0])


@of("weighted_sum")
def returns_the_error(inputs, weights):
    """The sum is right, but the ValueError comes back like a result, and the caller continues with it. Raise the error instead of returning it."""
    if inputs.ndim != 1 or inputs.shape != weights.shape:
        return ValueError()
    return float(inputs @ weights)


@of("weighted_sum")
def complains_without_raising(inputs, weights):
    """The sum is right, but shapes that do not fit give None, and the caller continues with it. Raise the ValueError instead."""
    return None if inputs.ndim != 1 or inputs.shape != weights.shape else float(inputs @ weights)


@of("weighted_sum")
def asserts_the_shapes(inputs, weights):
    """The sum is right, but shapes that do not fit raise an AssertionError. Raise a ValueError instead: `python -O` ignores assert."""
    assert inputs.ndim == 1 and inputs.shape == weights.shape
    return float(inputs @ weights)


@of("weighted_sum")
def stops_at_the_shorter(inputs, weights):
    """The sum is right, but extra inputs or weights are silently dropped, as by `zip`. Compare the shapes first and raise the ValueError."""
    return sum(x * w for x, w in zip(inputs, weights))


@of("weighted_sum")
def counts_on_as_many_weights(inputs, weights):
    """With as many weights as inputs the sum is right. Otherwise extra weights are ignored, or an IndexError is raised. Compare the shapes first."""
    return sum(inputs[i] * weights[i] for i in range(len(inputs)))


@of("weighted_sum")
def lets_numpy_stretch(inputs, weights):
    """The sum is right, but some shapes that do not fit are accepted, as in broadcasting. Refuse unequal shapes, and arrays that are not 1-D."""
    return np.sum(inputs * weights)


@of("weighted_sum")
def adds_up_rows(inputs, weights):
    """The sum is right, but a 2-D input gives several sums, and a single input is broadcast. Compare the shapes first and raise the ValueError."""
    return sum(inputs * weights)


@of("weighted_sum")
def trusts_the_dot_product(inputs, weights):
    """The sum is right, but for a 2-D input NumPy returns several sums. First check that both arrays are 1-D and equally long."""
    return np.dot(inputs, weights)


@of("weighted_sum")
def leaves_the_shapes_to_float(inputs, weights):
    """The sum is right, but a 2-D input raises a TypeError that does not name the shapes. First check that both arrays are 1-D."""
    return float(inputs @ weights)


@of("weighted_sum")
def compares_only_lengths(inputs, weights):
    """The sum is right, but some unequal shapes with the same first axis length are accepted. len() gives only that length: compare the shapes."""
    if len(inputs) != len(weights):
        raise ValueError
    return np.sum(inputs * weights)


@of("weighted_sum")
def compares_only_shapes(inputs, weights):
    """The sum is right, but two 2-D arrays of the same shape are accepted. Also check the number of axes, ndim."""
    if inputs.shape != weights.shape:
        raise ValueError(f"{inputs.shape} and {weights.shape}")
    return np.sum(inputs * weights)


@of("weighted_sum")
def compares_only_numbers_of_entries(inputs, weights):
    """The sum is right, but 2-D inputs are accepted if they have as many entries as `weights`. Check that both arrays are 1-D."""
    if weights.ndim != 1 or inputs.size != weights.size:
        raise ValueError(f"{inputs.shape} and {weights.shape}")
    return float(np.ravel(inputs) @ weights)


@of("weighted_sum")
def refuses_without_saying_why(inputs, weights):
    """The sum is right, and inputs that do not fit are refused. Put both shapes into the message, so that the mistake can be found."""
    _refuse(inputs, weights)
    return float(inputs @ weights)


def _refuse(inputs, weights):
    if inputs.ndim != 1 or inputs.shape != weights.shape:
        raise ValueError


@of("weighted_sums")
def order_swapped(inputs, weights):
    """The arrays seem to be multiplied in the other order. Rows meet columns in a matrix product: which array has the examples in its rows?"""
    return weights @ inputs


@of("weighted_sums")
def result_on_its_side(inputs, weights):
    """The numbers are right, but the result is transposed: one neuron per row. Return one row per example and one column per neuron."""
    return (inputs @ weights).T


@of("weighted_sums")
def strings_all_sums_together(inputs, weights):
    """The sums are right, but the array is 1-D. Return one row per example: an array of shape (batch, fan_out)."""
    return (inputs @ weights).ravel()


@of("weighted_sums")
def multiplies_entry_by_entry(inputs, weights):
    """The arrays seem to be multiplied entry by entry, as with `*`. Multiply each row of inputs by each column of weights, and add up."""
    return inputs * weights


@of("weighted_sums")
def adds_up_the_batch(inputs, weights):
    """The results of all examples are added together. Each example in a batch is independent and keeps its own row."""
    return (inputs @ weights).sum(axis=0)


@of("weighted_sums")
def adds_up_the_layer(inputs, weights):
    """The results of all neurons are added together. Each neuron keeps its own column."""
    return (inputs @ weights).sum(axis=1)


@of("weighted_sums")
def averages_the_inputs(inputs, weights):
    """Each sum is divided by the number of inputs. A neuron adds up; it does not average."""
    return inputs @ weights / weights.shape[0]


@of("weighted_sums")
def only_the_first_example(inputs, weights):
    """Only the sums of the first example came back. Every row of inputs is an example and gets a row of results."""
    return inputs[0] @ weights


@of("weighted_sums")
def adds_up_everything(inputs, weights):
    """Everything is added up into one number. Each example has one sum for each neuron: one row per example, one column per neuron."""
    return float(np.sum(inputs @ weights))


@of("weighted_sums")
def only_the_last_products(inputs, weights):
    """Each entry is only its last product. If there is an inner loop, does it replace the total? Add to the total instead."""
    return inputs[:, -1:] * weights[-1:]


@of("count_weights")
def counts_neurons(layer_sizes):
    """This is the sum of all sizes. Weights belong to connections: draw 3 inputs and 2 neurons, and count the lines between them."""
    return sum(layer_sizes)


@of("count_weights")
def counts_the_biases_too(layer_sizes):
    """The result is too large by one for each neuron, as if its bias were counted. Count only the connections; biases come in chapter 2."""
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:]))


@of("count_weights")
def multiplies_all_sizes(layer_sizes):
    """All sizes are multiplied together, which gives the number of paths, not of connections. Multiply neighbours only, then add."""
    return int(np.prod(layer_sizes)) if len(layer_sizes) > 1 else 0


@of("count_weights")
def a_single_layer_counts_itself(layer_sizes):
    """All sizes are multiplied together, even if there is only one. Multiply neighbours only, then add; a single size has no neighbour."""
    return int(np.prod(layer_sizes))


@of("count_weights")
def connects_every_pair(layer_sizes):
    """Every layer is connected to every later one. Connect neighbours only: in [64, 32, 10], 64 with 32 and 32 with 10."""
    return sum(a * b for i, a in enumerate(layer_sizes) for b in layer_sizes[i + 1 :])


@of("count_weights")
def only_the_first_two_layers(layer_sizes):
    """Only the connections between the first two layers are counted. Continue to the last layer."""
    return layer_sizes[0] * layer_sizes[1] if len(layer_sizes) > 1 else 0


@of("count_weights")
def returns_inside_the_loop(layer_sizes):
    """Only the first pair is counted, and a single layer gives None. If the return is inside the loop, move it below the loop."""
    for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:]):
        return fan_in * fan_out


@of("count_weights")
def products_not_added(layer_sizes):
    """These are the products, one for each pair of neighbours. The number of weights is the sum of these products."""
    return [fan_in * fan_out for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:])]


@of("count_weights")
def connects_first_with_last(layer_sizes):
    """Only the connections between the first and the last layer are counted. Connect each layer to the next one instead."""
    return layer_sizes[0] * layer_sizes[-1] if len(layer_sizes) > 1 else 0


@of("count_weights")
def connects_first_with_last_always(layer_sizes):
    """The first size times the last is counted, even for a single layer. Connect each layer to the next; a single layer has no connections."""
    return layer_sizes[0] * layer_sizes[-1]


@of("count_weights")
def only_the_last_two_layers(layer_sizes):
    """Only the last pair is counted. If there is a loop, does it replace the total? Add to the total instead."""
    return layer_sizes[-2] * layer_sizes[-1] if len(layer_sizes) > 1 else 0


@of("count_weights")
def forgets_the_last_pair(layer_sizes):
    """The connections to the last layer are missing. How many pairs of neighbours do five layers have?"""
    return sum(a * b for a, b in zip(layer_sizes[:-2], layer_sizes[1:-1]))


@of("count_weights")
def connects_the_last_with_the_first(layer_sizes):
    """One pair too many is counted: the last layer with the first. Does an index become −1, which means the last entry?"""
    return sum(layer_sizes[i] * layer_sizes[i - 1] for i in range(len(layer_sizes)))


@of("template_weights")
def keeps_the_common_ink(images, labels, n_classes):
    """These are the mean images of the classes, which still contain the common part. Subtract the mean of all images from each class mean."""
    return _means(images, labels, n_classes)


@of("template_weights")
def mean_of_the_class_means(images, labels, n_classes):
    """The mean of the class means seems to be subtracted. Subtract the mean of all images, in which each image counts once."""
    means = _means(images, labels, n_classes)
    return means - means.mean(axis=1, keepdims=True)


@of("template_weights")
def mean_image_lies_across(images, labels, n_classes):
    """The mean image seems to be broadcast along the wrong axis. This image has one entry per pixel, and pixels are rows of the result."""
    return _means(images, labels, n_classes) - images.mean(axis=0)


@of("template_weights")
def ink_the_wrong_way_round(images, labels, n_classes):
    """The templates are right except for their sign. Where a class has more ink than the average, its template must be positive."""
    return images.mean(axis=0)[:, np.newaxis] - _means(images, labels, n_classes)


@of("template_weights")
def one_template_a_row(images, labels, n_classes):
    """The templates are right, but transposed. A neuron is a column: return shape (pixels, n_classes)."""
    return (_means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis]).T


@of("template_weights")
def minus_the_other_classes(images, labels, n_classes):
    """The mean of the other classes seems to be subtracted. Subtract the same image from every class: the mean of all images, the class included."""
    others = np.stack([images[labels != c].mean(axis=0) for c in range(n_classes)], axis=1)
    return _means(images, labels, n_classes) - others


@of("template_weights")
def minus_one_brightness(images, labels, n_classes):
    """The average brightness of all images, a single number, seems to be subtracted. Subtract the mean image, with one number for each pixel."""
    return _means(images, labels, n_classes) - images.mean()


@of("template_weights")
def minus_its_own_brightness(images, labels, n_classes):
    """Each template's own average brightness seems to be subtracted. Subtract the mean of all n images, pixel by pixel."""
    means = _means(images, labels, n_classes)
    return means - means.mean(axis=0)


@of("template_weights")
def adds_up_the_class(images, labels, n_classes):
    """The images of each class are added up, so the weights grow with the number of images. Take the images' mean instead."""
    sums = np.stack([images[labels == c].sum(axis=0) for c in range(n_classes)], axis=1)
    return sums - images.mean(axis=0)[:, np.newaxis]


@of("template_weights")
def divides_by_all_images(images, labels, n_classes):
    """Each class's sum seems to be divided by the total number of images. Divide by the number of images in that class."""
    sums = np.stack([images[labels == c].sum(axis=0) for c in range(n_classes)], axis=1)
    return sums / len(images) - images.mean(axis=0)[:, np.newaxis]


@of("template_weights")
def medians_for_means(images, labels, n_classes):
    """These seem to be medians of the classes. A template is the mean image of its class."""
    medians = np.stack([np.median(images[labels == c], axis=0) for c in range(n_classes)], axis=1)
    return medians - images.mean(axis=0)[:, np.newaxis]


@of("template_weights")
def the_first_image_of_each_class(images, labels, n_classes):
    """Each class seems to be represented by a single image. Take the mean of all images with the label of the class."""
    first = np.stack([images[labels == c][0] for c in range(n_classes)], axis=1)
    return first - images.mean(axis=0)[:, np.newaxis]


@of("template_weights")
def columns_in_order_of_appearance(images, labels, n_classes):
    """The templates are right, but in the order in which the classes first occur. Column c must be class c."""
    order = list(dict.fromkeys(np.asarray(labels).tolist()))
    return (_means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis])[:, order]


@of("template_weights")
def classes_from_one(images, labels, n_classes):
    """The templates seem to be one column too far to the left, as if classes were counted from 1. Labels begin at 0."""
    templates = np.zeros((images.shape[1], n_classes))
    for label in range(1, n_classes):
        templates[:, label - 1] = images[labels == label].mean(axis=0) - images.mean(axis=0)
    return templates


@of("template_weights")
def classes_from_one_to_an_empty_one(images, labels, n_classes):
    """The last column is NaN, as if classes were counted from 1 and the last one had no images. Labels begin at 0."""
    templates = classes_from_one(images, labels, n_classes)
    templates[:, -1] = np.nan
    return templates


@of("template_weights")
def one_number_a_class(images, labels, n_classes):
    """The pixels are also averaged, so one number is left for each class. Average over the images only."""
    return np.array([images[labels == c].mean() for c in range(n_classes)]) - images.mean()


@of("template_weights")
def one_number_an_image(images, labels, n_classes):
    """This is the average brightness of each image. Average over the images instead, so that one number is left for each pixel."""
    return [images[labels == c].mean(axis=1) for c in range(n_classes)]


@of("template_weights")
def takes_the_class_for_a_row(images, labels, n_classes):
    """Column c seems to come from image number c. The class of each image is in `labels`: compare `labels` with c to select the images."""
    return np.stack([images[c].mean(axis=0) - images.mean(axis=0) for c in range(n_classes)], axis=1)


@of("template_weights")
def one_template_an_image(images, labels, n_classes):
    """There is one column for each image. Return one column for each class, in the order 0 to n_classes − 1."""
    means = _means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis]
    return means[:, labels]


@of("template_weights")
def only_the_last_class(images, labels, n_classes):
    """This is the template of the last class only. If there is a loop, collect the template from each iteration in a list."""
    return images[labels == n_classes - 1].mean(axis=0) - images.mean(axis=0)


@of("template_weights")
def rows_cut_anew(images, labels, n_classes):
    """The numbers are right, but in the wrong positions, as after a reshape. A reshape does not turn rows into columns: transpose the array."""
    means = _means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis]
    return means.T.reshape(means.shape)


def _means(images, labels, n_classes):
    return np.stack([images[labels == c].mean(axis=0) for c in range(n_classes)], axis=1)


@of("count_weights")
def leaves_out_the_first_pair(layer_sizes):
    """The weights between the first two layers are missing from your sum. If there is a loop, does it begin one pair too late?"""
    return sum(fan_in * fan_out for fan_in, fan_out in zip(layer_sizes[1:], layer_sizes[2:]))


@of("count_weights")
def adds_neighbouring_sizes(layer_sizes):
    """The two sizes of each neighbouring pair seem to be added, not multiplied. Draw 3 inputs and 2 neurons, and count the lines between them."""
    return sum(fan_in + fan_out for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:]))


@of("template_weights")
def class_means_in_rows(images, labels, n_classes):
    """Two things are wrong: the templates are rows instead of columns, and the mean of all images is not subtracted."""
    return np.stack([images[labels == c].mean(axis=0) for c in range(n_classes)])


@of("weighted_sums")
def reshaped_weights(inputs, weights):
    """The weights seem to be reshaped, so each neuron gets weights of other neurons. A reshape does not turn rows into columns."""
    return inputs @ weights.reshape(weights.shape[::-1]).T


@of("template_weights")
def means_rounded_down(images, labels, n_classes):
    """The means have lost their decimals. Did you use `//` instead of `/`, or an array of integers?"""
    means = np.stack([images[labels == c].sum(axis=0) // np.sum(labels == c) for c in range(n_classes)], axis=1)
    return (means - (images.sum(axis=0) // len(images))[:, np.newaxis]).astype(float)


@of("template_weights")
def leaves_blank_images_out(images, labels, n_classes):
    """Blank images seem to be left out. Include them in the mean of their class and in the mean of all images."""
    inked = images.any(axis=1)
    return _means(images[inked], labels[inked], n_classes) - images[inked].mean(axis=0)[:, np.newaxis]


@of("template_weights")
def templates_of_length_one(images, labels, n_classes):
    """Each template seems to be divided by its norm, the square root of its sum of squares. Return the difference of the means unscaled."""
    templates = _means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis]
    return templates / np.linalg.norm(templates, axis=0)


@of("count_weights")
def sizes_meet_in_reverse(layer_sizes):
    """The sizes seem to be paired in the wrong order, as if one of two lists had been reversed. Pair each size with the next."""
    return sum(one * other for one, other in zip(layer_sizes[:-1], layer_sizes[:0:-1]))


@of("template_weights")
def medians_for_both_means(images, labels, n_classes):
    """These are differences between medians. Use means for both: the mean image of each class and the mean of all images."""
    medians = np.stack([np.median(images[labels == c], axis=0) for c in range(n_classes)], axis=1)
    return medians - np.median(images, axis=0)[:, np.newaxis]


@of("template_weights")
def equal_labels_count_once(images, labels, n_classes):
    """Only the last image of each class seems to be added. Did you write `sums[labels] += images`? NumPy then adds only one image per label."""
    sums = np.zeros((n_classes, images.shape[1]))
    sums[labels] += images
    counts = np.bincount(labels, minlength=n_classes)
    return (sums / counts[:, np.newaxis] - images.mean(axis=0)).T


@of("template_weights")
def as_if_classes_were_equally_large(images, labels, n_classes):
    """The sums of all classes seem to be divided by the same number. Divide each sum by the number of images in its own class."""
    sums = np.stack([images[labels == c].sum(axis=0) for c in range(n_classes)], axis=1)
    return sums / (len(images) / n_classes) - images.mean(axis=0)[:, np.newaxis]


@of("template_weights")
def templates_up_to_one(images, labels, n_classes):
    """Each template seems to be divided by its largest magnitude. Leave the differences as they are, so that classes that differ more get larger weights."""
    templates = _means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis]
    largest = np.abs(templates).max(axis=0)
    return templates / np.where(largest > 0, largest, 1)


@of("template_weights")
def whole_numbers_of_ink(images, labels, n_classes):
    """The templates seem to be rounded to whole numbers. Do not round: small differences between classes are in the decimals."""
    return np.rint(_means(images, labels, n_classes) - images.mean(axis=0)[:, np.newaxis])
