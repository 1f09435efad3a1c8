"""What suits the data: networks, lengths and rates for a user who names none."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data import Dataset
from sparring.data.conditions import ClassNames, condition_from
from sparring.games.catalog import GAMES
from sparring.networks import (
    MLP,
    BatchNormDiscriminator,
    BigGANDiscriminator,
    BigGANGenerator,
    Conditionals,
    CTGANDiscriminator,
    CTGANGenerator,
    DCGANDiscriminator,
    DCGANGenerator,
    FieldGenerator,
    InfoGANDiscriminator,
    InfoGANGenerator,
    LaplacianDiscriminator,
    LaplacianGenerator,
    MixedOutput,
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
from sparring.tasks.asked import Asked
from sparring.tasks.network_options import made, shared_out
from sparring.tasks.parents import LEAST_WIDTH, MOST_WEIGHTS, parents_each

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


NETWORKS: dict[str, Callable[[Fit], Parts]] = {
    "mlp": _adversaries(_mlp),
    "dcgan": _adversaries(_pictures(DCGANGenerator, DCGANDiscriminator)),
    "dcgan-batchnorm": _adversaries(_pictures(DCGANGenerator, BatchNormDiscriminator), Uniform),
    "residual": _adversaries(_pictures(ResidualGenerator, ResidualDiscriminator)),
    "style": _adversaries(_pictures(StyleGenerator, StyleDiscriminator)),
    "laplacian": _laplacian,
    "progressive": _adversaries(_pictures(ProgressiveGenerator, ProgressiveDiscriminator)),
    "sagan": _adversaries(_pictures(SAGANGenerator, SAGANDiscriminator)),
    "biggan": _adversaries(_pictures(BigGANGenerator, BigGANDiscriminator)),
    "words": _adversaries(_pictures(WordsGenerator, WordsDiscriminator)),
    "field": _field,
    "infogan": _adversaries(_pictures(InfoGANGenerator, InfoGANDiscriminator)),
    "stacked": _adversaries(_pictures(StackedGenerator, StackedDiscriminator)),
    "conditionals": _conditionals,
    "ctgan": _ctgan,
    "tvae": _tvae,
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
    if own is None and name in OWN_DEFAULTS:
        raise WrongUse(f"networks {name!r} are those of a game of their own; use networks='mlp'.")
    return NETWORKS[name]


@dataclass(frozen=True)
class Defaults:
    """Values for whatever a user leaves open.

    Attributes:
        networks: a key of `NETWORKS`.
        width, latent, batch_size, steps: as in `Synthesizer`.
        half_life: of the averaged weights, in items.
        patience: as in `Synthesizer`.
        dropout: as in `Fit`.
    """

    networks: str
    width: int
    latent: int
    batch_size: int
    steps: int
    half_life: int
    patience: int | None = None
    dropout: float = 0.0


def defaults_of(dataset: Dataset, networks: str | None) -> Defaults:
    """What suits a data set, and networks of a game's own."""
    if networks is not None:
        return OWN_DEFAULTS[networks](dataset)
    return DEFAULTS[dataset.modality.name](dataset)


def _images(dataset: Dataset) -> Defaults:
    if dataset.modality.shape[-1] <= 12:  # too few pixels for convolutions to pay
        return Defaults("mlp", 256, 64, 64, 20_000, 20_000)
    return Defaults("dcgan", 32, 64, 64, 20_000, 20_000)


def _table(dataset: Dataset) -> Defaults:
    return Defaults("mlp", 256, 64, 500, 4_000, 100_000)


def _points(dataset: Dataset) -> Defaults:
    numbers = math.prod(dataset.modality.shape)
    return Defaults("mlp", 128, 2 * max(2, numbers), 256, 10_000, 100_000)


DEFAULTS: dict[str, Callable[[Dataset], Defaults]] = {
    "image": _images,
    "table": _table,
    "matrix": _table,
    "points": _points,
}


def _of_conditionals(dataset: Dataset) -> Defaults:
    """Few rows want smaller batches and fewer units at a time; many columns narrow networks."""
    rows, spans = len(dataset.train), dataset.modality.spans  # type: ignore[attr-defined]
    lookups = sum(tokens for _, tokens in spans) * parents_each(spans)
    width = 64
    while width > LEAST_WIDTH and width * lookups > MOST_WEIGHTS:
        width //= 2
    batch = min(250, max(32, rows // 8))
    epoch = max(1, rows // batch)
    steps = min(20_000, max(3_000, 40 * epoch))
    patience = max(5 * epoch, 500)
    return Defaults(
        "conditionals", width, 1, batch, steps, 50_000, patience, 0.5 if rows < 20_000 else 0.1
    )


OWN_DEFAULTS: dict[str, Callable[[Dataset], Defaults]] = {
    "conditionals": _of_conditionals,
    "laplacian": lambda dataset: Defaults("laplacian", 32, 64, 64, 20_000, 20_000),
    "progressive": lambda dataset: Defaults("progressive", 16, 64, 64, 20_000, 20_000),
    "ctgan": lambda dataset: Defaults("ctgan", 256, 128, 500, _epochs(dataset, 300), 20_000),
    "tvae": lambda dataset: Defaults("tvae", 128, 128, 500, _epochs(dataset, 300), 20_000),
}


NARROW = {"sagan": 16, "biggan": 16, "style": 16}
"""Width of networks that work at full resolution, where a step costs several times as much."""


def _epochs(dataset: Dataset, epochs: int, batch: int = 500) -> int:
    return max(1, epochs * len(dataset.train) // batch)


_GAMES = {"image": "r3gan", "points": "r3gan", "table": "nade", "matrix": "nade"}


def choose_game(modality: str, game: str | None, networks: str | None) -> str:
    """The game that is named, else one that suits the data and the networks that are named.

    Example:
        >>> choose_game("table", None, None), choose_game("table", None, "mlp")
        ('nade', 'r3gan')
    """
    if game is not None:
        return game
    players = {entry.networks: name for name, entry in GAMES.items() if entry.networks}
    if networks in players:
        return players[networks]
    return _GAMES[modality] if networks is None else "r3gan"
