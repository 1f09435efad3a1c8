"""Finding the latents of pictures for a report, where a game can."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from sparring.core import Batch
from sparring.data import Image
from sparring.data.conditions import ClassNames
from sparring.games.inferring import Inferring
from sparring.priors import Prior
from sparring.report.latents import Latents
from sparring.tasks.seeding import seeded

_AT_ONCE = 500


@runtime_checkable
class Infers(Protocol):
    """A game with a prior that the latents of its items are to follow."""

    prior: Prior

    def infer(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """A latent of each item, (n, ...): a draw where there are several."""


def latents_in(fitted: Any) -> Latents | None:
    """What can be asked of a model's latents.

    Args:
        fitted: a model, as `Fitted`.

    Returns:
        None for games that infer none, data that aren't pictures, and conditions that aren't
        classes.
    """
    game: Any = fitted.model_
    modality, known = fitted.modality_, fitted.spec_.condition
    if not isinstance(game, Infers) or not isinstance(modality, Image):
        return None
    if not isinstance(known, ClassNames | None):
        return None

    def told(ask: Callable[[Tensor, Batch], Tensor]) -> Callable[..., np.ndarray]:
        def answer(items: Any, labels: np.ndarray | None, seed: int) -> np.ndarray:
            found = []
            with seeded(fitted.model_, seed):
                for start in range(0, len(items), _AT_ONCE):
                    some = slice(start, start + _AT_ONCE)
                    y = None if known is None else torch.as_tensor(labels)[some]
                    x = modality.encode(items[some])
                    found.append(ask(x, {} if y is None else {"y": y}).flatten(1))
            values: np.ndarray = torch.cat(found).cpu().double().numpy()
            return values

        return answer

    def prior(n: int, seed: int) -> np.ndarray:
        with seeded(fitted.model_, seed):
            found: np.ndarray = game.prior.sample(n).flatten(1).cpu().double().numpy()
            return found

    if not isinstance(game, Inferring):
        return Latents(told(game.infer), prior)
    gained = told(lambda x, condition: game.gain(x, condition)[:, None])
    return Latents(told(game.infer), prior, lambda *asked: gained(*asked)[:, 0])
