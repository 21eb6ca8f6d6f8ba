"""Each function of the library beside its line in PyTorch: both are run, and their largest difference is printed."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from solutions.weightlab import backprop, biases, descent, forward, freezing, lora, loss, weights

rng = np.random.default_rng(0)
x, y = rng.normal(size=(8, 5)), rng.integers(0, 3, 8)
layers = [(rng.normal(size=(5, 4)), rng.normal(size=4)), (rng.normal(size=(4, 3)), rng.normal(size=3))]
tuned = [(w + rng.normal(size=w.shape), b) for w, b in layers]
adapter = rng.normal(size=(5, 2)), rng.normal(size=(2, 4))

T = torch.from_numpy
x_, y_ = T(x), T(y)
w, b = T(layers[0][0]), T(layers[0][1])
down, up = T(adapter[0]), T(adapter[1])


def network():
    """Return a model with these layers; nn.Linear stores weights as (fan_out, fan_in)."""
    model = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)).double()
    with torch.no_grad():
        for module, (weight, bias) in zip((model[0], model[2]), layers, strict=True):
            module.weight.copy_(T(weight).T)
            module.bias.copy_(T(bias))
    return model


def step(optimizer, times):
    """Take some full-batch steps; return the first layer's weights as (fan_in, fan_out)."""
    model = network()
    made = optimizer(model.parameters())
    for _ in range(times):
        made.zero_grad()
        F.cross_entropy(model(x_), y_).backward()
        made.step()
    return model[0].weight.T


def own_steps(momentum, times):
    """Take the same steps with the library."""
    current, velocity = layers, [(0 * weight, 0 * bias) for weight, bias in layers]
    for _ in range(times):
        logits, activations = forward.forward(current, x)
        gradients = backprop.backward(current, activations, backprop.cross_entropy_gradient(logits, y))
        current, velocity = descent.momentum_step(current, gradients, velocity, 0.1, momentum)
    return current[0][0]


def torch_gradient():
    """Return the gradient that autograd finds for the first layer's weights."""
    model = network()
    F.cross_entropy(model(x_), y_).backward()
    return model[0].weight.grad.T


def own_gradient():
    """Return the gradient that `backward` finds for them."""
    logits, activations = forward.forward(layers, x)
    return backprop.backward(layers, activations, backprop.cross_entropy_gradient(logits, y))[0][0]


logits, model = forward.forward(layers, x)[0], network()
SAME = [
    ("weighted_sums", "x @ w", lambda: x_ @ w, weights.weighted_sums(x, layers[0][0])),
    ("dense", "F.linear(x, w.T, b)", lambda: F.linear(x_, w.T, b), biases.dense(x, *layers[0])),
    ("relu", "F.relu(x)", lambda: F.relu(x_), forward.relu(x)),
    ("softmax", "x.softmax(dim=1)", lambda: x_.softmax(dim=1), forward.softmax(x)),
    ("forward", "nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3))(x)", lambda: model(x_), logits),
    ("predict", "model(x).argmax(dim=1)", lambda: model(x_).argmax(dim=1), forward.predict(layers, x)),
    ("one_hot", "F.one_hot(y, 3)", lambda: F.one_hot(y_, 3), loss.one_hot(y, 3)),
    ("mean_squared_error", "F.mse_loss(a, b)", lambda: F.mse_loss(x_, -x_), loss.mean_squared_error(x, -x)),
    ("cross_entropy", "F.cross_entropy(logits, y)", lambda: F.cross_entropy(T(logits), y_),
     loss.cross_entropy(logits, y)),
    ("backward", "loss.backward()", torch_gradient, own_gradient()),
    ("gradient_step", "torch.optim.SGD(parameters, lr=0.1).step()",
     lambda: step(lambda p: torch.optim.SGD(p, lr=0.1), 5), own_steps(0.0, 5)),
    ("momentum_step", "torch.optim.SGD(parameters, lr=0.1, momentum=0.9).step()",
     lambda: step(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), 5), own_steps(0.9, 5)),
    ("interpolate_layers", "torch.lerp(old, new, 0.3)", lambda: torch.lerp(w, T(tuned[0][0]), 0.3),
     freezing.interpolate_layers(layers, tuned, 0.3)[0][0]),
    ("lora_dense", "F.linear(x, w.T, b) + alpha / rank * (x @ down) @ up",
     lambda: F.linear(x_, w.T, b) + 4 / 2 * (x_ @ down) @ up, lora.lora_dense(x, *layers[0], adapter, 4)),
]  # fmt: skip
print(f"{'yours':<20}{'in PyTorch':<64}largest difference")
for name, line, theirs, ours in SAME:
    difference = np.abs(theirs().detach().numpy() - np.asarray(ours)).max()
    assert difference < 1e-12, name
    print(f"{name:<20}{line:<64}{difference:.0e}")

for parameter in model[0].parameters():
    parameter.requires_grad = False
trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
assert trainable == freezing.count_trainable(layers, {0})
print(f"{'frozen, counted':<20}{'parameter.requires_grad = False':<64}{trainable} trainable in both")
