//! Messages as gateways deliver them: a number and a line as key, a guid of 36 characters, a text of 60.

use std::io::Write;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use sms_consolidate::{Address, Conversation, Message, SmsMessage, Timestamp};

/// A text of 60 characters.
pub const TEXT: &str = "Yes, I will be there at nine tomorrow. Do I bring the forms?";

/// Messages per sender.
pub const PER_SENDER: usize = 3;

/// Senders whose messages mix in a burst.
const SENDERS_AT_ONCE: usize = 16;

/// In which order senders text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// All messages of all senders in one random order, so that every push misses the cache.
    Shuffled,
    /// A sender's messages come close together, mixed with those of a few others.
    Bursts,
}

impl Shape {
    /// The name in headings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shuffled => "shuffled",
            Self::Bursts => "in bursts",
        }
    }
}

/// A message that may be a duplicate as far as the library can tell, because it does not show its guid.
#[derive(Clone, Debug)]
pub struct Anonymous(pub SmsMessage);

impl Message for Anonymous {
    fn text(&self) -> &str {
        self.0.text()
    }

    fn sent_at(&self) -> Option<Timestamp> {
        self.0.sent_at()
    }
}

/// The conversations of `senders` numbers with one line of ours.
///
/// # Panics
/// Never: the numbers are well formed.
#[must_use]
pub fn senders(senders: usize) -> Vec<Conversation> {
    let line: Address = "+15551230000".parse().expect("the line is a number");
    let conversation = |sender: usize| {
        // Numbers that follow one another are not what a hash table gets in practice.
        let number = sender * 7_919 % 10_000_000_000;
        let sender = format!("+63{number:010}").parse().expect("the sender is a number");
        Conversation::new(sender, Some(line.clone()))
    };
    (0..senders).map(conversation).collect()
}

/// A guid of 36 characters that no other number has.
#[must_use]
pub fn guid(number: usize) -> Box<str> {
    // A random first half, as in a UUID; the second half makes it unique.
    let scrambled = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (a, b, c) = (scrambled >> 32, scrambled >> 16 & 0xffff, scrambled & 0xffff);
    format!("{a:08x}-{b:04x}-{c:04x}-8000-{number:012x}").into_boxed_str()
}

/// The `number`th message.
#[must_use]
pub fn message(number: usize) -> SmsMessage {
    SmsMessage::new(TEXT).with_id(guid(number))
}

/// Who texts when. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Traffic {
    senders: Arc<[Conversation]>,
    order: Arc<[u32]>,
}

impl Traffic {
    /// `per_sender` messages of each of `senders` senders.
    #[must_use]
    pub fn new(senders: usize, per_sender: usize, shape: Shape) -> Self {
        let mut random = fastrand::Rng::with_seed(1);
        let mut everyone: Vec<u32> = (0..u32::try_from(senders).unwrap_or(u32::MAX)).collect();
        random.shuffle(&mut everyone);
        let group = if shape == Shape::Shuffled { senders } else { SENDERS_AT_ONCE };
        let mut order = Vec::with_capacity(senders * per_sender);
        for group in everyone.chunks(group.max(1)) {
            let from = order.len();
            order.extend(group.iter().flat_map(|sender| std::iter::repeat_n(*sender, per_sender)));
            random.shuffle(&mut order[from..]);
        }
        Self { senders: self::senders(senders).into(), order: order.into() }
    }

    /// The number of messages.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The positions of the messages that thread `thread` of `threads` pushes.
    #[must_use]
    pub fn share(&self, thread: usize, threads: usize) -> Range<usize> {
        self.len() * thread / threads..self.len() * (thread + 1) / threads
    }

    /// Makes the messages at `positions`.
    pub fn messages(&self, positions: Range<usize>) -> impl Iterator<Item = (Conversation, SmsMessage)> {
        positions.map(|number| (self.senders[self.order[number] as usize].clone(), message(number)))
    }
}

/// Writes the body with which SMS Mobile API posts the `number`th message, one of as many senders.
pub fn write_webhook(body: &mut Vec<u8>, number: usize) {
    let (guid, sender) = (guid(number), number * 7_919 % 10_000_000_000);
    let written = write!(
        body,
        r#"{{"date_received":"2025-01-20","hour_received":"10:14:50","time_received":"2025-01-20 10:14:50","message":"{TEXT}","number":"+63{sender:010}","guid":"{guid}"}}"#
    );
    written.expect("a Vec takes whatever is written");
}

/// How many bytes the JSON of a [`long_message`] has.
pub const LONG_BYTES: usize = 200;

/// The text of a [`long_message`].
#[must_use]
pub fn long_text() -> String {
    // {"text":"…","id":"…"} around the text and a guid of 36 characters.
    const AROUND: usize = r#"{"text":"","id":""}"#.len() + 36;
    TEXT.chars().cycle().take(LONG_BYTES - AROUND).collect()
}

/// The `number`th message, with a text so long that its JSON has [`LONG_BYTES`] bytes.
#[must_use]
pub fn long_message(number: usize) -> SmsMessage {
    static TEXT: LazyLock<String> = LazyLock::new(long_text);
    SmsMessage::new(TEXT.as_str()).with_id(guid(number))
}
