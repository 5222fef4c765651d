//! The words and phrases of a wish: data. Words are in lower case, without apostrophes, accents and hyphens.

/// Words of courtesy and filler that may stand around a keyword, so that "STOP pls", "unsubscribe please", "Stop. Thank
/// you" and "stop na po" opt out. In upper case, as keywords are; words that stand together are listed one by one.
#[expect(dead_code, reason = "used once keywords are looked for in a new order")]
pub(in crate::optout) const COURTESY: &[&str] = &[
    "PLEASE",
    "PLEAS",
    "PLEASES",
    "PLS",
    "PLSS",
    "PLZ",
    "PLZZ",
    "PLSE",
    "PLES",
    "PLESE",
    "PLEASEE",
    "KINDLY",
    "THANKS",
    "THANK",
    "THANX",
    "THNX",
    "THX",
    "TNX",
    "TY",
    "TYVM",
    "YOU",
    "U",
    "VERY",
    "MUCH",
    "SO",
    "MANY",
    "JUST",
    "NOW",
    "IMMEDIATELY",
    "ASAP",
    "ALREADY",
    "SORRY",
    "HI",
    "HELLO",
    "HEY",
    "SIR",
    "SIRS",
    "MAAM",
    "MADAM",
    "MAM",
    "MISS",
    "BRO",
    "DUDE",
    "GUYS",
    "FOLKS",
    "OK",
    "OKAY",
    "PO",
    "OPO",
    "HO",
    "NA",
    "NALANG",
    "LANG",
    "LANGPO",
    "NAMAN",
    "NGA",
    "PAKI",
    "PAKIUSAP",
    "SALAMAT",
    "MARAMING",
    "POR",
    "FAVOR",
    "GRACIAS",
    "MERCI",
    "SVP",
];

/// Words that are left out, wherever they stand.
pub(super) const FILLERS: &[&str] = &[
    "po",
    "ho",
    "na",
    "lang",
    "naman",
    "nga",
    "sana",
    "nalang",
    "fucking",
    "fuckin",
    "fking",
    "effing",
    "fcking",
    "goddamn",
    "damn",
    "freaking",
    "frickin",
    "freakin",
    "bloody",
    "ever",
    "actually",
    "really",
    "um",
    "uh",
    "guys",
    "promptly",
    "respectfully",
    "hereby",
    "immediately",
    "stupid",
    "ffs",
];

/// As fillers, and a command may begin after one.
pub(super) const PLEASE: &[&str] = &[
    "please", "pls", "plss", "plz", "plse", "pleas", "plese", "pleasee", "pleese", "kindly", "pakiusap",
    "just", "simply", "politely",
];

/// What a hyphen joins to the word after it.
pub(super) const PREFIXES: &[&str] = &[
    "i", "mag", "pag", "paki", "pa", "ka", "kaka", "ma", "naka", "ipa", "opt", "non", "un", "e", "pagka",
    "pakisuyo", "ise",
];

/// Spellings of "stop" of more than one wrong letter.
pub(super) const STOP_SPELLINGS: &[&str] = &["stahp", "stawp", "stahpp", "staahp", "stahhp", "shtahp"];

/// Words and abbreviations that are one letter off "stop".
pub(super) const NEAR_STOP: &[&str] = &[
    "stops", "step", "shop", "slop", "stoop", "atop", "top", "sop", "stomp", "strop", "stow", "swop", "scop",
    "sto", "stoup", "stob", "stot", "stope", "stoep", "stoa", "estop", "snop", "stor", "stom", "stoke",
    "stoic", "tops", "sopt",
];

/// Everything, each rule before those that use it.
pub(super) const GRAMMAR: &[&str] =
    &[NOUNS, LEADS, ENGLISH, SPANISH_AND_FRENCH, FILIPINO, KEYWORDS, RULES, AROUND];

const NOUNS: &str = "
    msg = text/texts/txt/txts/message/messages/msg/msgs/mssg/mssgs/mesages/messges/smses/sms/spam/reminder/reminders
        | updates/notifications/notification/alerts/promo/promos/promotions/ads/solicitations/solicitation/blasts
        | communication/communications/correspondence/subscription/subscriptions/contact
    kind = text/txt/sms/message/messaging/texting/appointment/appt/promo/promotional/political/automated/automatic
         | marketing/campaign/unwanted/unsolicited/annoying/spam/bulk/mass/constant/daily/weekly/phone/contact/mailing
         | distribution/mobile/notification/reminder/crap/f/fing/group/such/broadcast/customer/subscriber/subscription | call/calling and/n/or text/texting/message
    det = the/these/this/all/any/further/future/more/your/ur/yr/yall/yalls/such/other/additional/those/my/our
        | every/anymore | all/any/kind/kinds of
    stuff = stuff/crap/shit/bs/garbage/junk/bullshit/nonsense
    theirs = <det>* <kind>* <msg> | <det>* <kind>* <stuff>
    bare = these/this/them | any/all of? these/this/them/it
    more = any/more/anymore/these/those/your/further/future/additional/such/ur/no

    phone = number/num/no/phone/cell/cellphone/line/mobile/nbr
    family = husband/wife/mom/mother/dad/father/kid/kids/son/daughter/grandma/grandmother/grandpa/family/parents/wifes/husbands/moms/mothers/dads/fathers/sons/daughters
    me = me/us/here | my/this/our/dis <kind>? <phone> <phone>? | this person/address
    mine = <me> | my <family> | my <family> <phone>
    people = me/us/him/her/myself/number/name | 0/00000 0/00000? 0/00000?
         | my/this/our/her/his/the/that <kind>? name/info/information/contact/details/data <phone>?
         | my/this/our/her/his/the/that <kind>? <phone> <phone>? | this/my/the numbers/00000 | my <family>
         | my/our name/email/address/info and/n/or phone? number | my number and/n/or info/name | me and my <family>
    whom = <people> | it

    lists = list/lists/lst/database/databases/db/contacts/system/systems/records/record/directory
          | thread/registry/distro/phonebook/listing/blast/blasts | phone book/tree | <msg>
    yourlist = your/ur/yall/yalls/this/all/any/these/every/whatever your? <kind>* <lists> | your/ur/this/the/a <msg> <lists>
             | the? mailing/contact/text/txt/texting/distribution/marketing/sms/spam/messaging/message <kind>* <lists>
             | <lists> of yours | all? of your/these <kind>* <lists> | a/any list/lists | all? of? <theirs>
             | <det>* <kind>* mailings and/or? <msg>?
    all_this = this/everything/these/all/texting | all of this/these
    thelist = the? <kind>* list/lst/database/listahan
    off = from/frm/fr/off/of/out/form
    notcall = dnc/donotcall/donotcontact/donottext | do not call/text/contact/txt/message/solicit
            | dont call/text/contact | no contact/call/text
";

/// What may stand before a command.
const LEADS: &str = "
    you = you/u/ya/yall/yous/them/this/it/someone/somebody/anyone | you all/people/folks | all of you
    said = told/asked/tell/ask/said/say/warned/begged
    how = how/hw do/can/could/would/should/does i/we/one/you/u | how to/i | any way | is there a/any/some way | the way
        | is there a/any way for me/us | where/can/may/could do? i/we | what is the best? way | whats the best? way
        | what do/should/must/can i text/reply/send/say/do/press | what do i have/need to do | how many times do i have/need
        | do i have/need
    ilike = i/we want/wish/need/wanna/prefer/hope/request/demand/choose/elect/like | i/we would/d like/love/prefer
          | id/wed like/love/prefer | like/want/need/wish/wanna/tryna/trying/requesting/asking/wanting | i/im/we trying/tryna/asking
          | i/im/we requesting/ready/going | i am trying/asking/requesting/ready/going | i have? decided | would like/love
    own = <how> to? | <ilike> to? be? | possible to
    times = many/several/multiple/three/two/0/numerous times | twice/repeatedly
    ask = can/could/would/will/cud/wld/cld <you> | would you mind | do me a favor and | <ilike> for? <you> to | to? tell/ask/get <you> to
        | can/could/may i ask <you> to/that <you>? | i/ive/we have? already? <said> <you>? <times>? to? <you>? | i must/have to? ask <you>? to
        | i/ive have? keep/kept asking/telling/saying <you>? to? | im/am asking/telling/begging/requesting <you> to
        | i am asking/telling/begging/requesting <you> to | i/we beg/ask/request/demand/insist that? <you>? to? | so kind and/to
        | <you> need/have/must/better/gotta/should/got/ought to? | make sure to? <you>? | do
        | no/nah/nope/yes/yeah/ok/okay/so/and/or/but/then/also | i/id/we would? appreciate it? if <you> could/would/will/can
        | <how> get <you> to | i/id/we would? be grateful/happy/glad/thankful if <you> could/would/will/can | already <said> <you>? <times>? to?
    lead = <own> | <ask>
";

const ENGLISH: &str = "
    stop = stop/quit/cease/discontinue/stopp/stpo/sotp/stp/end/halt | refrain from
    texting = texting/txting/textin/txtin/txtn/texing/texring/textng/textting/messaging/messging/mesaging/messagin/msging
            | msgin/smsing/dming/contacting/contactin/spamming/spammin/bombarding/blasting | blowing up
    bothering = <texting> | harassing/harrassing/harassin/bothering/botherin
    dont = dont/donot/dnt/dnot/never | do not/nt/never | dont you/u dare?
    text = text/txt/message/msg/contact/contac/sms/spam/texting/messaging/txting
    bother = <text> | bother/harass/bug
    send = send/sent/snd/forward/deliver
    sending = sending/sendin/snding/giving/delivering
    want = want/wish/desire/wanna/wnt | would like/care
    get = receive/get/recieve/recive/see/have/hear/read/accept/keep
    getting = getting/gettin/receiving/recieving/seeing/hearing
    remove = remove/remve/rmv/rmove/remov/reomve/delete/delet/del/erase/scratch/strike/take/tak/pull/drop/scrub/purge/cross
           | exclude/eliminate/unlist/wipe/clear
    removed = removed/deleted/taken/dropped/excluded/erased/off/unsubscribed | taken off | opted out
    to_be = to? being/be contacted/texted/messaged/called | to? <get> <more>* <theirs> | to? <getting> <more>* <theirs>
          | to? <more>* <kind>* <msg> | <you>? to? <text> <me> | to? being/be? contacted/texted | to? these/this/texting/messaging

    stopping = <stop> <bothering> <mine> | <stop> calling and/or/n <texting> <me>? | <stop> <texting> and/or/n calling <me>
             | <stop> with/w <theirs> | <stop> all? the? calls and/or/n <msg> | <stop> <sending> <me>? <theirs> | <stop> <sending> <theirs> to <me> | <stop> it with/w <theirs>
             | knock/cut it off/out with/w <theirs> | i/we? want/need/get <theirs> to stop/end
             | <stop> <getting> <theirs> | <stop> <getting> texted/contacted/messaged
             | <stop> being? texted/contacted/messaged | <stop> blowing up my/our phone/cell | <stop> using this/my number
             | <stop> me from <getting> <theirs> | make/have <theirs> stop/end | <stop> <texting> or/and i/ill/im
             | cancel my? subscription to/for/from <theirs> | <stop> all? this/the/your <texting>
    refusing = <dont> <bother> <me> | <dont> <text> or/and/nor <text> <me> | <dont> call or/and/nor/n <text> <me>?
             | <dont> <text> or/and call <me> | <dont> blow up my phone | <dont> <send> <me>? <more> <theirs> | <dont> use this number
             | <dont> <send> me/us texts/messages/txts/msgs/sms | <dont> <send> these/this to <me> | <dont> <send> <theirs> to <me>
    removing = <remove> <whom> completely? <off> <off>? <yourlist> | <remove> <off> <yourlist> | get <whom> <off> <off>? <yourlist>
             | have <whom> removed/deleted/taken <off>? <off>? <yourlist>? | get/have <whom> removed
             | i/we? want/need <whom>? <removed>? <off> <off>? <yourlist> | i/we/id would? like <off> <off>? <yourlist> | <whom> need/needs/must/has to? be <removed> <off>? <off>? <yourlist>
             | ensure/see/sure that? i/im/me/my am/is/number? is? <removed> <off>? <off>? <yourlist> | id/i would? like <whom> <removed> <off>? <yourlist> | get off of? <yourlist> | be/get <removed> <off>? <off>? <yourlist>
             | unsubscribe <whom>? <off> <theirs> | unsubscribe <whom>? <off> <yourlist>
             | unsubscribe <whom>? to <theirs> | unsubscribe <whom>? to <yourlist>
             | opt out <off> <theirs> | opt out <off> <yourlist> | optout <off> <theirs> | opt <whom> out <off> <yourlist> | opt/op <whom> out <off>? <theirs>?
             | opting out <off> <theirs> | put/add/place/include/register <whom> on/to/in/onto your/the/a/ur? <notcall> <lists>?
             | mark/list/set me/us/this as? <notcall> | put <whom> down? as? <notcall> | <remove> and block <whom>
             | leave me/us the hell/fuck/heck alone | be left alone
    refusal = i/we? <dont> need <more>* <kind>* texts/messages/msgs | i/we? no longer need <more>* <kind>* <msg>
            | i/we? <dont> <want> to? <get>? <get>? from? <more>* <theirs> | i/we? <dont> <want> to? <get> from? <more>* texting
            | i/we? <dont> <want> <you> to? <texting> <me>? | i/we? <dont> <want> <you> to? <text> <me>
            | i/we? <dont> <want> <you> to? <send> <me>? <more>* <theirs> | i/we? <dont> <want> <you> <sending> <me>? <theirs>
            | i/we? <dont> <want> to? be/get? contacted/texted/messaged/bothered/contact | i/we? <dont> <want> to hear from you/u/yall
            | i/we? no longer <want> to? be/get? contacted/texted/messaged/subscribed | i/we? no longer <want> to <get> from you
            | i/we? no longer/more <want> to? <get>? <more>* <theirs> | i/we <want> no more/further <kind>* <msg>
            | i/id/we would? rather/prefer not to? <get>? from? <more>* <theirs> | i/id/we would? rather/prefer not to? be contacted/texted
            | i/im/am/we? am? not/no longer? interested in <getting>? <more>* <theirs> | i/we? <dont> care for <theirs>
            | i/we? do? not/dont/never/no longer? consent/authorize <to_be> | you do not/dont? have my? consent/permission <to_be> | i/we? do? not/dont/did/didnt not? give/have you? my? consent/permission <to_be>
            | i/we? revoke/withdraw/rescind/retract/revoking/withdrawing my/all/any/our? prior? consent/permission <to_be>?
            | you/youre are? not/never authorized/permitted/allowed <to_be> | my/this number/phone is on the/a/your? national? <notcall> <lists>? | i/im am? on the/a? national? <notcall> <lists>
            | cease and/n? desist from? <texting> <me>? | cease and/n? desist all <msg> | if you/u dont <stop> <texting> | if you/u keep/continue <texting> <me> i/ill/im/we will/am? report/reporting/sue/call/block/calling/blocking
            | if you/u <text> <me> again i/ill/im/we will/am? report/reporting/sue/call/block/calling/blocking
            | <text> <me> again and/n ill/i/im will? report/sue/block/reporting/suing/blocking
";

const SPANISH_AND_FRENCH: &str = "
    de_lista = de su/sus/la/tu/tus/esta lista/listas
    spanish = dejen/deje/deja/paren/pare de mandarme/enviarme/escribirme/textearme/mandar/enviar/contactarme/molestarme
            | no me manden/mande/mandes/envien/envie/envies/escriban/escriba/escribas/texteen/textee/contacten/molesten
            | no envien/manden/mandes/envie/mande mas mensajes/textos | no mas mensajes/textos | no mande/manden mensajes
            | no quiero/deseo recibir/mas/sus/estos/tus/que mas/sus/estos/tus/me? mensajes/textos/manden/envien mas? mensajes/textos?
            | quiteme/quitenme/quitame/saqueme/saquenme/sacame/elimineme/eliminenme/eliminame <de_lista>
            | borreme/borrenme/borrame/remuevame/remuevanme <de_lista> | borre/borren/borra/elimine/eliminen/elimina mi numero | darme/darse/deme/denme/dame de baja
            | cancelar mi? suscripcion | quiero? cancelar los/estos/sus mensajes/textos | cancele mi suscripcion
    french = arretez/arrete de? menvoyer/mecrire/mecontacter | ne menvoyez plus | ne me contactez plus | me desabonner
           | desabonnez moi
";

const FILIPINO: &str = "
    pron = ako/akong/ko/kong/q/me/mo/nyo/niyo/ninyo/nio/nyu/nyong/niyong/kayo/kayong/kau/kyo/ka/kang/kami/kaming/namin
         | naming/nang/ng/pa/pang/ang/yung/yun/ung/to/ulit/uli/rin/talaga/mga/ba/pong/kita/yan/yang/dyan/tong/itong/ganito/ganyan
    wag = wag/huwag/hwag/wg/huag
    text_verb = itext/text/txt/itxt/magtext/magtxt/magtetext/imessage/message/magmessage/msg/imsg/magmsg/ichat/magchat/textan/txtan/itextan
              | kontakin/kontaken/icontact/contact/contakin/magcontact/itetext | guluhin/kulitin/gambalain/istorbohin/abalahin
              | mag/i/e text/txt/message/msg/contact/sms | mang istorbo/gulo/gambala/abala | mangulit/manggulo/mangistorbo/ispam/padalhan/padalahan
              | magsend/isend/magpadala/padalhan/padalahan/mangpadala/send/magsesend <pron>* texts/text/txt/message/messages/mensahe/msg/sms/promo
              | mag send/padala <pron>* texts/text/txt/message/messages/mensahe/msg/sms/promo
    their_number = number/num/no/cp/cell/phone/numero
    here = sakin/saken/saakin/samin/saamin/dito/d2/rito | sa akin/amin/inyo | sa? aking? <their_number> <pron>* | tong/itong <their_number>
         | galing sa inyo/nyo
    texts = mensahe/mensaheng/text/texts/txt/txts/message/messages/msgs/msg/sms/promo/spam
    text_noun = pagtetext/pagtext/pagtxt/kakatext/katetext/kakatxt/pagtetxt/pagmessage/pagmemessage/kakaspam/kakamessage/magtext
              | pag/ka/kaka/mag text/txt/message/tetext | pagsend/pagpapadala/kakasend/pagsesend/pagpadala/kakapadala <pron>* <texts>?
              | pag/kaka send/padala <pron>* <texts>? | <texts> | text messages/message/msgs
    tigil = tigil/itigil/ihinto/pakitigil/tigilan/tumigil/hinto/pakihinto/tgilan/patigil/istop/pakistop/pastop/stop
          | paki/pa/i/mag tigil/itigil/hinto/stop/ihinto
    alisin = alisin/pakialis/pakialisin/tanggalin/pakitanggal/pakitanggalin/burahin/pakibura/pakiburahin/idelete/iremove/paremove
           | padelete/patanggal/pakidelete/pakiremove/paalis/ierase/tangalin/pakitangal/delete/remove/pabura/tanggal/tangal/alis
           | paki/pa/i/pki alis/alisin/tanggal/tanggalin/bura/burahin/delete/remove/erase/tangal/tangalin/idelete/iremove
    number = number/numero/num/pangalan/name/contact/no/cp/cellphone/details/info
    sa = sa/from/dyan/diyan/jan/dito/off/dian/d2/inyong/iyong/aming
    lista = list/listahan/lista/database/system/contacts/records/phonebook/directory | group text | mailing/contact/text list
    ayaw = ayoko/ayokong/ayaw/ayko/diko/dko | ayaw ko/kong/namin | di/hindi/hndi/ndi/diko <pron>* gusto/gustong/nais/kailangan
    receive = makatanggap/makareceive/mareceive/makakuha/tumanggap/makatangap/matanggap/makakatanggap/makarecieve/makabasa
            | maka/mag/ma receive/tanggap/recieve
    any = ganitong/ganito/ganyang/kahit/anong/any/more/anumang/inyong/ibang/iba/sa
    unsubscribing = unsubscribe/optout/magunsubscribe/magoptout/iunsubscribe/paunsubscribe/pakiunsubscribe/maunsubscribe/paoptout
                  | mag/i/pa/paki/ma unsubscribe/optout | mag/i/pa/paki opt out | opt out | magopt/paopt out
                  | magpaalis/magpatanggal/mapaalis/matanggal/maalis/makaalis/magpaalis sa/dito <pron>* <lista>?
    paano = paano/pano/panu/pnu/papano/papaano/how
    filipino = <wag> <pron>* <text_verb> <pron>* <here>? <pron>* | <wag> <pron>* <text_verb> at/o/or tawagan <pron>*
             | <wag> <pron>* tawagan/tumawag <pron>* at/o/or/ni <text_verb> <pron>* | <tigil> <pron>* sa? <pron>* <text_noun> <pron>* <here>?
             | <ayaw> <pron>* <receive>? <pron>* <any>* <pron>* <texts> <pron>* <here>? | <ayaw> <pron>* itext/matext/maitext <pron>*
             | wala nang <texts> | tama sa? <pron>* <text_noun> <pron>* | paano/pano/panu <pron>* <tigil> <pron>*
             | gusto/gustong/nais/want/paki/pwede/puwede/pede <pron>* <unsubscribing> | <paano> <pron>* <unsubscribing> <pron>* <here>? | <paano> <pron>* <unsubscribing> <pron>* sa <pron>* <texts> <pron>*
             | <unsubscribing> <pron>* <number> <pron>*
             | <paano> <pron>* magpatanggal/magpaalis/matanggal/maalis/mapatigil/tanggalin/alisin <pron>* <number>? <pron>* sa? <pron>* <lista> <pron>*
             | <paano> <pron>* <alisin> <pron>* <number> <pron>*
    filipino_list = <alisin> <pron>* <sa> <pron>* <any>? <lista> <pron>* | <alisin> <pron>* <number> <pron>* <sa>? <sa>? <pron>* <any>? <lista>? <pron>*
";

const KEYWORDS: &str = "
    stopword = stop/stopp/unsubscribe/stopall/optout/stpo/sotp/stahp
    keyword = stop/stopp/unsubscribe/stopall/quit/optout/stpo/sotp/end/stahp
    out = end/stop/quit/optout/unsubscribe/cancel/0/00000/texts | opt out
    order = now/already/asap/these/all/everything/forever/altogether/instantly/right/thanks | right now/away | at once | this
    keyword_and = <stopword> <order> | end/quit now | <keyword> all? <kind>* <msg> | stop/quit/end all of? this/these | quit it? texting
                | no/nah/nope/yes/ok <stopword> | no/nope no/nope <stopword> | no thanks/thank you? <stopword> | <keyword> no thanks/more? | stop means/is stop | i mean stop
                | i/ive/we have? already? <said> <you>? <times>? to? <keyword> <keyword>? <keyword>? | i/ive have? already? typed/sent/replied/texted/wrote <keyword>
                | i asked to be? removed/unsubscribed/stop | can/could/would/will you/u <keyword> | <how> to say <keyword> | have/need to say <keyword>
                | text/txt/reply/send/texting/sending/type/replying/typing/respond/answer/texted <keyword> | text/txt/reply/send <keyword> to/2 <out>
                | <stopword> to/2/two <out> | <stopword> thanks/thank/ty/thx you/u? | <keyword> to this/my number | stop2quit/stop2end/stop2stop/stop2unsubscribe/stop2optout/stop2cancel
                | <keyword> wrong/incorrect number/person/num/phone/no/guy | wrong number/person/num/no/guy? so? <keyword>
                | <keyword> <keyword> <keyword>? <keyword>? | stop spamming/sending/contact/bothering/harassment | stop it now
                | stop/tumigil/tigilan <pron>* nyo/niyo/ninyo/kayo/kau <pron>* | tigil/itigil/pakitigil/ihinto/hinto | tigil/itigil/pakitigil/ihinto/hinto nyo/niyo/ninyo/kayo/yan/to <pron>*
                | unsubscribe <pron> <pron>* | paki/pa tigil/hinto/stop <pron>*
                | pastop/pakistop/istop <pron>* | tigilan/layuan/lubayan/tantanan <pron>* ako/ko/kami/me | make it stop
                | alto/baja/arret/arretez/parar/detener/desuscribir/desuscribirme/desabonner/abmelden/abbestellen | alto por favor
                | remove/unsub/dnc/desist/cease/removeme/stoptexting/stopmessaging/unsubscribeme | remove all | remove number/me/us
                | end all/texting/these/now | cancel texts/text/txt/sms/subscription/msgs/messages/alerts | unsubscribe all/everything
";

/// What [`Rules`](super::Rules) asks for when it looks for wishes.
const RULES: &str = "
    command = <stopping> | <refusing> | <removing> | <refusal>
    strong = <lead>* <command>
    foreign = <ask>* <filipino> | <paano> <pron>* <filipino> | pwede/puwede/pede <pron>* <filipino> | <spanish> | <french>
    question = can/could/would/will/may/how/where/what/is/any/pwede/puwede/pede/paano/pano/panu/papano
    brief = <ask>* <dont> <text> | <ask>* <dont> <text> or/and call
    told = <stop> <stop>* <texting> | <stop> all? contact | leave me/us alone | no more/further texting
         | lose/forget/delete/erase/trash/burn/discard/destroy my/this/our <kind>? <phone> <phone>? | delete/erase my contact? info/data/contact
    quiet = unsubscribe <whom>? | unsubscribe this/all/now/everything | unsub me/us | opt out <whom>? | optout
          | be/get unsubscribed/opted? out?
    noun = <stop> all? <det>* <kind>* <msg> | <remove> <people> <off> <off>? <all_this> | get <people> <off> <off>? <all_this> | i/we? want/need <off> <off>? <all_this>
         | unsubscribe <whom>? <off> <all_this> | unsubscribe <whom>? to <all_this> | opt out <off> <all_this> | opt <people> out <off> <all_this> | be <removed> <off> <all_this>
         | cease and/n? desist | no more? calls and/or <msg> | turn off <theirs> | turn <theirs> off | i/we? have? no interest in <getting>? <theirs>
         | cancel/terminate my/this/the/our/all/these/your/any? <kind>* subscription/texts/messages/msgs/txts/alerts
         | no more/further of? <det>* <kind>* <msg> | no more of these | <stop> <sending> <me>? <bare> | <dont> <send> <me>? <bare>
         | i/we? <dont> want/wish/wanna to? <get>? any? of? <bare> | i/we? no longer want/need/wish to? <get>? any? of? <bare> | <own>? <stop> <getting> <bare>
         | <own> <stop> <bare>
    mild = <lead>* <quiet> | <ask>* <told> | <lead>* <noun> | opting out | i/im/we/were am/are? opting out | im/am unsubscribing | i/we unsubscribe/optout | i/we opt out | i/we opt out <off> <theirs> | i/we opt out <off> <all_this> | i/we unsubscribe <off> <theirs>
        
         | no contact | no texts/txts/texting | enough texts/messages/msgs | <unsubscribing> <pron>*
         | enough with/of? <theirs> | i/we? do? not/dont consent | i/we? do? not/dont give/have/gave consent/permission | no consent
         | dnc | <notcall> list/registry | unsubscribe/unsub <pron>* | opt out <pron>* | iremove/paremove/pakiremove/remove <pron>* | pakitanggal/pakialis/patanggal <pron>* ako/ko/kami
         | paki tanggal/alis/remove <pron>* ako/ko/kami
    leaving = <remove> <people> <off> <off>? <thelist> | <remove> <off>? <thelist> | get <people> off of? <thelist> | remove/delete/erase <people>
            | <remove> my/this/her/his <kind>? <phone> off? | take/get me/us/him/her off | <remove> number | take/get my/this number off
            | be/get <removed> <off>? <off>? <thelist> | be removed/deleted | get off of? <thelist> | i/we? want off of? <thelist>
    list = <lead>* <leaving> | <filipino_list>
    whole = <keyword_and>
    lone_stop = <stopword> | quit/alto
    only = <stopword> | <stopword>* <keyword_and>
";

/// What is looked for before, behind and around a wish.
const AROUND: &str = "
    stop_evidence = wrong/number/text/texts/texting/message/messages/messaging/spam/spamming/list/unsubscribe/remove/interested
                  | harassment/harassing/lawyer/fcc/police/scam/scammer/report/reported/reporting/alone/msgs/txt/txts/contacting
                  | signed/asked/mali/maling/kilala | who is this | whos this | who are you
                  | i said | i told you | dont know you/who | this isnt/not | this is not | never signed | not/wasnt/isnt me/him/her
    withdrawn = mistake/accident/accidentally/accidently/jk/kidding/joking/resubscribe/mistakenly/unintentionally/inadvertently
              | did not/nt mean | didnt/didn mean | but/and/also/to keep texting/sending/messaging/texts/messages | keep the/my texts/messages
              | ill text/call/message/see you | i will text/call/message/see you | driving/asleep/sleeping/tawag
              | pupunta/papunta/darating/andyan/andito/otw/tatawag/uuwi/omw | on my way | im coming/going/almost | ill be there
              | im/am at/in/sleep/busy/working/home/late/out
              | dont/never/not stop/unsubscribe/remove/delete | no dejen/deje/dejes | instead
              | still want/like/need to? get/receive/the/these/your/texts | call/email/whatsapp/reach me/us
              | call/use/text/txt/try/message me/us? at/on? my/the cell/home/work/new/other/house/wife/husband/office/email
              | use this/my | new number/phone is | my new/other number/phone/cell/line | text/texts only | only text
              | text/texts/texting is/are better/fine/ok/okay/good/best | but keep/text/texts/texting/still/continue/leave
              | tumawag/tawag text | tawagan nyo/mo/ako | lumang/luma | bagong number
    day = monday/mondays/tuesday/tuesdays/wednesday/wednesdays/thursday/thursdays/friday/fridays/saturday/saturdays/sunday
        | sundays/mon/tues/wed/thurs/fri/sat/weekend/weekends/tonight/today/tomorrow/tmrw/tmr/lunes/martes/miyerkules/huwebes
        | biyernes/sabado/linggo/bukas/mamaya/ngayon
    event = <day> | 0 | appointment/appt/slot/class/event/trip/dinner/lunch/party/shift/schedule/sched/reschedule/potluck/rsvp
          | attend/attending/coming/waitlist/waiting/seat/game/practice/meeting/session/booking/reservation/para/maybe/later
          | carpool/volunteer/picnic/guest/makakapunta/makakasama/pupunta/kasama/work/trabaho/sick/busy | cant make/go/come/attend/be/do | not going/able | wont be/make
    laugh = ha/haha/hahah/hahaha/hahahah/hahahaha/lol/lols/lolol/lmao/lmaoo/lmfao/rofl/hehe/hehehe/hihi/omg/omfg/funny/aw/aww/awww/xd
          | bahaha/blush/blushing/sweet/cute/hilarious/teasing/flirting/dying/adorable/charot/char/joke/nice/love

    opener = and/so/but/or/then/now/cuz/cause/bc/because/also/therefore/thanks/thx/ty/ok/okay/yes/no/nope/nah/hi/hello/hey/bro/man
           | dude/sir/maam/yo/number/person/interested/again/hindi/sorry/fine/seriously/off/god/kilala/yan/morning/afternoon
           | evening/anymore/this
    blocker = to/dont/do/not/never/cant/cannot/couldnt/wont/wouldnt/didnt/doesnt/i/ill/id/he/she/they/we/it/you/u/that/which/should
            | shall/did/does/will/would/can/could/might/may/must/lets/let/the/a/an/bus/non/my/his/her/if/when/unless/them/him/always
            | almost/how/whether/isnt/arent/wasnt/havent/hasnt/aint/without/of/for/youd/youll/youre/theyll/gonna/people/than/before
            | after/by/why/only/donot/gotta/in/on/at/from/with/about/be/was/were/been/being/got/get/am
            | akong/ako/ko/kong/nyo/niyo/ninyo/nyong/niyong/mo/mong/kayo/kayong/ka/kang/wag/huwag/di/bakit/para/kung/pag/kapag/ng/nang/ang/yung/daw
    condition = if/unless/when/whenever/until/till/once/after/before/pag/kapag/kung/hanggang/whether/maybe/might/did/baka
    speech = said/says/say/saying/told/tells/tell/telling/asked/asks/asking/wrote/writes/song/called/titled/reads/meant/mean
           | sinabi/sabi/daw/raw/sinabihan/heard/thought/thinks/wants/wanted/supposed/refuse/forgot/remind/reminded/reminds
           | remember/pretend/almost/joked/bakit
    speaker = i/ive/we/weve/already
    joined = or/nor/dont/not/never/to
    unblocked = wag/huwag/hwag/huag/paki/pakitanggal/pakialis
    next_clause = this is/isnt/number/was | i/im/ive/ill/id/we/you/u/youre/ur/your/its/it/or/and/cuz/because/bc/coz/cause/so/he/she/hes/shes/dont/not
                | no/nobody/who/why/what/thanks/thank/but/how/wrong/take/unsubscribe/stop/remove/wtf/they/there/hindi/di/wala/mali
    limit = at/during/while/when/whenever/until/till/unless/after/before/between/on/late/early/if/tonight/today/tomorrow/for/every
          | twice/once/as/in/back/the/a/an/that/those/his/her/him/them/night/nights/mornings/weekdays/of/from/to/where/only/like/by
          | except/about/work/so/too/yet/first | <day> | sa/pag/kapag/kung/habang/tuwing/hanggang/muna/kanya/gabi/umaga/yung/kay
          | kina/kanila/para/kanina
    no_limit = from now on | for good/real/life/god | at all/once | in the? future | until further notice | if possible | again
             | on/at/to/from this/my/our number/phone/cell/line | on/from here | to me/us | from you/u/yall | from your/this/these <lists>
             | from your/this organization/company/clinic/office/campaign/group/team/business/party | with me/us
             | before i
             | as soon as possible | so much | about this/politics/these/your/voting/elections | as of now/today | like i | that i/is
             | with this/your/these/political | for the love/last | sa inyo/kin | once and for all | by text/sms/phone | to stop
             | or else | like this | the fuck/hell/heck | for any reason | of any kind
    mild_tail = this is/isnt/number/was | kahit/kasi/galing/por/gracias/merci/svp/mula/mas/plus/mensajes/textos/de/des | again/anymore/now/thanks/thank/ok/okay/asap/forever/already/bro/dude/man/sir/maam/ty/thx/or/cuz/because/bc/i/im/ive
              | its/you/u/wrong/not/no/people/yall/altogether/completely/entirely/stop/salamat/wtf/jerk/jerks/idiot/idiots
              | asshole/assholes/scammer/scammers/dont/never/moron/morons/thats/we/he/she/hes/shes
              | <no_limit>
";
