"""Networks that make pictures and judge them."""

from collections.abc import Callable

from torch import nn

from sparring.core.errors import WrongUse
from sparring.networks import (
    BatchNormDiscriminator,
    BigGANDiscriminator,
    BigGANGenerator,
    DCGANDiscriminator,
    DCGANGenerator,
    FieldGenerator,
    InfoGANDiscriminator,
    InfoGANGenerator,
    LaplacianDiscriminator,
    LaplacianGenerator,
    ProgressiveDiscriminator,
    ProgressiveGenerator,
    ResidualDiscriminator,
    ResidualGenerator,
    SAGANDiscriminator,
    SAGANGenerator,
    StackedDiscriminator,
    StackedGenerator,
    StyleDiscriminator,
    StyleGenerator,
    WordsDiscriminator,
    WordsGenerator,
)
from sparring.priors import Field, Normal, Uniform
from sparring.tasks.building.fit import Built, Fit, Pair, Parts, adversaries
from sparring.tasks.network_options import made, shared_out


def _pictures(generator: type[nn.Module], discriminator: type[nn.Module]) -> Callable[[Fit], Pair]:
    """Builds a pair G(latent, channels, size, width, ...) and D(channels, size, width, ...)."""

    def build(fit: Fit) -> Pair:
        if len(fit.shape) != 3:
            raise WrongUse(
                f"{generator.__name__} makes pictures, and items here have shape {fit.shape}; use "
                f"networks='mlp'."
            )
        channels, size, _ = fit.shape
        making, judging = shared_out(made(fit.options), generator, discriminator)
        return (
            generator(fit.latent, channels, size, fit.width, condition=fit.condition, **making),
            discriminator(fit.seen[0], size, fit.width, condition=fit.told, **judging),
        )

    return build


def _laplacian(fit: Fit) -> Parts:
    generator, discriminator = _pictures(LaplacianGenerator, LaplacianDiscriminator)(fit)
    prior = Normal(sum(generator.lengths))  # type: ignore[arg-type]
    return Parts((generator, discriminator, prior, fit.labels()))


def _field(fit: Fit) -> Parts:
    generator, discriminator = _pictures(FieldGenerator, DCGANDiscriminator)(fit)
    prior = Field(fit.latent, int(generator.side))  # type: ignore[arg-type]
    return Parts((generator, discriminator, prior, fit.labels()))


PICTURES: dict[str, Built] = {
    "dcgan": Built(
        adversaries(_pictures(DCGANGenerator, DCGANDiscriminator)),
        "transposed convolutions up, strided ones down",
    ),
    "dcgan-batchnorm": Built(
        adversaries(_pictures(DCGANGenerator, BatchNormDiscriminator), Uniform),
        "the same, normalised over the batch in both",
    ),
    "residual": Built(
        adversaries(_pictures(ResidualGenerator, ResidualDiscriminator)),
        "R3GAN's blocks without normalisation",
    ),
    "style": Built(
        adversaries(_pictures(StyleGenerator, StyleDiscriminator)),
        "a mapping network, a style and noise for every layer",
    ),
    "laplacian": Built(
        _laplacian,
        "a pair for every level of a Laplacian pyramid",
        own=True,
    ),
    "progressive": Built(
        adversaries(_pictures(ProgressiveGenerator, ProgressiveDiscriminator)),
        "layers that are faded in",
        own=True,
    ),
    "sagan": Built(
        adversaries(_pictures(SAGANGenerator, SAGANDiscriminator)),
        "residual blocks with self-attention",
    ),
    "biggan": Built(
        adversaries(_pictures(BigGANGenerator, BigGANDiscriminator)),
        "the same, with parts of the latent at every level",
    ),
    "words": Built(
        adversaries(_pictures(WordsGenerator, WordsDiscriminator)),
        "attention over the words of a text",
    ),
    "field": Built(
        _field,
        "no padding, so that pictures go on for ever",
    ),
    "infogan": Built(
        adversaries(_pictures(InfoGANGenerator, InfoGANDiscriminator)),
        "InfoGAN's own small pair",
    ),
    "stacked": Built(
        adversaries(_pictures(StackedGenerator, StackedDiscriminator)),
        "small pair for stacked digits",
    ),
}
