//! The load on a log: every caller appends to streams of its own, each time to the next version.

use super::{EVENT_BYTES, MEASURE, STREAMS, WARM_UP};
use crate::measurement::Measurement;
use anyhow::{Context, Result, ensure};
use event_log::{
    AppendRequest, EventLog, Fingerprint, LogOptions, LogStore, NewEvent, Signer, StreamId, StreamWrite,
};
use hdrhistogram::Histogram;
use kernel::{AreaCode, RequestId, SystemClock, date};
use std::{sync::Arc, time::Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

pub(super) const BULK_CALLERS: usize = 8;
/// Events of one bulk request, each to another stream.
pub(super) const BULK_EVENTS: usize = 100;
/// Events that a replay asks for at once: ten pages, of which three are under way.
const REPLAY_EVENTS: usize = 40_960;

/// A log under load.
pub(super) struct Subject {
    log: EventLog,
    streams: Vec<Stream>,
}

/// A stream and the version at which it stands.
struct Stream {
    id: StreamId,
    version: u64,
}

impl Subject {
    pub(super) async fn open(store: LogStore) -> Result<Self> {
        let log = EventLog::open(LogOptions::new(store), Arc::new(SystemClock)).await?;
        log.start_sealing(Signer::new("bench", &[7; 32])?)?;
        let streams = (0..STREAMS)
            .map(|_| Stream { id: StreamId::of("household", Uuid::new_v4()), version: 0 })
            .collect();
        Ok(Self { log, streams })
    }

    /// Single-event appends from that many callers.
    pub(super) async fn append(&mut self, callers: usize) -> Result<Measurement> {
        self.load(callers, 1).await
    }

    /// Appends of many events in one request.
    pub(super) async fn bulk(&mut self) -> Result<Measurement> {
        self.load(BULK_CALLERS, BULK_EVENTS).await
    }

    /// The whole log, from the first event to the last.
    pub(super) async fn replay(&self) -> Result<Measurement> {
        let head = self.log.head().await?;
        let started = Instant::now();
        let mut position = 0;
        while let Some(last) = self.log.read(position, REPLAY_EVENTS).await?.last() {
            position = last.position;
        }
        ensure!(position == head, "replay ended at {position}, the log at {head}");
        Ok(Measurement::of(head, started.elapsed()))
    }

    /// Ends the load; answers with the events that the sealer had not reached yet.
    pub(super) async fn close(self) -> Result<u64> {
        let head = self.log.head().await?;
        let sealed = self.log.latest_checkpoint().await?.context("the sealer did not run")?.checkpoint.size;
        self.log.close().await;
        Ok(head - sealed)
    }

    async fn load(&mut self, callers: usize, events: usize) -> Result<Measurement> {
        let begin = Instant::now() + WARM_UP;
        let mut running = JoinSet::new();
        let mut streams = std::mem::take(&mut self.streams);
        let share = STREAMS.div_ceil(callers);
        while !streams.is_empty() {
            let own = streams.split_off(streams.len().saturating_sub(share));
            running.spawn(call(self.log.clone(), own, events, begin));
        }
        let mut latencies = Histogram::<u64>::new(3)?;
        while let Some(caller) = running.join_next().await {
            let (own, of_caller) = caller??;
            self.streams.extend(own);
            latencies.add(of_caller)?;
        }
        let written = latencies.len() * u64::try_from(events)?;
        Ok(Measurement::of(written, begin.elapsed()).with_latencies(&latencies))
    }
}

/// Appends to its own streams in turn until the end; counts what ended after the beginning.
async fn call(
    log: EventLog,
    mut own: Vec<Stream>,
    events: usize,
    begin: Instant,
) -> Result<(Vec<Stream>, Histogram<u64>)> {
    let end = begin + MEASURE;
    let mut latencies = Histogram::new(3)?;
    let mut next = 0;
    while Instant::now() < end {
        let chosen: Vec<usize> =
            (next..next + events.min(own.len())).map(|index| index % own.len()).collect();
        next = (next + chosen.len()) % own.len();
        let request = request(chosen.iter().map(|&index| &own[index]))?;
        let asked = Instant::now();
        log.append(request).await?;
        if Instant::now() >= begin {
            latencies.record(u64::try_from(asked.elapsed().as_micros())?)?;
        }
        for index in chosen {
            own[index].version += 1;
        }
    }
    Ok((own, latencies))
}

/// One event to each of the streams, at the version where it stands.
fn request<'a>(streams: impl Iterator<Item = &'a Stream>) -> Result<AppendRequest> {
    let area: AreaCode = "03618".parse().context("an area code")?;
    let id = Uuid::now_v7();
    let mut fingerprint = [0; 32];
    fingerprint[..16].copy_from_slice(id.as_bytes());
    let writes = streams.map(|stream| StreamWrite {
        stream: stream.id.clone(),
        expected_version: stream.version,
        events: vec![NewEvent {
            event_type: "bench.recorded.v1",
            area: area.clone(),
            effective: date(2025, 7, 1),
            content: content(),
        }],
    });
    Ok(AppendRequest {
        request_id: RequestId::from_uuid(id),
        fingerprint: Fingerprint(fingerprint),
        actor: "bench".into(),
        document: None,
        correlation_id: None,
        causation_id: None,
        writes: writes.collect(),
        conditions: Vec::new(),
    })
}

fn content() -> String {
    let around = r#"{"content":""}"#;
    format!(r#"{{"content":"{}"}}"#, "x".repeat(EVENT_BYTES - around.len()))
}
