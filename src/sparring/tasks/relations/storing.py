"""What was learnt of several tables as a folder: JSON, a model a table, Parquet of what stays."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from sparring.core.errors import Failure, WrongUse
from sparring.data.descriptions import Description, Relationship, TableDescription
from sparring.data.forms import Form, form_from_description
from sparring.data.rules import Rules
from sparring.data.writing import aside
from sparring.tasks.relations.following import Copy, Counter, Figure
from sparring.tasks.relations.gaps import Gap
from sparring.tasks.relations.naming import Numbering
from sparring.tasks.relations.seeing import First, Learnt
from sparring.tasks.relations.sequences import Sequence
from sparring.tasks.relations.structure import Link, Place

FORMAT = 1
_FILE = "relations.json"
Model = TypeVar("Model")


def write_relations(
    folder: Path, state: Mapping[str, Any], models: Mapping[str, Callable[[Path], None]]
) -> None:
    """Write what was learnt, whole or not at all.

    Args:
        folder: new or empty.
        state: the attributes of a `LinkedTables` by name, but its models.
        models: table -> what writes its model into a folder.

    Raises:
        WrongUse: if the folder holds something. Failure: if it can't be written.
    """
    with aside(folder) as part:
        part.mkdir(parents=True)
        for i, frame in enumerate(state["kept"].values()):
            frame.to_parquet(part / f"kept-{i}.parquet")
        for i, write in enumerate(models.values()):
            write(part / f"table-{i}")
        words = json.dumps(_described(state, list(models)), indent=1, ensure_ascii=False)
        (part / _FILE).write_text(words + "\n", encoding="utf-8")


def _described(state: Mapping[str, Any], models: list[str]) -> dict[str, Any]:
    keys: Description = state["keys"]
    return {
        "format": FORMAT,
        "models": models,
        "kept": list(state["kept"]),
        "columns": {name: list(columns) for name, columns in state["columns"].items()},
        "sequences": [asdict(sequence) for sequence in state["sequences"]],
        "keys": asdict(keys),
        "figures": [_with_form(figure) for figure in state["figures"]],
        "learnt": [_of_learnt(one) for one in state["learnt"].values()],
    }


def _with_form(thing: Any) -> dict[str, Any]:
    return {**asdict(thing), "form": thing.form.describe()}


def _of_learnt(one: Learnt) -> dict[str, Any]:
    return {
        "place": asdict(one.place),
        "rows": one.rows,
        "dtypes": dict(one.dtypes),
        "key": one.key.describe() if isinstance(one.key, Form) else None,
        "numbering": asdict(one.key) if isinstance(one.key, Numbering) else None,
        "copies": [asdict(copy) for copy in one.copies],
        "counters": [asdict(counter) for counter in one.counters],
        "forms": [[name, form.describe()] for name, form in one.forms.items()],
        "rules": one.rules.describe(),
        "orders": [list(pair) for pair in one.orders],
        "numbers": {name: [list(p) for p in pairs] for name, pairs in one.numbers.items()},
        "gaps": [_with_form(gap) for gap in one.gaps],
        "firsts": [_with_form(first) for first in one.firsts],
        "seen": list(one.seen),
        "before": list(one.before),
        "matched": {link: list(columns) for link, columns in one.matched.items()},
        "queued": [asdict(link) for link in one.queued],
    }


def holds_relations(folder: Path) -> bool:
    """Whether `write_relations` wrote into a folder."""
    return (folder / _FILE).is_file()


def read_relations(
    folder: Path, load: Callable[[Path], Model]
) -> tuple[dict[str, Any], dict[str, Model]]:
    """Read what `write_relations` wrote.

    Args:
        folder: where it is.
        load: reads a model.

    Raises:
        WrongUse: if there is nothing. Failure: if a file is damaged or of a newer version.
    """
    file = folder / _FILE
    if not file.is_file():
        raise WrongUse(f"there are no tables in {folder} (it has no {_FILE}); fit them and save.")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        written = int(content["format"])
        if written > FORMAT:
            raise Failure(
                f"{file} was written by a newer version of sparring (format {written}, this one "
                f"reads up to {FORMAT}); upgrade sparring."
            )
        state = _restored(content)
        state["kept"] = {
            name: pd.read_parquet(folder / f"kept-{i}.parquet")
            for i, name in enumerate(content["kept"])
        }
        names = list(content["models"])
    except (LookupError, TypeError, ValueError, AttributeError, OSError) as error:
        if isinstance(error, Failure):
            raise
        raise Failure(f"{file} is damaged; fit the tables again.") from error
    return state, {name: load(folder / f"table-{i}") for i, name in enumerate(names)}


def _restored(content: Mapping[str, Any]) -> dict[str, Any]:
    learnt = [_learnt(one) for one in content["learnt"]]
    return {
        "columns": {name: tuple(columns) for name, columns in content["columns"].items()},
        "sequences": tuple(
            Sequence(**{**one, "constant": tuple(one["constant"])}) for one in content["sequences"]
        ),
        "keys": Description(
            {
                name: TableDescription(
                    columns=tuple(one["columns"]), primary_key=tuple(one["primary_key"])
                )
                for name, one in content["keys"]["tables"].items()
            },
            tuple(Relationship(**one) for one in content["keys"]["relationships"]),
        ),
        "figures": tuple(_formed(Figure, one) for one in content["figures"]),
        "learnt": {one.place.name: one for one in learnt},
    }


def _formed(kind: Callable[..., Any], fields: Mapping[str, Any]) -> Any:
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in fields.items()}
    return kind(**{**values, "form": form_from_description(fields["form"])})


def _learnt(one: Mapping[str, Any]) -> Learnt:
    return Learnt(
        _place(one["place"]),
        int(one["rows"]),
        dict(one["dtypes"]),
        _naming(one),
        tuple(Copy(**copy) for copy in one["copies"]),
        tuple(Counter(**counter) for counter in one["counters"]),
        {name: form_from_description(form) for name, form in one["forms"]},
        Rules.from_description(one["rules"]),
        tuple((low, high) for low, high in one["orders"]),
        {name: tuple((n, often) for n, often in p) for name, p in one["numbers"].items()},
        tuple(_formed(Gap, gap) for gap in one["gaps"]),
        tuple(_formed(First, first) for first in one["firsts"]),
        tuple(one["seen"]),
        tuple(one["before"]),
        {link: tuple(columns) for link, columns in one["matched"].items()},
        tuple(Link(**link) for link in one["queued"]),
    )


def _naming(one: Mapping[str, Any]) -> Form | Numbering | None:
    if one["numbering"] is not None:
        return Numbering(**one["numbering"])
    return None if one["key"] is None else form_from_description(one["key"])


def _place(one: Mapping[str, Any]) -> Place:
    def links(name: str) -> tuple[Link, ...]:
        return tuple(Link(**link) for link in one[name])

    return Place(
        one["name"],
        tuple(one["columns"]),
        tuple(one["key"]),
        None if one["main"] is None else Link(**one["main"]),
        links("matched"),
        links("late"),
        links("itself"),
        links("listed"),
        one["order"],
    )
