"""S3GAN: class-conditional pictures from few labels, helped by self-supervision."""

from typing import Unpack, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import Adam, Batch, Predicts, Terms, WrongUse
from sparring.games.common import Common, stepping
from sparring.games.gan import GAN
from sparring.games.rotation import Featured, Head, RotationHead, featured
from sparring.losses import Hinge
from sparring.losses.conditional import UNKNOWN, completed
from sparring.priors import Categorical, Prior
from sparring.regularizers import Generation, Hint, spectrally_normalise


class S3GAN(GAN, Predicts):
    """A conditional GAN that gives classes to items without labels, and turns pictures around.

    Lucic et al. 2019 (arXiv 1903.02271), section 3.2 with co-training and section 3.3: under hinge
    loss and spectral normalisation, a head on the discriminator's features learns the classes of
    the labelled items, and what it says of the others is taken for their label. Another head learns
    by how many quarter turns pictures are turned, for real ones in the discriminator's turn and
    generated ones in the generator's (Chen et al. 2019, arXiv 1811.11212). Without `labels` it is
    that self-supervised GAN. Differs from the papers: each picture is turned once a step, not in
    four ways; labelled items for the class head are drawn apart, so that few labels are as many in
    a batch as many are.

    Args:
        generator, discriminator, prior, labels: as for `GAN`; the discriminator shows features of
            pictures, and the labels are classes.
        class_weight: of the labelled items' cross entropy in the discriminator's loss, at least 0.
        rotation_weight: of the turns of real pictures in it, at least 0.
        generator_rotation_weight: of those of generated ones in the generator's, at least 0.
        common: see `Common`; Adam(2e-4, (0, .9)) by default.

    A batch holds "x", with labels "y", -1 where unknown, and some labelled items, "x_labelled" and
    "y_labelled"; `data.FewLabels` makes such batches.

    Raises:
        WrongUse: for a weight below 0, labels that are no classes, or a discriminator that shows no
            features.

    Example:
        >>> from sparring.networks import DCGANDiscriminator, DCGANGenerator
        >>> from sparring.priors import Normal
        >>> pair = DCGANGenerator(4, 1, 8, 4, condition=3), DCGANDiscriminator(1, 8, 4, condition=3)
        >>> game = S3GAN(*pair, Normal(4), Categorical([1, 1, 1]))
        >>> game.predict(game.sample(5)).shape
        torch.Size([5, 3])
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        class_weight: float = 1.0,
        rotation_weight: float = 1.0,
        generator_rotation_weight: float = 0.2,
        **common: Unpack[Common],
    ) -> None:
        self._check(labels, class_weight, rotation_weight, generator_rotation_weight)
        seen = featured(type(self).__name__, discriminator)
        adam = Adam(2e-4, (0.0, 0.9))
        super().__init__(
            generator,
            spectrally_normalise(discriminator, embeddings=False),
            prior,
            labels,
            loss=Hinge(),
            **stepping(common, adam, adam),
        )
        self.class_weight, self.rotation_weight = class_weight, rotation_weight
        self.shares = False  # unknown classes are read anew in each turn
        self.classify: Head | None = None
        if isinstance(labels, Categorical):
            self.classify = Head(seen.features_width, labels.classes)
        self.rotation = RotationHead(seen.features_width)
        heads = [self.rotation] if self.classify is None else [self.rotation, self.classify]
        self.players["discriminator"].networks = [discriminator, *heads]
        self.hints = (*self.hints, _Upright(self, generator_rotation_weight))

    def _check(self, labels: Prior | None, *weights: float) -> None:
        if labels is not None and not isinstance(labels, Categorical):
            raise WrongUse(f"labels of S3GAN must be classes, Categorical, got {labels}.")
        if min(weights) < 0:
            raise WrongUse(f"weights of S3GAN must be at least 0, got {min(weights)}.")

    def discriminator_loss(self, batch: Batch) -> Terms:
        """The hinge loss with all labels known or inferred, and what the two heads cost."""
        x, terms = self.need("x", batch), {}
        if self.classify is not None:
            batch = {**batch, "y": self.completed(x, self.need("y", batch))}
            logits = self.predict(self.changed(self.need("x_labelled", batch)))
            cost = F.cross_entropy(logits, self.need("y_labelled", batch))
            terms["class"] = self.class_weight * cost
        terms["rotation"] = self.rotation_weight * self.rotation.cost(self._seeing, x)
        return {**super().discriminator_loss(batch), **terms}

    def generator_loss(self, batch: Batch) -> Terms:
        """The hinge loss for classes drawn anew, and what the turns of generated items cost."""
        if self.labels is not None:
            batch = {**batch, "y": self.labels.sample(len(self.need("x", batch)))}
        return super().generator_loss(batch)

    def wanted(self, n: int, condition: Batch | None) -> Tensor | None:
        """As for `Generating`; whatever class comes where -1 is asked for."""
        y = super().wanted(n, condition)
        if self.labels is None or y is None or condition is None:
            return y
        return torch.where(y == UNKNOWN, self.labels.sample(n), y)

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The discriminator's score of each item, (n,), by its inferred class where that is -1."""
        if self.classify is not None:
            condition = {"y": self.completed(x, self.need("y", condition or {}))}
        return super().score(x, condition)

    @property
    def _seeing(self) -> Featured:
        return cast(Featured, self.discriminator)

    def completed(self, x: Tensor, y: Tensor) -> Tensor:
        """The classes (n,) of items x: y where it is known, else what the class head says."""
        with torch.no_grad():
            return completed(y, self.predict(x))

    def predict(self, x: Tensor) -> Tensor:
        """Class scores (n, classes) of items x; refused in a game without labels."""
        if self.classify is None:
            raise WrongUse("S3GAN predicts classes where it has labels, and it was made without.")
        scores: Tensor = self.classify(self._seeing.features(x))
        return scores


class _Upright(Hint):
    """What the turns of generated items cost."""

    def __init__(self, game: S3GAN, weight: float) -> None:
        self.game, self.weight = game, weight

    def __call__(self, generation: Generation) -> Terms:
        cost = self.game.rotation.cost(self.game._seeing, generation.x)
        return {"rotation": self.weight * cost}
