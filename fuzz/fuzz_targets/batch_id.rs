//! Batch ids, as operators type them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sms_consolidate::BatchId;

fuzz_target!(|text: &str| {
    let Ok(id) = text.parse::<BatchId>() else { return };
    let canonical = id.to_string();
    assert_eq!(canonical.len(), 36);
    assert_eq!(canonical.parse(), Ok(id));
    assert_eq!(canonical.to_uppercase().parse(), Ok(id));
    assert_eq!(BatchId::from_bytes(*id.as_bytes()), id);
    let json = serde_json::to_string(&id).expect("ids can be written");
    assert_eq!(serde_json::from_str::<BatchId>(&json).expect("and read back"), id);
});
