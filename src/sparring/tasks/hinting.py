"""What a user knows of the items: parts that a recipe can hold, or objects that it can't."""

from collections.abc import Mapping, Sequence
from typing import Any

from sparring.core.errors import WrongUse
from sparring.regularizers import Hint
from sparring.tasks.parts import describe, make
from sparring.tasks.run import IN_MEMORY


def checked_hints(name: str, value: Any) -> tuple[Any, ...] | str:
    """Hints as data where they can be, else as they are.

    Raises:
        WrongUse: for what is no hint.

    Example:
        >>> from sparring.regularizers import Mirror
        >>> checked_hints("hints", [Mirror(2.0)])
        ({'part': 'Mirror', 'weight': 2.0, 'upright': False},)
    """
    if value == IN_MEMORY:
        raise WrongUse("the hints of this recipe were given in memory; give them again as hints.")
    if not isinstance(value, list | tuple):
        raise WrongUse(f"{name} must be a list of hints, such as [Mirror()], got {value!r}.")
    for one in value:
        if not isinstance(one, Hint) and not isinstance(make(one), Hint):
            raise WrongUse(
                f"each of the {name} must be a hint, such as Mirror() or Violation(function), got "
                f"{one!r}."
            )
    return tuple(describe(one) for one in value)


def as_recipe(hints: Sequence[Any]) -> list[Any] | str:
    """What a recipe holds of hints."""
    plain = all(isinstance(hint, Mapping) for hint in hints)
    return list(hints) if plain else IN_MEMORY


def made_hints(hints: Sequence[Any]) -> tuple[Hint, ...]:
    """The hints, those that are written as data made."""
    return tuple(make(hint) for hint in hints)
