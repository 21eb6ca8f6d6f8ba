"""Do the initializers have the distributions of torch.nn.init?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judging import reference

torch = pytest.importorskip("torch", reason="without torch no initializer is compared with its own")
stats = pytest.importorskip("scipy.stats", reason="without scipy there is no Kolmogorov–Smirnov test of initializers")

library = reference.module("initialization")

THEIRS = {
    "xavier_uniform": torch.nn.init.xavier_uniform_,
    "xavier_normal": torch.nn.init.xavier_normal_,
    "he_normal": lambda weight: torch.nn.init.kaiming_normal_(weight, nonlinearity="relu"),
}
SHAPES = [(150, 400), (400, 150), (64, 10)]


def p_value(ours, theirs, fan_in, fan_out):
    torch.manual_seed(fan_in)
    # torch keeps a layer's weights as (fan_out, fan_in).
    weight = theirs(torch.empty(fan_out, fan_in, dtype=torch.float64))
    drawn = ours(fan_in, fan_out, np.random.default_rng(fan_out))
    return stats.ks_2samp(drawn.ravel(), weight.numpy().ravel()).pvalue


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", THEIRS)
def test_an_initializer_draws_from_the_same_distribution(name, shape):
    assert p_value(getattr(library, name), THEIRS[name], *shape) > 0.001


@pytest.mark.parametrize(("name", "other"), [(a, b) for a in THEIRS for b in THEIRS if a != b], ids=lambda name: name)
def test_the_comparison_can_tell_initializers_apart(name, other):
    assert p_value(getattr(library, name), THEIRS[other], 150, 400) < 1e-9


@pytest.mark.parametrize(("scheme", "name"), [("he", "he_normal"), ("xavier", "xavier_normal")])
def test_the_layers_of_a_network_do_too(scheme, name):
    layers = library.init_layers([300, 200, 100], np.random.default_rng(3), scheme)
    for weights, bias in layers:
        fan_in, fan_out = weights.shape
        assert p_value(lambda *_, drawn=weights: drawn, THEIRS[name], fan_in, fan_out) > 0.001
        assert not bias.any()
