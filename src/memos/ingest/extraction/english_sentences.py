"""English text as sentences and clauses, and what makes a clause doubtful."""

from __future__ import annotations

import re
from collections.abc import Iterator

from memos.ingest.extraction.english_words import (
    ADVERB,
    DATES,
    IRREGULAR_PAST,
    RELATION,
    STATIVE,
    words,
)

_I = re.IGNORECASE
_LONGEST = 400  # characters of a sentence that is looked at; longer ones are no chat

_SENTENCE_END = re.compile(
    r"(?<!\b[A-Z])(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bvs)(?<!\bapprox)(?<!\be\.g)(?<!\bi\.e)"
    r"(?<!\bProf)(?<!\bNo)([.!?…]+[)\"'”’]*)(?=\s|\Z)|\n+|(?<=\w)(?:\s[-–—]{1,2}\s|—|;\s)|(?<=\w)\s?[:;]-?[)(DP](?=\s|\Z)"
    r"|[\U0001f300-\U0001faff☀-➿]+"
)
_BULLET = re.compile(r"^\s*(?:[-*•·–]|\(?[0-9]{1,2}[.)])\s+")

PAST = rf"(?:{words(IRREGULAR_PAST)}|[a-z]{{2,}}(?:[^e\W]ed|[a-z]ed)(?<!need)(?<!feed)(?<!speed)(?<!indeed))"
_MODAL = r"(?:would|could|should|might|must|may|'d|can|can't|cannot|will|won't|need|want|hope|wish|don't|doesn't|do not|didn't|never|always|only|no longer|haven't|hasn't|wasn't|am|'m|is|are)"
_BARE = rf"(?:{words(STATIVE)}|{_MODAL})"
_THIRD = rf"(?:is|has|does|doesn't|isn't|hasn't|will|can't|never|only|always|(?:{words(STATIVE)})e?s|hates|loves|wants|needs|knows)"
_SUBJECT = (
    rf"(?:(?:i|we|he|she|they|it|there|this|that|you)(?:['’](?:m|ve|ll|d|s|re))?\s\w|(?:my|our|his|her|their|the)\s(?:[\w'-]+\s){{0,4}}?"
    rf"(?:(?:{RELATION})(?:'s|\s(?:(?:still|always|never|just|also|only|really|both)\s)?(?:is|are|was|were|has|have|had|\w+s\b|\w+ed\b|got|will|can't|doesn't|just|and i))|[\w-]+'s\s|(?:is|are|was|were|has|have|had|got|will|starts|ends)\b)"
    rf"|(?:mum|mom|dad|granny|grandma|grandpa|nan|sis|bro)(?:'s)?\s(?!and\b)\w|(?:{DATES})(?:\s(?:is|are)|'s)\s|(?-i:[A-Z][a-z]+)(?:'s\s(?:an?|in|at|on|got|not|been|due|allergic|also|always|still|turning|coming|going|[a-z]+ing|vegan|vegetarian)\b|\s(?:is|has|was|lives|works|wants|hates|loves|got|moved|can't|doesn't|and i)\b))"
)
_SPLIT = re.compile(
    r"(?:,\s*|\s+)(?:and|but|so|because|since|as|while|although|though|plus|whereas|cause|cos|cuz|bc|now that|and that|coz)\s+"
    rf"(?:(?:{ADVERB}|then|that|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:next|last|this) \w+|tomorrow|yesterday|tonight),?\s+){{0,2}}(?={_SUBJECT})|(?:,|:)\s+(?:(?:now|then|also|but now|these days)\s+)?(?={_SUBJECT})",
    _I,
)
_GUARD = re.compile(  # a word before the split that takes a clause as its object: no split there
    r"(?:\b(?:that|think|thinks|thought|know|knows|knew|said|says|say|told|tell|tells|hope|wish|feel|guess|believe|mean"
    r"|if|whether|what|where|when|how|who|why|which|like|than|until|after|before|once|unless|or|of|for|to|with)|[\"“])\Z",
    _I,
)
_TEMPORAL = re.compile(
    r"\A\W*(?:\w+\s)?(?:when|if|whenever|after|before|once|until|every time)\s", _I
)
_SUBORDINATE = re.compile(
    r"\A\W*(?:also |and |so )?(?:ever since|since|because|now that)\s(?:i|we|my|our|the|that|last|[0-9]{4})\b",
    _I,
)
_MAIN = re.compile(
    r"(?<=\w)\s+(?<!\bsince )(?<!\bbecause )(?<!\bthat )(?=(?:i|we)(?:'(?:m|re|ve))?\s\w)", _I
)
_TAIL = re.compile(
    rf"(?:,\s*|\s+)(?:and|but)\s+(?:(?:{ADVERB}|then),?\s+){{0,2}}(?=(?P<verb>{PAST}|{_BARE}|{_THIRD})\s)|,\s+(?=(?:{PAST}|starts|starting|leaving|arriving|flying|coming|staying|never|has|lives|works|sells|plays|studies|owns|live|work|study|teach|own|drive|speak|play|love|hate|prefer|don't|can't|originally from|born|based|married|allergic to|from)\s)",
    _I,
)

ASKS = re.compile(
    r"\A(?:what|who|whom|whose|which|where|when(?=\s(?:is|are|was|were|do|does|did|can|could|should|will))|why|how|do(?!n't)|does(?!n't)|did(?!n't)|is|are(?=\s(?:you|we|they|there|the|these|those|any))|was|were|am i|can(?!'t|not)(?=\s(?:you|i|we|he|she|it|they|somebody|someone|anyone|the|my))|could"
    r"|would(?! rather)|will(?=\s(?:you|it|i|we))|should|shall|may|might|has(?=\s(?:it|he|she|any|the|my|your))|have(?=\s(?:you|i|we|they))|isn't|aren't|don't(?=\s(?:you|we|i))|doesn't|didn't(?=\s(?:you|we|i))|won't|wouldn't|couldn't|any"
    r"|tell|give|show|suggest|recommend|help|explain|list|find|write|make|plan|draft|remind|let|please|create|translate|compare"
    r"|summari[sz]e|look up|search|check|ideas|thoughts|best way|quick question|need (?:a|some|help|to|ideas|advice|you)|looking for|trying to|wondering)\b",
    _I,
)
_QUESTION = re.compile(
    r"(?:[,:]\s*|\s[-–]\s|\s+)(?:(?:so|and|but|then|or|also)\s+)?(?:(?:what|which|how|why|whose)\b(?!\s(?:i|we|he|she|they|my|much i|to)\b(?! (?:should|could|can|need)))|where (?:should|can|could|do|is)|when (?:should|can|is)|who (?:should|can|do|would)"
    r"|any (?:ideas?|tips?|advice|suggestions?|recommendations?|thoughts?|chance|good|(?!day\b|time\b|more\b|longer\b|app\b)\w+)|is (?:it|that|this|there)|are there|can (?:i|you|we|he|she|they)|could (?:i|you|we)|should (?:i|we|he|she)|shall|do (?:i|you|we|they)|does (?:it|that|this|anyone|he|she)"
    r"|would (?:you|it|that|a)|will (?:it|that|i)|got any|know any|maybe|ideas|thoughts|suggestions|recommendations|right|ok|correct|yes|isn't it|remember|don't (?:i|you))\b",
    _I,
)

_CONJUNCTION = re.compile(r"\A[\s,:–-]*(?:(?:so|and|but|then|or|also)\s+)?", _I)

DOUBT = re.compile(
    r"\b(?:would(?! (?:much |far |always )?(?:rather|sooner|prefer))|could(?!n't)(?! (?:live on|live off|eat|drink|listen to|watch|never get) )|might|should|ought|must|(?-i:may)(?= [a-z])(?! (?:of|and|i|we|but|so)\b)(?<!in may)(?<!last may)(?<!next may)(?<!this may)(?<!since may)(?<!of may)(?<![0-9] may)(?<!(?:st|nd|rd|th) may)"
    r"(?<!on may)(?<!by may)(?<!until may)(?<!from may)|maybe|perhaps|probably|possibly|presumably|supposedly|allegedly|unless|whether|imagine|suppose|supposing|wish(?:es|ed|ing)?"
    r"|hop(?:e|es|ed|ing)|hopefully|as if|as though|i guess|i think|i thought|i believe|i suppose|i assume|i bet|i doubt|i wonder"
    r"|i feel like|not sure|unsure|no idea|wonder(?:ing)?|(?:i|we|he|she|they)'d(?! (?:much |far |always )?(?:rather|sooner|prefer)| been| (?:take|pick|choose) [^.!?]{2,40} over )|pretend(?:ing)?|dreamt|dreamed|dream of"
    r"|thinking (?:of|about)|think(?:ing)? i|consider(?:ing)?|tempted|toying|debating|torn between|depends|hypothetically"
    r"|in theory|kidding|joking|what if|if only|supposed to|seems?|seemed|sounds? like|looks? like|almost (?:got|bought|died)"
    r"|nearly (?:got|bought|died)|(?:a|one) million|gazillion|i swear|lmao|yeah right|hundreds? years old|years old and (?:live|feel))\b"
    r"|\b(?:just|so|absolutely|really) (?-i:LOVE|ADORE)\b|\bi (?:just )?love (?:how|when|it when|waiting|standing|being (?:stuck|ignored|told))\b",
    _I,
)
IRONY = re.compile(
    r"\A\W*(?:oh (?:yes|great|joy|sure|good|wonderful|yeah|lovely|fantastic)\b|ha(?:ha)*,? (?:sure|yeah|yes)\b|sure,|yeah,? right|yay\b)",
    re.IGNORECASE,
)
"""How a whole sentence begins that means the opposite."""
IF = re.compile(
    r"(?:\A|\W)(?:if|in case|assuming|provided|when i(?:'m| am) (?:rich|older|old|famous)|the day i)\b(?! you (?:must|want to) know)",
    _I,
)
REPORTED = re.compile(
    r"\A(?:(?:\S+\s){0,4}?)(?:says?|said|tells?|told|claims?|claimed|thinks?|thought|reckons?|asked|asks|wrote (?:me|that|to)|texted|heard"
    r"|swears (?!by)|insists?|insisted|argues?|argued|mentioned|suggested|suggests|replied|joked|according to|believes?|read (?:that|somewhere)"
    r"|saw (?:that|a)|it's said|wants me|wants us|keeps? (?:saying|telling|asking)|wants (?:to know|me|us|you))\b",
    _I,
)
IDIOM = re.compile(
    r"\A(?:love (?:you|it|this|that|how|the idea|your|to see)\b|hate (?:to|it when you|that you|you)\b|like (?:it|this|that|how|your|what|the (?:idea|sound|look|way|first|second|third|last))\b"
    r"|(?:have|had|got|'ve) (?:got )?(?:a|an|another|one|two|some|the same|no|any|few|several|a few|a quick|to|got to|in mind|one more|the)? ?(?:quick |small |simple |stupid |dumb |silly |weird |random |similar |follow-up |bit of )?"
    r"(?:question|questions|idea|ideas|problem|issue|request|doubt|doubts|clue|thought|thoughts|feeling|favou?r|point|choice|say|bug|error|hunch|headache|minute|moment|sec|second|chance|time|fun|a go|a look)\b"
    r"|(?:am|are|is|feel|was|were|felt) (?:just |so |very |a bit |a little |really |feeling |not even )*(?:tired|exhausted|bored|hungry|thirsty|sleepy|stressed|sad|happy|angry|annoyed|fine|good|ok|okay|great|sorry|confused|curious|stuck|lost|cross"
    r"|late|busy|back(?! on| in)|done|ready|here|glad|sure|afraid(?! of)|aware|grateful|impressed|surprised|excited|nervous|worried|frustrated|fed up|in a (?:hurry|rush|meeting)|on (?:it|my way|a break)|off to bed|trying to|looking (?:for|at|to|into|forward)|asking|wondering"
    r"|talking about|kidding|joking|out of (?:ideas|milk|time)|down|up|alive|dying|dead|starving|freezing|broke|bad|terrible|awful|home alone|so done|feeling|having (?:trouble|a (?:hard|bad|good|rough))|getting (?:an|the|this|tired)|seeing (?:an|this|the)|writing (?:to|this)|typing|crying)\b"
    r"|(?:mean|see|know(?! how)|understand|agree|bet|guess|think|wonder|remember|forget|forgot|appreciate|want)\b|need\b|my bad\b|(?:my )?(?:point|question|guess|fault|mistake|apologies|pleasure|god|goodness|word|problem|issue|code|understanding|thoughts?|opinion|two cents|query|error)\b)",
    _I,
)
WITHDRAWN = re.compile(
    r"\b(?:no,? wait|wait,? no|scratch that|strike that|forget (?:it|that|what i said)|ignore (?:that|this|the last|my last)|never ?mind|sorry,? no,? (?:i'm|i)|(?:no|actually),? i(?:'m| am) not\b|no,? i (?:haven't|don't|didn't)|i take that back|that's wrong|not true)\b[^\n]*",
    _I,
)


def sentences(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences, and whether each is a question."""
    at = 0
    for end in _SENTENCE_END.finditer(text):
        sentence = _BULLET.sub("", text[at : end.start()]).strip()
        at = end.end()
        if sentence and len(sentence) <= _LONGEST:
            yield sentence, "?" in end[0]
    rest = _BULLET.sub("", text[at:]).strip()
    if rest and len(rest) <= _LONGEST:
        yield rest, False


def stated(sentence: str, *, asked: bool) -> str:
    """What a sentence states before it asks: 'I'm vegan, any ideas?' -> 'I'm vegan'."""
    question = _QUESTION.search(sentence)
    if question is not None and (asked or ASKS.match(_CONJUNCTION.sub("", question[0]) + " ")):
        return sentence[: question.start()]
    if not asked:
        return sentence
    cut = max(sentence.rfind(","), sentence.rfind(" and "), sentence.rfind(" so "))
    return sentence[: max(cut, 0)]


def clauses(sentence: str) -> list[tuple[str, bool]]:
    """The clauses of a sentence, and whether each goes on with the subject of the one before."""
    found: list[tuple[str, bool]] = []
    at = 0
    splits = list(_SPLIT.finditer(sentence))
    if not splits and _SUBORDINATE.match(sentence):
        splits = list(_MAIN.finditer(sentence))[:1]
    for split in splits:
        left = sentence[at : split.start()]
        bare = split[0].strip() in (",", "")
        if _GUARD.search(left) or len(left) < 3 or (bare and _TEMPORAL.match(left)):
            continue
        found += _coordinated(left)
        at = split.end()
    return found + _coordinated(sentence[at:])


def _coordinated(clause: str) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    at = 0
    for split in _TAIL.finditer(clause):
        left = clause[at : split.start()]
        if len(left.split()) < 2:
            continue
        found.append((left.strip(), at > 0))
        at = split.end()
    found.append((clause[at:].strip(), at > 0))
    return found
