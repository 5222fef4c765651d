//! Gateways that send forms and want XML.

use sms_consolidate::testing::{Fault, FaultyStore, Operation};
use sms_consolidate::{MemoryStore, OptOut};
use sms_consolidate_providers::inbound::{Inbound, Plivo, Twilio};

use crate::kit::{Answer, Service, WINDOW, serve};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

async fn service_at(path: &'static str, gateway: impl Inbound) -> Service {
    let service = serve(
        |builder| builder.opt_out(OptOut::sms()),
        |router| router.webhook_at(path, gateway).into_router(),
    )
    .await;
    service.consolidator.start();
    service
}

fn assert_is_xml(answer: &Answer, content_type: &str) {
    let length = "<Response/>".len().to_string();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some(content_type));
    assert_eq!(answer.header("content-length"), Some(&*length));
}

#[tokio::test]
async fn texts_by_twilio_get_one_reply_and_a_stop_that_twilio_confirms_gets_none() {
    const PATH: &str = "/api/webhooks/twilio/sms";
    let service = service_at(PATH, Twilio::unsigned()).await;
    let call = async |id: &str, rest: &str| {
        let body = format!("MessageSid=SM{id:0>32}&From=%2B639171234567&To=%2B15551230000&{rest}");
        assert_is_xml(&service.call("POST", PATH, &[FORM], body).await, "text/xml");
    };
    call("1", "Body=Yes").await;
    call("2", "Body=I+can+help").await;
    call("2", "Body=I+can+help").await;
    call("3", "MessageStatus=delivered").await;
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["Yes", "I can help"]]);
    assert_eq!(service.sender.texts().len(), 1);

    call("4", "Body=Arr%C3%AAt&OptOutType=STOP").await;
    call("5", "Body=Sorry").await;
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.sender.texts().len(), 1, "nothing is sent to whoever has opted out");

    let probe = service.get(PATH, &[]).await;
    assert_eq!((probe.status, &probe.body["status"]), (200, &"ok".into()));
    let bad = service.call("POST", PATH, &[FORM], &*format!("MessageSid=SM{:032}", 6)).await;
    assert_eq!((bad.status, bad.message()), (422, "`From` is missing"));
}

#[tokio::test]
async fn keywords_that_plivo_leaves_to_us_are_confirmed_once() {
    const PATH: &str = "/api/webhooks/plivo/sms";
    let service = service_at(PATH, Plivo::unsigned().with_keywords_answered_here()).await;
    let call = async |method: &str, id: &str, rest: &str| {
        let form = format!("MessageUUID={id}&From=639171234567&To=15551230000&{rest}");
        let answer = match method {
            "GET" => service.get(&format!("{PATH}?{form}"), &[]).await,
            _ => service.call("POST", PATH, &[FORM], form).await,
        };
        assert_is_xml(&answer, "application/xml");
    };
    call("POST", "m1", "Text=Yes").await;
    call("GET", "m2", "Text=I+can+help").await;
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["Yes", "I can help"]]);

    call("POST", "m3", "Text=Unsub&MessageIntent=optout").await;
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    let texts = service.sender.texts();
    assert_eq!(texts.len(), 2);
    assert!(texts[1].starts_with("You are unsubscribed"), "{texts:?}");
}

#[tokio::test]
async fn a_report_that_twilio_has_opted_somebody_out_is_recorded() {
    const PATH: &str = "/api/webhooks/twilio/sms";
    let store = FaultyStore::new(MemoryStore::new());
    let faults = store.clone();
    let service = serve(
        |builder| builder.opt_out(OptOut::sms()).store(store),
        |router| router.webhook_at(PATH, Twilio::unsigned()).into_router(),
    )
    .await;
    service.consolidator.start();
    let sid = |id: &str| format!("MessageSid=SM{id:0>32}");
    let report = format!(
        "{}&MessageStatus=undelivered&ErrorCode=21610&To=%2B639171234567&From=%2B15551230000",
        sid("1")
    );
    faults.fail(Operation::SetOptedOut, Fault::Before, 1);
    let failed = service.call("POST", PATH, &[FORM], &report).await;
    assert_eq!((failed.status, failed.header("retry-after")), (503, Some("10")));
    assert_eq!(failed.message(), "the store is unavailable: scripted failure");
    assert_is_xml(&service.call("POST", PATH, &[FORM], &report).await, "text/xml");

    let text = format!("{}&From=%2B639171234567&To=%2B15551230000&Body=I+can+help", sid("2"));
    assert_is_xml(&service.call("POST", PATH, &[FORM], text).await, "text/xml");
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["I can help"]]);
    assert!(service.sender.texts().is_empty(), "nothing is sent to whoever has opted out");
}
