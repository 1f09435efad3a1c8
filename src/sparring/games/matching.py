"""Matching-aware games: a real picture with a wrong text counts as generated."""

from typing import Unpack

import torch
from torch import Tensor, nn

from sparring.core import Batch, Moving, Terms, WrongUse
from sparring.games.common import Common
from sparring.games.gan import GAN
from sparring.games.generating import call
from sparring.losses import AdversarialLoss, RelativisticPaired
from sparring.priors import Prior
from sparring.regularizers import R1, R2, Lazy


class Matching(GAN):
    """A GAN of pictures to texts whose discriminator judges whether both match.

    Reed et al. 2016 (GAN-CLS, arXiv 1605.05396), algorithm 1: beside real pictures with their own
    text and generated ones with theirs, the discriminator sees real ones with a wrong text, which
    it shall score as generated: (1 - w) L(real, generated) + w L(real, wrong), w a half there. And
    section 4.3 (GAN-INT), eq. 5: the generator may be judged by texts between two as well. Differs
    from the paper: any loss will do, the relative one of R3GAN by default, in which a picture with
    its own text is compared with the same picture and a wrong one; wrong texts are drawn from
    the training texts, and where one is right after all, the generated item counts in its place.

    Args:
        generator, discriminator, prior, labels: as for `GAN`; the labels are texts, or any other
            condition.
        loss: what both want.
        gamma: weight of the penalties on the discriminator's slopes, R1 and R2, at least 0.
        penalty_every: both act every so many steps, and as many times as strongly.
        wrong: w, the share of wrong texts in the discriminator's loss, 0 to 1.
        between: weight of the generator's loss for texts between two, at least 0; the paper's is 1.
        common: see `Common`.

    Raises:
        WrongUse: for a share or a weight out of range.

    Example:
        >>> from sparring.networks import WordsDiscriminator, WordsGenerator
        >>> from sparring.priors import Categorical, Normal
        >>> pair = WordsGenerator(4, 3, 8, 4, condition=2), WordsDiscriminator(3, 8, 4, condition=2)
        >>> Matching(*pair, Normal(4), Categorical([1, 1])).sample(2).shape
        torch.Size([2, 3, 8, 8])
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        loss: AdversarialLoss | None = None,
        gamma: float | Moving = 1.0,
        penalty_every: int = 1,
        wrong: float = 0.5,
        between: float = 0.0,
        **common: Unpack[Common],
    ) -> None:
        if not 0 <= wrong <= 1:
            raise WrongUse(f"wrong of Matching must be between 0 and 1, got {wrong}.")
        if between < 0:
            raise WrongUse(f"between of Matching must be at least 0, got {between}.")
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=loss or RelativisticPaired(),
            regularizers=[Lazy(penalty(gamma), penalty_every) for penalty in (R1, R2)],
            **common,
        )
        self.wrong, self.between = wrong, between

    def judgement(
        self, real: Tensor, y: Tensor | None, d_real: Tensor, d_fake: Tensor
    ) -> dict[str, Tensor]:
        """The loss on generated items, and that on real ones with a wrong text, by their shares."""
        terms = super().judgement(real, y, d_real, d_fake)
        if y is None or self.labels is None or not self.wrong:
            return terms
        other = self.labels.sample(len(y))
        d_wrong = self.scores_of(real, other)
        d_wrong = torch.where(same(other, y).view(-1, *[1] * (d_wrong.dim() - 1)), d_fake, d_wrong)
        return {
            "loss": (1 - self.wrong) * terms["loss"],
            "wrong": self.wrong * self.adversarial_loss.discriminator(d_real, d_wrong),
        }

    def generator_loss(self, batch: Batch) -> Terms:
        """The loss on newly generated items, and on those of texts between two."""
        terms = super().generator_loss(batch)
        if self.labels is None or not self.between:
            return terms
        real, y = self.need("x", batch), self.need("y", batch)
        y = halfway(y, self.labels.sample(len(y)))
        fake = call(self.generator, self.latent(len(y)), y)
        d_real = self.scores_of(real, y) if self.adversarial_loss.relative else None
        d_fake = self.scores_of(fake, y)
        cost = self.between * self.adversarial_loss.generator(d_real, d_fake)
        return {**terms, "between": cost}


def same(one: Tensor, other: Tensor) -> Tensor:
    """Which conditions are the same, (n,).

    Example:
        >>> same(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 2.0], [3.0, 0.0]]))
        tensor([ True, False])
    """
    return (one == other).flatten(1).all(1) if one.dim() > 1 else one == other


def halfway(one: Tensor, other: Tensor) -> Tensor:
    """Texts (or attributes) in the middle between two; of classes, which have none, the first.

    Example:
        >>> halfway(torch.tensor([[2.0]]), torch.tensor([[4.0]]))
        tensor([[3.]])
    """
    return (one + other) / 2 if one.is_floating_point() else one
