//! A view that is told again whenever it changed.

use super::{Grounds, poverty::poverty};
use api::progress::{self as proto, watch_progress_response::Event};
use futures::{Stream, stream};
use poverty_view::model::SOURCE;
use projection::{Applied, ReadDatabase};
use prost::Message;
use service::{Refusal, reason, server::Admitted};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::{
    sync::watch::Receiver,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// What a stream holds while somebody watches.
pub(crate) struct Watching {
    pub(crate) grounds: Grounds,
    pub(crate) database: ReadDatabase,
    pub(crate) request: proto::WatchProgressRequest,
    pub(crate) bookmark_every: Duration,
    /// From one view to the next at least.
    pub(crate) interval: Duration,
    pub(crate) stop: CancellationToken,
    /// Frees its place among the watchers when the stream is dropped.
    pub(crate) _place: Admitted,
}

/// The view now, unless the resume token says it was seen, then after changes; a bookmark after each quiet spell. What
/// changes within the interval is told together, and nothing is computed ahead of the reader. The stream ends with `SHUTTING_DOWN` when the server drains.
pub(crate) fn watch(
    watching: Watching,
) -> Result<impl Stream<Item = Result<proto::WatchProgressResponse, Refusal>> + Send, Refusal> {
    let query =
        digest(&proto::WatchProgressRequest { resume_token: String::new(), ..watching.request.clone() });
    let seen = parse_token(&watching.request.resume_token, query)?;
    let applied = watching.database.watch(SOURCE);
    let now = Instant::now();
    let told = Told {
        watching,
        applied,
        query,
        seen,
        up_to_date: None,
        next_view: now,
        quiet_since: now,
        ended: false,
    };
    Ok(stream::unfold(told, next))
}

struct Told {
    watching: Watching,
    applied: Receiver<Applied>,
    query: u64,
    seen: Option<u64>,
    /// The bookmark of the latest view, as long as it needs not be computed anew.
    up_to_date: Option<proto::WatchProgressResponse>,
    /// When the next view may be computed.
    next_view: Instant,
    quiet_since: Instant,
    ended: bool,
}

type Item = Result<proto::WatchProgressResponse, Refusal>;

async fn next(mut told: Told) -> Option<(Item, Told)> {
    if told.ended {
        return None;
    }
    let stop = told.watching.stop.clone();
    let item = tokio::select! {
        biased;
        () = stop.cancelled() => Err(Refusal::new(&reason::SHUTTING_DOWN)),
        item = told.news() => item,
    };
    told.ended = item.is_err();
    told.quiet_since = Instant::now();
    Some((item, told))
}

impl Told {
    /// Waits for the next thing to tell.
    async fn news(&mut self) -> Item {
        let bookmark_at = self.quiet_since + self.watching.bookmark_every;
        loop {
            if let Some(bookmark) = self.up_to_date.take() {
                tokio::select! {
                    changed = self.applied.changed() => {
                        changed.map_err(|_| Refusal::new(&reason::SHUTTING_DOWN))?;
                    }
                    // After a bookmark the view is computed anew: another day may have begun.
                    () = sleep_until(bookmark_at) => return Ok(bookmark),
                }
            }
            sleep_until(self.next_view).await;
            self.next_view = Instant::now() + self.watching.interval;
            self.applied.mark_unchanged();
            let view = self.view().await?;
            let position = view.position;
            let state = digest(&proto::PovertyView { position: 0, ..view.clone() });
            let resume_token = token(self.query, position, state);
            self.up_to_date = Some(proto::WatchProgressResponse {
                event: Some(Event::Bookmark(proto::Bookmark { position })),
                resume_token: resume_token.clone(),
            });
            if self.seen != Some(state) {
                self.seen = Some(state);
                let view = proto::PovertyView { resume_token: resume_token.clone(), ..view };
                return Ok(proto::WatchProgressResponse { event: Some(Event::Changed(view)), resume_token });
            }
        }
    }

    async fn view(&self) -> Result<proto::PovertyView, Refusal> {
        let Watching { grounds, database, request, .. } = &self.watching;
        let request = proto::GetPovertyRequest {
            area: request.area.clone(),
            view: request.view.clone(),
            ..Default::default()
        };
        poverty(grounds, database, &request).await
    }
}

/// The first eight bytes of the SHA-256 of the message.
fn digest(message: &impl Message) -> u64 {
    let hash = Sha256::digest(message.encode_to_vec());
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(first)
}

/// The query, the position and the state of the view, in hexadecimal.
fn token(query: u64, position: u64, state: u64) -> String {
    format!("{query:016x}{position:016x}{state:016x}")
}

/// The state that was seen; an empty token has seen nothing.
fn parse_token(text: &str, query: u64) -> Result<Option<u64>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let part = |at: usize| text.get(at * 16..(at + 1) * 16).and_then(|hex| u64::from_str_radix(hex, 16).ok());
    let state = part(2).filter(|_| text.len() == 48 && part(0) == Some(query) && part(1).is_some());
    match state {
        Some(state) => Ok(Some(state)),
        None => Err(Refusal::new(&reason::RESUME_TOKEN_INVALID).at("resume_token")),
    }
}
