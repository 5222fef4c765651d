//! What an English wish is made of.

pub(super) const NOUNS: &str = "
    msg = text/texts/txt/txts/message/messages/msg/msgs/mssg/mssgs/mesages
        | messges/smses/sms/spam/reminder/reminders
        | updates/notifications/notification/alerts/promos/promotions | ads/solicitations/solicitation/blasts
        | communication/communications/correspondence/subscription | subscriptions/contact
    kind = text/txt/sms/message/messaging/texting/appointment/appt/promo | promotional/political/automated/automatic
        | marketing/campaign/unwanted/unsolicited/annoying/spam/bulk/mass
        | constant/daily/weekly/phone/contact/mailing
        | distribution/mobile/notification/reminder/crap/f/fing/group/such
        | broadcast/customer/subscriber/subscription | call/calling and/n/or text/texting/message
    det = the/these/this/all/any/further/future/more/your/ur/yr/yall/yalls | such/other/additional/those/my/our
        | every/anymore | all/any/kind/kinds of | of your/these/this/the
    stuff = stuff/crap/shit/bs/garbage/junk/bullshit/nonsense
    theirs = <det>* <kind>* <msg> | <det>* <kind>* <stuff>
    bare = these/this/them | any/all of? these/this/them/it | any/no? more/further/other of? these/this/them/those
    more = any/more/anymore/these/those/your/further/future/additional/such | ur/no
    phone = number/num/no/phone/cell/cellphone/line/mobile/nbr
    family = husband/wife/mom/mother/dad/father/kid/kids/son/daughter/grandma
        | grandmother/grandpa/family/parents/wifes/husbands/moms/mothers | dads/fathers/sons/daughters
    me = me/us/here | my/this/our/dis <kind>? <phone> <phone>? | this person/address
    mine = <me> | my <family> | my <family> <phone>
    people = me/us/him/her/myself/number/name | 0/00000 0/00000? 0/00000?
        | my/this/our/her/his/the/that <kind>? name/info/information/contact/details/data <phone>?
        | my/this/our/her/his/the/that <kind>? <phone> <phone>? | this/my/the numbers/00000 | my <family>
        | my/our name/email/address/info and/n/or phone? number | my number and/n/or info/name | me and my <family>
    whom = <people> | it
    lists = list/lists/lst/database/databases/db/contacts/system/systems | records/record/directory
        | thread/registry/distro/phonebook/listing/blast/blasts | phone book/tree | <msg>
    yourlist = your/ur/yall/yalls/this/all/any/these/every/whatever your? <kind>* <lists>
        | your/ur/this/the/a <msg> <lists>
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
pub(super) const LEADS: &str = "
    you = you/u/ya/yall/yous/them/this/it/someone/somebody/anyone | you all/people/folks | all of you
    said = told/asked/tell/ask/said/say/warned/begged
    how = how/hw do/can/could/would/should/does i/we/one/you/u | how to/i | any way | is there a/any/some way
        | the way | is there a/any way for me/us | where/can/may/could do? i/we | what is the best? way
        | whats the best? way | what do/should/must/can i text/reply/send/say/do/press | what do i have/need to do
        | how many times do i have/need | do i have/need
    ilike = i/we want/wish/need/wanna/prefer/hope/request/demand/choose/elect/like | i/we would/d like/love/prefer
        | id/wed like/love/prefer | like/want/need/wish/wanna/tryna/trying/requesting/asking/wanting
        | i/im/we trying/tryna/asking | i/im/we requesting/ready/going | i am trying/asking/requesting/ready/going
        | i have? decided | would like/love
    own = <how> to? | <ilike> to? be? | possible to
    times = many/several/multiple/three/two/0/numerous times | twice/repeatedly
    ask = can/could/would/will/cud/wld/cld <you> | would you mind | do me a favor and | <ilike> for? <you> to
        | to? tell/ask/get <you> to | can/could/may i ask <you> to/that <you>?
        | i/ive/we have? already? <said> <you>? <times>? to? <you>? | i must/have to? ask <you>? to
        | i/ive have? keep/kept asking/telling/saying <you>? to? | im/am asking/telling/begging/requesting <you> to
        | i am asking/telling/begging/requesting <you> to | i/we beg/ask/request/demand/insist that? <you>? to?
        | so kind and/to | <you> need/have/must/better/gotta/should/got/ought to? | make sure to? <you>? | do
        | no/nah/nope/yes/yeah/ok/okay/so/and/or/but/then/also
        | i/id/we would? appreciate it? if <you> could/would/will/can | <how> get/make <you> to?
        | i/id/we would? be grateful/happy/glad/thankful if <you> could/would/will/can
        | already <said> <you>? <times>? to?
    lead = <own> | <ask>
";

pub(super) const ENGLISH: &str = "
    stop = stop/stoop/quit/cease/discontinue/stopp/stpo/sotp/stp/end/halt | refrain from
    texting = texting/txting/textin/txtin/txtn/texing/texring/textng/textting/txtng/txting/textign/textiing/txing
        | messaging/messging/mesaging/messagin/msging | msgin/smsing/dming/contacting/contactin/spamming/spammin
        | bombarding/blasting | blowing up
    bothering = <texting> | harassing/harrassing/harassin/bothering/botherin
    dont = dont/donot/dnt/dnot/never | do not/nt/never | dont you/u dare?
    text = text/txt/message/msg/contact/contac/sms/spam/texting/messaging | txting
    bother = <text> | bother/harass/bug
    send = send/sent/snd/forward/deliver
    sending = sending/sendin/snding/giving/delivering
    want = want/wish/desire/wanna/wnt | would like/care
    get = receive/get/recieve/recive/see/have/hear/read/accept/keep
    getting = getting/gettin/receiving/recieving/seeing/hearing
    remove = remove/remve/rmv/rmove/remov/reomve/delete/delet/del/erase
        | scratch/strike/take/tak/pull/drop/scrub/purge/cross | exclude/eliminate/unlist/wipe/clear
    removed = removed/deleted/taken/dropped/excluded/erased/off/unsubscribed | taken off | opted out
    to_be = to? being/be contacted/texted/messaged/called | to? <get> <more>* <theirs>
        | to? <getting> <more>* <theirs> | to? <more>* <kind>* <msg> | <you>? to? <text> <me>
        | to? being/be? contacted/texted | to? these/this/texting/messaging
    stopping = <stop> <bothering> <mine> | <stop> calling and/or/n <texting> <me>?
        | <stop> <texting> and/or/n calling <me> | <stop> already? with/w <theirs> | <stop> all? the? calls and/or/n <msg>
        | <stop> <sending> <me>? <theirs> | <stop> <sending> <theirs> to <me> | <stop> it with/w <theirs>
        | knock/cut it off/out with/w <theirs> | i/we/id/would? want/need/get/like <theirs> to stop/end
        | <stop> <getting> <theirs> | <stop> <getting> texted/contacted/messaged
        | <stop> being? texted/contacted/messaged | <stop> blowing up my/our phone/cell
        | <stop> using this/my number | <stop> me from <getting> <theirs> | make/have <theirs> stop/end
        | <stop> <texting> or/and i/ill/im | cancel my? subscription to/for/from <theirs>
        | <stop> all? this/the/your <texting>
    refusing = <dont> <bother> <me> | <dont> <text> or/and/nor <text> <me> | <dont> call or/and/nor/n <text> <me>?
        | <dont> <text> or/and call <me> | <dont> blow up my phone | <dont> <send> <me>? <more> <theirs>
        | <dont> use this number | <dont> <send> me/us texts/messages/txts/msgs/sms
        | <dont> <send> these/this to <me> | <dont> <send> <theirs> to <me>
    removing = <remove> <whom> completely? <off> <off>? <yourlist> | <remove> <off> <yourlist>
        | get <whom> <off> <off>? <yourlist> | have <whom> removed/deleted/taken <off>? <off>? <yourlist>?
        | get/have <whom> removed | i/we? want/need <whom>? <removed>? <off> <off>? <yourlist>
        | i/we/id would? like <off> <off>? <yourlist>
        | <whom> need/needs/must/has to? be <removed> <off>? <off>? <yourlist>
        | ensure/see/sure that? i/im/me/my am/is/number? is? <removed> <off>? <off>? <yourlist>
        | id/i would? like <whom> <removed> <off>? <yourlist> | get off of? <yourlist>
        | be/get <removed> <off>? <off>? <yourlist> | unsubscribe <whom>? <off> <theirs>
        | unsubscribe <whom>? <off> <yourlist> | unsubscribe <whom>? to <theirs> | unsubscribe <whom>? to <yourlist>
        | opt out <off> <theirs> | opt out <off> <yourlist> | optout <off> <theirs> | optout/unsubscribe my/this <phone>
        | opt out my/this <phone> | unsubscribe <mine> <phone>? | block <people> <off> <yourlist>
        | opt <whom> out <off> <yourlist> | opt/op <whom> out <off>? <theirs>? | opting out <off> <theirs>
        | put/add/place/include/register <whom> on/to/in/onto your/the/a/ur? <notcall> <lists>?
        | mark/list/set me/us/this as? <notcall> | put <whom> down? as? <notcall> | <remove> and block <whom>
        | leave me/us the hell/fuck/heck alone | i/we/id/wed would? want/wanna/like/need/prefer/demand to? be left alone
    polite_not = can/could/would/will/cud <you> not <bother> <me> | would you mind not <bothering> <me>
        | can/could/would/will/cud <you> not <send> me? <more>* <theirs>
    threat = report/reporting/sue/suing/call/calling/block/blocking/file/complain/complaining/contact
    refusal = <polite_not> | i/we? <dont> need <more>* <kind>* texts/messages/msgs | i/we? no longer need <more>* <kind>* <msg>
        | i/we? <dont> <want> <more>* <theirs>
        | i/we? <dont> <want> to? <get> <get>? from? <more>* <theirs>
        | i/we? <dont> <want> to? <get> from? <more>* texting | i/we? <dont> <want> <you> to? <texting> <me>?
        | i/we? <dont> <want> <you> to? <text> <me> | i/we? <dont> <want> <you> to? <send> <me>? <more>* <theirs>
        | i/we? <dont> <want> <you> <sending> <me>? <theirs>
        | i/we? <dont> <want> to? be/get? contacted/texted/messaged/bothered/contact
        | i/we? <dont> <want> to hear from you/u/yall
        | i/we? no longer <want> to? be/get? contacted/texted/messaged/subscribed
        | i/we? no longer <want> to <get> from you | i/we? no longer/more <want> to? <get>? <more>* <theirs>
        | i/we <want> no more/further <kind>* <msg>
        | i/id/we would? rather/prefer not to? <get>? from? <more>* <theirs>
        | i/id/we would? rather/prefer not to? be contacted/texted
        | i/im/am/we? am? not/no longer? interested in <getting>? <more>* <theirs> | i/we? <dont> care for <theirs>
        | i/we? do? not/dont/never/no longer? consent/authorize <to_be>
        | you do not have my? consent/permission <to_be> | you dont/never have/had my? consent/permission <to_be>
        | i/id/we/wed would? appreciate it? if <you> stopped/quit <texting> <me>?
        | i/we would want/need/like/love <theirs> to stop/end | cease and/n? desist contact/communication with <me>
        | i/we? do? not/dont/did/didnt not? give/have you? my? consent/permission <to_be>
        | i/we? revoke/withdraw/rescind/retract/revoking/withdrawing my/all/any/our? prior? consent/permission <to_be>?
        | you/youre are? not/never authorized/permitted/allowed <to_be>
        | my/this number/phone is on the/a/your? national? <notcall> <lists>?
        | i/im am? on the/a? national? <notcall> <lists> | cease and/n? desist from? <texting> <me>?
        | cease and/n? desist all <msg> | <stop> or/before i/ill/im/we/weve will/am? <threat> | if you/u dont <stop> <texting>
        | if you/u keep/continue <texting> <me> i/ill/im/we will/am? report/reporting/sue/call/block/calling/blocking
        | if you/u <text> <me> again i/ill/im/we will/am? report/reporting/sue/call/block/calling/blocking
        | <text> <me> again and/n ill/i/im will? report/sue/block/reporting/suing/blocking
";
