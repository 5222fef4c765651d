//! The world outside the library: a classifier and a gateway that fail in every way they may.

use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::{
    BatchId, Classification, Classifier, ClassifyError, Clock, Context, Label, Receipt, Reply, ReplySender,
    SendError, async_trait,
};

use crate::oracle::Sent;
use crate::plan::{SimKey, SimMessage};
use crate::world::World;

/// The classifier and the sender of one node.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) world: Arc<World>,
    pub(crate) node: usize,
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    Answer,
    Fail(Option<Duration>),
    FailForGood,
    Hang,
    Panic,
}

/// Unwinds without the panic hook, so that only the library's own panics reach that.
fn panic_on_purpose() -> ! {
    std::panic::resume_unwind(Box::new("on purpose"))
}

/// A call that ends as `cut off` unless it says otherwise.
struct Call<'a> {
    world: &'a World,
    number: usize,
    open: bool,
}

impl Call<'_> {
    fn ended(mut self, answered: bool) {
        self.open = false;
        self.world.observe(|state| state.oracle.classify_ended(self.number, answered));
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if self.open {
            self.world.observe(|state| {
                state.trace(|| format!("classify #{} cut off", self.number));
                state.oracle.classify_ended(self.number, false);
            });
        }
    }
}

struct SendCall<'a> {
    world: &'a World,
    number: usize,
    open: bool,
}

impl SendCall<'_> {
    fn ended(mut self, sent: Sent) {
        self.open = false;
        self.world.observe(|state| state.oracle.send_ended(self.number, sent));
    }
}

impl Drop for SendCall<'_> {
    fn drop(&mut self) {
        if self.open {
            self.world.observe(|state| {
                state.trace(|| format!("send #{} cut off", self.number));
                state.oracle.send_cut_off(self.world.clock.now(), self.number);
            });
        }
    }
}

impl Outside {
    fn ask_to_wait(&self, batch: BatchId, wait: Option<Duration>) {
        let until = wait.map(|wait| self.world.clock.now() + wait);
        self.world.observe(|state| state.oracle.asks_to_wait(batch, until));
    }
}

#[async_trait]
impl Classifier<SimMessage> for Outside {
    async fn classify(
        &self,
        messages: &[SimMessage],
        context: &Context,
    ) -> Result<Classification, ClassifyError> {
        let now = self.world.clock.now();
        let tags: Vec<u32> = messages.iter().map(|message| message.tag).collect();
        let (number, verdict, wait, label) = self.world.observe(|state| {
            let number = state.oracle.classify_begins(self.node, context.batch, &tags);
            let (faults, rng) = (state.plan.classifier_faults, &mut state.rng);
            let verdict = if state.calm || rng.u32(0..1_000) >= faults {
                Verdict::Answer
            } else {
                match rng.u8(0..6) {
                    0..2 => Verdict::Fail(None),
                    2 => Verdict::Fail(Some(Duration::from_secs(rng.u64(1..=30)))),
                    3 => Verdict::FailForGood,
                    4 => Verdict::Hang,
                    _ => Verdict::Panic,
                }
            };
            let is_slow = rng.u8(0..3) == 0;
            let wait = is_slow.then(|| Duration::from_millis(rng.u64(1..=20_000)));
            let label = [Label::AGREE, Label::NOT_AGREE, Label::new("SILENT")][rng.usize(0..3)].clone();
            let batch = state.oracle.name(context.batch);
            state
                .trace(|| format!("classify #{number} {batch} {tags:?}: {verdict:?} {label} after {wait:?}"));
            (number, verdict, wait, label)
        });
        let call = Call { world: &self.world, number, open: true };
        if let Some(wait) = wait {
            self.world.clock.sleep_until(now + wait).await;
        }
        match verdict {
            Verdict::Answer => {
                call.ended(true);
                Ok(Classification::new(label, "Simulated"))
            }
            Verdict::Fail(retry_after) => {
                self.ask_to_wait(context.batch, retry_after);
                call.ended(false);
                Err(match retry_after {
                    Some(wait) => ClassifyError::retryable_after(wait, "simulated"),
                    None => ClassifyError::retryable("simulated"),
                })
            }
            Verdict::FailForGood => {
                call.ended(false);
                Err(ClassifyError::permanent("simulated"))
            }
            Verdict::Hang => std::future::pending().await,
            Verdict::Panic => panic_on_purpose(),
        }
    }
}

/// What the gateway does with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Delivery {
    /// Whether the reply reaches the recipient.
    takes: bool,
    answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Receipt,
    Reject { opted_out: bool },
    NotSent(Option<Duration>),
    Unknown,
    Hang,
    Panic,
}

fn draw_delivery(rng: &mut fastrand::Rng, faults: u32, knows_it: bool) -> Delivery {
    let took = |answer| Delivery { takes: true, answer };
    let did_not = |answer| Delivery { takes: false, answer };
    if rng.u32(0..1_000) >= faults {
        return took(Answer::Receipt);
    }
    match rng.u8(0..11) {
        // An idempotent gateway does not reject what it has taken.
        0..3 if knows_it => took(Answer::Receipt),
        0..2 => did_not(Answer::Reject { opted_out: false }),
        2 => did_not(Answer::Reject { opted_out: true }),
        3 => did_not(Answer::NotSent(None)),
        4 => did_not(Answer::NotSent(Some(Duration::from_secs(rng.u64(1..=30))))),
        5 => took(Answer::Unknown),
        6 => did_not(Answer::Unknown),
        7 => took(Answer::Hang),
        8 => did_not(Answer::Hang),
        9 => took(Answer::Panic),
        _ => did_not(Answer::Panic),
    }
}

#[async_trait]
impl ReplySender<SimKey> for Outside {
    async fn send(&self, reply: &Reply<SimKey>) -> Result<Receipt, SendError> {
        let now = self.world.clock.now();
        let (number, delivery, wait) = self.world.observe(|state| {
            let number = state.oracle.send_begins(now, self.node, reply);
            let knows_it = state.plan.idempotent && state.oracle.is_taken(reply.batch);
            let faults = if state.calm { 0 } else { state.plan.sender_faults };
            let mut delivery = draw_delivery(&mut state.rng, faults, knows_it);
            // Nor does it take what it has rejected.
            let rejected = state.oracle.was_rejected(reply.batch).filter(|_| state.plan.idempotent);
            if let Some(opted_out) = rejected {
                delivery = Delivery { takes: false, answer: Answer::Reject { opted_out } };
            }
            if let Answer::Reject { opted_out } = delivery.answer {
                state.oracle.rejects(reply.batch, opted_out);
            }
            let is_slow = state.rng.u8(0..3) == 0;
            let wait = is_slow.then(|| Duration::from_millis(state.rng.u64(1..=10_000)));
            let batch = state.oracle.name(reply.batch);
            state.trace(|| format!("send #{number} {batch} {:?}: {delivery:?} after {wait:?}", reply.text));
            if delivery.takes {
                state.oracle.takes(reply.batch);
            }
            (number, delivery, wait)
        });
        let call = SendCall { world: &self.world, number, open: true };
        if let Some(wait) = wait {
            self.world.clock.sleep_until(now + wait).await;
        }
        match delivery.answer {
            Answer::Receipt => {
                call.ended(Sent::Taken);
                Ok(Receipt::new(reply.batch.to_string()))
            }
            Answer::Reject { opted_out } => {
                call.ended(Sent::Rejected { opted_out });
                Err(if opted_out {
                    SendError::opted_out("simulated")
                } else {
                    SendError::rejected("simulated")
                })
            }
            Answer::NotSent(retry_after) => {
                self.ask_to_wait(reply.batch, retry_after);
                call.ended(Sent::Refused);
                Err(match retry_after {
                    Some(wait) => SendError::not_sent_for(wait, "simulated"),
                    None => SendError::not_sent("simulated"),
                })
            }
            Answer::Unknown => {
                call.ended(Sent::Unknown);
                Err(SendError::unknown("simulated"))
            }
            Answer::Hang => std::future::pending().await,
            Answer::Panic => {
                call.ended(Sent::Unknown);
                panic_on_purpose()
            }
        }
    }

    fn is_idempotent(&self) -> bool {
        self.world.observe(|state| state.plan.idempotent)
    }

    async fn look_up(&self, reply: &Reply<SimKey>) -> Option<Receipt> {
        let (fate, found) = self.world.observe(|state| {
            let found = state.plan.look_up && state.oracle.is_taken(reply.batch);
            let fate = if state.calm { 9 } else { state.rng.u8(0..10) };
            let batch = state.oracle.name(reply.batch);
            state.trace(|| format!("look up {batch}: fate {fate}, found {found}"));
            (fate, found)
        });
        match fate {
            0 => std::future::pending().await,
            1 => panic_on_purpose(),
            2 => None,
            _ => found.then(|| Receipt::new(reply.batch.to_string())),
        }
    }
}
