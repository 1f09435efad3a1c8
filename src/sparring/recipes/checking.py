"""What a recipe may hold, each refusal with the file's name."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sparring.core import UpdateRule
from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.games.catalog import find_game
from sparring.tasks.arguments import check_arguments, check_type
from sparring.tasks.building import find_networks
from sparring.tasks.checks import checked
from sparring.tasks.model import options_of
from sparring.tasks.network_options import named
from sparring.tasks.parts import make
from sparring.tasks.planning import DATA_OPTIONS
from sparring.tasks.synthesizer import Synthesizer

KEYS: dict[str, Any] = {
    "format": int,
    "sparring": str,
    "title": str,
    "source": str,
    "minutes": float,
    "data": str,
    "data_options": Mapping,
    "fit": Mapping,
    "players": Mapping,
    "seeds": int,
    "items": int,
    "features": str,
    "deep": bool,
    "expect": list,
}
_WORDS = {Mapping: "a table", list: "a list of tables"}


def check_keys(path: Path, content: Mapping[str, Any], version: int) -> None:
    """Refuse keys that a recipe hasn't, values of another type, and another format.

    Raises:
        WrongUse: naming the recipe and the key.
    """
    # First: a newer format may well have other keys.
    check_type(f"format in recipe {path}", content.get("format", version), int)
    if content.get("format", version) != version:
        raise WrongUse(
            f"recipe {path} has format {content['format']}, this version of sparring reads "
            f"{version}; upgrade sparring."
        )
    for key, value in content.items():
        if key not in KEYS:
            raise WrongUse(f"recipe {path} has an unknown key {key!r}{closest(key, KEYS)}")
        if KEYS[key] in _WORDS and not isinstance(value, KEYS[key]):
            raise WrongUse(f"{key} in recipe {path} must be {_WORDS[KEYS[key]]}, got {value!r}.")
    if not isinstance(content.get("data"), str):
        raise WrongUse(f'recipe {path} must name its data: data = "mnist".')
    for key, value in content.items():
        if KEYS[key] not in _WORDS:
            check_type(f"{key} in recipe {path}", value, KEYS[key])
    for key in ("seeds", "items", "minutes"):
        if key in content and not content[key] > 0:
            least = "above 0" if key == "minutes" else "at least 1"
            raise WrongUse(f"{key} in recipe {path} must be {least}, got {content[key]}.")
    for title, training in content.get("players", {}).items():
        if not isinstance(training, Mapping):
            raise WrongUse(f"players.{title} in recipe {path} must be a table, got {training!r}.")


def check_training(
    path: Path, title: str, training: Mapping[str, Any], data_options: Mapping[str, Any]
) -> None:
    """Refuse a training that a synthesizer couldn't begin, whatever the data.

    Raises:
        WrongUse: naming the recipe and the setting.
    """
    names = [
        name
        for name in inspect.signature(Synthesizer).parameters
        if name not in ("run", "callbacks")
    ]
    for known, given in ((names, training), (DATA_OPTIONS, data_options)):
        for key in given:
            if key not in known:
                raise WrongUse(f"recipe {path} sets an unknown {key!r}{closest(key, known)}")
    try:
        settings = checked({**training, **data_options})
        _check_game(title, settings)
    except WrongUse as error:
        raise WrongUse(f"in recipe {path}, {error}") from error


def _check_game(title: str, settings: Mapping[str, Any]) -> None:
    name = settings.get("game", "r3gan")
    options = settings.get("options") or {}
    taken = options_of(name)
    for key in options:
        if key not in taken:
            raise WrongUse(f"game {title!r} has no option {key!r}{closest(key, taken)}")
    made = {key: make(value) for key, value in options.items()}
    check_arguments(f"game {name!r}", find_game(name).game, made)
    check_type("rule", make(settings.get("rule")), UpdateRule | None)
    networks, _ = named(settings.get("networks"))
    if networks is not None:
        find_networks(networks, find_game(name).networks)


def check_expectation(path: Path, row: Any, known: Mapping[str, Any], trainings: Any) -> None:
    """Refuse an expectation that nothing could be compared with.

    Args:
        path: of the recipe.
        row: as read.
        known: the types of an expectation's keys.
        trainings: names of the recipe's trainings.

    Raises:
        WrongUse: naming the recipe and the key.
    """
    where = f"an expectation in recipe {path}"
    if not isinstance(row, Mapping):
        raise WrongUse(f"{where} must be a table, [[expect]], got {row!r}.")
    for key, value in row.items():
        if key not in known:
            raise WrongUse(f"{where} has an unknown key {key!r}{closest(key, known)}")
        check_type(f"{key} of {where}", value, known[key])
    for key in ("figure", "of"):
        if key not in row:
            raise WrongUse(f"{where} must say {key}: the name of {_MISSING[key]}.")
    if "at_least" not in row and "at_most" not in row:
        raise WrongUse(f"{where} must have at_least or at_most, else anything would do.")
    for key in ("of", "over"):
        if key in row and row[key] not in trainings:
            raise WrongUse(f"{where} speaks of {row[key]!r}{closest(row[key], trainings)}")


_MISSING = {"figure": "a figure of the report", "of": "one of the recipe's trainings"}
