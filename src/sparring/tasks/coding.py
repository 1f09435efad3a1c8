"""Reading the code of items, where a game has codes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from sparring.core import Encodes, Game, evaluating
from sparring.data import Modality
from sparring.priors import Codes

_AT_ONCE = 1000


def code_reader(game: Game, modality: Modality) -> Callable[[Any], np.ndarray] | None:
    """What reads the value of the first choice off decoded items.

    Args:
        game: as trained.
        modality: of its items.

    Returns:
        From n items to (n,) int64; None for a game without codes, without a choice among them, or
        that has conditions.

    Example:
        >>> from sparring.games import InfoGAN
        >>> from sparring.networks import MLP
        >>> from sparring.data import Image
        >>> from sparring.priors import Normal
        >>> pair = MLP((20,), (1, 8, 8)), MLP((1, 8, 8), ())
        >>> read = code_reader(InfoGAN(*pair, Normal(20)), Image(8, 1))
        >>> read(np.zeros((3, 8, 8), np.uint8)).shape
        (3,)
    """
    codes: Any = getattr(game, "prior", None)
    if not (isinstance(game, Encodes) and isinstance(codes, Codes) and codes.categories):
        return None
    if getattr(game, "labels", None) is not None:
        return None
    reads: Encodes = game

    def read(items: Any) -> np.ndarray:
        found = []
        with evaluating(game):
            for start in range(0, len(items), _AT_ONCE):
                x = modality.encode(items[start : start + _AT_ONCE])
                found.append(reads.encode(x)[:, : codes.categories[0]].argmax(1))
        values: np.ndarray = torch.cat(found).cpu().numpy()
        return values

    return read
