"""The front for outliers: normal items in, a verdict on others out."""

import copy
import math
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils.validation import check_is_fitted

from sparring.core import Evaluates
from sparring.core.errors import WrongUse
from sparring.data.frames import is_frame, to_pandas
from sparring.games.catalog import find_game
from sparring.tasks.checks import whole
from sparring.tasks.choices import choose_game
from sparring.tasks.network_options import named
from sparring.tasks.outlier_scores import CodeLength, Likelihood, LikelihoodRatio, Score
from sparring.tasks.synthesizer import Synthesizer

_ROUNDING = 1e-5
_DENSITIES = {"image": "pixelcnn", "table": "nade", "matrix": "nade"}


class Detector(OutlierMixin, BaseEstimator):
    """Finds items that aren't of the kind it was fitted to.

    A game with a density learns the items, a score says how normal one looks, and a threshold is
    set on items that neither has seen: an item is flagged where its score is below that of all but
    k = floor(contamination (m + 1)) of these m. Then of new normal items at most the share
    `contamination` is flagged, exactly and for any m, whatever the model is worth: their rank among
    the m is as good as drawn (Vovk, Gammerman and Shafer 2005, "Algorithmic learning in a random
    world", chapter 2). This is a mean over draws of the data; for the m at hand the share is
    scattered as Beta(k, m + 1 - k). It doesn't hold for the items that were trained on, which look
    more normal than others; and items X that hold outliers themselves raise the bar for being one.

    Args:
        model: the settings of what learns the items, a `Synthesizer` with a game that has a
            density; or one that is fitted, then all items serve the threshold, and must be others
            than it was trained on. None takes pixelcnn for pictures and nade for tables. Exact
            rules of a table aren't looked for: what follows from a rule isn't left to the density,
            which would not see a row that breaks it.
        by: the score. None takes `LikelihoodRatio(CodeLength())` for pictures, whose bare
            likelihood is no guide, and `Likelihood()` for others; `Typicality()` is the third.
        contamination: of normal items the share that may be flagged, above 0 and at most .5.
        heldout: share of the items that the model doesn't see; half of it is for what the score
            has to learn, half for the threshold. Named data sets have held-out items of their own.
        seed: of the split.

    Attributes:
        model_: the fitted model. by_: the fitted score. offset_: the threshold.
        n_features_in_: columns of a table, numbers in any other item.

    Example:
        >>> random = np.random.default_rng(0)
        >>> table = pd.DataFrame({"a": random.integers(0, 2, 400)})
        >>> table["b"] = table["a"]
        >>> detector = Detector(Synthesizer("nade", steps=100, alarms=False)).fit(table)
        >>> detector.predict(pd.DataFrame({"a": [0, 0], "b": [0, 1]}))
        array([ 1, -1])
    """

    def __init__(
        self,
        model: Synthesizer | None = None,
        *,
        by: Score | None = None,
        contamination: float = 0.05,
        heldout: float = 0.2,
        seed: int = 0,
    ) -> None:
        self.model = model
        self.by = by
        self.contamination = contamination
        self.heldout = heldout
        self.seed = seed

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True  # missing values of a table
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803 - scikit-learn's names
        """Learn what normal items are like, and set the threshold.

        Args:
            X: normal items, as `Synthesizer.fit` takes them; for a fitted model an array or a
                data frame of them.
            y: ignored.

        Raises:
            WrongUse: for a game without a density, numbers out of range, or too few items.
            Failure: if the training breaks off.
        """
        seed = self._checked()
        if self.model is not None and hasattr(self.model, "model_"):
            model, unseen = self.model, _in_memory(X)
        else:
            seen, unseen = self._parted(X, seed)
            model = self._learnt(seen)
        _refuse_unfit(model)
        learning, setting = _cut(unseen, 0.5, seed)
        by = copy.copy(self.by) if self.by is not None else _usual(model)
        self.by_ = by.fit(model, learning)
        least = threshold(self.by_.score(setting), self.contamination)
        # Like items may differ by rounding from batch to batch; they shall not be flagged for it.
        self.offset_ = least - _ROUNDING * max(1.0, abs(least))
        self.model_, self.n_features_in_ = model, model.n_features_in_
        return self

    def score_samples(self, X: Any) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        """How normal items look, (n,): higher is more normal."""
        check_is_fitted(self)
        return np.asarray(self.by_.score(self._items(X)), dtype=np.float64)

    def decision_function(self, X: Any) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        """`score_samples` less the threshold, (n,): below 0 for outliers."""
        found: np.ndarray = self.score_samples(X) - self.offset_
        return found

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803 - scikit-learn's names
        """1 for what looks normal and -1 for outliers, (n,)."""
        return np.where(self.decision_function(X) >= 0, 1, -1)

    def _checked(self) -> int:
        if self.model is not None and not isinstance(self.model, Synthesizer):
            raise WrongUse(
                f"model of Detector must be a Synthesizer, got {type(self.model).__name__}."
            )
        if self.by is not None and not isinstance(self.by, Score):
            raise WrongUse(f"by of Detector must be a score such as Typicality(), got {self.by!r}.")
        _within("contamination", self.contamination, 0.5, closed=True)
        _within("heldout", self.heldout, 1.0, closed=False)
        settings = self.model or Synthesizer()
        game = choose_game("image", settings.game, named(settings.networks)[0])
        if settings.game is not None and not issubclass(find_game(game).game, Evaluates):
            raise _without_density(game)
        return whole("seed", self.seed, least=0)

    def _parted(self, data: Any, seed: int) -> tuple[Any, Any]:
        """Items to learn from, and those that are kept from the model."""
        data = _in_memory(data)
        if isinstance(data, np.ndarray | pd.DataFrame):
            if data.ndim < 2:
                raise WrongUse(f"X must be items of shape (n, ...), got {data.shape}.")
            return _cut(data, 1 - self.heldout, seed)
        # What a synthesizer holds out itself it may look at to end its training; so it is handed
        # the training part alone, of which it holds out some again.
        dataset = (self.model or Synthesizer())._open(data)
        return dataset.real(), dataset.unseen()

    def _learnt(self, items: Any) -> Synthesizer:
        settings = self.model or Synthesizer(previews=False)
        game = settings.game
        if game is None:
            kind = settings._open(items).modality.name
            if kind not in _DENSITIES:
                raise WrongUse(f"no game knows how probable an item of {kind} data is.")
            game = choose_game(kind, None, named(settings.networks)[0])
            game = game if issubclass(find_game(game).game, Evaluates) else _DENSITIES[kind]
        rules = False if settings.rules is True else settings.rules
        # No clone: it would copy the callbacks, and a progress bar can't be copied.
        parameters = {**settings.get_params(deep=False), "game": game, "rules": rules}
        return type(settings)(**parameters).fit(items)

    def _items(self, items: Any) -> Any:
        """Items of as many numbers as those that were learnt."""
        items = _in_memory(items)
        shape = getattr(items, "shape", None)
        if shape is None or len(shape) < 2:
            raise WrongUse(
                f"X must be items of shape (n, ...), got {shape or type(items).__name__}. Reshape "
                f"your data, for example with X[None] if it is a single item."
            )
        numbers = math.prod(shape[1:])
        if numbers != self.n_features_in_:
            # The words that scikit-learn has for this.
            raise WrongUse(
                f"X has {numbers} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input."
            )
        return items


def threshold(scores: np.ndarray, contamination: float) -> float:
    """The k-th smallest of m scores, k = floor(contamination (m + 1)).

    A further score from the same source is below it with a chance of k / (m + 1) where no two are
    equal, and less where some are.

    Args:
        scores: of normal items, (m,).
        contamination: above 0 and at most .5.

    Raises:
        WrongUse: if k is 0, so that nothing would ever be flagged.

    Example:
        >>> threshold(np.arange(19.0), 0.1)
        1.0
    """
    scores = np.asarray(scores)
    k = math.floor(contamination * (len(scores) + 1) + 1e-9)
    if k < 1:
        least = math.ceil(1 / contamination - 1e-9) - 1
        raise WrongUse(
            f"a contamination of {contamination:g} needs at least {least} items to set the "
            f"threshold on, got {len(scores)}; give more items, a larger heldout, or a larger "
            f"contamination."
        )
    return float(np.sort(scores)[k - 1])


def _within(name: str, value: Any, most: float, closed: bool) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value <= most or (value == most and not closed):
        end = "at most" if closed else "below"
        raise WrongUse(f"{name} must be a number above 0 and {end} {most:g}, got {value!r}.")


def _in_memory(items: Any) -> Any:
    """Frames of any kind as pandas', what is like an array as one; all else as it is."""
    if isinstance(items, pd.DataFrame | np.ndarray):
        return items
    if is_frame(items):
        return to_pandas(items)
    return np.asarray(items) if isinstance(items, list) or hasattr(items, "__array__") else items


def _cut(items: Any, share: float, seed: int) -> tuple[Any, Any]:
    """So large a share of the items, drawn with the seed, and the others."""
    order = np.random.default_rng(seed).permutation(len(items))
    first = round(share * len(items))
    rows, others = order[:first], order[first:]
    if isinstance(items, pd.DataFrame):
        return items.iloc[rows].reset_index(drop=True), items.iloc[others].reset_index(drop=True)
    return items[rows], items[others]


def _refuse_unfit(model: Any) -> None:
    if not isinstance(model._fitted(), Evaluates):
        raise _without_density(model.spec_.game)
    if model.spec_.condition is not None:
        raise WrongUse(
            "the model of Detector must be one without conditions; fit it with conditional=False."
        )


def _without_density(game: str) -> WrongUse:
    return WrongUse(
        f"game {game!r} doesn't know how probable an item is; give Detector one that does, such as "
        f"pixelcnn for pictures or nade for tables."
    )


def _usual(model: Synthesizer) -> Score:
    pictures = model.modality_.name == "image"
    return LikelihoodRatio(CodeLength()) if pictures else Likelihood()
