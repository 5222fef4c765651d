//! What each transition answers, and what it has a store keep beside the lane.

use super::*;

fn nothing() -> Effects {
    Effects::default()
}

fn ended(facts: BatchFacts, second: u64, outcome: Option<Outcome>) -> Ended {
    Ended { facts, at: at(second), outcome }
}

#[track_caller]
fn check(scene: &mut Scene, transition: Transition, answer: Answer, effects: Effects) {
    assert_eq!(scene.apply(transition), Ok((answer, effects)));
}

#[test]
fn what_goes_on_leaves_nothing_to_keep() {
    let (mut scene, claimed) = Scene::claimed();
    let fence = claimed.fence();
    scene.arrive(61, message());
    let renew = Transition::Renew { fence, lease: LEASE };
    check(scene.at(62), renew, Answer::Renewed(at(92)), nothing());
    let record = Transition::Record { fence, classification: Some(found("AGREE")), reply: Some(terms()) };
    check(&mut scene, record, Answer::Recorded(Recorded::new(Ok(()))), nothing());
    let retry = Transition::Retry { fence, terms: retry_at(70), error: "it was busy".to_owned() };
    check(&mut scene, retry, Answer::Waiting, nothing());
    let flush = Transition::Flush { reason: CloseReason::Flush };
    check(&mut scene, flush, Answer::Flushed(1), nothing());
    check(&mut scene, Transition::Silence, Answer::Silenced(2), nothing());
}

#[test]
fn a_finish_ends_the_head_with_its_whole_record() {
    let (mut scene, claimed) = Scene::claimed();
    let fence = claimed.fence();
    scene.record(fence, Some(found("AGREE")), Some(terms())).unwrap();
    scene.retry(fence, RetryTerms { maybe_sent: true, ..retry_at(61) });
    let again = scene.claim(61);
    let fence = again.fence();
    let (classification, error) = (Some(found("AGREE")), Some("it was busy".to_owned()));
    let noted = BatchFacts { classification, reply: terms().parts, error, ..again.facts };
    let outcome = Outcome::Replied(vec![crate::Receipt::new("SM1")]);
    let finish = Transition::Finish { fence, finish: Finish::new(outcome.clone()) };
    let effects = Effects { ended: vec![ended(noted, 62, Some(outcome))], ..nothing() };
    check(scene.at(62), finish, Answer::Finished, effects);
    assert!(scene.lane.is_empty());
}

#[test]
fn a_finish_may_say_what_the_batch_is_and_what_went_wrong() {
    let (mut scene, claimed) = Scene::claimed();
    let fence = claimed.fence();
    scene.classify(fence);
    let outcome = Outcome::NoReply(NoReply::Rejected);
    let finish =
        Finish::new(outcome.clone()).with_classification(Some(found("OTHER"))).with_error("no such number");
    let facts = BatchFacts {
        classification: Some(found("OTHER")),
        error: Some("no such number".to_owned()),
        ..claimed.facts
    };
    let effects = Effects { ended: vec![ended(facts, 61, Some(outcome))], ..nothing() };
    check(scene.at(61), Transition::Finish { fence, finish }, Answer::Finished, effects);
}

#[test]
fn a_batch_that_is_buried_ends_without_an_outcome() {
    let (mut scene, claimed) = Scene::claimed();
    let fence = claimed.fence();
    scene.classify(fence);
    let bury = Transition::Bury { fence, maybe_sent: true, error: "it is hopeless".to_owned() };
    let facts = BatchFacts {
        classification: Some(found("AGREE")),
        error: Some("it is hopeless".to_owned()),
        ..claimed.facts
    };
    let effects = Effects { ended: vec![ended(facts, 61, None)], ..nothing() };
    check(scene.at(61), bury, Answer::Buried(Buried::Dead { abandoned: None }), effects);
}

#[test]
fn a_batch_that_may_have_been_answered_is_over_when_it_is_buried() {
    let (mut scene, claimed) = Scene::claimed();
    let fence = claimed.fence();
    scene.begun(fence);
    let bury = Transition::Bury { fence, maybe_sent: true, error: "it is hopeless".to_owned() };
    let (reply, error) = (terms().parts, Some("it is hopeless".to_owned()));
    let facts = BatchFacts { reply, error, ..claimed.facts };
    let effects = Effects { ended: vec![ended(facts, 61, Some(Outcome::ReplyUnknown))], ..nothing() };
    check(scene.at(61), bury, Answer::Buried(Buried::ReplyUnknown), effects);
}

#[test]
fn a_dead_batch_is_revived_and_a_waiting_one_only_hurried() {
    let (mut scene, claimed) = Scene::dead();
    let (dead, fresh) = (claimed.facts.id, scene.ids.next(at(70)));
    let revived = Some(Revived { dead, batch: fresh, at: at(70) });
    let effects = Effects { revived, ..nothing() };
    let requeue = Transition::Requeue { batch: dead, fresh };
    check(scene.at(70), requeue, Answer::Requeued(Requeued::Revived(fresh)), effects);
    let requeue = Transition::Requeue { batch: fresh, fresh: dead };
    check(&mut scene, requeue, Answer::Requeued(Requeued::DueNow), nothing());
}

#[test]
fn cancel_ends_each_batch_in_its_order() {
    let (mut scene, _) = Scene::claimed();
    scene.arrive(61, message());
    let cancelled = scene.facts();
    let outcome = || Some(Outcome::NoReply(NoReply::Cancelled));
    let all = cancelled.iter().map(|facts| ended(facts.clone(), 62, outcome())).collect();
    let effects = Effects { ended: all, ..nothing() };
    check(scene.at(62), Transition::Cancel, Answer::Cancelled(cancelled), effects);
    check(&mut scene, Transition::Cancel, Answer::Cancelled(vec![]), nothing());
}

#[test]
fn an_idle_lane_has_nothing_to_change() {
    let mut scene = Scene::new();
    check(&mut scene, Transition::Flush { reason: CloseReason::Flush }, Answer::Flushed(0), nothing());
    check(&mut scene, Transition::Silence, Answer::Silenced(0), nothing());
    check(&mut scene, Transition::Cancel, Answer::Cancelled(vec![]), nothing());
    let (batch, fresh) = (scene.ids.next(at(0)), scene.ids.next(at(0)));
    assert_eq!(scene.apply(Transition::Requeue { batch, fresh }), Err(Refused::Unknown));
}

#[test]
fn what_is_handed_back_has_ended_only_if_it_may_have_been_answered() {
    let (mut scene, _, claimed) = Scene::dead_and_claimed();
    scene.arrive(61, message());
    let mut replying = scene.clone();
    assert_eq!(scene.lane.hand_back(at(62)), nothing());

    replying.begun(claimed.fence());
    let error = "the service stopped before it knew whether the reply was sent".to_owned();
    let facts = BatchFacts { reply: terms().parts, error: Some(error), ..claimed.facts.clone() };
    let over = ended(facts, 62, Some(Outcome::ReplyUnknown));
    assert_eq!(replying.lane.hand_back(at(62)), Effects { ended: vec![over], ..nothing() });

    for lane in [scene.lane, replying.lane] {
        assert!(lane.is_empty() && lane.dead().next().is_none());
        check_lost(&lane, claimed.fence(), LossReason::Cancelled);
    }
}

#[test]
fn only_the_begin_of_a_reply_needs_to_know_the_sender() {
    let key = "+15551000001".to_owned();
    let (_, claimed) = Scene::claimed();
    let (fence, batch) = (claimed.fence(), claimed.facts.id);
    for transition in fenced(fence) {
        let begins = matches!(transition, Transition::Record { .. });
        assert_eq!(transition.opt_out_scope(&key), begins.then(|| key.clone()), "{transition:?}");
    }
    for transition in [
        Transition::Record { fence, classification: Some(found("AGREE")), reply: None },
        Transition::Requeue { batch, fresh: batch },
        Transition::Flush { reason: CloseReason::Flush },
        Transition::Cancel,
        Transition::Silence,
    ] {
        assert_eq!(transition.opt_out_scope(&key), None, "{transition:?}");
    }
}
