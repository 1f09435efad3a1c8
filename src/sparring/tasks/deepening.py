"""What a trained game of pictures can be asked that takes minutes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sparring.core import Batch, Interpolates, Mixes, Truncates
from sparring.core.errors import WrongUse
from sparring.data import Dataset, Image
from sparring.report.learning import accuracy_score
from sparring.report.measures import Measure
from sparring.report.mixing import Styles, mixing_of
from sparring.report.truncation import truncation_curve
from sparring.report.ways import Ways, path_length_of
from sparring.tasks.fitted import Fitted
from sparring.tasks.seeding import seeded

_AT_ONCE = 250


def deep_measures(fitted: Fitted, dataset: Dataset, cache: Path | None) -> list[Measure]:
    """The measures that take minutes, as far as the game can be asked for them.

    Args:
        fitted: a model of pictures.
        dataset: what it was trained on.
        cache: a folder where classifiers are kept.

    Raises:
        WrongUse: for anything but pictures.
    """
    if not isinstance(dataset.modality, Image):
        raise WrongUse(
            f"a deep report is of pictures, and {dataset.name} is {dataset.modality.name} data; "
            f"leave deep out."
        )
    game: Any = fitted.model_
    found = []
    if dataset.classes and fitted.spec_.classes:
        found.append(accuracy_score())
    if isinstance(game, Interpolates):
        found.append(path_length_of(lambda n, seed: _ways(fitted, game, n, seed)))
    if isinstance(game, Truncates) and len(game.truncations) > 1:
        found.append(truncation_curve(_narrowed(fitted, game), game.truncations, cache))
    if isinstance(game, Mixes):
        found.append(mixing_of(_styles(fitted, game), cache))
    return found


def _narrowed(
    fitted: Fitted, game: Truncates
) -> Callable[[int, int, float], tuple[Any, np.ndarray | None]]:
    def narrowed(n: int, seed: int, truncation: float) -> tuple[Any, np.ndarray | None]:
        with game.truncated(truncation):
            if fitted.spec_.classes:
                return fitted.sample_labelled(n, seed)
            return fitted.sample(n, seed=seed), None

    return narrowed


def _ways(fitted: Fitted, game: Interpolates, n: int, seed: int) -> Ways:
    with seeded(fitted.model_, seed):
        asked = _asked(game, n)
        start, end = game.ends(n, asked), game.ends(n, asked)
    return Ways(
        _numbers(start).reshape(n, -1),
        _numbers(end).reshape(n, -1),
        lambda latents: _items(fitted, game, latents.reshape(start.shape), asked, seed),
        game.spherical,
    )


def _styles(fitted: Fitted, game: Mixes) -> Styles:
    def draw(n: int, seed: int) -> np.ndarray:
        with seeded(fitted.model_, seed):
            return _numbers(game.ends(n, _asked(game, n)))

    return Styles(draw, lambda styles: _items(fitted, game, styles, None, seed=0))


def _asked(game: Any, n: int) -> Batch | None:
    labels = getattr(game, "labels", None)
    return None if labels is None else {"y": labels.sample(n)}


def _items(
    fitted: Fitted, game: Any, latents: np.ndarray, asked: Batch | None, seed: int
) -> np.ndarray:
    """Decoded items of latents (n, ...); what else is random in them is the same each time."""
    made = []
    device = next(game.parameters()).device
    with seeded(game, seed):
        for start in range(0, len(latents), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            z = torch.as_tensor(latents[part], dtype=torch.float32, device=device)
            condition = None if asked is None else {name: y[part] for name, y in asked.items()}
            made.append(fitted.modality_.decode(game.sample(len(z), condition, z)))
    return np.concatenate(made)


def _numbers(latents: Tensor) -> np.ndarray:
    found: np.ndarray = latents.detach().double().cpu().numpy()
    return found
