"""From a data set and what the user asked for, all that is needed to train."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from sparring.core import Alternating, UpdateRule
from sparring.core.errors import WrongUse
from sparring.data import Dataset
from sparring.games.catalog import find_game
from sparring.tasks.arguments import check_type
from sparring.tasks.choices import DEFAULTS, Defaults, Fit
from sparring.tasks.model import ModelSpec
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
    "heldout",
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
    entry = find_game(settings["game"])
    shape = tuple(dataset.modality.shape)
    defaults = DEFAULTS[dataset.modality.name](shape)
    chosen = {**settings, **_numbers(settings, defaults)}
    if chosen["networks"] is None:
        chosen["networks"] = defaults.networks
    suggested = entry.suggested.get(dataset.modality.name, {})
    chosen["options"] = {**suggested, **(settings["options"] or {})}
    wanted = chosen["conditional"]
    if wanted and not dataset.classes:
        raise WrongUse(f"conditional=True needs classes, and {dataset.name} has none.")
    classes = dataset.classes if dataset.classes and wanted is not False else ()
    chosen["conditional"] = bool(classes)
    fit = Fit(
        shape,
        chosen["latent"],
        chosen["width"],
        len(classes),
        tuple(getattr(dataset.modality, "spans", ())),
    )
    frequencies = _frequencies(dataset, len(classes)) if classes else ()
    spec = ModelSpec(
        settings["game"], chosen["networks"], fit, chosen["options"], frequencies, tuple(classes)
    )
    return Plan(chosen, spec)


def _numbers(settings: Mapping[str, Any], defaults: Defaults) -> dict[str, Any]:
    names = ["width", "latent", "batch_size", "half_life"]
    if settings["minutes"] is None:
        names.append("steps")
    return {name: getattr(defaults, name) for name in names if settings[name] is None}


def _frequencies(dataset: Dataset, classes: int) -> tuple[float, ...]:
    labels = dataset.train.y  # type: ignore[attr-defined]
    counts = torch.bincount(labels, minlength=classes).double()
    return tuple((counts / counts.sum()).tolist())
