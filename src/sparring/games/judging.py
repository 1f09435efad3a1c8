"""Judging items by a discriminator, as it sees them."""

import torch
from torch import Tensor, nn

from sparring.core import Batch, Scores, WrongUse
from sparring.core.penalised import penalised
from sparring.games.common import Judges
from sparring.games.conditional import Conditional
from sparring.games.generating import call
from sparring.regularizers import Augmentation


class Judging(Conditional, Scores):
    """A game with a discriminator D(x, y) of items x and conditions y.

    Attributes:
        discriminator: from items, and conditions, to scores of shape (n, ...), logits.
        augmentation: changes what the discriminator sees, in training; None for nothing.
    """

    discriminator: nn.Module
    augmentation: Augmentation | None

    def judge_sloped(
        self, x: Tensor, y: Tensor | None, halves: frozenset[int]
    ) -> tuple[Tensor, Tensor | None, dict[int, tuple[Tensor, Tensor]]]:
        """As `judge_both`, so that slopes of these halves can be taken, and no more than them.

        Args:
            x: real items and as many generated ones, (2 n, ...).
            y: conditions of the n, or None.
            halves: 0 for the real items, 1 for the generated ones.

        Returns:
            Scores and features of all; and of a half that was judged apart its items and scores.
        """
        if len(halves) != 1 or self.stacked:
            if halves and not self.stacked:
                x.requires_grad_()
            with penalised(bool(halves)):
                return *self.judge_both(x, None if y is None else torch.cat([y, y])), {}
        # Scored together, slopes would be taken of both halves.
        (half,) = halves
        items = list(x.chunk(2))
        items[half] = items[half].detach().requires_grad_()
        judged = []
        for index, piece in enumerate(items):
            with penalised(index == half):
                judged.append(self.judge(piece, y))
        shown = [features for _, features in judged if features is not None]
        apart = {half: (items[half], judged[half][0])}
        return torch.cat([s for s, _ in judged]), torch.cat(shown) if shown else None, apart

    def judge_both(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """As `judge`, of as many real items as generated ones after them: here in one call."""
        return self.judge(x, y, batches=2)

    def changed(self, x: Tensor, batches: int = 1) -> Tensor:
        """Items as the discriminator sees them in training."""
        return x if self.augmentation is None else self.augmentation(x, batches)

    def judge(self, x: Tensor, y: Tensor | None, batches: int = 1) -> tuple[Tensor, Tensor | None]:
        """Scores of items as the discriminator sees them, and its features where it shows them.

        Args:
            x: items (n, ...), of one batch or of several that follow each other.
            y: their conditions, or None.
            batches: how many there are, so that several processes change items as one would.

        Raises:
            WrongUse: if the scores aren't one an item.
        """
        seen = self.changed(x, batches)
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

    def scores_of(self, x: Tensor, y: Tensor | None) -> Tensor:
        """The scores alone."""
        return self.judge(x, y)[0]

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The discriminator's mean score of each item, a logit, of shape (n,)."""
        scores = call(self.discriminator, x, self.condition_of(condition or {}))
        return scores.flatten(1).mean(1) if scores.dim() > 1 else scores
