//! The secret of a sandbox: who knows it is the root user of every account in it.

use std::fmt;
use std::io;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// 64 hexadecimal digits: random, made at each start, never in a debug output.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct SandboxSecret(String);

impl SandboxSecret {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The digits.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `proof` is what only somebody with this secret answers to `challenge`; see `derived` in
    /// `corrections/secret.py`.
    pub fn is_proved(&self, challenge: &str, proof: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("a key of any length is good");
        mac.update(format!("edemlab\0health\0{challenge}").as_bytes());
        let given: Option<Vec<u8>> = (0..proof.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(proof.get(at..at + 2)?, 16).ok())
            .collect();
        given.is_some_and(|given| mac.verify_slice(&given).is_ok())
    }
}

impl TryFrom<String> for SandboxSecret {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let good = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        good.then_some(Self(text)).ok_or("a secret has 64 hexadecimal digits")
    }
}

impl From<SandboxSecret> for String {
    fn from(secret: SandboxSecret) -> Self {
        secret.0
    }
}

impl fmt::Debug for SandboxSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_another_and_none_is_shown() {
        let (one, two) = (SandboxSecret::random().unwrap(), SandboxSecret::random().unwrap());
        assert_ne!(one, two);
        assert!(SandboxSecret::try_from(one.expose().to_owned()).is_ok());
        assert!(!format!("{one:?}").contains(one.expose()));
        for bad in ["", "root", &"A".repeat(64), &"a".repeat(63), &"ä".repeat(32)] {
            assert!(SandboxSecret::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_answer_to_the_challenge_is_a_proof() {
        let secret = SandboxSecret("0f".repeat(32));
        // printf 'edemlab\0health\0abc' | openssl dgst -sha256 -hmac 0f0f…
        let proof = "a5bdf82cc608d4d68b472909022c1afedc7041ee6f565dfee32945c18d0fed82";
        assert!(secret.is_proved("abc", proof));
        assert!(!secret.is_proved("abd", proof) && !SandboxSecret("0e".repeat(32)).is_proved("abc", proof));
        for bad in ["", "zz", "0", "ä", &proof[2..], &proof.to_uppercase().replace('A', "B")] {
            assert!(!secret.is_proved("abc", bad), "{bad}");
        }
    }
}
