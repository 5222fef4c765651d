//! Each check fails on evidence that breaks what it checks, and nothing else does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sms_consolidate::store::Status;
use sms_consolidate::{Outcome, Receipt};

use super::{Broken, Cut, Evidence, How, Outage, check};
use crate::contents::{Stored, Text};
use crate::journal::{Call, CallPhase, Deed, DeedPhase, Noted, Request};
use crate::load::Posted;

const KEY: &str = "+15550000001";
const SECOND: u64 = 1_000_000;

fn posted(id: &str, at_us: u64) -> Posted {
    Posted {
        id: id.into(),
        sender: KEY.into(),
        text: id.into(),
        posted_us: at_us,
        acknowledged_us: Some(at_us + 1_000),
    }
}

fn stored(id: &str, opened_at: i64, messages: &[&str]) -> Stored {
    let text = |id: &&str| Text { id: (*id).into(), text: (*id).into() };
    Stored {
        id: id.into(),
        key: KEY.into(),
        status: Status::Finished,
        outcome: Some(Outcome::Replied(vec![Receipt::new(id)])),
        error: None,
        opened_at,
        messages: Some(messages.iter().map(text).collect()),
    }
}

fn call(number: u64, run: &str, batch: &str, at_us: u64, ids: &[&str], text: &str) -> [Call; 2] {
    let request = Request {
        run: run.into(),
        batch: batch.into(),
        key: KEY.into(),
        ids: ids.iter().map(|id| (*id).into()).collect(),
        texts: vec![text.into()],
    };
    let call = |phase, at_us| Call { at_us, number, phase, request: request.clone() };
    [call(CallPhase::Received, at_us), call(CallPhase::Answered, at_us + 10_000)]
}

fn noted(run: &str, batch: &str, token: u64, deed: Deed, at_us: u64) -> [Noted; 2] {
    let line = |phase, later_us| Noted {
        at_us: at_us + later_us,
        asked_us: at_us,
        run: run.into(),
        deed,
        phase,
        key: KEY.into(),
        batch: batch.into(),
        token,
        note: String::new(),
    };
    [line(DeedPhase::Asked, 0), line(DeedPhase::Done, 1_000)]
}

/// A claim with all that follows from it, to a reply.
fn work(run: &str, batch: &str, token: u64, at_us: u64) -> Vec<Noted> {
    let [_, claim] = noted(run, batch, token, Deed::Claim, at_us);
    let rest = [(Deed::Record, 20_000), (Deed::BeginReply, 30_000), (Deed::Finish, 50_000)];
    let rest = rest.into_iter().flat_map(|(deed, later_us)| noted(run, batch, token, deed, at_us + later_us));
    std::iter::once(claim).chain(rest).collect()
}

/// Two batches of one sender, the first of two messages, handled without a fault.
fn good() -> Evidence {
    Evidence {
        posts: vec![posted("m1", SECOND), posted("m2", SECOND + 50_000), posted("m3", 3 * SECOND)],
        batches: vec![stored("b1", 1_000, &["m1", "m2"]), stored("b2", 3_000, &["m3"])],
        gateway: [
            call(0, "a", "b1", 2 * SECOND + 35_000, &[], "one"),
            call(1, "a", "b2", 4 * SECOND + 35_000, &[], "two"),
        ]
        .concat(),
        classifier: [
            call(0, "a", "b1", 2 * SECOND + 5_000, &["m1", "m2"], ""),
            call(1, "a", "b2", 4 * SECOND + 5_000, &["m3"], ""),
        ]
        .concat(),
        trace: [work("a", "b1", 1, 2 * SECOND), work("a", "b2", 2, 4 * SECOND)].concat(),
        cuts: Vec::new(),
        outages: Vec::new(),
        skews_us: BTreeMap::new(),
        idempotent: false,
        window: Duration::from_secs(1),
        lease: Duration::from_secs(2),
    }
}

fn found(evidence: &Evidence) -> BTreeSet<Broken> {
    check(evidence).iter().map(|violation| violation.broken).collect()
}

/// What is found after `change`.
fn finds(change: impl FnOnce(&mut Evidence), expected: &[Broken]) {
    let mut evidence = good();
    change(&mut evidence);
    assert_eq!(found(&evidence), expected.iter().copied().collect(), "{:#?}", check(&evidence));
}

fn kill(at_us: u64) -> Cut {
    Cut { run: "a".into(), how: How::Killed, from_us: at_us, until_us: at_us }
}

#[test]
fn a_good_run_has_no_findings() {
    finds(|_| {}, &[]);
}

#[test]
fn messages_are_counted() {
    let lost = posted("m4", SECOND);
    finds(|evidence| evidence.posts.push(lost), &[Broken::Lost]);
    let unacknowledged = Posted { acknowledged_us: None, ..posted("m4", SECOND) };
    finds(|evidence| evidence.posts.push(unacknowledged), &[]);
    finds(|evidence| evidence.posts.retain(|post| post.id != "m3"), &[Broken::Alien]);
    finds(|evidence| evidence.posts[2].text = "another".into(), &[Broken::Alien]);
    finds(
        |evidence| {
            let again = Text { id: "m1".into(), text: "m1".into() };
            evidence.batches[1].messages.as_mut().expect("it has some").push(again);
            evidence.classifier[2].request.ids.push("m1".into());
        },
        // What is in the second batch as well was also posted much later than that.
        &[Broken::Twice],
    );
    finds(|evidence| evidence.batches[0].messages = None, &[Broken::Lost, Broken::Alien]);
}

#[test]
fn order_is_kept_where_one_was_acknowledged_before_the_other_was_posted() {
    let swapped = |evidence: &mut Evidence| {
        evidence.batches[0].messages.as_mut().expect("it has some").reverse();
        evidence.classifier[0].request.ids.reverse();
    };
    finds(swapped, &[Broken::Disorder]);
    finds(
        |evidence| {
            swapped(evidence);
            evidence.posts[1].posted_us = SECOND;
        },
        &[],
    );
    finds(|evidence| evidence.batches[1].opened_at = 500, &[Broken::Disorder]);
}

#[test]
fn every_batch_ends_with_a_reply() {
    finds(
        |evidence| {
            evidence.batches[0].status = Status::Dead;
            evidence.batches[0].outcome = None;
        },
        &[Broken::Unfinished],
    );
    finds(
        |evidence| evidence.batches[0].outcome = Some(Outcome::NoReply(sms_consolidate::NoReply::Off)),
        &[Broken::Unanswered],
    );
    finds(|evidence| drop(evidence.gateway.drain(..2)), &[Broken::Unanswered]);
    finds(
        |evidence| evidence.batches[0].outcome = Some(Outcome::Replied(vec![Receipt::new("b2")])),
        &[Broken::Unanswered],
    );
}

/// Only the first batch: its worker did not write down the end, and after the lease another took it, and ended it as
/// unknown.
fn taken_over(evidence: &mut Evidence) {
    evidence.posts.truncate(2);
    evidence.batches.truncate(1);
    evidence.gateway.truncate(2);
    evidence.classifier.truncate(2);
    evidence.trace.retain(|noted| noted.batch == "b1" && noted.deed != Deed::Finish);
    let [_, claim] = noted("b", "b1", 2, Deed::Claim, TAKEN_OVER);
    evidence.trace.push(claim);
    evidence.trace.extend(noted("b", "b1", 2, Deed::Finish, TAKEN_OVER + 10_000));
    evidence.batches[0].outcome = Some(Outcome::ReplyUnknown);
    evidence.batches[0].error = Some("why".into());
}

const TAKEN_OVER: u64 = 4 * SECOND + 100_000;

fn stop(from_us: u64, until_us: u64) -> Cut {
    Cut { run: "a".into(), how: How::Stopped { by_us: from_us + 50_000 }, from_us, until_us }
}

/// As a write that failed is noted.
fn failed(deed: Deed, at_us: u64) -> [Noted; 2] {
    let [asked, mut answer] = noted("a", "b1", 1, deed, at_us);
    answer.phase = DeedPhase::Failed;
    [asked, answer]
}

#[test]
fn an_unknown_reply_needs_a_cut_between_the_point_of_no_return_and_the_end() {
    let unknown_after = |cut: Cut| {
        move |evidence: &mut Evidence| {
            taken_over(evidence);
            evidence.cuts.push(cut);
        }
    };
    let (begun, sent) = (2 * SECOND + 30_000, 2 * SECOND + 45_000);
    finds(unknown_after(kill(begun + 5_000)), &[]);
    finds(unknown_after(kill(sent + 400_000)), &[]);
    finds(unknown_after(stop(begun + 5_000, TAKEN_OVER + 20_000)), &[]);
    // Before it began, long after the gateway had answered, and for less than the lease.
    finds(unknown_after(kill(begun - 100_000)), &[Broken::LostClaim, Broken::Unanswered]);
    finds(unknown_after(kill(sent + 600_000)), &[Broken::Unanswered]);
    finds(unknown_after(stop(begun - 100_000, TAKEN_OVER + 20_000)), &[Broken::Unanswered]);
    finds(unknown_after(stop(begun + 5_000, 3 * SECOND)), &[Broken::LostClaim, Broken::Unanswered]);
    finds(
        |evidence| {
            unknown_after(kill(begun + 5_000))(evidence);
            evidence.batches[0].error = None;
        },
        &[Broken::Unanswered],
    );
    finds(
        |evidence| {
            unknown_after(kill(begun + 5_000))(evidence);
            evidence.idempotent = true;
        },
        &[Broken::Unanswered],
    );
    // The answer was recorded before the kill.
    finds(
        |evidence| {
            unknown_after(kill(sent + 200_000))(evidence);
            evidence.trace.extend(noted("a", "b1", 1, Deed::Finish, sent + 5_000));
        },
        &[Broken::HeldTwice, Broken::Unanswered],
    );
}

#[test]
fn an_outage_excuses_whom_it_kept_from_renewing_and_writing() {
    let begun = 2 * SECOND + 30_000;
    let away = |from_us: u64, until_us: u64, failures: Vec<[Noted; 2]>| {
        move |evidence: &mut Evidence| {
            taken_over(evidence);
            evidence.trace.extend(failures.into_iter().flatten());
            evidence.outages.push(Outage { from_us, until_us });
        }
    };
    let ending = failed(Deed::Finish, begun + 20_000);
    let renewal = failed(Deed::Renew, 3 * SECOND + 350_000);
    let both = vec![ending.clone(), failed(Deed::Renew, 2 * SECOND + 700_000), renewal.clone()];
    finds(away(begun + 5_000, 3 * SECOND + 500_000, both.clone()), &[]);
    // It was over so early that the lease could be renewed.
    finds(away(begun + 5_000, 2 * SECOND + 800_000, both.clone()), &[Broken::LostClaim, Broken::Unanswered]);
    // It came after what failed, or nothing did.
    finds(away(3 * SECOND + 600_000, 3 * SECOND + 800_000, both), &[Broken::LostClaim, Broken::Unanswered]);
    finds(away(begun + 5_000, 3 * SECOND + 500_000, vec![ending]), &[Broken::LostClaim, Broken::Unanswered]);
    finds(away(begun + 5_000, 3 * SECOND + 500_000, vec![renewal]), &[Broken::Unanswered]);
}

#[test]
fn a_gateway_is_asked_once_or_in_the_same_words() {
    let again = |words: &'static str| {
        move |evidence: &mut Evidence| {
            evidence.gateway.extend(call(2, "a", "b1", 2 * SECOND + 60_000, &[], words));
        }
    };
    finds(again("one"), &[Broken::AnsweredTwice]);
    finds(
        |evidence| {
            again("one")(evidence);
            evidence.idempotent = true;
        },
        &[],
    );
    finds(
        |evidence| {
            again("other words")(evidence);
            evidence.idempotent = true;
        },
        &[Broken::AnsweredTwice],
    );
    finds(
        |evidence| evidence.gateway.extend(call(2, "a", "b3", 5 * SECOND, &[], "three")),
        &[Broken::AnsweredAlien],
    );
}

#[test]
fn a_batch_is_classified_once_unless_that_was_interrupted() {
    let again = |at_us: u64| {
        move |evidence: &mut Evidence| {
            evidence.classifier.extend(call(2, "a", "b1", at_us, &["m1", "m2"], ""));
        }
    };
    finds(again(2 * SECOND - 500_000), &[Broken::ClassifiedAgain]);
    finds(again(2 * SECOND + 100_000), &[Broken::ClassifiedAgain]);
    finds(|evidence| evidence.classifier[0].request.ids.truncate(1), &[Broken::Alien]);
    // A worker called at 1.51 and lost its claim; the second called as in a good run.
    let lost = |cut: Cut, writes: Vec<Noted>| {
        move |evidence: &mut Evidence| {
            let [_, claim] = noted("b", "b1", 0, Deed::Claim, 2 * SECOND - 500_000);
            evidence.trace.insert(0, claim);
            evidence.trace.extend(writes);
            evidence.classifier.splice(0..0, call(2, "b", "b1", 2 * SECOND - 490_000, &["m1", "m2"], ""));
            evidence.cuts.push(Cut { run: "b".into(), ..cut });
            (evidence.window, evidence.lease) = (Duration::from_millis(400), Duration::from_millis(400));
        }
    };
    let recorded = |phase| {
        let mut lines = noted("b", "b1", 0, Deed::Record, 2 * SECOND - 470_000);
        lines[1].phase = phase;
        lines.to_vec()
    };
    finds(lost(kill(2 * SECOND - 485_000), vec![]), &[]);
    finds(lost(kill(2 * SECOND - 470_000), recorded(DeedPhase::Failed)), &[]);
    finds(lost(kill(2 * SECOND - 460_000), recorded(DeedPhase::Done)), &[Broken::ClassifiedAgain]);
    finds(lost(kill(2 * SECOND + 100_000), vec![]), &[Broken::ClassifiedAgain, Broken::LostClaim]);
    finds(lost(stop(2 * SECOND - 485_000, 2 * SECOND + 50_000), vec![]), &[]);
}

#[test]
fn a_key_is_held_once_at_a_time() {
    let second_claim = |at_us: u64| {
        let [_, claim] = noted("b", "b2", 3, Deed::Claim, at_us);
        claim
    };
    // While the first holds it.
    let claim = second_claim(4 * SECOND + 20_000);
    finds(|evidence| evidence.trace.push(claim), &[Broken::HeldTwice, Broken::LostClaim, Broken::StaleWrite]);
    // While a batch before it has not ended.
    finds(
        |evidence| evidence.trace.retain(|noted| noted.batch != "b1" || noted.deed != Deed::Finish),
        &[Broken::HeldTwice],
    );
    // After the worker of the first was killed, but before its lease was over; and after that.
    let killed = |claimed_us: u64| {
        move |evidence: &mut Evidence| {
            evidence.trace.retain(|noted| noted.batch != "b2" || noted.deed != Deed::Finish);
            evidence.trace.push(second_claim(claimed_us));
            evidence.cuts.push(kill(4 * SECOND + 40_000));
        }
    };
    finds(killed(5 * SECOND), &[Broken::HeldTwice]);
    finds(killed(6 * SECOND + 10_000), &[]);
    finds(
        |evidence| {
            killed(6 * SECOND + 10_000)(evidence);
            evidence.cuts.clear();
        },
        &[Broken::LostClaim],
    );
    finds(
        |evidence| {
            killed(6 * SECOND + 10_000)(evidence);
            evidence.trace.extend(noted("a", "b2", 2, Deed::Finish, 7 * SECOND));
        },
        &[Broken::StaleWrite],
    );
}

#[test]
fn a_claim_that_nobody_noted_needs_one_that_was_cut_off() {
    let unseen = |evidence: &mut Evidence| {
        evidence.trace.iter_mut().filter(|noted| noted.batch == "b2").for_each(|noted| noted.token = 4);
        evidence.lease = Duration::from_secs(1);
    };
    finds(unseen, &[Broken::LostClaim]);
    let mut lost = noted("c", "", 0, Deed::Claim, 3 * SECOND - 10_000)[1].clone();
    (lost.phase, lost.key) = (DeedPhase::Failed, String::new());
    let killed = Cut { run: "c".into(), ..kill(3 * SECOND - 10_000) };
    for is_whole in [false, true] {
        let (lost, killed) = (lost.clone(), killed.clone());
        let expected: &[Broken] = if is_whole { &[] } else { &[Broken::LostClaim] };
        finds(
            |evidence| {
                unseen(evidence);
                evidence.trace.push(lost);
                evidence.cuts.extend(is_whole.then_some(killed));
            },
            expected,
        );
    }
    // Too late for a lease to have run out since.
    lost.asked_us = 3 * SECOND + 500_000;
    let late = Cut { run: "c".into(), ..kill(3 * SECOND + 600_000) };
    finds(
        |evidence| {
            unseen(evidence);
            evidence.trace.push(lost);
            evidence.cuts.push(late);
        },
        &[Broken::LostClaim],
    );
}

#[test]
fn a_clock_that_is_ahead_excuses_its_own_claims() {
    let early = |run: &'static str| {
        move |evidence: &mut Evidence| {
            evidence.window = Duration::from_millis(1_100);
            evidence.skews_us.insert(run.into(), 30_000_000);
        }
    };
    finds(early("a"), &[]);
    finds(early("b"), &[Broken::Early]);
    let stolen = |run: &'static str| {
        move |evidence: &mut Evidence| {
            taken_over(evidence);
            evidence.trace.retain(|noted| noted.run != "b");
            let [_, claim] = noted("b", "b1", 2, Deed::Claim, 2 * SECOND + 40_000);
            evidence.trace.push(claim);
            evidence.skews_us.insert(run.into(), 30_000_000);
        }
    };
    finds(stolen("b"), &[]);
    finds(stolen("a"), &[Broken::HeldTwice, Broken::LostClaim, Broken::Unanswered]);
}

#[test]
fn no_claim_comes_before_its_time() {
    finds(|evidence| evidence.window = Duration::from_millis(1_100), &[Broken::Early]);
}

#[test]
fn the_peers_have_one_call_of_a_key_at_a_time() {
    let at_us = 2 * SECOND + 40_000;
    finds(
        |evidence| {
            evidence.idempotent = true;
            evidence.gateway.extend(call(2, "a", "b1", at_us, &[], "one"));
        },
        &[Broken::CallsOverlap],
    );
    // The worker that was stopped goes on while the next is at it; and another batch of its process is no better for that.
    let goes_on = |stopped: &'static str| {
        move |evidence: &mut Evidence| {
            taken_over(evidence);
            evidence.idempotent = true;
            evidence.batches[0].outcome = Some(Outcome::Replied(vec![Receipt::new("b1")]));
            evidence.gateway.extend(call(2, "b", "b1", TAKEN_OVER + 5_000, &[], "one"));
            evidence.gateway.extend(call(3, "a", "b1", TAKEN_OVER + 8_000, &[], "one"));
            let cut = stop(2 * SECOND + 40_000, TAKEN_OVER + 7_000);
            evidence.cuts.push(Cut { run: stopped.into(), ..cut });
        }
    };
    finds(goes_on("a"), &[]);
    finds(goes_on("b"), &[Broken::CallsOverlap, Broken::LostClaim]);
    finds(
        |evidence| {
            evidence.idempotent = true;
            evidence.gateway.extend(call(2, "a", "b2", 4 * SECOND + 40_000, &[], "two"));
            evidence.cuts.push(stop(2 * SECOND + 60_000, 3 * SECOND));
        },
        &[Broken::CallsOverlap],
    );
}

#[test]
fn a_finding_tells_what_is_known_of_its_batch() {
    let mut evidence = good();
    evidence.gateway.extend(call(2, "a", "b1", 2 * SECOND + 60_000, &[], "one"));
    evidence.cuts.push(kill(5 * SECOND));
    let told = check(&evidence).iter().map(ToString::to_string).collect::<String>();
    for part in [
        "AnsweredTwice: the gateway was called 2 times for b1",
        "1.000000 m1 posted",
        "1.051000 m2 acknowledged",
        "2.030000 a BeginReply Asked under token 1",
        "2.060000 gateway Received call of a",
        "5.000000 a killed",
        "at the end: Finished",
    ] {
        assert!(told.contains(part), "{part:?} is not in {told}");
    }
}
