//! gRPC-Web over HTTP/1.1, and which pages may use it.

mod support;

use support::{Fixture, http, options, within};

const LIST_TARGETS: &str = "/muctieu.progress.v1.Progress/ListTargets";
const GET_MOVEMENTS: &str = "/muctieu.progress.v1.Progress/GetMovements";

#[tokio::test]
async fn a_grpc_web_call_over_http_1_is_answered() {
    let fixture = Fixture::start(options()).await;
    let answer = within(http::grpc_web(fixture.address(), LIST_TARGETS, "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("content-type: application/grpc-web+proto"), "{answer}");
    assert!(answer.contains("grpc-status:0"), "the trailers are in the body: {answer}");
}

#[tokio::test]
async fn a_refusal_reaches_a_web_page_with_its_details() {
    let fixture = Fixture::start(options()).await;
    let answer = within(http::grpc_web(fixture.address(), GET_MOVEMENTS, "")).await;
    assert!(answer.contains("grpc-status: 3") && answer.contains("grpc-status-details-bin: "), "{answer}");
}

#[tokio::test]
async fn a_page_on_loopback_may_call_and_read_the_status() {
    let fixture = Fixture::start(options()).await;
    let origin = "Origin: http://localhost:8080\r\n";
    let answer = within(http::grpc_web(fixture.address(), LIST_TARGETS, origin)).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("access-control-allow-origin: http://localhost:8080"), "{answer}");
    assert!(answer.contains("access-control-expose-headers: grpc-status,"), "{answer}");
}

#[tokio::test]
async fn a_page_from_elsewhere_is_forbidden_unless_it_is_named() {
    let allowed_origins = vec!["https://muctieu.example".to_owned()];
    let fixture = Fixture::start(service::server::Options { allowed_origins, ..options() }).await;
    let from = |origin: &str| {
        let headers = format!("Origin: {origin}\r\n");
        let address = fixture.address();
        async move { within(http::grpc_web(address, LIST_TARGETS, &headers)).await }
    };
    let foreign = from("https://evil.example").await;
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
    assert!(!foreign.contains("grpc-status"), "nothing was called: {foreign}");
    assert!(from("https://muctieu.example").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn the_preflight_request_of_an_allowed_page_is_answered() {
    let fixture = Fixture::start(options()).await;
    let head = format!(
        "OPTIONS {LIST_TARGETS} HTTP/1.1\r\nOrigin: http://127.0.0.1:3000\r\nAccess-Control-Request-Method: POST\r\n"
    );
    let answer = within(http::send(fixture.address(), &head, b"")).await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    assert!(answer.contains("access-control-allow-headers: content-type,"), "{answer}");
}
