"""The generative adversarial network: one makes, one judges."""

import functools
from collections.abc import Callable, Sequence
from typing import Unpack

import torch
from torch import Tensor, nn

from sparring.core import Adam, Batch, Player, Terms, Turn, WrongUse
from sparring.games.common import Common, conditions_of, join
from sparring.games.generating import Generating
from sparring.games.judging import Judging
from sparring.losses import AdversarialLoss, NonSaturating
from sparring.priors import Prior
from sparring.regularizers import Evaluation, Generation, LearningHint, Regularizer


class GAN(Generating, Judging):
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
        for hint in self.hints:
            if isinstance(hint, LearningHint):
                if hint.name in self.players:
                    raise WrongUse(f"two players are named {hint.name!r}; give each hint a name.")
                loss_of_hint = functools.partial(self.hint_loss, hint)
                self.players[hint.name] = Player([hint], loss_of_hint, hint.optimizer)
        # Several moves a step would each keep a graph of which only the last is of use.
        self.shares = discriminator_turns == 1
        first, *others = self.players
        self.turns = [Turn(first, discriminator_turns, fresh=discriminator_turns > 1), *others]

    def discriminator_loss(self, batch: Batch) -> Terms:
        """The loss on real and generated items, and the regularizers' terms."""
        real, y = self.need("x", batch), self.condition_of(batch)
        x = torch.cat([real, self.show(len(real), y)])  # (2 n, ...)
        halves = frozenset(half for r in self.regularizers for half in r.sloped(self.step))
        scores, features, apart = self.judge_sloped(x, y, halves)
        d_real, d_fake = scores.chunk(2)
        terms = self.judgement(real, y, d_real, d_fake)
        conditions = conditions_of(self.discriminator)
        if conditions is not None and y is not None and features is not None:
            h_real, h_fake = features.chunk(2)
            join(terms, conditions.discriminator_terms(h_real, h_fake, y))
        if self.regularizers:
            scored = functools.partial(self.scores_of, y=y)
            evaluation = Evaluation(scored, x, scores, self.step, self.done, apart, self.stacked)
            for regularizer in self.regularizers:
                join(terms, regularizer(evaluation))
        if self.augmentation is not None:
            # Where scores mean nothing but beside each other, so do their signs.
            told = d_real - d_fake if self.adversarial_loss.relative else d_real
            self.augmentation.observe(told.detach(), self.done)
        return terms

    def judgement(
        self, real: Tensor, y: Tensor | None, d_real: Tensor, d_fake: Tensor
    ) -> dict[str, Tensor]:
        """What such scores of real items and of generated ones cost the discriminator."""
        return {"loss": self.adversarial_loss.discriminator(d_real, d_fake)}

    def generator_loss(self, batch: Batch) -> Terms:
        """The loss on newly generated items, beside real ones where the loss is relative."""
        real, y = self.need("x", batch), self.condition_of(batch)
        z, fake = self.shown_or_new(len(real), y)
        if self.adversarial_loss.relative:
            both = None if y is None else torch.cat([y, y])
            scores, features = self.judge_both(torch.cat([real, fake]), both)
            features = None if features is None else features.chunk(2)[1]
            terms = {"loss": self.adversarial_loss.generator(*scores.chunk(2))}
        else:
            scores, features = self.judge(fake, y)
            terms = {"loss": self.adversarial_loss.generator(None, scores)}
        conditions = conditions_of(self.discriminator)
        if conditions is not None and y is not None and features is not None:
            join(terms, conditions.generator_terms(features, y))
        for hint in self.hints:
            join(terms, hint(Generation(self.generator, z, y, fake, self.step, self.done)))
        return terms

    def hint_loss(self, hint: LearningHint, batch: Batch) -> Terms:
        """What a hint that learns minimises, on real items and newly generated ones."""
        real, y = self.need("x", batch), self.condition_of(batch)
        with self.fixed():
            _, fake = self.generate(len(real), y)
        return hint.learn(real, fake)
