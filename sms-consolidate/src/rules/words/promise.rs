//! Promises: what the sender is going to do, is doing, or has just done, and that someone can count on them.

/// Agreement that decides, as in [`FIRM`](super::FIRM). The verbs of doing something for others are listed as "bring",
/// those of coming as "come", Filipino verbs of the thing done as "dadalhin": see [`synonyms`](super::synonyms()).
pub(in crate::rules) const PROMISES: &str = "
    shit yeah, shit yes, no way i'd skip, there's no way i'd miss, that day's good, that day's fine, come on by, my honor to
    i can take sister's, i'll take sister's, i'd take sister's, happy to answer, glad to answer, we said we'd come and, doesn't matter i'll be there
    no nothing has changed, no nothing changed, no nothing's changed, no no changes, no same time, no same plan
    let's go with, reserve appointment, secure appointment, secure my spot, i'm here in the, i'm already here
    ^already here, i am already here, i am here in the, i understand and agree, i understand and accept
    read and agree, read and accept, understood and agreed, understand and agree, ^totes$, ^totally yes
    guess i can do that yes, think i can yes, i think yes, i guess yes, i suppose yes, i'd say yes, i would say yes
    gonna say yes, going to say yes, have to say yes, gotta say yes, must say yes, i'll say yes, i'm saying yes
    saying yes to this, i'm inclined to say yes, happy to say yes, glad to say yes, proud to say yes, that'll be a yes
    thats a yes, it's yes, it's a big yes, it's gonna be a yes, that's gonna be a yes, yes on all, yes on both
    yes on prop, yes on measure, i'll be ready at, i'll be ready by, i'll be waiting outside, i'll be outside
    i'll meet you, i'll meet sister, i'll meet them, i'll see everyone, i'll see you all, i'll see y'all
    i'll see everybody, i'll see yall, i'll get you, i'll get sister a, i'll get a ride, i'll take a cab
    i'll take the bus, i'll take an uber, i'll take the train, i'll take an early lunch, i'll take off work
    i'll take the day off, i'll ask for the day off, i'll request off, i'll request the day off
    i'll get off work early, i'll get off early, i'll switch shifts, i'll swap shifts, i'll trade shifts
    i'll call in a favor, i'll reschedule my other, i'll cancel my other, moved my other, moved my meeting
    moved my appointment so, moved some things, moved things around, moved stuff around, sister can watch the kids
    sister can watch my, sister can babysit, sister will watch the kids, sister will cover for me, i have a ride
    i have a sitter, i have the day free, i have that day free, i have that day open, i have monday off
    i have monday free, i have monday open, i'm off monday, i'm free monday, i'm free after school monday
    i'm open monday, i'm open that day, i'm open then, monday's good, monday's fine, monday's great, monday's perfect
    monday works for us, 3pm works for us, the 0th works, the 0th is good, the 0th is fine, the 0th is perfect
    the 0th is great, 0th works, 0th is good, that'll do nicely, that'll do fine, that does work, that will do nicely
    that'll suit, that would suit, that suits, that'd suit, perfect day, that time suits, time suits, day suits
    my pleasure to, it's my pleasure, it's an honor, it's a privilege, would be a privilege, a privilege
    it is an honor, truly an honor, not doing much, not up to much, not much going on, consider my vote
    you've earned my vote, you earned my vote, i'd never say no, would never say no, never could say no, ^is confirm
    happy to take, glad to take, i'll be bringing, i accept your appointment, i agree to your appointment
    i agree to the, i accept the, i do want it, tell sister i said yes, tell him i said yes, tell her i said yes
    tell them i said yes, tell him yes, tell her yes, tell them yes, tell sister yes, tell him i'm coming
    tell her i'm coming, tell them i'm coming, tell them i'm in, tell him i'm in, let them know i'm coming
    let her know i'm coming, let him know i'm coming, let them know i'll be there, let her know i'll be there
    let him know i'll be there, ^slide thru, ^slide through, gonna slide, magkikita tayo, how could i possibly
    as if i could refuse, crazy not to, mad not to, fool not to, dumb not to, silly not to, stupid not to
    foolish not to, remiss not to, try keeping me away, just try and stop me, ^already in my calendar
    ^already on my calendar, duh obvi, ^duhh$, ^well duh, i'm voting blue, padeliver na, pa-deliver na
    pakihatid na lang, pakihatid, pakiabot na lang, paki hatid na lang, paki iwan na lang, pakiiwan na lang
    iwan na lang sa, i'll have someone, i'll have sister, i'll get someone to, i'll get sister to, i'll get sister
    do still want, oo kulit, sige kulit, i'm all set i'll, i'll bring, i will bring, i can bring, i'm bring
    i shall bring, i could bring, imma bring, ima bring, i'ma bring, finna bring, boutta bring, lemme bring
    let me bring, happy to bring, glad to bring, able to bring, ready to bring, willing to bring, planning to bring
    plan to bring, love to bring, i'd bring, ^will bring, sister and i will bring, me and sister will bring
    i got to bring, i'm bringing, ^bringing, ^still bringing, i'll take care of, i can take care of
    i will take care of, i'll take sister, i'll take them, i'll take those, i'll take both, i'll take on
    i'll take over, i can take over, i can take on, i'll take charge, i'll be hosting, i'll be voting
    i'll be supporting, i'll be donating, i'll be sending, i'll be there by, ^be there by, i'll be there at
    i'll be there around, i'll be there before, i'll be there early, i'll be there after, i'll get there
    i'll make my way, i'll be in at 0, i'll be in at 3pm, i'll be in by 0, i'll be in by 3pm, i'll be in monday
    i'll be in on monday, i'll be in around 0, i'll be in around 3pm, i'll be in 0, i'll be in 3pm, i'll be in early
    i'll be in bright and early, i'll be in on time, i'll be in attendance, i'll be in the lobby
    i'll be in the front row, i'll be in the front, i'll be in the audience, i'll be in the parking lot
    i'll be in line, i'll be in uniform, i'll be in my seat, i'll be in your corner, i'll be in position
    i'll be in the building, i'll be in the room, i'll be at the door, i'll be at the front, i'll be at the gate
    i'll be at the church, i'll be at the school, i'll be at the venue, i'll be at the office, i'll be at the polls
    i'll be at your place, i'll be at your office, i'll be at appointment, i'll be at the site, i'll be at the booth
    i'll be at the table, i'll be on the bus, i'll be on the first bus, i'll be on deck, i'll be on hand
    i'll be on board, i'll be on site, i'll be on standby for you, i'll be up bright, i'll be up and ready
    i'll be up early, i'll be the designated driver, i'll be your driver, i'll be your guy, i'll be back then
    i'll be back by then, i'll be home by then, i'll be home then, i'll be home all day, i'll be early
    i'll be expecting, i'll be rooting, i'll be cheering, i'll be over at, i'll be over by, i'll be over around
    i'll be over, i'll be over there, i'll be over their, i'll be right on time, i'll be punctual, i'll be parked
    i'll be by at, i'll be by around, i'll be by monday, i'll be wearing, i'll be counting down, i'll be waiting
    i'll be seeing you, i'll see to it, i'll make sure of it, i'll make sure it gets, i'll get it done, i'll get on it
    i'll get right on it, i'll get it over, i'll get that done, i'll get that to you, i'll get it to you
    i'll get you the, i'll get to it, i'll jump in, i'll step in, i'll step up, i'll fill in, i'll fill it out
    i'll fill out, i'll fill that out, i'll fill the, i'll sit with, i'll stand with, i'll stand by you
    i'll stick around, i'll hang around, i'll stay late, i'll stay after, i'll stay to, i'll stay on, i'll stay for
    i'll stay the, i'll stay and, i'll stay as, i'll stay until, i'll put it on my, i'll put up, i'll do the
    i'll do whatever, i'll do what it takes, i'll do anything, i'll do just that, i'll do this, i'll do 0
    i'll do it for, i'll give 0, i'll give it to, i'll give you my, i'll give it my all, i'll give sister a ride
    i'll give you a hand, i'll give my all, i'll send over, i'll send it, i'll send that, i'll send the, i'll send my
    i'll send in, i'll send you the, i'll sign whatever, i'll sign on, i'll sign that, i'll sign and, i'll sign the
    i'll pay it, i'll pay that, i'll pay the, i'll pay for, i'll pay my, i'll pay up, i'll pay when i get there
    i'll work it, i'll work that, i'll work both, i'll keep it free, i'll keep it open, i'll keep monday
    i'll clear my schedule, i'll clear my calendar, i'll clear the day, i'll free up, i'll rearrange, i'll shuffle
    i'll move some things, i'll move some stuff, i'll juggle, i'll switch my, i'll swap my, i'll find someone to cover
    i'll find a sitter, i'll find a way, i'll need appointment, i'll have it ready, i'll have it done
    i'll have it to you, i'll let them in, i'll let you in, i'll leave early, i'll leave work early
    i'll leave the gate, i'll leave now, i'll leave the door, i'll leave the porch, i'll leave in 0, i'll catch the
    i'll catch a ride, i'll hitch a ride, i'll uber, i'll carpool, i'll ride with, i'll follow you, i'll tag along
    i'll roll up, i'll rock up, i'll turn up, i'll pop round, i'll come round, i'll nip, i'll scoot over
    i'll hop over, i'll run over, i'll run it$, i'll drop it off, i'll drop it, i'll drop them, i'll drop off
    i'll drop the, i'll mark it, i'll mark my, i'll pencil it, i'll set my alarm, i'll set an alarm, i'll set aside
    i'll set a reminder, i'll wake up, i'll get up, i'll answer it, i'll answer your, i'll answer the, i'll answer any
    i'll take your survey, i'll take the survey, i'll take part, i'll take the call, i'll pick up when you call
    i'll be near my phone, i'll be by my phone, i'll be by the phone, i'll download, i'll upload, i'll print, i'll log
    i'll finish it, i'll finish the, i'll start at, i'll start monday, i'll start on, i'll be starting, i'll represent
    i'll recruit, i'll spread the word, sister and i are in, sister and i are coming, me and sister are in
    me and sister are coming, sister and me will be there, me and sister are down, me n sister coming
    me n sister will be there, us two will be there, the whole sister will be there, the whole sister is coming
    whole sister is in, all 0 of us, all of us will be there, the two of us will be there, everyone's coming
    we're all coming, we're all in, we all are coming, you'll see me there, you'll see me, you'll see us
    you'll see us there, you will see me there, you will see us, you'll have me, you'll find me there, you'll have my
    ur girl is pulling up, ur boy is pulling up, ur girl will be there, ur boy will be there, your girl will be there
    your boy will be there, your girl is there, your boy is there, ya girl will be there, ya girl is pulling up
    ya boy is pulling up, ya girl pulling up, ya boy pulling up, your girl pulling up, your boy pulling up
    ur girl pulling up, ur boy pulling up, i'm pulling up, i'm pullin up, ^pullin up, i'm sliding through, i'm slidin
    ^slidin thru, ^sliding thru, i'm there by, i'm there at, i'm there for, i'm there with, i'm on for, ^on for monday
    ^still on for, ^still good to go, ^good to go, i'm otw, i'm omw, i'm out the door, ^out the door
    i'm heading out now, i'm walking over, i'm 0 min away, i'm 0 out, 0 min tops, 0 mins tops, ^there in 0, ^there by
    ^there at, ^see me at, i'm just parking, i'm just around the corner, ^around the corner, i'm around the corner
    i'm next door, i'm in the parking lot, i'm in the lobby, i'm in the waiting room, i'm in line, i'm in the car
    i'm in an uber, i'm in the uber, i'm at the door, i'm at the clinic, i'm at the front, i'm at the gate
    i'm at the venue, i'm at the church now, i'm at reception, i'm at the desk, ^pulling into, ^walking up now
    ^got my ticket, ^got my bag packed, i'm coming with, i'm coming over, i'm coming in, i'm doing it
    i'm going for it, i'm going with you, i'm signing up, i'm signing it, i'm signing the, i'm sending it
    i'm sending the, i'm sending my, i'm sending 0, i'm mailing, i'm donating, i'm giving 0, i'm paying it
    i'm paying now, i'm paying the, i'm voting yes, i'm voting for you, i'm voting early for, i'm accepting
    i'm taking it, i'm taking the, i'm taking appointment, i'm taking you up on, take you up on, taking you up on
    i'm picking it up, i'm picking up the, i'm keeping it, i'm keeping my, i'm keeping appointment, i'm making it
    i'm making time, i'm making the, i'm making it work, i'm covering it, i'm covering the, i'm filling it out
    i'm looking forward, ^lookin forward, i'm behind you, behind you 0, i'm behind it, i'm with you guys
    i'm with you all the way, i'm with you all, with you all the way, with you 100, behind you 100, i can do that day
    i can do that time, i can do both, i can do the shift, i can do it all, i can do that for you, i can fill in
    i can step in, i can work it, i can work that, i can work the, i can stay late, i can stay as long, i can be there
    i can be there by, i can be there at, i can be home, i can be ready, i can get there, i can get it done
    i can get that done, i can give sister a ride, i can chip in, i can pitch in, i can lend, i can spare
    i can swing by, i can stop by, i can drop by, i can drop off, i can drop it, i can take the, i can pick up
    i can pick it up, i can pick you up, i can pick them, i can pick sister, i can sign, i can vouch, i can commit
    i can commit to, i can guarantee i'll, i can set up, i could do that, i could help, i could be there, then yes
    then absolutely, then sure, then ok, then of course, then definitely, so put me down, then i'm in
    then count me in, and yes, well yes, yes and yes, oh hell yes, oh heck yes, oh yes, oh absolutely, oh definitely
    ^sent 0, ^sent it in$, ^sent my$, ^sent over$, ^sent the$, ^i sent it$, ^i sent the$, ^just chipped in
    ^chipped in, ^pitched in, ^donated 0, ^i donated, ^gave 0, ^paid it$, ^paid just now, ^paid online just now
    ^signed it$, ^signed and$, ^signed sealed, signed sealed delivered, signed sealed and delivered, ^signed the$
    ^returned it signed, ^filled out and, ^completed$, ^form completed, ^form sent, ^all filled out, ^done deal
    ^booked and, ^all booked, ^booked my ride, ^booked my flight, ^tickets booked, ^got my tickets, ^bought my ticket
    ^bought the tickets, ^bought tickets, ^added it to, ^it's in the diary, ^in the diary, in my diary
    it's in the books, in the books, penciled you in, penciled it in, blocked off, blocked it off, blocked out the
    blocked the day, cleared my schedule, cleared my calendar, cleared the day, cleared the afternoon, freed up
    rearranged my, swapped shifts, swapped my shift, swapped my day, traded shifts, traded my shift, switched shifts
    switched my shift, got someone to cover, got my shift, got a babysitter, sitter is booked, babysitter is booked
    grandma's watching the kids, grandma is watching, sister is watching the kids, sister is watching my
    the truck is loaded, truck's loaded, car's packed, car is packed, alarm is set, alarms set, alarm's set
    set my alarm, set an alarm, set 0 alarms, set two alarms, reminder set, it's on my list, you got me for
    you got us, you've got me, you've got us, you've got my, you've got it, you've got a deal, you've got yourself
    you've got a volunteer, you have a volunteer, you found your, you've found your, you can have my, you can count on
    you can put me down, you can sign me up, you can use my name, you can lean on, you may count, you may proceed
    you may sign, you may put, you can deliver, you can drop it, you can leave it, you can drop them
    you can leave the, you can bring it, you can bring them, you can come by, you can come over, you can stop by
    you can send it, you can send the, you can send them, drop it off at, ^drop it off, ^drop it on, ^drop it at
    ^leave it on, ^leave it at, ^leave it by, ^leave it in, ^leave it with, ^leave them, ^bring it over, ^bring it by
    ^bring it on, ^bring it$, ^deliver it, ^someone will be home, someone will be here, somebody will be here
    somebody will be home, sister will be home, sister will be here to, gate code is, gate is open, door will be open
    door is open, ^ring the bell, ^use the side door, ^use my name, ^use my photo, put me down for, put sister down
    put us down, put us on, put us in, put our name, put our names, put both of us, sign us up, sign sister up
    sign us both, sign both of us, sign me and, sign me on, sign me right up, sign me tf up, sign me the, sign my name
    sign my kid, enroll me, enrol me, register me, register us, enlist me, draft me, book us, book it for, book that
    book 0, book for 0, add us, add us to, add me and, add me in, add me to the, include us, reserve us, reserve 0
    reserve one, reserve it for me, save us, save 0, save us a seat, save us seats, hold us, hold 0 seats
    hold it for me, hold one for me, hold that for me, hold that slot, hold the spot, pencil us in, mark us down
    mark us as, mark us present, mark it down, write us down, write us in, lock us in, lock it in, lock that in
    lock in the, lock in monday, confirm us, confirm us for, confirm both, confirm my spot, set me up, set us up
    hook me up, squeeze us in, fit us in, go on and book, go on and put, go on then, ^go on$, ^have at it
    ^knock yourself out, ^hit me with it, ^send the form, ^send me the form, ^send me the link and i'll
    ^send me the paperwork, ^send me the survey, ^send the survey, ^send the questionnaire, ^send me the questionnaire
    ^send the contract, ^send the paperwork, ^send over the, ^send the link and i'll, ^send it my way, ^send em
    ^send him, ^send them over, ^charge it, ^charge my card, ^charge the card, ^bill me, ^ring it up, ^run it$
    ^run the card, run it$, ^renew it, ^renew my, ^renew me, ^keep me signed up, ^keep me down
    ^keep me posted and i'll, ^keep us on, ^keep us down, ^keep us in, ^leave us on, ^leave us down, ^leave it as is
    ^leave it as, ^keep as is, ^keep the time, ^keep both, ^same plan, ^same plan as, ^sticking with, ^stick with
    i'm sticking with, still stands, offer stands, my offer still, ^still a yes, ^still yes, still a yes, still yes
    ^still in$, ^still down, ^still game, ^still able, ^still free, ^still available, ^still planning
    ^still interested$, still happening, still works, still stands for me, nothing's changed, nothing's different
    ^no different, ^as always yes, nasa clinic na ako, nasa clinic na, nasa venue na, nasa baba na, nasa gate na
    nasa lobby na, nasa parking na, nasa kanto na, nasa tapat na, nasa loob na, nasa simbahan na, nasa court na
    nasa jeep na, nasa bus na, nasa tricycle na, nasa kotse na, nasa grab na, nasa daan na, nasa byahe na papunta
    nasa labas na ng, nasa barangay na, nasa center na, nasa eskwela na, nasa meeting place na, nasa terminal na
    nasa pila na, nakapila na, nakasakay na, nakasakay na ako, nakabihis na, nakabihis na ako, nakaligo na
    naliligo na, nagbibihis na, nagbibihis na ako, nag-aayos na, nag aayos na, nagready na, nagreready na
    naghahanda na, naka-prepare na, nakaprepare na, nakaimpake na, pasakay na, pababa na, palabas na, pa-otw na
    dadating na, darating na, padating na, sasakay na, aalis na ako papunta, aalis na ako ngayon, sibat na papunta
    lipad na ako dyan, bibiyahe na ako, byahe na, bumibiyahe na, dadalhin ko, dadalhin namin, dadalhin natin
    ^dadalhin, ako dadalhin, ako na magdadala, ako ang magdadala, ako na gagawa, ako na lang gagawa, ako gagawa
    ako na ang gagawa, ako na pupunta, ako ang pupunta, ako na lang pupunta, ako pupunta, kami pupunta
    kami na pupunta, kami ang pupunta, ako na dadalhin, kami na dadalhin, ako sagot, sagot ko yan, sagot namin
    sagot ko ang, taya ko, taya ko yan, amin na yan, akin na yan, kami na bahala, kami bahala, pupuntahan ko
    pupuntahan namin, gagawin namin, gagawin ko agad, gagawin ko ngayon, gagawin ko bukas, gawin namin, gawa na
    gagawan ng paraan, kayang kayang, kakayanin yan, kayanin ko, kayanin namin, kakayanin ko, susubmit ko, send ko
    send ko na, send ko mamaya, ise-send ko, isend ko, padala ko, padala ko na, hulog ko, hulog ko na, hulugan ko
    gcash ko, gcash ko na, i-gcash ko, igcash ko, transfer ko, transfer ko na, itransfer ko, deposit ko, ideposit ko
    dala ko, dala ako, dala kami, dalhin ko, magdala ako, hatid ko, hatid namin, ihatid ko, sundo ko, sunduin ko
    luto ako, luto kami, lulutuan ko, ambag ako, ambag ko, ambag kami, pirma ako, pirma ko, pirmahan ko, pirmado na
    pirmado na po, fill up ko, fill-up ko, ififill up ko, fill upan ko, sagutan ko, sasagutan ko, boto ko sayo
    boto ko kayo, sa inyo boto ko, sa inyo ang boto ko, sa inyo ako, sa inyo kami, solid kami, solid ako
    solid supporter, kay mayor ang boto, kay mayor kami, kay kap kami, kay mayor ako, kay kap ako, kay kap ang boto
    nabayaran ko na$, naipadala ko na$, napadala ko na$, nagpadala na ako, naihulog ko na, nahulog ko na
    nahulugan ko na, nakapagbayad na, nakabayad na, nag-gcash na, naggcash na, na-gcash ko na, na-send ko na
    nasend ko na, nai-send ko na, nakapirma na, napirmahan ko na, nakapagpalista na, nakapaglista na, nakaregister na
    nakapag-register na, nakapag register na, naka-book na, nakabook na, nakareserve na, naka-reserve na
    nakapagreserve na, kumpleto na kami, voy a ir, voy a estar ahi, voy a estar ahí, voy para alla, voy para allá
    voy llegando, ya estoy aqui, ya estoy aquí, ya llegue, ya llegué, ya casi llego, voy saliendo, llego a las
    llego en 0, llego temprano, lo hare, lo haré, yo lo hago, yo llevo, yo lo llevo, yo me encargo, me encargo
    yo les ayudo, yo ayudo, les ayudo, ayudare, ayudaré, alla los vere, allá los veré, alla nos vemos, estaremos ahi
    estaremos ahí, iremos, iremos todos, vamos a ir, vamos todos, asistiremos, contamos con eso, cuenten con eso
    yo pongo, lo prometo, pueden contar con nosotros
";
