//! Runs the models. `LOOM_LOG=trace LOOM_LOCATION=1` prints what led to a failure.

use sms_consolidate_models::Push::{Known, Unknown};
use sms_consolidate_models::{closing_waits_for_those_inside, no_wake_is_lost};

#[test]
fn a_push_wakes_a_driver_that_has_nothing_to_do() {
    no_wake_is_lost(None, &[Known(10)]);
    no_wake_is_lost(None, &[Unknown(10)]);
}

#[test]
fn a_push_wakes_a_driver_that_sleeps_too_long() {
    no_wake_is_lost(Some(20), &[Known(10)]);
    no_wake_is_lost(Some(20), &[Unknown(10)]);
}

#[test]
fn a_push_that_is_due_after_the_plan_is_seen_in_the_next_round() {
    no_wake_is_lost(Some(10), &[Known(20)]);
}

#[test]
fn of_two_pushes_neither_hides_the_other() {
    no_wake_is_lost(None, &[Known(20), Known(10)]);
    no_wake_is_lost(None, &[Known(20), Unknown(10)]);
}

#[test]
fn the_gate_closes_behind_the_last_push() {
    closing_waits_for_those_inside(1);
    closing_waits_for_those_inside(2);
}
