"""The report: how good a generator is, in report.json and report.html."""

from sparring.report.figures import Exhibit, Figure, Judgement, Kind, Mark
from sparring.report.judging import judge
from sparring.report.kinds import kinds
from sparring.report.log import Log, read_log
from sparring.report.writing import FORMAT, read_report, write_report

__all__ = [
    "FORMAT",
    "Exhibit",
    "Figure",
    "Judgement",
    "Kind",
    "Log",
    "Mark",
    "judge",
    "kinds",
    "read_log",
    "read_report",
    "write_report",
]
