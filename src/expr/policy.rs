//! Does a resource policy let an AWS service do something? `grants()` in the check language: bucket policies and trust
//! policies, as IAM evaluates them: an explicit deny wins, wildcards `*` and `?` match, `NotAction` and `NotResource`
//! invert. See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.

use serde_json::Value;

/// Why a policy could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not a policy document.
    #[error("the policy cannot be read as JSON")]
    Unreadable,
    /// The answer hangs on a condition that only AWS can evaluate.
    #[error("the answer depends on a condition on {0}, which only AWS can evaluate")]
    Condition(String),
}

/// A condition of a statement, seen from a call that an AWS service makes over TLS.
#[derive(PartialEq, Clone)]
enum Condition {
    Holds,
    Fails,
    Depends(String),
}

/// True when `policy` (a document or its text; `null` grants nothing) lets `service` do `action` on `resource`.
///
/// A trust policy has no resources: its statements match any `resource`. `account` is the one that the service acts
/// for, where it is known: guards against confused deputies (`aws:SourceAccount`, `aws:SourceArn`) name it.
///
/// # Errors
/// When the policy is not JSON, or when a condition that cannot be evaluated here decides.
pub fn grants(
    policy: &Value,
    service: &str,
    action: &str,
    resource: &str,
    account: Option<&str>,
) -> Result<bool, PolicyError> {
    let parsed;
    let document = match policy {
        Value::Null => return Ok(false),
        Value::String(text) if text.trim().is_empty() => return Ok(false),
        Value::String(text) => {
            parsed = serde_json::from_str::<Value>(text).map_err(|_| PolicyError::Unreadable)?;
            &parsed
        }
        other => other,
    };
    let statements = match &document["Statement"] {
        Value::Array(list) => list.iter().collect(),
        Value::Object(_) => vec![&document["Statement"]],
        _ => return Ok(false),
    };
    let mut allowed = false;
    let mut depends = None;
    for statement in statements {
        if !principal_matches(statement, service)
            || !covers(statement, "Action", "NotAction", action, true)
            || !covers(statement, "Resource", "NotResource", resource, false)
        {
            continue;
        }
        let deny = statement["Effect"] == "Deny";
        match condition(&statement["Condition"], account) {
            Condition::Fails => {}
            Condition::Holds if deny => return Ok(false),
            Condition::Holds => allowed = true,
            // A deny that might apply spoils a grant; a grant that might apply does not yet refuse.
            Condition::Depends(key) => depends = Some((deny, key)),
        }
    }
    match depends {
        Some((true, key)) if allowed => Err(PolicyError::Condition(key)),
        Some((false, key)) if !allowed => Err(PolicyError::Condition(key)),
        _ => Ok(allowed),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(s) => vec![s.as_str()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// An AWS service is named by `Principal.Service`; `"*"` is everyone, `{"AWS": "*"}` every account but no service.
fn principal_matches(statement: &Value, service: &str) -> bool {
    let named = |principal: &Value| {
        principal == "*"
            || texts(&principal["Service"])
                .iter()
                .any(|name| *name == "*" || name.eq_ignore_ascii_case(service))
    };
    match statement.get("NotPrincipal") {
        Some(not) => !named(not),
        None => named(&statement["Principal"]),
    }
}

fn covers(statement: &Value, positive: &str, negative: &str, name: &str, fold: bool) -> bool {
    let any = |patterns: &Value| texts(patterns).iter().any(|pattern| like(pattern, name, fold));
    match (statement.get(positive), statement.get(negative)) {
        (Some(patterns), _) => any(patterns),
        (None, Some(patterns)) => !any(patterns),
        // Only trust policies have neither a resource nor its inverse.
        (None, None) => positive == "Resource",
    }
}

/// IAM's wildcards: `*` any characters, `?` one. Actions ignore case, resources do not.
pub fn like(pattern: &str, text: &str, fold: bool) -> bool {
    let fold = |s: &str| {
        if fold {
            s.to_lowercase().chars().collect::<Vec<_>>()
        } else {
            s.chars().collect()
        }
    };
    let (pattern, text) = (fold(pattern), fold(text));
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    t = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// The keys whose value is known when an AWS service acts for `account`: TLS always, a service always, that account.
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>.
fn condition(conditions: &Value, account: Option<&str>) -> Condition {
    let Value::Object(operators) = conditions else {
        return Condition::Holds;
    };
    let mut all = Condition::Holds;
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else { continue };
        let negated = operator.to_lowercase().contains("not");
        for (key, values) in keys {
            let wanted: Vec<String> = match values {
                Value::Bool(b) => vec![b.to_string()],
                other => texts(other).iter().map(|s| s.to_lowercase()).collect(),
            };
            let matched = match (key.to_lowercase().as_str(), account) {
                ("aws:securetransport" | "aws:principalisawsservice", _) => wanted.iter().any(|w| w == "true"),
                ("aws:sourceaccount", Some(account)) => wanted.iter().any(|w| like(w, account, true)),
                ("aws:sourcearn", Some(account)) => wanted.iter().any(|w| arn_may_be_of(w, account)),
                _ => {
                    all = Condition::Depends(key.clone());
                    continue;
                }
            };
            if matched == negated {
                return Condition::Fails;
            }
        }
    }
    all
}

/// Whether an ARN pattern leaves room for a resource of `account`: `arn:aws:personalize:*:111122223333:*` does.
fn arn_may_be_of(pattern: &str, account: &str) -> bool {
    match pattern.split(':').nth(4) {
        Some(part) => like(part, account, true),
        None => like(pattern, &format!("arn:aws:x:y:{account}:z"), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PERSONALIZE: &str = "personalize.amazonaws.com";

    fn reads(statement: Value) -> Result<bool, PolicyError> {
        grants(
            &json!({"Statement": statement}),
            PERSONALIZE,
            "s3:GetObject",
            "arn:aws:s3:::b/data/x.csv",
            Some("111122223333"),
        )
    }

    fn allow(resource: Value) -> Value {
        json!({"Effect": "Allow", "Principal": {"Service": PERSONALIZE}, "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": resource})
    }

    #[test]
    fn the_course_s_policy_and_its_near_misses() {
        assert_eq!(reads(allow(json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"]))), Ok(true));
        assert_eq!(reads(allow(json!("arn:aws:s3:::b"))), Ok(false));
        assert_eq!(reads(allow(json!("arn:aws:s3:::other/*"))), Ok(false));
        assert_eq!(reads(json!([])), Ok(false));
    }

    #[test]
    fn other_ways_to_write_it() {
        assert_eq!(
            reads(
                json!({"Effect": "Allow", "Principal": {"Service": ["x.amazonaws.com", PERSONALIZE]}, "Action": "S3:Get*", "Resource": "*"})
            ),
            Ok(true)
        );
        assert_eq!(
            reads(json!({"Effect": "Allow", "Principal": "*", "NotAction": "s3:PutObject", "Resource": "*"})),
            Ok(true)
        );
        assert_eq!(
            reads(json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"})),
            Ok(false)
        );
    }

    #[test]
    fn a_deny_wins_unless_its_condition_cannot_hold() {
        let deny = |condition: Value| {
            reads(
                json!([allow(json!("*")), {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}]),
            )
        };
        assert_eq!(deny(json!({})), Ok(false));
        assert_eq!(deny(json!({"Bool": {"aws:SecureTransport": "false"}})), Ok(true));
        assert_eq!(
            deny(json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})),
            Err(PolicyError::Condition("aws:SourceVpce".into()))
        );
    }

    #[test]
    fn a_guard_against_confused_deputies_names_the_account() {
        let guarded = |operator: &str, key: &str, value: &str| {
            let mut statement = allow(json!("*"));
            statement["Condition"] = json!({operator: {key: value}});
            reads(statement)
        };
        assert_eq!(guarded("StringEquals", "aws:SourceAccount", "111122223333"), Ok(true));
        assert_eq!(guarded("StringEquals", "aws:SourceAccount", "444455556666"), Ok(false));
        assert_eq!(
            guarded(
                "ArnLike",
                "aws:SourceArn",
                "arn:aws:personalize:eu-west-3:111122223333:*"
            ),
            Ok(true)
        );
        assert_eq!(
            guarded(
                "ArnLike",
                "aws:SourceArn",
                "arn:aws:personalize:eu-west-3:444455556666:*"
            ),
            Ok(false)
        );
    }

    #[test]
    fn text_that_is_no_policy_is_said_to_be_so() {
        assert_eq!(
            grants(&json!("{"), PERSONALIZE, "a:b", "c", None),
            Err(PolicyError::Unreadable)
        );
        assert_eq!(grants(&json!(null), PERSONALIZE, "a:b", "c", None), Ok(false));
    }

    #[test]
    fn a_trust_policy_has_no_resource() {
        let trust = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}});
        assert_eq!(
            grants(&trust, "lambda.amazonaws.com", "sts:AssumeRole", "", None),
            Ok(true)
        );
        assert_eq!(
            grants(&trust, "ec2.amazonaws.com", "sts:AssumeRole", "", None),
            Ok(false)
        );
    }
}
