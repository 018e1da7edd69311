//! Which web pages may call. Browsers name the page's origin; other clients name none and pass.
//!
//! **Invariant:** a page of a foreign origin gets 403 before anything is called, so that no web page can reach a program
//! that listens on loopback without authentication.

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tonic::body::Body;
use tower::Service;

const REQUEST_HEADERS: &str = "content-type, grpc-timeout, x-grpc-web, x-user-agent, x-muctieu-actor";
const RESPONSE_HEADERS: &str = "grpc-status, grpc-message, grpc-status-details-bin";
/// How long a browser may remember the answer to its preflight request.
const PREFLIGHT_SECONDS: &str = "3600";

/// Refuses foreign origins and answers the preflight requests of allowed ones.
#[derive(Clone, Debug)]
pub(super) struct OriginCheck<S> {
    inner: S,
    allowed: Arc<[String]>,
}

impl<S> OriginCheck<S> {
    /// `allowed` are origins beside those of loopback, for example `https://muctieu.laichau.gov.vn`.
    pub(super) fn new(inner: S, allowed: Arc<[String]>) -> Self {
        Self { inner, allowed }
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        is_loopback(origin) || self.allowed.iter().any(|allowed| allowed == origin)
    }
}

impl<S> Service<Request<Body>> for OriginCheck<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
            return Box::pin(self.inner.call(request));
        };
        if !self.allows(&origin) {
            return Box::pin(std::future::ready(Ok(empty_response(StatusCode::FORBIDDEN))));
        }
        if is_preflight(&request) {
            return Box::pin(std::future::ready(Ok(preflight_response(origin))));
        }
        let answer = self.inner.call(request);
        Box::pin(async move {
            let mut response = answer.await?;
            allow_origin(response.headers_mut(), origin);
            response
                .headers_mut()
                .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
            Ok(response)
        })
    }
}

fn is_loopback(origin: &str) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    web && matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

fn is_preflight(request: &Request<Body>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight_response(origin: HeaderValue) -> Response<Body> {
    let mut response = empty_response(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    allow_origin(headers, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_SECONDS));
    response
}

fn allow_origin(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

fn empty_response(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_the_named_origins_are_allowed() {
        let check = OriginCheck::new((), Arc::from(["https://muctieu.example".to_owned()]));
        let allows = |origin: &'static str| check.allows(&HeaderValue::from_static(origin));
        for origin in
            ["http://localhost:8080", "http://127.0.0.1", "https://[::1]:1", "https://muctieu.example"]
        {
            assert!(allows(origin), "{origin}");
        }
        for origin in [
            "null",
            "http://localhost.evil.example",
            "http://evil.example",
            "https://muctieu.example:444",
            "http://127.0.0.1.evil.example",
            "http://user@evil.example:127",
        ] {
            assert!(!allows(origin), "{origin}");
        }
    }
}
