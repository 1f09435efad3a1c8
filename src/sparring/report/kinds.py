"""Every figure that a report may hold."""

from typing import Any, cast

import numpy as np

from sparring.data import Dataset, Modes
from sparring.data.conditions import ClassNames
from sparring.metrics.features import Identity
from sparring.report import (
    captions,
    codes,
    latents,
    learning,
    likelihood,
    mixing,
    reconstruction,
    sounds,
    stacked,
    truncation,
    ways,
)
from sparring.report.figures import Kind
from sparring.report.images import IMAGES
from sparring.report.points import POINTS
from sparring.report.tables import TABLES


class _Any(Identity):
    """Stands for whatever features a distance is named by."""

    name = "FEATURES"


def kinds() -> list[Kind]:
    """All kinds of figures, each name once.

    Example:
        >>> {"precision", "copying_ct", "modes", "path_length"} <= {k.name for k in kinds()}
        True
    """
    nothing = cast(Any, None)
    # A data set of which everything is known, so that no measure stays away.
    names = ("0", "1")
    known = Dataset(
        "any",
        nothing,
        nothing,
        cast(Any, range(1000)),
        names,
        "target",
        Modes(np.zeros((2, 2)), 1.0),
        condition=ClassNames(names),
    )
    found: dict[str, Kind] = {}
    for subject in (IMAGES, TABLES, POINTS):
        for measure in subject.measures(known, _Any(), True, None):
            found.update((kind.name, kind) for kind in measure.kinds)
    rooms = (
        captions, stacked, codes, latents, learning, likelihood, reconstruction, ways, truncation,
        mixing, sounds,
    )  # fmt: skip
    for room in rooms:
        found.update((kind.name, kind) for kind in room.KINDS)
    return list(found.values())
