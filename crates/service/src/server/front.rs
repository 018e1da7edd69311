//! What every call passes before it reaches its service: it is observed, admitted or refused, bounded in time, and its
//! status completed.

use super::{
    DEMO_TODAY_METADATA, bare_status,
    body::{ObservedBody, code_in},
    call::Call,
    gate::Gate,
    start::DemoToday,
};
use crate::{Refusal, reason};
use http::{Request, Response};
use std::{
    collections::HashMap,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use tonic::{Status, body::Body};
use tower::Service;
use tracing::Instrument;

/// A probe must be answered when the server is full, or an orchestrator would kill it just then.
const UNGATED_PREFIX: &str = "/grpc.health.v1.Health/";

/// The rules that one server's calls share.
#[derive(Debug)]
pub(super) struct Rules {
    /// Served methods by path, `/muctieu.poverty.v1.PovertyRegistry/GetHousehold`.
    pub(super) methods: HashMap<String, Arc<str>>,
    pub(super) unknown_method: Arc<str>,
    pub(super) gate: Gate,
    pub(super) request_time_max: Duration,
    pub(super) message_bytes_max: usize,
    pub(super) demo_today: Option<DemoToday>,
    /// Streams that wait are ended.
    pub(super) drains: CancellationToken,
    /// Calls that still run are ended.
    pub(super) drained: CancellationToken,
}

#[derive(Clone, Debug)]
pub(super) struct Front<S> {
    inner: S,
    rules: Arc<Rules>,
}

impl<S> Front<S> {
    pub(super) fn new(inner: S, rules: Arc<Rules>) -> Self {
        Self { inner, rules }
    }
}

impl<S> Service<Request<Body>> for Front<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The clone may not be ready; the one that was polled is.
        let next = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, next);
        let rules = Arc::clone(&self.rules);
        Box::pin(async move { rules.carry(ready, request).await })
    }
}

impl Rules {
    async fn carry<S>(&self, service: S, request: Request<Body>) -> Result<Response<Body>, S::Error>
    where
        S: Service<Request<Body>, Response = Response<Body>>,
    {
        if let Some(DemoToday(follow)) = &self.demo_today
            && let Some(today) = request.headers().get(DEMO_TODAY_METADATA).and_then(|day| day.to_str().ok())
        {
            follow(today);
        }
        let path = request.uri().path();
        let method = self.methods.get(path).unwrap_or(&self.unknown_method);
        let mut call = Call::begin(Arc::clone(method));
        let span = call.span().clone();
        let response = self.admit(service, request).instrument(span).await?;
        match code_in(response.headers()) {
            Some(code) => {
                call.finish(code);
                Ok(response)
            }
            None => Ok(response.map(|body| Body::new(ObservedBody::new(body, call, self.drains.clone())))),
        }
    }

    async fn admit<S>(&self, mut service: S, request: Request<Body>) -> Result<Response<Body>, S::Error>
    where
        S: Service<Request<Body>, Response = Response<Body>>,
    {
        let gated = !request.uri().path().starts_with(UNGATED_PREFIX);
        // Held until the handler has answered; response streams have gates of their own.
        let _place = match gated.then(|| self.gate.enter()).transpose() {
            Ok(place) => place,
            Err(refusal) => return Ok(Status::from(refusal).into_http()),
        };
        let answered = tokio::select! {
            answered = tokio::time::timeout(self.request_time_max, service.call(request)) => answered,
            () = self.drained.cancelled() => {
                return Ok(Status::from(Refusal::new(&reason::SHUTTING_DOWN)).into_http());
            }
        };
        match answered {
            Ok(response) => Ok(bare_status::complete(response?, self.message_bytes_max)),
            Err(_) => {
                let limit_ms = self.request_time_max.as_millis();
                let refusal = Refusal::new(&reason::TIMED_OUT).with("limit_ms", limit_ms);
                Ok(Status::from(refusal).into_http())
            }
        }
    }
}
