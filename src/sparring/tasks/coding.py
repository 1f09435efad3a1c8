"""Reading the code of items, where a game has codes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sparring.core import Encodes, Game, evaluating
from sparring.data import Modality
from sparring.priors import Codes
from sparring.tasks.answers import answers


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
        with evaluating(game):
            codes_of = answers(lambda x, _: reads.encode(x), modality, items)
        values: np.ndarray = codes_of[:, : codes.categories[0]].argmax(1).numpy()
        return values

    return read
