//! Filipino, and the English that is mixed with it.

pub(super) const FILIPINO: &str = "
    pron = ako/akong/ko/kong/q/me/mo/nyo/niyo/ninyo/nio/nyu/nyong/niyong/ninyong
        | kayo/kayong/kau/kyo/ka/kang/kami/kaming/namin
        | naming/nang/ng/pa/pang/ang/yung/yun/ung/to/ulit/uli/rin/talaga
        | mga/ba/pong/kita/yan/yang/dyan/tong/itong/ito/ganito/ganyan
    wag = wag/huwag/hwag/wg/huag
    text_verb = itext/text/txt/itxt/magtext/magtxt/magtetext/imessage/message
        | magmessage/msg/imsg/magmsg/ichat/magchat/textan/txtan/itextan
        | kontakin/kontaken/icontact/contact/contakin/magcontact/itetext
        | guluhin/kulitin/gambalain/istorbohin/abalahin | mag/i/e text/txt/message/msg/contact/sms
        | mang istorbo/gulo/gambala/abala | mangulit/manggulo/mangistorbo/ispam/padalhan/padalahan
        | magsend/isend/magpadala/padalhan/padalahan/mangpadala/send/magsesend <pron>* texts/text/txt/message/messages/mensahe/msg/sms/promo
        | mag send/padala <pron>* texts/text/txt/message/messages/mensahe/msg/sms/promo
    their_number = number/num/no/cp/cell/phone/numero
    here = sakin/saken/saakin/samin/saamin/dito/d2/rito | sa akin/amin/inyo | sa? aking? <their_number> <pron>*
        | tong/itong <their_number> | galing sa inyo/nyo
    texts = mensahe/mensaheng/text/texts/txt/txts/message/messages/msgs/msg | sms/promo/spam
    text_noun = pagte text/txt/message | pagtetext/pagtext/pagtxt/kakatext/katetext/kakatxt/pagtetxt
        | pagmessage/pagmemessage/kakaspam/kakamessage/magtext | pag/ka/kaka/mag text/txt/message/tetext
        | pagsend/pagpapadala/kakasend/pagsesend/pagpadala/kakapadala <pron>* <texts>?
        | pag/kaka send/padala <pron>* <texts>? | <texts> | text messages/message/msgs
    tigil = tigil/itigil/ihinto/pakitigil/tigilan/tumigil/hinto/pakihinto
        | tgilan/patigil/istop/pakistop/pastop/stop | paki/pa/i/mag tigil/itigil/hinto/stop/ihinto
    alisin = alisin/pakialis/pakialisin/tanggalin/pakitanggal/pakitanggalin
        | burahin/pakibura/pakiburahin/idelete/iremove/paremove
        | padelete/patanggal/pakidelete/pakiremove/paalis/ierase/tangalin
        | pakitangal/delete/remove/pabura/tanggal/tangal/alis
        | paki/pa/i/pki alis/alisin/tanggal/tanggalin/bura/burahin/delete/remove/erase/tangal/tangalin/idelete/iremove
    number = number/numero/num/pangalan/name/contact/no/cp/cellphone/details | info
    sa = sa/from/dyan/diyan/jan/dito/off/dian/d2/inyong/iyong/aming
    lista = list/listahan/lista/database/system/contacts/records/phonebook | directory | group text
        | mailing/contact/text list
    ayaw = ayoko/ayokong/ayaw/ayko/diko/dko | ayaw ko/kong/namin
        | di/hindi/hndi/ndi/diko <pron>* gusto/gustong/nais/kailangan
    receive = makatanggap/makareceive/mareceive/makakuha/tumanggap/makatangap
        | matanggap/makakatanggap/makarecieve/makabasa | maka/mag/ma receive/tanggap/recieve
    any = ganitong/ganito/ganyang/kahit/anong/any/more/anumang/inyong/ibang | iba/sa
    unsubscribing = unsubscribe/optout/magunsubscribe/magoptout/iunsubscribe
        | paunsubscribe/pakiunsubscribe/maunsubscribe/paoptout | mag/i/pa/paki/ma unsubscribe/optout
        | mag/i/pa/paki opt out | opt out | magopt/paopt out
        | magpaalis/magpatanggal/mapaalis/matanggal/maalis/makaalis/magpaalis sa/dito <pron>* <lista>?
    paano = paano/pano/panu/pnu/papano/papaano/how
    filipino = tigilan/lubayan/layuan <pron>* <number> <pron>* | <wag> <pron>* <text_verb> <pron>* <here>? <pron>*
        | <wag> <pron>* <text_verb> <pron>* <their_number> <pron>* | hinto/huminto <pron>* sa <pron>* <text_noun> <pron>*
        | <ayaw> <pron>* reminders/reminder/alerts/updates <pron>*
        | dili <pron>* ganahan <pron>* ug? sa? <texts> <pron>* ninyo? | ayaw <pron>* pag? <text_verb> <pron>* nako/namo
        | <wag> <pron>* <text_verb> at/o/or tawagan <pron>*
        | <wag> <pron>* tawagan/tumawag <pron>* at/o/or/ni <text_verb> <pron>*
        | <tigil> <pron>* sa? <pron>* <text_noun> <pron>* <here>?
        | <ayaw> <pron>* <receive>? <pron>* <any>* <pron>* <texts> <texts>? <pron>* <here>?
        | <ayaw> <pron>* itext/matext/maitext <pron>* | wala nang <texts> | tama sa? <pron>* <text_noun> <pron>*
        | paano/pano/panu <pron>* <tigil> <pron>*
        | gusto/gustong/nais/want/paki/pwede/puwede/pede <pron>* <unsubscribing>
        | <paano> <pron>* <unsubscribing> <pron>* <here>?
        | <paano> <pron>* <unsubscribing> <pron>* sa <pron>* <texts> <pron>*
        | <unsubscribing> <pron>* <number> <pron>*
        | <paano> <pron>* magpatanggal/magpaalis/matanggal/maalis/mapatigil/tanggalin/alisin <pron>* <number>? <pron>* sa? <pron>* <lista> <pron>*
        | <paano> <pron>* <alisin> <pron>* <number> <pron>*
    filipino_list = <alisin> <pron>* <sa> <pron>* <any>? <lista> <pron>*
        | <alisin> <pron>* <number> <pron>* <sa>? <sa>? <pron>* <any>? <lista>? <pron>*
";
