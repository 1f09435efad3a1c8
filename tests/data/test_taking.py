import numpy as np
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import open_dataset

IMAGES = np.random.default_rng(0).integers(0, 256, (220, 8, 8), dtype=np.uint8)
LABELS = np.repeat(["many", "some", "few"], [150, 60, 10])


def opened(**options):
    return open_dataset(IMAGES, labels=LABELS, **options)


def test_each_class_keeps_its_share():
    whole, part = opened(), opened(items=50)
    assert len(part.train) == 50
    expected = whole.train.y.bincount() * 50 / len(whole.train)
    assert (part.train.y.bincount() - expected).abs().max() < 1
    assert torch.allclose(part.condition.frequencies(), part.train.y.bincount() / 50)


def test_no_class_is_lost():
    assert opened(items=10).train.y.bincount().min() >= 1


def test_items_keep_their_labels_and_come_once():
    whole, part = opened(), opened(items=100)
    known = {x.tobytes(): y for x, y in zip(whole.real(), whole.train.y.tolist(), strict=True)}
    batch = part.train[torch.arange(100)]
    found = [x.tobytes() for x in part.modality.decode(batch["x"])]
    assert len(set(found)) == 100
    assert [known[x] for x in found] == batch["y"].tolist()


def test_the_held_out_part_stays():
    assert (opened(items=50).unseen() == opened().unseen()).all()


def test_another_seed_takes_others():
    whole = open_dataset(IMAGES, items=50, seed=0)
    assert (open_dataset(IMAGES, items=50, seed=0).real() == whole.real()).all()
    assert not np.array_equal(open_dataset(IMAGES, items=50, seed=1).real(), whole.real())


def test_points_keep_their_items():
    dataset = open_dataset("ring8", items=500)
    assert dataset.real().shape == (500, 2)
    back = dataset.modality.decode(dataset.train[torch.arange(500)]["x"])
    assert np.allclose(back, dataset.real(), atol=1e-4)


def test_captions_go_with_their_items():
    captions = [f"the picture {number}" for number in range(220)]
    whole = open_dataset(IMAGES, labels=captions)
    part = open_dataset(IMAGES, labels=captions, items=50)
    known = {x.tobytes(): y for x, y in zip(whole.real(), whole.train.y.groups, strict=True)}
    assert [known[x.tobytes()] for x in part.real()] == part.train.y.groups
    assert len(part.condition.captions) == 50


def test_attributes_are_drawn_from_what_is_left():
    said = {"hat": [True, False] * 110, "age": np.arange(220)}
    part = open_dataset(IMAGES, labels=said, items=20)
    rows, counts = part.train.y.unique(dim=0, return_counts=True)
    assert {tuple(row) for row in part.condition.rows().tolist()} == {
        tuple(row) for row in rows.tolist()
    }
    assert sorted(part.condition.frequencies().tolist()) == pytest.approx(
        sorted((counts / 20).tolist())
    )


@pytest.mark.parametrize(("labelled", "kept"), [(0.2, 40), (40, 40), (1.0, 198), (1, 198)])
def test_so_many_labels_are_left(labelled, kept):
    dataset = opened(labelled=labelled)
    y = dataset.train.y
    assert abs(int((y >= 0).sum()) - kept) <= 2
    assert y[y >= 0].bincount().min() >= 1
    assert len(dataset.train) == len(opened().train)
    assert (dataset.heldout.y >= 0).all()
    assert torch.allclose(dataset.condition.frequencies(), y[y >= 0].bincount() / (y >= 0).sum())


def test_labels_that_are_left_are_right():
    whole, few = opened().train.y, opened(labelled=0.3).train.y
    assert torch.equal(whole[few >= 0], few[few >= 0])


def test_items_are_taken_before_labels_are_hidden():
    dataset = opened(items=100, labelled=0.5)
    assert len(dataset.train) == 100
    assert abs(int((dataset.train.y >= 0).sum()) - 50) <= 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"items": 9}, "from 10 to 198.*got 9"),
        ({"items": 500}, "from 10 to 198.*got 500"),
        ({"items": 50.5}, "whole number"),
        ({"items": True}, "whole number"),
        ({"labelled": 0}, "share above 0"),
        ({"labelled": 2}, "from 3 .one a class. to 198, got 2"),
        ({"labelled": 1.5}, "got 1.5"),
        ({"labelled": -0.1}, "got -0.1"),
        ({"labelled": True}, "got True"),
    ],
)
def test_other_amounts_are_refused(options, says):
    with pytest.raises(WrongUse, match=says):
        opened(**options)


def test_what_has_no_classes_or_is_a_table_is_refused():
    with pytest.raises(WrongUse, match="labelled needs classes"):
        open_dataset(IMAGES, labelled=0.5)
    with pytest.raises(WrongUse, match=r"items is for images, points and sounds.*fewer rows"):
        open_dataset(np.random.default_rng(0).normal(size=(50, 3)), items=20)
