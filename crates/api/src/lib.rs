//! The messages and gRPC stubs generated from `proto/`, and nothing else: no conversion, no rule.
//!
//! The protos are the documentation; `proto/README.md` is the guide.
#![allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated code")]
#![allow(
    rustdoc::invalid_html_tags,
    rustdoc::broken_intra_doc_links,
    reason = "comments come from the protos"
)]

/// `muctieu.*`, as the proto packages are named.
pub mod muctieu {
    pub mod r#type {
        pub mod v1 {
            tonic::include_proto!("muctieu.r#type.v1");
        }
    }
    pub mod poverty {
        pub mod v1 {
            tonic::include_proto!("muctieu.poverty.v1");
        }
    }
    pub mod rural {
        pub mod v1 {
            tonic::include_proto!("muctieu.rural.v1");
        }
    }
    pub mod funding {
        pub mod v1 {
            tonic::include_proto!("muctieu.funding.v1");
        }
    }
    pub mod progress {
        pub mod v1 {
            tonic::include_proto!("muctieu.progress.v1");
        }
    }
}

pub use muctieu::{
    funding::v1 as funding, poverty::v1 as poverty, progress::v1 as progress, rural::v1 as rural,
    r#type::v1 as types,
};

/// The compiled descriptors of all protos, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
