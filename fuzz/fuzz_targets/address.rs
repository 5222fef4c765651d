//! Addresses and conversations, the input being two of them in a line each.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sms_consolidate::{Address, Conversation, Key, MAX_ADDRESS_BYTES, mask};
use sms_consolidate_fuzz::assert_hidden;

fuzz_target!(|input: &str| {
    let (first, second) = input.split_once('\n').unwrap_or((input, ""));
    check_mask(first);
    if let Ok(address) = first.parse() {
        check_address(&address);
    }
    let Ok(conversation) = first.parse::<Conversation>() else { return };
    check_conversation(&conversation);
    if let Ok(other) = second.parse::<Conversation>() {
        assert_eq!(conversation == other, conversation.to_string() == other.to_string());
    }
});

fn check_mask(text: &str) {
    let masked = mask(text);
    assert_hidden(&masked, text);
    let shown = masked.chars().count() - 3;
    assert!(shown <= 10 && (shown == 0 || shown + 3 <= text.chars().count()), "{text:?} as {masked:?}");
}

fn check_address(address: &Address) {
    let text = address.to_string();
    assert_eq!(text.parse().as_ref(), Ok(address));
    assert!((1..=MAX_ADDRESS_BYTES).contains(&text.len()));
    assert!(!text.chars().any(|c| c.is_control() || c == '>'));
    assert_eq!(address.is_number(), text.starts_with('+'));
    if address.can_receive() {
        let digits = text.strip_prefix('+').unwrap_or(&text);
        assert!(digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit()));
    }
    assert_hidden(&format!("{address:?}"), &text);
}

fn check_conversation(conversation: &Conversation) {
    let text = conversation.to_string();
    assert_eq!(text.parse().as_ref(), Ok(conversation));
    let (sender, line) = (conversation.sender(), conversation.line());
    assert_eq!(conversation, &Conversation::new(sender.clone(), line.cloned()));
    check_address(sender);
    line.into_iter().for_each(check_address);
    assert_eq!(conversation.can_reply(), sender.can_receive());
    assert_hidden(&conversation.redacted(), &sender.to_string());
    assert_hidden(&format!("{conversation:?}"), &sender.to_string());
}
