//! Segments against Twilio's own calculator.

use std::path::Path;

use sms_consolidate_providers::outbound::{Encoding, Segments};

use crate::node::{PACKAGES, node};
use crate::{SCRIPTS, run};

#[test]
fn segments_are_counted_as_twilio_counts() {
    let mut script = node();
    script.arg(Path::new(SCRIPTS).join("segments.mjs")).arg(&*PACKAGES);
    let lines = run(&mut script, "Node is needed");
    let mut compared = 0;
    for line in lines.lines() {
        let (text, encoding, count): (String, String, usize) = serde_json::from_str(line).unwrap();
        let segments = Segments::of(&text);
        let ours = match segments.encoding {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        };
        assert_eq!((ours, segments.count), (encoding.as_str(), count), "{text:?}");
        compared += 1;
    }
    assert!(compared > 130_000, "{compared}");
}
