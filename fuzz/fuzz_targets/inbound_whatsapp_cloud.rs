//! The webhook of WhatsApp: a line each with the query of a `GET` and with a signature, then the body of a `POST`.
#![no_main]

use std::num::NonZeroUsize;
use std::sync::LazyLock;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method, Uri};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;
use sms_consolidate::{Message, Timestamp};
use sms_consolidate_fuzz::{assert_hidden, check_groups, line};
use sms_consolidate_providers::inbound::{
    Inbound, InboundMessage, InboundRequest, MAX_ID_BYTES, Parsed, Rejection, WhatsAppCloud,
};

const SECRET: &str = "app-secret";
const TOKEN: &str = "t";
const NOW: Timestamp = Timestamp::from_unix_millis(1_790_000_000_000);
const MAX_MESSAGES: NonZeroUsize = NonZeroUsize::new(4).unwrap();

static OPEN: LazyLock<WhatsAppCloud> = LazyLock::new(|| {
    WhatsAppCloud::unsigned(TOKEN).expect("the token is not empty").with_max_messages(MAX_MESSAGES)
});
static GROUPS: LazyLock<WhatsAppCloud> = LazyLock::new(|| OPEN.clone().with_groups());
static SIGNED: LazyLock<WhatsAppCloud> = LazyLock::new(|| {
    WhatsAppCloud::signed(SECRET, TOKEN).expect("neither is empty").with_max_messages(MAX_MESSAGES)
});

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let (query, signature) = (line(&mut body), line(&mut body));
    challenge(query);

    let open = parse(&OPEN, None, body);
    let groups = parse(&GROUPS, None, body);
    for result in [&open, &groups] {
        match result {
            Ok(parsed) => check_parsed(parsed),
            Err(rejection) => check_rejection(rejection, body),
        }
    }
    check_groups(&open, &groups);
    let forged = parse(&SIGNED, Some(signature), body);
    assert!(matches!(forged, Err(Rejection::Unauthorized(_))));
    assert_eq!(render(&parse(&SIGNED, Some(sign(body).as_bytes()), body)), render(&open));
});

fn challenge(query: &[u8]) {
    let Ok(uri) = Uri::try_from([b"/?", query].concat()) else { return };
    let headers = HeaderMap::new();
    let request = InboundRequest::new(&Method::GET, &uri, &headers, b"");
    match SIGNED.parse_get(&request, NOW) {
        Ok(parsed) => {
            assert!(parsed.is_empty());
            if let Some(answer) = parsed.answer {
                assert_eq!(answer.content_type, "text/plain");
                assert!((1..=128).contains(&answer.body.len()));
                assert!(
                    answer.body.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>&\"'".contains(&byte))
                );
            }
        }
        Err(rejection) => assert!(rejection.to_string().len() <= 200),
    }
}

fn parse(gateway: &WhatsAppCloud, signature: Option<&[u8]>, body: &[u8]) -> Result<Parsed, Rejection> {
    let mut headers = HeaderMap::new();
    let value = signature.and_then(|signature| HeaderValue::from_bytes(signature).ok());
    headers.extend(value.map(|value| (http::HeaderName::from_static("x-hub-signature-256"), value)));
    let uri = Uri::from_static("/");
    gateway.parse(&InboundRequest::new(&Method::POST, &uri, &headers, body), NOW)
}

fn sign(body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("HMAC takes keys of any length");
    format!("sha256={}", hex::encode(mac.chain_update(body).finalize().into_bytes()))
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
    assert!(parsed.messages.len() <= MAX_MESSAGES.get());
    assert!(parsed.messages.is_sorted_by(|a, b| a.index < b.index), "{:?}", parsed.messages);
    assert!(parsed.errors.is_sorted_by(|a, b| a.index < b.index), "{:?}", parsed.errors);
    parsed.messages.iter().for_each(check_message);
}

fn check_message(incoming: &InboundMessage) {
    let InboundMessage { conversation, message, .. } = incoming;
    assert_eq!(conversation.to_string().parse().as_ref(), Ok(conversation));
    assert!(conversation.line().is_some());
    assert!(message.media().count() <= 1);
    let id = message.id().expect("the gateway's messages have ids");
    assert!(!id.trim().is_empty() && id.len() <= MAX_ID_BYTES);
    // The id may be the number: it is shown.
    let message = incoming.message.clone().with_id("id");
    let shown = format!("{:?}", InboundMessage::new(incoming.index, incoming.conversation.clone(), message));
    let sender = conversation.sender();
    if sender.is_number() {
        assert_hidden(&shown, &sender.to_string());
    }
}

fn check_rejection(rejection: &Rejection, body: &[u8]) {
    assert!([400, 422].contains(&rejection.status().as_u16()));
    match rejection {
        Rejection::Unprocessable(errors) => assert!(!errors.is_empty()),
        Rejection::TooManyMessages { found, limit } => assert!(found > limit),
        _ => {}
    }
    // Of the body it holds nothing; positions and types are short.
    assert!(rejection.to_string().len() <= 200, "{rejection} for {} bytes", body.len());
}
