"""Rows of the catalogue, by what they play with."""

from sparring.games.rows.entry import Entry
from sparring.games.rows.general import GENERAL
from sparring.games.rows.likelihood import LIKELIHOOD
from sparring.games.rows.pictures import PICTURES
from sparring.games.rows.tables import TABLES

__all__ = ["GENERAL", "LIKELIHOOD", "PICTURES", "TABLES", "Entry"]
