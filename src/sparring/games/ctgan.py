"""CTGAN: rows of a table, asked for by one of their categories."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sparring.core import Adam, Batch, Game, OptimizerSpec, Player, Samples, Terms, Turn, WrongUse
from sparring.games.asking import Asking
from sparring.losses import Wasserstein
from sparring.priors import Prior
from sparring.regularizers import Evaluation, GradientPenalty


class CTGAN(Game, Samples):
    """The game of a generator G(z, c) that is asked for a category c, against a judge of packs.

    Xu et al. 2019 (arXiv 1907.00503), section 4 and algorithm 1: the Wasserstein loss with gradient
    penalty on packs of 10 rows, and for the generator the cross-entropy of the asked category. A
    batch holds rows "x" in mode-specific normalisation and what was asked of each, "condition": the
    number of a value, counted through all blocks of kind "category" (see
    `data.conditioned`, which trains by sampling).

    Differs from the paper: the cross-entropy is of the logits, before the noise of the Gumbel
    softmax, since they are what the choice is drawn by. To sample, a block is chosen evenly and its
    value by its true frequency, where the authors' code keeps to logarithms of frequencies and so
    makes rare values too often.

    Args:
        generator: makes rows from latents (n, k) and conditions (n,), in two halves: `logits` and
            `output`.
        discriminator: from packs (m, packing, width) and conditions (m, packing) to scores (m,);
            a process's share of the batch must be a multiple of its `packing`. Both networks get
            None for conditions where there are no categories.
        prior: of the latents.
        spans: kinds and widths of the encoded columns, such as ("bounded", 1), ("category", 5).
        frequencies: how often each value comes, one a column of the categories; those of a block
            sum to 1.
        penalty: weight of the gradient penalty.
        generator_optimizer, discriminator_optimizer: Adam(2e-4, (.5, .9)); G's decays by 1e-6.

    Raises:
        WrongUse: for frequencies that don't fit the spans, networks without what is said above, or
            a batch that can't be packed.

    Example:
        >>> from sparring.networks import CTGANDiscriminator, CTGANGenerator
        >>> from sparring.priors import Normal
        >>> spans = [("bounded", 1), ("mode", 2), ("category", 3)]
        >>> pair = CTGANGenerator(8, spans), CTGANDiscriminator(6, 3)
        >>> game = CTGAN(*pair, Normal(8), spans=spans, frequencies=[0.5, 0.4, 0.1])
        >>> row = game.eval().sample(1, {"condition": torch.tensor([2])})
        >>> row[0, 3:].tolist()
        [0.0, 0.0, 1.0]
    """

    averaged = ("generator",)

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        *,
        spans: Sequence[tuple[str, int]],
        frequencies: Sequence[float] = (),
        penalty: float = 10.0,
        generator_optimizer: OptimizerSpec | None = None,
        discriminator_optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        for network, names in ((generator, ("logits", "output")), (discriminator, ("packing",))):
            if not all(hasattr(network, name) for name in names):
                raise WrongUse(
                    f"a network of CTGAN must have {' and '.join(names)}, as those of "
                    f"networks='ctgan' have, got {type(network).__name__}."
                )
        self.generator, self.discriminator, self.prior = generator, discriminator, prior
        self.asking = Asking(spans, frequencies)
        self.adversarial_loss, self.regularizer = Wasserstein(), GradientPenalty(penalty)
        d_adam = discriminator_optimizer or Adam(2e-4, (0.5, 0.9))
        g_adam = generator_optimizer or Adam(2e-4, (0.5, 0.9), weight_decay=1e-6)
        self.players = {
            "discriminator": Player([discriminator], self.discriminator_loss, d_adam),
            "generator": Player([generator], self.generator_loss, g_adam),
        }
        self.turns = ["discriminator", Turn("generator", fresh=True)]

    def discriminator_loss(self, batch: Batch) -> Terms:
        """The loss on real packs and generated ones of the same conditions, and the penalty."""
        real, c = self.need("x", batch), self._condition(batch)
        with self.fixed():
            fake = self.generator(self.prior.sample(len(real)), c)
        real, fake = self._packs(real), self._packs(fake)  # (m, packing, width)
        conditions = None if c is None else self._packs(c)
        # In turn, not one after the other: so each process's share is the same in one process.
        both = torch.stack([real, fake], 1).flatten(0, 1)  # (2 m, packing, width)
        twice = None if conditions is None else conditions.repeat_interleave(2, 0)
        d_real, d_fake = self.discriminator(both, twice).view(-1, 2).unbind(1)
        evaluation = Evaluation(
            lambda x: self.discriminator(x, conditions),
            torch.cat([real, fake]),
            torch.cat([d_real, d_fake]),
            self.step,
        )
        loss = self.adversarial_loss.discriminator(d_real, d_fake)
        return {"loss": loss, **self.regularizer(evaluation)}

    def generator_loss(self, batch: Batch) -> Terms:
        """The loss on newly generated packs, and the cross-entropy of what was asked."""
        n, c = len(self.need("x", batch)), self._condition(batch)
        logits: Tensor = self.generator.logits(self.prior.sample(n), c)  # type: ignore[operator]
        fake = self.generator.output(logits)  # type: ignore[operator]
        scores = self.discriminator(self._packs(fake), None if c is None else self._packs(c))
        terms = {"loss": self.adversarial_loss.generator(None, scores)}
        if c is not None:
            terms["condition"] = self.asking.surprise(logits, c)
        return terms

    def _condition(self, batch: Batch) -> Tensor | None:
        return None if self.asking.values is None else self.need("condition", batch)

    def _packs(self, rows: Tensor) -> Tensor:
        packing = int(self.discriminator.packing)  # type: ignore[arg-type]
        if len(rows) % packing:
            raise WrongUse(
                f"the batch of CTGAN, or a process's share of it, must be a multiple of its "
                f"packing, {packing}, got {len(rows)}; give another batch_size."
            )
        return rows.unflatten(0, (-1, packing))

    def latent(self, n: int) -> Tensor:
        """n draws from the prior, of shape (n, k)."""
        return self.prior.sample(n)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n rows of shape (n, width); `condition["condition"]` of shape (n,) asks for values.

        A row that is asked for a value has it; what else is in a condition is not looked at.
        """
        z = self.prior.sample(n) if latent is None else latent
        asked = None if self.asking.values is None else (condition or {}).get("condition")
        if asked is None:
            row: Tensor = self.generator(z, self.asking.sample(n))
            return row
        self.asking.check(asked, n)
        return self.asking.impose(self.generator(z, asked), asked)
