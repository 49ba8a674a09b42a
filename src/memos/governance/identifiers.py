"""Identifiers of persons: addresses, numbers of phones, cards, accounts and papers."""

from __future__ import annotations

import ipaddress
import re

from memos.governance.rules import END, FREE, Rule, any_case, rule

EMAIL, PHONE, CARD, IBAN, SSN, RESIDENT, PASSPORT, ADDRESS = (
    "email", "phone", "card", "iban", "ssn", "resident id", "passport", "ip address",
)  # fmt: skip

# What looks like a number of a person and is none: UUIDs, ISBNs, days, hashes.
HARMLESS = re.compile(
    FREE + r"(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}" + END
    + r"|97[89][- ]?[0-9](?:[- ]?[0-9]){9}" + END
    + r"|[12][0-9]{3}[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|(?:0[1-9]|[12][0-9]|3[01])[-/.](?:0[1-9]|[12][0-9]|3[01])[-/.](?:19|20)[0-9]{2}(?![0-9])"
    r"|(?=[0-9]{0,63}[a-f])[0-9a-f]{32,64}" + END + ")"
)  # fmt: skip


def digits(text: str) -> str:
    """The digits of a text, for check sums."""
    return "".join(filter(str.isdigit, text))


def _groups(text: str) -> list[str]:
    return re.findall("[0-9]+", text)


# E-mail

_NO_DOMAIN = re.compile(
    r"[0-9]+\.[0-9].*|.*\.(?:css|gif|html|ico|jpe?g|json|jsx?|mov|mp4|pdf|png|py|svg|tsx?|webp)",
    re.IGNORECASE | re.DOTALL,
)


def _is_email(match: re.Match[str]) -> int:
    """A version or a file after the sign is no domain, and "git" before it no person."""
    local, _, domain = match[0].rpartition("@")
    return 0 if local == "git" or _NO_DOMAIN.fullmatch(domain) else match.end()


_LATIN = "A-Za-z0-9\u00c0-\u024f"
EMAILS: tuple[Rule, ...] = (
    rule(
        EMAIL,
        rf"(?<![{_LATIN}._%+'-])[{_LATIN}._%+'-]+@(?:[{_LATIN}-]+\.)+"
        rf"(?:xn--[a-z0-9-]+|[A-Za-z]{{2,24}}){END}",
        _is_email,
        "@",
    ),
)

# Cards and accounts


def luhn(number: str) -> bool:
    """The check digit of payment cards."""
    doubled = (sum(divmod(2 * int(one), 10)) for one in number[-2::-2])
    return (sum(doubled) + sum(map(int, number[-1::-2]))) % 10 == 0


def _is_card(match: re.Match[str]) -> int:
    number = digits(match[0])
    return match.end() if luhn(number) and len(set(number)) > 1 else 0


_CARDS: tuple[Rule, ...] = tuple(
    Rule(
        CARD,
        re.compile(rf"{FREE}(?<![0-9]\.)(?:{form}){END}(?!\.[0-9])"),
        _is_card,
        digits=14,
        again=True,
    )
    for form in (
        r"6[0-9]{3}(?P<g>[ -]?)[0-9]{4}(?P=g)[0-9]{4}(?P=g)[0-9]{4}(?P=g)[0-9]{3}",
        r"(?:[46][0-9]|5[1-5]|2[2-7]|35)[0-9]{2}(?P<g>[ -]?)[0-9]{4}(?P=g)[0-9]{4}(?P=g)[0-9]{4}",
        r"3[47][0-9]{2}(?P<g>[ -]?)[0-9]{6}(?P=g)[0-9]{5}",
        r"3[068][0-9]{2}(?P<g>[ -]?)[0-9]{6}(?P=g)[0-9]{4}",
    )
)

# Lengths by country, as in the registry of SWIFT.
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH CR HR LI LV", 22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA",
        30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def _is_iban(match: re.Match[str]) -> int:
    """As many characters as the country has, if their remainder by 97 is 1."""
    length = _IBAN_LENGTHS.get(match[0][:2].upper(), 0)
    places = [at for at, mark in enumerate(match[0]) if mark.isalnum()][:length]
    if not length or len(places) < length:
        return 0
    number = "".join(match[0][at] for at in places)
    value = int("".join(str(int(mark, 36)) for mark in number[4:] + number[:4]))
    end = match.start() + places[-1] + 1
    goes_on = re.match("[A-Za-z0-9]", match.string[end : end + 1])
    return end if value % 97 == 1 and not goes_on else 0


_IBAN = FREE + r"[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?"

# Papers

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_resident(match: re.Match[str]) -> int:
    """The check digit of GB 11643."""
    number = match[0].replace(" ", "").upper()
    total = sum(int(one) * weight for one, weight in zip(number, _WEIGHTS, strict=False))
    return match.end() if "10X98765432"[total % 11] == number[-1] else 0


def _is_passport(match: re.Match[str]) -> int:
    return match.end("it") if len(digits(match["it"])) >= 4 else 0


_RESIDENT = (
    FREE + r"[1-9][0-9]{5} ?(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]) ?"
    r"[0-9]{3}[0-9Xx]" + END
)
_PAPERS: tuple[Rule, ...] = (
    Rule(RESIDENT, re.compile(_RESIDENT), _is_resident, digits=17),
    Rule(
        SSN,
        re.compile(
            r"(?<![A-Za-z0-9])(?<![0-9]-)(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}"
            r"(?![A-Za-z0-9]|-[0-9])"
        ),
        digits=9,
    ),
    any_case(
        SSN,
        FREE + r"(?:ssn|social security)(?: (?:number|no|nr))?\.?(?: is|[:#=])?\s{0,2}"
        r"(?P<it>(?!000|666|9)[0-9]{3}[ -]?(?!00)[0-9]{2}[ -]?(?!0000)[0-9]{4})" + END,
        None,
        *("ssn", "social"),
    ),
    any_case(
        PASSPORT,
        r"(?:passports?|reisepass|pasaporte|passeport|[护護]照)"
        r"(?:\s{0,2}(?:number|nummer|num|no|nr|#|[号號][码碼]?))?\.?\s{0,2}(?:is|:|#|=|是|为)?\s{0,2}"
        r"(?P<it>(?=[A-Z]{0,3}[0-9])[A-Z0-9]{6,9})" + END,
        _is_passport,
        *("passport", "reisepass", "pasaporte", "passeport", "护照", "護照"),
    ),
)

# Phones

_ELSE = re.compile(  # what a number is, when it is no phone's
    r"(?:(?<![A-Za-z])(?:account|bug|build|case|commit|doi|id|invoice|isbn|issn|issue|item|model"
    r"|order|part|pr|ref|reference|serial|sku|ticket|timestamp|tracking|version)"
    r"(?:[ _]?(?:id|no|nr|number))?"
    r"|[单單][号號]|编号|序列号|流水号|#|№)[\s.:#=是为]{0,3}\Z",
    re.IGNORECASE,
)
_CALLING_CODE = re.compile(
    r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[2456][0-9]|21[12368]|29[01789]"
    r"|3[57][0-9]|38[0-35-79]|42[013]|50[0-9]|59[0-9]|67[02-9]|68[0-35-9]|69[0-2]|80[08]|85[02356]"
    r"|870|88[0268]|96[0-8]|97[0-79]|99[2-689]"
)
_TIME = re.compile("(?:[01][0-9]|2[0-3])[0-5][0-9]")


def _is_unnamed(match: re.Match[str]) -> int:
    """A number that is not said to be one of an order or the like."""
    before = match.string[max(0, match.start() - 24) : match.start()]
    return 0 if _ELSE.search(before) else match.end()


def _is_international(match: re.Match[str]) -> int:
    """A calling code that there is, and no more digits than numbers have."""
    number, groups = digits(match[0]).lstrip("0"), _groups(match[0])
    first = groups[0].lstrip("0")
    known = (_CALLING_CODE.fullmatch if len(first) < 4 else _CALLING_CODE.match)(first)
    decimal = len(groups) == 2 and "." in match[0]
    if not known or decimal or len(number) < 8 or sum(len(one) == 1 for one in groups[1:]) > 1:
        return 0
    length = 13 if re.match("861[3-9]", number) else 15
    if known[0] == "1":
        length = 11
        if not re.match("1[2-9][0-9]{2}[2-9][0-9]{6}", number):
            return 0
    # What follows a whole number is another one.
    places = [at for at, mark in enumerate(match[0]) if mark.isdigit()]
    skipped = len(places) - len(number)
    return match.start() + places[: length + skipped][-1] + 1


def _is_national(match: re.Match[str]) -> int:
    """A number with a leading 0; not times, sums or the draw of a lottery."""
    groups = _groups(match[0])
    sizes = set(map(len, groups))
    if not 9 <= len("".join(groups)) <= 12 or sizes == {3} or all(map(_TIME.fullmatch, groups)):
        return 0
    if len(groups) == 2 and "." in match[0]:  # a decimal
        return 0
    if sizes == {2} and (len(set(re.findall("[^0-9]", match[0]))) > 1 or groups == sorted(groups)):
        return 0
    before = match.string[max(0, match.start() - 2) : match.start()]
    after = match.string[match.end() : match.end() + 2]
    if any(map(str.isdigit, before + after)):  # a part of a longer row
        return 0
    return _is_unnamed(match)


def _is_called(match: re.Match[str]) -> int:
    """Any number right after a word for phones; not too short, and no price in thousands."""
    groups = _groups(match["it"])
    price = len(groups[0]) < 3 and all(len(group) == 3 for group in groups[1:])
    return match.end("it") if 7 <= len("".join(groups)) <= 15 and not price else 0


_NO_MORE = r"(?![A-Za-z0-9]|[.-][0-9])"
_NORTH_AMERICAN = (
    FREE + r"(?<![0-9][.-])(?:1[ .-])?[2-9][0-9]{2}(?P<g>[.-])[2-9][0-9]{2}(?P=g)[0-9]{4}"
    + _NO_MORE + r"|\([2-9][0-9]{2}\) ?[2-9][0-9]{2}[ .-][0-9]{4}" + _NO_MORE
)  # fmt: skip
_CHINESE = (
    FREE + r"(?<![0-9][.-])(?:86[ -]?)?1[3-9][0-9](?P<g>[ -]?)[0-9]{4}(?P=g)[0-9]{4}" + _NO_MORE
)
_INTERNATIONAL = (
    r"(?<![A-Za-z+])\+[1-9][0-9]{0,3}(?:[ .()/-]{0,3}[0-9]){6,13}(?![0-9])"
    r"|(?<![A-Za-z0-9.+-])(?<![0-9] )00[1-9][0-9]{0,2}[ -](?:[ ()/-]{0,2}[0-9]){6,13}(?! ?[0-9])"
)
_NATIONAL = (
    r"(?<![A-Za-z0-9+])(?<![0-9A-Za-z][.,:/-])(?:\(0[1-9][0-9]{0,4}\)|0[1-9][0-9]{0,4})"
    r"(?:[ /.-][0-9]{2,8}){1,5}"
    r"(?![A-Za-z0-9]|[.,:/-][0-9])"
)
_CALLED = (
    r"(?:(?<![A-Za-z0-9])(?:(?:cell|fax|mobile|phone|tel|telefon|telephone|teléfono|téléphone|whatsapp)"
    r"(?![A-Za-z0-9])[^0-9+(\n.!?。=]{0,20}|(?:call|dial|reach|ring|text)"
    r"(?: (?:back|her|him|home|me|them|us))?(?: (?:at|on))?[: ]{1,2})"
    r"|(?:电话|電話|手机|手機|致电|携帯)[^0-9+(\n.!?。=]{0,20})"
    r"(?P<it>[+(]?[0-9][0-9 ().-]{5,18}[0-9])(?![A-Za-z0-9]|[.,:/-][0-9])"
)
_PHONES: tuple[Rule, ...] = (
    Rule(PHONE, re.compile(_INTERNATIONAL), _is_international, digits=8, again=True),
    Rule(PHONE, re.compile(_NORTH_AMERICAN), _is_unnamed, digits=10, again=True),
    Rule(PHONE, re.compile(_CHINESE), _is_unnamed, digits=11, again=True),
    Rule(PHONE, re.compile(_NATIONAL), _is_national, digits=9, again=True),
    Rule(PHONE, re.compile(_CALLED, re.IGNORECASE), _is_called, digits=7),
)

# Addresses of machines

_VERSION = re.compile(
    r"(?:(?<![A-Za-z])(?:build|chapter|driver|firmware|patch|release|sections?|update|v|ver|versions?"
    r"|§)[.:\"']{0,2} ?[\"']?|[<>=~^!]=? ?|[A-Za-z]/)\Z",
    re.IGNORECASE,
)
_NETWORK = re.compile(
    r"(?:(?<![A-Za-z])(?:address|at|dns|from|gateway|host|ip|ips|ping|router|server|ssh)"
    r"(?:\W{0,3}| is )|地址.{0,2}|://)\Z",
    re.IGNORECASE,
)


def _is_ipv4(match: re.Match[str]) -> int:
    """No version, section, loopback or network; small numbers only where a word says so."""
    octets = [int(one) for one in match[0].split(".")]
    before = match.string[max(0, match.start() - 16) : match.start()]
    if octets[0] in (0, 127, 255) or octets[2:] == [0, 0] or _VERSION.search(before):
        return 0
    small = max(octets) < 20 and octets[0] != 10
    return 0 if small and not _NETWORK.search(before) else match.end()


def _is_ipv6(match: re.Match[str]) -> int:
    """What parses, and is not of letters alone, as names of code are."""
    try:
        ipaddress.IPv6Address(match[0])
    except ValueError:
        return 0
    return match.end() if digits(match[0]) else 0


_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = (
    r"(?<![A-Za-z0-9_])(?<![A-Za-z0-9]\.)(?<![A-Za-z]-)"
    rf"{_OCTET}(?:\.{_OCTET}){{3}}(?![A-Za-z0-9_]|\.[A-Za-z0-9]|-[A-Za-z])"
)
_IPV6 = (  # of machines that others can reach; ::1 is nobody's
    r"(?<![A-Za-z0-9_:.])[0-9a-fA-F]{4}:[0-9a-fA-F:.]{2,40}(?<![:.])(?![A-Za-z0-9_:])"
)

# In this order: what one has found is blank for those after it.
NUMBERS: tuple[Rule, ...] = (
    Rule(IBAN, re.compile(_IBAN, re.IGNORECASE), _is_iban, digits=8, again=True),
    *_PAPERS[:1],
    *_CARDS,
    *_PAPERS[1:],
    *_PHONES,
    Rule(ADDRESS, re.compile(_IPV4), _is_ipv4, digits=4),
    rule(ADDRESS, _IPV6, _is_ipv6, ":"),
)
