//! What Twilio answers to a reply and to the look-up after it; see [`Answer`] for how the input is read.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sms_consolidate::{BatchIds, Conversation, Receipt, Reply, ReplySender, SendError, Timestamp};
use sms_consolidate_fuzz::{Answer, Loopback};
use sms_consolidate_providers::outbound::{HttpClient, TwilioSender};

const TOKEN: &str = "t0ken-4f9a";
const NUMBER: &str = "639123456789";
const LINE: &str = "15551230000";
const TEXT: &str = "See you";
const MAX_WAIT: Duration = Duration::from_secs(60);

static SERVER: LazyLock<Loopback> = LazyLock::new(Loopback::start);
static HTTP: LazyLock<HttpClient> = LazyLock::new(|| {
    HttpClient::builder().without_proxy().max_retry_after(MAX_WAIT).build().expect("a client")
});

fuzz_target!(|input: &[u8]| {
    // A new one each time: it remembers receipts.
    let sender = TwilioSender::builder("AC1", TOKEN).base_url(&SERVER.url).http(HTTP.clone());
    let sender = sender.build().expect("settings that work");
    let to: Conversation = format!("+{NUMBER}>+{LINE}").parse().expect("numbers");
    // Opened at 2026-11-21T08:00:00Z, as the seeds know.
    let batch = BatchIds::with_seed(7).next(Timestamp::from_unix_millis(1_795_248_000_000));
    let reply = Reply::new(batch, to, TEXT);
    let answer = Answer::read(input);
    let status = answer.status.as_u16();

    let (found, _) = SERVER.run(answer.clone(), sender.look_up(&reply));
    if let Some(Receipt { id, .. }) = &found {
        assert!((200..300).contains(&status));
        assert!(id.as_ref().is_some_and(|id| !id.is_empty() && id.len() <= 256));
    }

    let (result, request) = SERVER.run(answer, sender.send(&reply));
    assert!(!request.is_empty(), "nothing was sent: {result:?}");
    match &result {
        Ok(Receipt { id, .. }) => {
            assert!((200..300).contains(&status));
            assert!(id.as_ref().is_some_and(|id| !id.is_empty() && id.len() <= 256));
        }
        Err(SendError::NotSent { retry_after, .. }) => {
            assert!(
                status != 408 && matches!(status, 301 | 307 | 308 | 400..500),
                "not sent, although {status}"
            );
            assert!(retry_after.is_none_or(|wait| status == 429 && wait <= MAX_WAIT));
        }
        Err(SendError::Rejected { .. }) => {
            assert!(
                !matches!(status, 408 | 429) && (400..500).contains(&status),
                "rejected, although {status}"
            );
        }
        Err(_) => assert!(status == 408 || !(400..500).contains(&status), "unknown, although {status}"),
    }
    let Err(error) = result else { return };
    let logged = format!("{error} {error:?}");
    assert!([TOKEN, NUMBER, LINE, TEXT].iter().all(|secret| !logged.contains(secret)), "{logged}");
    assert!(error.to_string().chars().count() <= 400, "{logged}");
});
