"""What promos, credits and related boxes say, in the languages wires are republished in: patterns for
extract/lines.py."""

from __future__ import annotations

import re

# The opening words of a short block that is never the article's own text.
_PROMO = "|".join(
    (
        # English: links to other stories
        r"(?:read|see|learn|find out|click|tap)\s+(?:more|also|next|the full|here\b)",
        r"(?:also|further)\s+read|read\s*:|see also",
        r"more (?:from|on this|stories|news|coverage|like this)\b",
        r"(?:want|for) more\b.{0,60}(?:news|stories|sign|check|visit)|more ?:",
        (
            r"related(?:\s+(?:articles?|stories|story|news|topics?|content|links?|coverage|reading|"
            r"posts?|video))?\s*(?::|$)"
        ),
        r"\W*related:|recommended(?:\s+(?:for you|stories|reading|articles?))?\s*:?$",
        r"(?:most|more)\s+(?:read|popular|viewed|shared|commented)|trending\b|popular$",
        r"you (?:may|might) (?:also )?(?:like|be interested)|don.?t miss",
        r"editor.?s (?:picks?|choice)|top stories|latest (?:news|stories)",
        r"(?:watch|listen|view|see)(?:\s+(?:now|live|more|here|to this article|the video|below))?\s*[:|]",
        r"up next",
        # English: newsletters, accounts, subscriptions
        r"sign up|subscribe|follow (?:us|me|him|her|them|our|the|@|\w+ on)",
        r"get (?:our|the (?:day|latest|best|top|news|app)|daily|all the latest|in touch|breaking)",
        r"download (?:the|our)\b|join (?:us|our|the (?:conversation|discussion))",
        r"register (?:now|here|for free)|log ?in\b|create (?:a|an|your) (?:free )?account",
        r"(?:like|enjoy(?:ed|ing)?) (?:this|our|what you)|share (?:this|on|your)",
        r"thank you for (?:subscribing|visiting|reading|signing)",
        r"(?:please )?support (?:our|us|quality|independent)",
        r"become a (?:member|subscriber|sponsor)|newsletter|our website is",
        r"we (?:(?:may|might|can|could) )?(?:earn|receive|get|make)\b.{0,40}\bcommissions?\b",
        # English: calls for tips and comments, tags
        (
            r"(?:if you|do you|have you) (?:have|got|know|want to (?:submit|share|comment)).{0,80}"
            r"(?:story|tip|email|contact|touch|reach)"
        ),
        (
            r"(?:leave a comment|comments?|tags?|topics?|categories|filed under|posted in|share)\s*"
            r"(?::|\||$)"
        ),
        # English: what the browser should allow, and what the outlet earns
        (
            r"(?:click|tap|press|choose|select)\b.{0,40}\b(?:allow|enable)\b|"
            r"(?:allow|enable|turn on|switch on|get) (?:\w+ ){0,2}notifications"
        ),
        (
            r"(?:this|our|the) (?:article|post|story|page|site|guide|list)\b.{0,20}\b(?:contains?|includes?|"
            r"features?) (?:\w+ ){0,2}(?:affiliate|sponsored) "
        ),
        r"as an amazon associate|(?:the )?(?:products?|items?) (?:in|featured|on)\b.{0,60}\bcommissions?\b",
        # English: advertisements, and what a player or a script leaves behind
        r"advertisement|sponsored|promoted|ad feedback|article content|story continues",
        r"continue reading|skip (?:to|past)|scroll (?:to|down)|waiting for your permission",
        (
            r"this (?:content|video|feature) (?:is|can|requires|could)\b.{0,60}(?:cookies?|consent|"
            r"javascript|available|played)"
        ),
        r"(?:enable|turn on) javascript|your browser|loading\b.{0,12}$",
        # English: science wires' source notes, dates, notes on a first publication
        r"cite this|story source|journal reference|materials provided",
        r"(?:last )?updated?(?: at| on|:|$)|(?:first )?published(?: at| on|:|$)",
        r"posted (?:on|at|by|in)\b(?!.*[.!?]$)",
        r"want (?:more|great|the latest|to get|your)\b.{0,80}(?:stories|news|sign|inbox|newsletter)",
        r"(?:not|already) a (?:subscriber|member)",
        (
            r"(?:this|a version of this) (?:story|article|post|piece|interview) (?:was |is )?"
            r"(?:originally|first|adapted|excerpted|appears?|appeared)\b"
        ),
        r"get (?:\w+'s )?(?:free|more)\b.{0,60}(?:newsletter|guide|app|inbox|alerts)",
        r"cross-?posted from",
        # English: rights and credits
        (
            r"(?:photo|image|picture|gallery|video|cover|illustration|getty|credit|source)s?(?:\s+"
            r"(?:credit|source|by|courtesy|via))?s?\s*[:/©]"
        ),
        r"copyright|©|\(c\) ?\d{4}|all rights reserved",
        # German
        r"lesen sie (?:auch|mehr|hier|dazu|weiter)",
        r"mehr (?:zum thema|zu diesem|dazu|aus|lesen|nachrichten)|auch interessant|das könnte",
        r"(?:empfohlener|externer) (?:redaktioneller )?inhalt|an dieser stelle finden sie",
        r"ich bin damit einverstanden|newsletter|jetzt (?:abonnieren|anmelden|testen)",
        r"(?:foto|bild|quelle|grafik|video)s?\s*[:/]|zur startseite|artikel teilen|link zum",
        r"anzeige$|werbung$|weiterlesen|zum autor",
        # French
        r"(?:à )?lire (?:aussi|également|la suite|plus)|voir aussi|sur le même sujet|abonnez",
        r"inscrivez|(?:la )?rédaction vous|passer la publicité|publicité$",
        r"(?:crédits?|photo|vidéo)\s*:|à découvrir|écouter|partager",
        # Spanish
        r"(?:lea|lee|leer|ver|mira|te puede) (?:también|además|más|interesar)",
        r"más (?:información|noticias|sobre)|noticias? relacionad|suscr[íi]b|síg[au]e|publicidad$",
        r"(?:foto|imagen|fuente|crédito)s?\s*:|compart[ie]",
        # Portuguese
        r"le(?:ia|r) (?:também|mais)|veja (?:também|mais)|saiba mais|assine|inscreva|siga",
        r"clique aqui|publicidade|crédito",
        # Italian
        r"legg[ie] (?:anche|tutt)|guarda anche|iscriviti|segui|potrebbe interessarti",
        r"riproduzione riservata|condividi",
        # Dutch
        r"lees (?:ook|meer|verder)|bekijk (?:ook|hier)|meer over",
        # Swedish, Norwegian, Danish, Finnish
        r"läs (?:också|mer|även)|les (?:også|mer)|læs (?:også|mere)|lue myös|les mer|annonse?$",
        r"artikkelen fortsetter",
        # Polish
        r"(?:czytaj|zobacz|przeczytaj|polecamy|więcej|śledź)\b(?: (?:też|także|również|więcej|nas|o))?",
        r"źródło\s*:|reklama$",
        # Turkish
        r"(?:ayrıca|ilgili|daha fazla|devamını)\b.{0,30}$",
        # Russian, Ukrainian
        (
            r"(?:читайте|читать|смотрите|подпис\w+|фото|видео|источник|реклама|поделиться)\b(?: "
            r"(?:также|ещё|еще|далее|на|нас))?.{0,3}(?::|/|$)"
        ),
        r"читайте также|(?:читайте|дивіться|підпис\w+)\b (?:також|на)|фото\s*:",
        # Arabic, Hindi
        r"اقرأ (?:أيضا|المزيد)|المزيد|शेयर|कॉपी लिंक|यह भी पढ़",
        # Japanese, Chinese, Korean
        r"もっと|関連(?:記事|ニュース)|【?関連|続きを読む|有料会員|この記事は",
        r"相关(?:新闻|阅读|文章)|延伸閱讀|더 보기|관련 ?기사|무단",
    )
)
PROMO = re.compile(rf"^[^\w@©(]*(?:{_PROMO})", re.I)

# Headings that open a box of other stories.
_RELATED_HEADINGS = "|".join(
    (
        # English
        r"popular|trending|related.{0,20}|most (?:read|popular|viewed)|recommended.{0,20}",
        r"latest(?: (?:news|stories|articles))?",
        r"more (?:from|on|about|stories|news|in|like)\b.{0,50}|read (?:more|next|also).{0,30}",
        r"(?:you )?(?:may|might) (?:also )?(?:like|be interested).{0,20}|you might like",
        r"editor.?s (?:picks?|choice)|top stories|see also|also read|further reading|don.?t miss",
        r"what to read next|keep reading",
        # German
        r"mehr (?:zum thema|aus|von|zu)\b.{0,40}|auch interessant|meistgelesen|das könnte.{0,40}",
        r"lesen sie auch|weitere (?:artikel|nachrichten|themen|meldungen).{0,20}",
        # French
        r"(?:à )?lire aussi|sur le même (?:sujet|thème)|les plus lus",
        r"articles? (?:liés|similaires|recommandés)",
        # Spanish, Portuguese
        r"noticias? relacionadas?|(?:lo )?más (?:leído|visto|noticias).{0,20}|te puede interesar",
        r"relacionad[ao]s?|leia (?:também|mais)|mais lidas|veja também",
        # Italian, Dutch
        r"leggi anche|potrebbe interessarti|articoli correlati|lees ook|meer over.{0,30}",
        # Swedish, Norwegian, Danish, Finnish, Polish
        r"läs (?:också|mer)|les også|læs også|lue myös|czytaj także|polecamy",
        # Russian, Ukrainian
        r"читайте также|по теме|другие новости|читайте також",
        # Japanese, Chinese, Korean
        r"関連記事|関連ニュース|相关(?:新闻|阅读)|延伸閱讀|관련 ?기사",
    )
)
RELATED = re.compile(rf"^\W*(?:{_RELATED_HEADINGS})\s*[:…]?\W*$", re.I)

# Notes on a writer, and whom to write to.
_WRITE_TO = (
    r"\b(?:reach|contact|email|e-mail|follow|write to)\b.{0,70}"
    r"(?:@|twitter|instagram|facebook|\bX\b|at \S+\.\w)"
)
_CONTRIBUTED = r"(?:\w+\W+){0,10}(?:contributed|contributing)\b.{0,40}(?:report|story|article|this)"
_WRITER = r"(?:he|she|they|(?:[A-Z][\w'’.-]+\s){2,4}|[Tt]he (?:author|writer))\s?,?"
_HAS_TRADE = (
    r"(?:is|was|has been|works as|serves as)\b.{0,60}\b"
    r"(?:reporter|writer|editor|correspondent|journalist|columnist|contributor|producer|author of"
    r"|newsletter|podcast|bureau)"
)
_COVERS = (
    r"(?:writes?|covers?|reports?|has covered|joined)\b.{0,60}\b"
    r"(?:for|about|from|at|the|news|politics|business)"
)
# Sure even where no byline names the writer: a person, at the start, and a trade.
BIO_SURE = re.compile(
    "|".join(
        (
            rf"^\W*{_WRITER}(?i:{_HAS_TRADE}|{_COVERS})\b",
            rf"^\W*(?i:{_CONTRIBUTED}|(?:with|additional) report(?:s|ing)\b|report(?:ing|ed) by\b)",
            rf"(?i:{_WRITE_TO})",
            r"\bist\b.{0,60}\b(?:Korrespondent|Redakteur|Reporter|Journalist|Autor)",
            r"^\W*(?:Korrespondent|Redakteur|Reporter)\w*\b",
            r"\best\b.{0,40}\b(?:journaliste|correspondant|rédact)",
            r"\bes\b.{0,30}\b(?:periodista|redactor|corresponsal)",
        )
    )
)
# Enough for a short block that names a writer of the byline.
BIO = re.compile(
    "|".join(
        (
            r"\b(?:is|was|has been|works as|serves as|writes?|covers?|reports?|covering|joined)\b.{0,90}\b"
            r"(?:reporter|writer|editor|correspondent|journalist|columnist|analyst|author of|contributor"
            r"|newsroom|producer|fellow|bureau|beat|freelance\w*|newsletter|podcast|based in|about|for)\b",
            rf"^\W*{_CONTRIBUTED}",
            r"^\W*(?:with|additional) report(?:s|ing)\b|^\W*report(?:ing|ed) by\b",
            _WRITE_TO,
            r"\bist\b.{0,60}\b(?:Korrespondent|Redakteur|Reporter|Journalist|Autor|zuständig)",
            r"^\W*(?:Korrespondent|Redakteur|Reporter)\w*\b",
            r"\best\b.{0,40}\b(?:journaliste|correspondant|rédact)",
            r"\bes\b.{0,30}\b(?:periodista|redactor|corresponsal)",
        )
    ),
    re.I,
)
