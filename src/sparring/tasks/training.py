"""Training what a plan says, with everything beside it: averages, log, alarms, checkpoints."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from sparring.callbacks import (
    Average,
    Checkpoint,
    KeepBest,
    Preview,
    Record,
    StopAfter,
    StopWithoutProgress,
    Watch,
)
from sparring.callbacks.alarms import Memorising, default_alarms
from sparring.core import Backend, Batch, Callback, Evaluates, Game, Samples, TrainingState, train
from sparring.core.errors import Failure, WrongUse
from sparring.data import Batches, Conditioned, Dataset, FewLabels, Source, Subset
from sparring.data.conditions import ClassNames, Condition
from sparring.data.dataset import choose
from sparring.data.modality import Modality
from sparring.games.catalog import find_game
from sparring.games.judging import Judging
from sparring.metrics.copying import data_copying
from sparring.tasks.hinting import made_hints
from sparring.tasks.memory import enough_memory, out_of_memory
from sparring.tasks.model import load_model, save_model
from sparring.tasks.parts import make
from sparring.tasks.planning import Plan
from sparring.tasks.run import Run
from sparring.tasks.transfer import freeze, transfer

_PROBE = 256
# Fewer items than this have no spread to compare with.
_LEAST = 16
# So many items tell a density's best weights.
_JUDGED = 2000
# Copies are looked for among so many training items, and in no more bytes of them.
_COPIED = 2000
_BYTES = 1 << 26


class Training:
    """A plan made ready to train: all that can be refused has been, and nothing is written yet.

    Args:
        dataset: what is learnt.
        plan: from what.
        callbacks: more to do beside the training.
        fresh: whether it begins; one that goes on takes no other run's weights.

    Raises:
        WrongUse: for options, a rule, a run to start from, a device or a number of processes that
            can't be used.
    """

    def __init__(
        self,
        dataset: Dataset,
        plan: Plan,
        callbacks: Sequence[Callback] = (),
        fresh: bool = True,
    ) -> None:
        self.dataset, self.plan, self.callbacks = dataset, plan, tuple(callbacks)
        settings = plan.settings
        self.backend = Backend(
            settings["device"],
            settings["precision"],
            settings["processes"],
            compiled=settings["compiled"],
        )
        self.rule = plan.rule
        if settings["batch_size"] % self.backend.processes:
            raise WrongUse(
                f"batch_size must be a multiple of the {self.backend.processes} processes, got "
                f"{settings['batch_size']}."
            )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings["seed"])
            with enough_memory("the networks were made", "give a smaller width"):
                self.game = plan.spec.build(made_hints(settings["hints"]))
        if settings["start"] is None and settings["frozen"]:
            raise WrongUse("frozen needs a run to start from; give start='RUN'.")
        if settings["start"] is not None and fresh:
            transfer(self.game, plan.spec, settings["start"], settings["frozen"])
        elif settings["frozen"]:
            freeze(self.game, plan.spec, settings["frozen"])
        self.learnt, self.judged = _parts(dataset.train, self.game, settings["seed"])

    def train(self, run: Run | None, resume: bool = False) -> Game:
        """Train, and keep the model in the run if there is one.

        Args:
            run: where everything is kept, or None.
            resume: go on from the run's newest checkpoint.

        Returns:
            The game with its averaged weights, ready to sample.

        Raises:
            WrongUse: if several processes have no run to meet in.
            Failure: if the training breaks off; when memory runs out, with the batch size that
                fits.
        """
        if self.backend.processes == 1:
            _train(self, run, resume)
            return self.game.eval()
        if run is None:
            raise WrongUse("several processes meet in the run's folder; give run='FOLDER'.")
        self._together(run, resume)
        return load_model(run.model)[2].eval()

    def _together(self, run: Run, resume: bool) -> None:
        """Train in several processes; what one of them is refused is raised here."""
        told: Any = torch.multiprocessing.get_context("fork").SimpleQueue()

        def play() -> None:
            try:
                _train(self, run, resume)
            except (WrongUse, Failure) as error:
                told.put((isinstance(error, WrongUse), str(error)))
                raise

        try:
            self.backend.launch(play)
        except torch.multiprocessing.ProcessRaisedException as error:
            # All that is left of another process's error is its traceback as text.
            if told.empty():
                raise
            wrong_use, words = told.get()
            raise (WrongUse if wrong_use else Failure)(words) from error


def _train(ready: Training, run: Run | None, resume: bool) -> None:
    dataset, plan, game, backend = ready.dataset, ready.plan, ready.game, ready.backend
    settings = plan.settings
    batches = _batches(ready, settings["batch_size"])
    beside = _beside(ready, run)
    keeper = next((c for c in beside if isinstance(c, Checkpoint)), None)
    try:
        state = train(
            game,
            batches,
            steps=settings["steps"],
            rule=ready.rule,
            backend=backend,
            callbacks=beside,
            seed=settings["seed"],
            restore=_restore(keeper, ready.callbacks) if keeper is not None and resume else None,
        )
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, Failure) or not out_of_memory(error):
            raise
        raise Failure(_what_fits(ready)) from error
    _take_averages(state)
    if run is not None and backend.main:
        save_model(run.model, plan.spec, dataset.modality, game.cpu())
    backend.barrier()


def _restore(keeper: Checkpoint, beside: Sequence[Callback]) -> Callable[[TrainingState], None]:
    """Brings the newest good checkpoint back, and tells of damaged ones that were passed over."""

    def restore(state: TrainingState) -> None:
        keeper.restore(state)
        for event in state.events:
            if event.get("state") == "passed over" and event.get("step") == state.step:
                for announce in _announcers(beside):
                    announce(event)

    return restore


def _announcers(beside: Sequence[Callback]) -> list[Callable[[dict[str, Any]], None]]:
    return [callback.announce for callback in beside if hasattr(callback, "announce")]


def _take_averages(state: TrainingState) -> None:
    averages = state.averages.get("best", state.averages.get("game"))
    if averages is not None:
        for tensor, average in zip(state.game.averaged_tensors(), averages, strict=True):
            tensor.copy_(average)


def _parts(source: Source, game: Game, seed: int) -> tuple[Source, Source | None]:
    """What is learnt, and what tells a density's best weights: neither of it is held out."""
    apart = min(_JUDGED, len(source) // 10)
    if not _is_density(game) or apart < 1:
        return source, None
    rows = choose(len(source), len(source), seed)
    return Subset(source, rows[apart:].sort().values), Subset(source, rows[:apart])


def _is_density(game: Game) -> bool:
    """Whether likelihood is all that is wanted of a game, and not what a discriminator says too."""
    return isinstance(game, Evaluates) and not isinstance(game, Judging)


def _batches(ready: Training, batch_size: int) -> Batches:
    spec, seed = ready.plan.spec, ready.plan.settings["seed"]
    batches = find_game(spec.game).batches
    if batches == "conditioned":
        return Conditioned(ready.learnt, spec.fit.spans, batch_size, seed)
    if batches == "few-labels" and spec.fit.condition:
        return FewLabels(ready.learnt, batch_size, seed)
    return Batches(ready.learnt, batch_size, seed)


def _beside(ready: Training, run: Run | None) -> list[Callback]:
    """The callbacks in the order in which they must stand."""
    dataset, plan, extra = ready.dataset, ready.plan, ready.callbacks
    settings = plan.settings
    beside: list[Callback] = [Average(make(settings["half_life"]))]
    announce = _announcers(extra)
    watch = None
    if settings["alarms"] and len(dataset.train) >= _LEAST:
        watch = _watch(dataset, lambda event: [tell(event) for tell in announce])
        beside.append(watch)
    if ready.judged is not None:
        beside.append(_best(ready, ready.judged))
    if run is not None:
        beside.append(Record(run.folder))
        if settings["previews"]:
            beside.append(_preview(dataset, plan, run))
    if settings["minutes"] is not None:
        beside.append(StopAfter(settings["minutes"]))
    # A density is judged by itself; too few rows leave none to judge it by.
    if settings["patience"] is not None and not _is_density(ready.game):
        if watch is None:
            raise WrongUse("patience needs the alarms, which see progress; leave alarms on.")
        beside.append(StopWithoutProgress(watch, settings["patience"]))
    beside += extra
    if run is not None:
        beside.append(Checkpoint(run.folder, every=1000, seconds=60))
    return beside


def _best(ready: Training, judged: Source) -> KeepBest:
    """Looks about once an epoch at how probable the items are that were kept from learning."""
    settings = ready.plan.settings
    items = judged[torch.arange(len(judged))]

    def judge(game: Game) -> float:
        place, found = next(game.parameters()).device, []
        for rows in torch.arange(len(judged)).split(500):
            part = {name: tensor[rows].to(place) for name, tensor in items.items()}
            found.append(game.glance(part["x"], part))  # type: ignore[operator]
        return -float(torch.cat(found).mean())

    every = min(500, max(20, len(ready.learnt) // settings["batch_size"]))
    patience = settings["patience"]
    return KeepBest(judge, every, None if patience is None else max(1, patience // every))


def _watch(dataset: Dataset, announce: Callable[[dict[str, Any]], Any] | None) -> Watch:
    alarms = default_alarms()
    if len(dataset.heldout) >= _LEAST:
        heldout = _spread(dataset.heldout, _COPIED)["x"]
        alarms.append(Memorising(data_copying, _spread(dataset.train, _COPIED)["x"], heldout))
    return Watch(_spread(dataset.train, _PROBE), alarms, announce=announce)


def _spread(source: Source, most: int) -> dict[str, Tensor]:
    """Items from all over a source, as many as are small enough to be kept in memory."""
    one = source[torch.tensor([0])]["x"]
    count = min(most, len(source), max(_LEAST, _BYTES // one.nbytes))
    return source[torch.linspace(0, len(source) - 1, count).long()]


def _preview(dataset: Dataset, plan: Plan, run: Run) -> Preview:
    modality: Modality = dataset.modality

    def show(x: Tensor, path: Path) -> None:
        modality.preview(modality.decode(x.cpu()), path)

    rows = modality.previews
    condition = _shown(plan.spec.condition, rows)
    return Preview(run.folder, show, every=1000, n=rows, condition=condition)


def _shown(asked: Condition | None, rows: int) -> Batch | None:
    """What previews are asked for: each class in turn, or what training items are."""
    if asked is None:
        return None
    if isinstance(asked, ClassNames):
        return {"y": torch.arange(rows) % asked.size}
    known = torch.arange(rows) * len(asked.frequencies()) // rows
    return {"y": cast(Tensor, asked.rows(known))}


def _what_fits(ready: Training) -> str:
    """The sentence for memory that ran out, with the largest halved batch size that fits."""
    size = int(ready.plan.settings["batch_size"])
    smaller = size // 2
    while smaller >= 1 and not _fits(ready, smaller):
        smaller //= 2
    if smaller < 1:
        return f"memory ran out with batch_size {size}, and would with 1; give a smaller width."
    return f"memory ran out with batch_size {size}; {smaller} fits: --set batch_size={smaller}."


def _fits(ready: Training, size: int) -> bool:
    plan = ready.plan
    game = plan.spec.build(made_hints(plan.settings["hints"]))
    try:
        train(game, _batches(ready, size), steps=1, rule=plan.rule, backend=ready.backend)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        return False
    return isinstance(game, Samples)
