"""English words that the rules are made of: people, animals, verbs, what a clause may open with."""

from __future__ import annotations


def words(table: str) -> str:
    """An alternation of the words of `table`, the longest first; ``_`` stands for a blank."""
    found = (
        word.replace("_", " ").replace("-in-law", "[- ]in[- ]law") for word in set(table.split())
    )
    return "|".join(sorted(found, key=lambda word: (-len(word), word)))


FEMALE = """
mother mom mum mommy mummy mama ma sister sis daughter wife girlfriend gf fiancée grandma grandmother granny gran nan
nana nanny aunt auntie niece mother-in-law sister-in-law daughter-in-law stepmother stepmom stepmum stepsister
stepdaughter half-sister granddaughter goddaughter godmother landlady ex-wife ex-girlfriend twin_sister
"""
MALE = """
father dad daddy papa pa brother bro son husband hubby boyfriend bf grandpa grandfather granddad grandad gramps uncle
nephew father-in-law brother-in-law son-in-law stepfather stepdad stepbrother stepson half-brother grandson godson
godfather landlord ex-husband ex-boyfriend twin_brother
"""
MANY = """
parents kids children sons daughters twins sisters brothers siblings grandparents in-laws cousins nieces nephews
grandkids grandchildren aunts uncles neighbours neighbors friends colleagues coworkers roommates flatmates housemates
dogs cats
"""
EITHER = """
parent kid child baby toddler teenager spouse partner fiance fiancee fiancé ex cousin twin sibling grandchild boss
manager supervisor colleague coworker co-worker workmate teammate mentor intern friend best_friend bestie buddy mate pal
roommate flatmate housemate neighbour neighbor teacher tutor coach trainer therapist doctor dentist gp psychiatrist
physio babysitter client professor advisor lawyer accountant godchild family_doctor business_partner co-founder cofounder
team_lead line_manager pen_pal eldest youngest oldest middle_child firstborn
"""
ANIMAL = """
dog cat puppy kitten pup rabbit bunny hamster parrot horse pony mare gelding tortoise turtle guinea_pig budgie goldfish
snake gecko ferret lizard labrador retriever golden_retriever corgi poodle beagle greyhound spaniel terrier dachshund
border_collie german_shepherd husky bulldog pug tabby rescue_dog rescue_cat hen chicken goat donkey chinchilla
"""
DATES = words("""
appointment meeting interview flight exam surgery operation check-up checkup wedding trip holiday vacation concert deadline
party date test viva defense defence presentation conference race marathon gig recital reunion move scan mri session class
birthday_party first_day call ultrasound final finals graduation due_date baby_shower camping_trip match game tournament
viewing course appt physio dentist christening funeral housewarming hearing audition performance ceremony visit festival
""")
RELATION = (
    words(f"{FEMALE} {MALE} {MANY} {EITHER} {ANIMAL}")
    + "|(?:[0-9]{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen)[- ](?:year|month)s?[- ]old"
)
MODIFIER = (
    "(?:dear|lovely|older|elder|younger|big|little|baby|eldest|oldest|youngest|middle|late|new|old|former|other"
    "|current|first|second|only|step|foster|adopted|teenage|rescue|(?:[0-9]{1,2}|two|three|four|five|six|seven|eight"
    "|nine|ten|eleven|twelve)[- ](?:year|yr|month|week)s?[- ]old(?= [a-z]+))"
)

JOBS = words("""
nurse chef cook baker pilot vet lawyer barista au_pair mechanic plumber electrician paralegal midwife clerk coach judge scientist
artist journalist architect consultant student professor teacher tutor engineer developer programmer designer manager director
accountant freelancer musician librarian paramedic firefighter policeman police_officer driver barber hairdresser dentist doctor
surgeon therapist psychologist physicist chemist biologist translator interpreter writer editor photographer analyst researcher
postdoc phd_student carpenter joiner farmer gardener florist butcher waiter waitress bartender cashier salesman salesperson
sales_rep recruiter secretary receptionist assistant administrator admin auditor banker broker trader realtor estate_agent
social_worker carer caregiver nanny au-pair cleaner janitor guard soldier officer sailor captain deckhand fisherman
tailor seamstress potter welder builder roofer painter decorator model actor actress singer dancer drummer guitarist
producer filmmaker animator illustrator copywriter marketer strategist entrepreneur founder ceo cto cfo product_owner
product_manager project_manager scrum_master data_scientist devops sysadmin intern apprentice trainee lecturer principal
headteacher teaching_assistant pharmacist optician optometrist physiotherapist physio osteopath chiropractor radiographer
lab_technician technician geologist archaeologist historian economist statistician mathematician philosopher priest pastor
rabbi imam nun monk politician mp diplomat civil_servant postman courier taxi_driver bus_driver truck_driver trucker
train_driver flight_attendant magistrate umpire cabin_crew stonecutter vicar deacon cantor conductor composer poet novelist
author columnist reporter broadcaster presenter dj sound_engineer gp paediatrician pediatrician anaesthetist anesthetist oncologist
cardiologist dermatologist radiologist carpet_fitter plumber's_mate groundskeeper caretaker porter night_nurse staff_nurse sculptor
cabinetmaker cobbler milliner upholsterer mountain_guide ski_instructor dive_instructor forester logger miner geographer
toolmaker machinist fitter docker crane_operator operator dispatcher air_traffic_controller signalman flight_engineer
temp supply_teacher substitute_teacher kindergarten_teacher proofreader typesetter undertaker embalmer taxidermist
stockbroker underwriter actuary insurer loss_adjuster tax_adviser tax_advisor adviser notary solicitor barrister attorney
ombudsman bailiff probation_officer customs_officer detective sergeant lieutenant colonel veteran flight_attendant steward stewardess tour_guide guide personal_trainer yoga_teacher yoga_instructor
instructor lifeguard referee athlete footballer cyclist jockey ranger zookeeper beekeeper brewer winemaker sommelier barmaid
bookkeeper bookseller shopkeeper shop_assistant retail_worker warehouse_worker factory_worker surveyor planner
contractor handyman locksmith blacksmith jeweller watchmaker piano_tuner luthier stonemason bricklayer plasterer tiler glazier
stay-at-home_mom stay-at-home_dad stay-at-home_mum homemaker housewife househusband pensioner retiree
""")

NATIONS = words("""
portuguese spanish french german italian dutch belgian swiss austrian polish czech slovak hungarian romanian bulgarian greek
turkish russian ukrainian swedish norwegian danish finnish icelandic irish scottish welsh english british american canadian
mexican brazilian argentinian argentine chilean colombian peruvian venezuelan cuban chinese japanese korean vietnamese thai
filipino indonesian malaysian singaporean indian pakistani bangladeshi sri_lankan nepali australian kiwi new_zealander
south_african nigerian kenyan ghanaian egyptian moroccan tunisian algerian ethiopian israeli lebanese syrian iranian persian
iraqi saudi estonian latvian lithuanian croatian serbian slovenian bosnian albanian georgian armenian taiwanese catalan basque
cantonese mandarin arabic hindi urdu tamil bengali swahili hebrew farsi welsh gaelic sign_language bsl asl latin esperanto
""")
FAITHS = words("""christian catholic protestant lutheran methodist baptist anglican presbyterian orthodox evangelical mormon quaker
muslim sunni shia jewish jew hindu buddhist sikh jain taoist atheist agnostic pagan bahai zoroastrian jehovah's_witness jehovah's_witnesses christians catholics muslims jews hindus buddhists sikhs quakers mormons""")

BRANDS = words("""tesla toyota honda ford bmw audi volkswagen vw volvo skoda renault peugeot citroen fiat mazda nissan subaru
hyundai kia jeep land_rover mercedes porsche vespa prius corolla civic yaris fiesta passat tiguan clio twingo panda kangoo berlingo
camper_van campervan minivan hatchback e-bike cargo_bike brompton ducati yamaha kawasaki harley suzuki defender micra fabia octavia""")

# -- Verbs: third person and the forms that an I may have; a rule says what follows ----------------------------

IRREGULAR_PAST = """
was were went got had did made took came began bought broke brought built caught chose drove ate fell felt flew forgot
found gave gave_up grew heard held hurt kept knew lost led left lent let lit met paid put quit ran rang read rode rose
said sold sent set shot shut sang sat saw slept slid spoke spent stood stole stuck swam taught threw told thought tore
understood woke wore won wrote split dropped hung cut hit burnt learnt dreamt dug drew drank froze hid laid bit bled blew
fought fed fled became
"""
STATIVE = """
live work have own study teach speak play drive use run ride walk cycle commute cook bake drink eat smoke vape collect
paint draw sing dance write read garden knit sew climb hike swim surf ski box lift train volunteer coach mentor manage
lead wear take do go get make keep sleep wake travel fly weigh earn pay rent share belong follow support believe sell
grow raise watch listen hate love like prefer enjoy dislike adore avoid need suffer code program start finish practise
practice meditate pray stay visit come call see meet look
"""

# -- What a clause opens with before its subject, and adverbs inside it ------------------------------------------

LEAD_IN = (
    r"(?:well|so|and|but|oh|ok(?:ay)?|also|plus|then|yes|yeah|yep|yup|no|nope|nah|ah|hm+|hey|hi|hello|btw|by the way"
    r"|fyi|for (?:context|reference|the record|background|info)|just so you know|just fyi|fun fact|quick (?:update|note|fact|context|info|background|intro)"
    r"|small update|big news|good news|bad news|great news|news|update|note|context|background|a bit about me|about me|for what it['’]?s worth|fwiw"
    r"|actually|honestly|anyway|anyways|basically|literally|tbh|ngl|to be honest|in fact|as it happens|as you know"
    r"|as i said|as mentioned|like i said|turns out(?: that)?|it turns out(?: that)?|the thing is(?: that)?"
    r"|(?:my|the) point is(?: that)?|i mean|you know|you see|guess what|lol|haha+|omg|wow|sadly|unfortunately|luckily"
    r"|thankfully|fortunately|finally|apart from that|besides|otherwise|in general|generally|normally|usually|mostly"
    r"|personally|for me|as for me|speaking of which|on a personal note|seriously|tho|though|because|since|as|while"
    r"|although|even though|given(?: that)?|considering(?: that)?|now that|remember(?: that)?|note that|don['’]t forget(?: that)?"
    r"|please (?:note|remember|keep in mind|bear in mind)(?: that)?|keep in mind(?: that)?|bear in mind(?: that)?|just|still|first(?:ly)?|second(?:ly)?"
    r"|thanks(?: a lot| so much)?|thank you(?: so much)?|sorry|sure|great|cool|nice|perfect|good|right|exactly|true|ps|p\.s\.|edit"
    r"|the truth is(?: that)?|i (?:have to|must|should) (?:say|admit|confess|add)(?: that)?|i should mention(?: that)?|i forgot to (?:say|mention|add)(?: that)?|did i (?:say|mention|tell you)(?: that)?"
    r"|(?:let me|i(?:'ll| will)) (?:tell you|add|mention)(?: that)?|i(?:'m| am) (?:happy|proud|glad|pleased|excited|thrilled|sad|sorry) to (?:say|report|announce)(?: that)?)"
)
"""What may stand before a subject and says nothing."""

WHEN = (
    r"(?:today|tonight|yesterday|tomorrow|lately|recently|nowadays|these days|currently|right now|now|at the moment|at present"
    r"|since then|a (?:while|long time) (?:ago|back)|years ago|ages ago|the other (?:day|week|night)|back (?:in|when) [^,]{2,30}"
    r"|(?:last|this|next(?! up\b)|every|each) [\w'-]+(?: (?:morning|afternoon|evening|night))?|(?:in|on|since|from|at|during|by|until|after|before|around|over"
    r"|for) [^,]{2,40}(?=,)|(?:(?:about|around|almost|nearly|over|exactly) )?(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|[0-9]+|a few"
    r"|a couple of|several) [\w-]+ (?:ago|back)|once (?:a|every) [\w ]{3,12}|twice a \w+|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|most (?:days|mornings|evenings|weekends|nights)|in (?:my|his|her|our|their) (?:spare|free) time|in (?:january|february|march|april|may|june|july|august|september"
    r"|october|november|december|spring|summer|autumn|winter|fall|[0-9]{4})|at (?:work|home|night|the weekend)"
    r"|the day (?:before yesterday|after tomorrow)|earlier (?:today|this \w+)|later (?:today|this \w+)|in (?:[0-9]+|a|two|three|four|five|six|a few|a couple of) (?:day|week|month|year)s?"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)days?)"
)
"""A time that may stand before a subject."""

ADVERB = (
    r"(?:really|actually|currently|also|just|still|always|usually|mostly|already|absolutely|definitely|totally|recently"
    r"|finally|basically|honestly|literally|generally|personally|typically|normally|mainly|primarily|sort of|kind of|kinda"
    r"|sorta|both|all|both of us|proudly|happily|officially|now|too|truly|simply|especially|particularly|regularly|often|sometimes|mostly"
    r"|rarely|seldom|occasionally|presently|ever|once|long|so|very|quite|pretty|extremely|fairly|super|hugely"
    r"|severely|badly|mildly|highly|deathly|terribly|even|only|then|lately|technically|originally|permanently|temporarily"
    r"|secretly|strongly|much|clearly|certainly|obviously|naturally|unfortunately|sadly|luckily|thankfully|apparently|accidentally|eventually|suddenly|immediately|almost|nearly"
    r"|yesterday|today|about|more or less|at least|in fact|for sure|myself|by the way|btw|as well|at the moment|right now|these days|nowadays)"
)
