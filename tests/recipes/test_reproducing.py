"""A reproduction that is broken off goes on, and never with what another one found."""

import json

import pytest

from sparring.core import WrongUse
from sparring.recipes import reproducing

RECIPE = """
format = 1
title = "t"
source = "s"
minutes = 1
data = "ring8"
seeds = 2
items = 50

[fit]
game = "gan"
steps = 2
width = 4
alarms = false

[players.one]
[players.other]
width = 5

[[expect]]
figure = "two_sample_auc"
of = "one"
at_least = 0.0
"""


class Stopped(Exception):
    pass


@pytest.fixture
def trained(monkeypatch, tmp_path):
    """Titles and seeds, as they are trained; and how a reproduction is run, stopped after some."""
    whole, seen = reproducing._row, []
    commit = {"commit": "0123456789ab", "sparring": "1", "torch": "2"}
    monkeypatch.setattr(reproducing, "machine", lambda: dict(commit))

    def run(stop=None, recipe=RECIPE, at="0123456789ab"):
        commit["commit"] = at
        seen.clear()

        def row(recipe, title, seed, *rest):
            if len(seen) == stop:
                raise Stopped
            seen.append((title, seed))
            return whole(recipe, title, seed, *rest)

        monkeypatch.setattr(reproducing, "_row", row)
        path = tmp_path / "r.toml"
        path.write_text(recipe, encoding="utf-8")
        return reproducing.reproduce_recipe(str(path), evidence=tmp_path)

    run.seen, run.folder = seen, tmp_path
    return run


ALL = [("one", 0), ("other", 0), ("one", 1), ("other", 1)]


def test_it_goes_on_after_what_was_judged_and_gives_the_same(trained):
    undisturbed = trained()
    with pytest.raises(Stopped):
        trained(stop=3)
    result = trained()
    assert trained.seen == ALL[3:]
    for title in ("one", "other"):
        for found, expected in zip(
            result["figures"][title], undisturbed["figures"][title], strict=True
        ):
            assert found["two_sample_auc"] == expected["two_sample_auc"]
            assert "seconds" not in found
    assert result["seconds"] > 0
    assert not list(trained.folder.glob("*.part.json"))


@pytest.mark.parametrize(
    "changed",
    [
        {"at": "ba9876543210"},
        {"recipe": RECIPE.replace("steps = 2", "steps = 3")},
        {"at": "0123456789ab-dirty"},
    ],
)
def test_what_another_one_found_does_not_count(trained, changed):
    with pytest.raises(Stopped):
        trained(stop=2)
    trained(**changed)
    assert trained.seen == ALL


def test_a_changed_tree_is_not_gone_on_with(trained):
    with pytest.raises(Stopped):
        trained(stop=2, at="0123456789ab-dirty")
    trained(at="0123456789ab-dirty")
    assert trained.seen == ALL


@pytest.mark.parametrize("content", ["no JSON", json.dumps([1]), json.dumps({"rows": {}})])
def test_a_file_that_holds_something_else_is_refused(trained, content):
    (trained.folder / "r.part.json").write_text(content, encoding="utf-8")
    with pytest.raises(WrongUse, match="found so far, and doesn't: delete it"):
        trained()
