//! People's addresses: of an e-mail address its first letter and its domain are left, of a telephone number its country
//! and its last two digits. Whoever knows the address recognizes it; nobody else can write to it.

use super::replace::{HIDDEN, replace};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?<secret>[\p{L}\p{N}._%+'-]+)@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}").expect("a fixed expression")
});

/// A number as SNS writes it; see <https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html>.
static PHONE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\w+/=.])(?<secret>\+[1-9][0-9]{7,14})\b").expect("a fixed expression"));

/// Whether a text can be an e-mail address: something before and after one `@`, and no space.
pub fn is_email(text: &str) -> bool {
    matches!(text.split_once('@'), Some((user, host)) if !user.is_empty() && !host.is_empty() && !host.contains('@'))
        && !text.contains(char::is_whitespace)
}

/// `text` with the addresses in it masked.
pub(super) fn clean<'t>(text: &'t str, public: &dyn Fn(&str) -> bool) -> Cow<'t, str> {
    if !text.contains(['@', '+']) {
        return Cow::Borrowed(text);
    }
    let cleaned = replace(&EMAIL, text, |whole, local| {
        let address = whole.get(0).map_or(local, |whole| whole.as_str());
        (!public(address)).then(|| first(local))
    });
    match replace(&PHONE, &cleaned, |_, number| (!public(number)).then(|| phone(number))) {
        Cow::Owned(cleaned) => Cow::Owned(cleaned),
        Cow::Borrowed(_) => cleaned,
    }
}

pub(super) fn first(local: &str) -> String {
    local.chars().take(1).chain(['…']).collect()
}

pub(super) fn phone(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    match digits.as_slice() {
        [a, b, c, _, _, .., y, z] => [a, b, c, &'…', y, z].into_iter().collect(),
        _ => HIDDEN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_all_but_the_addresses() {
        for (written, masked) in [
            (
                "to maria.p+x@mail.example.com, +34600123412.",
                "to m…@mail.example.com, +34…12.",
            ),
            ("m…@example.com and +34…12", "m…@example.com and +34…12"),
            (
                "2026-11-29T01:28:49+00:00 at 1.2E+11223344",
                "2026-11-29T01:28:49+00:00 at 1.2E+11223344",
            ),
            ("@media and a@b", "@media and a@b"),
        ] {
            assert_eq!(clean(written, &|_| false), masked);
        }
        assert_eq!(
            clean("ask help@example.com", &|it| it == "help@example.com"),
            "ask help@example.com"
        );
    }
}
