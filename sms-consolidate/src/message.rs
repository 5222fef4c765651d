//! What is pushed and what comes out: [`Key`], [`Message`], [`SmsMessage`] and [`Batch`].
//!
//! Both are yours to define. A chat service may key by user id and carry its own message type:
//!
//! ```
//! use sms_consolidate::Message;
//!
//! #[derive(Clone)]
//! struct ChatLine { id: String, text: String }
//!
//! impl Message for ChatLine {
//!     fn text(&self) -> &str { &self.text }
//!     fn id(&self) -> Option<&str> { Some(&self.id) }
//! }
//! ```

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::lane::{CloseReason, Control};

mod sms;
mod texts;

pub use sms::SmsMessage;
pub(crate) use texts::own_text;
pub use texts::{joined_text, own_texts, whole_texts};

/// What a conversation is keyed by.
///
/// `Display` writes the canonical text form and `FromStr` reads it back: durable stores keep keys as text, and two
/// keys are the same key exactly if their texts are equal.
pub trait Key: Clone + Eq + Hash + fmt::Display + FromStr + Send + Sync + 'static {
    /// The form for logs and status pages: enough to recognise, too little to call. It must not reveal a phone
    /// number.
    fn redacted(&self) -> String;

    /// Whether a reply can reach this key at all. False for short codes and alphanumeric senders.
    fn can_reply(&self) -> bool {
        true
    }

    /// What stands for the sender where it opts out: an opt-out holds for all keys that have this text in common. The
    /// default is the key itself, whatever the scope. A store keeps only a hash of it.
    fn opt_out_scope(&self, _scope: OptOutScope) -> String {
        self.to_string()
    }

    /// Which of our lines the key's messages came by, if the key says so.
    fn line(&self) -> Option<String> {
        None
    }
}

/// How far an opt-out reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptOutScope {
    /// The one conversation: the sender on the line that was texted.
    #[default]
    Conversation,
    /// The sender, on all lines.
    Sender,
}

/// Masks the middle of `text`: `+63912•••6789`. At least three characters are hidden, and short texts entirely.
#[must_use]
pub fn mask(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let shown = characters.len().saturating_sub(3);
    let (front, back) = match shown {
        0..=2 => (0, 0),
        3..=5 => (0, 2),
        6..=9 => (shown - 4, 4),
        _ => (6, 4),
    };
    let (front, back) = (&characters[..front], &characters[characters.len() - back..]);
    front.iter().chain("•••".chars().collect::<Vec<_>>().iter()).chain(back).collect()
}

/// The id of a message as logs may show it. WhatsApp's (`wamid.` and base64) begin with the sender's number, of at most
/// 15 digits behind three bytes: in base64 its first 24 characters. What follows still tells one from another.
pub(crate) fn masked_id(id: &str) -> Cow<'_, str> {
    match id.strip_prefix("wamid.") {
        Some(encoded) => Cow::Owned(format!("wamid.•••{}", encoded.get(24..).unwrap_or_default())),
        None => Cow::Borrowed(id),
    }
}

impl Key for String {
    fn redacted(&self) -> String {
        mask(self)
    }
}

impl Key for u64 {
    fn redacted(&self) -> String {
        mask(&self.to_string())
    }
}

/// One message of a conversation.
pub trait Message: Clone + Send + Sync + 'static {
    /// The text to classify.
    fn text(&self) -> &str;

    /// The id under which the message may be delivered again. Without one it is never recognised as a duplicate.
    fn id(&self) -> Option<&str> {
        None
    }

    /// When the provider says that it was sent or received, if that time carries a zone. It orders the messages of
    /// a batch if it lies within ten minutes of the arrival.
    fn sent_at(&self) -> Option<Timestamp> {
        None
    }

    /// The position among the parts of one long message, which orders parts with equal times.
    fn part(&self) -> u16 {
        0
    }

    /// What all parts of one long message have in common, if this is such a part: the gateway's reference. Within a
    /// batch these parts come together, in order of their positions, and are read as one text.
    fn part_of(&self) -> Option<&str> {
        None
    }

    /// The keyword that the gateway found in the message, if it says so. It counts whatever the text is.
    fn control(&self) -> Option<Control> {
        None
    }

    /// Whether the gateway answers STOP, START and HELP by itself, so that nothing is to be sent for them.
    fn gateway_answers_keywords(&self) -> bool {
        false
    }

    /// How the text came to be, which says whether it can be a keyword.
    fn origin(&self) -> Origin {
        Origin::Typed
    }
}

/// How the text of a message came to be. Only what the sender typed for us is looked at for STOP, START and HELP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// The sender typed it.
    #[default]
    Typed,
    /// The sender typed it beside a picture or another file. It is no keyword; a wish in a sentence is one.
    Caption,
    /// The sender tapped a button or chose from a list: the text is the business's own, and neither a keyword nor a
    /// wish, unless the gateway [says so](Message::control).
    Button,
    /// The sender said it in a group. It opts nobody out.
    Group,
}

impl Message for String {
    fn text(&self) -> &str {
        self
    }
}

/// The id of a batch: unique for ever, sortable by time of opening (a UUID of version 7), and the idempotency key of
/// the batch's reply.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchId(Uuid);

impl BatchId {
    /// The id as the 16 bytes of a UUID.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id whose UUID has these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The id under which this batch is requeued at `now`: as unique, and the same however often that is tried.
    #[must_use]
    pub(crate) fn successor(&self, now: Timestamp) -> Self {
        let (_, random) = self.as_bytes().split_at(8);
        let seed = random.iter().fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        BatchIds::with_seed(seed).next(now)
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A text that is not a batch id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a batch id: expected a UUID such as 01957f1e-8a3b-7c11-9d2e-0a1b2c3d4e5f")]
pub struct ParseBatchIdError(());

impl FromStr for BatchId {
    type Err = ParseBatchIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self).map_err(|_| ParseBatchIdError(()))
    }
}

/// Makes [`BatchId`]s. Stores hold one each.
#[derive(Clone, Debug)]
pub struct BatchIds(fastrand::Rng);

impl BatchIds {
    /// A source with a random seed.
    #[must_use]
    pub fn new() -> Self {
        Self(fastrand::Rng::new())
    }

    /// A source that repeats itself, for tests: two with one seed make the same ids.
    #[must_use]
    pub fn with_seed(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A new id for a batch that opens at `now`.
    pub fn next(&mut self, now: Timestamp) -> BatchId {
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.0.u64(..).to_le_bytes());
        random[8..].copy_from_slice(&self.0.u16(..).to_le_bytes());
        let millis = now.as_unix_millis().max(0).unsigned_abs();
        BatchId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

impl Default for BatchIds {
    fn default() -> Self {
        Self::new()
    }
}

/// A message beside what the store knows of its arrival.
#[derive(Clone, PartialEq, Eq)]
pub struct Arrived<M> {
    /// The message.
    pub message: M,
    /// When it was accepted.
    pub at: Timestamp,
}

/// Without the message, because a `Debug` line may end up in a log.
impl<M> fmt::Debug for Arrived<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrived").field("at", &self.at).finish_non_exhaustive()
    }
}

/// A provider's time further than this from the arrival is not believed.
const BELIEVABLE: Duration = Duration::from_secs(10 * 60);

impl<M: Message> Arrived<M> {
    /// The time that orders the message: the provider's if it is believable, else that of arrival.
    #[must_use]
    pub fn effective_at(&self) -> Timestamp {
        self.message
            .sent_at()
            .filter(|sent| sent.since(self.at).max(self.at.since(*sent)) <= BELIEVABLE)
            .unwrap_or(self.at)
    }
}

/// Provider times before 2000 come from clocks that were never set.
const YEAR_2000: Timestamp = Timestamp::from_unix_millis(946_684_800_000);

/// When the message was sent: as its provider says, if that is a time in the past, else when it arrived.
pub(crate) fn sent_at<M: Message>(message: &M, arrived_at: Timestamp) -> Timestamp {
    let is_credible = |sent: &Timestamp| (YEAR_2000..=arrived_at).contains(sent);
    message.sent_at().filter(is_credible).unwrap_or(arrived_at)
}

/// The messages of one key that are handled together.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch<K, M> {
    /// Unique for ever; the idempotency key of the reply.
    pub id: BatchId,
    /// Whose messages these are.
    pub key: K,
    /// The messages, in order of (effective time, part number, arrival). The parts of one long message come together,
    /// where the first of them would be. Shared, so that whoever handles them copies none.
    pub messages: Arc<[M]>,
    /// When each of `messages` was accepted, in the same order.
    pub arrived_at: Vec<Timestamp>,
    /// When the first message opened the batch.
    pub opened_at: Timestamp,
    /// When the batch was to be handled.
    pub due_at: Timestamp,
    /// Why it closed.
    pub close_reason: CloseReason,
    /// The control that decides its reply, if one of its messages was one.
    pub control: Option<Control>,
    /// Whether it holds any message that is not a control.
    pub has_content: bool,
}

/// The key masked and the messages counted, because a `Debug` line may end up in a log.
impl<K: Key, M> fmt::Debug for Batch<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("id", &self.id)
            .field("key", &self.key.redacted())
            .field("messages", &self.messages.len())
            .field("opened_at", &self.opened_at)
            .field("due_at", &self.due_at)
            .field("close_reason", &self.close_reason)
            .field("control", &self.control)
            .finish_non_exhaustive()
    }
}

impl<K, M: Message> Batch<K, M> {
    /// Puts together a batch from its `parts`, given in order of arrival, and sorts them.
    #[must_use]
    pub fn assemble(facts: &crate::lane::BatchFacts, key: K, mut parts: Vec<Arrived<M>>) -> Self {
        parts.sort_by_key(|part| (part.effective_at(), part.message.part()));
        let parts = long_messages_together(parts);
        let arrived_at = parts.iter().map(|part| part.at).collect();
        Self {
            id: facts.id,
            key,
            messages: parts.into_iter().map(|part| part.message).collect(),
            arrived_at,
            opened_at: facts.opened_at,
            due_at: facts.due_at,
            close_reason: facts.close_reason.unwrap_or(CloseReason::Timeout),
            control: facts.control,
            has_content: facts.has_content,
        }
    }

    /// The text that is classified: the sender's own words in every message, joined by line feeds.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        joined_text(&self.messages)
    }

    /// Takes the batch apart again. The messages are copied, because others may share them.
    #[must_use]
    pub fn into_parts(self) -> Vec<Arrived<M>> {
        let pairs = self.messages.iter().zip(self.arrived_at);
        pairs.map(|(message, at)| Arrived { message: message.clone(), at }).collect()
    }
}

/// Moves the parts of each long message to where the first of them stands, in order of their positions.
fn long_messages_together<M: Message>(messages: Vec<Arrived<M>>) -> Vec<Arrived<M>> {
    if messages.iter().all(|arrived| arrived.message.part_of().is_none()) {
        return messages;
    }
    let mut groups: Vec<Vec<Arrived<M>>> = Vec::new();
    let mut occurrences: HashMap<(Box<str>, u16), u32> = HashMap::new();
    let mut group_of: HashMap<(Box<str>, u32), usize> = HashMap::new();
    for arrived in messages {
        let Some(reference) = arrived.message.part_of().map(Box::<str>::from) else {
            groups.push(vec![arrived]);
            continue;
        };
        // References are short, and phones begin again: a part that is there already begins another long message.
        let occurrence = occurrences.entry((reference.clone(), arrived.message.part())).or_default();
        let group = *group_of.entry((reference, *occurrence)).or_insert(groups.len());
        *occurrence += 1;
        match groups.get_mut(group) {
            Some(group) => group.push(arrived),
            None => groups.push(vec![arrived]),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|arrived| arrived.message.part());
    }
    groups.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_enough_to_recognise_and_too_little_to_call() {
        let check = |text: &str, masked: &str| assert_eq!(mask(text), masked);
        check("+639123456789", "+63912•••6789");
        check("+15551234567", "+1555•••4567");
        check("123456789", "12•••6789");
        check("12345678", "•••78");
        check("123456", "•••56");
        check("12345", "•••");
        check("", "•••");
    }

    #[test]
    fn ids_that_hold_a_number_are_masked() {
        let check = |id: &str, masked: &str| {
            assert_eq!(masked_id(id), masked);
            assert!(format!("{:?}", SmsMessage::new("").with_id(id)).contains(masked));
        };
        // An example of Meta's, of 16503879439: HBgLMTY1MDM4Nzk0MzkV is 1c 18 0b, that number and 15.
        check(
            "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=",
            "wamid.•••GBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=",
        );
        check("wamid.short", "wamid.•••");
        check("wamid.HBgLMTY1MDM4Nzk0MzkVAgAé", "wamid.•••");
        check("SM0123456789abcdef", "SM0123456789abcdef");
    }

    #[test]
    fn batch_ids_sort_by_time_and_round_trip() {
        let mut ids = BatchIds::with_seed(7);
        let early = ids.next(Timestamp::from_unix_millis(1_000));
        let late = ids.next(Timestamp::from_unix_millis(2_000));
        assert!(early < late);
        assert_eq!(early.to_string().parse(), Ok(early));
        assert!("seven".parse::<BatchId>().is_err());
    }

    #[test]
    fn a_providers_time_counts_within_ten_minutes_of_arrival() {
        let arrival = Timestamp::from_unix_millis(10_000_000);
        let check = |sent: Timestamp, effective: Timestamp| {
            let arrived = Arrived { message: SmsMessage::new("").with_sent_at(sent), at: arrival };
            assert_eq!(arrived.effective_at(), effective);
        };
        check(arrival - BELIEVABLE, arrival - BELIEVABLE);
        check(arrival + BELIEVABLE, arrival + BELIEVABLE);
        check(arrival - BELIEVABLE - Duration::from_millis(1), arrival);
        check(arrival + BELIEVABLE + Duration::from_millis(1), arrival);
        check(Timestamp::MAX, arrival);
    }

    /// Assembles messages that arrived in this order, one millisecond apart, and joins their texts.
    fn assembled(messages: impl IntoIterator<Item = SmsMessage>) -> String {
        let arrivals = messages.into_iter().zip(0..);
        let at = |millis| Timestamp::from_unix_millis(millis);
        let arrived = arrivals.map(|(message, millis)| Arrived { message, at: at(millis) }).collect();
        joined_text(&long_messages_together(arrived).into_iter().map(|part| part.message).collect::<Vec<_>>())
            .into_owned()
    }

    fn part(reference: &str, part: u16, text: &str) -> SmsMessage {
        SmsMessage::new(text).with_part_of(reference, part)
    }

    #[test]
    fn parts_of_a_long_message_are_one_text_in_whatever_order_they_come() {
        let (one, two, three) = (part("7", 1, " I can "), part("7", 2, "hel"), part("7", 3, "p. "));
        for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
            let parts = order.map(|number| [&one, &two, &three][number - 1].clone());
            assert_eq!(assembled(parts), "I can help.", "{order:?}");
        }
        let others_between = [three, SmsMessage::new("Yes"), one, part("8", 1, "Bye"), two];
        assert_eq!(assembled(others_between), "I can help.\nYes\nBye");
    }

    #[test]
    fn what_is_missing_of_a_long_message_leaves_a_gap() {
        assert_eq!(assembled([part("7", 3, "end"), part("7", 1, "begin")]), "begin\nend");
        assert_eq!(assembled([part("7", 2, " only ")]), "only");
    }

    #[test]
    fn a_reference_may_be_used_again() {
        let parts = [part("7", 1, "a"), part("7", 2, "b"), part("7", 1, "c"), part("7", 2, "d")];
        assert_eq!(assembled(parts), "ab\ncd");
        let interleaved = [part("7", 2, "b"), part("7", 2, "d"), part("7", 1, "c"), part("7", 1, "e")];
        assert_eq!(assembled(interleaved), "cb\ned");
        // Parts only order messages that name no reference.
        assert_eq!(assembled([SmsMessage::new("a").with_part(1), SmsMessage::new("b").with_part(2)]), "a\nb");
    }
}
