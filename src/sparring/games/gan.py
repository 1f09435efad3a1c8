"""The generative adversarial network: one makes, one judges."""

import functools
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from sparring.core import (
    Adam,
    Batch,
    Game,
    OptimizerSpec,
    Player,
    Samples,
    Scores,
    Terms,
    Turn,
    WrongUse,
)
from sparring.losses import AdversarialLoss, NonSaturating
from sparring.priors import Categorical, Prior
from sparring.regularizers import Evaluation, Regularizer


class GAN(Game, Samples, Scores):
    """The game of a generator G(z, y) against a discriminator D(x, y).

    Goodfellow et al. 2014 (arXiv 1406.2661), algorithm 1; with labels, Mirza and Osindero 2014
    (arXiv 1411.1784), eq. 2. Every GAN of two networks is this class with another loss, other
    regularizers or constraints. Differs from the paper: the non-saturating loss is the default, and
    real and generated items are scored in one call.

    Args:
        generator: from latents (n, k), and class numbers (n,) if there are labels, to items.
        discriminator: from items, and class numbers, to scores of shape (n, ...), logits.
        prior: of the latents.
        labels: how often each class comes when none is asked for; None where there are no classes.
        loss: what both want.
        regularizers: terms added to the discriminator's loss.
        generator_optimizer, discriminator_optimizer: how they step.
        discriminator_turns: discriminator moves a step, each on a batch of its own if several.
        projection: applied to the discriminator's weights after each of its moves.

    Raises:
        WrongUse: if a batch lacks the labels, or the discriminator's scores aren't one an item.

    Example:
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> game = GAN(MLP((4,), (2,)), MLP((2,), ()), Normal(4))
        >>> game.sample(3).shape
        torch.Size([3, 2])
    """

    averaged = ("generator",)

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Categorical | None = None,
        *,
        loss: AdversarialLoss | None = None,
        regularizers: Sequence[Regularizer] = (),
        generator_optimizer: OptimizerSpec | None = None,
        discriminator_optimizer: OptimizerSpec | None = None,
        discriminator_turns: int = 1,
        projection: Callable[[list[nn.Parameter]], None] | None = None,
    ) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.prior, self.labels = prior, labels
        self.adversarial_loss, self.regularizers = loss or NonSaturating(), tuple(regularizers)
        self.players = {
            "discriminator": Player(
                [discriminator],
                self.discriminator_loss,
                discriminator_optimizer or Adam(),
                projection=projection,
            ),
            "generator": Player([generator], self.generator_loss, generator_optimizer or Adam()),
        }
        first = Turn("discriminator", discriminator_turns, fresh=discriminator_turns > 1)
        self.turns = [first, "generator"]

    def discriminator_loss(self, batch: Batch) -> Terms:
        """The loss on real and generated items, and the regularizers' terms."""
        real, y = self.need("x", batch), self._labels_of(batch)
        with self.fixed():
            fake = self._call(self.generator, self.prior.sample(len(real)), y)
        x = torch.cat([real, fake])  # (2 n, ...)
        if any(r.on_inputs(self.step) for r in self.regularizers):
            x.requires_grad_()
        scores = self._judge(x, y)
        terms = {"loss": self.adversarial_loss.discriminator(*scores.chunk(2))}
        if self.regularizers:
            judge = functools.partial(self._call, self.discriminator, y=y)
            evaluation = Evaluation(judge, x, scores, self.step)
            for regularizer in self.regularizers:
                terms.update(regularizer(evaluation))
        return terms

    def generator_loss(self, batch: Batch) -> Terms:
        """The loss on newly generated items, beside real ones where the loss is relative."""
        real, y = self.need("x", batch), self._labels_of(batch)
        fake = self._call(self.generator, self.prior.sample(len(real)), y)
        if self.adversarial_loss.relative:
            d_real, d_fake = self._judge(torch.cat([real, fake]), y).chunk(2)
            return {"loss": self.adversarial_loss.generator(d_real, d_fake)}
        scores = self._call(self.discriminator, fake, y)
        return {"loss": self.adversarial_loss.generator(None, scores)}

    def _judge(self, x: Tensor, y: Tensor | None) -> Tensor:
        scores = self._call(self.discriminator, x, None if y is None else torch.cat([y, y]))
        if len(scores) != len(x):
            raise WrongUse(
                f"the discriminator of {type(self).__name__} must return scores of shape "
                f"({len(x)}, ...) for {len(x)} items, got {tuple(scores.shape)}."
            )
        return scores

    def _labels_of(self, batch: Batch) -> Tensor | None:
        return None if self.labels is None else self.need("y", batch)

    @staticmethod
    def _call(network: nn.Module, x: Tensor, y: Tensor | None) -> Tensor:
        result: Tensor = network(x) if y is None else network(x, y)
        return result

    def latent(self, n: int) -> Tensor:
        """n draws from the prior, of shape (n, k)."""
        return self.prior.sample(n)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items of shape (n, ...); `condition["y"]` of shape (n,) asks for classes."""
        y = None
        if self.labels is not None:
            y = self.labels.sample(n) if condition is None else self.need("y", condition)
            if len(y) != n:
                raise WrongUse(f"condition['y'] must name {n} classes, one a sample, got {len(y)}.")
        return self._call(self.generator, self.prior.sample(n) if latent is None else latent, y)

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The discriminator's mean score of each item, a logit, of shape (n,)."""
        scores = self._call(self.discriminator, x, self._labels_of(condition or {}))
        return scores.flatten(1).mean(1) if scores.dim() > 1 else scores
