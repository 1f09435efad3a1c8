"""A row of the catalogue, and what rows are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparring.core import Game


@dataclass(frozen=True)
class Entry:
    """A row of the catalogue.

    Attributes:
        game: the class.
        title: what it is, in one line.
        citation: BibTeX.
        suggested: options that suit a kind of data better than the class's own, by modality.
        encoding: how tables are encoded for it.
        batches: "shuffled", "conditioned" where rows are drawn by what is asked of them, or
            "few-labels" where labelled items come in addition.
        networks: the only pair of networks that it plays with; None where any will do.
        prefers: the networks that are its own where any will do, by modality.
        judged: from the shape of items and the options, the shape of what its discriminator sees;
            None where that is the items'.
        rule: the update rule that it needs, as data; None where any will do.
        only: the modality that it plays with; None where any will do.
        unlabelled: whether it learns from items whose class isn't known as well.
        conditions: whether its items can be asked to be something.
    """

    game: type[Game]
    title: str
    citation: str
    suggested: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    encoding: str = "scores"
    batches: str = "shuffled"
    networks: str | None = None
    prefers: Mapping[str, str] = field(default_factory=dict)
    judged: Callable[[tuple[int, ...], Mapping[str, Any]], tuple[int, ...]] | None = None
    rule: Mapping[str, Any] | None = None
    only: str | None = None
    unlabelled: bool = False
    conditions: bool = True

    def make(self, *parts: Any, **options: Any) -> Game:
        """A game of this class."""
        return self.game(*parts, **options)


def bibtex(key: str, title: str, authors: str, year: int, arxiv: str) -> str:
    """A citation of a preprint."""
    return (
        f"@article{{{key},\n  title = {{{title}}},\n  author = {{{authors}}},\n"
        f"  year = {{{year}}},\n  journal = {{arXiv preprint arXiv:{arxiv}}},\n}}"
    )


def adam(lr: float, first: float, second: float, **options: Any) -> dict[str, Any]:
    """Both players' optimizers, and other options beside them."""
    adam = {"part": "Adam", "lr": lr, "betas": [first, second]}
    return {**options, "generator_optimizer": adam, "discriminator_optimizer": adam}


def two_rates(making: float, judging: float, second: float, **options: Any) -> dict[str, Any]:
    """Optimizers at two rates, and other options beside them.

    Several times the papers', whose batches are a few times to 32 times as large and whose
    trainings are a hundred times as long.
    """
    return {
        **options,
        "generator_optimizer": {"part": "Adam", "lr": making, "betas": [0.0, second]},
        "discriminator_optimizer": {"part": "Adam", "lr": judging, "betas": [0.0, second]},
    }


# What Radford et al. 2016 (arXiv 1511.06434, section 4) found to be stable for pictures.
DCGAN_RATES = adam(2e-4, 0.5, 0.999)
FAST = adam(1e-3, 0.0, 0.99)
PLAIN = {"image": DCGAN_RATES, "table": FAST, "matrix": FAST, "points": FAST}
