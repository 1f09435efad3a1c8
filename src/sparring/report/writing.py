"""report.json and report.html, both whole or as they were."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sparring.callbacks.store import sync
from sparring.core.errors import Failure
from sparring.data.writing import aside
from sparring.report.figures import Judgement
from sparring.report.log import Log, read_log
from sparring.report.page import page

FORMAT = 1
"""The version of report.json; a newer one is refused."""


def write_report(
    folder: Path | str,
    judgement: Judgement,
    *,
    title: str,
    log: Path | str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> tuple[Path, Path]:
    """Write a run's report.json and report.html.

    Both are written aside and flushed before either takes its place, so that a report that was
    there before stays whole until the new one is.

    Args:
        folder: of the run; it is made where it doesn't exist.
        judgement: what `judge` found.
        title: of the page.
        log: the run's log.jsonl, for the curves and alarms.
        facts: what else is known of the run, by name: game, steps, parameters, licence of the
            data, versions, device, ...; `steps`, `samples` and `seconds` also make the cost.

    Returns:
        The paths of report.json and report.html.

    Raises:
        Failure: if the folder can't be written, or the log not be read.
    """
    folder, known = Path(folder), plain(dict(facts or {}))
    read = read_log(log)
    content = report(judgement, title, read, known)
    table, whole = folder / "report.json", folder / "report.html"
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    drawn = page(judgement, title, read, known, content["cost"])
    with aside(whole) as whole_part, aside(table) as table_part:
        for part, written in ((table_part, text), (whole_part, drawn)):
            part.write_text(written, "utf-8")
            sync(part)
    return table, whole


def report(judgement: Judgement, title: str, log: Log, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The content of report.json, in JSON's types."""
    return {
        "report": FORMAT,
        "title": title,
        **judgement.to_json(),
        "alarms": plain(list(log.alarms)),
        "cost": cost(judgement, log, facts),
        "facts": dict(facts),
    }


def cost(judgement: Judgement, log: Log, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the training took: steps, samples, seconds and steps a second, as far as known."""
    found = {name: facts.get(name, log.last.get(name)) for name in ("samples", "seconds")}
    steps = facts.get("steps", log.last.get("step"))
    rate = None
    if steps and found["seconds"]:
        rate = round(steps / found["seconds"], 3)
    parameters = facts.get("parameters")
    return {
        "steps": steps,
        **found,
        "steps_per_second": rate,
        "parameters": parameters,
        "report_seconds": judgement.seconds,
    }


def read_report(path: Path | str) -> dict[str, Any]:
    """The content of a report.json; `Judgement.from_json` takes it.

    Args:
        path: of the file, or of the run's folder.

    Raises:
        Failure: if there is none, it is damaged, or a newer version wrote it.
    """
    file = Path(path)
    file = file / "report.json" if file.is_dir() else file
    try:
        content: dict[str, Any] = json.loads(file.read_text("utf-8"))
        version = int(content["report"])
    except FileNotFoundError as error:
        raise Failure(f"there is no report at {file}; make one with `sparring report`.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(f"{file} is no readable report; make it anew.") from error
    if version > FORMAT:
        raise Failure(
            f"{file} was written by a newer sparring (format {version}, this one reads up to "
            f"{FORMAT}); install that version: pip install -U sparring."
        )
    return content


def plain(value: Any) -> Any:
    """Anything in JSON's types: numbers that aren't finite become null, what is foreign text.

    Example:
        >>> plain({"place": Path("runs"), "loss": float("nan"), "sizes": (1, 2)})
        {'place': 'runs', 'loss': None, 'sizes': [1, 2]}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(content) for name, content in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(content) for content in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)
