"""The page that can be mailed: one HTML file, with everything it shows inside."""

import html
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from itertools import groupby
from string import Template
from typing import Any

from sparring.report.drawing import bar, curves, number, timeline
from sparring.report.figures import GROUPS, Exhibit, Figure, Judgement, Mark
from sparring.report.log import Log

_TITLES = {"quality": "Quality", "diversity": "Diversity", "copying": "Copying"}
_WATCH = "watch"


def page(
    judgement: Judgement, title: str, log: Log, facts: Mapping[str, Any], cost: Mapping[str, Any]
) -> str:
    """The whole page; nothing in it refers to the outside.

    Args:
        judgement: what was found.
        title: of the page.
        log: curves and alarms.
        facts: by name, in JSON's types.
        cost: as in report.json.
    """
    sections = [
        _verdicts(judgement),
        _exhibits(judgement.exhibits),
        _training(log),
        _alarms(log),
        _cost(cost),
        _notes(judgement),
    ]
    template = Template(resources.files(__package__).joinpath("page.html").read_text("utf-8"))
    return template.substitute(
        title=_text(title),
        lead=_lead(judgement),
        tiles=_tiles(judgement, log),
        facts=_facts(judgement, facts),
        sections="\n".join(filter(None, sections)),
    )


def _text(value: Any) -> str:
    return html.escape(str(value))


def _lead(judgement: Judgement) -> str:
    return _text(
        f"{judgement.generated:,} generated items against {judgement.dataset}, drawn anew from the "
        f"one trained model with each of {judgement.resamples} seeds ({_listed(judgement.seeds)}): "
        "a number is the median, and below it stand the least and the largest. Every number stands "
        "between a floor, which a worthless generator reaches, and a ceiling, which real data "
        "reaches."
    )


def _listed(seeds: Sequence[int]) -> str:
    return f"{', '.join(map(str, seeds[:-1]))} and {seeds[-1]}"


# At a glance


def _tiles(judgement: Judgement, log: Log) -> str:
    """The weakest figure of each group, and whether an alarm stood."""
    tiles = []
    for group in GROUPS:
        telling = [f for f in judgement if f.group == group and not _mute(f)]
        if not telling:
            continue
        weakest = min(telling, key=lambda f: 0.0 if f.position is None else f.position)
        tiles.append(
            f'<div class="tile"><h3>{_TITLES[group]} · weakest</h3>'
            f"<b>{number(weakest.value)}</b><span>{_text(weakest.title)}</span>"
            f'<span class="{_tone(weakest)}">{_text(weakest.verdict)}</span></div>'
        )
    raised = [alarm for alarm in log.alarms if alarm.get("state") != "cleared"]
    names = ", ".join(dict.fromkeys(str(alarm["alarm"]) for alarm in raised))
    tone, words = ("poor", names) if raised else ("good", "none was raised")
    if log.last:
        tiles.append(
            f'<div class="tile"><h3>Alarms</h3><b>{len(raised)}</b><span>while it trained</span>'
            f'<span class="{tone}">{_text(words)}</span></div>'
        )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _facts(judgement: Judgement, facts: Mapping[str, Any]) -> str:
    features = f'<div class="wide"><dt>compared by</dt><dd>{_text(judgement.features)}</dd></div>'
    pairs = "".join(
        f"<div><dt>{_text(name.replace('_', ' '))}</dt><dd>{_text(_fact(value))}</dd></div>"
        for name, value in facts.items()
        if value not in (None, "", {}, [])
    )
    return f'<dl class="facts">{features}{pairs}</dl>'


def _fact(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_fact(content)}" for name, content in value.items())
    if isinstance(value, list):
        return ", ".join(map(_fact, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return number(value) if isinstance(value, float) else str(value)


def _tone(figure: Figure) -> str:
    position = figure.position
    if _mute(figure):
        return "void"
    if position is None or figure.verdict.startswith("copies"):
        return "poor"
    if figure.group == "copying" and figure.verdict.startswith("no copies"):
        return "fair"
    if figure.reached or (figure.group == "copying" and position >= 0.9):
        return "good"
    # Near a ceiling isn't at it: with a very bad floor, 0.95 may be ten times the distance.
    return "fair" if position >= 0.5 else "poor"


def _mute(figure: Figure) -> bool:
    """Whether a figure says nothing: floor, value and ceiling are one."""
    return figure.position is None and figure.reached


# Verdicts

_HEAD = (
    '<thead><tr><th class="what">figure</th><th class="number value">this generator</th>'
    '<th class="number floor">floors</th><th class="scale" aria-label="position"></th>'
    '<th class="ceiling">ceiling</th><th>verdict</th></tr></thead>'
)


def _verdicts(judgement: Judgement) -> str:
    parts = []
    for group, figures in groupby(judgement, key=lambda figure: figure.group):
        rows = "".join(map(_row, figures))
        parts.append(
            f'<h2>{_TITLES[group]}</h2><div class="scroll"><table class="verdicts">{_HEAD}'
            f"<tbody>{rows}</tbody></table></div>"
        )
    return "\n".join(parts)


def _row(figure: Figure) -> str:
    low, high = (_place(figure, value) for value in (figure.low, figure.high))
    label = "no position" if figure.position is None else f"position {figure.position:.2f}"
    counts = f"{figure.generated:,} generated, {figure.real:,} real"
    return (
        f'<tr id="{_text(figure.name)}"><td>{_text(figure.title)}'
        f"<small>{_text(figure.meaning)}</small></td>"
        f'<td class="number"><b>{number(figure.value)}</b>'
        f'<small class="range">{number(figure.low)} to {number(figure.high)}</small>'
        f"<small>± {number(figure.deviation)}</small></td>"
        f'<td class="number">{_mark(figure.floor)}{_others(figure)}</td>'
        f'<td class="scale">{bar(figure.position, min(low, high), max(low, high), label)}</td>'
        f"<td>{_mark(figure.ceiling)}</td>"
        f'<td><span class="{_tone(figure)}">{_text(figure.verdict)}</span>'
        f"<small>{counts}</small></td></tr>"
    )


def _mark(mark: Mark) -> str:
    return f"{number(mark.value)}<small>{_text(mark.name)}</small>"


def _others(figure: Figure) -> str:
    return "".join(
        f'<small class="other"><b>{number(mark.value)}</b> {_text(mark.name)}</small>'
        for mark in (*figure.floors, *figure.controls)
        if mark != figure.floor
    )


def _place(figure: Figure, value: float) -> float:
    """Where another value of a figure would stand on its bar."""
    room = figure.ceiling.value - figure.floor.value
    if figure.position is None or room == 0:
        return 0.0
    if figure.better == "near":
        return 1 - abs(value - figure.ceiling.value) / abs(room)
    return (value - figure.floor.value) / room


# What there is to look at


def _exhibits(exhibits: Sequence[Exhibit]) -> str:
    if not exhibits:
        return ""
    blocks = "".join(
        f'<div class="exhibit{"" if _is_picture(e) else " wide"}"><h3>{_text(e.title)}</h3>'
        f'<p class="caption">{_text(e.caption)}</p>{e.markup}</div>'
        for e in exhibits
    )
    title = "Samples" if all(map(_is_picture, exhibits)) else "What was looked at"
    return f'<h2>{title}</h2><div class="exhibits">{blocks}</div>'


def _is_picture(exhibit: Exhibit) -> bool:
    """Whether it may stand beside others; drawings have a row of their own."""
    return exhibit.markup.startswith("<img")


# Training


def _training(log: Log) -> str:
    if not log.players:
        return ""
    parts = [
        f"<h3>{_text('What the alarms watch' if player == _WATCH else player)}</h3>"
        f'<div class="charts">{_charts(player, terms)}</div>'
        for player, terms in sorted(log.players.items(), key=lambda item: item[0] == _WATCH)
    ]
    caption = "What each player minimises, term by term, over the steps."
    return f'<h2>Training</h2><p class="caption">{caption}</p>{"".join(parts)}'


def _charts(player: str, terms: Mapping[str, Any]) -> str:
    return "".join(
        f"<figure><figcaption>{_text(term.replace('_', ' '))}</figcaption>"
        f"{curves(pieces, f'{player} {term} over the steps')}</figure>"
        for term, pieces in terms.items()
    )


def _alarms(log: Log) -> str:
    if not log.last and not log.alarms:
        return ""
    if not log.alarms:
        return "<h2>Alarms</h2><p>None was raised while it trained.</p>"
    marks = [(float(a.get("step", 0)), a.get("state") == "cleared") for a in log.alarms]
    return (
        f"<h2>Alarms</h2>{timeline(marks, log.steps, f'{len(marks)} events on a line of steps')}"
        f"<ul>{_items(_alarm(alarm) for alarm in log.alarms)}</ul>"
    )


def _alarm(alarm: Mapping[str, Any]) -> str:
    since = alarm.get("since")
    when = f"step {alarm.get('step', 0):,}" + (f", since step {since:,}" if since else "")
    state, tone = alarm.get("state", "raised"), "poor"
    if state == "cleared":
        tone = "good"
    parts = [f'<b class="{tone}">{_text(alarm["alarm"])} {_text(state)}</b> ({_text(when)})']
    if alarm.get("saw"):
        parts.append(f": {_text(alarm['saw'])}.")
    if alarm.get("advice"):
        parts.append(f" <i>What usually helps:</i> {_text(alarm['advice'])}")
    return "".join(parts)


def _cost(cost: Mapping[str, Any]) -> str:
    pairs = {
        "training": _duration(cost["seconds"]),
        "steps": cost["steps"],
        "steps a second": cost["steps_per_second"],
        "samples seen": cost["samples"],
        "parameters": cost["parameters"],
        "this report": _duration(cost["report_seconds"]),
    }
    cells = "".join(
        f"<div><dt>{_text(name)}</dt><dd>{_text(_fact(value))}</dd></div>"
        for name, value in pairs.items()
        if value is not None
    )
    return f'<h2>Cost</h2><dl class="facts">{cells}</dl>'


def _duration(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def _notes(judgement: Judgement) -> str:
    if not judgement.notes:
        return ""
    return f"<h2>Limits</h2><ul>{_items(map(_text, judgement.notes))}</ul>"


def _items(lines: Iterable[str]) -> str:
    return "".join(f"<li>{line}</li>" for line in lines)
