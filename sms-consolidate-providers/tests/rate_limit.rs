//! The rate limit of lines, on the fake clock.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::testing::{RecordingSender, ScriptedSend};
use sms_consolidate::{
    BatchIds, Clock, Consolidator, Conversation, FakeClock, Key, Receipt, Reply, ReplySender, RuleClassifier,
    SendError, SmsMessage, Timestamp, Window, async_trait,
};
use sms_consolidate_providers::outbound::{BuildError, GatewayError, RateLimited, RateLimitedBuilder};
use tokio::task::JoinHandle;

const SECOND: Duration = Duration::from_secs(1);

type Sender = RecordingSender<Conversation>;

fn reply(to: &str) -> Reply<Conversation> {
    Reply::new(BatchIds::with_seed(1).next(Timestamp::from_unix_millis(0)), to.parse().unwrap(), "ok")
}

struct Line {
    clock: FakeClock,
    sender: Sender,
    limited: Arc<RateLimited<Sender>>,
}

impl Line {
    fn new(set: impl FnOnce(RateLimitedBuilder<Sender>) -> RateLimitedBuilder<Sender>) -> Self {
        let (clock, sender) = (FakeClock::default(), Sender::new());
        let builder = RateLimited::builder(sender.clone()).clock(clock.clone());
        Self { clock, sender, limited: Arc::new(set(builder).build().unwrap()) }
    }

    /// Sends beside the test, as the library does. Resolves to when it was over, in milliseconds from now, and to the
    /// result.
    fn send(&self, to: &str) -> JoinHandle<(u128, Result<Receipt, SendError>)> {
        let (clock, limited, reply) = (self.clock.clone(), Arc::clone(&self.limited), reply(to));
        let start = clock.now();
        tokio::spawn(async move {
            let result = match limited.ready(&reply).await {
                Ok(()) => limited.send(&reply).await,
                Err(error) => Err(error),
            };
            (clock.now().since(start).as_millis(), result)
        })
    }

    /// Sends these at once, lets `time` pass, and tells for each when it was sent, or how long it was told to wait.
    async fn send_all(&self, to: &[&str], time: Duration) -> Vec<Result<u128, u128>> {
        let sends: Vec<_> = to.iter().map(|to| self.send(to)).collect();
        self.clock.advance(time).await;
        let mut results = Vec::new();
        for send in sends {
            results.push(match send.await.unwrap() {
                (at, Ok(_)) => Ok(at),
                (0, Err(SendError::NotSent { retry_after: Some(wait), source, .. })) => {
                    assert!(matches!(source.downcast_ref(), Some(GatewayError::RateLimit)), "{source}");
                    Err(wait.as_millis())
                }
                other => panic!("{other:?}"),
            });
        }
        results
    }
}

#[tokio::test]
async fn replies_leave_a_line_one_a_second() {
    let line = Line::new(|builder| builder);
    let to = ["+639123456789>+15551230000"; 9];
    let results = line.send_all(&to, 10 * SECOND).await;
    // Five turns within the four seconds that a reply waits; the rest is told when there is a turn for it.
    let sent = [0, 1_000, 2_000, 3_000, 4_000].map(Ok);
    assert_eq!(results, [&sent[..], &[Err(5_000), Err(6_000), Err(7_000), Err(8_000)]].concat());
    assert_eq!(line.sender.taken().len(), 5);
    // And when they come then, they are sent at once.
    assert_eq!(line.send_all(&to[..1], SECOND).await, [Ok(0)]);
}

#[tokio::test]
async fn each_line_has_a_limit_of_its_own_and_those_without_share_one() {
    let line = Line::new(|builder| builder.one_every(2 * SECOND));
    let to = [
        "+639123456789>+15551230000",
        "+639123456780>+15551230000",
        "+639123456789>+15551230001",
        "+639123456789>office-1",
        "+639123456789",
        "+639123456780",
    ];
    let expected = [0, 2_000, 0, 0, 0, 2_000].map(Ok);
    assert_eq!(line.send_all(&to, 10 * SECOND).await, expected);
}

#[tokio::test]
async fn bursts_and_waits_are_settings() {
    let burst = NonZeroU32::new(3).unwrap();
    let line = Line::new(|builder| builder.burst(burst).max_wait(Duration::ZERO));
    let to = ["+639123456789>+15551230000"; 5];
    assert_eq!(line.send_all(&to, SECOND).await, [Ok(0), Ok(0), Ok(0), Err(1_000), Err(2_000)]);
    // A burst comes back as slowly as it may be sent.
    line.clock.advance(SECOND).await;
    assert_eq!(line.send_all(&to[..3], SECOND).await, [Ok(0), Ok(0), Err(1_000)]);
}

#[tokio::test]
async fn a_reply_that_is_given_up_while_it_waits_is_not_sent() {
    let line = Line::new(|builder| builder);
    let to = "+639123456789>+15551230000";
    let _ = line.send(to).await;
    let waiting = line.send(to);
    line.clock.advance(SECOND / 2).await;
    assert_eq!(line.clock.next_deadline().unwrap().since(line.clock.now()), SECOND / 2);
    waiting.abort();
    line.clock.advance(10 * SECOND).await;
    assert_eq!(line.sender.taken().len(), 1);
}

#[tokio::test]
async fn many_replies_from_one_line_leave_one_after_another_and_none_is_given_up() {
    const REPLIES: usize = 400;
    let (clock, sender) = (FakeClock::default(), Sender::new());
    let limited = RateLimited::builder(sender.clone()).clock(clock.clone()).build().unwrap();
    let consolidator: Consolidator<Conversation, SmsMessage> = Consolidator::builder()
        .clock(clock.clone())
        .window(Window::immediate())
        .classifier(RuleClassifier::default())
        .sender(limited)
        .build()
        .unwrap();
    consolidator.start();
    for number in 0..REPLIES {
        let key = format!("+1555{number:07}>+15551230000").parse().unwrap();
        consolidator.push(key, SmsMessage::new("yes")).await.unwrap();
    }
    let mut sent = 0;
    for _ in 0..9 * 60 {
        clock.advance(SECOND).await;
        let now = sender.taken().len();
        assert!(now <= sent + 2, "{now} after {sent}");
        sent = now;
    }
    assert_eq!(sent, REPLIES, "{:?}", consolidator.stats().await.unwrap());
}

/// Sends at once what is ready, and refuses to be ready for a name.
struct NoNames(Sender);

#[async_trait]
impl ReplySender<Conversation> for NoNames {
    async fn ready(&self, reply: &Reply<Conversation>) -> Result<(), SendError> {
        if reply.to.can_reply() { Ok(()) } else { Err(SendError::rejected("a name")) }
    }

    async fn send(&self, reply: &Reply<Conversation>) -> Result<Receipt, SendError> {
        self.0.send(reply).await
    }
}

#[tokio::test]
async fn a_reply_that_the_sender_is_not_ready_for_takes_no_turn() {
    let clock = FakeClock::default();
    let limited = RateLimited::builder(NoNames(Sender::new())).clock(clock.clone()).build().unwrap();
    let (name, number) = (reply("Office>+15551230000"), reply("+639123456789>+15551230000"));
    assert!(matches!(limited.ready(&name).await, Err(SendError::Rejected { .. })));
    let start = clock.now();
    // The fake clock stands still, so that whoever waits would wait for ever: the turn is free.
    limited.ready(&number).await.unwrap();
    // Whoever is ready is not made to wait again.
    limited.send(&number).await.unwrap();
    let next = tokio::spawn(async move { limited.ready(&number).await });
    clock.advance(Duration::ZERO).await;
    assert_eq!(clock.next_deadline(), Some(start + SECOND));
    next.abort();
}

#[tokio::test]
async fn everything_else_is_the_senders() {
    async fn check(sender: Sender, idempotent: bool, found: bool) {
        let limited = RateLimited::builder(sender.clone()).clock(FakeClock::default()).build().unwrap();
        let reply = reply("+639123456789");
        assert_eq!(limited.is_idempotent(), idempotent);
        sender.then([ScriptedSend::SendAndLoseAnswer]);
        assert!(matches!(limited.send(&reply).await, Err(SendError::Unknown { .. })));
        assert_eq!(limited.look_up(&reply).await.is_some(), found);
    }
    check(Sender::new(), false, false).await;
    check(Sender::new().idempotent().with_look_up(), true, true).await;
}

#[test]
fn what_cannot_work_cannot_be_built() {
    let check = |one_every: Duration, burst: u32| {
        let builder = RateLimited::builder(Sender::new()).one_every(one_every);
        builder.burst(NonZeroU32::new(burst).unwrap()).build().map(|_| ()).map_err(|error| match error {
            BuildError::Zero { setting } | BuildError::Setting { setting, .. } => setting,
            other => panic!("{other}"),
        })
    };
    assert_eq!(check(Duration::ZERO, 1), Err("one_every"));
    assert_eq!(check(Duration::MAX, u32::MAX), Err("one_every"));
    assert_eq!(check(Duration::from_secs(24 * 60 * 60), 1), Ok(()));
    assert_eq!(check(Duration::from_secs(24 * 60 * 60), 2), Err("one_every"));
    assert_eq!(check(Duration::from_nanos(1), u32::MAX), Ok(()));
}
