"""Running a known experiment with several seeds, and comparing it with the expected figure."""

import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import torch

from sparring import __version__
from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data import Dataset, open_dataset
from sparring.data.writing import aside
from sparring.recipes.findings import Findings, Row
from sparring.recipes.reader import Expectation, Recipe, read_recipe
from sparring.report import Figure
from sparring.tasks.judging import judge_synthesizer
from sparring.tasks.synthesizer import Synthesizer

Values = dict[str, list[Row]]


def reproduce_recipe(
    name: str,
    seeds: int | None = None,
    evidence: Path = Path("evidence"),
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Train a recipe with seeds 0, 1, ..., judge each, and keep the result as evidence.

    What is broken off goes on after the last training that was judged, where the recipe, the
    versions and the commit are the same.

    Args:
        name: of the recipe.
        seeds: how many; None takes the recipe's number.
        evidence: the folder in which `NAME.json` is written, whatever came out.
        progress: called with a few words now and then.

    Returns:
        recipe, expected, got, passed, seconds, seeds, and every figure of every seed.

    Raises:
        WrongUse: if the recipe expects nothing, or seeds is below 1.
    """
    recipe = read_recipe(name)
    if not recipe.expect:
        raise WrongUse(f"recipe {name} expects no figure; run it with sparring play {name}.")
    count = recipe.seeds if seeds is None else seeds
    if count < 1:
        raise WrongUse(f"seeds must be at least 1, got {count}.")
    # Before the pictures of an earlier result are replaced, which would change the tree.
    made_by = machine()
    findings = _findings(recipe, evidence, made_by)
    with tempfile.TemporaryDirectory() as cache:
        tell = progress or (lambda words: None)
        values = _values(recipe, count, tell, evidence, Path(cache), findings)
    checks = [_check(expectation, values) for expectation in recipe.expect]
    result = {
        "recipe": recipe.name,
        "expected": [check["expected"] for check in checks],
        "got": [check["got"] for check in checks],
        "passed": all(check["passed"] for check in checks),
        "seconds": round(sum(row.pop("seconds") for of in values.values() for row in of), 1),
        "seeds": count,
        "title": recipe.title,
        "source": recipe.source,
        "figures": values,
        **made_by,
    }
    _keep(evidence / f"{recipe.name}.json", result)
    findings.end()
    return result


def _findings(recipe: Recipe, evidence: Path, made_by: Mapping[str, Any]) -> Findings:
    """What was found by an earlier reproduction of the same recipe that was broken off."""
    told = {name: made_by[name] for name in ("sparring", "torch", "commit")}
    content = json.dumps(asdict(recipe), sort_keys=True, default=str)
    path = evidence / f"{recipe.name}.part.json"
    return Findings(path, {**told, "recipe": content}, not made_by["commit"].endswith("-dirty"))


def _values(
    recipe: Recipe,
    seeds: int,
    progress: Callable[[str], None],
    pictures: Path,
    cache: Path,
    findings: Findings,
) -> Values:
    values: Values = {title: [] for title in recipe.trainings}
    dataset = open_dataset(recipe.data, **recipe.data_options)
    for seed in range(seeds):
        for title in recipe.trainings:
            row = findings.find(title, seed)
            if row is None:
                progress(f"{title}, seed {seed}")
                row = _row(recipe, title, seed, dataset, pictures, cache)
                findings.keep(title, seed, row)
            values[title].append(row)
    return values


def _row(
    recipe: Recipe, title: str, seed: int, dataset: Dataset, pictures: Path, cache: Path
) -> Row:
    """Train and judge once: all figures, and what they took."""
    began, clock = time.process_time(), time.monotonic()
    synthesizer = recipe.synthesizer(title, seed=seed).fit(recipe.data)
    trained = time.process_time() - began
    if seed == 0:
        _picture(pictures, f"{recipe.name}-{title}.png", synthesizer)
    judgement = judge_synthesizer(
        synthesizer,
        dataset,
        n=recipe.items,
        seed=seed,
        features=recipe.features,
        cache=cache,
        deep=recipe.deep,
    )
    _refuse_unknown(recipe, title, [figure.name for figure in judgement])
    return {
        "steps": synthesizer.model_.step,
        "train_cpu_seconds": round(trained, 1),
        "features": judgement.features,
        **{figure.name: _numbers(figure) for figure in judgement},
        "seconds": time.monotonic() - clock,
    }


def _refuse_unknown(recipe: Recipe, title: str, figures: Sequence[str]) -> None:
    """Before the other seeds are trained: a figure that no report of this data has."""
    for expectation in recipe.expect:
        if title in (expectation.of, expectation.over) and expectation.figure not in figures:
            raise WrongUse(
                f"recipe {recipe.name} expects a figure {expectation.figure!r} that the report of "
                f"{title} doesn't have{closest(expectation.figure, figures)}"
            )


def _numbers(figure: Figure) -> dict[str, float]:
    numbers = {
        "value": figure.value,
        "deviation": figure.deviation,
        "floor": figure.floor.value,
        "ceiling": figure.ceiling.value,
        "generated": figure.generated,
        "real": figure.real,
    }
    return {name: round(number, 6) for name, number in numbers.items()}


def _picture(folder: Path, name: str, synthesizer: Synthesizer) -> None:
    """The first samples of the first seed, not chosen."""
    items = 100 if len(synthesizer.modality_.shape) == 3 else 2500  # pictures, or points
    picture = synthesizer.modality_.show(synthesizer.sample(items, seed=0))
    with aside(folder / name) as part:
        picture.save(part)


def _check(expectation: Expectation, values: Values) -> dict[str, Any]:
    got = [row[expectation.figure]["value"] for row in values[expectation.of]]
    if expectation.over is not None:
        under = [row[expectation.figure]["value"] for row in values[expectation.over]]
        got = [a / b if b else float("inf") for a, b in zip(got, under, strict=True)]
    low = -float("inf") if expectation.at_least is None else expectation.at_least
    high = float("inf") if expectation.at_most is None else expectation.at_most
    judged = got if expectation.every else [median(got)]
    return {
        "expected": expectation.sentence(),
        "got": got if expectation.every else median(got),
        "passed": all(low <= value <= high for value in judged),
    }


def machine() -> dict[str, Any]:
    """Where and with what a result was made."""
    return {
        "sparring": __version__,
        "torch": torch.__version__,
        "commit": _commit(),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "threads": torch.get_num_threads(),
    }


def _commit() -> str:
    """The commit of the source tree this runs from, or "released" outside one."""
    here = Path(__file__).parent
    command = ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "released"
    return found.stdout.strip() if found.returncode == 0 else "released"


def _keep(path: Path, result: dict[str, Any]) -> None:
    with aside(path) as part:
        part.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
