"""English rules of tastes, plans, events and other truths; the profile's rules are tried first."""

from __future__ import annotations

import re

from memos.ingest.extraction.engine import Rule
from memos.ingest.extraction.english_words import DATES, IRREGULAR_PAST, JOBS, words
from memos.model.claim import EVENT, PLAN
from memos.model.memory import Kind

_BE = "(?:am|is|are)"
_IRREGULAR = words(IRREGULAR_PAST)
_END = r"(?=\s*(?:[,.;:!?()]|\Z)|\s(?:because|but|so|since|when|if|as|though|although|while|and i|and my|cause|cos|lol|haha|btw|for years|these days|ages ago|tbh|anyway|anymore|any more|too|as well|at all)\b)"
_LIKED = rf"(?P<value>(?!(?:where|who|option|yesterday|today|last|on|in|at|for|after|before|because|when|it|this|that|these|those|you|your|him|her|them|how|what|me|us|the (?:idea|way|sound|look|first|second|third|last|result|option|new|one|answer|plan|draft|fact|other))\b)[^\s,.;:!?()][^,.;:!?()]{{0,70}}?){_END}"
_VERY = r"(?:(?:really|so|very|quite|absolutely|totally|always|deeply|truly|much|strongly|just|definitely|huge(?:ly)?|pretty|especially|also|kind of|super|personally|particularly)\s)*"


def _taste(pattern: str, *, likes: bool, many: bool = True) -> Rule:
    return Rule(
        name="likes" if likes else "dislikes",
        kind=Kind.PREFERENCE,
        pattern=re.compile(pattern, re.IGNORECASE),
        likes=likes,
        many=many,
    )


def _told(
    name: str, pattern: str, label: str | None = None, *, beside: bool = False, dated: bool = False
) -> Rule:
    return Rule(
        name=name,
        kind=Kind.FACT,
        pattern=re.compile(pattern, re.IGNORECASE),
        label=label,
        confidence=0.7,
        beside=beside,
        dated=dated,
    )


TASTES: tuple[Rule, ...] = (
    _taste(rf"\A(?:have |has )?(?:do |does )?{_VERY}(?:like|likes|love|loves|(?<=have )(?:always )?(?:loved|liked|adored|preferred)|(?<=has )(?:always )?(?:loved|liked|adored|preferred)|enjoy|enjoys|adore|adores|prefer|prefers|favou?r|favou?rs|dig|cherish)\s(?:to have |having )?{_LIKED}", likes=True),
    _taste(rf"\A(?:have |has )?{_VERY}(?:hate|hates|(?<=have )(?:always )?hated|(?<=has )(?:always )?hated|detest|detests|loathe|loathes|despise|despises|dislike|dislikes|dread|avoid|avoids|{_BE} avoiding|resent)\s{_LIKED}", likes=False),
    _taste(rf"\A(?:can't|cannot|couldn't)\s(?:really |even )?(?:stand|bear|abide|stomach|tolerate|handle|deal with|abide|be doing with|be bothered with|get on with)\s(?!up\b|still\b|here\b|on\b|there\b|to (?:look|think)){_LIKED}", likes=False),
    _taste(rf"\A(?:can't|cannot|couldn't)\s(?:live|do|survive|function|start (?:the|my) day|work|imagine life)\swithout\s{_LIKED}", likes=True),
    _taste(rf"\A(?:can't|cannot|never)\s(?:get enough of|say no to|resist|tire of|get tired of)\s{_LIKED}", likes=True),
    _taste(rf"\A(?:don't|do not|doesn't|does not|didn't|never|no longer|have never|has never)\s{_VERY}(?:like|liked|love|enjoy|enjoyed|care for|care much for|cared for|get on with|fancy|want any)\s{_LIKED}", likes=False),
    _taste(rf"\A(?:don't|do not|doesn't|never)\s(?:really |ever |even )?(?:eat|drink|order|buy|wear|use|watch|touch|read|play|fly(?: with)?|shop at|listen to|do)\s{_LIKED}", likes=False),
    _taste(rf"\A(?:{_BE}|have (?:always )?been|has been)\s{_VERY}(?:not|never)\s(?:really |much of |that |too |exactly |particularly )?(?:an? )?(?:big |huge |great |much of an? )?(?:fan of|into|keen on|fond of|lover of|wild about|crazy about)\s{_LIKED}", likes=False),
    _taste(rf"\A(?:am|is|are)n't\s{_VERY}(?:an? )?(?:big |huge |great )?(?:fan of|into|keen on|fond of|crazy about)\s{_LIKED}", likes=False),
    _taste(rf"\A(?:not)\s(?:really )?(?:an? )?(?:big |huge |great )?(?:fan of|into|keen on|fond of)\s{_LIKED}", likes=False),
    _taste(rf"\A(?:{_BE}\s|have been\s|has been\s)?{_VERY}(?:an? )?(?:big |huge |massive |lifelong |great |die-?hard )?(?:fan of|fond of|keen on|partial to|crazy about|mad about|nuts about|obsessed with|addicted to|hooked on|a sucker for|in love with|passionate about)\s{_LIKED}", likes=True),
    _taste(rf"\A(?:{_BE})\s(?:more of )?(?:an?\s)?(?:(?:huge|big|massive|total|real|lifelong|avid)\s)?(?P<value>[\w-]+(?:\s[\w-]+)?)\s(?:person|lover|fanatic|addict|fan|snob|enthusiast|junkie|drinker)\b", likes=True),
    _taste(r"\A(?:{_BE})\s(?:sick|tired|sick and tired|scared|terrified|afraid|wary) of\s(?P<value>(?!it|this|that|you|being|the|my|all)[^,.;!?()]{3,50})".replace("{_BE}", _BE), likes=False),
    _taste(rf"\A(?:would|'d)\s(?:much |always |far )?(?:rather|prefer|sooner|prefer to)\snot\s(?:to\s)?(?!say|talk|discuss|share){_LIKED}", likes=False, many=False),
    _taste(r"\A(?:would|'d)\s(?:much |always |far )?(?:rather|prefer|sooner)\s(?!not\b|an?\b|the\b|it\b|this\b|that\b|some\b|one\b|something\b|you\b|if\b|have you|talk about|that you)(?P<value>[^,.;:!?()]{3,60}?)(?=\sthan\b|\s*(?:[,.;:!?()]|\Z))", likes=True, many=False),
    _taste(rf"\A(?:go|goes|am|is|are)\s(?:nuts|crazy|mad|wild|bananas|feral)\s(?:for|about|over)\s{_LIKED}", likes=True),
    _taste(rf"\A(?:live|lives) for\s{_LIKED}", likes=True),
    _taste(rf"\A(?:swear|swears) by\s{_LIKED}", likes=True),
    _taste(rf"\A(?:{_BE}\s)?(?:all about|big on|huge on|a (?:big |great |firm )?believer in|die-?hard for|at my happiest (?:with|in|on)|happiest (?:with|in|on|at))\s{_LIKED}", likes=True),
    _taste(r"\Acould\s(?:live on|live off|eat|drink|listen to|watch)\s(?P<value>(?!it\b|that\b|this\b)[^,.;:!?()]{3,40}?)\s(?:every (?:single )?day|all day(?: long)?|forever|for hours|for every meal)", likes=True),
    _taste(rf"\A(?:tend|tends|try|tries|prefer|prefers) (?:to avoid|to stay away from|not to (?:eat|drink|use|buy))\s{_LIKED}", likes=False),
    _taste(rf"\A(?:refuse|refuses) to\s(?!be\b|do\b|go\b|let\b|say\b|talk\b|tell\b|give\b|help\b)(?:eat|drink|use|buy|wear|touch|watch|play|try|have)?\s?{_LIKED}", likes=False),
    _taste(rf"\A(?:won't|will not) (?:eat|drink|touch|wear|go near|set foot in|ride|watch|use)\s{_LIKED}", likes=False),
    _taste(rf"\A(?:can't|cannot|could never|never could)\s(?:really )?get (?:into|behind|on board with|used to)\s{_LIKED}", likes=False),
    _taste(r"\A(?:find|finds)\s(?P<value>(?!it\b|this\b|that\b|myself\b|you\b)[^,.;:!?()]{3,40}?)\s(?:(?:really|so|utterly|absolutely|very|too|incredibly|pretty|quite)\s)?(?:unbearable|boring|dull|tedious|stressful|exhausting|annoying|disgusting|gross|irritating|draining|insufferable|overrated|claustrophobic|depressing|awful|terrifying|scary)\b", likes=False),
    _taste(r"\A(?:find|finds)\s(?P<value>(?!it\b|this\b|that\b|myself\b|you\b)[^,.;:!?()]{3,40}?)\s(?:(?:really|so|very|incredibly|pretty|quite)\s)?(?:relaxing|calming|soothing|fascinating|delicious|comforting|therapeutic|beautiful|fun)\b", likes=True),
    _taste(rf"\A(?:only)\s(?:buy|buys|eat|eats|drink|drinks|wear|wears|use|uses|read|reads|watch|watches|listen to)\s{_LIKED}", likes=True),
    _taste(rf"\A(?:want|wants)\s(?:zero|no|absolutely no)\s{_LIKED}", likes=False),
    _taste(rf"\A(?:always|usually|mostly|only|normally)\s(?:order|orders|go for|goes for|pick|picks|choose|chooses|take|takes|buy|buys|drink|drinks|eat|eats|wear|wears|ask for|book|books|get|use|sleep on|fly)\s{_LIKED}", likes=True),
    _taste(rf"\A(?:order|orders|go for|goes for|opt for|opts for|stick to|sticks to)\s{_LIKED}", likes=True),
    _taste(rf"\A(?:have |has |'ve )?(?:switched|moved over|converted|changed)\s(?:over )?(?:from [^,.;]{{2,30}} )?to\s{_LIKED}", likes=True),
    _taste(rf"\A(?:have |has |'ve )?(?:gave|given|giving|give|gives) up\s(?:on )?{_LIKED}", likes=False),
    _taste(rf"\A(?:have |has |'ve )?(?:quit|stopped|cut out|sworn off|swore off|gone off|went off|stay away from|stays away from|steer clear of|cut down on)\s(?:eating |drinking |buying |using )?(?!(?:my|his|her) job|working|by\b|at\b|in\b){_LIKED}", likes=False),
    _taste(rf"\A(?:my|our) (?:all[- ]time |absolute |personal |new |current )*(?:favou?rite|fave|fav|go-to|preferred|comfort)\s(?:[\w'-]+\s){{0,4}}?(?:is|are|has always been|will always be|was always)\s(?:definitely |probably |still |always |a |an |the )?{_LIKED}", likes=True),
    _taste(rf"\A(?:my|our) (?:pet peeve|least favou?rite (?:[\w'-]+\s){{0,3}}?|biggest pet peeve)\s?is\s{_LIKED}", likes=False),
    _taste(rf"\A(?:have|has|'ve got|'s got)\s(?:a )?(?:soft spot|weakness|thing|sweet tooth|passion|preference|love) for\s{_LIKED}", likes=True),
    _taste(r"\A(?:have|has)\s(?P<value>a sweet tooth)", likes=True),
    _taste(rf"\A(?:get|gets)\s(?:carsick|seasick|sick|a headache|headaches|migraines|itchy)\s(?:from|on|in)\s{_LIKED}", likes=False),
)  # fmt: skip

# What happens once in a life, or rarely enough to be noted.
_LIFE_PAST = words("""
adopted bought sold rented leased hired broke sprained fractured injured tore dislocated passed failed finished completed won lost launched
published founded opened closed started left switched_to changed signed got inherited renovated built crashed totalled totaled donated
ran hosted defended accepted upgraded replaced received earned welcomed buried had landed dropped_out_of quit joined submitted failed
""")
_NOTABLE = (  # objects that make a common verb worth a note
    r"(?:job|promotion|raise|degree|diploma|licen[cs]e|driving test|exam|finals|thesis|dissertation|phd|marathon|half[- ]marathon|race|triathlon|5k|10k|baby|twins|son|daughter|boy|girl"
    r"|house|flat|apartment|car|van|bike|motorbike|boat|dog|puppy|cat|kitten|married|engaged|divorced|promoted|fired|laid off|made redundant|hired|diagnosed"
    r"|surgery|operation|accident|stroke|heart attack|miscarriage|mortgage|visa|citizenship|passport|green card|award|prize|scholarship|grant|offer|contract"
    r"|arm|leg|wrist|ankle|foot|toe|finger|knee|hip|collarbone|rib|ribs|nose|tooth|teeth|acl|laptop|phone|wedding|funeral|book|novel|business|company|shop|restaurant|startup"
    r"|tattoo|braces|glasses|hearing aids?|pacemaker|vaccin\w+|covid|flu|pneumonia|kitchen|bathroom|garden|piano|guitar|camera|telescope)"
)
_PASSING = words("""
working struggling feeling looking trying thinking hoping waiting wondering using asking getting_a getting_an getting_this getting_the
talking reading watching eating sleeping dying freezing running_out running_late having_a_hard having_trouble having_issues
being seeing_a seeing_an doing_this doing_a making_a learning sitting writing_a writing_this writing_to stuck debugging testing
""")
_MOODS = words("""
tired bored excited stressed worried confused exhausted annoyed scared knackered pleased relieved surprised interested disappointed
impressed ashamed embarrassed shocked used supposed frustrated overwhelmed thrilled drained wasted swamped tempted
""")
_TRIFLES = words("""
slept ate drank woke watched felt thought tried asked said told used needed wanted looked forgot talked talked_to saw_a saw_an saw_the
had_a_weird had_a_dream had_a_nightmare went_for_a went_for went_back_to_bed went_out went_shopping had_a_cheese had_soup had_lunch had_dinner had_breakfast had_a_coffee had_a_great had_a_good had_a_bad had_a_long had_a_rough had_to had_some
did read was were spoke chatted called texted emailed phoned messaged tested ran_the ran_a_test ran_into deployed pushed went_to_bed got_home got_up got_an_error got_this got_it got_the got_that got_into got_stuck made_a_mistake mentioned
discussed sent_you gave_you showed_you wrote_you let came_across checked googled searched wondered worked_on worked_from cooked
had_no had_an_idea had_a_question had_problems had_trouble spent_the_whole spent_all stayed_up stayed_home noticed liked loved hated enjoyed
""")

BESIDE_TASTES: tuple[Rule, ...] = (
    _taste(r"\A~ (?P<value>(?!(?:like|as|thanks|hi|not|no|it|that|this|i|we|you|he|she|they|almost|nearly|best|wrong|right)\b)[\w'-]+(?:\s(?!is\b|are\b|was\b|i\b)[\w'-]+){0,3}?),?\s(?:always|every time|all the way|any day|over everything|till i die|forever|for life|for me(?=,? (?:please|always|every|thanks|only))|only for me|is the only way|beats everything)(?:,? (?:please|thanks|for me|every time))?(?=\W*\Z|,)", likes=True, many=False),
    _taste(r"\A~ (?:for me,? |i'm )?(?:team )?(?P<value>(?!(?:all|it|game|start|left|hand|run|get|come|take|move|turn|look|think|roll|pull|cross|knock|win|hang|leap|i|we|he|she|they|is|are|was|been|just|way|well|went|came|fell|got)\b)[\w-]+ over (?!there|here|the\b|a\b|an\b|my|our|time|night|and|it|to|dinner|lunch|coffee|breakfast|that|this|in|for|at|on|now|again|by|with|[0-9]|half|two|three)[\w-]+)(?=,|\Z| any| every| always)", likes=True, many=False),
    _taste(r"\A~ (?P<value>(?!(?:it|that|this|you|he|she|they|what|which|i|we)\b)[\w' -]{3,40}?)\s(?:makes?|gives?|gave)\sme\s(?:itch|itchy|sick|gag|nauseous|cringe|anxious|want to scream|a headache|headaches|hives|the creeps|the ick|uncomfortable|sneeze|bloated|heartburn|claustrophobic|migraines?|a migraine|a rash|nightmares|anxiety|indigestion)\b", likes=False),
    _taste(r"\A~ (?:for me,? )?nothing beats\s(?P<value>[^,.;:!?()]{3,40})", likes=True),
    _taste(r"\A~ (?P<value>[\w-]+(?:\s[\w-]+)?) or nothing\W*\Z", likes=True),
    _taste(r"\A~ (?:i'd |i would |i'll )?(?:take|pick|choose|give me)\s(?P<value>(?!it\b|me\b)[^,.;:!?()]{2,30}?\sover\s[^,.;:!?()]{2,30}?)\s(?:any day|any time|anytime|every time|always)\b", likes=True, many=False),
    _taste(r"\A~ (?P<value>(?!(?:it|that|this|you|he|she|they|what|which|i|we)\b)[\w' -]{3,40}?)\s(?:(?:drives?|bores?)\sme\s(?:crazy|mad|nuts|insane|up the wall|to tears|to death|bonkers)|puts? me (?:to sleep|off)|(?:terrif(?:y|ies)|scares?|bores?|disgusts?|repels?|exhausts?|freaks?|creeps?|stress(?:es)?) me(?: out)?)\b", likes=False),
    _taste(r"\A~ (?P<value>(?!(?:it|that|this|you|he|she|they|what|which|there)\b)[\w' -]{3,40}?)\s(?:is|are|isn't|aren't)(?: really| just)?(?: not)?(?: really)? (?:my thing|for me|my cup of tea|my style|my scene)\b(?<!is for me)(?<!are for me)(?<!is my thing)(?<!are my thing)", likes=False),
    _taste(r"\A~ (?P<value>(?!(?:it|that|this|you|he|she|they|what|which|there)\b)[\w' -]{3,40}?)\s(?:is|are|'s)(?: still| always)? (?:(?:totally |absolutely )?my (?:thing|jam|comfort food|happy place|guilty pleasure|weakness|favou?rites?|idea of heaven|cup of tea|go-to)|the best thing ever|heaven)\b", likes=True),
    _taste(r"\A~ (?P<value>(?!(?:it|that|this|what|which|there|nothing)\b)[\w-]+(?:\s[\w-]+)?)\s(?:works?|suits? me|works? for me|is easiest|is best)(?: best)?(?: for me)?(?=\s(?:tho|though|for)|\W*\Z|,)(?<!works)(?<!work)(?<!is best)", likes=True, many=False),
    _taste(r"\A~ (?:my|our) (?:kind|type|sort|idea) of (?:an? )?(?:[\w-]+\s?){1,3}(?::| is|:| means)\s(?P<value>[^.;!?()]{3,60}?)(?=\sif\b|[.;!?()]|\Z)", likes=True, many=False),
    _taste(r"\A~ (?:no|zero|never any|nothing with|anything but)\s(?P<value>(?!more\b|one\b|idea|clue|problem|worries|way\b|need\b|rush|thanks|need|wonder|matter|doubt|offen[cs]e|pressure|longer|big deal|hurry|luck|news|sign)[\w-]+(?:\s[\w-]+){0,2}),?\s(?:for me|please|for us|ever|thanks)(?: please| thanks)?(?=\W*\Z|,)", likes=False),
)  # fmt: skip
"""Tastes that are said without a verb, or by what a thing does to one."""

PLANS: tuple[Rule, ...] = (
    _told("plan", r"\A(?:am|is|are|'re)\s(?:going to|planning to|planning on|planning a|due to|set to|scheduled to|about to)\s(?!be (?:honest|fair)|(?:need|say|ask|try|have to|go with|use this|check|bed|sleep|the (?:store|shop|gym)|work\b|kill|cry|scream|lose it|explode|die)\b)[^;!?()]{4,120}", PLAN, dated=True),
    _told("plan", r"\A(?:am|is|are|'re)\s(?:planning (?:to|on|a)|scheduled to|(?:going|about|due|set) to (?:be a (?:dad|mum|mom|father|mother|grand\w+)|become|move|marry|get married|get (?:a|an|our|my)|have (?:a|an|our|my) (?:baby|surgery|operation|kid)|retire|study|learn|start|quit|leave (?:my|the|her|his)|buy|sell|adopt|travel|visit|apply (?:for|to)|open|launch|build|renovate|run (?:a|the|my)|do (?:a|an|my) (?:phd|master'?s|course|degree)|train|emigrate|graduate|finish (?:my|her|his)|switch|change jobs|go (?:back to (?:school|uni|university|college)|vegan|freelance|part[- ]time)|take (?:a|the|my) (?:year|course|class|exam|sabbatical|test)|write a book|give up))\b[^;!?()]{2,120}", PLAN),
    _told("plan", r"\A(?:plan|plans|intend|intends|have decided|decided|have planned|aim|aims|have agreed|agreed)\s(?:to)\s[^;!?()]{4,120}", PLAN),
    _told("plan", r"\A(?:am|is|are)\s(?:getting married|expecting (?:a|our|my|her|their|twins)|moving (?:to|out|back|house|in(?=\W*\Z| (?:with|together|on|next|this))|abroad)|starting (?:a|my|her|his|at|as)|having (?:a baby|twins|surgery)|retiring|emigrating|switching jobs|changing jobs|having (?:a|an) (?:operation|scan|procedure))\b[^;!?()]{0,100}", PLAN, beside=True),
    _told("plan", rf"\A(?:am|is|are)\s(?!(?:{_PASSING})\b)(?![^;!?]*\bsince\b)(?:[a-z]+ing|due|back|off|away|out of office|in \w+|coming back|part[- ]time|full[- ]time|on (?:leave|holiday|vacation|call))\b[^;!?()]{{2,140}}", PLAN, beside=True, dated=True),
    _told("plan", r"\A(?:my|our)\s(?:[\w-]+\s){1,3}?is\s(?:going|getting|coming|being|due|booked|off)\b[^;!?()]{2,120}", PLAN, dated=True),
    _told("plan", r"\A(?:will|won't)\s(?!(?:try|let|see|do it|check|keep|use|go with|take it|ask|tell|send|get back|be (?:back|right|there|honest|fine)|have to|need|never)\b)[^;!?()]{4,140}", PLAN, dated=True),
    _told("plan", rf"\A(?:have|has|'ve got|got|have got|has got)\s(?:an?|my|our|his|her|the|two|three)?\s?(?:[\w'’-]+\s){{0,4}}?(?:{DATES})\b[^;!?()]{{0,120}}", PLAN, dated=True),
    _told("plan", rf"\A(?:my|our)\s(?:[\w'’-]+\s){{0,4}}?(?:{DATES})\b(?:\s(?:with|at|for|in)\s[^,;!?]{{2,30}}?)?\s(?:is|are|'s|has been|got|takes|will|moved|was moved|starts|ends|leaves|departs|on|next|tomorrow|this|in|at)\b[^;!?()]{{0,120}}", PLAN, dated=True),
    _told("plan", r"\A(?:fly|flies|leave|leaves|start|starts|begin|begins|finish|finishes|move|moves|sail|sails|depart|departs|arrive|arrives|return|returns|graduate|graduates|retire|retires|turn|turns|go|goes|come|comes|meet|meets|sit|sits|take|takes|defend|defends|open|opens|close|closes|launch|launches|marry|marries|land|lands|head|heads|visit|visits)\b(?! (?:every|each|to work|to bed|it|me|up at|there)\b)(?![^;!?]*\b(?:on an?|every|each|most|usually) )[^;!?()]{3,140}", PLAN, beside=True, dated=True),
    _told("plan", r"\A(?:have |has )?(?:just |finally )?(?:booked|signed up for|registered for|enrolled in|enrolled for|bought tickets|got tickets|have tickets|has tickets)\b(?! (?:it|that|this)\b)[^;!?()]{4,120}", PLAN),
    _told("plan", rf"\A~ (?!.*\b(?:signed up|registered|booked|enrolled|tickets|have|has|got)\b).*?\b(?:next up is|up next is|up next|for|before|after)\s(?P<value>(?:my|our|the|an?)\s(?:[\w'’-]+\s){{0,3}}?(?:{DATES})),?\s(?:is |it's |starts |starting )?(?:on|next|this|tomorrow|in)\b[^.;!?]{{0,40}}", PLAN, dated=True),
)  # fmt: skip

EVENTS: tuple[Rule, ...] = (
    _told("event", rf"\A(?!(?:have|has) got\b)(?:have |has |had |did )?(?:just |finally )?(?!(?:{_TRIFLES}|{_MOODS})\b)(?![^;!?]*\b(?:files?|code|script|server|database|api|config|branch|pull request|bugs?|commit|docker|package|version|settings?|logs?|spreadsheet|draft|errors?|prompt|chat|answer|query|function|build|ticket)\b)(?:{_IRREGULAR}|passed|[a-z]+(?:[^e]ed|eed))\b(?<!need)(?!\s(?:it|that|this|them|you|your)\b)\s[^;!?()]{{2,140}}", EVENT, beside=True, dated=True),
    _told("event", r"\A(?:got|was|were|have gotten|has gotten|(?:been|have been|has been)(?!\s(?:happily |recently )?(?:married|engaged|divorced)))\s(?:just |finally |recently )?(?:moved|promoted|fired|laid off|made redundant|hired|accepted|rejected|engaged|married|divorced|robbed|mugged|burgled|hospitali[sz]ed|admitted|vaccinated|elected|nominated|awarded|invited|offered|stung|bitten|hit|evicted|scammed|approved|published|selected|transferred|discharged|cancelled|canceled|stolen|born|adopted|diagnosed)\b(?!\s(?:with|in|and raised))[^;!?()]{0,120}", EVENT, beside=True),
    _told("event", rf"\A(?:have |has |had )?(?:just |finally )?(?:{_LIFE_PAST})\s(?:(?!(?:to|it|that|this|no)\b)[\w'’-]+\s){{0,4}}?{_NOTABLE}\b[^;!?()]{{0,120}}", EVENT),
    _told("event", rf"\A(?:my|our)\s(?:[\w'-]+\s){{1,3}}?(?:{_IRREGULAR}|[a-z]+(?:[^e]ed|eed)|got [a-z]+)\b[^;!?()]{{0,120}}", EVENT, dated=True),
    _told("event", r"\A(?:(?:am|is|are|got|get|came|come|flew|returned|arrived)\s(?:just )?(?:back|home)|returned)\sfrom\s(?!work|school|the (?:gym|shop|store|office)|lunch|a (?:run|walk|meeting))[^;!?()]{3,80}", EVENT),
    _told("event", r"\A(?:have |has |had )?(?:just |finally |recently )?(?:retired|graduated|resigned|emigrated|eloped|separated|died|passed away|gave birth|proposed|quit (?:my|her|his) job|lost (?:my|his|her) (?:job|mother|father|mom|mum|dad|grandmother|grandfather|wallet|passport|phone)|broke up|split up|broken up|had a baby|had (?:a )?(?:small |mild |massive |minor )?(?:stroke|heart attack|miscarriage|fall|accident|surgery|operation))\b[^;!?()]{0,120}", EVENT),
)  # fmt: skip

_AFFAIR = (  # what happens to somebody, and is no news and no matter of the work in hand
    r"(?!(?:the|a|this|that|your|their|its) (?:[\w-]+ ){0,2}?(?:file|code|script|server|database|api|config|branch|request|bug|commit|version|log|error|query|function|build|ticket|report|article|email|mail|message|market|president|government|minister|company|team|prices?|index|stock|match|season|film|movie|series|release|update|model|court|police|city|country|bank|fed)\b)"
    r"(?!(?:it|there|he|she|they|you|this|that|which|what|who|how|why|when|where|please|if|can|could|would|should|do|does|is|are|was|were|make|write|give|show|tell|remind|set|add|move|book|schedule|create|find|check|change|let|meeting|subject|date|re|fw|from|to)\b)"
)
UNOWNED: tuple[Rule, ...] = (
    _told("event", rf"\A\^ {_AFFAIR}(?:(?:the|our|my|a|an) )?(?:[\w'’-]+\s){{1,4}}?(?:finally |just |already |also )*(?:came|arrived|started|began|ended|died|broke|failed|passed|closed|opened|happened|went|got|was|were|turned|moved|left|fell|proposed|[a-z]+(?:[^e]ed))\b[^;!?()]{{2,120}}", EVENT, dated=True),
    _told("event", r"\A\^ (?:just |finally |only )*(?:got|had|did|saw|met|went|came|took|started|finished|made|bought|sold|hung up|ran|won|lost|gave|signed|passed|failed)\s(?!it\b|that\b|this\b|to\b)[^;!?()]{4,120}", EVENT, dated=True),
    _told("plan", rf"\A\^ {_AFFAIR}(?:(?:the|our|my|a|an|new|next) )?(?:[\w'’-]+\s){{1,4}}?(?:is|are|'s|gets?|starts?|begins?|ends?|comes?|arrives?|has been moved|was moved|will be|due|on)\s(?:due |on |by |in |for |to |from |fitted |delivered |done |being |back |next |this |tomorrow )*[^;!?()]{{2,100}}", PLAN, dated=True),
    _told("plan", r"\A\^ (?:start|starting|flying|moving|leaving|going|heading|driving|seeing|meeting|taking|visiting|having|getting|hauling|picking up|dropping off|handing in)\s(?!it\b|that\b|this\b)[^;!?()]{4,120}", PLAN, dated=True),
)  # fmt: skip
"""What happened or is to happen, of which no person is the subject."""

_HABIT = words("""
run walk cycle drive swim teach volunteer coach collect play work sleep wake get go take commute read write cook bake garden
practise practice meditate train lift travel fly visit call see meet share rent own pay use earn weigh wear speak study believe belong keep raise
grow make sell manage lead run lead program code suffer follow support live
""")
FACTS: tuple[Rule, ...] = (
    _told("past", r"\A(?:used to)\s(?!it\b|this\b|that\b)[^;!?()]{3,120}"),
    _told("since", r"\A(?:have|has|'ve|'s)?\s?been\s[^;!?()]{2,100}?\b(?:since|for (?:\w+ ){1,3}(?:years?|months?|decades?|ages)|all my life)\b[^;!?()]{0,40}"),
    _told("habit", rf"\A(?:(?:{_HABIT})(?:e?s)?)\b(?=[^;!?]*\b(?:every|each|daily|weekly|once a|twice a|times a|on (?:mon|tues|wednes|thurs|fri|satur|sun)days|on weekends|at weekends|in the (?:mornings|evenings)|mornings|at night|a (?:day|week|month|year)|per (?:day|week|month)|most days|for a living|remotely|from home|nights|night shifts|part-time|full-time|by (?:bike|train|bus|car|tram|boat|ferry))\b)[^;!?()]{{3,120}}"),
    _told("trait", r"\A(?:am|is|are)\s(?:an?\s)?(?:left[- ]handed|right[- ]handed|lefty|night owl|early bird|early riser|morning person|introvert|extrovert|only child|twin|family of|beginner|vegetarian|lifelong|heavy sleeper|light sleeper|beginner|[0-9.]+ ?(?:cm|m|kg|lbs?|pounds|feet|ft|inches)\b|the (?:youngest|oldest|eldest|middle)|afraid of|scared of|terrified of|colou?r[- ]?blind)[^;!?()]{0,80}"),
    _told("measure", r"\A(?:my|our) (?:shoe|dress|ring|shirt|jacket|hat|jeans|clothing|t-?shirt|budget|rent|salary|height|weight|blood (?:type|group)|mortgage|resting heart rate|best time|pb|personal best|wifi|star sign|zodiac sign|wedding anniversary|anniversary|bedtime|commute|lease|contract|deadline|goal|team|band|club|gym|church|bank|insurance|pronouns)(?: (?:size|password|time|time is))?\s(?:is|are|'s|takes|costs|ends|starts|runs)\s[^;!?()]{1,80}"),
    _told("wear", r"\A(?:wear|wears)\s(?:glasses|contacts|contact lenses|hearing aids|a hearing aid|dentures|braces|size)[^;!?()]{0,50}"),
    _told("afraid", r"\A(?:am|is|are)\s(?:really |very |super )?(?:afraid|scared|terrified|frightened) of\s(?!losing|the|this|that|what)[^;!?()]{3,60}"),
    _told("work", r"\A(?:run|runs|own|owns|co-own|founded|manage|manages|lead|leads|head|heads|started|have started|co-founded)\s(?:an?|my|our|the|his|her|two)\s(?:[\w'’-]+\s){0,5}?(?:company|business|shop|store|bakery|cafe|café|restaurant|team|startup|farm|studio|blog|podcast|channel|nonprofit|charity|agency|firm|school|department|lab|clinic|practice|bookshop|bar|pub|hotel|b&b|gym|club|choir|band|newsletter|youtube channel)\b[^;!?()]{0,60}"),
    _told("member", r"\A(?:am|is|are)\s(?:a member|a volunteer|the (?:captain|president|chair|treasurer|secretary|head|owner|founder|host)|part|on the (?:board|committee|team))\s?(?:of|at|for|in)?\s[^;!?()]{3,60}"),
    _told("learning", r"\A(?:am|is|are|have been|has been)\s(?:learning|training for|training to|studying for|preparing for|saving (?:up )?for|writing a|working on a|building a|renovating|restoring|raising|training)\s(?!this|that|it|(?:an? )?(?:\w+ )?(?:function|script|program|class|query|test|loop|regex|e-?mail|letter|post|report|message|text|paragraph|note|list|tests|code|component|page|file|api|endpoint|formula|spreadsheet|reply)\b)[^;!?()]{3,80}"),
    _told("ability", r"\A(?:can't|cannot|can not)\s(?:swim|drive|cook|eat|drink|ride|read|sing|dance|whistle|have|see|hear|smell|digest|sleep)\b(?!\s(?:this|that|it|the|well|tonight|right now|anything))[^;!?()]{0,60}"),
    _told("been to", r"\A(?:have|has)\s(?:never )?been to (?-i:[A-Z])[^;!?()]{2,60}"),
    _told("was", rf"\A(?:was|were|trained as|worked as)\s(?:an?|the)\s(?:[\w-]+\s){{0,2}}?(?:{JOBS})\b[^;!?()]{{0,60}}"),
    _told("reports", r"\A(?:report|reports) to\s[^;!?()]{2,60}"),
    _told("observes", r"\A(?:celebrate|celebrates|observe|observes|keep|keeps|fast|fasts)\s(?:(?-i:[A-Z])[^;!?()]{2,60}|the sabbath[^;!?()]{0,30}|during[^;!?()]{2,30}|for lent)"),
    _told("early", r"\A(?:get|gets|wake|wakes|go|goes|start|starts|finish|finishes)\s(?:up |to bed |to work |work )?(?:early|late|at [0-9a-z:]+)\b[^;!?()]{0,60}"),
    _told("leave", r"\A(?:am|is|are)\s(?:on (?:maternity|paternity|parental|sick|unpaid) leave|on (?:a )?sabbatical|on a (?:tight |small )?budget|on a diet)\b[^;!?()]{0,60}"),
    _told("never", r"\A(?:(?:have|has|'ve)\s)?(?:never)\s(?:been|seen|had|eaten|learned|learnt|driven|flown|smoked|owned|tried|broken|ridden|read|watched)\b(?! (?:so|this|that|it|happier|better|anything))[^;!?()]{2,80}"),
    _told("sleeps", r"\A(?:share|shares|rent|rents)\s(?:an?|the|my|our|that|this|his|her)\s[^;!?()]{3,80}"),
    _told("off", r"\A(?:am|is|are)\s(?:off|free|busy|out|in bed|asleep|up)\b[^;!?()]*\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days|every \w+|weekends|mornings|evenings|by (?:half |ten |[0-9])|before [0-9]|at [0-9])\b[^;!?()]{0,30}"),
    _told("cannot", r"\A(?:can't|cannot|can never|never)\s(?:do|make|work|come)\s(?:on )?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days|weekends|mornings|evenings|nights)\b[^;!?()]{0,40}"),
    _told("alone", r"\A(?:live|lives)\s(?:alone|by (?:myself|himself|herself)|with|together|next door|upstairs|downstairs|nearby|abroad|down the road|on (?:his|her|my) own)\b[^;!?()]{0,60}"),
    _told("years", r"\A(?:have|has)\s(?:been|done|spent|put in)\s(?:[0-9]+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty)\s(?:years?|months|seasons|decades)\b[^;!?()]{0,60}"),
    _told("third", r"\A(?:only |always |never |usually )?(?:takes|goes|eats|drinks|plays|works|sleeps|drives|cooks|teaches|runs|rides|swims|sings|paints|knits|smokes|earns|pays|owns|wears|speaks|studies|collects|volunteers|snores|walks|travels|commutes|bakes|grows|visits|stays with|lives|shares|spends|weighs|belongs|looks after|takes care of|coaches|manages|sells|writes|gets up|wakes|bites|sheds|barks|hunts)\s(?!(?:me|it|that|this|well|great|like|back|away|out|off|up|down|home|crazy|nuts|mad|on and on|them|him|her (?:way|time))\b)[^;!?()]{2,90}"),
    _told("no more", r"\A~ (?:[^,]{0,60},\s)?(?:so |and |but |it's |which means )?no more (?!questions|than|emails?|of (?:this|that))[^;!?()]{3,40}"),
    _told("look after", r"\A(?:look after|take care of|care for|babysit|foster|mentor|raise)\s(?:my|our|an?|two|three|the|his|her)\s[^;!?()]{3,80}"),
)  # fmt: skip
