"""What becomes of a URL, and why: each Outcome, each Reason, and what follows from a Reason.

A Reason is one row: what it tells a user, how the URL ends, when it is tried again, and how much it counts
against a feed. Everything else reads these rows: retries, a feed's back-off, the plan of a backfill, the
look-up of known links, docs/data.md. To add a reason, add its row here and raise it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a URL. Each URL has exactly one current outcome (ops.outcomes)."""

    LOADED = "loaded"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    DUPLICATE_URL = "duplicate_url"
    PENDING = "pending"
    SKIPPED = "skipped"
    FAILED = "failed"


OUTCOME_MEANINGS = {
    Outcome.LOADED: "the URL's page, or the feed's own text, is an article in mart.articles_all",
    Outcome.REVISED: "the article was loaded before, and the last fetch of its page added a revision",
    Outcome.UNCHANGED: "the page was fetched again and says nothing new",
    Outcome.DUPLICATE_URL: "another address of an article that is loaded under its own address",
    Outcome.PENDING: "the page is still to be fetched, or waits for another try",
    Outcome.SKIPPED: "left out by a rule of the site or of ours; the reason names the rule",
    Outcome.FAILED: "no article could be made of it, and no try is left; the reason says why",
}

FAILED, SKIPPED = Outcome.FAILED, Outcome.SKIPPED

LASTING, REPAIRABLE, PASSING = 1.0, 0.5, 0.25
"""How much one failed poll counts against its feed (poll/failure.py): waiting does not help; the site may
repair it; it passes by itself."""


@dataclass(frozen=True, slots=True)
class ReasonRule:
    """What follows from a reason.

    `meaning` completes the sentence "There is no article because ..." for a reader of the warehouse.
    `ending` is the URL's outcome once no try is left: SKIPPED where a rule of the site or of ours leaves it
    out, FAILED where something went wrong.
    `first_wait` comes before the second try of a page, and each later wait is `growth` times as long; None
    where a second try would say the same.
    `feed_weight` is what one failed poll for this reason counts against a feed.
    `page_may_change`: extraction made no article of the page, but the site may serve a better page later.
    `address_at_fault`: the address itself is wrong, so that a corrected address deserves a fetch of its own.
    `host_unreachable`: it happened on the way to the host, before any answer.
    `undecided`: the URL was passed over without a look at its page; a feed that lists it has it fetched.
    """

    meaning: str
    ending: Outcome = FAILED
    first_wait: timedelta | None = None
    growth: float = 4.0
    feed_weight: float = LASTING
    page_may_change: bool = False
    address_at_fault: bool = False
    host_unreachable: bool = False
    undecided: bool = False


_LOOK_UP = ReasonRule("")


def _minutes(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


class Reason(StrEnum):
    """Why a URL is no article, or not yet. A closed list, so that analysts can group by it."""

    rule: ReasonRule

    def __new__(cls, value: str, rule: ReasonRule = _LOOK_UP) -> Reason:
        # Each member below has a rule; without one, as in Reason("dns"), Enum looks the member up instead.
        member = str.__new__(cls, value)
        member._value_ = value
        member.rule = rule
        return member

    ROBOTS = ("robots", ReasonRule("the host's robots.txt disallows the address", ending=SKIPPED))
    ROBOTS_UNREACHABLE = (
        "robots_unreachable",
        ReasonRule(
            "the host's robots.txt could not be read, so nothing may be fetched from it yet",
            first_wait=_minutes(30),
            feed_weight=PASSING,
        ),
    )
    HTTP_401 = ("http_401", ReasonRule("the server asked for a login (HTTP 401)"))
    HTTP_403 = ("http_403", ReasonRule("the server refused the page (HTTP 403)", feed_weight=REPAIRABLE))
    HTTP_404 = (
        "http_404",
        ReasonRule("the server has no page at the address (HTTP 404)", address_at_fault=True),
    )
    HTTP_410 = (
        "http_410",
        ReasonRule("the server says that the page was removed for good (HTTP 410)", address_at_fault=True),
    )
    HTTP_429 = (
        "http_429",
        ReasonRule(
            "the server asked for fewer requests (HTTP 429)", first_wait=_minutes(15), feed_weight=PASSING
        ),
    )
    HTTP_4XX = (
        "http_4xx",
        ReasonRule(
            "the server refused the request (another HTTP 4xx status; 408 and 425 are tried again)",
            first_wait=_minutes(2),
            address_at_fault=True,
        ),
    )
    HTTP_5XX = (
        "http_5xx",
        ReasonRule(
            "the server had an error of its own (HTTP 5xx)", first_wait=_minutes(10), feed_weight=PASSING
        ),
    )
    HTTP_OTHER = (
        "http_other",
        ReasonRule(
            "the server's answer was no valid or expected HTTP answer",
            first_wait=_minutes(2),
            feed_weight=REPAIRABLE,
        ),
    )
    TIMEOUT = (
        "timeout",
        ReasonRule("the server did not answer in time", first_wait=_minutes(10), feed_weight=PASSING),
    )
    CONNECT = (
        "connect",
        ReasonRule(
            "no connection to the host could be opened",
            first_wait=_minutes(10),
            feed_weight=PASSING,
            host_unreachable=True,
        ),
    )
    DNS = (
        "dns",
        ReasonRule(
            "the host's name has no address (DNS)",
            first_wait=_minutes(15),
            feed_weight=REPAIRABLE,
            address_at_fault=True,
            host_unreachable=True,
        ),
    )
    TLS = (
        "tls",
        ReasonRule(
            "no secure connection to the host could be made (certificate or TLS)",
            first_wait=_minutes(60),
            feed_weight=REPAIRABLE,
            host_unreachable=True,
        ),
    )
    RESET = (
        "reset",
        ReasonRule(
            "the connection broke off before the answer was complete",
            first_wait=_minutes(2),
            feed_weight=PASSING,
        ),
    )
    TRUNCATED = (
        "truncated",
        ReasonRule("the page or record ends early", first_wait=_minutes(2), feed_weight=PASSING),
    )
    TOO_LARGE = (
        "too_large",
        ReasonRule(
            "the answer is larger than the limit for its kind", ending=SKIPPED, feed_weight=REPAIRABLE
        ),
    )
    BAD_ENCODING = (
        "bad_encoding",
        ReasonRule(
            "the bytes are not compressed or encoded as their header says",
            first_wait=_minutes(2),
            feed_weight=REPAIRABLE,
        ),
    )
    BAD_ADDRESS = (
        "bad_address",
        ReasonRule(
            "the host's address is not a public one, and allow_networks does not list it",
            ending=SKIPPED,
            address_at_fault=True,
        ),
    )
    BAD_URL = (
        "bad_url",
        ReasonRule(
            "the link is no http or https address that can be followed", ending=SKIPPED, address_at_fault=True
        ),
    )
    BAD_PORT = (
        "bad_port",
        ReasonRule(
            "the address names a port that allow_ports does not list", ending=SKIPPED, address_at_fault=True
        ),
    )
    REDIRECT_LOOP = (
        "redirect_loop",
        ReasonRule("redirects lead in a circle, or through too many addresses", address_at_fault=True),
    )
    REDIRECTED_HOME = (
        "redirected_home",
        ReasonRule(
            "the address redirects to the home page, a section, an error or login page, or a domain for sale",
            address_at_fault=True,
        ),
    )
    NOT_A_FEED = ("not_a_feed", ReasonRule("the answer is no feed", feed_weight=REPAIRABLE))
    NOT_HTML = (
        "not_html",
        ReasonRule("the answer is no web page (a picture, a PDF, a download)", ending=SKIPPED),
    )
    CHALLENGE = (
        "challenge",
        ReasonRule(
            "the site served a check for robots (captcha, bot defence) instead of the article",
            first_wait=_minutes(60),
            feed_weight=REPAIRABLE,
            page_may_change=True,
        ),
    )
    CONSENT = (
        "consent",
        ReasonRule(
            "the site served a request for consent (cookies, data protection) instead of the article",
            first_wait=_minutes(60),
            page_may_change=True,
        ),
    )
    PAYWALL = ("paywall", ReasonRule("the article is locked, and the page shows no text of it"))
    EMPTY = ("empty", ReasonRule("the page has no text", first_wait=_minutes(15), page_may_change=True))
    TOO_SHORT = ("too_short", ReasonRule("the text on the page is shorter than the feed's own summary"))
    CODE_LIKE = ("code_like", ReasonRule("the text is program code, not sentences"))
    NESTED_TOO_DEEP = (
        "nested_too_deep",
        ReasonRule("the page's elements are nested too deep to be parsed safely"),
    )
    NOT_ARTICLE = (
        "not_article",
        ReasonRule("the page is a front page, a section or a list, not an article", ending=SKIPPED),
    )
    PARSE_LIMIT = (
        "parse_limit",
        ReasonRule(
            "the page or feed took more time, memory or size to parse than the limit", feed_weight=REPAIRABLE
        ),
    )
    PARSE_ERROR = (
        "parse_error",
        ReasonRule("the page or document could not be parsed", feed_weight=REPAIRABLE),
    )
    TAKEDOWN = (
        "takedown",
        ReasonRule(
            "the address was taken down here (`ingest takedown`), and is never loaded again", ending=SKIPPED
        ),
    )
    OFF_SCOPE = (
        "off_scope",
        ReasonRule("the address is on another site than the one requested", ending=SKIPPED, undecided=True),
    )
    NO_URL = ("no_url", ReasonRule("the feed entry or record names no address", ending=SKIPPED))
    NO_TEXT = ("no_text", ReasonRule("the record holds neither HTML nor text"))
    OUT_OF_RANGE = (
        "out_of_range",
        ReasonRule(
            "the page's date is outside the days of the backfill",
            ending=SKIPPED,
            undecided=True,
        ),
    )
    DAMAGED_RECORD = ("damaged_record", ReasonRule("the archive record or input line is damaged"))
    REVISIT_RECORD = (
        "revisit_record",
        ReasonRule(
            "the archive record only says that the page was the same as at an earlier capture", ending=SKIPPED
        ),
    )
    MISSING_TOKEN = (
        "missing_token",
        ReasonRule(
            "an environment variable that the feed's `headers` name is not set, so no request was sent",
            first_wait=_minutes(15),
            feed_weight=PASSING,
        ),
    )
    DEFERRED = (
        "deferred",
        ReasonRule(
            "no request was sent: the host is paused, its turn is far away, or the backfill was cancelled",
            first_wait=_minutes(2),
            feed_weight=PASSING,
            undecided=True,
        ),
    )
    RETRY = (
        "retry",
        ReasonRule("the page waits for another try", first_wait=_minutes(2), feed_weight=PASSING),
    )
    INTERNAL = (
        "internal",
        ReasonRule(
            "this program failed at the page; the detail names the error",
            first_wait=_minutes(2),
            feed_weight=REPAIRABLE,
        ),
    )


GIVE_UP_AFTER = timedelta(days=14)
"""A page for which no request could be sent in this time is given up: its host may be paused, or its
robots.txt unreachable, for good. (Such tries do not count as attempts.)"""

LONGEST_WAIT = timedelta(days=1)

RETRY_AFTER_CAP = LONGEST_WAIT.total_seconds()
"""Seconds: a Retry-After that asks for more counts as this."""

SHORT_WAIT = timedelta(minutes=2)
"""For an error that is raised as Transient though its reason has no wait of its own."""


def next_attempt(reason: Reason, attempts: int, now: datetime, retry_after: float | None = None) -> datetime:
    """Returns when a page is tried again after its `attempts`th failure (1 for the first).

    The wait is `first_wait`, then four times as long each time, a day at most, and never shorter than the
    server's Retry-After (seconds). Five attempts span half a day and more: a site that is down for an evening
    loses no page.
    """
    rule = reason.rule
    first_wait = rule.first_wait or SHORT_WAIT
    wait = min(first_wait * rule.growth ** max(0, attempts - 1), LONGEST_WAIT)
    return now + max(wait, timedelta(seconds=retry_after or 0.0))


def undecided() -> list[str]:
    """The reasons for which a backfill passes over a URL without a look at its page."""
    return [reason.value for reason in Reason if reason.rule.undecided]
