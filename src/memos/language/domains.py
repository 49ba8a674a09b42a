"""Domains: what field of life a text is about, as far as a few words tell.

A preference is meant for a field: "I like a concise style of code" for whatever is programmed,
though "write me a function" shares no word with it.
"""

from __future__ import annotations

import re

_TABLE: dict[str, str] = {
    "code": (
        r"\b(?:code|coding|program(?:s|ming)?|functions?|scripts?|class(?:es)?|methods?|bugs?|debug|refactor(?:ing)?|regex|sql"
        r"|quer(?:y|ies)|api|unit tests?|tests?|python|javascript|typescript|java|rust|golang|c\+\+|html|css|react|django|pandas"
        r"|algorithms?|implement(?:ation)?|indent(?:ation)?|type hints?|docstrings?|comments|commits?|pull requests?|snippets?)\b"
        r"|代码|编程|函数|脚本|程序|接口|算法|正则|报错|注释|变量|重构|单元测试|写个类|缩进|命名"
    ),
    "writing": (
        r"\b(?:e-?mails?|letters?|essays?|drafts?|blog|posts?|articles?|reports?|summar(?:y|ies|ise|ize)|paragraphs?|write-?ups?"
        r"|cover letter|speech|newsletter|wording|proofread|tone|prose|bullet points?)\b"
        r"|邮件|写信|作文|文章|报告|总结|周报|日报|文案|稿子|措辞|语气|润色|公众号"
    ),
    "food": (
        r"\b(?:recipes?|cook(?:ing)?|dinner|lunch|breakfast|meals?|eat(?:ing)?|food|restaurants?|snacks?|bake|baking|dish(?:es)?"
        r"|grocer(?:y|ies)|cuisine|drinks?|coffee|tea|wine|beer|dessert|spicy|vegan|vegetarian)\b"
        r"|菜谱|做饭|做菜|晚饭|午饭|早饭|早餐|午餐|晚餐|吃|餐厅|馆子|外卖|食材|零食|甜品|喝|咖啡|奶茶|口味|辣"
    ),
    "travel": (
        r"\b(?:trips?|travel(?:ling|ing)?|flights?|fly|hotels?|vacation|holidays?|itinerary|airport|trains?|seats?|visa|luggage"
        r"|sightseeing|hostel|airbnb|road trip|layover)\b"
        r"|旅行|旅游|出行|航班|机票|酒店|民宿|行程|火车|高铁|座位|签证|行李|度假|攻略"
    ),
    "music": (
        r"\b(?:songs?|music|playlists?|albums?|bands?|concerts?|listen(?:ing)?|jazz|rock|classical)\b"
        r"|音乐|歌|歌单|专辑|乐队|演唱会|听"
    ),
    "film": (
        r"\b(?:movies?|films?|series|shows?|watch(?:ing)?|netflix|cinema|documentar(?:y|ies)|anime)\b"
        r"|电影|电视剧|剧|综艺|纪录片|动漫|影院|看片"
    ),
    "reading": (
        r"\b(?:books?|novels?|read(?:ing)?|authors?|audiobooks?|poems?|poetry|fiction)\b|小说|看书|读书|作者|诗|书单"
    ),
    "fitness": (
        r"\b(?:work ?outs?|gym|exercis(?:e|es|ing)|run(?:ning)?|yoga|training plan|stretch(?:es|ing)?|cardio|weights|marathon)\b"
        r"|健身|锻炼|跑步|瑜伽|训练|拉伸|有氧|运动|马拉松"
    ),
    "meeting": (
        r"\b(?:meetings?|schedul(?:e|ing)|calendar|appointments?|calls?|remind(?:er)?s?|slots?)\b"
        r"|会议|开会|日程|安排|预约|提醒|约个"
    ),
    "gift": r"\b(?:gifts?|presents?|birthday)\b|礼物|送|生日",
    "answer": (
        r"\b(?:explain|explanations?|answers?|repl(?:y|ies)|responses?|detailed?|concise|brief|short|verbose|step by step|examples?)\b"
        r"|解释|回答|回复|详细|简洁|简短|啰嗦|步骤|例子|讲讲"
    ),
}  # fmt: skip
_DOMAINS = {name: re.compile(words, re.IGNORECASE) for name, words in _TABLE.items()}


def domains(text: str) -> frozenset[str]:
    """The fields that `text` touches."""
    return frozenset(name for name, words in _DOMAINS.items() if words.search(text))
