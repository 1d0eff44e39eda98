"""Challenge pages: what a bot defence sends in the article's place. Recognised by the title, by the vendor's
own scripts and boxes, and by what the page demands of its reader.

Good pages carry vendors' scripts too (a check in the background, a captcha in the comment form), so such a
script alone refuses no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from ingest.extract import layout
from ingest.extract.lines import comparable
from ingest.extract.structured import Structured
from ingest.text import normalise, squeeze

INTERSTITIAL = 1_500  # letters of sentences that no challenge or consent page exceeds by much
_PADDED = 2 * INTERSTITIAL
_TITLE_LETTERS = 80

# Whole titles that vendors give their pages, in the languages of their visitors; no desk prints them.
_VENDORS_TITLES = "|".join(
    (
        # 'one moment, please' as Cloudflare and others translate it
        r"just a moment|one moment(?:,? please)?|un momento(?:,? por favor)?",
        r"(?:s[óo] )?um momento(?:,? por favor)?|(?:nur )?einen moment(?:,? bitte)?",
        r"einen augenblick(?:,? bitte)?|(?:bitte )?einen moment geduld",
        r"(?:juste )?un instant(?:,? s'il vous plaît)?|un attimo(?: di pazienza)?",
        r"(?:een|één) (?:moment|ogenblik)(?: geduld)?|even geduld(?: a\.?u\.?b)?",
        r"(?:proszę )?chwileczkę|cierpliwości|okamžik(?:,? prosím)?|egy pillanat|un moment",
        r"ett ögonblick|et øjeblik|et øyeblikk|vent litt|hetkinen",
        r"(?:lütfen )?bir dakika(?: lütfen)?|(?:lütfen )?bekleyin",
        r"(?:один|одну) (?:момент|минуту|секунду)|зачекайте|хвилинку|зачекайте хвилинку|μια στιγμή",
        r"tunggu sebentar|chờ một chút|لحظة(?: من فضلك)?|(?:少々|しばらく)お待ちください|请稍候",
        r"請稍候|잠시만 기다(?:려 주세요|리십시오)",
        # Cloudflare, PerimeterX, DDoS-Guard
        r"attention required|access to this page has been (?:denied|blocked)",
        r"pardon our interruption|ddos[- ]guard|checking your browser(?: before accessing.{0,60})?",
        r"(?:please )?verif(?:y|ying) (?:that )?you are (?:a )?human",
        # captcha and bot checks of any vendor
        r"are you (?:a )?(?:human|robot)|human verification|robot check",
        r"bot (?:check|verification|detection)|client challenge",
        # Vercel, Sucuri, Anubis, Incapsula
        r"vercel security checkpoint|sucuri website firewall(?: - access denied)?",
        r"ddos protection by .{2,30}|making sure you're not a bot|you have been blocked",
        r"request unsuccessful(?:\. incapsula.{0,60})?",
    )
)
_VENDORS_TITLE = re.compile(rf"(?:{_VENDORS_TITLES})")
_SUFFIX = re.compile(
    r"\s*[|:·-]+\s*(?:cloudflare|imperva|incapsula|datadome|perimeterx|human|ddos-guard|sucuri|"
    r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})\s*$"
)
_CLOSING = " .!?:;|-。"

# What such a title may hold among other words: enough where the page says little else.
_TITLE = re.compile(
    "|".join(
        (
            r"just a moment|attention required|access (?:to this page has been )?denied",
            r"are you (?:a )?(?:human|robot)|security (?:check|verification)|checking your browser",
            r"verif(?:y|ying) (?:that )?you are (?:a )?human|human verification",
            r"pardon our interruption|request unsuccessful|ddos[- ]guard|ddos protection|captcha",
            r"robot (?:check|or human)|un momento|einen moment|un instant|please wait",
            r"bot (?:check|detection)|(?:403|401|429) |forbidden|too many requests|проверка|请稍候",
            r"お待ちください",
        )
    ),
    re.I,
)

# Any trace of a vendor, on good pages as well.
_TAG = re.compile(
    "|".join(
        (
            # Cloudflare
            r"cf-chl|_cf_chl_opt|challenge-platform|__cf_chl|cf_captcha|cf-error",
            # Incapsula, PerimeterX, DataDome
            r"_incapsula_|incapsula incident|px-captcha|perimeterx|_pxappid|captcha-delivery\.com",
            r"datadome",
            # captchas of Google, hCaptcha, Cloudflare
            r"g-recaptcha|h-captcha|hcaptcha\.com|turnstile",
            # DDoS-Guard, Sucuri, Distil, AWS, Akamai, Kasada
            r"ddos-guard|sucuri_cloudproxy|distil_r_captcha|aws-?waf|geo\.captcha|_abck|kasada|kpsdk",
            r"errors\.edgesuite\.net",
        )
    ),
    re.I,
)

# What only the page that blocks contains: calls of its script, its frame, its form, its boxes.
_SCRIPT = re.compile(
    r"_cf_chl_(?:opt|ctx|enter)\s*[=(]|_pxBlock|_pxJsClientSrc"
    r"|\bdd\s*=\s*\{[^{}]*captcha-delivery\.com|\bgokuProps\s*=|"
    r"AwsWafIntegration\s*\.\s*(?:forceRefreshToken|checkForceRefresh|saveReferrer)|"
    r"sucuri_cloudproxy_js\s*=|reeseSkipExpirationCheck|KPSDK\.now",
)
_SOURCE = re.compile(
    r"captcha-delivery\.com/|ddos-guard[/.]|/_fs-ch-|/cdn-cgi/challenge-platform/\S*orchestrate", re.I
)
_FRAME = re.compile(r"captcha-delivery\.com/|_incapsula_resource", re.I)
_FORM = re.compile(r"__cf_chl|/_sec/cp_challenge|distil_r_captcha", re.I)
_NAME = re.compile(
    r"(?:^|\s)(?:cf-challenge[\w-]*|cf-captcha-container|cf-browser-verification|cf-error-details"
    r"|cf-please-wait|"
    r"px-captcha(?:-(?:container|wrapper|header))?|ddg-captcha|ddos-guard|anubis_challenge"
    r"|sec-if-cpt-container|"
    r"distil_?r?_?captcha(?:form)?)(?:\s|$)",
    re.I,
)

# What the page that blocks contains, and now and then a page with a story.
_SDK_SCRIPT = re.compile(
    r"awsWafCookieDomainList\s*=|AwsWafIntegration\s*\.\s*(?:getToken|hasToken)"
    r"|AwsWafCaptcha\b|onProtectionInitialized"
)
_ID = frozenset(
    {
        "challenge-form",
        "challenge-running",
        "challenge-error-text",
        "challenge-container",
        "captcha-container",
    }
)
_RECEIPT = re.compile(
    "|".join(
        (
            r"incapsula incident id\W{0,4}\d|cloudflare ray id\W{0,4}[0-9a-f]{12}",
            r"reference #\d+\.[0-9a-f]+\.\d+\.[0-9a-f]+",
        )
    ),
    re.I,
)
_WIDGET = re.compile(
    r"(?:^|\s)(?:g-recaptcha|h-captcha|cf-turnstile|smart-captcha|frc-captcha)(?:\s|$)", re.I
)
_SCRIPT_LETTERS = 60_000  # a bundle is no vendor's inline call
_WORDS = (
    "_cf_chl_",
    "_px",
    "captcha-delivery",
    "goku",
    "AwsWaf",
    "awsWaf",
    "sucuri_",
    "reeseSkip",
    "onProtection",
    "KPSDK",
)
"""Each such script contains one of these: plain words are searched ten times quicker than patterns."""

_ASKS = re.compile(
    "|".join(
        (
            # English
            (
                r"(?:verif(?:y|ying|ies)|confirm|prove|make sure|making sure) (?:that )?(?:you(?:'re| are)|"
                r"you aren't)(?: not)? (?:an? )?(?:real )?(?:human|robot|bot|person)"
            ),
            r"unusual (?:traffic|activity|requests?)|i(?:'m| am) not a robot|are you a robot",
            r"not a (?:bot|robot)\b|checking (?:your browser|if the site connection is secure)",
            r"enable (?:javascript and cookies|cookies and javascript)",
            r"(?:complete|solve|pass) (?:the|this|a) (?:captcha|security check|challenge)",
            r"press (?:and|&) hold|needs to review the security of your connection",
            r"blocked (?:because|as) .{0,40}\b(?:bot|automated)|security service to protect",
            r"automated (?:requests|access|queries)",
            # German
            r"dass sie (?:ein mensch|kein roboter)|ungewöhnliche[nr]? (?:datenverkehr|aktivität)",
            # French, Spanish, Italian, Portuguese
            r"que vous êtes (?:un )?humain|pas un robot|que (?:eres|es usted) (?:un )?humano",
            r"no (?:eres|soy|es) un robot|tráfico inusual|che (?:sei|tu sia) umano|non sei un robot",
            r"não é um robô",
            # Russian
            r"вы (?:человек|не робот)|не робот|необычн\w+ трафик",
        )
    ),
    re.I,
)
_OPENING = 600  # letters in which such a page says what it demands


def challenge_reason(
    tree: HtmlElement, page: str, metadata: Structured, status: int, announced: str | None
) -> str | None:
    """Returns why this is a challenge page, or None. `announced` is the headline in the feed's entry."""
    has_headline = prints_headline(metadata, announced)
    # an <h1> may be the heading over a loader where the page has the announced title
    titles = (metadata.title, None if has_headline else metadata.h1)
    title = next((name for name in titles if name and is_vendor_title(name)), None)
    if title and _is_vendors_page(tree, page, metadata, announced, has_headline):
        return title
    if has_headline:
        return None
    is_bare = not _has_story(tree, metadata) and _says(tree) <= _PADDED
    if _blocks(tree) or (is_bare and _seems_to_block(tree)):
        return metadata.title or metadata.h1 or "a bot defence's own page"
    return None if metadata.article else _by_little_text(tree, page, metadata, status)


def prints_headline(metadata: Structured, announced: str | None) -> bool:
    """Returns whether the page prints, as title or heading, the headline of the feed's entry or of its own
    JSON-LD article."""
    printed = [comparable(title) for title in (metadata.title, metadata.h1, metadata.og_title) if title]
    headlines = map(comparable, filter(None, (announced, metadata.headline if metadata.article else None)))
    return any(len(key) >= 12 and any(key in title for title in printed) for key in headlines)


def is_vendor_title(title: str) -> bool:
    """Returns whether a title is a vendor's from end to end, apart from dots and a vendor's or host's name
    behind it."""
    plain = normalise(title[:200]).strip(_CLOSING)
    return bool(
        _VENDORS_TITLE.fullmatch(plain) or _VENDORS_TITLE.fullmatch(_SUFFIX.sub("", plain).strip(_CLOSING))
    )


def _is_vendors_page(
    tree: HtmlElement, page: str, metadata: Structured, announced: str | None, has_headline: bool
) -> bool:
    """Whether a page under a vendor's title is the vendor's. Any trace of a vendor is enough, whatever the
    length of the page and whatever JSON-LD claims; without a trace, that the page has no story. An article
    that really has such a headline has it in the feed or in JSON-LD, too."""
    if _blocks(tree):
        return True
    headlines = (announced, metadata.headline if metadata.article else None)
    if any(headline and is_vendor_title(headline) for headline in headlines):
        return False
    if _TAG.search(page) or _asks(tree) or _seems_to_block(tree):
        return True
    return not has_headline and _says(tree) <= _PADDED


def _says(tree: HtmlElement) -> int:
    """Letters of the page's sentences, in paragraphs or not."""
    return max(layout.prose(tree), layout.running_text(tree))


def _by_little_text(tree: HtmlElement, page: str, metadata: Structured, status: int) -> str | None:
    letters, title = _says(tree), metadata.title or metadata.h1 or ""
    if letters > _PADDED:
        return None
    page = page[:200_000]
    if not _has_story(tree, metadata) and (_is_kept_from_search(tree) or _asks(tree)) and _TAG.search(page):
        return title or "asks whether a human reads it"
    if letters > INTERSTITIAL:
        return None
    if ((status >= 400 or letters < 300) and _TAG.search(_without_harmless(tree, page))) or (
        len(title) < _TITLE_LETTERS and _TITLE.search(title)
    ):
        return title or "marks of a bot defence"
    return None


# What works in the background of good pages: Cloudflare's check of the browser, a captcha in a form.
_BEACON = re.compile(r"/cdn-cgi/challenge-platform/(?:h/\w/)?scripts/jsd/", re.I)
_CAPTCHA = re.compile(r"g-recaptcha|h-captcha|hcaptcha\.com|(?:cf-)?turnstile", re.I)


def _without_harmless(tree: HtmlElement, page: str) -> str:
    page = _BEACON.sub("", page)
    return _CAPTCHA.sub("", page) if any(map(_takes, tree.iter("input", "textarea", "select"))) else page


def _has_story(tree: HtmlElement, metadata: Structured) -> bool:
    """Any sign of an article: its type, its time, its element, its writer."""
    if (
        metadata.article
        or (metadata.og_type or "").lower() == "article"
        or metadata.published
        or metadata.authors
    ):
        return True
    return next(tree.iter("article", "time"), None) is not None


def _is_kept_from_search(tree: HtmlElement) -> bool:
    robots = (
        meta.get("content") or ""
        for meta in tree.iter("meta")
        if (meta.get("name") or "").lower() == "robots"
    )
    return any("noindex" in directives.lower() for directives in robots)


def _asks(tree: HtmlElement, letters: int = _OPENING) -> bool:
    """Whether the first words demand a proof that the reader is human, or mention one."""
    return bool(_ASKS.search(_visible(tree)[:letters]))


def _visible(tree: HtmlElement) -> str:
    body = tree.find("body")
    return squeeze(" ".join(_texts(tree if body is None else body)))


def _texts(root: HtmlElement) -> Iterator[str]:
    for element in root.iter():
        if element.text and element.tag not in ("script", "style", "title", "template"):
            yield element.text
        if element.tail:
            yield element.tail


def _blocks(tree: HtmlElement) -> bool:
    return any(map(_is_block, tree.iter()))


def _is_block(element: HtmlElement) -> bool:
    source = element.get("src") or ""
    match element.tag:
        case "script":
            return bool(_SOURCE.search(source) or _calls(element, _SCRIPT))
        case "iframe" | "frame":
            return bool(_FRAME.search(source))
        case "form" if _FORM.search(element.get("action") or ""):
            return True
    return bool(_NAME.search(element.get("id") or "") or _NAME.search(element.get("class") or ""))


def _calls(script: HtmlElement, wanted: re.Pattern[str]) -> bool:
    """Data in a script (JSON of a whole app) may quote anything; only code counts."""
    text = script.text or ""
    if len(text) >= _SCRIPT_LETTERS or "json" in (script.get("type") or ""):
        return False
    return any(word in text for word in _WORDS) and bool(wanted.search(text))


def _seems_to_block(tree: HtmlElement) -> bool:
    if any(_calls(script, _SDK_SCRIPT) for script in tree.iter("script")) or _only_captcha(tree):
        return True
    if any(element.get("id") in _ID for element in tree.iter("div", "form", "h2", "span", "section", "main")):
        return True
    return bool(_RECEIPT.search(_visible(tree)))


def _only_captcha(tree: HtmlElement) -> bool:
    """A captcha in the only form, which takes nothing else, on a page that asks for it and says little
    more."""
    if not any(_WIDGET.search(box.get("class") or "") for box in tree.iter("div", "span", "button")):
        return False
    forms = list(islice(tree.iter("form"), 2))
    return (
        len(forms) <= 1
        and not any(map(_takes, tree.iter("input", "textarea", "select")))
        and _asks(tree, _PADDED)
    )


def _takes(field: HtmlElement) -> bool:
    """Whether a reader types into it or chooses; captchas bring fields of their own."""
    if "captcha" in (field.get("name") or ""):
        return False
    return field.get("type", "text") not in ("hidden", "submit", "button", "checkbox")
