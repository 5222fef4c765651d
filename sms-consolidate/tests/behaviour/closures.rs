//! What is plugged in without a type of one's own, and what is chosen at run time.

use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use sms_consolidate::store::{Outcome, Status};
use sms_consolidate::testing::{RecordingSender, ScriptedAnswer, ScriptedClassifier, ScriptedSend};
use sms_consolidate::{
    Classification, Classifier, ClassifyError, Consolidator, Conversation, Fallback, Label, Message, Receipt,
    Reply, ReplySender, RuleClassifier, SendError, SmsMessage, Window, WindowPolicy, classify_fn_boxed,
    send_fn, send_fn_boxed,
};
use tokio::task::JoinError;

use crate::common::{AGREED, ANA, Rig, fake_clock, secs};

async fn task_that(panics: bool) -> JoinError {
    let task = tokio::spawn(async move {
        if panics {
            panic!("my PIN is 4711");
        }
        std::future::pending::<()>().await;
    });
    if !panics {
        task.abort();
    }
    task.await.unwrap_err()
}

async fn elapsed() -> tokio::time::error::Elapsed {
    #[expect(clippy::disallowed_methods, reason = "only for its error")]
    tokio::time::timeout(secs(0), std::future::pending::<()>()).await.unwrap_err()
}

fn boxed_error() -> Box<dyn Error + Send + Sync> {
    "no words".into()
}

#[tokio::test]
async fn an_error_that_says_no_more_makes_a_classification_retryable() {
    fn check(error: impl Into<ClassifyError>, says: &str) {
        let error = error.into();
        assert!(matches!(error, ClassifyError::Retryable { retry_after: None, .. }), "{error}");
        assert_eq!(error.to_string(), format!("classification failed for now: {says}"));
    }
    check(io::Error::other("broken pipe"), "broken pipe");
    check(boxed_error(), "no words");
    check(elapsed().await, "deadline has elapsed");
    check(task_that(true).await, "a task panicked");
    check(task_that(false).await, "a task was aborted");
}

#[tokio::test]
async fn after_an_error_that_says_no_more_a_reply_is_possibly_sent() {
    fn check(error: impl Into<SendError>, says: &str) {
        let error = error.into();
        assert!(matches!(error, SendError::Unknown { .. }), "{error}");
        assert_eq!(error.to_string(), format!("it is not known whether the reply was sent: {says}"));
    }
    check(io::Error::other("broken pipe"), "broken pipe");
    check(boxed_error(), "no words");
    check(elapsed().await, "deadline has elapsed");
    check(task_that(true).await, "a task panicked");
    check(task_that(false).await, "a task was aborted");
}

/// A model that fails once.
async fn ask(messages: &[SmsMessage], attempt: u32) -> io::Result<String> {
    if attempt == 1 {
        return Err(io::Error::other("out of order"));
    }
    Ok(format!("Model of {}", messages[0].text()))
}

#[tokio::test]
async fn what_a_closure_fails_with_by_a_question_mark_is_tried_again() {
    let rig = Rig::new(|b| {
        b.classify_fn(|messages, context| async move {
            let answer = ask(&messages, context.attempt).await?;
            Ok(Classification::new(Label::AGREE, answer))
        })
    });
    rig.text(ANA, "Yes").await;
    rig.at(secs(70)).await;
    let record = rig.only_record().await;
    assert_eq!((record.attempts, record.classification.unwrap().method.as_ref()), (2, "Model of Yes"));
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_reply_whose_closure_fails_by_a_question_mark_may_have_been_sent() {
    async fn post(text: &str) -> io::Result<String> {
        Err(io::Error::other(format!("{} bytes were written", text.len())))
    }
    let mut rig = Rig::new(|b| b.send_fn(|reply| async move { Ok(Receipt::new(post(&reply.text).await?)) }));
    rig.text(ANA, "Yes").await;
    rig.at(secs(300)).await;
    assert_eq!(rig.outcomes(), [Outcome::ReplyUnknown]);
    assert!(rig.only_record().await.error.unwrap().contains("36 bytes were written"));
}

#[tokio::test]
async fn closures_may_borrow_what_they_are_given() {
    let sent = Arc::<Mutex<Vec<String>>>::default();
    let taken = Arc::clone(&sent);
    let rig = Rig::new(|b| {
        b.classify_fn_boxed(|messages, context| {
            async move { Ok(Classification::new(Label::AGREE, ask(messages, context.attempt + 1).await?)) }
                .boxed()
        })
        .send_fn_boxed(move |reply| {
            let taken = Arc::clone(&taken);
            async move {
                tokio::task::yield_now().await;
                taken.lock().unwrap().push(reply.text.clone());
                Ok(Receipt::default())
            }
            .boxed()
        })
    });
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(*sent.lock().unwrap(), [AGREED]);
    assert_eq!(rig.only_record().await.classification.unwrap().method, "Model of Yes");
}

#[tokio::test]
async fn a_closure_may_stand_where_a_classifier_or_a_sender_is_wrapped() {
    let first = classify_fn_boxed(|messages: &[SmsMessage], _| {
        async move {
            match messages {
                [only] => Ok(Classification::new(Label::AGREE, only.text().to_owned())),
                _ => Err(ClassifyError::permanent("more than one")),
            }
        }
        .boxed()
    });
    let senders: [Box<dyn ReplySender<Conversation>>; 2] = [
        Box::new(send_fn(|reply: Reply<_>| async move { Ok(Receipt::new(reply.text)) })),
        Box::new(send_fn_boxed(|reply: &Reply<_>| async { Ok(Receipt::new(reply.text.clone())) }.boxed())),
    ];
    let classifier: Arc<dyn Classifier<SmsMessage>> =
        Arc::new(Fallback::new(first, RuleClassifier::default()));
    for sender in senders {
        assert!(!sender.is_idempotent());
        let mut rig = Rig::new(|b| b.classifier(Arc::clone(&classifier)).sender(sender));
        rig.text(ANA, "Yes").await;
        rig.at(secs(60)).await;
        assert_eq!(rig.only_record().await.classification.unwrap().method, "Yes");
        assert_eq!(rig.outcomes(), [Outcome::Replied(vec![Receipt::new(AGREED)])]);
        rig.text(ANA, "Yes").await;
        rig.text(ANA, "I can help").await;
        rig.at(secs(120)).await;
        assert_eq!(rig.records().await[1].classification.as_ref().unwrap().method, "Rule-based");
    }
}

#[tokio::test]
async fn what_is_chosen_at_run_time_does_all_that_it_can() {
    for shared in [true, false] {
        let scripted = ScriptedClassifier::answering(Label::AGREE);
        scripted.then([ScriptedAnswer::FailForGood]);
        let classifier: Box<dyn Classifier<SmsMessage>> = Box::new(scripted);
        let recording = RecordingSender::new().idempotent();
        recording.then([ScriptedSend::SendAndLoseAnswer]);
        let window: Box<dyn WindowPolicy<Conversation, SmsMessage>> = Box::new(Window::fixed(secs(5)));
        let rig = Rig::new(|b| {
            let b = b.window(window).classifier(Fallback::new(classifier, RuleClassifier::default()));
            if shared {
                b.sender(Arc::new(recording.clone()) as Arc<dyn ReplySender<Conversation>>)
            } else {
                b.sender(Box::new(recording.clone()) as Box<dyn ReplySender<Conversation>>)
            }
        });
        rig.text(ANA, "Yes").await;
        rig.at(secs(5)).await;
        assert_eq!(rig.only_record().await.classification.unwrap().method, "Rule-based");
        // It is known to be idempotent, and so is asked again.
        assert_eq!((rig.only_record().await.status, recording.asked().len()), (Status::Retrying, 1));
        rig.at(secs(15)).await;
        assert_eq!((rig.only_record().await.status, recording.asked().len()), (Status::Finished, 2));
        assert_eq!(recording.taken().len(), 1);
    }
}

#[tokio::test]
async fn a_sender_behind_a_pointer_is_asked_what_it_has_had() {
    let recording = RecordingSender::new().with_look_up();
    recording.then([ScriptedSend::SendAndLoseAnswer]);
    let sender: Arc<dyn ReplySender<Conversation>> = Arc::new(recording);
    let mut rig = Rig::new(|b| b.sender(sender));
    let batch = rig.text(ANA, "Yes").await.batch().unwrap();
    rig.at(secs(60)).await;
    assert_eq!(rig.outcomes(), [Outcome::Replied(vec![Receipt::new(batch.to_string())])]);
}

/// Says how often any has been copied.
struct Counted {
    text: &'static str,
    copies: Arc<AtomicUsize>,
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.copies.fetch_add(1, Ordering::Relaxed);
        Self { text: self.text, copies: Arc::clone(&self.copies) }
    }
}

impl Message for Counted {
    fn text(&self) -> &str {
        self.text
    }
}

#[tokio::test]
async fn a_closure_is_handed_the_messages_themselves_and_not_copies() {
    // What repeats our own reply is left out, and what is left is copied for that.
    for (texts, classified, copied) in
        [(["Yes", "I can help"], &["Yes", "I can help"][..], 0), (["Yes", AGREED], &["Yes"], 1)]
    {
        let (clock, copies) = (fake_clock(), Arc::<AtomicUsize>::default());
        let seen = Arc::<Mutex<Vec<&'static str>>>::default();
        let log = Arc::clone(&seen);
        let service = Consolidator::<String, Counted>::builder()
            .clock(clock.clone())
            .classify_fn(move |messages, _| {
                log.lock().unwrap().extend(messages.iter().map(|message| message.text));
                async { Ok(Classification::new(Label::AGREE, "Counting")) }
            })
            .sender(RecordingSender::new())
            .build()
            .unwrap();
        service.start();
        for text in texts {
            let message = Counted { text, copies: Arc::clone(&copies) };
            service.push("a".to_owned(), message).await.unwrap();
        }
        clock.advance(secs(60)).await;
        assert_eq!((seen.lock().unwrap().as_slice(), copies.load(Ordering::Relaxed)), (classified, copied));
    }
}
