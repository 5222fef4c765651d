//! Twilio's webhook and replies, alone and beside SMS Mobile API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::child::{ANA, Fake, ONE_A_BATCH, Process, Server, TWO_A_BATCH, WEBHOOK, with};

const TWILIO_WEBHOOK: &str = "/api/webhooks/twilio/sms";

/// Behind a proxy, and with what makes Twilio call again.
const PUBLIC_URL: &str = "https://sms.example.com/twilio/in";
const PUBLIC_URL_AS_SET: &str = "https://sms.example.com/twilio/in#rc=5&rp=ct,rt,5xx";

const TOKEN: &str = "token-sesame";
const NUMBER: &str = "+15551230000";
const OTHER_NUMBER: &str = "+15551239999";

/// Everything that replies through Twilio need.
pub(crate) const TWILIO: &[(&str, &str)] = &[
    ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000"),
    ("TWILIO_AUTH_TOKEN", TOKEN),
    ("TWILIO_PHONE_NUMBER", NUMBER),
    ("TWILIO_WEBHOOK_URL", PUBLIC_URL_AS_SET),
];

const REPLIES: (&str, &str) = ("SMS_AUTO_REPLY_ENABLED", "yes");

/// As Twilio signs: the URL, and each name and value in the order of the names.
fn signature(token: &str, url: &str, form: &[(&str, &str)]) -> String {
    let mut sorted = form.to_vec();
    sorted.sort_unstable();
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(url.as_bytes());
    sorted.iter().for_each(|(name, value)| mac.update([*name, *value].concat().as_bytes()));
    BASE64.encode(mac.finalize().into_bytes())
}

/// Posts a text from Ana to `line`, by the channel of the line. Returns the status, the head and the body of the answer.
fn post(server: &Server, sid: &str, line: &str, text: &str, token: &str) -> (u16, String, Value) {
    let from = if line.starts_with("whatsapp:") { format!("whatsapp:{ANA}") } else { ANA.to_owned() };
    let sid = format!("SM{sid:0>32}");
    let form = [("MessageSid", &*sid), ("From", &from), ("To", line), ("Body", text), ("NumMedia", "0")];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let signature = signature(token, PUBLIC_URL, &form);
    let headers =
        format!("Content-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: {signature}\r\n");
    server.exchange("POST", TWILIO_WEBHOOK, &headers, &body)
}

fn text(server: &Server, sid: &str, line: &str, text: &str) {
    let (status, head, _) = post(server, sid, line, text, TOKEN);
    assert_eq!(status, 200, "{head}");
    assert!(head.contains("content-type: text/xml"), "{head}");
}

/// The fields of the next request, which must be for a message of our account.
fn sent(twilio: &Fake) -> Vec<(String, String)> {
    let (head, body) = twilio.request();
    let path = "POST /2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json HTTP/1.1\r\n";
    assert!(head.starts_with(path), "{head}");
    let credentials = BASE64.encode(format!("AC00000000000000000000000000000000:{TOKEN}"));
    assert!(head.contains(&format!(": Basic {credentials}\r\n")), "{head}");
    let mut fields: Vec<_> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    fields.sort_unstable();
    fields
}

fn fields(from: &str, text: &str) -> Vec<(String, String)> {
    [("Body", text), ("From", from), ("To", ANA)].map(|(name, value)| (name.into(), value.into())).to_vec()
}

const AGREED: &str = "Thanks for confirming! See you soon.";

fn twilio_api() -> Fake {
    Fake::answering(&json!({"sid": "SM1", "status": "queued"}))
}

#[test]
fn signed_texts_to_a_number_at_twilio_get_one_reply_from_it() {
    let api = twilio_api();
    let url = [("TWILIO_API_BASE_URL", &*api.url), TWO_A_BATCH, REPLIES];
    let mut server = Server::start(&[TWILIO, &url].concat());
    let (status, _, answer) = post(&server, "01", OTHER_NUMBER, "Yes", "another token");
    assert_eq!((status, &answer["status"]), (401, &json!("error")));
    text(&server, "02", OTHER_NUMBER, "Yes");
    text(&server, "02", OTHER_NUMBER, "Yes");
    text(&server, "03", OTHER_NUMBER, "I can help & more");
    assert_eq!(sent(&api), fields(OTHER_NUMBER, AGREED), "not from the configured one");
    server.line("AUTO-REPLY SENT (batch)");
    assert_eq!(server.call("POST", WEBHOOK, "", "{}").0, 404, "nobody may post beside Twilio");
    let lines = server.stop("TERM");
    assert!(!api.has_more_requests());
    assert!(with(&lines, "sesame").is_empty() && with(&lines, "REPLY | To:").is_empty(), "{lines:#?}");
    assert_eq!(with(&lines, "DUPLICATE IGNORED").len(), 1, "{lines:#?}");
    assert_eq!(with(&lines, "BATCH RECEIVED").len(), 1, "{lines:#?}");
    for setting in [
        "  gateway    Twilio",
        "  webhook    not mounted (no variable of SMS Mobile API is set)",
        "  twilio     /api/webhooks/twilio/sms, signed calls only",
        "  opt-out    STOP and START are answered; of its own numbers, Twilio answers them; HELP needs SMS_HELP_TEXT",
    ] {
        assert!(lines.iter().any(|line| line == setting), "{setting:?} in {lines:#?}");
    }
    assert!(with(&lines, "  curl ").concat().ends_with(TWILIO_WEBHOOK), "{lines:#?}");
}

#[test]
fn each_gateway_answers_for_its_own_lines() {
    let (twilio, phones) =
        (twilio_api(), Fake::answering(&json!({"result": {"error": 0, "sent": "1", "id": "out-1"}})));
    let others = [
        ("TWILIO_API_BASE_URL", &*twilio.url),
        ("SMS_MOBILE_API_KEY", "key-sesame"),
        ("SMS_MOBILE_API_BASE_URL", &phones.url),
        ONE_A_BATCH,
        REPLIES,
    ];
    let mut server = Server::start(&[TWILIO, &others].concat());
    text(&server, "01", NUMBER, "Yes");
    assert_eq!(sent(&twilio), fields(NUMBER, AGREED));
    text(&server, "02", "whatsapp:+15557654321", "Yes");
    let chat = [("Body", AGREED), ("From", "whatsapp:+15557654321"), ("To", &format!("whatsapp:{ANA}"))];
    assert_eq!(sent(&twilio), chat.map(|(name, value)| (name.to_owned(), value.to_owned())));
    server.text("1", "Yes");
    assert!(!phones.request().1.contains("sIdentifiant"), "a legacy webhook names no device");
    let data = json!({"guid": "2", "from": ANA, "message": "Yes", "device_id": "office-phone-1"});
    server.post(&json!({"type": "sms.received", "data": data}));
    assert!(phones.request().1.contains("sIdentifiantPhone=office-phone-1"));

    // Twilio confirms a STOP by itself; with a phone nobody else does.
    text(&server, "03", NUMBER, "STOP");
    let skipped = server.line("AUTO-REPLY SKIPPED");
    assert!(skipped.contains("the gateway answers keywords by itself"), "{skipped}");
    server.text("3", "STOP");
    assert!(phones.request().1.contains("unsubscribed"));
    text(&server, "04", NUMBER, "Sure");
    let skipped = server.line("AUTO-REPLY SKIPPED");
    assert!(skipped.contains("opted out"), "{skipped}");
    let lines = server.stop("TERM");
    assert!(!twilio.has_more_requests() && !phones.has_more_requests());
    let gateway = "  gateway    Twilio for its lines, SMS Mobile API for all others";
    assert_eq!(with(&lines, "  gateway "), [gateway]);
    assert_eq!(with(&lines, "  webhook "), [format!("  webhook    {WEBHOOK}, calls are not verified")]);
}

#[test]
fn with_its_webhook_alone_replies_go_to_the_console() {
    let webhook = [TWILIO[1], TWILIO[3], ONE_A_BATCH];
    let mut server = Server::start(&webhook);
    text(&server, "01", NUMBER, "Yes");
    assert!(server.line("REPLY | ").contains(AGREED));
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "  gateway "), ["  gateway    console"]);
}

#[test]
fn what_is_missing_for_twilio_stops_the_start_and_is_named() {
    let [sid, token, number, url] = TWILIO else { unreachable!() };
    let key = &("SMS_MOBILE_API_KEY", "key-sesame");
    let check = |set: &[&(&str, &str)], missing: &[&str]| {
        let environment: Vec<_> = set.iter().map(|variable| **variable).collect();
        let (status, _, errors) = Process::start(&[], &environment).end();
        let start = format!("server: {} must be set too: ", missing.join(" and "));
        assert_eq!(status.code(), Some(1), "{errors}");
        assert!(errors.starts_with(&start) && !errors.contains("sesame"), "{errors}");
    };
    check(&[token], &["TWILIO_WEBHOOK_URL"]);
    check(&[url], &["TWILIO_AUTH_TOKEN"]);
    check(&[sid], &["TWILIO_AUTH_TOKEN", "TWILIO_WEBHOOK_URL", "TWILIO_PHONE_NUMBER"]);
    check(&[token, url, sid], &["TWILIO_PHONE_NUMBER"]);
    check(&[token, url, number], &["TWILIO_ACCOUNT_SID"]);
    check(&[sid, token, number], &["TWILIO_WEBHOOK_URL"]);
    check(&[token, url, key], &["TWILIO_ACCOUNT_SID", "TWILIO_PHONE_NUMBER"]);
}
