//! What phones and mail programs write around a sender's words: data. The module above says where it comes from.

/// Words that a signature begins and ends with, around the name of a device or program. Of the first letter the case
/// does not matter.
pub(super) const SIGNATURES: &[(&str, &str)] = &[
    ("sent from", ""),
    ("sent via", ""),
    ("sent using", ""),
    ("sent with", ""),
    ("get Outlook for", ""),
    ("von", "gesendet"),
    ("gesendet von", ""),
    ("gesendet mit", ""),
    ("diese Nachricht wurde von", "gesendet"),
    ("envoyé de", ""),
    ("envoyé depuis", ""),
    ("envoyé à partir de", ""),
    ("télécharger Outlook pour", ""),
    ("enviado desde", ""),
    ("enviado de", ""),
    ("enviado do", ""),
    ("enviado a partir do", ""),
    ("obtener Outlook para", ""),
    ("obter o Outlook para", ""),
    ("inviato da", ""),
    ("inviato dal", ""),
    ("inviato con", ""),
    ("verzonden vanaf", ""),
    ("verstuurd vanaf", ""),
    ("skickat från", ""),
    ("sendt fra", ""),
    ("hent Outlook", ""),
    ("lähetetty", ""),
    ("wysłane z", ""),
    ("wysłano z", ""),
    ("odesláno z", ""),
    ("odoslané z", ""),
    ("отправлено с", ""),
    ("надіслано з", ""),
    ("ipinadala mula sa", ""),
    ("dikirim dari", ""),
    ("đã gửi từ", ""),
    ("发自我的", ""),
    ("从我的", "发送"),
    ("從我的", "傳送"),
    ("", "から送信"),
    ("나의", "에서 보냄"),
    ("내", "에서 보냄"),
    ("", "gönderildi"),
];

/// One of these is in what a signature names, in small letters.
pub(super) const DEVICES: &[&str] = &[
    "iphone", "ipad", "ipod", "apple watch", "galaxy", "samsung", "android", "pixel", "huawei", "xiaomi", "redmi",
    "oppo", "vivo", "realme", "nokia", "motorola", "moto ", "oneplus", "xperia", "htc", "blackberry", "windows",
    "outlook", "gmail", "gmx", "yahoo", "proton", "mobile", "mobil", "phone", "handy", "telefon", "teléfono", "móvil",
    "celular", "cellulare", "telemóvel", "téléphone", "telefoon", "tablet", "tablette", "ios", "verizon", "at&t",
    "metropcs", "cricket", "my car",
];

/// How the line begins that says who wrote when what follows, and a word that it holds.
pub(super) const HEADERS: &[(&str, &str)] = &[
    ("On", "wrote"),
    ("Am", "schrieb"),
    ("Le", "a écrit"),
    ("El", "escribió"),
    ("Em", "escreveu"),
    ("A", "escreveu"),
    ("Il", "ha scritto"),
    ("Op", "schreef"),
    ("Den", "skrev"),
    ("W dniu", "pisze"),
    ("W dniu", "napisał"),
    ("Dnia", "napisał"),
    ("Dne", "napsal"),
    ("在", "写道"),
    ("於", "寫道"),
];

/// What stands between dashes above the message that is answered, in small letters.
pub(super) const ORIGINALS: &[&str] = &[
    "original message", "forwarded message", "ursprüngliche nachricht", "originalnachricht", "weitergeleitete nachricht",
    "message d'origine", "message original", "message transféré", "mensaje original", "mensaje reenviado",
    "mensagem original", "mensagem encaminhada", "messaggio originale", "messaggio inoltrato", "oorspronkelijk bericht",
    "doorgestuurd bericht", "ursprungligt meddelande", "oprindelig meddelelse", "opprinnelig melding",
    "wiadomość oryginalna", "původní zpráva",
];

/// A line that holds one of these is of a phone whose owner drives or does not want to be disturbed, in small letters
/// and with plain apostrophes.
pub(super) const AUTO_REPLIES: &[&str] = &[
    "driving with do not disturb while driving",
    "driving with focus turned on",
    "driving with driving focus turned on",
    "do not disturb while driving is on",
    "i'll see your message when i get where i'm going",
    "i'm not receiving notifications. if this is urgent, reply",
    "driving - sent from",
    "driving, can't text",
    "i'm driving right now, i'll get back to you",
    "i'm driving right now. i'll get back to you",
];

/// How a line begins that is an automatic answer, in small letters.
pub(super) const AUTO_REPLY_STARTS: &[&str] =
    &["auto-reply:", "auto reply:", "autoreply:", "automatic reply:", "automatic response:", "auto response:"];
