//! A view that is told again whenever it changed.

use super::{Grounds, Sources, overview::overview, poverty::poverty, sources::position_of};
use crate::{FUNDING_SOURCE, RURAL_SOURCE};
use api::progress::{self as proto, watch_progress_response::Event};
use futures::{Stream, stream};
use poverty_view::model::SOURCE;
use projection::{Applied, Reached};
use prost::Message;
use service::{Refusal, reason, request::fields::invalid, server::Admitted};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::{
    sync::watch::{Receiver, error::RecvError},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// What a stream holds while somebody watches.
pub(crate) struct Watching {
    pub(crate) grounds: Grounds,
    pub(crate) sources: Sources,
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
    let watched = proto::WatchedView::try_from(watching.request.watched).map_err(|_| {
        invalid("watched", &watching.request.watched.to_string(), "WATCHED_VIEW_UNSPECIFIED, OVERVIEW")
    })?;
    let mut applied = vec![watching.sources.poverty.watch(SOURCE)];
    if watched == proto::WatchedView::Overview {
        applied.push(watching.sources.rural.watch(RURAL_SOURCE));
        applied.push(watching.sources.funding.watch(FUNDING_SOURCE));
    }
    let now = Instant::now();
    let told = Told {
        watching,
        watched,
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
    watched: proto::WatchedView,
    /// Of each source that is watched.
    applied: Vec<Receiver<Applied>>,
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
                    changed = any_changed(&mut self.applied) => {
                        changed.map_err(|_| Refusal::new(&reason::SHUTTING_DOWN))?;
                    }
                    // After a bookmark the view is computed anew: another day may have begun.
                    () = sleep_until(bookmark_at) => return Ok(bookmark),
                }
            }
            sleep_until(self.next_view).await;
            self.next_view = Instant::now() + self.watching.interval;
            for applied in &mut self.applied {
                applied.mark_unchanged();
            }
            let Seen { event, state, bookmark } = match self.watched {
                proto::WatchedView::Unspecified => self.poverty().await?,
                proto::WatchedView::Overview => self.overview().await?,
            };
            let resume_token = token(self.query, bookmark.position, state);
            self.up_to_date = Some(proto::WatchProgressResponse {
                event: Some(Event::Bookmark(bookmark)),
                resume_token: resume_token.clone(),
            });
            if self.seen != Some(state) {
                self.seen = Some(state);
                let event = match event {
                    Event::Changed(view) => {
                        Event::Changed(proto::PovertyView { resume_token: resume_token.clone(), ..view })
                    }
                    other => other,
                };
                return Ok(proto::WatchProgressResponse { event: Some(event), resume_token });
            }
        }
    }

    async fn poverty(&self) -> Result<Seen, Refusal> {
        let Watching { grounds, sources, request, .. } = &self.watching;
        let request = proto::GetPovertyRequest {
            area: request.area.clone(),
            view: request.view.clone(),
            ..Default::default()
        };
        let view = poverty(grounds, &sources.poverty, &request).await?;
        let reached = Reached { position: view.position, set_aside: view.events_set_aside };
        Ok(Seen {
            state: digest(&proto::PovertyView { position: 0, ..view.clone() }),
            bookmark: proto::Bookmark {
                position: view.position,
                positions: vec![position_of(SOURCE, reached)],
            },
            event: Event::Changed(view),
        })
    }

    async fn overview(&self) -> Result<Seen, Refusal> {
        let Watching { grounds, sources, request, .. } = &self.watching;
        let request = proto::GetOverviewRequest {
            area: request.area.clone(),
            view: request.view.clone(),
            ..Default::default()
        };
        let snapshots = sources.snapshots().await?;
        let view = Box::pin(overview(grounds, snapshots, &request)).await?;
        let of_poverty = view.positions.iter().find(|source| source.source == SOURCE);
        Ok(Seen {
            state: digest(&proto::Overview { positions: Vec::new(), ..view.clone() }),
            bookmark: proto::Bookmark {
                position: of_poverty.map_or(0, |source| source.position),
                positions: view.positions.clone(),
            },
            event: Event::Overview(view),
        })
    }
}

/// A view as it was computed.
struct Seen {
    event: Event,
    /// Digest of all but its positions.
    state: u64,
    bookmark: proto::Bookmark,
}

/// Waits until one of the sources has moved on.
async fn any_changed(applied: &mut [Receiver<Applied>]) -> Result<(), RecvError> {
    let changes = applied.iter_mut().map(|applied| Box::pin(applied.changed()));
    futures::future::select_all(changes).await.0
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
