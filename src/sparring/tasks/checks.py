"""What a synthesizer's settings must be, before anything is opened or written."""

import math
import operator
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sparring.core import Moving
from sparring.core.errors import WrongUse
from sparring.tasks.hinting import checked_hints
from sparring.tasks.parts import describe, make

_LARGEST = 2**63 - 1  # the largest whole number that TOML holds


def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A synthesizer's parameters in Python's own types, each of the right one.

    Args:
        settings: parameters by name; those without a rule here are taken as they are.

    Raises:
        WrongUse: naming the first that is of another type or out of range.

    Example:
        >>> import numpy as np
        >>> checked({"steps": np.int64(5), "alarms": True, "width": None})
        {'steps': 5, 'alarms': True, 'width': None}
    """
    return {
        name: _RULES[name](name, value) if name in _RULES else value
        for name, value in settings.items()
    }


def whole(name: str, value: Any, least: int = 1) -> int:
    """A whole number of at least so much, NumPy's too; `value` itself is what the sentence shows.

    Example:
        >>> whole("steps", 0)
        Traceback (most recent call last):
        ...
        sparring.core.errors.WrongUse: steps must be a whole number of at least 1, got 0.
    """
    number = None if isinstance(value, bool) else _index(value)
    if number is None or number < least:
        raise WrongUse(f"{name} must be a whole number of at least {least}, got {value!r}.")
    if number > _LARGEST:
        raise WrongUse(f"{name} must be a whole number below 2^63, got {value!r}.")
    return number


def _index(value: Any) -> int | None:
    try:
        return operator.index(value)
    except TypeError:
        return None


def _plain_number(_: str, value: Any) -> Any:
    """For what the data's own doors refuse in better words."""
    number = _index(value)
    return value if number is None else number


def _seed(name: str, value: Any) -> int:
    return whole(name, value, least=0)


def _number(name: str, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongUse(f"{name} must be a number, got {value!r}.")
    # NumPy's float64 is a float and no TOML.
    return int(value) if isinstance(value, int) else float(value)


def _positive(name: str, value: Any) -> float | int:
    number = _number(name, value)
    if not 0 < number < math.inf:
        raise WrongUse(f"{name} must be a number above 0, got {value!r}.")
    return number


def _positive_or_moving(name: str, value: Any) -> Any:
    value = describe(value)
    if not isinstance(value, Mapping):
        return _positive(name, value)
    if not isinstance(make(value), Moving):
        raise WrongUse(f"{name} must be a number above 0 or a Moving, got {value!r}.")
    return dict(value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise WrongUse(f"{name} must be a text, got {value!r}.")
    return value


def _place(name: str, value: Any) -> str:
    if not isinstance(value, str | Path):
        raise WrongUse(f"{name} must be the folder of a run, got {value!r}.")
    return str(Path(value).resolve())


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongUse(f"{name} must be true or false, got {value!r}.")
    return value


def _table(name: str, value: Any) -> Mapping[str, Any]:
    value = describe(value)
    if not isinstance(value, Mapping):
        example = {"options": '{"gamma": 0.5}', "rule": '{"part": "Extragradient"}'}[name]
        raise WrongUse(f"{name} must be a mapping such as {example}, got {value!r}.")
    _plain(name, value)
    return value


def _plain(name: str, value: Any) -> None:
    """Refuse what a recipe couldn't hold."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            _plain(f"{name}.{key}", item)
    elif isinstance(value, list):
        for item in value:
            _plain(name, item)
    elif not isinstance(value, str | int | float):
        raise WrongUse(
            f"{name} must be a number, a text or one of sparring's parts, got {value!r}; "
            f"give parts of your own to sparring.core.train."
        )


def _names(name: str, value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value
    if not isinstance(value, list | tuple):
        raise WrongUse(f"{name} must be a text, with commas between several, got {value!r}.")
    return tuple(_text(name, one) for one in value)


def _rules(name: str, value: Any) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise WrongUse(
            f'{name} must be true, false or a list of rules such as "total = net + tax", '
            f"got {value!r}."
        )
    return tuple(value)


def _kinds(name: str, value: Any) -> Mapping[Any, str]:
    if not isinstance(value, Mapping) or not all(isinstance(kind, str) for kind in value.values()):
        raise WrongUse(f'{name} must be a mapping such as {{"zip": "category"}}, got {value!r}.')
    return dict(value)


def _text_or_table(name: str, value: Any) -> str | Mapping[str, Any]:
    return _table(name, value) if isinstance(value, Mapping) else _text(name, value)


def _or_none(rule: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    return lambda name, value: None if value is None else rule(name, value)


Rules = dict[str, Callable[[str, Any], Any]]

_WHERE_GIVEN: Rules = {
    "networks": _text_or_table,
    "steps": whole,
    "minutes": _positive,
    "batch_size": whole,
    "latent": whole,
    "width": whole,
    "patience": whole,
    "half_life": _positive_or_moving,
    "conditional": _switch,
    "options": _table,
    "rule": _table,
    "modality": _text,
    "size": _plain_number,
    "separator": _text,
    "table": _text,
    "stream": _switch,
    "kinds": _kinds,
    "game": _text,
    "items": whole,
    "labelled": _positive,
    "binarise": _text,
    "text_encoder": _text,
    "start": _place,
    "length": _plain_number,
    "rate": _plain_number,
}
_RULES: Rules = {
    "rules": _rules,
    "seed": _seed,
    "missing": _names,
    "categories": _names,
    "drop": _names,
    "heldout": _number,
    "hints": checked_hints,
    "frozen": lambda name, value: whole(name, value, least=0),
    "device": _text,
    "precision": _text,
    "compiled": _switch,
    "processes": whole,
    "previews": _switch,
    "alarms": _switch,
    **{name: _or_none(rule) for name, rule in _WHERE_GIVEN.items()},
}
