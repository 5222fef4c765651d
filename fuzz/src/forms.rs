//! What the targets of gateways that send one message as a form share.

use http::Uri;
use sms_consolidate::Message;
use sms_consolidate_providers::inbound::{InboundMessage, MAX_ID_BYTES, Parsed, Rejection};

use crate::assert_hidden;

/// Whether `line` is a `GET`, and its target.
pub fn method_and_uri(line: &[u8]) -> Option<(bool, Uri)> {
    let (method, uri) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    Some((method == "GET", uri.parse().ok()?))
}

/// All that is to be seen of a result.
pub fn render(result: &Result<Parsed, Rejection>) -> String {
    match result {
        Ok(parsed) => {
            let texts: Vec<_> = parsed.messages.iter().map(|incoming| incoming.message.text()).collect();
            format!("{parsed:?} {texts:?}")
        }
        Err(rejection) => format!("{rejection:?}"),
    }
}

/// There is one message at most, and it is within its limits.
pub fn check(parsed: &Parsed) {
    assert!(parsed.messages.len() + parsed.ignored.len() + parsed.preferences.len() <= 1);
    assert!(parsed.errors.is_empty());
    for incoming in &parsed.messages {
        let InboundMessage { conversation, message, .. } = incoming;
        assert_eq!(conversation.to_string().parse().as_ref(), Ok(conversation));
        assert!(conversation.line().is_some());
        let id = message.id().expect("the gateway's messages have ids");
        assert!(!id.trim().is_empty() && id.len() <= MAX_ID_BYTES);
        assert!(message.media().count() <= 10 && message.media().all(|url| url.len() <= 2_048));
        // The id may be the number: it is shown.
        let message = incoming.message.clone().with_id("id");
        let shown =
            format!("{:?}", InboundMessage::new(incoming.index, incoming.conversation.clone(), message));
        if conversation.sender().is_number() {
            assert_hidden(&shown, &conversation.sender().to_string());
        }
    }
}

/// A form is read whatever it is; only its fields can be wrong. Of its contents the rejection holds nothing.
pub fn check_rejection(rejection: &Rejection) {
    let Rejection::Unprocessable(errors) = rejection else { panic!("{rejection}") };
    assert_eq!(errors.len(), 1);
    assert!(rejection.to_string().len() <= 200, "{rejection}");
}
