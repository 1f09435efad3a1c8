"""The front for one damaged picture: nothing else is needed to restore it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator
from torch import Tensor, nn

from sparring.callbacks import Average, KeepBest
from sparring.core import Backend, Callback, Game, TrainingState, train
from sparring.core.errors import Failure, WrongUse
from sparring.data import Batches, InMemory
from sparring.data.memory import budget
from sparring.data.picture import read_mask, read_picture, to_levels
from sparring.games import DeepImagePrior
from sparring.losses import Known, Shrunk
from sparring.metrics.signal_to_noise import peak_signal_to_noise
from sparring.networks import Hourglass
from sparring.tasks.checks import whole
from sparring.tasks.memory import enough_memory

_INPUTS = 32
_MOST_SCALES = 5
# Of each pixel, for each feature and each channel of the input: measured with the default network.
_BYTES = 65
# Steps after which an output weighs half in the average: the paper's .99.
_HALF_LIFE = 69.0
_LOOK = 10


class Restorer(BaseEstimator):
    """Restores one picture by a network that has seen no other.

    A deep image prior (`games.DeepImagePrior`): a network is trained to make what is observed of
    the picture, and makes what is natural sooner than what is noise. Some of the observed pixels
    are kept from it; the restored picture is the average of its outputs at the step at which that
    average was nearest to them, and the training ends when it gets no nearer. Noise that is
    independent from pixel to pixel adds as much to that distance at every step (Batson and Royer
    2019, arXiv 1901.11365, proposition 1). Measured on photographs with noise of 25 and 50 levels,
    this stops within .6 dB of the best step, and the least variance of the latest outputs (Wang et
    al. 2021, arXiv 2112.06074) within 6.2.

    Args:
        steps: at most so many.
        width: features of the network; the paper has 128, which takes five times as long.
        heldout: share of the observed pixels that are kept from the network, in (0, .5].
        patience: end the training when so many steps have brought the average no nearer to them.
        network: makes a network from its channels of input, the picture's channels, `width=` and
            `scales=`.
        seed: of everything random.
        device: "auto", "cpu" or "cuda".
        callbacks: more to do beside the training.

    Attributes:
        history_: of every tenth step: "step"; "loss", the mean squared difference to what the
            network is shown, over the last ten steps; "heldout", that of the average to what it
            isn't shown, both in units in which pictures span [-1, 1]; and "psnr", of the average,
            in dB, if a reference was given.
        step_: whose average was returned. stopped_: why the training ended before its last step,
            or None.

    Example:
        >>> noisy = np.random.default_rng(0).integers(90, 160, (16, 12), dtype=np.uint8)
        >>> restorer = Restorer(steps=20, width=4)
        >>> restored = restorer.denoise(noisy)
        >>> restored.shape, restored.dtype, len(restorer.history_)
        ((16, 12), dtype('uint8'), 2)
    """

    history_: list[dict[str, Any]]
    step_: int
    stopped_: str | None

    def __init__(
        self,
        steps: int = 3000,
        *,
        width: int = 32,
        heldout: float = 0.05,
        patience: int = 300,
        network: Callable[..., nn.Module] = Hourglass,
        seed: int = 0,
        device: str = "auto",
        callbacks: Sequence[Callback] = (),
    ) -> None:
        self.steps, self.width, self.heldout, self.patience = steps, width, heldout, patience
        self.network, self.seed, self.device, self.callbacks = network, seed, device, callbacks

    def denoise(self, picture: Any, reference: Any = None) -> np.ndarray:
        """Take noise from a picture.

        Args:
            picture: uint8 or float array in [0, 1], (h, w) or (h, w, 3); a Pillow picture; or the
                path of a file. At least 8 pixels high and wide.
            reference: what it should be, if that is known: `history_` then has the distance to it.
                Nothing else looks at it.

        Returns:
            uint8, (h, w) or (h, w, 3).

        Raises:
            WrongUse: for anything else.
            Failure: if memory runs out.
        """
        x = read_picture(picture)
        known = torch.ones(x.shape[1:], dtype=torch.bool)
        return to_levels(self._restored(_Task(x, known, nn.Identity()), reference))

    def inpaint(self, picture: Any, mask: Any, reference: Any = None) -> np.ndarray:
        """Paint what is missing of a picture; what isn't missing stays as it is.

        Args:
            picture: as for `denoise`; what it has where the mask says missing isn't looked at.
            mask: which pixels are missing: a boolean array (h, w), True where they are; or a uint8
                array, a Pillow picture, or a file's path, white where they are.
            reference: as for `denoise`.

        Returns:
            uint8, (h, w) or (h, w, 3).

        Raises:
            WrongUse: for anything else, for a mask of another size, or one that marks nothing or
                everything.
            Failure: if memory runs out.
        """
        x = read_picture(picture)
        missing = read_mask(mask, (x.shape[1], x.shape[2]))
        made = self._restored(_Task(x, ~missing, nn.Identity()), reference)
        return to_levels(torch.where(missing, made, x))

    def super_resolve(self, picture: Any, factor: int = 4, reference: Any = None) -> np.ndarray:
        """Make a picture larger, with the detail that its pixels allow.

        Args:
            picture: as for `denoise`; pixels are taken for means of what they cover (see
                `losses.Shrunk`).
            factor: how many times as high and as wide, 2 to 8.
            reference: as for `denoise`, of the larger size.

        Returns:
            uint8, (factor * h, factor * w) or the same with 3.

        Raises:
            WrongUse: for anything else.
            Failure: if memory runs out.
        """
        x = read_picture(picture)
        if whole("factor", factor, 2) > 8:
            raise WrongUse(f"factor must be 2 to 8, got {factor}; enlarge what comes out again.")
        known = torch.ones(x.shape[1:], dtype=torch.bool)
        return to_levels(self._restored(_Task(x, known, Shrunk(factor), factor), reference))

    def _restored(self, task: "_Task", reference: Any) -> Tensor:
        """The picture that was nearest to what the network isn't shown, (c, h, w) in [-1, 1]."""
        self._check_settings()
        clean = None if reference is None else _reference(reference, task.shape)
        backend = Backend(self.device)
        if backend.accelerator == "cpu":
            _check_memory(task.shape, self.width)
        with torch.random.fork_rng(devices=[]), enough_memory("restoring", "take a smaller width"):
            torch.manual_seed(self.seed)
            hidden = _hidden(task.known, self.heldout)
            shown, unseen = Known(task.known & ~hidden), Known(hidden)
            network = self.network(
                _INPUTS, task.shape[0], width=self.width, scales=_scales(task.shape)
            )
            game = DeepImagePrior(network, task.shape, _INPUTS, nn.Sequential(task.observe, shown))
            curve = _Curve(nn.Sequential(task.observe, unseen), unseen(task.x[None]), clean)
            best = KeepBest(curve.latest, _LOOK, max(1, self.patience // _LOOK))
            state = train(
                game,
                Batches(InMemory(shown(task.x[None])), 1),
                steps=self.steps,
                backend=backend,
                callbacks=[Average(_HALF_LIFE, ramp=0.5), curve, best, *self.callbacks],
                seed=self.seed,
            )
        if "best" not in state.averages:
            raise Failure("what the network made wasn't finite at any look; try another seed.")
        self.history_, self.step_, self.stopped_ = curve.rows, best.best_step, state.stopped
        return state.averages["best"][0].cpu()

    def _check_settings(self) -> None:
        for name in ("steps", "width", "patience"):
            whole(name, getattr(self, name))
        whole("seed", self.seed, 0)
        if not isinstance(self.heldout, int | float) or not 0 < self.heldout <= 0.5:
            raise WrongUse(
                f"heldout must be above 0 and at most .5, got {self.heldout!r}; without pixels "
                f"that the network isn't shown nothing tells when to stop."
            )


@dataclass(frozen=True)
class _Task:
    """What is observed (c, h, w), where it is known (h, w), and how it comes from the picture."""

    x: Tensor
    known: Tensor
    observe: nn.Module
    factor: int = 1

    @property
    def shape(self) -> tuple[int, int, int]:
        channels, height, width = self.x.shape
        return channels, self.factor * height, self.factor * width


class _Curve(Callback):
    """How near each look's average is to what is shown, to what isn't, and to a reference."""

    every = _LOOK

    def __init__(self, observe: nn.Module, unseen: Tensor, clean: Tensor | None) -> None:
        self.observe, self.unseen, self.clean = observe, unseen, clean
        self.rows: list[dict[str, Any]] = []

    def on_start(self, state: TrainingState) -> None:
        place = state.backend.device
        self.observe, self.unseen = self.observe.to(place), self.unseen.to(place)
        self.clean = None if self.clean is None else self.clean.to(place)

    def on_step(self, state: TrainingState) -> None:
        losses = [float(terms["network/loss"]) for terms in list(state.terms)[-self.every :]]
        (average,) = state.averages["game"]
        error = (self.observe(average[None]) - self.unseen).square().mean()
        row = {"step": state.step, "loss": fmean(losses), "heldout": float(error)}
        if self.clean is not None:
            error = (average.clamp(-1, 1) - self.clean).square().mean()
            row["psnr"] = peak_signal_to_noise(float(error), span=2)
        self.rows.append(row)

    def on_end(self, state: TrainingState) -> None:
        if state.step % self.every:
            self.on_step(state)

    def latest(self, _: Game) -> float:
        """How far the latest look's average was from what isn't shown."""
        return float(self.rows[-1]["heldout"])


def _hidden(known: Tensor, share: float) -> Tensor:
    """Some of the known pixels, (h, w), to be kept from the network."""
    places = known.flatten().nonzero().flatten()
    if len(places) < 2:
        raise WrongUse(
            f"at least 2 pixels must be known, one to learn from and one to judge by, got "
            f"{len(places)}."
        )
    count = max(1, round(share * len(places)))
    hidden = torch.zeros_like(known).flatten()
    hidden[places[torch.randperm(len(places))[:count]]] = True
    return hidden.view_as(known)


def _scales(shape: tuple[int, int, int]) -> int:
    """As many as leave 4 pixels along the shorter side."""
    return max(1, min(_MOST_SCALES, int(math.log2(min(shape[1:]) / 4))))


def _check_memory(shape: tuple[int, int, int], width: int) -> None:
    """Refuse what the machine would end the process for."""
    needed, free = _BYTES * (width + _INPUTS) * shape[1] * shape[2], 2 * budget()
    if needed > free:
        raise Failure(
            f"restoring {shape[1]} x {shape[2]} pixels with width {width} takes about "
            f"{needed / 2**30:.1f} GiB and {free / 2**30:.1f} are free; give a smaller width, or "
            f"restore parts of the picture."
        )


def _reference(given: Any, shape: tuple[int, int, int]) -> Tensor:
    clean = read_picture(given, "reference")
    if tuple(clean.shape) != shape:
        raise WrongUse(
            f"reference must have the channels, height and width of what comes out, {shape}, got "
            f"{tuple(clean.shape)}."
        )
    return clean
