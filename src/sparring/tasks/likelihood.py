"""How probable items are under a model that knows."""

import math
from typing import Any

import numpy as np
import torch

from sparring.core import Evaluates, Game
from sparring.core.errors import WrongUse
from sparring.data.conditions import Codes
from sparring.data.modality import Modality
from sparring.tasks.model import ModelSpec

UNITS = ("nats", "bits/dim")
_CHUNK = 256


def log_likelihoods(
    game: Game, modality: Modality, spec: ModelSpec, items: Any, y: Any, unit: str
) -> np.ndarray:
    """The log-likelihood of each item.

    Args:
        game: that knows how probable items are.
        modality: how items become tensors.
        spec: of the game.
        items: as users have them.
        y: what they are, where the game asks for that.
        unit: "nats" an item, or "bits/dim": bits for each of an item's numbers.

    Returns:
        (n,) float64.

    Raises:
        WrongUse: for a game without a density, an unknown unit, or conditions that don't fit.
    """
    if not isinstance(game, Evaluates):
        raise WrongUse(
            f"game {spec.game!r} doesn't know how probable an item is; take one that does, such "
            f"as pixelcnn for pictures or nade for tables."
        )
    if unit not in UNITS:
        raise WrongUse(f"unit must be one of {', '.join(UNITS)}, got {unit!r}.")
    x = modality.encode(items)
    codes = codes_of(spec, y, len(x))
    found = []
    for rows in torch.arange(len(x)).split(_CHUNK):
        batch = {} if codes is None else {"y": codes[rows]}
        found.append(game.log_prob(x[rows], batch or None).double())
    nats: np.ndarray = torch.cat(found).numpy() + modality.log_unit()
    return nats if unit == "nats" else nats / (math.log(2) * x[0].numel())


def codes_of(spec: ModelSpec, y: Any, n: int) -> Codes | None:
    """What n given items are, as their game takes it; None where it isn't told.

    Raises:
        WrongUse: if it isn't said, or not of all, or there is nothing to be told.
    """
    known = spec.condition
    if known is None and y is not None:
        raise WrongUse("the model was trained without conditions; leave y out.")
    if known is not None and y is None:
        raise WrongUse("the model was trained with conditions; say as y what the items are.")
    codes = None if known is None else known.encode(y)
    if codes is not None and len(codes) != n:
        raise WrongUse(f"y must say what {n} items are, got {len(codes)}.")
    return codes
