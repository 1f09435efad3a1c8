"""What there is: games, networks, data, recipes, metrics."""

from collections.abc import Callable
from typing import Any

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data import names
from sparring.games.catalog import GAMES
from sparring.recipes.reader import known, read_recipe
from sparring.report import kinds
from sparring.tasks.building import NETWORKS

Rows = list[dict[str, Any]]


def _games() -> Rows:
    return [{"name": name, "what it is": entry.title} for name, entry in GAMES.items()]


def _networks() -> Rows:
    return [{"name": name, "what they are": built.title} for name, built in NETWORKS.items()]


def _data() -> Rows:
    return [named._asdict() if hasattr(named, "_asdict") else vars(named) for named in names()]


def _recipes() -> Rows:
    rows: Rows = []
    for name in known():
        recipe = read_recipe(name)
        rows.append({"name": name, "minutes": recipe.minutes, "what it is": recipe.title})
    return rows


def _metrics() -> Rows:
    return [{"name": k.name, "better": k.better, "what it is": k.title} for k in kinds()]


_LISTS: dict[str, Callable[[], Rows]] = {
    "games": _games,
    "networks": _networks,
    "data": _data,
    "recipes": _recipes,
    "metrics": _metrics,
}


def listing(what: str) -> Rows:
    """Rows of one kind.

    Raises:
        WrongUse: if there is no such kind.

    Example:
        >>> listing("games")[0]["name"]
        'r3gan'
    """
    if what not in _LISTS:
        raise WrongUse(f"there is no list of {what!r}{closest(what, _LISTS)}")
    return _LISTS[what]()
