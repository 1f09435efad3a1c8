"""How well drawn tables hang together, beside a floor and a ceiling."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from sparring.data.descriptions import Description, Relationship
from sparring.data.keys import rows_named
from sparring.metrics.relational import cardinality, children, dangling, parent_child
from sparring.tasks.relations.seeing import form_in, readable

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Measured:
    """A figure of what was drawn, of a worthless generator, and of the real rows drawn again.

    Attributes:
        ours: of the drawn tables.
        floor: of the real children given to parents by lot.
        ceiling: of the real parents drawn with replacement, each with its children.
    """

    ours: float
    floor: float
    ceiling: float


@dataclass(frozen=True)
class Judgement:
    """How well one link is kept.

    Attributes:
        link: as in "orders.customer_id -> customers.id".
        dangling: drawn children whose parent isn't there.
        kolmogorov, wasserstein: distances of the number of children (see
            `metrics.relational.cardinality`).
        dependence: of child columns on parent columns (see `metrics.relational.parent_child`).
        pairs: of columns that depend on each other in the real tables.
    """

    link: str
    dangling: int
    kolmogorov: Measured
    wasserstein: Measured
    dependence: Measured
    pairs: int

    def describe(self) -> dict[str, Any]:
        """The judgement in JSON's types."""
        return asdict(self)


def judge(real: Tables, synthetic: Tables, keys: Description, seed: int = 0) -> list[Judgement]:
    """Judge every link between two tables.

    Args:
        real, synthetic: name -> rows.
        keys: of the real tables.
        seed: of floor and ceiling.

    Example:
        >>> from sparring.data.keys import infer_keys
        >>> shops = pd.DataFrame({"id": [1, 2, 3]})
        >>> sales = pd.DataFrame({"shop_id": [1, 1, 1, 2], "paid": [5, 6, 7, 8]})
        >>> tables = {"shops": shops, "sales": sales}
        >>> (same,) = judge(tables, tables, infer_keys(tables))
        >>> same.dangling, same.kolmogorov.ours
        (0, 0.0)
    """
    return [_judged(real, synthetic, relation, seed, keys) for relation in keys.relationships]


def _judged(
    real: Tables, synthetic: Tables, relation: Relationship, seed: int, keys: Description
) -> Judgement:
    rng = np.random.default_rng(seed)
    key, column = real[relation.parent][relation.parent_key], real[relation.child]
    named = column[relation.child_key]
    there, theirs = synthetic[relation.parent], synthetic[relation.child]
    counts = children(key, named)
    made = children(there[relation.parent_key], theirs[relation.child_key])
    again = counts[rng.integers(len(counts), size=len(counts))]
    lots = np.bincount(rng.integers(len(key), size=counts.sum()), minlength=len(key))
    apart = [cardinality(counts, other) for other in (made, lots, again)]
    pair = _pair(real, real, relation, keys)
    drawn = _pair(synthetic, real, relation, keys)
    shuffled = pair[0].iloc[rng.permutation(len(pair[0]))].reset_index(drop=True), pair[1]
    bootstrap = _again(pair, rows_named(key, named), len(key), rng)
    found = [parent_child(pair, other, seed=seed) for other in (drawn, shuffled, bootstrap)]
    return Judgement(
        f"{relation.child}.{relation.child_key} -> {relation.parent}.{relation.parent_key}",
        dangling(there[relation.parent_key], theirs[relation.child_key]),
        Measured(*(one.kolmogorov for one in apart)),
        Measured(*(one.wasserstein for one in apart)),
        Measured(*(one.mean for one in found)),
        len(found[0].pairs),
    )


def _pair(
    tables: Tables, like: Tables, relation: Relationship, keys: Description
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The parent's row of each child that has one, and the child; keys left out."""
    parent, child = tables[relation.parent], tables[relation.child]
    rows = rows_named(parent[relation.parent_key], child[relation.child_key])
    some = np.flatnonzero(rows >= 0)
    above = _readable(relation.parent, parent, like, keys).iloc[rows[some]]
    below = _readable(relation.child, child, like, keys).iloc[some]
    return above.reset_index(drop=True), below.reset_index(drop=True)


def _readable(name: str, frame: pd.DataFrame, like: Tables, keys: Description) -> pd.DataFrame:
    """What says something of a table's rows; what only tells them apart is left out."""
    named = {r.child_key for r in keys.relationships if r.child == name}
    named |= set(keys.tables[name].primary_key)
    columns = [column for column in frame.columns if column not in named]
    forms = {column: form_in(name, like[name][column]) for column in columns}
    return readable(frame, forms)


def _again(
    pair: tuple[pd.DataFrame, pd.DataFrame],
    rows: np.ndarray,
    parents: int,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Parents drawn with replacement, each with all its children."""
    parent = rows[rows >= 0]
    order = np.argsort(parent, kind="stable")
    begin = np.searchsorted(parent[order], np.arange(parents + 1))
    chosen = rng.integers(parents, size=parents)
    places = [order[begin[row] : begin[row + 1]] for row in chosen]
    taken = np.concatenate(places)
    return pair[0].iloc[taken].reset_index(drop=True), pair[1].iloc[taken].reset_index(drop=True)
