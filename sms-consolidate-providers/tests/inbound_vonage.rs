//! The webhook of Vonage: every form, every bad input, signatures by every algorithm, and tampering.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod inbound_kit;

use std::fmt::Write;
use std::time::Duration;

use form_urlencoded::Serializer;
use http::{HeaderMap, HeaderValue, Method, Uri};
use proptest::prelude::*;
use serde_json::{Value, json};
use sms_consolidate::{Message, OptOut, Timestamp};
use sms_consolidate_providers::inbound::{
    ConfigError, Inbound, InboundRequest, MAX_ID_BYTES, Parsed, Rejection, Unauthorized, Vonage,
    VonageSignature,
};

const NOW: Timestamp = Timestamp::from_unix_millis(1_790_000_000_000);

type Pairs<'a> = Vec<(&'a str, String)>;

fn call(
    gateway: &Vonage,
    method: &Method,
    target: &str,
    kind: &str,
    body: &[u8],
) -> Result<Parsed, Rejection> {
    let mut headers = HeaderMap::new();
    if !kind.is_empty() {
        headers.insert("content-type", HeaderValue::from_str(kind).unwrap());
    }
    let uri: Uri = target.parse().unwrap();
    let request = InboundRequest::new(method, &uri, &headers, body);
    if method == Method::GET { gateway.parse_get(&request, NOW) } else { gateway.parse(&request, NOW) }
}

fn form(gateway: &Vonage, body: &[u8]) -> Result<Parsed, Rejection> {
    call(gateway, &Method::POST, "/in", "application/x-www-form-urlencoded; charset=UTF-8", body)
}

fn get(gateway: &Vonage, query: &str) -> Result<Parsed, Rejection> {
    call(gateway, &Method::GET, &format!("/in?{query}"), "", b"")
}

fn post_json(gateway: &Vonage, body: &[u8]) -> Result<Parsed, Rejection> {
    call(gateway, &Method::POST, "/in", "application/json", body)
}

/// One line per message; or the status and text of the rejection.
fn render(result: &Result<Parsed, Rejection>) -> String {
    let mut out = String::new();
    match result {
        Ok(parsed) => {
            assert!(parsed.errors.is_empty() && parsed.answer.is_none());
            for incoming in &parsed.messages {
                let message = &incoming.message;
                write!(out, "{} {} {:?}", incoming.conversation, message.id().unwrap(), message.text())
                    .unwrap();
                if let Some(at) = message.sent_at() {
                    write!(out, " {at}").unwrap();
                }
                if let Some(reference) = message.part_of() {
                    write!(out, " part {} of {reference}", message.part()).unwrap();
                }
            }
            out.push_str(inbound_kit::others(parsed).trim_end());
        }
        Err(rejection) => write!(out, "{} {rejection}", rejection.status().as_u16()).unwrap(),
    }
    out
}

fn encoded(pairs: &Pairs<'_>) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn as_json(pairs: &Pairs<'_>) -> String {
    let fields = pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    Value::Object(fields).to_string()
}

/// The same parameters by `GET`, as a form and as JSON must be read alike.
fn check(pairs: &Pairs<'_>, expected: &str) {
    let open = Vonage::unsigned();
    let form_body = encoded(pairs);
    assert_eq!(render(&get(&open, &form_body)), expected, "GET {form_body}");
    assert_eq!(render(&form(&open, form_body.as_bytes())), expected, "form {form_body}");
    assert_eq!(render(&post_json(&open, as_json(pairs).as_bytes())), expected, "JSON {form_body}");
}

/// A message in which `field` is `value`, or is left out.
fn sms<'v>(field: &'static str, value: impl Into<Option<&'v str>>) -> Pairs<'static> {
    let fields = [("messageId", "m"), ("msisdn", "639171234567"), ("to", "15551230000"), ("text", "Hi")];
    let mut pairs: Pairs<'_> = fields.map(|(name, value)| (name, value.to_owned())).into();
    pairs.retain(|(name, _)| *name != field);
    pairs.extend(value.into().map(|value| (field, value.to_owned())));
    pairs
}

const READ: &str = r#"+639171234567>+15551230000 m "Hi""#;

#[test]
fn the_documented_payloads_are_read() {
    check(
        &vec![
            ("api-key", "abcd1234".into()),
            ("msisdn", "447700900001".into()),
            ("to", "447700900000".into()),
            ("messageId", "0A0000000123ABCD1".into()),
            ("text", "Hello world".into()),
            ("type", "text".into()),
            ("keyword", "HELLO".into()),
            ("message-timestamp", "2020-01-01 12:00:00".into()),
            ("timestamp", "1577880000".into()),
            ("nonce", "aaaaaaaa-bbbb-cccc-dddd-0123456789ab".into()),
            ("concat", "true".into()),
            ("concat-ref", "1".into()),
            ("concat-total", "3".into()),
            ("concat-part", "2".into()),
        ],
        r#"+447700900001>+447700900000 0A0000000123ABCD1 "Hello world" 2020-01-01T12:00:00.000Z part 2 of 1"#,
    );
    let mut unicode = sms("text", "Oo nga 👍 café + 1 & 2 = 3");
    unicode.push(("type", "unicode".into()));
    check(&unicode, r#"+639171234567>+15551230000 m "Oo nga 👍 café + 1 & 2 = 3""#);
}

#[test]
fn what_is_no_message_is_accepted_and_ignored() {
    let receipt = "msisdn=447700900000&to=AcmeInc&network-code=12345&messageId=0A0000001234567B&price=0.033\
        &status=delivered&scts=2001011400&err-code=0&api-key=abcd1234&message-timestamp=2020-01-01+12%3A00%3A00";
    let open = Vonage::unsigned();
    assert_eq!(render(&form(&open, receipt.as_bytes())), "ignored 1");
    assert_eq!(render(&get(&open, receipt)), "ignored 1");
    let mut binary = sms("text", None);
    binary.extend([("type", "binary".into()), ("data", "abc123".into()), ("udh", "050003".into())]);
    check(&binary, "ignored 1");
    check(&sms("msisdn", "15551230000"), "ignored 1 own");
    let probe = get(&open, "").unwrap();
    assert!(probe.is_empty());
    let signed = Vonage::signed(SECRET, VonageSignature::Md5Hash).unwrap();
    assert!(call(&signed, &Method::GET, "/in", "", b"").unwrap().is_empty(), "a probe needs no signature");
}

#[test]
fn fields_that_are_missing_or_empty_are_named() {
    for field in ["messageId", "msisdn", "to", "text"] {
        check(&sms(field, None), &format!("422 `{field}` is missing"));
        if field != "text" {
            check(&sms(field, ""), &format!("422 `{field}` is empty"));
            check(&sms(field, "  "), &format!("422 `{field}` is empty"));
        }
    }
    check(&sms("text", ""), r#"+639171234567>+15551230000 m """#);
    check(
        &sms("messageId", "x".repeat(MAX_ID_BYTES + 1).as_str()),
        "422 `messageId` has 513 bytes; at most 512 are accepted",
    );
    check(&sms("msisdn", "a>b"), "422 `msisdn` is no address: the address holds a control character or '>'");
    check(&sms("other", "x"), READ);
}

#[test]
fn numbers_get_their_plus_sign_and_other_addresses_stay() {
    let both = |written: &str, read: &str| {
        check(&sms("msisdn", written), &format!("{read}>+15551230000 m \"Hi\""));
        check(&sms("to", written), &format!("+639171234567>{read} m \"Hi\""));
    };
    both("447700900001", "+447700900001");
    both("+447700900001", "+447700900001");
    both("54321", "54321");
    both("Acme Inc", "Acme Inc");
}

#[test]
fn times_are_in_utc_or_left_out() {
    let time =
        |written: &str, shown: &str| check(&sms("message-timestamp", written), &format!("{READ}{shown}"));
    time("2026-09-21 14:13:20", " 2026-09-21T14:13:20.000Z");
    time("2026-09-21T14:13:20.000+08:00", " 2026-09-21T06:13:20.000Z");
    time("yesterday", "");
    time("2026-13-21 14:13:20", "");
    time("", "");
}

#[test]
fn a_part_that_fits_nowhere_stays_by_itself() {
    let part = |concat: &str, reference: Option<&str>, number: Option<&str>| {
        let mut pairs = sms("concat", concat);
        pairs.extend(reference.map(|reference| ("concat-ref", reference.to_owned())));
        pairs.extend(number.map(|number| ("concat-part", number.to_owned())));
        pairs
    };
    check(&part("true", Some("171"), Some("2")), &format!("{READ} part 2 of 171"));
    // Redelivered for a day and then lost would be worse than a part alone.
    let id = READ.split(' ').nth(1).unwrap();
    for (reference, position) in [
        (None, Some("2")),
        (Some(""), Some("2")),
        (Some("171"), None),
        (Some("171"), Some("")),
        (Some("171"), Some("one")),
        (Some("171"), Some("65536")),
    ] {
        check(&part("true", reference, position), &format!("{READ} part 1 of {id}"));
    }
    check(&part("false", Some("171"), Some("2")), READ);
    check(&part("", None, None), READ);
}

#[test]
fn a_part_that_says_stop_is_no_keyword() {
    let mut pairs = sms("text", "STOP");
    let keyword = |pairs: &Pairs<'_>| {
        let parsed = form(&Vonage::unsigned(), encoded(pairs).as_bytes()).unwrap();
        OptOut::sms().find(&parsed.messages[0].message).map(|(keyword, _)| keyword)
    };
    assert!(keyword(&pairs).is_some());
    pairs.extend([("concat", "true".into()), ("concat-ref", "1".into()), ("concat-part", "2".into())]);
    assert_eq!(keyword(&pairs), None);
}

#[test]
fn json_may_hold_numbers_and_booleans_but_nothing_nested() {
    let open = Vonage::unsigned();
    let body = json!({
        "messageId": 17, "msisdn": 639_171_234_567_u64, "to": 15_551_230_000_u64, "text": "Hi", "type": null,
        "status": null, "concat": true, "concat-ref": 7, "concat-part": 2,
    });
    let read = r#"+639171234567>+15551230000 17 "Hi" part 2 of 7"#;
    assert_eq!(render(&post_json(&open, body.to_string().as_bytes())), read);
    for (value, found) in [(json!(["x"]), "an array"), (json!({"x": 1}), "an object")] {
        for field in ["messageId", "msisdn", "to", "text", "type", "status", "message-timestamp", "concat"] {
            let mut body: Value = serde_json::from_str(&as_json(&sms("other", "x"))).unwrap();
            body[field] = value.clone();
            let expected = format!("422 `{field}` must be a string, not {found}");
            assert_eq!(render(&post_json(&open, body.to_string().as_bytes())), expected);
        }
    }
    let half = as_json(&sms("text", "ok @")).replace('@', r"\ud83d");
    let read = "+639171234567>+15551230000 m \"ok \u{fffd}\u{fffd}\u{fffd}\"";
    assert_eq!(render(&post_json(&open, half.as_bytes())), read);
}

#[test]
fn the_form_of_the_body_is_told_by_its_type_or_its_look() {
    let open = Vonage::unsigned();
    let pairs = sms("other", "x");
    let (form_body, json_body) = (encoded(&pairs), as_json(&pairs));
    let post = |kind: &str, body: &str| render(&call(&open, &Method::POST, "/in?a=b", kind, body.as_bytes()));
    assert_eq!(post("application/json; charset=utf-8", &json_body), READ);
    assert_eq!(post("Application/JSON", &json_body), READ);
    assert_eq!(post("", &json_body), READ);
    assert_eq!(post("", &form_body), READ);
    assert_eq!(post("application/x-www-form-urlencoded", &form_body), READ);
    assert_eq!(
        post("application/json", &form_body),
        "400 the body is malformed: expected value at line 1 column 1"
    );
    assert_eq!(post("application/json", "[]"), "422 `body` must be an object, not an array");
    assert_eq!(post("application/json", "{}"), "422 `messageId` is missing");
    assert_eq!(post("", "{"), "400 the body is malformed: EOF while parsing an object at line 1 column 1");
    // A POST without a body says what it has to say in its query.
    let query = format!("/in?{form_body}");
    assert_eq!(render(&call(&open, &Method::POST, &query, "", b"")), READ);
    assert_eq!(render(&call(&open, &Method::POST, "/in", "", b" \n")), "400 the body is empty");
}

#[test]
fn what_goes_back_or_into_logs_holds_nothing_of_the_body() {
    let rejection = form(&Vonage::unsigned(), encoded(&sms("to", "+1555x")).as_bytes()).unwrap_err();
    assert!(!format!("{rejection} {rejection:?}").contains("555"));
    for algorithm in ALGORITHMS {
        let gateway = Vonage::signed("s3cret", algorithm).unwrap();
        assert!(!format!("{gateway:?}").contains("s3cret"));
        assert_eq!(Vonage::signed("", algorithm).err(), Some(ConfigError::EmptySecret));
    }
}

// --- signatures

const SECRET: &str = "my0secret";

const ALGORITHMS: [VonageSignature; 5] = [
    VonageSignature::Md5Hash,
    VonageSignature::Md5Hmac,
    VonageSignature::Sha1Hmac,
    VonageSignature::Sha256Hmac,
    VonageSignature::Sha512Hmac,
];

const MD5_HASH: &str = "ba9c6831f146f062e1ae7861d1df201e";
const MD5_HMAC: &str = "69ad9d819d2894203d459621b35fe684";
const SHA1_HMAC: &str = "8dc72971cff5b8752aa93904775416a426585a40";
const SHA256_HMAC: &str = "6ccb8341f8dff69c0c179b26c6fb82507523da1d84fb4d7027f4f61e2d9537d8";
const SHA512_HMAC: &str = "9a9a5b7f5ff5784c6bccf9c2a3cdc5a2868005e402e57fee5db72c2aa9d3cbea34fdafba29eea4994ccf9efd6f41158f18bd35325a7d234afaf3462e352830fc";

/// The signature of `pairs`, which are given in the order in which they are signed.
fn sign(algorithm: VonageSignature, secret: &str, pairs: &[(&str, String)]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    use md5::Digest;
    let clean = |value: &String| value.replace(['&', '='], "_");
    let signed: String = pairs.iter().map(|(name, value)| format!("&{name}={}", clean(value))).collect();
    macro_rules! hmac {
        ($hash:ty) => {{
            let mac = Hmac::<$hash>::new_from_slice(secret.as_bytes()).unwrap();
            hex::encode(mac.chain_update(&signed).finalize().into_bytes())
        }};
    }
    match algorithm {
        VonageSignature::Md5Hash => hex::encode(md5::Md5::digest(format!("{signed}{secret}"))),
        VonageSignature::Md5Hmac => hmac!(md5::Md5),
        VonageSignature::Sha1Hmac => hmac!(sha1::Sha1),
        VonageSignature::Sha256Hmac => hmac!(sha2::Sha256),
        VonageSignature::Sha512Hmac => hmac!(sha2::Sha512),
        other => panic!("{other:?}"),
    }
}

fn seconds(offset: i64) -> String {
    (NOW.as_unix_millis() / 1_000 + offset).to_string()
}

/// What is signed of a message, in order.
fn message_at(timestamp: String) -> Pairs<'static> {
    let text = "1 + 1 = 2 & so on, oo nga 👍".to_owned();
    let to = ("to", "15551230000".to_owned());
    vec![
        ("empty", String::new()),
        ("messageId", "m".into()),
        ("msisdn", "639171234567".into()),
        ("text", text),
        ("timestamp", timestamp),
        to,
    ]
}

fn with_sig(pairs: &Pairs<'static>, sig: &str) -> Pairs<'static> {
    let mut pairs = pairs.clone();
    // Anywhere among the others.
    pairs.insert(1, ("sig", sig.to_owned()));
    pairs
}

/// The same answer to all three forms of a call.
fn answer(gateway: &Vonage, pairs: &Pairs<'_>) -> Result<usize, Unauthorized> {
    let body = encoded(pairs);
    let results =
        [get(gateway, &body), form(gateway, body.as_bytes()), post_json(gateway, as_json(pairs).as_bytes())];
    let [first, second, third] = results.map(|result| match result {
        Ok(parsed) => Ok(parsed.messages.len()),
        Err(Rejection::Unauthorized(why)) => Err(why),
        Err(other) => panic!("{other}"),
    });
    assert_eq!(first, second, "{body}");
    assert_eq!(first, third, "{body}");
    first
}

#[test]
fn signatures_made_elsewhere_verify() {
    // printf '&messageId=m&msisdn=639171234567&text=a_b&timestamp=1790000000&to=15551230000' with "my0secret" after it
    // into md5sum, or into openssl dgst -sha256 -hmac my0secret
    let body = |sig: &str| {
        format!("to=15551230000&messageId=m&msisdn=639171234567&text=a%26b&timestamp=1790000000&sig={sig}")
    };
    for (algorithm, sig) in [
        (VonageSignature::Md5Hash, MD5_HASH),
        (VonageSignature::Md5Hmac, MD5_HMAC),
        (VonageSignature::Sha1Hmac, SHA1_HMAC),
        (VonageSignature::Sha256Hmac, SHA256_HMAC),
        (VonageSignature::Sha512Hmac, SHA512_HMAC),
    ] {
        let gateway = Vonage::signed(SECRET, algorithm).unwrap();
        assert_eq!(
            render(&get(&gateway, &body(sig))),
            r#"+639171234567>+15551230000 m "a&b""#,
            "{algorithm:?}"
        );
        assert_eq!(get(&gateway, &body(&sig.to_uppercase())).unwrap().messages.len(), 1, "{algorithm:?}");
    }
}

#[test]
fn signatures_are_required_and_checked() {
    let pairs = message_at(seconds(0));
    for algorithm in ALGORITHMS {
        let gateway = Vonage::signed(SECRET, algorithm).unwrap();
        let check = |pairs: &Pairs<'_>, expected| {
            assert_eq!(answer(&gateway, pairs), expected, "{algorithm:?} {pairs:?}");
        };
        let sig = sign(algorithm, SECRET, &pairs);
        let wrong = || Err(Unauthorized::WrongSignature);
        check(&with_sig(&pairs, &sig), Ok(1));
        check(&pairs, Err(Unauthorized::MissingParameter { parameter: "sig" }));
        for bad in
            ["", "0", "zz", "é", &sig[2..], &format!("{sig}00"), &"0".repeat(sig.len()), &"0".repeat(1_000)]
        {
            check(&with_sig(&pairs, bad), wrong());
        }
        check(&with_sig(&pairs, &sign(algorithm, "another", &pairs)), wrong());
        check(&with_sig(&pairs, &sign(algorithm, "", &pairs)), wrong());
        for other in ALGORITHMS.into_iter().filter(|other| *other != algorithm) {
            check(&with_sig(&pairs, &sign(other, SECRET, &pairs)), wrong());
        }
        let signed = with_sig(&pairs, &sig);
        for index in (0..signed.len()).filter(|index| *index != 1) {
            let mut changed = signed.clone();
            changed[index].1.push('x');
            check(&changed, wrong());
            let mut removed = signed.clone();
            removed.remove(index);
            check(&removed, wrong());
        }
        for added in [("concat", "true"), ("status", "delivered"), ("empty2", ""), ("zzz", "1")] {
            let mut more = signed.clone();
            more.push((added.0, added.1.to_owned()));
            check(&more, wrong());
        }
    }
}

#[test]
fn a_name_cannot_swallow_other_parameters() {
    let gateway = Vonage::signed(SECRET, VonageSignature::Sha256Hmac).unwrap();
    let whole: Pairs<'_> = vec![
        ("concat", "true".into()),
        ("concat-part", "1".into()),
        ("concat-ref", "7".into()),
        ("messageId", "m".into()),
        ("msisdn", "639171234567".into()),
        ("text", "STOP".into()),
        ("timestamp", seconds(0)),
        ("to", "15551230000".into()),
    ];
    let sig = sign(VonageSignature::Sha256Hmac, SECRET, &whole);
    // The same string to sign, with a text that is no part any more.
    let mut swallowed = whole[3..].to_vec();
    swallowed.push(("concat=true&concat-part=1&concat-ref", "7".into()));
    swallowed.push(("sig", sig));
    assert_eq!(answer(&gateway, &swallowed), Err(Unauthorized::WrongSignature));
}

#[test]
fn a_parameter_given_twice_is_signed_twice() {
    let gateway = Vonage::signed(SECRET, VonageSignature::Sha256Hmac).unwrap();
    let pairs = message_at(seconds(0));
    let signed = with_sig(&pairs, &sign(VonageSignature::Sha256Hmac, SECRET, &pairs));
    for text in ["STOP", &pairs[3].1] {
        for place in [0, signed.len()] {
            let mut twice = signed.clone();
            twice.insert(place, ("text", text.to_owned()));
            let body = encoded(&twice);
            for result in [get(&gateway, &body), form(&gateway, body.as_bytes())] {
                assert!(
                    matches!(result, Err(Rejection::Unauthorized(Unauthorized::WrongSignature))),
                    "{result:?}"
                );
            }
        }
    }
    let twice = as_json(&signed).replacen('{', r#"{"text":null,"text":{"a":[1]},"#, 1);
    let result = post_json(&gateway, twice.as_bytes());
    assert!(matches!(result, Err(Rejection::Unauthorized(Unauthorized::WrongSignature))), "{result:?}");
}

#[test]
fn numbers_in_json_are_signed_as_they_are_written() {
    let gateway = Vonage::signed(SECRET, VonageSignature::Sha256Hmac).unwrap();
    let pairs = message_at(seconds(0));
    let sig = sign(VonageSignature::Sha256Hmac, SECRET, &pairs);
    let mut body: Value = serde_json::from_str(&as_json(&with_sig(&pairs, &sig))).unwrap();
    body["timestamp"] = json!(NOW.as_unix_millis() / 1_000);
    assert_eq!(post_json(&gateway, body.to_string().as_bytes()).unwrap().messages.len(), 1);

    // What is nested is covered too.
    let mut pairs = pairs;
    pairs.push(("x", "[1]".into()));
    let sig = sign(VonageSignature::Sha256Hmac, SECRET, &pairs);
    let mut body: Value = serde_json::from_str(&as_json(&with_sig(&pairs, &sig))).unwrap();
    for (nested, accepted) in
        [(json!([1]), true), (json!([2]), false), (json!({}), false), (Value::Null, false)]
    {
        body["x"] = nested;
        assert_eq!(post_json(&gateway, body.to_string().as_bytes()).is_ok(), accepted, "{body}");
    }
}

#[test]
fn calls_count_as_long_as_vonage_delivers_again() {
    let check = |gateway: &Vonage, timestamp: &str, expected: Result<usize, Unauthorized>| {
        let pairs = message_at(timestamp.to_owned());
        let sig = sign(VonageSignature::Md5Hash, SECRET, &pairs);
        assert_eq!(answer(gateway, &with_sig(&pairs, &sig)), expected, "{timestamp}");
    };
    let stale = |seconds| Err(Unauthorized::Stale { skew: Duration::from_secs(seconds) });
    let gateway = Vonage::signed(SECRET, VonageSignature::Md5Hash).unwrap();
    let day = 24 * 60 * 60;
    check(&gateway, &seconds(-day - 300), Ok(1));
    check(&gateway, &seconds(-day - 301), stale(86_701));
    check(&gateway, &seconds(300), Ok(1));
    check(&gateway, &seconds(301), stale(301));
    check(&gateway, "0", stale(1_790_000_000));
    for no_time in ["soon", "", "1.79e9", "99999999999999999999", "2026-09-21 14:13:20"] {
        check(&gateway, no_time, Err(Unauthorized::NoTimestamp));
    }
    let strict = gateway.with_max_age(Duration::from_secs(300));
    check(&strict, &seconds(-300), Ok(1));
    check(&strict, &seconds(-301), stale(301));

    let mut no_timestamp = message_at(String::new());
    no_timestamp.remove(4);
    let sig = sign(VonageSignature::Md5Hash, SECRET, &no_timestamp);
    assert_eq!(answer(&strict, &with_sig(&no_timestamp, &sig)), Err(Unauthorized::NoTimestamp));
}

// --- properties

proptest! {
    #[test]
    fn arbitrary_bytes_are_answered(body: Vec<u8>, json: bool) {
        let kind = if json { "application/json" } else { "" };
        let _ = call(&Vonage::unsigned(), &Method::POST, "/in", kind, &body);
        let gateway = Vonage::signed(SECRET, VonageSignature::Md5Hash).unwrap();
        prop_assert!(call(&gateway, &Method::POST, "/in", kind, &body).is_err());
    }

    #[test]
    fn almost_messages_are_answered(
        fields in prop::collection::vec(
            (prop_oneof![
                prop::sample::select(&["messageId", "msisdn", "to", "text", "type", "status", "concat", "concat-ref",
                    "concat-part", "message-timestamp", "timestamp", "sig"][..]).prop_map(str::to_owned),
                ".{0,4}",
            ], prop_oneof![Just("true".to_owned()), "[0-9]{0,14}", ".{0,12}", "20[0-9]{2}-0[0-9]-1[0-9] 1[0-9]:30:00"]),
            0..14,
        )
    ) {
        let body = Serializer::new(String::new()).extend_pairs(&fields).finish();
        let open = Vonage::unsigned();
        let by_form = form(&open, body.as_bytes());
        let by_get = get(&open, &body);
        if !fields.is_empty() {
            prop_assert_eq!(render(&by_form), render(&by_get));
        }
        let fields: serde_json::Map<_, _> = fields.into_iter().map(|(name, value)| (name, json!(value))).collect();
        prop_assert_eq!(fields.is_empty(), by_get.is_ok_and(|parsed| parsed.is_empty()));
        let by_json = post_json(&open, Value::Object(fields).to_string().as_bytes());
        if !body.is_empty() {
            prop_assert_eq!(render(&by_form), render(&by_json));
        }
    }

    #[test]
    fn whatever_is_signed_is_accepted(text: String, nonce: String, keyword in ".{0,8}") {
        let mut pairs = message_at(seconds(0));
        pairs[3].1.clone_from(&text);
        pairs.insert(3, ("nonce", nonce));
        pairs.insert(1, ("keyword", keyword));
        for algorithm in ALGORITHMS {
            let gateway = Vonage::signed(SECRET, algorithm).unwrap();
            let signed = with_sig(&pairs, &sign(algorithm, SECRET, &pairs));
            prop_assert_eq!(answer(&gateway, &signed), Ok(1));
            let parsed = form(&gateway, encoded(&signed).as_bytes()).unwrap();
            prop_assert_eq!(parsed.messages[0].message.text(), &text);
        }
    }
}
