"""What suits the data: networks, lengths and rates for a user who names none."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.networks import (
    MLP,
    DCGANDiscriminator,
    DCGANGenerator,
    MixedOutput,
    ResidualDiscriminator,
    ResidualGenerator,
)

Pair = tuple[nn.Module, nn.Module]


@dataclass(frozen=True)
class Fit:
    """What a pair of networks must fit: items, latents, classes.

    Attributes:
        shape: of one item in model space.
        latent: length of z.
        width: of the layers.
        classes: how many, 0 for none.
        spans: kinds and widths of a table's encoded columns; empty for all else.
    """

    shape: tuple[int, ...]
    latent: int
    width: int
    classes: int = 0
    spans: tuple[tuple[str, int], ...] = ()


def _mlp(fit: Fit) -> Pair:
    hidden = (fit.width,) * 3
    output: nn.Module | None = MixedOutput(fit.spans) if fit.spans else None
    if len(fit.shape) == 3:  # pictures
        output = nn.Tanh()
    return (
        MLP((fit.latent,), fit.shape, hidden, fit.classes, output),
        MLP(fit.shape, (), hidden, fit.classes),
    )


def _dcgan(fit: Fit) -> Pair:
    channels, size = _picture(fit, "dcgan")
    return (
        DCGANGenerator(fit.latent, channels, size, fit.width, fit.classes),
        DCGANDiscriminator(channels, size, fit.width, fit.classes),
    )


def _residual(fit: Fit) -> Pair:
    channels, size = _picture(fit, "residual")
    return (
        ResidualGenerator(fit.latent, channels, size, fit.width, classes=fit.classes),
        ResidualDiscriminator(channels, size, fit.width, classes=fit.classes),
    )


def _picture(fit: Fit, networks: str) -> tuple[int, int]:
    if len(fit.shape) != 3:
        raise WrongUse(
            f"networks {networks!r} make pictures, and items here have shape {fit.shape}; "
            f"use networks='mlp'."
        )
    return fit.shape[0], fit.shape[1]


PAIRS: dict[str, Callable[[Fit], Pair]] = {"mlp": _mlp, "dcgan": _dcgan, "residual": _residual}


def find_pair(name: str) -> Callable[[Fit], Pair]:
    """The maker of a pair of networks.

    Raises:
        WrongUse: if there is none of that name.
    """
    if name not in PAIRS:
        raise WrongUse(f"there are no networks {name!r}{closest(name, PAIRS)}")
    return PAIRS[name]


@dataclass(frozen=True)
class Defaults:
    """Values for whatever a user leaves open.

    Attributes:
        networks: a key of `PAIRS`.
        width, latent, batch_size, steps: as in `Synthesizer`.
        half_life: of the averaged weights, in items.
    """

    networks: str
    width: int
    latent: int
    batch_size: int
    steps: int
    half_life: int


def _images(shape: tuple[int, ...]) -> Defaults:
    if shape[-1] <= 12:  # too few pixels for convolutions to pay
        return Defaults("mlp", 256, 64, 64, 20_000, 20_000)
    return Defaults("dcgan", 32, 64, 64, 20_000, 20_000)


def _table(shape: tuple[int, ...]) -> Defaults:
    return Defaults("mlp", 256, 64, 500, 4_000, 100_000)


def _points(shape: tuple[int, ...]) -> Defaults:
    return Defaults("mlp", 128, 2 * max(2, math.prod(shape)), 256, 10_000, 100_000)


DEFAULTS: dict[str, Callable[[tuple[int, ...]], Defaults]] = {
    "image": _images,
    "table": _table,
    "matrix": _table,
    "points": _points,
}
