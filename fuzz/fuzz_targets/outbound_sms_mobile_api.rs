//! What SMS Mobile API answers to a reply; see [`Answer`] for how the input is read.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sms_consolidate::{BatchId, Conversation, Receipt, Reply, ReplySender, SendError};
use sms_consolidate_fuzz::{Answer, Loopback};
use sms_consolidate_providers::outbound::{HttpClient, SmsMobileApiSender};

const KEY: &str = "k3y-4f9a";
const NUMBER: &str = "639123456789";
const TEXT: &str = "See you";
const MAX_WAIT: Duration = Duration::from_secs(60);

static SERVER: LazyLock<Loopback> = LazyLock::new(Loopback::start);
static SENDER: LazyLock<SmsMobileApiSender> = LazyLock::new(|| {
    let http = HttpClient::builder().without_proxy().max_retry_after(MAX_WAIT).build().expect("a client");
    SmsMobileApiSender::builder(KEY).base_url(&SERVER.url).http(http).build().expect("settings that work")
});

fuzz_target!(|input: &[u8]| {
    let to: Conversation = format!("+{NUMBER}").parse().expect("a number");
    let reply = Reply::new(BatchId::from_bytes([7; 16]), to, TEXT);
    let answer = Answer::read(input);
    let status = answer.status.as_u16();
    let (result, request) = SERVER.run(answer, SENDER.send(&reply));
    assert!(!request.is_empty(), "nothing was sent: {result:?}");
    match &result {
        Ok(Receipt { id, .. }) => {
            assert!((200..300).contains(&status));
            assert!(id.as_ref().is_none_or(|id| id.len() <= 256));
        }
        Err(SendError::NotSent { retry_after, .. }) => {
            assert!(matches!(status, 301 | 307 | 308 | 401..=403 | 429), "not sent, although {status}");
            assert!(retry_after.is_none_or(|wait| status == 429 && wait <= MAX_WAIT));
        }
        Err(SendError::Rejected { opted_out, .. }) => {
            assert!(!opted_out && matches!(status, 200..300 | 400..500));
        }
        Err(_) => assert!(status == 408 || !(400..500).contains(&status), "unknown, although {status}"),
    }
    let Err(error) = result else { return };
    let logged = format!("{error} {error:?}");
    assert!([KEY, NUMBER, TEXT].iter().all(|secret| !logged.contains(secret)), "{logged}");
    assert!(error.to_string().chars().count() <= 400, "{logged}");
});
