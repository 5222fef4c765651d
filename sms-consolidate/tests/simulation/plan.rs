//! What a run is made of: its settings, drawn from the seed, and the keys and messages that it works with.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sms_consolidate::{Key, Label, Message, OptOutScope, Timestamp, Window};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

pub(crate) const MAX_TEXT_BYTES: usize = 120;

pub(crate) const STOP_TEXT: &str = "stopped";
pub(crate) const START_TEXT: &str = "started";
pub(crate) const HELP_TEXT: &str = "helped";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SimKey(pub(crate) u8);

/// The key that no reply can reach.
pub(crate) const UNREACHABLE: SimKey = SimKey(3);

impl fmt::Display for SimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "k{}", self.0)
    }
}

impl FromStr for SimKey {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim_start_matches('k').parse().map(Self)
    }
}

impl Key for SimKey {
    fn redacted(&self) -> String {
        self.to_string()
    }

    fn can_reply(&self) -> bool {
        *self != UNREACHABLE
    }

    /// Two keys are of one sender.
    fn opt_out_scope(&self, scope: OptOutScope) -> String {
        match scope {
            OptOutScope::Sender => format!("s{}", self.0 / 2),
            _ => self.to_string(),
        }
    }
}

/// What a message is, as the one who wrote it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    /// Its window is immediate, where the plan's shape has urgent messages.
    Urgent,
    Stop,
    Start,
    Yes,
    Help,
}

#[derive(Clone, Debug)]
pub(crate) struct SimMessage {
    /// Its number in the run; by it messages are told apart, with an id or without.
    pub(crate) tag: u32,
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) id: Option<String>,
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) part: u16,
}

impl Message for SimMessage {
    fn text(&self) -> &str {
        &self.text
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn sent_at(&self) -> Option<Timestamp> {
        self.sent_at
    }

    fn part(&self) -> u16 {
        self.part
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Fixed(Duration),
    Sliding {
        quiet: Duration,
        max_wait: Duration,
    },
    Aligned {
        slot: Duration,
        grace: Duration,
    },
    Immediate,
    /// Fixed, but urgent messages close at once.
    Mixed(Duration),
}

/// A window as the oracle computes it, without the library's `Window`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) open_for: Duration,
    pub(crate) extend_by: Option<Duration>,
    pub(crate) max_wait: Duration,
}

/// How the store behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// It answers at once.
    Clear,
    /// It answers after other tasks have run, but at the same instant.
    Hazy,
    /// Its answers take time.
    Slow,
    /// It fails, or its answers are lost.
    Stormy,
}

impl Weather {
    /// Whether every answer comes, and at the instant of the question.
    pub(crate) fn is_prompt(self) -> bool {
        matches!(self, Self::Clear | Self::Hazy)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keywords {
    Off,
    Ours { help: bool },
    AnsweredByGateway,
}

/// The settings of one run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) start: Timestamp,
    pub(crate) keys: u8,
    pub(crate) operations: usize,
    pub(crate) shape: Shape,
    pub(crate) max_messages: u32,
    pub(crate) max_bytes: u32,
    pub(crate) supersede: bool,
    pub(crate) supersede_within: Option<Duration>,
    pub(crate) keywords: Keywords,
    pub(crate) scope: OptOutScope,
    pub(crate) replies: bool,
    pub(crate) idempotent: bool,
    pub(crate) look_up: bool,
    pub(crate) max_in_flight: usize,
    pub(crate) max_attempts: u32,
    pub(crate) max_retry_time: Duration,
    pub(crate) first_wait: Duration,
    pub(crate) max_lease_losses: u32,
    pub(crate) max_replies_per_hour: Option<u32>,
    pub(crate) reply_within: Duration,
    pub(crate) lease: Duration,
    pub(crate) classify_timeout: Duration,
    pub(crate) send_timeout: Duration,
    pub(crate) nodes: usize,
    /// Whether the store says that it outlives the process. Two nodes only ever share one that does.
    pub(crate) durable: bool,
    pub(crate) weather: Weather,
    pub(crate) max_buffered: usize,
    pub(crate) max_keys: usize,
    /// Of a thousand calls, how many go wrong.
    pub(crate) classifier_faults: u32,
    pub(crate) sender_faults: u32,
}

fn seconds(rng: &mut fastrand::Rng, range: std::ops::RangeInclusive<u64>) -> Duration {
    Duration::from_secs(rng.u64(range))
}

fn pick<T: Clone>(rng: &mut fastrand::Rng, choices: &[T]) -> T {
    choices[rng.usize(..choices.len())].clone()
}

impl Plan {
    pub(crate) fn draw(seed: u64) -> Self {
        let rng = &mut fastrand::Rng::with_seed(seed);
        let shape = match rng.u8(0..8) {
            0..3 => Shape::Fixed(seconds(rng, 1..=60)),
            3..5 => {
                let quiet = seconds(rng, 1..=20);
                Shape::Sliding { quiet, max_wait: quiet * rng.u32(1..=4) }
            }
            5 => Shape::Aligned { slot: seconds(rng, 5..=30), grace: seconds(rng, 0..=10) },
            6 => Shape::Immediate,
            _ => Shape::Mixed(seconds(rng, 5..=60)),
        };
        let send_timeout = seconds(rng, 2..=20);
        let nodes = if rng.u8(0..4) == 0 { 2 } else { 1 };
        let is_small = rng.u8(0..8) == 0;
        Self {
            seed,
            start: Timestamp::from_unix_millis(1_767_225_600_000 + rng.i64(0..3_600_000)),
            keys: rng.u8(1..=4),
            operations: rng.usize(10..=40),
            shape,
            max_messages: if rng.bool() { 500 } else { rng.u32(1..=5) },
            max_bytes: if rng.u8(0..4) == 0 { rng.u32(20..=150) } else { 100_000 },
            supersede: rng.bool(),
            supersede_within: rng.bool().then(|| seconds(rng, 1..=120)),
            keywords: pick(
                rng,
                &[
                    Keywords::Off,
                    Keywords::Ours { help: false },
                    Keywords::Ours { help: true },
                    Keywords::AnsweredByGateway,
                ],
            ),
            scope: pick(rng, &[OptOutScope::Conversation, OptOutScope::Sender]),
            replies: rng.u8(0..6) != 0,
            idempotent: rng.bool(),
            look_up: rng.u8(0..3) == 0,
            max_in_flight: rng.usize(1..=4),
            max_attempts: rng.u32(1..=5),
            max_retry_time: seconds(rng, 10..=600),
            first_wait: seconds(rng, 1..=10),
            max_lease_losses: rng.u32(0..=5),
            max_replies_per_hour: pick(rng, &[None, Some(1), Some(3), Some(20)]),
            reply_within: pick(rng, &[HOUR, HOUR, SECOND * 90]),
            lease: send_timeout * 2 + seconds(rng, 0..=30),
            classify_timeout: seconds(rng, 2..=30),
            send_timeout,
            nodes,
            durable: nodes > 1 || rng.bool(),
            weather: pick(
                rng,
                &[Weather::Clear, Weather::Clear, Weather::Hazy, Weather::Slow, Weather::Stormy],
            ),
            max_buffered: if is_small { rng.usize(1..=8) } else { 100_000 },
            max_keys: if is_small { rng.usize(1..=3) } else { 100_000 },
            classifier_faults: pick(rng, &[0, 200, 600]),
            sender_faults: pick(rng, &[0, 200, 600]),
        }
    }

    /// The window of a message of this kind that arrives at `now`, by the architecture's words.
    pub(crate) fn span(&self, kind: Kind, now: Timestamp) -> Span {
        let fixed = |length| Span { open_for: length, extend_by: None, max_wait: length };
        match self.shape {
            Shape::Fixed(length) => fixed(length),
            Shape::Sliding { quiet, max_wait } => Span { open_for: quiet, extend_by: Some(quiet), max_wait },
            Shape::Aligned { slot, grace } => {
                let slot_ms = slot.as_millis() as i64;
                let slots_begun = now.as_unix_millis() / slot_ms + 1;
                let open_ms = slots_begun * slot_ms - now.as_unix_millis();
                let open_for = Duration::from_millis(open_ms as u64) + grace;
                Span { open_for, extend_by: None, max_wait: slot + grace }
            }
            Shape::Immediate => fixed(Duration::ZERO),
            Shape::Mixed(_) if kind == Kind::Urgent => fixed(Duration::ZERO),
            Shape::Mixed(length) => fixed(length),
        }
    }

    /// What a node answers to this label. Each has its own words, as in the middle of a deployment.
    pub(crate) fn template(label: &Label, node: usize) -> Option<String> {
        (label.as_str() != "SILENT").then(|| format!("on {label} by n{node}"))
    }

    /// The same as the library's policy.
    pub(crate) fn window(&self, kind: Kind, now: Timestamp) -> Window {
        let window = match self.shape {
            Shape::Fixed(length) => Window::fixed(length),
            Shape::Sliding { quiet, max_wait } => Window::sliding(quiet, max_wait),
            Shape::Aligned { slot, grace } => Window::aligned(slot, grace).window_at(now),
            Shape::Mixed(length) if kind != Kind::Urgent => Window::fixed(length),
            Shape::Immediate | Shape::Mixed(_) => Window::immediate(),
        };
        window.with_max_messages(self.max_messages).with_max_bytes(self.max_bytes)
    }
}
