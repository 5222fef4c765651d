//! JSON or a form with configured fields: a line each with a path, with what a condition says, and with the region of
//! national numbers, then the body.
#![no_main]

use std::num::NonZeroUsize;

use libfuzzer_sys::fuzz_target;
use sms_consolidate_fuzz::{check_groups, check_parsed, line, post};
use sms_consolidate_providers::inbound::{
    Condition, ConfigError, ConfiguredJson, DefaultRegion, Parsed, Rejection,
};

const MAX_MESSAGES: NonZeroUsize = NonZeroUsize::new(4).unwrap();

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let (path, condition, region) = (line(&mut body), line(&mut body), line(&mut body));
    let (path, condition) = (String::from_utf8_lossy(path), String::from_utf8_lossy(condition));
    let gateway = || -> Result<ConfiguredJson, ConfigError> {
        let single = ConfiguredJson::unsigned()
            .line("to")?
            .sent_at("at")?
            .media("media|files.0")?
            .own_if("own", Condition::is(&*condition))?
            .group_if("group", Condition::present())?
            .group_if("to", Condition::several())?;
        if path.is_empty() { Ok(single) } else { single.text(&path)?.caption("caption")?.list("list") }
    };
    let Ok(gateway) = gateway() else { return };
    let gateway = gateway.with_max_messages(MAX_MESSAGES);
    let written = post(&gateway, &[], body);
    check_path_errors(&path, &written);
    check_groups(&written, &post(&gateway.clone().with_groups(), &[], body));
    let lenient = gateway.clone().whole_document_as_list().ignore_without_text().with_suffix_removed("@s");
    check_path_errors(&path, &post(&lenient.with_plus_signs_added(), &[], body));
    check_path_errors(&path, &post(&gateway.clone().form(), &[], body));

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
