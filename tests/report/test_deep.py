"""What a deep report says of generators whose ways, truncation and styles are known."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sparring.core import WrongUse
from sparring.data import open_dataset
from sparring.metrics.features import Identity
from sparring.metrics.trained import Settings
from sparring.report import classifying, judge, learning, mixing, truncation, ways
from sparring.report.kinds import kinds
from sparring.report.measures import Sample

SIDE = 4


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


class BySide:
    """Tells pictures by the level of their first pixel, and is the surer, the lighter the last."""

    classes = np.arange(4)

    def predict(self, items):
        return np.asarray(items)[:, 0, 0] // 64

    def probabilities(self, items):
        sure = 0.4 + 0.6 * np.asarray(items)[:, -1, -1] / 255
        rest = (1 - sure)[:, None] / 3 * np.ones(4)
        rest[np.arange(len(rest)), self.predict(items)] = sure
        return rest


@pytest.fixture(autouse=True)
def _classifier(monkeypatch):
    monkeypatch.setattr(classifying.Trained, "on", lambda *a, **k: BySide())


def pixels(items):
    return np.asarray(items).reshape(len(items), -1).astype(np.float64)


def pictures(n, seed):
    return np.random.default_rng(seed).integers(0, 256, (n, SIDE, SIDE), dtype=np.uint8)


@pytest.fixture
def round():
    held = Sample(pictures(200, 0), pixels, pictures(200, 0)[:, 0, 0] // 64)
    return SimpleNamespace(
        seed=3,
        heldout=held,
        reference=held,
        labelled=None,
        pool=SimpleNamespace(sample=held),
        features=Identity(),
        dataset=SimpleNamespace(modality=SimpleNamespace(show=_show)),
    )


def _show(items, columns=None):
    from PIL import Image

    return Image.new("L", (columns or 1, len(items)))


def value(measure, round, sample):
    (found,) = measure.value(round, sample).values()
    return found


# Ways


def linear(spherical=False):
    """Pixels are the latents: the way is straight, and its length is that of its ends."""
    start, end = pixels(pictures(50, 1)), pixels(pictures(50, 2))
    return ways.Ways(start, end, lambda z: z.reshape(-1, SIDE, SIDE), spherical)


def test_a_way_straight_in_the_features_is_as_long_as_its_ends_are_apart(round):
    measure = ways.path_length_of(lambda n, seed: linear())
    made = measure.generated(round)
    apart = np.square(linear().start - linear().end).sum(1).mean()
    assert value(measure, round, made) == pytest.approx(apart)
    assert len(made) == 50


def test_the_floor_jumps_and_the_ceiling_is_straight_between_the_same_images(round):
    measure = ways.path_length_of(lambda n, seed: linear())
    name, straight = measure.ceiling(round)
    ((_, jumping),) = measure.floors(round).items()
    assert name == "straight between held-out images"
    assert value(measure, round, jumping) == pytest.approx(20 * value(measure, round, straight))


def test_the_jumps_of_the_floor_are_as_long_as_jumps_that_are_walked(round):
    first, last = (sample.vectors for sample in ways._pairs(round))
    place = np.random.default_rng(99).uniform(size=(len(first), 1))
    steps = np.concatenate([np.zeros_like(place), place], 1)
    jumping = ways.Ways(
        steps,
        steps + np.array([1, 0]),
        lambda z: np.where(z[:, :1] < place, first, last),
        spherical=False,
    )
    measure = ways.path_length_of(lambda n, seed: jumping)
    ((_, floor),) = measure.floors(round).items()
    walked = [
        value(measure, round, measure.generated(SimpleNamespace(**{**vars(round), "seed": seed})))
        for seed in range(40)
    ]
    # The pairs and their order depend on the seed of the round, their mean distance hardly.
    assert np.mean(walked) == pytest.approx(value(measure, round, floor), rel=0.2)


def test_fading_images_are_straight_in_their_pixels(round):
    measure = ways.path_length_of(lambda n, seed: linear())
    ((name, fading),) = measure.controls(round).items()
    assert name == "held-out images that fade into others"
    _, straight = measure.ceiling(round)
    # But for the rounding to whole levels, which adds to each step.
    assert value(measure, round, fading) == pytest.approx(value(measure, round, straight), rel=0.02)


def test_images_asked_for_a_class_are_compared_with_ways_within_classes(round):
    asked = SimpleNamespace(**{**vars(round), "labelled": round.heldout})
    first, last = ways._pairs(asked)
    assert np.array_equal(first.labels, last.labels)
    assert not np.array_equal(*(sample.labels for sample in ways._pairs(round)))


# Truncation


def sweep(better=True):
    """Narrower draws are nearer to grey; their last pixel, by which they are told, lighter."""

    def narrowed(n, seed, at):
        items = (128 + at * (pictures(n, seed).astype(float) - 128)).astype(np.uint8)
        items[:, 0, 0] = pictures(n, seed)[:, 0, 0]
        items[:, -1, -1] = 255 * (1 - 0.5 * at) if better else 255 * 0.5 * at
        return items, None

    return narrowed


@pytest.mark.parametrize(("better", "share"), [(True, 1.0), (False, 0.0)])
def test_the_share_of_steps_that_trade_variety_for_quality(round, better, share):
    measure = truncation.truncation_curve(sweep(better), (1.0, 0.7, 0.4), None)
    assert value(measure, round, measure.generated(round)) == share


def test_without_order_half_of_the_steps_are_right(round):
    measure = truncation.truncation_curve(sweep(), (1.0, 0.7, 0.4), None)
    ((_, shuffled),) = measure.floors(round).items()
    assert value(measure, round, shuffled) == 0.5


def test_each_truncation_is_drawn_once_a_round_from_the_same_seed(round):
    drawn = []

    def narrowed(n, seed, at):
        drawn.append((seed, at))
        return sweep()(n, seed, at)

    measure = truncation.truncation_curve(narrowed, (1.0, 0.5), None)
    measure.generated(round)
    measure.floors(round)
    numbers, rows = measure.exhibits(round)
    assert drawn == [(3, 1.0), (3, 0.5)]
    assert numbers.markup.count("<svg") == 3
    assert "at 1, 0.5 from top to bottom" in rows.caption


def test_real_images_next_to_the_mean_of_their_class_are_more_alike(round):
    measure = truncation.truncation_curve(sweep(), (2.0, 1.5, 1.0, 0.7, 0.5), None)
    _, real = measure.ceiling(round)
    apart = [width.diversity for width in real.items]
    assert len(apart) == 5
    assert apart == sorted(apart, reverse=True)


# Mixing


def styles(deciding):
    """Pictures whose first pixel, by which they are told, is one layer's style."""

    def make(w):
        items = np.zeros((len(w), SIDE, SIDE), np.uint8)
        items[:, 0, 0] = 64 * w[:, deciding, 0]
        return items

    return mixing.Styles(
        lambda n, seed: np.random.default_rng(seed).integers(4, size=(n, 6, 1)).astype(float), make
    )


@pytest.mark.parametrize(("deciding", "expected"), [(0, 0.75), (2, 0.75), (3, -0.75), (5, -0.75)])
def test_the_half_whose_styles_decide_the_class_changes_it(round, deciding, expected):
    measure = mixing.mixing_of(styles(deciding), None)
    # Of four equal classes another item has another one three times in four.
    assert value(measure, round, measure.generated(round)) == pytest.approx(expected, abs=0.12)


def test_styles_cut_anywhere_tell_nothing_and_images_replaced_whole_all(round):
    measure = mixing.mixing_of(styles(0), None)
    ((_, anywhere),) = measure.floors(round).items()
    assert value(measure, round, anywhere) == pytest.approx(0, abs=0.2)
    _, replaced = measure.ceiling(round)
    assert value(measure, round, replaced) == pytest.approx(0.75, abs=0.1)


def test_the_grid_of_mixed_styles_shows_each_pair(round):
    seen = []

    def show(items, columns):
        seen.append((np.asarray(items), columns))
        return _show(items, columns)

    round.dataset.modality.show = show
    (exhibit,) = mixing.mixing_of(styles(0), None).exhibits(round)
    ((items, columns),) = seen
    grid = items[:, 0, 0].reshape(-1, columns)
    assert grid.shape == (8, 8)
    assert (grid[1:, 1:] == grid[1:, :1]).all()  # the coarse styles decide: those at the left
    assert exhibit.markup.startswith("<img")


# All together


def test_what_a_classifier_learns_from_real_images_and_from_shuffled_labels(round, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(learning, "_SETTINGS", Settings(steps=30))
    digits = open_dataset("digits")
    labels = digits.train.y.numpy()
    round.pool.sample = Sample(digits.real(), pixels, labels)
    held = digits.heldout[torch.arange(len(digits.heldout))]["y"].numpy()
    round.heldout = Sample(digits.unseen(), pixels, held)
    round.labelled = round.pool.sample
    measure = learning.accuracy_score()
    assert measure.generated(round) is round.labelled
    name, real = measure.ceiling(round)
    assert (name, len(real)) == ("as many training images with labels", len(held))
    assert value(measure, round, real) > 0.6
    ((_, shuffled),) = measure.floors(round).items()
    assert value(measure, round, shuffled) < 0.3


def test_where_few_images_have_labels_the_ceiling_is_what_these_teach(round):
    round.pool.sample = Sample(
        pictures(300, 5), pixels, np.where(np.arange(300) < 90, np.arange(300) % 3, -1)
    )
    name, real = learning.accuracy_score().ceiling(round)
    assert name == "the 90 training images with labels"
    assert sorted(np.unique(real.labels)) == [0, 1, 2]


def test_a_measure_that_is_refused_shows_nothing():
    points = open_dataset(np.random.default_rng(0).normal(size=(200, 2)), modality="points")

    def refuse(*_):
        raise WrongUse("it can't be.")

    measure = truncation.truncation_curve(refuse, (2.0, 1.0), None)
    found = judge(points, points.unseen, more=[measure])
    assert "Left out: truncation_monotone; it can't be." in found.notes
    assert [exhibit.title for exhibit in found.exhibits] == ["Points"]


def test_all_these_figures_are_listed():
    mine = {kind.name for room in (learning, mixing, truncation, ways) for kind in room.KINDS}
    assert len(mine) == 4
    assert mine <= {kind.name for kind in kinds()}
