"""Items of a fitted model into files, many rows of a table without holding them all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sparring.core.errors import WrongUse
from sparring.data import shards
from sparring.data.databases import is_database
from sparring.data.modality import Modality
from sparring.data.table import Table
from sparring.tasks.checks import whole
from sparring.tasks.fitted import Fitted


def sample_into(
    synthesizer: Fitted,
    n: int,
    output: str | Path,
    condition: Any = None,
    seed: int | None = None,
    truncation: float | None = None,
    processes: int = 1,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Make n new items and write them, whole or not at all.

    Rows of a table that go into a folder, or are more than `data.shards.PIECE`, are drawn and
    written piece by piece. Asked again with the same seed after it was broken off, that goes on
    where it ended. The same seed gives the same rows, whatever `processes`.

    Args:
        synthesizer: a fitted one.
        n: how many, at least 1.
        output: a file, whose suffix says the format; a folder; for tables a database too.
        condition, truncation: as for `Synthesizer.sample`.
        seed: of the draw; None draws anew each time.
        processes: how many draw at the same time, for tables alone.
        progress: told how many rows of a table are done, now and then.

    Raises:
        WrongUse: n below 1, a condition or an output that can't be used.
        Failure: too few rows do as asked, or the place can't be written.
    """
    n, processes = whole("n", n), whole("processes", processes)
    modality = synthesizer.modality_
    if not _by_pieces(modality, n, output):
        if processes > 1:
            raise WrongUse(
                "processes draw rows of a table into a folder, or more than "
                f"{shards.PIECE:,} of them into a file; leave it out."
            )
        modality.save(synthesizer.sample(n, condition, seed, truncation=truncation), output)
        return
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])

    def draw(rows: int, seed: int) -> Any:
        return synthesizer.sample(rows, condition, seed, truncation=truncation)

    shards.write(draw, n, output, seed=seed, processes=processes, progress=progress)


def _by_pieces(modality: Modality, n: int, output: str | Path) -> bool:
    if not isinstance(modality, Table) or is_database(output):
        return False
    path = Path(output)
    folder = path.is_dir() or not (path.suffix or path.is_file())
    return folder or n > shards.PIECE
