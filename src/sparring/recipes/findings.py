"""What a reproduction has found so far, kept so that one that is broken off goes on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sparring.core.errors import WrongUse
from sparring.data.writing import aside

Row = dict[str, Any]


class Findings:
    """Figures by training and seed, in a file beside the result until that is whole.

    Args:
        path: of the file.
        made_by: what must be the same for kept figures to count: the recipe, versions and commit.
        trusted: whether `made_by` tells all; what a changed tree found is not gone on with.

    Raises:
        WrongUse: for a file that holds something else.
    """

    def __init__(self, path: Path, made_by: Mapping[str, str], trusted: bool) -> None:
        self.path, self.made_by = path, dict(made_by)
        self.rows: dict[str, Row] = {}
        if trusted and path.exists():
            try:
                kept = json.loads(path.read_text(encoding="utf-8"))
                same, rows = kept["made_by"] == self.made_by, dict(kept["rows"])
            except (ValueError, KeyError, TypeError) as error:
                raise WrongUse(
                    f"{path} must hold what a reproduction found so far, and doesn't: delete it."
                ) from error
            self.rows = rows if same else {}

    def find(self, training: str, seed: int) -> Row | None:
        """The figures of a training with a seed, if they are there."""
        return self.rows.get(f"{training}, seed {seed}")

    def keep(self, training: str, seed: int, row: Row) -> None:
        """Add figures, and write all of them."""
        self.rows[f"{training}, seed {seed}"] = row
        with aside(self.path) as part:
            content = {"made_by": self.made_by, "rows": self.rows}
            part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    def end(self) -> None:
        """The result is whole: the file is needed no more."""
        self.path.unlink(missing_ok=True)
