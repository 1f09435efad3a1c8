"""Training what a plan says, with everything beside it: averages, log, alarms, checkpoints."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sparring.callbacks import (
    Average,
    Checkpoint,
    Preview,
    Record,
    StopAfter,
    StopWithoutProgress,
    Watch,
)
from sparring.callbacks.alarms import Memorising, default_alarms
from sparring.core import Backend, Callback, Game, Samples, TrainingState, train
from sparring.core.errors import Failure, WrongUse
from sparring.data import Batches, Dataset, Source
from sparring.data.modality import Modality
from sparring.metrics.copying import data_copying
from sparring.tasks.memory import enough_memory, out_of_memory
from sparring.tasks.model import load_model, save_model
from sparring.tasks.planning import Plan
from sparring.tasks.run import Run

_PROBE = 256
# Fewer items than this have no spread to compare with.
_LEAST = 16
# Copies are looked for among so many training items, and in no more bytes of them.
_COPIED = 2000
_BYTES = 1 << 26


class Training:
    """A plan made ready to train: all that can be refused has been, and nothing is written yet.

    Args:
        dataset: what is learnt.
        plan: from what.
        callbacks: more to do beside the training.

    Raises:
        WrongUse: for options, a rule, a device or a number of processes that can't be used.
    """

    def __init__(self, dataset: Dataset, plan: Plan, callbacks: Sequence[Callback] = ()) -> None:
        self.dataset, self.plan, self.callbacks = dataset, plan, tuple(callbacks)
        settings = plan.settings
        self.backend = Backend(settings["device"], settings["precision"], settings["processes"])
        self.rule = plan.rule
        if settings["batch_size"] % self.backend.processes:
            raise WrongUse(
                f"batch_size must be a multiple of the {self.backend.processes} processes, got "
                f"{settings['batch_size']}."
            )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings["seed"])
            with enough_memory("the networks were made", "give a smaller width"):
                self.game = plan.spec.build()

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
    batches = Batches(dataset.train, settings["batch_size"], settings["seed"])
    beside = _beside(dataset, plan, run, ready.callbacks)
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
        raise Failure(_what_fits(plan, dataset, backend)) from error
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
    if "game" in state.averages:
        for tensor, average in zip(
            state.game.averaged_tensors(), state.averages["game"], strict=True
        ):
            tensor.copy_(average)


def _beside(
    dataset: Dataset, plan: Plan, run: Run | None, extra: Sequence[Callback]
) -> list[Callback]:
    """The callbacks in the order in which they must stand."""
    settings = plan.settings
    beside: list[Callback] = [Average(settings["half_life"])]
    announce = _announcers(extra)
    watch = None
    if settings["alarms"] and len(dataset.train) >= _LEAST:
        watch = _watch(dataset, lambda event: [tell(event) for tell in announce])
        beside.append(watch)
    if run is not None:
        beside.append(Record(run.folder))
        if settings["previews"]:
            beside.append(_preview(dataset, plan, run))
    if settings["minutes"] is not None:
        beside.append(StopAfter(settings["minutes"]))
    if settings["patience"] is not None:
        if watch is None:
            raise WrongUse("patience needs the alarms, which see progress; leave alarms on.")
        beside.append(StopWithoutProgress(watch, settings["patience"]))
    beside += extra
    if run is not None:
        beside.append(Checkpoint(run.folder, every=1000, seconds=60))
    return beside


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
        modality.show(modality.decode(x.cpu())).save(f"{path}.png")

    classes = len(plan.spec.classes)
    rows = 64 if len(modality.shape) == 3 else 1000
    condition = {"y": torch.arange(rows) % classes} if classes else None
    return Preview(run.folder, show, every=1000, n=rows, condition=condition)


def _what_fits(plan: Plan, dataset: Dataset, backend: Backend) -> str:
    """The sentence for memory that ran out, with the largest halved batch size that fits."""
    size = int(plan.settings["batch_size"])
    smaller = size // 2
    while smaller >= 1 and not _fits(plan, dataset, backend, smaller):
        smaller //= 2
    if smaller < 1:
        return f"memory ran out with batch_size {size}, and would with 1; give a smaller width."
    return f"memory ran out with batch_size {size}; {smaller} fits: --set batch_size={smaller}."


def _fits(plan: Plan, dataset: Dataset, backend: Backend, size: int) -> bool:
    game = plan.spec.build()
    try:
        train(game, Batches(dataset.train, size), steps=1, rule=plan.rule, backend=backend)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        return False
    return isinstance(game, Samples)
