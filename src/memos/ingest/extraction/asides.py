"""Asides: what stands in a message and is no talk of its author, English and Chinese.

Code, logs, tables, mail headers, quoted lines and texts pasted in to be worked on say nothing
about the one who sends them; neither do greetings, stage directions and stories. Only the first
`READ_LIMIT` characters are read, in linear time.
"""

from __future__ import annotations

import re

from memos.language.patterns import READ_LIMIT

_I = re.IGNORECASE
_M = re.MULTILINE

_FENCED = re.compile(r"(?:```|~~~).*?(?:```|~~~|\Z)", re.DOTALL)
_BRACKETED = re.compile(
    r"\[[^\]\n]{0,300}\](?:\([^)\n]{0,300}\))?|<[/!?a-zA-Z][^<>\n]{0,300}>|【[^】\n]{0,60}】"
)
_ACTION = re.compile(r"(?<![*\w])\*{1,2}[a-zA-Z\u4e00-\u9fff][^*\n]{1,80}\*{1,2}(?![*\w])")
_URL = re.compile(r"(?:https?://|www\.)[^\s，。]+", _I)
_QUOTE = re.compile(  # a quotation of four words or more; a title stays
    r'"[^"\n]{0,400}?(?:\s[^"\s]+){3}[^"\n]{0,400}"|“[^”\n]{8,400}”|「[^」\n]{8,400}」|『[^』\n]{8,400}』'
    r"|‘[^’\n]{25,400}’"
)  # fmt: skip

# From here on all is somebody else's: forwarded and answered mails, traces.
_REST = re.compile(
    r"^(?:-{2,}\s?(?:original|forwarded) message|begin forwarded message|on [^\n]{5,80} wrote:"
    r"|traceback \(most recent call last\)|commit [0-9a-f]{7,40}$|-{3,}\s?转发|发件人[:：]|在[^\n]{4,60}写道[:：]).*\Z"
    r"|^--\s*\n.*\Z",
    _I | _M | re.DOTALL,
)
# A text is handed over to be worked on: translate this: ..., 帮我润色一下：...
_WORK = (
    r"translate|proof-?read|summari[sz]e|rewrite|rephrase|paraphrase|polish|edit|correct|fix|check|review|shorten"
    r"|improve|explain|analy[sz]e|format|grammar"
)
_PASTED = re.compile(
    rf"\b(?:{_WORK})\b[^\n.?!:]{{0,80}}:\s*.*\Z"
    rf"|\b(?:{_WORK})\s(?:this|the following|these|it)\b[^\n:]{{0,80}}(?:[:.]\s*\n|\n\s*\n|:\s).*\Z"
    r"|\b(?:here(?:['’]?s| is| are| was| comes)|this is|below is|got this|the following|received this) "
    r"(?:[\w'’]+ ){0,6}?(?:e-?mails?|messages?|texts?|letters?|articles?|paragraphs?|passages?|posts?|drafts?|essays?"
    r"|logs?|output|errors?|trace|code|scripts?|descriptions?|ads?|review|transcript|notes|quote|lyrics|poem|story"
    r"|bio|abstract|listing|excerpt|sample|dialogue|chapter|cover letter|file|config|json|response)\b[^\n:.]{0,60}:.*\Z"
    r"|(?:请?帮我|请|麻烦)?(?:翻译|翻成|译成|翻一下|把[^\n。！？:：]{0,12}(?:翻|译|改)成|润色|改写|总结|概括|校对|修改|缩写|扩写|改一?[下改]|检查|解释|分析)[^\n。！？:：]{0,24}[:：].*\Z"
    r"|(?:以下|下面|这)(?:是|段|封|篇|条|份|道|则)[^\n。！？:：]{0,24}"
    r"(?:邮件|文章|文字|内容|短信|消息|报错|日志|代码|歌词|段落|聊天记录|简历|作文|稿子|合同|材料|题目|投稿|公告|通知)[^\n。！？:：]{0,12}[:：].*\Z",
    _I | re.DOTALL,
)

# From here on all is made up: a part to play, a story that is told or ordered.
_FICTION = re.compile(
    r"(?:\A|(?<=[.!?\n])\s{0,3})(?:(?:ok(?:ay)?|so|now|hey|hi|please|let['’]s say|could you|can you|i want you to)[,!]?\s){0,2}"
    r"(?:once upon a time|pretend\b|imagine\b|picture this|let['’]?s (?:role-?play|pretend|imagine|say)|role-?play|act as"
    r"|play the (?:part|role)|you are (?:now )?(?:an? |the )|you['’]re (?:now )?(?:an? |the )(?=[^.!?\n]{0,40}(?:captain|king"
    r"|queen|wizard|detective|knight|villain))|(?:write|tell|give|make|continue|draft)(?: up)? (?:me |us )?"
    r"(?:[\w'’-]+ ){0,5}?(?:story|stories|poem|song|scene|dialogue|monologue|fairy ?tale|fan ?fic\w*|sketch|screenplay|haiku|limerick"
    r"|backstory|persona|joke)s?\b|(?:the |my |our |this )?(?:(?:main|new|fictional|game|d&d|dnd|rpg) )?(?:character|protagonist"
    r"|narrator|hero|heroine|villain|npc|oc)(?:['’]s| (?:is|has|lives|works|named|called|in)\b)|in (?:my|the|our|this) "
    r"(?:[\w'’-]+ )?(?:novel|story|book|game|campaign|script|screenplay|film|movie|play|dream)\b|in[- ]character|chapter \w+\b"
    r"|(?:my|the|a|our|this) (?:\w+ )?(?:novel|short story|screenplay|campaign|fan ?fic\w*)(?:['’]s| is| opens| starts| begins| follows)\b"
    r"|(?:carry on|continue|go on|keep going)\b[^.!?\n]{0,40}\b(?:voice|story|scene|tone|style|tale|where (?:we|i|it))\b"
    r"|here['’]?s (?:the|my|a) (?:plot|premise|pitch|opening|scene|first (?:line|paragraph|page|chapter))\b|\*(?:draws|sighs|enters|opens|smiles|walks|looks|nods|turns|raises|grins|bows|casts)\s[^*\n]{0,60}\*"
    r"|(?:int|ext)\.\s|(?:story|fiction|plot|premise|prompt|scenario|scene|setting|roleplay|lyrics|quote|riddle|joke)\s?:)"
    r".*\Z",
    _I | re.DOTALL,
)
_HAN_FICTION = re.compile(
    r"(?:从前有|很久很久以前|(?:假[装如设想]|想象一?下|设想)(?:一下)?[你我，,]|扮演|角色扮演|你(?:现在)?是一[个名位]"
    r"|(?:写|编|讲|来)(?:一|个|首|篇|段)[^。！？\n]{0,12}(?:故事|小说|诗|剧本|歌词|段子|笑话|童话|对白)"
    r"|(?:小说|故事|剧本|游戏|副本|梦)里|主人公|男主|女主(?!人)|第[一二三四五六七八九十]+章|旁白[:：]).*\Z",
    re.DOTALL,
)
# A problem to be solved is about nobody: Amal earns 42,000 a month. How much does she save?
_PROBLEM = re.compile(
    r"\bhow (?:much|many|far|long|old|fast) [^.?!\n]{0,40}?\b(?:does|do|did|will|are|is|has|have|would|can) (?:he|she|they|it|each|the \w+|[A-Z]\w+)\b"
    r"[^?\n]{0,80}\?[^?]{0,80}\Z|\bshow (?:the|your|all) (?:working|work|steps)\b|\bq[0-9]{1,2}[.):]\s|求[^。？\n]{0,20}(?:多少|几)[^。？\n]{0,10}？?\Z|还剩(?:下)?(?:几|多少)|一共(?:有|是|要|花)?(?:几|多少)[^。？\n]{0,8}[？?]|(?:要|请|需)?写出?过程",
    _I,
)
_JOKE = re.compile(
    r"\b(?:just kidding|jk|j/k|only kidding|i kid|kidding[!.]|just joking|not really[!.]|in my dreams|said no one ever|/s)(?:\b|\Z)"
    r"|(?<!不是)(?<!没)(?<!不)开玩笑|逗你|骗你的|才怪|反话",
    _I,
)

_MINE = re.compile(r"\b(?:i|i'm|my|me|we|our)\b|[我咱]", _I)

_HEADER = r"(?:from|to|cc|bcc|subject|date|sent|re|fw|fwd|reply-to|发件人|收件人|主题|抄送|日期|发送时间)\s?[:：]"
_LINE_OF_ANOTHER = re.compile(
    r"\s*(?:"
    rf">|{_HEADER}\s"
    r"|\[?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T\s][0-9]{2}:|\[?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\]?\s+\S{1,24}:\s"
    r"|\[?(?:info|warn(?:ing)?|error|debug|trace|fatal|notice|critical)\]?[:\s]\s*\S"
    r"|file \"[^\"]+\", line [0-9]+|at [\w.$<>]+\([^)]*\)|caused by:|\w*(?:error|exception)\b:|npm (?:err|warn)|exit code"
    r"|\$ \S|>>> |sudo |pip3? install|git \w+ -"
    r"|(?:def|class|function|const|let|var|import|from|return|public|private|package|#include|using|select|insert|update"
    r"|create table|func|fn|struct|while|for|if)\b[^\n]*[;{(:=]\s*\S*$|[\w.]+\s?=\s?\S+\(|[}\])]+[;,]?\s*$|[{\[]\s*$"
    r"|[\"'][\w-]+[\"']\s?:|[\w.-]+:\s*(?:true|false|null|[0-9.]+|\{|\[|\")|[\w./-]+:[0-9]+:"
    r"|sent from my \w+|get outlook for|发自我的"
    r")",
    _I,
)  # fmt: skip
_SIGN_OFF = re.compile(
    r"\s*(?:dear|hi|hello|hey)\s[^\n.!?]{1,30},\s*|\s*(?:(?:best|kind|warm(?:est)?)\s)?(?:regards|wishes)[,.!]?\s*(?:[A-Z]\w+)?"
    r"|\s*(?:cheers|sincerely|yours(?: truly| sincerely)?|best|thanks|thank you),\s*",
    _I,
)
_SPEAKER = re.compile(r"\s*(?:[A-Z][\w .'-]{0,24}|[\u4e00-\u9fff]{1,6})\s?[:：]\s*\S")
_RECORD = re.compile(r"\s*[{\[].{0,2000}[}\]][,;]?\s*")
_SYMBOLS = re.compile(r"[{}<>\[\]|=;$\\#_/~^`]")
_CELLS = re.compile(r"\||\t|,(?=\S)")
_SPOKEN_COMMA = re.compile(r"[a-z],[a-z]", _I)
_GREETING = re.compile(
    r"\A\W*(?:(?:hi|hey|hello|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))(?: (?:there|again|all|everyone"
    r"|guys|folks|team))?\b[,.!:)~ ]*(?=\S)|(?:你好|您好|嗨|哈喽|早上好|晚上好|下午好|大家好)[呀啊哈]?[，。！,!~\s]*)",
    _I,
)


def told(text: str) -> str:
    """What the author of `text` says in their own voice; empty where nothing is."""
    text = text[:READ_LIMIT]
    if _JOKE.search(text) or (_PROBLEM.search(text) and not _MINE.search(text)):
        return ""
    for whole in (_FENCED, _REST, _PASTED, _FICTION, _HAN_FICTION):
        text = whole.sub("", text)
    for part in (_BRACKETED, _ACTION, _URL, _QUOTE):
        text = part.sub(" ", text)
    lines = text.split("\n")
    spoken = sum(map(bool, map(_SPEAKER.match, lines)))
    kept = [line for line in lines if not _of_another(line, transcript=spoken > 1)]
    return _GREETING.sub("", "\n".join(kept)).strip()


def parted(text: str) -> tuple[list[str], list[str]]:
    """The lines of `text` that are of logs, code, tables, mails; and the others; no blank ones."""
    parts: tuple[list[str], list[str]] = ([], [])
    for line in text[:READ_LIMIT].split("\n"):
        if line.strip():
            parts[not _of_another(line, transcript=False)].append(line)
    return parts


def _of_another(line: str, *, transcript: bool) -> bool:
    """It is quoted, or a line of a log, of code, of a table, of a transcript, of a mail's frame."""
    if _LINE_OF_ANOTHER.match(line) or _SIGN_OFF.fullmatch(line):
        return True
    if transcript and _SPEAKER.match(line):
        return True
    if _RECORD.fullmatch(line):
        return True
    cells = len(_CELLS.findall(line)) - len(_SPOKEN_COMMA.findall(line))
    symbols = len(_SYMBOLS.findall(line))
    return cells >= 3 or symbols > 2 + len(line) // 20
