"""What people get wrong about LoRA: its start, its scale, its gradients, its training, and merging."""

import numpy as np

from ..weightlab.backprop import backward, cross_entropy_gradient, relu_gradient
from ..weightlab.biases import dense
from ..weightlab.descent import gradient_step, minibatches
from ..weightlab.forward import forward
from ..weightlab.lora import lora_fine_tune, lora_gradient, lora_init, lora_merge
from ..weightlab.loss import cross_entropy
from . import of


@of("lora_init")
def both_random(fan_in, fan_out, rank, rng):
    """The new adapter already changes the network. Start one of its matrices at zero, so that the product is zero."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return down, rng.normal(0, np.sqrt(1 / fan_in), size=up.shape)


@of("lora_init")
def fan_out_for_fan_in(fan_in, fan_out, rank, rng):
    """The variance of `down` is 1 / fan_out. Each of its columns adds up fan_in inputs: by which of the two sizes should you divide?"""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, np.sqrt(1 / fan_out), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def both_on_their_side(fan_in, fan_out, rank, rng):
    """Both matrices are transposed, as in PyTorch and the paper. Here `down` has shape (fan_in, rank) and `up` (rank, fan_out)."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return down.T, up.T


@of("lora_init")
def up_comes_first(fan_in, fan_out, rank, rng):
    """This is (up, down). Return the two in the order of the signal's path: `down` first, then `up`."""
    return lora_init(fan_in, fan_out, rank, rng)[::-1]


@of("lora_init")
def refuses_the_largest_rank(fan_in, fan_out, rank, rng):
    """A rank equal to the smaller of fan_in and fan_out is refused. Such a rank saves nothing, but it is possible: refuse only higher ranks."""
    if not 1 <= rank < min(fan_in, fan_out):
        raise ValueError(f"rank {rank}")
    return lora_init(fan_in, fan_out, rank, rng)


@of("lora_init")
def both_zero(fan_in, fan_out, rank, rng):
    """Both matrices are zero. The gradient of each contains the other as a factor, so neither can learn: draw one of them at random."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return np.zeros_like(down), up


@of("lora_init")
def zeros_on_the_wrong_side(fan_in, fan_out, rank, rng):
    """`down` is zero and `up` is not. Their product is zero either way, but here, as in the paper, `down` is random and `up` is zero."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return np.zeros_like(down), rng.normal(0, np.sqrt(1 / fan_in), size=up.shape)


@of("lora_init")
def variance_taken_for_deviation(fan_in, fan_out, rank, rng):
    """The standard deviation of `down` is 1 / fan_in, which should be the variance. Which standard deviation gives this variance?"""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, 1 / fan_in, size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def he_scale(fan_in, fan_out, rank, rng):
    """`down` has variance 2 / fan_in, as in He's rule. The 2 makes up for a ReLU, but there is no ReLU between `down` and `up`."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def scaled_by_the_rank(fan_in, fan_out, rank, rng):
    """The standard deviation of `down` depends on the rank. Each of its columns adds up fan_in inputs, so fan_in must determine the variance."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, np.sqrt(1 / rank), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def unit_normal(fan_in, fan_out, rank, rng):
    """`down` always has a standard deviation of 1. The more inputs a column adds up, the smaller the variance must be, as in chapter 3."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def uniform_in_place_of_normal(fan_in, fan_out, rank, rng):
    """The standard deviation of `down` is right, but the distribution is uniform. Draw from a normal distribution."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def the_same_down_every_time(fan_in, fan_out, rank, rng):
    """`down` is the same whatever generator is passed, as with a fixed seed. Draw from the rng argument."""
    return lora_init(fan_in, fan_out, rank, np.random.default_rng(0))


@of("lora_init")
def any_rank_will_do(fan_in, fan_out, rank, rng):
    """Impossible ranks are accepted, or cause an unrelated error. Refuse every rank outside 1 to min(fan_in, fan_out) with a ValueError whose message contains the rank."""
    return _adapter_where(True, fan_in, fan_out, rank, rng)


def _adapter_where(accepted, fan_in, fan_out, rank, rng):
    """Return a right adapter, where the rank was accepted."""
    if not accepted:
        raise ValueError(f"rank {rank}")
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def no_rank_above_fan_out_refused(fan_in, fan_out, rank, rng):
    """The rank seems to be compared with fan_in alone. The rank of down @ up cannot exceed fan_out either."""
    return _adapter_where(1 <= rank <= fan_in, fan_in, fan_out, rank, rng)


@of("lora_init")
def compares_with_the_larger_size(fan_in, fan_out, rank, rng):
    """The rank seems to be compared with the larger of fan_in and fan_out. The rank of down @ up cannot exceed the smaller one."""
    return _adapter_where(1 <= rank <= max(fan_in, fan_out), fan_in, fan_out, rank, rng)


@of("lora_init")
def no_rank_above_fan_in_refused(fan_in, fan_out, rank, rng):
    """The rank seems to be compared with fan_out alone. The rank of down @ up cannot exceed fan_in either."""
    return _adapter_where(1 <= rank <= fan_out, fan_in, fan_out, rank, rng)


@of("lora_init")
def no_upper_limit(fan_in, fan_out, rank, rng):
    """Ranks below 1 are refused, but ranks that are too large are accepted. Refuse every rank above min(fan_in, fan_out), which down @ up cannot exceed."""
    return _adapter_where(rank >= 1, fan_in, fan_out, rank, rng)


@of("lora_init")
def rank_zero_passes(fan_in, fan_out, rank, rng):
    """A rank of 0 is accepted. An adapter of rank 0 has no parameters and can learn nothing: the smallest rank is 1."""
    return _adapter_where(rank <= min(fan_in, fan_out), fan_in, fan_out, rank, rng)


@of("lora_init")
def down_from_the_global_state(fan_in, fan_out, rank, rng):
    """`down` does not come from the rng argument. Generators in the same state must give the same adapter: use the methods of rng."""
    return lora_init(fan_in, fan_out, rank, np.random.default_rng())


@of("lora_dense")
def the_adapter_in_place_of_the_weights(x, weights, bias, adapter, alpha):
    """The signal passes through the adapter instead of the weights. The frozen weights must still be used: add the adapter's output to their output."""
    down, up = adapter
    return alpha / down.shape[1] * (x @ down) @ up + bias


@of("lora_dense")
def the_adapter_behind_the_layer(x, weights, bias, adapter, alpha):
    """The adapter seems to work on the layer's output. `down` must receive x, as the weights do."""
    down, up = adapter
    out = dense(x, weights, bias)
    return out + alpha / down.shape[1] * (out @ down) @ up


@of("lora_dense")
def the_adapter_behind_the_layer_where_it_fits(x, weights, bias, adapter, alpha):
    """If the layer has as many outputs as inputs, the adapter seems to work on its output. `down` must always receive x."""
    down, up = adapter
    out = dense(x, weights, bias)
    return out + alpha / down.shape[1] * ((out if out.shape == x.shape else x) @ down) @ up


@of("lora_dense")
def side_path_without_scale(x, weights, bias, adapter, alpha):
    """The scale alpha / rank is missing. Multiply the adapter's output by this scale."""
    down, up = adapter
    return dense(x, weights, bias) + (x @ down) @ up


@of("lora_dense")
def side_path_times_alpha(x, weights, bias, adapter, alpha):
    """The adapter's output is scaled by alpha alone. Divide alpha by the rank, so that a higher rank does not mean a larger output."""
    down, up = adapter
    return dense(x, weights, bias) + alpha * (x @ down) @ up


@of("lora_dense")
def side_path_scaled_by_a_size(x, weights, bias, adapter, alpha):
    """Alpha seems to be divided by the wrong axis length. The rank is the length of the axis that `down` and `up` share."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[0] * (x @ down) @ up


@of("lora_dense")
def scales_the_whole_layer(x, weights, bias, adapter, alpha):
    """The old layer's output is also scaled. alpha / rank belongs to the adapter alone: with alpha 0 the old layer must remain."""
    down, up = adapter
    return alpha / down.shape[1] * (dense(x, weights, bias) + (x @ down) @ up)


@of("lora_dense")
def adds_the_bias_twice(x, weights, bias, adapter, alpha):
    """The bias seems to be added twice, perhaps once more with the adapter's output. An adapter has no bias of its own."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[1] * (x @ down) @ up + bias


@of("lora_dense")
def a_relu_inside_the_adapter(x, weights, bias, adapter, alpha):
    """There seems to be a ReLU between `down` and `up`. The adapter path must be linear, so that it can be merged into the weights."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[1] * np.maximum(x @ down, 0) @ up


@of("lora_dense")
def factors_exchanged(x, weights, bias, adapter, alpha):
    """The signal seems to pass through `up` first. `down` turns fan_in numbers into rank numbers, and `up` turns those into fan_out: follow this order."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[1] * (x @ up) @ down


@of("lora_dense")
def side_path_scaled_by_fan_out(x, weights, bias, adapter, alpha):
    """Alpha seems to be divided by the wrong axis length. The rank is the length of the axis that `down` and `up` share."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / up.shape[1] * (x @ down) @ up


@of("lora_dense")
def scale_upside_down(x, weights, bias, adapter, alpha):
    """The scale is inverted: it is rank / alpha. With alpha 0 the adapter must have no effect."""
    down, up = adapter
    return dense(x, weights, bias) + down.shape[1] / alpha * (x @ down) @ up


@of("lora_gradient")
def forgets_the_scale_on_the_way_back(grad_output, x, weights, adapter, alpha):
    """The scale alpha / rank is missing. The forward pass multiplies the adapter's output by this scale, so every gradient along the adapter path contains it."""
    down, up = adapter
    return lora_gradient(grad_output, x, weights, adapter, down.shape[1])


@of("lora_gradient")
def scales_by_alpha_alone(grad_output, x, weights, adapter, alpha):
    """The adapter path is scaled by alpha alone. The backward pass needs the same factor as the forward pass, alpha / rank."""
    down, _ = adapter
    return lora_gradient(grad_output, x, weights, adapter, alpha * down.shape[1])


@of("lora_gradient")
def scale_counted_twice(grad_output, x, weights, adapter, alpha):
    """grad_x and grad_down contain the scale alpha / rank twice. Every gradient of the adapter path must contain it exactly once."""
    down, _ = adapter
    scale = alpha / down.shape[1]
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    frozen = grad_output @ weights.T
    return frozen + scale * (grad_x - frozen), scale * grad_down, grad_up


@of("lora_gradient")
def input_gradient_of_the_weights_alone(grad_output, x, weights, adapter, alpha):
    """grad_x contains only the path through the frozen weights. The input also reached the loss through the adapter: add the gradient of that path."""
    _, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_output @ weights.T, grad_down, grad_up


@of("lora_gradient")
def input_gradient_of_the_adapter_alone(grad_output, x, weights, adapter, alpha):
    """grad_x contains only the path through the adapter. The input also reached the loss through the frozen weights: add the gradient of that path."""
    return lora_gradient(grad_output, x, np.zeros_like(weights), adapter, alpha)


@of("lora_gradient")
def adds_up_before_the_products(grad_output, x, weights, adapter, alpha):
    """grad_down and grad_up are products of sums over the batch. Multiply within each example first, then add up the products."""
    grad_x, _, _ = lora_gradient(grad_output, x, weights, adapter, alpha)
    as_one = grad_output.sum(axis=0, keepdims=True), x.sum(axis=0, keepdims=True)
    return grad_x, *lora_gradient(*as_one, weights, adapter, alpha)[1:]


@of("lora_gradient")
def skips_the_other_factor(grad_output, x, weights, adapter, alpha):
    """grad_down seems to be the first columns of the gradient of down @ up. The gradient reaches `down` through `up`: does your product contain `up`?"""
    down, up = adapter
    scale = alpha / down.shape[1]
    whole = scale * x.T @ grad_output
    grad_x, _, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, whole[:, : down.shape[1]], grad_up


@of("lora_gradient")
def up_sees_the_input(grad_output, x, weights, adapter, alpha):
    """grad_up seems to be computed from x. The input of `up` is not x but x @ down, so use that."""
    down, _ = adapter
    grad_x, grad_down, _ = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_down, alpha / down.shape[1] * x.T @ grad_output


@of("lora_gradient")
def gradients_change_places(grad_output, x, weights, adapter, alpha):
    """The gradients of `down` and `up` are swapped. The order is grad_x, grad_down, grad_up."""
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_up, grad_down


@of("lora_gradient")
def mean_over_the_batch(grad_output, x, weights, adapter, alpha):
    """grad_down and grad_up are divided by the number of examples. grad_output already contains that division: add up the contributions of the examples."""
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_down / len(x), grad_up / len(x)


@of("lora_fine_tune")
def trains_up_alone(layers, adapters, x, y, **settings):
    """Only `up` learns. As soon as `up` is no longer zero, `down` has a gradient and must also take its steps."""
    return _lora_loop(layers, adapters, x, y, **settings, keep_down=True)


@of("lora_fine_tune")
def rank_of_the_shorter_side(layers, adapters, x, y, *, alpha, **settings):
    """Alpha seems to be divided by the length of a matrix's shorter axis. The rank is the length of the axis that `down` and `up` share, even if that axis is longer."""
    down, _ = adapters[0]
    return lora_fine_tune(layers, adapters, x, y, alpha=alpha * down.shape[1] / min(down.shape), **settings)


@of("lora_fine_tune")
def divides_alpha_twice(layers, adapters, x, y, *, alpha, **settings):
    """Alpha seems to be divided by the rank twice. lora_dense and lora_gradient already divide alpha: pass it on as it is."""
    rank = adapters[0][0].shape[1]
    return lora_fine_tune(layers, adapters, x, y, alpha=alpha / rank, **settings)


@of("lora_fine_tune")
def moves_the_weights_too(layers, adapters, x, y, *, alpha, epochs, batch_size, learning_rate, rng):
    """The network's weights and biases also seem to learn. With LoRA the whole network is frozen, and only the adapters learn."""
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            merged = [(lora_merge(w, a, alpha), b) for (w, b), a in zip(layers, adapters)]
            logits, activations = forward(merged, x_batch)
            total += cross_entropy(logits, y_batch) * len(y_batch)
            gradients = backward(merged, activations, cross_entropy_gradient(logits, y_batch))
            steps = [
                (scale * gw @ up.T, scale * down.T @ gw)
                for (gw, _), (down, up) in zip(gradients, adapters)
                for scale in [alpha / down.shape[1]]
            ]
            adapters = gradient_step(adapters, steps, learning_rate)
            layers = gradient_step(layers, gradients, learning_rate)
        losses.append(total / len(y))
    return adapters, losses


@of("lora_fine_tune")
def reads_without_the_adapters(layers, adapters, x, y, **settings):
    """The forward pass seems to use the old layers without their adapters. Forward pass and backward pass must both include them."""
    return _lora_loop(layers, adapters, x, y, **settings, blind=True)


@of("lora_fine_tune")
def no_relu_in_either_pass(layers, adapters, x, y, **settings):
    """There seems to be no ReLU between the adapted layers. Apply ReLU there, as in the old network, and relu_gradient in the backward pass."""
    return _lora_loop(layers, adapters, x, y, **settings, linear=True)


@of("lora_fine_tune")
def back_past_the_adapters(layers, adapters, x, y, **settings):
    """In the backward pass, the gradient seems to reach earlier layers through the old weights alone. The signal also took another path: which one?"""
    return _lora_loop(layers, adapters, x, y, **settings, past=True)


@of("lora_fine_tune")
def steps_down_before_asking_up(layers, adapters, x, y, **settings):
    """`up`'s gradient seems to be computed after `down` has moved. Compute both gradients first, then take both steps."""
    return _lora_loop(layers, adapters, x, y, **settings, hasty=True)


@of("lora_fine_tune")
def returns_merged_layers(layers, adapters, x, y, *, alpha, **settings):
    """The network comes back with its adapters merged. Return the adapters themselves, so that they can be stored separately and merged later."""
    trained, losses = lora_fine_tune(layers, adapters, x, y, alpha=alpha, **settings)
    return [(lora_merge(w, a, alpha), b) for (w, b), a in zip(layers, trained)], losses


@of("lora_fine_tune")
def relu_on_the_logits(layers, adapters, x, y, **settings):
    """ReLU is also applied to the output layer, where it erases differences between logits that softmax needs. Use ReLU between layers only."""
    return _lora_loop(layers, adapters, x, y, **settings, last=lambda logits: np.maximum(logits, 0))


@of("lora_fine_tune")
def relu_on_the_logits_in_both_passes(layers, adapters, x, y, **settings):
    """ReLU is also applied to the output layer, in both passes. ReLU erases differences between logits that softmax needs: use it between layers only."""
    return _lora_loop(layers, adapters, x, y, **settings, last=lambda logits: np.maximum(logits, 0), gated=True)


@of("lora_fine_tune")
def moves_the_biases_too(layers, adapters, x, y, **settings):
    """The network's biases also seem to learn. With LoRA the whole network is frozen, its biases included."""
    return _lora_loop(layers, adapters, x, y, **settings, free=True)


@of("lora_merge")
def merges_without_scale(weights, adapter, alpha):
    """The adapter is merged without its scale. The merged layer must give the same outputs as lora_dense, which scales the adapter's output."""
    down, up = adapter
    return weights + down @ up


@of("lora_fine_tune")
def trains_the_last_adapter_alone(layers, adapters, x, y, **settings):
    """Only the adapter of the output layer learns. Continue to the layers before it, with grad_x taken back through the ReLU."""
    return _lora_loop(layers, adapters, x, y, learns=[len(layers) - 1], **settings)


@of("lora_fine_tune")
def back_through_the_moved_adapter(layers, adapters, x, y, **settings):
    """The gradient seems to go back through each adapter after its step. Compute grad_x with the adapter as it was in the forward pass."""
    return _lora_loop(layers, adapters, x, y, moved_first=True, **settings)


@of("lora_merge")
def merges_the_first_column_alone(weights, adapter, alpha):
    """Only the first column of `down` and the first row of `up` are merged. If the return is inside a loop, move it below the loop."""
    down, up = adapter
    return weights + alpha / down.shape[1] * down[:, :1] @ up[:1]


@of("lora_merge")
def multiplies_entry_by_entry(weights, adapter, alpha):
    """`down` and `up` seem to be multiplied entry by entry, which their shapes seldom allow. The change is a matrix product: use @."""
    down, up = adapter
    return weights + alpha / down.shape[1] * down * up


@of("lora_merge")
def merges_with_alpha_alone(weights, adapter, alpha):
    """The adapter is scaled by alpha alone. As in lora_dense, divide alpha by the rank."""
    down, up = adapter
    return weights + alpha * down @ up


@of("lora_merge")
def divides_by_a_size_of_the_layer(weights, adapter, alpha):
    """Alpha seems to be divided by the wrong axis length. The rank is the length of the axis that `down` and `up` share."""
    down, up = adapter
    return weights + alpha / down.shape[0] * down @ up


@of("lora_merge")
def scales_the_weights_too(weights, adapter, alpha):
    """The old weights are also scaled. alpha / rank belongs to the adapter alone: with alpha 0 the old weights must remain."""
    down, up = adapter
    return alpha / down.shape[1] * (weights + down @ up)


@of("lora_merge")
def takes_the_change_away(weights, adapter, alpha):
    """The adapter's change is subtracted, which would undo a merge. To merge the adapter, add its change."""
    return lora_merge(weights, adapter, -alpha)


@of("lora_merge")
def the_change_alone(weights, adapter, alpha):
    """Only the adapter's change is returned. Add this change to the old weights."""
    down, up = adapter
    return alpha / down.shape[1] * down @ up


@of("lora_merge")
def merges_into_the_given_array(weights, adapter, alpha):
    """The caller's weights have changed, but frozen weights must stay as they are. Return a new array."""
    down, up = adapter
    weights += alpha / down.shape[1] * (down @ up)
    return weights


@of("lora_merge")
def factors_exchanged_in_the_product(weights, adapter, alpha):
    """The product seems to be up @ down. The product must have the shape of the weights, (fan_in, fan_out): which factor has fan_in rows?"""
    down, up = adapter
    return weights + alpha / down.shape[1] * (up @ down)


@of("lora_merge")
def divides_by_fan_out(weights, adapter, alpha):
    """Alpha seems to be divided by the wrong axis length. The rank is the length of the axis that `down` and `up` share."""
    down, up = adapter
    return weights + alpha / up.shape[1] * down @ up


@of("lora_merge")
def scale_the_wrong_way_round(weights, adapter, alpha):
    """The scale is inverted: it is rank / alpha. Divide alpha by the rank, as in lora_dense."""
    down, up = adapter
    return weights + down.shape[1] / alpha * down @ up


@of("lora_merge")
def change_on_its_side(weights, adapter, alpha):
    """The change seems to be transposed. down @ up already has the shape of the weights."""
    down, up = adapter
    return weights + alpha / down.shape[1] * (down @ up).T


def _lora_loop(
    layers,
    adapters,
    x,
    y,
    *,
    alpha,
    epochs,
    batch_size,
    learning_rate,
    rng,
    keep_down=False,
    blind=False,
    hasty=False,
    linear=False,
    gated=False,
    free=False,
    learns=None,
    moved_first=False,
    past=False,
    last=lambda logits: logits,
):
    layers, adapters, losses = list(layers), list(adapters), []
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            signal, inputs = x_batch, []
            for k, ((w, b), adapter) in enumerate(zip(layers, adapters)):
                inputs.append(signal if k == 0 or linear else np.maximum(signal, 0))
                signal = dense(inputs[-1], w if blind else lora_merge(w, adapter, alpha), b)
            logits = last(signal)
            total += cross_entropy(logits, y_batch) * len(y_batch)
            grad = cross_entropy_gradient(logits, y_batch)
            grad = relu_gradient(grad, logits) if gated else grad
            for k in reversed(range(len(layers))):
                down, up = adapters[k]
                w, b = layers[k]
                layers[k] = (w, b - learning_rate * grad.sum(axis=0)) if free else (w, b)
                grad_x, grad_down, grad_up = lora_gradient(grad, inputs[k], layers[k][0], adapters[k], alpha)
                moved = down if keep_down else down - learning_rate * grad_down
                if hasty:
                    _, _, grad_up = lora_gradient(grad, inputs[k], layers[k][0], (moved, up), alpha)
                if learns is None or k in learns:
                    adapters[k] = (moved, up - learning_rate * grad_up)
                if moved_first:
                    grad_x, _, _ = lora_gradient(grad, inputs[k], layers[k][0], adapters[k], alpha)
                grad_x = grad @ layers[k][0].T if past else grad_x
                grad = grad_x if linear else relu_gradient(grad_x, inputs[k])
        losses.append(total / len(y))
    return adapters, losses


@of("lora_gradient")
def both_factors_transposed(grad_output, x, weights, adapter, alpha):
    """grad_down and grad_up are transposed. Each gradient has the shape of its matrix: (fan_in, rank) and (rank, fan_out)."""
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_down.T, grad_up.T


@of("lora_merge")
def leaves_the_last_rank_out(weights, adapter, alpha):
    """The last column of `down` and the last row of `up` have no effect. The matrix product needs all columns of `down` and all rows of `up`."""
    down, up = adapter
    return weights + alpha / down.shape[1] * (down[:, :-1] @ up[:-1])


@of("lora_gradient")
def a_relu_inside_the_adapter_in_both_passes(grad_output, x, weights, adapter, alpha):
    """There seems to be a ReLU between `down` and `up`. The adapter path is linear throughout, so it blocks no gradient."""
    down, up = adapter
    scale = alpha / down.shape[1]
    inner = np.maximum(x @ down, 0)
    grad_inner = relu_gradient(scale * grad_output @ up.T, inner)
    return grad_output @ weights.T + grad_inner @ down.T, x.T @ grad_inner, scale * inner.T @ grad_output


@of("lora_gradient")
def up_sees_the_moved_down(grad_output, x, weights, adapter, alpha):
    """grad_up seems to be computed after grad_down was subtracted from `down`. Use `down` as it was in the forward pass, and take no step here."""
    down, up = adapter
    grad_x, grad_down, _ = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_down, lora_gradient(grad_output, x, weights, (down - grad_down, up), alpha)[2]


@of("lora_gradient")
def up_sees_the_first_inputs(grad_output, x, weights, adapter, alpha):
    """grad_up seems to use the first columns of x. `up` receives the output of `down`: use that output."""
    grad_x, grad_down, _ = lora_gradient(grad_output, x, weights, adapter, alpha)
    rank = adapter[0].shape[1]
    return grad_x, grad_down, alpha / rank * x[:, :rank].T @ grad_output
