"""The text of a rule as tokens."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sparring.core.errors import WrongUse
from sparring.data.rules.names import Name, names_in
from sparring.data.rules.parts import PARTS

_SIGNS = ("<->", "->", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "(", ")", "{", "}", ",")
_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?(?![\w%])")
_PART = re.compile(rf"({'|'.join(sorted(PARTS, key=len, reverse=True))})\s*(?=\()")
_WORD = re.compile(r"[^\s+\-*/=<>{},()]+")


@dataclass(frozen=True)
class Token:
    """A piece of text: kind is name, number, part, sign, word or end."""

    kind: str
    text: str
    name: Name = ""
    start: int = 0


class Reader:
    """Takes tokens from the text of a rule, one after the other.

    Args:
        text: of the rule.
        names: of the table's columns.
    """

    def __init__(self, text: str, names: Sequence[Name]) -> None:
        self.text = text
        self.names = names
        self.place = 0

    def peek(self) -> Token:
        """The next token."""
        while self.text[self.place : self.place + 1].isspace():
            self.place += 1
        start = self.place
        if start == len(self.text):
            return Token("end", "", start=start)
        part = _PART.match(self.text, start)
        if part:
            return Token("part", part[1], start=start)
        found = names_in(self.text, start, self.names)
        if found is not None:
            return Token("name", self.text[start : found[1]], found[0], start)
        number = _NUMBER.match(self.text, start)
        if number:
            return Token("number", number[0], start=start)
        for sign in _SIGNS:
            if self.text.startswith(sign, start):
                return Token("sign", sign, start=start)
        word = _WORD.match(self.text, start)
        return Token("word", word[0] if word else self.text[start], start=start)

    def take(self) -> Token:
        """The next token, which is then behind."""
        token = self.peek()
        self.place = token.start + len(token.text)
        return token

    def skip(self, *texts: str) -> bool:
        """Take these signs or words if they come next."""
        start = self.place
        for text in texts:
            token = self.take()
            if token.kind not in ("sign", "word") or token.text.lower() != text:
                self.place = start
                return False
        return True

    def need(self, kind: str, what: str) -> Token:
        """The next token, which must be of a kind."""
        token = self.take()
        if token.kind != kind:
            raise self.wrong(what, token)
        return token

    def column(self) -> Name:
        """The column whose name comes next."""
        return self.need("name", "the name of a column").name

    def end(self) -> None:
        """Refuse what is left."""
        token = self.peek()
        if token.kind != "end":
            raise self.wrong("nothing more", token)

    def rest(self) -> str:
        """All that is left, which is then behind."""
        rest = self.text[self.place :].strip()
        self.place = len(self.text)
        return rest

    def try_to(self, read: Callable[[], None]) -> bool:
        """Whether something can be read; if not, nothing was taken."""
        start = self.place
        try:
            read()
        except WrongUse:
            self.place = start
            return False
        return True

    def wrong(self, due: str, got: Token) -> WrongUse:
        """That something else is there than what is due."""
        there = repr(got.text) if got.kind != "end" else "its end"
        hint = f"the columns are {', '.join(map(str, self.names))}"
        return WrongUse(
            f"The rule {self.text!r} must have {due} at place {got.start + 1}, got {there}: {hint}."
        )
