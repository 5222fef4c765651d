//! More refusal and doubt: polite ways to decline, other times, and what a reply asks or tells instead of agreeing.

use crate::rules::phrases;

/// Refusal, as in [`REFUSAL`](super::REFUSAL).
pub(in crate::rules) const DECLINING: &str = "
    i'm ok on, leave me off, leave us off, leave my name off, back went out, pigs can fly, monday is bad, monday's bad
    sister won't be getting, won't be getting, monday is out, 3pm is out, 3pm is bad, monday na lang ako
    monday na lang kami, bukas na lang kami, bukas na lang ako, lost my vote, lost our vote, okay buddy, yes ok buddy
    ok buddy, hindi na lang, lost my vote, lost our vote, okay buddy, yes ok buddy, ok buddy, hindi na lang
    di na lang, thanks but i'm good, thank you but i'm good, monday na lang ako, ok na ako salamat, gave at the office
    i'd be lying if, thanks anyway, thanks anyways, thank you anyway, thx anyway, ty anyway, thanks though
    thank you though, thanks all the same, thanks just the same, thanks regardless, i'm cool on, i'm good on
    i'm all good on, i'm straight on, i'm set on, i'm okay on, i'm alright on, i'm fine on, i'm covered, we're covered
    already covered, i'm good for now, we're good for now, set for now, covered for now, i'm good here
    we're good here, fine without, good without, better off without, happy where i am, happy with what i have
    happy with my current, happy with our current, i'm fine as i am, fine the way, out of my budget, out of budget
    afraid not, afraid i can't, i'm afraid, i fear not, sadly no, sadly not, sadly i, regrettably, regretfully
    to my regret, much to my regret, respectfully decline, politely decline, kindly decline, have to decline
    must decline, gonna have to decline, going to have to decline, decline with, have to say no, gotta say no
    must say no, going to say no, gonna say no, i'd say no, i say no, it's a hard no, hard pass, easy pass
    i'm passing, passing on this, passing on that, passing this time, pass this time, pass for now, pass on this
    pass on it, pass on that, gonna pass on, sit this, sitting this, sitting it out, sit it out, bow out, tapping out
    tap out, i'm tapping, bowing, opting out, backing off, count us out, leave us out, deal me out, rule me out
    scratch me, scratch my name, strike me, strike my name, cross me off, cross my name off, drop my name
    take my name, erase me, wipe my, get me off, take us off, pull my name, pulling my name, release me
    let someone else, let somebody else, let another, find someone else, find somebody else, get someone else
    get somebody else, ask someone else, ask somebody else, try someone else, someone else should, give it to sister
    give it to another, offer it to, give sister my, hand it to someone, do it without me, do without me
    go without me, start without me, go on without me, carry on without me, have fun without, enjoy without
    maybe next time, next time perhaps, another year, next year maybe, some other day, other commitments, prior plans
    previous plans, plans already, something going on, something else going on, have something else, i'm spoken for
    hands are full, hands full, plate is full, plate's full, on my plate, full plate, full schedule, schedule is full
    calendar is full, booked solid, booked up, fully booked, jam packed, up to my neck, up to my ears
    underwater at work, up to my eyeballs, stretched thin, stretched too thin, spread thin, burned out, burnt out
    wiped out, beat tonight, too weak, feel ill, broke her, broke his, fractured, twisted my ankle, in the hospital
    at the hospital, at the er, in the icu, at urgent care, hospice, on crutches, on bed rest, having surgery
    have surgery, had surgery, has surgery, jury duty, in court, deployed, in rehab, on my honeymoon, on a cruise
    on our honeymoon, i'll be out of, leaving town, skipping town, going out of town, going abroad, flying out
    flight that, flying to, in another state, in another country, in a different state, moved to another
    moved to a different, live out of state, live abroad, could care less, nobody cares, i don't do, i don't vote
    i don't donate, i don't give, i don't answer, i don't trust, i don't support, against it, i'm against, i oppose
    opposed, strongly opposed, object to, vote against, voting against, voting for the other, voting for someone
    already voted for, supporting his, supporting her opponent, your opponent, the opponent, took another
    taken another, accepted another, accepted a different, accepted elsewhere, another offer, other offer, another job
    another position, another company, different company, hired somewhere, hired elsewhere, found another
    found something else, found somebody else, found someone else, bought another, bought one already, already bought
    already got one, already have one, already have plans, already made plans, already hired, already sold
    already booked elsewhere, going with another, going in another direction, going a different direction
    decided against, decided not, decided to stay, decided to pass, decided to decline, chose not, choose not
    choosing not, opted not, elect not, prefer not, prefer to not, i'd prefer not, would prefer not, i'd hate to
    i'd rather eat, i'd rather chew, i'd sooner, sooner die, under no circumstances, by no means, it's a no go
    flat broke, strapped, short on cash, tight on money, money's tight, money is tight, tight right now, fixed income
    laid off, unemployed, between jobs, on welfare, kick rocks, pound sand, take a hike, buzz off, get bent
    get stuffed, get lost, shove it, go jump, eat dirt, beat it, bug off, sod off, naff off, bugger off, jog on
    on your bike, do me a favor and, off my phone, out of my phone, leave me be, leave us alone, quit bugging
    quit texting, knock it off, cut it out, enough already, enough with, sick of, tired of, fed up, had it with
    had enough, over this, so over, iba iboboto, iba ang iboboto, iba dadalhin, sa umaga lang, sa hapon lang
    sa gabi lang, sa tanghali lang, ng umaga lang, ng hapon lang, ng gabi lang, sa umaga pa, sa hapon pa, sa gabi pa
    sa monday lang, sa monday pa, sa monday na lang, sa 0 na lang, sa 3pm na lang, tuwing monday lang
    tuwing umaga lang, tuwing hapon lang, tuwing gabi lang, tuwing weekend lang, pag monday lang, pag umaga lang
    pag gabi lang, pag hapon lang, pag weekend lang, pagkatapos ng 3pm pa, after 3pm pa, after lunch pa, after work pa
    lampas 3pm pa, mga hapon pa, mga gabi pa, mga umaga pa, monday lang ako, monday lang pwede, weekends lang
    umaga lang ako, gabi lang ako, hapon lang ako, linggo na lang, bukas na lang, sa makalawa na lang, mas pwede ako
    mas kaya ko sa, mas ok sa akin, mas ok kung, mas mabuti kung, ibang sched, iba sched, ibang schedule, ibang petsa
    ibang slot, resched na lang, usog na lang, iusog, i-usog, iurong, ilipat na lang, lipat na lang, palit na lang
    iba na oras, iba oras, pwede sa monday na lang, only in the morning, only in the afternoon, only in the evening
    only on weekends, only on monday, only after 0, only after 3pm, only before 0, only before 3pm, only the morning
    only the afternoon, only the first hour, morning only, afternoon only, evening only, evenings work better
    mornings work better, afternoons work better, evenings only, any other day, any other time, some other date
    a different date, a different time, a later date, a later time, an earlier time, earlier time, later time
    earlier slot, later slot, sooner slot, sooner appointment, something earlier, something later, anything earlier
    anything later, anything sooner, anything monday, got anything monday, week after next, the week after
    following monday, a week later, next semester, next season, next quarter, next round, some time next
    sometime next, after the holidays, after the new year, after finals, after exams, bump me, bump it, push me
    push my, move me, shift it, can it be, could it be, could it be at, could we make, could we move, could we push
    could we shift, could we meet, could we say, would 0 work, would 3pm work, would monday work, does 0 work
    does 3pm work, does monday work, is 0 ok, is 3pm ok, is monday ok, is monday possible, rather at, rather than 0
    rather than 3pm, rather than monday, better at 0, better at 3pm, better on monday, better for me at
    better for me on, suits me better, suit me better, would suit better, easier on monday, easier at, easier for me
    monday is easier, i'd prefer, would prefer, i prefer, ayaw ko, ayaw namin, ayoko nga, ayaw na ayaw, tutol
    tutol ako, kontra, kontra ako, tumatanggi, tumanggi na ako, tatanggi muna, tinatanggihan, tatanggihan ko, uurong
    uurong na, umuurong, uatras, suko na, ayaw payagan, ayaw ng sister, ayaw ni sister, puno na, puno ang sched
    puno sched, punuan, loaded na sched, busy na busy, tagilid, alanganin, malabong, malabo na, malabo ako
    malabo kami, medyo malabo, negats, ekis, ekis muna, ekis ako, x muna, next batch, next batch na lang
    next month na, sa susunod na, sa susunod na lang, sa sunod na, sa sunod na lang, susunod na taon, next life
    saka na, saka na lang, tsaka na, tsaka na lang, kunin na lang ng iba, ibigay na lang sa iba
    ibigay nyo na lang sa iba, sa iba nyo na lang, iba na lang po, may iba na, may iba na akong, may work na
    may trabaho na ako, nakahanap na ng iba, nakahanap na ako ng iba, nag iba, nag-iba, nag-iba plano, nag iba plano
    nagbago plano, nagbago ang plano, umuwi ng probinsya, uuwi ng probinsya, uuwi kami ng probinsya
    uuwi ako ng probinsya, nasa bakasyon, magbabakasyon, nagbabakasyon, paalis ng bansa, aalis ng bansa, lilipad
    nasa ibang lugar, nasa maynila, nasa manila, nasa cebu, nasa davao, malayo na kami, lumipat na, lumipat na kami
    lumipat na ako, naospital si, inatake, na-stroke, na-ospital, na-er, nasa er, nasa icu, nagluluksa, naglalamay
    may patay, may namatay, may lamay, may burol, may libing, may kasal, may binyag, may handaan, nakaleave papuntang
    may byahe, may flight, may appointment na, may iba akong appointment, may commitment, may naunang, may nauna na
    may naunang lakad, pumasok na lang, tinatamad ako, nakakatamad, ayaw ko na, sawa na, nakakasawa, masama lagay
    masama ang lagay, tanggal nyo, tanggalin nyo, alisin nyo, burahin nyo, i-cancel ko, ipapa-cancel, ipapacancel
    ipacancel, pacancel, pa-cancel, cancel ko, cancel na, cancel na lang, cancel muna, kansel, kansela
    pumuti na ang uwak, pumuti ang uwak, puti na ang uwak, pag nagsnow, kapag nagsnow, pag lumipad, mag snow sa pinas
    sa kabilang buhay, next life na lang, conmigo no, trabajo ese, trabajo mañana, trabajo el, me toca trabajar
    tengo turno, tengo cita, tengo clase, tengo clases, tengo examen, tengo compromiso, tengo otro, tengo otra
    ya tengo planes, ya tengo otro, ya tengo otra, otra ocasion, otra ocasión, otro momento, otra vez, la proxima
    la próxima, para la proxima, para la próxima, mejor otro dia, mejor otro día, mejor mañana, mejor en, mejor a las
    ni hablar, ni en sueños, ni muerto, ni muerta, ni pensarlo, de ninguna manera, en absoluto, estoy de viaje
    ando de viaje, ando fuera, ando enfermo, ando enferma, ya me mude, ya me mudé, se me complica
    se me hizo imposible, me es imposible, imposible para mi, imposible para mí, cancelen mi, cancele mi, cancelar mi
    quiten mi, quíten, quitame, quítame, borrame, bórrame, bórrenme de, saquenme, sáquenme, dejen de mandar
    dejen de escribir
";

/// Doubt, as in [`DOUBT`](super::DOUBT): also questions that hold no word of asking, and news that answers nothing.
pub(in crate::rules) const UNSETTLED: &str = "
    who is this, who's this, who this, who dis, who are you, who u, who you, hu u, hu this, hu is, new phone
    do i know you, wrong chat, wrong send, sino to, sino ito, sino po to, sino ka, sino kayo, sinu to, cno to, cnu to
    sino yan, yes you have the right, yes you got the right, will text, will call, have to find, need to find
    gotta find, but on monday, but at 3pm, but at 0, pero sa monday, pero sa umaga, pero sa hapon, pero sa gabi
    what's it about, oo bakit ba, oo bakit po, what's this about, what's involved, what is it about, i'll look at it
    will look at it, i'll look it over, i'll have a look, i'll take a look, will take a look, i'll look into
    i'll look at, it's closed, nobody here, nobody's here, door is locked, it's locked, where are you, where r u
    where are u, where is everyone, where is everybody, where's everyone, kung pwede gabi, kung pwede umaga
    kung pwede hapon, kung pwede monday, kung pwede sa gabi, kung pwede sa umaga, kung pwede sa hapon, yes i live at
    yes i live there, yes it was me, yes that was me, yes my number is, i'll pass it on, i'll relay
    i'll let sister know, agree to what, what i agree, agree with what, come to what, join what, help with what
    sign up for what, sign what, sign up what, going where, do what now, for which, confirm which
    confirm what exactly, which appointment, which appt, what appointment, what meeting, what party, what thing
    for whom, from who, from where, from what, about who, and this is, and you are, and u are, and who is
    who might this be, who may this be, who do i have, who is texting, whos this, who are u, who r u, who r you
    who is u, who you is, who you be, name please, ur name, name pls, name?, identify yourself, state your name
    state your business, what company, what organization, what group, what org, whose phone, is this real, is it real
    is it legit, is this legit, this legit, srsly?, you sure?, u sure?, you serious, u serious, are we sure, says who
    since when, where'd you get, where did you get, how'd you get, how did u get, how do you have, how do u have
    how do i know, how do you know, what's the catch, what's in it, what's it pay, what does it pay, remind me
    refresh me, more details, more deets, deets, details?, details first, send me the info first, call me to discuss
    call me to explain, call me first, explain first, explain please, first things first, depends what, depends how
    depends when, depends where, depends who, that depends, it depends, all depends, a minute please, give me til
    give me till, give me until, give me an hour, gimme til, gimme till, gimme until, gimme a day, gimme time
    let me have a think, have a think, have to think, gotta think, need a day, need a minute, need a moment
    need a bit, need until, need till, need some time, sit with it, mull it over, mull, chew on it, ponder
    process this, weigh, weighing, on my radar, keep you in the loop, stay tuned, hear from my, hear back, waiting til
    waiting for my, waiting on my, run it by, run this by, clear it with, clearing it with, clear this with
    okay it with, square it with, look at my calendar, look at my schedule, look into it, look into, look it over
    check what, checking with, checking if, checking on, check in with, verify with, verify first, confirm once
    confirm when, confirm first, answer tomorrow, answer tonight, answer soon, answer by, answer you, reply tomorrow
    decide tomorrow, decide tonight, decide by, ask tomorrow, ask first, ask around, tell you tomorrow
    tell you tonight, tell you soon, know tomorrow, know tonight, know by, know soon, know for sure, know better
    find out, finding out, work something out, working on it, working it out, working things out, see whether
    see about, see first, seeing if, i'll keep that in mind, keep that in mind, keep it in mind, keep in mind
    keep me in mind, note to self, thinking about, thinking on, thinking it, think i might, think we might, think it's
    thought it was, thought this was, thought that was, thought we, thought you, supposed to be, meant for someone
    meant for sister, meant for somebody, meant to go to, wrong chat, different person, you got the wrong
    u got the wrong, got the wrong, have the wrong, texted the wrong, texting the wrong, called the wrong
    messaged the wrong, the wrong, this isn't sister, this is not sister, this is his, this is her, this is their
    i'm her, i'm his, i'm not sister, is not here, is asleep, is sleeping, is in class, she's asleep, he's asleep
    found this phone, bought this phone, got this number, old number, number changed, may be, might come, might go
    might could, might can, i could maybe, i could try, i could possibly, quite possible, very possible, it's possible
    chances are, good chance, small chance, slim chance, slight chance, decent chance, fair chance, 0 chance
    0 percent sure, half sure, almost sure, fairly sure i, fairly certain, semi, semi sure, yesish, yes ish, ok ish
    okayish, so so, meh, blah, shrug, dunno man, beats me, search me, your guess, your guess is as good, good as mine
    wish i knew, if i knew, god knows, lord knows, heaven knows, who's to say, too soon to, too early to, jury's out
    jury is out, still deciding, still debating, still thinking, still unsure, still not sure, still figuring
    still up in the air, still looking, still on the fence, debating, undecided, indecisive, conflicted
    mixed feelings, 2 minds, two minds, in two minds, hesitant, reluctant, have reservations, have concerns
    need convincing, convince me, persuade me, sell me on it, take it with a grain, tentative, tentatively yes
    pencil me in for now, loosely, half in, leaning toward, leaning against, want to but, like to but, love to but
    happy to but only, happy to once, only if, if there's, unless my, unless it, unless i, unless they
    unless something, as soon as my, in exchange, for a price, for the right price, for 0 bucks, make it worth
    worth my while, what's in it for me, i'll tell, will tell, i'll pass it on, i'll pass it along, i'll relay
    i'll let sister know, i'll let him know, i'll let her know, i'll let them know, i'll ask, oo ako ito, oo ako to
    oo ako nga, yes what's up, yes whats up, yes was a mistake, yes it came, yes it arrived, yes it went
    yes it loaded, yes it opened, yes received, yes read it, yes saw it, yes it's here, yes it is here, yes the link
    yes the text, yes that number, yes this number, yes same number, yes still my number, yes who's this
    yes can i help, yes may i help, yes how can i help, yes how may i help, opening it, reading it, looking at it
    looking it over, checking it out, reviewing, in a movie, at the movies, driving rn, cant talk now, busy rn
    hit you back, hit u back, hit you up later, hmu later, be right back, one sec brb, later gator, get at you later
    i'll get to you, i'll circle back, circle back, touch base, loop back, come back to you, revert, mamaya na lang
    mamaya ako sasagot, mamaya sasagot, sasagot ako mamaya, sagutin ko mamaya, mamaya pa, bukas pa, bukas ko pa
    hintay muna, hold muna, hold lang, pag isipan ko, pag-isipan, pag-iisipan, pag iisipan ko, pagisipan, pakiramdaman
    pakiramdaman muna, titimbangin, timbangin, tatanong ko, magtanong muna, itatanong ko, tanong ko muna
    tatanungin ko, kakausapin ko, kausapin ko muna, usap muna, mag-uusap muna, pag-usapan, pag usapan, paguusapan
    pag-uusapan, text na lang kita, itetext ko kayo, i-text ko kayo, tatawagan ko, tawagan ko kayo, call ko kayo
    reply ako mamaya, rereply ako, balik ako mamaya, babalikan ko, balikan ko, marahil, posibleng, pwede siguro
    siguro pwede, siguro oo, baka oo, oo siguro, oo sana, sige basta may, depende po, depende kay, depende sa oras
    depende sa sweldo, depende sa araw, alam ko muna, alamin ko, alamin muna, aalamin, aalamin ko, titingnan ko
    tignan muna, tingnan muna, tingin muna, silip muna, sisilipin, check muna, chineck, icheck muna, i-check muna
    para saan, para san, tungkol saan, tungkol san, patungkol saan, ukol saan, about saan, para kanino, kanino
    kanino to, kanino ito, kanino number, galing saan, galing kanino, taga saan, taga san, paano nyo nakuha
    pano nyo nakuha, san nyo nakuha, saan nyo nakuha, legit ba, totoo ba, totoo?, seryoso?, sure kayo, sigurado kayo
    sigurado ka, kilala ba kita, kilala kita, nalilito, nalito, naguguluhan, nagkamali, nagkamali kayo
    nagkamali po kayo, mali tinext, maling tao, mali tao, maling send, mali na send, wrong send, nakigamit, nakitext
    nakikitext, nakikigamit, cp ng, phone ng, bagong number, nagpalit ng number, luma number, lumang number
    nagdadrive, nagdrive, nagddrive, nasa meeting, nasa klase, nasa misa, nasa jeep pa, nasa biyahe pa
    nagmamaneho ako, nakaboto na, nakaboto na kami, nakaboto na ako, nagbayad na kami noong, nagbayad na ako noong
    nabayaran na noong, nabayaran na, tapos na ako, tapos na kami, tapos na kami dyan, muna kaya ko, lang kaya ko muna
    0 lang kaya ko, 0 lang muna, penge load, paload, pasaload, quien eres, quién eres, quien manda, quién manda
    quien me, quién me, de parte de quien, de parte de quién, de donde, de dónde, para cuando, para cuándo, a donde
    a dónde, en donde, en dónde, cuando es, cuándo es, cual cita, cuál cita, cual dia, cuál día, que cita, qué cita
    que dia, qué día, que evento, qué evento, se equivoco, se equivocó, se equivocaron, persona equivocada
    dejame pensar, déjame pensar, dejame preguntar, déjame preguntar, dejame revisar, déjame revisar, deje reviso
    deje veo, déjeme ver, dejeme ver, luego te digo, luego le digo, luego les digo, al rato te digo, al rato le aviso
    mañana le aviso, mañana te aviso, mañana les digo, le confirmo luego, les confirmo luego, te confirmo luego
    le confirmo mañana, les confirmo mañana, te confirmo mañana, todavia no se, todavía no sé, aun no se, aún no sé
    quien sabe, quién sabe, igual y si, igual y sí, chance y si, chance y sí, puede que si, puede que sí, segun, según
    si consigo, si encuentro, si me dan, si me deja, si me dejan, si salgo, si no llueve, si no trabajo, si es gratis
    si hay lugar
";

/// What hinders someone, which is a refusal by itself. As [`DOUBT`](super::DOUBT) it gives way to a firm yes in a later
/// line: "slammed at work", and in the next message "yes, I'm in".
pub(in crate::rules) const HINDRANCES: &str = "
    was coming, wanted, supposed to, busy, sick, ill today, unwell, fever, flu, covid, hospital, surgery, emergency
    injured, broke my, hurt my, have trabaho, got trabaho, need to work, have to work, gotta work, got to work
    at work, working then, working that, working on, working late, working monday, i'm working, i work, on duty
    duty ako, i'm on shift, double booked, overbooked, booked, occupied, already busy, commitment, prior trabaho
    other trabaho, something came up, came up, out of town, i'm stuck, stuck in, stuck at, too tired, overslept
    forgot, in a meeting, nakalimutan, nalimutan, may trabaho, may sakit, masama pakiramdam, masama ang pakiramdam
    masakit, nilalagnat, may lagnat, maysakit, nagkasakit, naospital, nasa trabaho, nasa work, nasa duty
    may emergency, nagka emergency, puyat, pagod, gipit, kapos, stalled, bumabagyo, binaha, baha, tied up, swamped
    slammed, snowed under, buried in work, underwater, caught up, held up, stranded, puking, vomiting, throwing up
    migraine, headache, stomach bug, stomach ache, food poisoning, car broke, car broke down, broke down, flat tire
    car trouble, car won't start, missed my bus, missed the bus, ran out of gas, kids are sick, baby is sick, hungover
    have a shift, have a conflict, conflict, conflicts with, i'm driving, may bisita, may sched na, may meeting
    may klase, may exam, may lakad, may gagawin, pagod na, antok, inaantok, tulog na, nasiraan, na-flat, naflat
    naipit sa traffic, trapik, na-traffic, na-stranded, masama pakiramdam ko, may ubo, may sipon, may trangkaso
    masakit ulo, masakit tiyan, sumasakit, nahihilo, nagtatae, nagsusuka, have plans, got plans, jammed, worn out
    exhausted, dead tired, under the weather, feeling sick, feeling ill, feeling awful, feeling terrible
    feeling rough, threw up, sprained, recovering, recovering from, car died, car won't, hectic, sobrang hectic
    may lagnat ako, may lagnat ang, may sakit ang, may sakit si, may duty, duty ko, duty kami, may pasok
    may pasok ako, may klase ako, may exam ako, may trabaho ako, may shift, naka duty, naka-duty, nakaduty
    pagod na pagod, puyat pa, masama timpla, masama ang timpla
";

/// Ways to say that nothing is wanted, if thanks follow.
const CONTENT: &str = "
    i'm good, i'm all good, i'm set, i'm all set, all set, i'm covered, i'm fine, i'm ok, i'm alright, i'm all right
    i'm cool, i'm happy as i am, i'm straight, i'm sorted, all sorted here, ok na ako, ok na kami, okay na ako
    ok lang ako, estoy bien, estamos bien
";

/// "We're good, thanks" and "sure, whatever": refusal across a comma.
pub(in crate::rules) fn declined() -> impl Iterator<Item = String> {
    let marks = [",", ".", "!"];
    let thanks = ["thanks", "thank you", "salamat", "gracias"];
    let endings = marks.into_iter().flat_map(move |mark| thanks.map(|thanks| format!("{mark} {thanks}")));
    let indifferent = ["sure", "ok", "yes", "fine"].map(|yes| format!("{yes}, whatever"));
    let content = phrases(CONTENT)
        .flat_map(move |content| endings.clone().map(move |ending| [content, &ending].concat()));
    content.chain(indifferent)
}
