"""Settings given as words: some are the synthesizer's, the others its game's."""

import inspect
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.restoring import MODALITIES
from sparring.tasks.choices import choose_game
from sparring.tasks.contest import AUTO
from sparring.tasks.model import options_of
from sparring.tasks.network_options import named
from sparring.tasks.synthesizer import Synthesizer

_OF_FILES = ("target", "separator", "missing", "categories", "drop")
_SEVERAL = ("drop", "categories", "missing")
"""Settings that take several words; given again, they are added to."""


def read_settings(pairs: Sequence[str]) -> dict[str, Any]:
    """`key=value` pairs; a value is read as TOML where it is some, else as a word.

    Raises:
        WrongUse: for a pair without a key or without "=".

    Example:
        >>> read_settings(["width=16", "networks=mlp"])
        {'width': 16, 'networks': 'mlp'}
    """
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise WrongUse(f"--set takes key=value, got {pair!r}.")
        # Each refusal of a column says to drop it: what was dropped before stays so.
        if key in _SEVERAL and key in settings:
            text = f"{settings[key]},{text}"
        try:
            settings[key] = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            settings[key] = text
    return settings


def with_settings(given: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """A synthesizer's parameters from given ones and `key=value` settings.

    Args:
        given: parameters by name, among them the game's name, None where the data choose it.
        settings: parameters of the synthesizer or options of the game.

    Raises:
        WrongUse: for a setting that is neither.

    Example:
        >>> with_settings({"game": "r3gan"}, {"gamma": 0.5, "width": 16})
        {'game': 'r3gan', 'width': 16, 'options': {'gamma': 0.5}}
    """
    own = [p for p in inspect.signature(Synthesizer).parameters if p not in ("callbacks", "run")]
    game = settings.get("game", given["game"])
    of_game = _options(game, named(settings.get("networks"))[0])
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
            played = f" with game {game!r}" if game else ""
            raise WrongUse(f"there is no setting {key!r}{played}{near}")
    if options:
        parameters["options"] = {**(parameters.get("options") or {}), **options}
    return parameters


def _options(game: str | None, networks: str | None) -> list[str]:
    """The options of a game, or of all that the data may choose; a contest's games share none."""
    if game == AUTO:
        return []
    games = {choose_game(modality, game, networks) for modality in MODALITIES}
    return [option for name in sorted(games) for option in options_of(name)]
