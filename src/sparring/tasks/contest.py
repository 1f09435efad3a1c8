"""Which game learns a table best: each is tried on a part of it and judged by rows kept apart."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sklearn.base import clone

from sparring.core.errors import WrongUse
from sparring.data import Table
from sparring.data.splitting import split
from sparring.metrics.two_sample import two_sample_auc

AUTO = "auto"
"""What `game` is set to for a contest."""

GAMES = ("nade", "r3gan", "tvae")
"""Who takes part, simplest to train first."""

FILE = "contest.json"
_APART = 0.2
# Not for a data frame, which has been read already.
_READ: dict[str, Any] = {
    **dict.fromkeys(("separator", "table", "stream")),
    **dict.fromkeys(("missing", "categories", "drop"), ()),
}
_ALONE: dict[str, Any] = {
    "run": None,
    "previews": False,
    "alarms": False,
    "callbacks": (),
    "patience": None,
}


@dataclass(frozen=True)
class Result:
    """How a game did.

    Attributes:
        game: its name.
        auc: of boosted trees that tell its rows from real ones that no game saw; 0.5 at best.
        seconds: of the clock that training took.
    """

    game: str
    auc: float
    seconds: float


def contest(synthesizer: Any, data: Any) -> list[Result]:
    """Let each of `GAMES` learn four fifths of a table's training part, and judge by the rest.

    Neither the held-out part nor an official test part is looked at.

    Args:
        synthesizer: whose other parameters all games get.
        data: as `Synthesizer.fit` takes it.

    Returns:
        One result a game, the best first.

    Raises:
        WrongUse: if the data is no table.
    """
    dataset = clone(synthesizer).set_params(game=GAMES[0])._open(data)
    if type(dataset.modality) is not Table:
        raise WrongUse(
            f"game='auto' compares games on tables, got {dataset.modality.name} data; leave game "
            f"out for the one that suits it."
        )
    rows = dataset.real()
    learnt, apart = split(len(rows), _APART, synthesizer.seed)
    results = []
    for game in GAMES:
        tried = clone(synthesizer).set_params(**_READ, **_ALONE, game=game)
        start = time.perf_counter()
        tried.fit(rows.iloc[learnt].reset_index(drop=True))
        seconds = time.perf_counter() - start
        made = tried.sample(len(apart), seed=synthesizer.seed)
        auc = two_sample_auc(rows.iloc[apart].reset_index(drop=True), made, seed=synthesizer.seed)
        results.append(Result(game, round(auc, 4), round(seconds, 1)))
    # Below one half is chance as well: of two such the one that stands first.
    return sorted(results, key=lambda result: max(result.auc, 0.5))


def write_results(folder: Path, results: list[Result]) -> None:
    """Keep the results beside the run that they chose."""
    content = json.dumps([asdict(result) for result in results], indent=2)
    (folder / FILE).write_text(content + "\n", encoding="utf-8")


def told(folder: Path) -> str | None:
    """The results of a run's contest in words, if it had one."""
    if not (folder / FILE).is_file():
        return None
    results = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return "; ".join(f"{r['game']} {r['auc']:.3f} in {r['seconds']:.0f} s" for r in results)
