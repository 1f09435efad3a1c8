"""Augmentation as strong as the discriminator's overfitting asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sparring.core import WrongUse, over_processes
from sparring.core.shares import processes
from sparring.regularizers.augmentation.change import Change
from sparring.regularizers.augmentation.scheduled import ADA_CHANGES, Changing, between


@dataclass(eq=False)
class ADA(Changing):
    """Adaptive discriminator augmentation: p rises while r_t = E sign D(real) is above a target.

    Karras et al. 2020 (arXiv 2006.06676), section 3 and eq. 1: a discriminator that knows its few
    items by heart takes nearly all of them for real. Every `interval` of its moves p goes up or
    down so that `ramp` items lead from 0 to 1. It wants scores with 0 between real and generated,
    as `NonSaturating`, `Minimax` and `Hinge` give them; with other losses use `Augment`. Differs
    from the paper: p stays below `most`, beyond which changes may leak into what is generated, and
    see `warp` and `Rotate`.

    Args:
        target: of r_t, in [-1, 1].
        ramp: items seen while p would go from 0 to 1, at least 1.
        interval: moves of the discriminator between two steps of p, at least 1.
        most: the highest p, in [0, 1].
        changes: which, in their order; moves of the picture and changes of colour by default. Leave
            out those under which an item is none of the data's any more, as turned digits are.

    Raises:
        WrongUse: for an argument out of its range, no changes, or anything but square pictures.

    Example:
        >>> ada = ADA(ramp=100, interval=1)
        >>> ada.observe(torch.ones(10), 0.0)  # all of them taken for real
        >>> ada.probability
        tensor(0.1000)
    """

    target: float = 0.6
    ramp: int = 500_000
    interval: int = 4
    most: float = 0.8
    changes: Sequence[Change] = ADA_CHANGES

    def __post_init__(self) -> None:
        between("most", self.most, self)
        if not -1 <= self.target <= 1:
            raise WrongUse(f"target of ADA must be between -1 and 1, got {self.target}.")
        for name, value in (("ramp", self.ramp), ("interval", self.interval)):
            if value < 1:
                raise WrongUse(f"{name} of ADA must be at least 1, got {value}.")
        self.start(0.0)
        self.signs: Tensor
        self.turns: Tensor
        self.register_buffer("signs", torch.tensor(0.0))  # their means, summed over turns
        self.register_buffer("turns", torch.tensor(0.0))  # since p last moved

    @torch.no_grad()
    def observe(self, real_scores: Tensor, done: float) -> None:
        # Without a branch: the numbers stay on the device, and nothing waits for them.
        self.signs += over_processes(real_scores.sign().mean())
        self.turns += 1
        due = self.turns >= self.interval
        seen = len(real_scores) * processes() * self.interval
        change = (self.signs / self.interval - self.target).sign() * (seen / self.ramp)
        moved = (self.probability + change).clamp(0.0, self.most)
        self.probability.copy_(torch.where(due, moved, self.probability))
        self.signs *= ~due
        self.turns *= ~due
