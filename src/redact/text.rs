//! A text without secrets.

use super::{contacts, credentials};
use std::borrow::Cow;

/// `text` without credentials, and with people's addresses masked. `public` says what is meant to be read although it has
/// such a form: the name of a resource, for example.
pub fn text<'t>(text: &'t str, public: &dyn Fn(&str) -> bool) -> Cow<'t, str> {
    // Credentials first: a password may hold what looks like an address.
    let mut text = Cow::Borrowed(text);
    for clean in [credentials::clean, contacts::clean] {
        if let Cow::Owned(cleaned) = clean(&text, public) {
            text = Cow::Owned(cleaned);
        }
    }
    text
}
