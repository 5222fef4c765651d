//! Replies through Twilio, against a real HTTP server on loopback that answers byte for byte what it is told. What
//! Twilio's own library and specification say of the requests is in `sms-consolidate-axum/tests/sdk`.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod peer;

use std::num::NonZeroU32;
use std::time::Duration;

use peer::{Answer, answer, http, impatient, is_ready, ok, serve, serve_all};
use serde_json::{Value, json};
use sms_consolidate::{
    BatchIds, Consolidator, Conversation, Event, FakeClock, NoReply, Outcome, Receipt, Reply, ReplySender,
    RuleClassifier, SendError, SmsMessage, Timestamp, Window,
};
use sms_consolidate_providers::outbound::{
    BuildError, GatewayError, HttpClient, TwilioSender, TwilioSenderBuilder,
};
use tokio::net::TcpListener;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "t0ken&+secret";
const TEXT: &str = "See you: 7 & 8 👍\nBye";
const TO: &str = "+639123456789>+15551230000";
const PATH: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json";

/// When the batch of every reply opened: 2026-11-21T08:00:00Z.
const OPENED: Timestamp = Timestamp::from_unix_millis(1_795_248_000_000);

fn builder(port: u16) -> TwilioSenderBuilder {
    TwilioSender::builder(ACCOUNT, TOKEN).base_url(format!("http://127.0.0.1:{port}")).http(http())
}

fn reply(to: &str) -> Reply<Conversation> {
    reply_of(1, to)
}

/// The reply of one of several batches.
fn reply_of(batch: u64, to: &str) -> Reply<Conversation> {
    Reply::new(BatchIds::with_seed(batch).next(OPENED), to.parse().unwrap(), TEXT)
}

/// The result in one line, which must not tell the token, a number or the text.
fn render(result: Result<Receipt, SendError>) -> String {
    let debug = format!("{result:?}");
    let text = match result {
        Ok(receipt) => format!("sent {}", receipt.id.unwrap()),
        Err(SendError::Rejected { opted_out: true, source, .. }) => format!("opted out: {source}"),
        Err(SendError::Rejected { opted_out: false, source, .. }) => format!("rejected: {source}"),
        Err(SendError::NotSent { retry_after: None, source, .. }) => format!("not sent: {source}"),
        Err(SendError::NotSent { retry_after: Some(wait), source, .. }) => {
            format!("not sent for {wait:?}: {source}")
        }
        Err(SendError::Unknown { source, .. }) => format!("unknown: {source}"),
        Err(other) => panic!("{other}"),
    };
    for secret in [TOKEN, "9123456789", "5551230000", TEXT] {
        assert!(!text.contains(secret) && !debug.contains(secret), "{text} {debug}");
    }
    text
}

async fn check(answer: Answer, expected: &str) {
    check_with(http(), answer, expected).await;
}

async fn check_with(http: HttpClient, answer: Answer, expected: &str) {
    let (port, server) = serve(answer).await;
    let sender = builder(port).http(http).build().unwrap();
    let rendered = render(sender.send(&reply(TO)).await);
    server.abort();
    assert_eq!(rendered, expected);
}

fn created(sid: &str) -> Answer {
    answer(
        "201 Created",
        "Content-Type: application/json\r\n",
        &json!({"sid": sid, "status": "queued"}).to_string(),
    )
}

fn error(status: &str, code: impl Into<Value>, message: &str) -> Answer {
    let body = json!({"code": code.into(), "message": message, "more_info": "https://www.twilio.com", "status": 400});
    answer(status, "Content-Type: application/json\r\n", &body.to_string())
}

const BODY: &str = "Body=See+you%3A+7+%26+8+%F0%9F%91%8D%0ABye";

#[tokio::test]
async fn the_request_is_what_twilio_documents() {
    let check = async |to: &str, set: fn(TwilioSenderBuilder) -> TwilioSenderBuilder, rest: &str| {
        let (port, server) = serve(created("SM1")).await;
        let sender = set(builder(port)).build().unwrap();
        assert_eq!(render(sender.send(&reply(to)).await), "sent SM1");
        let request = server.await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("POST {PATH} HTTP/1.1\r\n")), "{head}");
        assert!(head.to_ascii_lowercase().contains("content-type: application/x-www-form-urlencoded"));
        let channel = if rest.contains("whatsapp") { "whatsapp%3A" } else { "" };
        assert_eq!(body, format!("To={channel}%2B639123456789&{BODY}{rest}"));
        head.to_owned()
    };
    let line = "&From=%2B15551230000";
    let configured = "&From=%2B15559990000";
    let from = |builder: TwilioSenderBuilder| builder.from("+15559990000");
    // The line that was texted, if it is a number.
    check(TO, |builder| builder, line).await;
    check(TO, from, line).await;
    check("+639123456789>12345", from, "&From=12345").await;
    check("+639123456789>office-1", from, configured).await;
    check("+639123456789>aa:bb", from, configured).await;
    check("+639123456789>whatsapp:+15551230000", from, "&From=whatsapp%3A%2B15551230000").await;
    check("+639123456789>09123456780", from, configured).await;
    check("+639123456789", from, configured).await;
    check("+639123456789", |builder| builder.from("My Shop"), "&From=My+Shop").await;
    let service = "&MessagingServiceSid=MG1";
    check(TO, |builder| builder.messaging_service("MG1"), &format!("{line}{service}")).await;
    check("+639123456789", |builder| builder.messaging_service("MG1"), service).await;
    let callback = |builder: TwilioSenderBuilder| builder.status_callback("https://example.com/status?a=b");
    check(TO, callback, &format!("{line}&StatusCallback=https%3A%2F%2Fexample.com%2Fstatus%3Fa%3Db")).await;

    let head = check(TO, |builder| builder, line).await;
    // The account's SID and the token in base64.
    let credentials = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0MGtlbiYrc2VjcmV0";
    assert!(head.contains(credentials), "{head}");
}

#[tokio::test]
async fn a_chat_is_answered_as_a_chat() {
    let check = async |line: &str, to: &str| {
        let (port, server) = serve(created("SM1")).await;
        let sender = builder(port).from("+15559990000").build().unwrap();
        let conversation = format!("+639123456789>{line}");
        assert_eq!(render(sender.send(&reply(&conversation)).await), "sent SM1");
        let request = server.await.unwrap();
        let from = line.replace(':', "%3A").replace('+', "%2B");
        assert!(request.ends_with(&format!("To={to}%2B639123456789&{BODY}&From={from}")), "{request}");

        let listed = listed(json!({"to": "+639123456789", "from": "+15559990000"}));
        assert_eq!(look_up(list(&[listed]), &conversation).await, None, "a text is no chat");
        let (port, server) = serve(list(&[])).await;
        let sender = builder(port).from("+15559990000").build().unwrap();
        assert_eq!(sender.look_up(&reply(&conversation)).await, None);
        let request = server.await.unwrap();
        assert!(request.contains(&format!("?To={to}%2B639123456789&From={from}&")), "{request}");
    };
    check("whatsapp:+15551230000", "whatsapp%3A").await;
    check("rcs:+15551230000", "rcs%3A").await;
    let chat = json!({"to": "whatsapp:+639123456789", "from": "whatsapp:+15551230000"});
    let found = look_up(list(&[listed(chat)]), "+639123456789>whatsapp:+15551230000").await;
    assert_eq!(found.as_deref(), Some("SM7"));
}

#[tokio::test]
async fn an_api_key_signs_in_for_the_account() {
    let (port, server) = serve(created("SM1")).await;
    let sender = TwilioSender::builder_with_api_key(ACCOUNT, "SK1", "s").http(http());
    let sender = sender.base_url(format!("http://127.0.0.1:{port}/proxy/")).build().unwrap();
    assert_eq!(render(sender.send(&reply(TO)).await), "sent SM1");
    let request = server.await.unwrap();
    assert!(request.starts_with(&format!("POST /proxy{PATH} HTTP/1.1\r\n")), "{request}");
    assert!(request.contains("Basic U0sxOnM=\r\n"), "{request}");
}

#[tokio::test]
async fn a_text_of_too_many_segments_is_cut() {
    let check = async |set: fn(TwilioSenderBuilder) -> TwilioSenderBuilder, sent: usize| {
        let (port, server) = serve(created("SM1")).await;
        let sender = set(builder(port)).build().unwrap();
        let mut reply = reply(TO);
        reply.text = "Yes. ".repeat(200);
        assert_eq!(render(sender.send(&reply).await), "sent SM1");
        let request = server.await.unwrap();
        let body = "Yes.+".repeat(sent);
        let body = format!("&Body={}&From", body.trim_end_matches('+'));
        assert!(request.contains(&body), "{request}");
    };
    // 459 characters fit into three segments.
    check(|builder| builder, 92).await;
    check(|builder| builder.max_segments(NonZeroU32::MIN), 32).await;
}

#[tokio::test]
async fn a_confirmed_reply_is_sent() {
    check(created("SM0123456789abcdef"), "sent SM0123456789abcdef").await;
    check(ok(r#"{"sid":"MM1"}"#), "sent MM1").await;
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_unknown() {
    let endless = format!(r#"{{"sid":"SM1","note":"{}"}}"#, "x".repeat(70_000));
    let long = format!(r#"{{"sid":"{}"}}"#, "S".repeat(257));
    let bodies =
        ["", "<html>Welcome</html>", "null", "[]", "{}", r#"{"sid":null}"#, r#"{"sid":7}"#, r#"{"sid":""}"#];
    for body in bodies.into_iter().chain([&*endless, &*long]) {
        let expected = "unknown: the gateway's answer to the reply is not understood";
        check(answer("201 Created", "", body), expected).await;
    }
    // As much as is read.
    let most = format!(r#"{{"sid":"SM1","note":"{}"}}"#, "x".repeat(64 * 1024 - 23));
    check(ok(&most), "sent SM1").await;
}

#[tokio::test]
async fn codes_tell_what_is_certain() {
    let code = async |status: &str, code: i64, expected: &str| {
        let expected = format!("{expected}: the gateway answered {status}: {code}: why");
        check(error(status, code, "why"), &expected).await;
        // Some of Twilio's services write it as a text.
        check(error(status, code.to_string(), "why"), &expected).await;
    };
    const BAD: &str = "400 Bad Request";
    code(BAD, 21610, "opted out").await;
    code(BAD, 21211, "rejected").await;
    code(BAD, 21614, "rejected").await;
    code(BAD, 21408, "rejected").await;
    code("403 Forbidden", 21408, "rejected").await;
    code(BAD, 21617, "rejected").await;
    code(BAD, 99999, "rejected").await;
    code(BAD, 21611, "not sent").await;
    code(BAD, 21606, "not sent").await;
    code(BAD, 21659, "not sent").await;
    code(BAD, 20429, "not sent").await;
    code("401 Unauthorized", 20003, "not sent").await;
    code("404 Not Found", 20404, "not sent").await;
}

#[tokio::test]
async fn statuses_tell_what_is_certain() {
    let status = async |status: &str, expected: &str| {
        check(answer(status, "", ""), &format!("{expected}: the gateway answered {status}")).await;
        let (port, _server) = serve(error(status, 21610, "why")).await;
        let with_code = builder(port).build().unwrap().send(&reply(TO)).await;
        // Where the status says that it may have been sent, the body is not believed.
        let unknown = matches!(with_code, Err(SendError::Unknown { .. }));
        assert_eq!(unknown, expected == "unknown", "{with_code:?}");
    };
    status("400 Bad Request", "rejected").await;
    status("422 Unprocessable Entity", "rejected").await;
    status("401 Unauthorized", "not sent").await;
    status("402 Payment Required", "not sent").await;
    status("403 Forbidden", "not sent").await;
    status("404 Not Found", "not sent").await;
    status("307 Temporary Redirect", "not sent").await;
    status("302 Found", "unknown").await;
    status("408 Request Timeout", "unknown").await;
    status("500 Internal Server Error", "unknown").await;
    status("502 Bad Gateway", "unknown").await;
    status("503 Service Unavailable", "unknown").await;
}

#[tokio::test]
async fn reasons_tell_no_secrets() {
    let message = format!("The 'To' number +639123456789 for {TOKEN} from 15551230000: {TEXT}");
    check(
        error("400 Bad Request", 21211, &message),
        "rejected: the gateway answered 400 Bad Request: 21211: The 'To' number +•••for ••• from •••: •••",
    )
    .await;
    let broken = Answer::Bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 9\r\n\r\n{".to_owned());
    check(broken, "rejected: the gateway answered 400 Bad Request").await;
    check(answer("400 Bad Request", "", "<html>no</html>"), "rejected: the gateway answered 400 Bad Request")
        .await;
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let limited = async |headers: &str, wait: &str| {
        let expected = format!("not sent{wait}: the gateway answered 429 Too Many Requests");
        let body = r#"{"code":20429,"message":"Too Many Requests"}"#;
        check(answer("429 Too Many Requests", headers, body), &expected).await;
    };
    limited("", "").await;
    limited("Retry-After: 7\r\n", " for 7s").await;
    limited("Retry-After: 99999999999999999999\r\n", " for 600s").await;
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\n";
    limited(date, " for 30s").await;
}

#[tokio::test]
async fn broken_connections_and_timeouts_are_unknown() {
    for bytes in
        ["", "HTTP/1.1 2", "HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"sid\"", "nonsense\r\n\r\n"]
    {
        let (port, _server) = serve(Answer::Bytes(bytes.to_owned())).await;
        let rendered = render(builder(port).build().unwrap().send(&reply(TO)).await);
        assert!(rendered.starts_with("unknown: the gateway did not answer: "), "{bytes:?} {rendered}");
    }
    check_with(impatient(), Answer::Silence, "unknown: the gateway did not answer: operation timed out")
        .await;
}

#[tokio::test]
async fn without_a_connection_nothing_is_sent() {
    // Unlike one that was free a moment ago, this port is given to nobody.
    let refused = render(builder(1).build().unwrap().send(&reply(TO)).await);
    assert!(refused.starts_with("not sent: cannot connect to the gateway: "), "{refused}");

    let (port, _deaf) = serve(Answer::Deaf).await;
    let tls = builder(port).base_url(format!("https://127.0.0.1:{port}")).http(impatient()).build().unwrap();
    let rendered = render(tls.send(&reply(TO)).await);
    assert_eq!(rendered, "not sent: cannot connect to the gateway: operation timed out");
}

#[tokio::test]
async fn what_cannot_be_addressed_is_not_asked_for() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let sender = builder(listener.local_addr().unwrap().port()).build().unwrap();
    for to in ["54321>+15551230000", "My Bank>+15551230000"] {
        assert_eq!(render(sender.send(&reply(to)).await), "rejected: the recipient is no phone number");
    }
    for to in ["+639123456789", "+639123456789>office-1"] {
        assert_eq!(render(sender.send(&reply(to)).await), "not sent: there is no number to send from");
    }
    assert!(!is_ready(listener.accept()).await);
}

/// A message as Twilio lists it: the reply, unless `changes` say otherwise.
fn listed(changes: Value) -> Value {
    let mut message = json!({
        "sid": "SM7", "direction": "outbound-api", "status": "sent", "to": "+639123456789", "from": "+15551230000",
        "body": TEXT, "date_created": "Sat, 21 Nov 2026 08:01:00 +0000", "date_sent": null, "num_segments": "1",
        "messaging_service_sid": null, "error_code": null, "account_sid": ACCOUNT,
    });
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    message.as_object_mut().unwrap().extend(changes);
    message
}

fn list(messages: &[Value]) -> Answer {
    ok(&json!({"messages": messages, "page": 0, "page_size": 20, "next_page_uri": null}).to_string())
}

async fn look_up(answer: Answer, to: &str) -> Option<String> {
    let (port, _server) = serve(answer).await;
    let found = builder(port).from("+15559990000").build().unwrap().look_up(&reply(to)).await;
    found.map(|receipt| receipt.id.unwrap())
}

#[tokio::test]
async fn the_look_up_asks_for_the_recipients_messages() {
    let check = async |to: &str, set: fn(TwilioSenderBuilder) -> TwilioSenderBuilder, query: &str| {
        let (port, server) = serve(list(&[])).await;
        assert_eq!(set(builder(port)).build().unwrap().look_up(&reply(to)).await, None);
        let request = server.await.unwrap();
        assert!(request.starts_with(&format!("GET {PATH}?{query} HTTP/1.1\r\n")), "{request}");
        assert!(request.contains("Basic QUMw"), "{request}");
    };
    let line = "To=%2B639123456789&From=%2B15551230000&PageSize=20";
    check(TO, |builder| builder, line).await;
    check("+639123456789", |builder| builder.messaging_service("MG1"), "To=%2B639123456789&PageSize=20")
        .await;
}

#[tokio::test]
async fn a_look_up_finds_the_reply_and_nothing_else() {
    let check = async |changes: Value, found: bool| {
        let id = look_up(list(&[listed(changes.clone())]), TO).await;
        assert_eq!(id.as_deref(), found.then_some("SM7"), "{changes}");
    };
    check(json!({}), true).await;
    for status in ["accepted", "queued", "sending", "sent", "delivered", "undelivered", "read"] {
        check(json!({"status": status}), true).await;
    }
    check(json!({"status": "failed"}), false).await;
    check(json!({"status": "canceled"}), false).await;
    check(json!({"body": format!("{TEXT}\n")}), true).await;
    check(json!({"body": "See you"}), false).await;
    check(json!({"body": null}), false).await;
    check(json!({"to": "+639123456780"}), false).await;
    check(json!({"from": "+15559990000"}), false).await;
    check(json!({"direction": "inbound"}), false).await;
    check(json!({"direction": "outbound-reply"}), false).await;
    // Not before the batch opened. Twilio's clock may be a little behind ours.
    check(json!({"date_created": "Sat, 21 Nov 2026 07:59:55 +0000"}), true).await;
    check(json!({"date_created": "Sat, 21 Nov 2026 07:59:54 +0000"}), false).await;
    check(json!({"date_created": "Sat, 21 Nov 2026 09:00:00 +0100"}), true).await;
    check(json!({"date_created": "yesterday"}), false).await;
    check(json!({"date_created": null}), false).await;
    check(json!({"sid": ""}), false).await;
    check(json!({"sid": 7}), false).await;
    check(json!({"sid": "S".repeat(257)}), false).await;

    assert_eq!(look_up(list(&[]), TO).await, None);
    let several =
        [listed(json!({"body": "other", "sid": "SM9"})), listed(json!({"sid": "SM8"})), listed(json!({}))];
    assert_eq!(look_up(list(&several), TO).await.as_deref(), Some("SM8"), "the newest");
    // Without a line, what was sent from the configured number.
    assert_eq!(look_up(list(&[listed(json!({}))]), "+639123456789").await, None);
    let configured = listed(json!({"from": "+15559990000"}));
    assert_eq!(look_up(list(&[configured]), "+639123456789").await.as_deref(), Some("SM7"));
}

#[tokio::test]
async fn a_look_up_knows_what_is_through_the_service() {
    let check = async |changes: Value, found: bool| {
        let (port, _server) = serve(list(&[listed(changes.clone())])).await;
        let sender = builder(port).messaging_service("MG1").build().unwrap();
        assert_eq!(sender.look_up(&reply("+639123456789")).await.is_some(), found, "{changes}");
    };
    check(json!({"messaging_service_sid": "MG1", "from": "+15550000001"}), true).await;
    check(json!({"messaging_service_sid": "MG2"}), false).await;
    check(json!({}), false).await;
}

#[tokio::test]
async fn a_cut_text_is_looked_up_as_it_was_sent() {
    let (port, _server) = serve(list(&[listed(json!({"body": "Yes. ".repeat(92).trim_end()}))])).await;
    let mut reply = reply(TO);
    reply.text = "Yes. ".repeat(200);
    assert!(builder(port).build().unwrap().look_up(&reply).await.is_some());
}

#[tokio::test]
async fn the_reply_to_another_batch_is_not_taken_for_this_one() {
    let answers =
        [created("SM1"), list(&[listed(json!({"sid": "SM1"}))]), list(&[listed(json!({"sid": "SM1"}))])];
    let (port, _server) = serve_all(answers).await;
    let sender = builder(port).build().unwrap();
    assert_eq!(render(sender.send(&reply_of(1, TO)).await), "sent SM1");
    assert_eq!(sender.clone().look_up(&reply_of(2, TO)).await, None);
    assert_eq!(sender.look_up(&reply_of(1, TO)).await, Some(Receipt::new("SM1")));
}

#[tokio::test]
async fn what_was_found_for_one_batch_is_not_found_for_another() {
    let both = [listed(json!({"sid": "SM2"})), listed(json!({"sid": "SM1"}))];
    let (port, _server) = serve_all([list(&both[1..]), list(&both), list(&both)]).await;
    let sender = builder(port).build().unwrap();
    assert_eq!(sender.look_up(&reply_of(1, TO)).await, Some(Receipt::new("SM1")));
    assert_eq!(sender.look_up(&reply_of(2, TO)).await, Some(Receipt::new("SM2")));
    assert_eq!(sender.look_up(&reply_of(3, TO)).await, None);
}

#[tokio::test]
async fn a_look_up_that_fails_says_nothing() {
    for answer in [
        answer("500 Internal Server Error", "", ""),
        answer("401 Unauthorized", "", r#"{"code":20003}"#),
        answer("404 Not Found", "", &json!({"messages": [listed(json!({}))]}).to_string()),
        answer("429 Too Many Requests", "Retry-After: 1\r\n", ""),
        Answer::Bytes(String::new()),
        Answer::Bytes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_owned()),
        ok("[]"),
        ok("{}"),
        ok(r#"{"messages":null}"#),
        ok(r#"{"messages":[null,7,[],{}]}"#),
        ok(&json!({"messages": [listed(json!({}))], "x": "x".repeat(70_000)}).to_string()),
    ] {
        assert_eq!(look_up(answer, TO).await, None);
    }
    let (port, _server) = serve(Answer::Silence).await;
    assert_eq!(builder(port).http(impatient()).build().unwrap().look_up(&reply(TO)).await, None);
}

/// What becomes of so many batches, one after another, whose replies get these answers.
async fn outcomes<const N: usize>(answers: [Answer; N], batches: usize) -> Vec<Outcome> {
    let (port, _server) = serve_all(answers).await;
    let clock = FakeClock::new(OPENED);
    let consolidator: Consolidator<Conversation, SmsMessage> = Consolidator::builder()
        .clock(clock.clone())
        .window(Window::immediate())
        .classifier(RuleClassifier::default())
        .sender(builder(port).build().unwrap())
        .build()
        .unwrap();
    let mut events = consolidator.subscribe();
    consolidator.start();
    let mut outcomes = Vec::new();
    for _ in 0..batches {
        consolidator.push(TO.parse().unwrap(), SmsMessage::new("no")).await.unwrap();
        clock.advance(Duration::from_millis(1)).await;
        while let Ok(event) = events.recv().await {
            if let Event::Finished { outcome, .. } = event {
                outcomes.push(outcome);
                break;
            }
        }
    }
    outcomes
}

#[tokio::test]
async fn a_lost_answer_is_looked_up() {
    let lost = || answer("500 Internal Server Error", "", "");
    let sent = listed(json!({"body": "Thank you for replying."}));
    let found = outcomes([lost(), list(&[sent])], 1).await;
    assert_eq!(found, [Outcome::Replied(vec![Receipt::new("SM7")])]);
    let not_found = outcomes([lost(), list(&[])], 1).await;
    assert_eq!(not_found, [Outcome::ReplyUnknown]);
}

#[tokio::test]
async fn an_opt_out_is_recorded() {
    // The second batch asks for nothing: there would be no answer.
    let outcomes = outcomes([error("400 Bad Request", 21610, "unsubscribed")], 2).await;
    let opted_out = || Outcome::NoReply(NoReply::OptedOut);
    assert_eq!(outcomes, [opted_out(), opted_out()]);
}

#[test]
fn it_claims_no_idempotency() {
    assert!(!builder(1).build().unwrap().is_idempotent());
}

#[test]
fn what_cannot_work_cannot_be_built() {
    let check = |builder: TwilioSenderBuilder, expected: &str| {
        let error = builder.http(http()).build().unwrap_err().to_string();
        assert_eq!(error, expected);
    };
    for sid in ["", "AC/../x", "SK00000000000000000000000000000001", "AC 1", "ac1"] {
        check(
            TwilioSender::builder(sid, TOKEN),
            "the account SID cannot be used: it must be AC and letters or digits",
        );
    }
    for token in ["", "  "] {
        let expected = "the auth token or API key's secret cannot be used: it is empty";
        check(TwilioSender::builder(ACCOUNT, token), expected);
        check(TwilioSender::builder_with_api_key(ACCOUNT, "SK1", token), expected);
    }
    check(
        TwilioSender::builder_with_api_key(ACCOUNT, "key", TOKEN),
        "the API key's SID cannot be used: it must be SK and letters or digits",
    );
    check(builder(1).from(""), "from cannot be used: the address is empty");
    check(
        builder(1).messaging_service("+15551230000"),
        "the messaging service's SID cannot be used: it must be MG and letters or digits",
    );
    check(
        builder(1).status_callback("/status"),
        "status_callback cannot be used: relative URL without a base",
    );
    check(
        builder(1).status_callback("mailto:a@example.com"),
        "status_callback cannot be used: it must begin with http:// or https://",
    );
    check(builder(1).base_url("api.twilio.com"), "the base URL cannot be used: relative URL without a base");
    let error = builder(1).from("").build().unwrap_err();
    assert!(matches!(error, BuildError::Setting { setting: "from", .. }));
}

#[tokio::test]
async fn the_source_of_an_error_is_typed() {
    let (port, _server) = serve(error("400 Bad Request", 21211, "why")).await;
    let result = builder(port).build().unwrap().send(&reply(TO)).await;
    let Err(SendError::Rejected { source, .. }) = result else { panic!("{result:?}") };
    let Some(GatewayError::Status { status, reason: Some(reason), .. }) = source.downcast_ref() else {
        panic!("{source:?}")
    };
    assert_eq!((status.as_u16(), &**reason), (400, "21211: why"));
}

#[test]
fn debug_shows_neither_the_token_nor_a_number() {
    let builder = builder(1).from("+15559990000");
    assert_eq!(format!("{builder:?}"), "TwilioSenderBuilder { .. }");
    let debug = format!("{:?}", builder.build().unwrap());
    assert_eq!(debug, format!(r#"TwilioSender {{ messages: "http://127.0.0.1:1{PATH}", .. }}"#));
}
