"""From a trained synthesizer or a run to a judgement and its report."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sparring.data import Dataset, Image
from sparring.data.conditions import Texts
from sparring.report import Judgement, judge, write_report
from sparring.report.captions import captioned, captions_of
from sparring.report.codes import codes_of
from sparring.report.latents import latents_of
from sparring.report.measures import Measure
from sparring.report.reconstruction import reconstruction_of
from sparring.tasks.coding import code_reader
from sparring.tasks.contest import told
from sparring.tasks.deepening import deep_measures
from sparring.tasks.latents import latents_in
from sparring.tasks.reconstructing import manifold_of, reconstructor
from sparring.tasks.run import Run
from sparring.tasks.surprise import surprise_measures
from sparring.tasks.synthesizer import Synthesizer


def judge_synthesizer(
    synthesizer: Synthesizer,
    dataset: Dataset,
    n: int | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
    features: Any = None,
    cache: Path | None = None,
    deep: bool = False,
) -> Judgement:
    """Judge a fitted synthesizer against a data set's held-out part.

    Args:
        synthesizer: fitted or loaded.
        dataset: what it was trained on.
        n: how many items are compared; None takes the report's number.
        seed: of all draws.
        progress: called with a few words now and then.
        features: of pictures; None takes the best that is installed.
        cache: a folder where features of the real data and classifiers are kept.
        deep: of pictures, measure too what takes minutes: what a classifier learns from generated
            images, how they change between latents, with truncation, with mixed styles.

    Raises:
        WrongUse: for a deep look at anything but pictures.
    """

    def labelled(n: int, seed: int) -> tuple[Any, Any]:
        return synthesizer.sample_labelled(n, seed)

    return judge(
        dataset,
        lambda n, seed: synthesizer.sample(n, seed=seed),
        labelled=labelled if synthesizer.spec_.fit.asked else None,
        more=[
            *_own_measures(synthesizer, dataset, cache),
            *(deep_measures(synthesizer, dataset, cache) if deep else ()),
        ],
        features=features,
        n=n,
        seed=seed,
        cache=cache,
        progress=progress,
    )


def _own_measures(synthesizer: Synthesizer, dataset: Dataset, cache: Path | None) -> list[Measure]:
    """What this game can be asked that others can't."""
    found: list[Measure] = []
    read = code_reader(synthesizer.model_, synthesizer.modality_)
    if read is not None and isinstance(dataset.modality, Image) and dataset.classes:
        found.append(codes_of(read, cache))
    found += surprise_measures(synthesizer, dataset)
    again = reconstructor(synthesizer)
    if again is not None:
        found.append(reconstruction_of(again, manifold_of(synthesizer)))
    latents = latents_in(synthesizer)
    if latents is not None:
        found += latents_of(latents)
    if captioned(dataset) and isinstance(synthesizer.spec_.condition, Texts):
        found += captions_of(
            dataset, lambda texts, seed: synthesizer.sample(len(texts), list(texts), seed), cache
        )
    return found


def report_run(
    folder: str | Path,
    data: Any = None,
    progress: Callable[[str], None] | None = None,
    features: Any = None,
    deep: bool = False,
) -> tuple[Path, dict[str, Any]]:
    """Judge a run and write `report.json` and `report.html` into it.

    Args:
        folder: of the run.
        data: the data again, if it was given in memory.
        progress: called with a few words now and then.
        features: of pictures; None takes the best that is installed.
        deep: see `judge_synthesizer`.

    Returns:
        The page, and what report.json holds.

    Raises:
        WrongUse: if there is no run, or its data isn't there; for a deep look at anything but
            pictures.
    """
    run = Run.open(folder)
    synthesizer = Synthesizer.load(run.folder)
    dataset = Synthesizer.data_of(run, data)
    judgement = judge_synthesizer(
        synthesizer,
        dataset,
        progress=progress,
        features=features,
        cache=run.folder / "cache",
        deep=deep,
    )
    content, page = write_report(
        run.folder,
        judgement,
        title=f"{dataset.name}: {synthesizer.game}",
        log=run.log if run.log.exists() else None,
        facts=_facts(run, synthesizer, dataset),
    )
    return page, json.loads(content.read_text(encoding="utf-8"))


def _facts(run: Run, synthesizer: Synthesizer, dataset: Dataset) -> dict[str, Any]:
    recipe, spec = run.recipe(), synthesizer.spec_
    lines = [json.loads(line) for line in run.log.read_text(encoding="utf-8").splitlines()]
    last: dict[str, Any] = next((line for line in reversed(lines) if "seconds" in line), {})
    contested = told(run.folder)
    weights = sum(p.numel() for p in synthesizer.model_.parameters())
    return {
        "game": spec.game,
        **({"chosen by": f"two-sample AUC on rows apart: {contested}"} if contested else {}),
        "networks": spec.networks,
        "parameters": weights,
        "classes": len(spec.classes) or None,
        "data": recipe["data"],
        "licence": dataset.licence,
        "training items": len(dataset.train),
        "held-out items": len(dataset.heldout),
        "steps": last.get("step"),
        "samples seen": last.get("samples"),
        "seconds": last.get("seconds"),
        "seed": recipe["fit"]["seed"],
        "options": spec.options,
        "sparring": recipe["sparring"],
    }
