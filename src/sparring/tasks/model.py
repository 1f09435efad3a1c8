"""A trained game as a folder: weights in safetensors, all else in JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from sparring.callbacks.store import Damaged, read_tensors, write_tensors
from sparring.core import Game
from sparring.core.errors import Failure, WrongUse
from sparring.data import modality_from
from sparring.data.conditions import ClassNames, Condition, condition_from
from sparring.data.modality import Modality
from sparring.games.catalog import find_game
from sparring.regularizers import Hint
from sparring.tasks.arguments import check_arguments, keywords
from sparring.tasks.building import Fit, find_networks
from sparring.tasks.parts import make

FORMAT = 2


@dataclass(frozen=True)
class ModelSpec:
    """All that a game is built from, but the weights.

    Attributes:
        game: its name in the catalogue.
        networks: the name of its networks.
        fit: what the networks fit.
        options: of the game, parts written as data.
    """

    game: str
    networks: str
    fit: Fit
    options: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def condition(self) -> Condition | None:
        """What items can be asked for by."""
        return condition_from(self.fit.asked) if self.fit.asked else None

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, where items are asked for by these."""
        condition = self.condition
        return condition.names if isinstance(condition, ClassNames) else ()

    def build(self, hints: Sequence[Hint] = ()) -> Game:
        """A new game with freshly drawn weights.

        Args:
            hints: what is known of items, for a game that is to be trained.

        Raises:
            WrongUse: for an unknown game, networks or option, or hints to a game that takes none.
        """
        entry = find_game(self.game)
        parts = find_networks(self.networks, entry.networks)(self.fit)
        options = {name: make(value) for name, value in self.options.items()}
        if hints:
            options["hints"] = tuple(hints)
        check_arguments(f"game {self.game!r}", entry.game, options)
        return entry.make(*parts.first, **parts.named, **options)

    def describe(self) -> dict[str, Any]:
        """The specification in JSON's types."""
        return asdict(self)

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> "ModelSpec":
        """The specification that `describe` described."""
        fit = dict(description["fit"])
        for name in ("shape", "frequencies", "judged"):
            fit[name] = tuple(fit[name])
        fit["spans"] = tuple((kind, int(width)) for kind, width in fit["spans"])
        fit["parents"] = tuple(tuple(mine) for mine in fit["parents"])
        return cls(
            description["game"],
            description["networks"],
            Fit(**fit),
            dict(description["options"]),
        )


def options_of(game: str) -> list[str]:
    """The names of the options that a game of the catalogue takes."""
    return [name for name in keywords(find_game(game).game) if name != "hints"]


def save_model(folder: Path, spec: ModelSpec, modality: Modality, game: Game) -> None:
    """Write a game so that `load_model` can play on with it, whole or not at all."""
    meta = {"model": spec.describe(), "modality": modality.describe(), "format": FORMAT}
    with torch.random.fork_rng(devices=[]):
        used = spec.build().state_dict()  # without what served the training alone
    weights = game.state_dict()
    tensors = {name: weights[name].detach().cpu() for name in used}
    write_tensors(folder, tensors, meta)


def load_model(folder: Path) -> tuple[ModelSpec, Modality, Game]:
    """Read what `save_model` wrote.

    Raises:
        WrongUse: if there is no model.
        Failure: if a file is damaged, or of a newer version.
    """
    if not folder.is_dir():
        raise WrongUse(f"there is no model in {folder}; train one with sparring fit.")
    try:
        tensors, meta = read_tensors(folder)
    except Damaged as error:
        what = str(error).partition("; ")[0]
        raise Failure(
            f"the model in {folder} is damaged ({what}); sparring resume writes a finished run's "
            f"model again, else fit it again."
        ) from error
    if int(meta.get("format", 0)) > FORMAT:
        raise Failure(
            f"the model in {folder} was written by a newer version of sparring "
            f"(format {meta['format']}, this one reads {FORMAT}); upgrade sparring."
        )
    if int(meta.get("format", 0)) < FORMAT:
        raise Failure(
            f"the model in {folder} was written by an older version of sparring (format "
            f"{meta.get('format', 0)}, this one reads {FORMAT}); fit it again."
        )
    try:
        spec = ModelSpec.from_description(meta["model"])
        modality = modality_from(meta["modality"])
    except (LookupError, TypeError, ValueError) as error:
        raise Failure(f"what stands in {folder} doesn't describe a model; fit it again.") from error
    with torch.random.fork_rng(devices=[]):
        game = spec.build()
    try:
        game.load_state_dict(tensors)
    except RuntimeError as error:
        raise Failure(
            f"the weights in {folder} don't fit the model described there; fit it again."
        ) from error
    return spec, modality, game.eval()
