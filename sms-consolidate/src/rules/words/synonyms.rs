//! Spellings of words, and words of a kind.

/// Each synonym of the default lists with the word that it stands for.
pub(in crate::rules) fn synonyms() -> impl Iterator<Item = (&'static str, &'static str)> {
    let groups = LIST.lines().filter_map(|line| line.split_once(':'));
    groups.flat_map(|(word, synonyms)| synonyms.split_whitespace().map(move |synonym| (synonym, word.trim())))
}

/// A word, and what the phrases with it are found with too. The phrases name days "monday", times "3pm", one or two
/// digits "0", people other than the sender "sister", what one cannot be away from "trabaho", and trouble "busy".
const LIST: &str = "
    yes: yess yse yep yepp yup yupp yeah yeahh yeh yah ya yea ye yas yis yez yessir yeap yass yus yush ys yss yees
    yes: yeas yesh yee yeee yiss yaas yaaas yasss yaz yessum yesir yessirr yessirrr yeppers yuppers yezzir yeahhh
    yes: yeahp yeahs yehh yahh yaa yaah yeaa yeaah yh yhh yuhh yesyes yeppp yepper yed yex yws ywes ues uess tyes yews
    yes: yesd yesw yesa yesx yese ydes yeds yfs yaes yeys yues yhes yeha yaeh yeag yeaj yeqh teah ueah yeahg yeash
    yes: duhyes yus yeesh yezz yesh yeahuh yiss yerp yurp yurr yerr yeh yeap
    yes: ueap uep ywp yuep uup tup yuo yupo yuup yuip
    ok: pk oj okm okl oik olk okj ojay pkay okau okah okayu ookay oksy kkay oklay okkey ojkay okjay okayt okay okk
    ok: okey okie oki okei oks okok k kk okeh okz oky okidoki okidoks okidok okaay okayy mkay okies okayyy okeydokey
    ok: okiedokie oke okya oaky okat okiee okeyy okokok okkk okkie okie-dokie okeedokee okidokey okaydokay okeedoke
    ok: oekay okiii oki-doki kkk kkkk kay mkayy okayyyy okeydoke okiedoke
    sure: sute surr sured aure dure srue usre suer sjre sutre surre surw surte shure sur sher shur sureee suree shoor
    sure: sho shuur suure surething
    no: noo nope nop nah naw nay nahh nopes nooo nuh nawh nahhh neh nein nyet noope negatory nada
    not: nt don't doesn't didn't isn't aren't ain't wasn't won't wouldn't shouldn't haven't hasn't never nver nvr dnt
    not: wnt ion
    can't: cnt cn't cannot kant couldnt cantt
    can: cn
    agree: agreed agrees agreeing
    accept: accepted accepting
    approve: approved
    confirm: confirmed confirms cnfrm confimed comfirm comfirmed confrim confrimed konfirm kompirm
    decline: declined declining
    reject: rejected
    thanks: thx tnx thnx thanx thks tks ty tysm thankyou
    remove: removed removing remve
    unsubscribe: unsubscribed unsub unsubscibe
    np: nps npp
    cancel: canceled cancelled cancelling canceling cancellation cncl
    reschedule: resched rescheduled rescheduling resked reskedule
    postpone: postponed
    stop: stopp stahp
    definitely: deffo defs def
    i: we
    will: wll wil wl
    happy: hapy hppy happpy
    love: luv lov
    available: avail avlbl availble avilable
    great: gr8 grt gr8t greatt graet gret
    good: gud gd goood guud
    perfect: perf perff prefect perfct purrfect perfecto pefect perfecct
    awesome: awsome awesum awsum
    with: w wit wth w/
    be: b
    i'll: we'll il illl
    appointment: appt appts apt apptmt appoitment appointments apointment appointement slot spot schedule sched
    appointment: policy policies agreement contract waiver gig quote assignment nomination
    appointment: reservation seat place offer terms invitation invite invites proposal request conditions nomination
    i'm: we're imm
    i'd: we'd
    me: us
    you: y'all ya'll u yu yall you're
    see: c
    come: go attend join help volunteer participate visit make assist show swing serve contribute donate
    coming: comin cming comming
    busy: bz bsy problem problems problema issue issues conflict conflicts hassle trouble bother
    late: malate mahuli mahuhuli malelate delayed
    absent: aabsent
    mawawala: mawala
    sister: gang crew squad clan son daughter wife husband mom mother dad father brother kid kids friend friends
    sister: cousin boss family child children boyfriend girlfriend partner uncle aunt niece nephew neighbor neighbour
    sister: mama papa nanay tatay asawa anak kapatid ate kuya misis mister roommate coworker he she they someone
    sister: somebody parents
    trabaho: plano planos work class school exam exams test shift duty meeting plans plan lakad pasok klase training
    trabaho: gagawin pupuntahan trabho errands errand flight trip commitment commitments reunion wedding birthday
    trabaho: party kasal handaan deadline usapan booking byahe practice review interview seminar activity overtime ot
    trabaho: work-off taping ganap
    hindi: hinde hndi hnd hindî indi ndi nde dili di dî dii hnde hinid hindo hdi
    wala: walang wla wlang wlng walng
    ayaw: ayw ayawan
    ayoko: ayuko ayko ayokong ayoq
    huwag: wag wg hwag
    siguro: cguro sguro
    sana: sna
    baka: bka
    kung: kng pag kapag
    kaso: kso kasu
    ako: aq aku akong kami kaming kmi tayo me
    ko: q kong namin qng
    may: meron mayroon merong mayron
    oo: oho opo opoo oopo ooh-o oponaman oonaman uo
    sige: osige osge osigi sge cge cgeh sigeh sgeh geh ge cigi sigi sgi cgi segi sigena sgena cgena
    pwede: puwede pwde pede pde pwd puede pwedi pued pwedey
    payag: pumapayag papayag
    maaari: maari
    tara: tra taraa tarana
    game: gme gaym gem
    syempre: shempre syemps shyempre siyempre xempre cympre sempre syempri
    ayos: ayus
    tama: tma
    pupunta: punta pumunta makakapunta makapunta mkakapunta mkapunta nakakapunta pnta pupnta darating dadating
    pupunta: dumating makakarating makarating makadating sasama makakasama makasama sumama dadalo dumalo makakadalo
    pupunta: makadalo tutuloy tuloy itutuloy matutuloy tumuloy sisipot sumipot sipot makakasipot tutulong makakatulong
    pupunta: makatulong tumulong lalahok makakalahok lumahok sasali makakasali makasali sumali makikisali dadaan
    pupunta: babalik ppunta ppnta pnunta sasamahan samahan tutulungan makikitulong makikipagtulungan makiisa magdadala
    pupunta: magluluto magbubuhat maglilinis magbibigay magvovolunteer magvolunteer magpapalista magsisilbi maghahanda
    pupunta: magtuturo magmamaneho susunod sasabay sasagot lalabas makakabalik makakasabay makakasunod makakahabol
    pupunta: makakaabot susulpot aattend makakaattend makaattend mapupuntahan mapuntahan makakadaan magpapakita
    pupunta: makikiisa aakyat haharap sasakay magsisimba makikinig manonood maglalaro boboto pipirma magpapadala
    pupunta: magbabayad maghuhulog maghahatid susundo magsusundo mag-aabot mag-aambag magaambag magdodonate
    pupunta: magdo-donate magbubukas magbabantay magwawalis maghuhugas magpipintura magtatanim magpapakain
    pupunta: mag-aasikaso mangunguna mamumuno magsasalita magbabasa magdadasal magpapagupit magpapabunot magpapalinis
    pupunta: magpapatingin magpapacheckup magpapakonsulta magpapa-checkup magpaparehistro magrerehistro mag-eenroll
    pupunta: magpapaenroll magsusubmit magpapasa dederetso didiretso makikijoin dadayo pipila sisingit
    pupunta: tatao magduduty magdu-duty makikipila makikibuhat makikilinis makakapagdala makakapagluto
    pupunta: makakapagbigay makakatao makakapagpadala makakapagbayad
    dadalhin: ihahatid dadaanan ipapadala isesend ise-send ipapasa isusubmit isu-submit iaabot huhulugan
    dadalhin: ihuhulog isasama isasabay lulutuin iluluto lilinisin aayusin aasikasuhin bubuksan babantayan
    dadalhin: aalagaan pipirmahan pupunuan pupunan fifill-upan sisimulan tatapusin tutuparin iboboto susuportahan
    dadalhin: sasaluhin iaambag idodonate ido-donate ibibigay bibigyan ihahanda ihahain iseset-up ise-setup
    dadalhin: kukumpirmahin ikukumpirma iko-confirm ipapalista ireregister irerehistro ipapareserve ibu-book ibobook
    dadalhin: dadaluhan aattendan a-attendan sisiputin haharapin sasalubungin susuotin isusuot uunahin imamaneho
    dadalhin: idadrive ida-drive tutulungan babayaran kukunin bibilhin tatanggapin
    bring: carry deliver cook bake fetch drive host lead teach coach canvass usher babysit chaperone supply
    bring: provide print volunteer sponsor moderate emcee mc officiate sing perform cater grill bartend photograph
    bring: haul unload load translate tutor mentor judge referee ref umpire pledge match forward mail submit
    bring: deposit venmo zelle paypal gcash unlock greet decorate garden mow shovel sweep mop wash pack stuff
    bring: distribute hand phonebank doorknock knock endorse cosign cover handle pick
    bringing: carrying delivering baking hosting coaching canvassing ushering babysitting chaperoning supplying providing
    bringing: volunteering sponsoring performing singing catering grilling hauling translating tutoring judging submitting
    bringing: decorating distributing knocking phonebanking covering handling pitching setting serving helping
    missing: skipping ditching bailing flaking passing
    nandyan: andito andto nndito andyan andiyan nandiyan nandun nandoon andun andoon anjan nanjan naroon nariyan
    there: thier ther dere thair tehre there's
    pasensya: pasensiya pacencia
    nakalimutan: nalimutan nakalimot
    monday: mon tuesday tue tues wednesday wed weds thursday thu thur thurs friday fri saturday sat sunday sun lunes
    monday: martes miyerkules myerkules miyerkoles huwebes hwebes huebes byernes biyernes sabado linggo tomorrow tmrw
    monday: tmr tmw tom 2moro tmrow tomorow tommorow bukas bkas mamayang tonight weekend weekends weekday weekdays
    monday: tuesdays mondays wednesdays thursdays fridays saturdays sundays monday's tuesday's wednesday's thursday's
    monday: friday's saturday's sunday's tomorrow's makalawa
    january: jan february feb march mar april apr june jun july jul august aug september sept october oct november nov
    january: december dec enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre
    3pm: 0pm 00pm 0am 00am 0:00 00:00 0:00pm 00:00pm 0:00am 00:00am 0.00pm 00.00am 0nn 00nn 0p 0a 00a 00p 0ish 0.30
    3pm: 0:00ish
    0: 00 two three four five six seven eight nine ten eleven twelve
    please: pls plz plss plse pleas pleasee pleaseee plis plssss
    0th: 00th 0st 0nd 0rd 00st 00nd 00rd
    uno: una dos tres kwatro singko sais syete otso nuwebe dyes diyes onse dose alas-dose
    alas: alass ala
";
