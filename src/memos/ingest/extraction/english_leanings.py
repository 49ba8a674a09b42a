"""English rules of tastes that are told by a choice, or by what a thing does to one."""

from __future__ import annotations

import re

from memos.ingest.extraction.engine import Rule
from memos.model.memory import Kind

_THING = r"(?P<value>(?!(?:it|that|this|these|those|you|he|she|they|what|which|there|i|we|who|nothing|everything|one|and|but|so)\b)[\w'’-]+(?:\s(?!(?:is|are|was|were|has|had|i|we|who|which|that)\b)[\w'’-]+){0,4}?)"
_CHOSEN = r"(?P<value>(?!(?:it|that|this|me|you|one|him|her|them|my|your|care|part|place|time|a (?:break|look|nap|walk|bath|shower|photo|while))\b)[^,.;:!?()]{2,40}?)"
_OPEN = r"\A[~%] (?:[^;:.!?()]{0,80},\s)?(?:(?:and|but|so|also|plus|because|cause|since|as|ok|okay|honestly|no|yes|well|oh|nah),?\s){0,3}"
_WISH = _OPEN.replace("[~%]", "[~%?]", 1)  # a wish looks like a request
_CRAVED = r"(?!(?:an? |the |some )?(?:call|ring|shout|buzz|text|hint|list|table|summary|report|update|answer|example|reminder|break|number|name)\b)"
_OVER = r"(?:\s(?:over|instead of|rather than|not)\s[^,.;:!?()]{2,40}?)?"
_EVER = r"(?:any ?day(?: of the week)?|any ?time|every (?:single )?time|over anything|all day(?: long| every day)?)\b"
_ILL = r"(?:(?:really|so|properly|a bit|always)\s)?(?:itch|itchy|sick|gag|nauseous|queasy|dizzy|ill|cringe|anxious|nervous|panic|shudder|sneeze|bloated|claustrophobic|uncomfortable|miserable|grumpy|sleepy|jittery|shaky|feel (?:sick|ill|queasy|dizzy|weird|awful|trapped))"


def _taste(pattern: str, *, likes: bool) -> Rule:
    return Rule(
        name="leans to" if likes else "leans from",
        kind=Kind.PREFERENCE,
        pattern=re.compile(pattern, re.IGNORECASE),
        likes=likes,
        confidence=0.7,
    )


LEANINGS: tuple[Rule, ...] = (
    _taste(rf"{_WISH}(?:i['’]d |i would |would |we['’]d |i['’]ll |i will )(?:always |still |much rather |rather |sooner |happily )?(?:take|pick|choose|have|go for|go with)\s(?:the |an? )?{_CHOSEN}{_OVER}\s{_EVER}", likes=True),
    _taste(rf"{_WISH}(?:just )?give me\s{_CRAVED}(?:an? |the |some )?{_CHOSEN}{_OVER}\s{_EVER}", likes=True),
    _taste(rf"{_OPEN}(?:just )?give me\s{_CRAVED}(?:an? |the |some )?{_CHOSEN}\s(?:over|instead of)\s[^,.;:!?()]{{2,40}}(?=\W*\Z)", likes=True),
    _taste(rf"{_OPEN}(?:i['’]d |i would |we['’]d |he['’]d |she['’]d )(?:much |far )?(?:sooner|rather)\s(?:have|take|eat|drink|be in|live in|sit in|sleep in|stay in|read|watch|wear|drive|walk in)\s(?:an? |the )?(?P<value>[^,.;:!?()]{{3,40}}?)\sthan\b", likes=True),
    _taste(rf"{_OPEN}{_THING}\s(?:all the way|forever|for the win|ftw|till i die|or bust|supremacy)(?=\W*\Z|,)", likes=True),
    _taste(rf"{_OPEN}{_THING}\s(?:(?:suits?|does it for) me(?: (?:fine|best|well|perfectly|down to the ground|just fine))?|hits the spot|never gets? old|(?:is|are) (?:my|our) (?:go-?to|usual|thing|happy place|comfort \w+|kind of (?:thing|place|night|evening|holiday|food|music)|idea of (?:a )?(?:good|perfect|great) [\w ]{{2,20}}))\b", likes=True),
    _taste(rf"{_OPEN}(?:you )?can['’]t (?:go wrong with|beat)\s(?:an? |the )?(?P<value>[^,.;:!?()]{{3,40}})", likes=True),
    _taste(rf"{_OPEN}(?:there['’]?s |there is )?nothing (?:beats|like|better than)\s(?:an? |the )?(?P<value>(?!this|that|it\b)[^,.;:!?()]{{3,40}})", likes=True),
    _taste(rf"{_OPEN}{_THING}\s(?:makes?|made)\s(?:me|us)\s{_ILL}\b", likes=False),
    _taste(rf"{_OPEN}{_THING}\s(?:gives?|gave)\s(?:me|us)\s(?:the (?:creeps|ick|jitters|shivers)|an? (?:headache|migraine|rash|stomach ?ache|bad stomach)|headaches|migraines|hives|heartburn|anxiety|indigestion|nightmares)\b", likes=False),
    _taste(rf"{_OPEN}{_THING}\s(?:drives?|bores?|winds?)\s(?:me|us)\s(?:up(?: the wall)?|crazy|mad|nuts|insane|to tears|to death|bonkers|round the (?:bend|twist)|batty)\b", likes=False),
    _taste(rf"{_OPEN}{_THING}\s(?:wrecks?|ruins?|kills?|upsets?|messes with|destroys?|hurts?)\s(?:my|our)\s(?:stomach|sleep|back|knees?|head|skin|eyes|teeth|gut|guts|wrists?|will to live|soul|mood)\b", likes=False),
    _taste(rf"{_OPEN}{_THING}\s(?:(?:does|do|did)(?:n['’]?t| not|nt) (?:do (?:it|anything|much) for|agree with|work for|sit well with|appeal to)\s(?:me|us)|(?:does|do) (?:nothing|sweet fa) for (?:me|us)|(?:is|are|was|were)(?:n['’]?t| not) (?:really |exactly |quite )?(?:my|our) (?:thing|bag|cup of tea|style|scene|vibe|idea of fun)|(?:is|are) (?:so |way |totally )?(?:overrated|not worth it|the worst|a nightmare|my nemesis|the bane of my (?:life|existence)|a hard (?:no|pass)|a no(?: from me)?))(?=\W|\Z)", likes=False),
    _taste(r"\A~ (?:and |but |also |so |plus |oh and |with )?no (?P<value>(?!(?:kids?|pets?|plans?|worries|problems?|questions?|results?|errors?|issues?|changes?|hits|matches|spoilers|offen[cs]e|tests?|comments?|emojis?|sources?|bullet|words?|details|signs?|words|tickets|rooms|classes|lessons|news|ideas|clues|excuses|updates|responses?|answers?|logs?|files?)\b)(?:[\w'’-]+\s){0,2}[\w-]*[a-rt-z]s),?(?: (?:tho|though|please|pls|ever|again|thanks|for me|for us))*(?=\W*\Z)", likes=False),
    _taste(r"\A(?:have |has )?never (?:really |quite )?(?:got on with|took to|warmed to|got into|got the hang of|understood the (?:fuss|hype|appeal) (?:about|of|over|around)|saw the (?:point|appeal) of|been one for)\s(?P<value>(?!it\b|that\b|this\b)[^,.;:!?()]{3,50})", likes=False),
    _taste(r"\A(?:am|is|are)(?:n['’]t| not) (?:even |really |much of )?an? (?P<value>[\w-]+(?:\s[\w-]+)?)\s(?:person|lover|fan|drinker|eater|guy|girl)\b", likes=False),
    _taste(r"\A(?:won['’]t|will not|wouldn['’]t|refuses? to)\s(?:even |ever )?(?:eat|drink|touch|wear|watch|use|ride|go near|set foot (?:in|on)|try)\s(?P<value>(?!it\b|that\b|this\b|them\b)[^,.;:!?()]{3,60})", likes=False),
    _taste(r"\Arefuses?\s(?P<value>(?:anything|all|any)\s[^,.;:!?()]{3,40})", likes=False),
    _taste(r"\A(?:would|['’]d|could) (?:happily )?(?:live|survive) on\s(?P<value>[^,.;:!?()]{3,40}?)(?=\sif\b|\W*\Z|,)", likes=True),
    _taste(r"\A(?:adores?|worships?|lives? for|never misses|won['’]t (?:go|start|leave) [\w ]{2,20}? without)\s(?P<value>(?!it\b|that\b|you\b|him\b|her\b|me\b)[^,.;:!?()]{3,40})", likes=True),
)  # fmt: skip
