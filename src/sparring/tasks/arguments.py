"""Arguments from a recipe, held against the annotations of what they are given to."""

import collections.abc
import inspect
import math
import types
from collections.abc import Mapping, Sequence
from typing import Any, Union, Unpack, get_args, get_origin, get_type_hints

from sparring import core, regularizers
from sparring.core.errors import WrongUse
from sparring.core.names import closest

# Protocols, which isinstance can't ask: their parts by name.
_FAMILIES: dict[Any, tuple[type, ...]] = {
    core.OptimizerSpec: (core.Adam, core.RMSprop, core.SGD),
    core.Schedule: (core.Cosine,),
    core.UpdateRule: (
        core.Alternating,
        core.Simultaneous,
        core.Extragradient,
        core.Optimistic,
        core.Consensus,
        core.Evolution,
    ),
    collections.abc.Callable: (regularizers.Clip,),
}
_UNIONS = (Union, types.UnionType)
_WORDS = {
    float: "a number",
    int: "a whole number",
    str: "a text",
    bool: "true or false",
    types.NoneType: "nothing",
}


def keywords(function: type) -> list[str]:
    """The names of a class's parameters that may be given by name only.

    Example:
        >>> from sparring.games import LSGAN
        >>> keywords(LSGAN)[:4]
        ['a', 'b', 'c', 'generator_optimizer']
    """
    parameters = inspect.signature(function).parameters.values()
    own = [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    return [*own, *_unpacked(function)]


def taken_by(function: Any) -> list[str]:
    """The names of all that a class may be given."""
    known = inspect.signature(function).parameters.values()
    own = [p.name for p in known if p.kind is not inspect.Parameter.VAR_KEYWORD]
    return [*own, *_unpacked(function)]


def _unpacked(function: Any) -> dict[str, Any]:
    """Names and annotations behind a parameter **common: Unpack[Common]."""
    for hint in get_type_hints(function.__init__).values():
        if get_origin(hint) is Unpack:
            return get_type_hints(get_args(hint)[0])
    return {}


def check_arguments(title: str, function: Any, arguments: Mapping[str, Any]) -> None:
    """Refuse arguments that a class doesn't take, or of another type than it takes.

    Args:
        title: what the sentence calls the class.
        function: a class.
        arguments: by name.

    Raises:
        WrongUse: naming the nearest argument that it does take, or the type.

    Example:
        >>> check_arguments("part Adam", core.Adam, {"lr": "fast"})
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: lr of part Adam must be a number, got 'fast'.
    """
    unpacked, taken = _unpacked(function), taken_by(function)
    for name in arguments:
        if name not in taken:
            raise WrongUse(f"{title} has no option {name!r}{closest(name, taken)}")
    hints = {**get_type_hints(function.__init__), **unpacked}
    for name, value in arguments.items():
        check_type(f"{name} of {title}", value, hints.get(name, Any))


def check_type(title: str, value: Any, hint: Any) -> None:
    """Refuse a value that an annotation rules out.

    Raises:
        WrongUse: saying what it must be.
    """
    if not _fits(value, hint):
        raise WrongUse(f"{title} must be {_words(hint)}, got {value!r}.")


def _fits(value: Any, hint: Any) -> bool:
    origin, inner = get_origin(hint) or hint, get_args(hint)
    if hint is Any:
        return True
    if origin in _UNIONS:
        return any(_fits(value, one) for one in inner)
    if origin is tuple:
        one_each = isinstance(value, tuple | list) and len(value) == len(inner)
        return one_each and all(map(_fits, value, inner))
    if origin is Sequence:
        return isinstance(value, tuple | list) and all(_fits(one, inner[0]) for one in value)
    if isinstance(value, bool):
        return hint is bool
    if hint is float:
        return isinstance(value, int | float) and math.isfinite(value)
    return isinstance(value, _FAMILIES.get(origin, origin))


def _words(hint: Any) -> str:
    origin, inner = get_origin(hint) or hint, get_args(hint)
    if origin in _UNIONS:
        return " or ".join(_words(one) for one in inner if one is not types.NoneType)
    if origin is tuple:
        return f"{len(inner)} values, each {_words(inner[0])}"
    if origin is Sequence:
        return f"a list, each {_words(inner[0])}"
    if origin in _FAMILIES:
        return f"a part, {' or '.join(part.__name__ for part in _FAMILIES[origin])}"
    return _WORDS.get(origin, f"a part of the kind {origin.__name__}")
