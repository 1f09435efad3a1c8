"""What a game makes of the same latents, again and again while it trains."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from sparring.callbacks.store import cannot_write
from sparring.core import (
    Batch,
    Callback,
    Failure,
    Samples,
    TrainingState,
    WrongUse,
    evaluating,
)

Show = Callable[[Tensor, Path], None]
"""Writes items of shape (n, ...) in model space to files whose names begin with the path given."""


class Preview(Callback):
    """Writes `samples/step-00001234.*` from fixed latents, with averaged weights.

    The training is the same, bit by bit, with and without it.

    Args:
        folder: the run's folder.
        show: called with items of shape (n, ...) in model space, and a path without suffix to
            which it adds its own, such as `.png`.
        every: steps between two previews, at least 1.
        n: how many items, at least 1.
        condition: what is asked of them, tensors of n rows; None for nothing.
        seed: of the latents, drawn aside from the training.

    Raises:
        WrongUse: for arguments out of range, or a game that makes no samples.
        Failure: if a preview can't be written.

    Example:
        >>> Preview("runs/first", lambda x, path: None, every=500).every
        500
    """

    def __init__(
        self,
        folder: Path | str,
        show: Show,
        every: int = 1000,
        n: int = 64,
        condition: Batch | None = None,
        seed: int = 0,
    ) -> None:
        for name, value in (("every", every), ("n", n)):
            if value < 1:
                raise WrongUse(f"{name} of Preview must be at least 1, got {value}.")
        self.folder, self.show, self.every = Path(folder) / "samples", show, every
        self.n, self.condition, self.seed = n, condition, seed
        self._latent: Tensor | None = None
        self._last = -1

    def on_start(self, state: TrainingState) -> None:
        game = state.game
        if not isinstance(game, Samples):
            raise WrongUse(
                f"{type(game).__name__} makes no samples to preview; leave Preview away."
            )
        if not state.backend.main:
            return
        with state.aside():
            torch.manual_seed(self.seed)
            self._latent = game.latent(self.n)
        if self.condition is not None:
            self.condition = state.backend.place(self.condition)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for path in self.folder.glob(".step-*"):
                path.unlink()
        except OSError as error:
            raise Failure(cannot_write(self.folder, error)) from error

    def on_step(self, state: TrainingState) -> None:
        if state.backend.main:
            self._preview(state)

    def on_end(self, state: TrainingState) -> None:
        if state.backend.main and self._last != state.step:
            self._preview(state)

    def _preview(self, state: TrainingState) -> None:
        game = state.game
        if not isinstance(game, Samples):
            return
        with state.aside(), state.averaged(), evaluating(game):
            # Whatever else the game draws, it draws the same every time.
            torch.manual_seed(self.seed)
            items = game.sample(self.n, self.condition, self._latent)
            self._write(items.float().cpu(), f"step-{state.step:08d}")
        self._last = state.step

    def _write(self, items: Tensor, name: str) -> None:
        aside = self.folder / f".{name}"
        try:
            self.show(items, aside)
            for path in self.folder.glob(f".{name}*"):
                path.replace(self.folder / path.name[1:])
        except OSError as error:
            for path in self.folder.glob(f".{name}*"):
                path.unlink(missing_ok=True)
            raise Failure(cannot_write(self.folder / name, error)) from error
