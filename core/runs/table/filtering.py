"""What people type to find runs: words, and comparisons such as `lr > 1e-4 and recipe = pets*`.

A small language of its own, read by a parser of its own: nothing that is typed is ever executed.

    query       = all { "or" all }
    all         = one { [ "and" ] one }
    one         = "not" one | "(" query ")" | comparison | word
    comparison  = column sign value | number sign column sign number
    sign        = "<" | "<=" | ">" | ">=" | "=" | "==" | "!=" | "~" (contains)

A column is named by its id or its title; quotes hold what has spaces in it. Words are searched in
all texts of a run. Values of texts may have `*` in them; `none` is no value.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.runs.table.columns import Column, Kind, RunRow

Predicate = Callable[[RunRow], bool]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"[^"]*"|'[^']*')
    | (?P<sign><=|>=|!=|==|=|<|>|~)
    | (?P<paren>[()])
    | (?P<word>[^\s()<>=!~"']+)
    )""",
    re.VERBOSE,
)
_SPACE = re.compile(r"\s*")
_UNITS = {"s": 1, "sec": 1, "min": 60, "h": 3600, "d": 86400, "%": 1, "": 1}
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(s|sec|min|h|d|%)?")
_KEYWORDS = ("and", "or", "not")
_ORDER = ("<", "<=", ">", ">=")
_DEEPEST = 40
_CLOSE = 1e-9
_TEXTS = ("name", "id", "recipe", "label_set", "state", "device", "parent", "group", "init")


class FilterProblem(ValueError):  # noqa: N818 - what was typed is not wrong, but not understood
    """What was typed cannot be understood.

    Attributes:
        words: Why, in a sentence.
        position: Where in the text, counted from 0.
    """

    def __init__(self, words: str, position: int) -> None:
        super().__init__(words)
        self.words = words
        self.position = position


@dataclass(frozen=True, slots=True)
class Filter:
    """A question that each run answers with yes or no; an empty one lets all through."""

    text: str
    matches: Predicate

    def keep(self, rows: Iterable[RunRow]) -> list[RunRow]:
        """The rows that answer yes, in order."""
        return [row for row in rows if self.matches(row)]


EVERYTHING = Filter("", lambda _row: True)


def parse_filter(text: str, columns: Sequence[Column]) -> Filter:
    """Understand what was typed.

    Args:
        text: As typed.
        columns: The columns that can be named.

    Raises:
        FilterProblem: it cannot be understood.
    """
    tokens = _tokens(text)
    if not tokens:
        return EVERYTHING
    parser = _Parser(tokens, len(text), columns)
    predicate = parser.query(0)
    if (left := parser.next) is not None:
        raise FilterProblem(f"{left.text!r} is not expected here.", left.position)
    return Filter(text, predicate)


def parse_number(text: str) -> float | None:
    """A number as typed, with `s`, `min`, `h` or `d` for times; None when it is none."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    number = float(found[1]) * _UNITS[found[2] or ""]
    return number if math.isfinite(number) else None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int

    @property
    def keyword(self) -> str:
        return self.text.lower() if self.kind == "word" and self.text.lower() in _KEYWORDS else ""


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            space = _SPACE.match(text, at)
            at = at if space is None else space.end()
            if text[at] in "\"'":
                raise FilterProblem("The quote is not closed.", at)
            raise FilterProblem(f"{text[at]!r} is not understood.", at)
        kind = found.lastgroup
        said = found[kind]
        said = said[1:-1] if kind == "quoted" else said
        tokens.append(_Token(kind, said, found.start(kind)))
        at = found.end()
    return tokens


class _Parser:
    """Reads tokens from left to right; see the module for the grammar."""

    def __init__(self, tokens: Sequence[_Token], end: int, columns: Sequence[Column]) -> None:
        self._tokens, self._at, self._end = tokens, 0, end
        self._columns = columns

    @property
    def next(self) -> _Token | None:
        """The token to come; None at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def query(self, depth: int) -> Predicate:
        """Alternatives."""
        parts = [self._all(depth)]
        while self._is("or"):
            self._at += 1
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _all(self, depth: int) -> Predicate:
        parts = [self._one(depth)]
        while (token := self.next) is not None and token.keyword != "or" and token.text != ")":
            if token.keyword == "and":
                self._at += 1
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _one(self, depth: int) -> Predicate:
        token = self._take("a word or a comparison")
        if depth > _DEEPEST:
            raise FilterProblem("There are too many brackets in each other.", token.position)
        if token.keyword == "not":
            inner = self._one(depth + 1)
            return lambda row: not inner(row)
        if token.keyword or token.kind == "sign" or (token.kind == "paren" and token.text == ")"):
            raise FilterProblem(
                f"Before {token.text!r} a word or a comparison is missing.", token.position
            )
        if token.kind == "paren":
            inner = self.query(depth + 1)
            if self.next is None:
                raise FilterProblem("A bracket is not closed.", token.position)
            self._at += 1
            return inner
        if self._is_sign():
            return self._comparison(token)
        return _word(token.text)

    def _comparison(self, left: _Token) -> Predicate:
        sign = self._take("a sign")
        right = self._take(f"a value after {sign.text!r}", is_value=True)
        low = parse_number(left.text) if left.kind == "word" else None
        if low is None:
            return _compare(self._column(left), sign, right)
        column = self._column(right)
        turned = _Token(sign.kind, _turned(sign.text), sign.position)
        first = _compare(column, turned, left)
        if not self._is_sign():
            return first
        second_sign = self._take("a sign")
        value = self._take(f"a value after {second_sign.text!r}", is_value=True)
        second = _compare(column, second_sign, value)
        return lambda row: first(row) and second(row)

    def _column(self, token: _Token) -> Column:
        wanted = _plain(token.text)
        by_id = [column for column in self._columns if _plain(column.id) == wanted]
        by_title = [column for column in self._columns if _plain(column.title) == wanted]
        if by_id or by_title:
            return [*by_id, *by_title][0]
        names = [column.id for column in self._columns]
        close = difflib.get_close_matches(token.text, names, 1, 0.5)
        hint = f" Is it {close[0]!r}?" if close else ""
        raise FilterProblem(f"There is no column {token.text!r}.{hint}", token.position)

    def _take(self, what: str, *, is_value: bool = False) -> _Token:
        token = self.next
        if token is None:
            raise FilterProblem(f"At the end {what} is missing.", self._end)
        if is_value and token.kind in ("sign", "paren"):
            raise FilterProblem(f"Before {token.text!r} {what} is missing.", token.position)
        self._at += 1
        return token

    def _is(self, keyword: str) -> bool:
        return self.next is not None and self.next.keyword == keyword

    def _is_sign(self) -> bool:
        return self.next is not None and self.next.kind == "sign"


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", "", name).lower()


def _turned(sign: str) -> str:
    return sign.translate(str.maketrans("<>", "><"))


def _word(text: str) -> Predicate:
    wanted = text.lower()

    def is_in(row: RunRow) -> bool:
        if wanted in row.name.lower():
            return True
        return any(
            wanted in value.lower() for key in _TEXTS if isinstance(value := row.get(key), str)
        )

    return is_in


def _compare(column: Column, sign: _Token, value: _Token) -> Predicate:
    key, said = column.id, sign.text
    if value.kind == "word" and value.text.lower() == "none" and said in ("=", "==", "!="):
        return (lambda row: row.get(key) is not None) if said == "!=" else (
            lambda row: row.get(key) is None
        )  # fmt: skip
    if column.kind is Kind.TEXT:
        return _compare_text(column, said, sign, value.text)
    number = parse_number(value.text)
    if number is None:
        raise FilterProblem(
            f"{column.title} is a number, and {value.text!r} is none.", value.position
        )
    if said == "~":
        raise FilterProblem(
            f"{column.title} is a number: compare it with <, > or =.", sign.position
        )

    def holds(row: RunRow) -> bool:
        found = row.number(key)
        if found is None:
            return False
        is_equal = math.isclose(found, number, rel_tol=_CLOSE, abs_tol=1e-300)
        match said:
            case "<":
                return found < number and not is_equal
            case "<=":
                return found < number or is_equal
            case ">":
                return found > number and not is_equal
            case ">=":
                return found > number or is_equal
            case "!=":
                return not is_equal
            case _:
                return is_equal

    return holds


def _compare_text(column: Column, said: str, sign: _Token, value: str) -> Predicate:
    if said in _ORDER:
        raise FilterProblem(
            f"{column.title} is a text: compare it with =, != or ~ (contains).", sign.position
        )
    key, wanted = column.id, value.lower()

    def text_of(row: RunRow) -> str:
        found = row.get(key)
        return found.lower() if isinstance(found, str) else ""

    if said == "~":
        return lambda row: wanted in text_of(row)
    if said == "!=":
        return lambda row: not is_like(text_of(row), wanted)
    return lambda row: is_like(text_of(row), wanted)


def is_like(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern in which `*` stands for anything; takes linear time."""
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    *middle, last = others
    if not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end
