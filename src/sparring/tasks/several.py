"""What a fitted synthesizer does, be it of one data set or of several tables."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sparring.core.errors import WrongUse
from sparring.data.modality import Modality
from sparring.tasks.fitted import Fitted
from sparring.tasks.model import ModelSpec
from sparring.tasks.relational import LinkedTables
from sparring.tasks.relations.opening import are_tables

_OF_ONE = ("model_", "modality_", "spec_", "n_features_in_", "contest_")
_FOR_ONE = (
    "several tables that were learnt together are drawn, kept and judged in Python, by sample(), "
    "save() and tables_.judge(); fit one of them alone for conditions, imputing and scores."
)


class OneOrSeveral(Fitted):
    """A game, how its items are encoded, and what it was built from; or several tables.

    Attributes:
        model_, modality_, spec_: as `Fitted` has them. n_features_in_: columns of a table, numbers
        in any other item. tables_: in the stead of these, several tables.
    """

    n_features_in_: int
    tables_: LinkedTables

    def _keep(self, model: Any, spec: ModelSpec, modality: Modality) -> Self:
        vars(self).pop("tables_", None)
        self.model_, self.spec_, self.modality_ = model, spec, modality
        self.n_features_in_ = features_of(modality)
        return self

    def _keep_tables(self, tables: LinkedTables) -> Self:
        for name in _OF_ONE:
            vars(self).pop(name, None)
        self.tables_ = tables
        return self

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Whatever asks for the model of one table says so when there are several.
            if name in _OF_ONE and "tables_" in vars(self):
                raise WrongUse(_FOR_ONE)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def sample(
        self,
        n: float | Mapping[str, int] = 1,
        condition: Any = None,
        seed: int | None = None,
        where: Callable[[Any], Any] | None = None,
        truncation: float | None = None,
    ) -> Any:
        """Make new items, or new tables.

        Args:
            n: how many, at least 1. Of several tables, how many times as many rows as were learnt
                from, above 0; or how many rows of each table that hangs on no other,
                {"customers": 500}. How many the others have follows.
            condition: {"class": name or number} asks a class-conditional model for a class,
                {"gender": "female"} one of attributes for some of them, "a red circle" one of
                texts; a list asks for several in turn. Of a table each column can be asked for a
                value, None (missing), a range (low, high) or a list of values: {"sex": "Female",
                "age": (30, 40)}.
            seed: of the draw; None draws anew each time.
            where: a wish of your own: from items to one boolean each, which of them will do; of a
                table also to weights of at least 0, in proportion to which rows are kept.
            truncation: draw less widely, for better and more alike pictures; above 0, about .5 to
                1 is usual.

        Returns:
            Items of the kind that was fitted: uint8 pictures of shape (n, h, w) or (n, h, w, 3), a
            data frame of n rows, or an array of shape (n, d). Of several tables, name -> data
            frame, with all keys holding.

        Raises:
            WrongUse: for a condition that the model doesn't know, or an n that can't be used.
            Failure: if too few rows of a table do as asked.
        """
        if "tables_" not in vars(self):
            return super().sample(n, condition, seed, where, truncation)  # type: ignore[arg-type]
        if condition or where is not None or truncation is not None:
            raise WrongUse(_FOR_ONE)
        return self.tables_.sample(n, seed)


def are_several(data: Any, table: str | None, run: str | Path | None) -> bool:
    """Whether data are several tables.

    Args:
        data: as given to `fit`.
        table: of a database the one that is meant.
        run: the folder of a run, which is of one data set.
    """
    if isinstance(data, Mapping) or (table is None and run is None):
        return are_tables(data)
    return False


def features_of(modality: Modality) -> int:
    """Columns of a table, numbers in any other item."""
    return len(getattr(modality, "kinds", ())) or int(np.prod(modality.shape))
