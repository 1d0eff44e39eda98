"""Who is who: the agencies that credits are read by, the user's own over the shipped ones, and the publishers met."""

from __future__ import annotations

import ingest.load.names as stored
from ingest.errors import ConfigError
from ingest.extract.wire.agencies import AgencyTable, shipped
from ingest.load.db import Connection
from ingest.settings import Settings


def own_agencies(settings: Settings) -> str | None:
    """The text of the user's agencies file (same form as extract/wire/agencies.toml). ConfigError names it when it cannot be read."""
    if settings.agencies is None:
        return None
    try:
        text = settings.agencies.read_text(encoding="utf-8")
        shipped().extended(text)
    except OSError as error:
        raise ConfigError(
            f"{settings.agencies}: cannot be read ({error.strerror}); see `agencies` in the settings"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{settings.agencies}: not a list of [[agency]] with name, aliases, country, kind: {error}"
        ) from None
    return text


def note_agencies(con: Connection, own: str | None) -> None:
    """core.agency shows the table in use."""
    table: AgencyTable = shipped().extended(own) if own else shipped()
    known = {agency.name: agency for agency in table.by_key.values()}
    stored.write_agencies(
        con, [{"agency": a.name, "aliases": list(a.aliases), "country": a.country} for a in known.values()]
    )
