"""Whom an English clause is about: the speaker, kin, named people, and what they are called again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from memos.ingest.extraction.english_words import (
    BRANDS,
    DATES,
    FEMALE,
    MALE,
    MANY,
    MODIFIER,
    RELATION,
    words,
)
from memos.model.claim import SELF

_I = re.IGNORECASE
NAME = (
    r"(?-i:(?!(?:Dr|Mr|Mrs|Ms|Prof|St|I)\b)[A-Z](?!\b)(?:\w|'(?!s\b)|-)+(?: [A-Z](?!\b)(?:\w|-)+)?)"
)
_KIN = rf"(?:{MODIFIER}\s){{0,3}}(?:{RELATION})"
_NEXT = (  # a possessive is no subject: my sister's car
    r"(?!['’]s\s(?!an?\b|an\b|the\b|been|got|in\b|at\b|on\b|from\b|not\b|no\b|allergic|called|vegan|vegetarian|just|always|also|still|now|due|turning"
    r"|[a-z]+ing\b|[0-9]|married|pregnant|retired|back|off|into|expecting|engaged|only|never|obsessed|afraid|scared|half|[a-z]+ed\b))"
)
PERSON = rf"(?:my|our)\s(?P<kin>{_KIN}(?:[’']s?\s(?:{MODIFIER}\s){{0,2}}(?:{RELATION}))?)\b(?!\s(?:tongue|language|board|figure|nature|ship|company|group|circle|team|in general|problem|stuff|visit|zone)\b|-)(?:,?\s(?P<name>{NAME}))?"
ANY_PERSON = re.compile(PERSON, _I)
_PERSON = re.compile(rf"(?:{PERSON}|our\s(?P<ours>{NAME}))\b,?{_NEXT}", _I)
_BARE_KIN = re.compile(
    rf"(?:the\s)?(?P<kin>(?:(?:brother|sister|mother|father|son|daughter)[- ]in[- ]law|wife|husband|hubby|kids|kid|dog|cat|baby|twins|girls|boys|in-laws|missus|boss|toddler|eldest|youngest|mom|mum|mommy|mummy|mama|dad|daddy|papa|mother"
    r"|father|sis|bro|sister|brother|daughter|son|grandma|grandpa|granny|gran|nan|nana|granddad|grandad|auntie|aunt|uncle|cousin|nephew|niece|partner|girlfriend|boyfriend|bf|gf"
    r"|fiancé|fiancée|roommate|flatmate|best friend|landlord|neighbour|neighbor|colleague)"
    rf"(?:'s\s(?:{RELATION}))?)\b(?:\s(?P<name>{NAME}))?{_NEXT}(?=\s|')",
    _I,
)
_OF_MINE = re.compile(
    rf"(?:a|an|one of my|another)\s(?P<kin>(?:close |good |old |dear )?(?:{RELATION}))s?\s?(?:of (?:mine|ours))?,?\s?(?:(?:named|called)?,?\s?(?P<name>{NAME}))?{_NEXT}(?=\s|,|')",
    _I,
)
_SELVES = re.compile(
    r"(?:my|our)\s[\w' -]{2,30}\sand\s(?:i|me)\b|(?:me|i)\sand\s(?:my|our|the)?\s?[\w'-]+(?:\s(?-i:[A-Z])\w+)?\b(?=\s)"
    r"|[A-Z]\w+\sand\s(?:i|me)\b|we\s(?:all|both)\b|(?:i|we)\b(?!\.)|both\sof\sus|us\b",
    _I,
)
_OWN = re.compile(r"(?:my|our)\s(?=\w)", _I)
_HIS = re.compile(rf"(?P<whose>his|her|their)\s(?P<kin>{_KIN})\b(?:\s(?P<name>{NAME}))?{_NEXT}", _I)
_THEIRS = re.compile(
    rf"(?:(?:my|our)\s(?P<kin>{_KIN})|(?P<bare>mum|mom|dad|grandma|grandpa)|(?P<name>{NAME}))'s\s(?=(?:[\w-]+\s){{0,2}}?(?:birthday|bday|name|job|number|email|address|favou?rite|wedding|surgery|operation|appointment|exam|anniversary|flight|age|school|phone|hobby|nickname)\b)",
    _I,
)
_PRONOUN = re.compile(r"(he|she|they|his|her|their)\b(?!\s?/)", _I)
_THING = re.compile(
    rf"(?!(?:his|her|their|your|its|he|she|they|you|it)\b)(?:the\s|an?\s|next\s|big\s)?(?:[\w'-]+\s){{0,3}}?(?:{DATES}|(?:{BRANDS})|bday|birthday|b-day|anniversary|native language|mother tongue|name|number|email|mail|address)(?='s|\s(?:is|are|was|on|with|at|got|has|next|in|tomorrow|today|starts?|due|failed|passed|died|broke|needs)\b)",
    _I,
)
_KIN_OF_NAMED = re.compile(rf"(?P<subject>{NAME}'s\s(?:{MODIFIER}\s)?(?:{RELATION}))\b", _I)
_COMPANY = re.compile(rf"\b(?:with|met|meet|married|dating|called|named)\s(?P<name>{NAME})", _I)
_SOME = re.compile(
    r"\b(?:a|an|one|two|three|four|five|the|another)\s(?:[\w-]+\s)?(?P<kin>boys|girls|kids|sons|daughters|cats|dogs|sisters|brothers|son|daughter|boy|girl|dog|cat|sister|brother|baby)\b",
    _I,
)
_MALE = re.compile(rf"(?:{words(MALE)}|boy)\Z", _I)
_FEMALE = re.compile(rf"(?:{words(FEMALE)}|girl|missus)\Z", _I)
_PLURAL = re.compile(rf"(?:{words(MANY)}|boys|girls|in-laws)\Z", _I)


@dataclass(slots=True)
class People:
    """Whom a message has named so far, in order, with 'm', 'f', 'n' (many) or ''."""

    known: list[tuple[str, str]] = field(default_factory=list)
    called: dict[str, str] = field(default_factory=dict)  # kin -> name

    def add(self, kin: str, name: str | None = None) -> str:
        """Remembers a person; returns the subject by which they are kept: their name, if any."""
        head = kin.rsplit(" ", 1)[-1].lower()
        if "in-law" in kin.lower() or "in law" in kin.lower():
            head = kin[: kin.lower().index("in")].strip(" -").lower()
        sex = "f" if _FEMALE.search(head) else "m" if _MALE.search(head) else ""
        sex = "n" if _PLURAL.search(head) else sex
        if name:
            self.called[kin.lower()] = name
        subject = name or self.called.get(kin.lower(), kin)
        known = dict(self.known)
        sex = sex or known.get(subject, "")
        self.known = [one for one in self.known if one[0] != subject] + [(subject, sex)]
        return subject

    def last(self) -> str | None:
        """Who was named last; nobody where the last ones are many."""
        return self.known[-1][0] if self.known and self.known[-1][1] != "n" else None

    def behind(self, pronoun: str) -> str | None:
        """The person whom a pronoun means: the last known to be of that sex, else the last."""
        low = pronoun.lower()
        wanted = "m" if low in ("he", "his") else "f" if low in ("she", "her") else "n"
        fits = [subject for subject, sex in self.known if sex == wanted]
        if not fits and wanted != "n":
            fits = [subject for subject, sex in self.known if not sex]
        return fits[-1] if fits else None


Found = tuple[str, str]  # whom a clause is about, and what it says of them


def subject_of(clause: str, people: People, known: frozenset[str]) -> Found | None:
    """Whom `clause` is about, and what it says of them; None where that is nobody known."""
    if selves := _SELVES.match(clause):
        return SELF, clause[selves.end() :]
    if _PRONOUN.match(clause):
        return _pronominal(clause, people)
    return (
        _kin(clause, people)
        or _own(clause)
        or _bare(clause, people)
        or _named(clause, people, known)
    )


def _own(clause: str) -> Found | None:
    return (SELF, " " + clause) if _OWN.match(clause) else None


def _kin(clause: str, people: People) -> Found | None:
    """'My sister', 'my sister's birthday', 'our Leo'."""
    if theirs := _THEIRS.match(clause):
        subject = people.add(theirs["kin"] or theirs["bare"] or theirs["name"])
        return subject, " my " + clause[theirs.end() :]
    if person := _PERSON.match(clause):
        subject = people.add(person["kin"] or person["ours"], person["name"])
        return subject, clause[person.end() :]
    return None


def _bare(clause: str, people: People) -> Found | None:
    """'Mum', 'the kids', 'a friend of mine'."""
    for pattern in (_OF_MINE, _BARE_KIN):
        if kin := pattern.match(clause):
            return people.add(kin["kin"], kin["name"]), clause[kin.end() :]
    return None


def _pronominal(clause: str, people: People) -> Found | None:
    """'She', 'her husband', 'her name'; about nobody where nobody was named."""
    pronoun = _PRONOUN.match(clause)
    owner = people.behind(pronoun[1]) if pronoun else None
    if pronoun is None or owner is None:
        return None
    if whose := _HIS.match(clause):
        return people.add(f"{owner}'s {whose['kin']}", whose["name"]), clause[whose.end() :]
    own = pronoun[1].lower() in ("his", "her", "their")
    return owner, (" my" if own else "") + clause[pronoun.end() :]


def _named(clause: str, people: People, known: frozenset[str]) -> Found | None:
    if kin := _KIN_OF_NAMED.match(clause):
        return people.add(kin["subject"]), clause[kin.end() :]
    if _THING.match(clause):
        return SELF, " my " + clause.removeprefix("the ").removeprefix("The ")
    for name in known:
        rest = clause[len(name) :]
        if clause.startswith(name) and rest[:1] in (" ", "'", ","):
            return people.add(name), rest
    return None


def mention(clause: str, people: People) -> None:
    """Remembers those whom a clause names, wherever."""
    for person in ANY_PERSON.finditer(clause):
        people.add(person["kin"], person["name"])
    for company in _COMPANY.finditer(clause):
        people.add(company["name"])
    for many in _SOME.finditer(clause):
        people.add(many["kin"])
