//! Replies through SMS Mobile API, against a real HTTP server on loopback that answers byte for byte what it is told.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod peer;

use std::num::NonZeroU32;
use std::time::Duration;

use peer::{Answer, answer, http, impatient, is_ready, ok, serve};
use sms_consolidate::{BatchIds, Conversation, Receipt, Reply, ReplySender, SendError, Timestamp};
use sms_consolidate_providers::outbound::{BuildError, GatewayError, HttpClient, SmsMobileApiSender};
use tokio::net::TcpListener;

const KEY: &str = "k3y&+secret";
const TEXT: &str = "See you: 7 & 8 👍\nBye";

fn sender(base_url: &str, http: HttpClient) -> SmsMobileApiSender {
    SmsMobileApiSender::builder(KEY).base_url(base_url).http(http).build().unwrap()
}

fn reply(to: &str) -> Reply<Conversation> {
    let batch = BatchIds::with_seed(1).next(Timestamp::from_unix_millis(0));
    Reply::new(batch, to.parse().unwrap(), TEXT)
}

/// The result in one line, which must not tell the key, the number or the text.
fn render(result: Result<Receipt, SendError>) -> String {
    let debug = format!("{result:?}");
    let text = match result {
        Ok(receipt) => format!("sent {}", receipt.id.as_deref().unwrap_or("without id")),
        Err(SendError::Rejected { opted_out: false, source, .. }) => format!("rejected: {source}"),
        Err(SendError::NotSent { retry_after: None, source, .. }) => format!("not sent: {source}"),
        Err(SendError::NotSent { retry_after: Some(wait), source, .. }) => {
            format!("not sent for {wait:?}: {source}")
        }
        Err(SendError::Unknown { source, .. }) => format!("unknown: {source}"),
        Err(other) => panic!("{other}"),
    };
    for secret in [KEY, "9123456789", TEXT] {
        assert!(!text.contains(secret) && !debug.contains(secret), "{text} {debug}");
    }
    text
}

async fn check(answer: Answer, expected: &str) {
    check_with(http(), answer, expected).await;
}

async fn check_with(http: HttpClient, answer: Answer, expected: &str) {
    let (port, server) = serve(answer).await;
    let sender = sender(&format!("http://127.0.0.1:{port}"), http);
    let rendered = render(sender.send(&reply("+639123456789")).await);
    server.abort();
    assert_eq!(rendered, expected);
}

#[tokio::test]
async fn the_request_is_what_the_gateway_documents() {
    let check = async |to: &str, path: &str, form: &str| {
        let (port, server) = serve(ok(r#"{"result":{"error":0,"sent":"1","id":"77"}}"#)).await;
        let sender = sender(&format!("http://127.0.0.1:{port}{path}"), http());
        assert_eq!(render(sender.send(&reply(to)).await), "sent 77");
        let request = server.await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("POST {path}/sendsms/ HTTP/1.1\r\n")), "{head}");
        assert!(head.to_ascii_lowercase().contains("content-type: application/x-www-form-urlencoded"));
        assert!(!head.contains("k3y"), "the key is in the body alone: {head}");
        assert_eq!(body, form);
    };
    const MESSAGE: &str = "message=See+you%3A+7+%26+8+%F0%9F%91%8D%0ABye";
    const APIKEY: &str = "apikey=k3y%26%2Bsecret";
    check("+639123456789", "", &format!("{APIKEY}&recipients=%2B639123456789&{MESSAGE}")).await;
    check(
        "+639123456789>office-1",
        "/v1",
        &format!(
            "{APIKEY}&recipients=%2B639123456789&{MESSAGE}&sIdentifiant=office-1&sIdentifiantPhone=office-1"
        ),
    )
    .await;
}

#[tokio::test]
async fn a_text_of_too_many_segments_is_cut() {
    let (port, server) = serve(ok(r#"{"result":{"error":0}}"#)).await;
    let sender = SmsMobileApiSender::builder(KEY).base_url(format!("http://127.0.0.1:{port}"));
    let sender = sender.max_segments(NonZeroU32::MIN).http(http()).build().unwrap();
    let mut reply = reply("+639123456789");
    reply.text = format!("{}. The rest is not sent.", "x".repeat(150));
    assert_eq!(render(sender.send(&reply).await), "sent without id");
    let request = server.await.unwrap();
    assert!(request.ends_with(&format!("&message={}.", "x".repeat(150))), "{request}");
}

#[tokio::test]
async fn a_confirmed_reply_is_sent() {
    check(ok(r#"{"result":{"error":0,"sent":"1","id":"abc","note":"x"}}"#), "sent abc").await;
    check(ok(r#"{"result":{"error":"0","sent":1,"id":12345}}"#), "sent 12345").await;
    check(ok(r#"{"result":{"error":0}}"#), "sent without id").await;
    check(answer("201 Created", "", r#"{"result":{"error":0,"id":"x"}}"#), "sent x").await;
    let long = format!(r#"{{"result":{{"error":0,"id":"{}"}}}}"#, "x".repeat(257));
    check(ok(&long), "sent without id").await;
}

#[tokio::test]
async fn an_error_in_a_successful_answer_is_a_rejection() {
    check(ok(r#"{"result":{"error":3,"sent":"0"}}"#), "rejected: the gateway refuses the reply: 3").await;
    check(
        ok(r#"{"result":{"error":"key k3y&+secret may not text +639123456789: See you: 7 & 8 👍\nBye"}}"#),
        "rejected: the gateway refuses the reply: key ••• may not text +•••: •••",
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_unknown() {
    const NOT_UNDERSTOOD: &str = "unknown: the gateway's answer to the reply is not understood";
    let endless = format!(r#"{{"result":{{"error":0,"note":"{}"}}}}"#, "x".repeat(70_000));
    for body in [
        "",
        "<html>Welcome</html>",
        "null",
        "[]",
        "{}",
        r#"{"result":[]}"#,
        r#"{"result":{"sent":"1"}}"#,
        r#"{"result":{"error":null}}"#,
        r#"{"result":{"error":""}}"#,
        r#"{"result":{"error":{"code":0}}}"#,
        r#"{"result":{"error":0,"sent":"0"}}"#,
        &endless,
    ] {
        check(ok(body), NOT_UNDERSTOOD).await;
    }
}

#[tokio::test]
async fn statuses_tell_what_is_certain() {
    let status = async |status: &str, expected: &str| {
        check(answer(status, "", ""), &format!("{expected}: the gateway answered {status}")).await;
    };
    status("400 Bad Request", "rejected").await;
    status("404 Not Found", "rejected").await;
    status("422 Unprocessable Entity", "rejected").await;
    status("401 Unauthorized", "not sent").await;
    status("402 Payment Required", "not sent").await;
    status("403 Forbidden", "not sent").await;
    status("408 Request Timeout", "unknown").await;
    status("500 Internal Server Error", "unknown").await;
    status("502 Bad Gateway", "unknown").await;
    status("503 Service Unavailable", "unknown").await;
    status("302 Found", "unknown").await;
    let explained = answer("400 Bad Request", "", r#"{"result":{"error":"no credit for k3y&+secret"}}"#);
    check(explained, "rejected: the gateway answered 400 Bad Request: no credit for •••").await;
    let broken = Answer::Bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 9\r\n\r\n{".to_owned());
    check(broken, "rejected: the gateway answered 400 Bad Request").await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let location = format!("Location: http://{}/\r\n", elsewhere.local_addr().unwrap());
    let answer = answer("307 Temporary Redirect", &location, "");
    check(answer, "not sent: the gateway answered 307 Temporary Redirect").await;
    let followed = is_ready(elsewhere.accept()).await;
    assert!(!followed, "the key went where the redirect leads");
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let limited = async |headers: &str, wait: &str| {
        let expected = format!("not sent{wait}: the gateway answered 429 Too Many Requests");
        check(answer("429 Too Many Requests", headers, ""), &expected).await;
    };
    limited("", "").await;
    limited("Retry-After: 7\r\n", " for 7s").await;
    limited("Retry-After: 86400\r\n", " for 600s").await;
    limited("Retry-After: 99999999999999999999\r\n", " for 600s").await;
    limited("Retry-After: soon\r\n", "").await;
    limited(
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\n",
        " for 30s",
    )
    .await;
    let strict =
        HttpClient::builder().without_proxy().max_retry_after(Duration::from_secs(5)).build().unwrap();
    check_with(
        strict,
        answer("429 Too Many Requests", "Retry-After: 7\r\n", ""),
        "not sent for 5s: the gateway answered 429 Too Many Requests",
    )
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_is_unknown() {
    let kind = |rendered: String| rendered.split(':').take(2).collect::<Vec<_>>().join(":");
    for bytes in
        ["", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"result\"", "nonsense\r\n\r\n"]
    {
        let (port, server) = serve(Answer::Bytes(bytes.to_owned())).await;
        let sender = sender(&format!("http://127.0.0.1:{port}"), http());
        let result = sender.send(&reply("+639123456789")).await;
        server.await.unwrap();
        assert_eq!(kind(render(result)), "unknown: the gateway did not answer", "{bytes:?}");
    }
}

#[tokio::test]
async fn a_timeout_after_the_request_is_unknown() {
    let timed_out = "unknown: the gateway did not answer: operation timed out";
    check_with(impatient(), Answer::Silence, timed_out).await;
    let half = Answer::Bytes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_owned());
    // This one also closes, so either cause may be seen first; both are unknown.
    let (port, _server) = serve(half).await;
    let result = sender(&format!("http://127.0.0.1:{port}"), impatient()).send(&reply("+639123456789")).await;
    assert!(matches!(result, Err(SendError::Unknown { .. })), "{result:?}");
}

#[tokio::test]
async fn without_a_connection_nothing_is_sent() {
    let check = async |base_url: &str, http: HttpClient| {
        let result = sender(base_url, http).send(&reply("+639123456789")).await;
        let Err(SendError::NotSent { retry_after: None, source, .. }) = &result else { panic!("{result:?}") };
        let source = source.downcast_ref::<GatewayError>();
        assert!(matches!(source, Some(GatewayError::Connect { .. })), "{source:?}");
        render(result)
    };
    // Unlike one that was free a moment ago, this port is given to nobody.
    let refused = check("http://127.0.0.1:1", http()).await;
    assert!(refused.starts_with("not sent: cannot connect to the gateway: Connection refused"), "{refused}");

    check("http://gateway.invalid", http()).await;

    let (port, _deaf) = serve(Answer::Deaf).await;
    let handshake = check(&format!("https://127.0.0.1:{port}"), impatient()).await;
    assert_eq!(handshake, "not sent: cannot connect to the gateway: operation timed out");

    let (port, _no_tls) = serve(ok("")).await;
    drop(_no_tls);
    check(&format!("https://127.0.0.1:{port}"), impatient()).await;
}

#[tokio::test]
async fn whoever_cannot_receive_is_sent_nothing() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let sender = sender(&format!("http://{}", listener.local_addr().unwrap()), http());
    // The field takes a list: a made-up sender must not turn one reply into many.
    for to in ["09123456780,09123456781", "54321", "My Bank"] {
        assert_eq!(render(sender.send(&reply(to)).await), "rejected: the recipient is no phone number");
    }
    assert!(!is_ready(listener.accept()).await);
}

#[test]
fn it_claims_no_idempotency() {
    assert!(!sender("http://127.0.0.1:1", http()).is_idempotent());
}

#[test]
fn what_cannot_work_cannot_be_built() {
    for key in ["", "  "] {
        let built = SmsMobileApiSender::builder(key).http(http()).build();
        assert!(matches!(built, Err(BuildError::EmptyApiKey)));
    }
    for (base_url, why) in [
        ("", "relative URL without a base"),
        ("api.smsmobileapi.com", "relative URL without a base"),
        ("ftp://example.com", "it must begin with http:// or https://"),
        ("http://", "empty host"),
        ("https://user:pass@example.com", "it must not hold credentials"),
        ("https://example.com/?apikey=x", "it must have neither a query nor a fragment"),
        ("https://example.com/#x", "it must have neither a query nor a fragment"),
    ] {
        let error = SmsMobileApiSender::builder(KEY).base_url(base_url).http(http()).build().unwrap_err();
        assert_eq!(error.to_string(), format!("the base URL cannot be used: {why}"), "{base_url:?}");
    }
    let zero = HttpClient::builder().timeout(Duration::ZERO).build();
    assert!(matches!(zero, Err(BuildError::Zero { setting: "timeout" })));
}

#[test]
fn debug_does_not_show_the_key() {
    let builder = SmsMobileApiSender::builder(KEY).base_url("https://example.com/").http(http());
    assert!(!format!("{builder:?}").contains("k3y"));
    let debug = format!("{:?}", builder.build().unwrap());
    assert_eq!(debug, r#"SmsMobileApiSender { endpoint: "https://example.com/sendsms/", .. }"#);
}
