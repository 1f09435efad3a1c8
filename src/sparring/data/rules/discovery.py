"""Finding the rules of a table."""

import numpy as np
import pandas as pd

from sparring.data.rules.collection import Rules
from sparring.data.rules.columns import Columns
from sparring.data.rules.date_search import take_date_parts
from sparring.data.rules.elapsed_search import take_elapsed
from sparring.data.rules.formula_search import take_formulas, take_multiples
from sparring.data.rules.guard_search import take_guarded
from sparring.data.rules.implication_search import take_holes, take_implications
from sparring.data.rules.key_search import take_keys
from sparring.data.rules.lookup_search import take_lookups
from sparring.data.rules.one_hot_search import take_one_hot
from sparring.data.rules.order_search import take_orders, take_sum_orders
from sparring.data.rules.pair_search import take_pair_lookups
from sparring.data.rules.selection import Selection
from sparring.data.rules.step_search import take_steps
from sparring.data.rules.sum_search import take_sums

LEAST_ROWS = 30


def discover(frame: pd.DataFrame, *, seed: int = 0, heldout: pd.DataFrame | None = None) -> Rules:
    """The exact relations between the columns of a table.

    Candidates are found in some rows, and kept when every row obeys, when that is no accident, and
    when it doesn't follow from simpler rules. Each column gets one definition at most, and none
    depends on itself.

    Args:
        frame: the rows to learn from.
        seed: of the rows that are looked at first.
        heldout: rows that were not learnt from: a rule that one of them breaks is dropped.

    Example:
        >>> days = pd.Series(pd.date_range("2024-01-01", periods=400).astype("str"))
        >>> table = pd.DataFrame({"day": days, "month": days.str[5:7].astype(int)})
        >>> print(*discover(table), sep="\\n")
        month = month(day)
    """
    columns = Columns(frame)
    rng = np.random.default_rng(seed)
    selection = Selection(columns, rng)
    if len(frame) < LEAST_ROWS:
        few = (
            f"Rules are sought in tables of at least {LEAST_ROWS} rows; this one has {len(frame)}."
        )
        return selection.ordered((few,))
    unsearched = search(selection, rng)
    if heldout is not None:
        kept = [rule for rule in selection.rules if rule.holds(heldout).all()]
        selection.rules = kept
    return selection.ordered(tuple(unsearched))


def search(selection: Selection, rng: np.random.Generator) -> list[str]:
    """Take rules of all families into the selection, simple ones first.

    Returns:
        Sentences about what was not searched.
    """
    unsearched = take_sums(selection, rng) + take_formulas(selection, rng)
    take_multiples(selection, rng)
    take_date_parts(selection)
    take_elapsed(selection, rng)
    unsearched += take_lookups(selection, rng)
    unsearched += take_one_hot(selection)
    unsearched += take_steps(selection, rng)
    unsearched += take_pair_lookups(selection, rng)
    unsearched += take_guarded(selection, rng)
    take_sum_orders(selection, rng)
    take_holes(selection)
    unsearched += take_orders(selection, rng)
    unsearched += take_implications(selection, rng)
    take_keys(selection)
    return unsearched
