//! The page that Prometheus reads, on a listener of its own.

use super::{Error, table};
use http::{Method, Request, Response, StatusCode, header};
use metrics::gauge;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::{convert::Infallible, sync::Mutex, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{
    body::Body,
    transport::{Server, server::TcpIncoming},
};

/// Upper bounds of the histograms' buckets, in seconds: from a cached read to a slow bulk write.
const SECONDS_BUCKETS: [f64; 14] =
    [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0];

/// How often recorded durations are folded into their buckets when nobody reads the page.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// Records metrics from now on; what was measured before is lost.
pub fn measure() -> Result<(), Error> {
    installed()?;
    Ok(())
}

/// Everything recorded so far, as Prometheus reads it.
pub fn metrics_text() -> Result<String, Error> {
    Ok(installed()?.render())
}

/// Serves `GET /metrics` on the listener until `shutdown`.
pub async fn serve_metrics(listener: TcpListener, shutdown: CancellationToken) -> Result<(), Error> {
    let handle = installed()?;
    let page = handle.clone();
    let respond = tower::service_fn(move |request: Request<Body>| {
        let response = respond(&request, &page);
        async move { Ok::<_, Infallible>(response) }
    });
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let ends = shutdown.clone().cancelled_owned();
    let served = Server::builder().accept_http1(true).serve_with_incoming_shutdown(respond, incoming, ends);
    let upkeep = async {
        loop {
            tokio::time::sleep(UPKEEP_INTERVAL).await;
            handle.run_upkeep();
        }
    };
    tokio::select! {
        served = served => Ok(served?),
        () = upkeep => Ok(()),
    }
}

fn respond(request: &Request<Body>, page: &PrometheusHandle) -> Response<Body> {
    let (status, text) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => (StatusCode::OK, page.render()),
        _ => (StatusCode::NOT_FOUND, "GET /metrics\n".to_owned()),
    };
    let mut response = Response::new(Body::new(text));
    *response.status_mut() = status;
    let plain = http::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}

/// The recorder of this process, installed by whoever comes first.
fn installed() -> Result<PrometheusHandle, BuildError> {
    // A panic while the lock was held left it empty or complete, so its content is good either way.
    let mut installed = INSTALLED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(handle) = installed.as_ref() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)?
        .install_recorder()?;
    table::describe();
    gauge!("muctieu_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
    *installed = Some(handle.clone());
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_page_shows_what_was_measured_and_installing_twice_is_the_same_recorder() {
        measure().unwrap();
        measure().unwrap();
        metrics::counter!("muctieu_requests_total", "method" => "Test", "code" => "OK").increment(3);
        let page = metrics_text().unwrap();
        assert!(page.contains("muctieu_requests_total{method=\"Test\",code=\"OK\"} 3"), "{page}");
        assert!(page.contains("# HELP muctieu_requests_total Calls that ended"), "{page}");
        assert!(
            page.contains(concat!("muctieu_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1")),
            "{page}"
        );
    }

    #[test]
    fn only_the_metrics_page_is_served() {
        let page = installed().unwrap();
        let status = |method: Method, path: &str| {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            respond(&request, &page).status()
        };
        assert_eq!(status(Method::GET, "/metrics"), StatusCode::OK);
        assert_eq!(status(Method::GET, "/"), StatusCode::NOT_FOUND);
        assert_eq!(status(Method::POST, "/metrics"), StatusCode::NOT_FOUND);
    }
}
