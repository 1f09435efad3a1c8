"""Settings given as words: some are the synthesizer's, the others its game's."""

import inspect
from collections.abc import Mapping
from typing import Any

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.tasks.model import options_of
from sparring.tasks.synthesizer import Synthesizer

_OF_FILES = ("target", "separator", "missing", "categories", "drop")


def with_settings(given: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """A synthesizer's parameters from given ones and `key=value` settings.

    Args:
        given: parameters by name, among them the game's name.
        settings: parameters of the synthesizer or options of the game.

    Raises:
        WrongUse: for a setting that is neither.

    Example:
        >>> with_settings({"game": "r3gan"}, {"gamma": 0.5, "width": 16})
        {'game': 'r3gan', 'width': 16, 'options': {'gamma': 0.5}}
    """
    own = [p for p in inspect.signature(Synthesizer).parameters if p not in ("callbacks", "run")]
    game = str(settings.get("game", given["game"]))
    of_game = options_of(game)
    parameters, options = dict(given), {}
    for key, value in settings.items():
        if key in own:
            # A column or a missing value that looks like a number is a text all the same.
            number = isinstance(value, int | float) and not isinstance(value, bool)
            parameters[key] = str(value) if key in _OF_FILES and number else value
        elif key in of_game:
            options[key] = value
        else:
            near = closest(key, [*own, *of_game])
            raise WrongUse(f"there is no setting {key!r} with game {game!r}{near}")
    if options:
        parameters["options"] = {**(parameters.get("options") or {}), **options}
    return parameters
