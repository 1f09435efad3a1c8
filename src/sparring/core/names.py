"""Helping with a name that nothing has."""

import difflib
from collections.abc import Iterable


def closest(name: str, names: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest one, or all of them.

    Example:
        >>> closest("lsgn", ["lsgan", "wgan"])
        '; did you mean lsgan?'
        >>> closest("LSGAN", ["lsgan", "wgan"])
        '; did you mean lsgan?'
        >>> closest("quux", ["lsgan", "wgan"])
        '; there are lsgan, wgan.'
    """
    names = list(names)
    folded = {one.casefold(): one for one in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), folded, 1)
    return f"; did you mean {folded[near[0]]}?" if near else f"; there are {', '.join(names)}."
