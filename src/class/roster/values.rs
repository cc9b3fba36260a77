//! What a cell of a roster may hold.

use super::lab_names::LabNames;
use super::mistakes::short;
use crate::course::UnknownName;
use std::collections::{BTreeMap, BTreeSet};

/// An account's number, and whether its leading zeros had to be put back.
pub(super) fn account(text: &str) -> Result<(String, bool), String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace() || "-–.'".contains(c));
    if plain && digits.len() == 12 {
        return Ok((digits, false));
    }
    let lower = text.to_ascii_lowercase();
    if lower.contains("e+") && !digits.is_empty() {
        return Err(
            "a spreadsheet has shortened this account number: format the column as text, and write it again".to_owned(),
        );
    }
    // A spreadsheet takes it for a number and drops the zeros in front. Fewer digits than nine, or digits in groups, are
    // somebody's slip.
    if (9..12).contains(&digits.len()) && digits.len() == text.len() && !digits.starts_with('0') {
        return Ok((format!("{digits:0>12}"), true));
    }
    let why = match digits.len() {
        _ if !plain => "it has other characters".to_owned(),
        n => format!("this has {n}"),
    };
    Err(format!("an account number has 12 digits; {why}"))
}

/// The account of a role's ARN.
pub(super) fn role(arn: &str) -> Result<String, String> {
    let expected = "a role's is arn:aws:iam::123456789012:role/NAME";
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, partition, service, region, account, resource] = parts.as_slice() else {
        return Err(format!("this is not an ARN; {expected}"));
    };
    let good_partition =
        partition.starts_with("aws") && partition.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if parts[0] != "arn" || !good_partition {
        return Err(format!("this is not an ARN; {expected}"));
    }
    if *service == "sts" && resource.starts_with("assumed-role/") {
        return Err(format!("this is the ARN of somebody's session in a role; {expected}"));
    }
    let name = resource.strip_prefix("role/").unwrap_or_default();
    if *service != "iam" || !region.is_empty() || name.is_empty() {
        return Err(format!("this is the ARN of something else; {expected}"));
    }
    // <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>: path and name.
    if !name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c))
        || name.ends_with('/')
        || name.len() > 576
    {
        return Err(format!("no role can have this name; {expected}"));
    }
    if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("the account in it is not 12 digits; {expected}"));
    }
    Ok((*account).to_owned())
}

/// Yes or no, as spreadsheets and people write it. Nothing is no.
pub(super) fn yes(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "" | "no" | "n" | "false" | "0" | "falso" | "f" | "-" => Ok(false),
        "yes" | "y" | "true" | "1" | "x" | "sí" | "si" | "s" | "verdadero" | "t" | "✓" => Ok(true),
        _ => Err("write yes or no".to_owned()),
    }
}

/// The labs in a cell; `None` for all of them.
pub(super) fn labs(text: &str, known: &[&str]) -> Result<Option<Vec<String>>, Vec<String>> {
    let (mut labs, mut wrong) = (Vec::new(), Vec::new());
    let ids = text.split(|c: char| c.is_whitespace() || ",;+|&".contains(c));
    for id in ids.filter(|id| !id.is_empty()) {
        match known.iter().find(|k| k.eq_ignore_ascii_case(id)) {
            Some(lab) if labs.iter().any(|l| l == lab) => {}
            Some(lab) => labs.push((*lab).to_owned()),
            None => wrong.push(UnknownName::new("lab", &short(id), known.iter().copied()).to_string()),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok((!labs.is_empty()).then_some(labs))
}

/// The resources that a cell names, `NAME=RESOURCE` with spaces between them; `LAB.NAME` where two labs share a name.
pub(super) fn uses(text: &str, labs: &[LabNames]) -> Result<BTreeMap<String, String>, Vec<String>> {
    let (mut uses, mut wrong) = (BTreeMap::new(), Vec::new());
    for pair in text.split_whitespace() {
        let said = || short(pair);
        match use_pair(pair, labs) {
            Err(why) => wrong.push(format!("use `{}`: {why}", said())),
            Ok((name, resource)) => {
                if uses.insert(name.clone(), resource).is_some() {
                    wrong.push(format!("use `{}`: it names `{name}` twice", said()));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(uses) } else { Err(wrong) }
}

/// One resource, as `--use` takes it.
pub(super) fn use_pair(pair: &str, labs: &[LabNames]) -> Result<(String, String), String> {
    let Some((name, resource)) = pair.split_once('=').filter(|(_, resource)| !resource.is_empty()) else {
        return Err("write NAME=RESOURCE, with a space before the next one".to_owned());
    };
    match is_known(name, labs, |lab| &lab.resources) {
        true => Ok((name.to_owned(), resource.to_owned())),
        false => Err(unknown("resource", name, labs, |lab| &lab.resources)),
    }
}

/// The steps that a cell leaves out, with spaces or commas between them; `LAB.STEP` where two labs share a name.
pub(super) fn skip(text: &str, labs: &[LabNames]) -> Result<Vec<String>, Vec<String>> {
    let (mut steps, mut wrong) = (Vec::new(), Vec::new());
    let names = text.split(|c: char| c.is_whitespace() || ",;+|&".contains(c));
    for name in names.filter(|name| !name.is_empty()) {
        match step(name, labs) {
            Ok(step) if steps.contains(&step) => {}
            Ok(step) => steps.push(step),
            Err(why) => wrong.push(format!("skip `{}`: {why}", short(name))),
        }
    }
    if wrong.is_empty() { Ok(steps) } else { Err(wrong) }
}

/// One step, as `--skip` takes it.
pub(super) fn step(name: &str, labs: &[LabNames]) -> Result<String, String> {
    match is_known(name, labs, |lab| &lab.steps) {
        true => Ok(name.to_owned()),
        false => Err(unknown("step", name, labs, |lab| &lab.steps)),
    }
}

/// Whether `NAME` or `LAB.NAME` is one of what `of` gives of a lab.
fn is_known(name: &str, labs: &[LabNames], of: fn(&LabNames) -> &Vec<String>) -> bool {
    let has = |lab: &LabNames, name: &str| of(lab).iter().any(|known| known == name);
    match name.split_once('.') {
        Some((lab, name)) => labs.iter().any(|known| known.id == lab && has(known, name)),
        None => labs.iter().any(|known| has(known, name)),
    }
}

fn unknown(what: &'static str, name: &str, labs: &[LabNames], of: fn(&LabNames) -> &Vec<String>) -> String {
    // Two labs may know a thing by one name.
    let names: BTreeSet<&str> = labs.iter().flat_map(|lab| of(lab).iter().map(String::as_str)).collect();
    UnknownName::new(what, &short(name), names.into_iter()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_as_people_write_them() {
        for good in [
            "123456789012",
            "1234 5678 9012",
            "1234-5678-9012",
            "1234\u{a0}5678\u{a0}9012",
        ] {
            assert_eq!(account(good), Ok(("123456789012".to_owned(), false)), "{good}");
        }
        assert_eq!(account("12345678901"), Ok(("012345678901".to_owned(), true)));
        for bad in [
            "1,23457E+11",
            "1234567",
            "1234-5678-901",
            "1234567890123",
            "account",
            "12345678901x",
        ] {
            assert!(account(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_role_is_a_role() {
        assert_eq!(
            role("arn:aws-cn:iam::123456789012:role/a/b"),
            Ok("123456789012".to_owned())
        );
        for bad in [
            "arn:aws:iam::123456789012:user/lab",
            "arn:aws:iam::12345678901:role/lab",
            "arn:aws:sts::123456789012:assumed-role/lab/me",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/a b",
            "role/lab",
            "=arn:aws:iam::123456789012:role/lab",
        ] {
            assert!(role(bad).is_err(), "{bad}");
        }
    }
}
