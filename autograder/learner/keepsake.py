"""What the learner keeps and shares: a figure of their network and its life, and a page that reads friends' digits."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from labkit import data
from labkit.display import show_message
from labkit.drawings import RECIPES, UPRIGHT, Drawings
from labkit.figures.style import MARK, PAPER, TEXT, WEIGHTS, bare, figure, limit_of, show
from labkit.live import SCRIPT, STYLE

from ..paths import ROOT, shown

FOLDER = ROOT
"""Where both are saved: in the learner's copy of the course."""
Layers = Sequence[tuple[np.ndarray, np.ndarray]]
_NEURONS, _DIGITS = 8, 10


def keepsake(stages: Mapping[str, Layers], forward: Callable, layers: Layers, name: str = "") -> None:
    """Show a network's life in its own weights; save it as ``my-network-DATE.png`` and ``.html``.

    The page reads digits that a friend draws, in any browser, without an internet connection: the weights are inside.
    Files of the same day are overwritten; those of other days stay.

    Parameters
    ----------
    stages : mapping of str to list of (weights, bias)
        For each stage of its life, such as ``"at birth"``, the layers that the network had then.
    forward : function
        The learner's own forward pass.
    layers : list of (weights, bias)
        The network that reads, with 196 or 64 inputs.
    name : str
        Who wrote the library; left out if empty.
    """
    today = time.strftime("%Y-%m-%d")
    signed = f"Functions written by {name.strip() or 'hand'} · {today}"
    fig, alt = draw(stages, forward, layers, signed)
    path = FOLDER / f"my-network-{today}.png"
    page = path.with_suffix(".html")
    try:
        fig.savefig(
            path, dpi=200, bbox_inches="tight", pad_inches=0.1, metadata={"Title": "My network", "Description": alt}
        )
        page.write_text(write_page(layers, name.strip(), signed), encoding="utf-8")
        said = (
            f"Saved as {shown(path)} and as {shown(page)}. Send that page to a friend: it reads the digits that they "
            "draw."
        )
    except OSError as error:
        said = f"The keepsake could not be saved: {shown(path)} cannot be written ({error.strerror})."
    show(fig, alt)
    show_message(f"<p>{html.escape(said)}</p>", said)


def draw(stages: Mapping[str, Layers], forward: Callable, layers: Layers, signed: str) -> tuple[Figure, str]:
    """Draw digits that the network reads, one of them the learner's own if they kept one, and each stage's weights."""
    side = round(len(layers[0][0]) ** 0.5)
    digits, drawings = data.digits_of(side), Drawings(side)
    images = [digits.test_images[digits.test_labels == digit][7] for digit in range(_DIGITS)]
    own = len(drawings.labels) > 0
    if own:
        images[drawings.labels[-1]] = drawings.images[-1]
    read = np.asarray(forward(layers, np.array(images, dtype=layers[0][0].dtype))[0]).argmax(axis=1)
    fig = figure(1, 1, (7.8, 1.3 + 0.85 * len(stages)))[0]
    fig.clear()
    grid = fig.add_gridspec(1 + len(stages), 1, height_ratios=[1.15] + [0.85] * len(stages))
    fig.suptitle("Digits, as my network reads them, and its weights", x=0.01, ha="left")
    fig.supxlabel(signed, fontsize=11.5)
    for k, ax in enumerate(grid[0].subgridspec(1, _DIGITS).subplots()):
        bare(ax).imshow(images[k].reshape(side, side), cmap=PAPER, vmin=0, vmax=1)
        mine = own and k == drawings.labels[-1]
        ax.set_xlabel(f"mine: {read[k]}" if mine else str(read[k]), color=MARK if mine else TEXT)
        if mine:
            ax.spines[:].set(visible=True, color=MARK, linewidth=2)
    drawn = {stage: np.asarray(network[0][0], dtype=float)[:, :_NEURONS] for stage, network in stages.items()}
    limit = max(map(limit_of, drawn.values()))  # one scale for all stages
    for k, (stage, weights) in enumerate(drawn.items(), 1):
        size = round(len(weights) ** 0.5)
        tiles = np.full((size, weights.shape[1], size + 1), np.nan)
        tiles[:, :, :size] = weights.T.reshape(-1, size, size).swapaxes(0, 1)
        ax = bare(fig.add_subplot(grid[k]))
        ax.imshow(tiles.reshape(size, -1)[:, :-1], cmap=WEIGHTS, vmin=-limit, vmax=limit, interpolation="nearest")
        ax.set_ylabel(stage, rotation=0, ha="right", va="center")
    shown_digits = "One of them was drawn by the network's owner. " if own else ""
    return fig, (
        f"Ten handwritten digits, 0 to 9, which the network reads as {', '.join(map(str, read))}. {shown_digits}Below "
        f"them are the weights into {_NEURONS} neurons as images over the pixels, one row per stage: "
        f"{', '.join(' '.join(stage.split()) for stage in stages)}. {signed}."
    )


def write_page(layers: Layers, name: str, signed: str) -> str:
    """Return a page with a pad and a script that reads what is drawn there, using these layers."""
    here = Path(__file__).parent
    script = SCRIPT.replace("export default", "const figure =") + (here / "keepsake.js").read_text(encoding="utf-8")
    side = round(len(layers[0][0]) ** 0.5)
    network = {
        "side": side,
        "recipe": RECIPES[side]._asdict(),
        "upright": UPRIGHT,
        "layers": [[_packed(weights), _packed(bias)] for weights, bias in layers],
    }
    whose = f"{name}’s network" if name else "My network"
    return (
        (here / "keepsake.html")
        .read_text(encoding="utf-8")
        .replace("{{style}}", STYLE)
        .replace("{{script}}", script)
        .replace("{{network}}", json.dumps(network))
        .replace("{{whose}}", html.escape(whose))
        .replace("{{signed}}", html.escape(signed))
        .replace("{{parameters}}", f"{sum(weights.size + bias.size for weights, bias in layers):,}")
    )


def _packed(array: np.ndarray) -> str:
    return base64.b64encode(np.asarray(array, dtype="<f4").tobytes()).decode()
