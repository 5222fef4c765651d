//! JSON with configured fields: a line each with a path and with the region of national numbers, then the body.
#![no_main]

use std::num::NonZeroUsize;

use libfuzzer_sys::fuzz_target;
use sms_consolidate_fuzz::{check_parsed, line, post};
use sms_consolidate_providers::inbound::{ConfigError, ConfiguredJson, DefaultRegion, Parsed, Rejection};

const MAX_MESSAGES: NonZeroUsize = NonZeroUsize::new(4).unwrap();

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let (path, region) = (line(&mut body), line(&mut body));
    let path = String::from_utf8_lossy(path);
    let gateway = || -> Result<ConfiguredJson, ConfigError> {
        let single = ConfiguredJson::unsigned().line("to")?.sent_at("at")?.media("media")?;
        if path.is_empty() { Ok(single) } else { single.text(&path)?.list("list") }
    };
    let Ok(gateway) = gateway() else { return };
    let gateway = gateway.with_max_messages(MAX_MESSAGES);
    let written = post(&gateway, &[], body);
    check_path_errors(&path, &written);
    let Ok(region) = DefaultRegion::new(&String::from_utf8_lossy(region), gateway) else { return };
    let international = post(&region, &[], body);
    let (Ok(written), Ok(international)) = (written, international) else { return };
    for (before, after) in written.messages.iter().zip(&international.messages) {
        assert_eq!(before.message, after.message);
        let (before, after) = (before.conversation.sender(), after.conversation.sender());
        assert!(before == after || (!before.is_number() && after.is_number()), "{before} {after}");
    }
});

/// A path of the operator's may be long, and stands in the errors.
fn check_path_errors(path: &str, parsed: &Result<Parsed, Rejection>) {
    if path.len() < 50 {
        check_parsed(parsed, MAX_MESSAGES.get());
    }
}
