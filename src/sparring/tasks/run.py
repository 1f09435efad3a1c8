"""A run: the folder with everything that one training made."""

import shutil
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import tomli_w

from sparring.callbacks.checkpoint import step_of
from sparring.callbacks.store import cannot_write
from sparring.core.errors import Failure, WrongUse
from sparring.data.databases import is_database, shown
from sparring.tasks.arguments import check_type

FORMAT = 1

IN_MEMORY = "in memory"
"""What a recipe names as its data, or as its hints, when they had no name."""

_NAMES = (
    "checkpoints",
    "model",
    "log.jsonl",
    "tensorboard",
    "samples",
    "report.json",
    "report.html",
)


class Run:
    """The folder of a run and where things are in it.

    `recipe.toml` is all that is needed to play it again; `model/`, `checkpoints/`, `log.jsonl`,
    `samples/`, `report.json` and `report.html` are what came out.

    Args:
        folder: where it is, or shall be.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.recipe_file = self.folder / "recipe.toml"
        self.model = self.folder / "model"
        self.log = self.folder / "log.jsonl"
        self.samples = self.folder / "samples"
        self._made: list[Path] = []

    @classmethod
    def create(cls, folder: str | Path, recipe: Mapping[str, Any]) -> "Run":
        """Begin a run in a folder that holds none.

        Raises:
            WrongUse: if another run is there already; it is left as it is.
            Failure: if the folder can't be written.
        """
        run = cls(folder)
        if run.recipe_file.exists():
            changes = differences(run.recipe(), recipe)
            difference = f", which differs in {'; '.join(changes)}" if changes else ""
            raise WrongUse(
                f"{run.folder} already holds a run{difference}; go on with it by "
                f"sparring resume {run.folder}, or name another folder."
            )
        taken = [name for name in _NAMES if (run.folder / name).exists()]
        if taken:
            raise WrongUse(
                f"{run.folder} already holds {', '.join(taken)} and no recipe.toml; name a folder "
                f"that is new or empty."
            )
        aside = run.folder / "recipe.toml.part"
        run._made = [at for at in (run.folder, *run.folder.parents) if not at.exists()]
        try:
            run.folder.mkdir(parents=True, exist_ok=True)
            aside.write_text(tomli_w.dumps(dict(recipe)), encoding="utf-8")
            aside.rename(run.recipe_file)
        except OSError as error:
            run.discard()
            raise Failure(cannot_write(run.folder, error)) from error
        return run

    def discard(self) -> None:
        """Take away what `create` and the training wrote, if no step of it has been kept."""
        if self._has_steps():
            return
        folders = [
            self.model,
            self.samples,
            self.folder / "checkpoints",
            self.folder / "tensorboard",
        ]
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            for file in (self.log, self.recipe_file, self.folder / "recipe.toml.part"):
                file.unlink(missing_ok=True)
            for folder in self._made:
                folder.rmdir()

    def _has_steps(self) -> bool:
        if any(step_of(path) > 0 for path in (self.folder / "checkpoints").glob("step-*")):
            return True
        return self.log.is_file() and '"samples"' in self.log.read_text(encoding="utf-8")

    @classmethod
    def open(cls, folder: str | Path) -> "Run":
        """The run in a folder.

        Raises:
            WrongUse: if there is none.
        """
        run = cls(folder)
        if not run.recipe_file.is_file():
            raise WrongUse(
                f"there is no run in {run.folder} (it has no recipe.toml); "
                f"begin one with sparring fit DATA --run {run.folder}."
            )
        return run

    def recipe(self) -> dict[str, Any]:
        """What the run was asked for.

        Raises:
            WrongUse: if the file can't be read, or a newer version wrote it.
        """
        try:
            recipe = tomllib.loads(self.recipe_file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WrongUse(f"{self.recipe_file} isn't a recipe: {error}.") from error
        written = recipe.get("format", FORMAT)
        check_type(f"format in {self.recipe_file}", written, int)
        if written > FORMAT:
            raise WrongUse(
                f"{self.recipe_file} was written by a newer version of sparring (format "
                f"{written}, this one reads up to {FORMAT}); upgrade sparring."
            )
        for key, kind in (("data", str), ("fit", Mapping)):
            if not isinstance(recipe.get(key), kind):
                raise WrongUse(
                    f"{self.recipe_file} isn't the recipe of a run: its {key} is missing or of "
                    f"another type; put back the file that was written there."
                )
        return recipe


def free_folder(name: str) -> Path:
    """A folder below `runs` of that name that isn't there yet, numbered where it is."""
    folders = (Path("runs") / (name if n == 1 else f"{name}-{n}") for n in range(1, 10_000))
    return next(folder for folder in folders if not folder.exists())


def differences(one: Mapping[str, Any], other: Mapping[str, Any], at: str = "") -> list[str]:
    """What two nested mappings disagree on, one line each.

    Example:
        >>> differences({"fit": {"steps": 5}}, {"fit": {"steps": 9}})
        ['fit.steps: 5 there, 9 here']
    """
    found: list[str] = []
    for key in dict.fromkeys([*one, *other]):
        a, b = one.get(key), other.get(key)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found += differences(a, b, f"{at}{key}.")
        elif a != b:
            found.append(f"{at}{key}: {_shown(a)} there, {_shown(b)} here")
    return found


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)


def source_of(data: Any) -> str:
    """How a recipe names the data: by name or path, if it has one."""
    if is_database(data):
        here = isinstance(data, str | Path) and Path(data).exists()
        return str(Path(data).resolve()) if here else shown(data)
    if isinstance(data, str | Path):
        return str(Path(data).resolve()) if Path(data).exists() else str(data)
    return IN_MEMORY
