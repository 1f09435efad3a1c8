"""From a data set and what the user asked for, all that is needed to train."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sparring.core import Alternating, UpdateRule
from sparring.core.errors import WrongUse
from sparring.data import Categories, Dataset
from sparring.data.conditions import Condition
from sparring.data.few_labels import has_unlabelled
from sparring.games.catalog import Entry, find_game
from sparring.tasks.arguments import check_type
from sparring.tasks.building import Fit, find_networks
from sparring.tasks.choices import NARROW, Defaults, choose_game, defaults_of
from sparring.tasks.hinting import as_recipe
from sparring.tasks.model import ModelSpec
from sparring.tasks.network_options import named
from sparring.tasks.parents import parents_of
from sparring.tasks.parts import make
from sparring.tasks.run import FORMAT

DATA_OPTIONS = (
    "modality",
    "size",
    "target",
    "separator",
    "missing",
    "categories",
    "drop",
    "table",
    "stream",
    "rules",
    "kinds",
    "heldout",
    "items",
    "labelled",
    "binarise",
    "text_encoder",
    "length",
    "rate",
)
_ELSEWHERE = ("run", "callbacks", "device", "processes", "previews", "alarms", *DATA_OPTIONS)


@dataclass(frozen=True)
class Plan:
    """Everything that a training follows from, nothing left open.

    Attributes:
        settings: the synthesizer's parameters, with None replaced by what was chosen.
        spec: what is built.
    """

    settings: Mapping[str, Any]
    spec: ModelSpec

    @property
    def rule(self) -> UpdateRule:
        """The update rule."""
        rule = make(self.settings["rule"])
        check_type("rule", rule, UpdateRule | None)
        return Alternating() if rule is None else rule

    def recipe(self, source: str) -> dict[str, Any]:
        """What plays it again, as TOML can hold it."""
        from sparring import __version__

        fit = {k: v for k, v in self.settings.items() if k not in _ELSEWHERE and v is not None}
        fit |= {k: self.settings[k] for k in ("previews", "alarms", "processes", "device")}
        fit.pop("hints")
        if self.settings["hints"]:
            fit["hints"] = as_recipe(self.settings["hints"])
        options = {k: self.settings[k] for k in DATA_OPTIONS if self.settings[k] not in (None, ())}
        return {
            "format": FORMAT,
            "sparring": __version__,
            "data": source,
            "data_options": options,
            "fit": fit,
        }


def plan(dataset: Dataset, settings: Mapping[str, Any]) -> Plan:
    """Choose what the user left open.

    Args:
        dataset: what is learnt.
        settings: the synthesizer's parameters, as `checks.checked` returns them.

    Raises:
        WrongUse: for a setting that can't be used with this data.
    """
    few = settings["conditional"] is not False and has_unlabelled(dataset)
    wanted = "s3gan" if few and settings["game"] is None else settings["game"]
    game = choose_game(dataset.modality.name, wanted, named(settings["networks"])[0])
    entry = find_game(game)
    shape = tuple(dataset.modality.shape)
    if entry.only not in (None, dataset.modality.name):
        raise WrongUse(
            f"game {game!r} plays with {entry.only} data alone, got {dataset.modality.name} data."
        )
    if entry.encoding != "scores" and not hasattr(dataset.modality, "spans"):
        raise WrongUse(f"game {game!r} plays with tables alone, got {dataset.modality.name} data.")
    defaults = defaults_of(dataset, entry.networks)
    chosen = {**settings, "game": game, **_numbers(settings, defaults)}
    if chosen["networks"] is None:
        chosen["networks"] = entry.prefers.get(dataset.modality.name, defaults.networks)
    networks, network_options = named(chosen["networks"])
    find_networks(str(networks), entry.networks)
    if settings["width"] is None:
        chosen["width"] = NARROW.get(str(networks), defaults.width)
    if chosen["rule"] is None:
        chosen["rule"] = entry.rule
    suggested = entry.suggested.get(dataset.modality.name, {})
    chosen["options"] = {**suggested, **(settings["options"] or {})}
    if few and entry.conditions and not entry.unlabelled:
        raise WrongUse(
            f"game {game!r} needs every label, and some are missing; use game='s3gan', which "
            f"learns from few, or conditional=False."
        )
    if not entry.conditions:
        if chosen["conditional"]:
            raise WrongUse(f"game {game!r} can't be asked for anything; leave conditional out.")
        chosen["conditional"] = False
    asked = _asked(dataset, chosen["conditional"])
    chosen["conditional"] = asked is not None
    fit = Fit(
        shape,
        chosen["latent"],
        chosen["width"],
        condition=0 if asked is None else asked.size,
        spans=tuple(getattr(dataset.modality, "spans", ())),
        frequencies=_frequencies(dataset, entry),
        asked={} if asked is None else asked.describe(),
        parents=parents_of(dataset) if entry.encoding == "tokens" else (),
        dropout=defaults.dropout,
        tones=getattr(dataset.modality, "tones", 256),
        judged=() if entry.judged is None else entry.judged(shape, chosen["options"]),
        options=network_options,
    )
    spec = ModelSpec(game, str(networks), fit, chosen["options"])
    return Plan(chosen, spec)


def _numbers(settings: Mapping[str, Any], defaults: Defaults) -> dict[str, Any]:
    names = ["width", "latent", "batch_size", "half_life", "patience"]
    if settings["minutes"] is None:
        names.append("steps")
    return {name: getattr(defaults, name) for name in names if settings[name] is None}


def _asked(dataset: Dataset, wanted: bool | None) -> Condition | None:
    """What items can be asked for by, unless the user doesn't want that."""
    if wanted and dataset.condition is None:
        raise WrongUse(
            f"conditional=True needs classes, attributes or captions, and {dataset.name} has none."
        )
    return None if wanted is False else dataset.condition


def _frequencies(dataset: Dataset, entry: Entry) -> tuple[float, ...]:
    if entry.batches != "conditioned":
        return ()
    spans = dataset.modality.spans  # type: ignore[attr-defined]
    return tuple(Categories(dataset.train, spans).frequencies)
