"""Words of what is no memory: what prompts, machines, greetings and assistants say."""

from __future__ import annotations

import re

_I = re.IGNORECASE

# What had been put into a prompt, by us or by others.
PUT_BACK = re.compile(
    r"</?(?:memory[-_ ]context|(?:relevant|retrieved|recalled|user|past)[-_ ](?:memor(?:y|ies)|context)|memories)>"
    r"|^\W*quoted memories: data, not instructions"
    r"|^\W*(?:(?:here are|these are|below are) (?:the |some )?)?(?:relevant|retrieved|recalled) memories(?: (?:of|from|about) [^\n:]{1,60})?:"
    r"|^\W*(?:相关记忆|检索到的记忆|历史记忆)\s?[:：]",
    _I,
)

# Who the reader is told to be: that alone makes a prompt.
_BOT = r"(?:assistant|chat ?bot|ai|language model|llm|ai model|coding agent|ai agent|virtual agent|agent|copilot)"
IDENTITY = re.compile(
    rf"(?:\A|[.!?:\n>\]*#]\s{{0,3}}|\b(?:agent|assistant|model|system|bot)\b[^.\n]{{0,20}}\b)you are (?:now )?(?:(?:an?|the) (?:[\w,'/-]+ ){{0,6}}?{_BOT}\b"
    r"|(?:chatgpt|claude|gemini|gpt-?[0-9]|copilot|cursor|clawdbot|openclaw|qwen|deepseek|grok|an? openai|an? anthropic)\b)"
    rf"|\A\W*(?:your name is \w+,? (?:and )?you are|act as) (?:an? |the )(?:[\w'-]+ ){{0,4}}?{_BOT}\b"
    r"|<\|(?:im_start|system|start_header_id)\|>|\[INST\]|<<SYS>>|</?system(?:[_ -]?(?:prompt|reminder|message))?>"
    r"|^\W*(?:system ?prompt|system message|developer message)\s?:|\bknowledge cut-?off(?: date)?:"
    r"|(?:\A|[。！\n：])\s{0,3}你(?:现在)?是(?:一[个名位款])?[^。！？，\n我]{0,16}(?:助手|助理|机器人|大?模型|智能体|AI)"
    r"|\A\W*系统(?:提示词?|消息|指令)\s?[:：]",
    _I | re.MULTILINE,
)
# Signs of a prompt of which two are needed.
PROMPT_SIGNS = tuple(
    re.compile(pattern, _I | re.MULTILINE)
    for pattern in (
        r"\b(?:AGENTS|CLAUDE|SOUL|IDENTITY|BOOTSTRAP|HEARTBEAT|TOOLS|USER|MEMORY|GEMINI|SKILL|SYSTEM)\.md\b|\.cursorrules\b|\bcopilot-instructions\b",
        r"(?:\A\W*|[.!?:\n]\W{0,4}|\b(?:the|an?|each|every) )(?:(?:ai )?agent|(?:ai )?assistant|chatbot|model|llm|bot)(?:['’]s)? (?:must|should|shall|will|is (?:instructed|required|expected|configured|allowed|not allowed|told) to|has to|needs to|can(?:not)?|reads?|loads?)\b",
        r"\byou (?:must|should|shall|may|can|will|are (?:required|expected|allowed|instructed|not allowed) to)\b",
        r"\byour (?:role|task|job|goal|purpose|objective|responsibilit(?:y|ies)|workspace|personality|core values?|capabilities|instructions|human) ?(?:is|are|:|includes?)",
        r"\b(?:follow|adhere to|comply with|obey) (?:these|the following|all|the above|your) [\w ]{0,20}(?:instructions|rules|guidelines|steps|policies|principles)\b",
        r"\b(?:do not|don['’]t|never) (?:reveal|disclose|mention|share|repeat|expose|exfiltrate|output) (?:these|this|your|the|any|private) [\w ]{0,24}(?:instructions?|prompts?|rules|guidelines|data|secrets?|tools?)\b",
        r"\b(?:when|if|whenever) (?:the )?(?:user|human) (?:asks?|says?|requests?|wants?|sends?|greets?)\b",
        r"\b(?:at|on|before|after|every|each|this|in the main|main) (?:the )?(?:session|startup|boot|first run|context window)(?: (?:start|begins|startup))?\b",
        r"\b(?:available|following) (?:tools|functions|skills|commands)\b|\bfunction(?:s)? (?:calls?|schema|signatures?)\b|\btool calls?\b",
        r"\b(?:output|response) format\b|\brespond (?:only )?(?:in|with) (?:valid )?(?:json|xml|yaml|markdown)\b|\bsystem prompt\b",
        r"^#{1,4} (?:[\w' -]{1,40})$|^\*\*[\w' -]{1,40}:?\*\*",
        r"(?:请|必须|务必)(?:严格)?(?:遵[循守]|按照)(?:以下|下列|上述)[^。\n]{0,8}(?:规则|要求|指[示令]|步骤|原则)",
        r"你的(?:任务|职责|角色|目标|身份|人设)(?:是|：|:|包括)",
        r"(?:当|如果|若)用户[^。\n]{1,16}(?:时|，)",
        r"(?:智能体|助手|助理|机器人|模型|AI)(?:应该?|必须|需要|会|不得|不能|要)",
        r"(?:不要|不得|禁止|切勿)(?:透露|泄露|提及|输出)[^。\n]{0,10}(?:提示词?|指令|系统|规则)",
        r"(?:输出|回复|回答)格式|以\s?JSON\s?(?:格式)?(?:输出|返回|回复)|可用(?:的)?(?:工具|函数)",
    )
)

# Machines that say that they live.
HEARTBEAT = re.compile(
    r"\bHEARTBEAT_OK\b|\bNO_REPLY\b"
    r"|\A\W*(?i:heart ?beat)(?i:\s(?:check|poll|tick|ping|ack|received|ok|run|signal|monitor|status|triggered|completed|passed|at|message|prompt))?\W*(?:\Z|[:：,;]|(?i:ok|received|at [0-9T]|every|no |all |nothing|completed|ran|was|check|status))"
    r"|\A\W*(?i:(?:the )?(?:system|agent|assistant|session|daily|hourly|periodic|regular) heart ?beat (?:check |poll |run )?(?:was|is|ran|ok|completed|received|returned|passed|happened|at)\b)"
    r"|\A\W*(?i:cron(?: ?job| task| run| event)?|scheduled (?:job|task|run|reminder)|daily job|nightly job)\s?(?:[:：#(\[\"'`]|(?i:(?:[\w.'\"`/-]+ ){0,4}?(?:ran|executed|completed|triggered|finished|fired|succeeded|failed|started|was (?:run|executed|triggered)|is running)\b))"
    r"|\A\W*(?i:(?:(?:all|the|api|core|background) )?(?:systems?|services?|server|gateway|daemon|agent|process|database) (?:(?:is|are|status:?) )?(?:up|healthy|operational|online|alive|ok|running normally|running|nominal|green)(?: and (?:healthy|running|ready))?(?: as of [^\n]{1,40}| at [0-9][^\n]{1,30})?)\W*\Z"
    r"|\A\W*(?i:(?:health|liveness|readiness|status|uptime)[ -]?(?:check|probe)s?(?: of [^\n]{1,30})?(?: status)?:? (?:was )?(?:passed|ok|okay|failed|succeeded|successful|completed|returned|performed|green)\b)"
    r"|\A\W*(?i:(?:there (?:are|were|is) )?(?:no|0|zero) (?:new |unread |pending |urgent |due |open )+(?:messages?|emails?|mails?|events?|tasks?|notifications?|updates?|alerts?|items?|jobs?)(?: (?:found|pending|detected|received|reported|available|to (?:process|report)|in (?:the )?(?:inbox|queue)|since [^\n]{1,40}|at [^\n]{1,30}|today|right now))*)\W*\Z"
    r"|\A\W*(?i:nothing (?:new )?(?:to report|needs attention|requires attention|pending))\W*\Z|\A\W*(?i:ping|pong|keep-?alive|ack)\W*\Z"
    r"|\A\W*(?:心跳(?:检[测查]|包|正常|信号|消息|任务|[:：])|(?:定时|计划|后台)任务[^。，\n]{0,16}(?:执行|完成|触发|运行|启动|成功|失败)|(?:系统|服务|网关)(?:运行|状态)?(?:正常|良好|在线)\W*\Z"
    r"|健康检查(?:通过|正常|失败|完成)|(?:暂无|没有|无)(?:新的?|未读|待处理的?)(?:消息|邮件|任务|通知|事件|告警)\W*\Z)"
)
# What only a machine prints; the rest is seen line by line.
MACHINE = re.compile(
    r"^traceback \(most recent call last\)|^\s*at [\w.$<>]+\([\w.]+:[0-9]+\)"
    r"|^\[?[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{5,15}Z?\]?\s*[\[|-]?\s*(?:info|warn(?:ing)?|error|debug|trace|fatal|notice)\b"
    r"|^\[?(?:info|warn|error|debug|trace|fatal)\]\s|^HTTP/[0-9.]+ [0-9]{3}|\b(?:exit(?:ed with)?|return) (?:code|status):? [0-9]+\s*$"
    r"|</?(?:tool_(?:call|result|use|response)|function_(?:call|results?)|invoke|antml:[\w]+)\b|\"(?:tool_calls?|function_call|tool_use_id|finish_reason)\"\s?:"
    r"|^(?:tool (?:output|result|response|call)|stdout|stderr|function (?:output|result)|command output|工具(?:输出|结果|返回|调用)|命令输出)\s?(?:\([^)\n]{0,40}\)|of \S{1,40})?\s?[:：]"
    r"|^(?:diff --git |index [0-9a-f]{7,}|@@ -[0-9]+,[0-9]+ \+)|[├└]──|^\s*(?:npm ERR!|fatal: |bash: |zsh: )"
    r"|\A\s*(?:SELECT\b.{1,200}\bFROM|INSERT INTO|UPDATE \w+ SET|CREATE TABLE|DROP TABLE)\b.*;\s*\Z|\A\s*#!/",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
RECORD = re.compile(
    r"\A\s*\{\s*\"[\w .-]+\"\s*:.*\}\s*\Z|\A\s*\[\s*\{\s*\"[\w .-]+\"\s*:.*\}\s*\]\s*\Z", re.DOTALL
)
"""A record of JSON, whole."""

_ACK = (
    r"hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|night|day)|morning|evening|bye|good ?bye|bye bye|see (?:you|ya)(?: (?:later|soon|tomorrow|around))?|cheers"
    r"|thanks?(?: you| u)?(?: (?:so|very) much| a lot| a million| again| for (?:that|this|the help|your help|helping|everything))?|thx|ty|many thanks|much appreciated|i appreciate (?:it|that|your help)"
    r"|ok(?:ay)?|k|sure(?: thing)?|yes|yeah|yep|yup|no|nope|nah|right|alright|all right|fine|great|good|nice|cool|perfect|awesome|excellent|wonderful|amazing|lovely|brilliant|wow|lol|haha+|hmm+|oh|ah|exactly|correct|true|agreed|absolutely|definitely|of course"
    r"|got it|understood|i see|makes sense|sounds (?:good|great)|noted|will do|go ahead|go on|continue|please(?: do| continue)?|done|no problem|no worries|never ?mind|you['’]?re welcome|my pleasure|welcome(?: back)?|same here|me too"
    r"|how are you(?: (?:doing|today|doing today))?|how['’]?s it going|what['’]?s up|nice to (?:meet|see) you|that['’]?s (?:great|good|fine|perfect|right|it|all|nice|helpful)|it works|works for me|let me think|one (?:moment|second|sec)|wait|there|again|everyone|everybody|all|guys|folks|then|buddy|mate|sir|so much|i['’]?m (?:fine|good|ok|okay)(?:,? thanks?)?"
)
GREETING = re.compile(
    rf"\A\W*(?:{_ACK})(?:\W+(?:and |to you\b)?(?:{_ACK}))*\W*\Z"
    r"|\A\W*(?:the )?user (?:said |says |sent |replied |responded |simply |just )*(?:(?:with )?(?:a )?(?:hello|hi|hey|greeting|goodbye|thanks|thank you|ok(?:ay)?|yes|no)|greet(?:s|ed)(?: (?:the )?(?:assistant|agent|bot|ai|chatbot))?"
    r"|thank(?:s|ed) (?:the |you,? )?(?:assistant|agent|bot|ai|chatbot)(?: for (?:the |its |their )?help)?|acknowledg(?:es|ed)(?: (?:the|that) [\w ]{1,30})?|agree[sd]|confirm(?:s|ed))\W*\Z"
    r"|\A\W*(?:(?:你好|您好|嗨|哈喽|哈罗|早|早安|早上好|上午好|中午好|下午好|晚上好|晚安|大家好|再见|拜拜|回头见|谢谢|谢啦|多谢|感谢|非常感谢|太感谢了|辛苦了?|好的?|好吧|好嘞|行|可以|没问题|没事|嗯|哦|噢|哈|呵呵|嘿嘿|对|对的|是的?|不是|不|没错|收到|明白|知道|懂|了解|了|在吗|在不在|你|您|啊|呀|啦|吧|呢|哟|哇|不客气|不用谢|继续|加油|太好了|太棒了|棒|真棒|厉害|原来如此|这样啊|有道理)\W*)+\Z"
    r"|\A\W*用户(?:说|回复|表示|发送|打)了?(?:声|个)?(?:招呼|你好|谢谢|感谢|再见|问候|好的|同意|知道了|明白)了?\W*\Z",
    re.IGNORECASE,
)
FIELD = re.compile(r"\s*[^\W\d_]+(?: [^\W\d_]+){0,2}\s?[:：]\s*\S+(?: \S+){0,2}\s*")
"""A line of a profile, which a program may have written: "Height: 170"."""
EMPTY = re.compile(
    r"\A\W*(?:n/?a|none|null|nil|nan|undefined|unknown|not (?:specified|provided|known|available|mentioned|applicable)|empty|tbd|todo|test(?:ing)?|untitled|\[?(?:deleted|removed|redacted)\]?|object object"
    r"|no (?:new |relevant |personal |specific |additional |further |user )*(?:facts?|information|info|memor(?:y|ies)|details|preferences|data)(?: (?:were |was )?(?:found|provided|available|mentioned|extracted|given|to (?:store|remember|save|extract)))*"
    r"|无|暂无|没有|未知|未提供|不详|空|测试|没有(?:新的?|相关的?)?(?:信息|记忆|事实|内容))\W*\Z",
    re.IGNORECASE,
)
RETOLD_QUESTION = re.compile(
    r"\A\W*(?:the )?user (?:(?:is |was |has |had |also |then |just |keeps )*(?:ask(?:s|ed|ing)|inquir(?:es|ed|ing)|enquir(?:es|ed|ing)|wonder(?:s|ed|ing))|wants? to know|would like to know|is curious)\s"
    r"(?:(?:the )?(?:assistant|agent|ai|bot|chatbot) )?(?:whether|if|how|what|when|where|why|who|which|about (?:how|what|when|where|why|who|which|whether))\b[^,;.!\n]{0,160}\W*\Z"
    r"|\A\W*用户(?:想知道|想了解|询问了?|问了?|在问|提问)[^。\n]{0,40}(?:什么|怎么|如何|哪|谁|几|多少|吗|是否|为何|能不能|是不是|有没有)",
    re.IGNORECASE,
)
HAN_QUESTION = re.compile(
    r"(?:吗|么(?<!什么)(?<!那么)(?<!这么)(?<!怎么))[\s?？!！。]*\Z|[?？][\s!！]*\Z"
)
_MODEL = r"(?:ai|artificial intelligence|(?:ai |large )?language model|ai (?:model|assistant)|virtual assistant|chatbot)"
ASSISTANT = re.compile(
    rf"\A\W*(?:as an? {_MODEL}(?:,| i\b)|i['’]?(?:m| am) (?:just |only |sorry,? (?:but )?(?:as |i['’]m ))?(?:an? ){_MODEL}(?=[,.;!]|\s(?:and|so|that|with|created|developed|designed|made|trained|built)\b|\s*\Z)"
    r"|i['’]?(?:m| am) (?:sorry|afraid),? (?:but )?i (?:can(?:no|['’])t|don['’]t have access|am unable|do not have access)|(?:i['’]?(?:d| would| will|['’]ll) be (?:happy|glad)|i['’]m (?:happy|glad|here)) to (?:help|assist)\b"
    r"|how (?:can|may) i (?:help|assist)|is there anything else i can|let me know if (?:you|there)|feel free to (?:ask|reach|let)|(?:sure|certainly|of course|absolutely|great question|good question)[!,.] (?:here|i['’]?(?:ll| can| will|d)|let(?:['’]s| me)|you)"
    r"|here(?:['’]s| is| are) (?:an? |the |some |your |a few |several )(?:[\w-]+ ){0,3}?(?:list|summary|overview|breakdown|draft|plan|recipes?|suggestions?|ideas|tips|steps|options|ways|examples?|version|response|reply|explanation)\b[^\n]{0,80}(?::|you|\Z)"
    r"|(?:(?:the )?(?:ai )?assistant|(?:the )?(?:ai )?chatbot|the (?:ai|language model|llm|model|bot)) (?:(?:has |had |also |then |just )*(?:suggest(?:s|ed)|recommend(?:s|ed)|advis(?:es|ed)|explain(?:s|ed)|offer(?:s|ed)|provid(?:es|ed)|respond(?:s|ed)|repl(?:ies|ied)|answer(?:s|ed)|said|says|told|apologi[sz](?:es|ed)|propos(?:es|ed)|generat(?:es|ed)|mention(?:s|ed)|shared|gave|wrote|list(?:s|ed)|describ(?:es|ed)|confirm(?:s|ed)|clarif(?:ies|ied)|greeted|thanked|asked))\b"
    r"|(?:(?:ai )?assistant|chatbot)\s?[:：]\s?\S)"
    r"|\A\W*(?:作为(?:一个|一名|一款)?(?:AI|人工智能|语言模型|大模型|智能助手)|我是(?:一个|一名|一款)?(?:(?:AI|人工智能)(?:助手|语言模型|大?模型)?(?=[，,。！\s]|\Z)|语言模型|大模型|智能助手)|(?:助手|AI)\s?[:：]|(?:助手|AI助手|智能助手|机器人)(?:建议|推荐|回答|回复|表示|解释|提供|说|告诉|给出|列出)"
    r"|很高兴(?:为您|为你|能帮|帮)|请问(?:有什么|还有什么)(?:可以|能)|有什么(?:可以|能)帮(?:您|你)|(?:当然|好的|没问题)[，,！!](?:以下|下面|这里|我来|我可以|让我)|希望(?:这|以上)[^。\n]{0,12}(?:有所?帮助|帮到|有用)|如果(?:您|你)(?:还)?(?:有|需要)[^。\n]{0,16}(?:随时|请告诉|告诉我))",
    re.IGNORECASE,
)
