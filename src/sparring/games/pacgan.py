"""PacGAN: the discriminator sees several items at once, and so how alike they are."""

from collections.abc import Sequence
from typing import Unpack

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import Batch, Terms, WrongUse
from sparring.games.common import Common
from sparring.games.gan import GAN
from sparring.games.generating import call
from sparring.games.packing import EachItem, join, of_items, single
from sparring.losses import AdversarialLoss
from sparring.priors import Categorical, Prior
from sparring.regularizers import Regularizer
from sparring.regularizers.hint import LearningHint


class PacGAN(GAN):
    """The GAN of packs: `pac` items of one kind, real or generated, are judged together.

    Lin et al. 2018 (arXiv 1712.04086): items are joined along their channels, points along their
    numbers, and nothing else changes. A generator without variety is caught, since real packs vary.
    Two packs of a batch share no item, so that a batch of n items is n / pac judgements.

    Conditions of a pack are joined as its items are: the discriminator gets, for each, the classes
    as one-hot numbers (or the attributes, or the text) of all its items, one after the other, and
    so is made for `pac` times as many. Augmentation and hints are of single items; regularizers are
    of packs, as the discriminator is.

    Args:
        generator, prior, labels: as for `GAN`.
        discriminator: from packs (m, pac * channels, ...), and conditions (m, pac * k) if there are
            any, to scores (m, ...).
        pac: items in a pack, at least 1; 1 is the plain game.
        loss, regularizers, discriminator_turns: as for `GAN`.
        common: as for `GAN`.

    Raises:
        WrongUse: for a smaller pack, or a batch that is no multiple of it.

    Example:
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> game = PacGAN(MLP((4,), (2,)), MLP((6,), ()), Normal(4), pac=3)
        >>> sorted(game.discriminator_loss({"x": torch.zeros(12, 2)}))
        ['loss']
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        pac: int = 2,
        loss: AdversarialLoss | None = None,
        regularizers: Sequence[Regularizer] = (),
        discriminator_turns: int = 1,
        **common: Unpack[Common],
    ) -> None:
        if pac < 1:
            raise WrongUse(f"pac of PacGAN must be at least 1, got {pac}.")
        augmentation, hints = common.get("augmentation"), common.get("hints", ())
        if augmentation is not None:
            common["augmentation"] = EachItem(augmentation, pac)
        common["hints"] = [of_items(hint, pac, isinstance(labels, Categorical)) for hint in hints]
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=loss,
            regularizers=regularizers,
            discriminator_turns=discriminator_turns,
            **common,
        )
        self.pac = pac
        self.shares = self.shares and labels is None  # conditions are packed anew in each turn

    def discriminator_loss(self, batch: Batch) -> Terms:
        """The loss on real packs and generated ones, and the regularizers' terms."""
        return super().discriminator_loss(self._packed(batch))

    def generator_loss(self, batch: Batch) -> Terms:
        """The loss on newly generated packs, beside real ones where the loss is relative."""
        return super().generator_loss(self._packed(batch))

    def hint_loss(self, hint: LearningHint, batch: Batch) -> Terms:
        """What a hint that learns minimises, on the items of real packs and generated ones."""
        return super().hint_loss(hint, self._packed(batch))

    def _packed(self, batch: Batch) -> Batch:
        x, y = self.need("x", batch), self.condition_of(batch)
        if len(x) % self.pac:
            raise WrongUse(
                f"the batch of PacGAN, or a process's share of it, must be a multiple of its pac, "
                f"{self.pac}, got {len(x)}; give another batch_size."
            )
        packs = {**batch, "x": join(x, self.pac)}
        if y is not None:
            packs["y"] = self._asked(y)
        return packs

    def _asked(self, y: Tensor) -> Tensor:
        if isinstance(self.labels, Categorical):
            y = F.one_hot(y, self.labels.classes).to(self.labels.weights.dtype)
        return join(y, self.pac, along=-1)

    def generate(self, n: int, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """The latents of n packs' items (n * pac, k), and the packs."""
        z = self.latent(n * self.pac)
        if y is not None:
            y = single(y, self.pac, isinstance(self.labels, Categorical))
        return z, join(call(self.generator, z, y), self.pac)

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The mean score, a logit, of each item in a pack with those that follow it in x: (n,).

        After the last item comes the first.
        """
        y = self.condition_of(condition or {})
        rows = torch.arange(len(x), device=x.device)
        packs = ((rows[:, None] + torch.arange(self.pac, device=x.device)) % len(x)).flatten()
        asked = None if y is None else self._asked(y[packs])
        scores = call(self.discriminator, join(x[packs], self.pac), asked)
        return scores.flatten(1).mean(1) if scores.dim() > 1 else scores
