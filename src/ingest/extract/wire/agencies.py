"""The table of agencies: printed credit -> canonical name, country and kind."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from ingest.dates.names import fold


class AgencyKind(StrEnum):
    """AGENCY writes news, RELEASE carries press releases, OUTLET is a paper or station, DISTRIBUTOR names
    itself first."""

    AGENCY = "agency"
    RELEASE = "release"
    OUTLET = "outlet"
    DISTRIBUTOR = "distributor"


@dataclass(frozen=True, slots=True)
class Agency:
    """An entry of agencies.toml. `country` is ISO 3166. An `ambiguous` name is also a word or other initials:
    `(AA)`, `(SPA)`."""

    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None
    kind: AgencyKind = AgencyKind.AGENCY
    ambiguous: bool = False

    def is_ambiguous(self, printed: str) -> bool:
        """Only the canonical short form is: `(AA)` may be batteries, `(Anadolu)` is nothing else."""
        return self.ambiguous and key(printed) == key(self.name)


@dataclass(frozen=True, slots=True)
class AgencyTable:
    """Agencies by every printed form; see `key` for what a form is compared without."""

    by_key: dict[str, Agency]

    def find(self, printed: str) -> Agency | None:
        """The agency of a printed name, None if the table has none. A service counts as its agency: `Reuters
        Breakingviews`."""
        known = self.by_key.get(key(printed))
        first, sep, rest = printed.strip().partition(" ")
        if known or not sep or not first[:1].isupper() or rest.count(" ") > 1 or not rest[:1].isupper():
            return known
        house = self.by_key.get(key(first))
        return house if house and not house.is_ambiguous(first) and house.name in _HOUSES else None

    def extended(self, toml: str) -> AgencyTable:
        """This table with the `[[agency]]` entries of a user's file over it. ValueError (tomllib) on bad
        TOML."""
        return AgencyTable({**self.by_key, **_read(toml).by_key})


# Agencies that print the names of their services after their own.
_HOUSES = frozenset({"Reuters", "AP", "AFP", "dpa", "ANSA", "EFE", "CNN", "Bloomberg"})
_SEPARATORS = re.compile(r"[\s.\-–—_=,'’]+")


def key(printed: str) -> str:
    """A credit without case, accents, spaces, dots and dashes: `GLOBE NEWSWIRE` and `GlobeNewsWire` are
    one."""
    return _SEPARATORS.sub("", fold(printed))


def _read(toml: str) -> AgencyTable:
    by_key: dict[str, Agency] = {}
    for entry in tomllib.loads(toml).get("agency", []):
        agency = Agency(
            entry["name"],
            tuple(entry.get("aliases", ())),
            entry.get("country"),
            AgencyKind(entry.get("kind", "agency")),
            entry.get("ambiguous", False),
        )
        for form in (agency.name, *agency.aliases):
            by_key[key(form)] = agency
    return AgencyTable(by_key)


@lru_cache(maxsize=1)
def shipped_agencies() -> AgencyTable:
    """The table that comes with the package."""
    return _read(resources.files("ingest.extract.wire").joinpath("agencies.toml").read_text(encoding="utf-8"))
