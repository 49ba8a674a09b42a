"""Identifiers of persons: addresses, numbers of phones, cards, accounts and papers."""

from __future__ import annotations

import ipaddress
import re

from memos.governance.rules import END, FREE, Rule, any_case, rule

EMAIL, PHONE, CARD, IBAN, SSN, RESIDENT, PASSPORT, ADDRESS = (
    "email", "phone", "card", "iban", "ssn", "resident id", "passport", "ip address",
)  # fmt: skip

# What looks like a number of a person and is none: UUIDs, ISBNs, moments, hashes.
HARMLESS = re.compile(
    FREE + r"(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|97[89][- ]?[0-9](?:[- ]?[0-9]){9}"
    r"|[12][0-9]{3}[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[1-9]|[12][0-9]|3[01])[-/.](?:0[1-9]|[12][0-9]|3[01])[-/.](?:19|20)[0-9]{2}"
    r"|(?=[0-9]{0,63}[a-f])[0-9a-f]{32,64})" + END
)

_FILES = frozenset("png jpg jpeg gif svg webp ico css js ts jsx tsx py pdf mp4 mov html json".split())


def _is_email(match: re.Match[str]) -> int:
    """A version after the sign is a package, and "git" before it a repository."""
    local, _, domain = match[0].rpartition("@")
    if local == "git" or re.match(r"[0-9]+\.[0-9]", domain):
        return 0
    return 0 if domain.rpartition(".")[2].lower() in _FILES else match.end()


def digits(text: str) -> str:
    """The digits of a text, for check sums."""
    return "".join(filter(str.isdigit, text))


def luhn(number: str) -> bool:
    """The check digit of payment cards."""
    doubled = (sum(divmod(2 * int(one), 10)) for one in number[-2::-2])
    return (sum(doubled) + sum(map(int, number[-1::-2]))) % 10 == 0


def _is_card(match: re.Match[str]) -> int:
    number = digits(match[0])
    return match.end() if luhn(number) and len(set(number)) > 2 else 0


_CARD_16 = r"(?:4[0-9]{3}|5[0-9]{3}|2[2-7][0-9]{2}|3[58][0-9]{2}|6[0-9]{3})"
_CARDS = tuple(
    Rule(CARD, re.compile(rf"(?<![A-Za-z0-9.])(?:{pattern})(?![A-Za-z0-9])"), _is_card, again=True)
    for pattern in (
        rf"{_CARD_16}(?P<g>[ -]?)[0-9]{{4}}(?P=g)[0-9]{{4}}(?P=g)[0-9]{{4}}(?P=g)[0-9]{{3}}",
        rf"{_CARD_16}(?P<g>[ -]?)[0-9]{{4}}(?P=g)[0-9]{{4}}(?P=g)[0-9]{{4}}",
        r"3[47][0-9]{2}(?P<g>[ -]?)[0-9]{6}(?P=g)[0-9]{5}",
        r"3[068][0-9]{2}(?P<g>[ -]?)[0-9]{6}(?P=g)[0-9]{4}",
    )
)

# Lengths by country, as in the registry of SWIFT.
_IBAN_LENGTHS = {
    country: int(length)
    for length, countries in {
        "15": "NO", "16": "BE", "18": "DK FI FO GL NL SD", "19": "MK SI",
        "20": "AT BA EE KZ LT LU MN XK", "21": "CH CR HR LI LV",
        "22": "BG BH DE GB GE IE ME RS VA", "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG", "25": "LY PT ST", "26": "IS TR",
        "27": "BI DJ FR GR IT MC MR SM", "28": "AL AZ BY CY DO GT HU LB NI PL SV",
        "29": "BR EG PS QA UA", "30": "JO KW MU", "31": "MT SC", "32": "LC", "33": "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def _is_iban(match: re.Match[str]) -> int:
    """As many characters as the country has, if their remainder by 97 is 1."""
    length = _IBAN_LENGTHS.get(match[0][:2].upper(), 0)
    places = [at for at, mark in enumerate(match[0]) if mark.isalnum()][:length]
    if not length or len(places) < length:
        return 0
    end = match.start() + places[-1] + 1
    number = "".join(match[0][at] for at in places).upper()
    value = int("".join(str(int(mark, 36)) for mark in number[4:] + number[:4]))
    goes_on = match.string[end : end + 1].isalnum() and match.string[end : end + 1].isascii()
    return end if value % 97 == 1 and not goes_on else 0


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_resident(match: re.Match[str]) -> int:
    """The check digit of GB 11643."""
    number = match[0].replace(" ", "").upper()
    total = sum(int(one) * weight for one, weight in zip(number, _WEIGHTS, strict=False))
    return match.end() if "10X98765432"[total % 11] == number[-1] else 0


_ELSE = re.compile(  # what a number is, when it is no phone's
    r"(?:\b(?:order|invoice|ticket|ref(?:erence)?|case|serial|part|model|isbn|issn|doi|id|version|build|issue|pr|bug"
    r"|tracking|account|item|sku|commit|timestamp)(?: ?(?:no|nr|number|id))?|订单号?|单号|编号|序列号|流水号|#|№)[\s.:#是为]{0,3}\Z",
    re.IGNORECASE,
)


def _named_else(match: re.Match[str]) -> bool:
    return bool(_ELSE.search(match.string[max(0, match.start() - 24) : match.start()]))


_CALLING_CODES = re.compile(
    r"1|7|2[07]|3[0-4]|36|39|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|2[1-689][0-9]|3[578][0-9]|42[0-9]|50[0-9]|59[0-9]|6[789][0-9]|8[0578][0-9]|9[679][0-9]"
)


def _is_international(match: re.Match[str]) -> int:
    """A calling code that there is, and no more digits than numbers have."""
    number = digits(match[0])
    groups = re.findall("[0-9]+", match[0])
    first = groups[0].lstrip("0") if len(groups) > 1 and len(groups[0]) < 6 else ""
    known = _CALLING_CODES.fullmatch(first) if first else _CALLING_CODES.match(number)
    short = sum(len(group) == 1 for group in groups[1:])
    return match.end() if known and 8 <= len(number) <= 15 and short < 2 else 0


def _is_national(match: re.Match[str]) -> int:
    """A number with a leading 0; not a date, a sum or a draw of a lottery."""
    groups = re.findall("[0-9]+", match[0])
    signs = set(re.findall("[^0-9]", match[0]))
    if _named_else(match) or not 9 <= len(digits(match[0])) <= 12:
        return 0
    if all(len(group) == 2 for group in groups):
        return 0 if len(signs) > 1 or groups == sorted(groups) else match.end()
    return match.end()


def _is_mobile(match: re.Match[str]) -> int:
    return 0 if _named_else(match) else match.end()


def _is_called(match: re.Match[str]) -> int:
    """Any number right after a word for phones, but too short ones."""
    return match.end("it") if 7 <= len(digits(match["it"])) <= 15 else 0


_PHONES: tuple[Rule, ...] = (
    Rule(PHONE, re.compile(
        r"(?<![A-Za-z0-9+])\+ ?[1-9][0-9]{0,3}(?:[ .()/-]{0,3}[0-9]){6,13}(?![0-9])"
        r"|(?<![A-Za-z0-9.+-])00[1-9][0-9]{0,2}[ -](?:[ ()/-]{0,2}[0-9]){6,13}(?![0-9])"),
        _is_international, again=True),
    Rule(PHONE, re.compile(  # North America
        r"(?<![A-Za-z0-9])(?<![0-9][.-])(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}(?P<g>[.-]))[2-9][0-9]{2}"
        r"(?(g)(?P=g)|[ .-])[0-9]{4}(?![A-Za-z0-9]|[.-][0-9])"), _is_mobile, again=True),
    Rule(PHONE, re.compile(  # Chinese mobiles
        r"(?<![A-Za-z0-9])(?<![0-9][.-])(?:86[ -]?)?1[3-9][0-9](?P<g>[ -]?)[0-9]{4}(?P=g)[0-9]{4}"
        r"(?![A-Za-z0-9]|[.-][0-9])"), _is_mobile, again=True),
    Rule(PHONE, re.compile(
        r"(?<![A-Za-z0-9+])(?<![0-9A-Za-z][.,:/-])\(?0[1-9][0-9]{0,4}\)?(?:[ /.-][0-9]{2,8}){1,5}"
        r"(?![A-Za-z0-9]|[.,:/-][0-9])"), _is_national, again=True),
    Rule(PHONE, re.compile(
        r"(?:\b(?:phone|telephone|tel|mobile|cell|call|text|fax|whatsapp|handy|telefon|téléphone|teléfono)\b"
        r"|电话|手机|号码|致电|電話|携帯)[^0-9+(\n.!?。]{0,20}(?P<it>[+(]?[0-9][0-9 ().-]{5,18}[0-9])(?![0-9]|[.,:/-][0-9])",
        re.IGNORECASE), _is_called),
)  # fmt: skip


_VERSION_BEFORE = re.compile(
    r"(?:\b(?:v|ver|version|release|firmware|build|driver|update|patch|section|chapter|§)\.? ?|[<>=~^!]=? ?|[A-Za-z]/)\Z",
    re.IGNORECASE,
)
_NET_BEFORE = re.compile(
    r"\b(?:ip|ips|address|host|server|ping|ssh|dns|gateway|router|from|at|地址)\b\W{0,3}\Z|地址.{0,2}\Z|://\Z",
    re.IGNORECASE,
)


def _is_ipv4(match: re.Match[str]) -> int:
    """No version, section, loopback or network; small numbers only where a word says so."""
    octets = [int(one) for one in match[0].split(".")]
    if octets[0] in (0, 127, 255) or octets[1:] == [0, 0, 0]:
        return 0
    before = match.string[max(0, match.start() - 16) : match.start()]
    if _VERSION_BEFORE.search(before):
        return 0
    small = max(octets) < 20 and octets[0] != 10
    return 0 if small and not _NET_BEFORE.search(before) else match.end()


def _is_ipv6(match: re.Match[str]) -> int:
    """What parses, but no loopback, and no names of code such as ``dead::beef``."""
    try:
        parsed = ipaddress.IPv6Address(match[0])
    except ValueError:
        return 0
    whole = re.match(r"[0-9a-fA-F]{4}:", match[0]) and any(map(str.isdigit, match[0]))
    return match.end() if whole and not parsed.is_loopback else 0


_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_ADDRESSES: tuple[Rule, ...] = (
    rule(ADDRESS, r"(?<![A-Za-z0-9_])(?<![A-Za-z0-9][.-])" + rf"{_OCTET}(?:\.{_OCTET}){{3}}"
         r"(?![A-Za-z0-9_]|[.-][A-Za-z0-9])", _is_ipv4, "."),
    rule(ADDRESS, r"(?<![\w:.])[0-9a-fA-F]{4}:[0-9a-fA-F:.]{2,40}(?<![:.])(?![\w:])|(?<![\w:.])[0-9a-fA-F]{4}:"
         r"(?:[0-9a-fA-F]{1,4}:){0,5}:(?![\w:])", _is_ipv6, ":"),
)  # fmt: skip

_LATIN = "A-Za-z0-9\u00c0-\u024f"
IDENTIFIERS: tuple[Rule, ...] = (
    rule(
        EMAIL,
        rf"(?<![{_LATIN}._%+'-])[{_LATIN}._%+'-]+@(?:[{_LATIN}-]+\.)+(?:xn--[a-z0-9-]+|[A-Za-z]{{2,24}}){END}(?!@)",
        _is_email,
        "@",
    ),
    Rule(
        IBAN,
        re.compile(
            FREE + r"[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?",
            re.IGNORECASE,
        ),
        _is_iban,
        again=True,
    ),
    Rule(
        RESIDENT,
        re.compile(
            FREE + r"[1-9][0-9]{5} ?(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])"
            r"(?:0[1-9]|[12][0-9]|3[01]) ?[0-9]{3}[0-9Xx]" + END
        ),
        _is_resident,
    ),
    *_CARDS,
    rule(
        SSN,
        r"(?<![A-Za-z0-9])(?<![0-9]-)(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}"
        r"(?![A-Za-z0-9]|-[0-9])",
        None,
        "-",
    ),
    any_case(
        SSN,
        r"(?:\bssn\b|social security)(?: (?:number|no|nr))?\.?(?: is|[:#=])?\s{0,2}"
        r"(?P<it>(?!000|666|9)[0-9]{3}[ -]?(?!00)[0-9]{2}[ -]?(?!0000)[0-9]{4})" + END,
        None,
        "ssn",
        "social",
    ),
    any_case(
        PASSPORT,
        r"(?:passports?|reisepass|pasaporte|passeport|护照|護照)(?:\s{0,2}(?:number|no|num|nr|nummer|#|号码?|號碼?))?"
        r"\.?\s{0,2}(?:is|:|#|=|是|为)?\s{0,2}(?P<it>(?=[A-Z]{0,3}[0-9])[A-Z0-9]{6,9})" + END,
        lambda match: match.end("it") if len(digits(match["it"])) >= 4 else 0,
        "passport", "reisepass", "pasaporte", "passeport", "护照", "護照",
    ),
    *_PHONES,
    *_ADDRESSES,
)  # fmt: skip
