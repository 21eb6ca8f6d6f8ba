"""The capstone: adapt a reader to new digits without letting it forget the old ones.

No function may change its inputs; drawing from rng is allowed. Arrays hold floats
unless the text says int. A number or bool that you return may be Python's or NumPy's.
"""

import numpy as np

from labkit import data


def adapt(
    layers: list[tuple[np.ndarray, np.ndarray]],
    x: np.ndarray,
    y: np.ndarray,
    rng: np.random.Generator,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the reader, adapted to new digits by a change of at most 4,000 numbers.

    The old digits may be used as well: ``data.digits14_train()`` gives 4,000 images
    and their labels.

    Parameters
    ----------
    layers : list of (weights, bias)
        The pre-trained 196-64-64-10 reader, float32.
    x : ndarray of shape (100, 196)
        Images of the new kind.
    y : ndarray of int, shape (100,)
        The digit that each image shows.
    rng : numpy.random.Generator
        The only source of random numbers.

    Returns
    -------
    list of (weights, bias)
        Layers of the same shapes, float32 or float64. They should read new images of
        the new kind and still read the old kind; the chapter's page says how well. The
        change from ``layers`` must fit in 4,000 stored numbers:

        - A weight matrix costs as many numbers as it has changed entries, or
          rank · (fan_in + fan_out), whichever is smaller. It costs nothing if no entry
          changes by more than a millionth of the old matrix's largest magnitude.
        - The rank is the number of singular values of the change that exceed
          s / 10,000. To find s, take the largest singular value of the change and that
          of the old matrix; s is the smaller of the two.
        - A bias costs one number for each changed entry.

    Notes
    -----
    LoRA of rank 8 on the three matrices, trained on the new images together with the
    4,000 old ones, then merged. ``data.digits14_train()`` gives the old images and
    their labels.

    Examples
    --------
    >>> reader = data.pretrained_reader()
    >>> x, y = data.digits14_train()
    >>> adapted = adapt(reader, x[:100], y[:100], np.random.default_rng(0))
    >>> [weights.shape for weights, _ in adapted]
    [(196, 64), (64, 64), (64, 10)]
    """
    ### BEGIN SOLUTION
    from .lora import lora_fine_tune, lora_init, lora_merge

    rank, alpha = 8, 16
    old_x, old_y = data.digits14_train()
    # In each epoch the new images are shown twenty times, the old ones once: the reader
    # learns, and keeps what it knew.
    both_x = np.concatenate([np.tile(x, (20, 1)), old_x])
    both_y = np.concatenate([np.tile(y, 20), old_y])
    # In float32, as the images are: training in float64 takes longer.
    adapters = data.in_float32(
        [lora_init(*weights.shape, rank, rng) for weights, _ in layers]
    )
    # Small steps, as inverted images are nearly all ink, and smaller ones at the end,
    # because of the noise of the batches (chapter 7).
    for epochs, learning_rate in [(8, 0.03), (2, 0.01)]:
        adapters, _ = lora_fine_tune(
            layers,
            adapters,
            both_x,
            both_y,
            alpha=alpha,
            epochs=epochs,
            batch_size=32,
            learning_rate=learning_rate,
            rng=rng,
        )
    return [
        (lora_merge(weights, adapter, alpha), bias)
        for (weights, bias), adapter in zip(layers, adapters, strict=True)
    ]
    ### END SOLUTION
