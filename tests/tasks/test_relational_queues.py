"""Rows of a second parent that are named in their order by children of the first one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring import Synthesizer
from sparring.metrics.relational import children, dangling
from sparring.tasks.relations.queues import Line, in_line, taken_before

KEYS = {
    "admissions": "adm_id",
    "stays": "stay_id",
    "stays.adm_id": "admissions.adm_id",
    "moves.adm_id": "admissions.adm_id",
    "moves.stay_id": "stays.stay_id",
}


def hospital(ordered: bool = True) -> dict[str, pd.DataFrame]:
    """Admissions of one or two stays; of four moves each stay has one or two, by its ward."""
    rng = np.random.default_rng(0)
    admissions = pd.DataFrame({"adm_id": range(1, 61), "age": rng.integers(20, 80, 60)})
    of = np.repeat(admissions["adm_id"], rng.integers(1, 3, 60)).to_numpy()
    stays = pd.DataFrame({"stay_id": range(1, len(of) + 1), "adm_id": of})
    stays["ward"] = rng.choice(["north", "south"], len(of))
    rows = []
    for adm in admissions["adm_id"]:
        mine = stays[stays["adm_id"] == adm]
        named = np.repeat(mine["stay_id"], rng.integers(1, 3, len(mine))).tolist()
        placed = np.sort(rng.permutation(4)[: len(named)])
        moves = [np.nan] * 4
        for place, stay in zip(placed, named if ordered else rng.permutation(named), strict=True):
            moves[place] = stay
        rows += [(adm, stay) for stay in moves]
    moves = pd.DataFrame(rows, columns=["adm_id", "stay_id"])
    ward = moves["stay_id"].map(stays.set_index("stay_id")["ward"])
    moves["unit"] = ward.fillna("none")
    return {"admissions": admissions, "stays": stays, "moves": moves}


@pytest.fixture(scope="module")
def drawn():
    model = Synthesizer(steps=400, width=32, batch_size=64).fit(hospital(), keys=KEYS, fixed=[])
    return model, model.sample(3, seed=0)


def test_each_stay_is_named_as_often_as_it_was_drawn_to_be(drawn):
    model, made = drawn
    (move,) = [one for one in model.tables_.learnt.values() if one.place.name == "moves"]
    assert [link.column for link in move.queued] == ["stay_id"]
    real = hospital()
    ours = children(made["stays"]["stay_id"], made["moves"]["stay_id"])
    theirs = children(real["stays"]["stay_id"], real["moves"]["stay_id"])
    assert dangling(made["stays"]["stay_id"], made["moves"]["stay_id"]) == 0
    assert abs((ours == 1).mean() - (theirs == 1).mean()) < 0.03
    assert ours.min() >= 1
    assert ours.max() <= 2


def test_a_child_depends_on_the_row_that_it_names(drawn):
    _, made = drawn
    named = made["moves"].dropna(subset="stay_id")
    ward = named["stay_id"].map(made["stays"].set_index("stay_id")["ward"])
    # Half of them would agree by chance.
    assert (ward == named["unit"]).mean() > 0.8


def test_a_child_names_a_row_that_hangs_on_its_own_parent(drawn):
    _, made = drawn
    named = made["moves"].dropna(subset="stay_id")
    above = named["stay_id"].map(made["stays"].set_index("stay_id")["adm_id"])
    assert (above == named["adm_id"]).all()


def test_rows_that_keep_to_no_order_are_not_waited_for():
    line = Line.of(np.array([0, 0]), np.array([1, 1]), 1)
    parent = np.array([0, 0])
    assert in_line(line, parent, np.array([0, 1])).tolist() == [0, 1]
    assert in_line(line, parent, np.array([1, 0])) is None
    assert in_line(line, parent, np.array([-1, -1])) is None


def test_what_is_queued_comes_back_from_a_folder(drawn, tmp_path):
    model, made = drawn
    model.save(tmp_path / "hospital")
    again = Synthesizer.load(tmp_path / "hospital").sample(3, seed=0)
    pd.testing.assert_frame_equal(again["moves"], made["moves"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 3)), max_size=8))
def test_a_line_serves_every_place_once_and_in_order(stays):
    above = np.array([a for a, _ in stays], dtype=int)
    places = np.array([p for _, p in stays], dtype=int)
    line = Line.of(above, places, 4)
    for parent in range(4):
        expected = [i for i, (a, p) in enumerate(stays) if a == parent for _ in range(p)]
        children_of = np.full(len(expected) + 2, parent)
        taken = taken_before(children_of, np.full(len(children_of), True))
        served = line.next(children_of, taken).tolist()
        assert served == [*expected, -1, -1]
        assert line.left(children_of, taken).tolist() == [*range(len(expected), 0, -1), 0, 0]
