//! Words of headers, as they are compared: without case, accents and punctuation.

/// A header without case and accents.
pub fn fold(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    // An accent may be a character of its own.
    let letters = lower.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c));
    letters.map(plain).collect()
}

/// The letters and digits of a text, folded.
pub fn bare(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn plain(c: char) -> char {
    match c {
        'á' | 'à' | 'ä' | 'â' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' | 'ì' | 'ï' | 'î' => 'i',
        'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        c => c,
    }
}

/// The words of a text, folded, with one space between them and one around them all.
pub fn words(text: &str) -> String {
    let folded: String = fold(text)
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    format!(" {} ", words.join(" "))
}

/// The name that is nearest to `wanted`, where one is near.
pub fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = fold(wanted);
    let rated = names.map(|name| (strsim::jaro_winkler(&wanted, &fold(name)), name));
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.7).then_some(best.1)
}
