"""Standing orders in Chinese: which clauses of a sentence say what to do from now on."""

from __future__ import annotations

import re

from memos.language.cues import is_standing_order

_IMPERATIVE = re.compile(
    r"(?:也|都|就|请|全|统一|尽量|一律|务必|千万|绝对|最好)*(?:别|不要|不用|不许|不准|少(?=用|说|给|放)|请|先|只|用|按|写|给|控制|保持|尽量|记得|务必|直接|叫我|称呼|统一|加上|带上|附|说|回|讲|列|分)"
    r"|[^我，]{1,8}(?:用|放|写|按|控制|别|不要|不超过|以内|说完|就行|就好|即可|要写|要用|要带|都要|一律)"
)
_ORDER = re.compile(
    r"\A每次(?:回答|回复|说话|聊天|给我|写)[^，]{0,8}(?:都|要|先|给)|\A(?:你的?)?(?:回答|回复|答案|输出|解释)(?:我|问题|的时候|时)?(?:尽量|都|请|默认|一律|不要|别)|(?:以后|今后|往后|从现在起|从今天起|从现在开始|接下来|之后)(?:[^，。我]{0,12}|[^，。]{0,4}我[^，。]{0,6})(?:放|写|用|说|给我|讲|回(?![家来去])|别|不要|先|直接|控制|尽量)"
)
_NO_CONTENT = re.compile(
    r"帮我记|(?:我|你)?(?:也|还|再|就|先)?(?:有|定|立)(?:几|一|两|三|个|条)|说到|(?:以后|往后|今后)?我(?!让|叫|要你)[^，]{0,6}(?:给你|跟你|再|每|要是)[^，]*\Z|正好|(?:以后|往后)?凡是[^，都别不要用按]*\Z|(?:可以|就|都)?叫我|(?:以后|今后|往后)?(?:都|就|也)?(?:按|照)(?:这个|这样|这么|上面)(?:来|做|办|写)?\Z|(?:以后|往后|今后|从现在起|从今天起|从现在开始)\Z|记住\Z|立?个?规矩"
)
_TELLS = re.compile(
    r"别(?!的|人)|不要|不许|不准|不用|请|用|写|说(?!到|起)|给(?!她|他|你)|叫|按|放|先|只(?!要)|必须|带|标|加|附|提醒|讲|回[我答复]|控制|一律|称呼|保持|尽量|省略|列|直接|统一|以内|不超过|默认|要(?!是)|免了|记|念|催|拦|推荐|换|翻"
)
_NOT_ME = re.compile(
    r"可能|说不定|也许|(?:一律|一概|一直|永远)(?:都)?不(?:碰|吃|喝|去|坐|看|买|用|要|穿|住|沾)\Z"
)
_REASON = re.compile(
    r"(?:太|好|很|挺|真)[一-龥]+\Z|了\Z|着(?:别扭|费劲|累|难受|烦)|头大|\A(?:因为|不然|否则|省得|免得|毕竟|我|他|她|听着|看着|没)"
)


def orders(sentence: str, parts: list[str], *, asked: bool) -> list[int]:
    """Which clauses tell the assistant what to do from now on."""
    if asked or sentence[-1:] in ("吗", "么") or not _is_order(sentence):
        return []
    flagged = [at for at, part in enumerate(parts) if _is_order(part)] or [len(parts) - 1]
    first = flagged[0]
    found = set(flagged)
    for at, part in enumerate(parts):
        near = at >= first - 1 if first else True
        if at not in found and near and _IMPERATIVE.match(part) and not _REASON.search(part):
            found.add(at)
    return [at for at in sorted(found) if len(parts[at]) > 2 and _tells(parts[at])]


def _tells(part: str) -> bool:
    """The clause says what to do, not only when, and does not only announce that it will."""
    return _TELLS.search(part) is not None and not _NO_CONTENT.match(part)


def _is_order(text: str) -> bool:
    if _NOT_ME.search(text):
        return False
    return is_standing_order(text) or _ORDER.search(text) is not None
