//! The file with the secret that signs the log's checkpoints: 32 bytes as 64 hexadecimal digits.

use anyhow::{Context, ensure};
use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

/// Reads the key; makes it where there is none, readable by its owner alone.
pub(crate) fn read_or_create(path: &Path) -> anyhow::Result<[u8; 32]> {
    if !path.exists() {
        create(path).with_context(|| {
            format!("cannot create the seal key {}; name another place with seal.key_file", path.display())
        })?;
    }
    read(path)
}

/// Reads the key that is there.
pub(crate) fn read(path: &Path) -> anyhow::Result<[u8; 32]> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read the seal key {}", path.display()))?;
    parse(text.trim()).with_context(|| {
        format!("the seal key {} is not 64 hexadecimal digits; restore it from its backup", path.display())
    })
}

fn create(path: &Path) -> anyhow::Result<()> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let digits: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Several processes may start at once: each writes a file of its own, the first link wins.
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(format!("{digits}\n").as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn parse(digits: &str) -> anyhow::Result<[u8; 32]> {
    ensure!(digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "wrong form");
    let mut seed = [0; 32];
    for (at, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16)?;
    }
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/seal.key");
        let made = read_or_create(&path).unwrap();
        assert_eq!(read_or_create(&path).unwrap(), made);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        fs::write(&path, "half a key").unwrap();
        assert!(read_or_create(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "half a key");
    }
}
