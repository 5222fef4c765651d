//! Catches the library's own panics, which its jobs would otherwise swallow. Those of the simulated classifier and
//! sender do not come here.

use std::cell::RefCell;
use std::sync::Once;

thread_local! {
    static CAUGHT: RefCell<Option<Option<String>>> = const { RefCell::new(None) };
}

/// From now on panics of this thread are kept instead of printed.
pub(crate) fn catch() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let otherwise = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_kept = CAUGHT.with_borrow_mut(|caught| {
                let Some(caught) = caught else { return false };
                caught.get_or_insert_with(|| panic.to_string());
                true
            });
            if !is_kept {
                otherwise(panic);
            }
        }));
    });
    CAUGHT.set(Some(None));
}

/// Panics of this thread are printed again.
pub(crate) fn release() {
    CAUGHT.set(None);
}

pub(crate) fn happened() -> bool {
    CAUGHT.with_borrow(|caught| matches!(caught, Some(Some(_))))
}

pub(crate) fn take() -> Option<String> {
    CAUGHT.with_borrow_mut(|caught| caught.as_mut().and_then(Option::take))
}
