//! Carries events to the stream so that each takes the sequence that is its position.

use crate::{Bus, Error, cloud_event};
use async_nats::{
    HeaderMap,
    header::{
        NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE,
        NATS_EXPECTED_LAST_SEQUENCE,
    },
    jetstream::{
        ErrorCode,
        context::{PublishAckFuture, PublishErrorKind},
        message::PublishMessage,
        publish::PublishAck,
        response::Response,
    },
};
use event_log::RecordedEvent;
use std::collections::VecDeque;
use uuid::Uuid;

/// Events in one atomic batch at most; the server's own limit is 1,000.
pub(crate) const ATOMIC_BATCH_MAX: usize = 500;

/// Of the messages that are sent one by one, this many share an answer. Each says which sequence it expects, so the one that
/// is taken shows that all before it were, from this relay or another of the same log.
const ANSWERED_TOGETHER: usize = 64;

/// Publishes one after another without waiting for each, and learns in order which were taken.
pub(crate) struct Publisher<'a> {
    bus: &'a Bus,
    context: &'a str,
    /// The attributes that all messages share.
    shared: HeaderMap,
    /// The last position that the server has taken.
    taken: u64,
    /// Answers that are awaited, each with the last position that it tells of.
    in_flight: VecDeque<(u64, PublishAckFuture)>,
    /// Whether the server has taken anything yet. The first message has an answer of its own, for only that tells why it is
    /// refused: of those that follow a refused one it is said that their sequence is wrong.
    has_begun: bool,
}

impl<'a> Publisher<'a> {
    pub(crate) fn new(bus: &'a Bus, context: &'a str, taken: u64) -> Self {
        let shared = cloud_event::shared_headers(context);
        Self { bus, context, shared, taken, in_flight: VecDeque::new(), has_begun: false }
    }

    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    pub(crate) fn sent(&self) -> u64 {
        self.in_flight.back().map_or(self.taken, |(position, _)| *position)
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Sends the events that follow upon those sent before: in one atomic batch where the server knows that and there is
    /// more than one, else one by one, of which at most `in_flight_max` stay unanswered when all are sent.
    pub(crate) async fn send(
        &mut self,
        events: Vec<RecordedEvent>,
        in_flight_max: usize,
    ) -> Result<(), Error> {
        if events.len() > 1 && self.bus.knows_atomic_batches() {
            self.settle(0).await?;
            let mut events = events.into_iter();
            while events.len() > 0 {
                self.send_batch(events.by_ref().take(ATOMIC_BATCH_MAX).collect()).await?;
            }
            return Ok(());
        }
        let mut together = 0;
        let mut events = events.into_iter();
        while let Some(event) = events.next() {
            together += 1;
            if self.has_begun && together < ANSWERED_TOGETHER && events.len() > 0 {
                let headers = self.following(&event);
                self.publish(event, headers).await?;
            } else {
                together = 0;
                self.send_answered(event).await?;
                self.settle(if self.has_begun { in_flight_max } else { 0 }).await?;
            }
        }
        Ok(())
    }

    /// Waits until at most so many are unanswered.
    pub(crate) async fn settle(&mut self, unanswered_max: usize) -> Result<(), Error> {
        while self.sent() - self.taken > unanswered_max as u64
            && let Some((position, acknowledgement)) = self.in_flight.pop_front()
        {
            let answer = acknowledgement.await.map_err(|error| refused(position, &error))?;
            self.take(position, &answer)?;
        }
        Ok(())
    }

    /// Sends a message whose answer tells of those before it too.
    async fn send_answered(&mut self, event: RecordedEvent) -> Result<(), Error> {
        let (position, subject) = (event.position, cloud_event::subject(self.context, &event));
        let message = PublishMessage::build().headers(self.following(&event)).payload(event.content.into());
        let sent = self.bus.jetstream.send_publish(subject, message).await;
        self.in_flight.push_back((position, sent.map_err(|error| refused(position, &error))?));
        Ok(())
    }

    /// The attributes of an event that the server takes only right after the one before it.
    fn following(&self, event: &RecordedEvent) -> HeaderMap {
        let mut headers = cloud_event::headers(&self.shared, event);
        headers.insert(NATS_EXPECTED_LAST_SEQUENCE, (event.position - 1).to_string());
        headers
    }

    /// Sends a message to which nobody answers.
    async fn publish(&self, event: RecordedEvent, headers: HeaderMap) -> Result<(), Error> {
        let subject = cloud_event::subject(self.context, &event);
        let client = self.bus.jetstream.client();
        let sent = client.publish_with_headers(subject, headers, event.content.into()).await;
        sent.map_err(|error| Error::Publish { position: event.position, reason: error.to_string() })
    }

    /// One batch, all or nothing. Only its first message says which sequence it expects; only its last is answered.
    async fn send_batch(&mut self, mut batch: Vec<RecordedEvent>) -> Result<(), Error> {
        let Some(last) = batch.pop() else { return Ok(()) };
        let client = self.bus.jetstream.client();
        let batch_id = Uuid::new_v4().simple().to_string();
        let mut number = 0_usize;
        let mut attributes = |event: &RecordedEvent| {
            number += 1;
            let mut headers = match number {
                1 => self.following(event),
                _ => cloud_event::headers(&self.shared, event),
            };
            headers.insert(NATS_BATCH_ID, batch_id.as_str());
            headers.insert(NATS_BATCH_SEQUENCE, number.to_string());
            headers
        };
        for event in batch {
            let headers = attributes(&event);
            self.publish(event, headers).await?;
        }
        let mut headers = attributes(&last);
        headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
        let (position, subject) = (last.position, cloud_event::subject(self.context, &last));
        let failed = |reason: String| Error::Publish { position, reason };
        let committed = client
            .request_with_headers(subject, headers, last.content.into())
            .await
            .map_err(|error| failed(error.to_string()))?;
        match serde_json::from_slice(&committed.payload).map_err(|error| failed(error.to_string()))? {
            Response::Ok::<PublishAck>(answer) => self.take(position, &answer),
            Response::Err { error } if error.error_code() == ErrorCode::STREAM_WRONG_LAST_SEQUENCE => {
                Err(Error::WrongLastSequence { expected: self.taken, reason: error.to_string() })
            }
            Response::Err { error } => Err(failed(error.to_string())),
        }
    }

    fn take(&mut self, position: u64, answer: &PublishAck) -> Result<(), Error> {
        if answer.sequence != position {
            let reason = format!("it was stored as {}", answer.sequence);
            return Err(Error::Publish { position, reason });
        }
        self.taken = position;
        self.has_begun = true;
        Ok(())
    }
}

fn refused(position: u64, error: &async_nats::jetstream::context::PublishError) -> Error {
    let told = std::error::Error::source(error)
        .map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
    match error.kind() {
        PublishErrorKind::WrongLastSequence => {
            Error::WrongLastSequence { expected: position - 1, reason: told }
        }
        _ => Error::Publish { position, reason: told },
    }
}
