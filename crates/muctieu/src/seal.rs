//! The signed checkpoints of the logs: who makes them and who is believed.

use crate::{context::Context as Writer, places, seal_key};
use anyhow::{Context, bail};
use event_log::{Checkpoint, EventLog, NoteKey, Signer};
use service::{Settings, config::Edition};

/// The name under which a context's log is signed. All logs of a process are signed with one key.
fn signed_as(context: Writer) -> String {
    format!("muctieu/{}", context.name())
}

/// Whether the note is a checkpoint of that context's log: its first line names the log.
pub(crate) fn signs(note: &str, context: Writer) -> bool {
    note.lines().next() == Some(signed_as(context).as_str())
}

/// Seals from now on. A log without checkpoints begins with a new key where there is none; one that was sealed before
/// never does, for nobody could check the old signatures then.
pub(crate) async fn start(settings: &Settings, context: Writer, log: &EventLog) -> anyhow::Result<()> {
    let path = places::seal_key(settings);
    let latest = log.latest_checkpoint().await?;
    match (path.exists(), &latest, settings.edition) {
        (false, Some(_), _) => bail!("{}", missing(settings)),
        (false, None, Edition::Distributed) => tracing::warn!(
            "a new seal key is made at {}: back it up, and give it to every replica as seal.key_file",
            path.display()
        ),
        _ => {}
    }
    if latest.is_none() && log.head().await? > 0 {
        tracing::warn!(
            "the log holds events and no seal, and is sealed as it is now: unless the server was killed right after its \
             first event, somebody removed the seals; compare with a checkpoint that was kept elsewhere"
        );
    }
    let signer = Signer::new(&signed_as(context), &seal_key::read_or_create(&path)?)?;
    if let Some(latest) = latest
        && let Err(error) = Checkpoint::verify(&latest.note, &[signer.public_key()])
    {
        tracing::warn!(
            "the seal key {} is not the one that sealed the log before ({error}): restore that one, or give every replica \
             the same seal.key_file",
            path.display()
        );
    }
    Ok(log.start_sealing(signer)?)
}

/// The public keys that checkpoints must be signed with; none where nothing was ever signed.
pub(crate) async fn keys(
    settings: &Settings,
    context: Writer,
    log: &EventLog,
    has_outside_checkpoint: bool,
) -> anyhow::Result<Vec<NoteKey>> {
    let path = places::seal_key(settings);
    if path.exists() {
        return Ok(vec![Signer::new(&signed_as(context), &seal_key::read(&path)?)?.public_key()]);
    }
    if has_outside_checkpoint || log.latest_checkpoint().await.context("cannot read the seals")?.is_some() {
        bail!("{}", missing(settings));
    }
    Ok(Vec::new())
}

fn missing(settings: &Settings) -> String {
    format!(
        "the seal key {} is missing, and the log was sealed with it; restore it from its backup, or name its place with \
         seal.key_file. If it is lost for good, put a new one there (`openssl rand -hex 32`): then `muctieu verify` will \
         find the older signatures unknown",
        places::seal_key(settings).display()
    )
}
