//! Credentials, known by the form that their issuers gave them, or by the name before them.
//!
//! Forms: AWS's access key ids
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>), its secrets of 40 characters and the
//! tokens of its sessions; what RFC 6750, 7617 and 7519 define; private keys as PEM; and the prefixes by which the
//! well-known services let their tokens be found.

use super::replace::{HIDDEN, replace};
use super::traits::Traits;
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// The shortest id of an access key, and the shortest bare key.
const KEY_ID: usize = 20;
const KEY: usize = 40;

/// Whether what was matched is a secret at all.
type Test = fn(&str) -> bool;

/// A form: without what it cannot be in a text, where it is, and what else has to hold.
struct Form {
    needs: fn(&Traits<'_>) -> bool,
    pattern: Regex,
    is_secret: Test,
}

/// Between a name and its value: `=`, `: `, `": "`, `\": \"`, `' => '`. The value ends with its quote or its word.
const VALUE: &str =
    r#"["'\\]*\s*(?:=>|[:=])\s*\\*(?:"(?<double>[^"\n]+)|'(?<single>[^'\n]+)|(?<secret>[^\s"',;})\]]+))"#;

/// In the order in which they are looked for: what is inside of another form comes after it.
static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let always: Test = |_| true;
    // Cut off or in pieces, a private key may have no end.
    let private_key = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)";
    let signed_in = r"[A-Za-z][A-Za-z0-9+.-]*://(?<secret>[^\s/?#'\x22<>]+)@";
    let query = r"(?i)[?&;](?:[\w.-]*(?:token|secret|signature|password|passwd|pwd|credential|api-?_?key)[\w.-]*|key|sig|auth|code)=(?<secret>[^&\s'\x22<>#]+)";
    let authorization = r"(?i)\b(?:proxy-)?authorization['\x22\\]*\s*[:=]\s*['\x22\\]*(?<secret>(?:AWS4|Digest)[^'\x22\n]*|(?:[\w-]+[ \t]+)?[^\s'\x22]+)";
    let token = r"\beyJ[\w-]{10,}\.[\w-]{4,}(?:\.[\w-]*)?";
    let bearer = r"(?i)\bbearer\s+(?<secret>[A-Za-z0-9._~+/=-]{8,})";
    let basic = r"(?i)\bbasic\s+(?<secret>[A-Za-z0-9+/]{8,}={0,2})";
    let issued = [
        r"gh[pousr]_[A-Za-z0-9]{20,}",
        r"github_pat_\w{20,}",
        r"gl(?:pat|ptt|dt|rt|soat)-[\w-]{16,}",
        r"xox[a-z]-[A-Za-z0-9-]{10,}",
        r"xapp-[A-Za-z0-9-]{10,}",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]+",
        r"discord(?:app)?\.com/api/webhooks/[\w/-]+",
        r"[srp]k_(?:live|test)_[A-Za-z0-9]{10,}",
        r"whsec_[A-Za-z0-9+/=]{16,}",
        r"AIza[\w-]{30,}",
        r"ya29\.[\w.-]{16,}",
        r"GOCSPX-[\w-]{16,}",
        r"sk-[A-Za-z0-9_-]{20,}",
        r"SG\.[\w-]{16,}\.[\w-]{16,}",
        r"npm_[A-Za-z0-9]{30,}",
        r"pypi-[\w-]{40,}",
        r"hf_[A-Za-z0-9]{30,}",
        r"do[opr]_v1_[a-f0-9]{40,}",
        r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{30,}",
    ];
    let issued = format!(r"\b(?:{})", issued.join("|"));
    let key_id = r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16,}\b";
    let named = format!(
        r"(?i)(?:secret[_ -]?access[_ -]?key|secret[_-]?key|session[_ -]?token|security[_ -]?token|task[_ ]?token|(?:access|auth|refresh|bearer|api|bot|oauth)[_-]?token|client[_-]?secret|api[_-]?key|account[_-]?key|shared[_-]?access[_-]?key|private[_-]?key|(?:encryption|signing)[_-]?key|password|passwort|passwd|passphrase|contrase[nñ]a)[\w.-]{{0,24}}{VALUE}"
    );
    let vaguely = format!(r"(?i)(?:secret|token|pwd|credentials?|passw)[\w.-]{{0,24}}{VALUE}");
    // What is part of an ARN is a name. Without groups: every ARN matches, and groups take far longer to find than a match.
    let bare = r"\barn:aws[^\s'\x22,;]*|[A-Za-z0-9+/_-]{40,}={0,2}";
    let session = r"\b(?<secret>(?:FwoGZXIv|IQoJb3JpZ2lu)[A-Za-z0-9+/_=-]*)";
    let form = |needs, pattern: &str, is_secret| Form {
        needs,
        pattern: Regex::new(pattern).expect("a fixed expression"),
        is_secret,
    };
    vec![
        form(|it| it.has(&["PRIVATE KEY"]), private_key, always),
        form(|it| it.has(&["://"]) && it.has(&["@"]), signed_in, always),
        form(|it| it.has(&["="]), query, |value| !is_public(value)),
        form(|it| it.assigns && it.says(&["authorization"]), authorization, always),
        form(|it| it.has(&["eyJ"]), token, always),
        form(|it| it.says(&["bearer"]), bearer, looks_random),
        form(|it| it.says(&["basic"]), basic, looks_random),
        form(|_| true, &issued, always),
        form(|it| it.has_run(KEY_ID), key_id, always),
        form(
            |it| it.assigns && it.says(&["secret", "token", "key", "passw", "passphrase", "contrase"]),
            &named,
            |value| !is_public(value) && !is_word(value),
        ),
        form(
            |it| it.assigns && it.says(&["secret", "token", "pwd", "credential", "passw"]),
            &vaguely,
            |value| !is_public(value) && looks_random(value),
        ),
        form(|it| it.has(&["FwoGZXIv", "IQoJb3JpZ2lu"]), session, always),
        form(
            |it| it.has_run(KEY),
            bare,
            |value| !value.starts_with("arn:aws") && is_key(value),
        ),
    ]
});

/// `text` without credentials.
pub(super) fn clean<'t>(text: &'t str, public: &dyn Fn(&str) -> bool) -> Cow<'t, str> {
    let traits = Traits::of(text);
    let mut text = Cow::Borrowed(text);
    // What is hidden by one adds nothing that another would need.
    for form in FORMS.iter().filter(|form| (form.needs)(&traits)) {
        let cleaned = replace(&form.pattern, &text, |_, secret| {
            ((form.is_secret)(secret) && !public(secret)).then(|| HIDDEN.to_owned())
        });
        if let Cow::Owned(cleaned) = cleaned {
            text = Cow::Owned(cleaned);
        }
    }
    text
}

/// What may follow the name of a secret and is none: a reference, an id of a request or of the probe.
fn is_public(value: &str) -> bool {
    static ID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:arn:aws[\w-]*:|edemlab-|\$\$?\.|\$\{|<[^>]*>$|\{\{|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$)")
            .expect("a fixed expression")
    });
    ID.is_match(value)
}

/// What says that there is a secret, or none.
fn is_word(value: &str) -> bool {
    [
        "true",
        "false",
        "null",
        "none",
        "nothing",
        "undefined",
        "missing",
        "required",
    ]
    .iter()
    .any(|word| value.eq_ignore_ascii_case(word))
}

/// Which of three classes a character is of.
fn class(c: char) -> u8 {
    match c {
        'a'..='z' => 0,
        'A'..='Z' => 1,
        _ => 2,
    }
}

/// How often one class of characters follows another.
fn turns(value: &str) -> usize {
    let classes: Vec<u8> = value.chars().map(class).collect();
    classes.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// A text that no language has as a word: long enough, with a digit among letters, or mixed as no name is.
fn looks_random(value: &str) -> bool {
    let (letters, digits) = (
        value.chars().any(|c| c.is_ascii_alphabetic()),
        value.chars().any(|c| c.is_ascii_digit()),
    );
    value.len() >= 8 && letters && (digits || turns(value) >= 4)
}

/// The form of AWS's secrets (exactly 40 characters), of a line of a key, or of a token. Names, paths and sums in
/// hexadecimal digits turn less often from one class of characters to another.
fn is_key(value: &str) -> bool {
    let bare = value.trim_end_matches('=');
    let of_base64 = !bare.contains(['-', '_']);
    let long_enough = match bare.len() {
        40 | 60.. if of_base64 => true,
        length => length >= 100,
    };
    let slashes = bare.matches('/').count();
    let has = |class_of: u8| bare.chars().any(|c| class(c) == class_of);
    long_enough && has(0) && has(1) && has(2) && slashes * 10 <= bare.len() && turns(bare) * 8 >= bare.len() * 3
}

#[cfg(test)]
mod tests {
    use super::{FORMS, HIDDEN, Traits, clean, replace};
    use regex::Captures;

    #[track_caller]
    fn becomes(written: &str, cleaned: &str) {
        assert_eq!(clean(written, &|_| false), cleaned, "{written}");
        // What is clean stays as it is.
        assert_eq!(clean(cleaned, &|_| false), cleaned);
    }

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    #[test]
    fn a_session_of_aws_is_hidden_named_or_bare() {
        let token = format!("IQoJb3JpZ2luX2VjEJr{}==", "Ab3/xY9+Qz7".repeat(24));
        for (written, cleaned) in [
            (format!("AKIAIOSFODNN7EXAMPLE {SECRET}"), "(hidden) (hidden)"),
            (
                format!("('ASIAIOSFODNN7EXAMPLE', '{SECRET}', '{token}')"),
                "('(hidden)', '(hidden)', '(hidden)')",
            ),
            (SECRET.to_owned(), "(hidden)"),
            (token.clone(), "(hidden)"),
            (token[..60].to_owned(), "(hidden)"),
            (token.replace("IQoJb3JpZ2lu", "FwoGZXIvYXdz"), "(hidden)"),
            ("secret_key: abc".to_owned(), "secret_key: (hidden)"),
            (
                r#"{"SecretAccessKey": "a b, c", "x": 1}"#.to_owned(),
                r#"{"SecretAccessKey": "(hidden)", "x": 1}"#,
            ),
            (
                r#"{\"SecretAccessKey\": \"abc\"}"#.to_owned(),
                r#"{\"SecretAccessKey\": \"(hidden)"}"#,
            ),
            ("x-amz-security-token=abc&y".to_owned(), "x-amz-security-token=(hidden)"),
            (
                "export AWS_SESSION_TOKEN='abc'".to_owned(),
                "export AWS_SESSION_TOKEN='(hidden)'",
            ),
            ("DB_PASSWORD_OLD => hunter2".to_owned(), "DB_PASSWORD_OLD => (hidden)"),
            ("secret=hunter2hunter2".to_owned(), "secret=(hidden)"),
        ] {
            becomes(&written, cleaned);
        }
    }

    #[test]
    fn keys_and_tokens_of_others_are_hidden_by_their_form() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsdWNpYSJ9.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
        let pem = |between: &str| {
            format!("key: -----BEGIN RSA PRIVATE KEY-----{between}MIIEow{between}-----END RSA PRIVATE KEY----- end")
        };
        for (written, cleaned) in [
            (jwt.to_owned(), "(hidden)"),
            (format!("Bearer {jwt}"), "Bearer (hidden)"),
            ("bearer a1b2c3d4".to_owned(), "bearer (hidden)"),
            (
                "{'Authorization': 'Basic bHVjaWE6c3VuZmxvd2Vy'}".to_owned(),
                "{'Authorization': '(hidden)'}",
            ),
            (
                "use Basic bHVjaWE6c3VuZmxvd2Vy now".to_owned(),
                "use Basic (hidden) now",
            ),
            (pem("\n"), "key: (hidden) end"),
            (pem("\\n"), "key: (hidden) end"),
            ("-----BEGIN PRIVATE KEY-----\nMIIEow".to_owned(), "(hidden)"),
            (
                "at postgres://lucia:sun@flower@db.example.com/x?sslmode=on".to_owned(),
                "at postgres://(hidden)@db.example.com/x?sslmode=on",
            ),
            (
                "https://example.com/a?x=1&access_token=abc&y=2".to_owned(),
                "https://example.com/a?x=1&access_token=(hidden)&y=2",
            ),
            (format!("ghp_{}", "aB3".repeat(12)), "(hidden)"),
            (["xoxb", "1234567890", "abcdefABCDEF"].join("-"), "(hidden)"),
            (["sk", "live", "4eC39HqLyjWDarjtT1zdp7dc"].join("_"), "(hidden)"),
            (format!("AIza{}", "SyB-3x_".repeat(5)), "(hidden)"),
        ] {
            becomes(&written, cleaned);
        }
    }

    #[test]
    fn what_is_no_credential_stays() {
        for written in [
            "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_AdministratorAccess_0a1b2c3d4e5f6a7b/lucia",
            "arn:aws:lambda:eu-central-1:123456789012:function:edemlab-datastream-Function-1AbC2dE3fG4hI5jK6lM7",
            "edemlab-0123456789abcdef0123456789abcdef0123456789abcdef",
            "RequestId: 8f14e45f-ceea-467f-a9c7-0123456789ab, account 123456789012",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "User: AROAIOSFODNN7EXAMPLEID:lucia is not authorized to perform: dynamodb:PutItem",
            "The security token included in the request is invalid.",
            "An error occurred (InvalidToken) when calling the SendTaskSuccess operation: Invalid Token: 'Invalid token'",
            "Authorization header requires 'Credential' parameter.",
            "UnrecognizedClientException: the bearer authentication failed; Basic Authentication is off",
            "**Payload**: `\"taskToken.$\": \"$$.Task.Token\"`, with the `.$` in the name",
            "[ERROR] KeyError: 'password'",
            "ProvisionedThroughputExceededException AdministratorAccessForEveryoneInTheWholeCompany2025",
            "https://abc123.execute-api.eu-central-1.amazonaws.com:443/dev/orders?page=2",
            "File \"/var/lang/lib/python3.12/site-packages/botocore/client.py\", line 595, in _api_call",
            "49590338271490256608559692538361571095921575989136588898",
            "RequestToken: 8f14e45f-ceea-467f-a9c7-0123456789ab token: edemlab-0123456789abcdef apiKeyRequired: false",
        ] {
            becomes(written, written);
        }
    }

    #[test]
    fn a_text_without_what_a_form_needs_has_none_of_it() {
        let parts = [
            "-----BEGIN PRIVATE KEY-----",
            "PRIVATE",
            "https://",
            "a:b@c",
            "?code=",
            "&",
            ";sig=",
            "Authorization",
            "author\u{130}zation",
            ": ",
            "=",
            "\": \"",
            "eyJhbGciOiJI",
            ".eyJzdWIi",
            "Bearer ",
            "bea\u{212a}er ",
            "BA\u{17f}IC ",
            "Basic\u{a0}",
            "a1b2c3d4e5f6",
            "ghp_",
            "xoxb-",
            "sk_live_",
            "AKIA",
            "A3TX",
            "ABCDEFGH01234567",
            "SecretAccess\u{212a}ey",
            "\u{17f}ecret",
            "to\u{212a}en",
            "pwd",
            "password",
            "Pa\u{17f}\u{17f}phrase",
            "contraseña",
            "credentials",
            "api_key",
            "FwoGZXIv",
            "IQoJb3JpZ2lu",
            "arn:aws:x:",
            "ñ",
            "→",
            "wJalrXUtnFEMI/K7MDENG/",
            "bPxRfiCYEXAMPLEKEY",
            "_",
            "-",
            " ",
            "\n",
            "'",
            ",",
        ];
        let mut dice = fastrand::Rng::with_seed(7);
        let (mut skipped, mut found) = (0, 0);
        for _ in 0..10_000 {
            let text: String = (0..dice.usize(1..7))
                .map(|_| parts[dice.usize(..parts.len())])
                .collect();
            let traits = Traits::of(&text);
            for form in FORMS.iter() {
                let hidden = |_: &Captures<'_>, secret: &str| (form.is_secret)(secret).then(|| HIDDEN.to_owned());
                let is_there = replace(&form.pattern, &text, hidden) != text;
                let needed = (form.needs)(&traits);
                assert!(needed || !is_there, "{text:?}: {}", form.pattern);
                skipped += usize::from(!needed);
                found += usize::from(is_there);
            }
        }
        assert!(skipped > 50_000 && found > 2_000, "{skipped} {found}");
    }

    #[test]
    fn what_is_public_stays_and_the_work_is_bounded() {
        assert_eq!(clean(SECRET, &|it| it == SECRET), SECRET);
        let began = std::time::Instant::now();
        for part in [
            "Aa1",
            "eyJ",
            "-----BEGIN PRIVATE KEY-----",
            "http://a:",
            "password=",
            "Bearer ",
        ] {
            clean(&part.repeat(100_000 / part.len()), &|_| false);
        }
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }
}
