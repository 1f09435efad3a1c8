"""From a data set and what the user asked for, all that is needed to train."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from sparring.core import Alternating, UpdateRule
from sparring.core.errors import WrongUse
from sparring.data import Dataset
from sparring.games.catalog import find_game
from sparring.tasks.choices import DEFAULTS, Defaults, Fit
from sparring.tasks.model import ModelSpec
from sparring.tasks.parts import make
from sparring.tasks.run import FORMAT

_DATA_OPTIONS = ("modality", "size", "target", "separator", "heldout")
_ELSEWHERE = ("run", "callbacks", "device", "processes", "previews", "alarms", *_DATA_OPTIONS)


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
        return Alternating() if rule is None else rule

    def recipe(self, source: str) -> dict[str, Any]:
        """What plays it again, as TOML can hold it."""
        from sparring import __version__

        fit = {k: v for k, v in self.settings.items() if k not in _ELSEWHERE and v is not None}
        fit |= {k: self.settings[k] for k in ("previews", "alarms", "processes", "device")}
        options = {k: self.settings[k] for k in _DATA_OPTIONS if self.settings[k] is not None}
        return {
            "format": FORMAT,
            "sparring": __version__,
            "data": source,
            "data_options": options,
            "fit": fit,
        }


def plan(dataset: Dataset, settings: Mapping[str, Any]) -> Plan:
    """Choose what the user left open.

    Raises:
        WrongUse: for a setting that can't be used with this data.
    """
    entry = find_game(settings["game"])
    shape = tuple(dataset.modality.shape)
    defaults = DEFAULTS[dataset.modality.name](shape)
    chosen = {**settings, **_numbers(settings, defaults)}
    if chosen["networks"] is None:
        chosen["networks"] = defaults.networks or entry.pictures
    taken = inspect.signature(entry.game).parameters
    suggested = {k: v for k, v in defaults.options.items() if k in taken}
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
    numbers: dict[str, Any] = {}
    for name in ("width", "latent", "batch_size", "half_life"):
        value = settings[name]
        value = getattr(defaults, name) if value is None else value
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 1:
            raise WrongUse(f"{name} must be a number of at least 1, got {value!r}.")
        numbers[name] = value
    steps, minutes = settings["steps"], settings["minutes"]
    if minutes is not None and not (isinstance(minutes, int | float) and minutes > 0):
        raise WrongUse(f"minutes must be a number above 0, got {minutes!r}.")
    if steps is not None and (not isinstance(steps, int) or isinstance(steps, bool) or steps < 1):
        raise WrongUse(f"steps must be a whole number of at least 1, got {steps!r}.")
    if steps is None and minutes is None:
        steps = defaults.steps
    return {**numbers, "steps": steps}


def _frequencies(dataset: Dataset, classes: int) -> tuple[float, ...]:
    labels = dataset.train.y  # type: ignore[attr-defined]
    counts = torch.bincount(labels, minlength=classes).double()
    return tuple((counts / counts.sum()).tolist())
