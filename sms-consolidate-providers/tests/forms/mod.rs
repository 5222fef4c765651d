//! What the tests of gateways that send forms share.

use std::fmt::Write;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use sms_consolidate::{Message, Origin, Timestamp};
use sms_consolidate_providers::inbound::{Ignored, Inbound, InboundRequest, Parsed, Rejection};

const NOW: Timestamp = Timestamp::from_unix_millis(1_790_000_000_000);

/// The fields of a call.
pub(crate) type Fields<'a> = [(&'a str, &'a str)];

pub(crate) fn headers(fields: &Fields<'_>) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    let mut headers = HeaderMap::new();
    for (name, value) in fields.iter().map(pair) {
        headers.append(name, value);
    }
    headers
}

pub(crate) fn encode(fields: &Fields<'_>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// `fields` in which `field` has `value`, or is left out.
pub(crate) fn with<'a>(
    fields: &Fields<'a>,
    field: &'a str,
    value: impl Into<Option<&'a str>>,
) -> Vec<(&'a str, &'a str)> {
    let others = fields.iter().copied().filter(|(name, _)| *name != field);
    others.chain(value.into().map(|value| (field, value))).collect()
}

pub(crate) fn post(
    gateway: &impl Inbound,
    target: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Parsed, Rejection> {
    let uri: Uri = target.parse().unwrap();
    gateway.parse(&InboundRequest::new(&Method::POST, &uri, headers, body), NOW)
}

pub(crate) fn get(gateway: &impl Inbound, target: &str, headers: &HeaderMap) -> Result<Parsed, Rejection> {
    let uri: Uri = target.parse().unwrap();
    gateway.parse_get(&InboundRequest::new(&Method::GET, &uri, headers, b""), NOW)
}

/// What became of a call: a line per message with all that is known of it, `ignored` and why, who opted out, `nothing`,
/// or the status and text of the rejection.
pub(crate) fn render(result: &Result<Parsed, Rejection>) -> String {
    let parsed = match result {
        Ok(parsed) => parsed,
        Err(rejection) => return format!("{} {rejection}", rejection.status().as_u16()),
    };
    assert!(parsed.errors.is_empty(), "a form is one message");
    if let [kind] = parsed.ignored[..] {
        let name = if kind == Ignored::NotAMessage { "" } else { kind.as_str() };
        return format!("ignored {name}").trim_end().to_owned();
    }
    if let [preference] = &parsed.preferences[..] {
        assert_eq!(preference.as_of, None, "no form tells when");
        let way = if preference.opted_out { "out" } else { "in" };
        return format!("opted {way} {}", preference.conversation);
    }
    let Some(incoming) = parsed.messages.first() else { return "nothing".to_owned() };
    let message = &incoming.message;
    let mut out = format!("{} {} {:?}", incoming.conversation, message.id().unwrap(), message.text());
    if message.origin() != Origin::Typed {
        write!(out, " {:?}", message.origin()).unwrap();
    }
    if let Some(control) = message.control() {
        write!(out, " {control:?}").unwrap();
    }
    if !message.gateway_answers_keywords() {
        out.push_str(" answered-here");
    }
    message.media().for_each(|url| write!(out, " {url}").unwrap());
    out
}
