"""Networks by name, and what each makes of the data that they must fit."""

from collections.abc import Callable

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.tasks.building.fit import Built, Fit, Parts
from sparring.tasks.building.general import GENERAL
from sparring.tasks.building.likelihood import LIKELIHOOD
from sparring.tasks.building.pictures import PICTURES
from sparring.tasks.building.tables import TABLES

__all__ = ["NETWORKS", "Built", "Fit", "Parts", "find_networks"]

NETWORKS: dict[str, Built] = {**GENERAL, **PICTURES, **LIKELIHOOD, **TABLES}


def find_networks(name: str, own: str | None = None) -> Callable[[Fit], Parts]:
    """What makes a game's networks.

    Args:
        name: a key of `NETWORKS`.
        own: the only networks that the game plays with, if there are such.

    Raises:
        WrongUse: if there are none of that name, or they aren't for this game.
    """
    if name not in NETWORKS:
        raise WrongUse(f"there are no networks {name!r}{closest(name, NETWORKS)}")
    if own is not None and name != own:
        raise WrongUse(f"the game plays with networks {own!r} alone, got {name!r}; leave them out.")
    if own is None and NETWORKS[name].own:
        raise WrongUse(f"networks {name!r} are those of a game of their own; use networks='mlp'.")
    return NETWORKS[name].build
