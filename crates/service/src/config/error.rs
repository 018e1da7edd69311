use super::Source;
use std::{net::SocketAddr, path::PathBuf};

/// Why the settings cannot be used. Each names the key or file and says what to do; none shows a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No setting has this name.
    #[error("unknown setting '{name}' in {from}; {}", .nearest.map_or_else(
        || "`muctieu config` prints them all".to_owned(),
        |nearest| format!("did you mean '{nearest}'?"),
    ))]
    UnknownKey {
        /// What was written.
        name: String,
        /// Where it stands.
        from: Source,
        /// The known name that is most like it.
        nearest: Option<&'static str>,
    },
    /// The value does not fit its setting.
    #[error("setting {key}: '{value}' from {from} does not fit; give {expected}")]
    Invalid {
        /// The setting.
        key: &'static str,
        /// Its value, redacted.
        value: String,
        /// Where it stands.
        from: Source,
        /// What would be right.
        expected: String,
    },
    /// The file gives a key a kind of value that no setting has.
    #[error(
        "setting {key} in {from} is a {kind}; give a text, a whole number, true or false, or a list of texts"
    )]
    Kind {
        /// The key as the file has it.
        key: String,
        /// Where it stands.
        from: Source,
        /// What the file has there.
        kind: &'static str,
    },
    /// A secret is given both as it is and by a file, in the same place.
    #[error("{key} and {key}_file are given in the same place; remove one of them")]
    Twice {
        /// The secret.
        key: &'static str,
    },
    /// The settings file or the file of a secret cannot be used.
    #[error("cannot read {path}, named by {named_by}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What asked for it.
        named_by: String,
        /// What went wrong, without the file's content.
        cause: String,
    },
    /// A flag is not of the form `KEY=VALUE`.
    #[error("'--set {name}' sets nothing; write --set KEY=VALUE")]
    Flag {
        /// What was written.
        name: String,
    },
    /// The program would be reachable by others without asking who they are.
    #[error(
        "setting {key} is {address}, but without authentication the program listens on loopback only; \
         give 127.0.0.1 or [::1], or set listen_unprotected = true where something else keeps strangers out"
    )]
    Unprotected {
        /// The setting.
        key: &'static str,
        /// Its value.
        address: SocketAddr,
    },
    /// A setting is needed for what the program was asked to do.
    #[error("setting {key} is not set; give it in the settings file, as {} or with --set", super::table::variable(.key))]
    Missing {
        /// The setting.
        key: &'static str,
    },
}
