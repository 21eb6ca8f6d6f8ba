"""What people get wrong about single weights and sums of them."""

import numpy as np

from . import of


@of("apply_weight")
def adds_the_weight(signal, weight):
    """You add the weight. A weight multiplies what flows along its connection; what is added comes in chapter 2, and is called a bias."""
    return signal + weight


@of("apply_weight")
def ignores_the_sign(signal, weight):
    """You use only the size of the weight. Its sign matters as much: a negative weight turns the signal round."""
    return signal * np.abs(weight)
