//! Long messages that Vonage delivers part by part, from the webhook to the classifier.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use sms_consolidate::{Classification, Label, OptOut, whole_texts};
use sms_consolidate_axum::SmsRouter;
use sms_consolidate_providers::inbound::Vonage;

use crate::kit::{Answer, Service, WINDOW, serve};

const STOPPED: &str = "You are unsubscribed and will get no more messages. Reply START to resubscribe.";
const AGREED: &str = "Thanks for confirming! See you soon.";

/// The whole texts of each classified batch.
type Classified = Arc<Mutex<Vec<Vec<String>>>>;

async fn vonage() -> (Service, Classified) {
    let classified = Classified::default();
    let recorder = classified.clone();
    let service = serve(
        |builder| {
            let builder = builder.classify_fn(move |messages, _| {
                let texts = whole_texts(&messages).into_iter().map(String::from).collect();
                recorder.lock().unwrap().push(texts);
                async { Ok(Classification::new(Label::AGREE, "Recording")) }
            });
            builder.opt_out(OptOut::sms())
        },
        |router: SmsRouter| router.webhook_at("/in", Vonage::unsigned()).into_router(),
    )
    .await;
    service.consolidator.start();
    (service, classified)
}

/// Delivers part `part` of the long message `reference`, in one of the forms that Vonage can be set to.
async fn deliver(service: &Service, form: usize, reference: u8, part: usize, text: &str) -> Answer {
    let id = format!("m-{reference}-{part}");
    let json = json!({
        "messageId": id, "msisdn": "639171234567", "to": "15551230000", "text": text, "type": "text", "concat": "true",
        "concat-ref": reference.to_string(), "concat-total": "3", "concat-part": part.to_string(),
    });
    let fields = json.as_object().unwrap().iter();
    let query: Vec<_> =
        fields.map(|(name, value)| format!("{name}={}", value.as_str().unwrap().replace(' ', "+"))).collect();
    let query = query.join("&");
    let kind = |kind| [("Content-Type", kind)];
    match form % 3 {
        0 => service.get(&format!("/in?{query}"), &[]).await,
        1 => service.call("POST", "/in", &kind("application/x-www-form-urlencoded"), query).await,
        _ => service.call("POST", "/in", &kind("application/json"), json.to_string()).await,
    }
}

async fn close(service: &Service) {
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
}

#[tokio::test]
async fn parts_in_every_order_are_one_text() {
    let (service, classified) = vonage().await;
    let texts = ["Yes I ca", "n come, ", "thank you"];
    let orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
    for (reference, order) in (0..).zip(orders) {
        for (form, part) in order.into_iter().enumerate() {
            let answer =
                deliver(&service, form + usize::from(reference), reference, part, texts[part - 1]).await;
            assert_eq!((answer.status, &answer.body["processed"]), (200, &json!(1)), "{order:?}");
            // A redelivered part is no second one.
            let again = deliver(&service, form, reference, part, texts[part - 1]).await;
            assert_eq!((again.status, &again.body["skipped"]), (200, &json!(1)), "{order:?}");
            service.clock.advance(Duration::from_secs(1)).await;
        }
        close(&service).await;
        assert_eq!(classified.lock().unwrap().pop().unwrap(), ["Yes I can come, thank you"], "{order:?}");
    }
    assert_eq!(service.sender.texts(), [AGREED; 6]);
}

#[tokio::test]
async fn what_never_becomes_whole_is_released_when_the_window_closes() {
    let (service, classified) = vonage().await;
    deliver(&service, 0, 7, 3, "thank you").await;
    deliver(&service, 1, 7, 1, "Yes I ca").await;
    service.clock.advance(WINDOW - Duration::from_millis(1)).await;
    service.consolidator.settled().await;
    assert!(classified.lock().unwrap().is_empty());
    service.clock.advance(Duration::from_millis(1)).await;
    service.consolidator.settled().await;
    assert_eq!(*classified.lock().unwrap(), [["Yes I ca", "thank you"]]);
    // What comes later is not lost either.
    deliver(&service, 2, 7, 2, "n come, ").await;
    close(&service).await;
    assert_eq!(*classified.lock().unwrap().last().unwrap(), ["n come,"]);
}

#[tokio::test]
async fn two_long_messages_of_one_sender_do_not_mix() {
    let (service, classified) = vonage().await;
    let deliveries = [(8, 2, "morrow."), (9, 2, "Monday."), (8, 1, "I come to"), (9, 1, "Or on ")];
    for (form, (reference, part, text)) in deliveries.into_iter().enumerate() {
        deliver(&service, form, reference, part, text).await;
        service.clock.advance(Duration::from_secs(1)).await;
    }
    let short = "/in?messageId=s&msisdn=639171234567&to=15551230000&text=Ok";
    assert_eq!(service.get(short, &[]).await.status, 200);
    close(&service).await;
    assert_eq!(*classified.lock().unwrap(), [["I come tomorrow.", "Or on Monday.", "Ok"]]);
}

#[tokio::test]
async fn a_part_that_says_stop_opts_nobody_out() {
    let (service, classified) = vonage().await;
    deliver(&service, 0, 5, 1, "It rains. When will it ").await;
    deliver(&service, 1, 5, 2, "STOP").await;
    close(&service).await;
    assert_eq!(*classified.lock().unwrap(), [["It rains. When will it STOP"]]);
    assert_eq!(service.sender.texts(), [AGREED]);
    // A whole message that says it does.
    let stop = "/in?messageId=s&msisdn=639171234567&to=15551230000&text=STOP";
    assert_eq!(service.get(stop, &[]).await.status, 200);
    close(&service).await;
    assert_eq!(service.sender.texts(), [AGREED, STOPPED]);
}

#[tokio::test]
async fn probes_receipts_and_bad_calls_are_answered() {
    let (service, classified) = vonage().await;
    assert_eq!(service.get("/in", &[]).await.body["status"], "ok");
    let receipt = service.get("/in?msisdn=639171234567&messageId=x&status=delivered", &[]).await;
    assert_eq!((receipt.status, &receipt.body["message_count"]), (200, &json!(0)));
    let bad = service.get("/in?messageId=x&msisdn=639171234567&to=1&concat=true", &[]).await;
    assert_eq!((bad.status, bad.message()), (422, "`text` is missing"));
    assert_eq!(service.call("POST", "/in", &[], "").await.status, 400);
    close(&service).await;
    assert!(classified.lock().unwrap().is_empty());
}
