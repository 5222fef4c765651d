//! What is said in groups.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use sms_consolidate::Address;

/// The sender of all that is said in the group `id`. Nothing can be sent to it.
pub(super) fn named(id: &str) -> Address {
    // An id that cannot be part of an address is as good in another form.
    format!("group:{id}").parse().unwrap_or_else(|_| of([id]))
}

/// The sender of all that is said in the group of these, ourselves among them, in whatever order they are given.
///
/// It is a hash, so that it is short, and no number is read in a log.
pub(super) fn of<'a>(participants: impl IntoIterator<Item = &'a str>) -> Address {
    let participants: BTreeSet<_> = participants.into_iter().map(str::trim).collect();
    let hash = participants.into_iter().fold(Sha256::new(), |hash, participant| {
        // What no address holds keeps them apart.
        hash.chain_update(participant).chain_update(b"\0")
    });
    // Half of it is enough that no two groups of a business meet.
    let half = hash.finalize().first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
    format!("group:{half:032x}").parse().expect("letters and digits are an address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_known_by_who_is_in_it_and_cannot_be_written_to() {
        let three = of(["+639171234567", "+15551230000", " +639170000000 "]);
        assert_eq!(three, of(["+15551230000", "+639170000000", "+639171234567", "+15551230000"]));
        assert_ne!(three, of(["+639171234567", "+15551230000"]));
        assert_ne!(of(["a", "b"]), of(["ab"]));
        for group in [
            three,
            of([]),
            named("Y2FwaV9ncm91cDo="),
            named("1234567"),
            named("a>b"),
            named(&"x".repeat(200)),
        ] {
            assert!(group.to_string().starts_with("group:") && !group.can_receive(), "{group}");
        }
        assert_eq!(named("Y2Fw").to_string(), "group:Y2Fw");
        assert_ne!(named("a>b"), named("a>c"));
    }
}
