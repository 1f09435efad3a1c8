"""Networks by name, and what each makes of the data that they must fit."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.conditions import ClassNames, condition_from
from sparring.losses import Bernoulli, DiscretisedLogistic, LogisticMixture
from sparring.networks import (
    MLP,
    BatchNormDiscriminator,
    BigGANDiscriminator,
    BigGANGenerator,
    Conditionals,
    Coupling,
    CTGANDiscriminator,
    CTGANGenerator,
    DCGANDiscriminator,
    DCGANGenerator,
    DeepCoupling,
    FieldGenerator,
    GatedPixelCNN,
    InfoGANDiscriminator,
    InfoGANGenerator,
    LaplacianDiscriminator,
    LaplacianGenerator,
    MixedOutput,
    PixelCNN,
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
    TVAEDecoder,
    TVAEEncoder,
    WordsDiscriminator,
    WordsGenerator,
)
from sparring.priors import Categorical, Field, Normal, Prior, Uniform
from sparring.tasks.arguments import taken_by
from sparring.tasks.asked import Asked
from sparring.tasks.network_options import made, shared_out

Pair = tuple[nn.Module, nn.Module]


@dataclass(frozen=True)
class Fit:
    """What a pair of networks must fit: items, latents, classes.

    Attributes:
        shape: of one item in model space.
        latent: length of z.
        width: of the layers.
        condition: how many classes or attributes items are asked for by, or how long a text's
            embedding is; 0 for none.
        spans: kinds and widths of a table's encoded columns; empty for all else.
        frequencies: how often each category of a table comes whose game asks for them.
        asked: description of what items are asked for by (see `data.conditions`); empty where
            nothing is.
        parents: of each column of a table, the columns that its network looks at; empty for all.
        dropout: share of the hidden units left out in training, where networks have it.
        judged: shape of what the discriminator sees; empty where it sees items one by one.
        binary: whether pictures are of two levels.
        options: of the networks, parts written as data.
    """

    shape: tuple[int, ...]
    latent: int
    width: int
    condition: int = 0
    spans: tuple[tuple[str, int], ...] = ()
    frequencies: tuple[float, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)
    parents: tuple[tuple[int, ...], ...] = ()
    dropout: float = 0.0
    judged: tuple[int, ...] = ()
    binary: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def labels(self) -> Prior | None:
        """The prior of conditions; None where nothing is asked for."""
        if not self.asked:
            return None
        condition = condition_from(self.asked)
        if isinstance(condition, ClassNames):
            return Categorical(condition.frequencies().tolist())
        return Asked(condition)

    @property
    def seen(self) -> tuple[int, ...]:
        """Shape of what the discriminator sees."""
        return self.judged or self.shape

    @property
    def told(self) -> int:
        """What the discriminator is told: of a pack, the conditions of all its items."""
        return self.condition * (self.seen[0] // self.shape[0])


def _mlp(fit: Fit) -> Pair:
    options = made(fit.options)
    depth = options.pop("depth", 3)
    _, judging = shared_out(options, MLP, MLP)
    hidden = (fit.width,) * depth
    output: nn.Module | None = MixedOutput(fit.spans) if fit.spans else None
    if len(fit.shape) == 3:  # pictures
        output = nn.Tanh()
    return (
        MLP((fit.latent,), fit.shape, hidden, fit.condition, output),
        MLP(fit.seen, (), hidden, fit.told, **judging),
    )


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


def _laplacian(fit: Fit) -> "Parts":
    generator, discriminator = _pictures(LaplacianGenerator, LaplacianDiscriminator)(fit)
    prior = Normal(sum(generator.lengths))  # type: ignore[arg-type]
    return Parts((generator, discriminator, prior, fit.labels()))


def _field(fit: Fit) -> "Parts":
    generator, discriminator = _pictures(FieldGenerator, DCGANDiscriminator)(fit)
    prior = Field(fit.latent, int(generator.side))  # type: ignore[arg-type]
    return Parts((generator, discriminator, prior, fit.labels()))


def _autoencoder(fit: Fit, judged: bool = False) -> "Parts":
    """Encoder to means and log variances, and decoder; or to latents, which are judged."""
    channels, size, _ = fit.shape
    options = made(fit.options)
    pixels = options.pop("pixels", Bernoulli if fit.binary else DiscretisedLogistic)(channels)
    hidden = (fit.width,) * options.pop("depth", 2)
    shared_out(options, MLP)
    encoded = (fit.latent,) if judged else (2, fit.latent)
    pair = (
        MLP(fit.shape, encoded, hidden, fit.condition),
        MLP((fit.latent,), (pixels.outputs, size, size), hidden, fit.condition),
    )
    rival = (MLP((fit.latent,), (), hidden),) if judged else ()
    return Parts((*pair, *rival, Normal(fit.latent), pixels, fit.labels()))


def _adversarial_autoencoder(fit: Fit) -> "Parts":
    return _autoencoder(fit, judged=True)


def _boltzmann(fit: Fit) -> "Parts":
    shared_out(made(fit.options), Coupling)
    return Parts((Coupling(math.prod(fit.shape), fit.width), fit.shape))


def _deep_boltzmann(fit: Fit) -> "Parts":
    (own,) = shared_out(made(fit.options), DeepCoupling)
    top = own.pop("top", 2 * fit.width)
    return Parts((DeepCoupling(math.prod(fit.shape), fit.width, top), fit.shape))


def _pixel_by_pixel(network: type[nn.Module]) -> Callable[[Fit], "Parts"]:
    """Builds a network(channels, outputs, width, ...) and what it says of pixels."""

    def build(fit: Fit) -> Parts:
        channels, size, _ = fit.shape
        options = made(fit.options)
        pixels = options.pop("pixels", Bernoulli if fit.binary else LogisticMixture)(channels)
        (own,) = shared_out(options, network)
        if "colours" in taken_by(network) and not isinstance(pixels, LogisticMixture):
            # Where what is said of a colour doesn't look at the others, they take turns.
            own["colours"] = channels
        built = network(channels, pixels.outputs, fit.width, condition=fit.condition, **own)
        return Parts((built, pixels, size, channels, fit.labels()))

    return build


def _ctgan(fit: Fit) -> "Parts":
    asked = sum(width for kind, width in fit.spans if kind == "category")
    hidden = (fit.width,) * 2
    generator = CTGANGenerator(fit.latent, fit.spans, hidden)
    discriminator = CTGANDiscriminator(fit.shape[0], asked, hidden=hidden)
    return Parts(
        (generator, discriminator, Normal(fit.latent)),
        {"spans": fit.spans, "frequencies": fit.frequencies},
    )


def _tvae(fit: Fit) -> "Parts":
    hidden = (fit.width,) * 2
    pair = (
        TVAEEncoder(fit.shape[0], fit.latent, hidden),
        TVAEDecoder(fit.shape[0], fit.latent, hidden),
    )
    return Parts((*pair, Normal(fit.latent)), {"spans": fit.spans})


def _conditionals(fit: Fit) -> "Parts":
    network = Conditionals(fit.spans, fit.width, fit.parents or None, fit.dropout)
    return Parts((network,))


@dataclass(frozen=True)
class Parts:
    """What a game is made of: the first arguments of its constructor, and some by name."""

    first: tuple[Any, ...]
    named: Mapping[str, Any] = field(default_factory=dict)


def _adversaries(
    pair: Callable[[Fit], Pair], prior: Callable[[int], Prior] = Normal
) -> Callable[[Fit], Parts]:
    def make(fit: Fit) -> Parts:
        return Parts((*pair(fit), prior(fit.latent), fit.labels()))

    return make


@dataclass(frozen=True)
class Built:
    """A row of the networks.

    Attributes:
        build: makes them, and what else the game is made of.
        title: what they are, in one line.
        own: whether they are those of one game, which plays with no others.
    """

    build: Callable[[Fit], Parts]
    title: str
    own: bool = False


NETWORKS: dict[str, Built] = {
    "mlp": Built(
        _adversaries(_mlp),
        "linear layers; for points, tables and pictures of few pixels",
    ),
    "dcgan": Built(
        _adversaries(_pictures(DCGANGenerator, DCGANDiscriminator)),
        "transposed convolutions up, strided ones down",
    ),
    "dcgan-batchnorm": Built(
        _adversaries(_pictures(DCGANGenerator, BatchNormDiscriminator), Uniform),
        "the same, normalised over the batch in both",
    ),
    "residual": Built(
        _adversaries(_pictures(ResidualGenerator, ResidualDiscriminator)),
        "R3GAN's blocks without normalisation",
    ),
    "style": Built(
        _adversaries(_pictures(StyleGenerator, StyleDiscriminator)),
        "a mapping network, a style and noise for every layer",
    ),
    "laplacian": Built(
        _laplacian,
        "a pair for every level of a Laplacian pyramid",
        own=True,
    ),
    "progressive": Built(
        _adversaries(_pictures(ProgressiveGenerator, ProgressiveDiscriminator)),
        "layers that are faded in",
        own=True,
    ),
    "sagan": Built(
        _adversaries(_pictures(SAGANGenerator, SAGANDiscriminator)),
        "residual blocks with self-attention",
    ),
    "biggan": Built(
        _adversaries(_pictures(BigGANGenerator, BigGANDiscriminator)),
        "the same, with parts of the latent at every level",
    ),
    "words": Built(
        _adversaries(_pictures(WordsGenerator, WordsDiscriminator)),
        "attention over the words of a text",
    ),
    "field": Built(
        _field,
        "no padding, so that pictures go on for ever",
    ),
    "infogan": Built(
        _adversaries(_pictures(InfoGANGenerator, InfoGANDiscriminator)),
        "InfoGAN's own small pair",
    ),
    "stacked": Built(
        _adversaries(_pictures(StackedGenerator, StackedDiscriminator)),
        "small pair for stacked digits",
    ),
    "pixelcnn": Built(
        _pixel_by_pixel(PixelCNN),
        "masked convolutions, each pixel from those before it",
        own=True,
    ),
    "gated-pixelcnn": Built(
        _pixel_by_pixel(GatedPixelCNN),
        "gates, and two stacks without blind spot",
        own=True,
    ),
    "autoencoder": Built(
        _autoencoder,
        "linear layers, from pictures to latents and back",
        own=True,
    ),
    "adversarial-autoencoder": Built(
        _adversarial_autoencoder,
        "the same, and a discriminator of latents",
        own=True,
    ),
    "boltzmann": Built(
        _boltzmann,
        "visible and hidden units, and couplings between them",
        own=True,
    ),
    "deep-boltzmann": Built(
        _deep_boltzmann,
        "two layers of hidden units, and couplings between all three",
        own=True,
    ),
    "conditionals": Built(
        _conditionals,
        "one small network a column",
        own=True,
    ),
    "ctgan": Built(
        _ctgan,
        "CTGAN's own pair",
        own=True,
    ),
    "tvae": Built(
        _tvae,
        "TVAE's own pair",
        own=True,
    ),
}


def find_networks(name: str, own: str | None = None) -> Callable[[Fit], Parts]:
    """What makes a game's networks.

    Args:
        name: a key of `NETWORKS`.
        own: the only networks that the game plays with, if there are such.

    Raises:
        WrongUse: if there are none of that name, or they aren't for this game.
    """
    if name not in NETWORKS:
        raise WrongUse(f"there are no networks {name!r}{closest(name, NETWORKS)}")
    if own is not None and name != own:
        raise WrongUse(f"the game plays with networks {own!r} alone, got {name!r}; leave them out.")
    if own is None and NETWORKS[name].own:
        raise WrongUse(f"networks {name!r} are those of a game of their own; use networks='mlp'.")
    return NETWORKS[name].build
