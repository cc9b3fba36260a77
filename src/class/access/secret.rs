//! The secret of a class, from which every student's external ID comes: no list of them is needed.

use crate::private;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::io;
use std::path::{Path, PathBuf};

/// The secret of a class. Never printed.
#[derive(Clone)]
pub struct Secret {
    bytes: [u8; 32],
    /// Whether others on this computer can read its file.
    pub open_to_others: bool,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why there is no secret. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No file yet.
    #[error("the class secret {} was not found: the external IDs of the students' roles are derived from it", .0.display())]
    Missing(PathBuf),
    /// A file that cannot be read or written.
    #[error("cannot {what} the class secret {}: {cause}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's answer.
        cause: io::Error,
    },
    /// Something else is in the file.
    #[error("{} is not a class secret made by `edemlab access link`: expected 64 hexadecimal digits", .0.display())]
    Content(PathBuf),
    /// No home folder.
    #[error("no home folder was found for the class secret: name a file with --secret")]
    NoHome,
}

impl Secret {
    /// Where the secret is, unless the user says otherwise: `edemlab/class-secret` in the folder of settings.
    ///
    /// # Errors
    /// When the user has no home folder.
    pub fn default_path() -> Result<PathBuf, SecretError> {
        use etcetera::BaseStrategy;
        let folders = etcetera::choose_base_strategy().map_err(|_| SecretError::NoHome)?;
        Ok(folders.config_dir().join("edemlab").join("class-secret"))
    }

    /// Reads the secret.
    ///
    /// # Errors
    /// When it is not there or not readable.
    pub fn load(path: &Path) -> Result<Self, SecretError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(SecretError::Missing(path.to_owned())),
            Err(cause) if cause.kind() == io::ErrorKind::InvalidData => {
                return Err(SecretError::Content(path.to_owned()));
            }
            Err(cause) => return Err(file("read", path, cause)),
        };
        let mut bytes = [0u8; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| SecretError::Content(path.to_owned()))?;
        Ok(Self {
            bytes,
            open_to_others: private::is_open_to_others(path),
        })
    }

    /// Reads the secret, or makes a new one where there is none; says whether it was made.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn load_or_make(path: &Path) -> Result<(Self, bool), SecretError> {
        match Self::load(path) {
            Err(SecretError::Missing(_)) => {}
            other => return other.map(|secret| (secret, false)),
        }
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(|cause| file("make", path, io::Error::other(cause)))?;
        if let Some(folder) = path.parent() {
            private::create_folder(folder).map_err(|cause| file("make", path, cause))?;
        }
        match private::write_new(path, format!("{}\n", hex::encode(bytes)).as_bytes()) {
            // Another command was quicker: there is one secret for both.
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                Self::load(path).map(|secret| (secret, false))
            }
            Err(cause) => Err(file("write", path, cause)),
            Ok(()) => Self::load(path).map(|secret| (secret, true)),
        }
    }

    /// A student's external ID: 32 hexadecimal digits, 128 bits of HMAC-SHA256. The student's identifier counts without
    /// regard to case, as in the roster.
    pub fn external_id(&self, student: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.bytes).expect("a key of any length is good");
        mac.update(b"edemlab/external-id/1\n");
        mac.update(student.to_lowercase().as_bytes());
        hex::encode(&mac.finalize().into_bytes()[..16])
    }
}

fn file(what: &'static str, path: &Path, cause: io::Error) -> SecretError {
    SecretError::File {
        what,
        path: path.to_owned(),
        cause,
    }
}
