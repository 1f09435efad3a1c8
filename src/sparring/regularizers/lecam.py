"""Scores held near where they have been, so that few items can't drive them apart."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sparring.core import Terms, WrongUse, over_processes
from sparring.regularizers.regularizer import Evaluation, Regularizer


@dataclass(eq=False)
class LeCam(nn.Module, Regularizer):
    """weight (E (D(x) - a_F)^2 + E (D(g) - a_R)^2), a_R and a_F past means of D on real and made.

    Tseng et al. 2021 (arXiv 2104.03310), R_LC: under it the generator minimises a LeCam divergence.
    The averages include the present batch; while there are few they are plain means, so that they
    begin at the first batch's and not at 0.

    Args:
        weight: the paper's lambda, at least 0; .3 with hinge losses there.
        decay: of the averages at each of the discriminator's moves, in [0, 1).

    Raises:
        WrongUse: for an argument out of its range.

    Example:
        >>> scores = torch.tensor([1.0, 3.0, -1.0, -1.0])  # of two real items, two made ones
        >>> lecam = LeCam(1.0)
        >>> lecam(Evaluation(torch.abs, scores, scores, 0))["lecam"]  # (4 + 16) / 2 + (9 + 9) / 2
        tensor(19.)
        >>> lecam.real
        tensor(2.)
    """

    weight: float = 0.3
    decay: float = 0.99

    def __post_init__(self) -> None:
        super().__init__()
        if self.weight < 0:
            raise WrongUse(f"weight of LeCam must be at least 0, got {self.weight}.")
        if not 0 <= self.decay < 1:
            raise WrongUse(f"decay of LeCam must be at least 0 and below 1, got {self.decay}.")
        self.real: Tensor
        self.fake: Tensor
        self.moves: Tensor
        for name in ("real", "fake", "moves"):
            self.register_buffer(name, torch.tensor(0.0))

    def __call__(self, evaluation: Evaluation) -> Terms:
        d_real, d_fake = evaluation.scores.chunk(2)
        self._remember(d_real.detach(), d_fake.detach())
        away = (d_real - self.fake).square().mean() + (d_fake - self.real).square().mean()
        return {"lecam": self.weight * away}

    @torch.no_grad()
    def _remember(self, d_real: Tensor, d_fake: Tensor) -> None:
        means = over_processes(torch.stack([d_real.mean(), d_fake.mean()]))
        self.moves += 1
        rate = (1 / self.moves).clamp(min=1 - self.decay)
        self.real += rate * (means[0] - self.real)
        self.fake += rate * (means[1] - self.fake)
