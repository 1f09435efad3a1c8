"""What a fitted model does: draws items, and completes rows."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from sparring.core import Samples, Truncates, evaluating
from sparring.core.errors import WrongUse
from sparring.data import Table
from sparring.data.frames import to_pandas
from sparring.data.modality import Modality
from sparring.tasks.asking import rest_of, rows_that
from sparring.tasks.checks import whole
from sparring.tasks.completing import completed
from sparring.tasks.filtering import items_that
from sparring.tasks.likelihood import log_likelihoods
from sparring.tasks.memory import enough_memory
from sparring.tasks.model import ModelSpec


class Fitted:
    """A game, how its items are encoded, and what it was built from.

    Attributes:
        model_: the trained game. modality_: how items become tensors. spec_: what was built.
    """

    model_: Any
    modality_: Modality
    spec_: ModelSpec

    def sample(
        self,
        n: int = 1,
        condition: Any = None,
        seed: int | None = None,
        where: Callable[[Any], Any] | None = None,
        truncation: float | None = None,
    ) -> Any:
        """Make new items.

        Args:
            n: how many, at least 1.
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
            data frame of n rows, or an array of shape (n, d).

        Raises:
            WrongUse: for a condition that the model doesn't know, or n below 1.
            Failure: if too few rows of a table do as asked.
        """
        table = getattr(self, "modality_", None)
        if isinstance(table, Table) and (condition or where is not None):
            n = whole("n", n)
            with self._drawing(seed) as game:
                return rows_that(
                    table, game, n, condition or {}, lambda m: self._items(m, None)[0], where
                )
        n = whole("n", n)
        with self._drawing(seed) as game, _truncated(game, truncation):
            if where is not None:
                if isinstance(condition, list | tuple):
                    raise WrongUse("where goes with one condition, not with a list of them.")
                return items_that(
                    lambda m: self.modality_.decode(self._items(m, condition)[0]), n, where
                )
            return self.modality_.decode(self._items(n, condition)[0])

    def log_prob(
        self,
        X: Any,  # noqa: N803 - scikit-learn's names
        y: Any = None,
        unit: str = "nats",
        seed: int | None = 0,
    ) -> np.ndarray:
        """How probable items are, where the game knows: log-likelihoods.

        Args:
            X: items of the kind that was fitted.
            y: what they are, of a model with conditions, as given to `fit`.
            unit: "nats" an item, or "bits/dim": bits for each of an item's numbers. The negative
                of what papers call bits per dimension.
            seed: of what a game draws that estimates; None draws anew each time.

        Returns:
            (n,) float64: log-probabilities of what is counted in levels or categories,
            log-densities of other numbers.

        Raises:
            WrongUse: for a game without a density, such as a GAN, or another unit.
        """
        with self._drawing(seed) as game, torch.no_grad():
            return log_likelihoods(game, self.modality_, self.spec_, X, y, unit)

    def complete(
        self,
        X: Any,  # noqa: N803 - as fit's
        known: Any,
        y: Any = None,
        seed: int | None = None,
        truncation: float | None = None,
    ) -> Any:
        """Items of which a part is given, the rest drawn: in-painting, or a sound that goes on.

        What is drawn follows from what comes before it in the model's order, row by row or from
        the beginning, and not from what comes later.

        Args:
            X: n items of the kind that was fitted; what isn't known of them isn't looked at.
            known: True where an item is given, (n, *places) or (*places) for all alike: (h, w) of
                pictures, (length,) of sounds.
            y: what they are, of a model with conditions, as given to `fit`.
            seed: of the draw; None draws anew each time.
            truncation: the temperature of the draw, above 0.

        Returns:
            n items, in which what was known is as it was.

        Raises:
            WrongUse: for a game that doesn't draw place by place, or another shape.

        Example:
            >>> from sparring import Synthesizer
            >>> model = Synthesizer("pixelcnn", steps=1, width=4, binarise="half", alarms=False)
            >>> _ = model.fit("digits")
            >>> known = np.zeros((8, 8), dtype=bool)
            >>> known[:4] = True  # the upper half
            >>> model.complete(np.zeros((2, 8, 8), np.uint8), known, [3, 5]).shape
            (2, 8, 8)
        """
        with self._drawing(seed) as game, _truncated(game, truncation):
            return completed(game, self.modality_, self.spec_, X, known, y)

    def sample_like(self, given: Any, seed: int | None = None) -> Any:
        """Whole rows of a table of which some columns are given; what is missing there, is.

        Args:
            given: a data frame with some of the columns.
            seed: of the draw; None draws anew each time.

        Returns:
            A data frame of as many rows, in which the given columns are as they were.

        Raises:
            WrongUse: for unknown columns, or a game that can't complete rows.
            Failure: if no rest was found with which a row obeys the table's rules.
        """
        with self._drawing(seed) as game:
            return rest_of(self._table(), game, to_pandas(given), keep_missing=True)

    def impute(self, X: Any, seed: int | None = None) -> Any:  # noqa: N803 - as fit's
        """Rows with what is missing drawn from what is known of each.

        Args:
            X: a data frame with the table's columns, or some of them.
            seed: of the draw; None draws anew each time.

        Returns:
            A data frame of as many rows with all columns, in which known cells are as they were.

        Raises:
            WrongUse: for unknown columns, or a game that can't complete rows.
            Failure: if no rest was found with which a row obeys the table's rules.
        """
        with self._drawing(seed) as game:
            return rest_of(self._table(), game, to_pandas(X), keep_missing=False)

    def _table(self) -> Table:
        if type(self.modality_) is not Table:
            raise WrongUse(f"rows of tables can be completed, not {self.modality_.name} data.")
        return self.modality_

    def sample_labelled(self, n: int, seed: int | None = None) -> tuple[Any, np.ndarray]:
        """New items of a conditional model, and what each was asked for.

        Args:
            n: how many, at least 1.
            seed: of the draw; None draws anew each time.

        Returns:
            Items as from `sample`, and class numbers (n,), attributes (n, k) or texts.

        Raises:
            WrongUse: if the model was trained without conditions.
        """
        if not self.spec_.fit.asked:
            raise WrongUse("the model was trained without classes; call sample.")
        with self._drawing(seed):
            items, labels = self._items(whole("n", n), None)
        return self.modality_.decode(items), cast(Tensor, labels).numpy()

    @contextmanager
    def _drawing(self, seed: int | None) -> Iterator[Any]:
        """The game, ready to draw from a seed; the global random state is left as it was."""
        game = self._fitted()
        seed = None if seed is None else whole("seed", seed, least=0)
        scarce = enough_memory("items were drawn", "close other programs, or use a larger machine")
        with torch.random.fork_rng(devices=[]), evaluating(game), scarce:
            torch.seed() if seed is None else torch.manual_seed(seed)
            yield game

    def _items(self, n: int, condition: Any) -> tuple[Tensor, Tensor | None]:
        """n new items in model space, and their conditions where there are any."""
        game: Any = self.model_
        asked = self._asked(n, condition)
        labels: list[Tensor] = []
        items: list[Tensor] = []
        chunk = 65_536 if len(self.modality_.shape) == 1 else 1000
        for start in range(0, n, chunk):
            size = min(chunk, n - start)
            batch: dict[str, Tensor] = {}
            if asked is not None:
                batch["y"] = asked[start : start + size]
            elif self.spec_.fit.asked:
                batch["y"] = game.labels.sample(size)
            items.append(game.sample(size, batch or None))
            labels += [batch["y"]] if "y" in batch else []
        return torch.cat(items), torch.cat(labels) if labels else None

    def _asked(self, n: int, condition: Any) -> Tensor | None:
        if condition is None or (isinstance(condition, Mapping) and not condition):
            return None
        known = self.spec_.condition
        if known is None:
            raise WrongUse(
                "the model can't be asked for anything: it was trained without classes, attributes "
                "or captions; leave the condition out."
            )
        return known.ask(condition, n)

    def _fitted(self) -> Any:
        if not hasattr(self, "model_") or not isinstance(self.model_, Samples):
            from sklearn.exceptions import NotFittedError

            raise NotFittedError("this Synthesizer isn't fitted yet; call fit or load first.")
        return self.model_


def _truncated(game: Any, truncation: float | None) -> AbstractContextManager[None]:
    if truncation is None:
        return nullcontext()
    if not isinstance(game, Truncates):
        raise WrongUse(f"{type(game).__name__} can't truncate; leave truncation out.")
    return game.truncated(truncation)
