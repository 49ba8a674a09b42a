"""What somebody says about an answer: what was wrong in it and what is right, or how good it was."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEAD = re.compile(
    r"\A\W*(?:(?:no+|nope|nah|wrong|actually|incorrect|correction|sorry|well|hey|hm+|oh|not quite|not (?:really|exactly)"
    r"|not any ?more|not (?:true|right|correct)|(?:that|this|it)(?:['’]?s| is| was) (?:wrong|incorrect|outdated|out of date"
    r"|a mistake|not (?:true|right|correct)(?: any ?more)?)|you(?:['’]re| are) (?:wrong|mistaken)|i (?:meant|said|mean)"
    r"|as i said|please (?:correct|note)(?: that)?)\b[\s,.:;!–-]*)+",
    re.IGNORECASE,
)
_HAN_LEAD = re.compile(
    r"\A[\s，。！]*(?:(?:不对|不是的|不是这样的?|错了|你?(?:说|记|弄|搞)错了|更正(?:一下)?|纠正一下|其实|不不|不"
    r"(?=[，。！\s]))[\s，,。.！!：:]*)+"
)
_NOT = (  # what is right, and what is not
    re.compile(r"\A(?P<right>.*?),?\s+(?:and|but)?\s*(?:is |it['’]s )?not (?:in |at |a |an |the |to )?(?P<wrong>[^,;!?]+?)(?: any ?more)?[.!\s]*\Z",
               re.IGNORECASE | re.DOTALL),
    re.compile(r"\A(?P<head>.*?)\bnot (?:in |at |a |an |the )?(?P<wrong>[^,;!?.]+?),? but (?P<tail>.+?)[.!\s]*\Z",
               re.IGNORECASE | re.DOTALL),
    re.compile(r"\A(?P<right>.*?),?\s+(?:instead of|rather than) (?P<wrong>[^,;!?]+?)[.!\s]*\Z", re.IGNORECASE | re.DOTALL),
    re.compile(r"\A(?P<right>[^，。！]+?)[，,、\s]*(?:而|并|才)?不(?:是|在|叫)(?P<wrong>[^，。！？]+?)(?:了|的)?[。！\s]*\Z"),
    re.compile(r"\A(?P<head>[^，。！]*?)不(?P<verb>[住叫在去吃喝用学爱])(?P<wrong>[^，。！？]+?)[，,、\s]*(?:而)?(?P<tail>(?P=verb)[^，。！]+?)[。！\s]*\Z"),
    re.compile(r"\A(?P<head>[^，。！]*?)不是(?P<wrong>[^，。！？]+?)[，,、\s]*(?:而)?(?P<tail>是[^，。！]+?)[。！\s]*\Z"),
)  # fmt: skip
_GOOD = re.compile(
    r"\A\W*(?:👍|\+1|thumbs up|yes|yep|correct|right|exactly|perfect|great|good|helpful|nice|thanks?|useful|spot on"
    r"|对的?|没错|正确|很好|不错|有用|赞)(?![a-z])(?:[,!]? (?:answer|thanks|job|one|work|point|thank you))*[\s.!👍。！]*\Z",
    re.IGNORECASE | re.DOTALL,
)
_BAD = re.compile(
    r"\A\W*(?:👎|-1|thumbs down|(?:that['’]?s |this is |it['’]?s )?(?:not )?(?:bad|useless|irrelevant|unhelpful|helpful|useful"
    r"|off topic)|没用|没帮助|不相关|差|垃圾)(?![a-z])(?: (?:answer|at all|to me|result|memory|memories))*[\s.!👎。！]*\Z",
    re.IGNORECASE | re.DOTALL,
)
_OVER = re.compile(
    r"\A\W*(?:no+|nope|wrong|incorrect|(?:that|this|it)(?:['’]?s| is| was) (?:wrong|incorrect|outdated|out of date|not (?:true|right"
    r"|correct|the case)|no longer (?:true|so|the case|right))(?: any ?more)?|not (?:true|so) any ?more|forget (?:that|it|this)"
    r"|不对|错了|已经不是了|不再是了|过时了|忘了(?:它|这个|这条)吧?)[\s.!。！]*\Z",
    re.IGNORECASE,
)


_BARE = re.compile(
    r"(?:(?:it|that|this|he|she|they)(?:['’]s| is|['’]re| are| was)|is|应该是|是|叫|在)?\s*"
    r"(?P<right>[^\s，。!-~我你他她它]{1,6}|[^\s，。\u4e00-\u9fff]+(?:\s[^\s，。\u4e00-\u9fff]+){0,2})",
    re.IGNORECASE,
)


_GAP = re.compile(r"(\s)\s+")
_MOST = 400  # characters of a remark that sets one thing right; the patterns look more than once


@dataclass(frozen=True, slots=True)
class Remark:
    """What a remark says: `text` is the statement in it, '' for none; `wrong` what it replaces.

    `right` is what stands in its place, where the statement is no more than that ("it's Porto").

    `verdict` is 1 or -1 for praise and blame without a statement, `over` that something is
    no longer so.
    """

    text: str = ""
    wrong: str | None = None
    right: str | None = None
    verdict: int = 0
    over: bool = False


def remark(text: str) -> Remark:
    """Reads a remark, English or Chinese."""
    told = _GAP.sub(r"\1", text.strip())
    if _OVER.match(told):
        return Remark(over=True)
    if _BAD.match(told):
        return Remark(verdict=-1)
    if _GOOD.match(told):
        return Remark(verdict=1)
    rest = _HAN_LEAD.sub("", _LEAD.sub("", told)).strip()
    for pattern in _NOT if len(rest) <= _MOST else ():
        match = pattern.match(rest)
        if match:
            parts = match.groupdict()
            right = parts.get("right") or f"{parts.get('head') or ''}{parts.get('tail') or ''}"
            statement = right.strip(" ,，")
            bare = _BARE.fullmatch(statement)
            return Remark(statement, parts["wrong"].strip(), bare["right"] if bare else None)
    return Remark(text=rest or told)
