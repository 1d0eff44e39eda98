"""Month and weekday names, day halves and filler words of the languages that wires write in, all folded
alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ASCII = re.compile(r"[\x00-\x7f]*\Z")
_INVISIBLE = dict.fromkeys(
    [0x061C, 0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case without accents, bidi marks or foreign digits; runs of white space become one space.

    Turkish dotless i is folded to i, Arabic hamza carriers to bare alef: printed names vary in just these.
    """
    if _ASCII.match(text):
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKD", text.translate(_INVISIBLE).casefold())
    kept = (_digit(c) for c in text if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).replace("ı", "i").split())


# Signs that look alike: hyphens, dashes and the minus sign; apostrophes.
_SIGNS = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("’ʼ‘׳", "'"))


def fold_signs(text: str) -> str:
    """fold(), with one kind of hyphen and one kind of apostrophe."""
    text = fold(text)
    return text if text.isascii() else text.translate(_SIGNS)


def _digit(char: str) -> str:
    if char.isascii() or not char.isdecimal():
        return char
    return str(unicodedata.decimal(char))


# One line a month: en de fr es pt it nl sv/da/no pl cs ru uk bg tr id/ms ro hu fi el ar he hi bn th vi fa,
# full and short.
_MONTHS = (
    "january jan januar jaenner jänner jän janvier janv enero ene "
    "janeiro gennaio gen januari stycznia styczeń sty ledna leden "
    "января январь янв січня січень січ януари ocak oca "
    "ianuarie ian január tammikuuta tammikuu ιανουαρίου ιανουάριος ιαν "
    "يناير كانون_الثاني جانفي ינואר בינואר जनवरी জানুয়ারি মোকে มกราคม ม.ค. ژانویه",
    "february feb februar feber février fevrier févr fév febrero "
    "fevereiro fev febbraio februari lutego luty lut února únor "
    "февраля февраль фев февр лютого лютий лют февруари şubat "
    "şub februarie február helmikuuta helmikuu φεβρουαρίου φεβρουάριος φεβ "
    "فبراير شباط فيفري פברואר בפברואר फरवरी फ़रवरी ফেব্রুয়ারি กุมภาพันธ์ ก.พ. فوریه",
    "march mar märz maerz mär mrz mars marzo março maart mrt "
    "marts marca marzec března březen марта март мар березня березень бер "
    "mart maret mac martie március maaliskuuta maaliskuu μαρτίου μάρτιος "
    "μαρ مارس آذار מרץ מרס במרץ मार्च মার্চ มีนาคม มี.ค.",
    "april apr avril avr abril abr aprile kwietnia kwiecień kwi dubna "
    "duben апреля апрель апр квітня квітень кві април nisan nis "
    "aprilie április huhtikuuta huhtikuu απριλίου απρίλιος απρ أبريل ابريل "
    "نيسان أفريل אפריל באפריל अप्रैल এপ্রিল เมษายน เม.ย. آوریل",
    "may mai mayo maio maggio mag mei maj maja května květen "
    "мая май травня травень тра mayıs május toukokuuta toukokuu μαΐου μάιος "
    "μαϊ مايو أيار ماي מאי במאי मई মে พฤษภาคม พ.ค. مه",
    "june jun juni juin junio junho giugno giu czerwca czerwiec cze "
    "června červen июня июнь июн червня червень чер юни haziran haz "
    "iunie iun június kesäkuuta kesäkuu ιουνίου ιούνιος ιουν يونيو "
    "حزيران جوان יוני ביוני जून জুন มิถุนายน มิ.ย. ژوئن",
    "july jul juli juillet juil julio julho luglio lug lipca lipiec "
    "lip července červenec июля июль июл липня липень лип юли temmuz "
    "tem julai iulie iul július heinäkuuta heinäkuu ιουλίου ιούλιος ιουλ "
    "يوليو تموز جويلية יולי ביולי जुलाई জুলাই กรกฎาคม ก.ค. ژوئیه",
    "august aug août aout agosto ago augustus augusti sierpnia sierpień "
    "sie srpna srpen августа август авг серпня серпень сер "
    "ağustos ağu agustus ogos augusztus elokuuta elokuu αυγούστου αύγουστος "
    "αυγ أغسطس آب أوت אוגוסט באוגוסט अगस्त আগস্ট สิงหาคม "
    "ส.ค. اوت",
    "september sep sept septembre septiembre setiembre setembro settembre set "
    "września wrzesień wrz září сентября сентябрь сен сент "
    "вересня вересень вер септември eylül eyl septembrie szeptember "
    "syyskuuta syyskuu σεπτεμβρίου σεπτέμβριος σεπ سبتمبر أيلول "
    "ספטמבר בספטמבר सितंबर सितम्बर সেপ্টেম্বর กันยายน ก.ย. سپتامبر",
    "october oct oktober okt octobre octubre outubro out ottobre "
    "ott octombrie października październik paź října říjen октября "
    "октябрь окт жовтня жовтень жов октомври ekim eki október "
    "lokakuuta lokakuu οκτωβρίου οκτώβριος οκτ أكتوبر تشرين_الأول אוקטובר "
    "באוקטובר अक्टूबर अक्तूबर অক্টোবর ตุลาคม ต.ค. اکتبر",
    "november nov novembre noviembre novembro noiembrie listopada listopad "
    "listopadu lis ноября ноябрь ноя нояб листопада листопад "
    "ноември kasım kas marraskuuta marraskuu νοεμβρίου νοέμβριος νοε "
    "نوفمبر تشرين_الثاني נובמבר בנובמבר नवंबर नवम्बर নভেম্বর "
    "พฤศจิกายน พ.ย. نوامبر",
    "december dec dezember dez décembre decembre déc diciembre dic "
    "dezembro dicembre desember des grudnia grudzień gru prosince "
    "prosinec декабря декабрь дек грудня грудень гру декември "
    "aralık ara decembrie joulukuuta joulukuu δεκεμβρίου δεκέμβριος δεκ "
    "ديسمبر كانون_الأول דצמבר בדצמבר दिसंबर दिसम्बर ডিসেম্বর ธันวาคม ธ.ค. دسامبر disember",
)
# The same months in more languages, and the short forms that are common words elsewhere ("pro", "dub"): they
# are believed only where the whole string must be a date, not in running text. One line a month: cs sk sl hr
# sr uk be bg mk az ms hu fi et lv lt he bn mr ur ca gl is sq af fil sw kk uz, Arabic of Morocco and Syria.
_MORE_MONTHS = (
    "led januára siječnja siječanj јануар јан студзеня студзень яну јануари yanvar tammi jaanuar jaan "
    "janvāris janvārī sausio sausis জানুয়ারী जानेवारी जाने جنوری gener xaneiro xan janúar janar januarie "
    "қаңтар januarja",
    "úno februára veljače veljača фебруар феб лютага люты fevral febr helmi veebruar veebr februāris "
    "februārī vasario vasaris פבר ফেব্রুয়ারী फेब्रुवारी فروری febrer febreiro febrúar shkurt pebrero ақпан "
    "februarja",
    "bře marec ožujka ožujak сакавіка сакавік márc maalis märts martā marta kovo kovas مارچ març marso "
    "machi maart наурыз",
    "dub apríla travnja travanj красавіка красавік aprel huhti aprill aprīlis aprīlī balandžio balandis אפר "
    "एप्रिल اپریل d’abril prill aprili сәуір aprila квіт",
    "kvě mája svibnja svibanj мај траўня touko maijs maijā gegužės gegužė مئی ماي maig maí maja мамыр трав",
    "čvn júna junij junija lipnja lipanj јун јуни чэрвеня чэрвень iyun kesä juuni jūnijs jūnijā birželio "
    "birželis جون juny xuño júní qershor junie hunyo маусым черв",
    "čvc júla julij julija srpnja srpanj јул јули ліпеня ліпень iyul heinä juuli jūlijs jūlijā liepos liepa "
    "जुलै جولائی تموز يوليوز juliol xullo júlí korrik julie hulyo шілде",
    "srp augusta avgust avgusta kolovoza kolovoz жніўня жнівень avqust ogo elo augusts augustā rugpjūčio "
    "rugpjūtis אוג ऑगस्ट اگست غشت agost ágúst gusht agosti тамыз серп",
    "zář septembra rujna rujan септембар сеп верасня верасень sentyabr szept syys septembris septembrī "
    "rugsėjo rugsėjis ספט सप्टेंबर ستمبر شتنبر shtator setyembre septemba қыркүйек sentabr",
    "říj októbra oktobra oktobar октобар кастрычніка кастрычнік oktyabr loka oktoober oktobris oktobrī "
    "spalio spalis אוק ऑक्टोबर اکتوبر d’octubre tetor oktubre oktoba қазан oktabr",
    "novembra studenoga studenog studeni новембар нов лістапада лістапад ное noyabr marras novembris "
    "novembrī lapkričio lapkritis נוב नोव्हेंबर نومبر نونبر nëntor nobyembre novemba қараша лист",
    "pro decembra prosinca prosinac decembar децембар дец снежня снежань dekabr dis joulu detsember dets "
    "decembris decembrī gruodžio gruodis דצמ डिसेंबर دسمبر دجنبر desembre decembro dhjetor disyembre "
    "desemba желтоқсан груд",
)
# What Croatian and Bosnian mean by a name that is another month in Polish or Czech (CLDR).
_CROATIAN = "lip:6 srp:7 lis:10 listopad:10 listopada:10"
# Monday first: en de fr es pt it nl sv pl ru uk tr id ar el he hi ja zh ko.
_WEEKDAYS = (
    "monday mon montag mo lundi lun lunes segunda segunda-feira "
    "lunedì maandag måndag mandag poniedziałek понедельник пн понеділок "
    "pazartesi senin الاثنين الإثنين δευτέρα सोमवार 月曜日 星期一 周一 월요일",
    "tuesday tue tues dienstag di mardi mar. martes terça terça-feira "
    "martedì dinsdag tisdag tirsdag wtorek вторник вт вівторок salı "
    "selasa الثلاثاء τρίτη मंगलवार 火曜日 星期二 周二 화요일",
    "wednesday wed mittwoch mi mercredi mer miércoles quarta quarta-feira "
    "mercoledì woensdag onsdag środa среда ср середа çarşamba "
    "rabu الأربعاء τετάρτη बुधवार 水曜日 星期三 周三 수요일",
    "thursday thu thur thurs donnerstag do jeudi jeu jueves "
    "quinta quinta-feira giovedì donderdag torsdag czwartek четверг чт четвер "
    "perşembe kamis الخميس πέμπτη गुरुवार 木曜日 星期四 周四 목요일",
    "friday fri freitag fr vendredi ven viernes sexta sexta-feira "
    "venerdì vrijdag fredag piątek пятница пт пʼятниця cuma jumat "
    "الجمعة παρασκευή शुक्रवार 金曜日 星期五 周五 금요일",
    "saturday sat samstag sonnabend sa samedi sam sábado sabato "
    "zaterdag lördag lørdag sobota суббота сб субота cumartesi sabtu "
    "السبت σάββατο शनिवार 土曜日 星期六 周六 토요일",
    "sunday sun sonntag so dimanche dim domingo domenica zondag "
    "söndag søndag niedziela воскресенье вс неділя pazar minggu الأحد "
    "κυριακή रविवार 日曜日 星期日 星期天 周日 일요일",
)
# More languages and short forms. A word in two lines means either ("so": Saturday in Czech, Sunday in
# German).
_MORE_WEEKDAYS = (
    "seg ma lu man mån pon pondělí po pondelok ponedeljek ponedjeljak понедељак панядзелак понеделник "
    "pzt sen "
    "isnin luni hétfő maanantaina maanantai ma esmaspäev pirmdiena pirmadienis δευ שני सोम সোমবার پیر "
    "จันทร์ dilluns mánudagur",
    "mar ter ma tis tirs tir ti wt úterý út utorok torek tor utorak уторак аўторак вто sal sel marți kedd "
    "tiistaina tiistai teisipäev otrdiena antradienis τρί שלישי मंगल মঙ্গলবার منگل อังคาร dimarts",
    "mié qua wo ons śr st sreda sre srijeda sri середа серада сряда çar rab miercuri szerda "
    "keskiviikkona keskiviikko ke kolmapäev trešdiena trečiadienis τετ רביעי बुध বুধবার بدھ พุธ dimecres",
    "jue qui gio to tors tor czw čtvrtek čt štvrtok št četrtek čet četvrtak четвртак чацвер четвъртък "
    "per kam "
    "khamis joi csütörtök torstaina torstai neljapäev ceturtdiena ketvirtadienis πέμ חמישי गुरु "
    "বৃহস্পতিবার جمعرات พฤหัสบดี dijous",
    "vie vi sex vr fre pt pátek pá piatok pi petek pet petak петак пятніца петък cum jum jumaat vineri "
    "péntek "
    "perjantaina perjantai pe reede piektdiena penktadienis παρ שישי शुक्र শুক্রবার ศุกร์ divendres",
    "sáb sá za lör lør la sob so sobota subota sub субота събота cmt sab sâmbătă szombat lauantaina lauantai "
    "laupäev sestdiena šeštadienis σάβ שבת शनि শনিবার ہفتہ เสาร์ dissabte saterdag",
    "dom do zo sön søn su niedz nd ndz neděle ne nedeľa nedelja ned nedjelja недеља нед нд нядзеля неделя "
    "недела paz ahad duminică vasárnap sunnuntaina sunnuntai pühapäev svētdiena sekmadienis κυρ "
    "ראשון रवि রবিবার اتوار อาทิตย์ diumenge",
)
_FILLERS = (
    "at on um am den der die le la el il de do del of the à a às as "
    "alle alla ore hs hrs kl klo uhr om w v в о у года г р год роки року р r g"
    " saat tarihi tanggal pukul ngày năm lúc στις "
    "published posted publicado publié veröffentlicht pubblicato date from le: "
    "date: posted: published: publié: stand: em en ning kello o godz godzinie ob ve في يوم שעה बजे"
    " the las los dnia dne dňa klokken klockan klokka uur u h hod óra kor ora orele kell gada"
    " pada jam"
    " publicada publicata publicerad publicerat publisert udgivet geplaatst gepubliceerd op opublikowano data"
    " yayınlanma yayınlandı опубликовано опубліковано publikováno fecha datum dato pvm الساعة ساعت יום ב"
    " วันที่ วัน ที่ เวลา น พ.ศ"
)


def _table(lines: tuple[str, ...], start: int) -> dict[str, int]:
    return {
        fold_signs(word.replace("_", " ")).rstrip("."): number
        for number, line in enumerate(lines, start)
        for word in line.split()
    }


def _days_of(*tables: tuple[str, ...]) -> dict[str, frozenset[int]]:
    numbers: dict[str, set[int]] = {}
    for table in tables:
        for number, line in enumerate(table):
            for word in line.split():
                numbers.setdefault(fold_signs(word.replace("_", " ")).rstrip("."), set()).add(number)
    return {word: frozenset(days) for word, days in numbers.items()}


MONTHS = _table(_MONTHS, 1)
DATE_MONTHS = _table(_MORE_MONTHS, 1) | MONTHS
"""Month names for a string that is a date as a whole: MONTHS and more."""
CROATIAN_MONTHS = {word: int(number) for word, _, number in (s.partition(":") for s in _CROATIAN.split())}
WEEKDAYS = _table(_WEEKDAYS, 0)
DATE_WEEKDAYS = _days_of(_WEEKDAYS, _MORE_WEEKDAYS)
"""Weekday name -> the days it can mean, 0 for Monday, for a string that is a date as a whole."""
FILLERS = frozenset(fold(word) for word in _FILLERS.split()) - DATE_MONTHS.keys()
LONG_MONTHS = tuple(sorted((name for name in MONTHS if " " in name), key=len, reverse=True))


def month_number(word: str) -> int | None:
    """1..12 for a month's name or short form in any of the languages above, else None."""
    return MONTHS.get(fold_signs(word).rstrip("."))
