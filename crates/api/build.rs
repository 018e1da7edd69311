//! Compiles `proto/` with protox, so that no protoc is needed.

use std::path::Path;

const FILES: [&str; 5] = [
    "muctieu/type/v1/type.proto",
    "muctieu/poverty/v1/poverty_registry.proto",
    "muctieu/rural/v1/rural_criteria.proto",
    "muctieu/funding/v1/funding_ledger.proto",
    "muctieu/progress/v1/progress.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let descriptors = protox::compile(FILES, [&root])?;
    let out = Path::new(&std::env::var("OUT_DIR")?).join("descriptors.bin");
    std::fs::write(out, prost::Message::encode_to_vec(&descriptors))?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
