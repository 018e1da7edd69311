//! One set of rules that both stores keep, run on each of them.

#![allow(clippy::unwrap_used, reason = "what a test cannot go on without fails it")]

/// Declares each rule as a test on SQLite and as a test on PostgreSQL.
macro_rules! on_both_stores {
    ($($rule:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(crate::place::Place::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(crate::place::Place::postgres().await).await;
            })+
        }
    };
}

mod append;
mod chained;
mod child;
mod idempotency;
mod model;
mod order;
mod place;
mod reading;
mod request;
mod tamper;
mod trouble;
