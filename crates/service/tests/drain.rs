//! How a server ends.

mod support;

use api::progress::WatchProgressRequest;
use std::time::Duration;
use support::{Fixture, SERVICE, options, poverty_of, reason_of, within};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

#[tokio::test]
async fn a_running_call_is_finished_while_nothing_new_is_accepted() {
    let fixture = Fixture::start(options()).await;
    let address = fixture.address();
    let mut health = HealthClient::new(fixture.channel().await);
    let watched = HealthCheckRequest { service: SERVICE.to_owned() };
    let mut health = health.watch(watched).await.unwrap().into_inner();
    assert_eq!(health.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let running = fixture.slow_call().await;

    fixture.shutdown.cancel();
    let told = within(health.message()).await.unwrap().unwrap();
    assert_eq!(told.status(), ServingStatus::NotServing);
    let ended = within(health.message()).await.unwrap_err();
    assert_eq!(reason_of(&ended), "SHUTTING_DOWN", "who watches health does not hold the server up");
    assert!(!running.is_finished());

    fixture.stub.released.notify_one();
    assert_eq!(within(running).await.unwrap().unwrap().standard, support::SLOW_AREA);
    within(fixture.server.finished()).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "the port is free");
}

#[tokio::test]
async fn a_watch_stream_is_ended_so_that_its_caller_resumes_elsewhere() {
    let fixture = Fixture::start(options()).await;
    let mut client = fixture.client().await;
    let mut stream = client.watch_progress(WatchProgressRequest::default()).await.unwrap().into_inner();
    assert_eq!(within(stream.message()).await.unwrap().unwrap().resume_token, "1");

    fixture.shutdown.cancel();
    let status = within(stream.message()).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
    within(fixture.server.finished()).await.unwrap();
}

#[tokio::test]
async fn a_call_that_outlasts_the_drain_is_refused_and_the_server_ends() {
    let drain = Duration::from_millis(20);
    let fixture = Fixture::start(service::server::Options { drain, ..options() }).await;
    let running = fixture.slow_call().await;
    fixture.shutdown.cancel();
    let status = within(running).await.unwrap().unwrap_err();
    assert_eq!((status.code(), reason_of(&status).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
    within(fixture.server.finished()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_dropped_ends_and_frees_its_port() {
    let fixture = Fixture::start(options()).await;
    let address = fixture.address();
    fixture.client().await.get_poverty(poverty_of("03618")).await.unwrap();
    drop(fixture);
    within(async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
