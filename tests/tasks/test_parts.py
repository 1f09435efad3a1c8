import dataclasses
import tomllib

import pytest
import tomli_w
import torch

from sparring import core, losses, regularizers
from sparring.core.errors import WrongUse
from sparring.regularizers import augmentation
from sparring.tasks.parts import PARTS, describe, make

# One of each, no argument left at its default.
EXAMPLES = [
    core.Adam(1e-4, (0.5, 0.9), 1e-6, core.Cosine(100, 0.2)),
    core.RMSprop(1e-4, 0.9, core.Cosine(10)),
    core.SGD(0.1, 0.9, core.Cosine(10)),
    core.Cosine(50, 0.3),
    core.Moving(1.0, 0.1, 0.5),
    core.Alternating(),
    core.Simultaneous(),
    core.Extragradient(),
    core.Optimistic(),
    core.Consensus(0.7),
    core.Evolution(2),
    losses.Minimax(),
    losses.NonSaturating(),
    losses.LeastSquares(-1.0, 1.0, 0.0),
    losses.Wasserstein(),
    losses.Hinge(),
    losses.RelativisticPaired(),
    regularizers.R1(3.0),
    regularizers.R2(4.0),
    regularizers.Drift(0.01),
    regularizers.GradientPenalty(5.0),
    regularizers.DRAGAN(6.0, 0.25),
    regularizers.Lazy(regularizers.R1(2.0), 4),
    regularizers.Clip(0.02),
    regularizers.Mirror(2.0, True),
    regularizers.Alike((0.1, 0.2, 0.3, 0.4), (0.1, 0.6, 0.3, 0.8), 2.0),
    regularizers.Amount(0.3, 2.0),
    regularizers.Semantic((0, 1), ((0, 1), (1, 0)), 2.0),
    regularizers.LeCam(0.1, 0.9),
    regularizers.Consistency(5.0, 4.0, (augmentation.Flip(),)),
    regularizers.ADA(0.5, 1000, 2, 0.7, (augmentation.Shift(0.2), augmentation.Hue(90.0))),
    regularizers.Augment(core.Moving(0.0, 0.3), (augmentation.Scale(0.1),)),
    regularizers.DiffAugment((augmentation.Cutout(0.25),)),
    augmentation.Flip(),
    augmentation.QuarterTurn(),
    augmentation.Shift(0.2),
    augmentation.Scale(0.1),
    augmentation.Rotate(15.0),
    augmentation.Stretch(0.1),
    augmentation.Slide(0.1),
    augmentation.Brightness(0.1),
    augmentation.Contrast(0.1),
    augmentation.LumaFlip(),
    augmentation.Hue(30.0),
    augmentation.Saturation(0.5),
    augmentation.Jitter(0.1, 0.2, 0.3),
    augmentation.Translation(0.2),
    augmentation.Cutout(0.25),
]


def alike(first, second):
    """Modules keep something, and are equal to none but themselves."""
    same = isinstance(first, torch.nn.Module) or first == second
    return same and type(first) is type(second) and describe(first) == describe(second)


def test_the_examples_are_all_the_parts_there_are():
    assert {type(part).__name__ for part in EXAMPLES} == set(PARTS)


@pytest.mark.parametrize("part", EXAMPLES, ids=lambda part: type(part).__name__)
def test_a_part_comes_back_from_toml_as_it_was(part):
    written = tomli_w.dumps({"here": describe(part), "list": [describe(part)]})
    read = tomllib.loads(written)
    assert alike(make(read["here"]), part)
    assert alike(*make(read["list"]), part)


@pytest.mark.parametrize("part", EXAMPLES, ids=lambda part: type(part).__name__)
def test_a_part_made_of_its_name_has_its_defaults(part):
    required = {
        f.name: getattr(part, f.name)
        for f in dataclasses.fields(part)
        if f.default is dataclasses.MISSING
    }
    made = make({"part": type(part).__name__, **describe(required)})
    assert alike(made, type(part)(**required))


def test_what_is_no_part_stays_what_it_is():
    for value in (3, 2.5, "word", True, {"lr": 1}, {}):
        assert make(value) == value


@pytest.mark.parametrize(
    ("description", "says"),
    [
        ({"part": "Adm"}, "did you mean Adam"),
        ({"part": 3}, "there is no part 3"),
        ({"part": ["Adam"]}, "there is no part"),
        ({"part": "Adam", "rate": 1}, "'rate'; there are lr"),
        ({"part": "Adam", "lr": "1e-4"}, "lr of Adam must be a number"),
        ({"part": "Adam", "lr": True}, "lr of Adam must be a number"),
        ({"part": "Adam", "lr": float("nan")}, "lr of Adam must be a number"),
        ({"part": "Adam", "lr": 0}, "above 0"),
        ({"part": "Adam", "betas": [0.5]}, "2 values"),
        ({"part": "Adam", "schedule": {"part": "R1"}}, "schedule of Adam must be a part, Cosine"),
        ({"part": "SGD"}, "SGD needs lr"),
        ({"part": "Cosine", "steps": 2.5}, "whole number"),
        ({"part": "Lazy"}, "needs regularizer"),
        ({"part": "Lazy", "regularizer": {"part": "Clip"}}, "of the kind Regularizer"),
        ({"part": "R1", "gamma": -1}, "at least 0"),
    ],
)
def test_a_description_of_nothing_is_refused(description, says):
    with pytest.raises(WrongUse, match=says):
        make(description)
