"""report.json and report.html: complete, self-contained, whole or as they were."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sparring.report.writing as writing
from sparring.core import Failure
from sparring.data import open_dataset
from sparring.report import Judgement, judge, read_report, write_report
from sparring.report.drawing import curves

_VOID = {"meta", "img", "br", "hr", "link", "input"}
_SHAPES = {"rect", "circle", "line", "polyline"}


class Page(HTMLParser):
    """Every tag is closed by its own kind, and every reference is kept."""

    def __init__(self):
        super().__init__()
        self.open, self.references, self.pictures, self.ids = [], [], [], []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.references += [found[name] for name in ("src", "href", "srcset") if name in found]
        self.ids += [found["id"]] if "id" in found else []
        if tag in ("img", "svg"):
            self.pictures.append(found.get("alt") or found.get("aria-label"))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in _SHAPES

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def judgement():
    random = np.random.default_rng(0)
    x = random.normal(size=1200)
    frame = pd.DataFrame(
        {"x": x, "<y> & z": x + random.normal(size=1200), "kind": np.where(x > 0, "a<b", "c")}
    )
    data = open_dataset(frame)
    return judge(data, data.unseen)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.jsonl"
    lines = [
        {"log": 1},
        {"step": 100, "samples": 6400, "seconds": 2.0, "generator/loss": 1.0, "critic/loss": 0.4},
        {"step": 150, "alarm": "mode collapse", "state": "raised", "since": 100, "saw": "a < b"},
        {"step": 200, "samples": 12800, "seconds": 4.0, "generator/loss": 0.8, "critic/loss": 0.5},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def written(judgement, log, tmp_path):
    facts = {"game": "r3gan", "licence": "CC0", "device": "cpu", "loss": float("nan")}
    return write_report(tmp_path / "run", judgement, title="A <run>", log=log, facts=facts)


def test_the_json_holds_figures_alarms_cost_and_facts(written, judgement):
    content = json.loads(written[0].read_text("utf-8"))
    assert content["report"] == 1
    assert [figure["name"] for figure in content["figures"]] == [f.name for f in judgement]
    for figure in content["figures"]:
        assert {"floor", "ceiling", "spread", "generated", "real", "position"} <= set(figure)
    assert content["alarms"][0]["alarm"] == "mode collapse"
    assert content["cost"]["steps"] == 200
    assert content["cost"]["steps_per_second"] == 50.0
    assert content["facts"] == {"game": "r3gan", "licence": "CC0", "device": "cpu", "loss": None}


def test_the_json_gives_the_judgement_back(written, judgement):
    assert Judgement.from_json(read_report(written[0].parent)) == judgement


def test_the_page_is_well_formed_and_holds_every_figure(written, judgement):
    page = Page()
    text = written[1].read_text("utf-8")
    page.feed(text)
    page.close()
    assert page.open == []
    assert page.ids == [figure.name for figure in judgement]
    assert all(figure.verdict in text for figure in judgement)


def test_the_page_refers_to_nothing_outside(written):
    page, text = Page(), written[1].read_text("utf-8")
    page.feed(text)
    assert all(reference.startswith("data:image/png;base64,") for reference in page.references)
    assert not re.search(
        r"https?:|//|@import|url\(|<script|<link", re.sub(r"base64,[^\"]*", "", text)
    )


def test_every_picture_has_words_for_those_who_cannot_see_it(written):
    page = Page()
    page.feed(written[1].read_text("utf-8"))
    assert len(page.pictures) > 10
    assert all(page.pictures)


def test_what_users_named_is_escaped(written):
    text = written[1].read_text("utf-8")
    assert "A &lt;run&gt;" in text
    assert "&lt;y&gt; &amp; z" in text
    assert "<y>" not in text


def test_both_players_have_curves_and_the_alarm_stands_on_the_page(written):
    text = written[1].read_text("utf-8")
    assert 'aria-label="generator loss over the steps"' in text
    assert 'aria-label="critic loss over the steps"' in text
    assert "mode collapse raised" in text
    assert "step 150, since step 100" in text
    assert "a &lt; b" in text


def test_a_report_needs_neither_log_nor_facts(judgement, tmp_path):
    table, page = write_report(tmp_path, judgement, title="bare")
    assert json.loads(table.read_text("utf-8"))["alarms"] == []
    assert "<h2>Training" not in page.read_text("utf-8")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, OSError])
def test_an_interrupted_write_leaves_the_old_report(written, judgement, monkeypatch, kind):
    before = [path.read_bytes() for path in written]
    calls = []

    def interrupted(path):
        calls.append(path)
        if len(calls) == 2:
            raise kind("power is gone")

    monkeypatch.setattr(writing, "sync", interrupted)
    with pytest.raises((KeyboardInterrupt, Failure)):
        write_report(written[0].parent, replace(judgement, seed=99), title="new")
    assert [path.read_bytes() for path in written] == before
    assert sorted(path.name for path in written[0].parent.iterdir()) == [
        "report.html",
        "report.json",
    ]


def test_no_report_and_a_damaged_one_are_refused(tmp_path):
    with pytest.raises(Failure, match="there is no report at"):
        read_report(tmp_path)
    (tmp_path / "report.json").write_text("{", "utf-8")
    with pytest.raises(Failure, match="no readable report"):
        read_report(tmp_path)


def test_a_report_of_a_newer_version_is_refused(written):
    content = json.loads(written[0].read_text("utf-8"))
    Path(written[0]).write_text(json.dumps({**content, "report": 99}), "utf-8")
    with pytest.raises(Failure, match="newer sparring"):
        read_report(written[0])


def test_a_value_that_was_seen_once_is_a_dot():
    assert "<circle" in curves([[(5.0, 0.3)]], "once")
    assert "<circle" not in curves([[(5.0, 0.3), (6.0, 0.2)]], "twice")
