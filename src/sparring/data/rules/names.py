"""Names of columns and values in the text of a rule."""

import json
import re
from collections.abc import Sequence

Name = str | int

_PLAIN = re.compile(r"[^\W\d_][\w%#&./$€'-]*( (?!(?:is|then|if|and|of|one|by)\b)[\w%#&.'-]+)*|_\w+")
_WORDS = {"if", "then", "is", "not", "always", "exactly", "missing", "present", "key", "when"}
_AFTER = set(" +-*/=<>{},():")


def quoted(name: Name) -> str:
    """A name as it stands in the text of a rule; in backticks where it could be misread.

    Example:
        >>> quoted("Tax 5%"), quoted("a + b"), quoted(7)
        ('Tax 5%', '`a + b`', '`7`')
    """
    text = str(name)
    if isinstance(name, str) and _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f"`{text}`"


def names_in(text: str, start: int, names: Sequence[Name]) -> tuple[Name, int] | None:
    """The longest name of a column that stands at a place of a text, and where it ends.

    Args:
        text: of a rule.
        start: the place.
        names: of all columns.

    Example:
        >>> names_in("tax = net", 0, ["t", "tax", "net"])
        ('tax', 3)
    """
    best = None
    for name in names:
        for form in (f"`{name}`", str(name)):
            end = start + len(form)
            whole = end == len(text) or text[end : end + 1] in _AFTER or form[0] == "`"
            if form and text.startswith(form, start) and whole and (best is None or end > best[1]):
                best = name, end
    return best


def shown(value: str | int | float | bool) -> str:
    """A value as it stands in the text of a rule.

    Example:
        >>> shown("cash"), shown("a, b"), shown(5.0), shown(True)
        ('cash', '"a, b"', '5', 'true')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if re.fullmatch(r"[^\W\d]([\w .&'/+-]*[\w.+])?", value) and " then " not in f" {value} ":
        return value if value.lower() not in _WORDS | {"true", "false"} else json.dumps(value)
    return json.dumps(value, ensure_ascii=False)


def value_of(text: str) -> str | int | float | bool:
    """The value that `shown` showed; numbers as numbers.

    Example:
        >>> value_of("cash"), value_of('"7"'), value_of("7"), value_of("0.5")
        ('cash', '7', 7, 0.5)
    """
    text = text.strip()
    if text in ("true", "false"):
        return text == "true"
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | int | float) else text


def number_text(number: float) -> str:
    """A number with as many digits as it needs.

    Example:
        >>> number_text(0.05), number_text(3.0), number_text(1e-7)
        ('0.05', '3', '1e-07')
    """
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))
