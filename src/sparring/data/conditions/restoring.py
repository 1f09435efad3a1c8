"""Conditions from their descriptions."""

from collections.abc import Mapping
from typing import Any

from sparring.core.errors import WrongUse
from sparring.data.conditions.attributes import Attributes
from sparring.data.conditions.base import Condition
from sparring.data.conditions.classes import ClassNames
from sparring.data.conditions.texts import Texts

CONDITIONS: dict[str, type[Condition]] = {
    kind.name: kind for kind in (ClassNames, Attributes, Texts)
}


def condition_from(description: Mapping[str, Any]) -> Condition:
    """The condition that `Condition.describe` described.

    Args:
        description: as it comes out of JSON.

    Raises:
        WrongUse: no description, or one that is damaged or from a newer version.

    Example:
        >>> condition_from({"condition": "classes", "names": ["a", "b"], "weights": [1, 3]}).size
        2
    """
    name = description.get("condition")
    if name not in CONDITIONS:
        raise WrongUse(
            f"The description of the condition must name one of {', '.join(CONDITIONS)}, got "
            f"{name!r}: the file is damaged or from a newer version."
        )
    try:
        return CONDITIONS[name].from_description(description)
    except (KeyError, TypeError) as error:
        raise WrongUse(
            f"The description of the {name} is incomplete ({error}): the file is damaged or from "
            f"a newer version."
        ) from error
