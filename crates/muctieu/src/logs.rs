//! The logs of the contexts, opened.

use crate::{context::Context, places, seal};
use anyhow::Context as _;
use event_log::EventLog;
use kernel::SharedClock;
use service::Settings;

/// To be written, created or migrated where that is needed.
pub(crate) async fn open(
    settings: &Settings,
    context: Context,
    clock: SharedClock,
) -> anyhow::Result<EventLog> {
    let log = EventLog::open(places::log(settings, context)?, clock).await;
    let place = places::named(settings, context.database_key());
    log.with_context(|| format!("cannot open the log of {} {place}", context.service().name()))
}

/// To be written and sealed.
pub(crate) async fn open_sealed(
    settings: &Settings,
    context: Context,
    clock: SharedClock,
) -> anyhow::Result<EventLog> {
    let log = open(settings, context, clock).await?;
    seal::start(settings, context, &log).await?;
    Ok(log)
}

/// As those read it who write nothing.
pub(crate) async fn open_to_read(settings: &Settings, context: Context) -> anyhow::Result<EventLog> {
    let log = EventLog::open_read_only(&places::log_to_read(settings, context)?).await;
    let place = places::named(settings, places::source_key(settings, context));
    log.with_context(|| format!("cannot open the log of {} {place}", context.service().name()))
}
