//! Names that an author writes: which are known, and which was probably meant.

/// A name that is not there, with what is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UnknownName {
    what: &'static str,
    name: String,
    known: Vec<String>,
}

impl UnknownName {
    /// `what` called `name` is not among `known`.
    pub fn new<'a>(what: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self {
            what,
            name: name.to_owned(),
            known: known.map(str::to_owned).collect(),
        }
    }
}

impl UnknownName {
    /// The same, where the names that there are stand elsewhere in the message: at most the nearest is named.
    pub(crate) fn near<'a>(what: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::new(what, name, closest(name, known).into_iter())
    }
}

impl std::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no {} `{}`", self.what, self.name)?;
        match closest(&self.name, self.known.iter().map(String::as_str)) {
            Some(near) => write!(f, ": did you mean `{near}`?"),
            None if self.known.is_empty() => Ok(()),
            None => write!(f, "; there are: {}", some_of(&self.known)),
        }
    }
}

/// As many names as a line has room for, and how many more there are.
pub(super) fn some_of(names: &[String]) -> String {
    const ROOM: usize = 90;
    let mut taken = 0;
    let shown = names.iter().take_while(|name| {
        taken += name.len() + 2;
        taken <= ROOM
    });
    match names.len() - shown.count() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..names.len() - more].join(", ")),
    }
}

/// The name that was probably meant, if one is near enough.
pub fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|k| (strsim::jaro_winkler(&name.to_lowercase(), &k.to_lowercase()), k))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}

/// What was probably meant, for the end of a message.
pub(super) fn meant(near: &Option<String>) -> String {
    near.as_ref()
        .map(|near| format!(": did you mean `{near}`?"))
        .unwrap_or_default()
}
/// The name of what arrived at a hop, which an expression can hold: `final.first-order` → `first_order`.
pub(super) fn arrival_of(id: &str) -> String {
    let id = id.split_once('.').map_or(id, |(_, id)| id);
    id.replace('-', "_")
}
