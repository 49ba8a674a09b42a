"""What a question asks for and where its answer would stand: cues of questions, English and Chinese.

Every function is pure, linear in the text and total.
"""

from __future__ import annotations

import re
from enum import Enum

from memos.language.cues import script_of
from memos.language.patterns import MEASURE, READ_LIMIT, at_word, cue, seen
from memos.language.tokens import query_terms


class QuestionKind(str, Enum):
    """What a question wants to know; `other` when no rule sees it."""

    when = "when"  # a moment, a duration
    where = "where"
    who = "who"
    how_many = "how_many"  # a count, an amount, a frequency, an age
    which_list = "which_list"
    why = "why"
    how = "how"
    yes_no = "yes_no"
    request = "request"
    other = "other"


_AUX = (
    r"(?:did|do|does|is|are|was|were|will|would|have|has|had|can|could|should|am|['’]s|s|['’]d)\b"
)
_ENGLISH_KINDS = re.compile(  # the earliest question word decides; at one place, the first rule
    rf"\b(?:(?P<how_many>how (?:many|much|often|old|far|tall|big|large|high|frequently)\b"
    r"|what (?:number|percentage|amount|age)\b|what (?:is|was|are) the (?:\w+ )?(?:number|total|count)\b)"
    rf"|(?P<when>how (?:long|soon|recently)\b|when,?\s?(?:exactly )?{_AUX}|when\?|since when\b"
    r"|(?:(?<=me )|(?<=know )|(?<=remember )|(?<=recall ))when\b"
    r"|(?:what|which) (?:\w+ )?(?:date|day|time|year|month|week|season|weekday|deadline)\b"
    r"|what (?:is|was)['’]?s? (?:the|my) (?:\w+ )?(?:date|deadline)\b)"
    r"|(?P<where>where\b|(?:what|which) (?:place|location|city|country|town|state)\b)"
    r"|(?P<who>who(?:se|m)?(?:['’]s|['’]re)?\b|(?:what|which) person\b|what(?:['’]s| is| was) (?:\S+ ){1,4}name\b)"
    r"|(?P<why>why\b|how come\b|what (?:motivated|inspired|made|caused|prompted|led|reasons?)\b"
    r"|what (?:is|was|were|are) (?:the |\S+ )?(?:reasons?|motivation)\b|for what reason)"
    r"|(?P<which_list>which\b|what (?:all|kinds?|types?|sorts?|other|else|are|were)\b"
    r"|what (?:[\w'’-]+ ){0,3}[\w'’-]+(?<!s)s (?:has|have|did|do|does|are|were|is|can|could|would|will|to)\b"
    r"|what (?:books|items) |what (?:has|have)\b)"
    rf"|(?P<how>how\b)|(?P<other>what\b))",
    re.IGNORECASE,
)
_REQUEST = cue(
    r"\A\W{0,5}(?:(?:hey|hi|ok|okay|so|and|also),? )?(?:(?:can|could|would|will) you\b|please\b|help me\b"
    r"|(?:show|tell|give|remind|teach|send) (?:me|us)\b|(?:list|write|explain|describe|summari[sz]e"
    r"|create|make|find|recommend|suggest|generate|draft|compare|walk me|name)\b"
    r"|i (?:need|want|['’]d like|would like) (?:you|help|some help|to know)\b"
    r"|do you (?:know|remember|recall)\b)",
    r"\A[^。！？!?\n]{0,6}?(?:请|帮我|帮忙|麻烦|给我|替我|告诉我|推荐|能不能帮|可以帮|能帮|列出|总结|介绍)",
)
_YES_NO = cue(
    r"\A\W{0,5}(?:(?:so|and|but|hey|hi|ok|okay),? )?(?:do|does|did|is|are|was|were|am|have|has|had|can"
    r"|could|will|would|should|shall|may|might|isn['’]t|aren['’]t|wasn['’]t|don['’]t|doesn['’]t"
    r"|didn['’]t|haven['’]t|hasn['’]t|won['’]t)\s",
)
_HAN_YES_NO = re.compile(
    r"[吗么][\s?？。!！]*\Z|是不是|有没有|能不能|会不会|可不可以|要不要|是否|([\u4e00-\u9fff])不\1"
)
_HAN_KINDS: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = (
    (QuestionKind.why, re.compile("为什么|为何|为啥|怎么会|怎么没|什么原因|因为什么")),
    (QuestionKind.when, re.compile("什么时候|何时|啥时候|什么时间|几点|几[月号]|星期几|周几|哪[一]?[天年月日]|多久|多长时间|什么日子")),
    (QuestionKind.where, re.compile("哪里|哪儿|在哪|去哪|何处|什么地方|哪个(?:城市|地方|国家)|地址是")),
    (QuestionKind.how_many, re.compile(f"多少|几{MEASURE}|多[大高重远]|几岁|几[百千万]")),
    (QuestionKind.who, re.compile("谁|哪位|什么人|哪个人|叫什么(?:名字)?")),
    (QuestionKind.which_list, re.compile("哪些|哪几|有什么|都[^。？！\n]{0,6}什么|哪[一]?[个本种家部款首门]")),
    (QuestionKind.how, re.compile("怎么|如何|怎样|咋")),
)  # fmt: skip


def question_kind(text: str) -> QuestionKind:
    """What `text` asks for; meant for questions, a statement is mostly `other`.

    An embedded question counts: 'can you tell me when ...' is `when`. How long is `when`, how
    often and how old are `how_many`.
    """
    if not text.isascii() and script_of(text) == "cjk":
        return _han_kind(text)
    text = text[:READ_LIMIT]
    request = seen(_REQUEST, text)
    if not request and seen(_YES_NO, text):
        return QuestionKind.yes_no
    match = _ENGLISH_KINDS.search(text)
    kind = QuestionKind(match.lastgroup) if match and match.lastgroup else QuestionKind.other
    return QuestionKind.request if request and kind is QuestionKind.other else kind


def _han_kind(text: str) -> QuestionKind:
    for kind, pattern in _HAN_KINDS:
        if pattern.search(text):
            return kind
    if seen(_REQUEST, text):
        return QuestionKind.request
    return QuestionKind.yes_no if _HAN_YES_NO.search(text) else QuestionKind.other


_ORDER = cue(
    at_word(
        r"(?:in (?:which|what|the|chronological|the (?:right|correct)) order|in order(?! to\b)|order (?:in which|of events)|the order of)\b",
        r"sequences?\b|chronolog\w*|earliest\b|one (?:version |step |stage )?after the other\b",
        r"(?:came|comes|happened|was|were|did i \w+|what|which did \w+ \w+) (?:first|last|earlier)\b(?! \w+['’]s)[^.!?\n]{0,80}(?:\bor\b|,|:|\?)",
        r"(?:sort|arrange|rank|list|put) [^.!?\n]{0,60}?\bby (?:time|date|when)\b|first, second\b",
    ),
    r"顺序|先后|次序|谁先|(?<![最早])先[^。！？，\n]{0,4}哪|哪[本件次个]?[^。！？，\n]{0,6}?(?<![最早])先|哪个(?:在前|最早)"
    r"|(?<![最早])先[^。！？，\n]{0,12}?(?:还是|后)|按时间|怎么排|依次",
)
_WIDE = cue(
    at_word(
        r"(?:summar\w*|sum (?:it |this |that |them |things |everything )?up|overview|recap|outline|timeline)\b",
        r"(?:walk|run|take) me through|(?:over time|over the (?:year|month|week)s|throughout|so far)\b",
        r"(?:story|history|course|development|evolution|progress) (?:of|with)\b|whole (?:\w+ )?story\b|main steps\b",
        r"from (?:the )?(?:very )?(?:first|start|beginning|earliest|outset)\b[^.!?\n]{0,60}?\b(?:to|until|till)\b",
        r"how (?:did|do|has|have|is|was) [^.!?\n]{3,80}?\b(?:develop|evolv|progress|unfold|chang|wander|turn out"
        r"|come (?:about|to agree)|came about|go(?:ne)?\b|went\b)",
        r"(?:tell|told) me (?:how|about how|the (?:whole )?story)\b|(?:describe|explain|show me|summari[sz]e) how\b(?! to\b)",
        r"how (?:it|things?|that) (?:all )?(?:went|goes|has gone|have gone|came)\b",
    ),
    r"总结|概括|概述|梳理|小结|经过|过程|来龙去脉|回顾|从头到尾|一步步|怎么过来|全部|整个|前前后后|(?:讲讲|说说)[^。！？\n]{0,30}?的|怎么个情形",
)
_ABOUT_ASSISTANT = cue(
    at_word(
        r"(?:did|had|have|were|was) you\b",
        r"(?:that|which|what|when|where|how|why|if|as|advice|things?) you(?:['’]d|['’]ve)? (?:had |have |once |already |first )?"
        r"(?:suggest|recommend|said|told|advised|explain|gave|describ|propos|mention|listed|wrote|draft|showed|calculat"
        r"|named|came up|worked out|warned)",
        r"your (?:first |last |earlier |own |original )?(?:advice|suggestions?|recommendations?|explanations?|answers?|lists?"
        r"|plans?|drafts?|views?|tips?|opinions?|reply|estimates?|warnings?|calculations?)\b",
        r"according to you\b|you(?:['’]d|['’]ve| had| have) (?:suggested|recommended|told|said|given|listed|proposed)\b",
        r"you (?:suggested|recommended|told me|said|gave me|advised|proposed|mentioned)\b",
    ),
    r"(?:你|您)(?:们)?[^。，,？！\n]{0,8}?(?:建议|说(?!明|不|话)|推荐过|推荐的|提过|提到|提醒|给我(?!讲|写)|教我|教了|讲过|列[的出过了]|写[的过了]|帮我[^。，？\n]{0,4}?过|让我|叫我|算过|排的|留了)",
)
_PREFERENCE_ASKED = cue(
    at_word(
        r"(?:suggest(?:ion|ions)?|recommend\w*|advice|advise|prefer\w*|favou?rites?|ideas?|taste|tips)\b",
        r"(?:likes?|enjoys?|loves?|hates?|dislikes?|suits?|stand|bear)\b(?! for\b| to wait)",
        r"should\b|what (?:could|can|might|should) (?:i|we)\b|would \S+ (?:like|suit|enjoy|want|prefer)\b",
        r"(?:do|does|would) (?:\S+ ){1,3}(?:want|expect|wish|prefer)\b",
    ),
    r"推荐|喜欢|建议|合适|适合|偏好|爱(?:吃|喝|看|听)|讨厌|反感|受不了|讲究|习惯|中意|愿意|挑[个份件一]|选哪|该(?:买|送|吃|看|选)",
)
_NOW = cue(
    at_word(
        r"(?:now|nowadays|currently|current|presently|these days|at present|at the moment|right now|today)\b",
        r"(?:latest|still|any ?more|any longer|up to date|final|finally|in the end|after all|by now|as (?:of|it stands))\b",
    ),
    r"现在|目前|如今|眼下|当前|最新|最近|还(?:是|在|有|养|吃|用|住)|到(?:底|现在)|最后|最终",
)
_PAST = cue(
    at_word(
        r"(?:did|had|was|were)(?:n['’]t)? (?:i|we|you|my|our|he|she|it|they|the|there|this|that|these|those|his|her|their|any|some|[a-z]+)\b",
        r"(?:have|has)(?:n['’]t)? (?:i|we|you|my|our|he|she|it|they|the|there|any|[a-z]+) (?:\w+ ){0,4}?(?:been|done|had|ever|\w+e[dn]|got|gone|told|said|made|read|bought)\b",
        r"(?:what|which|who|where|when|how) [^.!?\n]{0,60}?\b(?:was|were|did|had|went|came|said|told|happened|made|got)\b",
        r"(?:do|can) you (?:still )?(?:remember|recall)\b|remind me (?:what|when|where|who|how|which|of)\b|last time\b|previously\b|earlier\b",
    ),
    r"(?:什么时候|哪天|几号|怎么|为什么|多少|谁|什么|哪[里儿])[^。！？\n]{0,30}?[的过了来到][^。！？\n]{0,8}?[?？]|了(?:多少|几|什么|谁|哪)|之前|上次|上回|当时|那[次回会阵天]|[^不]过[^年来得][^。！？\n]{0,20}?[?？]|[还记]得",
)
_FOLLOWS = re.compile(
    r"\W{0,5}(?:(?:many )?thank(?:s| you)|thx|cheers|(?:that )?sounds|great|good|ok(?:ay)?|sure|got it|hmm+|perfect"
    r"|awesome|cool|nice|yes|yeah|yep|no(?!t\b)|nope|alright|all right|haha\w*|lol|oh|ah|right|exactly|true|fine|wow|brilliant"
    r"|agreed|makes sense|i see|understood|lovely)\b"
    r"|\W{0,5}(?:谢谢|多谢|好(?:的|吧|啊|呀|嘞|[，。！,!\s]|\Z)|[嗯噢哦哈]+|行(?:[，。！,!吧啊\s]|\Z)|可以[，。！,!的\s]|对(?:[，。！,!了的啊\s]|\Z)|明白|知道了|没错|是的|不错)",
    re.IGNORECASE,
)


def asks_order(question: str) -> bool:
    """It wants things put in the order in which they happened."""
    return seen(_ORDER, question)


def is_wide(question: str) -> bool:
    """Its answer is spread over many sessions: a summary, a development, an order."""
    return seen(_WIDE, question) or asks_order(question)


def asks_about_assistant(question: str) -> bool:
    """It asks what the assistant said or suggested: 'what did you recommend', 你建议我..."""
    return seen(_ABOUT_ASSISTANT, question)


def asks_preference(question: str) -> bool:
    """Tastes decide the answer: it asks for advice, or for what somebody likes or avoids."""
    return seen(_PREFERENCE_ASKED, question)


def asks_about_now(question: str) -> bool:
    """It wants the state of today, as against what was true once: 'where do I live now'."""
    return seen(_NOW, question)


def asks_the_past(question: str) -> bool:
    """It asks what was said or what happened, as against a new request."""
    return seen(_PAST, question) or asks_about_assistant(question) or asks_order(question)


def follows_up(text: str) -> bool:
    """It begins by reacting to the message before: 'thanks', 'sounds good', 好的."""
    return _FOLLOWS.match(text) is not None


# What people call the conversation itself: a question holds these words, its answer does not.
META: frozenset[str] = frozenset(
    query_terms(
        "conversation conversations chat chats discussion discussions discuss discussed mention mentioned"
        " mentioning bring brought order sequence list walk through summary summarize summarise sum"
        " comprehensive overview provide give tell show explain help please item items different various"
        " aspect aspects across throughout time session sessions previously remember remind recall step"
        " timeline complete full detailed only topics topic come came up first last finish start end"
        " chronological events happened history far progressed story track talked talk"
        " 对话 聊天 聊到 讨论 提到 提过 说过 讲过 讲讲 说说 总结 概括 梳理 回顾 顺序 次序 先后 经过 过程 来龙去脉 从头到尾"
    )
)
