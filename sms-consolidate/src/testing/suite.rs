//! The suite that every store passes: one test per promise of the [`store`](crate::store) contract.
//!
//! An implementer says how to make a fresh store, and lets [`store_suite!`](crate::testing::store_suite) expand to the
//! tests, in a file under `tests/`:
//!
//! ```
//! use sms_consolidate::testing::{StoreFixture, TestKey, store_suite};
//! use sms_consolidate::{MemoryStore, SmsMessage};
//!
//! struct InMemory;
//!
//! impl StoreFixture for InMemory {
//!     type Store = MemoryStore<TestKey, SmsMessage>;
//!
//!     async fn fresh(&self) -> Self::Store {
//!         MemoryStore::new()
//!     }
//! }
//!
//! store_suite!(InMemory);
//! ```
//!
//! There are three lists of cases, each of which includes the one before:
//!
//! | call | for stores that | fixture |
//! |---|---|---|
//! | `store_suite!(expr)` | hold everything in this process | [`StoreFixture`] |
//! | `store_suite!(durable: expr)` | outlive their process | [`DurableFixture`] |
//! | `store_suite!(shared: expr)` | are durable and may be opened by several nodes at once | [`SharedFixture`] |
//!
//! No list leaves a case out on its own: a case of the first list fails for a store whose
//! [`is_durable`](crate::store::Store::is_durable) is true, and the other two fail if it is false.
//!
//! Each case is a `#[test]` of its own, so that one failure hides no other, and evaluates `expr` anew. Cases run on a
//! multi-threaded tokio runtime that the suite brings; the crate that runs them needs no tokio of its own. To run two
//! stores in one file, put each call into a module. A wrapper runs the suite like any other store.
//!
//! What no store can be made to do on demand through the contract has no case: what an *error* of the store leaves behind, and
//! the [refusals](crate::store::Refusal) of what is unstorable, of what is damaged, and of limits that a store may or may not
//! have. What refuses one message alone is tried with a full line instead. A store that has such failures tests them by
//! itself.

use super::TestKey;
use crate::message::{BatchId, SmsMessage};
use crate::store::Store;

#[doc(hidden)]
pub mod answers;
#[doc(hidden)]
pub mod append;
#[doc(hidden)]
pub mod claim;
#[doc(hidden)]
pub mod dead;
#[doc(hidden)]
pub mod durable;
#[doc(hidden)]
pub mod fenced;
#[doc(hidden)]
pub mod inspect;
mod kit;
#[doc(hidden)]
pub mod line;
#[doc(hidden)]
pub mod maintain;
#[doc(hidden)]
pub mod nodes;
#[doc(hidden)]
pub mod opt_out;
#[doc(hidden)]
pub mod races;
#[doc(hidden)]
pub mod reply;
#[doc(hidden)]
pub mod volatile;

/// Makes stores for the suite.
pub trait StoreFixture: Sync {
    /// The store under test.
    type Store: Store<TestKey, SmsMessage>;

    /// A fresh, empty store, with the limits and retentions that it has by default.
    ///
    /// At least: ten thousand keys, messages and opt-outs, ids for 48 hours, and the last ten finished batches of a key.
    fn fresh(&self) -> impl Future<Output = Self::Store> + Send;
}

/// Makes stores that outlive their process.
pub trait DurableFixture: StoreFixture {
    /// Ends `store` as a crash would, without a shutdown in order, and opens what is left of it.
    fn reopen(&self, store: Self::Store) -> impl Future<Output = Self::Store> + Send;

    /// Damages what is stored of the messages of `batch`, such that it can no longer be decoded.
    fn corrupt(&self, store: &Self::Store, batch: BatchId) -> impl Future<Output = ()> + Send;
}

/// Makes stores that several nodes may open at once.
pub trait SharedFixture: DurableFixture {
    /// Opens what `store` has open once more, as another node would.
    fn another(&self, store: &Self::Store) -> impl Future<Output = Self::Store> + Send;
}

/// Runs one case to its end.
#[doc(hidden)]
pub fn run(case: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime can be started").block_on(case);
}

/// Expands to the [store suite](crate::testing::suite), one `#[test]` per case.
#[macro_export]
#[doc(hidden)]
macro_rules! __store_suite {
    (durable: $fixture:expr) => {
        $crate::__store_cases!(every $fixture);
        $crate::__store_cases!(durable $fixture);
    };
    (shared: $fixture:expr) => {
        $crate::__store_cases!(every $fixture);
        $crate::__store_cases!(durable $fixture);
        $crate::__store_cases!(shared $fixture);
    };
    ($fixture:expr) => {
        $crate::__store_cases!(every $fixture);
        $crate::__store_cases!(volatile $fixture);
    };
}

/// Expands to the tests of one list, or to their names.
#[macro_export]
#[doc(hidden)]
macro_rules! __store_tests {
    (names; $($module:ident { $($case:ident)* })*) => {
        &[$($(concat!(stringify!($module), "::", stringify!($case)),)*)*]
    };
    ($fixture:expr; $($module:ident { $($case:ident)* })*) => {
        $($(
            #[test]
            fn $case() {
                let fixture = $fixture;
                $crate::testing::suite::run($crate::testing::suite::$module::$case(&fixture));
            }
        )*)*
    };
}

/// The lists of cases.
#[macro_export]
#[doc(hidden)]
macro_rules! __store_cases {
    (every $($for:tt)*) => {
        $crate::__store_tests! { $($for)*;
            append {
                an_arrival_opens_joins_or_queues
                what_is_accepted_is_there_at_once
                an_empty_append_does_nothing
                a_message_at_once_is_appended_or_comes_back
                a_known_id_is_a_duplicate_and_changes_nothing
                an_id_is_known_even_if_the_message_differs
                the_id_of_a_dead_or_cancelled_batch_stays_known
                ids_are_scoped_to_their_key
                without_an_id_nothing_is_a_duplicate
                a_full_line_refuses_and_has_room_again
                a_refused_message_is_refused_alone
                results_are_in_the_order_of_the_arrivals
                messages_of_one_key_are_applied_in_order
                the_earliest_wake_is_returned
                caps_count_messages_and_bytes
                messages_are_ordered_by_time_then_part_then_arrival
                messages_come_back_as_they_went_in
                any_text_key_and_id_come_back_unchanged
                keys_are_the_same_only_if_their_texts_are_equal
                a_text_of_64_kib_comes_back_unchanged
                time_does_not_run_backwards_for_a_key
                a_duplicate_keyword_is_not_applied_again
                many_keys_are_kept_apart
            }
            claim {
                a_claim_carries_the_whole_batch
                nothing_is_claimed_before_it_is_due
                a_window_that_slides_is_waited_for
                a_claim_takes_at_most_its_limit
                keys_that_are_due_longer_are_not_starved
                a_batch_that_fails_delays_no_other_key
                only_the_head_of_a_line_is_claimed
                a_lease_that_ran_out_is_claimed_again
                a_claim_resumes_where_the_last_one_stopped
                the_next_wake_is_never_later_than_the_truth
                what_comes_forward_brings_the_next_wake_forward
                no_news_comes_from_outside_if_nobody_else_writes
            }
            fenced {
                a_renewed_lease_ends_later
                a_stolen_claim_is_refused_and_changes_nothing
                a_superseded_claim_is_refused_and_changes_nothing
                a_cancelled_claim_is_refused_and_changes_nothing
                a_refused_write_leaves_an_idle_key_as_it_is
                a_claim_that_was_given_back_is_refused
                a_claim_holds_for_its_key_and_batch_only
                a_lease_that_ran_out_holds_until_somebody_takes_it
                repeating_a_fenced_write_is_safe
                what_ended_a_batch_and_when_shows_in_its_record
                a_classification_is_kept_whole
                a_finish_may_bring_the_classification
                what_went_wrong_is_shown_until_something_else_does
                a_finished_batch_is_over
                every_outcome_is_recorded
                a_finish_returns_when_the_key_next_wakes
                a_retry_waits_for_its_time_with_the_same_messages
                an_attempt_that_does_not_count_is_not_counted
                a_reply_that_was_not_sent_begins_anew_with_its_text
                a_dead_batch_is_kept_whole
                a_batch_whose_reply_may_be_out_is_not_dead_but_over
            }
            reply {
                a_classification_and_a_reply_are_recorded_in_one
                a_classification_is_kept_though_its_reply_is_refused
                a_reply_keeps_its_parts_in_order
                a_reply_keeps_its_first_text
                a_refused_reply_changes_nothing
                the_rest_of_the_lease_must_cover_the_sending
                replies_of_the_last_hour_are_counted
                a_reply_that_was_certainly_not_sent_does_not_count
                a_reply_that_may_have_been_sent_counts
            }
            opt_out {
                a_stop_takes_effect_with_its_message
                a_repeated_stop_is_not_confirmed_again
                a_stop_reaches_the_batches_before_it
                a_stop_makes_a_retry_due
                yes_is_a_start_only_while_opted_out
                help_closes_its_batch
                opting_out_by_hand_is_like_the_keyword
                a_key_can_opt_out_before_it_has_written
                opting_out_on_one_line_leaves_the_others
                a_sender_can_opt_out_on_all_its_lines
                a_keyword_means_what_was_said_on_another_line_lets_it_mean
                senders_who_opted_out_are_listed_in_pages
                a_sender_can_be_asked_for
                every_word_changes_the_record_as_it_should
                a_repeated_opt_out_changes_nothing
                an_older_word_does_not_undo_a_start
                a_start_is_remembered_for_a_while
                an_opt_out_outlives_the_lane
                a_silenced_line_ends_without_a_reply
            }
            line {
                a_key_that_is_unknown_has_nothing_to_change
                a_flush_makes_one_key_due
                a_flush_makes_all_keys_due
                a_flush_leaves_what_is_in_flight_or_retrying
                a_cancelled_line_is_over
                what_is_being_replied_to_is_not_cancelled
                a_message_takes_back_a_claimed_batch
                a_message_queues_where_it_cannot_take_back
            }
            inspect {
                counts_tell_every_state_apart
                counts_tell_what_is_late
                a_list_is_newest_first_and_limited
                a_list_can_be_of_some_statuses
                a_key_prefix_is_taken_literally
                a_batch_is_shown_whole_in_every_state
                a_dead_batch_is_requeued_at_the_end_of_its_line
                a_dead_batch_can_die_and_come_back_again
                a_waiting_batch_is_requeued_by_making_it_due
                what_cannot_be_requeued_is_left_alone
                a_full_line_takes_no_dead_batch_back
            }
            dead {
                the_id_of_a_dead_batch_is_never_forgotten
                a_key_with_a_dead_batch_is_not_forgotten
                one_dead_batch_too_many_gives_up_the_oldest
                a_batch_that_was_opted_out_comes_back_without_a_reply
                a_dead_batch_comes_back_as_what_it_was
            }
            maintain {
                idle_keys_leave_nothing_behind
                maintenance_goes_in_steps
                maintenance_leaves_what_is_needed
                maintenance_keeps_ids_for_their_time
                maintenance_does_not_forget_a_reply_of_the_last_hour
                maintenance_does_not_forget_why_a_claim_was_lost
            }
            answers {
                a_finish_whose_answer_was_lost_is_reported_as_one
                a_retry_whose_answer_was_lost_is_reported_as_one
                a_dead_batch_is_reported_although_the_answer_was_lost
                a_reply_that_had_begun_when_the_answer_was_lost_is_sent_once
            }
            races {
                no_batch_is_claimed_twice
                an_append_beside_a_claim_is_in_exactly_one_batch
                an_append_that_supersedes_beside_a_finish_is_in_exactly_one_batch
                one_id_appended_at_once_is_accepted_once
                appends_to_a_new_key_at_once_share_its_batch
                appends_of_the_same_keys_in_any_order_do_not_block_each_other
                a_requeue_beside_claims_brings_a_batch_back_once
                no_reply_begins_once_a_stop_has_returned
                no_reply_begins_on_any_line_once_an_opt_out_has_returned
                of_many_stops_at_once_one_opts_the_sender_out
                of_a_finish_and_a_cancel_one_wins
                a_dropped_append_is_done_wholly_or_not_at_all
            }
        }
    };
    (volatile $($for:tt)*) => {
        $crate::__store_tests! { $($for)*;
            volatile {
                it_says_that_it_is_not_durable
                what_would_be_lost_is_handed_back
                what_may_have_been_answered_is_not_handed_back
            }
        }
    };
    (durable $($for:tt)*) => {
        $crate::__store_tests! { $($for)*;
            durable {
                it_says_that_it_is_durable
                everything_looks_the_same_after_a_restart
                a_known_id_is_a_duplicate_after_a_restart
                an_open_batch_is_handled_after_a_restart
                a_lease_outlives_a_restart_and_then_runs_out
                a_claim_can_be_finished_after_a_restart
                classification_and_reply_outlive_a_restart
                a_retry_outlives_a_restart
                an_opt_out_outlives_a_restart
                counted_replies_outlive_a_restart
                a_dead_batch_outlives_a_restart_whole
                what_has_ended_stays_ended_after_a_restart
                time_does_not_run_backwards_over_a_restart
                a_batch_that_cannot_be_read_is_buried_and_blocks_nobody
                the_id_of_an_unfinished_batch_is_never_forgotten
                what_has_ended_is_pruned_in_the_end
                a_durable_store_hands_nothing_back
            }
        }
    };
    (shared $($for:tt)*) => {
        $crate::__store_tests! { $($for)*;
            nodes {
                an_id_is_known_on_every_node
                nodes_share_the_batch_of_a_new_key
                no_batch_is_claimed_on_two_nodes
                a_claim_lost_to_another_node_is_refused
                a_stop_holds_on_every_node
                no_reply_begins_once_another_node_has_opted_out
                of_stops_on_many_nodes_one_opts_the_sender_out
                a_batch_is_brought_back_on_one_node_only
                a_node_hears_of_what_another_appends
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// A case that no list names would never run.
    #[test]
    fn every_case_is_in_a_list() {
        let lists: [&[&str]; 4] = [
            __store_cases!(every names),
            __store_cases!(volatile names),
            __store_cases!(durable names),
            __store_cases!(shared names),
        ];
        let modules = [
            ("answers", include_str!("suite/answers.rs")),
            ("append", include_str!("suite/append.rs")),
            ("claim", include_str!("suite/claim.rs")),
            ("dead", include_str!("suite/dead.rs")),
            ("durable", include_str!("suite/durable.rs")),
            ("fenced", include_str!("suite/fenced.rs")),
            ("inspect", include_str!("suite/inspect.rs")),
            ("line", include_str!("suite/line.rs")),
            ("maintain", include_str!("suite/maintain.rs")),
            ("nodes", include_str!("suite/nodes.rs")),
            ("opt_out", include_str!("suite/opt_out.rs")),
            ("races", include_str!("suite/races.rs")),
            ("reply", include_str!("suite/reply.rs")),
            ("volatile", include_str!("suite/volatile.rs")),
        ];
        let written: BTreeSet<String> = modules
            .iter()
            .flat_map(|(module, source)| {
                let names =
                    source.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('<').next());
                names.map(move |name| format!("{module}::{name}"))
            })
            .collect();
        let listed: BTreeSet<String> = lists.concat().into_iter().map(str::to_owned).collect();
        assert_eq!(listed, written);
    }
}
