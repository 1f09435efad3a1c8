"""Small drawings as SVG, which take their colours from the page and stay sharp in print."""

import base64
import html
import io
from collections.abc import Mapping, Sequence

import numpy as np
from PIL.Image import Image as Picture

Line = Sequence[tuple[float, float]]

_MOST_POINTS = 300


def picture(image: Picture, alt: str, classes: str = "pixels") -> str:
    """A picture inside the page, as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    content = base64.b64encode(buffer.getvalue()).decode("ascii")
    width, height = image.size
    return (
        f'<img class="{classes}" width="{width}" height="{height}" alt="{html.escape(alt)}" '
        f'src="data:image/png;base64,{content}">'
    )


def number(value: float) -> str:
    """A number with three digits that count.

    Example:
        >>> number(1234.5), number(0.012345), number(-0.00001), number(3.0)
        ('1234', '0.0123', '-0.00001', '3')
    """
    if float(value).is_integer() and abs(value) < 1e7:
        return f"{value:.0f}"
    if 0.001 <= abs(value) < 1000:
        decimals = max(0, 2 - int(np.floor(np.log10(abs(value)))))
        return f"{value:.{min(decimals, 5)}f}"
    if 1000 <= abs(value) < 1e7:
        return f"{value:.0f}"
    return (
        np.format_float_positional(value, 2, fractional=False) if abs(value) < 1 else f"{value:.2e}"
    )


def bar(position: float | None, low: float, high: float, label: str) -> str:
    """Where a figure lies between floor and ceiling, and over how much its resamples spread.

    Args:
        position: 0 at the floor, 1 at the ceiling; None where that means nothing.
        low, high: positions of the outermost resamples.
        label: what is seen, for those who can't.
    """
    title = f'role="img" aria-label="{html.escape(label)}"'
    frame = '<rect class="rail" x="4" y="9" width="112" height="4" rx="2"/>'
    if position is None:
        return f'<svg class="bar" viewBox="0 0 120 22" {title}>{frame}</svg>'
    middle, left, right = (4 + 112 * float(np.clip(p, 0, 1)) for p in (position, low, high))
    return (
        f'<svg class="bar" viewBox="0 0 120 22" {title}>{frame}'
        f'<rect class="fill" x="4" y="9" width="{middle - 4:.1f}" height="4" rx="2"/>'
        f'<rect class="spread" x="{left:.1f}" y="5" width="{max(right - left, 0):.1f}" '
        f'height="12" rx="2"/>'
        f'<circle class="dot" cx="{middle:.1f}" cy="11" r="4.5"/></svg>'
    )


def curves(pieces: Sequence[Line], label: str) -> str:
    """A value over the steps, a line of its own after each roll-back."""
    points = [point for piece in pieces for point in piece]
    if not points:
        return "<p>no finite value</p>"
    box = _Box(points)
    drawn = "".join(_curve(box, thin(piece)) for piece in pieces)
    return (
        f'<svg class="chart" viewBox="0 0 360 150" role="img" aria-label="{html.escape(label)}">'
        f"{box.axes()}{drawn}</svg>"
    )


def _curve(box: "_Box", line: Line) -> str:
    path = box.path(line)
    if len(line) == 1:
        # A line of one point can't be seen.
        x, y = path.split(",")
        return f'<circle class="dot" cx="{x}" cy="{y}" r="2.5"/>'
    return f'<polyline class="line tone-0" points="{path}"/>'


def sweep(values: Mapping[str, float], label: str) -> str:
    """A value at each of a few settings, in their order, with its numbers."""
    low, high = min(values.values()), max(values.values())
    room = (high - low) or 1.0
    width = 344 / max(len(values), 1)
    places = [
        (8 + (index + 0.5) * width, 108 - 78 * (value - low) / room)
        for index, value in enumerate(values.values())
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    points = "".join(
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
        f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{y - 9:.1f}">{number(value)}'
        f'</text><text class="tick" text-anchor="middle" x="{x:.1f}" y="142">'
        f"{html.escape(name)}</text>"
        for (x, y), (name, value) in zip(places, values.items(), strict=True)
    )
    return (
        f'<svg class="chart" viewBox="0 0 360 150" role="img" aria-label="{html.escape(label)}">'
        f'<line class="axis" x1="8" x2="352" y1="126" y2="126"/>'
        f'<polyline class="line tone-0" points="{path}"/>{points}</svg>'
    )


def cloud(sets: Mapping[str, np.ndarray], label: str, most: int = 1000) -> str:
    """Points (n, 2) of several sets, drawn to one scale."""
    shown = {name: points[:most, :2] for name, points in sets.items()}
    every = np.concatenate(list(shown.values()))
    low, high = np.quantile(every, 0.005, axis=0), np.quantile(every, 0.995, axis=0)
    middle, half = (low + high) / 2, 0.58 * max(float((high - low).max()), 1e-12)
    dots = []
    for index, points in enumerate(shown.values()):
        places = 180 * (1 + (points - middle) / half)  # (n, 2) in 0..360
        inside = places[((places >= 0) & (places <= 360)).all(axis=1)]
        circles = "".join(
            f'<circle cx="{x:.1f}" cy="{360 - y:.1f}" r="1.8"/>' for x, y in inside.tolist()
        )
        dots.append(f'<g class="dots tone-{index % 6}">{circles}</g>')
    legend = "".join(
        f'<span class="key"><i class="tone-{index % 6}"></i>{html.escape(name)}</span>'
        for index, name in enumerate(shown)
    )
    return (
        f'<svg class="cloud" viewBox="0 0 360 360" role="img" aria-label="{html.escape(label)}">'
        f'<rect class="frame" x="0.5" y="0.5" width="359" height="359" rx="4"/>{"".join(dots)}'
        f'</svg><div class="legend">{legend}</div>'
    )


def bars(real: Sequence[float], made: Sequence[float], label: str) -> str:
    """Shares of real and generated items in the same bins, real ones filled, generated outlined."""
    top = max(*real, *made, 1e-12)
    width = 200 / len(real)
    filled = "".join(
        f'<rect x="{index * width:.2f}" y="{80 - 76 * share / top:.2f}" '
        f'width="{width * 0.92:.2f}" height="{76 * share / top:.2f}"/>'
        for index, share in enumerate(real)
    )
    # Steps in the middle of the gaps, so that they are upright.
    path = " ".join(
        f"{max(index - 0.04, 0) * width:.2f},{80 - 76 * share / top:.2f} "
        f"{(index + 0.96) * width:.2f},{80 - 76 * share / top:.2f}"
        for index, share in enumerate(made)
    )
    return (
        f'<svg class="histogram" viewBox="0 0 200 82" role="img" aria-label="{html.escape(label)}">'
        f'<g class="real">{filled}</g><polyline class="line tone-1" points="{path}"/>'
        f'<line class="axis" x1="0" x2="200" y1="80.5" y2="80.5"/></svg>'
    )


def heat(matrix: np.ndarray, label: str, names: Sequence[str]) -> str:
    """A square matrix of numbers in [-1, 1]: blue below 0, red above, clear at 0.

    Args:
        matrix: (n, n).
        label: what is seen, for those who can't.
        names: of its rows, which stand on the left.
    """
    side = 240 / len(matrix)
    size = min(11.0, 0.9 * side)
    short = [name if len(name) <= 15 else f"{name[:14]}…" for name in names]
    rows = "".join(
        f'<text class="tick end" x="-5" y="{(row + 0.5) * side + 0.35 * size:.1f}" '
        f'style="font-size:{size:.1f}px">{html.escape(name)}</text>'
        for row, name in enumerate(short)
    )
    cells = "".join(
        f'<rect class="{"warm" if value > 0 else "cold"}" x="{column * side:.2f}" '
        f'y="{row * side:.2f}" width="{side:.2f}" height="{side:.2f}" '
        f'fill-opacity="{min(abs(value), 1):.2f}"/>'
        for row, values in enumerate(matrix.tolist())
        for column, value in enumerate(values)
        if abs(value) >= 0.005
    )
    return (
        f'<svg class="heat" viewBox="-112 0 352 240" role="img" aria-label="{html.escape(label)}">'
        f'<rect class="frame" x="0.5" y="0.5" width="239" height="239"/>{cells}{rows}</svg>'
    )


def timeline(marks: Sequence[tuple[float, bool]], last: float, label: str) -> str:
    """Marks on a line from step 0 to the last step: at which step, and whether something ended."""
    end = max(last, 1, *(step for step, _ in marks))
    drawn = "".join(
        f'<g class="mark{" over" if over else ""}"><line x1="{x:.1f}" x2="{x:.1f}" y1="8" y2="30"/>'
        f'<circle cx="{x:.1f}" cy="8" r="5"/></g>'
        for x, over in ((10 + 700 * step / end, over) for step, over in marks)
    )
    return (
        f'<svg class="timeline" viewBox="0 0 720 48" role="img" aria-label="{html.escape(label)}">'
        f'<line class="axis" x1="10" x2="710" y1="30" y2="30"/>{drawn}'
        f'<text class="tick" x="10" y="45">0</text>'
        f'<text class="tick end" x="710" y="45">step {end:,.0f}</text></svg>'
    )


def thin(line: Line) -> Line:
    """At most 300 points, each the mean of its neighbours.

    Example:
        >>> len(thin([(step, 1.0) for step in range(1000)]))
        250
    """
    group = -(-len(line) // _MOST_POINTS)
    if group <= 1:
        return line
    parts = [line[start : start + group] for start in range(0, len(line), group)]
    return [
        (sum(x for x, _ in part) / len(part), sum(y for _, y in part) / len(part)) for part in parts
    ]


class _Box:
    """A chart's axes: steps to the right, values upwards, outliers cut at the 0.5 % quantiles."""

    left, right, top, bottom = 58.0, 354.0, 6.0, 128.0

    def __init__(self, points: Line) -> None:
        values = np.array(points)
        self.end = max(float(values[:, 0].max()), 1.0)
        self.low, self.high = (float(q) for q in np.quantile(values[:, 1], [0.005, 0.995]))
        margin = 0.05 * (self.high - self.low) or 0.5 * abs(self.high) or 1.0
        self.low, self.high = self.low - margin, self.high + margin

    def path(self, line: Line) -> str:
        return " ".join(f"{self._x(step):.1f},{self._y(value):.1f}" for step, value in line)

    def axes(self) -> str:
        ticks = np.linspace(self.low, self.high, 5)[1:-1].tolist()
        grid = "".join(
            f'<line class="grid" x1="{self.left}" x2="{self.right}" '
            f'y1="{self._y(tick):.1f}" y2="{self._y(tick):.1f}"/>'
            f'<text class="tick end" x="{self.left - 5}" y="{self._y(tick) + 4:.1f}">'
            f"{number(tick)}</text>"
            for tick in ticks
        )
        return (
            f'{grid}<line class="axis" x1="{self.left}" x2="{self.right}" y1="{self.bottom}" '
            f'y2="{self.bottom}"/><text class="tick" x="{self.left}" y="144">0</text>'
            f'<text class="tick end" x="{self.right}" y="144">step {self.end:,.0f}</text>'
        )

    def _x(self, step: float) -> float:
        return self.left + (self.right - self.left) * step / self.end

    def _y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * share
