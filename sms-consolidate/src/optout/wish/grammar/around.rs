//! What is a wish by itself or only with something around it, and what takes one back.

/// What [`Rules`](super::super::Rules) asks for when it looks for wishes.
pub(super) const RULES: &str = "
    command = <stopping> | <refusing> | <removing> | <refusal>
    strong = <lead>* <command>
    foreign = <ask>* <filipino> | <paano> <pron>* <filipino> | pwede/puwede/pede <pron>* <filipino> | <spanish>
        | <french>
    question = can/could/would/will/may/how/where/what/is/any/pwede/puwede/pede | paano/pano/panu/papano
    brief = can/could/would/will/cud <you> not <text> <me>? | <ask>* <dont> <text> | <ask>* <dont> <text> or/and call
    told = <stop> <stop>* <texting> | leave my/our <phone> alone | block my/this/our <phone> <phone>?
        | make this the/your last/final <msg> <you>? <send>? me? | <stop> reaching out to? <me>? | <dont> reach out to <me> | <stop> all? contact | leave me/us alone | no more/further texting
        | lose/forget/delete/erase/trash/burn/discard/destroy my/this/our <kind>? <phone> <phone>?
        | delete/erase my contact? info/data/contact
    quiet = unsubscribe <whom>? | unsubscribe this/all/now/everything | unsub me/us | opt out <whom>? | optout
        | be/get unsubscribed | be/get opted out
    noun = <stop> all? <det>* <kind>* <msg> | <remove> <people> <off> <off>? <all_this>
        | get <people> <off> <off>? <all_this> | i/we? want/need <off> <off>? <all_this>
        | unsubscribe <whom>? <off> <all_this> | unsubscribe <whom>? to <all_this> | opt out <off> <all_this>
        | opt <people> out <off> <all_this> | be <removed> <off> <all_this> | cease and/n? desist
        | no more? calls and/or <msg> | turn off <theirs> | turn <theirs> off
        | i/we? have? no interest in <getting>? <theirs>
        | cancel/terminate my/this/the/our/all/these/your/any? <kind>* subscription/texts/messages/msgs/txts/alerts
        | no more/further of? <det>* <kind>* <msg> | no more of these | <stop> <sending> <me>? <bare>
        | <dont> <send> <me>? <bare> | i/we? <dont> want/wish/wanna to? receive/get/recieve any? of? <bare>
        | i/we? no longer want/need/wish to? <get>? any? of? <bare> | <own>? <stop> <getting> <bare>
        | <own> <stop> these/this | <stop> already? with/w <bare>
    mild = <lead>* <quiet> | i/ive/we? have? already? opted out | <ask>* <told> | <lead>* <noun> | opting out | i/im/we/were am/are? opting out
        | im/am unsubscribing | i/we unsubscribe/optout | i/we opt out | i/we opt out <off> <theirs>
        | i/we opt out <off> <all_this> | i/we unsubscribe <off> <theirs> | no contact | no texts/txts/texting
        | enough texts/messages/msgs | i/ive/we? have? had? enough with/of <theirs>
        | <theirs> need/needs/must/have/has/should/gotta to? stop/end/cease | i/we want/need you/u/ya/yall to stop
        | its/it is? time you/u stopped <texting> <me>? | i/im/we? am? not interested in <getting> <bare> | <unsubscribing> <pron>* | enough with/of? <theirs>
        | i/we? do? not/dont consent | i/we? do? not/dont give/have/gave consent/permission | no consent | dnc
        | <notcall> list/registry | unsubscribe/unsub <pron>* | opt out <pron>*
        | iremove/paremove/pakiremove/remove <pron>* | pakitanggal/pakialis/patanggal <pron>* ako/ko/kami
        | paki tanggal/alis/remove <pron>* ako/ko/kami
    leaving = <remove> <people> <off> <off>? <thelist> | <remove> <off>? <thelist> | get <people> off of? <thelist>
        | remove/delete/erase <people> | <remove> my/this/her/his <kind>? <phone> off? | take/get me/us/him/her off
        | <remove> number | take/get my/this number off | be/get <removed> <off>? <off>? <thelist>
        | be removed/deleted | get off of? <thelist> | i/we? want off of? <thelist>
    list = <lead>* <leaving> | <filipino_list>
    whole = <keyword_and>
    lone_stop = <stopword> | quit/alto
    of_another = <stop> <texting> him/her/them
    only = <stopword> | <stopword>* <keyword_and> | <foreign_word> | <typed>
";

/// What is looked for before, behind and around a wish.
pub(super) const AROUND: &str = "
    stop_evidence = wrong/number/text/texts/texting/message/messages/messaging/spam
        | spamming/list/unsubscribe/remove/interested | harassment/harassing/lawyer/fcc/police/scam/scammer/report
        | reported/reporting/alone/msgs/txt/txts/contacting | signed/asked/mali/maling/kilala | who is this
        | whos this | who are you | i said | i told you | dont know you/who | this isnt/not | this is not
        | thanks/thank/thx/ty/sincerely/regards | not a/your/my/an patient/customer/client/member | never signed | not/wasnt/isnt me/him/her
    withdrawn = mistake/accident/accidentally/accidently/jk/kidding/joking
        | resubscribe/mistakenly/unintentionally/inadvertently | did not/nt mean | didnt/didn mean
        | but/and/also/to keep texting/sending/messaging/texts/messages | keep the/my texts/messages
        | ill text/call/message/see you | i will text/call/message/see you | driving/asleep/sleeping/tawag
        | pupunta/papunta/darating/andyan/andito/otw/tatawag/uuwi/omw | on my way | im coming/going/almost
        | ill be there | im/am at/in/sleep/busy/working/home/late/out
        | dont/never/not stop/unsubscribe/remove/delete | no dejen/deje/dejes | instead
        | still want/like/need to? get/receive/the/these/your/texts | call/email/whatsapp/reach me/us
        | call/use/text/txt/try/message me/us? at/on? my/the cell/home/work/new/other/house/wife/husband/office/email
        | use this/my | new number/phone is | my new/other number/phone/cell/line | text/texts only | only text
        | text/texts/texting is/are better/fine/ok/okay/good/best | but keep/text/texts/texting/still/continue/leave
        | tumawag/tawag text | tawagan nyo/mo/ako | lumang/luma | bagong number
    day = monday/mondays/tuesday/tuesdays/wednesday/wednesdays/thursday
        | thursdays/friday/fridays/saturday/saturdays/sunday
        | sundays/mon/tues/wed/thurs/fri/sat/weekend/weekends/tonight/today
        | tomorrow/tmrw/tmr/lunes/martes/miyerkules/huwebes | biyernes/sabado/linggo/bukas/mamaya/ngayon
    event = <day> | 0 | appointment/appt/slot/class/event/trip/dinner/lunch/party/shift
        | schedule/sched/reschedule/potluck/rsvp | attend/attending/coming/waitlist/waiting/seat/game/practice
        | meeting/session/booking/reservation/para/maybe/later
        | carpool/volunteer/picnic/guest/makakapunta/makakasama/pupunta | kasama/work/trabaho/sick/busy
        | cant make/go/come/attend/be/do | not going/able | wont be/make
    laugh = ha/haha/hahah/hahaha/hahahah/hahahaha/lol/lols/lolol/lmao/lmaoo
        | lmfao/rofl/hehe/hehehe/hihi/omg/omfg/funny/aw/aww/awww/xd
        | killing me | making me | youre/ur too/so | too much/funny/kind | bahaha/blush/blushing/sweet/cute/hilarious/teasing/flirting/dying | adorable/charot/char/joke/nice/love
    opener = and/so/but/or/then/now/cuz/cause/bc/because/also/therefore/thanks
        | thx/ty/ok/okay/yes/no/nope/nah/hi/hello/hey/bro/man
        | dude/sir/maam/yo/number/person/interested/again/hindi/sorry/fine
        | seriously/off/god/kilala/yan/morning/afternoon | evening/anymore/this
    blocker = to/dont/do/not/never/cant/cannot/couldnt/wont/wouldnt/didnt
        | doesnt/i/ill/id/he/she/they/we/it/you/u/that/which/should
        | shall/did/does/will/would/can/could/might/may/must/lets/let/the/a
        | an/bus/non/my/his/her/if/when/unless/them/him/always
        | almost/how/whether/isnt/arent/wasnt/havent/hasnt/aint/without/of
        | for/youd/youll/youre/theyll/gonna/people/than/before
        | after/by/why/only/donot/gotta/in/on/at/from/with/about/be/was | were/been/being/got/get/am
        | akong/ako/ko/kong/nyo/niyo/ninyo/nyong/niyong/mo/mong/kayo/kayong
        | ka/kang/wag/huwag/di/bakit/para/kung/pag/kapag/ng/nang/ang/yung | daw
    condition = if/unless/when/whenever/until/till/once/after/before/pag/kapag
        | kung/hanggang/whether/maybe/might/did/baka
    speech = said/says/say/saying/told/tells/tell/telling/asked/asks/asking
        | wrote/writes/song/called/titled/reads/meant/mean
        | sinabi/sabi/daw/raw/sinabihan/heard/thought/thinks/wants/wanted
        | supposed/refuse/forgot/remind/reminded/reminds | remember/pretend/almost/joked/bakit
    gone = passed away | died/dead/deceased/patay/namatay/yumao | wrong number/person/num
    addressee = you/u/ya/yall/yous
    speaker = i/im/ive/we/weve/already
    joined = or/nor/dont/not/never/to
    unblocked = wag/huwag/hwag/huag/paki/pakitanggal/pakialis
    next_clause = this is/isnt/number/was | i/im/ive/ill/id/we/you/u/youre/ur/your/its/it/or/and/cuz/because
        | bc/coz/cause/so/he/she/hes/shes/dont/not | no/nobody/who/why/what/thanks/thank/but/how/wrong/take
        | unsubscribe/stop/remove/wtf/they/there/hindi/di/wala/mali
    limit = at/during/while/when/whenever/until/till/unless/after/before
        | between/on/late/early/if/tonight/today/tomorrow/for/every
        | twice/once/as/in/back/the/a/an/that/those/his/her/him/them/night
        | nights/mornings/weekdays/of/from/to/where/only/like/by | except/about/work/so/too/yet/first | <day>
        | sa/pag/kapag/kung/habang/tuwing/hanggang/muna/kanya/gabi/umaga | yung/kay | kina/kanila/para/kanina
    no_limit = from now on | for good/real/life/god | at all/once | in the? future | until further notice
        | if possible | again | on/at/to/from this/my/our number/phone/cell/line | on/from here | to me/us
        | from you/u/yall | from your/this/these <lists>
        | from your/this organization/company/clinic/office/campaign/group/team/business/party | with me/us
        | before i | as soon as possible | so much | about this/politics/these/your/voting/elections
        | as of now/today | like i | that i/is | with this/your/these/political | for the love/last | sa inyo/kin
        | once and for all | by text/sms/phone | to stop | or else | like this | the fuck/hell/heck | for any reason
        | of any kind
    mild_tail = this is/isnt/number/was | kahit/kasi/galing/por/gracias/merci/svp/mula/mas/plus/mensajes
        | textos/de/des | again/anymore/now/thanks/thank/ok/okay/asap/forever/already/bro
        | dude/man/sir/maam/ty/thx/or/cuz/because/bc/i/im/ive
        | its/you/u/wrong/not/no/people/yall/altogether/completely/entirely
        | stop/salamat/wtf/jerk/jerks/idiot/idiots | asshole/assholes/scammer/scammers/dont/never/moron/morons/thats
        | we/he/she/hes/shes | <no_limit>
";
