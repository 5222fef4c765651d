//! What the tests of webhooks share.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]
#![allow(dead_code, reason = "each test uses what it needs")]

use std::collections::BTreeMap;
use std::fmt::Write;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use sms_consolidate::{Message, Origin, Timestamp};
use sms_consolidate_providers::inbound::{Ignored, Inbound, InboundRequest, Parsed, Rejection};

/// 2026-09-21T14:13:20Z, when every call arrives.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_millis(1_790_000_000_000);

/// What `gateway` says of a POST.
pub(crate) fn parse(
    gateway: &impl Inbound,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Result<Parsed, Rejection> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let uri = Uri::from_static("/in");
    let body = body.as_ref();
    gateway.parse(&InboundRequest::new(&Method::POST, &uri, &map, body), NOW)
}

/// One line per message, error, preference and kind of ignored events; or the status and text of the rejection.
pub(crate) fn render(result: &Result<Parsed, Rejection>) -> String {
    let parsed = match result {
        Ok(parsed) => parsed,
        Err(rejection) => return format!("{} {rejection}", rejection.status().as_u16()),
    };
    let mut out = String::new();
    for inbound in &parsed.messages {
        let message = &inbound.message;
        write!(out, "{} {} {:?}", inbound.conversation, message.id().unwrap(), message.text()).unwrap();
        if let Some(at) = message.sent_at() {
            write!(out, " {at}").unwrap();
        }
        for url in message.media() {
            write!(out, " {url}").unwrap();
        }
        out.push_str(&verdicts(message));
        out.push('\n');
    }
    for error in &parsed.errors {
        writeln!(out, "{error}").unwrap();
    }
    out.push_str(&others(parsed));
    out.trim_end().to_owned()
}

/// How a message came to be, unless it was typed, and what its gateway found in it and has answered.
pub(crate) fn verdicts(message: &impl Message) -> String {
    let origin = Some(message.origin()).filter(|origin| *origin != Origin::Typed);
    let origin = origin.map(|origin| format!(" {origin:?}")).unwrap_or_default();
    let control = message.control().map(|control| format!(" {control:?}")).unwrap_or_default();
    let answered = if message.gateway_answers_keywords() { " answered" } else { "" };
    format!("{origin}{control}{answered}")
}

/// A line per preference and per kind of ignored events.
pub(crate) fn others(parsed: &Parsed) -> String {
    let mut out = String::new();
    for preference in &parsed.preferences {
        let way = if preference.opted_out { "out" } else { "in" };
        write!(out, "opted {way} {}", preference.conversation).unwrap();
        if let Some(at) = preference.as_of {
            write!(out, " as of {at}").unwrap();
        }
        out.push('\n');
    }
    let mut kinds = BTreeMap::<Ignored, usize>::new();
    parsed.ignored.iter().for_each(|kind| *kinds.entry(*kind).or_default() += 1);
    for (kind, count) in kinds {
        let name = if kind == Ignored::NotAMessage { "" } else { kind.as_str() };
        writeln!(out, "{}", format!("ignored {count} {name}").trim_end()).unwrap();
    }
    out
}
