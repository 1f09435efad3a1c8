"""Drawing a sound sample by sample."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from sparring.core import Batch
from sparring.games.drawing import begun
from sparring.losses.sounds import MuLaw


@runtime_checkable
class SampleBySample(Protocol):
    """A network whose outputs for a sample look at the samples before it."""

    def __call__(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Outputs (n, k, length) for the levels of sounds, (n, 1, length) int64."""

    def following(self, n: int, y: Tensor | None = None) -> Callable[[Tensor | None], Tensor]:
        """What gives outputs (n, k) for one sample after the other, told each before the next.

        It is called with None for the first, then with the level of the sample before, (n,) int64.
        """


def draw_samples(
    network: SampleBySample,
    law: MuLaw,
    uniform: Tensor,
    y: Tensor | None,
    given: Batch,
    temperature: float,
) -> Tensor:
    """Sounds (n, 1, length) whose samples are drawn one after the other.

    Args:
        network: says of each sample what follows from those before it.
        law: the distribution that it says.
        uniform: numbers that draw them, (n, noises, length).
        y: what they are asked to be.
        given: may hold samples that stay, "x" and "known", (n, 1, length) both.
        temperature: of every draw.

    Raises:
        WrongUse: for given samples of another shape.
    """
    x, known = begun(uniform, (1, uniform.shape[2]), given)
    stays = None if known is None else known.bool()
    # Of so many small operations a fifth of the time would go into what slopes need.
    with torch.inference_mode():
        levels, noise = law.seen(x), uniform.clamp(1e-6, 1 - 1e-6)
        follow = network.following(len(x), y)
        before: Tensor | None = None
        for place, here in enumerate(levels[:, 0].unbind(1)):
            drawn = law.chosen(follow(before), temperature, noise[:, 0, place])
            if stays is not None:
                drawn = torch.where(stays[:, 0, place], here, drawn)
            before = here.copy_(drawn)
    # Copied: what was made there can't be learnt from.
    made = law.heard(levels.clone()).to(uniform)
    return made if stays is None else torch.where(stays, x, made)
