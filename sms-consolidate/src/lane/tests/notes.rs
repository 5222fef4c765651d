//! What is noted of a batch while it is worked on.

use super::*;

fn saying(texts: &[&str]) -> ReplyTerms {
    ReplyTerms { parts: texts.iter().copied().map(ReplyPart::new).collect(), ..terms() }
}

fn texts(claimed: &Claimed) -> Vec<&str> {
    claimed.facts.reply.iter().map(|part| part.text.as_str()).collect()
}

#[test]
fn a_classification_is_recorded_even_if_the_reply_is_refused() {
    let check = |refuse: fn(&mut Scene), terms: ReplyTerms, refusal| {
        let (mut scene, claimed) = Scene::claimed();
        refuse(&mut scene);
        assert_eq!(scene.record(claimed.fence(), Some(found("AGREE")), Some(terms)), Err(refusal));
        assert_eq!(scene.last().classification, Some(found("AGREE")));
        let again = scene.claim(100);
        assert_eq!((again.stage, again.facts.reply), (Stage::Classified, vec![]), "{refusal}");
    };
    check(Scene::opt_out, terms(), ReplyRefusal::OptedOut);
    check(|_| (), ReplyTerms { send_timeout: seconds(31), ..terms() }, ReplyRefusal::LeaseTooShort);
    let has_answered = |scene: &mut Scene| {
        let now = scene.lane.offset(scene.now);
        scene.lane.more_mut().replies.push(now);
    };
    check(has_answered, at_most(1), ReplyRefusal::LoopGuard);
}

#[test]
fn both_are_recorded_in_one_step() {
    let (mut scene, claimed) = Scene::claimed();
    assert_eq!(scene.record(claimed.fence(), Some(found("AGREE")), Some(saying(&["Yes"]))), Ok(()));
    let again = scene.claim(90);
    assert_eq!((again.stage, again.facts.classification.as_ref()), (Stage::Replying, Some(&found("AGREE"))));
    assert_eq!(texts(&again), ["Yes"]);
}

#[test]
fn a_later_classification_replaces_an_earlier_one_and_none_keeps_it() {
    let (mut scene, claimed) = Scene::claimed();
    scene.record(claimed.fence(), Some(found("AGREE")), None).unwrap();
    scene.record(claimed.fence(), None, Some(terms())).unwrap();
    assert_eq!(scene.last().classification, Some(found("AGREE")));
    scene.record(claimed.fence(), Some(found("OTHER")), None).unwrap();
    assert_eq!(scene.last().classification, Some(found("OTHER")));
    assert_eq!(scene.claim(90).stage, Stage::Replying, "it is never taken back from its point of no return");
}

#[test]
fn the_text_of_a_reply_is_decided_once() {
    let (mut scene, claimed) = Scene::claimed();
    scene.begin_reply(claimed.fence(), saying(&["First,", "second"])).unwrap();
    scene.begin_reply(claimed.fence(), saying(&["Something else"])).unwrap();
    let again = scene.claim(90);
    assert_eq!(texts(&again), ["First,", "second"]);
}

#[test]
fn the_text_of_a_reply_survives_every_retry() {
    for maybe_sent in [true, false] {
        let (mut scene, claimed) = Scene::claimed();
        scene.begin_reply(claimed.fence(), saying(&["First"])).unwrap();
        scene.retry(claimed.fence(), RetryTerms { maybe_sent, ..retry_at(61) });
        let again = scene.claim(61);
        assert_eq!(texts(&again), ["First"], "maybe sent: {maybe_sent}");
        let stage = if maybe_sent { Stage::Replying } else { Stage::Classified };
        assert_eq!(again.stage, stage);
        scene.begin_reply(again.fence(), saying(&["Second"])).unwrap();
        assert_eq!(texts(&scene.claim(91)), ["First"], "maybe sent: {maybe_sent}");
    }
}

#[test]
fn nothing_noted_survives_being_superseded() {
    let (mut scene, claimed) = Scene::claimed();
    scene.record(claimed.fence(), Some(found("AGREE")), Some(saying(&["First"]))).unwrap();
    scene.retry(claimed.fence(), retry_at(61));
    scene.claim(61);
    assert_eq!(scene.arrive(62, superseding(120)).entry, Entry::Superseded);
    assert_eq!(scene.last().classification, None);
    let again = scene.claim(62);
    assert_eq!((again.stage, again.facts.classification.as_ref()), (Stage::Claimed, None));
    assert_eq!((texts(&again), again.facts.error.as_deref()), (vec![], None));
}

#[test]
fn the_last_error_is_noted_until_there_is_another() {
    let (mut scene, claimed) = Scene::claimed();
    scene.retry(claimed.fence(), retry_at(61));
    assert_eq!(scene.last().error.as_deref(), Some("it was busy"));
    let again = scene.claim(61);
    assert_eq!(again.facts.error.as_deref(), Some("it was busy"));
    scene.classify(again.fence());
    assert_eq!(
        scene.finish(again.fence()).error.as_deref(),
        Some("it was busy"),
        "a finish without one keeps it"
    );
}

#[test]
fn notes_are_of_the_head_alone() {
    let (mut scene, claimed) = Scene::claimed();
    scene.arrive(61, message());
    scene.record(claimed.fence(), Some(found("AGREE")), Some(terms())).unwrap();
    scene.finish(claimed.fence());
    let next = scene.claim(121);
    assert_eq!((next.stage, next.facts.classification.as_ref()), (Stage::Claimed, None));
    assert_eq!(texts(&next), [] as [&str; 0]);
}

#[test]
fn a_record_of_nothing_changes_nothing() {
    let (mut scene, claimed) = Scene::claimed();
    let before = scene.lane.clone();
    assert_eq!(scene.record(claimed.fence(), None, None), Ok(()));
    assert_eq!(scene.lane, before);
}
