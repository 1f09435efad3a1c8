"""Several tables that hang together: learnt one after the other, drawn so that all keys hold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.databases import is_database, read_tables
from sparring.data.descriptions import Description, Relationship, TableDescription
from sparring.data.frames import is_frame, to_pandas
from sparring.data.keys import check_keys, infer_keys, keys_from, shown_keys
from sparring.tasks.checks import whole
from sparring.tasks.relations.drawing import Drawing
from sparring.tasks.relations.following import Figure
from sparring.tasks.relations.judging import Judgement, judge
from sparring.tasks.relations.learning import learnable, prepare
from sparring.tasks.relations.seeing import Learnt
from sparring.tasks.relations.sequences import Sequence as RowsInOrder
from sparring.tasks.relations.sequences import apart, sequence_of, together
from sparring.tasks.relations.storing import read_relations, write_relations
from sparring.tasks.relations.structure import lists_of_words
from sparring.tasks.synthesizer import Synthesizer

_FEWEST = 20
_HELD_OUT = 0.02
_BATCH, _LONGEST = 250, 50_000
COIN = "a coin"
"""A column of chance alone, where a table has nothing else to learn."""


class RelationalSynthesizer(BaseEstimator):
    """Learns tables that name each other's rows and makes new ones in which every key holds.

    Tables are drawn parents first. How many children a row has is learnt as a column of its own;
    each child is drawn by what is known of its parent and of the child before it, by a model for
    each table (`games.nade`). A second parent is the drawn row that is most like what the child
    says of it. What follows exactly from other tables is reckoned: copies of a parent's column,
    counters, and sums, numbers, least and largest values of the children.

    Args:
        keys: {"customers": "id", "orders.customer_id": "customers.id"}; None takes those that a
            database declares, or infers them (see `data.keys.infer_keys`); `keys_` shows them.
        sequences: table -> (entity, order): rows of an entity that follow each other, such as
            {"visits": ("patient_id", "date")}. The entity may name another table's rows.
        fixed: tables that stay as they are, such as what codes mean; None takes those that are
            small, name nothing, and are named 20 times as often as they have rows.
        rules: whether exact relations are looked for, within tables and between them.
        steps: how long each table is trained; None lets its data choose, unless `minutes` is given.
        minutes: train all tables for so long together.
        width: of the networks' layers; None lets the data choose.
        batch_size: rows in a batch; None lets the data choose.
        seed: of everything random.
        device: "auto", "cpu" or "cuda".

    Attributes:
        keys_: the keys that hold. fixed_: tables that stay as they are. relations_: what was found
        to hold between tables, in words. learnt_: what each table's rows are made from.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> shops = pd.DataFrame({"id": range(1, 41), "size": rng.integers(1, 4, 40)})
        >>> sales = pd.DataFrame({"shop_id": np.repeat(shops["id"], shops["size"])})
        >>> sales["paid"] = rng.integers(1, 99, len(sales))
        >>> made = RelationalSynthesizer(steps=5).fit({"shops": shops, "sales": sales}).sample()
        >>> sorted(made), bool(made["sales"]["shop_id"].isin(made["shops"]["id"]).all())
        (['sales', 'shops'], True)
    """

    def __init__(
        self,
        *,
        keys: Mapping[str, str] | Description | None = None,
        sequences: Mapping[str, tuple[str, str]] | None = None,
        fixed: Sequence[str] | None = None,
        rules: bool = True,
        steps: int | None = None,
        minutes: float | None = None,
        width: int | None = None,
        batch_size: int | None = None,
        seed: int = 0,
        device: str = "auto",
    ) -> None:
        self.keys = keys
        self.sequences = sequences
        self.fixed = fixed
        self.rules = rules
        self.steps = steps
        self.minutes = minutes
        self.width = width
        self.batch_size = batch_size
        self.seed = seed
        self.device = device

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803 - scikit-learn's names
        """Learn tables.

        Args:
            X: name -> data frame, of pandas, Polars or Arrow; or a database: its URL, its
                SQLAlchemy engine, or the path of a SQLite file.
            y: ignored.

        Raises:
            WrongUse: for keys that don't hold, or tables that can't be learnt from.
            Failure: if a training breaks off.
        """
        tables, declared = _opened(X)
        keys = self._keys(tables, declared)
        self.columns_ = {name: tuple(frame.columns) for name, frame in tables.items()}
        self.sequences_, tables, keys = _taken_apart(self.sequences or {}, tables, keys)
        check_keys(tables, keys)
        self.keys_, self.fixed_ = keys, self._fixed(tables, keys)
        order = {sequence.table: sequence.order for sequence in self.sequences_}
        lesson = prepare(tables, keys, self.fixed_, order, self.rules)
        self.learnt_, self.figures_ = dict(lesson.learnt), lesson.figures
        self.kept_ = {name: tables[name].reset_index(drop=True) for name in self.fixed_}
        self.models_ = {}
        for name, frame in lesson.frames.items():
            self.models_[name] = self._learn(name, frame, len(lesson.frames))
        return self

    def _keys(
        self, tables: Mapping[str, pd.DataFrame], declared: Description | None
    ) -> Description:
        if self.keys is None:
            return infer_keys(tables) if declared is None else declared
        if isinstance(self.keys, Description):
            return self.keys
        return keys_from(self.keys, tables)

    def _fixed(self, tables: Mapping[str, pd.DataFrame], keys: Description) -> tuple[str, ...]:
        if self.fixed is None:
            return lists_of_words(tables, keys)
        for name in self.fixed:
            if name not in tables:
                raise WrongUse(f"fixed names an unknown table {name!r}{closest(name, tables)}")
        return tuple(self.fixed)

    def _learn(self, name: str, frame: pd.DataFrame, tables: int) -> Synthesizer:
        if not learnable(frame, name):
            frame = frame.assign(**{COIN: np.arange(len(frame)) % 2 == 0})
        if len(frame) < _FEWEST:
            frame = pd.concat([frame] * -(-_FEWEST // len(frame)), ignore_index=True)
        synthesizer = Synthesizer(
            "nade",
            steps=self.steps,
            minutes=None if self.minutes is None else self.minutes / tables,
            width=self.width,
            batch_size=self.batch_size,
            half_life=self._half_life(len(frame)),
            seed=self.seed,
            device=self.device,
            rules=False,
            heldout=_HELD_OUT,
            previews=False,
            alarms=False,
        )
        try:
            return synthesizer.fit(frame)
        except WrongUse as error:
            raise WrongUse(f"table {name!r}: {error}") from error

    def _half_life(self, rows: int) -> int | None:
        """Of the averaged weights, in rows: short where the training is."""
        if self.steps is None:
            return None
        batch = self.batch_size or min(_BATCH, max(32, rows // 8))
        return min(_LONGEST, max(1, self.steps * batch // 10))

    def sample(
        self, scale: float | Mapping[str, int] = 1.0, seed: int | None = None
    ) -> dict[str, pd.DataFrame]:
        """New tables, in which every key holds.

        Args:
            scale: how many times as many rows as were learnt from, above 0; or how many rows of
                each table that hangs on no other. How many the others have follows.
            seed: of the draw; None draws anew each time.

        Returns:
            Name -> data frame, with the columns and dtypes that were given.

        Raises:
            WrongUse: for a scale that can't be used.
        """
        self._fitted()
        sizes = self._sizes(scale)
        if seed is None:
            seed = int(np.random.default_rng().integers(2**31))
        whole("seed", seed, least=0)
        drawing = Drawing(self.learnt_, dict(self.kept_), np.random.default_rng(seed))
        for i, name in enumerate(self.learnt_):
            model = self.models_[name]
            with model._drawing(seed * 1_000 + i) as game:
                drawing.draw(name, (model._table(), game), sizes.get(name, 0))
        keys = {r.parent: r.parent_key for r in self.keys_.relationships}
        drawing.finish(self.figures_, keys)
        tables = drawing.tables
        for sequence in self.sequences_:
            if sequence.parent in tables:
                columns = self.columns_[sequence.table]
                tables = together(sequence, tables, columns)
        return {name: tables[name][list(columns)] for name, columns in self.columns_.items()}

    def _sizes(self, scale: float | Mapping[str, int]) -> dict[str, int]:
        roots = {name: one.rows for name, one in self.learnt_.items() if one.place.main is None}
        if not isinstance(scale, Mapping):
            if isinstance(scale, bool) or not isinstance(scale, int | float) or not scale > 0:
                raise WrongUse(f"scale must be a number above 0 or rows by table, got {scale!r}.")
            return {name: max(1, round(rows * scale)) for name, rows in roots.items()}
        for name in scale:
            if name in self.learnt_ and name not in roots:
                main = self.learnt_[name].place.main
                above = "" if main is None else f"from {main.parent!r}"
                raise WrongUse(
                    f"scale can't say how many rows {name!r} has, which follows {above}; say it of "
                    f"{', '.join(roots)}."
                )
            if name not in roots:
                raise WrongUse(f"scale names an unknown table {name!r}{closest(name, roots)}")
        return roots | {name: whole(f"scale[{name!r}]", rows) for name, rows in scale.items()}

    @property
    def relations_(self) -> list[str]:
        """What was found to hold, in words: keys, copies, counters, figures, rules."""
        self._fitted()
        lines = [*shown_keys(self.keys_)]
        lines += [f"{name} stays as it is" for name in self.fixed_]
        for name, one in self.learnt_.items():
            parents = {link.column: link.parent for link in one.place.counted}
            lines += [
                f"{name}.{copy.column} = {parents[copy.link]}.{copy.read}" for copy in one.copies
            ]
            lines += [f"{name}.{c.column} = {c.first}, {c.first + 1}, ..." for c in one.counters]
            lines += [f"{name}: {rule}" for rule in one.rules]
            lines += [f"{name}: {low} <= {high}" for low, high in one.orders]
        return lines + [str(figure) for figure in self.figures_]

    def judge(
        self,
        X: Any,  # noqa: N803 - as fit's
        scale: float | Mapping[str, int] = 1.0,
        seed: int = 0,
    ) -> list[Judgement]:
        """How well new tables hang together, link by link, beside floor and ceiling.

        Args:
            X: tables as given to `fit`.
            scale: of the new tables, as in `sample`.
            seed: of the new tables, of floor and of ceiling.

        Returns:
            Of each link: dangling keys, distances of the number of children, and of the dependence
            of children on parents.
        """
        tables, _ = _opened(X)
        known = Description(
            {name: self.keys_.tables[name] for name in tables},
            tuple(r for r in self.keys_.relationships if {r.parent, r.child} <= set(tables)),
        )
        return judge(tables, self.sample(scale, seed), known, seed)

    def save(self, folder: str | Path) -> None:
        """Write all into a folder: a model a table, JSON, and Parquet of tables that stay.

        Raises:
            WrongUse: if the folder holds something. Failure: if it can't be written.
        """
        self._fitted()
        state = {name: getattr(self, name) for name in _STATE}
        write_relations(Path(folder), state, self.models_)

    @classmethod
    def load(cls, folder: str | Path) -> "RelationalSynthesizer":
        """What was saved in a folder.

        Raises:
            WrongUse: if there is nothing. Failure: if a file of it is damaged.
        """
        made = cls()
        state, made.models_ = read_relations(Path(folder), Synthesizer.load)
        for name in _STATE:
            setattr(made, name, state[name])
        return made

    def _fitted(self) -> None:
        if not hasattr(self, "models_"):
            from sklearn.exceptions import NotFittedError

            raise NotFittedError(
                "this RelationalSynthesizer isn't fitted yet; call fit or load first."
            )

    learnt_: dict[str, Learnt]
    figures_: tuple[Figure, ...]


_STATE = ("columns_", "sequences_", "keys_", "fixed_", "learnt_", "figures_", "kept_")


def _opened(thing: Any) -> tuple[dict[str, pd.DataFrame], Description | None]:
    if is_database(thing):
        return read_tables(thing)
    if not isinstance(thing, Mapping) or not thing:
        raise WrongUse(
            f"X must be tables by name, {{'customers': frame, ...}}, or a database, got "
            f"{type(thing).__name__}; a single table is for Synthesizer."
        )
    for name, frame in thing.items():
        if not isinstance(name, str) or not is_frame(frame):
            raise WrongUse(
                f"X must hold data frames by name, got {type(frame).__name__} under {name!r}."
            )
    return {name: to_pandas(frame) for name, frame in thing.items()}, None


def _taken_apart(
    asked: Mapping[str, tuple[str, str]], tables: dict[str, pd.DataFrame], keys: Description
) -> tuple[tuple[RowsInOrder, ...], dict[str, pd.DataFrame], Description]:
    """Entities that have no table of their own get one."""
    found = []
    for name, pair in asked.items():
        if name not in tables:
            raise WrongUse(f"sequences name an unknown table {name!r}{closest(name, tables)}")
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise WrongUse(
                f"sequences must give table {name!r} its entity and order, as in "
                f"('patient_id', 'date'), got {pair!r}."
            )
        sequence = sequence_of(name, tables[name], *pair)
        found.append(sequence)
        links = [r for r in keys.relationships if r.child == name]
        if any(relation.child_key == sequence.entity for relation in links):
            continue
        entities, rows = apart(sequence, tables[name])
        tables = {**tables, sequence.parent: entities, name: rows}
        keys = _with_entities(keys, sequence, entities, rows)
    return tuple(found), tables, keys


def _with_entities(
    keys: Description, sequence: RowsInOrder, entities: pd.DataFrame, rows: pd.DataFrame
) -> Description:
    old = keys.tables.get(sequence.table)
    primary = () if old is None else tuple(c for c in old.primary_key if c in rows)
    described = {
        **keys.tables,
        sequence.table: TableDescription(columns=tuple(rows.columns), primary_key=primary),
        sequence.parent: TableDescription(
            columns=tuple(entities.columns), primary_key=(sequence.entity,)
        ),
    }
    moved = tuple(
        Relationship(r.parent, r.parent_key, sequence.parent, r.child_key)
        if r.child == sequence.table and r.child_key in sequence.constant
        else r
        for r in keys.relationships
    )
    link = Relationship(sequence.parent, sequence.entity, sequence.table, sequence.entity)
    return Description(described, (*moved, link))
