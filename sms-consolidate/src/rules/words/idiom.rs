//! Idioms of agreement: refusing words that say they do not refuse, and yeses of one region or trade.

/// Agreement that decides, as in [`FIRM`](super::FIRM).
pub(in crate::rules) const IDIOMS: &str = "
    y e p, y e a h, s u r e, su re, o k, o o, s i g e, yea h, ye ah, su r e, oka y, o kay, defin itely, of cou rse
    no chance i'm missing, no chance i'd miss, zero chance i'm missing, not a chance i'm missing, no way i'm missing
    no way i'd miss, ain't no way i'm missing, ain't missing, not missing this, not missing that, not missing
    i'm not missing, no way i'd say no, no way i'm saying no, no way i can say no, no way i could say no
    no way i'm turning that down, no way i'm passing, no chance i'd say no, no world where i miss, no universe where
    never in a million years would i miss, never would i miss, never gonna miss, never going to miss
    over my dead body would i miss, can't think of a reason to say no, can't think of any reason to say no
    can't think of one reason to say no, can't think of anything better, can't think of a better way
    can't imagine missing, can't imagine saying no, can't imagine not, can't see why not, can't see any reason not
    cannot see why not, can't see a reason not, can't find a reason, can't argue, can't let you down, can't disappoint
    can't say no to you, can't say no to that, can't say no to this, can't turn you down, can't resist
    couldn't resist, couldn't possibly refuse, couldn't possibly say no, couldn't possibly miss, can't possibly miss
    can't possibly say no, can't possibly refuse, couldn't turn it down, couldn't turn you down, couldn't miss
    couldn't ask for more, couldn't ask for a better, couldn't be prouder, couldn't be more excited
    couldn't be more thrilled, couldn't be more honored, couldn't be more pleased, can't be more excited
    can't wait to, can't wait for, cannot wait to, cannot wait for, can hardly wait, can barely wait
    could hardly wait, don't have to ask me twice, don't gotta ask me twice, ain't gotta ask me twice
    ain't gotta ask twice, no need to ask me twice, need not ask, needn't ask, never have to ask, never need to ask
    don't need to ask, don't even need to ask, don't gotta ask, not like i'd say no, not like i could say no
    not like i'd miss, not about to miss, not about to say no, not about to let, not gonna let you down
    not going to let you down, not one to say no, not one to miss, not one to turn down, not one to back down
    not backing down, not turning it down, not turning that down, not turning down, not letting you down
    not bailing on, not flaking, not flaking out, not gonna flake, not going to flake, not gonna bail
    not going to bail, not gonna back out, not going to back out, not gonna ghost, not ghosting, not changing my mind
    not quitting, not giving up my, not gonna pass, not going to pass, not passing this up, not passing that up
    not passing up, not gonna turn down, not going to turn down, not hard to convince, not a hard decision
    not a hard choice, no brainer, a no brainer, no-brainer, ^nobrainer$, that's a no brainer, no contest
    no second thoughts, no arguments here, no argument here, no argument from me, no complaints from me
    no objections here, no objection from me, no objections from me, no problem at all, no problems here
    no problem here, no problem for me, no problem with that, no problem with me, no issues here, no issues on my end
    no issue on my end, no issues with, no conflicts on my end, no conflict here, no conflicts here
    no hesitation here, no excuse not to, no excuses$, no ifs ands or buts, no ifs or buts, no ifs, ifs ands or buts
    no if ands or buts, no doubt about it, no doubts, never a doubt, never a question, was there ever a doubt
    ever any doubt, never in doubt, no question about it, without reservation, without fail, without question
    nothing i'd like more, nothing i'd love more, nothing i would like more, nothing i would rather do
    nothing on that night, nothing could stop, nothing will stop, nothing will keep me, nothing would keep me
    nothing is gonna stop, nothing's stopping, nothing's gonna stop me, nothing's going to stop me, nothing keeping me
    wouldn't miss, wouldn't skip, wouldn't turn it down, wouldn't turn down, wouldn't turn that down, wouldn't pass up
    wouldn't pass that up, wouldn't say no, wouldn't have missed, wouldn't hurt, wouldn't be a problem
    wouldn't be any trouble, wouldn't be trouble, isn't a problem, isn't any trouble, isn't an issue, ain't no thing
    ain't no problem, ain't a problem, ain't no trouble, ain't a thing, ain't nothing, ain't nothin, aint no thang
    won't miss, won't miss it, won't miss this, won't forget, won't be late, won't let you down, won't disappoint
    won't be a problem, won't be an issue, won't flake, won't back out, won't cancel, won't say no, don't mind helping
    don't mind doing, don't mind coming, don't mind, doesn't bother me, doesn't have to ask, don't see a problem
    don't see any reason not, don't see an issue, don't see any issue, don't have any objections
    don't have an objection, don't have any conflicts, don't have any issues, don't have any problem
    don't have any problems, don't have any plans, don't have anything going on, don't have anything planned
    don't have anything else, don't have anything that, don't count me out, don't give my spot to, don't give my seat
    don't give it away, don't let anyone take, don't cross me off, don't drop me, don't take my name off
    don't even think of giving, don't you dare cancel, don't you dare give, don't you dare start, no don't cancel
    no no don't cancel, no please don't cancel, no do not cancel, no don't remove, no no i'm coming
    no no i'm still coming, no i'm still coming, no i'm coming, no no i'll be there, no i'll be there, no no i want it
    no no keep it, no keep it, no no keep, no keep my, no no i'm in, no no that works, no that works
    no that's perfect, no that's great, no no yes, no you're right, no yeah, no yes, nah i'm in, nah i'm down
    nah i'm coming, nah i'll be there, nah i got you, nah bet, nah for sure, nah fr, nah that works, no changes here
    no changes on my end, no change on my end, no change here, no change needed, no changes needed, who am i to say no
    who am i to refuse, who am i to turn down, who'd turn down, who would turn down, who could refuse
    who could resist, who would refuse, who'd refuse, who'd pass up, who would pass up, who wouldn't
    who wouldn't want to, when have i ever said no, when have i ever refused, when have i ever turned down
    when have i ever let you down, when have i ever missed, when have i ever not, when have i ever bailed
    when did i ever say no, when did i ever refuse, have i ever said no, have i ever let you down, have i ever missed
    have i ever turned down, have i ever refused, when do i ever say no, when do i say no, when do i ever turn down
    do i ever say no, do i ever miss, did you really think i'd miss, did you think i'd miss, did you think i'd say no
    think i'd miss, think i would miss, you think i'd miss, how can i resist, how could i resist, how could i miss
    how could i ever say no, how could i ever refuse, how could i say no to, how can i say no to
    how could anyone refuse, how could anyone resist, how can anyone say no, why would i not, why would i turn down
    why would i ever say no, why would i cancel, why would i pass, why wouldn't we, why shouldn't i, why on earth not
    why ever not, why the hell not, why the fuck not, is that even a question, is this even a question
    was that even a question, is there even a question, do you even need to ask, do you have to ask
    do you need to ask, do i look like i'd say no, does a duck, does a fish, is water wet, is the pope, is grass green
    do birds fly, try and stop me, try to stop me, you can't stop me, can't stop me, can't keep me away
    couldn't keep me, couldn't stop me, can't stop us, couldn't drag me away, couldn't pay me to miss
    couldn't pay me to stay away, you couldn't pay me to miss, wild horses, hell or high water
    come hell or high water, come rain or shine, rain sleet or snow, rain or snow, say the word, just say the word
    say no more fam, you had me at, you sold me, i'm sold$, ya got me, you win$, you got yourself, you got a deal
    twist my arm, twisted my arm, you talked me into, you convinced me, you wore me down, fine you win$
    alright you win$, i surrender, i give in, i cave$, i caved, oh fine, fine ok, fine sure, fine yes, fine yeah
    ugh fine, ugh ok, ugh yes, sigh ok, sigh fine, sigh yes, sigh sure, eh why not, eh sure, eh ok, meh ok, meh sure
    meh why not, hmm ok, hmm sure, hmm yes, hmm alright, hmm okay sure, what the heck sure, what the hell sure
    what the heck yes, what the hell yes, what the heck why not, what the hell why not, what the hell i'm in
    what the heck i'm in, screw it i'm in, screw it yes, fuck it i'm in, fuck it yes, eff it, f it i'm in
    screw it why not, sod it yes, sod it go on then, oh what the heck, oh what the hell, oh why not, ^yolo$
    life's too short, life is short, wouldn't be the first time, no way yes, no way omg yes, shut up yes
    shut up omg yes, shut up i'm in, shut up of course, whatever you need, whatever the team needs, whatever they need
    whatever it takes, whatever helps, whatever's needed, whatever is needed, anything they need
    anything the team needs, anything for family, anything for sister, whenever works, whenever suits
    whenever is fine, whenever's fine, whenever's good, whenever is good, wherever you want me, wherever i'm needed
    wherever you need, where you need me, where needed, at your disposal, i'm at your disposal, at your command
    your wish is my command, your wish, as you like, ready for duty, reporting for duty, report for duty
    present and accounted for, present and correct, all hands on deck, locked and loaded, lock and load
    firing on all cylinders, game face on, boots on, boots laced, suited and booted, saddle up, saddled up
    the more the merrier, team effort, all yours, all ears$, say when and where, tell me when and where, name the time
    name the place, name the time and place, just text me the address, just send the address, send the address
    drop the addy, drop the address, drop the pin, send the pin, drop the location, send the location, send location
    send the addy, run it back, aye run it, brill ta, ^brill$, brill thanks, ta very much, ta love, ta muchly
    aye go on, aye go on then, aye sure, aye will do, aye sound, aye nae bother, nae bother, nae problem, nae worries
    no wukkas, no wuckas, no wucken, no wuzzas, yeah nah she'll be right, she'll be right, she'll be apples
    she'll be sweet, sweet as$, good as gold$, beauty mate, too easy mate, righty ho then, ^rightyo$, ^righty$
    righty then, right you are then, fair dinkum, you beauty, ^defo$, def yes, deffo yes, definitely yes
    ^absobloodylutely$, ^abso$, ^absofreakinlutely$, ^absofuckinglutely$, ^absotively$, ^posilutely$
    abso-freaking-lutely, abso-bloody-lutely, ^abolutely$, def mate, ^sorted$, sorted mate, sorted then, all sorted
    cheers yes, cheers will do, ^wicked$, ^mint$, ^belter$, ^champion$, ^ace$, ^lush$, proper job$, ^cracking$
    ^spiffing$, ^spiffy$, tickety boo, jolly good show, rather yes, i should think so, i should say so, indeed i will
    indeed i can, indeed i do, indeed yes, ^indeedy$, you betcha, you betchya, ^betcha$, ya betcha, you bet ya, ya bet
    u bet, you bet i am, you bet i will, sure as shootin, sure as heck, sure as hell, dang right, dang straight
    dadgum right, ^yessiree$, ^yessirree$, ^yesiree$, you're darn tootin, ^tootin$, yee haw, ^yeehaw$, ^yippee$
    ^yippie$, ^hooah$, ^oorah$, ^hoorah$, ^booyah$, boo yah, whoop whoop, woop woop, woo hoo, ^woo$, ^wahoo$, ^yahoo$
    ^huzzah$, hallelujah yes, praise god yes, amen yes, ten fo, ^tenfour$, ^104$, roger dodger, roger that, ^rodger$
    rodger that, ^rajah$, ^rog$, copy all, ^copied$, solid copy, read you loud, aye captain, aye sir, aye ma'am
    aye cap, on the double, orders received, understood and will comply, acknowledged and, ^acked$, ack yes, bet fam
    bet bro, bet i got you, bet say less, bet bet, okay bet, aight bet, aight bet then, word bet, word i'm in
    facts i'm in, say less i'm in, say less bro, less than said, you already know, yk i'm there, yk i'm in, ykwim yes
    you know i will, you know i would, you know i am, you know that's a yes, you know it's a yes, ong yes, on god yes
    on gang, on my mama, fr i'm in, fr yes, no cap yes, deadass yes, fa sho, fer sure, fo shizzle, fo sheezy
    ^foshizzle$, ^forsho$, ^4sho$, 4 sho, ^4sure$, 4 sure, i'm finna be there, bouta head, bouta leave
    down like a clown, down bad to go, i fw it, i fw that, i'm feeling it, i'm vibing with it, it's giving yes, ^slay$
    slayed yes, periodt yes, yas queen, ^purr$, ate yes, ^gassed$, i'm gassed, ^hype$, i'm so hype, so hyped$
    so stoked$, so excited, so excited to, super excited, super excited to, super stoked, super hyped, too excited
    mad excited, hella excited, so thrilled, so honored, so happy to, so down for, beyond excited, beyond thrilled
    beyond honored, pumped for, stoked for, hyped for, ^psyched$, i'm psyched, psyched for, ^amped$, i'm amped
    ^jazzed$, i'm jazzed, tickled pink, over the moon, ^chuffed$, chuffed to bits, well up for, well up for it
    well keen, super keen, so keen, dead keen, down to clown, down 4, down 4 it, down 4 that, i'm 4 it, 1000 percent
    💯 yes, 💯 in, a million times yes, yes yes and yes, ^10/10$, 10 out of 10 yes, five stars yes, thumbs up
    thumbs up from me, two thumbs up, big thumbs up, green light, full send, sending it, let's send it, lets goo
    let's fucking go, let's freaking go, lets freakin go, let's get this, ayee run it, run it up, we outside, we in$
    we there$, we down$, we movin$, we rolling$, we lit, let's cook, bouta be lit, say that, i'm w you, i'm wit it
    ^goods$, goods ako, goods yan, goods na, goods lang, goods kami, ^orayt$, ^orayts$, ^owrayt$, alright sige, ^ayt$
    ^ayts$, ayt sige, oks lang, oks na oks, ^okis$, okie lang, okidoki po, sgeh po, cge go, ^gesi$, gege na, geh na
    g na tayo, g tayo, g na ako, g bro, rak na, rak na itu, rak en roll, ^rakenrol$, push lang, push ko yan
    push mo yan, push natin yan, laban lang, laban na, laban tayo, ^labarn$, fight na yan, go lang ng go, go go go
    gora na, gora lang, gora bells, gora tayo, gora ako, gora kami, arat na arat, ^aratz$, tara na tara, tara lets
    tara let's, tara g, tara go, lezz go, bet na bet, bet ko yan, bet namin, keri bells, ^keribels$, keri ko yan
    kayang kaya yan, kaya natin yan, game na game, game lang, game po, game tayo, game kami dyan, game ako dyan
    basta ikaw, basta para sayo, basta para sa inyo, basta kayo, kahit kailan, kahit kelan, kahit saan
    kahit anong araw, kahit anong mangyari, kahit ano pa, anytime anywhere, any day any time, basta kailangan nyo
    syempre naman, syempre po, syempre oo, syempre kami, syempre ako, natural po, natural naman, aba natural, aba oo
    aba syempre, aba game, aba sige, ay oo naman, ay syempre, ay game, ay push, ay go, ay gusto ko, ay bet, oo kulit
    sige kulit, kulit oo, kulit sige, ang kulit oo na, kulit ng lahi oo na, oo na oo na, ^matic$, ^matik$, matik yan
    matic yan, matic na, ^otomatik$, otomatik yan, automatic yan, automatic na, automatic yes, walang tanong-tanong
    wala nang isip-isip, walang isip isip, walang kaduda-duda, walang duda yan, walang problema yan, no problem po
    ^noprob$, no prob po, no prob yan, walang prob, walang kaproble-problema, walang sablay, walang mintis
    walang palya, walang aberya, walang arte, walang keme, walang kiyeme, walang patumpik-tumpik
    hindi na kailangan pang itanong, hindi na kailangan itanong, hindi na kailangan tanungin
    kailangan pa bang itanong, kelangan pa ba itanong, tinatanong pa ba, tinatanong pa ba yan, itatanong pa ba
    itatanong mo pa ba, alam mo na sagot, alam mo na ang sagot, alam nyo na sagot, hindi abala, hindi kaabalahan
    walang abala, hindi istorbo, walang istorbo, hindi nakakaabala, hindi makapaghintay, hindi makapag-hintay
    hindi makahintay, hindi makaantay, hindi mapakali sa excitement, sinong hihindi, sino hihindi, sino ba hihindi
    sino bang hihindi, sino ba ang hihindi, sino ako para humindi, sino ako para tumanggi, sino naman ako para
    sino ba ako para, sino tatanggi, paano hihindi, paano ako hihindi, paano makakatanggi, pano tatanggi
    paano pa ako tatanggi, hindi kami aatras, hindi ako hihindi, hindi hihindi, hindi ako humihindi, hindi humihindi
    hindi tumatanggi, hindi ako tumatanggi, hindi kami tatanggi, hindi kayang tumanggi, hindi kaya tumanggi
    hindi matanggihan, hindi matatanggihan, hindi ako magpapahuli, hindi magpapahuli, hindi pahuhuli, hindi papahuli
    hindi ako pahuhuli, hindi kami magpapahuli, hindi kami mawawala, hindi kami absent, hindi kami late
    hindi ko sasayangin, hindi sasayangin, hindi ko palulusutin, hindi palulusutin, hindi ko tatakasan
    hindi kita bibiguin, hindi kayo bibiguin, hindi ko kayo bibiguin, hindi ko kayo ipapahiya, hindi mapapahiya
    hindi kayo mapapahiya, hindi ako mang-iiwan, hindi mang-iiwan, hindi ako mang indian, hindi mang-indian
    hindi ako mang-indian, hindi ako indyanero, hindi ako indianero, wag nyo akong iwan, wag nyo kong iwan
    huwag nyo akong iwan, wag mo akong iwan, wag nyo akong kalimutan, wag nyo kong kalimutan, wag nyo akong tanggalin
    wag nyo ko tanggalin, huwag nyo akong tanggalin, wag nyo tanggalin, wag nyo akong alisin, wag nyo ko alisin
    huwag nyo akong alisin, wag alisin, wag tanggalin, huwag tanggalin, huwag alisin, wag burahin, wag ipamigay
    huwag ipamigay, wag nyo ipamigay, wag nyo ibigay, wag ibigay, wag i-resched, wag iresched, huwag i-resched
    wag kayo mag-alala pupunta ako, bilang ako, isama ako, isali ako, sali ako, lista ako, ilista ako, palista ako
    pasama ako, pasali ako, ^pasali$, sabay ako, sabay kami, sunod kami, sama kami, isama kami, isali kami
    ilista kami, bilang kami, ibilang ako, ibilang kami, bilangin ako, bilangin kami, counted ako, count ako
    count kami, count mo ako, count nyo ako, count mo na ako, include ako, include kami, add mo ako, add nyo ako
    add ako, lagay mo ako, lagay nyo ako, ilagay mo ako, ilagay nyo ako, ilagay ako, lagay ako, lagay pangalan ko
    ilagay pangalan ko, lista pangalan ko, ilista pangalan ko, sulat pangalan ko, isulat pangalan ko, reserba ako
    ireserba ako, ireserve ako, i-reserve ako, save ako, nakalista na ako, nakalista ako, present kami, attendance ako
    in kami, in na in, in na ako, in kami dyan, in ako dyan, all in ako, all in kami, down ako, down ako dyan
    down kami, support ako, support kami, ^suportado$, todo suporta, full support, buo suporta, buong suporta
    todo support, aprub na aprub, aprub yan, approve yan, approve sakin, approve sa akin, agree ako dyan, agreed ako
    agree po, okay ako dyan, oks ako, oks kami, pasok sa sched, pasok sa schedule, swak na swak, swak sa sched
    swak sa schedule, swak ang oras, sakto sa sched, sakto sa day off, sakto day off ko, sakto rest day ko
    sakto ang oras, sakto yan, kasya sa sched, kasya ang oras, may oras ako, may time ako, may panahon ako
    may oras kami, bakante kami, libre kami, maluwag sched ko, maluwag ang sched, luwag ng sched ko, wala akong sched
    wala akong schedule, wala akong gagawin, wala akong lakad, wala akong pasok, wala akong duty, wala kaming pasok
    wala kaming lakad, walang klase, walang pasok, day off ko, rest day ko, off ko, off namin, leave ko, naka leave
    naka leave na, pinayagan ako, pinayagan na, pinayagan na kami, pinayagan kami, payag na si, payag si
    payag ang sister, payag na sister, payag sister, payag na ang sister, payag na asawa ko, payag misis ko
    pumayag na sister, go signal na, go na kay, green light na, may go signal na, approved na ng boss, inaprubahan na
    naaprubahan na, nagawan ng paraan, nagawan na ng paraan, nagawan ko ng paraan, naayos na, naayos ko na
    ayos na sched ko, nakahanap na ng kapalit, may kapalit na ako, may papalit na sa akin, may bantay na
    may magbabantay na, pwedeng pwede ako, pwede kami dyan, pwede ko, pwede po kami, pwede na ako, pwede naman kami
    pwede pala ako, free pala ako, makakapunta pala, available pala ako, libre pala ako, looking forward po
    excited na excited, see you po, see u po, kita kits po, kitakits sa, kita kits sa, kitakits bukas, ^kitakitz$
    kits po, abangan nyo ako, abangan nyo kami, antabayanan nyo ako, hintayin nyo kami, antayin nyo kami
    wait nyo kami, expect nyo ako, expect nyo kami, asahan po, asahan nyo po, aasahan nyo, umasa kayo, makakaasa po
    pangako po, promise po, promise yan, pramis yan, peks man, mamatay man, itaga sa bato, itaga nyo sa bato
    sumpa man, cross my heart, taga sa bato, dale pues, dale va, dale que si, va pues, va que va, ya va, ya dijiste
    ya estas, ya estás, ya estuvo que voy, ya rugiste, de una, de una vez, de cajon, de cajón, de ley, a huevo
    ^ahuevo$, simon que si, simón que sí, obvio que si, obvio que sí, obvio si, obvio microbio, claro esta, claro está
    claro pues, claro hombre, claro que voy, claro que vamos, claro que acepto, pues claro, pues si, pues sí, pos si
    pos claro, que si hombre, si hombre, si señorita, si sí, si dale, si claro que, si como no, si cómo no, si estaré
    si estare, si estaremos, si asistiremos, si voy a ir, si iremos, si por supuesto, si con gusto, si con mucho gusto
    si está bien, si esta bien, si de acuerdo, si perfecto, si cuenten conmigo, si cuente conmigo, si me apunto
    si ayudo, si todo bien, sí claro, eso es, eso mero, ^andale$, ^ándale$, ándale pues, andale pues, ^jalamos$
    jalo si, le entramos, me anoto, me sumo, nos apuntamos, nos sumamos, ^apuntenme$, ^apúntenme$, ^anotenme$
    ^anótenme$, ^agregame$, ^agrégame$, ^inscribeme$, ^inscríbeme$, ^listisimo$, ^listísimo$, ^listos$, estamos listos
    todo listo, todo bien si, todo en orden, perfecto ahi, perfecto ahí, perfecto nos vemos, excelente ahi
    excelente nos vemos, ^encantados$, encantada de ir, encantado de ir, con mucho cariño, feliz de ayudar
    feliz de ir, un honor, es un honor, será un honor, sera un honor, ^confirmamos$, ^confirmadisimo$
    ^confirmadísimo$, queda confirmado, confirmo mi, confirmo asistencia, confirmo la cita, ahi los vemos
    ahí los vemos, ahi llego, ahí llego, alli los veo, allí los veo, estoy dentro, estoy a bordo, estoy puesto
    estoy puesta, ^puestisimo$, ^puestísimo$, a la orden, a sus ordenes, a sus órdenes, ^mandado$, hecho y derecho
    ^acordado$, okis si, no faltamos, no faltaremos, no me lo pierdo, no nos lo perdemos, cómo perdermelo, ni lo dudes
    ni lo duden, ni dudarlo, no lo dudes, no lo duden, sin dudarlo, no se diga mas, no se diga más, no hay falla
    no hay bronca, no hay tos, sin bronca, sin pedo, no pasa nada ahi estare, cuando quieras, cuando quieran
    cuando gusten, lo que necesiten, lo que necesite, para eso estamos
";
