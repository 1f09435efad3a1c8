"""What suits the data: networks, lengths and rates for a user who names none."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sparring.data import Dataset
from sparring.games.catalog import GAMES
from sparring.tasks.parents import LEAST_WIDTH, MOST_WEIGHTS, parents_each


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
    "audio": lambda dataset: Defaults("mlp", 256, 64, 64, 20_000, 20_000),
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


def _flow(networks: str, dataset: Dataset) -> Defaults:
    """Few numbers want narrow networks; latents are as many as an item's numbers."""
    numbers = math.prod(dataset.modality.shape)
    width = min(256, max(64, 2 * numbers))
    return Defaults(networks, width, numbers, 128, 10_000, 50_000)


OWN_DEFAULTS: dict[str, Callable[[Dataset], Defaults]] = {
    "conditionals": _of_conditionals,
    "laplacian": lambda dataset: Defaults("laplacian", 32, 64, 64, 20_000, 20_000),
    "progressive": lambda dataset: Defaults("progressive", 16, 64, 64, 20_000, 20_000),
    "pixelcnn": lambda dataset: Defaults("pixelcnn", 16, 1, 16, 20_000, 20_000),
    "gated-pixelcnn": lambda dataset: Defaults("gated-pixelcnn", 32, 1, 16, 20_000, 20_000),
    "pixelcnn++": lambda dataset: Defaults("pixelcnn++", 32, 1, 16, 20_000, 20_000),
    "pixelrnn": lambda dataset: Defaults("pixelrnn", 16, 1, 16, 20_000, 20_000),
    "multiscale-pixelcnn": lambda dataset: Defaults(
        "multiscale-pixelcnn", 32, 1, 16, 20_000, 20_000
    ),
    "masked-autoencoder": lambda dataset: Defaults(
        "masked-autoencoder", 500, 1, 100, 20_000, 20_000
    ),
    "wavenet": lambda dataset: Defaults("wavenet", 32, 1, 8, 20_000, 20_000),
    "autoencoder": lambda dataset: Defaults("autoencoder", 200, 50, 100, 20_000, 20_000),
    "iaf-autoencoder": lambda dataset: Defaults("iaf-autoencoder", 200, 50, 100, 20_000, 20_000),
    "vae-gan": lambda dataset: Defaults("vae-gan", 32, 64, 64, 20_000, 20_000),
    "pixelvae": lambda dataset: Defaults("pixelvae", 16, 16, 32, 20_000, 20_000),
    "boltzmann": lambda dataset: Defaults("boltzmann", 500, 1, 100, 20_000, 20_000),
    "deep-boltzmann": lambda dataset: Defaults("deep-boltzmann", 250, 1, 100, 20_000, 20_000),
    "adversarial-autoencoder": lambda dataset: Defaults(
        "adversarial-autoencoder", 200, 8, 100, 20_000, 20_000
    ),
    "nice": lambda dataset: _flow("nice", dataset),
    "realnvp": lambda dataset: _flow("realnvp", dataset),
    "maf": lambda dataset: _flow("maf", dataset),
    "iaf": lambda dataset: _flow("iaf", dataset),
    "neural-spline": lambda dataset: _flow("neural-spline", dataset),
    "flow-pair": lambda dataset: _flow("flow-pair", dataset),
    "ctgan": lambda dataset: Defaults("ctgan", 256, 128, 500, _epochs(dataset, 300), 20_000),
    "tvae": lambda dataset: Defaults("tvae", 128, 128, 500, _epochs(dataset, 300), 20_000),
}


NARROW = {"sagan": 16, "biggan": 16, "style": 16, "field": 12}
"""Width of networks that work at full resolution, where a step costs several times as much."""


def _epochs(dataset: Dataset, epochs: int, batch: int = 500) -> int:
    return max(1, epochs * len(dataset.train) // batch)


_GAMES = {
    "image": "r3gan",
    "points": "r3gan",
    "table": "nade",
    "matrix": "nade",
    "audio": "wavenet",
}


def choose_game(modality: str, game: str | None, networks: str | None) -> str:
    """The game that is named, else one that suits the data and the networks that are named.

    Example:
        >>> choose_game("table", None, None), choose_game("table", None, "mlp")
        ('nade', 'r3gan')
        >>> choose_game("image", None, "autoencoder")
        'vae'
    """
    if game is not None:
        return game
    # Where several games play with the same networks, the first of them.
    players = {entry.networks: name for name, entry in reversed(GAMES.items()) if entry.networks}
    if networks in players:
        return players[networks]
    return _GAMES[modality] if networks is None else "r3gan"
