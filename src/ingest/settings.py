"""Reads and checks ingest.toml, the variables INGEST_<KEY> and feeds.toml. Nothing else reads the
environment.

Order of precedence: command line, INGEST_<KEY>, ingest.toml, defaults. An unknown or misspelt key is an error
that names the file, the key and the nearest known key.
"""

from __future__ import annotations

import difflib
import ipaddress
import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ingest.errors import ConfigError
from ingest.model import ContentType, Feed, HostRule

PREFIX = "INGEST_"
PATHS = frozenset({"data", "feeds", "agencies"})
"""Settings that are paths: in ingest.toml they are relative to that file."""
NOT_SETTINGS = {"INGEST_CONFIG"}
LogLevel = Literal["debug", "info", "warning", "error"]
LOG_LEVELS: tuple[LogLevel, ...] = get_args(LogLevel)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_SIZE = re.compile(r"\d+(?:\.\d+)?\s*[kmgt]i?b", re.I)  # as DuckDB reads it
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
USER_AGENT = "wire-ingest/0.1 (news archive; contact: set user_agent in ingest.toml)"


class Settings(BaseModel):
    """All settings of ingest.toml. Times are in seconds, `*_cap` in decoded megabytes, `worker_memory` and
    `min_free_disk` in megabytes; `entries_cap` is a number of entries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Path("data")
    feeds: Path = Path("feeds.toml")
    agencies: Path | None = None
    user_agent: str = Field(USER_AGENT, pattern=r"^[^\x00-\x1f\x7f]+$")
    allow_networks: tuple[Network, ...] = ()
    allow_ports: frozenset[int] | None = frozenset()
    resolve: dict[str, tuple[str, int]] = Field(default_factory=dict)
    proxy: str | None = None
    connect_timeout: float = Field(10, gt=0)
    page_deadline: float = Field(20, gt=0)
    feed_deadline: float = Field(30, gt=0)
    page_cap: float = Field(5, gt=0)
    feed_cap: float = Field(10, gt=0)
    sitemap_cap: float = Field(50, gt=0)
    entries_cap: int = Field(1000, ge=1)
    max_in_flight: int = Field(64, ge=1)
    per_host: int = Field(1, ge=1)
    crawl_delay: float = Field(0, ge=0)
    attempts: int = Field(5, ge=1)
    batch: int = Field(200, ge=1)
    workers: int = Field(default_factory=lambda: os.cpu_count() or 2, ge=1)
    worker_seconds: float = Field(10, gt=0)
    worker_memory: int = Field(1500, ge=400)
    run_seconds: float | None = Field(None, gt=0)
    min_interval: float = Field(300, ge=1)
    polls_per_day: float | None = Field(None, gt=0)
    duckdb_memory: str = "700MB"
    duckdb_threads: int = Field(default_factory=lambda: os.cpu_count() or 2, ge=1)
    min_free_disk: int = Field(200, ge=0)
    log_level: LogLevel = "warning"

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("allow_networks", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        return [ipaddress.ip_network(n) if isinstance(n, str) else _as_text(n) for n in _listed(value)]

    @field_validator("allow_ports", mode="before")
    @classmethod
    def _ports(cls, value: Any) -> Any:
        if value == "any" or value == ["any"]:
            return None
        return [_number(port) for port in _listed(value)]

    @field_validator("duckdb_memory")
    @classmethod
    def _size(cls, value: str) -> str:
        if not _SIZE.fullmatch(value.strip()):
            raise ValueError("write it as a number with its unit, such as 700MB or 2GiB")
        return value.strip()

    @field_validator("resolve", mode="before")
    @classmethod
    def _resolve(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = (
                json.loads(value)
                if value.lstrip().startswith("{")
                else dict(p.split("=", 1) for p in _listed(value))
            )
        if not isinstance(value, Mapping):
            raise ValueError('write it as a table: "host.example" = "192.0.2.1:443"')
        return {host.lower(): _address(target) for host, target in value.items()}

    def path(self, *names: str) -> Path:
        """A path inside the data directory."""
        return self.data.joinpath(*names)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part for part in re.split(r"[,\s]+", value.strip("[] ")) if part]
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _number(port: Any) -> int:
    if not isinstance(port, int | str):
        raise ValueError('a port is a number; write a list of them, or "any"')
    return int(port)


def _as_text(network: Any) -> Any:
    if isinstance(network, int):
        raise ValueError('write networks as text: "192.0.2.0/24"')
    return network


def _address(target: Any) -> tuple[str, int]:
    if isinstance(target, str):
        host, _, port = target.rpartition(":")
        target = (host.strip("[]"), port)
    if not isinstance(target, list | tuple) or len(target) != 2:
        raise ValueError("write the target as address:port")
    host, port = target
    ipaddress.ip_address(host)
    return str(host), int(port)


def load_settings(
    config: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Returns the settings of `config` (by default ingest.toml in the working directory, if it exists), the
    environment and `overrides`, where None means not given. Raises ConfigError."""
    environ = os.environ if environ is None else environ
    found = settings_file(config, environ)
    path = found or Path("ingest.toml")
    values = read_toml(path) if found else {}
    _check_keys(values, set(Settings.model_fields), str(path))
    for name in PATHS & values.keys():
        if not isinstance(values[name], str) or not values[name]:
            raise ConfigError(f"{path}: {name}: write a path (got {values[name]!r})")
        values[name] = str(path.parent / values[name])
    env = {k: v for k, v in environ.items() if k.startswith(PREFIX) and k not in NOT_SETTINGS}
    from_env = {key[len(PREFIX) :].lower(): value for key, value in env.items()}
    _check_keys(from_env, set(Settings.model_fields), "environment", shown=lambda key: PREFIX + key.upper())
    on_command_line = {key: value for key, value in (overrides or {}).items() if value is not None}
    try:
        return Settings.model_validate({**values, **from_env, **on_command_line})
    except ValidationError as error:
        raise ConfigError(_first_error(error, f"{path} or {PREFIX}<KEY>")) from None


def settings_file(config: Path | None, environ: Mapping[str, str] | None = None) -> Path | None:
    """Returns the settings file in use: `config`, the one that INGEST_CONFIG names, or ingest.toml in the
    working directory; None where there is none. A process that starts others elsewhere passes it on."""
    environ = os.environ if environ is None else environ
    named = config or (Path(environ["INGEST_CONFIG"]) if environ.get("INGEST_CONFIG") else None)
    usual = Path("ingest.toml")
    return named or (usual if usual.exists() else None)


def read_toml(path: Path) -> dict[str, Any]:
    """Returns the contents of a TOML file. Raises ConfigError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors write a byte order mark
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file; name another one or create it (README shows a starter)"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: cannot be read ({error}); check its permissions and encoding (UTF-8)"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None


def _check_keys(values: Mapping[str, Any], known: set[str], where: str, shown: Any = str) -> None:
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), 1)
            remedy = f"did you mean {shown(near[0])}?" if near else f"known keys: {', '.join(sorted(known))}"
            raise ConfigError(f"{where}: unknown key {shown(key)}; {remedy}")


def _first_error(error: ValidationError, where: str) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if key.startswith("headers"):  # the value may be the token itself, written in the wrong place
        return f"{where}: {key}: write the name of an environment variable that holds the value"
    shown = repr(first.get("input"))
    return f"{where}: {key}: {message} (got {shown[:80]})"


# -- feeds.toml ----------------------------------------------------------------------------------------------


class _Options(BaseModel):
    """The keys of [defaults], which hold for every feed that does not set them itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    publisher: str | None = None
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
    timezone: str | None = None
    full_text: bool = False
    min_interval: float | None = Field(None, ge=1)
    max_interval: float = Field(86_400, ge=60)
    weight: float = Field(1, gt=0)
    enabled: bool = True
    content_type: ContentType | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    page_headers: bool = False
    recheck: bool = False

    @field_validator("headers")
    @classmethod
    def _variables(cls, value: dict[str, str]) -> dict[str, str]:
        if not all(_VARIABLE.fullmatch(variable) for variable in value.values()):
            raise ValueError("not the name of an environment variable")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError):
                raise ValueError("unknown time zone; use an IANA name such as Europe/Kyiv") from None
        return value


class _Feed(_Options):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    url: str = Field(pattern=r"^https?://[^\s/?#]+\S*$")
    name: str | None = None
    sitemap: str | None = Field(None, pattern=r"^https?://[^\s/?#]+\S*$")


class _Host(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(pattern=r"^[^\s/:?#@]+$")
    identity: str | None = None
    crawl_delay: float | None = Field(None, ge=0)
    max_in_flight: int | None = Field(None, ge=1)

    @field_validator("identity")
    @classmethod
    def _regex(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from None
        return value


class FeedList(BaseModel):
    """The checked contents of feeds.toml."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    path: Path
    feeds: tuple[Feed, ...]
    hosts: tuple[HostRule, ...]

    @property
    def enabled(self) -> tuple[Feed, ...]:
        """The feeds without `enabled = false`."""
        return tuple(feed for feed in self.feeds if feed.enabled)

    def chosen(self, ids: tuple[str, ...]) -> tuple[Feed, ...]:
        """Returns the feeds of these ids, enabled or not; without ids all enabled feeds. Raises
        ConfigError as `named` does."""
        return self.named(ids) if ids else self.enabled

    def named(self, ids: tuple[str, ...]) -> tuple[Feed, ...]:
        """Returns the feeds of these ids. Raises ConfigError, which names the first unknown id."""
        known = {feed.id: feed for feed in self.feeds}
        for feed_id in ids:
            if feed_id not in known:
                near = difflib.get_close_matches(feed_id, known, 1)
                raise ConfigError(
                    f"{self.path}: no feed has id {feed_id!r}"
                    + (f"; did you mean {near[0]}?" if near else "")
                )
        return tuple(known[feed_id] for feed_id in dict.fromkeys(ids))


def load_feeds(path: Path, environ: Mapping[str, str] | None = None) -> FeedList:
    """Returns the checked feeds.toml. Raises ConfigError, which names the feed, the key and the remedy."""
    environ = os.environ if environ is None else environ
    document = read_toml(path)
    _check_keys(document, {"defaults", "feed", "host"}, str(path))
    defaults = _tables(document, path, "defaults", dict)
    _checked(_Options, defaults, f"{path}: [defaults]")
    feeds = [
        _feed({**defaults, **table}, table, index, path, environ)
        for index, table in enumerate(_tables(document, path, "feed", list))
    ]
    hosts = [
        _checked(_Host, table, f"{path}: [[host]] {table.get('host', index + 1)}")
        for index, table in enumerate(_tables(document, path, "host", list))
    ]
    seen: set[str] = set()
    for feed in feeds:
        if feed.id in seen:
            raise ConfigError(f"{path}: two feeds have the id {feed.id!r}; give each its own")
        seen.add(feed.id)
    rules = tuple(HostRule(h.host.lower(), h.identity, h.crawl_delay, h.max_in_flight) for h in hosts)
    return FeedList(path=path, feeds=tuple(feeds), hosts=rules)


def _tables(document: Mapping[str, Any], path: Path, key: str, kind: type) -> Any:
    value = document.get(key, kind())
    if not isinstance(value, kind) or (
        isinstance(value, list) and not all(isinstance(table, dict) for table in value)
    ):
        wanted = f"[[{key}]]" if kind is list else f"[{key}]"
        raise ConfigError(f"{path}: {key}: write it as {wanted}")
    return value


def _checked(model: Any, table: Mapping[str, Any], where: str) -> Any:
    _check_keys(table, set(model.model_fields), where)
    try:
        return model.model_validate(dict(table))
    except ValidationError as error:
        raise ConfigError(_first_error(error, where)) from None


def _feed(
    merged: dict[str, Any], own: Mapping[str, Any], index: int, path: Path, environ: Mapping[str, str]
) -> Feed:
    checked: _Feed = _checked(_Feed, merged, f"{path}: [[feed]] {own.get('id', index + 1)}")
    values = checked.model_dump()
    tokens = {name: environ.get(variable, "").strip() for name, variable in checked.headers.items()}
    # A variable that is not set fails its feed when it is polled (fetch/tokens.py), not the others.
    missing = tuple((name, checked.headers[name]) for name, token in tokens.items() if not token)
    values |= {
        "headers": {name: token for name, token in tokens.items() if token},
        "missing_variables": missing,
    }
    return Feed(**{**values, "content_type": checked.content_type}, position=index)
