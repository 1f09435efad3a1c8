"""Which of the rules that were found, and which of the user's own, are to hold."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pandas as pd

from sparring.core.errors import WrongUse
from sparring.data.rules.collection import Rules
from sparring.data.rules.columns import Columns
from sparring.data.rules.order import Order, order
from sparring.data.rules.parsing import parse
from sparring.data.rules.selection import Selection

NOT = "not "


def choose(found: Rules, asked: Sequence[str] | None, frame: pd.DataFrame) -> Rules:
    """The rules that are to hold: those that were found, as a user changed them.

    Args:
        found: by `discover`.
        asked: "not total = net + tax" drops a rule that was found; any other text adds a rule (see
            `parse`), or keeps it where it was found already. A rule that was found gives way to
            one that is asked for, where not both can stand. None changes nothing.
        frame: the rows to learn from.

    Raises:
        WrongUse: a text that is no rule or that rows break, a rule to drop that was not found, or
            two rules asked for that define the same column or each other's.

    Example:
        >>> from sparring.data.rules import discover
        >>> codes = np.tile([1, 2, 3], 40)
        >>> frame = pd.DataFrame({"code": codes, "name": np.array(list("xyz"))[codes - 1]})
        >>> found = discover(frame)
        >>> [str(rule) for rule in found]
        ['code <-> name']
        >>> [str(rule) for rule in choose(found, ["not code <-> name", "name -> code"], frame)]
        ['name <-> code']
    """
    if asked is None:
        return found
    if isinstance(asked, str) or not all(isinstance(text, str) for text in asked):
        raise WrongUse(f"Rules must be a list of texts, got {asked!r}.")
    dropped = {_dropped(text, found, frame) for text in asked if _drops(text)}
    selection = Selection(Columns(frame), np.random.default_rng(0))
    for text in asked:
        if not _drops(text):
            _ask(selection, text, frame, found)
    asked_for = set(map(str, selection.rules))
    for rule in found:
        if str(rule) not in dropped | asked_for:
            selection.take(rule)
    return selection.ordered(found.unsearched)


def _drops(text: str) -> bool:
    return text.strip().lower().startswith(NOT)


def _dropped(text: str, found: Rules, frame: pd.DataFrame) -> str:
    """The rule that is to be dropped, as it was found."""
    wanted = " ".join(text.split())[len(NOT) :]
    written = [str(rule) for rule in found]
    if wanted in written:
        return wanted
    # A rule that isn't true can't have been found, and is refused below.
    with suppress(WrongUse):
        wanted = str(parse(wanted, frame))
    if wanted in written:
        return wanted
    raise WrongUse(
        f"The rule to drop, {wanted!r}, must be one that was found, which are: "
        f"{'; '.join(written) or 'none'}."
    )


def _ask(selection: Selection, text: str, frame: pd.DataFrame, found: Rules) -> None:
    rule = parse(text, frame)
    if any(str(rule) == str(other) for other in selection.rules):
        return
    # As it was found it fits to the other rules that were.
    ways = [other for other in found if str(other) == str(rule)] or [rule]
    if isinstance(rule, Order) and len(rule.low) == 1:
        low = rule.low[0]
        ways.append(order(selection.columns, rule.low, rule.high, strict=rule.strict, moves=low))
    if any(selection.take(way) for way in ways):
        return
    writers = selection.writers(rule.target) if rule.target is not None else []
    other = f", as {str(writers[0])!r} does" if writers else ""
    raise WrongUse(
        f"The rule {text!r} must not define {rule.target!r}{other}, where another rule that is "
        f"asked for defines it or depends on it: leave one of them out."
    )
