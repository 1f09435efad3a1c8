"""Games of two under the contract, tiny, and their batches where they need others."""

from collections.abc import Callable
from typing import Any

import torch

from sparring.core import (
    Game,
)
from sparring.data import InMemory
from sparring.games import (
    DCGAN,
    EGAN,
    GAN,
    LAPGAN,
    LSGAN,
    R3GAN,
    S3GAN,
    SAGAN,
    SNGAN,
    WGAN,
    WGANGP,
    BigGAN,
    InfoGAN,
    Matching,
    PacGAN,
    ProGAN,
    StyleGAN2,
)
from sparring.networks import (
    MLP,
    DCGANDiscriminator,
    DCGANGenerator,
    LaplacianDiscriminator,
    LaplacianGenerator,
    ProgressiveDiscriminator,
    ProgressiveGenerator,
    StyleDiscriminator,
    StyleGenerator,
)
from sparring.priors import Categorical, Normal
from sparring.regularizers import DRAGAN, R1, Lazy

POINT, PICTURE = (2,), (1, 8, 8)
CLASSES = 3


def pair(shape: tuple[int, ...], classes: int = 0) -> dict[str, Any]:
    """What every game of two networks is made of, tiny."""
    return {
        "generator": MLP((3,), shape, hidden=(8,), condition=classes),
        "discriminator": MLP(shape, (), hidden=(8,), condition=classes),
        "prior": Normal(3),
        "labels": Categorical([1, 2, 1]) if classes else None,
    }


def packed(shape: tuple[int, ...], classes: int = 0) -> Game:
    """Packs of 2: what the discriminator sees, and is told, is twice as wide."""
    seen = (2 * shape[0], *shape[1:])
    judge = MLP(seen, (), hidden=(8,), condition=2 * classes)
    return PacGAN(**{**pair(shape, classes), "discriminator": judge}, pac=2)


def plain(game: Game) -> Game:
    """With weights that lie as files keep them; how else they may lie, test_layout has."""
    return game.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]


def pyramid(classes: int = 0) -> Game:
    """Two levels, 8 and 4 pixels."""
    maker = LaplacianGenerator(3, 1, 8, width=2, condition=classes)
    judge = LaplacianDiscriminator(1, 8, width=2, condition=classes)
    labels = Categorical([1, 2, 1]) if classes else None
    return plain(LAPGAN(maker, judge, Normal(64 + 3), labels))


def growing(classes: int = 0) -> Game:
    """The second of two levels is being faded in: all parts play."""
    maker = ProgressiveGenerator(3, 1, 8, width=4, condition=classes)
    judge = ProgressiveDiscriminator(1, 8, width=4, condition=classes, group=2)
    labels = Categorical([1, 2, 1]) if classes else None
    return plain(ProGAN(maker, judge, Normal(3), labels, start=0.25, growth=1.0))


def styles(classes: int = 0) -> Game:
    """Two levels; R1 and path lengths every other step, for whole groups in every process."""
    maker = StyleGenerator(3, 1, 8, width=2, condition=classes)
    judge = StyleDiscriminator(1, 8, width=2, group=2, condition=classes)
    labels = Categorical([1, 2, 1]) if classes else None
    return plain(StyleGAN2(maker, judge, Normal(3), labels, penalty_every=2, path_every=2))


def coded(shape: tuple[int, ...], classes: int = 0) -> Game:
    """Two choices, a number, and as much noise as is left of five."""
    maker = MLP((5,), shape, hidden=(8,), condition=classes)
    parts = {**pair(shape, classes), "generator": maker, "prior": Normal(5)}
    return InfoGAN(**parts, categories=(2,), continuous=1)


def plain_pair(size: int, classes: int) -> dict[str, Any]:
    """DCGAN's networks without normalisation, which is of each process's own batch."""

    def none(_: int) -> torch.nn.Module:
        return torch.nn.Identity()

    return {
        "generator": DCGANGenerator(3, 1, size, 2, condition=classes, norm=none),
        "discriminator": DCGANDiscriminator(1, size, 2, condition=classes),
        "prior": Normal(3),
        "labels": Categorical([1, 2, 1]) if classes else None,
    }


def pictures(rows: int = 40) -> InMemory:
    """Random pictures of which some have a label."""
    source = torch.Generator().manual_seed(0)
    y = torch.randint(CLASSES, (rows,), generator=source)
    y[torch.arange(rows) % 3 > 0] = -1
    return InMemory(torch.randn(rows, 1, 8, 8, generator=source), y)


UNCONDITIONAL: dict[str, Callable[[], Game]] = {
    "gan": lambda: GAN(**pair(POINT), regularizers=[Lazy(R1(0.5), every=2), DRAGAN()]),
    "lsgan": lambda: LSGAN(**pair(PICTURE)),
    "wgan": lambda: WGAN(**pair(POINT), clip=0.1),
    "wgan-gp": lambda: WGANGP(**pair(PICTURE)),
    "sngan": lambda: SNGAN(**pair(POINT), discriminator_turns=2),
    "sagan": lambda: SAGAN(**pair(PICTURE)),
    "biggan": lambda: BigGAN(**pair(POINT), orthogonality=0.1),
    "r3gan": lambda: R3GAN(**pair(PICTURE)),
    "pacgan": lambda: packed(POINT),
    "egan": lambda: EGAN(**pair(PICTURE)),
    "infogan": lambda: coded(POINT),
    "matching": lambda: Matching(**pair(PICTURE)),
    "lapgan": lambda: pyramid(),
    "progan": lambda: growing(),
    "stylegan2": lambda: styles(),
    "dcgan": lambda: plain(DCGAN(**plain_pair(16, 0))),
    "s3gan": lambda: plain(S3GAN(**plain_pair(8, 0))),
}

CONDITIONAL: dict[str, Callable[[], Game]] = {
    "gan": lambda: GAN(**pair(PICTURE, CLASSES), regularizers=[Lazy(R1(0.5), every=2), DRAGAN()]),
    "lsgan": lambda: LSGAN(**pair(POINT, CLASSES)),
    "wgan": lambda: WGAN(**pair(PICTURE, CLASSES), clip=0.1),
    "wgan-gp": lambda: WGANGP(**pair(POINT, CLASSES)),
    "sngan": lambda: SNGAN(**pair(PICTURE, CLASSES), discriminator_turns=2),
    "sagan": lambda: SAGAN(**pair(POINT, CLASSES)),
    "biggan": lambda: BigGAN(**pair(PICTURE, CLASSES), orthogonality=0.1),
    "r3gan": lambda: R3GAN(**pair(POINT, CLASSES)),
    "pacgan": lambda: packed(PICTURE, CLASSES),
    "egan": lambda: EGAN(**pair(POINT, CLASSES)),
    "infogan": lambda: coded(PICTURE, CLASSES),
    "matching": lambda: Matching(**pair(POINT, CLASSES), between=0.5),
    "lapgan": lambda: pyramid(CLASSES),
    "progan": lambda: growing(CLASSES),
    "stylegan2": lambda: styles(CLASSES),
    "dcgan": lambda: plain(DCGAN(**plain_pair(16, CLASSES))),
    "s3gan": lambda: plain(S3GAN(**plain_pair(8, CLASSES))),
}
