//! What callers see of the server: reasons, limits, health, reflection and compression.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod support;

use api::progress::{
    ExplainFigureRequest, GetMovementsRequest, ListTargetsRequest, PovertyView, WatchProgressRequest,
};
use service::{health, telemetry};
use std::time::Duration;
use support::{Fixture, PATIENCE, SERVICE, options, poverty_of, reason_of, within};
use tokio::net::TcpListener;
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, codec::CompressionEncoding, transport::Channel};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt;

#[tokio::test]
async fn a_refusal_arrives_with_its_reason_its_field_and_its_vietnamese_text() {
    let fixture = Fixture::start(options()).await;
    let mut client = fixture.client().await;
    let status = client.get_movements(GetMovementsRequest::default()).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status).as_str()), (Code::InvalidArgument, "UNKNOWN_AREA"));
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().domain, "muctieu");
    assert_eq!(details.error_info().unwrap().metadata["area"], "99999");
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "area");
    assert!(details.localized_message().unwrap().message.contains("mã '99999'"));
}

#[tokio::test]
async fn an_oversized_message_has_a_reason_of_its_own_also_when_it_grows_by_decompression() {
    let fixture = Fixture::start(options()).await;
    let oversized = poverty_of(&"0".repeat(65 * 1024));
    let mut plain = fixture.client().await;
    let mut packed = fixture.client().await.send_compressed(CompressionEncoding::Gzip);
    for status in [
        plain.get_poverty(oversized.clone()).await.unwrap_err(),
        packed.get_poverty(oversized).await.unwrap_err(),
    ] {
        assert_eq!(
            (status.code(), reason_of(&status).as_str()),
            (Code::ResourceExhausted, "MESSAGE_TOO_LARGE")
        );
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().metadata["max_bytes"], "65536");
        assert!(details.retry_info().is_none(), "sending the same again does not help");
    }
    assert!(plain.get_poverty(poverty_of("03618")).await.is_ok(), "the connection stays good");
}

/// Calls a method by its path with any request message.
async fn call_raw<M>(channel: Channel, path: &'static str, message: M) -> Result<PovertyView, tonic::Status>
where
    M: prost::Message + 'static,
{
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let codec = ProstCodec::<M, PovertyView>::default();
    let path = http::uri::PathAndQuery::from_static(path);
    Ok(grpc.unary(Request::new(message), path, codec).await?.into_inner())
}

#[tokio::test]
async fn what_is_not_the_methods_message_is_malformed() {
    let fixture = Fixture::start(options()).await;
    let not_utf8 = vec![0xff_u8, 0xfe];
    let path = "/muctieu.progress.v1.Progress/GetPoverty";
    let status = call_raw(fixture.channel().await, path, not_utf8).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status).as_str()), (Code::InvalidArgument, "MESSAGE_MALFORMED"));
}

#[tokio::test]
async fn a_method_that_is_not_served_has_a_reason() {
    let fixture = Fixture::start(options()).await;
    for path in ["/muctieu.progress.v1.Progress/Nothing", "/muctieu.poverty.v1.PovertyRegistry/GetHousehold"]
    {
        let status = call_raw(fixture.channel().await, path, ()).await.unwrap_err();
        assert_eq!(
            (status.code(), reason_of(&status).as_str()),
            (Code::Unimplemented, "METHOD_UNKNOWN"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_failure_without_a_reason_is_internal_and_keeps_its_cause_to_the_operators() {
    let fixture = Fixture::start(options()).await;
    let status = fixture.client().await.explain_figure(ExplainFigureRequest::default()).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status).as_str()), (Code::Internal, "INTERNAL"));
    assert!(!format!("{status:?}").contains("must not see"), "{status:?}");
}

#[tokio::test]
async fn a_full_server_refuses_at_once_and_still_answers_health_checks() {
    let fixture = Fixture::start(server_options(1)).await;
    let running = fixture.slow_call().await;

    let status = within(fixture.client().await.get_poverty(poverty_of("03618"))).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status).as_str()), (Code::ResourceExhausted, "OVERLOADED"));
    assert!(status.get_error_details().retry_info().is_some());
    health::check(&fixture.address().to_string(), SERVICE, PATIENCE).await.unwrap();

    fixture.stub.released.notify_one();
    within(running).await.unwrap().unwrap();
    let next = within(fixture.client().await.get_poverty(poverty_of("03618"))).await;
    assert!(next.is_ok(), "the place is free again");
}

fn server_options(concurrent_requests_max: usize) -> service::server::Options {
    service::server::Options { concurrent_requests_max, ..options() }
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_ended_with_its_limit() {
    let request_time_max = Duration::from_millis(20);
    let fixture = Fixture::start(service::server::Options { request_time_max, ..options() }).await;
    let running = fixture.slow_call().await;
    let status = within(running).await.unwrap().unwrap_err();
    assert_eq!((status.code(), reason_of(&status).as_str()), (Code::DeadlineExceeded, "TIMED_OUT"));
    assert_eq!(status.get_error_details().error_info().unwrap().metadata["limit_ms"], "20");
}

#[tokio::test]
async fn health_is_told_by_service_and_for_the_server_as_a_whole() {
    let fixture = Fixture::start(options()).await;
    let address = fixture.address().to_string();
    health::check(&address, "", PATIENCE).await.unwrap();
    health::check(&address, SERVICE, PATIENCE).await.unwrap();
    let unknown = health::check(&address, "muctieu.poverty.v1.PovertyRegistry", PATIENCE).await;
    assert!(matches!(unknown, Err(health::Error::Refused { .. })), "{unknown:?}");
}

#[tokio::test]
async fn a_health_check_does_not_wait_for_ever() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let unanswered = within(health::check(&address, "", Duration::from_millis(20))).await;
    assert!(matches!(unanswered, Err(health::Error::NoAnswer { .. })), "{unanswered:?}");
    drop(silent);
    let nobody = within(health::check(&address, "", PATIENCE)).await;
    assert!(matches!(nobody, Err(health::Error::Unreachable { .. })), "{nobody:?}");
    let nowhere = health::check("not an address", "", PATIENCE).await;
    assert!(matches!(nowhere, Err(health::Error::Address { .. })), "{nowhere:?}");
}

#[tokio::test]
async fn reflection_lists_the_services_that_are_served_and_no_other() {
    use tonic_reflection::pb::v1::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let fixture = Fixture::start(options()).await;
    let ask = |question| ServerReflectionRequest { host: String::new(), message_request: Some(question) };
    let questions = [
        ask(MessageRequest::ListServices(String::new())),
        ask(MessageRequest::FileContainingSymbol(SERVICE.to_owned())),
    ];
    let mut client = ServerReflectionClient::new(fixture.channel().await);
    let answers = client.server_reflection_info(tokio_stream::iter(questions)).await.unwrap().into_inner();
    let answers: Vec<_> = answers.map(|answer| answer.unwrap().message_response.unwrap()).collect().await;

    let MessageResponse::ListServicesResponse(list) = &answers[0] else { panic!("{answers:?}") };
    let mut names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["grpc.health.v1.Health", SERVICE]);
    assert!(
        matches!(&answers[1], MessageResponse::FileDescriptorResponse(file) if !file.file_descriptor_proto.is_empty())
    );
}

#[tokio::test]
async fn reflection_also_speaks_v1alpha() {
    use tonic_reflection::pb::v1alpha::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    };
    let fixture = Fixture::start(options()).await;
    let question = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client = ServerReflectionClient::new(fixture.channel().await);
    let mut answers = client.server_reflection_info(tokio_stream::once(question)).await.unwrap().into_inner();
    let answer = answers.next().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
    assert!(list.service.iter().any(|service| service.name == SERVICE));
}

#[tokio::test]
async fn answers_are_compressed_for_who_accepts_it() {
    let fixture = Fixture::start(options()).await;
    let mut client = fixture.client().await.accept_compressed(CompressionEncoding::Gzip);
    let answer = client.get_poverty(poverty_of(&"0".repeat(4_096))).await.unwrap();
    assert_eq!(answer.metadata().get("grpc-encoding").unwrap(), "gzip");
    assert_eq!(answer.get_ref().standard.len(), 4_096);
}

#[tokio::test]
async fn calls_are_counted_by_method_and_code_and_unknown_methods_together() {
    telemetry::measure().unwrap();
    let fixture = Fixture::start(options()).await;
    let mut client = fixture.client().await;
    client.list_targets(ListTargetsRequest::default()).await.unwrap();
    client.get_movements(GetMovementsRequest::default()).await.unwrap_err();
    call_raw(fixture.channel().await, "/made.up.Service/Call", ()).await.unwrap_err();
    let stream = client.watch_progress(WatchProgressRequest::default()).await.unwrap();
    drop(stream);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let page = tokio::spawn(telemetry::serve_metrics(listener, shutdown.clone()));
    let text = within(support::http::get(address, "/metrics")).await;
    for line in [
        "muctieu_requests_total{method=\"muctieu.progress.v1.Progress/ListTargets\",code=\"OK\"}",
        "muctieu_requests_total{method=\"muctieu.progress.v1.Progress/GetMovements\",code=\"INVALID_ARGUMENT\"}",
        "muctieu_requests_total{method=\"unknown\",code=\"UNIMPLEMENTED\"}",
        "muctieu_request_duration_seconds_bucket{method=\"muctieu.progress.v1.Progress/ListTargets\",le=\"0.001\"}",
        "muctieu_requests_running",
        "muctieu_build_info{version=",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    assert!(!text.contains("made.up"), "names that callers make up are no labels");
    shutdown.cancel();
    within(page).await.unwrap().unwrap();
}
