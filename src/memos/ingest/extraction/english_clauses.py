"""English clauses that may claim something, each with the one it is about.

A clause comes out in one shape for everybody: 'I'm currently a nurse', 'my sister's a nurse' and
'she is a nurse' are 'am a nurse' or 'is a nurse', said of somebody. What is said of a thing of
somebody's keeps the thing: 'my name is Ann', 'my flight leaves on Friday'. What only stands
beside something else, as in 'my torn meniscus', is looked for in the whole clause, marked with
`BESIDE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from memos.ingest.extraction.engine import Clause
from memos.ingest.extraction.english_people import NAME, PERSON, People, mention, subject_of
from memos.ingest.extraction.english_sentences import (
    ASKS,
    DOUBT,
    IDIOM,
    IF,
    IRONY,
    PAST,
    REPORTED,
    WITHDRAWN,
    clauses,
    sentences,
    stated,
)
from memos.ingest.extraction.english_words import (
    ADVERB,
    FAITHS,
    JOBS,
    LEAD_IN,
    NATIONS,
    RELATION,
    WHEN,
)
from memos.language.cues import is_standing_order
from memos.language.names import names
from memos.model.claim import SELF

_I = re.IGNORECASE
BESIDE, ASIDE, DOUBTED, NOBODYS = "~ ", "? ", "% ", "^ "
"""How a clause begins that is looked through for what stands beside; in a question, and where it
says what would be, less counts; what is about nobody known may still be an event or a plan of the
speaker's."""

_LEADS = re.compile(rf"(?:{LEAD_IN}\b|(?P<when>{WHEN})(?=[\s,]))[\s,:!.-]*", _I)
_KEPT = (  # adverbs that make a taste of a habit
    r"(?:always|only|usually|mostly|normally|exclusively)\s(?:order|drink|eat|buy|wear|go for|choose|pick|ask for|book|use|sleep on|fly|listen to|watch|read)(?:e?s)?\b"
)
_ADVERBS = re.compile(rf"(?:(?!{_KEPT}){ADVERB}\b,?\s+)+", _I)
_APOSTROPHES = str.maketrans("’‘`´", "''''")
_SHORT = (
    (re.compile(r"\b(i)m\b(?=\s)", _I), r"\1'm"),
    (re.compile(r"\b(i|we|they|you)ve\b(?=\s)", _I), r"\1've"),
    (re.compile(r"\b(hes|shes)\b(?=\s)", _I), lambda match: match[1][:-1] + "'s"),
    (
        re.compile(
            r"\b(do|does|did|is|are|was|were|ca|wo|have|has|had|would|could|should)nt\b", _I
        ),
        r"\1n't",
    ),
)
_AUX = (
    (re.compile(r"\A'm\b", _I), " am"),
    (re.compile(r"\A're\b", _I), " are"),
    (re.compile(r"\A've\b", _I), " have"),
    (re.compile(r"\A'll\b", _I), " will"),
    (re.compile(r"\A'd\b", _I), " would"),
    (
        re.compile(
            r"\A's (?=(?:\w+ )?(?:been|got|had|lived|worked|moved|started|become|gone)\b)", _I
        ),
        " has ",
    ),
    (re.compile(r"\A's\b", _I), " is"),
    (
        re.compile(
            r"\A(\s(?:my|our) [\w -]{2,40}?)'s\b(?=\s(?:going|getting|coming|off|an?|the|on|in|at|now|still|due|called|not|my|our|[0-9]+|(?-i:[A-Z])|next|tomorrow|been|moved)\b)",
            _I,
        ),
        r"\1 is",
    ),
    (re.compile(r"\A\s*(?:am|are|is) gonna\b", _I), " am going to"),
)
# A clause without a subject is about the speaker, if it begins as one about a person does.
_BEEN = re.compile(r"(?:been|gotten|gone)\b", _I)
_AM = re.compile(
    r"(?:allergic to|lactose|coeliac|celiac|based in|born(?= in| on)|engaged|married|divorced|retired|vegetarian|vegan|pescatarian|originally from|expecting|training for"
    r"|(?:(?:really|so|very|super|totally) )?(?:into|big on|huge on|keen on|fond of|obsessed with|addicted to|hooked on)|more of an? [\w-]+ person|due (?:in|on)|pregnant|diabetic|colou?r ?blind|(?:working|living|moving|starting|studying|learning|getting|flying|leaving|hanging up|heading|having|travelling|traveling|visiting"
    r"|saving|renting|renovating|writing|throwing|running|going|driving|sailing|hiking|playing|teaching|marrying|retiring|seeing|back|off|taking|staying|meeting|hosting|selling|buying|adopting)\b(?!\s(?:is|was|are|sounds|feels|this|that|forward|for a (?:way|good))\b)(?=\s)"
    rf"|(?!(?:i|i'm|i've|we|we're|he|she|my|our|the|they|it|it's|you|his|her|this|that|there|as|any|no|what|me)\b)(?:an? )?(?:[\w'-]+\s){{1,2}}(?:person|lover|addict|snob|fanatic|enthusiast)\b|not (?:a (?:big |huge )?fan of|into|keen on|fond of)|(?:an? )?(?:big |huge )?fan of|(?!(?:i|i'm|i've|we|we're|he|she|he's|she's|my|our|the|they|it|it's|you|his|her|this|that|there|as|any|no|what|need|me)\b)(?:[\w'’-]+\s){{0,3}}?(?:{JOBS}|[\w-]+(?:ologist|ician|grapher|writer|worker|analyst|developer))\s(?:here|by (?:trade|day|profession|training)|at\s(?-i:[A-Z])))",
    _I,
)
_DOES = re.compile(
    rf"(?:(?!(?:took (?:me|us|ages|a while|forever|it)|used|based|fixed|thanks|noted|agreed|booked it|need|heard|said|told|thought|guessed|sorted|put|set|cut|read|let|hit|shut|split|quit it|kept|made it|got it|saw that|got any|done|understood|meant|led|left|sent|found (?:it|this)|tried|asked|installed|updated|lost (?:me|here)|stuck|confused|interested|supposed|curious|related|speaking)\b){PAST}"
    r"|(?:love|hate|prefer|adore|enjoy|dislike|loathe|detest)(?! (?:it|this|that|you|your|how)\b)|can't (?:stand|bear|do|eat|drink|have|be doing|abide)|cannot stand|don't (?:eat|drink|like|smoke|drive|do)|only (?:buy|eat|drink|wear|use|read|watch)|never (?:eat|drink|drive|fly|buy|wear|order|touch|liked|learned|been|had|got on with|took to|warmed to|got into|understood the|saw the)"
    r"|always (?:eat|drink|buy|order|wear|sleep|had|loved|hated|been)|(?:live|work|teach|study) (?:in|at|as|for|on|near)|would rather|'d rather|(?:have|got) (?:a|an|two|three|four) (?!question|problem|quick|bug|issue|lot|feeling|minute|moment|few|couple)|have been|used to|read (?!this|that|the)|quit (?!it)|put (?:down|up) |split up|cut out)\b",
    _I,
)  # fmt: skip
_HE_DOES = re.compile(  # without a subject it is about who was named last
    r"(?:(?:still|always|never|also|only|usually) )?(?:swears by|loves|hates|likes|adores|prefers|despises|refuses|lives (?:in|on|for|with)|works (?:as|at|in|for|nights)|plays|drinks|eats|teaches|studies|collects|keeps|drives|rides|can't (?:stand|abide|bear|stomach))\b",
    _I,
)
_OWNS = re.compile(
    r"(?:two|three|four|five|six|twin|[0-9])\s(?:\w+\s)?(?:kids|boys|girls|sons|daughters|children|cats|dogs|toddlers|teenagers|teens|brothers|sisters|kittens|puppies|rabbits|hens|horses)\b",
    _I,
)
_GERUND = re.compile(
    r"(?!(?:being|having|according|including|during|thing|something|nothing|everything|anything|king|ring|bring|sing)\b)[a-z]+ing\s",
    _I,
)
_CALLED = re.compile(
    rf"(?:is|are|was|were)\s(?:called\s|named\s)?(?!(?:{NATIONS}|{FAITHS})\b)(?P<name>{NAME})\W*\Z",
    _I,
)
_YEARS = re.compile(
    r"(?:[0-9]+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty)\s(?:years?|months|seasons|decades|weeks)\s(?:at|in|as|with|of|into|sober|vegan|vegetarian|clean|married|on)\b",
    _I,
)
_WITHOUT = (  # what a clause without a subject begins with, and what is left out
    (_BEEN, " have "),
    (_YEARS, " have been "),
    (_OWNS, " have "),
    (_AM, " am "),
    (_DOES, " "),
)
_RELATIVE = re.compile(
    rf"(?:{PERSON}|(?P<other>(?-i:[A-Z]\w+)'s (?:{RELATION})|{NAME}|(?:a|an|one|two)\s(?:[\w-]+\s)?(?:{RELATION})(?:\s(?:named|called)\s{NAME})?)),?\s(?:who(?=['’ ])\s?)(?P<said>[^,;()]{{3,120}})",
    _I,
)
_AS = re.compile(
    r"(?:\A|[,.]\s|\b(?:and|so|but)\s)(?P<text>as (?:an?|(?P<with>someone with)) (?P<what>[^,;]{3,40}?)),?\s(?=(?:i|my|we)\b)",
    _I,
)
_BOTH = re.compile(
    r"\A(?P<be>am|is|are)\s(?P<one>[^,;]{2,50}?)(?:,\s|,?\sand\s)(?:also\s)?(?P<two>(?:an?\s|vegan|vegetarian|allergic|married|single|divorced|engaged|from\s|in my\s|living\s|based\s|retired|diabetic|pregnant|[0-9]{1,2}\b|fluent|afraid|obsessed|into\s|left-handed|coeliac|celiac|working\s|studying\s|deaf|blind|lactose|gluten|originally|halal|kosher|pescatarian|currently\s).*)\Z",
    _I,
)
_ORDER = re.compile(
    r"\b(?:(?:please |kindly )?(?:remind|tell|ask|warn|give|send|show) me\b[^.!?]*\b(?:whenever|every time|each time|every (?:day|morning|evening|week|night|\w+day))"
    r"|(?:please |kindly |pls )?(?:address me as|refer to me as|refrain from|stick to|keep (?:it|them|answers|replies) )[^.!?]{3,60}\b(?:in (?:all |any )?(?:future|your)|from now on|always|every|going forward)"
    r"|\A(?:please |kindly |pls )?(?:address me as|refer to me as|refrain from \w+)|\bwhen(?:ever)? you (?:send|give|show|write|answer|reply|make|suggest|post)\b[^.!?]{0,60}?(?:,|\s)(?:use|write|give|add|put|keep|include|answer|don't|do not|skip|leave|make|stick to)\b"
    r"|(?:stop|quit) (?:\w+ing)\b[^.!?]*\b(?:every|each|all|any|me|your|replies|answers|so)\b|(?:for|with|in) [^,.;!?]{3,40},? (?:please )?(?:always|never) (?:give|show|use|write|include|answer|add|put|send|tell|start|ask)"
    r"|(?:always|never) (?:give|show|tell|send|call|ask) me\b|call me (?!back|later|crazy|old|stupid|when|tomorrow|tonight|on|at|a\b|an\b|if)\w+)",
    _I,
)
_RESOLVES = re.compile(r"\A\W*never (?!using|writing|giving|adding|putting)\w+ing\b", _I)  # oneself
_ORDER_PART = re.compile(
    r"(?:,\s*|\s+)(?:so|and|but|also)?\s*(?=(?:from (?:now|here|today)\b|going forward|in future\b|please (?:always|never|don't)|for \w+ stuff (?:always|never)|never (?:put|use|call|give|suggest|write|ask|send|show)\b|always (?:give|use|write|answer|put|call|show|ask|include)\b|don't (?:ever|you)\b|no \w+(?: \w+)?,? (?:please,? )?ever\b))",
    _I,
)
_OTHERS = re.compile(
    r"(?:i'm|i am|i've|i have|i (?:never|always|usually)|(?:never|always) (?:got|been|had|liked|learned|learnt|understood|seen|met|tried|wanted|thought)|they|he|she|it|there|those|these|people|everyone|nobody|someone|(?:my|our|his|her|their) \w+)\b(?! rules?\b)",
    _I,
)


def read(text: str) -> Iterator[Clause]:
    """The clauses of `text` that may claim something."""
    text = text.translate(_APOSTROPHES)
    for pattern, instead in _SHORT:
        text = pattern.sub(instead, text)
    if taken_back := WITHDRAWN.search(text):
        text = text[taken_back.end() :]
    people = People()
    known = frozenset(name for name in names(text) if not _DOES.match(name))
    for sentence, asked in sentences(text):
        if IRONY.match(sentence):
            continue
        if not asked and _orders(sentence):
            yield from _ordered(sentence, people, known)
            continue
        if ASKS.match(_opened(sentence)[0]):
            mention(sentence, people)
            yield Clause(sentence, ASIDE + sentence)
            continue
        told = stated(sentence, asked=asked)
        if len(told) < len(sentence):
            yield Clause(sentence[len(told) :].strip(" ,"), ASIDE + sentence[len(told) :])
        for role in _AS.finditer(told):
            yield Clause(
                role["text"].strip(" ,"), ("have " if role["with"] else "am a ") + role["what"]
            )
        yield from _in_sentence(clauses(told), people, known)


def _orders(text: str) -> bool:
    if _RESOLVES.search(text):
        return False
    return is_standing_order(text) or _ORDER.search(text) is not None


def _ordered(sentence: str, people: People, known: frozenset[str]) -> Iterator[Clause]:
    """A sentence that orders: the clauses that do, and what the others say."""
    cut = _ORDER_PART.search(sentence)
    if cut and cut.start() > 0 and len(sentence) - cut.end() > 20:
        yield from _in_sentence(clauses(sentence[: cut.start()]), people, known)
        sentence = sentence[cut.end() :]
    parts = clauses(sentence)
    orders = [part for part, _ in parts if _orders(part) and not _OTHERS.match(_opened(part)[0])]
    if not orders and not _OTHERS.match(_opened(sentence)[0]):
        yield Clause(sentence.strip(" ,"), "", order=True)
        return
    for order in orders:
        yield Clause(order.strip(" ,"), "", order=True)
    yield from _in_sentence([one for one in parts if one[0] not in orders], people, known)


def _in_sentence(
    parts: list[tuple[str, bool]], people: People, known: frozenset[str]
) -> Iterator[Clause]:
    subject: str | None = None
    for at, (part, coordinated) in enumerate(parts):
        if IF.search(part):
            return
        yield from _beside(part)
        yield from _relatives(part, people)
        opened, when = _opened(part)
        found = _found(opened, people, known, first=at == 0)
        if coordinated and subject is not None and found is None:
            be = " am " if subject == SELF else " is "
            verbless = _GERUND.match(opened) or _AM.match(opened)
            found = subject, (be if verbless else " ") + opened
        subject = found[0] if found else None
        mention(part, people)
        if found is None:
            if not DOUBT.search(part) and not ASKS.match(opened):
                yield Clause(part, NOBODYS + opened)
            continue
        if found[0] != SELF:
            people.add(found[0])
        text = _whole(part, opened, *found)
        yield from _said(text, found, people, when)


def _said(text: str, found: tuple[str, str], people: People, when: str = "") -> Iterator[Clause]:
    subject, said = found[0], _shape(found[1])
    if DOUBT.search(text) or REPORTED.match(said) or IDIOM.match(said):
        return
    if subject != SELF and (called := _CALLED.match(said)):
        people.add(subject, called["name"])
        return
    both = _BOTH.match(said)
    for one in (f"{both['be']} {both['one']}", f"{both['be']} {both['two']}") if both else (said,):
        yield Clause(text, f"{one}, {when}" if when else one, subject)


def _found(
    opened: str, people: People, known: frozenset[str], *, first: bool
) -> tuple[str, str] | None:
    if not opened or ASKS.match(opened):
        return None
    if first:
        for pattern, verb in _WITHOUT:
            if pattern.match(opened):
                return SELF, verb + opened
        if _HE_DOES.match(opened) and (last := people.last()):
            return last, " " + opened
    return subject_of(opened, people, known)


def _relatives(part: str, people: People) -> Iterator[Clause]:
    """'My sister, who lives in Porto' says that she lives there, whatever else is said."""
    for relative in _RELATIVE.finditer(part):
        who = people.add(relative["kin"] or relative["other"], relative["name"])
        rest = relative["said"] if relative["said"][0] == "'" else " " + relative["said"]
        yield from _said(relative[0], (who, rest), people)


def _beside(part: str) -> Iterator[Clause]:
    """A clause that is looked through for what stands beside something else."""
    yield Clause(part, (DOUBTED if DOUBT.search(part) else BESIDE) + part)


def _opened(clause: str) -> tuple[str, str]:
    """`clause` from its subject on, and the time that stood before it."""
    clause = clause.strip(" ,.:-")
    when: list[str] = []
    for _ in range(6):
        lead = _LEADS.match(clause)
        if lead is None or lead.end() in (0, len(clause)):
            break
        if lead["when"]:
            when.append(lead["when"])
        clause = clause[lead.end() :]
    return clause, " ".join(when)


def _shape(rest: str) -> str:
    """What is said of the subject, its verb first and in full: ''m currently a nurse' -> 'am a nurse'."""
    for pattern, instead in _AUX:
        rest = pattern.sub(instead, rest)
    said = _without(_ADVERBS, rest.strip(" ,"))
    head, blank, tail = said.partition(" ")
    return head + blank + _without(_ADVERBS, tail)


def _without(opening: re.Pattern[str], text: str) -> str:
    found = opening.match(text)
    return text[found.end() :] if found else text


def _whole(part: str, opened: str, subject: str, rest: str) -> str:
    """The clause as it is kept: with the subject that a coordination or a habit left out."""
    if not opened or not rest.endswith(opened) or rest.lstrip()[:3].lower() in ("my ", "our"):
        return part
    added = rest[: len(rest) - len(opened)].strip()
    start = opened if opened[1:2].isupper() else opened[0].lower() + opened[1:]
    return " ".join(filter(None, ("I" if subject == SELF else subject, added, start)))
