//! Reads the stream in order, for a projection.

use crate::{Bus, cloud_event, stream};
use async_nats::jetstream::{
    Message,
    consumer::{AckPolicy, DeliverPolicy, ReplayPolicy, pull},
};
use event_log::RecordedEvent;
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture};
use projection::{EventSource, SourceError};
use std::{fmt, time::Duration};
use tokio::time::Instant;
use uuid::Uuid;

/// Events from the stream of a context, in order, from any position on. Its consumer lives in the server's memory and
/// acknowledges nothing: whoever reads keeps the checkpoint.
pub struct BusSource {
    bus: Bus,
    context: String,
    consumer: Option<OrderedConsumer>,
}

struct OrderedConsumer {
    messages: pull::Stream,
    /// The position of the event that was read last.
    read: u64,
    /// When the consumer last gave a sign.
    heard: Instant,
    /// A message was taken from it that could not be read: another consumer has to bring it again.
    is_spent: bool,
}

/// The server gives a sign this often while there is nothing new.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// One pull request is open this long.
const PULL_EXPIRES: Duration = Duration::from_secs(30);
const PULL_MESSAGES: usize = 2_000;
/// The server forgets a consumer that nobody has read from for this long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60);

impl BusSource {
    /// Reads the stream of a context, for example `poverty`.
    pub fn new(bus: Bus, context: impl Into<String>) -> Self {
        Self { bus, context: context.into(), consumer: None }
    }

    async fn consumer(&mut self, after: u64) -> Result<&mut OrderedConsumer, SourceError> {
        let fitting = self.consumer.take().filter(|consumer| consumer.read == after && !consumer.is_spent);
        let consumer = match fitting {
            Some(consumer) => consumer,
            None => self.consume(after).await?,
        };
        Ok(self.consumer.insert(consumer))
    }

    async fn consume(&self, after: u64) -> Result<OrderedConsumer, SourceError> {
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: after + 1 },
            ack_policy: AckPolicy::None,
            replay_policy: ReplayPolicy::Instant,
            inactive_threshold: FORGOTTEN_AFTER,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let consumer = self
            .bus
            .jetstream
            .create_consumer_on_stream(config, stream::name(&self.context))
            .await
            .map_err(|error| format!("stream {}: {error}", stream::name(&self.context)))?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(PULL_MESSAGES)
            .heartbeat(HEARTBEAT)
            .expires(PULL_EXPIRES)
            .messages()
            .await?;
        Ok(OrderedConsumer { messages, read: after, heard: Instant::now(), is_spent: false })
    }

    /// Reads on; a failure gives the consumer up, and the next call makes another.
    async fn read_on(&mut self, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, SourceError> {
        loop {
            let consumer = self.consumer(after).await?;
            let silent_at = consumer.heard + HEARTBEAT * 2;
            match tokio::time::timeout_at(silent_at, consumer.messages.next()).await {
                Ok(Some(Ok(first))) => {
                    let events = consumer.gather(first, limit)?;
                    if !events.is_empty() {
                        return Ok(events);
                    }
                }
                Ok(Some(Err(error))) => {
                    tracing::debug!("consumer of {} is made anew: {error}", self.context);
                    self.consumer = None;
                }
                Ok(None) => self.consumer = None,
                Err(_) => {
                    consumer.heard = Instant::now();
                    if stream::state(&self.bus, &self.context).await?.last_sequence > after {
                        tracing::warn!("consumer of {} was silent and is made anew", self.context);
                        self.consumer = None;
                    }
                }
            }
        }
    }
}

impl OrderedConsumer {
    /// The message and what else has arrived already, at most `limit`. What was read before is passed over: a stream that
    /// is being filled again brings it once more. Before a message that cannot be read it stops.
    fn gather(&mut self, first: Message, limit: usize) -> Result<Vec<RecordedEvent>, SourceError> {
        self.heard = Instant::now();
        let mut events = Vec::new();
        let mut arrived = Some(first);
        while let Some(message) = arrived.take() {
            match self.read(&message) {
                Ok(event) => events.extend(event),
                Err(error) if events.is_empty() => return Err(error),
                Err(_) => {
                    self.is_spent = true;
                    break;
                }
            }
            if events.len() < limit
                && let Some(Some(Ok(next))) = self.messages.next().now_or_never()
            {
                arrived = Some(next);
            }
        }
        Ok(events)
    }

    fn read(&mut self, message: &Message) -> Result<Option<RecordedEvent>, SourceError> {
        let sequence = message.info()?.stream_sequence;
        let expected = self.read + 1;
        if sequence > expected {
            return Err(format!("message {sequence} came where {expected} was expected").into());
        }
        if sequence < expected {
            return Ok(None);
        }
        let event = cloud_event::decode(sequence, message.headers.as_ref(), &message.payload)?;
        self.read = sequence;
        Ok(Some(event))
    }
}

impl EventSource for BusSource {
    fn name(&self) -> &str {
        &self.context
    }

    fn next(&mut self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<RecordedEvent>, SourceError>> {
        Box::pin(async move {
            let events = self.read_on(after, limit).await;
            if events.is_err() {
                self.consumer = None;
            }
            events
        })
    }

    fn head(&mut self) -> BoxFuture<'_, Result<u64, SourceError>> {
        Box::pin(async move { Ok(stream::state(&self.bus, &self.context).await?.last_sequence) })
    }

    fn event_id(&mut self, position: u64) -> BoxFuture<'_, Result<Option<Uuid>, SourceError>> {
        Box::pin(async move { Ok(stream::event_id(&self.bus, &self.context, position).await?) })
    }

    fn is_the_log(&self) -> bool {
        false
    }
}

impl fmt::Debug for BusSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stream {}", stream::name(&self.context))
    }
}
