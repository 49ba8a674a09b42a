"""English words: synonyms, what excludes what, numbers and times."""

from __future__ import annotations

import re


def words(table: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(table.split())


def groups(table: str) -> dict[str, str]:
    """Word -> group, of a table with a line ``group:word word`` for each group."""
    lines = (line.split(":") for line in table.strip().splitlines())
    return {word: name for name, members in lines for word in members.split()}


CONTRACTIONS: dict[str, str] = {
    "can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not", "n't": " not", "'m": " am",
    "'ve": " have", "'re": " are", "'ll": " will", "'d": " would", "dont": "do not", "doesnt": "does not",
    "im": "i am", "ive": "i have", "cant": "can not", "wont": "will not",
}  # fmt: skip

DROPPED = words("""
a an the i me my mine myself we us our ours you your yours he him his she her hers it its they them their theirs this that these
those there here of to in on at for with by from as is am are was were be been being do does did done doing have has had having will
would shall should can could may might must and or but so if then than just only really very quite pretty rather truly totally
absolutely definitely certainly basically literally simply always usually generally often normally typically mostly mainly
regularly still already yet ever currently recently lately finally about around roughly approximately well oh ok okay hey hi yes
yeah yep no nope um uh ah hmm btw fyi lol please thanks guys right sure some any bit lot lots thing things stuff kind sort get gets
getting got gotten self how which who whom whose what when where while because since up out over off into onto upon all each every own
such same one ones personally myself hello remember note know knew quick new every let lets also too made make sadly luckily
officially apparently guess say said tell told think thought mean means meant update news small big happened go goes going gone went way
whole entire anyway recent ago last past next coming soon later day days today time times person people week month year after before during until till s
""")

LIGHT_WORDS = words("""
have take use keep like buy want need try work play go come put give bring look set plan spend start see visit watch read listen eat drink
<began> <like> <hate> <from> <work> <partner> morning evening night weekend daily weekly
old good great nice little long answer reply write learn word person people friend
""")

IRREGULAR = dict(
    pair.split(":")
    for pair in sorted(
        words("""
bought:buy ate:eat eaten:eat drank:drink drunk:drink drove:drive driven:drive rode:ride ridden:ride ran:run swam:swim
taught:teach spoke:speak spoken:speak wrote:write written:write took:take taken:take gave:give given:give kept:keep found:find met:meet
meeting:meet saw:see seen:see made:make flew:fly flown:fly flight:fly slept:sleep woke:wake grew:grow grown:grow had:have has:have
paid:pay spent:spend sold:sell brought:bring wore:wear worn:wear sang:sing sung:sing won:win lost:lose broke:break broken:break
broken:break became:become held:hold left:leave built:build fell:fall caught:catch chose:choose chosen:choose felt:feel heard:hear
read:read sent:send sat:sit stood:stand understood:understand wives:wife children:child kids:child kid:child mice:mouse feet:foot
""")
    )
)

SYNONYMS: dict[str, str] = {
    word: line.split(maxsplit=1)[0]
    for line in """
car automobile auto vehicle
bike bicycle cycle cycling biking
apartment flat condo apt
movie film cinema
truck lorry
author writer
celiac coeliac
emoji smiley smilies
kilometre km kilometer k
stepfather stepdad
stepmother stepmom stepmum
boss manager supervisor line
uncle unc
lodger tenant boarder
gift present
fix repair mend
ache pain sore
operate surgery op operation
medicine medication med meds tablet pill drug
eyeglasses glasses specs
sneaker trainers
cinema theatre theater
supermarket grocery groceries shopping
colleague coworker workmate
flatmate roommate housemate roomie
essay paper
novel fiction
song track tune
jacket coat
trousers pants
sofa couch settee
fridge refrigerator
garbage trash rubbish bin
pavement sidewalk
petrol gas gasoline fuel
motorbike motorcycle
subway metro underground
tram streetcar
aeroplane plane airplane aircraft
luggage suitcase baggage
timetable schedule
pupil student
kindergarten nursery preschool daycare
pension retirement
salary wage income paycheck
debt loan
earn make
hire recruit employ
promote promotion
birth born
cheap inexpensive
help assist
town village
countryside rural farm
river stream
garden yard
basement cellar
lift elevator
biscuit cookie
sweets candy
aubergine eggplant
courgette zucchini
coriander cilantro
prawn shrimp
veg vegetable veggies
tired exhausted
angry furious
anxious nervous worried
asthma inhaler
migraine headache
diabetes diabetic
insomnia sleepless
short-sighted nearsighted myopic
surf surfing surfer
skate skating skater
knit knitting crochet
sew sewing
fish fishing angling
hunt hunting hunter
camp camping camper
collect collection collector
muslim islam islamic
christian christianity
buddhist buddhism
jew jewish judaism
atheist atheism
mother mom mum mommy mummy mama ma
father dad daddy papa
sister sis
brother bro
grandma grandmother granny nana gran nan
grandpa grandfather grandad granddad gramps
child toddler
soccer football
mention discuss
sorry apologise apologize apology
simple simply plain
dog puppy pup doggo pooch doggy
cat kitten kitty
wife spouse
husband hubby
boyfriend bf
girlfriend gf
doctor physician gp
nurse rn
lawyer attorney solicitor
teacher schoolteacher
programmer coder developer
engineer engineering
begin start commence
run jog running jogging runner jogger
hike trek hiking trekking hiker
swim swimmer swimming
photography photograph photo picture
cook cooking chef
paint painter painting
dance dancer dancing
sing singer singing
read reader reading
climb climber climbing bouldering
garden gardening gardener
vegetarian veggie
coffee espresso java
soda pop coke
beer lager ale
alcohol booze liquor
smoke cigarette smoking smoker tobacco
shop store
buy purchase get acquire
rent renting
house home
big large huge
small little tiny
short brief concise succinct terse
detail detailed thorough long lengthy indepth comprehensive elaborate
answer reply respond response
exam test
trip journey travel vacation holiday
doctorate phd
university college uni
gym workout exercise
begin start
job work career occupation
boss manager supervisor
meeting appointment
nyc newyork
uk britain england
us usa america
dinner supper
lunch luncheon
sick ill unwell
glad happy
scared afraid fear terrified phobia
allergic allergy intolerant intolerance
finish complete
speak talk
learn study
ill sick
quiet silent
money cash
guitar guitarist
piano pianist
violin violinist
yoga pilates
laptop notebook macbook
tv television
phone mobile cellphone smartphone
email mail
spicy hot
sweet sugary
salary wage income
marathon marathoner
mail email
""".strip().splitlines()
    for word in line.split()
}

EXCLUSIVE: dict[str, str] = groups("""
marital:single married divorced engaged widowed
diet:vegan vegetarian pescatarian omnivore carnivore keto meat
owl:early late morning night
place:remote office home onsite hybrid
tenure:rent own buy
hours:fulltime parttime
length:short detail
tone:formal casual informal friendly
units:metric imperial celsius fahrenheit mile kilometer kilometre
theme:dark light
seat:window aisle middle
side:left right
milk:black milk oat cream sugar
heat:hot cold iced
form:bullet prose paragraph table
language:english french german spanish italian portuguese chinese mandarin japanese korean russian dutch polish
colour:red blue green yellow black white purple pink orange grey gray brown teal silver gold turquoise
spelling:british american
clock:24hour 12hour
hand:left right
indent:tab space
level:fluent beginner intermediate advanced native
transport:bus bike car drive train subway metro walk tram underground
household:alone roommate flatmate
stage:kindergarten elementary primary college
order:first last
""")
"""Words of which only one holds at a time, by group."""

ALONE = words(
    "marital diet length tone units form spelling clock theme script hours tenure household place"
)
"""Groups that need nothing else in common."""

ORDERED = words("language form spelling order indent")
"""Groups that exclude each other only in what the assistant is to do."""

COLOURED = words("colour heat milk side hand")
"""Groups that exclude each other only in one thing."""

FUNCTIONAL_NOUNS = words("""
password pin address size budget deadline rent salary hint manager boss doctor dentist landlord therapist teacher coach height weight
major team title schedule appointment meet fly train shift username nickname timezone zone blood seat desk office room plan goal
target limit bedtime alarm color colour birthday name age email phone number code wifi network laptop phone car bike shoe gate
""")
"""What "my ... is ..." gives one value at a time."""

PERSONS = words("""
mother father sister brother wife husband child son daughter boss colleague friend roommate flatmate neighbor neighbour aunt uncle
cousin niece nephew grandma grandpa girlfriend boyfriend partner dog cat teacher landlord coworker parents kids boy girl twin parent
""")
_COUNTED = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
"""
_RANKED = "third fourth fifth sixth seventh eighth ninth tenth"
NUMBER_WORDS = (
    {word: str(at) for at, word in enumerate(_COUNTED.split(), 2)}
    | {word: str(at) for at, word in enumerate(_RANKED.split(), 3)}
    | {"zero": "0", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100"}
)
"""What 'one', 'first' and 'second' mean depends on what follows; phrases see to that."""
BROADER: dict[str, str] = groups("""
dog:beagle labrador retriever corgi poodle greyhound spaniel terrier dachshund collie husky bulldog pug chihuahua shepherd mutt
cat:tabby siamese persian ragdoll
pet:dog cat hamster rabbit parrot turtle goldfish
child:son daughter boy girl
instrument:guitar piano violin cello flute oboe clarinet drum trumpet saxophone harp ukulele bass
sibling:brother sister
nut:peanut walnut almond cashew hazelnut
fish:salmon tuna cod
seafood:shellfish shrimp prawn crab
meat:beef pork chicken lamb bacon steak
""")
"""What something is one of."""
TIME_WORDS = {
    word: word[:3]
    for word in words("""
monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays
january february april june july august september october november december mon tue tues wed thu thurs fri sat
jan feb mar apr jun jul aug sept sep oct nov dec marchmonth maymonth
""")
} | {
    **{word: word for word in words("spring summer autumn winter tomorrow tonight")},
    "noon": "12:00", "midnight": "00:00",
}  # fmt: skip
TIMED = re.compile(
    r"(\d{1,2})(?:[:.](\d\d))? ?([ap])\.?m\b\.?|\b(\d{1,2}):(\d\d)\b|\b(\d{1,2}) ?o'clock\b|\b(?<=at )(\d{1,2})(?= *(?:$|[,.;!]|on|every|in|now|sharp|instead|these|from|each|tomorrow|this))",
    re.IGNORECASE,
)
