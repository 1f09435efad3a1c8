"""E-GAN: of three ways in which a generator might move, the one that serves best is taken."""

import functools
from collections.abc import Mapping
from typing import Unpack

import torch
from torch import Tensor, nn

from sparring.core import Batch, Evolves, Terms, WrongUse, over_processes
from sparring.core.game import Loss
from sparring.games.common import Common
from sparring.games.gan import GAN
from sparring.losses import AdversarialLoss, Minimax, NonSaturating
from sparring.priors import Prior


class EGAN(GAN, Evolves):
    """The evolutionary GAN.

    Wang et al. 2018 (arXiv 1803.00657). Written with s, the sigmoid of the score of a generated
    item, a generator has three children in each of its turns, by three mutations:

        minimax  E log(1 - s),    heuristic  -E log s,    least squares  E (s - 1)^2

    and the one survives whose fitness is highest: quality E s, and diversity -log |grad L|, L the
    discriminator's loss and the gradient by its weights. Where generated items lie all in one
    place, they are easily told by a large move of the discriminator.

    The update rule `Evolution` plays so; under any other the generator has the heuristic loss
    alone. Differs from the paper: the first two mutations aren't halved, which Adam doesn't notice,
    and fitness is measured on the batch of the step.

    Args:
        generator, discriminator, prior, labels: as for `GAN`.
        diversity: its weight in the fitness, at least 0 (the paper's gamma, which the authors
            search for each data set).
        discriminator_turns: discriminator moves a step, each on a batch of its own if several.
        common: as for `GAN`.

    Raises:
        WrongUse: for a negative diversity.

    Example:
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> game = EGAN(MLP((4,), (2,)), MLP((2,), ()), Normal(4))
        >>> list(game.mutations())
        ['minimax', 'heuristic', 'least_squares']
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        diversity: float = 0.1,
        discriminator_turns: int = 1,
        **common: Unpack[Common],
    ) -> None:
        if diversity < 0:
            raise WrongUse(f"diversity of EGAN must be at least 0, got {diversity}.")
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=NonSaturating(),
            discriminator_turns=discriminator_turns,
            **common,
        )
        self.diversity = diversity
        # All children of a step are made of the same random numbers, the first as the others.
        self.shares = False

    def mutations(self) -> Mapping[str, Loss]:
        """The generator's three losses."""
        return {name: functools.partial(self._mutated, name) for name in _MUTATIONS}

    def _mutated(self, name: str, batch: Batch) -> Terms:
        kept = self.adversarial_loss
        self.adversarial_loss = _MUTATIONS[name]
        try:
            terms = dict(self.generator_loss(batch))
        finally:
            self.adversarial_loss = kept
        return {name: terms.pop("loss"), **terms}

    def fitness(self, batch: Batch) -> Tensor:
        """Quality, and `diversity` times diversity, of what the generator now makes."""
        real, y = self.need("x", batch), self.condition_of(batch)
        with torch.no_grad():
            _, fake = self.generate(len(real), y)
        both = None if y is None else torch.cat([y, y])
        scores, _ = self.judge_both(torch.cat([real, fake]), both)
        d_real, d_fake = scores.chunk(2)
        loss = self.adversarial_loss.discriminator(d_real, d_fake)
        weights = self.players["discriminator"].parameters()
        slopes = torch.autograd.grad(loss, weights, allow_unused=True)
        quality = d_fake.detach().sigmoid().mean().reshape(1)
        found = torch.cat([quality, *(s.flatten() for s in slopes if s is not None)])
        found = over_processes(found)
        length = found[1:].norm().clamp(min=torch.finfo(found.dtype).tiny)
        return found[0] - self.diversity * length.log()


class _Squares(NonSaturating):
    """The least squares of the paper: of probabilities, where LSGAN's are of scores."""

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        return (fake.sigmoid() - 1).square().mean()


_MUTATIONS: Mapping[str, AdversarialLoss] = {
    "minimax": Minimax(),
    "heuristic": NonSaturating(),
    "least_squares": _Squares(),
}
