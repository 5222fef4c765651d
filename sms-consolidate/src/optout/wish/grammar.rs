//! The words and phrases of a wish: data. Words are in lower case, without apostrophes, accents and hyphens.

/// Words of courtesy and filler that may stand around a keyword, so that "STOP pls", "unsubscribe please", "Stop. Thank
/// you" and "stop na po" opt out. In upper case, as keywords are; words that stand together are listed one by one.
#[expect(dead_code, reason = "used once keywords are looked for in a new order")]
pub(in crate::optout) const COURTESY: &[&str] = &[
    "PLEASE", "PLEAS", "PLEASES", "PLS", "PLSS", "PLZ", "PLZZ", "PLSE", "PLES", "PLESE", "PLEASEE", "KINDLY", "THANKS",
    "THANK", "THANX", "THNX", "THX", "TNX", "TY", "TYVM", "YOU", "U", "VERY", "MUCH", "SO", "MANY", "JUST", "NOW",
    "IMMEDIATELY", "ASAP", "ALREADY", "SORRY", "HI", "HELLO", "HEY", "SIR", "SIRS", "MAAM", "MADAM", "MAM", "MISS",
    "BRO", "DUDE", "GUYS", "FOLKS", "OK", "OKAY", "PO", "OPO", "HO", "NA", "NALANG", "LANG", "LANGPO", "NAMAN", "NGA",
    "PAKI", "PAKIUSAP", "SALAMAT", "MARAMING", "POR", "FAVOR", "GRACIAS", "MERCI", "SVP",
];

/// Words that are left out, wherever they stand.
pub(super) const FILLERS: &[&str] = &[
    "po", "ho", "na", "lang", "naman", "nga", "sana", "nalang", "fucking", "fuckin", "fking", "effing", "fcking",
    "goddamn", "damn", "freaking", "frickin", "freakin", "bloody", "ever", "actually", "really", "actually", "um",
    "uh", "guys", "promptly", "respectfully", "immediately", "stupid", "ffs",
];

/// As fillers, and a command may begin after one.
pub(super) const PLEASE: &[&str] = &[
    "please", "pls", "plss", "plz", "plse", "pleas", "plese", "pleasee", "pleese", "kindly", "pakiusap", "just",
    "simply", "politely", "utang",
];

/// What a hyphen joins to the word after it.
pub(super) const PREFIXES: &[&str] = &[
    "i", "mag", "pag", "paki", "pa", "ka", "kaka", "ma", "naka", "ipa", "opt", "non", "un", "e", "pagka", "pakisuyo",
    "ise",
];

/// Spellings of "stop" of more than one wrong letter.
pub(super) const STOP_SPELLINGS: &[&str] = &["stahp", "stawp", "stahpp", "staahp", "sttop", "stoppp", "sstopp", "stoop1"];

/// Words and abbreviations that are one letter off "stop".
pub(super) const NEAR_STOP: &[&str] = &[
    "stops", "step", "shop", "slop", "stoop", "atop", "top", "sop", "stomp", "strop", "stow", "swop", "scop", "sto",
    "stoup", "stob", "stot", "stope", "stoep", "stoa", "estop", "snop", "stor", "stom", "stoke", "stoic", "tops", "sotp ",
];

/// The rules; those that are used come before those that use them.
pub(super) const GRAMMAR: &str = "
texting = texting/txting/textin/txtin/txtn/texing/texring/textng/textting/texting/messaging/messging/mesaging/messagin/massaging
        | msging/msgin/smsing/dming/contacting/contactin/spamming/spammin/harassing/harrassing/harassin/bothering/botherin
        | bombarding/blasting | blowing up | hitting up | sms
text = text/txt/message/msg/contact/contac/sms/spam/bother/harass/texting/messaging/txting/bug
msg = text/texts/txt/txts/message/messages/msg/msgs/mssg/mssgs/mesages/messges/sms/spam/reminders/reminder/updates/notifications
    | notification/alerts/promos/promo/promotions/ads/adverts/advertisements/solicitations/solicitation/communication
    | communications/correspondence/subscription/subscriptions/txting/texting/messaging/smses/newsletters/blasts/contact
    | offers/deals/surveys/polls/followups/contacts
kind = text/txt/sms/message/messaging/texting/appointment/appt/promo/promotional/political/automated/automatic/marketing/campaign
     | unwanted/unsolicited/annoying/spam/bulk/mass/nonstop/constant/daily/weekly/phone/contact/mailing/distribution/mobile
     | notification/reminder/crap/f/group/survey/such/group/emailing/marketing/alert/broadcast/customer/subscriber/subscription
det = the/these/theses/this/all/any/further/future/more/your/ur/yall/such/other/additional/those/of/my/our/kinds/kind/from/every
    | anymore/unwanted/to/that/yalls/them/new
stuff = stuff/crap/shit/bs/garbage/junk/bullshit/nonsense/things/spam
theirs = <det>* <kind>* <msg> | <det>* <kind>* <stuff> | these/this/them | <det> of these/this
phone = number/num/no/phone/cell/cellphone/line/mobile/nbr/digits
mine = my/this/our/the/that/me
me = me/us/meee | my/this/our <kind>? <phone> <phone>? | here | this person/address | my family/husband/wife/mom/mother/dad/father/kids/kid/son/daughter/house
again = again/anymore/ever/now/thanks/thank/ok/okay/immediately/asap/forever/already/anylonger | any more/longer/further | from you

stop = stop/quit/cease/discontinue/stahp/stopp/stpo/sotp/stoo/end/halt/avoid
dont = dont/donot/dnt/never/dnot/doont | do not/nt | dont you/u | do never
want = want/wish/need/care/like/desire/wanna/wnt/wana
get = receive/get/recieve/recive/see/have/hear/read/accept/keep
getting = getting/receiving/recieving/seeing/hearing/being | gettin

how = how/hw do/can/could/would/to/should/does i/we/one/you/u? | how i | what do/should/must/can i text/reply/send/say/do | what do i have/need to do
    | is there a/any way | is there a/any way for me | where do/can i | whats the way | what is the way | any way
    | how many times do i have/need | what is the best way | whats the best way | tell me how | can you tell me how | show me how | let me know how
    | please how | how can someone | can/may/could i | can we | i dont know how | need to know how
ilike = i/we/id/wed/im/ive want/wish/need/wanna/prefer | i/we would/d like/love/prefer | id/wed like/love/prefer | like/want/need/wish/wanna
      | i/im trying/tryna | i am trying/asking/requesting/ready/going | im asking/requesting/ready/going/gonna | i request/demand/choose/prefer | i have decided | i decided | would like/love | ready
      | i hope | i only want | i still want
you = you/u/yall/ya/yous | you all/guys/people/folks | all of you | yall guys | them/this/it
lead = <how> to? | <ilike> to? | can/could/would/will/cud/wld/cld <you> | <ilike> <you> to | would you mind | can/could i ask <you> to | can i ask that <you> | may i ask <you> to | do me a favor and
     | i have? already? told/asked/tell/ask/said/warned <you>? to? | ive already? told/asked/said/warned <you>? to? | i already? told/asked/tell/ask/said <you>? to?
     | i keep/kept asking/telling/saying <you>? to? | im/am? asking/telling/begging/ordering/requesting <you> to/that <you>? | i am asking/telling/begging <you> to | i beg you to? | i must/have ask <you> to
     | to/and? tell/ask <you> to | <you> need/have/must/better/gotta/should/got/ought to? | i ask/request/demand that? <you> to? | get <you> to | i insist that? <you>? | no/nah/yes/ok/yeah/yep
     | have? someone | be so kind and/to | i said no | i would? appreciate? it? if <you> could/would/will/can | would/will it be possible to | is it possible to | possible to | time to | feel free to | make sure to? | make sure <you>
     | its/it time to | i want to be | we ask that? <you>? to? | so/and/or/but/then/also | the fuck | do please | consider this | this is me asking you to

lists = list/lists/database/db/databases/contacts/contact/system/systems/record/records/files/file/directory/roster/program/service/rotation
     | mailer/subscription/thread/campaign/campaigns/registry/distro/phonebook/lista/listahan/listing/texts/messages/text/msgs/blast/blasts/everything/updates/lst/alerts/communications | phone book | phone tree
yourlist = your/ur/this/all/any/these/thid/yalls/that/every/whatever <kind>* <lists> | the? mailing/contact/text/txt/texting/distribution/marketing/sms/spam/messaging/message <kind>* <lists> | your/ur <lists> of contacts/texts
         | this/everything/here/these/it | these <msg> | getting <theirs> | receiving <theirs> | all? of? your/these <kind>* <lists> | future <msg>
thelist = the? <kind>* list/listing/lst/lista/listahan/database/system
from = from/frm/off/of/out/fr/frome/form/on
remove = remove/remve/rmv/rmove/remov/reomve/delete/delet/del/erase/scratch/strike/take/tak/takes/get/pull/drop/scrub/clear/purge/cross/exclude/eliminate/deactivate/unlist/wipe
whom = me/us/him/her/it | my/this/our/her/his/the/dis/that <kind>? name/number/numbers/phone/cell/info/information/contact/num/no/nbr/line/data/record/mobile/digits/details/account <phone>?
     | my/our name and/n phone? number | my info and/n number | my <phone> and/n name | my/our contact/personal/phone info/information/details/number | 0/00000 0/00000? 0/00000? | number/name | my/this 00000 | my/our family
     | my mom/mother/dad/father/husband/wife/son/daughter/grandmother/grandma | me and my husband/wife/family | everyone at this number
removed = removed/deleted/taken/dropped/excluded/erased/unsubscribed/off/out | opted out | taken off

to = to/with
more = any/more/anymore/these/those/your/further/future/additional/such/ur/no
dncname = dnc/donotcall/donotcontact/donottext | do not call/text/contact/disturb/txt/message/solicit | dont call/text/contact | no contact/call/text/txt/solicitation
dnc = <dncname> <lists>? | do not list

command = <stop> <texting> <me> | <stop> all? <texting> <me> and <texting> <me>? | <stop> calling and/or/n <texting> <me>? | <stop> <texting> and/or/n calling <me>?
        | <stop> with/w? <det> <kind>* <msg> | <stop> with/w? <kind>* texts/txts/messages/msgs/sms/promos | <stop> sending/sendin/giving/snding/delivering/forwarding <me>? <theirs> | <stop> sending <theirs> to? <me>
        | <stop> it with/w <theirs> | <stop> all? <det>* <kind>* <msg> <from>? <me>?
        | <stop> <getting> <theirs> | <stop> <getting> <theirs>? texted/contacted/messaged/spammed/harassed | <stop> blowing up my/our phone/cell
        | <stop> using this/my number | <stop> my? subscription | <stop> me from <getting> <theirs> | unsubscribe/remove/stop/save me from this/these/your/all <kind>* <msg>
        | <stop> all? contact/communication/communications/correspondence with? me? | <stop> all? communications <to> <me>
        | make/have <theirs> stop/end/quit | make it stop with these texts
        | <dont> <text> <me> | <dont> <text> or/and/nor <text> <me> | <dont> call or/and/nor/n <text> <me>? | <dont> <text> or/and call <me> | <dont> blow up my phone
        | <dont> send/sent/snd/forward <me>? <more> <theirs> | <dont> send/sent me/us texts/messages/txts/msgs/sms | <dont> send any/more/these/further/your/those <kind>* <msg> | <dont> send these/this to <me> | <dont> use this number
        | no more <kind>* <msg> | no more of? these/your/this/the <kind>* <msg> | no further <kind>* <msg> | cancel/end/terminate my/this/the/our/all/these/your/any <kind>* subscription/texts/messages/msgs/txts/alerts/notifications/texting/communication
        | cancel/end/terminate texts/messages/subscription/msgs/sms | cancel me from <theirs>
        | cancel my? subscription to/from? <theirs>
        | <remove> <whom> completely? <from> <from>? <yourlist> | <remove> from <yourlist> | take off your list | <remove> <whom> <from> <from>? a/any list/lists | <remove> <whom> and <whom> <from> <yourlist>
        | have <whom> removed/deleted/taken <from>? <from>? <yourlist>? | get/have my number off your list | want/wants off of? <yourlist> | i/we want off of? <yourlist> | get off of? <yourlist>
        | be/get/to? <removed> <from>? <from>? <yourlist> | unsubscribe <whom>? <from> <yourlist> | unsubscribe me/us <from> <theirs> | unsubscribe to? <theirs> | unsubscribe me/us to? <theirs>
        | opt out <from> <theirs> | opt/op me/us out <from> <theirs> | optout <from> <theirs> | opt me out | optme out | opt us out | opt this/my number out | opt <whom> out | opting out <from> <theirs>
        | put/add/place/include/register <me> on/to/in/onto your/the/a/ur <dnc> | put me down as do not contact/text/call | mark/list/set <me> as <dnc>
        | leave me/us the hell/fuck/heck alone | be left alone | left alone
        | dejen/deje/deja/paren/pare/parar/para de mandarme/enviarme/escribirme/textearme/mandar/enviar/escribir/mandarnos/enviarnos/contactarme/molestar/molestarme
        | no me manden/mande/mandes/envien/envie/envies/escriban/escriba/escribas/texteen/textee/textees/contacten/contacte/molesten/moleste mas? mensajes/textos? mas? | no mas mensajes/textos/mensaje
        | no envien/manden/mandes/envie/mande mas mensajes/textos | quiteme/quitenme/quitame/saqueme/saquenme/sacame/elimineme/eliminenme/eliminame/borreme/borrenme/borrame/remuevame/remuevanme de su/la/tu/esta/sus/tus lista/listas
        | no quiero/deseo recibir/mas/sus/estos/tus/que mas/sus/estos/tus/me? mensajes/textos/manden/envien mas? mensajes/textos? | darme/darse de baja | deme/denme/dame de baja | cancelar suscripcion/subscripcion | cancele mi suscripcion
        | arretez de? menvoyer/mecrire/mecontacter | arretez de me contacter/texter/ecrire | ne menvoyez plus | ne me contactez plus | me desabonner | desabonnez moi | desinscrire

consented = consented/contacted/texted | to? being/be contacted/texted/messaged/called | to? <get>/receive/receiving/getting <more>* <theirs> | to? these/your/this/any/the/such <kind>* <msg> | to? texts/messages/messaging/text
wanted = i/we <dont> <want> to? <get>? <get>? <more>* <from>? <theirs> | i/we <dont> <want> to? <get> <get>? from? <more>* <from>? <theirs>? <texting> | <dont> <want> to? <get>? <more>* <kind>* <msg> | <dont> want these | <dont> want to <get>? <more>* <theirs>
       | i/we <dont> <want> <you> to? <texting> <me> | i/we <dont> <want> <you> to? <text> <me> | i/we <dont> <want> you texting/messaging/contacting <me>? | i/we <dont> <want> <you> to send <me>? <more>* <theirs> | i/we <dont> <want> you sending <me>? <theirs>
       | i/we? <dont> <want> to be/get? contacted/texted/messaged/txted/spammed/bothered/contact | i/we? <dont> <want> to hear from you/u/yall/this | i/we? no longer <want> to? be/get? contacted/texted/messaged/subscribed
       | i/we no longer/more <want> to? <get>? <more>* <theirs> | no longer <want> to? <get>? <more>* <theirs> | no longer <want> to <get>? from you | no longer interested in <getting>? <theirs>
       | i/we no longer <want> to hear from you | i/we <want> no more/further <kind>* <msg> | i/we <want> no more of? <theirs> | id/we/i would? rather/prefer not to? <get>? <more>* <from>? <theirs> | id rather not be contacted/texted | i/id/we would? prefer/rather not to? be contacted/texted/messaged
       | im/we/am not/no interested in <getting>? <more>* <theirs> | not interested in <getting>? <more>* <theirs> | i/we do? not/dont/never/no longer? consent/agree/consenting/consents/authorize/permit? to? <theirs>? <consented>
       | i/we/hereby revoke/withdraw/rescind/retract/remove my/all/any/our prior? consent/permission/authorization | revoke/withdraw/rescind my/all? consent | you do not/dont have my? consent/permission to? <text>? <me>?
       | i did not/didnt ask for these texts stop | if you dont/do not? not? <stop> <texting> | if you/u keep/continue <texting> <me> | if you/u continue to <text> <me> | if you/u text/contact/message/txt <me> again/anymore/one? more? time? i/ill/im/we will/am? report/reporting/sue/call/block/calling/blocking/suing/contact
       | text/contact/message/txt <me> again and/n ill/i/im/you/youll | or/and? if you dont stop
       | my/this number/phone is on the/a/your? national? <dnc> | i am/im on the/a national? do not call/text/contact list/registry | cease and/n desist | cease desist | lose my number | you do not have my consent to text me
       | i/we never/did? not? want these

pinoy = ako/akong/ko/kong/q/me/mo/nyo/niyo/ninyo/nio/nyu/nyong/niyong/kayo/kayong/kau/kyo/ka/kang/kami/kaming/namin/nang/ng/pa/pang/ang/naming/to/ulit/si/rin/talaga/mga/ung/yung/yun/ba/at/pong/kita/yan/uli
wag = wag/huwag/hwag/wg/wagna/huag/wak/wah/wagnyo/wagniyo
itext = itext/text/txt/itxt/magtext/magtxt/magtetext/magtettext/imessage/message/magmessage/msg/imsg/magmsg/kontakin/kontaken/icontact/contact/contakin/magcontact/kontakten/textan/txtan/itextan
      | mag/i/e/mag2 text/txt/message/msg/contact/sms/tetext | magsend/isend/magpadala/padalhan/padalahan/mag/magpapadala/send/papadala/padala/magsesend/iforward <pinoy>* send/padala? <pinoy>* text/txt/message/messages/mensahe/msg/texts/sms/mensaheng/ganito/ganyan/ganitong/promo <msg>?
      | guluhin/kulitin/gambalain/istorbohin/kukulitin/guluhen/abalahin/bwisitin/spam/ispam/mangulit/manggulo/istorbo
sakin = sakin/saken/saakin/samin/saamin/dito/d2/rito | sa akin/amin/akn | sa? aking/number/num/no/cp/cell/phone/line/numero ko/na/namin/kong? to/ito/nito/ko? | tong/itong number/no/num/cp/cell/numero | sa number <pinoy>* | numero/number ko/ito | number <pinoy>*
pagtext = pagtetext/pagtext/pagtxt/kakatext/katetext/kakatxt/pagtetxt/pagmessage/pagmemessage/mensahe/text/texts/txt/messages/message/msgs/msg/sms/texting/pagsesend/pagpapadala/pagspam/kakaspam/kakamessage/magtext/magtxt/itext/kakasend/kakapadala/pagkontak
        | pag/ka/kaka/mag/pagka/kaka text/txt/message/send/tetext/padala/text/spam | pagsend/pagpapadala/kakasend/magsend/pagsesend/pagpadala/pagbibigay <pinoy>* text/messages/message/texts/mensahe/txt/sms | promo
tigil = tigil/itigil/ihinto/pakitigil/tigilan/tumigil/hinto/pakihinto/itigl/tgilan/tigel/pahinto/patigil/patigilin/istop/pakistop/pastop/tumigel/huminto | paki/pa/i/mag tigil/itigil/hinto/stop/ihinto | stop
alisin = alisin/pakialis/pakialisin/tanggalin/pakitanggal/pakitanggalin/burahin/pakibura/pakiburahin/idelete/iremove/paremove/padelete/patanggal/pakidelete/pakiremove/ierase/tangalin/tanggalen/pakitangal/patangal/tanggalan/erase/delete/remove/unsubscribe/tanggal/buburahin/iunlist/pabura/paalis/ialis/ealis/edelete/eremove/erremove
       | paki/pa/i/pki/pakisuyo alis/alisin/tanggal/tanggalin/bura/burahin/delete/remove/erase/tangal/tangalin/unsubscribe/idelete/iremove
number = number/numero/num/pangalan/name/contact/no/cp/numbers/cellphone/details/info/numerong/number
lista = list/listahan/lista/database/system/contacts/records/sistema/listahang/phonebook/directory/gc/contact | mailing/contact/text list
ayaw = ayoko/ayaw/ayokong/ayko/ayoko/ayaw/ayawq/ayokona/aayaw | di/hindi/hndi/dko/ndi/diko/hindi <pinoy>* gusto/gustong/nais/kailangan/interesado/gus2/want/need | wala/walang/no | ayaw ko/kong/namin/naming
receive = makatanggap/makareceive/mareceive/makakuha/tumanggap/makatangap/matanggap/makatanggap/makabasa/makakita/maka/makarecieve/marecieve/mag/magreceive/makakatanggap/marinig/magkaroon/maka/mareceived/makuha/tumanggap receive/tanggap/recieve?
unsubs = unsubscribe/optout/unsub/magunsubscribe/magoptout/iunsubscribe/paunsubscribe/pakiunsubscribe/maunsubscribe/magunsub/paunsub/paoptout/makapagunsubscribe/makaunsubscribe | mag/i/pa/paki/ma/e/maka unsubscribe/unsub | mag/i/pa/paki/ma opt out | opt out | mag/magpa optout | magpaalis/magpatanggal/paalis/mapaalis/matanggal/maalis/makaalis sa list/listahan | magopt out | paopt out
sa = sa/from/dyan/diyan/jan/dito/off/dian/dun/diyan/dyn/inyong/inyo/iyong/d2/jn
anu = ganitong/ganito/ganyang/ganyan/kahit/anong/any/more/mga/anumang/iba/inyong/inyo/galing/ibang/such/ganung
tagalog = <wag> <pinoy>* <itext> <pinoy>* <sakin>? | <wag> <pinoy>* <itext> <sakin>? <pinoy>* | <wag> <pinoy>* <itext> at/o/or tawagan <pinoy>* | <wag> <pinoy>* tawagan/tumawag <pinoy>* at/o/or/ni/and <itext> <pinoy>*
        | <tigil> <pinoy>* sa? <pinoy>* <pagtext> <pinoy>* <sakin>? | <tigil> <pinoy>* sa? mga? <pagtext> <pinoy>*
        | tigilan/layuan/lubayan/tantanan nyo/niyo/ninyo/mo <pinoy>* ako/ko/kami/me | <alisin> <pinoy>* <number> <pinoy>* <sa>? <sa>? <pinoy>* <lista>? <pinoy>*
        | <ayaw> <pinoy>* <receive>? <receive>? <pinoy>* <anu>? <pinoy>* texts/messages/mensahe/text/txt/msgs/message/msg/sms/mensaheng/promo/itext/matext/txts/spam/mamessage/makontak <pinoy>* | tama <pinoy>* sa? <pinoy>* <pagtext>
        | gusto/gusto/nais/gustong/want/need/paki/pwede/puwede/pede <pinoy>* <unsubs> | paano/pano/panu/pnu/how/papano/papaano/san/saan <pinoy>* <unsubs> | paano/pano/panu/pnu/how/papano/papaano <pinoy>* <tigil> <pinoy>* | paano/pano/panu/pnu/papano <pinoy>* <alisin> <pinoy>* <number>
        | paano/pano/panu/papano <pinoy>* magpatanggal/magpaalis/matanggal/maalis/maaalis/matatanggal/mapatigil/mapapatigil/mahinto/maihinto/tanggalin/alisin <pinoy>* sa? <pinoy>* <lista>? <number>? <pagtext>?
        | pa/paki <pinoy>* <unsubs> | <stop> texting <pinoy>*
tagalist = <alisin> <pinoy>* <sa> <pinoy>* inyong/inyo/iyong/contact? <lista> <pinoy>* | <alisin> ako/ko/kami/me <pinoy>* <sa>? <lista>

strong = <lead>* <command> | <wanted> | <tagalog> | <lead>* <tagalog> | <lead>* <wanted>

mild = <lead>* <stop> texting/txting/messaging/contacting/spamming/texing/textin/txtn/harassing/msging | <lead>* <stop> contact
     | <lead>* unsubscribe me/us/this/my/our/number/all/now/everything/please? number/phone/texts/immediately? | <lead>* unsubscribe <whom>? | <lead>* unsubscribe already/thanks | i/we unsubscribe
     | <lead>* opt out | opting out | i/we am/are opting out | im/were opting out | i/we opt out | <lead>* optout | i/we want/need out | i elect to opt out | to? be opted out | <lead>* be/get unsubscribed/opted? out? | i am/im unsubscribing | unsubscribing
     | <dont> <text> | <dont> <text> or/and call | <dont> call or/and <text> | no contact | no texts/txts/texting/messages/sms/msgs | no more/further texts/txts/texting/messages/contact/sms/msgs/text/txt/communication
     | leave me/us alone | <lead>* leave me/us alone | <lead>* lose/forget/delete/erase/trash/burn/discard/destroy my/this/our/the? <kind>? number/num/digits/phone/contact/info/nbr <phone>? | <lead>* lose this/my number
     | i/we do? not/dont/doesnt consent | i/we do? not/dont give/have/gave? consent/permission | no consent | enough texts/txts/messages/msgs | enough with/of? <det> <kind>* <msg> | enough with <theirs>
     | <dnc> | iunsubscribe/unsubscribe/unsub/paunsubscribe/magunsubscribe/optout <pinoy>* | opt out <pinoy>* | <unsubs> <pinoy>* | remove/iremove/idelete/paremove/pakiremove/delete <pinoy>* | paki remove/delete/tanggal/alis <pinoy>*

list = <lead>* <remove> <whom> <from> <from>? <thelist> | <lead>* <remove> from <thelist> | <lead>* remove me/us/him/her/it | <lead>* <remove> my/this number/name/phone/contact/info <phone>? | <lead>* take/get me/us/him/her off | <lead>* take/remove my/this number off? | <lead>* remove number | <lead>* take/get my number off
     | <lead>* be/get/to? removed/taken/deleted <from>? <from>? <thelist> | <lead>* be removed | <ilike> out | <lead>* be taken off | <tagalist> | get off of? <thelist> | <lead>* get off of? <thelist> | i/we want off of? <thelist> | have <whom> removed/deleted/taken off? | <lead>* have <whom> removed

stopword = stop/stopp/stahp/unsubscribe/quit/end/cancel/optout/stpo/sotp/stopall
whole = <stopword> now/already/immediately/asap/this/these/all/everything/forever/altogether/today/instantly/totally/thanks/thank now/already/you? | <stopword> right now/away | <stopword> at once | stop/quit/end all of? this/these/it/texts
      | <stopword> all? text/texts/txt/txts/msg/msgs/message/messages/sms/promo/promos/texting/alerts/subscription/notifications/contact
      | no/nah/nope <stopword> | no/nope no/nope <stopword> | <stopword> no | <stopword> no thanks/more | i have? already? said/typed/sent/replied/texted/wrote <stopword> <stopword>? <stopword>? | ive already? said/typed/sent/replied/texted <stopword> | said stop
      | i already? have? said/asked/told/tell/ask/texted/sent you/u/yall/them? to? <stopword> | ive already? asked/told you/u/yall to? stop | i asked to be? removed/unsubscribed/stop | can/could/would/will you/u <stopword> | would you stop
      | text/txt/reply/send/texting/sending/type/replying/typing/say/saying/replied/respond/answer/texted/sent <stopword> | text/txt/reply/send/texting/sending <stopword> to/2 _ _? _? | text/txt <stopword>
      | <stopword> to/2/two end/stop/quit/optout/unsubscribe/cancel/opt/0/00000/texts out? | <stopword> to? this/these/my number/texts/messages | <stopword> stop | stop2quit/stop2end/stop2stop/stop2unsubscribe/stop2optout/txtstop/textstop/stop2cancel/stoptexts/stop2out
      | <stopword> wrong/incorrect number/person/num/phone/no/guy | wrong number/person/num/no/guy <stopword> | wrong number/person so? <stopword> | <stopword> <stopword> <stopword>? <stopword>? | stop is stop | stop means stop | i mean stop | make it stop
      | stop spam/spamming/scam/scammer/sending/contact/bothering/harassment | stop <pinoy> <pinoy>* | tigil <pinoy>* | itigil/pakitigil/ihinto/hinto/tumigil/tigilan/tigel/itigl <pinoy>* | paki/pa tigil/stop/hinto <pinoy>* | pastop/pakistop/istop <pinoy>*
      | alto/baja/arret/arrete/arretez/parar/detener/detenga/detenganse/pararlo/cancelar/desuscribir/desuscribirme/desubscribir/arreter/desabonner/stopper/anhalten/abmelden/abbestellen/stoppen/aufhoren | alto alto | alto por? favor? mensajes? | dar/darme de baja
      | remove/removed/unsub/dnc/desist/cease/optingout/remov/removeme/unsubscribeme/stoptexting/stoptext/stoptexting/stopmessages/stopmessaging/unsubscribeall/endtexts/stopit | remove all | remove number/me/us/please | opt me? out <pinoy>* | unsubscribe/unsub <pinoy>* | cease and desist
      | end text/texts/txt/txts/msgs/msg/messages/message/all/texting/sms/subscription/this/these/now/it? | end all | quit it? texting | cancel texts/text/txt/sms/subscription/msgs/messages/alerts/membership? | unsubscribe all/now/immediately/everything/already/today | revoke consent

lone_stop = <stopword> | stop please | <stopword> it | <stopword> <stopword> | stop this | alto | tigil <pinoy>*
stop_evidence = wrong/number/text/texts/texting/message/messages/messaging/spam/spamming/list/unsubscribe/remove/interested/harassment/harassing/lawyer/fcc/police/scam/scammer/report/reported/reporting/alone/msgs/txt/txts/contacting/contact/signed/asked/thank/thanks/ty/tnx/thx/salamat/mali/maling/kilala
              | who is this | whos this | who are you | i said | i told you | no thanks/thank | not interested | no | this isnt | this is not | dont know you/who | never signed | leave me
              | not/wasnt/isnt me/him/her/he/she/john

withdrawn = mistake/accident/accidentally/accidently/jk/kidding/joking/resubscribe/mistakenly/aksidente/unintentionally/nagkamali/inadvertently | just kidding | did not/nt mean | didnt/didn mean | by mistake | keep texting/sending/messaging/the/my texts/messages? | dont/never/not stop/unsubscribe/remove/delete/end
          | still want/like/need to? get/receive/the/these/your/texts | call/email/message/fb/reach me/us instead | just call/email/whatsapp | call/use/text/txt/try/message me/us? at/on my/the/this cell/home/work/new/other/email/house/0/00000 | call/use/text/txt/try/message/contact my/this one/cell/home/other/new/work/wife/husband/office/email | use this one/number/instead
          | instead | new number/phone is | my new number/phone/cell | ito/eto/bagong/bago bago/bagong/number/na? | text only | texts only | only text | text is fine/better/ok/okay/good | texts/texting are/is fine/ok/okay/better | but keep/text/texts/texting/still/not/continue/leave | text me/us? nalang/lang/only/instead | tawag nalang | text/itext nyo? nalang/lang | call my/me/us/the | tawagan nyo/mo
          | except _ | hindi/di/wag <pinoy>* tanggalin/alisin/itigil/titigil/tumigil/burahin | lumang/luma

day = monday/mondays/tuesday/tuesdays/wednesday/wednesdays/thursday/thursdays/friday/fridays/saturday/saturdays/sunday/sundays/mon/tues/wed/thurs/fri/sat/weekend/weekends/tonight/today/tomorrow/tmrw/tmr/lunes/martes/miyerkules/huwebes/biyernes/sabado/linggo/bukas/mamaya/ngayon/january/february/march/april/june/july/august/september/october/november/december
event = <day> | 0 | appointment/appt/slot/class/event/trip/dinner/lunch/party/shift/schedule/sched/reschedule/potluck/rsvp/attend/attending/coming/waitlist/waiting/seat/game/practice/meeting/session/booking/reservation/para/maybe/later/carpool/cannot | cant make/go/come/attend/be/do | can not make/come/go/attend | not coming/going/able | wont be/make
laugh = haha/hahaha/hahahaha/ha/lol/lmao/lmfao/rofl/lolol/hehe/hehehe/hihi/lols/omg/funny/lmaoo/xd/aww/aw/awww/bahaha/blush/blushing/sweet/cute/kind/nice/adorable/dying/flirting/dead/joke/hilarious/teasing/love/crying/stopping/hahah/charot/char/haist/jusko/oa

opener = and/so/but/or/then/now/cuz/cause/bc/because/also/therefore/thanks/thx/ty/ok/okay/yes/no/hi/hello/hey/bro/man/dude/sir/maam/yo/you/number/person/nope/nah/again/hindi/sorry/fine/seriously/number/time/people/omg/interested/guys/yeah/this/here/off/god/fuck/kilala/yan/yun/pls/maling/morning/afternoon/evening/day/miss/pare/pakiusap/least/anymore/me/once
blocker = to/dont/do/not/never/cant/cannot/couldnt/wont/wouldnt/didnt/doesnt/dont/i/ill/id/he/she/they/we/well/who/it/u/that/which/should/shall/did/does/will/would/can/could/might/may/must/lets/let/the/a/an/bus/non/my/his/her/if/when/unless/them/him/always/almost/how/whether/isnt/arent/wasnt/havent/hasnt/aint/without/of/for/youd/youll/youre/theyll/hell/shell/hed/shed/gonna/donot/people/than/reminder/before/after/by
        | akong/ako/ko/kong/nyo/niyo/ninyo/mo/kayo/kayong/ka/kang/wag/huwag/hindi/di/bakit/para/kung/pag/kapag/na/ng/nang/ang/yung/only/daw/sya/siya/nya/niya/why/you
condition = if/unless/when/whenever/until/till/once/after/before/pag/kapag/kung/hanggang/whether/maybe/might/should/did/baka/sakaling
speech = said/says/say/saying/told/tells/tell/telling/asked/asks/asking/wrote/writes/song/called/titled/reads/meant/mean/sinabi/sabi/daw/raw/sinabihan/heard/thought/thinks/wants/wanted/supposed/trying/refuse/forgot/remind/reminded/reminds/remember/pretend/accidentally/havent/almost/joked
speaker = i/ive/we/weve/id
next_clause = i/im/ive/ill/id/we/you/u/youre/ur/your/this/its/it/or/and/cuz/because/bc/coz/cause/so/he/she/hes/shes/dont/not/no/who/why/what/thanks/thank/please/before/nobody/stop/remove/but/how/wrong/take/unsubscribe/wtf/they/there/hindi/di/wala/mali
limit = at/during/while/when/whenever/until/till/unless/after/before/between/on/late/early/if/tonight/today/tomorrow/for/every/twice/once/as/in/back/the/a/an/that/those/his/him/them/monday/mondays/sundays/sunday/saturday/saturdays/weekends/friday/weekdays/mornings/nights/night/of/from/to/here/about/where/only/like/by/unless/except/much/than/just/work/anything/where/so/too/yet/first
      | sa/pag/kapag/kung/habang/tuwing/hanggang/muna/ngayon/bukas/mamaya/kanya/gabi/umaga/yung/lumang/luma/kay/kina/para/benda/tahi/kanila/kanina/kahapon/nung/noong/linggo/sabado | ng sabado/linggo/3pm/0
no_limit = from now on | for good | at once | at all | in the? future | until further notice | if possible | on this/my number/phone/cell | at this/my number/phone | on here | to this/my/our number/phone/cell | to me/us | from you/this/your/these/here/now | as soon as possible | before i | for ever/real/life/god/fucks | so much | thanks | about this/politics/these/your/voting/elections | to here | as of now/today | like i | with this/your/these/political | about the/an election | after this/today | effective | for the love/last | in any
         | sa inyo | galing sa inyo | galing | sa kin | para sa akin | once and for all | on any | by text/sms/phone | the fuck/hell/heck | about my car/extended | that i/is | to stop | here
mild_tail = again/anymore/now/thanks/thank/ok/okay/asap/forever/already/bro/dude/man/sir/maam/ty/thx/or/cuz/because/bc/i/im/ive/this/its/you/u/wrong/not/no/today/from/at/people/yall/altogether/immediately/completely/entirely/right/once/stop/period/before/please/salamat/pakiusap/po/wtf/jerk/jerks/idiot/idiots/asshole/assholes/scammer/scammers/for/any/we/my/dont/as/never/until/in/who/moron/morons/your/if/here/thats/on
";
