//! What a text has at a glance.

/// What is seen of a text at a glance. Most have nothing of any form: looking for each with its pattern took a sixth of the time that a
/// class's grading takes.
pub(super) struct Traits<'t> {
    text: &'t str,
    /// In small letters, as patterns without case compare it.
    folded: String,
    /// Whether anything in it may be the value of a name.
    pub(super) assigns: bool,
}

impl<'t> Traits<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let fold = |c| match c {
            // The two letters outside of ASCII that are one of its letters in another case.
            'ſ' => 's',
            '\u{212a}' => 'k',
            c => c.to_ascii_lowercase(),
        };
        Self {
            text,
            folded: text.chars().map(fold).collect(),
            assigns: text.contains([':', '=']),
        }
    }

    /// Whether any of these is in it.
    pub(super) fn has(&self, any: &[&str]) -> bool {
        any.iter().any(|part| self.text.contains(part))
    }

    /// The same in whatever case; the words are in small letters.
    pub(super) fn says(&self, any: &[&str]) -> bool {
        any.iter().any(|word| self.folded.contains(word))
    }

    /// Whether so many characters of a key stand one beside the other.
    pub(super) fn has_run(&self, length: usize) -> bool {
        let is_of_a_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-');
        let mut runs = self.text.as_bytes().split(|byte| !is_of_a_key(*byte));
        runs.any(|run| run.len() >= length)
    }
}
