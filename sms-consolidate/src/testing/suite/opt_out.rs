use super::kit::*;
use crate::Timestamp;
use crate::lane::{
    Answer, CloseReason, Control, Entry, Keyword, OptOutChange, ReplyRefusal, ReplyTerms, Sender, SenderId,
    Transition,
};
use crate::message::{OptOutScope, SmsMessage};
use crate::optout::OptOutCause;
use crate::store::{Appended, Arrival, OptedOut, Status};
use crate::testing::StoreFixture;

fn yes(key: &str) -> Arrival<TestKey, SmsMessage> {
    Arrival { keyword: Some((Keyword::StartIfStopped, OptOutCause::Keyword)), ..message(key, "YES") }
}

fn confirms_stop() -> ReplyTerms {
    ReplyTerms { control: Some(Control::Stop), ..TERMS }
}

/// The same, where an opt-out holds for the sender on all lines.
fn on_all_lines(arrival: Arrival<TestKey, SmsMessage>) -> Arrival<TestKey, SmsMessage> {
    Arrival { opt_out_scope: OptOutScope::Sender, ..arrival }
}

fn to_the_sender(terms: ReplyTerms) -> ReplyTerms {
    ReplyTerms { opt_out_scope: OptOutScope::Sender, ..terms }
}

const STOP: OptOutChange = OptOutChange::new(true, OptOutCause::Operator);
const START: OptOutChange = OptOutChange::new(false, OptOutCause::Operator);

impl<S: Store<TestKey, SmsMessage>> Subject<S> {
    pub(super) async fn set_opted_out(&self, now: Timestamp, scope: &str, change: OptOutChange) -> bool {
        self.0.set_opted_out(now, scope, change).await.expect("set_opted_out")
    }

    async fn sender(&self, scope: &str) -> Sender {
        self.0.sender(scope).await.expect("sender")
    }

    async fn opted_out(&self, after: Option<SenderId>, most: usize) -> Vec<OptedOut> {
        self.0.opted_out(after, limit(most)).await.expect("opted_out")
    }

    /// Whether a new batch of `key` may be replied to.
    async fn may_reply(&self, now: Timestamp, key: &str, terms: &ReplyTerms) -> Result<(), ReplyRefusal> {
        let claim = self.push_and_claim(now, key).await;
        let begun = self.begin_reply(now, &claim, "reply", terms).await;
        self.finish(now, &claim).await;
        begun
    }
}

pub async fn a_stop_takes_effect_with_its_message<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), message("a", "1")).await;
    let accepted = store.push(at(1), control("a", Control::Stop)).await;
    assert_eq!((accepted.entry, accepted.due_at), (Entry::Joined, at(1)), "the open batch closes now");
    assert_eq!(accepted.control, Some(Control::Stop));
    let claim = store.claim_one(at(1)).await;
    let batch = &claim.batch;
    assert_eq!((batch.control, batch.close_reason), (Some(Control::Stop), CloseReason::OptOut));
    assert!(batch.has_content);
    assert_eq!(store.record(batch.id).await.control, Some(Control::Stop));
    assert_eq!(store.begin_reply(at(2), &claim, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
    assert_eq!(store.begin_reply(at(2), &claim, "confirmed", &confirms_stop()).await, Ok(()));
    store.finish(at(3), &claim).await;
    let claim = store.push_and_claim(at(4), "a").await;
    assert_eq!(store.begin_reply(at(4), &claim, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn a_repeated_stop_is_not_confirmed_again<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for (now, expected) in [(at(0), Ok(())), (at(10), Err(ReplyRefusal::OptedOut))] {
        store.push(now, control("a", Control::Stop)).await;
        let claim = store.claim_one(now).await;
        assert!(!claim.batch.has_content);
        assert_eq!(store.begin_reply(now, &claim, "confirmed", &confirms_stop()).await, expected);
        store.finish(now, &claim).await;
    }
}

pub async fn a_stop_reaches_the_batches_before_it<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let in_flight = store.push_and_claim(at(0), "a").await;
    store.push(at(1), single("a", "behind")).await;
    store.push(at(2), control("a", Control::Stop)).await;
    // A start does not give the older batches their replies back.
    store.push(at(3), control("a", Control::Start)).await;
    let refused = store.begin_reply(at(3), &in_flight, "reply", &TERMS).await;
    assert_eq!(refused, Err(ReplyRefusal::OptedOut));
    store.finish(at(4), &in_flight).await;
    // The stop passes what waits, so that its confirmation is not late.
    let stop = store.claim_one(at(4)).await;
    assert_eq!(texts(&stop.batch), ["keyword"]);
    assert_eq!(store.begin_reply(at(4), &stop, "confirmed", &confirms_stop()).await, Ok(()));
    store.finish(at(4), &stop).await;
    let behind = store.claim_one(at(4)).await;
    assert_eq!(texts(&behind.batch), ["behind"]);
    assert_eq!(store.begin_reply(at(4), &behind, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn a_stop_makes_a_retry_due<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.retry(at(1), &claim, retry_at(at(1_000))).await;
    let report = store.append(at(2), vec![control("a", Control::Stop)]).await;
    assert_eq!(report.wake_at, Some(at(2)));
    let claim = store.claim_one(at(2)).await;
    assert_eq!(store.begin_reply(at(2), &claim, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn yes_is_a_start_only_while_opted_out<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    assert_eq!(store.push(at(0), yes("a")).await.control, None);
    store.push(at(1), control("a", Control::Stop)).await;
    let claim = store.claim_one(at(1)).await;
    store.finish(at(1), &claim).await;
    assert_eq!(store.push(at(2), yes("a")).await.control, Some(Control::Start));
    assert_eq!(store.push(at(3), yes("a")).await.control, None);
    let claim = store.claim_one(at(62)).await;
    assert_eq!((claim.batch.control, claim.batch.has_content), (Some(Control::Start), true));
    assert_eq!(store.begin_reply(at(62), &claim, "reply", &TERMS).await, Ok(()));
}

pub async fn help_closes_its_batch<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), control("a", Control::Help)).await;
    let claim = store.claim_one(at(0)).await;
    assert_eq!((claim.batch.control, claim.batch.has_content), (Some(Control::Help), false));
    assert_eq!(store.begin_reply(at(0), &claim, "we are", &TERMS).await, Ok(()));
}

pub async fn opting_out_by_hand_is_like_the_keyword<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let open = store.push(at(0), message("a", "1")).await;
    store.opt_out(at(1), "a", true).await;
    assert_eq!(store.status(open.batch).await, Status::Closed);
    let claim = store.claim_one(at(1)).await;
    assert_eq!((claim.batch.control, claim.batch.close_reason), (None, CloseReason::OptOut));
    store.opt_out(at(2), "a", false).await;
    assert_eq!(
        store.begin_reply(at(2), &claim, "reply", &TERMS).await,
        Err(ReplyRefusal::OptedOut),
        "what was unfinished stays without a reply"
    );
    store.finish(at(2), &claim).await;
    let claim = store.push_and_claim(at(3), "a").await;
    assert_eq!(store.begin_reply(at(3), &claim, "reply", &TERMS).await, Ok(()));
}

pub async fn a_key_can_opt_out_before_it_has_written<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.opt_out(at(0), "nobody", false).await;
    store.opt_out(at(0), "a", true).await;
    for (key, expected) in [("a", Err(ReplyRefusal::OptedOut)), ("b", Ok(()))] {
        let claim = store.push_and_claim(at(1), key).await;
        assert_eq!(store.begin_reply(at(1), &claim, "reply", &TERMS).await, expected, "{key}");
    }
}

pub async fn opting_out_on_one_line_leaves_the_others<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), control("maria@1", Control::Stop)).await;
    store.opt_out(at(0), "pedro@1", true).await;
    let stop = store.claim_one(at(0)).await;
    store.finish(at(0), &stop).await;
    for key in ["maria@1", "pedro@1"] {
        assert_eq!(store.may_reply(at(1), key, &TERMS).await, Err(ReplyRefusal::OptedOut), "{key}");
    }
    for key in ["maria@2", "pedro@2", "maria"] {
        assert_eq!(store.may_reply(at(1), key, &TERMS).await, Ok(()), "{key}");
    }
}

pub async fn a_sender_can_opt_out_on_all_its_lines<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let terms = to_the_sender(TERMS);
    let begun_before = store.push_and_claim(at(0), "maria@2").await;
    let stop = store.push(at(1), on_all_lines(control("maria@1", Control::Stop))).await;
    assert_eq!(stop.opted_out, Some(true));
    let refused = Err(ReplyRefusal::OptedOut);
    assert_eq!(store.begin_reply(at(1), &begun_before, "reply", &terms).await, refused, "at once");
    let claim = store.claim_one(at(1)).await;
    let confirms = to_the_sender(confirms_stop());
    assert_eq!(store.begin_reply(at(1), &claim, "confirmed", &confirms).await, Ok(()));
    store.finish(at(1), &claim).await;
    assert_eq!(store.may_reply(at(2), "maria@3", &terms).await, refused);
    assert_eq!(store.may_reply(at(2), "pedro@1", &terms).await, Ok(()), "another sender");
    let again = store.push(at(3), on_all_lines(control("maria@3", Control::Stop))).await;
    assert_eq!(again.opted_out, None, "it has opted out on another line");
    let claim = store.claim_one(at(3)).await;
    assert_eq!(store.begin_reply(at(3), &claim, "confirmed", &confirms).await, refused, "confirmed once");
    store.finish(at(3), &claim).await;
    let start = store.push(at(4), on_all_lines(control("maria@3", Control::Start))).await;
    assert_eq!(start.opted_out, Some(false));
    let refusal = store.begin_reply(at(5), &begun_before, "reply", &terms).await;
    assert_eq!(refusal, refused, "a batch from before the stop stays without a reply, on every line");
    store.finish(at(5), &begun_before).await;
    assert_eq!(store.may_reply(at(6), "maria@2", &terms).await, Ok(()));
}

pub async fn a_keyword_means_what_was_said_on_another_line_lets_it_mean<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let of = |key: &str| on_all_lines(yes(key));
    assert_eq!(store.push(at(0), of("maria@2")).await.control, None);
    let told = async |now, arrivals| {
        let results = store.append(now, arrivals).await.results.into_iter();
        let accepted = results.map(|result| match result {
            Appended::Accepted(accepted) => (accepted.control, accepted.opted_out),
            other => panic!("{other:?}"),
        });
        accepted.collect::<Vec<_>>()
    };
    let stop_and_yes = vec![on_all_lines(control("maria@1", Control::Stop)), of("maria@1")];
    let expected = [(Some(Control::Stop), Some(true)), (Some(Control::Start), Some(false))];
    assert_eq!(told(at(1), stop_and_yes).await, expected, "each sees the one before it in the same append");
    assert_eq!(store.push(at(1), of("maria@2")).await.control, None);
    let stops = ["pedro@1", "pedro@2", "pedro@3"].map(|key| on_all_lines(control(key, Control::Stop)));
    let mut stopped = told(at(1), stops.into()).await;
    stopped.sort_unstable();
    let (first, again) = ((Some(Control::Stop), Some(true)), (Some(Control::Stop), None));
    assert_eq!(stopped, [again, again, first], "of several lines in one append too");
    store.set_opted_out(at(2), "maria", STOP).await;
    assert_eq!(store.push(at(3), of("maria@1")).await.opted_out, Some(false));
}

pub async fn senders_who_opted_out_are_listed_in_pages<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    assert!(store.opted_out(None, 9).await.is_empty());
    let causes = [OptOutCause::Gateway, OptOutCause::Operator, OptOutCause::Button, OptOutCause::Inferred];
    let words: Vec<_> = (0..40).map(at).zip(causes.into_iter().cycle()).collect();
    for (n, (now, cause)) in words.iter().enumerate() {
        let scope = format!("sender {n}");
        store.set_opted_out(*now, &scope, OptOutChange::new(true, *cause)).await;
        if n % 10 == 9 {
            store.set_opted_out(*now, &scope, START).await;
        }
    }
    let wish = Some((Keyword::Wish, OptOutCause::Inferred));
    store.push(at(40), Arrival { keyword: wish, ..message("by a wish", "text") }).await;
    let all = store.opted_out(None, 1_000).await;
    assert_eq!(all.len(), 37, "those who opted in again are not listed");
    assert!(all.is_sorted_by(|one, other| one.sender < other.sender), "in order of their ids");
    let mut told: Vec<_> = all.iter().map(|one| (one.since, one.cause)).collect();
    told.sort_unstable_by_key(|(since, _)| *since);
    let mut expected: Vec<_> = words.chunks(10).flat_map(|ten| &ten[..9]).copied().collect();
    expected.push((at(40), OptOutCause::Inferred));
    assert_eq!(told, expected);
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = store.opted_out(after, 7).await;
        assert!(page.len() <= 7);
        let Some(last) = page.last() else { break };
        after = Some(last.sender);
        paged.extend(page);
    }
    assert_eq!(paged, all);
    assert_eq!(store.counts(at(41)).await.opted_out, 37);
}

pub async fn a_sender_can_be_asked_for<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    assert_eq!(store.sender("maria").await, Sender::default());
    store.push(at(0), on_all_lines(control("maria@1", Control::Stop))).await;
    let sender = store.sender("maria").await;
    assert!(sender.is_opted_out());
    assert_eq!((sender.cause(), sender.changed_at()), (Some(OptOutCause::Keyword), Some(at(0))));
    for other in ["maria@1", "Maria", "mari", "maria ", ""] {
        assert_eq!(store.sender(other).await, Sender::default(), "{other:?}");
    }
    for text in ODD_TEXTS {
        assert!(store.set_opted_out(at(1), text, STOP).await, "{text:?}");
        assert!(store.sender(text).await.is_opted_out(), "{text:?}");
    }
    assert_eq!(store.counts(at(1)).await.opted_out, ODD_TEXTS.len() as u64 + 1);
}

/// What a store writes is what follows from what is there.
pub async fn every_word_changes_the_record_as_it_should<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let mut expected = Sender::default();
    let gateway = OptOutChange::new(true, OptOutCause::Gateway);
    let words = [
        (0, START),
        (1, STOP),
        (2, gateway),
        (3, START),
        (4, START),
        (5, gateway.as_of(at(3))),
        (6, gateway.as_of(at(4))),
        (7, STOP),
        (8, START.as_of(at(6))),
        (5, START),
        (9, START.as_of(at(8))),
    ];
    for (now, word) in words {
        let (before, when) = (expected, format!("{word:?} at {now}"));
        expected = before.after(at(now), &word);
        let changed = store.set_opted_out(at(now), "a", word).await;
        assert_eq!(changed, expected.is_opted_out() != before.is_opted_out(), "{when}");
        assert_eq!(store.sender("a").await, expected, "{when}");
        let listed = store.opted_out(None, 9).await.iter().map(|one| one.since).collect::<Vec<_>>();
        let since = expected.changed_at().filter(|_| expected.is_opted_out());
        assert_eq!(listed, since.into_iter().collect::<Vec<_>>(), "{when}");
        assert_eq!(store.counts(at(now)).await.opted_out, u64::from(expected.is_opted_out()), "{when}");
    }
}

pub async fn a_repeated_opt_out_changes_nothing<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let untouched = store.snapshot(at(0)).await;
    assert!(!store.opt_out(at(0), "a", false).await, "nobody had opted out");
    assert_eq!(store.snapshot(at(0)).await, untouched);
    assert!(store.opt_out(at(1), "a", true).await);
    let before = store.snapshot(at(2)).await;
    assert!(!store.opt_out(at(2), "a", true).await);
    let by_gateway = OptOutChange::new(true, OptOutCause::Gateway);
    assert!(!store.set_opted_out(at(3), "a", by_gateway).await);
    assert_eq!(store.snapshot(at(2)).await, before, "the first word stays");
    assert!(store.opt_out(at(4), "a", false).await);
    assert!(!store.opt_out(at(5), "a", false).await);
}

pub async fn an_older_word_does_not_undo_a_start<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let rejected = OptOutChange::new(true, OptOutCause::Gateway).as_of(at(5));
    store.opt_out(at(0), "a", true).await;
    store.push(at(10), control("a", Control::Start)).await;
    let start = store.claim_one(at(70)).await;
    assert!(!store.set_opted_out(at(70), "a", rejected).await, "the gateway was asked before the START came");
    assert_eq!(store.begin_reply(at(70), &start, "reply", &TERMS).await, Ok(()));
    store.finish(at(70), &start).await;
    assert!(store.set_opted_out(at(80), "a", rejected.as_of(at(75))).await);
    assert_eq!(store.may_reply(at(81), "a", &TERMS).await, Err(ReplyRefusal::OptedOut));
    store.push(at(82), control("b", Control::Start)).await;
    let rejected = rejected.as_of(at(81));
    assert!(!store.set_opted_out(at(83), "b", rejected).await, "also of one who had not opted out");
}

pub async fn a_start_is_remembered_for_a_while<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for n in 0..30 {
        store.set_opted_out(at(0), &format!("back {n}"), STOP).await;
        store.set_opted_out(at(1), &format!("back {n}"), START).await;
    }
    store.set_opted_out(at(0), "out", STOP).await;
    let until = store.sender("back 0").await.forgettable_at().expect("it has opted in again");
    assert_eq!(store.maintain(until - MILLISECOND, 1_000).await.senders_pruned, 0);
    for n in 0..30 {
        assert_eq!(store.sender(&format!("back {n}")).await.changed_at(), Some(at(1)));
    }
    let step = store.0.maintain(until, limit(7)).await.expect("maintain");
    assert!((1..30).contains(&step.senders_pruned) && step.more, "it goes in steps: {step:?}");
    let rest = store.maintain(until, 7).await.senders_pruned;
    assert_eq!(step.senders_pruned + rest, 30);
    for n in 0..30 {
        assert_eq!(store.sender(&format!("back {n}")).await, Sender::default());
    }
    let year = at(0) + 365 * DAY;
    assert_eq!(store.maintain(year, 1_000).await.senders_pruned, 0);
    assert!(store.sender("out").await.is_opted_out(), "who opted out is never forgotten");
}

pub async fn an_opt_out_outlives_the_lane<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), control("a", Control::Stop)).await;
    let claim = store.claim_one(at(0)).await;
    store.finish(at(0), &claim).await;
    let year = at(0) + 365 * DAY;
    store.maintain(year, 1_000).await;
    let counts = store.counts(year).await;
    assert_eq!((counts.keys, counts.opted_out), (0, 1));
    assert_eq!(store.may_reply(year, "a", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn a_silenced_line_ends_without_a_reply<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let in_flight = store.push_and_claim(at(0), "a").await;
    store.append(at(1), vec![single("a", "1"), message("a", "2"), message("b", "3")]).await;
    let key = TestKey::from("a");
    let changed = store.0.change(at(2), &key, Transition::Silence).await.expect("change");
    assert_eq!((changed.answer, changed.wake_at), (Answer::Silenced(3), Some(in_flight.lease_until)));
    assert_eq!(store.sender("a").await, Sender::default(), "only its line was silenced");
    let refused = Err(ReplyRefusal::OptedOut);
    assert_eq!(store.begin_reply(at(2), &in_flight, "reply", &TERMS).await, refused);
    store.finish(at(2), &in_flight).await;
    for text in ["1", "2"] {
        let claim = store.claim_one(at(2)).await;
        assert_eq!((texts(&claim.batch), claim.batch.due_at <= at(2)), (vec![text], true));
        assert_eq!(store.begin_reply(at(2), &claim, "reply", &TERMS).await, refused);
        store.finish(at(2), &claim).await;
    }
    assert_eq!(store.may_reply(at(3), "a", &TERMS).await, Ok(()), "what comes later is answered");
    let claim = store.claim_one(at(61)).await;
    assert_eq!(store.begin_reply(at(61), &claim, "reply", &TERMS).await, Ok(()), "as is another key");
}
