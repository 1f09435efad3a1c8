"""Several tables that hang together: learnt one after the other, drawn so that all keys hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.descriptions import Description
from sparring.data.keys import shown_keys
from sparring.data.texts import Texts
from sparring.games.catalog import find_game
from sparring.tasks.checks import checked, whole
from sparring.tasks.contest import AUTO
from sparring.tasks.fitted import Fitted
from sparring.tasks.model import load_model, save_model
from sparring.tasks.relations.drawing import Drawing
from sparring.tasks.relations.following import Figure
from sparring.tasks.relations.judging import Judgement, judge
from sparring.tasks.relations.learning import learnable, prepare
from sparring.tasks.relations.opening import Said, arrange, open_tables
from sparring.tasks.relations.seeing import Learnt
from sparring.tasks.relations.sequences import Sequence, together
from sparring.tasks.relations.storing import read_relations, write_relations

_FEWEST = 20
_HELD_OUT = 0.02
_BATCH, _LONGEST = 250, 50_000
COIN = "a coin"
"""A column of chance alone, where a table has nothing else to learn."""
_TAKEN = {
    *("game", "steps", "minutes", "batch_size", "width", "half_life", "options", "rule", "rules"),
    *("seed", "device", "precision", "callbacks", "previews", "alarms"),
}
"""What a synthesizer's parameters say of several tables, too; the others are for one data set."""


@dataclass(frozen=True, repr=False)
class LinkedTables:
    """Tables that name each other's rows, learnt together: new ones in which every key holds.

    Tables are drawn parents first. How many children a row has is learnt as a column of its own;
    each child is drawn by what is known of its parent and of the child before it, by a model for
    each table (`games.nade`). A second parent is the drawn row that is most like what the child
    says of it. What follows exactly from other tables is reckoned: copies of a parent's column,
    counters, and sums, numbers, least and largest values of the children.

    Attributes:
        columns: of each table, in their order.
        keys: that hold.
        sequences: tables whose rows follow each other.
        learnt: what each table's rows are made from, parents first.
        figures: columns that are reckoned from children.
        kept: tables that stay as they are.
        models: of each table that is learnt.
    """

    columns: Mapping[str, tuple[str, ...]]
    keys: Description
    sequences: tuple[Sequence, ...]
    learnt: Mapping[str, Learnt]
    figures: tuple[Figure, ...]
    kept: Mapping[str, pd.DataFrame]
    models: Mapping[str, Fitted]

    @classmethod
    def learn(cls, synthesizer: BaseEstimator, thing: Any, said: Said) -> Self:
        """Learn tables.

        Args:
            synthesizer: whose like learns each table.
            thing: as `open_tables` takes it.
            said: of the tables.

        Raises:
            WrongUse: for keys that don't hold, tables that can't be learnt from, or a synthesizer
                with parameters that are for a single data set.
            Failure: if a training breaks off.
        """
        rules = _check_settings(synthesizer)
        tables, declared = open_tables(thing)
        columns = {name: tuple(frame.columns) for name, frame in tables.items()}
        arranged = arrange(tables, declared, said)
        order = {sequence.table: sequence.order for sequence in arranged.sequences}
        lesson = prepare(arranged.tables, arranged.keys, arranged.fixed, order, rules)
        models = {}
        for name, frame in lesson.frames.items():
            model = _model_for(synthesizer, frame, lesson.learnt[name], len(lesson.frames))
            try:
                models[name] = _alone(model.fit(_enough(frame, name)))
            except WrongUse as error:
                raise WrongUse(f"table {name!r}: {error}") from error
        kept = {name: arranged.tables[name].reset_index(drop=True) for name in arranged.fixed}
        learnt = dict(lesson.learnt)
        return cls(columns, arranged.keys, arranged.sequences, learnt, lesson.figures, kept, models)

    def sample(
        self, n: float | Mapping[str, int] = 1, seed: int | None = None
    ) -> dict[str, pd.DataFrame]:
        """New tables, in which every key holds.

        Args:
            n: how many times as many rows as were learnt from, above 0; or how many rows of each
                table that hangs on no other. How many the others have follows.
            seed: of the draw; None draws anew each time.

        Returns:
            Name -> data frame, with the columns and dtypes that were given.

        Raises:
            WrongUse: for an n that can't be used.
        """
        sizes = self._sizes(n)
        if seed is None:
            seed = int(np.random.default_rng().integers(2**31))
        whole("seed", seed, least=0)
        drawing = Drawing(self.learnt, dict(self.kept), np.random.default_rng(seed))
        for i, name in enumerate(self.learnt):
            model = self.models[name]
            with model._drawing(seed * 1_000 + i) as game:
                drawing.draw(name, (model._table(), game), sizes.get(name, 0))
        drawing.finish(self.figures, {r.parent: r.parent_key for r in self.keys.relationships})
        tables = drawing.tables
        for sequence in self.sequences:
            if sequence.parent in tables:
                tables = together(sequence, tables, self.columns[sequence.table])
        return {name: tables[name][list(columns)] for name, columns in self.columns.items()}

    def _sizes(self, n: float | Mapping[str, int]) -> dict[str, int]:
        roots = {name: one.rows for name, one in self.learnt.items() if one.place.main is None}
        if not isinstance(n, Mapping):
            if isinstance(n, bool) or not isinstance(n, int | float) or not 0 < n < np.inf:
                raise WrongUse(
                    f"n must be how many times as many rows as were learnt from, a number above 0, "
                    f"or rows by table, {{{next(iter(roots))!r}: 500}}, got {n!r}."
                )
            return {name: max(1, round(rows * n)) for name, rows in roots.items()}
        for name in n:
            if name in self.learnt and name not in roots:
                main = self.learnt[name].place.main
                above = "" if main is None else f"from {main.parent!r}"
                raise WrongUse(
                    f"n can't say how many rows {name!r} has, which follows {above}; say it of "
                    f"{', '.join(roots)}."
                )
            if name not in roots:
                raise WrongUse(f"n names an unknown table {name!r}{closest(name, roots)}")
        return roots | {name: whole(f"n[{name!r}]", rows) for name, rows in n.items()}

    @property
    def relations(self) -> list[str]:
        """What was found to hold, in words: keys, copies, counters, figures, rules."""
        lines = [*shown_keys(self.keys), *(f"{name} stays as it is" for name in self.kept)]
        for name, one in self.learnt.items():
            parents = {link.column: link.parent for link in one.place.counted}
            lines += [
                f"{name}.{copy.column} = {parents[copy.link]}.{copy.read}" for copy in one.copies
            ]
            lines += [f"{name}.{c.column} = {c.first}, {c.first + 1}, ..." for c in one.counters]
            lines += [f"{name}: {rule}" for rule in one.rules]
            lines += [f"{name}: {low} <= {high}" for low, high in one.orders]
        return lines + [str(figure) for figure in self.figures]

    def __str__(self) -> str:
        return "\n".join(self.relations)

    def judge(
        self, tables: Any, n: float | Mapping[str, int] = 1, seed: int = 0
    ) -> list[Judgement]:
        """How well new tables hang together, link by link, beside floor and ceiling.

        Args:
            tables: real ones, as given to `fit`.
            n: as in `sample`.
            seed: of the new tables, of floor and of ceiling.

        Returns:
            Of each link: dangling keys, distances of the number of children, and of the dependence
            of children on parents.
        """
        real, _ = open_tables(tables)
        known = Description(
            {name: self.keys.tables[name] for name in real},
            tuple(r for r in self.keys.relationships if {r.parent, r.child} <= set(real)),
        )
        return judge(real, self.sample(n, seed), known, seed)

    def save(self, folder: str | Path) -> None:
        """Write all into a folder: a model a table, JSON, and Parquet of tables that stay.

        Raises:
            WrongUse: if the folder holds something. Failure: if it can't be written.
        """
        state = {name: value for name, value in vars(self).items() if name != "models"}
        models = {name: _writer(model) for name, model in self.models.items()}
        write_relations(Path(folder), state, models)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """What was saved in a folder.

        Raises:
            WrongUse: if there is nothing. Failure: if a file of it is damaged.
        """
        state, models = read_relations(Path(folder), _read)
        return cls(**state, models=models)


def _check_settings(synthesizer: BaseEstimator) -> bool:
    """Refuse what is for a single data set; whether rules are looked for."""
    given = checked(synthesizer.get_params(deep=False))
    plain = type(synthesizer)().get_params(deep=False)
    for name, value in given.items():
        if name not in _TAKEN and value != plain[name]:
            remedy = "keep the model by save(folder)" if name == "run" else "leave it out"
            raise WrongUse(f"{name} is for a single data set, not for several tables; {remedy}.")
    game = given["game"]
    if game is not None and (game == AUTO or find_game(game).encoding != "tokens"):
        raise WrongUse(
            f"several tables are learnt by game 'nade' alone, which draws rows by what is known "
            f"of them, got {game!r}; leave it out."
        )
    if not isinstance(given["rules"], bool):
        raise WrongUse(
            f"rules of several tables must be true or false, got {given['rules']!r}; what was "
            f"found is shown in tables_.relations."
        )
    return bool(given["rules"])


def _model_for(synthesizer: BaseEstimator, frame: pd.DataFrame, mine: Learnt, tables: int) -> Any:
    """A synthesizer of one of several tables."""
    given = synthesizer.get_params(deep=False)
    kinds = {
        column: form.kind
        for column, form in mine.forms.items()
        if isinstance(form, Texts) and column in frame
    }
    model = clone(synthesizer).set_params(
        minutes=None if given["minutes"] is None else given["minutes"] / tables,
        half_life=given["half_life"] or _half_life(max(len(frame), _FEWEST), given),
        rules=False,
        kinds=kinds,
        heldout=_HELD_OUT,
        previews=False,
        alarms=False,
    )
    # A clone's are copies, and callbacks show to whom they belong.
    return model.set_params(callbacks=given["callbacks"])


def _half_life(rows: int, given: Mapping[str, Any]) -> int | None:
    """Of the averaged weights, in rows: short where the training is."""
    if given["steps"] is None:
        return None
    batch = given["batch_size"] or min(_BATCH, max(32, rows // 8))
    return min(_LONGEST, max(1, given["steps"] * batch // 10))


def _enough(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The frame with rows enough, and something to learn."""
    nothing = not learnable(frame, name)
    if len(frame) < _FEWEST:
        frame = pd.concat([frame] * -(-_FEWEST // len(frame)), ignore_index=True)
    if nothing:
        frame = frame.assign(**{COIN: np.arange(len(frame)) % 2 == 0})
    return frame


def _alone(fitted: Fitted) -> Fitted:
    """What a fitted synthesizer draws with, without its settings."""
    model = Fitted()
    model.model_, model.modality_, model.spec_ = fitted.model_, fitted.modality_, fitted.spec_
    return model


def _writer(model: Fitted) -> Callable[[Path], None]:
    return lambda folder: save_model(folder, model.spec_, model.modality_, model.model_)


def _read(folder: Path) -> Fitted:
    model = Fitted()
    model.spec_, model.modality_, model.model_ = load_model(folder)
    return model
