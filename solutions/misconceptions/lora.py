"""What people get wrong about LoRA: its start, its scale, its gradients, its training, and merging."""

import numpy as np

from ..weightlab.backprop import backward, cross_entropy_gradient, relu_gradient
from ..weightlab.biases import dense
from ..weightlab.descent import gradient_step, minibatches
from ..weightlab.lora import lora_fine_tune, lora_gradient, lora_init, lora_merge
from ..weightlab.loss import cross_entropy
from . import of
from .loops import NO_MEANS, SEEDS, OneOrder, Unshuffled, weighted_mean


@of("lora_init")
def both_random(fan_in, fan_out, rank, rng):
    """Both matrices are random, so your adapter changes the network before it has learned anything. One of the two must start at zero; then their product is zero, and the start is exactly the old network."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return down, rng.normal(0, np.sqrt(1 / fan_in), size=up.shape)


@of("lora_init")
def fan_out_for_fan_in(fan_in, fan_out, rank, rng):
    """The variance of your `down` is 1 / fan_out. `down` adds up the layer's inputs, and there are fan_in of them: divide by fan_in."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, np.sqrt(1 / fan_out), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def up_comes_first(fan_in, fan_out, rank, rng):
    """You return (up, down). The order is (down, up): first the way in, then the way out."""
    return lora_init(fan_in, fan_out, rank, rng)[::-1]


@of("lora_init")
def refuses_the_largest_rank(fan_in, fan_out, rank, rng):
    """You refuse a rank equal to the smaller of the two sizes. It saves nothing, but it is possible: only ranks above it are refused."""
    if not 1 <= rank < min(fan_in, fan_out):
        raise ValueError(f"rank {rank}")
    return lora_init(fan_in, fan_out, rank, rng)


@of("lora_init")
def both_zero(fan_in, fan_out, rank, rng):
    """Both matrices are zero. Each one's gradient carries the other as a factor, so both gradients are zero and nothing will ever learn. Only one of the two may start at zero."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return np.zeros_like(down), up


@of("lora_init")
def zeros_on_the_wrong_side(fan_in, fan_out, rank, rng):
    """You draw `up` and put the zeros into `down`. That starts as no change too, but here, as in the paper, `down` is random and `up` is zero."""
    down, up = lora_init(fan_in, fan_out, rank, rng)
    return np.zeros_like(down), rng.normal(0, np.sqrt(1 / fan_in), size=up.shape)


@of("lora_init")
def variance_taken_for_deviation(fan_in, fan_out, rank, rng):
    """The spread of your `down` is 1 / fan_in. That is the variance; rng.normal wants the standard deviation, its square root."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, 1 / fan_in, size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def he_scale(fan_in, fan_out, rank, rng):
    """You draw `down` as He would, with variance 2 / fan_in. The 2 makes up for a ReLU, and none comes between `down` and `up`: the variance is 1 / fan_in."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def scaled_by_the_rank(fan_in, fan_out, rank, rng):
    """The spread of your `down` follows the rank. Each of its columns adds up fan_in inputs, so it is fan_in that its variance is divided by."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(0, np.sqrt(1 / rank), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def unit_normal(fan_in, fan_out, rank, rng):
    """Your `down` is drawn from N(0, 1), whatever the layer's size. It adds up fan_in inputs, so its variance is divided by fan_in, as in chapter 3."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    return rng.normal(size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def uniform_in_place_of_normal(fan_in, fan_out, rank, rng):
    """Your `down` has the right spread but is drawn from a uniform distribution. Asked for is the normal one, N(0, 1 / fan_in)."""
    lora_init(fan_in, fan_out, rank, np.random.default_rng(0))
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def the_same_down_every_time(fan_in, fan_out, rank, rng):
    """You do not draw from the `rng` that you were given, so that every adapter starts alike. Randomness is passed in, never made inside."""
    return lora_init(fan_in, fan_out, rank, np.random.default_rng(0))


@of("lora_init")
def any_rank_will_do(fan_in, fan_out, rank, rng):
    """You accept any rank. Below 1 there is no adapter, and above min(fan_in, fan_out) the extra directions cannot exist: down @ up has no higher rank. Raise a ValueError that names the rank."""
    return _adapter_where(True, fan_in, fan_out, rank, rng)


def _adapter_where(accepted, fan_in, fan_out, rank, rng):
    """Return a right adapter, where the rank was accepted."""
    if not accepted:
        raise ValueError(f"rank {rank}")
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, rank)), np.zeros((rank, fan_out))


@of("lora_init")
def no_rank_above_fan_out_refused(fan_in, fan_out, rank, rng):
    """You compare the rank with fan_in alone. The product down @ up is fan_in by fan_out: its rank cannot exceed the smaller of the two."""
    return _adapter_where(1 <= rank <= fan_in, fan_in, fan_out, rank, rng)


@of("lora_init")
def compares_with_the_larger_size(fan_in, fan_out, rank, rng):
    """You compare the rank with the larger of the two sizes. The product down @ up is fan_in by fan_out: its rank cannot exceed the smaller one."""
    return _adapter_where(1 <= rank <= max(fan_in, fan_out), fan_in, fan_out, rank, rng)


@of("lora_init")
def no_rank_above_fan_in_refused(fan_in, fan_out, rank, rng):
    """You compare the rank with fan_out alone. The product down @ up is fan_in by fan_out: its rank cannot exceed the smaller of the two."""
    return _adapter_where(1 <= rank <= fan_out, fan_in, fan_out, rank, rng)


@of("lora_init")
def no_upper_limit(fan_in, fan_out, rank, rng):
    """You refuse a rank below 1 but none that is too large. Above min(fan_in, fan_out) the extra directions cannot exist: down @ up has no higher rank."""
    return _adapter_where(rank >= 1, fan_in, fan_out, rank, rng)


@of("lora_init")
def rank_zero_passes(fan_in, fan_out, rank, rng):
    """You let a rank of 0 pass. An adapter without a single direction can learn nothing: the smallest rank is 1."""
    return _adapter_where(rank <= min(fan_in, fan_out), fan_in, fan_out, rank, rng)


@of("lora_init")
def down_from_the_global_state(fan_in, fan_out, rank, rng):
    """Your `down` does not come from the rng that you were given, but from NumPy's shared state (np.random) or a generator of your own without a seed. The same rng state must give the same adapter: call rng.normal."""
    return lora_init(fan_in, fan_out, rank, np.random.default_rng())


@of("lora_dense")
def the_adapter_in_place_of_the_weights(x, weights, bias, adapter, alpha):
    """You send the signal through the adapter in place of the weights. The old layer goes on working, frozen, and the adapter's part is added to what it says."""
    down, up = adapter
    return alpha / down.shape[1] * (x @ down) @ up + bias


@of("lora_dense")
def side_path_without_scale(x, weights, bias, adapter, alpha):
    """You add the adapter's part without its scale alpha / rank. The scale lets one learning rate serve all ranks."""
    down, up = adapter
    return dense(x, weights, bias) + (x @ down) @ up


@of("lora_dense")
def side_path_times_alpha(x, weights, bias, adapter, alpha):
    """You scale the adapter's part by alpha alone. Divide alpha by the rank: otherwise more directions mean a louder adapter."""
    down, up = adapter
    return dense(x, weights, bias) + alpha * (x @ down) @ up


@of("lora_dense")
def side_path_scaled_by_a_size(x, weights, bias, adapter, alpha):
    """You divide alpha by a size of the layer and not by the rank. The rank is the small size that the two matrices share: the columns of down, the rows of up."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[0] * (x @ down) @ up


@of("lora_dense")
def scales_the_whole_layer(x, weights, bias, adapter, alpha):
    """You scale the old layer's part as well. alpha / rank belongs to the adapter alone; with alpha at zero the old layer must remain."""
    down, up = adapter
    return alpha / down.shape[1] * (dense(x, weights, bias) + (x @ down) @ up)


@of("lora_dense")
def adds_the_bias_twice(x, weights, bias, adapter, alpha):
    """The bias is added twice: once with the old layer and once with the adapter's part. An adapter has no bias of its own."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[1] * (x @ down) @ up + bias


@of("lora_dense")
def leaves_the_bias_out(x, weights, bias, adapter, alpha):
    """The bias is missing. The old layer goes on as it was, weights and bias; the adapter's part is added to all of it."""
    down, up = adapter
    return x @ weights + alpha / down.shape[1] * (x @ down) @ up


@of("lora_dense")
def a_relu_inside_the_adapter(x, weights, bias, adapter, alpha):
    """You put a ReLU between `down` and `up`. The side path is linear from end to end; only so can it be folded into the weights."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[1] * np.maximum(x @ down, 0) @ up


@of("lora_dense")
def factors_exchanged(x, weights, bias, adapter, alpha):
    """You go through `up` first and `down` afterwards. The adapter is the pair (down, up), in the order of the signal's way: down leads from fan_in numbers to rank, up from rank to fan_out."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / down.shape[1] * (x @ up) @ down


@of("lora_dense")
def side_path_scaled_by_fan_out(x, weights, bias, adapter, alpha):
    """You divide alpha by a size of the layer and not by the rank. The rank is the small size that the two matrices share: the columns of down, the rows of up."""
    down, up = adapter
    return dense(x, weights, bias) + alpha / up.shape[1] * (x @ down) @ up


@of("lora_dense")
def scale_upside_down(x, weights, bias, adapter, alpha):
    """Your scale stands upside down, rank / alpha. It is alpha divided by the rank: with alpha at zero the adapter is silent."""
    down, up = adapter
    return dense(x, weights, bias) + down.shape[1] / alpha * (x @ down) @ up


@of("lora_gradient")
def forgets_the_scale_on_the_way_back(grad_output, x, weights, adapter, alpha):
    """The scale alpha / rank is missing on the way back. It multiplied the adapter's part in the forward pass, so it multiplies what comes back along that path: for down, for up, and for the part of grad_x."""
    down, up = adapter
    return lora_gradient(grad_output, x, weights, adapter, down.shape[1])


@of("lora_gradient")
def scales_by_alpha_alone(grad_output, x, weights, adapter, alpha):
    """You scale by alpha alone. Going forward the adapter's part was multiplied by alpha / rank; coming back it is multiplied by the same."""
    down, _ = adapter
    return lora_gradient(grad_output, x, weights, adapter, alpha * down.shape[1])


@of("lora_gradient")
def scale_counted_twice(grad_output, x, weights, adapter, alpha):
    """The scale alpha / rank is there twice: what comes back through `up` has it already, and it is multiplied by it again. Going forward it stood there once, so it comes once into each gradient."""
    down, _ = adapter
    scale = alpha / down.shape[1]
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    frozen = grad_output @ weights.T
    return frozen + scale * (grad_x - frozen), scale * grad_down, grad_up


@of("lora_gradient")
def input_gradient_of_the_weights_alone(grad_output, x, weights, adapter, alpha):
    """Your grad_x goes back through the frozen weights alone. The input also reached the loss through the adapter, so that path's part must be added."""
    _, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_output @ weights.T, grad_down, grad_up


@of("lora_gradient")
def input_gradient_of_the_adapter_alone(grad_output, x, weights, adapter, alpha):
    """Your grad_x goes back through the adapter alone. The weights are frozen, but the input still reached the loss through them: their part must be added."""
    return lora_gradient(grad_output, x, np.zeros_like(weights), adapter, alpha)


@of("lora_gradient")
def skips_the_other_factor(grad_output, x, weights, adapter, alpha):
    """You give down the gradient of the product down @ up, cut to its shape or projected by down. The chain rule takes it back through `up`: down's neurons are judged by what up makes of them."""
    down, up = adapter
    scale = alpha / down.shape[1]
    whole = scale * x.T @ grad_output
    grad_x, _, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, whole[:, : down.shape[1]], grad_up


@of("lora_gradient")
def up_sees_the_input(grad_output, x, weights, adapter, alpha):
    """You give up the gradient that a layer right behind x would have. Its input is not x but x @ down, and that is what its gradient is made with."""
    down, _ = adapter
    grad_x, grad_down, _ = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_down, alpha / down.shape[1] * x.T @ grad_output


@of("lora_gradient")
def gradients_change_places(grad_output, x, weights, adapter, alpha):
    """The gradients of down and up have changed places. The order is grad_x, grad_down, grad_up."""
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_up, grad_down


@of("lora_gradient")
def mean_over_the_batch(grad_output, x, weights, adapter, alpha):
    """You divide by the number of examples. The loss's own gradient has done that already; here the examples' parts are added up."""
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_down / len(x), grad_up / len(x)


@of("lora_fine_tune")
def trains_up_alone(layers, adapters, x, y, **settings):
    """Only `up` learns in your loop. `down` has a gradient too, as soon as up is no longer zero, and must take its step."""
    return _lora_loop(layers, adapters, x, y, **settings, keep_down=True)


@of("lora_fine_tune")
def moves_the_weights_too(layers, adapters, x, y, *, alpha, epochs, batch_size, learning_rate, rng):
    """Your loop also moves the weights or biases of the network. With LoRA they are all frozen: the adapters are the only numbers that learn."""
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
    """Your forward pass goes through the old layers without their adapters, so the loss never sees what was learned. Both ways, forward and back, go through the adapters."""
    return _lora_loop(layers, adapters, x, y, **settings, blind=True)


@of("lora_fine_tune")
def no_relu_between_the_layers(layers, adapters, x, y, **settings):
    """There is no ReLU between your adapted layers. The network is the old one with something added inside its layers: between them everything stays, forward and back."""
    return _lora_loop(layers, adapters, x, y, **settings, linear=True)


@of("lora_fine_tune")
def steps_down_before_asking_up(layers, adapters, x, y, **settings):
    """You move `down` and then compute `up`'s gradient with the moved one. All gradients of a batch belong to the numbers that made its forward pass: compute both, then step."""
    return _lora_loop(layers, adapters, x, y, **settings, hasty=True)


@of("lora_fine_tune")
def returns_merged_layers(layers, adapters, x, y, *, alpha, **settings):
    """You return the network with the adapters folded in. Asked for are the adapters themselves, so that they can be switched off, stored apart and merged later."""
    trained, losses = lora_fine_tune(layers, adapters, x, y, alpha=alpha, **settings)
    return [(lora_merge(w, a, alpha), b) for (w, b), a in zip(layers, trained)], losses


@of("lora_fine_tune")
def no_relu_on_the_way_back(layers, adapters, x, y, **settings):
    """On the way back the gradient skips the ReLU between your layers. A neuron that was silent must pass nothing on: take grad_x through relu_gradient, with that layer's input, before the layer below."""
    return _lora_loop(layers, adapters, x, y, **settings, back_through=lambda grad, signal: grad)


@of("lora_fine_tune")
def relu_on_the_logits(layers, adapters, x, y, **settings):
    """You apply ReLU to the last layer too. Its outputs are logits, and a negative logit means something: ReLU belongs between the layers."""
    return _lora_loop(layers, adapters, x, y, **settings, last=lambda logits: np.maximum(logits, 0))


@of("lora_fine_tune")
def keeps_the_order_of_the_data(layers, adapters, x, y, *, rng, **settings):
    """You use the examples in the order of the data. Draw a new order from `rng` for every epoch, as minibatches does: sorted data would pull the adapters one way and then the other."""
    return lora_fine_tune(layers, adapters, x, y, rng=Unshuffled(), **settings)


@of("lora_fine_tune")
def a_generator_of_its_own(layers, adapters, x, y, *, rng, **settings):
    """You draw the order from a generator of your own. Then nobody can repeat your run, not even you: use the rng argument."""
    return lora_fine_tune(layers, adapters, x, y, rng=np.random.default_rng(next(SEEDS)), **settings)


@of("lora_fine_tune")
def one_order_for_all_epochs(layers, adapters, x, y, *, rng, **settings):
    """You draw the batches once, before the loop over epochs, so every epoch uses the same order. Call minibatches again in each epoch."""
    return lora_fine_tune(layers, adapters, x, y, rng=OneOrder(rng), **settings)


@of("lora_fine_tune")
def returns_only_the_adapters(layers, adapters, x, y, **settings):
    """You return the adapters alone. Two things are asked for: (adapters, losses)."""
    return lora_fine_tune(layers, adapters, x, y, **settings)[0]


def _no_mean(record):
    @of("lora_fine_tune")
    def losses_that_are_no_mean(layers, adapters, x, y, **settings):
        """Your losses are not the mean over the epoch. Multiply each batch's loss by its number of examples, add these up, and divide by the number of all examples, as in train."""
        return _lora_loop(layers, adapters, x, y, **settings, record=record)

    return losses_that_are_no_mean


sums_over_examples, means_over_examples, sums_over_batches = map(_no_mean, NO_MEANS)


@of("lora_merge")
def merges_without_scale(weights, adapter, alpha):
    """You fold the adapter in without its scale. The merged layer must say what lora_dense says, and there the adapter's part is scaled by alpha / rank."""
    down, up = adapter
    return weights + down @ up


@of("lora_merge")
def merges_with_alpha_alone(weights, adapter, alpha):
    """You scale by alpha alone. As in lora_dense, alpha is divided by the rank."""
    down, up = adapter
    return weights + alpha * down @ up


@of("lora_merge")
def divides_by_a_size_of_the_layer(weights, adapter, alpha):
    """You divide alpha by a size of the layer and not by the rank. The rank is the small size that the two matrices share: the columns of down, the rows of up."""
    down, up = adapter
    return weights + alpha / down.shape[0] * down @ up


@of("lora_merge")
def scales_the_weights_too(weights, adapter, alpha):
    """You scale the old weights as well. alpha / rank belongs to the adapter alone; with alpha at zero the old weights must remain."""
    down, up = adapter
    return alpha / down.shape[1] * (weights + down @ up)


@of("lora_merge")
def takes_the_change_away(weights, adapter, alpha):
    """You subtract the adapter's change. That is how one takes it out again; to merge is to add."""
    return lora_merge(weights, adapter, -alpha)


@of("lora_merge")
def the_change_alone(weights, adapter, alpha):
    """You return the change alone. Merged weights are the old ones with the change added."""
    down, up = adapter
    return alpha / down.shape[1] * down @ up


@of("lora_merge")
def merges_into_the_given_array(weights, adapter, alpha):
    """You add the adapter into the array that you were given, so the old weights are gone and the adapter cannot be switched off any more. Return a new array."""
    down, up = adapter
    weights += alpha / down.shape[1] * (down @ up)
    return weights


@of("lora_merge")
def factors_exchanged_in_the_product(weights, adapter, alpha):
    """You multiply up @ down. The product must be fan_in by fan_out, as the weights are: down has fan_in rows and up fan_out columns, so down stands on the left."""
    down, up = adapter
    return weights + alpha / down.shape[1] * (up @ down)


@of("lora_merge")
def divides_by_fan_out(weights, adapter, alpha):
    """You divide alpha by a size of the layer and not by the rank. The rank is the small size that the two matrices share: the columns of down, the rows of up."""
    down, up = adapter
    return weights + alpha / up.shape[1] * down @ up


@of("lora_merge")
def scale_the_wrong_way_round(weights, adapter, alpha):
    """Your scale stands upside down, rank / alpha. It is alpha divided by the rank, as in lora_dense."""
    down, up = adapter
    return weights + down.shape[1] / alpha * down @ up


@of("lora_merge")
def change_on_its_side(weights, adapter, alpha):
    """You turn the change on its side before you add it, which fits square layers only. down @ up is fan_in by fan_out, as the weights are, and fits as it is."""
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
    linear=False,
    hasty=False,
    last=lambda logits: logits,
    back_through=relu_gradient,
    record=weighted_mean,
):
    adapters, losses = list(adapters), []
    for _ in range(epochs):
        met = []
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            signal, inputs = x_batch, []
            for k, ((w, b), adapter) in enumerate(zip(layers, adapters)):
                inputs.append(signal if k == 0 or linear else np.maximum(signal, 0))
                signal = dense(inputs[-1], w if blind else lora_merge(w, adapter, alpha), b)
            logits = last(signal)
            met.append((len(y_batch), cross_entropy(logits, y_batch)))
            grad = cross_entropy_gradient(logits, y_batch)
            for k in reversed(range(len(layers))):
                down, up = adapters[k]
                grad_x, grad_down, grad_up = lora_gradient(grad, inputs[k], layers[k][0], adapters[k], alpha)
                moved = down if keep_down else down - learning_rate * grad_down
                if hasty:
                    _, _, grad_up = lora_gradient(grad, inputs[k], layers[k][0], (moved, up), alpha)
                adapters[k] = (moved, up - learning_rate * grad_up)
                grad = grad_x if linear else back_through(grad_x, inputs[k])
        losses.append(record(met, len(y)))
    return adapters, losses


@of("lora_gradient")
def both_factors_transposed(grad_output, x, weights, adapter, alpha):
    """grad_down and grad_up are transposed. Each gradient has the shape of its matrix: (fan_in, rank) and (rank, fan_out)."""
    grad_x, grad_down, grad_up = lora_gradient(grad_output, x, weights, adapter, alpha)
    return grad_x, grad_down.T, grad_up.T
