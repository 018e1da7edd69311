//! Learns of other processes' progress and of switches to another generation.

use crate::{
    control::channel,
    database::{Applied, Shared},
    generation::Pool,
};
use sqlx::postgres::PgListener;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// PostgreSQL notifies; it is asked too, should a notification be lost.
const POSTGRES_TICK: Duration = Duration::from_secs(1);
/// SQLite does not notify other processes.
const SQLITE_TICK: Duration = Duration::from_millis(200);

pub(crate) async fn follow(shared: Arc<Shared>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = follow_on(&shared) => {}
    }
}

async fn follow_on(shared: &Shared) {
    let mut listener = None;
    loop {
        let mut is_news: fn(Applied, Applied) -> bool = Applied::is_news_after;
        if let (Pool::Postgres(pool), None) = (&shared.control.pool, &listener) {
            listener = listen(pool, &channel(&shared.definition)).await;
        }
        let told = match &mut listener {
            Some(listening) => tokio::time::timeout(POSTGRES_TICK, listening.try_recv()).await.ok(),
            None => {
                tokio::time::sleep(SQLITE_TICK).await;
                None
            }
        };
        match told {
            Some(Ok(Some(notification))) => {
                if let Some((source, applied)) = read_progress(notification.payload())
                    && shared.live().is_ok_and(|live| live.number >= applied.generation)
                {
                    shared.publish(source, applied, is_news);
                    continue;
                }
            }
            Some(Err(_)) => {
                listener = None;
                is_news = Applied::is_told_anew;
            }
            Some(Ok(None)) => is_news = Applied::is_told_anew,
            None => {}
        }
        let looked = async {
            if shared.refresh(is_news).await? {
                shared.control.drop_retired().await?;
            }
            Ok::<(), crate::Error>(())
        };
        if let Err(error) = looked.await {
            let name = shared.definition.name;
            tracing::warn!(read_model.name = name, %error, "cannot look for progress of {name}");
            tokio::time::sleep(POSTGRES_TICK).await;
        }
    }
}

async fn listen(pool: &sqlx::PgPool, channel: &str) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(channel).await.ok()?;
    Some(listener)
}

/// The payload of a notification of progress: generation, position and source.
pub(crate) fn progress_payload(applied: Applied, source: &str) -> String {
    format!("{} {} {source}", applied.generation, applied.position)
}

fn read_progress(payload: &str) -> Option<(&str, Applied)> {
    let mut parts = payload.splitn(3, ' ');
    let generation = parts.next()?.parse().ok()?;
    let position = parts.next()?.parse().ok()?;
    Some((parts.next()?, Applied { generation, position }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_survives_its_payload_and_a_switch_is_none() {
        let applied = Applied { generation: 3, position: 41 };
        assert_eq!(read_progress(&progress_payload(applied, "poverty")), Some(("poverty", applied)));
        assert_eq!(read_progress("switched"), None);
    }
}
