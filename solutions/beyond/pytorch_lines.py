"""Every function of the library beside its line in PyTorch: both columns are run as they are written here.

``compare_lines.py`` beside this module runs them. Each name stands for the same numbers in both columns, as arrays on
the left and as tensors on the right.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LINES", "Line"]


class Line(NamedTuple):
    """A call of one function, and what a user of PyTorch would write.

    Parameters
    ----------
    yours : str
        The call. What is compared is its value, or the variable ``read`` after an assignment.
    pytorch : str
        One line, or a few.
    remark : str
        What differs; where PyTorch has no such function, it begins with "No counterpart".
    read : str
        ``"layers"``, ``"gradients"`` or ``"adapters"``: the variable to compare. On PyTorch's side the first two are
        read from ``model``.
    as_drawn : str
        ``"weights"`` if both sides draw random weights: their distributions are compared. ``"batches"`` if both sides
        draw an order: the examples are compared. ``"recipe"`` if the line is only a part of what the function does:
        nothing is compared.
    tolerance : float
        The largest difference that counts as rounding.
    """

    yours: str
    pytorch: str
    remark: str = ""
    read: str = ""
    as_drawn: str = ""
    tolerance: float = 1e-12


_LOOP = """\
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(2):
    for x_batch, y_batch in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x_batch), y_batch).backward()
        optimizer.step()"""

LINES: dict[str, dict[str, Line]] = {
    "01_weights": {
        "apply_weight": Line("apply_weight(signal, weight)", "weight * signal"),
        "weighted_sum": Line("weighted_sum(inputs, one_neuron)", "torch.dot(inputs, one_neuron)"),
        "weighted_sums": Line("weighted_sums(x, weights)", "x @ weights"),
        "count_weights": Line(
            "count_weights([5, 4, 3])",
            "sum(p.numel() for p in model.parameters() if p.ndim == 2)",
            "No counterpart. A finished model is asked for its matrices.",
        ),
        "template_weights": Line(
            "template_weights(x, y, 3)",
            "means = [x[y == c].mean(dim=0) for c in range(3)]\ntorch.stack(means, dim=1) - x.mean(dim=0)[:, None]",
            "No counterpart. With tensors it is written as with arrays.",
        ),
    },
    "02_biases": {
        "neuron": Line("neuron(inputs, one_neuron, one_bias)", "F.linear(inputs, one_neuron, one_bias)"),
        "activates": Line(
            "activates(inputs, one_neuron, one_bias)",
            "F.linear(inputs, one_neuron, one_bias) > 0",
            "No counterpart. It is a comparison with zero.",
        ),
        "dense": Line(
            "dense(x, weights, bias)",
            "F.linear(x, weights.T, bias)",
            "F.linear and nn.Linear take one neuron per row: the weights are transposed.",
        ),
        "fold_bias": Line(
            "fold_bias(weights, bias)",
            "torch.vstack([weights, bias])",
            "No counterpart. nn.Linear keeps weights and bias in two arrays.",
        ),
        "count_parameters": Line("count_parameters(shapes)", "sum(p.numel() for p in model.parameters())"),
    },
    "03_initialization": {
        "distinct_neurons": Line(
            "distinct_neurons(copies)",
            "torch.unique(copies, dim=1).shape[1]",
            "No counterpart. torch.unique also counts columns, but has no margin for rounding errors.",
        ),
        "zero_bias": Line("zero_bias(4)", "nn.init.zeros_(torch.empty(4))"),
        "xavier_uniform": Line(
            "xavier_uniform(400, 300, rng)", "nn.init.xavier_uniform_(torch.empty(300, 400))", as_drawn="weights"
        ),
        "xavier_normal": Line(
            "xavier_normal(400, 300, rng)", "nn.init.xavier_normal_(torch.empty(300, 400))", as_drawn="weights"
        ),
        "he_normal": Line(
            "he_normal(400, 300, rng)",
            'nn.init.kaiming_normal_(torch.empty(300, 400), nonlinearity="relu")',
            "Kaiming is He's first name.",
            as_drawn="weights",
        ),
        "signal_spread": Line(
            "signal_spread(x, matrices, relu)",
            "signals = [x]\n"
            "for matrix in matrices:\n"
            "    signals.append(F.relu(signals[-1] @ matrix))\n"
            "torch.stack([signal.std(correction=0) for signal in signals])",
            "No counterpart. Without correction=0, PyTorch divides by one less than the number of entries.",
        ),
        "init_layers": Line(
            "init_layers([400, 300, 200], rng)",
            "new = nn.Sequential(nn.Linear(400, 300), nn.ReLU(), nn.Linear(300, 200))\n"
            "for linear in (new[0], new[2]):\n"
            '    nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")\n'
            "    nn.init.zeros_(linear.bias)\n"
            "list(new.parameters())",
            "Without the loop, nn.Linear starts with its own random weights and biases, not with He's.",
            as_drawn="weights",
        ),
    },
    "04_forward": {
        "relu": Line("relu(x)", "F.relu(x)"),
        "softmax": Line("softmax(x)", "x.softmax(dim=1)"),
        "forward": Line(
            "forward(layers, x)[0]",
            "model(x)",
            "model is nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)). It keeps the layer inputs itself.",
        ),
        "predict": Line("predict(layers, x)", "model(x).argmax(dim=1)"),
    },
    "05_loss": {
        "accuracy": Line(
            "accuracy(logits, y)",
            "(logits.argmax(dim=1) == y).float().mean()",
            "No counterpart in PyTorch itself. It is written in one line.",
        ),
        "mean_squared_error": Line(
            "mean_squared_error(predictions, targets)",
            "F.mse_loss(predictions, targets)",
            "Shapes that differ but broadcast give a warning, not an error.",
        ),
        "one_hot": Line("one_hot(y, 3)", "F.one_hot(y, 3)", "The result holds integers; yours holds floats."),
        "cross_entropy": Line("cross_entropy(logits, y)", "F.cross_entropy(logits, y)"),
    },
    "06_backprop": {
        "numerical_gradient": Line(
            "numerical_gradient(f, a)",
            "torch.autograd.grad(f(a), a)[0]",
            "No public counterpart that returns it. This gradient is computed by backpropagation; "
            "torch.autograd.gradcheck(f, a) compares it with a measured one.",
            tolerance=1e-7,
        ),
        "relative_error": Line(
            "relative_error(a, b)",
            "(a - b).abs().max() / (a.abs().max() + b.abs().max()).clamp(min=1e-12)",
            "No counterpart. torch.testing.assert_close(a, b) compares entry by entry, with tolerances.",
        ),
        "mean_squared_error_gradient": Line(
            "mean_squared_error_gradient(predictions, targets)",
            "loss = F.mse_loss(predictions, targets)\ntorch.autograd.grad(loss, predictions)[0]",
        ),
        "dense_gradient": Line(
            "dense_gradient(grad_output, x, weights)",
            "output = F.linear(x, weights.T, bias)\ntorch.autograd.grad(output, (x, weights, bias), grad_output)",
        ),
        "relu_gradient": Line(
            "relu_gradient(grad_output, outputs)", "torch.autograd.grad(F.relu(sums), sums, grad_output)[0]"
        ),
        "backward": Line(
            "gradients = backward(layers, activations, grad_logits)",
            "loss = F.cross_entropy(model(x), y)\nloss.backward()",
            "The gradient of each parameter p is added to p.grad.",
            read="gradients",
        ),
        "cross_entropy_gradient": Line(
            "cross_entropy_gradient(logits, y)", "torch.autograd.grad(F.cross_entropy(logits, y), logits)[0]"
        ),
    },
    "07_descent": {
        "gradient_step": Line(
            "layers = gradient_step(layers, gradients, 0.1)",
            "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
            "F.cross_entropy(model(x), y).backward()\n"
            "optimizer.step()",
            "The step changes the model itself.",
            read="layers",
        ),
        "minibatches": Line(
            "minibatches(x, y, 3, rng)",
            "DataLoader(TensorDataset(x, y), batch_size=3, shuffle=True)",
            as_drawn="batches",
        ),
        "train": Line(
            "layers, losses = train(layers, x, y, epochs=2,\n    batch_size=3, learning_rate=0.1, rng=rng)",
            _LOOP,
            "No counterpart. This loop is written out. Here loader gives the batches of your minibatches.",
            read="layers",
        ),
        "momentum_step": Line(
            "for _ in range(3):\n"
            "    gradients = gradients_at(layers)\n"
            "    layers, velocity = momentum_step(\n"
            "        layers, gradients, velocity, 0.1, 0.9)",
            "optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n"
            "for _ in range(3):\n"
            "    optimizer.zero_grad()\n"
            "    F.cross_entropy(model(x), y).backward()\n"
            "    optimizer.step()",
            "The optimizer keeps the velocity.",
            read="layers",
        ),
    },
    "08_freezing": {
        "count_trainable": Line(
            "count_trainable(layers, {0})",
            "model[0].requires_grad_(False)\nsum(p.numel() for p in model.parameters() if p.requires_grad)",
        ),
        "frozen_step": Line(
            "layers = frozen_step(layers, gradients, 0.1, {0})",
            "model[0].requires_grad_(False)\n"
            "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
            "F.cross_entropy(model(x), y).backward()\n"
            "optimizer.step()",
            "SGD skips each parameter whose p.grad is None.",
            read="layers",
        ),
        "backward_unfrozen": Line(
            "gradients = backward_unfrozen(\n    layers, activations, grad_logits, {0})",
            "model[0].requires_grad_(False)\nF.cross_entropy(model(x), y).backward()",
            read="gradients",
        ),
        "fine_tune": Line(
            "layers, losses = fine_tune(layers, x, y, frozen={0},\n"
            "    epochs=2, batch_size=3, learning_rate=0.1, rng=rng)",
            f"model[0].requires_grad_(False)\n{_LOOP}",
            "No counterpart. It is the loop of train, after the first line.",
            read="layers",
        ),
        "interpolate_layers": Line(
            "interpolate_layers(layers, tuned, 0.3)",
            "[(torch.lerp(w, tuned_w, 0.3), torch.lerp(b, tuned_b, 0.3))\n"
            " for (w, b), (tuned_w, tuned_b) in zip(layers, tuned)]",
            "torch.lerp does it for one array.",
        ),
    },
    "09_lora": {
        "lora_init": Line(
            "lora_init(400, 300, 200, rng)",
            "down = nn.init.normal_(torch.empty(400, 200), std=400 ** -0.5)\nup = torch.zeros(200, 300)\ndown, up",
            "No counterpart in PyTorch itself. PEFT draws down from a uniform distribution (chapter 9).",
            as_drawn="weights",
        ),
        "lora_dense": Line(
            "lora_dense(x, weights, bias, (down, up), 4)",
            "F.linear(x, weights.T, bias) + 4 / 2 * (x @ down) @ up",
            "No counterpart in PyTorch itself. In PEFT: get_peft_model.",
        ),
        "lora_gradient": Line(
            "lora_gradient(grad_output, x, weights, (down, up), 4)",
            "output = F.linear(x, weights.T, bias) + 4 / 2 * (x @ down) @ up\n"
            "torch.autograd.grad(output, (x, down, up), grad_output)",
        ),
        "lora_fine_tune": Line(
            "adapters, losses = lora_fine_tune(layers, adapters,\n"
            "    x, y, alpha=4, epochs=2, batch_size=3,\n"
            "    learning_rate=0.1, rng=rng)",
            "optimizer = torch.optim.SGD([*adapters[0], *adapters[1]], lr=0.1)\n"
            "for _ in range(2):\n"
            "    for x_batch, y_batch in loader:\n"
            "        hidden = F.relu(lora_dense(x_batch, *layers[0], adapters[0], 4))\n"
            "        logits = lora_dense(hidden, *layers[1], adapters[1], 4)\n"
            "        optimizer.zero_grad()\n"
            "        F.cross_entropy(logits, y_batch).backward()\n"
            "        optimizer.step()",
            "No counterpart. Here lora_dense is ours: written with @, + and *, it takes tensors as it is.",
            read="adapters",
        ),
        "lora_merge": Line(
            "lora_merge(weights, (down, up), 4)",
            "weights + 4 / 2 * (down @ up)",
            "No counterpart in PyTorch itself. In PEFT: merge_and_unload.",
        ),
    },
    "10_capstone": {
        "adapt": Line(
            "adapt(reader, x, y, rng)",
            "both = ConcatDataset([TensorDataset(x, y), TensorDataset(old_x, old_y)])\n"
            "DataLoader(both, batch_size=32, shuffle=True)",
            "No counterpart: adapt is a recipe. If yours shows old examples again, ConcatDataset joins both kinds.",
            as_drawn="recipe",
        ),
    },
}
