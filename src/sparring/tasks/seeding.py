"""Asking a game for what it draws, so that the same seed gives the same."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from sparring.core import Game, evaluating


@contextmanager
def seeded(game: Game, seed: int) -> Iterator[None]:
    """Inside, the game is in evaluation mode and draws follow from the seed; after, all as it was.

    Args:
        game: that is asked.
        seed: of torch's draws.
    """
    with torch.random.fork_rng(devices=[]), evaluating(game):
        torch.manual_seed(seed)
        yield
