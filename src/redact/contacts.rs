//! People's addresses: of an e-mail address its first letter and its domain are left, of a telephone number its country
//! and its last two digits. Whoever knows the address recognizes it; nobody else can write to it.

use super::{HIDDEN, replace};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?<secret>[\p{L}\p{N}._%+'-]+)@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}").expect("a fixed expression")
});

/// A number as SNS writes it; see <https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html>.
static PHONE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\w+/=.])(?<secret>\+[1-9][0-9]{7,14})\b").expect("a fixed expression"));

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

/// Where a subscription of this protocol delivers to, masked: a person's address as in any text, and of a URL neither
/// what signs in nor its query. An ARN stays.
pub fn endpoint(protocol: &str, endpoint: &str) -> String {
    match (protocol, endpoint.rsplit_once('@')) {
        ("email" | "email-json", Some((local, domain))) => format!("{}@{domain}", first(local)),
        ("email" | "email-json", None) => HIDDEN.to_owned(),
        ("sms", _) => phone(endpoint),
        ("http" | "https", _) => url(endpoint),
        _ => super::text(endpoint, &|_| false).into_owned(),
    }
}

fn first(local: &str) -> String {
    local.chars().take(1).chain(['…']).collect()
}

fn phone(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    match digits.as_slice() {
        [a, b, c, _, _, .., y, z] => [a, b, c, &'…', y, z].into_iter().collect(),
        _ => HIDDEN.to_owned(),
    }
}

fn url(url: &str) -> String {
    let (rest, query) = match url.find(['?', '#']) {
        Some(at) => (&url[..at], format!("{}{HIDDEN}", &url[at..=at])),
        None => (url, String::new()),
    };
    let kept = match (rest.find("://"), rest.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}{HIDDEN}{}", &rest[..scheme + 3], &rest[at..]),
        _ => rest.to_owned(),
    };
    // A path can be a key too: that of a webhook.
    super::text(&kept, &|_| false).into_owned() + &query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_enough_is_left_to_recognize_it() {
        for (protocol, written, masked) in [
            ("email", "maria@example.com", "m…@example.com"),
            ("email-json", "\"a@b\"@example.com", "\"…@example.com"),
            ("email", "maria", "(hidden)"),
            ("sms", "+34600123412", "+34…12"),
            ("sms", "1234", "(hidden)"),
            ("https", "https://example.com/orders", "https://example.com/orders"),
            (
                "https",
                "https://u:p@example.com/a?key=1#x",
                "https://(hidden)@example.com/a?(hidden)",
            ),
            (
                "lambda",
                "arn:aws:lambda:eu-west-1:1:function:f",
                "arn:aws:lambda:eu-west-1:1:function:f",
            ),
        ] {
            assert_eq!(endpoint(protocol, written), masked);
        }
    }

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
