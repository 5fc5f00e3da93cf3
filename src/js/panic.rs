//! A panic's message, kept for whoever replaces the instance.

use std::panic;
use std::sync::{Mutex, Once};

static INSTALL: Once = Once::new();
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Writes every panic to the console and keeps its message.
pub(super) fn install() {
    INSTALL.call_once(|| {
        panic::set_hook(Box::new(|info| {
            if let Ok(mut last) = LAST.try_lock() {
                *last = Some(info.to_string());
            }
            console_error_panic_hook::hook(info);
        }));
    });
}

pub(super) fn last() -> Option<String> {
    LAST.lock().ok().and_then(|last| last.clone())
}
