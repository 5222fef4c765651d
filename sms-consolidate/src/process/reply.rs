//! The reply: waiting until it may leave, the point of no return, and what the gateway answers.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures::FutureExt;

use super::{Broken, Ending, Job, Stop};
use crate::clock::Timestamp;
use crate::consolidator::to_its_end;
use crate::lane::{OptOutChange, ReplyPart, ReplyRefusal, ReplyTerms, Stage};
use crate::message::{Key, Message};
use crate::optout::OptOutCause;
use crate::reply::{Receipt, Reply, ReplySender, SendError};
use crate::store::{Finish, NoReply, Outcome, StoreExt};

const LOST_WHILE_SENDING: &str = "an earlier attempt was lost while it sent the reply";

impl<K: Key, M: Message> Job<'_, K, M> {
    pub(super) async fn reply(&self, text: String) -> Result<Ending, Stop> {
        let Some(sender) = &self.inner.sender else {
            return Ok(Ending::without_reply(NoReply::Off));
        };
        let reply = Reply::new(self.claim.batch.id, self.key().clone(), text);
        if let Some(ending) = self.ready(sender.as_ref(), &reply).await? {
            return Ok(ending);
        }
        match self.begin_reply(&reply.text).await? {
            // The store, or a machine that was suspended, took long to say that it may leave.
            Ok(()) if self.is_stale() => return Ok(Ending::without_reply(NoReply::Stale)),
            Ok(()) => {}
            Err(refusal) => {
                let handed_back = || self.hand_back(&refusal.to_string());
                return Ok(refusal.no_reply().map_or_else(handed_back, Ending::without_reply));
            }
        }
        self.send(sender.as_ref(), &reply).await
    }

    /// Passes the point of no return, with a lease that is long enough for sending. Records what the batch was found to
    /// be, if that has yet to be.
    async fn begin_reply(&self, text: &str) -> Result<Result<(), ReplyRefusal>, Stop> {
        self.may_have_begun.store(true, Ordering::Relaxed);
        let begun = self.try_begin_reply(text).await?;
        if begun != Err(ReplyRefusal::LeaseTooShort) {
            return Ok(begun);
        }
        self.persist(|| self.renew_lease()).await?;
        self.try_begin_reply(text).await
    }

    async fn try_begin_reply(&self, text: &str) -> Result<Result<(), ReplyRefusal>, Stop> {
        let settings = &self.inner.settings;
        let asked_at = AtomicI64::new(0);
        let record = || {
            let now = self.now();
            asked_at.store(now.as_unix_millis(), Ordering::Relaxed);
            let terms = ReplyTerms {
                parts: vec![ReplyPart::new(text)],
                control: self.claim.batch.control,
                send_timeout: settings.send_timeout,
                max_replies_per_hour: settings.max_replies_per_hour,
                opt_out_scope: settings.opt_out_scope,
            };
            let classification = self.unrecorded().clone();
            self.inner.store.record(now, self.key(), self.fence(), classification, Some(terms))
        };
        let recorded = self.persist(record).await?;
        self.recorded();
        if recorded.reply.is_ok() {
            // So much was left, whatever became of the answer to a renewal.
            let asked_at = Timestamp::from_unix_millis(asked_at.load(Ordering::Relaxed));
            self.lease_lasts_until(asked_at + settings.send_timeout);
        }
        Ok(recorded.reply)
    }

    /// Takes up a batch whose last holder was at the point of no return when it was lost.
    pub(super) async fn resume_reply(&self) -> Result<Ending, Stop> {
        let unknown = |why: &str| Finish::new(Outcome::ReplyUnknown).with_error(why);
        let (Some(sender), Some(text)) = (&self.inner.sender, self.decided_text()) else {
            return Ok(Ending::Finish(unknown(LOST_WHILE_SENDING)));
        };
        let reply = Reply::new(self.claim.batch.id, self.key().clone(), text);
        if !sender.is_idempotent() {
            return self.end_unknown(sender.as_ref(), &reply, LOST_WHILE_SENDING).await;
        }
        if let Some(why) = self.is_given_up() {
            return self.end_unknown(sender.as_ref(), &reply, &why).await;
        }
        let too_late = "too late to ask again";
        if self.is_stale() {
            return self.end_unknown(sender.as_ref(), &reply, too_late).await;
        }
        if let Some(ending) = self.ready(sender.as_ref(), &reply).await? {
            return Ok(ending);
        }
        match self.begin_reply(&reply.text).await? {
            Ok(()) if self.is_stale() => self.end_unknown(sender.as_ref(), &reply, too_late).await,
            Ok(()) => self.send(sender.as_ref(), &reply).await,
            Err(refusal) => {
                self.end_unknown(sender.as_ref(), &reply, &format!("not asked again: {refusal}")).await
            }
        }
    }

    /// Waits until the reply may leave. An ending says that it may not.
    async fn ready(&self, sender: &dyn ReplySender<K>, reply: &Reply<K>) -> Result<Option<Ending>, Stop> {
        let asked_at = self.now();
        let time_left = self.reply_by().since(asked_at);
        let mut ready = pin!(self.guard(time_left, async { sender.ready(reply).await }));
        let answer = match ready.as_mut().now_or_never() {
            Some(answer) => answer,
            None => {
                // Before a wait: another attempt is not to pay for a second classification.
                self.record().await?;
                ready.await
            }
        };
        let maybe_sent = self.claim.stage == Stage::Replying;
        let error = match answer {
            Ok(Ok(())) => return Ok(None),
            Ok(Err(error)) => error,
            Err(Broken::TimedOut(_)) if !maybe_sent => {
                return Ok(Some(Ending::without_reply(NoReply::Stale)));
            }
            Err(broken) => SendError::not_sent(broken),
        };
        Ok(Some(match error {
            SendError::Rejected { opted_out, source } => {
                self.rejected(sender, reply, asked_at, (opted_out, &source)).await?
            }
            SendError::NotSent { retry_after, source } => {
                self.sending_failed(retry_after, maybe_sent, &SendError::not_sent(source))
            }
            SendError::Unknown { source } => {
                self.sending_failed(None, maybe_sent, &SendError::not_sent(source))
            }
        }))
    }

    async fn send(&self, sender: &dyn ReplySender<K>, reply: &Reply<K>) -> Result<Ending, Stop> {
        let asked_at = self.now();
        self.may_have_sent.store(true, Ordering::Relaxed);
        let call = async { sender.send(reply).await };
        let sent = match self.guard(self.inner.settings.send_timeout, call).await {
            Ok(answer) => answer,
            Err(broken) => Err(SendError::unknown(broken)),
        };
        match sent {
            Ok(receipt) => Ok(self.sent(reply, receipt)),
            Err(SendError::Rejected { opted_out, source }) => {
                self.rejected(sender, reply, asked_at, (opted_out, &source)).await
            }
            Err(SendError::NotSent { retry_after, source }) => {
                // An earlier attempt of an idempotent sender may have sent it all the same.
                let maybe_sent = self.claim.stage == Stage::Replying;
                self.may_have_sent.store(maybe_sent, Ordering::Relaxed);
                Ok(self.sending_failed(retry_after, maybe_sent, &SendError::not_sent(source)))
            }
            Err(error @ SendError::Unknown { .. }) if sender.is_idempotent() => {
                Ok(self.sending_failed(None, true, &error))
            }
            Err(error @ SendError::Unknown { .. }) => {
                self.end_unknown(sender, reply, &error.to_string()).await
            }
        }
    }

    fn sent(&self, reply: &Reply<K>, receipt: Receipt) -> Ending {
        self.inner.events.log_sent(reply, self.claim.batch.messages.len(), &receipt);
        Ending::Finish(Finish::new(Outcome::Replied(vec![receipt])))
    }

    /// The gateway, asked at that instant, refuses the reply for good.
    async fn rejected(
        &self,
        sender: &dyn ReplySender<K>,
        reply: &Reply<K>,
        asked_at: Timestamp,
        (opted_out, error): (bool, &(dyn std::fmt::Display + Sync)),
    ) -> Result<Ending, Stop> {
        // An earlier try may have arrived all the same.
        let maybe_sent = self.claim.stage == Stage::Replying;
        self.may_have_sent.store(maybe_sent, Ordering::Relaxed);
        if opted_out {
            // A START that came since is newer than what the gateway knew.
            let change = OptOutChange::new(true, OptOutCause::Gateway).as_of(asked_at);
            let batch = Some(self.claim.batch.id);
            let record = || async move {
                // An interruption must not come between the change and its event.
                let (inner, key) = (Arc::clone(self.inner), self.key().clone());
                Ok(to_its_end(async move { inner.opt_out(&key, change, batch).await }).await?)
            };
            self.persist(record).await?;
        }
        if maybe_sent {
            return self.end_unknown(sender, reply, &error.to_string()).await;
        }
        let why = if opted_out { NoReply::OptedOut } else { NoReply::Rejected };
        Ok(Ending::Finish(Finish::new(Outcome::NoReply(why)).with_error(error)))
    }

    /// Ends a batch whose reply may have been sent, unless the gateway can say that it was.
    async fn end_unknown(
        &self,
        sender: &dyn ReplySender<K>,
        reply: &Reply<K>,
        why: &str,
    ) -> Result<Ending, Stop> {
        let call = async { sender.look_up(reply).await };
        let found: Option<Receipt> = self.guard(self.inner.settings.send_timeout, call).await.ok().flatten();
        Ok(match found {
            Some(receipt) => self.sent(reply, receipt),
            None => Ending::Finish(Finish::new(Outcome::ReplyUnknown).with_error(why)),
        })
    }
}
