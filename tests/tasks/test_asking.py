"""Rows by a wish of one's own, rows with a part that is given, and seeds."""

import numpy as np
import pandas as pd
import pytest
import torch

from sparring import Synthesizer
from sparring.core.errors import Failure, WrongUse


def holes(frame, share=0.3, seed=0):
    """The frame with cells that are not known, where a missing value can be written."""
    random = np.random.default_rng(seed)
    out = frame.copy()
    for name in frame.columns:
        kind = out[name].dtype
        if pd.api.types.is_bool_dtype(kind) and kind != "boolean":
            out[name] = out[name].astype(object)
        elif pd.api.types.is_integer_dtype(kind):
            out[name] = out[name].astype("Int64")
        out.loc[random.random(len(out)) < share, name] = None
    return out


# where


def test_where_keeps_the_rows_for_which_it_is_true(fitted):
    made = fitted.sample(200, where=lambda frame: frame["first"] + frame["age"] > 700, seed=0)
    assert len(made) == 200
    assert (made["first"] + made["age"] > 700).all()


def test_where_and_conditions_hold_together(fitted):
    made = fitted.sample(
        50, condition={"city": "Trier"}, where=lambda frame: frame["net"] > frame["tax"], seed=0
    )
    assert (made["city"] == "Trier").all()
    assert (made["net"] > made["tax"]).all()


def test_weights_make_rows_as_frequent_as_they_say(fitted):
    free = fitted.sample(20_000, seed=0)["member"].mean()

    def weigh(frame):
        return np.where(frame["member"], 3.0, 1.0)

    made = fitted.sample(20_000, where=weigh, seed=1)["member"].mean()
    assert made == pytest.approx(3 * free / (3 * free + 1 - free), abs=0.02)


def test_weights_count_for_single_rows_too(fitted):
    """Of one row alone any weight would be the largest."""
    few = [
        fitted.sample(1, where=lambda f: np.where(f["member"], 1e-3, 1.0), seed=seed)
        for seed in range(20)
    ]
    assert pd.concat(few)["member"].mean() < 0.2


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (lambda f: f["city"], "where must return one boolean or weight a row"),
        (lambda f: f["age"] > 200, "only 0 of"),
        (lambda f: f["age"][:3], "where must return one boolean or weight a row"),
        (lambda f: -f["weight"], "where must return finite weights of at least 0"),
        (lambda f: f["fee"], "where must return finite weights of at least 0"),
        (lambda f: f["age"] * 0, "only 0 of"),
    ],
)
def test_a_wish_that_cannot_be_used_gets_a_sentence(where, sentence, fitted):
    with pytest.raises((WrongUse, Failure), match=sentence):
        fitted.sample(5, where=where)


def test_pictures_are_kept_by_a_wish_too(images, tiny):
    fitted = Synthesizer(**tiny).fit(images)
    bright = fitted.sample(3, where=lambda x: x.reshape(len(x), -1).max(1) > 100)
    assert (bright.reshape(3, -1).max(1) > 100).all()
    with pytest.raises(WrongUse, match="one boolean an item"):
        fitted.sample(3, where=lambda x: x)


@pytest.mark.parametrize("game", ["r3gan", "ctgan", "tvae"])
def test_every_game_heeds_a_wish(game, frame):
    synthesizer = Synthesizer(game, steps=3, batch_size=20, width=8, alarms=False).fit(frame)
    made = synthesizer.sample(40, where=lambda f: f["age"] > 40, seed=0)
    assert len(made) == 40
    assert (made["age"] > 40).all()


# Rows with a part that is given


@pytest.mark.parametrize(
    "names",
    [
        ["city"],
        ["age", "salary", "seen"],
        ["weight", "short", "born", "asked", "kind"],
        ["net", "tax"],
        ["total"],
        ["region"],
        ["first", "last", "fee", "member"],
    ],
    ids=str,
)
def test_rows_like_given_ones_keep_what_is_given(names, fitted, customers):
    given = customers[names].iloc[:40]
    whole = fitted.sample_like(given, seed=0)
    assert list(whole.columns) == list(customers.columns)
    assert len(whole) == 40
    pd.testing.assert_frame_equal(whole[names], given.reset_index(drop=True))
    assert whole.dtypes.equals(customers.dtypes)
    assert fitted.modality_.rules.holds(whole).all()


def test_rows_like_given_ones_take_a_missing_value_for_what_it_says(fitted, customers):
    given = customers[["salary", "asked", "fee"]].iloc[:80]
    whole = fitted.sample_like(given, seed=0)
    pd.testing.assert_frame_equal(whole[["salary", "asked", "fee"]], given)
    assert (whole["fee"].isna() == ~whole["member"]).all()


def test_whole_rows_are_like_themselves(fitted, customers):
    pd.testing.assert_frame_equal(fitted.sample_like(customers.iloc[:30], seed=0), customers[:30])


def test_the_order_of_given_columns_and_their_index_do_not_matter(fitted, customers):
    given = customers[["age", "city"]].iloc[100:120]
    turned = given[["city", "age"]]
    assert fitted.sample_like(given, seed=0).equals(fitted.sample_like(turned, seed=0))


def test_imputing_keeps_what_is_known_and_leaves_nothing_unknown(fitted, customers):
    known = customers.dropna().iloc[:60]
    given = holes(known)
    whole = fitted.impute(given, seed=0)
    assert list(whole.columns) == list(customers.columns)
    for name in customers.columns:
        there = given[name].notna().to_numpy()
        assert (whole[name].to_numpy()[there] == known[name].to_numpy()[there]).all(), name
        if name != "fee":  # missing by a rule where there is no member
            assert whole[name].notna().all(), name
    assert fitted.modality_.rules.holds(whole).all()


def test_imputing_follows_what_is_known_of_a_row():
    random = np.random.default_rng(0)
    kind = random.choice(["x", "y"], 2000)
    size = np.where(kind == "x", random.normal(0, 1, 2000), random.normal(8, 1, 2000))
    frame = pd.DataFrame({"kind": kind, "size": size})
    synthesizer = Synthesizer(steps=250, alarms=False).fit(frame)
    gaps = frame.iloc[:500].copy()
    gaps["size"] = np.where(np.arange(500) % 2, np.nan, gaps["size"])
    gaps["kind"] = np.where(np.arange(500) % 2, gaps["kind"], None)
    whole = synthesizer.impute(gaps, seed=0)
    assert ((whole["size"] > 4) == (whole["kind"] == "y")).mean() > 0.95
    assert (whole["kind"] == kind[:500]).mean() > 0.95


def test_what_cannot_be_completed_gets_a_sentence(fitted, customers, frame):
    with pytest.raises(WrongUse, match="the table has no column 'town'; it has city"):
        fitted.sample_like(pd.DataFrame({"town": ["Ulm"]}))
    gan = Synthesizer("r3gan", steps=2, batch_size=20, width=8, alarms=False).fit(frame)
    with pytest.raises(WrongUse, match="R3GAN can't complete rows; fit with game='nade'"):
        gan.impute(frame)


def test_a_row_that_no_rest_can_save_is_named(fitted, customers):
    given = customers[["first", "last"]].iloc[:4].copy()
    given.loc[2, "last"] = given.loc[2, "first"] - 1
    with pytest.raises(Failure, match="no rest was found with which row 3 obeys 'first <= last'"):
        fitted.sample_like(given)


def test_other_data_have_no_rows_to_complete(images, tiny):
    with pytest.raises(WrongUse, match="rows of tables can be completed, not image data"):
        Synthesizer(**tiny).fit(images).impute(images)


# Seeds

CALLS = {
    "sample": lambda s, f, seed: s.sample(300, seed=seed),
    "condition": lambda s, f, seed: s.sample(50, {"city": "Ulm", "total": (20, 60)}, seed=seed),
    "where": lambda s, f, seed: s.sample(50, where=lambda m: m["age"] > 60, seed=seed),
    "sample_like": lambda s, f, seed: s.sample_like(f[["city", "age"]][:50], seed=seed),
    "impute": lambda s, f, seed: s.impute(holes(f[:50]), seed=seed),
}


@pytest.mark.parametrize("call", CALLS)
def test_the_same_seed_is_the_same_table_and_another_is_not(call, fitted, customers, tmp_path):
    draw = CALLS[call]
    first = draw(fitted, customers, 5)
    before = torch.get_rng_state()
    assert first.equals(draw(fitted, customers, 5))
    assert not first.equals(draw(fitted, customers, 6))
    assert not draw(fitted, customers, None).equals(draw(fitted, customers, None))
    assert torch.equal(before, torch.get_rng_state())
    fitted.save(tmp_path / "model")
    again = Synthesizer.load(tmp_path / "model")
    assert first.equals(draw(again, customers, 5))


def test_the_same_seed_fits_the_same_model_and_another_another(customers):
    options = {"steps": 5, "batch_size": 60, "width": 8, "alarms": False}
    first, second, other = (
        Synthesizer(**options, seed=seed).fit(customers).sample(100, seed=1) for seed in (0, 0, 3)
    )
    assert first.equals(second)
    assert not first.equals(other)


def test_rows_in_model_space_are_float32(fitted, customers):
    x = fitted.modality_.encode(customers)
    assert x.dtype == torch.float32
    assert fitted.model_.sample(4).dtype == torch.float32
    assert fitted.model_.complete(x[:4]).dtype == torch.float32
