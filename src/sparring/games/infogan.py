"""InfoGAN: part of the generator's input can be read off what it makes, and so gets a meaning."""

from collections.abc import Callable, Sequence
from typing import Unpack

from torch import Tensor, nn

from sparring.core import Batch, Encodes, Terms, WrongUse
from sparring.games.common import Common, Judges
from sparring.games.gan import GAN
from sparring.games.reading import Reader
from sparring.losses import AdversarialLoss
from sparring.priors import Codes, Prior


class InfoGAN(GAN, Encodes):
    """The GAN whose codes c, a part of the latents, are found again in its items.

    Chen et al. 2016 (arXiv 1606.03657), eq. 6: beside the game of two, generator and reader Q keep
    up a bound on the information between codes and items (eq. 5),

        L = E log Q(c | G(z, c)) + H(c),    in nats,

    Q a `Reader` of the features by which the discriminator judges. Q belongs to the discriminator's
    player, and so the term stands in the losses of both: the features learn to show codes, the
    generator to make them seen. In the log, `categories` and `numbers` are minus the two parts of
    the bound, weighted.

    Differs from the paper in what `Reader` says.

    Args:
        generator, labels: as for `GAN`.
        discriminator: as for `GAN`, and it shows its features (see `Judges`).
        prior: of latents as long as the generator takes them; the codes take their last places,
            and the noise before them is standard normal.
        categories: of each categorical code, among how many values it chooses.
        continuous: how many codes are uniform in [-1, 1).
        choices_weight, numbers_weight: of the two parts of the bound, at least 0.
        loss: as for `GAN`.
        common: as for `GAN`.

    Raises:
        WrongUse: for latents too short for the codes, or a discriminator without features.

    Example:
        >>> import torch
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> game = InfoGAN(MLP((8,), (2,)), MLP((2,), ()), Normal(8), categories=(3,), continuous=1)
        >>> game.prior, game.encode(torch.zeros(5, 2)).shape
        (Codes(4, categories=(3,), continuous=1), torch.Size([5, 4]))
    """

    prior: Codes

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        categories: Sequence[int] = (10,),
        continuous: int = 2,
        choices_weight: float = 1.0,
        numbers_weight: float = 0.1,
        loss: AdversarialLoss | None = None,
        **common: Unpack[Common],
    ) -> None:
        if not isinstance(discriminator, Judges):
            raise WrongUse(
                f"the discriminator of InfoGAN must show its features, as those of "
                f"sparring.networks do, got {type(discriminator).__name__}."
            )
        if min(choices_weight, numbers_weight) < 0:
            raise WrongUse(
                f"choices_weight and numbers_weight of InfoGAN must be at least 0, got "
                f"{choices_weight} and {numbers_weight}."
            )
        codes = _coded(prior, tuple(categories), continuous)
        super().__init__(generator, discriminator, codes, labels, loss=loss, **common)
        self.weights = {"categories": choices_weight, "numbers": numbers_weight}
        self.reader = Reader(discriminator.features_width, codes)
        self.players["discriminator"].networks = [discriminator, self.reader]
        self._turn: dict[str, Tensor] | None = None
        self.shares = False  # each turn reads the codes of what it makes

    def discriminator_loss(self, batch: Batch) -> Terms:
        """The game's terms, and minus the bound on what can be read off generated items."""
        return self._read_too(super().discriminator_loss, batch)

    def generator_loss(self, batch: Batch) -> Terms:
        """The game's terms, and minus the bound on what can be read off generated items."""
        return self._read_too(super().generator_loss, batch)

    def _read_too(self, loss: Callable[[Batch], Terms], batch: Batch) -> Terms:
        self._turn = {}
        try:
            terms = loss(batch)
            codes = self._turn["codes"]
            # Generated items stand last in what is judged first.
            found = self.reader.surprise(self._turn["features"][-len(codes) :], codes)
            return {**terms, **{name: self.weights[name] * found[name] for name in found}}
        finally:
            self._turn = None

    def generate(self, n: int, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """n latents from the prior, and the items that the generator makes of them."""
        z, x = super().generate(n, y)
        if self._turn is not None:
            self._turn["codes"] = self.prior.coded(z)
        return z, x

    def judge(self, x: Tensor, y: Tensor | None, batches: int = 1) -> tuple[Tensor, Tensor | None]:
        """Scores of items as the discriminator sees them, and its features."""
        scores, features = super().judge(x, y, batches)
        if self._turn is not None and features is not None:
            self._turn.setdefault("features", features)
        return scores, features

    def encode(self, x: Tensor) -> Tensor:
        """The codes of items (n, ...): each choice's probabilities, then each number's mean."""
        if self.labels is None:
            features = self.discriminator.judge(x)[1]  # type: ignore[operator]
        elif callable(shown := getattr(self.discriminator, "features", None)):
            features = shown(x)
        else:
            raise WrongUse(
                "codes can't be read by a discriminator that needs a condition; fit with "
                "conditional=False."
            )
        codes: Tensor = self.reader(features)
        return codes


def _coded(prior: Prior, categories: tuple[int, ...], continuous: int) -> Codes:
    """Codes in the last places of latents as long as the prior's."""
    length, taken = getattr(prior, "dimensions", 0), sum(categories) + continuous
    if length < taken:
        raise WrongUse(
            f"the latents of InfoGAN must have room for {taken} codes, got {length} numbers; give "
            f"a larger latent."
        )
    return Codes(length - taken, categories, continuous)
