"""A run's log as a report needs it: curves per player, alarms, and what the training cost."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparring.core.errors import Failure

Curve = list[list[tuple[float, float]]]
"""(step, value), in one piece, or in several after roll-backs."""


@dataclass(frozen=True)
class Log:
    """What a run's log holds.

    Attributes:
        players: player -> term -> its curve.
        alarms: as they were written, oldest first.
        last: the last line that has a step: steps, samples and seconds of the training.
    """

    players: Mapping[str, Mapping[str, Curve]] = field(default_factory=dict)
    alarms: tuple[Mapping[str, Any], ...] = ()
    last: Mapping[str, Any] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """At which step the log ends."""
        return int(self.last.get("step", 0))


def read_log(path: Path | str | None) -> Log:
    """Read a run's `log.jsonl`.

    A last line that a killed process left half-written is passed over.

    Args:
        path: of the log; None, or a file that doesn't exist, is an empty log.

    Raises:
        Failure: if the file can't be read, or another line than the last is no JSON.

    Example:
        >>> read_log(None).alarms
        ()
    """
    if path is None or not Path(path).is_file():
        return Log()
    players: dict[str, dict[str, Curve]] = {}
    alarms: list[Mapping[str, Any]] = []
    last: Mapping[str, Any] = {}
    for line in _lines(Path(path)):
        if "alarm" in line:
            alarms.append(line)
        elif "step" in line:
            back = line["step"] <= last.get("step", -1)
            last = line
            _add(players, line, back)
    return Log(players, tuple(alarms), last)


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        texts = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"the log {path} can't be read: {error}.") from error
    found = []
    for number, text in enumerate(texts, start=1):
        try:
            line = json.loads(text)
        except ValueError as error:
            if number == len(texts):
                break
            raise Failure(
                f"the log {path} is damaged in line {number}; delete that line, or report "
                f"without the log."
            ) from error
        if isinstance(line, dict):
            found.append(line)
    return found


def _add(players: dict[str, dict[str, Curve]], line: Mapping[str, Any], back: bool) -> None:
    for name, value in line.items():
        player, slash, term = name.partition("/")
        if not slash:
            continue
        curve = players.setdefault(player, {}).setdefault(term, [[]])
        known = isinstance(value, int | float) and math.isfinite(value)
        if (back or not known) and curve[-1]:
            curve.append([])
        if known:
            curve[-1].append((float(line["step"]), float(value)))
