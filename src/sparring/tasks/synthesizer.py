"""The front for users: data in, more of its kind out."""

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import torch
from sklearn.base import BaseEstimator

from sparring.core import Callback
from sparring.core.errors import Failure, WrongUse
from sparring.core.names import closest
from sparring.data import Dataset, open_dataset
from sparring.data.descriptions import Description
from sparring.games.catalog import Entry, find_game
from sparring.metrics.two_sample import two_sample_auc
from sparring.tasks.building import find_networks
from sparring.tasks.checks import checked
from sparring.tasks.choices import choose_game
from sparring.tasks.contest import AUTO, contest, write_results
from sparring.tasks.looking import Looks
from sparring.tasks.model import load_model, save_model
from sparring.tasks.network_options import named
from sparring.tasks.planning import DATA_OPTIONS, plan
from sparring.tasks.relational import LinkedTables
from sparring.tasks.relations.opening import Said
from sparring.tasks.relations.storing import holds_relations
from sparring.tasks.run import IN_MEMORY, Run, source_of
from sparring.tasks.several import OneOrSeveral, are_several, features_of
from sparring.tasks.training import Training


class Synthesizer(OneOrSeveral, BaseEstimator):
    """Learns a data set and makes new items of its kind.

    `fit` looks at the data: its modality, size and classes choose the networks and the settings
    that are left at None. Everything chosen is written into the run's recipe.

    Args:
        game: a name from `sparring list games`; None lets the data choose; "auto" tries several
            on a table and takes the one whose rows are hardest to tell from real ones that none of
            them saw (`contest_`).
        networks: a name from `sparring list networks`, or with options {"part": "residual",
            "depth": 2}; None lets the game and the data choose.
        steps: how long to train; None takes the data's default, unless `minutes` is given.
        minutes: train for so long.
        batch_size: items in a batch, of all processes together.
        latent: length of the latent vector.
        width: of the networks' layers.
        patience: end the training when so many steps have brought nothing better; None goes on.
        half_life: of the averaged weights, in items seen; a number or a `Moving`.
        conditional: learn the classes, where there are any; None does.
        options: of the game, such as {"gamma": 0.5}; parts are written as data,
            {"generator_optimizer": {"part": "Adam", "lr": 1e-4}}.
        start: the folder of a run of items like these, whose networks this training starts from.
        frozen: how many of the discriminator's first layers stay as they are there.
        hints: what is known of the items, on top of any game of pictures or points: parts such as
            `Mirror()`, or functions of your own in `Violation` and `Checked`.
        rule: the update rule, as data: {"part": "Extragradient"}; None alternates.
        seed: of everything random.
        modality: "image", "table", "points" or "audio"; None looks.
        size: side length to which pictures are cropped and resized.
        target: the column whose prediction measures a table's use.
        separator: of a CSV file.
        missing: words of a table that mean that nothing is there.
        categories: columns of a table whose numbers are names.
        drop: columns of a table that are left out.
        table: of a database that has several.
        stream: whether Parquet is read in chunks; None streams what is too large for the memory.
        rules: whether exact relations between a table's columns are looked for and made to hold;
            or what is said of those that are found, such as ["total = net + tax", "not a <= b"].
        kinds: overrules what columns are taken for, such as {"zip": "category"}.
        heldout: fraction of the data that is kept from training and used to judge.
        items: train on so many pictures, drawn with the seed.
        labelled: keep so many labels of pictures, or such a share of them; for games that learn
            from few.
        binarise: how grey pictures are made binary, if they are: "dynamic" (pixels are drawn anew
            whenever they are seen), "static" (once) or "half" (cut at the middle).
        text_encoder: what reads captions: "minilm", or the name of a model of Hugging Face.
        length: of sounds, in samples; None takes the median of the data's.
        rate: of sounds, samples a second, to which others are resampled; None takes that of most.
        device: "auto", "cpu" or "cuda".
        precision: "float32" or "bfloat16".
        compiled: whether networks are compiled for the training; rarely worth it on a processor.
        processes: how many train together.
        run: the folder for everything that is made; None keeps it in memory.
        previews: whether samples are drawn while it trains.
        alarms: whether the training is watched.
        callbacks: more to do beside the training.

    Attributes:
        model_: the trained game. modality_: how items become tensors. spec_: what was built.
        n_features_in_: columns of a table, numbers in any other item.
        tables_: in the stead of these, what was learnt of several tables: its `keys`, the
        `relations` that were found, and `judge`.

    Example:
        >>> from sklearn.datasets import load_digits
        >>> digits = load_digits().images.astype("uint8") * 15
        >>> made = Synthesizer(steps=2, batch_size=8, width=8, alarms=False).fit(digits).sample(3)
        >>> made.shape, made.dtype
        ((3, 8, 8), dtype('uint8'))
    """

    def __init__(
        self,
        game: str | None = None,
        *,
        networks: str | Mapping[str, Any] | None = None,
        steps: int | None = None,
        minutes: float | None = None,
        batch_size: int | None = None,
        latent: int | None = None,
        width: int | None = None,
        patience: int | None = None,
        half_life: Any = None,
        conditional: bool | None = None,
        options: Mapping[str, Any] | None = None,
        start: str | Path | None = None,
        frozen: int = 0,
        hints: Sequence[Any] = (),
        rule: Mapping[str, Any] | None = None,
        seed: int = 0,
        modality: str | None = None,
        size: int | None = None,
        target: str | None = None,
        separator: str | None = None,
        missing: Sequence[str] = (),
        categories: Sequence[str] = (),
        drop: Sequence[str] = (),
        table: str | None = None,
        stream: bool | None = None,
        rules: bool | Sequence[str] = True,
        kinds: Mapping[str, str] | None = None,
        heldout: float = 0.1,
        items: int | None = None,
        labelled: float | None = None,
        binarise: str | None = None,
        text_encoder: str | None = None,
        length: int | None = None,
        rate: int | None = None,
        device: str = "auto",
        precision: str = "float32",
        compiled: bool = False,
        processes: int = 1,
        run: str | Path | None = None,
        previews: bool = True,
        alarms: bool = True,
        callbacks: Sequence[Callback] = (),
    ) -> None:
        self.game = game
        self.networks = networks
        self.steps = steps
        self.minutes = minutes
        self.batch_size = batch_size
        self.latent = latent
        self.width = width
        self.patience = patience
        self.half_life = half_life
        self.conditional = conditional
        self.options = options
        self.start = start
        self.frozen = frozen
        self.hints = hints
        self.rule = rule
        self.seed = seed
        self.modality = modality
        self.size = size
        self.target = target
        self.separator = separator
        self.missing = missing
        self.categories = categories
        self.drop = drop
        self.table = table
        self.stream = stream
        self.rules = rules
        self.kinds = kinds
        self.heldout = heldout
        self.items = items
        self.labelled = labelled
        self.binarise = binarise
        self.text_encoder = text_encoder
        self.length = length
        self.rate = rate
        self.device = device
        self.precision = precision
        self.compiled = compiled
        self.processes = processes
        self.run = run
        self.previews = previews
        self.alarms = alarms
        self.callbacks = callbacks

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True  # missing values of a table
        return tags

    def fit(
        self,
        X: Any,  # noqa: N803 - scikit-learn's names
        y: Any = None,
        *,
        keys: Mapping[str, str] | Description | None = None,
        sequences: Mapping[str, tuple[str, str]] | None = None,
        fixed: Sequence[str] | None = None,
    ) -> Self:
        """Train on a data set, or on several tables with keys.

        Args:
            X: a name from `sparring list data`, a folder, a file, an array or a data frame; or
                several tables: name -> data frame, or a database of which `table` names none.
            y: class numbers or names, one an item, where X doesn't hold them.
            keys: of several tables, {"customers": "id", "orders.customer_id": "customers.id"}; None
                takes those that a database declares, or infers them (see `data.keys.infer_keys`).
            sequences: of several tables, table -> (entity, order): rows of an entity that follow
                each other, such as {"visits": ("patient_id", "date")}. The entity may name another
                table's rows.
            fixed: of several tables those that stay as they are, such as what codes mean; None
                takes those that are small, name nothing, and are named 20 times as often as they
                have rows.

        Returns:
            The synthesizer itself.

        Raises:
            WrongUse: if the data or an argument can't be used.
            Failure: if the training breaks off.
        """
        said = Said(keys, sequences, fixed)
        if are_several(X, self.table, self.run):
            return self._keep_tables(LinkedTables.learn(self, X, said))
        said.refuse()
        if self.game == AUTO:
            return self._fit_best(X)
        settings = self._settings()
        dataset = self._open(X, y)
        chosen = plan(dataset, settings)
        ready = Training(dataset, chosen, self.callbacks)
        if self.run is None:
            return self._train(ready, None, resume=False)
        # Under torchrun all processes come here, and the first alone writes.
        recipe = chosen.recipe(source_of(X))
        run = Run.create(self.run, recipe) if ready.backend.main else Run(self.run)
        try:
            if ready.backend.main:
                self._show(dataset)
            return self._train(ready, run, resume=False)
        except (WrongUse, Failure):
            run.discard()
            raise

    def _fit_best(self, data: Any) -> Self:
        """Fit the game that wins a contest, and say how all did in `contest_`."""
        results = contest(self, data)
        # No clone: it would copy the callbacks, and a progress bar can't be copied.
        parameters = {**self.get_params(deep=False), "game": results[0].game}
        best = type(self)(**parameters).fit(data)
        self.contest_ = results
        self._keep(best.model_, best.spec_, best.modality_)
        if self.run is not None:
            write_results(Path(self.run), results)
        return self

    def _settings(self) -> dict[str, Any]:
        settings = checked(self.get_params(deep=False))
        entry = _game_of_tables(settings)
        networks, _ = named(settings["networks"])
        if networks is not None:
            find_networks(networks, entry.networks)
        return settings

    def _open(self, data: Any, labels: Any = None) -> Dataset:
        settings = self._settings()
        given = {n: settings[n] for n in DATA_OPTIONS if settings[n] is not None}
        # What a table is encoded as follows from the game; other data has one encoding.
        encoding = _game_of_tables(settings).encoding
        return open_dataset(data, labels=labels, seed=settings["seed"], encoding=encoding, **given)

    def _show(self, dataset: Dataset) -> None:
        for callback in self.callbacks:
            if isinstance(callback, Looks):
                callback.on_data(dataset)

    def _train(self, ready: Training, run: Run | None, resume: bool) -> Self:
        model = ready.train(run, resume)
        return self._keep(model, ready.plan.spec, ready.dataset.modality)

    @classmethod
    def resume(cls, run: str | Path, data: Any = None, **changes: Any) -> "Synthesizer":
        """Go on with a run that was broken off; it ends as if it had not been.

        Args:
            run: its folder.
            data: the data again, if it was given in memory.
            changes: parameters that don't change what is learnt, such as `callbacks`.

        Raises:
            WrongUse: if there is no run, or its data is needed and not given.
        """
        folder = Run.open(run)
        synthesizer = cls(**{**_parameters(folder), **changes, "run": run})
        dataset = cls.data_of(folder, data)
        chosen = plan(dataset, synthesizer._settings())
        ready = Training(dataset, chosen, synthesizer.callbacks, fresh=False)
        return synthesizer._train(ready, folder, resume=True)

    @classmethod
    def data_of(cls, run: Run, data: Any = None) -> Dataset:
        """The data set that a run was trained on, opened as it was then.

        Raises:
            WrongUse: if it was given in memory and isn't given again.
        """
        source = run.recipe()["data"] if data is None else data
        if isinstance(source, str) and source == IN_MEMORY:
            raise WrongUse(
                f"the data of the run in {run.folder} was given in memory; give it again in "
                f"Python, as in Synthesizer.resume({str(run.folder)!r}, data)."
            )
        return cls(**{**_parameters(run), "hints": ()})._open(source)

    def score(self, X: Any, y: Any = None) -> float:  # noqa: N803 - scikit-learn's names
        """How hard it is to tell new items from those of X.

        2 (1 - AUC) of boosted trees that try, cross-validated: 1 means that they can't, 0 that they
        always can. Pictures are judged by their pixels; `report` looks deeper.

        Args:
            X: items as given to `fit`.
            y: ignored.
        """
        self._fitted()
        dataset = self._open(X)
        if features_of(dataset.modality) != self.n_features_in_:
            # The words that scikit-learn has for this.
            raise WrongUse(
                f"X has {features_of(dataset.modality)} features, but {type(self).__name__} is "
                f"expecting {self.n_features_in_} features as input."
            )
        real = None if dataset.train_items is None else dataset.real(_SCORED)
        if real is None:
            real = dataset.train[torch.arange(len(dataset.train))]["x"].flatten(1).numpy()
            with self._drawing(self.seed):
                made: Any = self._items(len(real), None)[0].flatten(1).numpy()
        else:
            made = self.sample(len(real), seed=self.seed)
        auc = two_sample_auc(real, made, seed=self.seed)
        return float(min(1.0, 2 * (1 - auc)))

    def save(self, folder: str | Path) -> None:
        """Write the model into a folder: safetensors and JSON, nothing that could be executed."""
        if "tables_" in vars(self):
            self.tables_.save(folder)
        else:
            save_model(Path(folder), self.spec_, self.modality_, self._fitted())

    @classmethod
    def load(cls, folder: str | Path) -> "Synthesizer":
        """The synthesizer that was saved in a folder, or trained in the run that is there.

        Raises:
            WrongUse: if there is no model. Failure: if a file of it is damaged.
        """
        folder = Path(folder)
        if holds_relations(folder):
            return cls()._keep_tables(LinkedTables.load(folder))
        place = folder / "model" if (folder / "model").is_dir() else folder
        if (folder / "recipe.toml").is_file() and place == folder:
            raise WrongUse(
                f"the run in {folder} has no model yet; finish it with sparring resume {folder}."
            )
        spec, modality, model = load_model(place)
        return cls(spec.game)._keep(model, spec, modality)


def _game_of_tables(settings: Mapping[str, Any]) -> Entry:
    """The game that would be played if the data were a table."""
    return find_game(choose_game("table", settings["game"], named(settings["networks"])[0]))


# So many items tell how hard the telling is.
_SCORED = 100_000


def _parameters(run: Run) -> dict[str, Any]:
    recipe = run.recipe()
    parameters = {**recipe["fit"], **recipe.get("data_options", {})}
    names = list(inspect.signature(Synthesizer).parameters)
    for name in parameters:
        if name not in names:
            raise WrongUse(f"{run.recipe_file} sets an unknown {name!r}{closest(name, names)}")
    return parameters
