"""Parts written as data: `{"part": "Adam", "lr": 1e-4}` in a recipe is `Adam(lr=1e-4)` in Python.

Only classes in the table below can be named, and only their own arguments given: a recipe holds no
code.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from sparring import core, losses, regularizers
from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.regularizers import augmentation
from sparring.tasks.arguments import check_arguments

PARTS: dict[str, Any] = {
    part.__name__: part
    for part in (
        core.Adam,
        core.RMSprop,
        core.SGD,
        core.Cosine,
        core.Moving,
        core.Alternating,
        core.Simultaneous,
        core.Extragradient,
        core.Optimistic,
        core.Consensus,
        core.Evolution,
        losses.Minimax,
        losses.NonSaturating,
        losses.LeastSquares,
        losses.Wasserstein,
        losses.Hinge,
        losses.RelativisticPaired,
        regularizers.R1,
        regularizers.R2,
        regularizers.Drift,
        regularizers.GradientPenalty,
        regularizers.DRAGAN,
        regularizers.Lazy,
        regularizers.Clip,
        regularizers.Mirror,
        regularizers.Alike,
        regularizers.Amount,
        regularizers.Semantic,
        regularizers.LeCam,
        regularizers.Consistency,
        regularizers.ADA,
        regularizers.Augment,
        regularizers.DiffAugment,
        augmentation.Flip,
        augmentation.QuarterTurn,
        augmentation.Shift,
        augmentation.Scale,
        augmentation.Rotate,
        augmentation.Stretch,
        augmentation.Slide,
        augmentation.Brightness,
        augmentation.Contrast,
        augmentation.LumaFlip,
        augmentation.Hue,
        augmentation.Saturation,
        augmentation.Jitter,
        augmentation.Translation,
        augmentation.Cutout,
    )
}


def make(value: Any) -> Any:
    """The part that a description names; lists of them too; any other value as it is.

    Raises:
        WrongUse: for an unknown part, or an argument that it doesn't take.

    Example:
        >>> make({"part": "Lazy", "regularizer": {"part": "R1", "gamma": 5.0}, "every": 4})
        Lazy(regularizer=R1(gamma=5.0), every=4)
    """
    if isinstance(value, list | tuple):
        return tuple(make(item) for item in value)
    if not isinstance(value, Mapping) or "part" not in value:
        return value
    name = value["part"]
    if not isinstance(name, str) or name not in PARTS:
        raise WrongUse(f"there is no part {name!r}{closest(str(name), PARTS)}")
    arguments = {key: make(item) for key, item in value.items() if key != "part"}
    check_arguments(name, PARTS[name], arguments)
    for key in dataclasses.fields(PARTS[name]):
        if key.name not in arguments and key.default is dataclasses.MISSING:
            raise WrongUse(f"{name} needs {key.name}: give it beside the part's name.")
    return PARTS[name](**arguments)


def describe(value: Any) -> Any:
    """The description from which `make` makes an equal part.

    Example:
        >>> describe(core.Adam(1e-4))["lr"]
        0.0001
    """
    if isinstance(value, list | tuple):
        return [describe(item) for item in value]
    if isinstance(value, Mapping):
        return {key: describe(item) for key, item in value.items()}
    if type(value).__name__ in PARTS and dataclasses.is_dataclass(value):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
        kept = {name: describe(item) for name, item in fields.items() if item is not None}
        return {"part": type(value).__name__, **kept}
    return value
