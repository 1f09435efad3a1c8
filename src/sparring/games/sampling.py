"""Drawing a sound sample by sample."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from sparring.core import Batch
from sparring.games.drawing import begun
from sparring.losses.pixels import Pixels


@runtime_checkable
class SampleBySample(Protocol):
    """A network whose outputs for a sample look at the samples before it."""

    def __call__(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Outputs (n, k, length) for sounds (n, 1, length)."""

    def following(self, n: int, y: Tensor | None = None) -> Callable[[Tensor | None], Tensor]:
        """What gives outputs (n, k) for one sample after the other, told each before the next.

        It is called with None for the first, then with the sample before, (n,).
        """


def draw_samples(
    network: SampleBySample,
    law: Pixels,
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
    follow = network.following(len(x), y)
    before: Tensor | None = None
    places = zip(uniform.split(1, 2), x.split(1, 2), strict=True)
    for place, (noise, here) in enumerate(places):
        drawn = law.sample(follow(before).unsqueeze(2), temperature, noise)
        if known is not None:
            drawn = torch.where(known[..., place : place + 1].bool(), here, drawn)
        here.copy_(drawn)
        before = law.seen(drawn)[:, 0, 0]
    return x
