//! Over the wire: the generated client, and a message that is too large.

use crate::{
    messages::{PHUC_THAN, registration},
    office::{Office, refused},
};
use api::poverty::{
    BatchRegisterHouseholdsRequest, GetHouseholdRequest, poverty_registry_client::PovertyRegistryClient,
    poverty_registry_server::PovertyRegistryServer,
};
use service::server::{self, Options, Services};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::Code;

#[tokio::test]
async fn an_oversized_message_is_refused_with_its_reason_and_changes_nothing() {
    let office = Office::on_sqlite().await;
    let options = Options {
        message_bytes_max: 100_000,
        concurrent_requests_max: 16,
        request_time_max: Duration::from_secs(30),
        drain: Duration::from_secs(5),
        allowed_origins: Vec::new(),
        demo_today: None,
    };
    let wrapped = PovertyRegistryServer::new(office.registry.clone());
    let wrapped = service::with_wire_limits!(wrapped, options.message_bytes_max);
    let services = Services::new(api::FILE_DESCRIPTOR_SET).with(wrapped);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let stop = CancellationToken::new();
    let running = server::start(listener, services, &options, &stop).await.unwrap();

    let mut client = PovertyRegistryClient::connect(format!("http://{}", running.address())).await.unwrap();
    let requests = (0..1_000).map(|_| registration(PHUC_THAN, "2024-09-01")).collect();
    let refused =
        refused(client.batch_register_households(BatchRegisterHouseholdsRequest { requests }).await);
    assert_eq!((refused.reason.as_str(), refused.code), ("MESSAGE_TOO_LARGE", Code::ResourceExhausted));
    assert_eq!(office.log.head().await.unwrap(), 0);

    let registered =
        client.register_household(registration(PHUC_THAN, "2024-09-01")).await.unwrap().into_inner();
    let name = registered.household.unwrap().name;
    let read = client.get_household(GetHouseholdRequest { name: name.clone() }).await.unwrap().into_inner();
    assert_eq!((read.name, read.member_count), (name, 2));
    drop(client);
    stop.cancel();
    running.finished().await.unwrap();
}
