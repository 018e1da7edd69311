//! The services of one server.

use super::{CompressionEncoding, Error};
use http::{Request, Response};
use prost::Message;
use prost_types::FileDescriptorSet;
use std::{collections::HashMap, convert::Infallible, sync::Arc};
use tonic::{
    body::Body,
    server::NamedService,
    service::{Routes, RoutesBuilder},
};
use tonic_health::server::HealthReporter;
use tower::Service;

/// gRPC services and the descriptors by which reflection shows them.
#[derive(Debug)]
pub struct Services {
    routes: RoutesBuilder,
    names: Vec<&'static str>,
    descriptor_set: &'static [u8],
}

/// Services with health and reflection, ready to be served.
pub(super) struct Assembled {
    pub(super) routes: Routes,
    /// Served methods by path.
    pub(super) methods: HashMap<String, Arc<str>>,
    pub(super) health: Health,
}

/// What `grpc.health.v1` says about the services.
#[derive(Clone, Debug)]
pub(super) struct Health {
    reporter: HealthReporter,
    names: Vec<&'static str>,
}

impl Services {
    /// No service yet; `descriptor_set` is an encoded `FileDescriptorSet` with at least all that will be added.
    pub fn new(descriptor_set: &'static [u8]) -> Self {
        Self { routes: Routes::builder(), names: Vec::new(), descriptor_set }
    }

    /// Also this one: a generated server, with its limits set by [`crate::with_wire_limits`].
    #[must_use]
    pub fn with<S>(mut self, server: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.names.push(S::NAME);
        self.routes.add_service(server);
        self
    }

    pub(super) async fn assemble(self) -> Result<Assembled, Error> {
        let Self { mut routes, names, descriptor_set } = self;
        let (reporter, health_server) = tonic_health::server::health_reporter();
        routes.add_service(health_server);
        let health = Health { reporter, names: names.clone() };
        health.say(tonic_health::ServingStatus::Serving).await;

        let builder = || {
            let mut builder = tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(descriptor_set)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                .with_service_name(HEALTH_NAME);
            for name in &names {
                builder = builder.with_service_name(*name);
            }
            builder
        };
        routes.add_service(builder().build_v1()?.send_compressed(CompressionEncoding::Gzip));
        routes.add_service(builder().build_v1alpha()?.send_compressed(CompressionEncoding::Gzip));

        let sets = [
            descriptor_set,
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
        ];
        let methods = methods_of(&sets)?;
        Ok(Assembled { routes: routes.routes().prepare(), methods, health })
    }
}

const HEALTH_NAME: &str = "grpc.health.v1.Health";

impl Health {
    /// Says the same of every service and of the server as a whole.
    pub(super) async fn say(&self, status: tonic_health::ServingStatus) {
        for name in self.names.iter().copied().chain([""]) {
            self.reporter.set_service_status(name, status).await;
        }
    }
}

/// Every method of the descriptors, by its path.
fn methods_of(descriptor_sets: &[&[u8]]) -> Result<HashMap<String, Arc<str>>, Error> {
    let mut methods = HashMap::new();
    for set in descriptor_sets {
        for file in FileDescriptorSet::decode(*set)?.file {
            for service in &file.service {
                for method in &service.method {
                    let name = format!("{}.{}/{}", file.package(), service.name(), method.name());
                    methods.insert(format!("/{name}"), Arc::from(name));
                }
            }
        }
    }
    Ok(methods)
}
