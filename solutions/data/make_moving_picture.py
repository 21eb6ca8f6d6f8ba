"""Draws the moving picture of the first page: the course's own network, learning to read. Run it by hand, and look.

``python -m solutions.data.make_moving_picture`` writes ``weights_taking_shape.webp``, which plays once in less than
five seconds and ends with the trained network, and its last frame as ``.png``, for those who want nothing to move.
"""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from autograder.paths import SOLUTIONS
from labkit import data
from labkit.figures.style import COLORS, PAPER, WEIGHTS, bare, figure, limit_of
from solutions.weightlab.descent import train
from solutions.weightlab.forward import forward, predict, softmax
from solutions.weightlab.initialization import init_layers

TARGET = SOLUTIONS / "notebooks" / "weights_taking_shape.webp"
EPOCHS = 36
NEURONS = 12
MILLISECONDS = 110
WIDTH, HEIGHT, DPI = 7.6, 3.1, 96


def networks() -> list[list[tuple[np.ndarray, np.ndarray]]]:
    """Return a 64-12-10 network before training and after each epoch."""
    digits, rng = data.digits8(), np.random.default_rng(3)
    frames = [init_layers([64, NEURONS, 10], rng)]
    for _ in range(EPOCHS):
        settings = {"epochs": 1, "batch_size": 32, "learning_rate": 0.1, "rng": rng}
        frames.append(train(frames[-1], digits.train_images, digits.train_labels, **settings)[0])
    return frames


def frame(layers: list[tuple[np.ndarray, np.ndarray]], epoch: int) -> Image.Image:
    """Draw one epoch: a digit, the weights into each hidden neuron, and the ten answers."""
    digits = data.digits8()
    image = digits.test_images[digits.test_labels == 3][1]
    probabilities = softmax(forward(layers, image[None])[0])[0]
    right = np.mean(predict(layers, digits.test_images) == digits.test_labels)
    fig, (digit, weights, answers) = figure(1, 3, (WIDTH, HEIGHT), width_ratios=[1, 2.5, 1.15])
    bare(digit).imshow(image.reshape(8, 8), cmap=PAPER, vmin=0, vmax=1)
    digit.set_title("a digit")
    tiles = np.full((3, 9, 4, 9), np.nan)
    tiles[:, :8, :, :8] = layers[0][0].T.reshape(3, 4, 8, 8).swapaxes(1, 2)
    limit = limit_of(layers[0][0])
    bare(weights).imshow(tiles.reshape(27, 36)[:-1, :-1], cmap=WEIGHTS, vmin=-limit, vmax=limit)
    weights.set_title("the weights into 12 neurons")
    best = int(probabilities.argmax())
    answers.barh(range(10), probabilities, color=[COLORS[0] if k == best else "#9bc4b8" for k in range(10)])
    answers.set(xlim=(0, 1), ylim=(9.6, -0.6), title="the answer")
    answers.set_yticks(range(10), [str(k) for k in range(10)])
    answers.set_xticks([0, 1], ["0%", "100%"])
    fig.supxlabel(f"epoch {epoch:2d}: reads {right:.0%} of 597 digits that it has never seen", fontsize=12.5)
    fig.get_layout_engine().set(h_pad=0.12, w_pad=0.1)
    fig.set_dpi(DPI)
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def main() -> None:
    """Write both files."""
    first, *rest = (frame(layers, epoch) for epoch, layers in enumerate(networks()))
    options = {"save_all": True, "append_images": rest, "duration": MILLISECONDS, "loop": 1}
    first.save(TARGET, quality=80, method=6, **options)
    rest[-1].save(TARGET.with_suffix(".png"), optimize=True)
    for path in (TARGET, TARGET.with_suffix(".png")):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
