"""What can go wrong, as values.

A :class:`Problem` says what is wrong, where, and (through the message catalogue) how to mend it. Code below the
command line raises :class:`OsaidError` or returns problems; it never prints and never exits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

__all__ = ["CardError", "DocumentError", "OsaidError", "Place", "PolicyError", "Problem", "ResultError", "RubricError", "UsageError"]


class Place(NamedTuple):
    """Where something stands: a file's name and a line and column, both counted from 1."""

    path: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        text = self.path if self.path is not None else "<input>"
        if self.line is not None:
            text += f":{self.line}"
            if self.column is not None:
                text += f":{self.column}"
        return text


class Problem(NamedTuple):
    """One thing that is wrong: a permanent code, the parameters of its sentence, and its place."""

    code: str
    params: Mapping[str, str] = {}
    place: Place = Place()

    @property
    def message(self) -> str:
        """The sentence that says what is wrong, in English."""
        from .messages import sentence

        return sentence(self.code, self.params)

    @property
    def hint(self) -> str | None:
        """The sentence that says how to mend it, or None."""
        from .messages import hint

        return hint(self.code, self.params)

    def __str__(self) -> str:
        lines = f"{self.place}: {self.message}"
        return f"{lines} {self.hint}" if self.hint else lines


class OsaidError(Exception):
    """The one exception this package raises on bad input.

    ``problems`` holds everything found, in order of place; ``rest`` the document that could be read all the same, or None.
    """

    def __init__(self, problems: Problem | Iterable[Problem], rest: object = None) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.rest = rest
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class DocumentError(OsaidError):
    """Bytes that cannot be read as a document: syntax, encoding, limits, a missing file."""


class CardError(OsaidError):
    """A document that is not a valid card."""


class RubricError(OsaidError):
    """A document that is not a valid rubric, or a rubric that cannot be found."""


class ResultError(OsaidError):
    """A document that is not a valid saved result."""


class PolicyError(OsaidError):
    """A document that is not a valid policy, or a policy that cannot be found."""


class UsageError(OsaidError):
    """A request that cannot be carried out: an unknown id, an option that does not fit."""
