//! Where a subscription delivers to.

use super::contacts::{first, phone};
use super::replace::HIDDEN;
use super::text::text;

/// Where a subscription of this protocol delivers to, masked: a person's address as in any text, and of a URL neither
/// what signs in nor its query. An ARN stays.
pub fn endpoint(protocol: &str, endpoint: &str) -> String {
    match (protocol, endpoint.rsplit_once('@')) {
        ("email" | "email-json", Some((local, domain))) => format!("{}@{domain}", first(local)),
        ("email" | "email-json", None) => HIDDEN.to_owned(),
        ("sms", _) => phone(endpoint),
        ("http" | "https", _) => url(endpoint),
        _ => text(endpoint, &|_| false).into_owned(),
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
    text(&kept, &|_| false).into_owned() + &query
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
}
