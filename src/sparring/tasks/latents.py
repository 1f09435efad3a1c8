"""Finding the latents of pictures for a report, where a game can."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from sparring.core import Batch
from sparring.games.inferring import Inferring
from sparring.priors import Prior
from sparring.report.latents import Latents
from sparring.tasks.answers import Ask, answers, of_pictures
from sparring.tasks.seeding import seeded


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
    if not (isinstance(game, Infers) and of_pictures(fitted)):
        return None
    classed = fitted.spec_.condition is not None

    def told(ask: Ask) -> Callable[..., np.ndarray]:
        def answer(items: Any, labels: np.ndarray | None, seed: int) -> np.ndarray:
            with seeded(fitted.model_, seed):
                found = answers(ask, fitted.modality_, items, labels if classed else None)
            values: np.ndarray = found.reshape(len(found), -1).double().numpy()
            return values

        return answer

    def prior(n: int, seed: int) -> np.ndarray:
        with seeded(fitted.model_, seed):
            found: np.ndarray = game.prior.sample(n).flatten(1).cpu().double().numpy()
            return found

    if not isinstance(game, Inferring):
        return Latents(told(game.infer), prior)
    gained = told(game.gain)
    return Latents(told(game.infer), prior, lambda *asked: gained(*asked)[:, 0])
