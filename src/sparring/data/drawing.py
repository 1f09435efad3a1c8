"""Small figures as pictures, made through matplotlib's objects so that no global state is used."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Panel:
    """One set of axes: a histogram of numbers, bars of counts, or a cloud of points (n, 2)."""

    title: str
    histogram: np.ndarray | None = None
    bars: Mapping[str, int] = field(default_factory=dict)
    cloud: np.ndarray | None = None


def picture_of(figure: "Figure") -> PIL.Image.Image:
    """Render a matplotlib figure to an RGB picture."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(buffer)
    buffer.seek(0)
    return PIL.Image.open(buffer).convert("RGB")


def draw_waves(waves: np.ndarray, rate: int, inches: float = 6.0) -> PIL.Image.Image:
    """Sounds (n, length) as curves over time, one below the other.

    Example:
        >>> draw_waves(np.zeros((2, 100)), 8000).mode
        'RGB'
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(inches, 0.7 * len(waves) + 0.4), dpi=100, layout="constrained")
    seconds = np.arange(waves.shape[1]) / rate
    every = figure.subplots(len(waves), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, wave in zip(every, waves, strict=True):
        axes.plot(seconds, wave, linewidth=0.5)
        axes.set_yticks([])
        axes.tick_params(labelsize=6)
    every[-1].set_xlabel("seconds", fontsize=7)
    return picture_of(figure)


def draw_panels(panels: Sequence[Panel], columns: int = 4, inches: float = 2.4) -> PIL.Image.Image:
    """Panels side by side, so many in a row.

    Example:
        >>> draw_panels([Panel("age", histogram=np.arange(9.0))], columns=1).mode
        'RGB'
    """
    from matplotlib.figure import Figure

    rows = math.ceil(len(panels) / columns)
    figure = Figure(figsize=(inches * columns, inches * rows), dpi=100, layout="constrained")
    for index, panel in enumerate(panels):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.set_title(panel.title[:28], fontsize=8)
        axes.tick_params(labelsize=6)
        if panel.cloud is not None:
            axes.scatter(panel.cloud[:, 0], panel.cloud[:, 1], s=2, alpha=0.5, linewidths=0)
            axes.set_aspect("equal", adjustable="datalim")
        elif panel.bars:
            axes.barh([name[:16] for name in panel.bars], list(panel.bars.values()))
            axes.invert_yaxis()
        elif panel.histogram is not None:
            axes.hist(panel.histogram, bins=30)
    return picture_of(figure)
