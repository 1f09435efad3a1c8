"""Drawing tables that name each other's rows, parents before their children."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sparring.core import Completes
from sparring.data.dates import Dates
from sparring.data.form import Form, cast
from sparring.data.keys import rows_named
from sparring.data.table import Table
from sparring.tasks.relations.completing import completed
from sparring.tasks.relations.following import Copy, Figure, figure_column
from sparring.tasks.relations.framing import room_of
from sparring.tasks.relations.gaps import BEFORE, dated, in_order, microseconds
from sparring.tasks.relations.matching import match, spread_pairs
from sparring.tasks.relations.naming import Numbering
from sparring.tasks.relations.queues import Line, Waiting
from sparring.tasks.relations.seeing import (
    POSITION,
    SIBLINGS,
    Learnt,
    absent,
    at,
    moments,
    room_name,
    said_by,
    seen,
    share_of,
    told_of,
)
from sparring.tasks.relations.structure import Link, count_name, positions
from sparring.tasks.relations.telling import coarse


@dataclass
class Drawing:
    """Tables that are being drawn.

    Attributes:
        learnt: table -> what its rows are made from, parents first.
        tables: those that are drawn already, and those that stay as they are.
        rng: of all but the games.
        counts: child and link -> how many rows name each row of the parent.
        begun: table -> name -> microseconds at which each row's children begin.
    """

    learnt: Mapping[str, Learnt]
    tables: dict[str, pd.DataFrame]
    rng: np.random.Generator
    counts: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    begun: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)

    def draw(self, name: str, model: tuple[Table, Completes], n: int) -> None:
        """Draw one table whose parents are drawn.

        Args:
            name: of the table.
            model: how its rows are encoded, and the game that completes them.
            n: rows, where the table hangs on no other.
        """
        mine = self.learnt[name]
        main = mine.place.main
        if main is None:
            parent = np.zeros(n, dtype=np.int64)
        else:
            counts = self.counts[name, main.column]
            parent = np.repeat(np.arange(len(counts)), counts)
        known = self._known(mine, parent)
        waiting = {}
        if main is not None:
            waiting = {one.column: self._waiting(mine, main, one, parent) for one in mine.queued}
        drawn = completed(model, mine, known, parent, list(waiting.values()))
        frame = self._own(mine, drawn, parent)
        named = {column: one.named for column, one in waiting.items()}
        frame, parent, drawn = self._linked(mine, frame, drawn, parent, named)
        self._count(name, drawn)
        self.tables[name] = frame

    def _known(self, mine: Learnt, parent: np.ndarray) -> pd.DataFrame:
        """What is known of each row before it is drawn: of its parent, and of its siblings."""
        main = mine.place.main
        if main is None:
            return pd.DataFrame(index=range(len(parent)))
        above = seen(main.parent, self.tables, self.learnt)[list(mine.seen)]
        told = above.iloc[parent].reset_index(drop=True)
        known = {told_of(column): told[column] for column in told.columns}
        siblings = np.bincount(parent, minlength=1)[parent] if len(parent) else parent
        known |= {SIBLINGS: pd.Series(siblings), POSITION: pd.Series(positions(parent))}
        for link in mine.place.matched:
            if link.within is not None and link not in mine.queued:
                of = self._within(main, link)
                counts = self.counts[mine.place.name, link.column]
                room = room_of(counts, of, len(self.tables[main.parent]))
                known[room_name(link.column)] = pd.Series(room[parent])
        return pd.DataFrame(known)

    def _waiting(self, mine: Learnt, main: Link, link: Link, parent: np.ndarray) -> Waiting:
        """Those rows of another parent that are named in line."""
        n = len(self.tables[main.parent])
        line = Line.of(self._within(main, link), self.counts[mine.place.name, link.column], n)
        there = seen(link.parent, self.tables, self.learnt)[list(mine.matched[link.column])]
        return Waiting(link, line, there, np.bincount(parent, minlength=n), len(parent))

    def _within(self, main: Link, link: Link) -> np.ndarray:
        """(m,) the main parent's row on which each row of another parent hangs."""
        of_parent = self.tables[link.parent][link.within]
        return rows_named(self.tables[main.parent][main.key], of_parent)

    def _own(self, mine: Learnt, drawn: pd.DataFrame, parent: np.ndarray) -> pd.DataFrame:
        """Own columns as they were written, from those that were learnt."""
        name, main = mine.place.name, mine.place.main
        dates: dict[str, np.ndarray] = {}
        if main is not None:
            above = moments(main.parent, self.tables, self.learnt)
            dates = {told_of(column): moment[parent] for column, moment in above.items()}
        forms = {**mine.forms, **{first.name: first.form for first in mine.firsts}}
        gaps = {gap.column: gap for gap in mine.gaps}
        for column, form in forms.items():
            if isinstance(form, Dates) and column in drawn and column not in gaps:
                dates[column] = microseconds(form, drawn[column])
        for gap in mine.gaps:
            steps = drawn[gap.column].to_numpy(np.float64, na_value=np.nan)
            if gap.anchor == BEFORE:
                dates[gap.column] = self._counted_on(mine, gap.back, steps, parent)
            else:
                dates[gap.column] = gap.back(steps, dates[gap.anchor])
        still = {gap.column for gap in mine.gaps if gap.anchor == BEFORE}
        dates |= in_order({c: d for c, d in dates.items() if c in forms}, _both(mine, dates), still)
        moved = {c: dated(forms[c], dates[c]) for c in forms if c in dates}
        drawn = drawn.assign(**moved)
        self.begun[name] = {first.name: dates[first.name] for first in mine.firsts}
        # Rules leave columns of their own names, which stand before all that is known of others.
        return mine.rules.restore(drawn) if mine.forms else pd.DataFrame(index=drawn.index)

    def _counted_on(
        self,
        mine: Learnt,
        back: Callable[[np.ndarray, np.ndarray], np.ndarray],
        steps: np.ndarray,
        parent: np.ndarray,
    ) -> np.ndarray:
        """(n,) microseconds of dates that follow each other, from when their parent's began."""
        if mine.place.main is None or not len(parent):
            return np.zeros(len(parent))
        column = next(gap.column for gap in mine.gaps if gap.anchor == BEFORE)
        starts = self.begun[mine.place.main.parent][f"first {column} of {mine.place.name}"][parent]
        first = positions(parent) == 0
        moved = np.where(first, 0.0, np.maximum(np.round(steps), 0.0)).cumsum()
        base = np.maximum.accumulate(np.where(first, np.arange(len(parent)), 0))
        return back(moved - moved[base], starts)

    def _linked(
        self,
        mine: Learnt,
        frame: pd.DataFrame,
        drawn: pd.DataFrame,
        parent: np.ndarray,
        named: dict[str, np.ndarray],
    ) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
        """The frame with keys, links and all that follows from them."""
        place, n = mine.place, len(parent)
        columns: dict[str, pd.Series] = {column: frame[column] for column in frame.columns}
        if place.main is not None:
            named[place.main.column] = parent
        for link in (one for one in place.matched if one not in mine.queued):
            named[link.column] = self._matched(mine, link, drawn, parent)
        if place.own_key is not None and isinstance(mine.key, Numbering):
            columns[place.own_key] = mine.key.keys(n)
        elif place.own_key is not None and isinstance(mine.key, Form):
            columns[place.own_key] = mine.key.series(self.rng.random(n))
        for link in (*((place.main,) if place.main else ()), *place.matched):
            columns[link.column] = at(self.tables[link.parent][link.key], named[link.column])
        for link in place.late:
            columns[link.column] = pd.Series(np.full(n, np.nan), dtype=object)
        for link in place.itself:
            rows = self._above(drawn[share_of(link.column)].to_numpy(np.float64, na_value=np.nan))
            columns[link.column] = at(columns[link.key], rows)
        for counter in mine.counters:
            columns[counter.column] = pd.Series(positions(parent) + counter.first)
        for copy in mine.copies:
            columns[copy.column] = self._copied(mine, copy, named)
        whole = pd.DataFrame(
            {column: columns.get(column, pd.Series(np.nan, range(n))) for column in place.columns}
        )
        whole = whole.astype(_possible(whole, mine))
        again = whole.duplicated(list(place.key)).to_numpy() if place.key else np.zeros(n, bool)
        keep = np.flatnonzero(~again)
        lasting = {k: v[keep] for k, v in self.begun[place.name].items()}
        self.begun[place.name] = lasting
        return (
            whole.iloc[keep].reset_index(drop=True),
            parent[keep],
            drawn.iloc[keep].reset_index(drop=True),
        )

    def _matched(
        self, mine: Learnt, link: Link, drawn: pd.DataFrame, parent: np.ndarray
    ) -> np.ndarray:
        """(n,) rows of another parent that are what each row says of them, -1 for none."""
        there = seen(link.parent, self.tables, self.learnt)
        some = np.ones(len(drawn), dtype=bool)
        if link.missing:
            some = ~drawn[absent(link.column)].to_numpy(dtype=bool)
        main, within = mine.place.main, 0
        children, parents = [], []
        if link.within is not None and main is not None:
            parents.append(self._within(main, link))
            children.append(parent[some])
            within = 1
        for column in mine.matched.get(link.column, ()):
            said = drawn[said_by(link.column, column)]
            children.append(coarse(said[some], there[column]))
            parents.append(coarse(there[column]))
        places = self.counts[mine.place.name, link.column]
        if not children:
            children, parents = [np.zeros(int(some.sum()), int)], [np.zeros(len(places), int)]
        out = np.full(len(drawn), -1)
        out[some] = match(children, parents, places, self.rng, within)
        if not link.missing and len(places):
            lost = np.flatnonzero(out < 0)
            out[lost] = self.rng.integers(len(places), size=len(lost))
        if main is not None and {main.column, link.column} <= set(mine.place.key):
            out = spread_pairs(parent, out, np.zeros(len(out), int), self.rng)
        return out

    def _above(self, shares: np.ndarray) -> np.ndarray:
        """(n,) rows that stand where the shares say among those before, -1 for none."""
        free = np.isnan(shares)
        order = np.r_[np.flatnonzero(free), np.flatnonzero(~free)]
        rank = np.arange(len(shares))
        if not free.any() and len(shares):
            return np.floor(shares * len(shares)).astype(int).clip(0, len(shares) - 1)
        rows = np.full(len(shares), -1)
        places = np.floor(shares[order] * rank, where=~free[order], out=np.zeros(len(shares)))
        chosen = order[np.minimum(places.astype(int), np.maximum(rank - 1, 0))]
        rows[order] = np.where(free[order], -1, chosen)
        return rows

    def _copied(self, mine: Learnt, copy: Copy, named: Mapping[str, np.ndarray]) -> pd.Series:
        link = next(one for one in mine.place.counted if one.column == copy.link)
        return at(self.tables[link.parent][copy.read], named[copy.link])

    def _count(self, name: str, drawn: pd.DataFrame) -> None:
        """Note how many children each row is to have."""
        for child, other in self.learnt.items():
            for link in other.place.counted:
                if link.parent == name:
                    column = count_name(child, link)
                    counts = drawn[column].to_numpy(np.float64)
                    histogram = self.learnt[name].numbers[column]
                    self.counts[child, link.column] = as_often(counts, histogram, self.rng)

    def finish(self, figures: tuple[Figure, ...], keys: Mapping[str, str]) -> None:
        """Fill in the links that come late, and what is reckoned from children."""
        for name, mine in self.learnt.items():
            for link in mine.place.late:
                self._late(name, link)
        for figure in figures:
            column = figure_column(figure, self.tables, keys[figure.table])
            dtype = pd.api.types.pandas_dtype(self.learnt[figure.table].dtypes[figure.column])
            table = self.tables[figure.table]
            self.tables[figure.table] = table.assign(**{figure.column: cast(column, dtype)})

    def _late(self, name: str, link: Link) -> None:
        frame, places = self.tables[name], self.counts[name, link.column]
        alike = [np.zeros(len(frame), int)], [np.zeros(len(places), int)]
        rows = match(*alike, places, self.rng)
        if link.missing:
            # As many name a row as there are places for.
            rows[self.rng.permutation(len(rows))[int(places.sum()) :]] = -1
        column = at(self.tables[link.parent][link.key], rows)
        self.tables[name] = frame.assign(**{link.column: column})


def as_often(
    drawn: np.ndarray, histogram: Sequence[tuple[int, int]], rng: np.random.Generator
) -> np.ndarray:
    """Numbers with the ranks of those that were drawn, and as often as they should come.

    An error in how many children a row has would grow from table to table.

    Args:
        drawn: (n,) numbers.
        histogram: (number, how often) pairs, ascending.
        rng: breaks ties.

    Example:
        >>> as_often(np.array([9, 0, 7, 3]), [(0, 1), (2, 1)], np.random.default_rng(0))
        array([2, 0, 2, 0])
    """
    values, often = np.array(histogram).T
    order = np.lexsort((rng.random(len(drawn)), drawn))
    share = (np.arange(len(drawn)) + 0.5) / max(1, len(drawn)) * often.sum()
    out = np.empty(len(drawn), dtype=np.int64)
    out[order] = values[np.searchsorted(often.cumsum(), share, side="right")]
    return out


def _both(mine: Learnt, dates: Mapping[str, np.ndarray]) -> list[tuple[str, str]]:
    """The orders of dates of which both were drawn."""
    return [(low, high) for low, high in mine.orders if low in dates and high in dates]


def _possible(frame: pd.DataFrame, mine: Learnt) -> dict[str, str]:
    """The dtypes that the columns had; whole numbers of which some are now missing stay floats."""
    return {
        column: dtype
        for column, dtype in mine.dtypes.items()
        if not (dtype.startswith(("int", "uint")) and frame[column].isna().any())
    }
