//! Agreement. A phrase that begins with `^` is an [opening](crate::Rule::openings), one that ends in `$` an
//! [ending](crate::Rule::endings). Phrases that hold a word of refusal and mean none ("no problem") are here too: being
//! longer, they win.

/// Agreement that may be no more than politeness after "maybe" or "let me ask".
pub(in crate::rules) const AGREEMENT: &str = "
    until then, till then, talk to you then, you know it, as always, ^got it$
    duly noted, you bet, you got it, ^sounds good, ^sounds great, ^sounds perfect, ^sounds fine, ^sounds like a plan
    ^all good on my end, ^all good on our end, ^all good here, ^exactly right, ^all good on our side
    ^all good on my side, ^all good with me, ^all good with us, ^all good for me
    ^perfecto mundo, ^all clear, that's good, same here, no prob, no probs, np, no worries
    no doubt, no objection, no objections, no question, no complaints, no complaint, not mind, keri, oks
    okey lang, ok lang, ok na, kuha ko, sige lang, wala busy, walang kaso, wala kaso, ^👌, ^🆗, ^💯, ^🤝, ^🤙, ^good for me
    ^good with me, ^great for me, that's right, that's correct, ^that is right, ^that is correct, ^ok, ^okie dokie
    ^okay dokay, ^sure, ^alrighty, ^righto, ^understood, ^gotcha, ^acknowledged, ^sige, ^sigi
    ^done$, all done$, it's done$, that's done$, it is done$, that is done$, ^good with$, ^is good$
    copy$, gets$, would work$, would be great$
    would be perfect$, y$, nakuha$

    ^aight, ^aite, ^ight, ^iight, ^alrighty then, ^alright then, ^all righty
    ^okey doke, ^oki doki, ^rgr, ^roger wilco, ^ten four, ^ack$, ^mhm, ^mmhmm, ^mmhm, ^mm hmm, ^uh huh, ^uhuh$, ^yuh
    ^very well$, ^so be it$, ^fair enough$, ^lgtm, ^makes sense$, ^as you wish, ^if you insist, ^fine then, ^ok fine
    ^jolly good$, ^great stuff$, ^great thank you, ^that'll do$, ^that will do$, ^that'll work
    ^that will work, ^that works, ^this works, ^works$, ^it works$, ^it's fine$, ^it's all good$, ^it is fine$
    ^that's fine, ^that is fine, ^that's ok, ^that's great, ^that's perfect, ^that's cool, ^that's alright
    ^that's all right, ^that'll be fine, ^that'll be great, ^that'll be perfect, ^that'll be good, ^that would be fine
    ^that would be great, ^that would be perfect, ^that would be lovely, ^that would be wonderful, ^that sounds good
    ^that sounds great, ^that sounds fine, ^that sounds perfect, ^that sounds lovely, ^sounds lovely, ^sounds awesome
    ^sounds amazing, ^sounds wonderful, ^sounds cool, ^sounds ok, ^sounds about right, ^sounds like fun$, ^looks fine
    ^looks perfect, ^good plan$, ^noted with thanks, ^well noted
    ^noted on this, ^read and understood, ^will take note, ^got your message and will, ^got this$, ^i got you$
    ^i gotchu$, ^gotchu$, ^got chu$, ^cool with me, ^cool by me, ^ok with me, ^ok by me, ^ok for me, ^okay with that
    ^i'm ok with, ^i'm fine with, ^i'm cool with, ^i'm happy with, ^i'm good with, ^i am ok with, ^i am fine with
    ^i am good with, ^i am happy with, ^fine with that, ^good with that, ^happy with that, ^cool with that
    ^down with that, no issue, no issues, no sweat, no biggie, no big deal, nbd, no qualms, no trouble at all
    no bother, not an issue, not a busy, without a doubt, without question, without doubt, without fail
    ^perfect timing, ^right you are, ^that's the one$, ^correct$, ^noted$, ^ayos lang, ^ayos yan, ^ayos na
    ^ayos ako, ^okay yan, ^ok yan, ^ok ako dyan, ^ok sakin, ^ok sa akin, ^ok sa amin, ^ok kami, ^ok na ok, ^ok na ako
    ^ok rin ako, ^keri lang, ^keri ko, ^keri yan, ^kering keri, ^carry ko, ^carry lang, ^nice sige, ^sige na
    ^sige na nga, ^sige go, ^sige ba, ^g lang, ^gege, ^gegege, ^gege po, ^okie po, ^copy po, ^copy paste$
    walang problem, walang prob, walang isyu, walang issue, hindi problema, hindi busy, hindi isyu, walang anuman sige
    ^nakuha ko, ^nakuha po, ^gets ko, ^gets na, ^gets po, ^tamang tama, ^sakto lang, ^noted dito, ^ganda sige
    ^de acuerdo, ^entendido, ^orale, ^órale
    ^sale$, ^simon$, ^simón$, no hay problema, ningun problema, ningún problema, sin problema, no hay pedo
    no hay inconveniente, ^seguro$, ^me parece bien, ^me parece perfecto, ^suena bien, ^como no, ^cómo no
    ^okey, ^🙌, ^💪, ^👊, ^🆒, ^🤜, ^🥳, ^💚$, ^🟢, ^good deal$, ^awesome sauce, ^awesomesauce
    ^positive$, ^too easy$, ^easy$, ^easy peasy, ^ez$, no drama, no dramas, ^no stress$, ^off course, ^ofcoz, ^ofcors
    ^of cors, ^of coarse, ^of corse, ^of cource, ^ofcource, ^of couse, ^ofcouse, ^cors$, ^hecks yeah, ^hecks yes
    ^hella yes, ^hella yeah, ^bloody right, ^bloody oath, ^too right, ^quite right, ^bang on
    ^spot on, ^lovely jubbly, ^cushty, ^safe$, ^calm$, ^bueno pues, ^perf$
    that day suits, that'd be great, that'd be perfect, that'd be fine, that'd be good, that'd be lovely
    that'd be wonderful, that'd work, that'd do, ^perfect time, the time is good, ^time is good, the time is fine
    ^time is fine, that time is ok, ^doable$, ^that's doable, ^totally doable, ^very doable, ^0 is doable, ^0 doable
    ^3pm is doable, ^3pm doable, ^its handled, ^it's handled, ^handled$, ^no sooner said than done, ^leave it to me
    ^you can leave it to me, ^i got your back, ^i've got your back, ^that's true$
";

/// Agreement that decides, also after doubt.
pub(in crate::rules) const FIRM: &str = "
    nothing would make, say when, say where, just tell me, tell me what to bring, tell me where
    tell me when, send me the address, see everyone, ^in my calendar, ^on the calendar, ^in the calendar
    marked my calendar, marked it, wrote it down, penciled in, whole sister coming, ^all sister coming
    both sister coming, me and sister will be there, me and sister be there, me and sister coming, me and sister will
    yes no busy, yes no prob, yes no worries, a hundred percent, hundred percent
    anything for you, anything to help
    an honor, would be an honor, mins away
    minutes away, min away, not change my mind, not changed my mind, nothing can stop me, nothing will stop me
    not have it other way, how could i say no, how can i refuse, no i didn't forget, no not forget
    no i haven't forgotten, here for it, expect 0, right on, copy that, wilco, loud and clear, 10 4, say less
    for sure, done deal, of course$, of course sister$, of course doctor$, ofc, let's do, let's do it
    me and sister can, me and 0 sister can
    sister and i can, sister and i will, both of us can, us can, ^can come, ^will come, ^will be there, i'll come
    i'll bring, i'll see you, i'll attend, i'll arrive, i'll get there, i'll help, ^show up, i'm on it
    ^going to be there, ^gonna be there, ^gonna come, ^going to come, ^gonna make, count me$, pencil me, have me down
    reserve me, save a spot, save my spot, reserve a spot, count on it, depend on me, my pleasure, with pleasure
    would be happy, ^want to come, ^want to help, cya, look forward, it's a date, its a date, ^good to go, we're good
    were good, ^fits my, no changes, no change, ^me too$, count us in, as planned, as agreed, as scheduled
    as discussed, wild horses, with bells on, by all means, why yes, no matter what, come what may, rain or shine
    no busy, no reason not, no reason why not, no reason i can't, no reason why i can't, no reason i couldn't
    nothing else going on, nothing planned, nothing going on, no plans, no trabaho, not busy, not an busy
    not going to be busy, why not, why not?, y not, y not?, don't see why not, not see why not, not have trabaho
    not have plans, not have any plans, not have anything, ^day off, not at all a problem, can not wait, not miss this
    not miss, not want to miss, can't miss, not skip, not pass up, not dream of cancel, not late, not going to be late
    not going to cancel, not cancel, not flake, not back out, not forget, wouldn't say no, not say no, can't say no
    couldn't be happier, couldn't agree more, can't complain, nothing better, not let you down, not disappoint
    not absent, ^kaya po, ^join ako, reserve ako, kita kitz, oo ba, pangako, tulong ako, ^mag volunteer
    ^mag-volunteer, ^mag dadala, lista mo, paki lista, pakilista, paki sama, pakisama, pakisulat, paki sulat
    pakireserba, pakireserve, pakiconfirm, tinatanggap, ^kaya ng, ako pa, ako pa ba, maaga kami, ^handa na ko
    ^handa ko, susundin, maganda oras, maganda ang oras, hindi palalagpasin, hindi bibiguin, hindi ko bibiguin
    sali kami, kami sali, gow, booked na ako, booked na kami, ^leave ako, nag leave, nag-leave, naka leave, naka-leave
    pinayagan, pinayagan ako, naka off, ^day off ko, ^off ko, ^off ako, ^rest day ko, wala tutol, walang hadlang
    walang conflict, ^areglado na, ^plantsado, ^kasado, ^aprubado na, kahit ano, kahit anong oras, kahit kailan
    kahit saan, kahit umuulan, basta kayo, basta ikaw, isali, ^lagi handa, ^laging handa, puwedeng puwede
    ^pwede pwede, ^maaari, ^maari, ^papayag, ^sumasang-ayon, arat, ^gora, ^areglado, ^swak, solb, ^sakto
    walang-aberya, ^aprubado, kinukumpirma, kumpirma, gusto ko pumunta, gustong gusto, gustung gusto, ^pupunta
    ^sasama, ^tutulong, ^dadalo, ^tutuloy, ^sisipot, ^aattend, ^mag a-attend, ^a-attend, ^maka-attend, ^makaka-attend
    ^mag attend, ^mag-join, ^magjo-join, sama ako, isama, dating ako, ^aabot, ^makakaabot, ^makakahabol, ^hahabol
    ^bibisita, gawin ko, ako na ang, bahala na ako, maaasahan, asahan, aasahan, umasa, expect ako, i expect, i-expect
    ilista, palista, pa-lista, pa-add, pa-reserve, pareserve, pa-book, pabook, pasulat, sulat mo ako, isulat, idagdag
    pa-sama, pasama, pa-confirm, pa-slot, kita tayo, kita kits, kitakits, kits, kita na lang tayo, magkita tayo
    kitain, abangan, hintayin, hihintayin, inaasahan, masaya ako, masayang masaya, ikinagagalak, malugod, nakahanda
    ^handa ako, handang, ^bukas ako, magaan sa akin, pabor, ^g na g, masusunod, siguradong, walang-duda
    ^tuloy na tuloy, hindi mawawala, hindi absent, hindi late, hindi male-late, hindi ma-late, hindi mang-iindian
    hindi aatras, hindi cancel, hindi ko cancel, hindi mag-cancel, hindi ica-cancel, hindi ikakansela
    hindi pwede wala ako, hindi pwedeng wala, hindi pwede hindi, hindi pwedeng hindi, hindi palalampasin
    hindi pinapalampas, hindi makakalimutan, hindi makatanggi, hindi makakatanggi, wala trabaho, wala gagawin
    wala lakad, wala pasok, wala sagabal, wala hindi pwede, wala atrasan, walang dahilan, wala reklamo
    wala iba trabaho, wala ibang lakad, wala iba lakad, wala ibang trabaho, hindi magbabago, walang pagbabago
    wala pagbabago, wala nagbago, walang nagbago, ^susunod ako, ^sunod ako, malapit na kami, ^pwede basta
    ^pwede ako basta, hindi tutol, ^👍, ^✅, ^☑, ^✔, ^🙆, ^🫡, ^🙋, ^be there on time, i'll be on time, i'll be early
    i'll be waiting, i'll be attending, i'll be joining, i'll make it, i'll make time, i'll stop by, i'll stop in
    i'll drop by, i'll drop in, i'll swing by, i'll head over, i'll head there, i'd be happy, i'd be glad
    i'd be honored, i'd be delighted, i'd be there, ^keep appointment, ^keep appt, ^keep slot, ^keep spot
    ^keep schedule, ^keep sched, ^keep booking, ^keep reservation, ^keep seat, ^keep place, ^keep name, ^keep monday
    ^keep 3pm, ^keep date, ^keep time, ^keep me on list, ^keep me on, ^put me back on, ^leave me on list, hold my slot
    hold my seat, hold my place, hold my appointment, ^put my name, add me to list, add my name, book me in
    book me for, save me a seat, save me a place, save me a slot, mark me present, mark me as coming, mark me as going
    mark me as attending, mark me down, list me as coming, i'll take it, i'll take that, i'll take slot
    i'll take spot, i'll take 3pm, i'll take monday, i'll take appointment, i'll take time, i'm going with sister
    i'm in with, i'm down to come, i'm down to help, i can bring, i can drive, i can cover, i can stay
    i will be there, i will bring, i will be on time, ^love to come, ^love to be there, ^happy to come, ^happy to do
    ^happy to be there, ^happy to be part, ^happy to assist, ^glad to come, ^glad to do, ^glad to be part
    ^planning to come, ^planning on coming, ^planning on attending, ^plan on coming, ^planning on being there
    ^plan on attending, ^plan on being there, ^able to come, ^able to make it, ^willing to come, ^willing to help
    ^ready to come, ^ready to help, ^prepared to come, ^interested in helping, ^interested in coming
    ^interested in attending, ^interested in joining, ^interested to come, ^good by me, good on my end
    ^good on my side, good on our end, ^good for 0 of us, ^good for both of us, ^good to us, see you guys, see you all
    see you everyone, see you next week, see you next monday, see you at, see you both, see you maam, see you clinic
    see you in the morning, see you in the clinic, see you in a bit, see you doc, ^go for it, let's go for it
    ^great to see you there, ^fine for me, fine with me, fine by me, done and noted, done booking, done signing up
    done registering, done confirming, sister and i coming, ^coming with sister, ^coming over, ^coming by
    ^coming along, ^coming as planned, ^coming back, ^will be coming, ^still coming, ^deal then, ^on my way there
    ^on my way now, otw na po ako, ^free all day, ^free all morning, ^free all afternoon, ^free anytime
    ^free whole day, ^free buong araw, ^free that day, ^free that time, ^free then, ^available that day
    i'm off that day, i'm off work, i'm off trabaho, ^works great, ^works perfectly, ^works on my end
    ^tuloy appointment, ^pupunta sa appointment, ^pupunta sa clinic, ^pupunta sa event, ^pupunta sa klinika
    ^pupunta sa monday, ^pupunta sa 3pm, ^pupunta sa opisina niyo, ^pupunta sa sched, ^pupunta sa schedule
    ^pupunta sa outreach, ^pupunta sa inyo, ^pupunta dyan, i can that day, i can then, fuck yes, fuck yeah
    no that's fine, couldn't be more ready, ^ready for it, ^ready for tomorrow, gusto ko pupunta, ako na magdadala
    ako na magluluto, ^coming for sure, ^arriving at, i could come, i'd love to come, i'd love to help
    ^go ahead and book, perfect for me, ^game what time, ^coming with my, ^free from, ^free between, ^free at
    ^free on, ^free in, ^bet i'll be there, i will come, i can make it, i can make that, i can make time
    i will make it, i'm ready to come, i'm able to come, i'm able to make it, i'm able to be there, i'm down to
    ^push na yan, ^push natin, ^go na yan, ^game na yan, ^g na yan, ^put me on list, ^put me on the list
    i'll take trabaho, i'll take the morning, i will take it, i will be coming, i will definitely be there
    i will definitely come, ^present ako, ^maluwag ang oras, ^maluwag ako, i will stop by, i will drop by
    i'll go there, i will see you, i can take it, i can take that, i can take monday, i can take the slot
    ^tutulong sa, ^makakatulong sa, ^tumulong sa, ^sasali sa, ^makakasali sa, ^sumali sa, ^lalahok sa, ^makakalahok sa
    ^makikisali sa, ^dadalo sa, ^makakadalo sa, ^dumalo sa, ^tutuloy sa, ^tuloy sa, ^magdadala ng, ^magluluto ng
    ^magbubuhat ng, ^maglilinis ng, ^maglilinis sa, ^magbibigay ng, ^aattend sa, ^aattend ng, ^makakaattend sa
    ^makakaattend ng, ^sasama sa, ^makakasama sa, ^susunod sa, ^sisipot sa, ^makikiisa sa, ^sasabay sa, ^darating sa
    ^darating ng, ^dadating sa, ^dadating ng, ^makakarating sa, ^makakarating ng, ^magpapalista sa, ^magtuturo ng
    ^magtuturo sa, ^maghahanda ng, ^roger$, ^uu, see you$, c u$, see ya$, catch you$, meet you$, i'm in$, i'm so in$
    i'm on$, i'm down$, i'm off$, i'm going$, i'm here$, i'm able$, i'm outside$, i'm up for$, ^can i will$
    i'll take$, i'll definitely$, i'll still$, ^will go$, ^can make$, i'd love$, i'd like to$, ^love to$, ^happy to$
    ^glad to$, ^pleased to$, ^honored to$, ^excited to$, i plan to$, ^plan to come$, ^planning to$, ^planning on$
    ^plan on$, ^planned on$, i intend$, ^intend to$, ^ready to$, ^prepared to$, ^willing$, ^willing to$, ^interested$
    ^in for$, ^down for$, ^game for$, ^all in$, ^be here$, ^be around$, ^still going$, ^still up for$, ^on my way$
    omw$, otw$, ^on the way$, just parked$, ^arriving$, ^excited$, happily$, whenever$, ^deal$, ^bet$, ^present$
    ^game$, ^put me$, save me$, mark me$, list me$, expect i$, ^keep it$, ^keep me in$, ^want in$, i promise$
    promise$, carry$, laban$, ^push$, ^free$, ^works with$, ^fits me$, ^on my calendar$, fs$, def$, gusto namin$
    nandito$, dito na ako$, otw na$, papunta na$, paalis na$, sulong$, kita na lang$, ako na$, ^go na$, ^go lang$
    ^game na$, ^maluwag$, 100$, i am in$, i am down$, i am game$, i am there$, i am so in$, i am on it$, i am going$
    we are in$, we are down$, we are going$, ^pupunta sa$, ^pupunta ng$, i can do$, i can make$, i will go$
    i will do$

    ^yes, ^aye, ^oo, ^affirmative, ^opo naman, ^absolutely$, ^absolutely sister$, ^absolutely doctor$, ^definitely$
    ^definitely sister$, ^definitely doctor$, ^certainly$, ^certainly sister$, ^certainly doctor$, ^gladly, ^surely
    ^positively
    ^most definitely, ^most certainly, ^indubitably, ^undoubtedly, ^yes yes, ^yes of course, ^heck yes, ^heck yeah
    ^hell yes, hell yeah, ^damn right, ^damn straight, ^darn right, ^darn tootin, ^fo sho, ^fosho, ^fasho, ^forsure
    ^fr fr$, ^no cap$, ^duh$, ^obvi$, ^obvs$, ^natch$, ^bien sur, ^course$, ^but of course, ^ofcourse, ^certo
    ^ya sure, ^you betcha, ^yes sir, ^yes ma'am, ^yessirski, ^ayup, ^yass queen, a yes from me, a yes from us
    a yes from my side, it's a yes, its a yes, that's a yes, that is a yes, it is a yes, big yes, huge yes, hard yes
    solid yes, definite yes, resounding yes, emphatic yes, enthusiastic yes, easy yes, firm yes, yes from me
    yes from us, yes for me, yes for us, yes on my end, yes on our end, me as a yes, us as a yes, put me as yes
    mark me yes, ^i'm a yes, ^i am a yes, ^we are a yes, my answer is yes, our answer is yes, the answer is yes
    answer is yes, answer's yes, ^i say yes, i'm saying yes, ^i vote yes, already said yes, i said yes already
    i did say yes, this time yes, me as coming, in that case yes, that is affirmative, it's a go, its a go, we're a go
    i'm a go, all systems go, it's on$, we're on$, ^still a go$, i'm set for, all set for, all set to come
    all set to go$, ^all set see you, it's a deal, its a deal, it's a plan, got a deal, got yourself a deal
    have a deal, have yourself a deal, you have a deal, ^sold$, ^i'm sold$, shake on it, it's settled$
    that's settled$, consider me in, consider it done, consider it confirmed, consider me confirmed, consider me there
    consider that a yes, consider this my yes, consider this a yes, consider us in, take that as a yes
    take this as a yes, that as a yes, ^please do$, ^pls do$, ^do it$, ^go ahead, ^proceed$, ^please proceed
    ^carry on$, ^make it so$, ^book it$, ^please book, ^book me$, ^schedule me, ^schedule it$, ^lock it in
    ^lock me in, ^locked in$, ^i'm locked in, ^confirmed, ^i confirm$, ^i hereby confirm, ^confirm$, ^confirming$
    ^confirm me, ^confirm my appointment, ^confirm our appointment, ^confirm the appointment, ^confirm appointment
    ^confirming my appointment, ^confirming the appointment, ^confirming appointment, ^confirmed appointment
    ^i confirm my attendance, confirm my attendance, confirm our attendance, confirming my attendance
    confirm my participation, confirm my presence, confirm i'll be there, confirming i'll be there
    confirm that i'll be there, confirming that i'll be there, ^i'm confirming$, ^i am confirming$
    ^confirm attendance, ^confirmed attendance, i do confirm$, we confirm$, ^can confirm$, ^i can confirm$
    ^confirmed for, ^i accept$, ^accept$, ^i do accept$, ^accept appointment, accept your appointment
    thrilled to accept, happy to accept, pleased to accept, honored to accept, delighted to accept, glad to accept
    gladly accept, humbly accept, proudly accept, gratefully accept, ^i approve$, ^approve$, ^i agree$, ^agree$
    ^i do agree$, ^agree to appointment, i agree to appointment, i fully agree$, i totally agree$, i completely agree$
    ^agree 100, ^agree with that$, ^agree with you$, ^i consent, ^we consent, ^consent given, ^i authorize
    ^permission granted, ^granted$, ^i'm in agreement, we agree$, ^affirm$, ^i affirm, ^available$, i'm available
    i am available, ^available ako, ^available kami, ^available lang, ^i'm free$, ^i am free$, i'm free that day
    i'm wide open, ^wide open, my schedule is clear, my schedule is open, my schedule is free, my calendar is clear
    my calendar is open, my calendar is free, my day is free, my day is open, my day is clear, i've got time$
    i have time$, i have the time$, i have the day off, got the day off, have that day off, i have off, i'm off then
    nothing on that day, nothing on then, nothing on my calendar, not doing anything, nothing scheduled
    nothing better to do, i'm not working, i am not working, not working that day, not working then
    not working monday, not working on monday, ^joining$, ^attending$, ^i'm attending, ^i'm joining, i am attending
    i am joining, ^joining you, ^joining us, ^i'm participating, ^i'm volunteering, ^i'm helping$, i'll be helping
    i'll be volunteering, i'll be participating, ^volunteering$, ^happy volunteer$, ^i volunteer$, ^will attend
    ^will join, ^will be attending, ^will be joining, ^will be present, ^will be in attendance, ^will be here
    ^will be ready, ^will be on time, ^will show up, ^will see you, ^will make it, ^will make time
    ^will try my best to be there on time, i'm coming, we're coming, i am coming, we are coming, ^coming$
    i'm still coming, i am still coming, we are still coming, i'm def coming, i'm totally coming, i'm still in$
    i'm still on$, i'm still down, i'm still good, i'm still up for, i'm still available, i'm still free
    i'm still going$, i'm gonna be there, i'm going to be there, i'm planning to come, i'm planning on it
    planning on it$, plan on it$, i'm on board, ^on board$, i'm all in$, i'm all for it, all for it$, ^i'm keen
    ^keen$, keen to come, ^up for it$, i'm up for it, i'm up for that, up for that$, i'm so down, i'm totally down
    i'm super down, i'm game, i'm so game, i'm totally in, i'm definitely in, i'm def in, i'm absolutely in
    i'm 100 in, i'm in 100, i'm so there, i'm totally there, i'm there, at your service, i'm your man, i'm your guy
    i'm your girl, i'm your gal, i'm your woman, i'm yours$, i'm all yours$, ^i'm otw, ^i'm omw, ^en route, ^enroute$
    ^heading over, ^heading there, ^heading out now, ^headed there, ^headed over, ^headed your way, ^heading your way
    i'm heading over, i'm heading there, i'm headed there, i'm headed over, ^leaving now$, ^just left$, ^almost there$
    ^nearly there$, ^be there soon, ^pulling up$, ^parking now$, ^i'm parking, ^be right there, ^be right over
    ^be there, ^be ther, ^b there, ^ill be they're, i'll be there, i'll be they're, ^make it$, ^making it$
    i'll be over, i'll be along, i'll be right there, i'll be right over, i'll be coming, i'll be around$
    i'll be present, i'll be in attendance, i'll be here$, i'll be outside, i'll be at the clinic, i'll be at clinic
    i'll be at the event, i'll be by$, i'll be with you, i'll be good$, i'll be free$, i'll be available, i'll pull up
    i'll roll through, i'll roll thru, i'll slide through, i'll slide thru, i'll slide$, i'll pop by, i'll pop in
    i'll pop over, i'll come over, i'll come by, i'll come through, i'll come thru, i'll come in, i'll come down
    i'll come back, i'll see ya, i'll see yall, i'll accept, i'll participate, i'll donate, i'll contribute
    i'll pitch in, i'll chip in, i'll lend a hand, lend a hand$, i'll give a hand, i'll help out, i'll do it
    i'll do that, i'll do my part, i'll gladly, i'll happily, i'll most definitely, i'll absolutely, i'll certainly
    i'll surely, i'll for sure, i'll totally, i'll def$, i'll be doing it, i'll be ready, i'll be prompt
    i'll be punctual, i'll sign it, i'll cover it, i'll pick it up, i'll pick up$, i'll wait$
    i'll make sure to be there, i'll make sure to come, i'll make sure i'm there, i'll make it work
    i'll make that work, i can make it work, i can make that work, we can make it work, i'll make myself available
    i'll move things around, i'll keep it$, i'll follow through, i'll bring it, i'll bring the, i'll go$
    i'll go with that, i'll go for it, i'll go ahead, ^imma be there, ^ima be there, imma pull up, ^imma come
    ^imma go$, ^imma help, ^finna pull up, ^finna be there, ^bouta pull up, pull up$, pull through$, come through$
    ^boutta pull up, i will attend, i will join, i will be attending, i will be joining, i will be present
    i will be in attendance, i will be here$, i will be ready, i will be helping, i will definitely, i will gladly
    i will happily, i will certainly, i will surely, i will absolutely, i will most definitely, i will for sure
    i will help, i will participate, i will pick it up, i will sign, i will accept, i will do so$, i will do it
    i will do that, i shall attend, i shall be there, i shall come, i shall be attending, i shall be present
    i would love that$, i would be delighted, i would be honored, i would be honoured, i would be happy
    i would be glad, i would be pleased, would be delighted, would be my pleasure, would be a pleasure
    i would love to$, would love to$, i'd love that$, i'd love it$, i'd be thrilled, i'd be pleased, i'd be honoured
    i'd be up for, i'd be down, i'd be game, i'd like that$, i'd like to come, i'd like to keep, i'd enjoy that
    would like to keep, would like to come, i do want to come, i still want to come, i still want it$
    i still need it$, still need it$, i still plan to come, still plan to come, still planning to come
    still planning on, still on for, still good for, still good$, still on$, i intend to come, i want to$, i want in$
    i want to be there, i do want to$, i got this$, i've got this$, i've got it$, it's on my calendar
    its on my calendar, on the books$, it's in my calendar, put it in my calendar, added to my calendar
    added it to my calendar, in my planner, in my diary, on my schedule$, ^will do$, ^shall do$, ^would do$, ^can do$
    ^i can do it, ^i can do that, ^i can do this, ^consider done, ^i can and will, i can come, we can come
    i can be there, i can help, i can come in, i can still come, i can for sure, i can definitely, i can swing it
    i can swing that, i can manage that, i can manage it, i can manage$, can help$, ^able to$, i am able to come
    i am able to, ^i would$, ^we would$, ^i can$, ^i do$, ^i will$, ^i shall$, ^i am$, ^i could do that, ^we can$
    ^we will$, ^we do$, ^we are$, ^i did$, delighted to, ^delighted$, thrilled to come, ^thrilled$, honored to come
    honored to be, delighted to come, excited to come, excited to be there, excited to be part, eager to come
    ^overjoyed, i'm excited to, ^honoured to, ^it would be a pleasure, ^it'd be a pleasure, it'd be an honor
    it would be my pleasure, my honor$, ^twist my arm, you twisted my arm, you convinced me, you had me at
    you talked me into it, you've convinced me, you've talked me into it, wouldn't miss it, not miss it, not missing
    not miss that, not gonna miss, not going to miss, never miss, wouldn't dream of missing, no way i'm missing
    no way i miss, no way i'd miss, no way i'm not coming, no way i'm gonna miss, no way im missing
    ain't no way i'm missing, ain't missing, wouldn't want to miss, wouldn't pass it up
    wouldn't have it any other way, never been more ready, never been readier, born ready, ready as ever
    ready and waiting, ready and willing, ready willing and able, ready to go$, ready to roll$, ready when you are
    ^so ready$, i'm so ready, i'm ready, ^ready$, i was born ready, let's go$, lesgo, lesgoo, letsgo, letsgoo, ^lfg
    lessgo, lessgoo, lezgo, lezzgo, let's gooo, ^let's roll$, let's get it, ^let's ride$, let's rock, let's do this
    let's make it happen, make it happen$, let's keep it, let's plan on it, let's meet, let's confirm, ^bring it on
    ^game on$, ^it's happening$, ^we ride, why the heck not, why the hell not, why tf not, why wouldn't i
    why would i not, how could i not, how could i refuse, how can i say no, couldn't say no, can't refuse
    can't turn that down, can't pass that up, can't pass it up, wouldn't say no to that, not gonna say no
    can't argue with that, don't mind if i do, i don't mind, i wouldn't mind, don't mind at all
    i don't have a problem with, don't have a problem with that, don't have any problem, don't have any issue
    no reason to say no, have no busy, have no objection, have no objections, i don't object, don't see any problem
    don't see a problem, don't see a reason not, what's not to love, no hesitation, without hesitation
    nothing has changed, nothing changed, no change of plans, plans haven't changed, haven't changed my mind
    not backing out, not bailing, not cancelling, not canceling, don't cancel, please don't cancel, do not cancel
    not gonna cancel, not need to cancel, no need to cancel, no need to reschedule, not need to reschedule
    hindi na kailangan i-cancel, hindi na kailangan i-resched, hindi kailangan i-resched, hindi kailangan i-cancel
    hindi na kailangan ilipat, not giving up my spot, don't give up my spot, don't give away my spot
    don't give my spot away, please don't give away my spot, don't give my spot, don't give my slot
    don't give away my slot, don't give away my seat, don't take me off, don't remove me, don't forget me
    don't leave without me, don't start without me, never say no, i never say no, count me in, count me as in
    count me as a yes, count on me, can count on me, can always count on, rely on me, bet on it, bank on it
    you can bet on it, you have my word, you have my support, you have my vote, you have my yes, got my vote
    got my support, you got me$, you got my vote, you can depend on me, you can expect me, expect me, expect us
    expect me there, sign me up, sign me in, signing up, i'll sign up, put me down, put me on, put me in$
    put my name down, put down my name, write me down, jot me down, save me a spot, save a seat, save a seat for me
    save a spot for me, save my seat, hold a spot for me, hold my spot, add me$, include me$, pencil me in, slot me in
    squeeze me in, fit me in, chalk me up, i'm with you$, i'm with it, ^i'm bout it, ^i'm about it, ^with it$
    ^i'm here for it, see you soon, see you later, see you there, see you then, see you monday, see you 3pm, cu there
    cu then, cu soon, cu tomorrow, cu monday, seeya, see yall, see everybody, see you folks, see you ladies
    see you lads, see you boys, see you bright and early, see you on the, see you bukas, looking forward to it
    looking forward, ^lookin forward, counting down, counting the days, ^can't wait, ^cannot wait, ^so excited$
    ^i'm excited$, ^so pumped, ^i'm pumped, ^pumped$, ^hyped$, ^i'm hyped, ^stoked$, til then$, catch you then
    catch you there, meet you there, meet you at, ^talk then$, works for me, work for me, works for us, works with me
    works with my schedule, fits my schedule, works on our end, works perfect, works wonderfully, works well
    works nicely, works fine, ^monday works$, ^monday works fine, ^monday works great, ^monday works perfectly
    ^3pm works$, ^3pm works great, ^3pm works fine, that time works, that day works, this time works, that date works
    that slot works, time works$, date works$, either works, both work$, both works, any time works, anytime works
    any day works, either is fine, either day works, either one works, suits me, suits us, that suits$
    ^monday is good, ^monday is fine, ^monday is great, ^monday is perfect, ^monday is ok, ^monday sounds good
    ^monday sounds great, ^monday sounds perfect, ^3pm is good, ^3pm is fine, ^3pm is great, ^3pm is perfect
    ^3pm is ok, ^3pm sounds good, ^3pm sounds great, ^3pm sounds perfect, ^3pm it is, ^monday it is, ^0 it is
    ^0 works, ^0 is good, ^0 is fine, ^0 is great, ^0 is perfect, ^0 is ok, ^0 sounds good, that time is fine
    that time is good, that time is perfect, that time is great, that day is fine, that day is good
    that day is perfect, same time as usual, usual time$, usual place$, ^same as always$, as usual$, ^per usual$
    ^1000, ^200 percent, ^110 percent, one hundred percent, 0 percent yes, 100 percent, 100 yes, 100 in$, 100 coming
    million percent, a thousand percent, thousand percent, with all my heart, all day long$, ^any day$, ^any time$
    ^anytime$, ^always$, always happy to help, always happy to, always down$, always ready$, always in$
    you know i'm in, you know i'm down, you know i'll be there, you know i got you, you know i'm coming
    like you had to ask, no need to ask, need you even ask, you had to ask, as if i'd say no, as if i'd miss it
    as if i would miss, as if i could say no, do you even have to ask, say no more, is the pope catholic, does a bear
    ^ya boi will be there, me and my sister are coming, me and the sister are coming, my sister and i are coming
    my sister and i will be there, my sister and i will come, my sister and i will attend, my sister and i can come
    my sister and i are in, my sister and i would love to, both coming, both of us are coming
    both of us will be there, both of us will come, all of us are coming, all coming, we'll all be there
    we'll both be there, we will both be there, we will all be there, i'm bringing, we're bringing
    whole sister will be there, bringing the sister, bringing my sister, party of 0, table for 0, 0 of us coming
    0 of us are coming, 0 of us will be there, ^oo nga, ^oo na, ^oo na nga, ^oo po, ^opo sige, ^oo sige, ^aba oo
    ^aba syempre, ^aba opo, ^ay oo, ^ay opo, ^ay sige, ^yes na yes, ^yes naman, ^go na go, ^go go$, ^go$, ^go go go$
    ^g$, ^g ako, ^g kami, ^g na, ^go ako, ^go kami, ^go tayo, ^game kami, ^game ako, ^game na game, ^gow na, ^larga$
    ^larga na, ^tara na, ^tara po, ^tara$, ^arat na, ^bet ko, ^bet ko yan, ^payag, ^payag na, ^payag kami, ^pumapayag
    ^pumayag na ako, ^sang-ayon, ^agree ako, ^agree kami, ^pabor ako, ^pabor kami, ^aprub, ^kumpirmado, ^confirm na
    ^confirm na ako, ^confirm kami, ^confirm ako, ^confirm ko na, ^i-confirm ko, ^kinukumpirma ko, ^cinoconfirm ko
    ^kino-confirm ko, ^nagco-confirm, ^nagcoconfirm, ^confirmed na, pupunta ako, pupunta na ako, punta kami
    sasama ako, dadalo ako, darating ako, dadating ako, makakapunta ako, makakarating ako, makakadalo ako
    makakasama ako, tuloy ako, tuloy pa rin, tuloy pa, tuloy kami, tuloy tayo, tuloy na ako, ^tuloy$, tutuloy ako
    nandyan ako, nandyan na ako$, nandito na ako$, ^nandyan$, nandyan kami, nandyan ako monday, papunta na ako$
    parating na ako, parating na kami, ^parating na$, paparating na, bumibyahe na, on the way na$, malapit na ako
    otw na ako$, kasali ako, kasali kami, kasama ako, kasama kami, bilang mo ako, bilangin mo ako, ibilang mo ako
    bilangin nyo ako, ibilang nyo ako, sama mo ako, sama nyo ako, isama mo ako, isama nyo ako, isama na ako
    isali mo ako, isali nyo ako, sali mo ako, lista mo ako, ilista nyo ako, sasali ako, sali ako, lalahok ako
    makikisama ako, maghihintay ako, hihintayin ko, aattend ako, a-attend ako, makaka-attend ako, magdadala ako
    magluluto ako, magbabayad ako, magbabayad na ako, babayaran ko na, bayaran ko na, bayad ko na mamaya
    magbibigay ako, magdo-donate ako, mag-donate ako, mag-aambag ako, mag-ambag ako, pipirma ako, pipirmahan ko
    kukunin ko, kunin ko, bibilhin ko, tatanggapin ko, tinatanggap ko, tanggap ko, susuportahan ko, suportado ko
    suportado kayo, boboto ako, iboboto ko kayo, gagawin ko, gagawin ko yan, gagawan ko ng paraan, gawan ko ng paraan
    gagawa ako ng paraan, aagahan ko, aga ako, maaga ako, on time ako, magiging handa ako, handa na ako, handa kami
    handang handa, ready na ako, ready ako, ready kami, ready na kami, nakaready na, naka-ready na, excited na ako
    excited ako, excited na kami, ^libre ako, ^libre kami, ^bakante ako, ^free ako, ^free kami, ^free naman ako
    ^pwede ako, ^pwede kami, ^pwede ako dyan, ^pwede yan, ^pwede naman, ^pwede na, ^pwede$, ^pwedeng pwede
    ^pwede lang, ^pwede rin, ^kaya ko, ^kaya yan, ^kaya namin, ^kaya ko naman, ^kayang kaya, ^kaya naman, ^makakaya ko
    ^kakayanin ko, ^kakayanin, ^sure ako, ^sure na ako, ^sure na sure, ^sure ball, ^surebol, ^sigurado ako
    ^sigurado yan, ^sigurado$, ^tiyak$, ^syempre, ^natural$, ^natural oo, ^pramis, ^promise ko, ^itaga mo sa bato
    ^cross my heart, ^peksman, ^walang duda, ^walang dudang, ^walang urungan, walang atrasan, hindi ako aatras
    hindi ako mawawala, hindi ako male-late, hindi ako tatanggi, hindi tatanggi, hindi ko palalagpasin
    hindi ko palalampasin, hindi ko papalagpasin, hindi ko papalampasin, hindi ko mamimiss, hindi ako absent
    hindi ako papayag na wala, hindi pwede na wala ako, hindi ko kayang tumanggi, hindi ako makatanggi
    hindi ko matatanggihan, hindi ko tatanggihan, bakit hindi, bakit naman hindi, bakit po hindi, ba't hindi
    bat hindi, bkt hindi, why not naman, sino ba naman ako para tumanggi, wala ako reklamo, walang hindi
    wala naman ako gagawin, wala ako lakad, wala ako pasok, wala ako trabaho, wala naman ako trabaho, walang gagawin
    walang trabaho, nasa akin na, ako na bahala, ako bahala, akong bahala, ako na dyan, sagot ko na, sagot ko
    asahan mo ako, asahan nyo ako, asahan mo yan, asahan nyo kami, makakaasa kayo, makakaasa ka, gusto ko
    gusto ko yan, gusto ko sumama, gusto ko sumali, gusto kong sumama, gusto kong sumali, gustong gusto ko
    gusto ko tumulong, gusto namin sumama, masaya ako na tumulong, masaya akong, happy ako tumulong, happy to serve
    ^si claro, ^si$, ^si gracias, ^si señor, ^si señora, ^si por favor, ^si ahi estare, ^si voy, ^si ire, ^si acepto
    ^si confirmo, ^si puedo$, ^si quiero$, ^si asistire, ^sí, ^si si$, ^claro$, ^claro que si, ^claro que sí
    ^por supuesto, ^desde luego, ^obvio$, ^confirmo, ^confirmado$, ^confirmada$, ^ahi estare, ^ahí estaré, alli estare
    allí estaré, alla estare, allá estaré, ^estare ahi, ^estaré ahí, ahi estaremos, ahí estaremos, alli estaremos
    allí estaremos, ahi nos vemos, ahí nos vemos, nos vemos monday, nos vemos mañana, nos vemos el, nos vemos alla
    nos vemos allá, nos vemos ahi, nos vemos ahí, ^nos vemos, alla nos vemos, allá nos vemos, cuente conmigo
    cuenta conmigo, ^cuenten conmigo, cuenten con nosotros, cuente con nosotros, cuenta con nosotros, ^con gusto
    ^con mucho gusto, ^con placer, ^encantado$, ^encantada$, ^acepto, ^aceptamos, ^ya voy, ^voy a ir$, ^voy en camino
    ^en camino, ^iré, ^ire$, ^asistire, ^asistiré, ^alla voy, ^allá voy, ^ahi voy, ^ahí voy, ^ahi le caigo, ^me apunto
    ^apuntame, ^apúntame, ^anotame, ^anótame, ^aqui estare, ^aquí estaré, ^puedo ir$, ^estoy de acuerdo
    ^estoy disponible, ^estoy libre, ^estoy listo, ^estoy lista, ^me encantaria, ^me encantaría, ^sin falta, ^sin duda
    no faltare, no faltaré, no me lo pierdo, no me lo perderia, no me lo perdería, ^afirmativo, ^hecho, ^trato hecho
    ^va que va, i confirm appointment, i accept appointment, i accept the position, i accept the role
    i accept the job, ^accept the position, ^accept the role, ^accept the job, hold appointment, save appointment
    ^take appointment, attend ako, attend kami, ^attend$, yes i got you, yes i gotchu, and me in$, and me down
    and myself down, ^and me too, ^nah yeah, ^naw yeah, ^no yeah$, ^no yeah i'm, ^yeah sure, ^oh sure, ^um yeah, y es
    ye s, y e s, my permission, my consent, my blessing, give consent, ^you may$, ^yes you may, ^yes you can
    you're welcome to come, ^send it$, ^please send, ^send it over, ^ship it$, ^do proceed, ^proceed with
    ^yes proceed, i'll be home, i will be home, ^be home$, ^i'm home$, will be home, leave it at the door
    leave it on the porch, leave it by the, leave it with, voting yes, my vote$, count on my vote, has my vote
    have my vote, i'll be voting, i'll vote for him, i'll vote for her, i'll vote for you, i'm voting for him
    i'm voting for her, i'm voting for you, i support you, i support it$, i support this$, i support him
    i support her, i fully support, i'm supporting, i'll support, proud to support, happy to support, glad to support
    i'll cover, i can take$, i can take sister, i'll bake, i can bake, i'll cook, i can cook, i'll host, i can host
    i'll canvass, i can canvass, i'll chaperone, i can chaperone, i'll coach, i can coach, i'll usher, i'll sub
    i can sub, i'll set up, i'll clean up, i'll pitch, i'll drive, i'll provide, i can provide, i'll supply
    i'll order it, i'll buy, i'll pick up the, i'll grab, i'll handle it, i can handle it, i'll handle that
    i can handle that, i've got you covered, got you covered, i want the job, i'd love the job
    i want the position, i'd love the position, i want the role, i'd love the role, i want appointment
    i'd love appointment, i'd like appointment, i want to keep, i do want appointment, i still want appointment
    i need appointment, i still need appointment, i'll keep appointment, i'll be keeping, ^keeping appointment
    ^keeping my, ^already on my way, ^already coming, ^already heading, ^already there$, ^leaving the house
    ^leaving work now, ^leaving home, ^leaving soon, ^pulling in$, ^pulling in now, ^just got here, ^just arrived
    ^i've arrived, ^i have arrived, ^i arrived$, ^i'm parked, ^parked$, ^i'm walking in, ^walking in$, ^walking over
    ^in the car$, ^in the uber$, ^in an uber, ^on the bus$, ^on the train$, ^i'm close$, ^close by$, ^0 min away
    ^0 mins away, 0 min out, 0 mins out, ^eta 0, fine with us, fine by us, ok with me, ok with us, ok by me
    good with me, good with us, good for me, good for us, great for me, great for us, perfect for us
    works for 0 of us, works for both of us, works for all of us, works for everyone, works for the both of us
    works for my schedule, works with us, free all week, free all weekend, free the whole day, free the whole week
    free whole week, either day, either one, either is good, either time, any day is fine, anytime is fine
    whatever time, whatever day, whichever is fine, flexible$, i'm flexible, my schedule is flexible, ^monday good$
    ^monday fine$, ^monday great$, ^monday perfect$, ^monday ok$, ^3pm good$, ^3pm fine$, ^3pm great$, ^3pm perfect$
    ^3pm ok$, ^0 good$, ^0 fine$, ^0 great$, ^0 perfect$, ^0 ok$, ^monday good for me, ^monday fine for me
    ^monday works for me, plan on seeing me, intending to, intending on, ^hundo p, ^hundo, thousand times yes
    million times yes, times yes, ^loud n clear, will comply, ^confirming for, ^confirm for, not a prob, not prob
    not give up appointment, not give away appointment, not cancel appointment, wouldn't let you down
    never let you down, not bail, not bail on you, won't bail, not chicken out, hindi ko kakalimutan
    hindi ko nakakalimutan, hindi kakalimutan, hindi nakakalimutan, nasa labas na, nasa labas na ako, ^malapit na$
    ako na sa, babayaran ko, bayad ako, bayad na ako, babayad ako, magbabayad, ^confirm 0, ^for 0 confirm
    not saying no, i'm not saying no, not going to say no, wouldn't dream of saying no, wouldn't dream of it
    couldn't keep me away, could keep me away, keep me away, nothing could keep me away, nothing could stop me
    nobody could stop me, no one could stop me, nothing can keep me away, wild horses couldn't, nothing i'd rather do
    nothing i'd rather, there's nothing i'd rather, no place i'd rather be, nowhere i'd rather be
    can't think of a reason not to, can't think of any reason why not, can't think of any reason not to
    can't think of a reason why not, can't think of a better, no reason not to, ask twice, not have to ask twice
    not have to ask me twice, no need to ask twice, you don't even have to ask, even need to ask, even have to ask
    even a question, think i'd say no, who would say no, who could say no, who can say no, who says no to
    who'd say no, why would i say no, why would i miss, why would i refuse, how could i resist, how can i resist
    how could anyone say no, where do i sign, where do i sign up, where can i sign up, take my money
    shut up and take my money, is the sky blue, bear poop in the woods, is water wet, if i must
    if you need me i'll be there, as long as you need me, whenever you need me, whenever you need, whenever you say
    wherever you need me, already said i'd come, already said i'd be there, already said i'm coming
    already said i will, already told you yes, told you yes, told you i'm coming, told you i'd be there
    told you i'd come, last time yes, ^for the last time yes, turns out i can, turns out i'm free
    turns out i can come, just me yes, just be me$, it'll just be me, it will just be me, only me this time
    ^me please, ^me me, ^pick me, ^choose me, i volunteer as tribute, i'm ur girl, i'm ur guy, ^0 adults, ^0 adult
    ^0 guests, ^0 people, ^0 persons, ^0 pax, ^0 tickets, ^0 seats, ^party of, 0 of us$, i have 0 coming, bringing 0
    ^plus 0$, ^yes plus, hindi pwedeng mawala, hindi pwedeng mawala ako, hindi papayag na hindi, hindi papayag na wala
    hindi papayag na mawala, wag ibigay sa iba, huwag ibigay sa iba, wag i-cancel, wag icancel, wag nyo i-cancel
    huwag i-cancel, walang makakapigil, wala makakapigil, wala nang makakapigil, wala ibang plano, wala ginagawa
    wala naman ginagawa, ^o sya, ^o siya, ^o sya sige, ^sige na po, sabi ko oo, sabi ko na oo, sinabi ko na oo
    sinabi ko nang oo, no me lo pierdo por nada, no faltaba más, no faltaba mas, no tengo problema
    no tengo ningun problema, no tengo ningún problema, no tengo inconveniente, como decir que no, cómo decir que no
    no puedo decir que no, nada me lo impide, no podria faltar, no podría faltar, no podemos faltar, no falto
    i'm on my way$, ^just donated, ^just paid, ^just sent, ^just sent it, ^just signed, ^just signed up
    ^just registered, ^just booked, ^just booked it, ^just rsvped, ^just rsvp'd, ^just confirmed, ^just accepted
    ^just filled it out, ^just filled out, ^just submitted, ^just ordered, ^just did$, ^just did it$, ^just voted
    ^just bought, ^just scheduled, ^just renewed, ^just gave, i just donated, i just paid, i just sent it
    i just signed, i just signed up, i just registered, i just booked, i just confirmed, i just rsvped
    i just filled it out, i just did$, i just submitted, ^payment sent, ^sent it, ^sent$, ^paid$, ^donated$, ^signed$
    ^booked it, ^registered$, ^signed up$, ^submitted$, ^rsvp yes, ^rsvped yes, ^rsvp'd yes, ^rsvp for, ^rsvp'd
    ^rsvping yes, ^all signed up, ^all registered, ^filled it out, might as well, ^mightaswell, ^anything for
    anything for the, ^what time do you need me, ^when do you need me, ^where do you need me, ^tell me where to be
    ^what can i bring, ^what should i bring, ^what do i bring, ^sister said yes$, ^sister said ok$, ^sister said i can
    ^sister says yes$, ^sister said it's ok$, ^sister said it's fine$, ^sister said fine$, ^sister says ok$
    ^sister says i can, ^sister is ok with it, ^sister is fine with it, ^sister agreed$, ^sister approved$
    ^sister approved it, ^sister okayed it, ^sister okd it, ^boss approved, ^boss okayed, ^boss okd, ^got approved
    ^got permission, ^got the ok, ^got the okay, ^got the green light, ^got the go ahead, ^green light
    ^got the all clear, ^got cleared, ^i'm cleared$, pinayagan na ako, pumayag na si, pumayag si sister, pumayag sila
    pumayag na sila, nakapagpaalam na, nakapagpaalam na ako, naayos ko na, na-approve na, approved na
    approved leave ko, approved na leave ko, naka-leave ako, nag-leave ako, sinong tatanggi, sino ba tatanggi
    sino ba naman tatanggi, sino tatanggi, sino ba aayaw, sino aayaw, sinong aayaw dyan, sino bang aayaw
    sino bang aayaw dyan, paano ako tatanggi, paano tatanggi, pano ako tatanggi, sino ang tatanggi, i'm free all
    i am free all, it's on the calendar, its on the calendar, it's on our calendar, ^i concur, ^concur$, ^we concur
    see you on zoom, see you on the call, see you on call, see you on teams, see you at the, i'll hop on, i'll dial in
    i'll log on, i'll log in, i'll call in, i'll tune in, i'll jump on, i'll zoom in, i'll be on the call
    ^i'm on the road, ^on the road$, i'll find a way, i'll do both, ^both days$, ^both please, ^both of them please
    i r coming, i r in, i r down, we r coming, we r in, we r down, we r going, ^consider it handled
    form is filled out, filled out the form, ^any time for you, always here for you, always there for you
    ^same as last time, same time same place, ^the usual$, ^usual$, look for me, save me some, save me a plate
    save some for me, keep me down for, leave my name, leave me on, not take my name off, not take me off
    not remove me, not drop me, not give up on me, works 4 me, wrks for me, im w it, count me n, count me inn, i'm inn
    i would be more than happy, more than happy to, more than glad to, more than willing, only too happy
    only too glad, nothing would please me more, nothing would make me happier, would make me happy
    it would be great to, would be great to see, be my guest, my door is open, ^come on over, ^come by, ^come over$
    ^swing by$, ^naman$, ^wait nyo ako, ^wait mo ako, ^antayin nyo ako, ^hintayin nyo ako, ^intayin nyo ako
    dito na kami$, ^nakapila na, ^handa na$, ^handa na kami, ^handa na tayo, ^kaya to, ^kaya natin, ^kaya natin to
    ^kaya naman to, ^in ako, ^in kami, ^in na ako, magvo-volunteer, magvolunteer ako, bibili ako, bibili kami
    kukuha ako, kukuha kami, kukunin namin, sasagutin ko, sasakay ako, sasakay kami, susundo ako
    tatawag ako mamaya oo, tatakbo ako, maglalaro ako, maglalaro kami, manonood ako, manonood kami, magsisimba ako
    magsisimba kami, magpapacheck up ako, magpapa check up ako, magpapaturok ako, magpapabakuna ako, bibisita ako
    uuwi ako, babyahe na, bumyahe na, bumyahe na ako, lumarga na, umalis na kami, paalis na kami, paalis na ako
    gising na ako, nakabihis na, naka ready na, nakahanda na, ^sii, ^sip, ^sipi, ^sep$, ^sale y vale, ^arre$, ^sobres$
    ^jalo, ^le entro, ^le caigo, ^yo voy, ^yo me apunto, ^está perfecto, ^esta perfecto, ^ahí estamos, ^ahi estamos
    ^ahí te veo, ^ahi te veo, ^ahí los veo, ^ahi los veo, ^allá los veo, ^te veo, ^puede contar conmigo
    ^pueden contar conmigo, puedes contar conmigo, ^a la orden, ^con todo gusto, ^será un placer, ^sera un placer
    ^un placer, ^apuntado$, ^apuntada$, rightio, ^righty ho, ^i'd be a fool to say no, be a fool to say no
    be crazy to say no, be silly to say no, be stupid to say no, be mad to say no, ^my bags are packed
    bags are packed, ^already packed, been waiting for this, wouldn't be anywhere else, not be anywhere else
    i'll be the one, i'll be the first, ^see me there$, see you in an hour, see you in 0, see you in a few
    see you in the, see you tonight, see you bright, see you real soon, ^i'll both, we both come, we'll both come
    i'll all come, ^me n my, ^so in$, ^so down$, ^down$, ^down af, ^i'm down af, ^so there$, ^hold it down, ^on it$
    ^already on it, ^on it boss, can't say i object, i'm around$, i'm around that day, i'm around then, i am around$
    ^schedule is clear, ^schedule clear, ^calendar is clear, ^calendar clear, ^free as a bird
    made room in my schedule, made time for, made time, took the day off, took off work, took time off, took a day off
    requested off, requested the day off, gave me the day off, gave me off, got off work, got time off, got coverage
    got my shift covered, shift is covered, shift covered, found coverage, found a sitter, found a babysitter
    got a sitter, got a babysitter, got childcare, found a ride, got a ride, have a ride, feeling better, cleared me
    ^conf$, ^cfm$, ^cfmd$, ^confd$, ^appointment confirmed, ^my appointment is confirmed, ^appointment is confirmed
    ^confirming our appointment, confirming i, ^keep it as is, ^as is$, ^i want it$, ^need that appointment
    ^need the appointment, ^need my appointment, i'll have it, i'll have one, i'll take 0, i'll take one, i'll have 0
    give me 0, ^gimme 0, ^i'm buying$, ^order me one, order me 0, ^get me one, ^get me 0, ^grab me one, ^write my name
    ^mark us as yes, mark me as yes, mark me as a yes, ^bet your bottom dollar, you bet your boots, you bet your
    ^sure do$, ^sure would$, ^sure will$, ^sure can$, ^sure am$, ^sure thing$, would love to come
    would love to be there, would love to do, would love to see you, i'd love to be there, i'd love to see you
    i'd love to be part, i'd love to do it, ^honored$, ^honoured$, ^flattered and yes, i can make 0 work
    i can make 3pm work, ^deal me in, ^cut me in, ^beam me up, ^i'm packed, ^packed and ready, ^see you at 0
    you can count on, you can count me in, you can count us in, count me as, count me for, count me too, count me also
    count me and sister, count me sister
";
