"""Making pictures again from their latents, and pictures over a plane of latents."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from sparring.core import Reconstructs, evaluating
from sparring.priors import Normal
from sparring.tasks.answers import answers, of_pictures

_SIDE = 16


def reconstructor(fitted: Any) -> Callable[[Any, np.ndarray | None], np.ndarray] | None:
    """What makes pictures of given class numbers again from their latents.

    Args:
        fitted: a model, as `Fitted`.

    Returns:
        None where the game can't, of other data, and under conditions that aren't classes.
    """
    game: Any = fitted.model_
    if not (isinstance(fitted.model_, Reconstructs) and of_pictures(fitted)):
        return None
    classed = fitted.spec_.condition is not None

    def again(items: Any, labels: np.ndarray | None) -> np.ndarray:
        with evaluating(game):
            made = answers(game.reconstruct, fitted.modality_, items, labels if classed else None)
        decoded: np.ndarray = fitted.modality_.decode(made)
        return decoded

    return again


def manifold_of(fitted: Any, side: int = _SIDE) -> Callable[[], np.ndarray] | None:
    """What makes pictures over the plane of two normal latents.

    As figure 4 of Kingma and Welling 2014 (arXiv 1312.6114): latents are the normal's quantiles of
    even shares along both sides, from .02 to .98.

    Args:
        fitted: a model, as `Fitted`.
        side: pictures along a side, at least 2.

    Returns:
        Makes (side * side, ...) decoded items, row by row; None where there aren't two normal
        latents and nothing else.
    """
    game: Any = fitted.model_
    prior = getattr(game, "prior", None)
    if not isinstance(fitted.model_, Reconstructs) or fitted.spec_.condition is not None:
        return None
    if not (isinstance(prior, Normal) and prior.sample(1).shape == (1, 2)):
        return None

    def plane() -> np.ndarray:
        along = torch.distributions.Normal(0.0, 1.0).icdf(torch.linspace(0.02, 0.98, side))
        latents = torch.cartesian_prod(along, along)  # (side * side, 2)
        with torch.no_grad(), evaluating(game):
            items: np.ndarray = fitted.modality_.decode(game.sample(len(latents), None, latents))
        return items

    return plane
