"""One host's robots.txt, parsed (RFC 9309): which URLs may be fetched, how slowly, which sitemaps there
are, and whether rights are reserved. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from protego import Protego

from ingest.fetch.robots_text import RobotsText, read_robots
from ingest.reasons import Reason
from ingest.reservations import usage_reserves

ROBOTS_CAP = 512_000
"""Bytes read of a robots.txt; RFC 9309, 2.5 asks for at least 500 KiB (512,000)."""
DELAY_CAP = 86_400.0
"""Longest delay between requests, in seconds. A slip in a robots.txt (milliseconds, a date) would close the
host for ever."""
ROBOTS_LIFETIME = 86_400.0
"""Seconds for which a robots.txt is used: the most that RFC 9309, 2.4 allows."""
RETRY_SOON = (1.0, 5.0)
"""Seconds until a robots.txt is requested again after its first and second failure in a row. Within a run
that costs less than to leave the host out of it."""
RETRY_FIRST, RETRY_MOST = 60.0, 3_600.0
"""Seconds until it is requested again after further failures, doubling from the first to the second; a host
that was not reached at all has no earlier ones."""
ROBOTS_PATIENCE = 6.0
"""Seconds that a request waits for the next try of its host's robots.txt; a longer wait is left to a later
request, or to the next run."""

# Crawlers that collect text for models, by the names in their owners' documentation.
AI_AGENTS = (
    "ai2bot",
    "amazonbot",
    "anthropic-ai",
    "applebot-extended",
    "bytespider",
    "ccbot",
    "claude-web",
    "claudebot",
    "cohere-ai",
    "diffbot",
    "facebookbot",
    "google-extended",
    "gptbot",
    "meta-externalagent",
    "omgili",
    "perplexitybot",
)


@dataclass(frozen=True, slots=True)
class StoredRobots:
    """What hosts.db keeps of a host's robots.txt. `body` is None while it is unreachable, b'' where all is
    allowed.

    Times are seconds since the epoch. Of an unreachable one, `reason` and `detail` say why, and `failures`
    how often in a row.
    """

    body: bytes | None
    expires_at: float
    reason: Reason | None = None
    detail: str = ""
    failures: int = 0


class Robots:
    """The rules of one host for one crawler, named by its product token (`wire-ingest`).

    `body` is a robots.txt, or its first ROBOTS_CAP bytes: the last line of such a part may be half a rule and
    is not read.
    """

    def __init__(self, body: bytes, token: str):
        self._rules: Protego | None = None
        self._usage: Protego | None = None
        self._ai_rules: tuple[Protego, ...] = ()
        self.delay = 0.0
        self.sitemaps: tuple[str, ...] = ()
        if body:
            self._read(read_robots(body, cut=len(body) >= ROBOTS_CAP), token)

    def _read(self, text: RobotsText, token: str) -> None:
        rules = self._rules = _protego([*text.sitemaps, *_EVERYONE, *text.rules_for(token)])
        rate = rules.request_rate("*")
        delay = max(rules.crawl_delay("*") or 0.0, rate.seconds / rate.requests if rate else 0.0)
        self.delay = min(delay, DELAY_CAP)
        self.sitemaps = tuple(dict.fromkeys(rules.sitemaps))
        # An AI crawler that is not named falls under `*`, as we do: only named ones can be treated otherwise.
        named = {tuple(text.rules_of(agent)) for agent in AI_AGENTS if agent in text.groups}
        self._ai_rules = tuple(_protego([*_EVERYONE, *lines]) for lines in named)
        self._usage = _usage_rules(text.lines)

    def allows(self, url: str) -> bool:
        return self._rules is None or self._rules.can_fetch(url, "*")

    def reserves_rights(self, url: str) -> bool:
        """True where an AI crawler may not fetch this URL, or a usage preference (aipref, Content-Signal)
        says no to AI."""
        if any(not rules.can_fetch(url, "*") for rules in self._ai_rules):
            return True
        return self._usage is not None and not self._usage.can_fetch(url, "*")


_EVERYONE = ("User-agent: *",)


def _protego(lines: Iterable[str]) -> Protego:
    return Protego.parse("\n".join(lines))


def _usage_rules(text: Iterable[str]) -> Protego | None:
    """Usage preferences as allow and disallow rules: their paths and precedence are those of robots.txt
    (draft-ietf-aipref-attach)."""
    lines = []
    for value in (match[1].strip() for line in text if (match := _USAGE.match(line))):
        path, _, preference = value.rpartition(" ") if value.startswith("/") else ("/", "", value)
        lines.append(f"{'Disallow' if usage_reserves(preference) else 'Allow'}: {path.split(' ')[0] or '/'}")
    if not any(line.startswith("Disallow") for line in lines):
        return None
    return _protego([*_EVERYONE, *lines])


_USAGE = re.compile(r"content-(?:usage|signal)\s*:(.*)", re.I)


def unreachable(
    reason: Reason, detail: str, now: float, before: StoredRobots | None, wait: float = 0.0
) -> StoredRobots:
    """The record of an unreachable robots.txt: nothing is fetched until it expires and the file is requested
    again (RFC 9309, 2.3.1.4). `wait` is the least number of seconds, as the host asked for."""
    failures = before.failures + 1 if before is not None else 1
    soon = () if reason.rule.host_unreachable else RETRY_SOON
    if failures <= len(soon):
        pause = soon[failures - 1]
    else:
        pause = min(RETRY_FIRST * 2 ** (failures - len(soon) - 1), RETRY_MOST)
    return StoredRobots(None, now + max(pause, min(wait, ROBOTS_LIFETIME)), reason, detail, failures)
