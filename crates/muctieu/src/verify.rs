//! `muctieu verify`.

use service::Settings;
use std::path::Path;

pub(crate) async fn run(
    _settings: &Settings,
    _checkpoint: Option<&Path>,
    _views: bool,
) -> anyhow::Result<()> {
    anyhow::bail!("not yet")
}
