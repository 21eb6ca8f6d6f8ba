"""Can the words of a figure be read, and does it use the width of a page?"""

from __future__ import annotations

import itertools

from matplotlib.figure import Figure
from matplotlib.text import Text

from labkit.figures import style


def assert_readable(fig: Figure, at_least: int = 1) -> None:
    """Fail unless a figure uses the width, and has enough words, none of them small or above another."""
    width = int.from_bytes(style.to_png(fig)[16:20], "big") / style.SHARPNESS
    assert 0.85 * style.WIDEST < width / style.PIXELS_PER_INCH < 1.05 * style.WIDEST, "the width is not used"
    words = [text for text in fig.findobj(Text) if text.get_visible() and text.get_text().strip()]
    assert len(words) >= at_least and min(text.get_fontsize() for text in words) >= 10
    ticks = {label for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) for label in axis.get_ticklabels(which="both")}
    boxes = [(text.get_text(), text.get_window_extent()) for text in words if text not in ticks]  # some are not drawn
    overlapping = [
        (a, b)
        for (a, one), (b, other) in itertools.combinations(boxes, 2)
        if min(one.x1, other.x1) - max(one.x0, other.x0) > 1 and min(one.y1, other.y1) - max(one.y0, other.y0) > 1
    ]
    assert overlapping == []
