"""Recipes: TOML files that say what to train, and what figure to expect of it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, get_type_hints

from sparring.core import Callback
from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.recipes.checking import check_expectation, check_keys, check_training
from sparring.tasks.run import FORMAT, IN_MEMORY, free_folder
from sparring.tasks.synthesizer import Synthesizer


@dataclass(frozen=True)
class Expectation:
    """What a figure should come to.

    Attributes:
        figure: its name in the report.
        of: which of the recipe's trainings.
        over: divide by the same figure of this training, or None.
        at_least, at_most: bounds, each may be None.
        every: whether every seed must keep them, else the median over the seeds.
    """

    figure: str
    of: str
    over: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    every: bool = False

    def sentence(self) -> str:
        """The expectation in words."""
        what = f"{self.figure} of {self.of}" + (f" over that of {self.over}" if self.over else "")
        bounds = [
            f"{words} {bound:g}"
            for words, bound in (("at least", self.at_least), ("at most", self.at_most))
            if bound is not None
        ]
        return f"{what} {' and '.join(bounds)} {'in every seed' if self.every else 'in the median'}"


@dataclass(frozen=True)
class Recipe:
    """A known experiment, or what a run was asked for.

    Attributes:
        name: of the file.
        title, source: what it is, and where the figure comes from.
        minutes: about how long it takes on two cores.
        data, data_options: as in `Synthesizer`.
        trainings: parameters of `Synthesizer` by the name of the training.
        seeds: how many seeds a reproduction takes.
        items: how many generated items are judged; None leaves it to the report.
        features: by what pictures are judged; None takes the best that is installed.
        deep: whether pictures are judged by what takes minutes too, as `sparring report --deep`.
        expect: what should come out.
    """

    name: str
    data: str
    trainings: Mapping[str, Mapping[str, Any]]
    title: str = ""
    source: str = ""
    minutes: float | None = None
    data_options: Mapping[str, Any] = field(default_factory=dict)
    seeds: int = 1
    items: int | None = None
    features: str | None = None
    deep: bool = False
    expect: Sequence[Expectation] = ()

    def synthesizer(self, training: str, **more: Any) -> Synthesizer:
        """A synthesizer that trains one of the recipe's trainings."""
        return Synthesizer(**{**self.trainings[training], **self.data_options, **more})


def known() -> dict[str, Path]:
    """The recipes that come with the package, by name."""
    folder = Path(str(resources.files("sparring.recipes")))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def read_recipe(name: str | Path) -> Recipe:
    """Read a recipe from a file, a run's folder, or those that come with the package.

    Raises:
        WrongUse: if there is none, or it holds something that a recipe can't.

    Example:
        >>> read_recipe("ring8").data
        'ring8'
    """
    path = Path(name)
    if path.is_dir():
        path = path / "recipe.toml"
    elif path.suffix != ".toml":
        recipes = known()
        if str(name) not in recipes:
            raise WrongUse(f"there is no recipe {str(name)!r}{closest(str(name), recipes)}")
        path = recipes[str(name)]
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongUse(f"recipe {path} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"recipe {path} isn't TOML: {error}.") from error
    return _check(path, content)


def _check(path: Path, content: Mapping[str, Any]) -> Recipe:
    check_keys(path, content, FORMAT)
    common, data_options = content.get("fit", {}), content.get("data_options", {})
    players = content.get("players") or {str(common.get("game", "r3gan")): {}}
    trainings = {title: _merged(common, players[title]) for title in players}
    for title, training in trainings.items():
        check_training(path, title, training, data_options)
    if len({options_key(t) for t in trainings.values()}) != len(trainings):
        raise WrongUse(f"recipe {path} trains the same thing twice; drop one of its players.")
    for row in content.get("expect", []):
        check_expectation(path, row, get_type_hints(Expectation), trainings)
    return Recipe(
        path.parent.name if path.name == "recipe.toml" else path.stem,
        content["data"],
        trainings,
        content.get("title", ""),
        content.get("source", ""),
        content.get("minutes"),
        data_options,
        content.get("seeds", 1),
        content.get("items"),
        content.get("features"),
        content.get("deep", False),
        [Expectation(**row) for row in content.get("expect", [])],
    )


def options_key(training: Mapping[str, Any]) -> str:
    """Two trainings with equal keys would be the same training."""
    return repr(sorted(training.items(), key=lambda item: item[0]))


def _merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**common, **own}
    if all(isinstance(table.get("options"), Mapping) for table in (common, own)):
        merged["options"] = {**common["options"], **own["options"]}
    return merged


def play_recipe(
    name: str | Path, run: Path | None = None, callbacks: Sequence[Callback] = ()
) -> list[Path]:
    """Train everything that a recipe says.

    Args:
        name: a file, or a recipe that comes with the package.
        run: folder of the run; with several trainings, a folder of runs.
        callbacks: more to do beside the trainings.

    Returns:
        The folders of the runs.

    Raises:
        WrongUse: if it can't be read, or its data was given in memory.
    """
    recipe = read_recipe(name)
    if recipe.data == IN_MEMORY:
        raise WrongUse(
            f"the data of recipe {name} was given in memory; name its file there, "
            f'such as data = "photos/", or fit it again in Python.'
        )
    base = run or free_folder(recipe.name)
    folders = []
    for training in recipe.trainings:
        folder = base if len(recipe.trainings) == 1 else base / training
        synthesizer = recipe.synthesizer(training, run=folder, callbacks=callbacks)
        synthesizer.fit(recipe.data)
        folders.append(folder)
    return folders
