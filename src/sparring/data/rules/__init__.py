"""Exact relations between the columns of a table: found, shown, and made to hold."""

from sparring.data.rules.choosing import choose
from sparring.data.rules.collection import Rules
from sparring.data.rules.discovery import discover
from sparring.data.rules.parsing import parse
from sparring.data.rules.rule import Rule

__all__ = ["Rule", "Rules", "choose", "discover", "parse"]
