//! The services that it calls: a gateway and a model, both on loopback ports.

use serde_json::json;

use crate::child::{ANA_MASKED, Fake, NOWHERE, ONE_A_BATCH, Server, with};

const CLASSIC: (&str, &str) = ("LOG_FORMAT", "classic");

#[test]
fn a_gateway_gets_the_reply_as_a_form() {
    let gateway = Fake::answering(&json!({"result": {"error": 0, "sent": "1", "id": "out-1"}}));
    let mut server = Server::start(&[
        CLASSIC,
        ONE_A_BATCH,
        ("SMS_MOBILE_API_KEY", "key-sesame"),
        ("SMS_MOBILE_API_BASE_URL", &gateway.url),
        ("SMS_AUTO_REPLY_ENABLED", "TRUE"),
    ]);
    server.text("1", "Yes");
    let (head, body) = gateway.request();
    assert!(head.starts_with("POST /sendsms/ HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded\r\n"), "{head}");
    let mut fields: Vec<_> = body.split('&').collect();
    fields.sort_unstable();
    let message = "message=Thanks+for+confirming%21+See+you+soon.";
    assert_eq!(fields, ["apikey=key-sesame", message, "recipients=%2B639281112222"]);
    server.line("AUTO-REPLY SENT (batch)");
    let lines = server.stop("TERM");
    assert!(!gateway.has_more_requests());
    assert!(with(&lines, "key-sesame").is_empty() && with(&lines, "REPLY | To:").is_empty(), "{lines:#?}");
}

#[test]
fn with_a_gateway_nothing_is_sent_unless_it_is_switched_on() {
    let gateway = Fake::answering(&json!({}));
    let mut server = Server::start(&[
        ONE_A_BATCH,
        ("SMS_MOBILE_API_KEY", "key-sesame"),
        ("SMS_MOBILE_API_BASE_URL", &gateway.url),
    ]);
    server.text("1", "Yes");
    assert!(server.line("AUTO-REPLY SKIPPED").contains("auto-reply is off"));
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "  replies "), ["  replies    off"]);
    assert!(!gateway.has_more_requests());
}

#[test]
fn what_cannot_be_answered_before_it_stops_is_named() {
    let server = Server::start(&[
        CLASSIC,
        ("DATABASE_URL", "memory:"),
        ("SMS_MOBILE_API_KEY", "key-sesame"),
        ("SMS_MOBILE_API_BASE_URL", NOWHERE),
        ("SMS_AUTO_REPLY_ENABLED", "yes"),
    ]);
    server.text("1", "Yes");
    server.text("2", "I can help");
    let lines = server.stop("TERM");
    let named = with(&lines, "BATCH NOT HANDLED");
    assert_eq!(named.len(), 1, "{lines:#?}");
    assert!(named[0].starts_with("WARN | "), "{}", named[0]);
    assert!(named[0].ends_with(&format!("from: {ANA_MASKED} | messages: 2")), "{}", named[0]);
    let last = "Stopped. Batches handled while stopping: 0, not handled: 1, kept for the next start: 0";
    assert_eq!(lines.last().unwrap(), last);
}

#[test]
fn only_signed_calls_are_accepted_once_there_is_a_secret() {
    let server = Server::start(&[("SMS_MOBILE_API_WEBHOOK_SECRET", "whsec_sesame")]);
    let (status, answer) = server.post(&json!({"guid": "1", "number": "+639281112222", "message": "Yes"}));
    assert_eq!((status, &answer["status"]), (401, &json!("error")));
    let lines = server.stop("TERM");
    assert!(with(&lines, "whsec_sesame").is_empty(), "{lines:#?}");
}

/// Classifies "Yes" with a model at `url`. Returns the line of the classification, and all lines.
fn classify(url: &str) -> (String, Vec<String>) {
    let base_url = format!("{url}/v1");
    let mut server = Server::start(&[
        CLASSIC,
        ONE_A_BATCH,
        ("OPENAI_API_KEY", "sk-sesame"),
        ("OPENAI_BASE_URL", &base_url),
        ("OPENAI_MODEL", "some-model"),
    ]);
    server.text("1", "Yes");
    let line = server.line("CONSOLIDATED CLASSIFICATION");
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "  classifier "), ["  classifier OpenAI (some-model), then rules"]);
    assert!(with(&lines, "sk-sesame").is_empty(), "{lines:#?}");
    (line, lines)
}

fn classified(label: &str, method: &str) -> String {
    format!("CONSOLIDATED CLASSIFICATION ✓ {label} | From: {ANA_MASKED} | Method: {method} | Messages: 1")
}

#[test]
fn a_model_decides_where_it_can() {
    let message = json!({"role": "assistant", "content": r#"{"label":"NOT_AGREE"}"#, "refusal": null});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop", "logprobs": null});
    let completion = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "some-model",
        "choices": [choice],
    });
    let model = Fake::answering(&completion);
    let (line, lines) = classify(&model.url);
    assert_eq!(line, classified("NOT_AGREE", "OpenAI"));
    assert_eq!(
        with(&lines, "REPLY | To:"),
        [format!(r#"REPLY | To: {ANA_MASKED} | "Thank you for replying.""#)]
    );
    let (head, body) = model.request();
    assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("authorization: bearer sk-sesame\r\n"), "{head}");
    assert!(body.contains(r#""model":"some-model""#) && body.contains("Yes"), "{body}");
    assert!(!body.contains("9281112222"), "{body}");
    assert!(!model.has_more_requests(), "one batch is one call");
}

#[test]
fn a_model_is_asked_in_its_services_dialect() {
    let choice = json!({"message": {"content": "```json\n{\"label\":\"AGREE\"}\n```"}});
    let model = Fake::answering(&json!({"choices": [choice]}));
    let mut server = Server::start(&[
        CLASSIC,
        ONE_A_BATCH,
        ("OPENAI_API_KEY", "sk-sesame"),
        ("OPENAI_BASE_URL", &model.url),
        ("OPENAI_DIALECT", "deepseek"),
        ("OPENAI_MAX_TEXT_BYTES", "4"),
    ]);
    server.text("1", "Yes, we all do");
    assert_eq!(server.line("CONSOLIDATED CLASSIFICATION"), classified("AGREE", "OpenAI"));
    server.stop("TERM");
    let (_, body) = model.request();
    assert!(body.contains(r#""response_format":{"type":"json_object"},"#), "{body}");
    assert!(body.contains(r#""max_tokens":1024"#) && !body.contains(r#""store""#), "{body}");
    assert!(body.contains("left_out_characters") && !body.contains("all"), "{body}");
}

#[test]
fn rules_decide_where_the_model_cannot() {
    let confused = Fake::answering(&json!({"weather": "fine"}));
    assert_eq!(classify(&confused.url).0, classified("AGREE", "Rule-based"));
    assert_eq!(classify(NOWHERE).0, classified("AGREE", "Rule-based"));
}
