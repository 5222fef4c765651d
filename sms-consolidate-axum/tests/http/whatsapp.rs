//! WhatsApp's webhook: the challenge, and a call of many messages.

use std::time::Duration;

use serde_json::json;
use sms_consolidate::{Clock, Conversation, OptOut, Timestamp};
use sms_consolidate_axum::SmsRouter;
use sms_consolidate_providers::inbound::WhatsAppCloud;

use crate::kit::{Service, WINDOW, serve};

async fn whatsapp() -> Service {
    let gateway = WhatsAppCloud::unsigned("verify-token").unwrap();
    let service = serve(
        |builder| builder.opt_out(OptOut::sms()),
        |router: SmsRouter| router.webhook_at("/in", gateway).into_router(),
    )
    .await;
    service.consolidator.start();
    service
}

#[tokio::test]
async fn the_challenge_comes_back_as_it_is() {
    let service = whatsapp().await;
    let right = "/in?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-token";
    let answer = service.get(right, &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain")));
    assert_eq!((answer.header("content-length"), &answer.body), (Some("10"), &json!(1_158_201_444)));
    let wrong = service.get(&right.replace("verify-token", "another"), &[]).await;
    assert_eq!((wrong.status, wrong.message()), (401, "the verify token is wrong"));
    assert_eq!(service.get("/in", &[]).await.body["status"], "ok");
}

#[tokio::test]
async fn of_many_messages_each_is_stored_in_its_conversation() {
    let service = whatsapp().await;
    let text = |id: &str, from: &str, text: &str| json!({"id": id, "from": from, "type": "text", "text": {"body": text}});
    let value = |line: &str, messages: serde_json::Value| {
        let metadata = json!({"display_phone_number": line, "phone_number_id": "1"});
        json!({"field": "messages", "value": {"metadata": metadata, "messages": messages}})
    };
    let body = json!({"object": "whatsapp_business_account", "entry": [
        {"changes": [value("15550000001", json!([text("a", "639171234567", "Yes"), text("b", "639171234567", "Thanks")]))]},
        {"changes": [value("15550000002", json!([text("c", "639171234567", "Other line"), text("d", "", "nobody")]))]},
    ]})
    .to_string();
    let answer = service.call("POST", "/in", &[], &body).await;
    assert_eq!((answer.status, &answer.body["processed"]), (200, &json!(3)));
    assert_eq!(answer.body["errors"], json!([{"index": 3, "message": "`from` is empty"}]));
    assert_eq!(service.call("POST", "/in", &[], &body).await.body["skipped"], 3);
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    let mut batches = service.batches();
    batches.sort();
    assert_eq!(batches, [vec!["Other line"], vec!["Yes", "Thanks"]]);
}

/// A call of the field `messages` with these, of 15550783881.
fn messages(list: &serde_json::Value) -> String {
    let metadata = json!({"display_phone_number": "15550783881", "phone_number_id": "1"});
    let value = json!({"metadata": metadata, "messages": list});
    let changes = json!([{"field": "messages", "value": value}]);
    json!({"object": "whatsapp_business_account", "entry": [{"changes": changes}]}).to_string()
}

#[tokio::test]
async fn a_tapped_cancel_is_classified_and_a_tapped_stop_promotions_opts_out() {
    let service = whatsapp().await;
    let tapped = |id: &str, label: &str| {
        let button = json!({"text": label, "payload": label});
        messages(&json!([{"id": id, "from": "639171234567", "type": "button", "button": button}]))
    };
    let call = async |body: String| {
        assert_eq!(service.call("POST", "/in", &[], body).await.status, 200);
        service.clock.advance(WINDOW).await;
        service.consolidator.settled().await;
    };
    call(tapped("1", "Cancel")).await;
    assert_eq!(service.batches(), [["Cancel"]]);
    assert_eq!(service.sender.texts().len(), 1);
    call(tapped("2", "Stop promotions")).await;
    let texts = service.sender.texts();
    assert_eq!((texts.len(), texts[1].starts_with("You are unsubscribed")), (2, true), "{texts:?}");
    call(tapped("3", "Confirm")).await;
    assert_eq!(service.sender.texts().len(), 2, "nothing is sent to whoever has opted out");
}

/// Preferences of 639171234567 about 15550783881, each with its time.
fn preferences(list: &[(&str, Timestamp)]) -> String {
    let one = |(value, at): &(&str, Timestamp)| {
        let seconds = at.as_unix_millis() / 1_000;
        json!({"wa_id": "639171234567", "category": "marketing_messages", "value": value, "timestamp": seconds})
    };
    let list: Vec<_> = list.iter().map(one).collect();
    let metadata = json!({"display_phone_number": "15550783881", "phone_number_id": "1"});
    let value = json!({"metadata": metadata, "user_preferences": list});
    let changes = json!([{"field": "user_preferences", "value": value}]);
    json!({"object": "whatsapp_business_account", "entry": [{"changes": changes}]}).to_string()
}

/// The report of `at` that a message of 15550783881 failed because 639171234567 has stopped marketing messages.
fn failure(at: Timestamp) -> String {
    let seconds = (at.as_unix_millis() / 1_000).to_string();
    let status = json!({"id": "wamid.2", "status": "failed", "timestamp": seconds, "recipient_id": "639171234567",
        "errors": [{"code": 131_050}]});
    let metadata = json!({"display_phone_number": "15550783881", "phone_number_id": "1"});
    let changes = json!([{"field": "messages", "value": {"metadata": metadata, "statuses": [status]}}]);
    json!({"object": "whatsapp_business_account", "entry": [{"changes": changes}]}).to_string()
}

fn text(id: &str, text: &str) -> String {
    messages(&json!([{"id": id, "from": "639171234567", "type": "text", "text": {"body": text}}]))
}

impl Service {
    async fn report(&self, body: String) {
        let answer = self.call("POST", "/in", &[], body).await;
        assert_eq!((answer.status, answer.message()), (200, "nothing to store"));
    }

    async fn is_opted_out(&self) -> bool {
        let key = Conversation::new(
            "+639171234567".parse().unwrap(),
            Some("whatsapp:+15550783881".parse().unwrap()),
        );
        self.consolidator.sender(&key).await.unwrap().is_opted_out()
    }
}

#[tokio::test]
async fn who_stops_marketing_in_the_app_gets_nothing_until_they_resume_it() {
    let service = whatsapp().await;
    for (id, news, sent) in [("1", "stop", 0), ("2", "resume", 1)] {
        service.report(preferences(&[(news, service.clock.now())])).await;
        service.call("POST", "/in", &[], text(id, "Yes please")).await;
        service.clock.advance(WINDOW).await;
        service.consolidator.settled().await;
        assert_eq!(service.sender.texts().len(), sent, "{id}");
    }
}

#[tokio::test]
async fn an_older_report_does_not_undo_a_start() {
    for report in [failure, |at| preferences(&[("stop", at)])] {
        let service = whatsapp().await;
        let before = service.clock.now();
        service.report(report(before)).await;
        assert!(service.is_opted_out().await, "nothing newer is known");
        service.clock.advance(WINDOW).await;
        service.call("POST", "/in", &[], text("1", "START")).await;
        assert!(!service.is_opted_out().await);
        // The same call again, for as long as a START is remembered.
        for _ in 0..2 {
            service.clock.advance(23 * 60 * WINDOW).await;
            service.report(report(before)).await;
            assert!(!service.is_opted_out().await, "the START came since");
        }
        service.report(report(service.clock.now())).await;
        assert!(service.is_opted_out().await, "a newer one counts");
    }
}

#[tokio::test]
async fn an_older_resume_does_not_undo_a_stop() {
    let service = whatsapp().await;
    let before = service.clock.now();
    service.clock.advance(WINDOW).await;
    service.call("POST", "/in", &[], text("1", "STOP")).await;
    service.report(preferences(&[("resume", before)])).await;
    assert!(service.is_opted_out().await);
}

#[tokio::test]
async fn of_two_preferences_in_one_call_the_newer_one_counts() {
    let cases = [
        ([("stop", 0), ("resume", 30)], false),
        ([("resume", 30), ("stop", 0)], false),
        ([("stop", 30), ("resume", 0)], true),
        ([("resume", 0), ("stop", 30)], true),
        ([("stop", 30), ("resume", 30)], false),
        ([("resume", 30), ("stop", 30)], true),
    ];
    for (call, opted_out) in cases {
        let service = whatsapp().await;
        let start = service.clock.now();
        let at = |(value, seconds)| (value, start + Duration::from_secs(seconds));
        service.clock.advance(WINDOW).await;
        service.report(preferences(&call.map(at))).await;
        assert_eq!(service.is_opted_out().await, opted_out, "{call:?}");
    }
}

#[tokio::test]
async fn what_is_said_in_a_group_is_a_conversation_of_its_own_without_replies() {
    let gateway = WhatsAppCloud::unsigned("verify-token").unwrap().with_groups();
    let service = serve(
        |builder| builder.opt_out(OptOut::sms()),
        |router: SmsRouter| router.webhook_at("/in", gateway).into_router(),
    )
    .await;
    service.consolidator.start();
    let text = |id: &str, from: &str, text: &str| json!({"id": id, "from": from, "group_id": "Y2FwaQ", "type": "text", "text": {"body": text}});
    let mut direct = text("3", "639171234567", "Yes");
    direct.as_object_mut().unwrap().remove("group_id");
    let said = [text("1", "639171234567", "Stop"), text("2", "639170000000", "Who will come?"), direct];
    let answer = service.call("POST", "/in", &[], messages(&json!(said))).await;
    assert_eq!((answer.status, &answer.body["processed"]), (200, &json!(3)));
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    let mut batches = service.batches();
    batches.sort();
    assert_eq!(batches, [vec!["Stop", "Who will come?"], vec!["Yes"]]);
    assert_eq!(service.sender.texts().len(), 1, "only who wrote to us alone is answered");
}

#[tokio::test]
async fn what_is_not_taken_in_is_acknowledged_and_counted() {
    let gateway = WhatsAppCloud::unsigned("verify-token").unwrap();
    let mut ignored = None;
    let service = serve(
        |builder| builder,
        |router: SmsRouter| {
            ignored = Some(router.ignored_events());
            router.webhook_at("/in", gateway).into_router()
        },
    )
    .await;
    let ignored = ignored.unwrap();
    assert_eq!(ignored.counts(), []);
    let list = json!([
        {"id": "1", "from": "639171234567", "group_id": "Y2FwaQ", "type": "text", "text": {"body": "Stop"}},
        {"id": "2", "from": "639171234567", "type": "unsupported", "errors": [{"code": 131_051}]},
        {"id": "3", "from": "639171234567", "errors": [{"code": 131_051}]},
        {"id": "4", "from": "639171234567", "type": "edit", "edit": {}},
        {"id": "5", "from": "639171234567", "type": "revoke", "revoke": {}},
        {"id": "6", "from": "15550783881", "type": "text", "text": {"body": "Hello"}},
        {"id": "7", "from": "639171234567", "type": "reaction", "reaction": {}},
    ]);
    for times in 1..=2 {
        let answer = service.call("POST", "/in", &[], messages(&list)).await;
        assert_eq!((answer.status, answer.message()), (200, "nothing to store"));
        let counts: Vec<_> =
            ignored.counts().into_iter().map(|c| (c.gateway, c.kind.as_str(), c.count / times)).collect();
        let name = "WhatsApp Cloud API";
        let expected = [
            (name, "not_a_message", 1),
            (name, "own", 1),
            (name, "group", 1),
            (name, "no_content", 2),
            (name, "edited", 1),
            (name, "revoked", 1),
        ];
        assert_eq!(counts, expected);
    }
}
