//! The webhook of Vonage: a line with the form of the call (`get`, `json` or a form), then its query or body.
#![no_main]

use std::sync::LazyLock;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method, Uri};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;
use sms_consolidate::{Message, Timestamp};
use sms_consolidate_fuzz::{assert_hidden, line};
use sms_consolidate_providers::inbound::{
    Inbound, InboundMessage, InboundRequest, MAX_ID_BYTES, Parsed, Rejection, Vonage, VonageSignature,
};

const SECRET: &str = "my0secret";
const NOW_SECONDS: i64 = 1_790_000_000;

static OPEN: LazyLock<Vonage> = LazyLock::new(Vonage::unsigned);
static SIGNED: LazyLock<Vonage> =
    LazyLock::new(|| Vonage::signed(SECRET, VonageSignature::Sha256Hmac).expect("the secret is not empty"));

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let form = line(&mut body);

    match parse(&OPEN, form, body) {
        Some(Ok(parsed)) => check_parsed(&parsed),
        Some(Err(rejection)) => {
            assert!([400, 422].contains(&rejection.status().as_u16()));
            // Of the body it holds nothing; positions and types are short.
            assert!(rejection.to_string().len() <= 200, "{rejection} for {} bytes", body.len());
        }
        None => return,
    }
    // A GET without parameters is a probe.
    if let Some(Ok(forged)) = parse(&SIGNED, form, body) {
        assert!(forged.is_empty());
    }

    let signed = sign(body);
    for form in [&b"get"[..], b"form"] {
        let (open, checked) = (parse(&OPEN, form, &signed), parse(&SIGNED, form, &signed));
        assert_eq!(checked.map(|result| render(&result)), open.map(|result| render(&result)));
    }
});

/// `None` if `body` can be no query.
fn parse(gateway: &Vonage, form: &[u8], body: &[u8]) -> Option<Result<Parsed, Rejection>> {
    let mut headers = HeaderMap::new();
    let now = Timestamp::from_unix_millis(NOW_SECONDS * 1_000);
    if form == b"get" {
        let uri = Uri::try_from([b"/?", body].concat()).ok()?;
        let request = InboundRequest::new(&Method::GET, &uri, &headers, b"");
        return Some(gateway.parse_get(&request, now));
    }
    let kind = if form == b"json" { "application/json" } else { "application/x-www-form-urlencoded" };
    headers.insert("content-type", HeaderValue::from_static(kind));
    let uri = Uri::from_static("/");
    Some(gateway.parse(&InboundRequest::new(&Method::POST, &uri, &headers, body), now))
}

/// The same form with a time and a signature.
fn sign(body: &[u8]) -> Vec<u8> {
    let is_kept = |name: &str| name != "sig" && name != "timestamp" && !name.contains(['&', '=']);
    let pairs = form_urlencoded::parse(body).into_owned().filter(|(name, _)| is_kept(name));
    let mut pairs: Vec<_> = pairs.chain([("timestamp".to_owned(), NOW_SECONDS.to_string())]).collect();
    let mut sorted: Vec<_> = pairs.iter().collect();
    sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("HMAC takes keys of any length");
    for (name, value) in sorted {
        mac.update(format!("&{name}={}", value.replace(['&', '='], "_")).as_bytes());
    }
    pairs.push(("sig".to_owned(), hex::encode(mac.finalize().into_bytes())));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}

fn render(result: &Result<Parsed, Rejection>) -> String {
    match result {
        Ok(parsed) => {
            let texts: Vec<_> = parsed.messages.iter().map(|incoming| incoming.message.text()).collect();
            format!("{parsed:?} {texts:?}")
        }
        Err(rejection) => format!("{rejection:?}"),
    }
}

fn check_parsed(parsed: &Parsed) {
    assert!(parsed.messages.len() + parsed.ignored.len() <= 1);
    assert!(parsed.errors.is_empty() && parsed.answer.is_none());
    for incoming in &parsed.messages {
        let InboundMessage { conversation, message, .. } = incoming;
        assert_eq!(conversation.to_string().parse().as_ref(), Ok(conversation));
        assert!(conversation.line().is_some());
        let id = message.id().expect("the gateway's messages have ids");
        assert!(!id.trim().is_empty() && id.len() <= MAX_ID_BYTES);
        assert!(message.part_of().is_none_or(|reference| (1..=MAX_ID_BYTES).contains(&reference.len())));
        // The id may be the number: it is shown.
        let message = incoming.message.clone().with_id("id");
        let shown =
            format!("{:?}", InboundMessage::new(incoming.index, incoming.conversation.clone(), message));
        let sender = conversation.sender();
        if sender.is_number() {
            assert_hidden(&shown, &sender.to_string());
        }
    }
}
