//! Which of several candidates is the lab's: the one with the most telling sign, else the newest of those that show it.

use super::search::{Contender, Evaluated, ResourceSearch};

impl ResourceSearch<'_> {
    /// Keeps those of `left` that show the most telling signs, and says which; `None` when nothing ties any of them to
    /// the lab.
    ///
    /// A sign that cannot be read hides no other one, unless it might have chosen another candidate. Where no sign is
    /// seen, what could not be read is the answer.
    pub(super) async fn tied(&self, left: &mut Vec<Contender>) -> Result<Option<String>, String> {
        let mut because = None;
        let mut unread = None;
        for sign in &self.resource.signs {
            if left.len() == 1 && because.is_some() {
                break;
            }
            let evaluated = self.evaluated(&sign.holds, left).await;
            let Evaluated {
                holding, unevaluated, ..
            } = evaluated.unwrap_or_else(|reason| Evaluated {
                unevaluated: Some(reason),
                ..Evaluated::default()
            });
            let unread_before = unread.is_some();
            unread = unread.or(unevaluated);
            if holding.contains(&true) {
                if let Some(reason) = unread
                    .as_ref()
                    .filter(|_| unread_before && left.len() > 1 && because.is_none())
                {
                    return Err(reason.clone());
                }
                narrow(left, &holding, &sign.reason, &mut because);
            }
        }
        match (because, unread, self.unread(left)) {
            (None, _, Some(reason)) => Err(reason),
            (None, Some(reason), None) => Err(reason),
            (because, ..) => Ok(because),
        }
    }

    /// When a candidate was made: by its list, else by its description, where it was described; empty where AWS does not say.
    pub(super) fn created_at(&self, contender: &Contender) -> String {
        let dated = self.kind.describe.as_ref().and_then(|d| d.created_at);
        match (contender.listed.candidate.created_at.as_str(), dated) {
            ("", Some(field)) => self.document(contender).value()[field]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            (made, _) => made.to_owned(),
        }
    }

    /// Of several that show the same signs, the newest is the one that the student works on. It is put first. Where AWS
    /// does not say when they were made, there is nothing to go by.
    pub(super) async fn newest(&self, left: &mut [Contender], because: Option<String>) -> Result<String, String> {
        // One of them may show a sign that could not be read.
        if let Some(reason) = self.unread(left) {
            return Err(reason);
        }
        let dated = self.kind.describe.as_ref().and_then(|d| d.created_at);
        if dated.is_some() && left.iter().any(|c| c.listed.candidate.created_at.is_empty()) {
            self.describe_all(left).await?;
        }
        let made = |contender: &Contender| self.created_at(contender);
        left.sort_by(|a, b| {
            let name = |c: &Contender| c.listed.candidate.name.clone();
            (made(b), name(a)).cmp(&(made(a), name(b)))
        });
        // Those made at one moment are equally new.
        let differ = left.iter().all(|c| !made(c).is_empty()) && made(&left[0]) != made(&left[1]);
        match because {
            Some(because) if differ => Ok(format!("{because}; the newest of {}", left.len())),
            because => {
                let same = because.map_or(String::new(), |because| format!(" that show the same sign ({because})"));
                let names = left.iter().map(|c| c.listed.candidate.name.as_str());
                Err(format!(
                    "there are {} {}s{same}: {}. Say which one is yours: --use {}=NAME",
                    left.len(),
                    self.spec.noun,
                    first_names(names),
                    self.resource.name
                ))
            }
        }
    }
}

/// Keeps those of `left` for which a condition holds, if it holds for any: `why` is what is said of them then, where
/// it distinguishes some from others.
pub(super) fn narrow(left: &mut Vec<Contender>, holding: &[bool], why: &str, because: &mut Option<String>) {
    if !holding.contains(&true) {
        return;
    }
    if because.is_none() || holding.contains(&false) {
        *because = Some(why.to_owned());
    }
    let mut keep = holding.iter();
    left.retain(|_| keep.next().is_some_and(|holds| *holds));
}

/// The first few names, and how many more there are.
pub(super) fn first_names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    /// More names than this make nothing clearer.
    const MAX_NAMES: usize = 3;
    let names: Vec<&str> = names.collect();
    let shown = names.iter().take(MAX_NAMES).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
