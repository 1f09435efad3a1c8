"""What a report asks of games that know how probable an item is."""

from functools import cache
from typing import Any, cast

import numpy as np
import torch

from sparring.core import Evaluates
from sparring.data import Dataset, Image, Sound
from sparring.data.conditions import Attributes, ClassNames, Condition
from sparring.report.likelihood import Nats, likelihood_of, memory_of
from sparring.report.measures import Measure, Sample
from sparring.report.sounds import predictability_of


def surprise_measures(fitted: Any, dataset: Dataset) -> list[Measure]:
    """How surprising held-out items are to a model, beside what simple laws say of them.

    Args:
        fitted: a model, as `Fitted`.
        dataset: that it is judged by.
    """
    nats = surprise_of(fitted)
    if nats is None:
        return []
    if isinstance(dataset.modality, Sound):
        law = fitted.model_.pixels
        return [predictability_of(nats, law.places().numpy(), law.edges().numpy())]
    binary, game = cast(Image, dataset.modality).binary, fitted.model_
    if binary:
        return [likelihood_of(nats, binary)]
    law = game.pixels if hasattr(game, "pixels") else game.space
    return [likelihood_of(nats, binary), memory_of(nats, law.levels)]


def surprise_of(fitted: Any) -> Nats | None:
    """What says how surprising pictures or sounds are, in nats; a sample is asked for once.

    Args:
        fitted: a model, as `Fitted`.

    Returns:
        None where it has no probability of an item: of other data, of games that don't know, of
        densities, which depend on the units, and under texts.
    """
    game, modality, known = fitted.model_, fitted.modality_, fitted.spec_.condition
    if not (isinstance(game, Evaluates) and isinstance(modality, Image | Sound)):
        return None
    if not game.discrete:
        return None
    if not isinstance(known, ClassNames | Attributes | None):
        return None

    @cache
    def nats(of: Sample) -> np.ndarray:
        y = None if known is None or of.labels is None else _said(known, of.labels)
        found: np.ndarray = -fitted.log_prob(of.items, y)
        return found

    return nats


def _said(known: Condition, labels: np.ndarray) -> Any:
    """Numbers of classes (n,), or of each attribute's values (n, k), as users say them."""
    if not isinstance(known, Attributes):
        return known.tell(torch.as_tensor(labels))
    columns = zip(known.attributes, labels.T, strict=True)
    return {one.name: [one.values[number] for number in column] for one, column in columns}
