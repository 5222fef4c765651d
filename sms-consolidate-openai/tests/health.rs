//! What an operator is told when the model decides nothing.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "helpers of tests")]

mod support;

use std::time::Duration;

use serde_json::json;
use sms_consolidate::Label;
use support::{Answer, Logs, Rig, completion, error, failure, label};

const MINUTE: Duration = Duration::from_secs(60);
const SAID: &str = "OPENAI DECIDES NOTHING";

fn prose() -> Answer {
    completion(json!({ "content": "I think they agree." }), "stop")
}

#[tokio::test]
async fn five_minutes_without_a_label_are_said_once_in_five_minutes() {
    type Failing = fn() -> Answer;
    let failing: [(Failing, &str, &str); 3] = [
        (
            || error(404, "model_not_found", ""),
            "404, model_not_found",
            "the base URL, the model and the dialect",
        ),
        (prose, "is not the JSON that was expected", "answer in JSON"),
        (|| error(401, "invalid_api_key", ""), "401, invalid_api_key", "the API key and the account"),
    ];
    for (answer, cause, advice) in failing {
        let logs = Logs::collect();
        let said = || logs.warnings().into_iter().filter(|line| line.contains(SAID)).collect::<Vec<_>>();
        let rig = Rig::new((0..12).map(|_| answer())).await;
        for minute in 0..12 {
            failure(rig.classify(&["yes"]).await);
            let times = match minute {
                0..5 => 0,
                5..10 => 1,
                _ => 2,
            };
            assert_eq!(said().len(), times, "minute {minute}");
            assert_eq!(rig.classifier.warnings().len(), usize::from(minute >= 5));
            rig.clock.advance(MINUTE).await;
        }
        let warnings = rig.classifier.warnings();
        for told in [&warnings[0], &said()[1]] {
            assert!(told.contains(cause) && told.contains(advice), "{told}");
        }
        assert!(warnings[0].contains("12 calls"), "{warnings:?}");
    }
}

#[tokio::test]
async fn one_label_in_between_is_enough() {
    let logs = Logs::collect();
    let answers = (0..8).map(|turn| if turn == 4 { label("AGREE") } else { prose() });
    let rig = Rig::new(answers).await;
    for turn in 0..8 {
        match rig.classify(&["yes"]).await {
            Ok(classification) => assert_eq!((turn, classification.label), (4, Label::AGREE)),
            other => _ = failure(other),
        }
        rig.clock.advance(MINUTE).await;
    }
    assert!(rig.classifier.warnings().is_empty());
    assert!(!logs.all().contains(SAID));
}

#[tokio::test]
async fn what_is_left_out_is_logged() {
    let logs = Logs::collect();
    let rig = Rig::with([label("AGREE"), label("AGREE")], |builder| builder.max_text_bytes(10)).await;
    rig.classify(&["yes", "no"]).await.unwrap();
    assert!(!logs.all().contains("OPENAI TEXT LEFT OUT"));
    rig.classify(&["yes", "maybe", "I do not", "no"]).await.unwrap();
    let logs = logs.all();
    let line = logs.lines().find(|line| line.contains("OPENAI TEXT LEFT OUT")).unwrap();
    assert!(line.contains("messages=4 left_out=2 cut=0") && line.contains("batch="), "{line}");
}
