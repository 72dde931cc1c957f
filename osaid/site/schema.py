"""The shape of a site's ``index.json``, as pydantic models: the published schema is generated from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..cards.model import Identifier
from ..results.schema import ScoreData, Tool
from ..schemas import published_schema

__all__ = ["Index", "site_schema"]

SITE_SCHEMA_ID = "urn:osaid:schema:site:1"
Day = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|unknown)(?![\s\S])")]
RubricId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*(?![\s\S])", max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", regex_engine="python-re")


class RubricEntry(_Part):
    """A framework of the site; the first one leads."""

    id: RubricId
    version: str
    title: str
    short: str
    sha256: str
    page: str = Field(description="The table by this framework, from the site's top.")


class MarkData(_Part):
    """A model by one framework."""

    rubric: RubricId
    verdict: str
    label: str
    tone: Literal["good", "fair", "poor", "plain", "open"]
    possible: list[str]
    score: ScoreData
    badge: str = Field(description="The badge, from the site's top.")
    endpoint: str = Field(description="The same for shields.io.")


class ModelEntry(_Part):
    """A model of the site."""

    id: Identifier
    name: str
    developer: str
    version: str
    license: str = Field(description="The terms of the weights, by name.")
    free: Literal["yes", "no", "unknown"] = Field(description="Whether these terms leave everyone free to use, study, change and share.")
    as_of: str
    sha256: str = Field(description="Of the card.")
    page: str
    result: str = Field(description="The assessment by the leading framework, as osaid score --format json writes it.")
    marks: list[MarkData] = Field(min_length=1)


class NewsEntry(_Part):
    """Something that changed between two builds, by the leading framework."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}(?![\s\S])")]
    date: Day = Field(description="The day of the card's facts.")
    model: Identifier
    name: str
    kind: Literal["added", "changed", "removed"]
    rubric: RubricId
    before: str | None = Field(description="The verdict before, in words.")
    after: str | None
    moved: bool
    because: list[str] = Field(description="What moved the verdict: ids of criteria, base models or the rubric.")
    message: str


class Index(_Part):
    """All models of a site, best first, and what changed, latest first."""

    schema_version: Literal["1"]
    tool: Tool
    title: str
    base_url: str
    rubrics: list[RubricEntry] = Field(min_length=1)
    models: list[ModelEntry]
    changes: list[NewsEntry]


def site_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a site's index."""
    return published_schema(Index, SITE_SCHEMA_ID, "osaid site")
