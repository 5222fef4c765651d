//! A text and how it is cut: the first byte says to how many segments, the rest is the text.
#![no_main]

use std::num::NonZeroU32;

use libfuzzer_sys::fuzz_target;
use sms_consolidate_providers::outbound::{Segments, cut};

fuzz_target!(|input: &[u8]| {
    let Some((max, text)) = input.split_first() else { return };
    let max = NonZeroU32::new(u32::from(*max) % 10 + 1).expect("at least 1");
    let text = String::from_utf8_lossy(text);
    let (whole, cut) = (Segments::of(&text), cut(&text, max));
    assert!(Segments::of(cut).count <= max.get() as usize, "{cut:?}");
    assert!(text.starts_with(cut));
    assert_eq!(cut == text, whole.count <= max.get() as usize, "{text:?}");
    // No more segments than half-empty ones.
    assert!(whole.units >= text.chars().count() && whole.count <= whole.units / 34 + 1);
});
