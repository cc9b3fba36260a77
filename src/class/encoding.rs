//! The encodings in which learning management systems and spreadsheets write CSV. A gradebook is written back in the one in
//! which it was read, byte for byte where nothing was changed.

use encoding_rs::WINDOWS_1252;

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8 {
        /// Whether it begins with one.
        bom: bool,
    },
    /// UTF-16, with or without a byte order mark.
    Utf16 {
        /// Whether the high byte comes first.
        big: bool,
        /// Whether it begins with one.
        bom: bool,
    },
    /// What Excel on Windows writes in western Europe. Latin-1 text is read as the same.
    Windows1252,
}

/// Why bytes are not the text of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// A file of some other program.
    #[error("it is not a text file: save it as CSV, not in a spreadsheet's own format (.xlsx, .ods)")]
    Binary,
    /// Its beginning names an encoding that the rest does not have.
    #[error("it begins as {}, but not all of it is: save it as CSV again", .0.name())]
    Broken(Encoding),
}

impl Encoding {
    /// The text of a file, without its byte order mark, and how it was encoded.
    ///
    /// # Errors
    /// When it is not text.
    pub fn decode(bytes: &[u8]) -> Result<(String, Self), NotText> {
        // A workbook of Excel or LibreOffice, new or old.
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(NotText::Binary);
        }
        let (text, encoding) = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (utf8(rest), Self::Utf8 { bom: true }),
            [0xFF, 0xFE, rest @ ..] => (utf16(rest, false), Self::Utf16 { big: false, bom: true }),
            [0xFE, 0xFF, rest @ ..] => (utf16(rest, true), Self::Utf16 { big: true, bom: true }),
            // A header begins with a letter of ASCII: its other byte is zero.
            [first, 0, ..] if *first != 0 => (utf16(bytes, false), Self::Utf16 { big: false, bom: false }),
            [0, second, ..] if *second != 0 => (utf16(bytes, true), Self::Utf16 { big: true, bom: false }),
            _ => match utf8(bytes) {
                Some(text) => (Some(text), Self::Utf8 { bom: false }),
                None => {
                    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
                    (Some(text), Self::Windows1252)
                }
            },
        };
        match text {
            Some(text) if text.contains('\0') => Err(NotText::Binary),
            Some(text) => Ok((text, encoding)),
            None => Err(NotText::Broken(encoding)),
        }
    }

    /// The bytes of `text`. A character that Windows-1252 lacks becomes a character reference of HTML.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 { bom } => {
                let mark: &[u8] = if bom { &[0xEF, 0xBB, 0xBF] } else { &[] };
                [mark, text.as_bytes()].concat()
            }
            Self::Utf16 { big, bom } => {
                let mark = bom.then_some(0xFEFF);
                let units = mark.into_iter().chain(text.encode_utf16());
                let bytes = units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
                bytes.collect()
            }
            Self::Windows1252 => WINDOWS_1252.encode(text).0.into_owned(),
        }
    }

    /// Its name in the forms of learning management systems.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 { .. } => "UTF-8",
            Self::Utf16 { .. } => "UTF-16",
            Self::Windows1252 => "Windows-1252",
        }
    }
}

fn utf8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn utf16(bytes: &[u8], big: bool) -> Option<String> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| match big {
        true => u16::from_be_bytes(pair),
        false => u16::from_le_bytes(pair),
    });
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| odd.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_comes_back_byte_for_byte() {
        let text = "Nombre;Calificación\r\n\"Núñez\";\"8,50\"\r\n";
        for encoding in [
            Encoding::Utf8 { bom: false },
            Encoding::Utf8 { bom: true },
            Encoding::Utf16 { big: false, bom: true },
            Encoding::Utf16 { big: true, bom: true },
            Encoding::Utf16 { big: false, bom: false },
            Encoding::Utf16 { big: true, bom: false },
            Encoding::Windows1252,
        ] {
            let bytes = encoding.encode(text);
            assert_eq!(Encoding::decode(&bytes), Ok((text.to_owned(), encoding)));
        }
    }

    #[test]
    fn any_bytes_that_are_no_utf8_come_back_too() {
        let bytes: Vec<u8> = (1..=255).collect();
        let (text, encoding) = Encoding::decode(&bytes).unwrap();
        assert_eq!((encoding, encoding.encode(&text)), (Encoding::Windows1252, bytes));
    }

    #[test]
    fn a_workbook_is_not_text() {
        assert_eq!(Encoding::decode(b"PK\x03\x04\x14\x00\x00\x00"), Err(NotText::Binary));
    }
}
