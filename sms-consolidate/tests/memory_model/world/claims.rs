//! What workers do.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use sms_consolidate::lane::{
    Buried, Fence, LOOP_GUARD_PERIOD, ReplyPart, ReplyRefusal, ReplyTerms, RetryTerms,
};
use sms_consolidate::store::{
    Claim, Counts, FencedError, Filter, Finish, NoReply, Outcome, Record, Store, StoreExt,
};
use sms_consolidate::testing::TestKey;
use sms_consolidate::{Classification, Label, Receipt, SmsMessage};

use super::super::line::{Held, Work};
use super::super::ops::{Reach, Who};
use super::{Memory, SECOND, World, name, now, number, ok, opt_out_scope, scope_of, tags_of};

const REPLIES_PER_HOUR: u32 = 2;

impl World {
    pub(super) fn claim(&mut self, limit: usize, lease: Duration) {
        let due =
            self.lines.iter().filter(|line| line.wake_at().is_some_and(|wake| wake <= self.now)).count();
        let most = NonZeroUsize::new(limit).expect("no limit is zero");
        let claims = ok(self.store.claim(self.now, most, lease));
        assert_eq!(claims.len(), due.min(limit), "due heads, and nothing else, are claimed");
        for claim in claims {
            self.claimed(&claim, lease);
        }
        if due < limit {
            let wake = ok(self.store.next_wake());
            assert!(
                wake.is_none_or(|wake| wake > self.now),
                "nothing is due any more, so nobody is woken now"
            );
        }
    }

    fn claimed(&mut self, claim: &Claim<TestKey, SmsMessage>, lease: Duration) {
        let (now, key) = (self.now, number(&claim.batch.key));
        let line = self.line(key);
        assert!(line.wake_at().is_some_and(|wake| wake <= now), "its head is due");
        assert_eq!(claim.batch.id, line.batches[0].id, "only the head is claimed");
        assert_eq!(tags_of(&claim.batch), line.batches[0].sorted());
        let earlier = line.work.take();
        let classified = earlier.as_ref().is_some_and(|work| work.classified);
        let reply = earlier.as_ref().and_then(|work| work.reply.clone());
        assert_eq!(claim.classification.is_some(), classified);
        assert_eq!(claim.reply.first().map(|part| &part.text), reply.as_ref());
        line.work = Some(Work {
            fence: claim.fence(),
            leased: true,
            until: now + lease,
            classified,
            reply,
            replying: earlier.as_ref().is_some_and(|work| work.replying),
            reply_counts: earlier.is_some_and(|work| work.reply_counts),
        });
        self.issued.push((key, claim.fence()));
    }

    fn pick(&self, who: Who) -> Option<(u8, Fence)> {
        match who {
            Who::Holder(key) => {
                let work = self.lines[usize::from(key)].work.as_ref().filter(|work| work.leased)?;
                Some((key, work.fence))
            }
            Who::Any(index) => (!self.issued.is_empty()).then(|| *index.get(&self.issued)),
        }
    }

    fn snapshot(&self) -> (Counts, Vec<Record<TestKey>>) {
        (self.counts(), ok(self.store.list(&Filter::newest(usize::MAX))))
    }

    /// Makes a fenced write. Returns its value if the fence is good; if not, it must have been refused.
    pub(super) fn fenced<T: std::fmt::Debug>(
        &mut self,
        (key, fence): (u8, Fence),
        write: impl AsyncFnOnce(&Memory, &TestKey) -> Result<T, FencedError>,
    ) -> Option<T> {
        let holds = self.line(key).holds(fence);
        let before = (!holds).then(|| self.snapshot());
        let result = now(write(&self.store, &name(key)));
        match (before, result) {
            (None, result) => Some(result.expect("the claim holds")),
            (Some(before), Err(FencedError::Lost(_))) => {
                assert_eq!(self.snapshot(), before, "a stale fence changes nothing");
                None
            }
            (Some(_), result) => panic!("a stale fence was answered with {result:?}"),
        }
    }

    fn work(&mut self, key: u8) -> &mut Work {
        self.line(key).work.as_mut().expect("a held head has work")
    }

    pub(super) fn renew(&mut self, who: Who, lease: Duration) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let renewed = self.fenced(held, async |store, key| store.renew(at, key, held.1, lease).await);
        if let Some(until) = renewed {
            let work = self.work(held.0);
            work.until = work.until.max(at + lease);
            assert_eq!(until, work.until);
        }
    }

    pub(super) fn record(&mut self, who: Who, classified: bool, reply: Option<Reach>) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let text = format!("reply {}", self.issued.len());
        let found = classified.then(|| Classification::new(Label::AGREE, "model"));
        let terms = reply.map(|reach| ReplyTerms {
            parts: vec![ReplyPart::new(&text)],
            control: None,
            send_timeout: SECOND,
            max_replies_per_hour: NonZeroU32::new(REPLIES_PER_HOUR),
            opt_out_scope: opt_out_scope(reach),
        });
        let write = async |store: &Memory, key: &TestKey| store.record(at, key, held.1, found, terms).await;
        let Some(recorded) = self.fenced(held, write) else { return };
        self.work(held.0).classified |= classified;
        match reply {
            Some(reach) => self.began(held.0, reach, recorded.reply, text),
            None => assert_eq!(recorded.reply, Ok(()), "no reply was asked for"),
        }
    }

    fn began(&mut self, key: u8, reach: Reach, begun: Result<(), ReplyRefusal>, text: String) {
        let at = self.now;
        let opted_out = self.sender(&scope_of(key, reach)).is_opted_out();
        let line = self.line(key);
        let counted = line.replies.iter().filter(|sent| at < **sent + LOOP_GUARD_PERIOD).count();
        let is_used_up = !line.is_replying() && counted >= REPLIES_PER_HOUR as usize;
        if opted_out {
            return assert_eq!(begun, Err(ReplyRefusal::OptedOut), "no reply after an opt-out");
        }
        match begun {
            Err(ReplyRefusal::LoopGuard) => assert!(is_used_up, "there is a reply left"),
            Err(_) => {}
            Ok(()) => {
                assert!(!is_used_up, "the store remembers the replies of the last hour");
                if !line.is_replying() {
                    line.replies.push(at);
                    let work = self.work(key);
                    (work.replying, work.reply_counts) = (true, true);
                    work.reply.get_or_insert(text);
                }
            }
        }
    }

    /// Takes the head out of its line.
    fn pop(&mut self, key: u8) -> Held {
        let line = self.line(key);
        line.work = None;
        line.batches.remove(0)
    }

    pub(super) fn finish(&mut self, who: Who, replied: bool) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let outcome = match replied {
            true => Outcome::Replied(vec![Receipt::default()]),
            false => Outcome::NoReply(NoReply::Off),
        };
        let finish = Finish::new(outcome);
        let wake = self.fenced(held, async |store, key| store.finish(at, key, held.1, finish).await);
        if let Some(wake) = wake {
            if !replied {
                self.line(held.0).withdraw_reply();
            }
            let batch = self.pop(held.0);
            self.finished.insert(batch.id, batch);
            assert_eq!(wake, self.line(held.0).wake_at());
        }
    }

    pub(super) fn retry(&mut self, who: Who, after: Duration, maybe_sent: bool) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let terms = RetryTerms { at: at + after, counts: true, maybe_sent };
        let wake = self.fenced(held, async |store, key| store.retry(at, key, held.1, terms, "why").await);
        if let Some(wake) = wake {
            let work = self.work(held.0);
            (work.leased, work.until) = (false, at + after);
            let line = self.line(held.0);
            if !maybe_sent {
                line.withdraw_reply();
            }
            assert_eq!(wake, line.wake_at());
        }
    }

    pub(super) fn bury(&mut self, who: Who, maybe_sent: bool) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let is_over = maybe_sent && self.line(held.0).is_replying();
        let buried =
            self.fenced(held, async |store, key| store.bury(at, key, held.1, maybe_sent, "why").await);
        let Some(buried) = buried else { return };
        let expected = if is_over { Buried::ReplyUnknown } else { Buried::Dead { abandoned: None } };
        assert_eq!(buried.answer, expected);
        if !is_over {
            self.line(held.0).withdraw_reply();
        }
        let batch = self.pop(held.0);
        assert_eq!(buried.wake_at, self.line(held.0).wake_at());
        if is_over {
            self.finished.insert(batch.id, batch);
        } else {
            self.dead.insert(batch.id, (held.0, batch));
        }
    }
}
