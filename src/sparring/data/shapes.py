"""Pictures of shapes and what they show in words, drawn on the spot: for judging what is asked."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np

from sparring.core.errors import WrongUse

SIZE = 32
"""Pixels along one side."""
NUMBERS = ("one", "two", "three")
SIZES = ("small", "large")
COLOURS = ("red", "green", "blue", "yellow")
SHAPES = ("circle", "square", "triangle")
RELATIONS = ("above", "below", "left of", "right of")
_LEVELS = {
    "red": (225, 50, 45),
    "green": (50, 185, 70),
    "blue": (55, 95, 235),
    "yellow": (240, 210, 50),
}
_GROUND = (24, 24, 28)
_RADII = {"small": 2.6, "large": 4.3}
_OTHER = 4.6
_CHUNK = 500
_REACH = 6
_MOST = len(NUMBERS) + 1


@dataclass(frozen=True)
class Scene:
    """What a picture shows: one to three shapes alike, and another one beside them.

    Attributes:
        number, size, colour, shape: of those alike.
        relation: where they are, seen from the other.
        other_colour, other_shape: of the other, whose colour is another.

    Example:
        >>> scene = Scene("two", "small", "red", "circle", "above", "blue", "square")
        >>> scene.caption
        'two small red circles above a blue square'
        >>> Scene.from_caption(scene.caption) == scene
        True
    """

    number: str
    size: str
    colour: str
    shape: str
    relation: str
    other_colour: str
    other_shape: str

    @property
    def caption(self) -> str:
        """The scene in words."""
        plural = "" if self.number == NUMBERS[0] else "s"
        return (
            f"{self.number} {self.size} {self.colour} {self.shape}{plural} {self.relation} a "
            f"{self.other_colour} {self.other_shape}"
        )

    @classmethod
    def from_caption(cls, caption: str) -> "Scene":
        """The scene that a caption describes.

        Raises:
            WrongUse: words that no caption of a scene has.
        """
        words = caption.replace("left of", "left_of").replace("right of", "right_of").split()
        if len(words) == 8 and words[5] == "a":
            number, size, colour, shape, relation, _, other_colour, other_shape = words
            found = cls(
                number,
                size,
                colour,
                shape if number == NUMBERS[0] else shape.removesuffix("s"),
                relation.replace("_", " "),
                other_colour,
                other_shape,
            )
            if found in _SCENES:
                return found
        raise WrongUse(
            f"A caption of shapes must be like 'two small red circles above a blue square', got "
            f"{caption!r}."
        )

    def attributes(self) -> dict[str, str]:
        """Its attributes by name."""
        return asdict(self)


def scenes() -> list[Scene]:
    """All scenes there are, in a fixed order.

    Example:
        >>> len(scenes())
        2592
    """
    parts = product(NUMBERS, SIZES, COLOURS, SHAPES, RELATIONS, COLOURS, SHAPES)
    return [scene for scene in (Scene(*part) for part in parts) if _differs(scene)]


def _differs(scene: Scene) -> bool:
    return scene.colour != scene.other_colour


def draw(shown: Sequence[Scene], seed: int = 0) -> np.ndarray:
    """A picture of each scene: places and gaps are drawn, the rest is as the scene says.

    Args:
        shown: n scenes.
        seed: of the places.

    Returns:
        (n, 32, 32, 3) uint8.

    Example:
        >>> draw([Scene("one", "large", "red", "circle", "above", "blue", "square")]).shape
        (1, 32, 32, 3)
    """
    generator = np.random.default_rng(seed)
    places = [_places(scene, generator) for scene in shown]
    pictures = np.empty((len(shown), SIZE, SIZE, 3), dtype=np.uint8)
    for start in range(0, len(shown), _CHUNK):
        part = slice(start, start + _CHUNK)
        pictures[part] = _painted(shown[part], np.array(places[part]))
    return pictures


def _places(scene: Scene, generator: np.random.Generator) -> np.ndarray:
    """(4, 2) centres (across, down) in pixels; of shapes that aren't there, far away."""
    half, count, radius = SIZE / 2, NUMBERS.index(scene.number) + 1, _RADII[scene.size]
    # Along the half picture in which they are, shapes alike share the free room by chance.
    free = SIZE - 2 - 2 * radius * count - (count - 1)
    gaps = np.diff(np.sort(generator.random(count)), prepend=0.0) * free
    along = 1 + radius + np.cumsum(gaps) + np.arange(count) * (2 * radius + 1)
    across = generator.uniform(radius + 1, half - radius - 1, count)
    least = _OTHER + 1
    other = generator.uniform((least, least), (SIZE - least, half - least))
    centres = np.full((_MOST, 2), -100.0)
    centres[:count], centres[-1] = np.stack([along, across], axis=1), other
    if scene.relation in ("above", "left of"):
        centres[-1, 1] += half
    else:
        centres[:count, 1] += half
    return centres[:, ::-1] if scene.relation in ("left of", "right of") else centres


def _painted(shown: Sequence[Scene], places: np.ndarray) -> np.ndarray:
    """Scenes (n,) with centres (n, 4, 2) as pictures; edges are smoothed over one pixel."""
    side = SIZE + 2 * _REACH
    canvas = np.empty((len(shown), side, side, 3), dtype=np.float32)
    canvas[:] = _GROUND
    for slot in range(_MOST):
        last = slot == _MOST - 1
        for kind in SHAPES:
            rows = np.array(
                [
                    row
                    for row, scene in enumerate(shown)
                    if (scene.other_shape if last else scene.shape) == kind
                    and (last or slot <= NUMBERS.index(scene.number))
                ],
                dtype=np.int64,
            )
            if len(rows):
                some = [shown[row] for row in rows]
                radii = [_OTHER if last else _RADII[scene.size] for scene in some]
                paint = [_LEVELS[scene.other_colour if last else scene.colour] for scene in some]
                _stamp(canvas, rows, places[rows, slot], _EDGES[kind], radii, paint)
    inner = slice(_REACH, _REACH + SIZE)
    levels: np.ndarray = canvas[:, inner, inner].round().astype(np.uint8)
    return levels


def _stamp(
    canvas: np.ndarray,
    rows: np.ndarray,
    centres: np.ndarray,
    edge: Callable[[Any, Any, Any], np.ndarray],
    radii: Sequence[float],
    paint: Sequence[tuple[int, int, int]],
) -> None:
    """Paint one shape into each of these rows, looking at the pixels near its centre alone."""
    near = np.arange(-_REACH, _REACH + 1)
    pixels = np.floor(centres).astype(np.int64)[:, None, :] + near[None, :, None]  # (n, 13, 2)
    offsets = pixels + 0.5 - centres[:, None, :]
    across, down = offsets[:, None, :, 0], offsets[:, :, None, 1]
    outside = edge(across, down, np.array(radii)[:, None, None])
    cover = np.clip(0.5 - outside, 0, 1).astype(np.float32)[..., None]  # (n, 13, 13, 1)
    place = (rows[:, None, None], pixels[:, :, None, 1] + _REACH, pixels[:, None, :, 0] + _REACH)
    before = canvas[place]
    canvas[place] = before + cover * (np.array(paint, np.float32)[:, None, None] - before)


def _circle(across: Any, down: Any, radius: Any) -> np.ndarray:
    """Pixels from the edge, above 0 outside; shapes of one radius look equally large."""
    outside: np.ndarray = np.hypot(across, down) - radius
    return outside


def _square(across: Any, down: Any, radius: Any) -> np.ndarray:
    outside: np.ndarray = np.maximum(np.abs(across), np.abs(down)) - 0.9 * radius
    return outside


def _triangle(across: Any, down: Any, radius: Any) -> np.ndarray:
    # Upright: the base lies below the centre, the sides rise by about 60 degrees.
    sides = np.abs(across) * 0.75**0.5 - (down + 1.15 * radius) * 0.5
    outside: np.ndarray = np.maximum(sides, down - 0.85 * radius)
    return outside


_EDGES = {"circle": _circle, "square": _square, "triangle": _triangle}
_SCENES = frozenset(scenes())
