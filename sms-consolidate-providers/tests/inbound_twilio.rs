//! The webhook of Twilio: every field, every channel, signatures and tampering.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod forms;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use forms::{Fields, encode, get, headers, post, with};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use proptest::prelude::*;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use sms_consolidate::{Key, Message, Origin};
use sms_consolidate_providers::inbound::{
    ConfigError, Ignored, Inbound, MAX_ID_BYTES, Parsed, Rejection, Twilio, Unauthorized,
};

const SID: &str = "SM0123456789abcdef0123456789ABCDEF";

/// With `SM1` for the id.
fn render(result: &Result<Parsed, Rejection>) -> String {
    forms::render(result).replace(SID, "SM1")
}

/// A text as Twilio sends it.
const TEXT: &Fields<'_> = &[
    ("ToCountry", "US"),
    ("SmsMessageSid", SID),
    ("NumMedia", "0"),
    ("SmsSid", SID),
    ("FromCity", ""),
    ("SmsStatus", "received"),
    ("Body", "Hi"),
    ("To", "+15551230000"),
    ("MessagingServiceSid", "MG1"),
    ("NumSegments", "1"),
    ("MessageSid", SID),
    ("AccountSid", "AC1"),
    ("From", "+639171234567"),
    ("ApiVersion", "2010-04-01"),
];

fn check(fields: &Fields<'_>, expected: &str) {
    let result = post(&Twilio::unsigned(), "/in", &HeaderMap::new(), encode(fields).as_bytes());
    assert_eq!(render(&result), expected, "{fields:?}");
}

#[test]
fn a_text_is_read() {
    check(TEXT, r#"+639171234567>+15551230000 SM1 "Hi""#);
    for text in ["", " a+b & c=d\r\n", "Sí 👍🏽", "\u{202e}\0", "%20"] {
        check(&with(TEXT, "Body", text), &format!("+639171234567>+15551230000 SM1 {text:?}"));
    }
    check(&with(TEXT, "To", "12345"), r#"+639171234567>12345 SM1 "Hi""#);
    check(&with(TEXT, "From", "54321"), r#"54321>+15551230000 SM1 "Hi""#);
    check(&with(TEXT, "From", "My Bank"), r#"My Bank>+15551230000 SM1 "Hi""#);
}

#[test]
fn every_call_is_answered_in_xml() {
    for fields in [TEXT.to_vec(), with(TEXT, "SmsStatus", "delivered")] {
        let parsed = post(&Twilio::unsigned(), "/in", &HeaderMap::new(), encode(&fields).as_bytes()).unwrap();
        let answer = parsed.answer.unwrap();
        assert_eq!((answer.content_type, &*answer.body), ("text/xml", "<Response/>"));
    }
}

#[test]
fn fields_that_are_missing_or_empty_are_named() {
    for field in ["From", "To", "Body"] {
        check(&with(TEXT, field, None), &format!("422 `{field}` is missing"));
    }
    check(&with(TEXT, "From", " "), "422 `From` is empty");
    check(&with(TEXT, "To", ""), "422 `To` is empty");
    check(&[], "422 `MessageSid` is missing");
    check(&[("CallSid", "CA1"), ("From", "+639171234567")], "422 `MessageSid` is missing");
    check(&with(TEXT, "MessageSid", ""), "422 `MessageSid` is empty");
    check(
        &with(TEXT, "MessageSid", &*"x".repeat(MAX_ID_BYTES + 1)),
        "422 `MessageSid` has 513 bytes; at most 512 are accepted",
    );
    check(&with(TEXT, "To", "a>b"), "422 `To` is no address: the address holds a control character or '>'");
    check(
        &with(TEXT, "From", "+12"),
        "422 `From` is no address: not a phone number: after the plus sign come 7 to 15 digits, the first one not 0",
    );
}

#[test]
fn the_id_has_older_names() {
    let without = with(TEXT, "MessageSid", None);
    check(&without, r#"+639171234567>+15551230000 SM1 "Hi""#);
    check(&with(&without, "SmsMessageSid", None), r#"+639171234567>+15551230000 SM1 "Hi""#);
    check(&with(&without, "SmsMessageSid", " "), "422 `SmsMessageSid` is empty");
}

#[test]
fn an_id_is_two_letters_and_32_digits() {
    for id in [SID.replace("SM", "MM"), SID.to_lowercase().replace("sm", "XX")] {
        check(&with(TEXT, "MessageSid", &*id), &format!(r#"+639171234567>+15551230000 {id} "Hi""#));
    }
    let none = [
        &SID[..33],
        &format!("{SID}0"),
        &format!("{SID}NumMedia0"),
        &format!(" {SID}"),
        &SID.replace('9', "g"),
        &SID.replace("SM", "S1"),
        &SID.replace("SM", "é"),
        "SM1",
    ];
    for id in none {
        check(
            &with(TEXT, "MessageSid", id),
            "422 `MessageSid` must be two letters and 32 hexadecimal digits",
        );
    }
}

#[test]
fn a_call_that_was_seen_gets_no_other_id() {
    let good = sign(TOKEN, URL, TEXT);
    let head = headers(&[("X-Twilio-Signature", &good)]);
    let joined = [format!("{SID}MessagingServiceSidMG1"), format!("{SID}MessagingServiceSidMG1NumMedia0")];
    let seen = with(TEXT, "MessagingServiceSid", None);
    for (id, seen) in joined.iter().zip([seen.clone(), with(&seen, "NumMedia", None)]) {
        let body = encode(&with(&seen, "MessageSid", &**id));
        // The signature is right.
        let refused = "422 `MessageSid` must be two letters and 32 hexadecimal digits";
        assert_eq!(render(&post(&gateway(), "/in", &head, body.as_bytes())), refused);
    }
}

#[test]
fn pictures_are_kept_and_need_no_text() {
    let picture = with(TEXT, "MediaUrl0", "https://api.twilio.com/a");
    check(&picture, r#"+639171234567>+15551230000 SM1 "Hi" https://api.twilio.com/a"#);
    let alone = with(&picture, "Body", None);
    check(&alone, r#"+639171234567>+15551230000 SM1 "" https://api.twilio.com/a"#);
    let long = "x".repeat(2_049);
    let some = with(&with(&alone, "MediaUrl1", &*long), "MediaUrl2", "b");
    check(&some, r#"+639171234567>+15551230000 SM1 "" https://api.twilio.com/a b"#);
    let names: Vec<_> = (0..12).map(|n| format!("MediaUrl{n}")).collect();
    let many: Vec<_> =
        TEXT.iter().copied().chain(names.iter().map(|name| (name.as_str(), name.as_str()))).collect();
    let kept = names[..10].join(" ");
    check(&many, &format!(r#"+639171234567>+15551230000 SM1 "Hi" {kept}"#));
}

#[test]
fn a_status_is_ignored() {
    for status in ["queued", "sent", "delivered", "undelivered", "failed", "read"] {
        check(&with(TEXT, "SmsStatus", status), "ignored");
        check(&with(TEXT, "MessageStatus", status), "ignored");
        check(&[("MessageSid", SID), ("MessageStatus", status), ("To", "+639171234567")], "ignored");
    }
    check(&with(TEXT, "SmsStatus", ""), r#"+639171234567>+15551230000 SM1 "Hi""#);
    check(&with(TEXT, "SmsStatus", "receiving"), r#"+639171234567>+15551230000 SM1 "Hi""#);
    check(&with(TEXT, "MessageStatus", "received"), r#"+639171234567>+15551230000 SM1 "Hi""#);
}

#[test]
fn what_we_sent_is_ignored() {
    for direction in ["outbound-api", "outbound-reply", "outbound-call"] {
        check(&with(TEXT, "Direction", direction), "ignored own");
    }
    check(&with(TEXT, "Direction", "inbound"), r#"+639171234567>+15551230000 SM1 "Hi""#);
    check(&with(TEXT, "From", "+15551230000"), "ignored own");
}

#[test]
fn a_report_that_the_recipient_has_opted_out_is_news() {
    // The ends of a report are those of the message that we sent.
    let report = [
        ("ErrorCode", "21610"),
        ("SmsSid", SID),
        ("SmsStatus", "failed"),
        ("MessageStatus", "failed"),
        ("To", "+639171234567"),
        ("MessagingServiceSid", "MG1"),
        ("MessageSid", SID),
        ("AccountSid", "AC1"),
        ("From", "+15551230000"),
        ("ApiVersion", "2010-04-01"),
    ];
    check(&report, "opted out +639171234567>+15551230000");
    check(&with(&report, "MessageStatus", "undelivered"), "opted out +639171234567>+15551230000");
    let chat = with(&with(&report, "To", "whatsapp:+639171234567"), "From", "whatsapp:+15551230000");
    check(&chat, "opted out +639171234567>whatsapp:+15551230000");
    for code in ["30003", "", "2161", "216100"] {
        check(&with(&report, "ErrorCode", code), "ignored");
    }
    check(&with(&report, "ErrorCode", None), "ignored");
    for field in ["To", "From"] {
        check(&with(&report, field, None), "ignored");
        check(&with(&report, field, "+1"), "ignored");
    }
    // Only a report is about a message of ours.
    check(&with(TEXT, "ErrorCode", "21610"), r#"+639171234567>+15551230000 SM1 "Hi""#);
}

const OTHERS: [(&str, &str); 2] =
    [("OtherRecipients0", "+639170000000"), ("OtherRecipients1", "+639170000001")];

#[test]
fn what_is_said_in_a_group_is_ignored_unless_it_is_asked_for() {
    let groups = Twilio::unsigned().with_groups();
    let read = |fields: &Fields<'_>| {
        check(fields, "ignored group");
        let parsed = post(&groups, "/in", &HeaderMap::new(), encode(fields).as_bytes()).unwrap();
        let [inbound] = &parsed.messages[..] else { panic!("{parsed:?}") };
        assert_eq!((inbound.message.origin(), inbound.message.control()), (Origin::Group, None));
        assert!(!inbound.conversation.can_reply());
        assert!(!inbound.conversation.to_string().contains("63917"), "{}", inbound.conversation);
        assert_eq!(inbound.conversation.line().unwrap().to_string(), "+15551230000");
        inbound.conversation.sender().to_string()
    };
    let maria = [&with(TEXT, "Body", "Stop"), &OTHERS[..], &[("OptOutType", "STOP")]].concat();
    let group = read(&maria);
    assert_eq!(group.len(), "group:".len() + 32);
    // Another of them speaks, and they are listed in another order.
    let jun = with(&with(&maria, "From", "+639170000001"), "OtherRecipients1", "+639170000000");
    assert_eq!(read(&with(&jun, "OtherRecipients0", "+639171234567")), group);
    assert_ne!(read(&with(&maria, "OtherRecipients1", "+639170000002")), group);
    assert_ne!(read(&with(&maria, "OtherRecipients1", None)), group);
    read(&with(TEXT, "OtherRecipients", "+639170000000"));
    check(&with(TEXT, "OtherRecipients0", " "), r#"+639171234567>+15551230000 SM1 "Hi""#);
    check(&with(TEXT, "OtherRecipientsX", "+639170000000"), r#"+639171234567>+15551230000 SM1 "Hi""#);
    let open = post(&groups, "/in", &HeaderMap::new(), encode(TEXT).as_bytes());
    assert_eq!(render(&open), r#"+639171234567>+15551230000 SM1 "Hi""#);
}

#[test]
fn what_is_tapped_or_written_below_a_picture_is_not_typed() {
    let chat = |channel: &'static str, text| {
        let (from, to) = match channel {
            "whatsapp" => ("whatsapp:+639171234567", "whatsapp:+15551230000"),
            _ => ("rcs:+639171234567", "rcs:acme_agent"),
        };
        with(&with(&with(TEXT, "From", from), "To", to), "Body", text)
    };
    let read = |line: &str, rest: &str| format!("+639171234567>{line} SM1 {rest} answered-here");
    let (whatsapp, rcs) = ("whatsapp:+15551230000", "rcs:acme_agent");
    for text in ["Stop", "Cancel", "End", "Quit", "Start", "Help", "Info"] {
        let tapped = with(&with(&chat("whatsapp", text), "ButtonText", text), "ButtonPayload", "1");
        check(&tapped, &read(whatsapp, &format!("{text:?} Button")));
        let chosen = with(&with(&chat("whatsapp", text), "ListTitle", text), "ListId", "row-1");
        check(&chosen, &read(whatsapp, &format!("{text:?} Button")));
        let suggested = with(&chat("rcs", text), "ButtonPayload", "postback");
        check(&suggested, &read(rcs, &format!("{text:?} Button")));
        check(&chat("rcs", text), &read(rcs, &format!("{text:?}")));
    }
    let stop = with(&chat("whatsapp", "Stop promotions"), "ButtonText", "Stop promotions");
    check(&stop, &read(whatsapp, r#""Stop promotions" Button Stop"#));
    check(&with(&stop, "ButtonText", ""), &read(whatsapp, r#""Stop promotions""#));
    check(&with(&stop, "Body", None), &read(whatsapp, r#""Stop promotions" Button Stop"#));

    let picture = with(&chat("whatsapp", "Stop"), "MediaUrl0", "https://api.twilio.com/a");
    check(&picture, &format!("{} https://api.twilio.com/a", read(whatsapp, r#""Stop" Caption"#)));
    // An MMS is what somebody typed, beside a picture or not.
    let mms = with(&with(TEXT, "Body", "Stop"), "MediaUrl0", "https://api.twilio.com/a");
    check(&mms, r#"+639171234567>+15551230000 SM1 "Stop" https://api.twilio.com/a"#);

    let ours = Twilio::unsigned().with_opt_out_button("no_more");
    let tapped = with(&with(&chat("whatsapp", "Enough"), "ButtonText", "Enough"), "ButtonPayload", "NO_MORE");
    let result = post(&ours, "/in", &HeaderMap::new(), encode(&tapped).as_bytes());
    assert_eq!(render(&result), read(whatsapp, r#""Enough" Button Stop"#));
}

#[test]
fn other_channels_stand_in_the_line() {
    let chat = |from, to| with(&with(TEXT, "From", from), "To", to);
    check(
        &chat("whatsapp:+639171234567", "whatsapp:+15551230000"),
        r#"+639171234567>whatsapp:+15551230000 SM1 "Hi" answered-here"#,
    );
    check(
        &chat("rcs:+639171234567", "rcs:acme_agent"),
        r#"+639171234567>rcs:acme_agent SM1 "Hi" answered-here"#,
    );
    check(&chat("messenger:1234567890", "messenger:77"), r#"1234567890>messenger:77 SM1 "Hi" answered-here"#);
    // What cannot be answered on its channel has a sender that gets no reply.
    let other = chat("rcs:+639171234567", "+15551230000");
    check(&other, r#"rcs:+639171234567>+15551230000 SM1 "Hi""#);
    let parsed = post(&Twilio::unsigned(), "/in", &HeaderMap::new(), encode(&other).as_bytes()).unwrap();
    assert!(!sms_consolidate::Key::can_reply(&parsed.messages[0].conversation));
    check(&chat(":+639171234567", ":x"), r#":+639171234567>:x SM1 "Hi""#);
    check(&chat("whatsapp:", "whatsapp:+15551230000"), "422 `From` is empty");
    // A place has no text.
    let place = with(&chat("whatsapp:+639171234567", "whatsapp:+15551230000"), "Body", None);
    check(&place, r#"+639171234567>whatsapp:+15551230000 SM1 "" answered-here"#);
}

#[test]
fn who_answers_keywords_is_known() {
    let texted = |text, kind| with(&with(TEXT, "Body", text), "OptOutType", kind);
    check(&texted("Arrêt", "STOP"), r#"+639171234567>+15551230000 SM1 "Arrêt" Stop"#);
    check(&texted("start", "START"), r#"+639171234567>+15551230000 SM1 "start" Start"#);
    check(&texted("Info", "HELP"), r#"+639171234567>+15551230000 SM1 "Info" Help"#);
    check(&texted("Yes!", "START"), r#"+639171234567>+15551230000 SM1 "Yes!""#);
    check(&texted("Hi", "OTHER"), r#"+639171234567>+15551230000 SM1 "Hi""#);
    let chat =
        with(&with(&texted("STOP", "STOP"), "From", "whatsapp:+639171234567"), "To", "whatsapp:+1555123000");
    check(&chat, r#"+639171234567>whatsapp:+1555123000 SM1 "STOP" Stop"#);

    let ours = Twilio::unsigned().with_keywords_answered_here();
    let body = encode(&texted("Stop", "STOP"));
    let result = post(&ours, "/in", &HeaderMap::new(), body.as_bytes());
    assert_eq!(render(&result), r#"+639171234567>+15551230000 SM1 "Stop" Stop answered-here"#);
}

#[test]
fn a_get_is_a_message_or_a_probe() {
    let call = |query: &str| render(&get(&Twilio::unsigned(), &format!("/in?{query}"), &HeaderMap::new()));
    assert_eq!(call(&encode(TEXT)), r#"+639171234567>+15551230000 SM1 "Hi""#);
    assert_eq!(call("probe=1"), "nothing");
    assert_eq!(call(&format!("MessageSid={SID}")), "422 `From` is missing");
    assert_eq!(render(&get(&Twilio::unsigned(), "/in", &HeaderMap::new())), "nothing");
}

#[test]
fn what_goes_back_or_into_logs_holds_no_secret_and_no_number() {
    let gateway = Twilio::signed("s3cret", "https://me:pa55word@example.com/in").unwrap();
    let shown = format!("{gateway:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("pa55word"), "{shown}");
    let parsed = post(&Twilio::unsigned(), "/in", &HeaderMap::new(), encode(TEXT).as_bytes());
    assert!(!format!("{parsed:?}").contains("9171234567"));
    let rejection =
        post(&Twilio::unsigned(), "/in", &HeaderMap::new(), encode(&with(TEXT, "Body", None)).as_bytes());
    assert!(!format!("{rejection:?}").contains("9171234567"));
}

// --- signatures

const TOKEN: &str = "12345";
const URL: &str = "https://example.com/in";

fn hmac<M: Mac + KeyInit>(token: &str, signed: &str) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    BASE64.encode(mac.finalize().into_bytes())
}

fn sign(token: &str, url: &str, fields: &Fields<'_>) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    hmac::<Hmac<Sha1>>(token, &sorted.iter().fold(url.to_owned(), |all, (name, value)| all + name + value))
}

fn gateway() -> Twilio {
    Twilio::signed(TOKEN, URL).unwrap()
}

fn call(
    gateway: &impl Inbound,
    target: &str,
    fields: &Fields<'_>,
    head: &Fields<'_>,
) -> Result<usize, Unauthorized> {
    match post(gateway, target, &headers(head), encode(fields).as_bytes()) {
        Ok(parsed) => Ok(parsed.messages.len()),
        Err(Rejection::Unauthorized(why)) => Err(why),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn the_documented_signature_verifies() {
    // https://www.twilio.com/docs/usage/security: token 12345.
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ];
    let gateway = Twilio::signed("12345", url).unwrap();
    let signature = headers(&[("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")]);
    let result = post(&gateway, "/myapp.php?foo=1&bar=2", &signature, encode(&fields).as_bytes());
    // It is a call and no message.
    assert_eq!(render(&result), "422 `MessageSid` is missing");
    let result = post(
        &gateway,
        "/myapp.php?foo=1&bar=2",
        &signature,
        encode(&with(&fields, "Digits", "1")).as_bytes(),
    );
    assert_eq!(render(&result), "401 the signature is wrong");
}

#[test]
fn signatures_are_required_and_checked() {
    let good = sign(TOKEN, URL, TEXT);
    let (name, wrong) = ("X-Twilio-Signature", Err(Unauthorized::WrongSignature));
    assert_eq!(call(&gateway(), "/in", TEXT, &[(name, &good)]), Ok(1));
    assert_eq!(call(&gateway(), "/in", TEXT, &[]), Err(Unauthorized::Missing { header: name.into() }));
    assert_eq!(
        call(&gateway(), "/in", &[], &[]),
        Err(Unauthorized::Missing { header: name.into() }),
        "before the body"
    );
    for bad in [&good[1..], "", "é", &good.to_lowercase(), &format!("{good}="), &sign("other", URL, TEXT)] {
        assert_eq!(call(&gateway(), "/in", TEXT, &[(name, bad)]), wrong, "{bad}");
    }
    let twice = Err(Unauthorized::Repeated { header: name.into() });
    assert_eq!(call(&gateway(), "/in", TEXT, &[(name, &good), (name, "x")]), twice);
    for (field, value) in [
        ("Body", Some("Ho")),
        ("Body", Some("Hi ")),
        ("FromCity", None),
        ("Added", Some("")),
        ("From", Some("+639171234568")),
    ] {
        assert_eq!(call(&gateway(), "/in", &with(TEXT, field, value), &[(name, &good)]), wrong, "{field}");
    }
}

#[test]
fn of_a_parameter_each_value_counts_once() {
    let name = "X-Twilio-Signature";
    let many = [TEXT, &[("Media", "b"), ("Media", "a"), ("Media", "b"), ("Media", "")]].concat();
    let good = sign(TOKEN, URL, &many);
    assert_eq!(call(&gateway(), "/in", &many, &[(name, &good)]), Ok(1));
    let fewer = [TEXT, &[("Media", "b"), ("Media", "a")]].concat();
    assert_eq!(call(&gateway(), "/in", &fewer, &[(name, &good)]), Err(Unauthorized::WrongSignature));
}

#[test]
fn any_of_several_secrets_counts() {
    let both = Twilio::signed_by_any(["new", TOKEN], URL).unwrap();
    for (token, expected) in [("new", Ok(1)), (TOKEN, Ok(1)), ("old", Err(Unauthorized::WrongSignature))] {
        let signature = sign(token, URL, TEXT);
        assert_eq!(call(&both, "/in", TEXT, &[("X-Twilio-Signature", &signature)]), expected, "{token}");
    }
    assert_eq!(Twilio::signed_by_any(["a", ""], URL).err(), Some(ConfigError::EmptySecret));
    assert_eq!(Twilio::signed_by_any([""; 0], URL).err(), Some(ConfigError::EmptySecret));
}

/// Whether a call of `target` that was signed for `signed` is accepted where `configured` is the public URL.
fn accepts(configured: &str, target: &str, signed: &str) -> bool {
    let gateway = Twilio::signed(TOKEN, configured).unwrap();
    let signature = sign(TOKEN, signed, TEXT);
    call(&gateway, target, TEXT, &[("X-Twilio-Signature", &signature)]).is_ok()
}

#[test]
fn the_port_may_be_written_or_left_out() {
    assert!(accepts(URL, "/in", "https://example.com:443/in"));
    assert!(accepts("https://example.com:443/in", "/in", URL));
    assert!(accepts("http://example.com/in", "/in", "http://example.com:80/in"));
    assert!(accepts("https://example.com:8443/in", "/in", URL));
    assert!(accepts("https://example.com:8443/in", "/in", "https://example.com:8443/in"));
    assert!(!accepts(URL, "/in", "https://example.com:8443/in"));
    assert!(!accepts(URL, "/in", "https://example.com:80/in"));
    assert!(!accepts(URL, "/in", "http://example.com/in"));
    assert!(!accepts(URL, "/in", "https://example.org/in"));
    assert!(!accepts(URL, "/in", "https://example.com/in/"));
}

#[test]
fn the_query_belongs_to_the_url() {
    assert!(accepts(URL, "/in?a=b%20c&d", "https://example.com/in?a=b%20c&d"));
    assert!(!accepts(URL, "/in?a=b%20c", "https://example.com/in?a=b+c"));
    assert!(!accepts(URL, "/in", "https://example.com/in?a=b"));
    assert!(!accepts(URL, "/in?a=b", URL));
    // Behind a proxy that calls us in another way.
    assert!(accepts("https://example.com/sms?a=b", "/in", "https://example.com/sms?a=b"));
    assert!(accepts("https://example.com/sms?a=b", "/in?tenant=7", "https://example.com/sms?a=b"));
    assert!(!accepts("https://example.com/sms?a=b", "/in", "https://example.com/sms?a=c"));
    // What tells Twilio how to call is neither sent nor signed.
    assert!(accepts("https://example.com/in#rc=5&rp=ct,rt,5xx", "/in", URL));
    assert!(accepts("https://example.com/in?a=b#rc=5", "/in?a=b", "https://example.com/in?a=b"));
    assert!(accepts("https://me:pw@example.com/in", "/in", URL));
    assert!(accepts("https://me:pw@example.com/in", "/in", "https://me:pw@example.com/in"));
}

#[test]
fn shared_keys_may_sign_with_sha256() {
    let signed = |settings: Option<&str>, sha256: bool| {
        let text: String = {
            let mut sorted = TEXT.to_vec();
            sorted.sort_unstable();
            sorted.iter().flat_map(|(name, value)| [*name, *value]).collect()
        };
        let signed = format!("{URL}{text}");
        let signature =
            if sha256 { hmac::<Hmac<Sha256>>(TOKEN, &signed) } else { hmac::<Hmac<Sha1>>(TOKEN, &signed) };
        let mut head = vec![("X-Twilio-Signature", signature.as_str())];
        head.extend(settings.map(|settings| ("X-Twilio-Webhooks-Signature-Settings", settings)));
        call(&gateway(), "/in", TEXT, &head)
    };
    let wrong = Err(Unauthorized::WrongSignature);
    for settings in ["key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "algorithm= hmac_sha256 , key=k"] {
        assert_eq!(signed(Some(settings), true), Ok(1), "{settings}");
        assert_eq!(signed(Some(settings), false), wrong, "{settings}");
    }
    for settings in
        [None, Some(""), Some("key=k"), Some("key=k,algorithm="), Some("key=k,algorithm=HMAC_SHA1")]
    {
        assert_eq!(signed(settings, false), Ok(1), "{settings:?}");
        assert_eq!(signed(settings, true), wrong, "{settings:?}");
    }
    let (sha1, name) = (sign(TOKEN, URL, TEXT), "X-Twilio-Webhooks-Signature-Settings");
    let settings =
        [("X-Twilio-Signature", &*sha1), (name, "algorithm=HMAC_SHA1"), (name, "algorithm=HMAC_SHA256")];
    assert_eq!(call(&gateway(), "/in", TEXT, &settings), Err(Unauthorized::Repeated { header: name.into() }));
    for settings in ["algorithm=NONE", "algorithm=HMAC_MD5,algorithm=HMAC_SHA1", "é"] {
        assert_eq!(signed(Some(settings), false), Err(Unauthorized::UnknownAlgorithm), "{settings}");
        assert_eq!(signed(Some(settings), true), Err(Unauthorized::UnknownAlgorithm), "{settings}");
    }
}

#[test]
fn json_is_covered_by_its_hash_in_the_url() {
    let body = r#"[{"type":"com.twilio.messaging.message.sent"}]"#;
    let hash = hex::encode(Sha256::digest(body));
    let call = |configured: &str, target: &str, body: &str, kind: &str| {
        let gateway = Twilio::signed(TOKEN, configured).unwrap();
        let signature = sign(TOKEN, &format!("https://example.com{target}"), &[]);
        let head = headers(&[("X-Twilio-Signature", &signature), ("Content-Type", kind)]);
        render(&post(&gateway, target, &head, body.as_bytes()))
    };
    let target = format!("/in?bodySHA256={hash}");
    assert_eq!(call(URL, &target, body, "application/json"), "ignored");
    assert_eq!(call(URL, &target, body, "Application/JSON; charset=utf-8"), "ignored");
    assert_eq!(call(URL, &format!("/in?a=b&bodySHA256={hash}"), body, "application/json"), "ignored");
    let (wrong, json) = ("401 the signature is wrong", "application/json");
    assert_eq!(call(&format!("{URL}?a=b"), &format!("/in?a=b&bodySHA256={hash}"), body, json), "ignored");
    assert_eq!(call(URL, &target, &body.replace("sent", "read"), json), wrong);
    assert_eq!(call(URL, &target, "", json), wrong);
    assert_eq!(call(URL, "/in", body, json), wrong);
    assert_eq!(call(URL, "/in?bodySHA256=x", body, json), wrong);
    // As a form it has parameters, which were not signed.
    assert_eq!(call(URL, &target, body, "application/x-www-form-urlencoded"), wrong);
}

#[test]
fn a_get_is_signed_with_its_query() {
    let target = format!("/in?a=b&{}", encode(TEXT));
    let signature = sign(TOKEN, &format!("https://example.com{target}"), &[]);
    let call = |configured: &str, target: &str, head: &Fields<'_>| {
        render(&get(&Twilio::signed(TOKEN, configured).unwrap(), target, &headers(head)))
    };
    let signed = [("X-Twilio-Signature", signature.as_str())];
    let message = r#"+639171234567>+15551230000 SM1 "Hi""#;
    assert_eq!(call(URL, &target, &signed), message);
    assert_eq!(call("https://example.com/in?a=b", &target, &signed), message);
    assert_eq!(call(URL, &target, &[]), "401 the header X-Twilio-Signature is missing");
    assert_eq!(call(URL, &target.replace("=Hi", "=Ho"), &signed), "401 the signature is wrong");
    assert_eq!(
        call(&format!("{URL}?{}", encode(TEXT)), &target, &[("X-Twilio-Signature", "")]),
        "401 the signature is wrong"
    );
    assert_eq!(call(URL, "/in", &[]), "nothing");
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_answered(body: Vec<u8>, signature: Vec<u8>, settings in ".{0,40}") {
        let _ = render(&post(&Twilio::unsigned(), "/in", &HeaderMap::new(), &body));
        let mut head = HeaderMap::new();
        for (name, value) in [("x-twilio-signature", &signature[..]), ("x-twilio-webhooks-signature-settings", settings.as_bytes())] {
            head.extend(http::HeaderValue::from_bytes(value).ok().map(|value| (http::HeaderName::from_static(name), value)));
        }
        let refused = matches!(post(&gateway(), "/in", &head, &body), Err(Rejection::Unauthorized(_)));
        prop_assert!(refused);
    }

    #[test]
    fn in_a_group_nobody_opts_out(text: String, others in prop::collection::vec("[^\\s].{0,20}", 1..5), kind in "STOP|START|HELP|") {
        let mut fields = with(&with(TEXT, "Body", &*text), "OptOutType", &*kind);
        let names: Vec<_> = (0..others.len()).map(|n| format!("OtherRecipients{n}")).collect();
        fields.extend(names.iter().map(String::as_str).zip(others.iter().map(String::as_str)));
        let body = encode(&fields);
        let closed = post(&Twilio::unsigned(), "/in", &HeaderMap::new(), body.as_bytes()).unwrap();
        prop_assert_eq!(&closed.ignored, &[Ignored::Group]);
        prop_assert!(closed.messages.is_empty());
        let open = post(&Twilio::unsigned().with_groups(), "/in", &HeaderMap::new(), body.as_bytes()).unwrap();
        let [inbound] = &open.messages[..] else { panic!("{open:?}") };
        prop_assert_eq!((inbound.message.origin(), inbound.message.control()), (Origin::Group, None));
        prop_assert!(!inbound.conversation.can_reply() && open.preferences.is_empty());
    }

    #[test]
    fn what_is_signed_is_accepted_and_kept(text: String, others: Vec<(String, String)>) {
        let mut fields = with(TEXT, "Body", &*text);
        fields.splice(0..0, others.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let signature = sign(TOKEN, URL, &fields);
        let head = headers(&[("X-Twilio-Signature", &signature)]);
        let parsed = post(&gateway(), "/in", &head, encode(&fields).as_bytes()).unwrap();
        prop_assert_eq!(sms_consolidate::Message::text(&parsed.messages[0].message), text);
    }
}
