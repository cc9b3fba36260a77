//! The check language's reference, as it stands beside this file.

/// The reference, in Markdown.
pub const REFERENCE: &str = include_str!("reference.md");

/// What `edemlab explain` takes in place of a lab to show [`REFERENCE`]. No lab can have this name.
pub const LANGUAGE: &str = "language";
