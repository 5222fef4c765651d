//! STOP, START and HELP.

use std::num::NonZeroU32;

use sms_consolidate::lane::{CloseReason, Control, Entry, MAX_LINE};
use sms_consolidate::store::{NoReply, Outcome, Status};
use sms_consolidate::testing::{ScriptedAnswer, ScriptedSend};
use sms_consolidate::{
    Classification, Event, InFlight, Label, MemoryStore, OptOut, OptOutCause, OptOutChange, Origin,
    ReplyTemplates, SmsMessage, Window,
};

use crate::common::{AGREED, ANA, BEN, Rig, ServiceBuilder, accepted, is_replied, key, ms, no_reply, secs};

const STOPPED: &str = "You are unsubscribed.";
const STARTED: &str = "You are subscribed.";
const HELP: &str = "Acme Dental, 555-0100.";

fn keywords() -> OptOut {
    OptOut::sms().with_stop_text(STOPPED).with_start_text(STARTED).with_help_text(HELP)
}

fn rig() -> Rig {
    Rig::new(|b| b.opt_out(keywords()))
}

/// A rig whose Ana has stopped, with the confirmation sent.
async fn stopped() -> Rig {
    let mut rig = rig();
    rig.text(ANA, "STOP").await;
    rig.pause().await;
    assert_eq!(rig.replies_to(ANA), [STOPPED]);
    rig.events();
    rig
}

#[tokio::test]
async fn without_opt_out_stop_is_a_text_like_any_other() {
    let rig = Rig::new(|b| b);
    rig.text(ANA, "STOP").await;
    rig.at(secs(60)).await;
    assert_eq!((rig.calls(), rig.replies_to(ANA)), (vec![vec!["STOP".to_owned()]], vec![AGREED.to_owned()]));
}

#[tokio::test]
async fn a_stop_bypasses_the_window_is_confirmed_once_and_not_classified() {
    let rig = stopped().await;
    assert_eq!(rig.now(), secs(0));
    assert!(rig.calls().is_empty(), "a batch of nothing but controls says nothing");
    let record = rig.only_record().await;
    assert_eq!((record.control, record.close_reason), (Some(Control::Stop), Some(CloseReason::OptOut)));
}

#[tokio::test]
async fn a_stop_with_a_batch_open_closes_it_now_and_its_one_reply_is_the_confirmation() {
    let mut rig = rig();
    rig.text(ANA, "Yes").await;
    let stop = accepted(rig.text_at(secs(10), ANA, "stop!").await);
    assert_eq!(
        (stop.entry, stop.control, stop.due_at),
        (Entry::Joined, Some(Control::Stop), rig.start + secs(10))
    );
    rig.pause().await;
    assert_eq!(rig.calls(), [["Yes", "stop!"]], "classified, because it holds another text");
    assert_eq!(rig.replies_to(ANA), [STOPPED]);
    assert!(rig.outcomes().iter().all(is_replied));
    rig.at(secs(3_600)).await;
    assert_eq!(rig.sender.asked().len(), 1);
}

#[tokio::test]
async fn a_stop_while_the_classifier_runs_takes_that_batch_its_reply() {
    let mut rig = rig();
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(accepted(rig.text(ANA, "STOP").await).entry, Entry::Opened);
    rig.classifying.let_one_through();
    rig.pause().await;
    let outcomes = rig.outcomes();
    assert_eq!(outcomes[0], no_reply(NoReply::OptedOut));
    assert!(is_replied(&outcomes[1]) && outcomes.len() == 2, "{outcomes:?}");
    assert_eq!((rig.calls().len(), rig.replies_to(ANA)), (1, vec![STOPPED.to_owned()]));
}

#[tokio::test]
async fn a_stop_while_the_classifier_runs_supersedes_it_and_is_confirmed_once() {
    let rig = Rig::new(|b| b.opt_out(keywords()).in_flight(InFlight::Supersede));
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(accepted(rig.text(ANA, "STOP").await).entry, Entry::Superseded);
    rig.classifying.reopen();
    rig.pause().await;
    assert_eq!((rig.calls().len(), rig.replies_to(ANA)), (1, vec![STOPPED.to_owned()]));
}

#[tokio::test]
async fn a_stop_after_the_point_of_no_return_lets_that_reply_go_and_stops_the_next() {
    let mut rig = rig();
    rig.sending.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.sending.waiting(), 1);
    rig.text(ANA, "STOP").await;
    rig.sending.reopen();
    rig.sending.let_one_through();
    rig.pause().await;
    assert_eq!(rig.replies_to(ANA), [AGREED, STOPPED]);
    assert!(rig.outcomes().iter().all(is_replied));
    rig.text(ANA, "hello?").await;
    rig.at(secs(120)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)]);
}

#[tokio::test]
async fn a_reply_that_was_not_sent_is_not_tried_again_after_a_stop() {
    let mut rig = rig();
    rig.sender.then([ScriptedSend::NotSent(Some(secs(30)))]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(61)).await;
    assert_eq!(rig.only_record().await.status, Status::Retrying);
    rig.text(ANA, "STOP").await;
    rig.pause().await;
    let outcomes = rig.outcomes();
    assert_eq!(outcomes[0], no_reply(NoReply::OptedOut), "it becomes due at once, and ends");
    assert_eq!((rig.now(), rig.replies_to(ANA)), (secs(61), vec![STOPPED.to_owned()]));
}

#[tokio::test]
async fn a_stop_ends_every_older_batch_without_a_reply_even_if_a_start_follows() {
    let mut rig = rig();
    rig.classifying.close();
    rig.text(ANA, "first").await;
    rig.at(secs(60)).await;
    rig.text(ANA, "second").await;
    rig.text_at(secs(61), ANA, "STOP").await;
    rig.text(ANA, "START").await;
    rig.classifying.reopen();
    rig.classifying.let_one_through();
    rig.at(secs(121)).await;
    assert_eq!(rig.outcomes()[0], no_reply(NoReply::OptedOut));
    assert_eq!(rig.calls(), [vec!["first"], vec!["second", "STOP"]]);
    assert_eq!(rig.replies_to(ANA), [STOPPED, STARTED], "the second batch is the one that holds the stop");
}

#[tokio::test]
async fn later_texts_are_stored_and_classified_but_not_answered_until_a_start() {
    let mut rig = stopped().await;
    rig.text(ANA, "hello?").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.calls(), [["hello?"]]);
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)]);
    rig.text(ANA, "Start").await;
    rig.text(BEN, "Yes").await;
    rig.at(secs(120)).await;
    assert_eq!(rig.replies_to(ANA), [STOPPED, STARTED]);
    rig.text(ANA, "hello!").await;
    rig.at(secs(180)).await;
    assert_eq!(rig.replies_to(ANA), [STOPPED, STARTED, AGREED]);
    assert_eq!(rig.replies_to(BEN), [AGREED], "nobody else was stopped");
}

#[tokio::test]
async fn yes_is_an_answer_before_a_stop_and_a_start_after_it() {
    let rig = rig();
    assert_eq!(accepted(rig.text(ANA, "YES").await).control, None);
    rig.at(secs(60)).await;
    assert_eq!((rig.calls(), rig.replies_to(ANA)), (vec![vec!["YES".to_owned()]], vec![AGREED.to_owned()]));
    let rig = stopped().await;
    assert_eq!(accepted(rig.text(ANA, "YES").await).control, Some(Control::Start));
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [STOPPED, STARTED]);
    assert!(rig.calls().is_empty());
    assert_eq!(accepted(rig.text(ANA, "YES").await).control, None, "an answer again");
}

#[tokio::test]
async fn help_is_answered_at_once_with_the_configured_text() {
    let rig = rig();
    rig.text(ANA, "Help").await;
    rig.pause().await;
    assert_eq!((rig.replies_to(ANA), rig.calls().len()), (vec![HELP.to_owned()], 0));
    rig.text(ANA, "Yes").await;
    rig.text_at(secs(10), ANA, "info").await;
    rig.pause().await;
    assert_eq!(rig.calls(), [["Yes", "info"]], "classified, because it holds another text");
    assert_eq!(rig.replies_to(ANA), [HELP, HELP], "the control decides the reply");
}

#[tokio::test]
async fn help_from_a_stopped_sender_is_not_answered() {
    let mut rig = stopped().await;
    rig.text(ANA, "HELP").await;
    rig.pause().await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)]);
}

#[tokio::test]
async fn a_control_without_a_text_gets_no_reply() {
    let mut rig = Rig::new(|b| b.opt_out(keywords().answered_by_gateway()));
    for control in ["STOP", "START", "HELP"] {
        rig.text(ANA, control).await;
        rig.at(rig.now() + secs(60)).await;
        assert_eq!(rig.outcomes(), [no_reply(NoReply::NoTemplate)], "{control}");
    }
    rig.text(ANA, "Yes").await;
    rig.at(rig.now() + secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED], "but it was recorded: the start let replies out again");
}

#[tokio::test]
async fn one_gateway_of_several_answers_keywords_by_itself() {
    let mut rig = Rig::new(|b| b.opt_out(keywords()));
    let of_that_gateway = |text: &str| SmsMessage::new(text).with_keywords_answered_by_gateway();
    rig.try_push(ANA, of_that_gateway("STOP")).await.unwrap();
    rig.at(secs(30)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::AnsweredByGateway)]);
    rig.text(BEN, "STOP").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [""; 0], "its gateway has confirmed");
    assert_eq!(rig.replies_to(BEN), [STOPPED]);
    rig.try_push(ANA, of_that_gateway("Yes I can").with_control(Control::Start)).await.unwrap();
    rig.at(secs(120)).await;
    rig.try_push(ANA, of_that_gateway("Yes")).await.unwrap();
    rig.at(secs(180)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED], "the gateway knew that it was a start");
}

#[tokio::test]
async fn a_repeated_stop_is_not_confirmed_again() {
    let mut rig = stopped().await;
    rig.text(ANA, "STOP").await;
    rig.at(secs(3_600)).await;
    assert_eq!(rig.replies_to(ANA), [STOPPED]);
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)]);
}

#[tokio::test]
async fn two_stops_before_the_first_is_handled_are_confirmed_once() {
    let rig = rig();
    rig.text(ANA, "STOP").await;
    rig.text(ANA, "STOP").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [STOPPED]);
}

#[tokio::test]
async fn a_redelivered_stop_does_not_undo_a_start() {
    let stop = || SmsMessage::new("STOP").with_id("guid-1");
    let rig = rig();
    rig.try_push(ANA, stop()).await.unwrap();
    rig.pause().await;
    rig.text(ANA, "START").await;
    assert!(rig.try_push(ANA, stop()).await.unwrap().is_duplicate());
    rig.at(secs(60)).await;
    rig.text(ANA, "Yes").await;
    rig.at(secs(120)).await;
    assert_eq!(rig.replies_to(ANA), [STOPPED, STARTED, AGREED]);
}

#[tokio::test]
async fn a_confirmation_older_than_five_minutes_is_not_sent() {
    for (handled_at, is_sent) in [(secs(300), true), (secs(300) + ms(1), false)] {
        let mut rig = Rig::without_driver(|b| b.opt_out(keywords()));
        rig.text(ANA, "STOP").await;
        rig.clock.jump_to(rig.start + handled_at);
        rig.service.start();
        rig.pause().await;
        let outcomes: Vec<Outcome> = rig.outcomes();
        assert_eq!(outcomes == [no_reply(NoReply::Stale)], !is_sent, "{outcomes:?}");
        assert_eq!(rig.sender.asked().len(), usize::from(is_sent));
        rig.text(ANA, "hello?").await;
        rig.at(secs(400)).await;
        assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)], "sent or not, it is honoured");
    }
}

#[tokio::test]
async fn the_service_can_opt_a_sender_out_and_in() {
    let mut rig = rig();
    rig.text(ANA, "Yes").await;
    rig.service.set_opted_out(&key(ANA), OptOutChange::new(true, OptOutCause::Operator)).await.unwrap();
    rig.pause().await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)], "as by STOP, the open batch closes now");
    rig.service.set_opted_out(&key(ANA), OptOutChange::new(false, OptOutCause::Operator)).await.unwrap();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn an_opt_out_is_not_forgotten_while_the_sender_is_idle() {
    let mut rig = stopped().await;
    rig.at(secs(7 * 86_400)).await;
    rig.text(ANA, "hello?").await;
    rig.at(secs(7 * 86_400 + 60)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)]);
}

#[tokio::test]
async fn a_proposed_reply_never_answers_a_control() {
    let rig = Rig::new(|b: ServiceBuilder| b.opt_out(keywords()).use_proposed_replies(true));
    let proposal = Classification::new(Label::AGREE, "Agent").with_proposed_reply("Buy more!");
    rig.classifier.then([ScriptedAnswer::Answer(proposal)]);
    rig.text(ANA, "Yes").await;
    rig.text(ANA, "STOP").await;
    rig.pause().await;
    assert_eq!((rig.calls().len(), rig.replies_to(ANA)), (1, vec![STOPPED.to_owned()]));
}

#[tokio::test]
async fn a_full_store_takes_in_a_stop() {
    let store = MemoryStore::builder().max_messages(1).max_keys(1).build();
    let rig = Rig::new(|b| b.opt_out(keywords()).store(store));
    rig.text(ANA, "Yes").await;
    assert!(rig.try_push(BEN, SmsMessage::new("Yes")).await.is_err());
    rig.text(ANA, "STOP").await;
    rig.text(BEN, "STOP").await;
    rig.pause().await;
    assert_eq!((rig.replies_to(ANA), rig.replies_to(BEN)), (vec![STOPPED.into()], vec![STOPPED.into()]));
    rig.text(ANA, "Hello?").await;
}

#[tokio::test]
async fn a_stop_that_is_refused_for_want_of_room_is_not_half_done() {
    let store = MemoryStore::builder().max_opt_outs(0).build();
    let rig = Rig::new(|b| b.opt_out(keywords()).store(store));
    rig.text(ANA, "Yes").await;
    assert!(rig.try_push(ANA, SmsMessage::new("STOP")).await.is_err());
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED], "the gateway was told, and delivers the stop again");
}

/// What changed, as events tell it: opted out or in, and why.
fn changes(rig: &mut Rig) -> Vec<(bool, OptOutCause)> {
    let change = |event| match event {
        Event::OptedOut { opted_out, cause, .. } => Some((opted_out, cause)),
        _ => None,
    };
    rig.events().into_iter().filter_map(change).collect()
}

#[tokio::test]
async fn a_stop_is_confirmed_whatever_else_is_off() {
    let off: [fn(ServiceBuilder) -> ServiceBuilder; 4] = [
        |b| b.replies(ReplyTemplates::off()),
        |b| b.reply_if(|_| false),
        |b| b.max_replies_per_hour(NonZeroU32::new(1)),
        |b| b.reply_within(ms(1)),
    ];
    for configure in off {
        let mut rig = Rig::new(|b| configure(b.opt_out(keywords())));
        for text in ["Yes", "Yes", "STOP", "STOP"] {
            rig.text(ANA, text).await;
            rig.clock.advance(secs(61)).await;
        }
        assert_eq!(rig.replies_to(ANA).iter().filter(|reply| *reply == STOPPED).count(), 1);
        assert_eq!(changes(&mut rig), [(true, OptOutCause::Keyword)]);
    }
}

#[tokio::test]
async fn only_a_stop_is_answered_where_replies_are_off() {
    for word in ["START", "HELP"] {
        let mut rig = Rig::new(|b| b.opt_out(keywords()).replies(ReplyTemplates::off()));
        rig.text(ANA, word).await;
        rig.at(secs(60)).await;
        assert_eq!(rig.outcomes(), [no_reply(NoReply::Off)], "{word}");
    }
}

#[tokio::test]
async fn a_stop_that_joins_a_batch_long_due_is_confirmed_by_its_own_time() {
    let rig = Rig::without_driver(|b| b.opt_out(keywords()));
    rig.text(ANA, "Yes").await;
    rig.clock.jump_to(rig.start + secs(3 * 3_600));
    assert_eq!(accepted(rig.text(ANA, "STOP").await).entry, Entry::Joined);
    rig.service.start();
    rig.pause().await;
    assert_eq!(rig.replies_to(ANA), [STOPPED]);
}

#[tokio::test]
async fn a_stop_behind_a_full_line_is_confirmed_in_time_however_slow_the_classifier_is() {
    let window = Window::fixed(secs(60)).with_max_messages(1);
    let rig = Rig::new(|b| b.opt_out(keywords()).window(window));
    rig.classifying.close();
    for n in 0..MAX_LINE {
        rig.text(ANA, &format!("text {n}")).await;
    }
    assert!(rig.try_push(ANA, SmsMessage::new("one more")).await.is_err());
    rig.text(ANA, "STOP").await;
    // One batch was being classified, and takes its time.
    rig.at(secs(19)).await;
    rig.classifying.let_one_through();
    rig.pause().await;
    assert_eq!((rig.replies_to(ANA), rig.calls().len()), (vec![STOPPED.to_owned()], 1));
}

#[tokio::test]
async fn a_wish_in_a_sentence_opts_out_and_its_record_and_event_say_that_it_was_inferred() {
    let mut rig = rig();
    rig.text(ANA, "please stop texting me").await;
    rig.pause().await;
    assert_eq!((rig.calls().len(), rig.replies_to(ANA)), (0, vec![STOPPED.to_owned()]));
    let record = rig.only_record().await;
    assert_eq!(record.close_reason, Some(CloseReason::InferredOptOut));
    assert_eq!(changes(&mut rig), [(true, OptOutCause::Inferred)]);
    rig.text(ANA, "Yes I will come").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)]);
}

#[tokio::test]
async fn a_wish_is_confirmed_by_us_where_the_gateway_answers_keywords_only() {
    let rig = rig();
    for (from, text, confirmed) in [(ANA, "STOP", false), (BEN, "please stop texting me", true)] {
        let message = SmsMessage::new(text).with_keywords_answered_by_gateway();
        rig.try_push(from, message).await.unwrap();
        rig.pause().await;
        assert_eq!(rig.replies_to(from).len(), usize::from(confirmed), "{text}");
    }
}

#[tokio::test]
async fn a_stop_that_the_gateway_does_not_know_is_confirmed_also_beside_a_word_that_it_knows() {
    for stop in ["please stop texting me", "Stop. Thank you", "S.T.O.P"] {
        let rig = rig();
        for text in ["Yes", stop] {
            let message = SmsMessage::new(text).with_keywords_answered_by_gateway();
            rig.try_push(ANA, message).await.unwrap();
        }
        rig.pause().await;
        assert_eq!(rig.replies_to(ANA), [STOPPED], "{stop}");
    }
}

#[tokio::test]
async fn each_change_is_told_once_with_its_cause() {
    let mut rig = rig();
    let stopped = |message: SmsMessage| message.with_control(Control::Stop);
    rig.try_push(ANA, stopped(SmsMessage::new("Arrêt"))).await.unwrap();
    rig.text(ANA, "STOP").await;
    rig.text(ANA, "START").await;
    rig.try_push(ANA, stopped(SmsMessage::new("Stop promotions").with_origin(Origin::Button))).await.unwrap();
    for (opted_out, is_new) in [(true, false), (false, true), (false, false)] {
        let set =
            rig.service.set_opted_out(&key(ANA), OptOutChange::new(opted_out, OptOutCause::Operator)).await;
        assert_eq!(set.unwrap(), is_new, "{opted_out}");
    }
    rig.text(ANA, "STOP").await;
    rig.text(ANA, "yes").await;
    assert_eq!(
        changes(&mut rig),
        [
            (true, OptOutCause::Gateway),
            (false, OptOutCause::Keyword),
            (true, OptOutCause::Button),
            (false, OptOutCause::Operator),
            (true, OptOutCause::Keyword),
            (false, OptOutCause::Keyword),
        ]
    );
    let totals = rig.service.stats().await.unwrap().totals;
    assert_eq!((totals.opted_out, totals.opted_in), (3, 3));
}

#[tokio::test]
async fn a_keyword_without_a_text_does_not_swallow_the_answer_to_the_rest() {
    let no_text = || OptOut::sms().with_start_text("");
    for texts in [["Yes I will come", "Info"], ["Yes I will come", "START"]] {
        let mut rig = Rig::new(|b| b.opt_out(no_text()));
        for text in texts {
            rig.text(ANA, text).await;
        }
        rig.at(secs(60)).await;
        assert_eq!(rig.replies_to(ANA), [AGREED], "{texts:?}");
        rig.events();
        rig.text(ANA, "HELP").await;
        rig.at(secs(120)).await;
        assert_eq!(rig.outcomes(), [no_reply(NoReply::NoTemplate)], "alone it has no answer");
    }
}

#[tokio::test]
async fn a_keyword_that_the_gateway_answers_leaves_the_rest_to_us() {
    let rig = rig();
    for text in ["Yes I will come", "HELP"] {
        let message = SmsMessage::new(text).with_keywords_answered_by_gateway();
        rig.try_push(ANA, message).await.unwrap();
    }
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn what_was_tapped_captioned_or_said_in_a_group_opts_nobody_out() {
    let mut rig = rig();
    for origin in [Origin::Button, Origin::Caption, Origin::Group] {
        rig.try_push(ANA, SmsMessage::new("Stop").with_origin(origin)).await.unwrap();
        rig.try_push(ANA, SmsMessage::new("Cancel").with_origin(origin)).await.unwrap();
    }
    rig.at(secs(60)).await;
    assert_eq!((changes(&mut rig), rig.calls().len()), (vec![], 1));
}

#[tokio::test]
async fn a_start_that_was_sent_long_ago_undoes_no_stop() {
    for text in ["START", "yes"] {
        let mut rig = stopped().await;
        let old = |ago| SmsMessage::new(text).with_sent_at(rig.start - ago);
        rig.try_push(ANA, old(secs(2 * 86_400))).await.unwrap();
        rig.try_push(ANA, old(secs(301))).await.unwrap();
        assert_eq!(changes(&mut rig), [], "{text}");
        let recent = SmsMessage::new(text).with_sent_at(rig.start - secs(299));
        rig.try_push(ANA, recent).await.unwrap();
        assert_eq!(changes(&mut rig), [(false, OptOutCause::Keyword)], "{text}");
    }
    let mut rig = rig();
    let old = SmsMessage::new("STOP").with_sent_at(rig.start - secs(2 * 86_400));
    rig.try_push(ANA, old).await.unwrap();
    assert_eq!(changes(&mut rig), [(true, OptOutCause::Keyword)], "a stop counts however late it is");
}
