//! Settings from a file, the environment and flags.

mod settings;

pub use settings::{Edition, Limits, LogSettings, NatsSettings, Secret, Settings, TelemetryFormat};
