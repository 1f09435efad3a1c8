"""Every game by name: its class, what it is, and whom to cite."""

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.games.rows import GENERAL, LIKELIHOOD, PICTURES, TABLES, Entry

__all__ = ["GAMES", "Entry", "find_game"]

GAMES: dict[str, Entry] = {**GENERAL, **PICTURES, **LIKELIHOOD, **TABLES}


def find_game(name: str) -> Entry:
    """The entry of a game.

    Raises:
        WrongUse: if there is none of that name.

    Example:
        >>> find_game("lsgan").game.__name__
        'LSGAN'
    """
    if name not in GAMES:
        raise WrongUse(f"there is no game {name!r}{closest(name, GAMES)}")
    return GAMES[name]
