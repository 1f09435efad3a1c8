"""Drawing the rest of items of which a part is given, place by place."""

from typing import Any

import numpy as np
import torch

from sparring.core import Continues, Game
from sparring.core.errors import WrongUse
from sparring.data.modality import Modality
from sparring.tasks.likelihood import codes_of
from sparring.tasks.model import ModelSpec

_AT_ONCE = 1000


def completed(
    game: Game, modality: Modality, spec: ModelSpec, items: Any, known: Any, y: Any
) -> Any:
    """Items whose unknown places are drawn.

    Args:
        game: that draws place by place.
        modality: of the items.
        spec: of the game.
        items: as users have them, n of them.
        known: True where they are given, (n, *places) or (*places).
        y: what they are, where the game is told.

    Raises:
        WrongUse: for another game, or a mask of another shape or kind.
    """
    if not isinstance(game, Continues):
        raise WrongUse(
            f"game {spec.game!r} can't draw the rest of an item; take one that draws place by "
            f"place, such as gated-pixelcnn for pictures, or impute for tables."
        )
    x = modality.encode(items)
    mask, places = np.asarray(known), tuple(x.shape[2:])
    if mask.dtype != bool or mask.shape not in (places, (len(x), *places)):
        raise WrongUse(
            f"known must be True or False for each place, of shape {places} or "
            f"{(len(x), *places)}, got {mask.dtype} of shape {mask.shape}."
        )
    told = torch.from_numpy(np.broadcast_to(mask, (len(x), *places)).copy())[:, None]
    codes = codes_of(spec, y, len(x))
    found = []
    for rows in torch.arange(len(x)).split(_AT_ONCE):
        batch = {"x": x[rows], "known": told[rows]}
        found.append(
            game.sample(len(rows), batch if codes is None else {**batch, "y": codes[rows]})
        )
    return modality.decode(torch.cat(found))
