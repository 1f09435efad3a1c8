"""What the judge says of generators whose worth is known beforehand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sparring.core import WrongUse
from sparring.data import Modes, open_dataset
from sparring.metrics.copying import authenticity
from sparring.report import Judgement, judge
from sparring.report.figures import Figure, Kind, Mark
from sparring.report.images import mean_image
from sparring.report.points import uniform_box
from sparring.report.tables import shuffled_columns


def ring(n, seed, modes=8):
    random = np.random.default_rng(seed)
    angles = random.integers(modes, size=n) * np.pi / 4
    return np.stack([np.cos(angles), np.sin(angles)], 1) + random.normal(0, 0.05, (n, 2))


@pytest.fixture(scope="module")
def digits():
    return open_dataset("digits")


@pytest.fixture(scope="module")
def points():
    angles = np.arange(8) * np.pi / 4
    centres = np.stack([np.cos(angles), np.sin(angles)], 1)
    made = open_dataset(ring(3000, 0), modality="points")
    return replace(made, modes=Modes(centres, 0.05))


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(0)
    age = random.integers(18, 80, 1500)
    income = age * 900 + random.normal(0, 4000, 1500).round()
    job = np.where(income > 45_000, "lead", np.where(random.random(1500) < 0.9, "staff", "guest"))
    frame = pd.DataFrame({"age": age, "income": income, "job": job})
    return open_dataset(frame, target="job")


@pytest.fixture(scope="module")
def look(digits, tmp_path_factory):
    """Judges generators of digits; the network that makes the features is trained once."""
    cache = tmp_path_factory.mktemp("cache")
    return lambda sample, **options: judge(
        digits, sample, features="trained", cache=cache, **options
    )


@pytest.fixture(scope="module")
def honest(look, digits):
    return look(lambda n, seed: digits.unseen(n, seed + 7))


def position(judgement, name):
    found = judgement[name].position
    assert found is not None, f"{name} has no position"
    return found


def test_held_out_images_stand_at_the_ceiling_of_every_figure(honest):
    places = {f.name: f.position for f in honest if f.position is not None}
    assert len(places) == 9
    assert min(places.values()) > 0.85, places


def test_the_floor_as_a_generator_stands_at_the_floor(look, digits):
    real = digits.real()
    found = look(lambda n, seed: mean_image(real, n, np.random.default_rng(seed + 99)))
    for name in ("fd_trained", "precision", "two_sample_auc", "coverage"):
        assert abs(position(found, name)) < 0.15, name
        assert found[name].verdict in ("at the floor", "nearer the floor", "worse than the floor")


def test_a_copier_of_training_images_is_called_one(look, digits):
    real = digits.real()

    def copier(n, seed):
        return real[np.random.default_rng(seed + 3).integers(len(real), size=n)]

    found = look(copier)
    for name in ("copying_ct", "authenticity"):
        assert found[name].verdict == "copies the training data"
        assert abs(position(found, name)) < 0.35
    assert position(found, "coverage") > 0.85  # by quality and diversity alone it looks perfect


def test_held_out_images_are_not_called_copies(honest):
    assert honest["copying_ct"].verdict.startswith("no nearer")
    assert honest["authenticity"].verdict.startswith("no nearer")


def test_a_generator_of_one_class_loses_recall_and_coverage_and_keeps_precision(
    look, digits, honest
):
    labels = digits.train.y.numpy()
    zeros = digits.real()[labels == 0]

    def one_class(n, seed):
        random = np.random.default_rng(seed)
        blurred = zeros[random.integers(len(zeros), size=n)] + random.normal(0, 12, (n, 8, 8))
        return blurred.clip(0, 255).astype(np.uint8)

    found = look(one_class)
    assert found["recall"].value < 0.5 * honest["recall"].value
    assert found["coverage"].value < 0.3 * honest["coverage"].value
    assert found["precision"].value > 0.8 * honest["precision"].value


def test_a_generator_that_ignores_its_classes_is_no_better_than_chance(look, digits):
    def labelled(n, seed):
        return digits.unseen(n, seed), np.random.default_rng(seed).integers(10, size=n)

    found = look(digits.unseen, labelled=labelled)
    figure = found["class_accuracy"]
    assert figure.value < 0.25
    assert figure.ceiling.value > 0.9
    assert figure.floor.name == "held-out images with shuffled labels"


def test_both_worthless_image_generators_are_shown_and_the_better_one_is_the_floor(honest):
    figure = honest["fd_trained"]
    assert {mark.name for mark in figure.floors} == {"mean image plus noise", "uniform noise"}
    assert figure.floor.value == min(mark.value for mark in figure.floors)


def test_samples_are_cut_to_the_held_out_items_and_a_note_says_so(digits, honest):
    assert honest.generated == len(digits.heldout)
    assert {f.generated for f in honest if f.group != "copying"} == {len(digits.heldout)}
    assert any(f"{len(digits.heldout)} items, not the usual 2,000" in n for n in honest.notes)


def test_every_figure_has_three_resamples_that_spread(honest):
    assert all(len(figure.values) == 3 for figure in honest)
    assert all(f.low <= f.value <= f.high and f.deviation >= 0 for f in honest)
    assert honest["precision"].low < honest["precision"].high


def test_the_same_seed_gives_the_same_judgement(look, digits, honest):
    again = look(lambda n, seed: digits.unseen(n, seed + 7))
    assert replace(again, seconds=0) == replace(honest, seconds=0)


def test_a_judgement_survives_json(honest):
    assert Judgement.from_json(honest.to_json()) == replace(honest, exhibits=())


def test_authenticity_is_the_metric_of_that_name(points):
    found = judge(points, lambda n, seed: ring(n, seed + 50))
    features = points.modality.encode(ring(300, 50)).double().numpy()[:150]
    train = points.modality.encode(points.real()).double().numpy()
    assert found["authenticity"].values[0] == pytest.approx(
        authenticity(train, features), abs=1e-12
    )


def test_a_frechet_distance_is_named_by_its_features_and_never_plain_fid(honest):
    names = [figure.name for figure in honest]
    assert "fd_trained" in names
    assert "kid_trained" in names
    assert "fid" not in names


def test_held_out_points_stand_at_the_ceiling_and_cover_all_modes(points):
    found = judge(points, lambda n, seed: ring(n, seed + 50))
    assert found["modes"].value == 8
    for name in ("high_quality", "precision", "coverage", "two_sample_auc", "reverse_kl"):
        assert position(found, name) > 0.8, name


def test_a_generator_that_drops_modes_is_short_of_the_ceiling(points):
    found = judge(points, lambda n, seed: ring(n, seed + 50, modes=5))
    assert found["modes"].value == 5
    assert not found["modes"].reached
    assert position(found, "coverage") < 0.75
    assert found["reverse_kl"].value == pytest.approx(np.log(8 / 5), abs=0.02)


def test_uniform_points_stand_at_the_floor(points):
    real = points.real()
    found = judge(points, lambda n, seed: uniform_box(real, n, np.random.default_rng(seed + 5)))
    for name in ("high_quality", "precision", "two_sample_auc"):
        assert abs(position(found, name)) < 0.1, name


def test_shuffled_columns_have_perfect_shapes_and_no_relations(table):
    real = table.real()
    found = judge(table, lambda n, s: shuffled_columns(real, n, np.random.default_rng(s + 1)))
    assert found["column_shapes"].position is None  # it can't tell them from real rows
    for name in ("pair_trends", "two_sample_auc", "utility_auc"):
        assert abs(position(found, name)) < 0.25, name


def test_held_out_rows_stand_at_the_ceiling(table):
    found = judge(table, table.unseen)
    for name in ("pair_trends", "two_sample_auc", "utility_auc", "precision", "coverage"):
        assert position(found, name) > 0.8, name
    assert found["utility_auc"].ceiling.name == "as many training rows"


def test_too_few_held_out_items_are_refused():
    few = open_dataset(np.random.default_rng(0).normal(size=(40, 2)), modality="points")
    with pytest.raises(WrongUse, match="at least 10 training and held-out items"):
        judge(few, few.unseen)


def test_what_too_few_held_out_items_cannot_tell_is_left_out_with_a_note():
    few = open_dataset(np.random.default_rng(0).normal(size=(300, 2)), modality="points")
    found = judge(few, few.unseen)
    assert "copying_ct" not in [figure.name for figure in found]
    assert any("copying_ct and authenticity" in note for note in found.notes)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"resamples": 2}, "resamples must be at least 3, got 2"),
        ({"n": 3}, "n must be at least 10 items, got 3"),
        ({"features": "inception"}, "features can be named for images alone"),
    ],
)
def test_wrong_arguments_get_their_sentence(points, options, sentence):
    with pytest.raises(WrongUse, match=sentence):
        judge(points, points.unseen, **options)


def test_a_generator_that_makes_another_number_of_items_is_refused(points):
    with pytest.raises(WrongUse, match="as many items as it is asked for, 300, got 5"):
        judge(points, lambda n, seed: points.unseen(5, seed))


def figure(value, floor, ceiling, better="lower", ideal=None):
    kind = Kind("x", "X", "quality", better, "", ideal=ideal)
    return Figure.of(kind, [value], [Mark.of("floor", floor)], Mark.of("real", ceiling), (9, 9))


def test_an_area_of_one_half_is_as_good_as_real_data_whatever_these_got_by_chance():
    assert figure(0.49, [0.98], [0.47, 0.48, 0.475], ideal=0.5).verdict == "like unseen real data"
    assert figure(0.52, [0.98], [0.47, 0.48, 0.475], ideal=0.5).verdict == "near the ceiling"


def test_where_floor_and_ceiling_are_one_a_value_within_their_noise_is_not_short_of_it():
    ceiling = [0.983, 0.984, 0.986]
    assert figure(0.980, [0.983], ceiling, "higher").verdict.startswith("says nothing here")
    assert figure(0.900, [0.983], ceiling, "higher").verdict.startswith("short of real data")
