"""The generative adversarial network: one makes, one judges."""

import functools
from collections.abc import Callable, Sequence
from typing import Unpack

import torch
from torch import Tensor, nn

from sparring.core import Adam, Batch, Player, Scores, Terms, Turn, WrongUse
from sparring.games.common import Common, Judges, conditions_of
from sparring.games.generating import Generating, call
from sparring.losses import AdversarialLoss, NonSaturating
from sparring.priors import Prior
from sparring.regularizers import Evaluation, Generation, Regularizer


class GAN(Generating, Scores):
    """The game of a generator G(z, y) against a discriminator D(x, y).

    Goodfellow et al. 2014 (arXiv 1406.2661), algorithm 1; with conditions, Mirza and Osindero 2014
    (arXiv 1411.1784), eq. 2. Every GAN of two networks is this class with another loss, other
    regularizers or constraints. Differs from the paper: the non-saturating loss is the default, and
    real and generated items are scored in one call.

    Args:
        generator, prior, labels: as in `Generating`.
        discriminator: from items, and conditions, to scores of shape (n, ...), logits.
        loss: what both want.
        regularizers: terms added to the discriminator's loss.
        discriminator_turns: discriminator moves a step, each on a batch of its own if several.
        projection: applied to the discriminator's weights after each of its moves.
        common: see `Common`.

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
        labels: Prior | None = None,
        *,
        loss: AdversarialLoss | None = None,
        regularizers: Sequence[Regularizer] = (),
        discriminator_turns: int = 1,
        projection: Callable[[list[nn.Parameter]], None] | None = None,
        **common: Unpack[Common],
    ) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.prior, self.labels = prior, labels
        self.adversarial_loss = loss or NonSaturating()
        self.regularizers = (*regularizers, *common.get("extra_regularizers", ()))
        self.hints = tuple(common.get("hints", ()))
        self.augmentation = common.get("augmentation")
        # Those that keep something are saved with the game.
        parts = (*self.regularizers, *self.hints)
        self.parts = nn.ModuleList(part for part in parts if isinstance(part, nn.Module))
        judging = common.get("discriminator_optimizer") or Adam()
        making = common.get("generator_optimizer") or Adam()
        self.players = {
            "discriminator": Player(
                [discriminator], self.discriminator_loss, judging, projection=projection
            ),
            "generator": Player([generator], self.generator_loss, making),
        }
        first = Turn("discriminator", discriminator_turns, fresh=discriminator_turns > 1)
        self.turns = [first, "generator"]

    def generate(self, n: int, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """n latents from the prior, and the items that the generator makes of them."""
        z = self.latent(n)
        return z, call(self.generator, z, y)

    def discriminator_loss(self, batch: Batch) -> Terms:
        """The loss on real and generated items, and the regularizers' terms."""
        real, y = self.need("x", batch), self.condition_of(batch)
        with self.fixed():
            _, fake = self.generate(len(real), y)
        x = torch.cat([real, fake])  # (2 n, ...)
        if any(r.on_inputs(self.step) for r in self.regularizers):
            x.requires_grad_()
        both = None if y is None else torch.cat([y, y])
        scores, features = self.judge(x, both)
        d_real, d_fake = scores.chunk(2)
        terms = {"loss": self.adversarial_loss.discriminator(d_real, d_fake)}
        conditions = conditions_of(self.discriminator)
        if conditions is not None and y is not None and features is not None:
            terms.update(conditions.discriminator_terms(*features.chunk(2), y))
        if self.regularizers:
            scored = functools.partial(self._scores, y=y)
            evaluation = Evaluation(scored, x, scores, self.step, self.done)
            for regularizer in self.regularizers:
                terms.update(regularizer(evaluation))
        if self.augmentation is not None:
            self.augmentation.observe(d_real.detach(), self.done)
        return terms

    def generator_loss(self, batch: Batch) -> Terms:
        """The loss on newly generated items, beside real ones where the loss is relative."""
        real, y = self.need("x", batch), self.condition_of(batch)
        z, fake = self.generate(len(real), y)
        if self.adversarial_loss.relative:
            both = None if y is None else torch.cat([y, y])
            scores, features = self.judge(torch.cat([real, fake]), both)
            features = None if features is None else features.chunk(2)[1]
            terms = {"loss": self.adversarial_loss.generator(*scores.chunk(2))}
        else:
            scores, features = self.judge(fake, y)
            terms = {"loss": self.adversarial_loss.generator(None, scores)}
        conditions = conditions_of(self.discriminator)
        if conditions is not None and y is not None and features is not None:
            terms.update(conditions.generator_terms(features, y))
        for hint in self.hints:
            terms.update(hint(Generation(self.generator, z, y, fake, self.step, self.done)))
        return terms

    def judge(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Scores of items as the discriminator sees them, and its features where it shows them."""
        seen = x if self.augmentation is None else self.augmentation(x)
        if isinstance(self.discriminator, Judges):
            scores, features = self.discriminator.judge(seen, y)
        else:
            scores, features = call(self.discriminator, seen, y), None
        if len(scores) != len(x):
            raise WrongUse(
                f"the discriminator of {type(self).__name__} must return scores of shape "
                f"({len(x)}, ...) for {len(x)} items, got {tuple(scores.shape)}."
            )
        return scores, features

    def _scores(self, x: Tensor, y: Tensor | None) -> Tensor:
        return self.judge(x, y)[0]

    def condition_of(self, batch: Batch) -> Tensor | None:
        """What a batch's items are, or None without conditions."""
        return None if self.labels is None else self.need("y", batch)

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The discriminator's mean score of each item, a logit, of shape (n,)."""
        scores = call(self.discriminator, x, self.condition_of(condition or {}))
        return scores.flatten(1).mean(1) if scores.dim() > 1 else scores
