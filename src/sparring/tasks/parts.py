"""Parts written as data: `{"part": "Adam", "lr": 1e-4}` in a recipe is `Adam(lr=1e-4)` in Python.

Only classes in the table below can be named, and only their own arguments given: a recipe holds no
code.
"""

import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any

from sparring import core, losses, regularizers
from sparring.core.errors import WrongUse
from sparring.core.names import closest

PARTS: dict[str, type] = {
    part.__name__: part
    for part in (
        core.Adam,
        core.RMSprop,
        core.SGD,
        core.Cosine,
        core.Alternating,
        core.Simultaneous,
        core.Extragradient,
        core.Optimistic,
        core.Consensus,
        losses.Minimax,
        losses.NonSaturating,
        losses.LeastSquares,
        losses.Wasserstein,
        losses.Hinge,
        losses.RelativisticPaired,
        regularizers.R1,
        regularizers.R2,
        regularizers.GradientPenalty,
        regularizers.DRAGAN,
        regularizers.Lazy,
        regularizers.Clip,
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
    if name not in PARTS:
        raise WrongUse(f"there is no part {name!r}{closest(str(name), PARTS)}")
    arguments = {key: make(item) for key, item in value.items() if key != "part"}
    check_arguments(name, PARTS[name], arguments)
    try:
        return PARTS[name](**arguments)
    except TypeError as error:
        raise WrongUse(f"part {name} can't be made of {arguments}: {error}.") from error


def describe(value: Any) -> Any:
    """The description from which `make` makes an equal part.

    Example:
        >>> describe(core.Adam(1e-4))["lr"]
        0.0001
    """
    if isinstance(value, list | tuple):
        return [describe(item) for item in value]
    if type(value).__name__ in PARTS and dataclasses.is_dataclass(value):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        kept = {name: describe(item) for name, item in fields.items() if item is not None}
        return {"part": type(value).__name__, **kept}
    return value


def keywords(function: Any) -> list[str]:
    """The names of a callable's parameters that may be given by name only."""
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]


def check_arguments(title: str, function: Any, arguments: Mapping[str, Any]) -> None:
    """Refuse arguments that a callable doesn't take.

    Raises:
        WrongUse: naming the nearest argument that it does take.
    """
    names = list(inspect.signature(function).parameters)
    for name in arguments:
        if name not in names:
            raise WrongUse(f"{title} has no option {name!r}{closest(name, names)}")
